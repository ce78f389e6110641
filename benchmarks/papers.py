"""What reading the sample firms' papers costs, and how much of what is asked stands in them.

``python benchmarks/papers.py`` reads the papers of each firm of ``sample_data/papers`` in one process,
which the server is as well: the median of ``REPEATS`` by the clock, and processor seconds of it and of the
readers. Asked is what the conditions and scored items of a firm without any figure lack, its R&D by category
as the form asks it; of papers is what is then no longer lacking, once a person answered what they leave open.
Exit status 1 if a firm takes longer or gives less than asked for.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from eligibility import assess, read_documents
from eligibility.domain.calendar_window import cut_window
from eligibility.domain.papers import PaperReading
from eligibility.schemes.registry import load_scheme

ROOT = Path(__file__).resolve().parents[1]
PAPERS = ROOT / "sample_data" / "papers"
FIRMS = ("muge", "qingyun", "changhe")
REPEATS = 5
#: seconds by the clock, and share of what is asked
SECONDS, SHARE = 2.0, 0.7
AS_OF = date(2026, 6, 1)
TOTALS = ("rd_expense_y", "rd_expense_domestic_y")
CATEGORIES = (
    "personnel", "direct", "depreciation", "amortization", "design", "trial", "other",
    "outsourced_domestic", "outsourced_overseas",
)  # fmt: skip
#: what experts and the firm itself judge stands in no paper
JUDGED = ("_rating", "management_")


def lacking(values: Mapping[str, object]) -> set[str]:
    """The fields that conditions and items of a firm with these figures still lack."""
    record = assess({"application_date": AS_OF, **values})
    (firm,) = record if isinstance(record, list) else [record]
    return {name for part in (*firm["findings"], *firm["score"]["items"]) for name in part["missing"]}  # fmt: skip


def asked_fields() -> set[str]:
    """What is asked of a firm, its R&D by category."""
    asked = {name for name in lacking({}) if not name.startswith(TOTALS)}
    return asked | {f"rd_{name}_y{year}" for name in CATEGORIES for year in (1, 2, 3)}


def from_papers(reading: PaperReading) -> tuple[dict[str, object], dict[str, object]]:
    """Figures that papers fill at once, and those with what a person answers, by field."""
    scheme = load_scheme()
    known = {field.id for field in scheme.fields}
    facts = {fact.key: fact for fact in reading.facts}
    chosen = {each.key: each.facts[0] for each in reading.conflicts}
    at_once, answered = (
        {name: fact.value for name, fact in window.items() if name in known}
        for window in (
            reading.window(AS_OF.year, scheme.latest_year_ids),
            cut_window({**facts, **chosen}, AS_OF.year, scheme.latest_year_ids),
        )
    )
    return at_once, answered


def shares(reading: PaperReading) -> Iterator[float]:
    """The share of what is asked that papers fill at once, that with answers, and that without judgements."""
    asked = asked_fields()
    at_once, answered = map(lacking, from_papers(reading))
    yield 1 - len(asked & at_once) / len(asked)
    yield 1 - len(asked & answered) / len(asked)
    knowable = {name for name in asked if not any(mark in name for mark in JUDGED)}
    yield 1 - len(knowable & answered) / len(knowable)


def processor_seconds() -> float:
    """Of this process and of the readers that ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> int:
    """Read, and say what it cost and gave."""
    is_missed = False
    read_documents([PAPERS / FIRMS[0]], as_of=AS_OF)
    for firm in FIRMS:
        clocks, processors = [], []
        for _ in range(REPEATS):
            start, used = time.perf_counter(), processor_seconds()
            reading = read_documents([PAPERS / firm], as_of=AS_OF)
            clocks.append(time.perf_counter() - start)
            processors.append(processor_seconds() - used)
        seconds = statistics.median(clocks)
        at_once, answered, knowable = shares(reading)
        files = sum(path.is_file() for path in (PAPERS / firm).iterdir())
        print(
            f"{firm:8} {files} files: {seconds:.2f} s by the clock, {statistics.median(processors):.2f} s of "
            f"processor; of what is asked {at_once:.0%} at once, {answered:.0%} with answers, {knowable:.0%} "
            "of what no one has to judge"
        )
        is_missed |= seconds > SECONDS or answered < SHARE
    print(f"limits: {SECONDS:.0f} s, {SHARE:.0%} with answers")
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(main())
