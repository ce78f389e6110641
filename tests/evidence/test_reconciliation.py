"""The bridge of the three books: nothing is left on firms that agree, an error shows where it was made."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.domain.errors import InputError
from eligibility.evidence.reconciliation import Reconciliation, reconcile
from eligibility.evidence.record import reconciliation_record
from eligibility.schemes.registry import load_scheme
from tests.evidence.bridge_firms import CATEGORIES, FREE, SCOPE, Amounts, allowed, counted, firms

SCHEME = load_scheme()
RULES = SCHEME.reconciliation
assert RULES is not None
LAW = SCHEME.edition("e2016")
#: from two cents up: a total may be rounded once or line by line, which is a cent apart
ERRORS = st.integers(2, 5_000_000).map(lambda cents: cents * Decimal("0.01"))
#: figures that stand in the file of a firm for one year, but differences
FIGURES = [
    *((basis, each) for basis in ("books", "deduction_incurred", "certification_incurred") for each in CATEGORIES),
    *((basis, each) for basis in ("deduction", "certification") for each in ("other", "outsourced_domestic", "outsourced_overseas", "all")),
    *((basis, "all") for basis in ("statement", "deduction_base", "statement_revenue", "return_sales", "gross_income", "total_income", "hitech_income", "staff_total", "return_staff", "insured_staff", "st_staff")),
]  # fmt: skip
#: where an error of a figure that nothing goes before shows: in the step after it
FIRST = {
    "books": "deduction_incurred",
    "statement": "books",
    "statement_revenue": "return_sales",
    "staff_total": "return_staff",
}


def work_out(amounts: Amounts) -> Reconciliation:
    assert RULES is not None
    return reconcile(amounts, RULES, LAW)


def rests(amounts: Amounts) -> dict[tuple[str, str, int], Decimal | None]:
    return {(step.basis, step.category, step.year): step.rest for step in work_out(amounts).rests}


@settings(max_examples=25, deadline=None)
@given(firms())
def test_books_that_agree_leave_no_rest_to_the_cent(amounts: Amounts) -> None:
    result = work_out(amounts)
    assert not result.rests
    assert not result.open_steps
    compared = [step for step in result.steps if step.rest is not None]
    # nine categories on two bases, six limits, two sums, the whole of the books, the base; 4 and 3
    assert len(compared) == 3 * (2 * 9 + 6 + 2 + 1 + 1 + 4 + 3)
    assert not [seen for seen in result.signs if seen.sign.looks_at == "rest"]


@pytest.mark.parametrize(("basis", "category"), FIGURES, ids=lambda name: str(name))
@settings(max_examples=4, deadline=None)
@given(firms(), ERRORS, st.sampled_from([2023, 2024, 2025]), st.sampled_from([-1, 1]))
def test_one_wrong_figure_shows_in_exactly_its_step(
    basis: str, category: str, amounts: Amounts, error: Decimal, year: int, sign: int
) -> None:
    error = sign * error
    wrong = amounts | {(basis, category, year): amounts[basis, category, year] + error}
    expected = -error if basis in FIRST else error
    assert rests(wrong) == {(FIRST.get(basis, basis), category, year): expected}


@settings(max_examples=20, deadline=None)
@given(firms(), ERRORS, st.sampled_from(CATEGORIES))
def test_a_wrong_figure_that_the_form_carries_on_shows_once(
    amounts: Amounts, error: Decimal, category: str
) -> None:
    for basis, formed in (("deduction_incurred", allowed), ("certification_incurred", counted)):
        incurred = {each: amounts[basis, each, 2025] for each in CATEGORIES}
        incurred[category] += error
        wrong = amounts | {(basis, category, 2025): incurred[category]} | formed(incurred, 2025)
        if basis == "deduction_incurred":
            moved = wrong["deduction", "all", 2025] - amounts["deduction", "all", 2025]
            wrong["deduction_base", "all", 2025] += moved
        assert rests(wrong) == {(basis, category, 2025): error}


@pytest.mark.parametrize("name", [*SCOPE, *FREE])
@settings(max_examples=6, deadline=None)
@given(firms(), ERRORS, st.sampled_from(CATEGORIES))
def test_a_wrong_difference_shows_in_the_first_step_that_it_changes(
    name: str, amounts: Amounts, error: Decimal, category: str
) -> None:
    if name in SCOPE:
        category, (deduction, certification) = "all", SCOPE[name]
    else:
        deduction, certification = ({category: sign} if sign else {} for sign in FREE[name])
    key = (name, category, 2024)
    wrong = amounts | {key: amounts.get(key, Decimal(0)) + error}
    basis, effect = (
        ("deduction_incurred", deduction)
        if deduction
        else ("certification_incurred", certification)
    )
    only_here = {each: sign for each, sign in certification.items() if each not in deduction}
    expected = {(basis, each, 2024): -sign * error for each, sign in effect.items()}
    if deduction:
        expected |= {("certification_incurred", each, 2024): -s * error for each, s in only_here.items()}  # fmt: skip
    assert rests(wrong) == expected


@pytest.mark.parametrize("name", ["other", "outsourced_domestic", "outsourced_overseas"])
@pytest.mark.parametrize("basis", ["deduction", "certification"])
@settings(max_examples=5, deadline=None)
@given(amounts=firms())
def test_a_limit_that_was_forgotten_shows_in_its_step(
    basis: str, name: str, amounts: Amounts
) -> None:
    incurred = amounts[f"{basis}_incurred", name, 2025]
    cut = incurred - amounts[basis, name, 2025]
    wrong = amounts | {(basis, name, 2025): incurred}
    assert rests(wrong) == ({(basis, name, 2025): cut} if cut else {})


@settings(max_examples=10, deadline=None)
@given(firms(), st.sampled_from(FIGURES))
def test_a_missing_figure_leaves_its_step_open_and_is_not_taken_for_nothing(
    amounts: Amounts, figure: tuple[str, str]
) -> None:
    fewer = {key: amount for key, amount in amounts.items() if key != (*figure, 2025)}
    assert not rests(fewer)


def test_what_follows_from_a_figure_that_is_not_given_is_named() -> None:
    result = work_out({("deduction_incurred", "direct", 2025): Decimal(5)})
    (step,) = result.open_steps
    assert (step.basis, step.category, step.missing) == ("deduction_incurred", "direct", ("books",))


def test_years_before_the_rules_and_no_figures_are_refused() -> None:
    with pytest.raises(
        InputError, match="2019 cannot be reconciled: the rules held begin with 2021"
    ):
        work_out({("statement", "all", 2019): Decimal(1)})
    with pytest.raises(InputError, match="no figure"):
        work_out({})


def test_other_costs_follow_the_reading_of_their_base() -> None:
    figures = {("certification_incurred", each, 2025): Decimal(0) for each in CATEGORIES} | {
        ("certification_incurred", "personnel", 2025): Decimal(800),
        ("certification_incurred", "outsourced_domestic", 2025): Decimal(1000),
        ("certification_incurred", "other", 2025): Decimal(900),
    }
    assert RULES is not None
    for reading, limit in (("internal", 200), ("all_rd", 400)):
        law = LAW.with_reading("other_cost_base", reading)
        (step,) = [
            each
            for each in reconcile(figures, RULES, law).steps
            if (each.basis, each.category) == ("certification", "other")
        ]
        assert step.expected_amount == limit


def signs(amounts: Amounts) -> dict[str, tuple[int, ...]]:
    return {seen.sign.id: seen.years for seen in work_out(amounts).signs}


def test_signs_show_in_the_years_of_their_figures() -> None:
    three = ("books", "deduction_incurred", "certification_incurred")
    same = {(basis, each, 2025): Decimal(100) for basis in three for each in CATEGORIES}
    assert signs(same) == {"same_on_all_bases": (2025,)}
    low = same | {("certification_incurred", "direct", 2025): Decimal(10)}
    assert signs(low) == {
        "unexplained_rest": (2025,),
        "certification_below_deduction": (2025,),
    }
    other = same | {("certification_incurred", "other", 2025): Decimal(500)}
    assert "other_over_limit" in signs(other)
    part = {("total_income", "all", 2024): Decimal(5), ("hitech_income", "all", 2024): Decimal(6)}
    assert signs(part)["part_above_whole"] == (2024,)


def test_every_number_and_difference_of_the_bridges_is_cited_in_both_languages() -> None:
    assert RULES is not None
    for number in RULES.parameters.values():
        assert number.unit
        assert number.checked_on.year >= 2026
    cited = [number.citation for number in RULES.parameters.values()]
    for bridge in RULES.bridges:
        cited += [difference.citation for difference in bridge.differences]
        for title in [*bridge.categories.values(), *(basis.title for basis in bridge.bases)]:
            assert title.zh
            assert title.en
    for citation in cited:
        assert citation.document
        assert citation.article
        assert citation.gist.zh
        assert citation.gist.en


def test_no_two_items_of_the_bridges_answer_to_one_name() -> None:
    assert RULES is not None
    names = sorted(
        name.lower()
        for bridge in RULES.bridges
        for item in (*bridge.bases, *bridge.differences)
        for name in {item.id, item.title.zh, item.title.en}
    )
    assert not [name for name, same in groupby(names) if len(list(same)) > 1]


@settings(max_examples=3, deadline=None)
@given(firms())
def test_the_record_holds_every_step_and_difference(amounts: Amounts) -> None:
    result = work_out(amounts)
    record = reconciliation_record(result)
    assert record["explained"]
    assert record["years"] == [2023, 2024, 2025]
    assert sum(len(bridge["steps"]) for bridge in record["bridges"]) == len(result.steps)
    shares = {(number["basis"], number["category"], number["parameter"]): number["value"] for number in record["bridges"][0]["limits"]}  # fmt: skip
    assert shares["certification", "other", "other_cost_share"] == 0.2
    assert shares["deduction", "other", "deduction_other_share"] == 0.1
