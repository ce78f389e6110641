"""Forms written from known facts are read back to the same facts; planted errors are found at their line."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from eligibility.documents.reading import read_documents
from eligibility.domain.calendar_window import SEPARATOR
from eligibility.domain.papers import PaperReading
from tests.documents.form_writer import write_forms
from tests.documents.forms import forms_of
from tests.documents.invented_firm import invent_firm
from tests.documents.layouts import draw_layout

PAPERS = Path(__file__).parents[2] / "sample_data" / "papers"
JUNE = date(2026, 6, 1)
#: half a cent, and what an average of persons is rounded by
ROUNDING = 0.006


def key(field: str, year: object) -> str:
    """As a reading has it: rights are counted on the day of the application, whatever the year."""
    return f"{field}{SEPARATOR}{year}" if year and not field.startswith("ip_") else field


def differences(reading: PaperReading, known: Iterator[tuple[str, str]]) -> list[tuple[str, str, object]]:  # fmt: skip
    facts = {fact.key: fact.value for fact in reading.facts}
    return [
        (name, value, facts.get(name))
        for name, value in known
        if not (
            abs(facts[name] - float(value)) <= ROUNDING  # type: ignore[operator]
            if isinstance(facts.get(name), float)
            else facts.get(name) == value
        )
    ]


def rows(name: str) -> list[dict[str, str]]:
    with (PAPERS / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("firm", ["muge", "qingyun", "changhe"])
def test_every_figure_of_the_sample_papers_is_read_back_and_errors_are_found_at_their_line(
    firm: str,
) -> None:
    reading = read_documents(PAPERS / firm, as_of=JUNE)
    known = (
        (key(row["field"], row["year"]), row["value"])
        for row in rows("facts.csv")
        if row["folder"] == firm
    )
    errors = [row for row in rows("errors.csv") if row["file"].startswith(firm)]
    conflicts = {conflict.key for conflict in reading.conflicts}
    assert {name for name, _, _ in differences(reading, known)} == conflicts
    if not errors:
        assert not conflicts
        assert not reading.doubts
        return
    # what the papers say of the wrong figures, and of no others
    stated = {float(row["stated"]) for row in errors}
    doubted = {float(doubt.source.text.replace(",", "")) for doubt in reading.doubts}
    contested = {fact.value for each in reading.conflicts for fact in each.facts}
    assert stated <= doubted | {round(amount * 1e4, 2) for amount in doubted} | contested
    assert len(reading.doubts) + len(reading.conflicts) == len(errors)


@pytest.mark.parametrize("seed", [1, 8])
def test_forms_in_any_layout_are_read_back_to_the_cent(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    firm = invent_firm(seed)
    forms = forms_of(firm, rng=chance)
    write_forms(firm, forms, draw_layout(chance), tmp_path, order=chance)
    reading = read_documents(tmp_path, as_of=JUNE)
    known: dict[str, str] = {}
    for name, value in (
        (key(*fact), str(value)) for form in forms for fact, value in form.facts.items()
    ):
        # a form of whole persons says less than the months do
        known[name] = max(known.get(name, ""), value, key=len)
    assert differences(reading, iter(known.items())) == []
    assert (reading.uscc, reading.name) == (firm.uscc, firm.name)
