"""Every reader, given what chance makes: a sentence or a result, never a trace, and no row lost.

The same is run for as long as one likes by ``make fuzz``.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import bad_files, bad_register_files

CHECKS = {**bad_files.CHECKS, **bad_register_files.CHECKS}
#: of each reader; a workbook starts three processes
EXAMPLES = {
    "CSV files": 120, "workbooks": 25, "drafts": 60, "lists of people": 80, "papers": 12,
    "files of three books": 40, "pasted tables": 200,
    "registers of outcomes": 20, "published lists": 30, "answers of firms": 15, "JSON files": 40, "backups": 8,
}  # fmt: skip
#: seconds that one file may take, on a machine that has other things to do
LONGEST = 60


@pytest.mark.parametrize("name", CHECKS)
def test_whatever_is_read_ends_in_a_sentence_or_in_all_its_rows(name: str) -> None:
    strategy, check = CHECKS[name]

    @settings(
        max_examples=EXAMPLES[name], deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(content=strategy)
    def read(content: object) -> None:
        began = time.monotonic()
        check(content)
        assert time.monotonic() - began < LONGEST

    assert isinstance(strategy, st.SearchStrategy)
    read()
