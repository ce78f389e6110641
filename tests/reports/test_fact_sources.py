"""Where the figures of a draft come from: a paper, a paper and a person, or a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from eligibility.app.self_assessment.draft import Draft, from_state
from eligibility.domain.papers import PaperSource
from eligibility.i18n import ENGLISH
from eligibility.intake.draft_reader import read_draft
from eligibility.reports.fact_sources import (
    ConditionSources,
    condition_sources,
    files_in_words,
    source_record,
)
from eligibility.schemes.registry import load_scheme
from eligibility.store import Repository, Role, System, open_store

SOURCE = PaperSource("heads.csv", cell="C14", words="Average", text="100")


def draft() -> Draft:
    """Two figures, of which one was read from a paper."""
    opened = Draft()
    opened.type("application_date", "2026-06-01")
    opened.type("staff_total@2025", "100")
    opened.sources["staff_total@2025"] = source_record(SOURCE, "100")
    opened.type("st_staff@2025", "20")
    return opened


def sources(state: Mapping[str, Any]) -> dict[str, ConditionSources]:
    scheme = load_scheme()
    table = read_draft(state, scheme, date(2026, 6, 1)).batch.table
    return condition_sources(table, state, scheme, ENGLISH)


def test_each_figure_of_a_condition_says_its_paper_and_place_or_that_a_person_entered_it() -> None:
    found = sources(draft().state)["st_staff_ratio"]
    assert found.files == ("heads.csv",)
    assert [line.partition(": ")[2] for line in found.lines] == [
        "heads.csv, C14 “Average”", "entered by hand",
    ]  # fmt: skip
    assert list(files_in_words(found, ENGLISH)) == ["from heads.csv"]


def test_a_figure_that_a_person_changed_says_both_and_one_written_otherwise_does_not() -> None:
    changed = draft()
    changed.type("staff_total@2025", "100.00")
    assert "corrected" not in sources(changed.state)["st_staff_ratio"].lines[0]
    changed.type("staff_total@2025", "101")
    found = sources(changed.state)["st_staff_ratio"]
    assert found.lines[0].endswith(
        "corrected by hand to 101; the paper says 100: heads.csv, C14 “Average”"
    )
    assert found.files == ()


def test_the_source_of_a_figure_taken_back_is_not_stored() -> None:
    emptied = draft()
    emptied.type("staff_total@2025", "")
    assert "sources" not in emptied.state


def test_a_draft_stored_without_sources_reads_and_says_nothing_of_papers(
    tmp_path: Path,
) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    repository = Repository(engine, System(Role.ADMINISTRATOR))
    old = {"step": "main", "facts": {"application_date": "2026-06-01", "staff_total@2025": "100"}, "ledgers": {}}  # fmt: skip
    code, _id = repository.drafts.add(old)
    opened = from_state(repository, code)
    assert opened.state == old
    assert sources(opened.state) == {}
    new, _id = repository.drafts.add(draft().state)
    assert from_state(repository, new).sources == draft().sources
    engine.dispose()
