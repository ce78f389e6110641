"""The page of the three books: figures of papers with their source, conflicts chosen by a person, kept on demand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from streamlit.testing import v1 as testing

from eligibility.app.self_assessment import book_figures, papers
from eligibility.app.self_assessment.draft import Draft, from_state
from eligibility.documents.reading import read_documents
from eligibility.domain.papers import PaperReading
from eligibility.schemes.registry import load_scheme
from eligibility.store import Repository
from tests.app.self_assessment.form_pages import html, page, press
from tests.cli.test_commands import SAMPLES

PAGE = "self_assessment/reconciliation"
RULES = load_scheme().reconciliation
SALES = ("return_sales", "all", 2025)


@pytest.fixture(scope="module")
def reading() -> PaperReading:
    return read_documents(SAMPLES / "papers/changhe", as_of=date(2026, 6, 1))


def opened(reading: PaperReading, draft: Draft | None = None) -> testing.AppTest:
    """The page after these papers were read on the page of papers."""
    app = page("self_assessment/papers", draft)
    app.session_state["papers"] = ("", reading)
    app.switch_page(f"eligibility/app/{PAGE}_page.py").run()
    assert not app.exception
    return app


def test_the_answer_of_the_papers_stands_first_and_what_they_disagree_on_is_left_to_a_person(
    reading: PaperReading,
) -> None:
    draft = Draft()
    book_figures.keep_figures(draft, {SALES: Decimal("31549335.64")})
    app = opened(reading, draft)
    said = html(app)
    assert "figures compared leave a rest that is not explained" in said
    assert "explained to the cent" in said
    assert "10 not compared" in said
    (choice,) = app.radio
    assert choice.options == ["31,549,335.64", "31,189,335.64"]
    assert "-360,000.00" not in said
    choice.set_value(1).run()
    assert not app.exception
    # now the statement's revenue can be held against it
    assert "-360,000.00" in html(app)


def test_figures_are_kept_with_their_source_once_a_person_says_so(
    store: Repository, reading: PaperReading
) -> None:
    app = opened(reading, Draft())
    assert not app.session_state["draft"].reconciliation
    press(app, "Keep the figures with the self-assessment")
    draft = app.session_state["draft"]
    assert draft.reconciliation["deduction_incurred:personnel@2025"] == "1446772.44"
    assert draft.sources["deduction_incurred:personnel@2025"]["file"] == "2025年_etax.pdf"
    again = from_state(store, draft.key)
    assert again.reconciliation == draft.reconciliation
    without_papers = page(PAGE, again)
    assert "figures compared leave a rest" in html(without_papers)
    assert RULES is not None
    stated = book_figures.gather_statements(again, None, None, RULES, (2025,))
    (kept,) = stated["deduction_incurred", "personnel", 2025]
    assert kept.source is not None
    assert (kept.source.file, kept.source.line) == ("2025年_etax.pdf", "3")


def test_what_is_typed_joins_the_figures_and_a_blank_takes_one_out() -> None:
    assert RULES is not None
    draft = Draft()
    book_figures.keep_figures(
        draft, {SALES: Decimal("1.50"), ("averaging", "all", 2025): Decimal(-2)}
    )
    stated = book_figures.gather_statements(draft, None, None, RULES, (2024, 2025))
    assert {key: each[0].amount for key, each in stated.items()} == {
        SALES: Decimal("1.50"),
        ("averaging", "all", 2025): Decimal(-2),
    }
    book_figures.keep_figures(draft, {SALES: None})
    assert SALES not in book_figures.gather_statements(draft, None, None, RULES, (2025,))
    # another year is no year of this application
    assert not book_figures.gather_statements(draft, None, None, RULES, (2021, 2022, 2023))


def test_without_a_figure_the_page_asks_for_papers_and_offers_the_empty_file() -> None:
    app = page(PAGE, None)
    assert any("Books, tax return and application show" in each.value for each in app.markdown)
    labels = [each.label for each in app.get("download_button")] + [
        each.label for each in app.button
    ]
    assert any("Empty file of figures" in label for label in labels)
    assert "Keep the figures with the self-assessment" not in labels


def test_papers_of_another_firm_begin_a_self_assessment_of_their_own(reading: PaperReading) -> None:
    scheme, other = load_scheme(), Draft(facts={"name": "甲公司", "staff_total": "9"})
    entry = ("sales_revenue@2023", "3332.622357", reading.facts[0].source)
    new = papers.filled_draft(other, [entry], reading, scheme)
    assert new is not other
    assert other.facts == {"name": "甲公司", "staff_total": "9"}
    assert papers.is_of_another(other, reading)
    for facts in ({"name": reading.name}, {"uscc": reading.uscc.lower()}, {}):
        own = Draft(facts=dict(facts))
        assert papers.filled_draft(own, [entry], reading, scheme) is own
