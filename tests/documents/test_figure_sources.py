"""Where figures came from stays with them, whatever is typed or whichever years are shown."""

from datetime import date
from typing import Any

from eligibility.documents.figure_sources import figure_sources, plain_source, sources_of
from eligibility.domain.papers import Certainty, PaperFact, PaperSource
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.reports.paper_text import figure_source_text

RETURN = PaperSource("return.pdf", place="p. 4", form="A101010", line="1", text="26,225,417.94")
LEDGER = PaperSource("ledger.xlsx", cell="C7", words="主营业务收入")
FACT = PaperFact("sales_revenue", 2025, 26225417.94, RETURN, Certainty.CERTAIN, others=(LEDGER,))
ENTRY = "2,622.541794"


def sources(stored: dict[str, Any], facts: dict[str, str], year: int = 2026) -> Any:
    return figure_sources(stored, facts, year, frozenset({"staff_total"}))


def test_a_figure_names_its_papers_the_one_it_was_taken_from_first() -> None:
    stored = {FACT.key: plain_source(FACT, ENTRY)}
    source = sources(stored, {FACT.key: ENTRY})["sales_revenue_y3"]
    assert source.papers == (RETURN, LEDGER)
    assert not source.is_corrected
    words = figure_source_text(source, ENGLISH)
    assert words.startswith("return.pdf")
    assert "ledger.xlsx" in words


def test_a_figure_typed_over_says_so_and_what_the_paper_said() -> None:
    stored = {FACT.key: plain_source(FACT, ENTRY)}
    source = sources(stored, {FACT.key: "2,700"})["sales_revenue_y3"]
    assert source.is_corrected
    assert ENTRY in figure_source_text(source, ENGLISH)
    assert ENTRY in figure_source_text(source, CHINESE)


def test_a_figure_that_was_deleted_has_no_source() -> None:
    assert sources({FACT.key: plain_source(FACT, ENTRY)}, {}) == {}


def test_sources_move_with_the_calendar_years_of_the_form() -> None:
    stored = {FACT.key: plain_source(FACT, ENTRY)}
    facts = {FACT.key: ENTRY}
    assert list(sources(stored, facts, 2027)) == ["sales_revenue_y2"]
    assert sources(stored, facts, date.max.year) == {}


def test_fields_without_a_source_are_left_out() -> None:
    known = sources({FACT.key: plain_source(FACT, ENTRY)}, {FACT.key: ENTRY})
    assert list(sources_of(("net_assets_y3", "sales_revenue_y3"), known)) == ["sales_revenue_y3"]
