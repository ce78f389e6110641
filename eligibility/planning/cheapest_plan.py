"""Cost optimisation: the cheapest actions that make one firm eligible by a day, and the next-best.

The law enters as it stands in the edition: each condition's needs are lines to reach, each item's
steps are choices of which one is taken, each group's ceiling a bound (see the scheme's
remedies.py). Levers only ever help, so whether anything suffices is seen with every lever moved as
far as it goes; what is cheapest is an integer program, solved exactly by HiGHS.
"""

from __future__ import annotations

from datetime import date

from eligibility.domain.facts import FirmTable
from eligibility.planning.actions import Actions
from eligibility.planning.lead_times import LeadTimes
from eligibility.planning.plan_case import Answer, Case, Plan
from eligibility.planning.plan_solver import solve
from eligibility.schemes.registry import Scheme

#: plans told beside the cheapest
ALTERNATIVES = 3


def plan(
    firm: FirmTable,
    scheme: Scheme,
    on: date,
    *,
    score_at_least: float | None = None,
    actions: Actions | None = None,
    times: LeadTimes | None = None,
    alternatives: int = ALTERNATIVES,
) -> Answer:
    """The cheapest plans for one firm.

    Parameters
    ----------
    firm : FirmTable
        One row, as it would apply: ``application_date`` is the day to be ready by.
    scheme : Scheme
    on : date
        The day from which something can be done.
    score_at_least : float, optional
        Certain points asked for, instead of those that pass for certain.
    actions, times : optional
        Those of actions.yaml and lead_times.yaml unless given.
    alternatives : int
        How many next-best plans, each without some action of every better one.

    Notes
    -----
    Actions change the latest year of the window and what stands on the day of application; the
    two years before it are left as they are. A condition of which the scheme does not say how it is
    reached is an obstacle while it is unmet, and says so.

    Raises
    ------
    InputError
        If an action moves a lever that no plan may rest on.
    """
    case = Case.of(firm, scheme, on, score_at_least, actions, times)
    return answer(case, alternatives)


def answer(case: Case, alternatives: int) -> Answer:
    """The plans, or why there are none."""
    plans: list[Plan] = []
    nothing = [0.0] * len(case.open)
    if case.feasible and case.enough(case.levers(nothing)):
        plans.append(case.carried_out(nothing))
    elif case.feasible:
        cuts: list[set[int]] = []
        while len(plans) <= alternatives:
            amounts = solve(case, cuts)
            if amounts is None:
                break
            plans.append(case.carried_out(amounts))
            cuts.append({place for place, done in enumerate(amounts) if done > 0})
    return Answer(
        by=case.by,
        plans=tuple(sorted(plans, key=lambda each: each.cost)),
        obstacles=case.obstacles,
        wanting=case.wanting,
        find_out=case.find_out,
        finding_cost=len(case.find_out) * case.actions.price(case.actions.finding_out),
        best_low=case.low(case.farthest),
    )
