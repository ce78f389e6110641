"""What holds for every firm: blanks decide nothing, better facts never hurt, rows stand alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.record import records
from eligibility.domain.facts import Field
from eligibility.domain.results import MET, UNMET
from eligibility.schemes.registry import Scheme, load_scheme, scheme_ids
from eligibility.schemes.tech_sme.derived_figures import OWN_COUNTS
from tests.firms import HNTE, table

LAW = HNTE.edition("e2016")
CODES = [10101, 504, 101, 10, 99999]
CATEGORIES = [
    "personnel",
    "direct",
    "depreciation",
    "amortization",
    "design",
    "trial",
    "other",
    "outsourced_domestic",
    "outsourced_overseas",
]

money = st.one_of(
    st.just(0.0),
    st.sampled_from([100.0, 115.0, 132.25, 5e7, 2e8]),
    st.floats(0, 1e9).map(lambda amount: round(amount, 2)),
)
assets = st.one_of(money, money.map(lambda amount: -amount))
count = st.integers(0, 8)
yes_no = st.booleans()
rating = st.sampled_from("ABCDE")
#: two times in five
blank = st.sampled_from([False] * 3 + [True] * 2)


def sometimes_blank(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A blank one time in six."""
    return st.one_of(*([strategy] * 5), st.none())


@st.composite
def firms(draw: st.DrawFn, blanks: bool = True) -> dict[str, Any]:
    """A firm with any mix of facts and blanks; its parts are never larger than their wholes.

    R&D is given by totals or by categories: a firm that gives both differently contradicts itself.
    """

    # drawn in two steps: one strategy of both would be put together anew for every cell
    def cell(strategy: st.SearchStrategy[Any]) -> Any:
        return None if blanks and draw(blank) else draw(strategy)

    applied = draw(st.dates(date(2016, 1, 1), date(2027, 12, 31)))
    firm: dict[str, Any] = {
        "application_date": applied,
        "registered_on": cell(
            st.integers(0, 2200).map(lambda days: applied - timedelta(days=days))
        ),
        "technical_field_code": cell(st.sampled_from(CODES)),
        "major_violation": cell(yes_no),
        "ip_class1_count": cell(st.integers(0, 2)),
        "ip_self_developed": cell(yes_no),
        "ip_core_support": cell(yes_no),
        "standards_participation": cell(yes_no),
        "ip_advancement_rating": cell(rating),
        "ip_core_support_rating": cell(rating),
    }
    class2 = draw(count)
    firm["ip_class2_count"] = cell(st.just(class2))
    firm["ip_class2_used_count"] = cell(st.integers(0, class2))
    staff = draw(st.integers(0, 200))
    firm["staff_total"] = cell(st.just(staff))
    firm["st_staff"] = cell(st.integers(0, staff))
    gross = draw(money)
    firm["gross_income_y3"] = cell(st.just(gross))
    firm["non_taxable_income_y3"] = cell(st.just(round(gross * draw(st.sampled_from([0, 0.1])), 2)))
    firm["hitech_income_y3"] = cell(st.just(round(gross * draw(st.floats(0, 0.9)), 2)))
    for name, most in (
        ("management_system", 6),
        ("management_institution", 6),
        ("management_incentive", 4),
        ("management_talent", 4),
    ):
        firm[name] = cell(st.integers(0, most))
    for year in ("y1", "y2", "y3"):
        firm[f"sales_revenue_{year}"] = cell(money)
        firm[f"net_assets_{year}"] = cell(assets)
        firm[f"conversions_{year}"] = cell(count)
        if draw(yes_no):
            total = draw(money)
            firm[f"rd_expense_{year}"] = cell(st.just(total))
            firm[f"rd_expense_domestic_{year}"] = cell(
                st.just(round(total * draw(st.floats(0, 1)), 2))
            )
        else:
            for category in CATEGORIES:
                firm[f"rd_{category}_{year}"] = cell(money)
    return firm


def any_firms(scheme: Scheme) -> st.SearchStrategy[dict[str, Any]]:
    """Firms with any mix of facts and blanks, by the kinds of the scheme's fields."""
    applied = date(2026, 6, 15)

    def values(field: Field) -> st.SearchStrategy[Any]:
        by_kind: dict[str, st.SearchStrategy[Any]] = {
            "money": money if field.minimum == 0 else assets,
            "number": st.integers(0, 200),
            "count": count,
            "yes_no": yes_no,
            "rating": rating,
            "catalogue": st.sampled_from(CODES),
            "date": st.integers(0, 2200).map(lambda days: applied - timedelta(days=days)),
        }
        return sometimes_blank(by_kind[field.kind])

    facts = {
        field.id: values(field)
        for field in scheme.fields
        if field.kind not in ("text", "code") and field.id != "application_date"
    }
    return st.fixed_dictionaries({"application_date": st.just(applied), **facts})


def without_ended_titles(firm: dict[str, Any]) -> dict[str, Any]:
    """The firm without last days of titles that it says are in force, and that are past."""
    ended = {
        name
        for name, day in firm.items()
        if name.endswith("_title_until") and day is not None and day < firm["application_date"]
    }
    return firm | dict.fromkeys(ended)


def with_counts_of_one_measure(firm: dict[str, Any]) -> dict[str, Any]:
    """The firm without counts for certification where it has those of 115号.

    Blank, one of 115号 says that it is the one for certification, which is no unknown.
    """
    return firm | {name: None for name, own in OWN_COUNTS.items() if firm[own] is not None}


#: firms that do not contradict themselves, for the schemes whose facts can
FIRMS = {
    "hnte": firms(),
    "tech_sme": any_firms(load_scheme("tech_sme")).map(with_counts_of_one_measure),
    **{
        name: any_firms(load_scheme(name)).map(without_ended_titles)
        for name in ("specialised_sme", "little_giant")
    },
}
EVERY = [pytest.param(load_scheme(name), id=name) for name in scheme_ids()]


def firms_for(scheme: Scheme) -> st.SearchStrategy[dict[str, Any]]:
    return FIRMS[scheme.id] if scheme.id in FIRMS else any_firms(scheme)


def judged(*given: dict[str, Any], scheme: Scheme = HNTE) -> Assessment:
    (assessment,) = assess_table(table(*given, scheme=scheme), scheme)
    return assessment


@pytest.mark.parametrize("scheme", EVERY)
@given(data=st.data())
@settings(max_examples=150)
def test_blanking_a_field_never_decides_a_finding_and_never_narrows_the_score(
    scheme: Scheme, data: st.DataObject
) -> None:
    firm = data.draw(firms_for(scheme))
    filled = [
        name for name, value in firm.items() if value is not None and name != "application_date"
    ]
    blanked = [{**firm, name: None} for name in filled]
    if not blanked:
        return
    found = judged(firm, *blanked, scheme=scheme)
    for name, finding in found.findings.items():
        before, after = finding.status[0], finding.status[1:]
        assert ((after == before) | (after == 0)).all(), name
    assert (found.score.low[1:] <= found.score.low[0] + 1e-9).all()
    assert (found.score.high[1:] >= found.score.high[0] - 1e-9).all()


LARGE = 1e15


def ends_of(firm: dict[str, Any], name: str) -> list[float]:
    """What a blank of a ratio may be, at its ends and at the edges of the tiers."""
    year = name[-2:]
    part, gross = firm.get("hitech_income_y3"), firm.get("gross_income_y3")
    if name.startswith("sales_revenue"):
        edges = [line + more for line in (5e7, 2e8) for more in (0.0, 0.01)]
        return [0.0, 0.01, *edges, LARGE]
    if name == "st_staff":
        return [0.0, firm["staff_total"]]
    if name == "staff_total":
        return [firm["st_staff"], 1e9]
    if name == "hitech_income_y3":
        return [0.0, max(gross - firm["non_taxable_income_y3"], 0.0)]
    if name == "gross_income_y3":
        return [part + firm["non_taxable_income_y3"], LARGE]
    if name == "non_taxable_income_y3":
        return [0.0, gross - part]
    if name.startswith("rd_expense_domestic"):
        return [0.0, firm[f"rd_expense_{year}"]]
    if name.startswith("rd_expense"):
        return [firm[f"rd_expense_domestic_{year}"], LARGE]
    return [0.0, LARGE]


SHARES = ("st_staff_ratio", "rd_intensity", "domestic_rd_share", "hitech_income_share")
OF_SHARES = (
    "st_staff", "staff_total", "hitech_income_", "gross_", "non_taxable_", "rd_", "sales_",
)  # fmt: skip


@given(firms(blanks=False))
@settings(max_examples=60)
def test_a_blank_is_decided_exactly_when_every_value_it_could_have_gives_one_status(
    firm: dict[str, Any],
) -> None:
    rows, places = [], []
    for name in firm:
        if name.startswith(OF_SHARES):
            ends = ends_of(firm, name)
            places.append((name, len(rows), len(ends)))
            rows += [{**firm, name: None}, *({**firm, name: end} for end in ends)]
    findings = judged(*rows).findings
    for name, place, count in places:
        for share in SHARES:
            status = findings[share].status
            found = set(status[place + 1 : place + 1 + count].tolist())
            assert status[place] == (found.pop() if len(found) == 1 else 0), (name, share)


BETTER = {
    "ip_class1_count": 1, "ip_class2_count": 1, "st_staff": 1, "hitech_income_y3": 1000,
    "conversions_y1": 1, "conversions_y2": 1, "conversions_y3": 1, "net_assets_y3": 1000,
    "management_system": 1, "management_institution": 1, "management_incentive": 1, "management_talent": 1,
    **{f"rd_{category}_{year}": 1000 for category in CATEGORIES[:6] for year in ("y1", "y2", "y3")},
    **{f"rd_outsourced_domestic_{year}": 1000 for year in ("y1", "y2", "y3")},
}  # fmt: skip


@given(firms())
@settings(max_examples=150)
def test_a_better_fact_never_turns_met_to_unmet_and_never_lowers_the_score(
    firm: dict[str, Any],
) -> None:
    better = [
        {**firm, name: firm[name] + more}
        for name, more in BETTER.items()
        if firm.get(name) is not None
    ]
    better += [
        {**firm, name: True}
        for name in ("ip_core_support", "ip_self_developed", "standards_participation")
        if firm[name] is False
    ]
    better += [{**firm, "major_violation": False}] if firm["major_violation"] else []
    better += [
        {**firm, name: chr(ord(firm[name]) - 1)}
        for name in ("ip_advancement_rating", "ip_core_support_rating")
        if (firm[name] or "A") > "A"
    ]
    if not better:
        return
    found = judged(firm, *better)
    for name, finding in found.findings.items():
        if finding.status[0] == MET:
            assert (finding.status[1:] != UNMET).all(), name
    assert (found.score.low[1:] >= found.score.low[0] - 1e-9).all()
    assert (found.score.high[1:] >= found.score.high[0] - 1e-9).all()


@pytest.mark.parametrize("scheme", EVERY)
@given(data=st.data(), order=st.randoms())
@settings(max_examples=40)
def test_a_row_does_not_depend_on_the_rows_beside_it(
    scheme: Scheme, data: st.DataObject, order: Any
) -> None:
    def found(*firms: dict[str, Any]) -> list[dict[str, Any]]:
        return records(assess_table(table(*firms, scheme=scheme), scheme))

    given_firms = data.draw(st.lists(firms_for(scheme), min_size=2, max_size=8))
    together = found(*given_firms)
    assert together == [found(firm)[0] for firm in given_firms]
    shuffled = list(range(len(given_firms)))
    order.shuffle(shuffled)
    again = found(*(given_firms[place] for place in shuffled))
    assert [again[shuffled.index(place)] for place in range(len(given_firms))] == together


@pytest.mark.parametrize("scheme", EVERY)
@given(data=st.data())
@settings(max_examples=100)
def test_undetermined_names_what_is_missing_or_is_open_to_judgement(
    scheme: Scheme, data: st.DataObject
) -> None:
    firm = data.draw(firms_for(scheme))
    found = records(assess_table(table(firm, scheme=scheme), scheme))[0]
    for finding in found["findings"]:
        if finding["status"] == "undetermined" and finding["unit"] != "point":
            assert finding["missing"], finding
        if finding["status"] != "undetermined":
            assert finding["missing"] == []
        for name in finding["missing"]:
            assert firm.get(name) is None or name == "technical_field_code"


@pytest.mark.parametrize("line", [0.05, 0.1, 0.6, 50_000_000.0, 365.0])
def test_on_the_line_counts_and_a_millionth_below_does_not(line: float) -> None:
    from eligibility.comparisons import above, at_least

    below, on, over = (np.array([line * factor]) for factor in (1 - 1e-6, 1.0, 1 + 1e-6))
    assert not at_least(below, line)[0]
    assert at_least(on, line)[0]
    assert not above(on, line)[0]
    assert above(over, line)[0]
    assert at_least(np.array([np.nextafter(line, 0.0)]), line)[0]
    assert not above(np.array([np.nextafter(line, np.inf)]), line)[0]
