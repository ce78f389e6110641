"""A plan by readiness: enough when assessed again by the model, never dearer than any other way."""

from __future__ import annotations

import itertools
import json
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from eligibility.api import readiness_judge
from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.shortfalls import apply_levers
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import Readiness
from eligibility.planning import firm_plan as briefs
from eligibility.planning import readiness_plan
from eligibility.planning.actions import Actions, known_actions, open_actions
from eligibility.planning.firm_plan import firm_plan
from eligibility.planning.lead_times import lead_times
from eligibility.planning.plan_request import PlanRequest
from eligibility.planning.readiness_plan import ReadinessPlan, ready_plan
from tests.commands import SAMPLES, run
from tests.planning.test_cheapest_plan import BY, HNTE, LAW, ON, ready

MODELS = Path(__file__).parents[2] / "models" / "hnte"


@cache
def model() -> readiness_plan.Judge:
    """The model that comes with the program."""
    return readiness_judge(MODELS)


def only(*names: str) -> Actions:
    """These of the known actions."""
    held = known_actions()
    chosen = tuple(action for action in held.actions if action.id in names)
    assert len(chosen) == len(names)
    return held.model_copy(update={"actions": chosen})


#: each in whole units, so that every combination can be tried
FEW = only("count_staff", "record_conversion", "rate_core_support", "set_up_talent")
#: one is paid by the yuan, so that little of it may be cheaper than much work
WITH_MONEY = only("spend_rd", "rate_core_support", "set_up_talent")


def best_of_all(firm: FirmTable, actions: Actions, asked: float) -> float | None:
    """The cost of the cheapest combination of whole amounts that the model finds ready enough."""
    levers = HNTE.levers(firm, LAW)
    choices = open_actions(actions, levers, 0, HNTE, lead_times(), ON, BY)
    amounts = np.array(
        list(itertools.product(*(range(int(choice.most) + 1) for choice in choices))), dtype=float
    )
    moved: dict[str, np.ndarray] = {}
    for place, choice in enumerate(choices):
        for name, brings in choice.gives.items():
            moved[name] = moved.get(name, 0.0) + brings * amounts[:, place]
    moved = {name: np.minimum(done, levers[name].room[0]) for name, done in moved.items()}
    many = firm.take(np.zeros(len(amounts), dtype=np.intp))
    (found,) = assess_table(apply_levers(many, LAW, HNTE, moved), HNTE)
    said = model()(found)
    assert said is not None
    cost = sum(
        actions.each(choice.action) * amounts[:, place]
        + actions.once(choice.action) * (amounts[:, place] > 0)
        for place, choice in enumerate(choices)
    )
    enough = ~said.conditional & (said.probability >= asked)
    return float(cost[enough].min()) if enough.any() else None


def again(firm: FirmTable, made: ReadinessPlan) -> Readiness:
    """What the model says of the firm once the plan is carried out."""
    assert made.plan is not None
    moved = {name: np.array([amount]) for name, amount in made.plan.levers.items()}
    (found,) = assess_table(apply_levers(firm, LAW, HNTE, moved), HNTE)
    said = model()(found)
    assert said is not None
    return said


@pytest.mark.parametrize("asked", [0.3, 0.6, 0.75])
@pytest.mark.parametrize("seed", range(8))
def test_the_plan_costs_what_the_best_of_all_combinations_costs(seed: int, asked: float) -> None:
    draw = np.random.default_rng(seed)
    firm = ready(
        st_staff=int(draw.integers(8, 12)),
        conversions_y2=int(draw.integers(0, 6)),
        ip_core_support_rating="ABCDE"[draw.integers(0, 5)],
        management_talent=float(draw.integers(0, 4)),
    )
    made = ready_plan(firm, HNTE, ON, model(), asked, FEW)
    assert made.proven
    assert (made.plan.cost if made.plan else None) == pytest.approx(best_of_all(firm, FEW, asked))


def best_with_money(firm: FirmTable, asked: float) -> float:
    """The cost of the cheapest combination of whole amounts with the R&D that it still takes."""
    levers = HNTE.levers(firm, LAW)
    choices = open_actions(WITH_MONEY, levers, 0, HNTE, lead_times(), ON, BY)
    (spend,) = (choice for choice in choices if choice.action.id == "spend_rd")
    others = [choice for choice in choices if choice is not spend]
    whole = np.array(
        list(itertools.product(*(range(int(choice.most) + 1) for choice in others))), dtype=float
    )
    many = firm.take(np.zeros(len(whole), dtype=np.intp))

    def enough(spent: np.ndarray) -> np.ndarray:
        moved = {"rd_at_home": spent}
        for place, choice in enumerate(others):
            for name, brings in choice.gives.items():
                moved[name] = np.minimum(brings * whole[:, place], levers[name].room[0])
        (found,) = assess_table(apply_levers(many, LAW, HNTE, moved), HNTE)
        said = model()(found)
        assert said is not None
        return ~said.conditional & (said.probability >= asked)

    low, high = np.zeros(len(whole)), np.full(len(whole), spend.most)
    can_be = enough(high)
    for _ in range(36):
        middle = (low + high) / 2
        is_enough = enough(middle)
        low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
    spent = np.where(enough(np.zeros(len(whole))), 0.0, high)
    cost = spent + WITH_MONEY.once(spend.action) * (spent > 0)
    for place, choice in enumerate(others):
        amounts = whole[:, place]
        cost += WITH_MONEY.each(choice.action) * amounts
        cost += WITH_MONEY.once(choice.action) * (amounts > 0)
    return float(cost[can_be].min())


@pytest.mark.parametrize("asked", [0.6, 0.7, 0.8])
@pytest.mark.parametrize("spent", [300_000.0, 600_000.0])
@pytest.mark.parametrize("talent", [0.0, 2.0])
def test_money_is_weighed_against_work_to_the_yuan(
    spent: float, talent: float, asked: float
) -> None:
    firm = ready(rd_expense_y3=spent, management_talent=talent, ip_core_support_rating="C")
    made = ready_plan(firm, HNTE, ON, model(), asked, WITH_MONEY)
    assert made.plan is not None
    assert made.proven
    assert made.plan.cost == pytest.approx(best_with_money(firm, asked), abs=0.02)
    assert again(firm, made).probability[0] >= asked


def test_more_readiness_never_costs_less() -> None:
    firm = ready(rd_expense_y3=300_000.0, management_talent=0.0, ip_core_support_rating="C")
    costs = [
        made.plan.cost
        for asked in (0.6, 0.7, 0.75, 0.8)
        if (made := ready_plan(firm, HNTE, ON, model(), asked, WITH_MONEY)).plan
    ]
    assert len(costs) == 4
    assert costs == sorted(costs)


def test_some_of_these_firms_need_a_plan_and_some_have_none() -> None:
    costs = {best_of_all(ready(st_staff=n), FEW, 0.6) for n in (8, 10, 12)}
    assert any(cost and cost > 0 for cost in costs)
    assert best_of_all(ready(major_violation=True), FEW, 0.3) is None


@pytest.mark.parametrize("staff", [8, 9, 10, 12])
def test_a_plan_is_enough_when_the_changed_firm_is_assessed_again(staff: int) -> None:
    firm = ready(st_staff=staff, hitech_income_y3=8_500_000.0)
    made = ready_plan(firm, HNTE, ON, model(), 0.7)
    said = again(firm, made)
    assert not said.conditional[0]
    assert said.probability[0] >= 0.7
    assert made.readiness.probability[0] == pytest.approx(said.probability[0])


def test_an_amount_of_money_is_no_cent_more_than_is_needed() -> None:
    firm = ready(hitech_income_y3=8_500_000.0)
    made = ready_plan(firm, HNTE, ON, model(), 0.5, only("scope_hitech_income"))
    assert made.plan is not None
    (move,) = made.plan.moves
    less = {name: np.array([amount - 0.01]) for name, amount in made.plan.levers.items()}
    (found,) = assess_table(apply_levers(firm, LAW, HNTE, less), HNTE)
    said = model()(found)
    assert said is not None
    assert move.amount < move.open.most
    assert said.conditional[0] or said.probability[0] < 0.5


def test_a_firm_that_is_ready_enough_has_nothing_to_do() -> None:
    made = ready_plan(ready(), HNTE, ON, model(), 0.05)
    assert made.plan is not None
    assert (made.plan.moves, made.plan.cost) == ((), 0)


def test_what_no_action_reaches_is_refused_with_what_all_of_them_come_to() -> None:
    never = ready_plan(ready(), HNTE, ON, model(), 0.999)
    assert never.plan is None
    assert never.refusal is not None
    assert "with every action taken the model says" in never.refusal.text
    unmet = ready_plan(ready(major_violation=True), HNTE, ON, model(), 0.1)
    assert unmet.refusal is not None
    assert "a condition is still unmet" in unmet.refusal.text


def test_what_is_just_out_of_reach_does_not_read_as_reached() -> None:
    far = ready_plan(ready(), HNTE, ON, model(), 0.999)
    asked = float(far.readiness.probability[0]) + 1e-4
    never = ready_plan(ready(), HNTE, ON, model(), asked)
    assert never.refusal is not None
    assert never.refusal.values["asked"] != never.refusal.values["best"]


def test_a_search_cut_short_gives_a_plan_that_is_enough_and_says_it_is_not_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    firm = ready(st_staff=8, management_talent=0.0, ip_core_support_rating="D")
    whole = ready_plan(firm, HNTE, ON, model(), 0.6)
    monkeypatch.setattr(readiness_plan, "MOST_SETS", 1)
    monkeypatch.setattr(readiness_plan, "TOGETHER", 1)
    short = ready_plan(firm, HNTE, ON, model(), 0.6)
    assert (whole.proven, short.proven) == (True, False)
    assert again(firm, short).probability[0] >= 0.6
    assert short.plan is not None
    assert whole.plan is not None
    assert short.plan.cost >= whole.plan.cost


@pytest.mark.parametrize("asked", [0.0, 1.0, 80.0, float("nan")])
def test_a_readiness_that_is_no_share_is_refused(asked: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        ready_plan(ready(), HNTE, ON, model(), asked)


def test_a_model_of_other_rules_is_not_planned_by() -> None:
    def silent(_: Assessment) -> None:
        return None

    with pytest.raises(InputError, match="other rules"):
        ready_plan(ready(), HNTE, ON, silent, 0.5)


def test_the_first_batch_is_the_first_that_is_ready_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # the plan that makes the firm certain is not asked for, and not solved
    monkeypatch.delattr(briefs, "plan")
    told = firm_plan(
        ready(st_staff=8), 0, HNTE, date(2027, 3, 1), PlanRequest(readiness=0.6), judge=model()
    )
    plan = told["plan"]
    assert told["by"] == plan["earliest"] == "2027-05-10"
    said = plan["readiness"]
    assert said["probability"] >= 0.6
    assert said["interval"][0] <= said["probability"] <= said["interval"][1]
    assert said["model"]["invented"]


def test_the_command_tells_readiness_with_its_interval_and_what_it_was_learned_from() -> None:
    asked = (
        "plan", SAMPLES / "candidates.csv", "--firm", "91150105XNRCN5XE87",
        "--as-of", "2026-03-01", "--readiness", "0.8", "--model", MODELS,
    )  # fmt: skip
    text = run(*asked, "--lang", "en").stdout
    assert "Readiness then about 85% (72%–94%), at least 80% asked for" in text
    assert "600 invented applications" in text
    plan = json.loads(run(*asked, "--format", "json").stdout)["plan"]
    assert plan["plans"][0]["moves"][0]["action"] == "count_staff"
    assert plan["readiness"]["cheapest"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "--readiness goes with --model"),
        (("--model", str(MODELS), "--score", "75"), "two aims"),
    ],
)
def test_a_readiness_without_a_model_or_beside_points_is_refused(
    more: tuple[str, ...], said: str
) -> None:
    done = run("plan", SAMPLES / "candidates.csv", "--firm", "91150105XNRCN5XE87",
                 "--readiness", "0.8", *more, "--lang", "en", status=2)  # fmt: skip
    assert said in done.stderr
