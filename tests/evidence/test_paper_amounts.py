"""What papers state joins a reconciliation with its source; what they disagree on is left to a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from eligibility.documents.definitions import paper_definitions
from eligibility.documents.reading import read_documents
from eligibility.domain.papers import PaperReading
from eligibility.evidence.bridge_file import read_amounts
from eligibility.evidence.bridge_year import Amounts
from eligibility.evidence.paper_amounts import (
    StatedAmount,
    Statements,
    merge_statements,
    paper_amounts,
    settled_amounts,
)
from eligibility.evidence.reconciliation import Reconciliation, reconcile
from eligibility.evidence.record import reconciliation_record
from eligibility.i18n import ENGLISH
from eligibility.reports.reconciliation_text import disagreement_lines
from eligibility.schemes.registry import load_scheme
from tests.cli.test_commands import SAMPLES, run

SCHEME = load_scheme()
DAY, YEARS = date(2026, 6, 1), (2023, 2024, 2025)
PAPERS = SAMPLES / "papers"
#: what a sample firm's own file splits, and its income statement has in one line
SPLIT = {"non_operating_income", "other_gains"}


@cache
def reading(firm: str) -> PaperReading:
    return read_documents(PAPERS / firm, as_of=DAY)


def stated(firm: str) -> Statements:
    assert SCHEME.reconciliation is not None
    return paper_amounts(reading(firm), SCHEME.reconciliation, YEARS)


def own_file(firm: str) -> Amounts:
    assert SCHEME.reconciliation is not None
    return read_amounts([PAPERS / firm / "对账.csv"], SCHEME.reconciliation)


def worked_out(amounts: Amounts, accuracy: Amounts) -> Reconciliation:
    assert SCHEME.reconciliation is not None
    return reconcile(amounts, SCHEME.reconciliation, SCHEME.in_force(DAY), accuracy)


@pytest.mark.parametrize("firm", ["muge", "qingyun"])
def test_papers_state_what_the_firms_own_file_states_to_the_cent(firm: str) -> None:
    own = own_file(firm)
    statements = {key: each for key, each in stated(firm).items() if key[0] not in SPLIT}
    both = [key for key in statements if key in own]
    assert len(both) > 70
    for key in both:
        (statement,) = statements[key]
        assert statement.amount == own[key]
        assert statement.source is not None
        assert statement.source.file


@pytest.mark.parametrize("firm", ["muge", "qingyun"])
def test_papers_with_the_differences_that_a_firm_states_leave_no_rest_to_the_cent(
    firm: str,
) -> None:
    statements = {key: each for key, each in stated(firm).items() if key[0] not in SPLIT}
    # what they cannot state: the books by category, and differences
    rest = {key: amount for key, amount in own_file(firm).items() if key not in statements}
    for year in YEARS:
        (staff,), (returned,) = (statements[name, "all", year] for name in ("staff_total", "return_staff"))  # fmt: skip
        rest["averaging", "all", year] = returned.amount - staff.amount
    result = worked_out(*settled_amounts(statements, rest))
    assert not result.rests
    assert not result.open_steps
    assert sum(step.rest is not None for step in result.steps) > 90


def test_an_error_in_a_paper_shows_in_exactly_its_step() -> None:
    own = own_file("changhe")
    statements = {key: each for key, each in stated("changhe").items() if key[0] in ("deduction_incurred",)}  # fmt: skip
    rest = {key: amount for key, amount in own.items() if key not in statements}
    clean = {(step.basis, step.category, step.year) for step in worked_out(own, {}).rests}
    with_papers = worked_out(*settled_amounts(statements, rest))
    new = [
        step for step in with_papers.rests if (step.basis, step.category, step.year) not in clean
    ]
    assert [(step.basis, step.category, step.year, step.rest) for step in new] == [
        ("deduction_incurred", "personnel", 2025, Decimal("-1234.56"))
    ]


def test_the_revenue_of_the_statement_is_compared_with_that_of_the_return() -> None:
    amounts, accuracy = settled_amounts(stated("changhe"), {})
    rests = [step for step in worked_out(amounts, accuracy).rests if step.basis == "return_sales"]
    assert [(step.year, step.rest) for step in rests] == [(2025, Decimal("-360000.00"))]


def test_papers_that_disagree_settle_nothing_until_a_person_does() -> None:
    assert SCHEME.reconciliation is not None
    key = ("return_sales", "all", 2025)
    entered = {key: (StatedAmount(Decimal("31549335.64")),)}
    statements = merge_statements(entered, stated("changhe"))
    assert [each.amount for each in statements[key]] == [
        Decimal("31549335.64"),
        Decimal("31189335.64"),
    ]
    (line,) = disagreement_lines(statements, {}, SCHEME.reconciliation, ENGLISH)
    assert line.startswith("2025 Sales revenue is left out")
    assert "31,549,335.64 (entered)" in line
    assert "2025年_etax.pdf, page 4, A101010, line 1" in line
    assert key not in settled_amounts(statements, {})[0]
    choice = {key: Decimal("31189335.64")}
    assert settled_amounts(statements, choice)[0][key] == choice[key]
    assert not list(disagreement_lines(statements, choice, SCHEME.reconciliation, ENGLISH))


def test_a_figure_that_a_paper_rounds_agrees_with_the_exact_one_and_leaves_no_rest() -> None:
    exact, rounded = (
        StatedAmount(Decimal("1234.56")),
        StatedAmount(Decimal("1200.00"), None, Decimal(50)),
    )
    key = ("deduction_incurred", "direct", 2025)
    assert merge_statements({key: (rounded,)}, {key: (exact,)}) == {key: (exact,)}
    wrong = StatedAmount(Decimal("1100.00"), None, Decimal(50))
    assert len(merge_statements({key: (wrong,)}, {key: (exact,)})[key]) == 2
    beside = ("certification_incurred", "direct", 2025)
    for statement, rests in ((rounded, 0), (wrong, 1)):
        result = worked_out(*settled_amounts({key: (exact,), beside: (statement,)}, {}))
        assert len(result.rests) == rests


def test_a_rest_between_return_and_application_may_be_any_difference_of_either() -> None:
    amounts = {
        ("deduction_incurred", "trial", 2025): Decimal(100),
        ("certification_incurred", "trial", 2025): Decimal(130),
    }
    record = reconciliation_record(worked_out(amounts, {}))
    (step,) = [each for bridge in record["bridges"] for each in bridge["steps"] if each["rest"]]
    assert "equipment_tuning" in step["could_be"]
    assert "outside_certification" not in step["could_be"]


def test_a_part_of_a_whole_is_compared_once_its_difference_is_stated() -> None:
    amounts: dict[tuple[str, str, int], Decimal] = {
        ("staff_total", "all", 2025): Decimal(40),
        ("st_staff", "all", 2025): Decimal(12),
    }
    assert not worked_out(amounts, {}).rests
    wrong = {**amounts, ("not_st_staff", "all", 2025): Decimal(27)}
    assert [step.rest for step in worked_out(wrong, {}).rests] == [Decimal(-1)]


def test_every_line_that_states_a_figure_is_one_of_its_form_and_every_figure_one_of_a_bridge() -> (
    None
):
    rules = SCHEME.reconciliation
    assert rules is not None
    forms = {
        (form.id, edition.id): (edition, form)
        for form in paper_definitions(SCHEME).forms
        for edition in form.editions
    }
    titles: Mapping[str, object] = {
        name: title for bridge in rules.bridges for name, title in bridge.titles.items()
    }
    for each in rules.papers:
        edition, form = forms[each.form, each.edition]
        assert each.column in form.columns
        assert each.states in titles
        for lines in each.lines.values():
            assert {line.lstrip("-") for line in lines} <= edition.lines.keys()


def test_the_command_joins_papers_and_says_which_of_them_are_of_another_firm() -> None:
    papers = [PAPERS / "changhe" / "2025年_etax.pdf", PAPERS / "qingyun" / "2025年_etax.pdf"]
    options = [part for paper in papers for part in ("--papers", paper)]
    done = run("reconcile", *options, "--lang", "en", "--as-of", DAY)
    assert "Firm: 呼和浩特市长河苒智能装备有限公司" in done.stdout
    assert "Super-deduction, as allowed: in all" in done.stdout
    assert "it is of 呼和浩特市青云朔生物科技有限公司" in done.stderr
