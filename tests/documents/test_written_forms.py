"""Forms written from known facts, in every layout, read back to the same facts, to the cent.

The writer (form_writer.py and what it imports) is made from the structure of the official forms and knows
nothing of the reader.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.documents.reading import read_documents
from eligibility.domain.papers import PaperReading
from tests.documents.form import Form, plant
from tests.documents.form_writer import write_forms
from tests.documents.forms import forms_of
from tests.documents.invented_firm import Firm, invent_firm
from tests.documents.layouts import (
    ACCOUNTANT_DOCX,
    E_TAX,
    EXCEL,
    LAYOUTS,
    WPS,
    Layout,
    draw_layout,
)
from tests.documents.tables import structure_turned

# a reader process for each file
pytestmark = pytest.mark.slow

AS_OF = date(2026, 5, 1)
#: not read: the voucher ledger of a single project, whose sums are no figures of an application
UNREAD = ("rd-ledger-2015",)
#: the return has whole persons, the table of months their mean
ROUNDED_ELSEWHERE = ("staff_total", "st_staff")
HALF_A_CENT = Decimal("0.005")
#: form and line of a sum that is made wrong: its number, or its words where it has none
PLANTED = (("A101010", "2"), ("A104000", "26"), ("A107012-52", "3"), ("A107012-52", "7"))


def papers(firm: Firm, seed: int, year: int) -> list[Form]:
    """The forms of one year; half of the firms keep the structure table turned round."""
    rng = random.Random(seed)
    forms = [
        form for form in forms_of(firm, rng=rng) if form.year == year and form.id not in UNREAD
    ]
    if rng.random() < 0.5:
        return forms
    facts = next(each for each in firm.years if each.year == year)
    return [structure_turned(firm, facts) if form.id == "rd-structure" else form for form in forms]


def read(firm: Firm, forms: Sequence[Form], layout: Layout, seed: int) -> PaperReading:
    with TemporaryDirectory() as folder:
        write_forms(firm, forms, layout, Path(folder), order=random.Random(seed))
        return read_documents([Path(folder)], as_of=AS_OF, firm=firm.uscc)


def differences(reading: PaperReading, forms: Iterable[Form]) -> list[str]:
    """Facts that are missing, and figures that are none of the facts written, with their source."""
    known: dict[tuple[str, int], list[Decimal]] = defaultdict(list)
    for form in forms:
        for key, value in form.facts.items():
            known[key].append(Decimal(value))
    found = defaultdict(list)
    for fact in (*reading.facts, *(each for one in reading.conflicts for each in one.facts)):
        found[fact.field, fact.year].append(fact)
    wrong = []
    for (field, year), values in known.items():
        facts = found.get((field, year)) or found.get((field, None), [])
        if not facts:
            wrong.append(f"{field} {year} is missing")
        for fact in facts:
            leeway = HALF_A_CENT + Decimal(repr(fact.accuracy))
            if not any(abs(Decimal(repr(fact.value)) - each) <= leeway for each in values):
                wrong.append(f"{field} {year} is {fact.value}, not {values}: {fact.source}")
    return wrong


def check(firm: Firm, forms: Sequence[Form], layout: Layout, seed: int) -> None:
    reading = read(firm, forms, layout, seed)
    assert not differences(reading, forms)
    assert not reading.doubts
    assert not reading.unread
    assert {one.key.partition("@")[0] for one in reading.conflicts} <= set(ROUNDED_ELSEWHERE)
    assert reading.uscc == firm.uscc


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: f"{layout.name}-{layout.ending}")
@pytest.mark.parametrize("seed", [7, 24])
def test_the_forms_of_a_year_read_back_in_every_layout(layout: Layout, seed: int) -> None:
    """About 12 forms each: 144 in all."""
    firm = invent_firm(seed)
    check(firm, papers(firm, seed, 2025), layout, seed)


@settings(max_examples=16, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([2023, 2024, 2025]),
    st.sampled_from(["xlsx", "xlsx", "docx", "csv"]),
)
def test_forms_of_any_firm_in_any_layout_read_back(seed: int, year: int, ending: str) -> None:
    """About 11 forms each: 176 in all."""
    firm = invent_firm(seed)
    check(firm, papers(firm, seed, year), draw_layout(random.Random(seed), (ending,)), seed)


@pytest.mark.parametrize("layout", [EXCEL, WPS, ACCOUNTANT_DOCX], ids=lambda layout: layout.ending)
def test_no_year_is_taken_from_the_words_or_the_figures_of_a_form(layout: Layout) -> None:
    """The basic information holds 采用一般企业财务报表格式（2019年版）, and amounts such as 1914.56."""
    firm = invent_firm(128)
    forms = [form for form in papers(firm, 128, 2023) if form.number]
    reading = read(firm, forms, layout, 128)
    assert {(form.form, form.year) for form in reading.forms if form.year != 2023} == set()


@pytest.mark.parametrize(("form_id", "line"), PLANTED)
@pytest.mark.parametrize("layout", [E_TAX, EXCEL], ids=lambda layout: layout.ending)
def test_an_error_that_is_put_in_is_found_at_its_line_and_nowhere_else(
    form_id: str, line: str, layout: Layout
) -> None:
    firm = invent_firm(3)
    forms = papers(firm, 3, 2025)
    assert any(form.id == form_id for form in forms)
    wrong = [
        plant(form, line, 0, Decimal("12345.67")) if form.id == form_id else form for form in forms
    ]
    (doubt,) = read(firm, wrong, layout, 3).doubts
    assert (doubt.source.line or doubt.source.words.partition(" ")[0]) == line
