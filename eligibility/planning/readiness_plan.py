"""Cost optimisation to a predicted probability: the cheapest actions that reach a chance.

Sets of the open actions are looked at in rising cost; the firm is changed by each and assessed
again, and the model is asked of that. A set is given up where even all that may be added to it is
not enough, which is exact for a model that more of anything never makes doubt, as the conjunction
of conditions. Readiness is the model's own figure, not the lower end of its interval, of a firm
with no condition unmet: what is undetermined the model weighs. Of an action that is paid by the
yuan a set holds no more than is enough, and no more than the best set so far leaves money for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from heapq import heappop, heappush
from math import floor

import numpy as np

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.shortfalls import apply_levers
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import Readiness
from eligibility.domain.text import Message, msgid
from eligibility.planning.actions import Actions, OpenAction
from eligibility.planning.lead_times import LeadTimes
from eligibility.planning.plan_case import Case, Plan
from eligibility.schemes.registry import Scheme

Judge = Callable[[Assessment], Readiness | None]
Amounts = Sequence[float]
#: sets of actions that are looked at before the search settles for one that is enough
MOST_SETS = 40_000
#: sets that are assessed together
TOGETHER = 250
#: parts that an amount is cut into at once while the least of it is looked for
SECTIONS = 64


@dataclass(frozen=True)
class ReadinessPlan:
    """Result of the search for one firm and one day.

    Attributes
    ----------
    threshold : float
        The readiness asked for, /1.
    plan : Plan or None
        The cheapest that reaches it; None where not even all actions together do.
    proven : bool
        False where the search settled for a plan that is enough and may not be the cheapest.
    readiness : Readiness
        Of the firm with the plan carried out, or else with every action taken; of one row.
    refusal : Message or None
        Why there is no plan.
    """

    threshold: float
    plan: Plan | None
    proven: bool
    readiness: Readiness
    refusal: Message | None


def ready_plan(
    firm: FirmTable,
    scheme: Scheme,
    on: date,
    judge: Judge,
    threshold: float,
    actions: Actions | None = None,
    times: LeadTimes | None = None,
) -> ReadinessPlan:
    """Cheapest plan after which the predicted chance reaches an aim.

    Parameters
    ----------
    firm : FirmTable
        One row, as it would apply: ``application_date`` is the day to be ready by.
    judge : callable
        What a model says of an assessment, as ``Model.readiness``.
    threshold : float
        Between 0 and 1.

    Raises
    ------
    InputError
        If the readiness asked for is no share, or the model knows other rules.
    """
    if not 0 < threshold < 1:
        raise InputError("A readiness of {asked} cannot be planned for; give one between 0 and 1, such as 0.8.", asked=f"{threshold:g}")  # fmt: skip
    # with points asked for, moves say which items they raise
    case = replace(Case.of(firm, scheme, on, 0.0, actions, times), points=0.0)
    search = _Search(case, firm, scheme, judge, threshold)
    everything = [action.most for action in case.open]
    readiness = search.readiness([everything])
    if not search.enough(readiness)[0]:
        why = _UNMET if readiness.conditional[0] else _NEVER
        best = readiness.probability[0]
        # so many digits that what is less reads as less
        digits = next((n for n in range(9) if f"{best:.{n}%}" != f"{threshold:.{n}%}"), 9)
        values = {"asked": f"{threshold:.{digits}%}", "by": case.by.isoformat()}
        message_values = {} if readiness.conditional[0] else {"best": f"{best:.{digits}%}"}
        return ReadinessPlan(
            threshold, None, True, readiness, Message(why, {**values, **message_values})
        )
    search = search.weightiest_first()
    cheapest, proven = search.cheapest()
    amounts = search.cut_back(cheapest)
    return ReadinessPlan(
        threshold, search.case.carried_out(amounts), proven, search.readiness([amounts]), None
    )


_NEVER = msgid("Readiness of {asked} is out of reach by {by}: with every action taken the model says {best}.")  # fmt: skip
_UNMET = msgid("Readiness of {asked} is out of reach by {by}: with every action taken a condition is still unmet.")  # fmt: skip
_OTHER_RULES = msgid("The model knows other rules than those in force on this date; it says nothing.")  # fmt: skip


@dataclass(frozen=True)
class _Search:
    case: Case
    firm: FirmTable
    scheme: Scheme
    judge: Judge
    threshold: float

    def weightiest_first(self) -> _Search:
        """With the actions first without which the model says least, so that much is ruled out soon."""
        actions = self.case.open
        without = [
            [0.0 if at == place else action.most for at, action in enumerate(actions)]
            for place in range(len(actions))
        ]
        if not actions:
            return self
        left = self.readiness(without)
        order = np.lexsort((left.probability, ~left.conditional))
        return replace(self, case=replace(self.case, open=[actions[place] for place in order]))

    def readiness(self, sets: Sequence[Amounts]) -> Readiness:
        """What the model says of the firm after each of these sets of actions."""
        moved = [self.case.levers(amounts) for amounts in sets]
        columns: dict[str, Floats] = {
            name: np.array([levers.get(name, 0.0) for levers in moved])
            for name in dict.fromkeys(name for levers in moved for name in levers)
        }
        firms = self.firm.take(np.zeros(len(sets), dtype=np.intp))
        (assessment,) = assess_table(
            apply_levers(firms, self.case.law, self.scheme, columns), self.scheme
        )
        readiness = self.judge(assessment)
        if readiness is None:
            raise InputError(_OTHER_RULES)
        return readiness

    def enough(self, readiness: Readiness) -> Bools:
        """Where no condition is unmet and the model says as much as was asked for."""
        reached: Bools = ~readiness.conditional & (readiness.probability >= self.threshold)
        return reached

    def cheapest(self) -> tuple[list[float], bool]:
        """The cheapest set that is enough, and whether every cheaper one is ruled out.

        All actions together are enough. Of an action paid by its amount a set holds as much as the
        best so far leaves money for, and its bound nothing of that; where the set is enough the
        amount is cut back, and the set still grows, for less of it may do beside another action.
        """
        actions, by_amount, looked = self.case.open, self._by_amount, 0
        best: Amounts = [action.most for action in actions]
        most = self._total(best)
        # no less than its cost, the first action that the set may still grow in, the set
        heap: list[tuple[float, int, tuple[float, ...]]] = [(0.0, 0, (0.0,) * len(actions))]
        while heap and looked < MOST_SETS:
            part: list[tuple[float, int, tuple[float, ...]]] = []
            while heap and len(part) < TOGETHER and heap[0][0] < most:
                part.append(heappop(heap))
            if not part:
                break
            looked += len(part)
            sets = [
                self._affordable(amounts, most - bound)
                for bound, first, reached in part
                for amounts in (
                    reached,
                    (*reached[:first], *(action.most for action in actions[first:])),
                )
            ]
            enough = self.enough(self.readiness(sets))
            for (bound, first, amounts), readiness_there, is_enough, can_be in zip(
                part, sets[::2], enough[::2], enough[1::2], strict=True
            ):
                paid = [place for place in by_amount if amounts[place] > 0]
                if is_enough and bound < most:
                    cut = self._cut(readiness_there, paid, most - bound)
                    if cut is not None and self._total(cut) < most:
                        best, most = cut, self._total(cut)
                if can_be and (paid or not is_enough):
                    for grown in self._extensions(bound, first, amounts):
                        heappush(heap, grown)
        ruled_out = not heap or heap[0][0] >= most
        # of two such actions more of one may save more of the other, which is not looked into
        return list(best), ruled_out and len(by_amount) <= 1

    @property
    def _by_amount(self) -> list[int]:
        """Places of the actions in money that cost by the amount."""
        each = self.case.actions.each
        return [
            place
            for place, action in enumerate(self.case.open)
            if not action.whole and each(action.action) > 0
        ]

    def _affordable(self, amounts: Amounts, budget: float) -> list[float]:
        """A set with no more of what costs by the amount than is left to pay for it."""
        result = list(amounts)
        for place in self._by_amount:
            action = self.case.open[place]
            paid = budget / self.case.actions.each(action.action)
            result[place] = min(result[place], max(floor(paid / action.step) * action.step, 0.0))
        return result

    def _cut(self, amounts: Amounts, places: Sequence[int], budget: float) -> list[float] | None:
        """A set that is enough with as little as will do of what is paid by the amount.

        None where it is not enough for what is left to pay for that by now.
        """
        result = self._affordable(amounts, budget)
        if result != amounts and not self.enough(self.readiness([result]))[0]:
            return None
        for place in places:
            result[place] = self._least(result, place)
        return result

    def _extensions(
        self, bound: float, first: int, amounts: tuple[float, ...]
    ) -> Iterator[tuple[float, int, tuple[float, ...]]]:
        """A set with one more of its last action or of a later one: each set is met in one way."""
        by_amount = self._by_amount
        for place in range(first, len(amounts)):
            action = self.case.open[place]
            more = amounts[place] + (1.0 if action.whole else action.most)
            if more <= action.most:
                # an amount may be cut back to next to nothing
                added = (
                    self.case.actions.once(action.action)
                    if place in by_amount
                    else self._cost(action, more) - self._cost(action, amounts[place])
                )
                yield bound + added, place, (*amounts[:place], more, *amounts[place + 1 :])

    def _cost(self, action: OpenAction, amount: float) -> float:
        actions = self.case.actions
        return actions.once(action.action) + actions.each(action.action) * amount if amount else 0.0

    def _total(self, amounts: Amounts) -> float:
        return sum(map(self._cost, self.case.open, amounts))

    def cut_back(self, amounts: Amounts) -> list[float]:
        """As little of each action as is still enough, the dearest cut first."""
        left = list(amounts)
        order = sorted(
            (place for place, amount in enumerate(left) if amount > 0),
            key=lambda place: -self._cost(self.case.open[place], left[place]),
        )
        for place in order:
            left[place] = self._least(left, place)
        return left

    def _least(self, amounts: Amounts, place: int) -> float:
        """The least of one action with which the set is still enough."""
        step = self.case.open[place].step
        # steps between a number that is not enough and one that is
        low, high = -1, round(amounts[place] / step)
        while high - low > 1:
            tried = np.unique(np.linspace(low, high, SECTIONS + 1).round())[1:-1].astype(int)
            enough = self.enough(
                self.readiness([[*amounts[:place], n * step, *amounts[place + 1 :]] for n in tried])
            )
            below = int(enough.argmax()) if enough.any() else len(tried)
            bounds = [low, *tried.tolist(), high]
            low, high = bounds[below], bounds[below + 1]
        return min(high * step, amounts[place])
