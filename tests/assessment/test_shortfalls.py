"""A gap is the rule turned round: filled it is enough, a hair less is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.shortfalls import apply_levers, remedies, step_size
from eligibility.domain.arrays import Bools
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import MET, UNMET, Need
from tests.assessment.test_properties import firms
from tests.firms import HNTE, base, table


def judged(firm: FirmTable) -> Assessment:
    (assessment,) = assess_table(firm)
    return assessment


class Trial(NamedTuple):
    """Levers to move on a firm, what is to be reached by that, and whether it is enough."""

    amounts: dict[str, float]
    reached: Callable[[Assessment], Bools]
    enough: bool
    needs: tuple[Need, ...]


def trials(
    found: Assessment, needs: tuple[Need, ...], reached: Callable[[Assessment], Bools]
) -> list[Trial]:
    """Needs filled in each way there is, and a hair less of it each time."""
    levers = HNTE.levers(found.firms, found.law)
    groups = remedies(needs, levers, HNTE)
    usable = [[way for way in group if np.isfinite(way.amount[0])] for group in groups]
    if not all(usable):
        return []
    made = []
    for place, group in enumerate(usable):
        for way in group:
            chosen = [ways_of[0] for ways_of in usable]
            chosen[place] = way
            amounts = {way.lever: way.amount[0] for way in chosen if way.amount[0] > 0}
            made.append(Trial(amounts, reached, True, needs))
            if way.amount[0] > 0:
                less = amounts[way.lever] - step_size(levers[way.lever].field, HNTE)
                made.append(Trial({**amounts, way.lever: less}, reached, False, needs))
    return made


def on_one_firm(found: Assessment, made: list[Trial]) -> int:
    """Try all of them, each in a row of its own; say how many ways there were."""
    if not made:
        return 0
    names = dict.fromkeys(name for trial in made for name in trial.amounts)
    amounts = {name: np.array([trial.amounts.get(name, 0.0) for trial in made]) for name in names}
    rows = found.firms.take(np.zeros(len(made), dtype=np.intp))
    after = judged(apply_levers(rows, found.law, HNTE, amounts))
    for place, trial in enumerate(made):
        assert trial.reached(after)[place] == trial.enough, (trial.amounts, trial.needs)
    return sum(trial.enough for trial in made)


def of_unmet_findings(found: Assessment) -> list[Trial]:
    """Whatever meets a finding that is not met."""
    return [
        trial
        for name, finding in found.findings.items()
        if finding.status[0] == UNMET and name != "innovation_score"
        for trial in trials(
            found,
            HNTE.needs(name, found.firms, found.law),
            lambda after, name=name: after.findings[name].status == MET,
        )
    ]


@given(firms())
@settings(max_examples=80)
def test_each_gap_filled_meets_its_finding_and_a_hair_less_does_not(firm: dict[str, Any]) -> None:
    found = judged(table(firm))
    on_one_firm(found, of_unmet_findings(found))


@given(firms())
@settings(max_examples=50)
def test_each_step_filled_gives_its_points_and_a_hair_less_does_not(firm: dict[str, Any]) -> None:
    found = judged(table(firm))
    made = []
    for name, item in found.score.items.items():
        for step in HNTE.steps(name, found.firms, found.law):
            if step.points[0] > item.low[0] or (
                step.points[0] == item.low[0] and step.points[1] > item.high[0]
            ):
                made += trials(
                    found,
                    step.needs,
                    lambda after, name=name, points=step.points: (
                        (after.score.items[name].low >= points[0])
                        & (after.score.items[name].high >= points[1])
                    ),
                )
    on_one_firm(found, made)


LACKING: dict[str, dict[str, Any]] = {
    "registration_age": {"registered_on": date(2025, 6, 1)},
    "core_ip": {"ip_class1_count": 0, "ip_class2_count": 0, "ip_core_support": False},
    "st_staff_ratio": {"st_staff": 7.5},
    "rd_intensity": {"rd_expense_y3": 10_000.0, "rd_expense_domestic_y3": 10_000.0},
    "domestic_rd_share": {f"rd_expense_domestic_y{year}": 100_000.0 for year in (1, 2, 3)},
    "hitech_income_share": {"hitech_income_y3": 100_000.33},
}


@pytest.mark.parametrize("name", LACKING)
def test_every_condition_that_a_firm_can_mend_has_its_way(name: str) -> None:
    found = judged(table(base(**LACKING[name])))
    needs = HNTE.needs(name, found.firms, found.law)
    assert found.findings[name].status[0] == UNMET
    made = trials(found, needs, lambda after: after.findings[name].status == MET)
    assert on_one_firm(found, made) >= 1


CAPPED = {
    **{f"rd_expense{part}_y{year}": None for part in ("", "_domestic") for year in (1, 2, 3)},
    **{f"rd_{name}_y{year}": 0.0 for name in ("direct", "depreciation", "amortization", "design", "trial", "outsourced_domestic", "outsourced_overseas") for year in (1, 2, 3)},
    **{f"rd_personnel_y{year}": 300_000.0 for year in (1, 2, 3)},
    "rd_other_y1": 0.0, "rd_other_y2": 0.0, "rd_other_y3": 200_000.0,
}  # fmt: skip


def test_other_costs_that_the_limit_cut_off_come_back_with_more_of_the_rest() -> None:
    """900,000 + 75,000 counted against 5 % of 37 million: 875,000 lacking, 125,000 of it cut off."""
    found = judged(table(base(**CAPPED)))
    needs = HNTE.needs("rd_intensity", found.firms, found.law)
    ((way,),) = remedies(needs, HNTE.levers(found.firms, found.law), HNTE)
    assert way.amount[0] == 750_000
    made = trials(found, needs, lambda after: after.findings["rd_intensity"].status == MET)
    assert on_one_firm(found, made)


def test_every_inverse_of_the_edition_of_2008_holds_too() -> None:
    firm = base(
        application_date=date(2014, 5, 10), registered_on=date(2010, 3, 1), staff_total=95,
        college_st_staff=12, rd_staff=4, total_assets_y1=1e6, total_assets_y2=1.1e6,
        total_assets_y3=1.15e6, management_checks=2, ip_class1_count=0, ip_class2_count=2,
        conversions_y1=1, conversions_y2=1, conversions_y3=1,
    )  # fmt: skip
    found = judged(table(firm))
    # two staff shares, each in two ways
    assert on_one_firm(found, of_unmet_findings(found)) == 4
    made = []
    for name in found.score.items:
        for step in HNTE.steps(name, found.firms, found.law):
            if step.points[0] > found.score.items[name].low[0]:
                made += trials(
                    found,
                    step.needs,
                    lambda after, name=name, low=step.points[0]: after.score.items[name].low >= low,
                )
    assert on_one_firm(found, made) > 16


def test_a_class_one_right_or_three_more_class_two_rights() -> None:
    found = judged(table(base(ip_class1_count=0, ip_class2_count=2)))
    steps = HNTE.steps("ip_count", found.firms, found.law)
    levers = HNTE.levers(found.firms, found.law)
    amounts = {step.grade: remedies(step.needs, levers, HNTE)[0][0] for step in steps}
    assert (amounts["A"].lever, amounts["A"].amount[0]) == ("class1_rights", 1)
    assert (amounts["B"].lever, amounts["B"].amount[0]) == ("class2_rights", 3)


@pytest.mark.parametrize("debt", [33_554_332.12, 999_999_999.99])
def test_a_cent_above_nothing_is_found_below_a_heap_of_debt(debt: float) -> None:
    """Binary rounding of the debt is larger than what the comparison forgives."""
    assets = {"net_assets_y1": 50.0, "net_assets_y2": 100.0, "net_assets_y3": -debt}
    law = HNTE.edition("e2016").with_reading("negative_net_assets", "formula")
    firm = table(base(**assets))
    band_e = HNTE.steps("growth_net_assets", firm, law)[0]
    ((way,),) = remedies(band_e.needs, HNTE.levers(firm, law), HNTE)
    # 100 · (2 · (1 + 0) − 2) = 0, and a cent more
    assert way.amount[0] == pytest.approx(debt + 0.01, abs=1e-6)
    score = HNTE.indicator("growth_net_assets")
    for less, points in ((0.0, 1.0), (0.01, 0.0)):
        amounts = {"net_assets": way.amount - less}
        assert score(apply_levers(firm, law, HNTE, amounts), law).low[0] == points


def test_what_is_met_needs_nothing_and_what_is_blank_cannot_be_said() -> None:
    met = judged(table(base()))
    for name, finding in met.findings.items():
        if name != "innovation_score":
            assert finding.status[0] == MET
            for need in HNTE.needs(name, met.firms, met.law):
                assert need.short[0] <= 0, name
    (need,) = HNTE.needs("st_staff_ratio", table(base(st_staff=None)), met.law)
    assert np.isnan(need.short[0])


def test_every_condition_and_item_has_its_inverse() -> None:
    import eligibility.schemes.hnte.remedies as remedies

    for law in HNTE.editions:
        for name in (*law.conditions_by_id, *law.items):
            assert callable(getattr(remedies, name)), name


def test_a_scheme_without_remedies_has_no_levers_and_no_steps(tmp_path: Any) -> None:
    assert (HNTE.folder / "remedies.py").exists()
    bare = replace(HNTE, folder=tmp_path)
    firm, law = table(base()), bare.edition("e2016")
    assert bare.levers(firm, law) == {}
    assert bare.needs("core_ip", firm, law) == bare.steps("ip_count", firm, law) == ()
