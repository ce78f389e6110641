"""The cheapest set of actions after which a model finds one firm ready enough, by a day.

Sets of the open actions are looked at in rising cost; the firm is changed by each and assessed
again, and the model is asked of that. A set is given up where even all that may be added to it is
not enough, which is exact for a model that more of anything never makes doubt, as the conjunction
of conditions. Readiness is the model's own figure, not the lower end of its interval, of a firm
with no condition unmet: what is undetermined the model weighs. Actions in money are taken as far
as they go, and then cut back to what is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from heapq import heappop, heappush

import numpy as np

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.planning.actions import Actions, OpenAction
from eligibility.planning.gaps import filled
from eligibility.planning.lead_times import LeadTimes
from eligibility.planning.plan import Case, Plan
from eligibility.scheme import Scheme
from eligibility.vocabulary import Bools, FirmTable, Floats, InputError, Message, Readiness, msgid

Judge = Callable[[Assessment], Readiness | None]
Amounts = Sequence[float]
#: sets of actions that are looked at before the search settles for one that is enough
MOST_SETS = 40_000
#: sets that are assessed together
TOGETHER = 250
#: halvings of an amount of money; a billion comes to the cent
HALVINGS = 40


@dataclass(frozen=True)
class Ready:
    """What was found for one firm and one day.

    Attributes
    ----------
    asked : float
        The readiness asked for, /1.
    plan : Plan or None
        The cheapest that reaches it; None where not even all actions together do.
    proven : bool
        False where the search settled for a plan that is enough and may not be the cheapest.
    readiness : Readiness
        Of the firm with the plan carried out, or else with every action taken; of one row.
    refused : Message or None
        Why there is no plan.
    """

    asked: float
    plan: Plan | None
    proven: bool
    readiness: Readiness
    refused: Message | None


def ready_plan(
    firm: FirmTable,
    scheme: Scheme,
    on: date,
    judge: Judge,
    asked: float,
    actions: Actions | None = None,
    times: LeadTimes | None = None,
) -> Ready:
    """The cheapest plan after which the model finds the firm ready enough.

    Parameters
    ----------
    firm : FirmTable
        One row, as it would apply: ``application_date`` is the day to be ready by.
    judge : callable
        What a model says of an assessment, as ``Model.readiness``.
    asked : float
        Between 0 and 1.

    Raises
    ------
    InputError
        If the readiness asked for is no share, or the model knows other rules.
    """
    if not 0 < asked < 1:
        raise InputError("A readiness of {asked} cannot be planned for; give one between 0 and 1, such as 0.8.", asked=f"{asked:g}")  # fmt: skip
    # with points asked for, moves say which items they raise
    case = replace(Case.of(firm, scheme, on, 0.0, actions, times), points=0.0)
    search = _Search(case, firm, scheme, judge, asked)
    everything = [action.most for action in case.open]
    said = search.said([everything])
    if not search.enough(said)[0]:
        why = _UNMET if said.conditional[0] else _NEVER
        values = {"asked": f"{asked:.0%}", "by": case.by.isoformat()}
        best = {} if said.conditional[0] else {"best": f"{said.probability[0]:.0%}"}
        return Ready(asked, None, True, said, Message(why, {**values, **best}))
    search = search.weightiest_first()
    found, proven = search.cheapest()
    if found is None:
        found = [action.most for action in search.case.open]
    amounts = search.cut_back(found)
    return Ready(asked, search.case.carried_out(amounts), proven, search.said([amounts]), None)


_NEVER = msgid("Readiness of {asked} is out of reach by {by}: with every action taken the model says {best}.")  # fmt: skip
_UNMET = msgid("Readiness of {asked} is out of reach by {by}: with every action taken a condition is still unmet.")  # fmt: skip
_OTHER_RULES = msgid("The model knows other rules than those in force on this date; it says nothing.")  # fmt: skip


@dataclass(frozen=True)
class _Search:
    case: Case
    firm: FirmTable
    scheme: Scheme
    judge: Judge
    asked: float

    def weightiest_first(self) -> _Search:
        """With the actions first without which the model says least, so that much is ruled out soon."""
        actions = self.case.open
        without = [
            [0.0 if at == place else action.most for at, action in enumerate(actions)]
            for place in range(len(actions))
        ]
        if not actions:
            return self
        left = self.said(without)
        order = np.lexsort((left.probability, ~left.conditional))
        return replace(self, case=replace(self.case, open=[actions[place] for place in order]))

    def said(self, sets: Sequence[Amounts]) -> Readiness:
        """What the model says of the firm after each of these sets of actions."""
        moved = [self.case.levers(amounts) for amounts in sets]
        columns: dict[str, Floats] = {
            name: np.array([levers.get(name, 0.0) for levers in moved])
            for name in dict.fromkeys(name for levers in moved for name in levers)
        }
        firms = self.firm.take(np.zeros(len(sets), dtype=np.intp))
        (found,) = assess_table(filled(firms, self.case.law, self.scheme, columns), self.scheme)
        readiness = self.judge(found)
        if readiness is None:
            raise InputError(_OTHER_RULES)
        return readiness

    def enough(self, said: Readiness) -> Bools:
        """Where no condition is unmet and the model says as much as was asked for."""
        reached: Bools = ~said.conditional & (said.probability >= self.asked)
        return reached

    def cheapest(self) -> tuple[list[float] | None, bool]:
        """The cheapest set that is enough, or None, and whether every cheaper one is ruled out."""
        actions, looked = self.case.open, 0
        best: tuple[float, Amounts] | None = None
        # cost, the first action that the set may still grow in, the set
        heap: list[tuple[float, int, tuple[float, ...]]] = [(0.0, 0, (0.0,) * len(actions))]
        while heap and looked < MOST_SETS:
            part: list[tuple[float, int, tuple[float, ...]]] = []
            while heap and len(part) < TOGETHER and (best is None or heap[0][0] < best[0]):
                part.append(heappop(heap))
            if not part:
                break
            looked += len(part)
            farthest = [
                (*amounts[:first], *(action.most for action in actions[first:]))
                for _, first, amounts in part
            ]
            enough = self.enough(self.said([*(amounts for _, _, amounts in part), *farthest]))
            for (cost, first, amounts), is_enough, can_be in zip(
                part, enough[: len(part)], enough[len(part) :], strict=True
            ):
                if is_enough and (best is None or cost < best[0]):
                    best = (cost, amounts)
                elif not is_enough and can_be:
                    for grown in self._grown(cost, first, amounts):
                        heappush(heap, grown)
        ruled_out = not heap or (best is not None and heap[0][0] >= best[0])
        return (None if best is None else list(best[1])), ruled_out

    def _grown(
        self, cost: float, first: int, amounts: tuple[float, ...]
    ) -> Iterator[tuple[float, int, tuple[float, ...]]]:
        """A set with one more of its last action or of a later one: each set is met in one way."""
        for place in range(first, len(amounts)):
            action = self.case.open[place]
            more = amounts[place] + (1.0 if action.whole else action.most)
            if more <= action.most:
                added = self._cost(action, more) - self._cost(action, amounts[place])
                yield cost + added, place, (*amounts[:place], more, *amounts[place + 1 :])

    def _cost(self, action: OpenAction, amount: float) -> float:
        held = self.case.actions
        return held.once(action.action) + held.each(action.action) * amount if amount else 0.0

    def cut_back(self, amounts: Amounts) -> list[float]:
        """As little of each action as is still enough, the dearest cut first."""
        left = list(amounts)
        order = sorted(
            (place for place, amount in enumerate(left) if amount > 0),
            key=lambda place: -self._cost(self.case.open[place], left[place]),
        )
        for place in order:
            step = self.case.open[place].step
            low, high = 0, round(left[place] / step)
            # the least number of steps that is enough, between one that is not and one that is
            if self._with(left, place, 0.0):
                high = 0
            for _ in range(HALVINGS):
                middle = (low + high) // 2
                if middle in (low, high):
                    break
                low, high = (low, middle) if self._with(left, place, middle * step) else (middle, high)  # fmt: skip
            left[place] = min(high * step, left[place])
        return left

    def _with(self, amounts: Sequence[float], place: int, amount: float) -> bool:
        changed = [*amounts[:place], amount, *amounts[place + 1 :]]
        return bool(self.enough(self.said([changed]))[0])
