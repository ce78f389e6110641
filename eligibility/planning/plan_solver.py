"""The integer program of the cheapest plan, solved exactly by HiGHS."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from eligibility.assessment.shortfalls import HAIR
from eligibility.domain.arrays import Floats
from eligibility.planning.plan_case import Case, Grade, Line


def solve(case: Case, cuts: Sequence[set[int]]) -> list[float] | None:
    """The cheapest amounts of the open actions, without all of the actions of any cut together.

    Returns
    -------
    list of float, or None
        One amount an open action, in its units; None where nothing is enough.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    model = _Model(case, cuts)
    rows, columns, values, lows = model.matrix
    solution = milp(
        model.costs,
        integrality=model.whole,
        bounds=Bounds(np.zeros(len(model.tops)), model.tops),
        constraints=LinearConstraint(
            coo_array((values, (rows, columns)), shape=(len(lows), len(model.tops))).tocsr(),
            np.array(lows),
            np.inf,
        ),
        options={"mip_rel_gap": 0.0},
    )
    if solution.x is None:
        return None
    amounts = _trim(case, model.amounts(solution.x), model.grades_taken(solution.x))
    if not case.enough(case.levers(amounts)):
        # within the solver's tolerance and yet not enough: a set that seems to do is no plan
        return solve(case, [*cuts, {place for place, done in enumerate(amounts) if done > 0}])
    return amounts


class _Model:
    """The program: amounts and uses of actions, amounts of levers, grades taken, points of groups.

    Everything is scaled near one, so that the solver's tolerance is a hair of each line.
    """

    def __init__(self, case: Case, cuts: Sequence[set[int]]) -> None:
        self.case = case
        self.grades = [
            grade
            for grade in (case.grades if case.points is not None else ())
            if all(line.is_reached(case.farthest) for line in grade.lines)
        ]
        self.groups = case.law.score.groups if case.points is not None else ()
        self.unit = [1.0 if action.whole else action.most for action in case.open]
        self.scale = {name: far for name, far in case.farthest.items() if far > 0}
        ends = np.cumsum(
            [len(case.open), len(case.open), len(self.scale), len(self.grades), len(self.groups)]
        ).tolist()
        self.amount_columns, self.use_columns, levers, self.grade, self.points = (
            range(start, end) for start, end in zip([0, *ends], ends, strict=False)
        )
        self.lever = dict(zip(self.scale, levers, strict=True))
        self.tops, self.whole, self.costs = (
            np.ones(ends[-1]),
            np.zeros(ends[-1]),
            np.zeros(ends[-1]),
        )
        self.rows: list[tuple[dict[int, float], float]] = []
        self._actions()
        self._lines()
        self._score()
        for cut in cuts:
            self._row({self.use_columns[place]: -1.0 for place in cut}, 1.0 - len(cut))

    def _actions(self) -> None:
        """What actions cost, that an amount counts as use, and how they move the levers."""
        brought: dict[str, dict[int, float]] = {name: {} for name in self.scale}
        for action, unit, done, used in zip(
            self.case.open, self.unit, self.amount_columns, self.use_columns, strict=True
        ):
            self.tops[done] = action.most / unit
            self.whole[[done, used]] = action.whole, 1
            self.costs[done] = self.case.actions.each(action.action) * unit
            self.costs[used] = self.case.actions.once(action.action)
            self._row({used: self.tops[done], done: -1.0})
            for name in action.gives.keys() & self.scale.keys():
                brought[name][done] = action.gives[name] * unit / self.scale[name]
        for name, coefficients in brought.items():
            self._row({**coefficients, self.lever[name]: -1.0})

    def _lines(self) -> None:
        """Every line of a condition is reached, and every line of a grade that is taken."""
        for lines in self.case.lines.values():
            for line in lines:
                if line.short > 0:
                    self._row(self._coefficients(line), 1.0)
        for place, grade in zip(self.grade, self.grades, strict=True):
            for line in grade.lines:
                if line.short > 0:
                    self._row({**self._coefficients(line), place: -1.0})

    def _score(self) -> None:
        """One grade an item, the ceilings of the groups, and the points asked for."""
        self.whole[self.grade.start : self.grade.stop] = 1
        of_item: dict[str, dict[int, Grade]] = {}
        for place, grade in zip(self.grade, self.grades, strict=True):
            of_item.setdefault(grade.item, {})[place] = grade
        for grades in of_item.values():
            self._row(dict.fromkeys(grades, -1.0), -1.0)
        for place, group in zip(self.points, self.groups, strict=True):
            self.tops[place] = group.max
            raised, lows = (
                {place: -1.0},
                [float(self.case.score.items[item.id].low[0]) for item in group.items],
            )
            takes_best = group.takes == "best"
            now = max(lows) if takes_best else sum(lows)
            for item, low in zip(group.items, lows, strict=True):
                below = now if takes_best else low
                grades = of_item.get(item.id, {})
                raised |= {at: grade.low - below for at, grade in grades.items()}
            if takes_best:
                # the best of the items counts, so that one grade of them all is taken
                self._row({at: -1.0 for at in raised if at != place}, -1.0)
            self._row(raised, -now)
        if self.case.points is not None:
            self._row(dict.fromkeys(self.points, 1.0), self.case.points)

    @property
    def matrix(self) -> tuple[list[int], list[int], list[float], list[float]]:
        """The rows as coordinates, and their lower bounds."""
        rows, columns, values = [], [], []
        for number, (entries, _) in enumerate(self.rows):
            for column, value in entries.items():
                rows.append(number)
                columns.append(column)
                values.append(value)
        return rows, columns, values, [low for _, low in self.rows]

    def amounts(self, solution: Floats) -> list[float]:
        """Amounts of the actions in their own units."""
        return [
            float(round(value)) if action.whole else float(value) * unit
            for value, action, unit in zip(solution, self.case.open, self.unit, strict=False)
        ]

    def grades_taken(self, solution: Floats) -> list[Grade]:
        """The grades taken."""
        half = 0.5
        return [
            grade
            for place, grade in zip(self.grade, self.grades, strict=True)
            if solution[place] > half
        ]

    def _coefficients(self, line: Line) -> dict[int, float]:
        return {
            self.lever[name]: gain * self.scale[name] / line.short
            for name, gain in line.gains.items()
            if name in self.lever
        }

    def _row(self, entries: dict[int, float], low: float = 0.0) -> None:
        self.rows.append((entries, low))


def _trim(case: Case, amounts: list[float], grades: Sequence[Grade]) -> list[float]:
    """The amounts in money to the cent: just enough for every line, the dearest trimmed first."""
    lines = [line for of_condition in case.lines.values() for line in of_condition]
    lines += [line for grade in grades for line in grade.lines]
    money = [
        place for place, action in enumerate(case.open) if not action.whole and amounts[place] > 0
    ]
    money.sort(key=lambda place: -case.actions.each(case.open[place].action))
    for place in (*money, *reversed(money)):
        action = case.open[place]
        others = case.levers([0.0 if at == place else done for at, done in enumerate(amounts)])
        enough = 0.0
        for line in lines:
            brings = sum(gain * action.gives.get(name, 0.0) for name, gain in line.gains.items())
            if brings > 0:
                enough = max(enough, (line.short - line.total(others)) / brings)
        amounts[place] = min(math.ceil(enough / action.step - HAIR) * action.step, action.most)
    return amounts
