"""The cheapest plan: enough when the firm is assessed again, never dearer than any other way."""

from __future__ import annotations

import itertools
import shutil
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.shortfalls import apply_levers
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import MET
from eligibility.planning.actions import Actions, known_actions, open_actions
from eligibility.planning.cheapest_plan import answer, plan
from eligibility.planning.lead_times import lead_times
from eligibility.planning.plan_case import Answer, Case, Plan
from eligibility.planning.projection import project
from tests.firms import HNTE, base, table

LAW = HNTE.edition("e2016")
ON = date(2026, 9, 1)
BY = date(2027, 7, 10)


def ready(**changes: Any) -> FirmTable:
    """The base firm with changes, as it would apply in July 2027."""
    return project(table(base(**changes)), BY, HNTE)


def after(firm: FirmTable, made: Plan, answer: Answer) -> Assessment:
    """The firm with the plan carried out and the facts found out in its favour."""
    moved = {name: np.array([amount]) for name, amount in made.levers.items()}
    firm = apply_levers(firm, LAW, HNTE, moved)
    found = {"major_violation": 0.0, "technical_field_code": 10101.0}
    firm = firm.with_columns({name: np.array([found[name]]) for name in answer.find_out})
    (assessment,) = assess_table(firm, HNTE)
    return assessment


LACKING = st.fixed_dictionaries(
    {},
    optional={
        "ip_class1_count": st.integers(0, 1),
        "ip_class2_count": st.integers(0, 4),
        "ip_class2_used_count": st.just(0),
        "ip_core_support": st.booleans(),
        "ip_self_developed": st.booleans(),
        "ip_advancement_rating": st.sampled_from([None, *"ABCDE"]),
        "ip_core_support_rating": st.sampled_from([None, *"ABCDE"]),
        "st_staff": st.integers(3, 12),
        "hitech_income_y3": st.floats(7e6, 9.5e6).map(lambda income: round(income, 2)),
        "rd_expense_y2": st.floats(1e5, 1e6).map(lambda cost: round(cost, 2)),
        "conversions_y2": st.integers(0, 6),
        "conversions_y3": st.integers(0, 6),
        "management_system": st.sampled_from([None, 0, 2.5, 6]),
        "management_talent": st.sampled_from([None, 0, 3]),
        "major_violation": st.sampled_from([None, False]),
        "technical_field_code": st.sampled_from([None, 101, 10101]),
    },
)


def consistent(changes: dict[str, Any]) -> dict[str, Any]:
    """Domestic R&D is never more than all R&D."""
    if "rd_expense_y2" in changes:
        changes = {**changes, "rd_expense_domestic_y2": changes["rd_expense_y2"]}
    return changes


@given(LACKING, st.sampled_from([None, 50.0, 60.0]))
@settings(max_examples=60)
def test_every_plan_is_enough_when_the_firm_is_assessed_again(
    changes: dict[str, Any], points: float | None
) -> None:
    firm = ready(**consistent(changes))
    answer = plan(firm, HNTE, ON, score_at_least=points)
    assert bool(answer.plans) != bool(answer.obstacles or answer.wanting)
    for made in answer.plans:
        found = after(firm, made, answer)
        for name, finding in found.findings.items():
            if name != "innovation_score" or points is None:
                assert finding.status[0] == MET, name
        # half a point of one's own is lost when whole points are added to it
        assert made.low - 1e-6 <= found.score.low[0] < made.low + 1
        assert points is None or found.score.low[0] >= points


@given(LACKING)
@settings(max_examples=30)
def test_no_move_of_a_plan_can_be_left_out(changes: dict[str, Any]) -> None:
    firm = ready(**consistent(changes))
    case = Case.of(firm, HNTE, ON, 55.0, None, None)
    for made in answer(case, 0).plans:
        for left_out in made.moves:
            amounts = [
                next((m.amount for m in made.moves if m.open == action and m != left_out), 0.0)
                for action in case.open
            ]
            levers = case.levers(amounts)
            lines = [line for held in case.lines.values() for line in held]
            assert not all(line.is_reached(levers) for line in lines) or case.low(levers) < 55


FEW = (
    "register_software", "show_core_support", "record_conversion", "file_utility_model",
    "rate_advancement", "set_up_talent", "set_up_institution",
)  # fmt: skip


def few_actions(*names: str) -> Actions:
    held = known_actions()
    return held.model_copy(
        update={"actions": tuple(action for action in held.actions if action.id in names)}
    )


def cheapest_by_trying(firm: FirmTable, actions: Actions, points: float) -> float | None:
    """Assess the firm under every combination of whole amounts, as one table."""
    levers = HNTE.levers(firm, LAW)
    choices = open_actions(actions, levers, 0, HNTE, lead_times(), ON, BY)
    grid = list(itertools.product(*(range(int(choice.most) + 1) for choice in choices)))
    tried = np.array(grid, dtype=float)
    many = firm.take(np.zeros(len(grid), dtype=np.intp))
    moved: dict[str, np.ndarray] = {}
    for place, choice in enumerate(choices):
        for name, brings in choice.gives.items():
            moved[name] = moved.get(name, 0.0) + brings * tried[:, place]
    moved = {name: np.minimum(done, levers[name].room[0]) for name, done in moved.items()}
    (found,) = assess_table(apply_levers(many, LAW, HNTE, moved), HNTE)
    enough = found.score.low >= points
    for name, finding in found.findings.items():
        if name != "innovation_score":
            enough &= finding.status == MET
    cost = sum(
        actions.each(choice.action) * tried[:, place]
        + actions.once(choice.action) * (tried[:, place] > 0)
        for place, choice in enumerate(choices)
    )
    return float(cost[enough].min()) if enough.any() else None


@pytest.mark.parametrize("seed", range(12))
def test_the_plan_costs_what_the_best_of_all_combinations_costs(seed: int) -> None:
    draw = np.random.default_rng(seed)
    firm = ready(
        ip_class1_count=0,
        ip_class2_count=int(draw.integers(0, 4)),
        ip_core_support=bool(draw.integers(0, 4)),
        st_staff=int(draw.integers(7, 11)),
        conversions_y2=int(draw.integers(0, 5)),
        ip_advancement_rating="ABCDE"[draw.integers(0, 5)],
        management_talent=int(draw.integers(0, 4)),
        management_institution=int(draw.integers(3, 7)),
    )
    names = draw.choice(FEW, size=4, replace=False)
    actions = few_actions("count_staff", *names)
    points = float(draw.integers(38, 58))
    answer = plan(firm, HNTE, ON, score_at_least=points, actions=actions)
    best = cheapest_by_trying(firm, actions, points)
    assert (answer.plans[0].cost if answer.plans else None) == best
    if best is not None:
        assert after(firm, answer.plans[0], answer).score.low[0] >= points


def test_amounts_of_money_are_just_enough_to_the_cent() -> None:
    costs = {f"rd_expense{part}_y3": 300_000.07 for part in ("", "_domestic")}
    firm = ready(**costs)
    answer = plan(firm, HNTE, ON, score_at_least=0, actions=few_actions("spend_rd"))
    ((move,),) = [made.moves for made in answer.plans]
    # 5 % of 12 + 15 + 15 million, less 960,000 and twice 300,000.07
    assert move.amount == pytest.approx(539_999.86, abs=1e-6)
    assert move.meets == ("rd_intensity",)
    assert move.open.start_by == date(2026, 11, 30)
    short = answer.plans[0].levers["rd_at_home"] - 0.01
    (less,) = assess_table(apply_levers(firm, LAW, HNTE, {"rd_at_home": np.array([short])}), HNTE)
    assert less.findings["rd_intensity"].status[0] != MET


def test_cheap_evidence_is_used_up_before_money_is_spent() -> None:
    costs = {f"rd_expense{part}_y3": 300_000.0 for part in ("", "_domestic")}
    answer = plan(
        ready(**costs), HNTE, ON, score_at_least=0, actions=few_actions("spend_rd", "collect_rd")
    )
    amounts = {move.open.action.id: move.amount for move in answer.plans[0].moves}
    assert amounts == {"collect_rd": 30_000.0, "spend_rd": 510_000.0}
    assert [move.open.action.id for move in answer.plans[1].moves] == ["spend_rd"]


@given(LACKING)
@settings(max_examples=25)
def test_alternatives_cost_no_less_and_each_leaves_something_out(changes: dict[str, Any]) -> None:
    answer = plan(ready(**consistent(changes)), HNTE, ON, score_at_least=58)
    costs = [made.cost for made in answer.plans]
    assert costs == sorted(costs)
    assert len(costs) <= 4
    used = [{move.open.action.id for move in made.moves} for made in answer.plans]
    for better, worse in itertools.combinations(used, 2):
        assert not better <= worse


@pytest.mark.parametrize(
    "name",
    ["ip_core_support", "ip_advancement_rating", "ip_core_support_rating",
     "management_system", "management_talent", "major_violation", "technical_field_code"],
)  # fmt: skip
def test_a_blank_never_makes_a_plan_cheaper(name: str) -> None:
    lacking = {"ip_class1_count": 0, "ip_class2_count": 1, "conversions_y2": 2}
    known = plan(ready(**lacking), HNTE, ON, score_at_least=60)
    blank = plan(ready(**lacking, **{name: None}), HNTE, ON, score_at_least=60)
    assert blank.plans[0].cost > known.plans[0].cost


@pytest.mark.parametrize("name", ["st_staff", "hitech_income_y3", "sales_revenue_y2"])
def test_a_blank_figure_has_to_be_filled_in_before_anything_is_planned(name: str) -> None:
    answer = plan(ready(**{name: None}), HNTE, ON)
    assert not answer.plans
    assert set(answer.wanting) & {name, name.replace("_y2", "_y1")}


def test_a_firm_that_is_eligible_needs_nothing() -> None:
    answer = plan(table(base()), HNTE, date(2026, 5, 1))
    ((made,), low) = answer.plans, answer.plans[0].low
    assert (made.cost, made.moves, low) == (0.0, (), 77.0)


def test_a_refusal_names_the_condition_that_cannot_be_reached() -> None:
    answer = plan(ready(major_violation=True, registered_on=date(2026, 8, 1)), HNTE, ON)
    assert not answer.plans
    assert {"no_major_violation", "registration_age"} <= set(answer.obstacles)
    assert "nothing a firm can do" in str(answer.obstacles["no_major_violation"])


def test_a_score_out_of_reach_says_how_far_it_can_come() -> None:
    answer = plan(ready(), HNTE, ON, score_at_least=99)
    assert "asked for: ≥ 99" in str(answer.obstacles["innovation_score"])
    assert f"at most {answer.best_low:g} points" in str(answer.obstacles["innovation_score"])


def test_what_cannot_be_done_in_time_is_not_planned() -> None:
    firm = ready(ip_class1_count=0, ip_class2_count=0)
    levers = HNTE.levers(firm, LAW)

    def names(on: date) -> set[str]:
        choices = open_actions(known_actions(), levers, 0, HNTE, lead_times(), on, BY)
        assert all(choice.start_by >= on for choice in choices)
        return {choice.action.id for choice in choices}

    assert {"file_utility_model", "hire_staff", "spend_rd"} <= names(date(2026, 2, 1))
    assert "file_invention" in names(date(2026, 1, 10)) - names(date(2026, 1, 11))
    # 183 days of the year must be left
    assert "hire_staff" in names(date(2026, 5, 2))
    assert "hire_staff" not in names(date(2026, 5, 3))
    # the fiscal year is over, the batch is not
    assert "spend_rd" not in names(date(2027, 1, 1))
    assert "register_software" in names(date(2027, 5, 10)) - names(date(2027, 5, 11))


def test_whoever_is_hired_counts_for_the_part_of_the_year_that_is_left() -> None:
    levers = HNTE.levers(ready(), LAW)
    (hire,) = open_actions(
        few_actions("hire_staff"), levers, 0, HNTE, lead_times(), date(2026, 5, 2), BY
    )
    assert hire.gives["st_staff_hired"] == pytest.approx(183 / 365)
    (hire,) = open_actions(
        few_actions("hire_staff"), levers, 0, HNTE, lead_times(), date(2025, 5, 2), BY
    )
    assert (hire.gives["st_staff_hired"], hire.start_by) == (1.0, date(2025, 11, 1))


def test_no_plan_rests_on_a_figure_that_undoes_other_lines() -> None:
    held = known_actions()
    wrong = held.actions[0].model_copy(update={"gives": {"sales": 1.0}})
    with pytest.raises(InputError, match="no plan may rest"):
        plan(ready(), HNTE, ON, actions=held.model_copy(update={"actions": (wrong,)}))


def test_every_action_moves_a_lever_of_the_scheme_and_every_number_has_its_source() -> None:
    levers = HNTE.levers(table(base()), LAW)
    for action in known_actions().actions:
        assert set(action.gives) <= set(levers), action.id
    for kind in lead_times().kinds:
        assert kind.lever in levers
        assert kind.months.source


def test_one_firms_plan_takes_well_under_a_second() -> None:
    firm = ready(
        ip_class1_count=0, ip_class2_count=1, st_staff=7, ip_advancement_rating="C",
        management_talent=1, conversions_y3=4,
    )  # fmt: skip
    plan(firm, HNTE, ON, score_at_least=60)  # the solver is imported once
    start = time.process_time()
    answer = plan(firm, HNTE, ON, score_at_least=60)
    assert len(answer.plans) == 4
    assert time.process_time() - start < 1.0


def test_a_scheme_that_does_not_say_how_it_is_reached_has_no_plans_and_says_so(
    tmp_path: Path,
) -> None:
    folder = shutil.copytree(HNTE.folder, tmp_path / "hnte")
    (folder / "remedies.py").unlink()
    answer = plan(ready(st_staff=5), replace(HNTE, folder=folder), ON)
    assert answer.plans == ()
    assert answer.obstacles.keys() == {"st_staff_ratio"}
    assert "how it is reached is not held here" in str(answer.obstacles["st_staff_ratio"])
    assert [made.moves for made in plan(ready(), replace(HNTE, folder=folder), ON).plans] == [()]
