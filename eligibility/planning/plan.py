"""The cheapest set of actions that makes one firm eligible by a day, and the next-best ones.

The law enters as it stands in the edition: each condition's needs are lines to reach, each item's
steps are choices of which one is taken, each group's ceiling a bound (see the scheme's
remedies.py). Levers only ever help, so whether anything suffices is seen with every lever moved as
far as it goes; what is cheapest is an integer program, solved exactly by HiGHS.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from eligibility.assessment.assess import assess_table
from eligibility.planning.actions import Actions, OpenAction, amount, known_actions, open_actions
from eligibility.planning.gaps import HAIR, grain, least
from eligibility.planning.lead_times import LeadTimes, lead_times
from eligibility.scheme import Scheme
from eligibility.vocabulary import (
    MET,
    UNDETERMINED,
    Edition,
    Finding,
    FirmTable,
    Floats,
    Lever,
    Message,
    Need,
    ScoreInterval,
    msgid,
)

#: plans told beside the cheapest
ALTERNATIVES = 3
#: what rounding may leave of a line, relative to it
ROUNDING = 1e-10
#: points by which "above" is more than "at least"; marks are given in tenths at finest
ABOVE = 1e-4
#: kinds of facts that can be assumed to hold and then be found out
ANSWERS = ("yes_no", "catalogue")


@dataclass(frozen=True)
class Move:
    """One action of a plan: how much of it, at what cost, by when, and what for.

    ``cost`` is in CNY with the days at their rates; ``meets`` are conditions, ``raises`` scored
    items with their certain points before and after.
    """

    open: OpenAction
    amount: float
    cost: float
    adviser_days: float
    firm_days: float
    meets: tuple[str, ...]
    raises: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Plan:
    """Moves that together are enough, at their cost; ``low`` are the certain points then."""

    moves: tuple[Move, ...]
    cost: float
    low: float
    levers: Mapping[str, float]


@dataclass(frozen=True)
class Answer:
    """What was found for one firm and one day.

    Attributes
    ----------
    plans : tuple of Plan
        The cheapest first; empty where none is enough.
    obstacles : mapping of condition to Message
        Why there is none.
    wanting : tuple of str
        Fields that have to be filled in before anything can be planned.
    find_out : tuple of str
        Facts left blank that the plans take to be in the firm's favour.
    best_low : float
        The certain points with every action taken.
    """

    by: date
    plans: tuple[Plan, ...]
    obstacles: Mapping[str, Message]
    wanting: tuple[str, ...]
    find_out: tuple[str, ...]
    finding_cost: float
    best_low: float


@dataclass(frozen=True)
class Line:
    """A need of one firm: Σ gain · lever ≥ short."""

    short: float
    gains: Mapping[str, float]

    def reached(self, levers: Mapping[str, float]) -> bool:
        """True where these lever amounts fill it."""
        return self.brought(levers) >= self.short - ROUNDING * max(1.0, self.short)

    def brought(self, levers: Mapping[str, float]) -> float:
        """What these lever amounts bring."""
        return sum(gain * levers.get(name, 0.0) for name, gain in self.gains.items())


@dataclass(frozen=True)
class Grade:
    """A better grade of one item: its certain points and what it takes."""

    item: str
    low: float
    lines: tuple[Line, ...]


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
    """
    case = Case.of(firm, scheme, on, score_at_least, actions, times)
    return case.answer(alternatives)


@dataclass(frozen=True)
class Case:
    """One firm, one day: its lines, its grades and the actions open to it."""

    by: date
    law: Edition
    actions: Actions
    score: ScoreInterval
    open: Sequence[OpenAction]
    rooms: Mapping[str, float]
    lines: Mapping[str, tuple[Line, ...]]
    grades: Sequence[Grade]
    #: certain points to reach; None where the score asks for nothing more
    points: float | None
    asked: str
    stuck: Mapping[str, Message]
    wanting: tuple[str, ...]
    find_out: tuple[str, ...]

    @classmethod
    def of(
        cls,
        firm: FirmTable,
        scheme: Scheme,
        on: date,
        score_at_least: float | None,
        actions: Actions | None,
        times: LeadTimes | None,
    ) -> Case:
        """Form the case of a table of one row."""
        (found,) = assess_table(firm, scheme)
        law, actions, times = found.law, actions or known_actions(), times or lead_times()
        by = firm.dates("application_date")[0].item()
        levers = scheme.levers(firm, law)
        lines: dict[str, tuple[Line, ...]] = {}
        stuck: dict[str, Message] = {}
        wanting: list[str] = []
        find_out: list[str] = []
        points, asked = score_at_least, f"≥ {score_at_least or 0:g}"
        for name, finding in found.findings.items():
            condition = law.conditions_by_id[name]
            if condition.judges == "score":
                if score_at_least is None and finding.status[0] != MET:
                    (need,) = scheme.needs(name, found.score, law)
                    mark = float(found.score.low[0] + need.short[0])
                    points = mark + (ABOVE if need.strict else 0.0)
                    asked = f"{'>' if need.strict else '≥'} {mark:g}"
                continue
            if finding.status[0] == MET:
                continue
            needs = scheme.needs(name, firm, law)
            missing = _missing(finding)
            if not needs or any(math.isnan(need.short[0]) for need in needs):
                figures = [
                    field for field in missing if scheme.fields_by_id[field].kind not in ANSWERS
                ]
                wanting += figures
                if not figures:
                    find_out += missing
                if not missing:
                    said = _JUDGED if finding.status[0] == UNDETERMINED else _UNKNOWN
                    stuck[name] = Message(said, {"condition": condition.title})
            lines[name] = tuple(
                line for need in needs if (line := _line(need, levers, scheme)) is not None
            )
        grades = [
            Grade(item, step.points[0], tuple(_lines(step.needs, levers, scheme)))
            for item, scored in found.score.items.items()
            for step in scheme.steps(item, firm, law)
            if step.points[0] > scored.low[0]
            and not any(math.isnan(need.short[0]) for need in step.needs)
        ]
        return cls(
            by=by,
            law=law,
            actions=actions,
            score=found.score,
            open=open_actions(actions, levers, 0, scheme, times, on, by),
            rooms={name: float(lever.room[0]) for name, lever in levers.items()},
            lines=lines,
            grades=grades,
            points=points,
            asked=asked,
            stuck=stuck,
            wanting=tuple(dict.fromkeys(wanting)),
            find_out=tuple(dict.fromkeys(find_out)),
        )

    @cached_property
    def farthest(self) -> Mapping[str, float]:
        """Every lever as far as the open actions move it."""
        return self.levers([action.most for action in self.open])

    @cached_property
    def obstacles(self) -> Mapping[str, Message]:
        """Conditions that no set of the open actions meets, and why; exact, since levers only help."""
        found = dict(self.stuck)
        for name, lines in self.lines.items():
            if not all(line.reached(self.farthest) for line in lines):
                said = _OUT_OF_REACH if any(line.gains for line in lines) else _NOT_BY_ACTION
                title = self.law.conditions_by_id[name].title
                found[name] = Message(said, {"condition": title, "by": self.by.isoformat()})
        best = self.low(self.farthest)
        if self.points is not None and best < self.points:
            name = next(c.id for c in self.law.conditions if c.judges == "score")
            found[name] = Message(
                _SCORE_OUT_OF_REACH,
                {
                    "condition": self.law.conditions_by_id[name].title,
                    "by": self.by.isoformat(),
                    "low": f"{best:g}",
                    "asked": self.asked,
                },
            )
        return found

    @property
    def feasible(self) -> bool:
        """True where some plan is enough."""
        return not self.obstacles and not self.wanting

    def levers(self, amounts: Iterable[float]) -> dict[str, float]:
        """How far these amounts of the open actions move each lever, never beyond its room."""
        moved: dict[str, float] = {}
        for action, done in zip(self.open, amounts, strict=True):
            for name, brings in action.gives.items():
                moved[name] = moved.get(name, 0.0) + brings * done
        return {name: min(total, self.rooms[name]) for name, total in moved.items()}

    def best(self, levers: Mapping[str, float]) -> dict[str, Grade]:
        """The best grade of each item that these levers reach, where it is better than now."""
        reached: dict[str, Grade] = {}
        for grade in self.grades:
            held = reached.get(grade.item)
            if (held is None or grade.low > held.low) and all(
                line.reached(levers) for line in grade.lines
            ):
                reached[grade.item] = grade
        return reached

    def low(self, levers: Mapping[str, float]) -> float:
        """The certain points with levers so moved, after the ceilings of the groups."""
        best = self.best(levers)
        return sum(
            min(
                sum(
                    best[item.id].low
                    if item.id in best
                    else float(self.score.items[item.id].low[0])
                    for item in group.items
                ),
                group.max,
            )
            for group in self.law.score.groups
        )

    def answer(self, alternatives: int) -> Answer:
        """The plans, or why there are none."""
        plans: list[Plan] = []
        nothing = [0.0] * len(self.open)
        if self.feasible and self._enough(self.levers(nothing)):
            plans.append(self._plan(nothing))
        elif self.feasible:
            cuts: list[set[int]] = []
            while len(plans) <= alternatives:
                amounts = solve(self, cuts)
                if amounts is None:
                    break
                plans.append(self._plan(amounts))
                cuts.append({place for place, done in enumerate(amounts) if done > 0})
        return Answer(
            by=self.by,
            plans=tuple(sorted(plans, key=lambda made: made.cost)),
            obstacles=self.obstacles,
            wanting=self.wanting,
            find_out=self.find_out,
            finding_cost=len(self.find_out) * self.actions.price(self.actions.finding_out),
            best_low=self.low(self.farthest),
        )

    def _enough(self, levers: Mapping[str, float]) -> bool:
        met = all(line.reached(levers) for lines in self.lines.values() for line in lines)
        return met and (self.points is None or self.low(levers) >= self.points)

    def _plan(self, amounts: Sequence[float]) -> Plan:
        levers = self.levers(amounts)
        reached = self.best(levers)
        moves = []
        for open_action, done in zip(self.open, amounts, strict=True):
            if done <= 0:
                continue
            action = open_action.action
            each, once = action.days.each, action.days.once
            served = set(open_action.gives)
            moves.append(
                Move(
                    open_action,
                    done,
                    self.actions.once(action) + self.actions.each(action) * done,
                    amount(once.adviser) + amount(each.adviser) * done,
                    amount(once.firm) + amount(each.firm) * done,
                    tuple(
                        name
                        for name, lines in self.lines.items()
                        if any(line.short > 0 and served & set(line.gains) for line in lines)
                    ),
                    {
                        item: (float(self.score.items[item].low[0]), grade.low)
                        for item, grade in reached.items()
                        if self.points is not None
                        and any(line.short > 0 and served & set(line.gains) for line in grade.lines)
                    },
                )
            )
        found_out = len(self.find_out) * self.actions.price(self.actions.finding_out)
        cost = found_out + sum(move.cost for move in moves)
        return Plan(tuple(moves), cost, self.low(levers), levers)


_JUDGED = msgid("{condition}: left to judgement, no fact or action settles it.")
_UNKNOWN = msgid("{condition}: not met, and facts that it rests on are blank.")
_NOT_BY_ACTION = msgid("{condition}: nothing a firm can do by {by} mends it.")
_OUT_OF_REACH = msgid("{condition}: out of reach by {by} with all that can still be done.")
_SCORE_OUT_OF_REACH = msgid(
    "{condition}: at most {low} points are certain by {by}; asked for: {asked}."
)


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
    made = milp(
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
    if made.x is None:
        return None
    return _trimmed(case, model.amounts(made.x), model.chosen(made.x))


class _Model:
    """The program: amounts and uses of actions, amounts of levers, grades taken, points of groups.

    Everything is scaled near one, so that the solver's tolerance is a hair of each line.
    """

    def __init__(self, case: Case, cuts: Sequence[set[int]]) -> None:
        self.case = case
        count = len(case.open)
        self.names = [name for name in case.farthest if case.farthest[name] > 0]
        self.grades = [
            grade
            for grade in (case.grades if case.points is not None else ())
            if all(line.reached(case.farthest) for line in grade.lines)
        ]
        self.unit = [1.0 if action.whole else action.most for action in case.open]
        self.scale = {name: case.farthest[name] for name in self.names}
        groups = case.law.score.groups if case.points is not None else ()
        self.lever = {name: 2 * count + place for place, name in enumerate(self.names)}
        first_grade = 2 * count + len(self.names)
        self.grade = range(first_grade, first_grade + len(self.grades))
        group = range(self.grade.stop, self.grade.stop + len(groups))
        self.tops = np.concatenate(
            [
                [action.most / unit for action, unit in zip(case.open, self.unit, strict=True)],
                np.ones(count),
                np.ones(len(self.names)),
                np.ones(len(self.grades)),
                [group.max for group in groups],
            ]
        )
        self.whole = np.zeros(len(self.tops), dtype=int)
        self.whole[:count] = [action.whole for action in case.open]
        self.whole[count : 2 * count] = 1
        self.whole[first_grade : self.grade.stop] = 1
        self.costs: Floats = np.zeros(len(self.tops))
        for place, (action, unit) in enumerate(zip(case.open, self.unit, strict=True)):
            self.costs[place] = case.actions.each(action.action) * unit
            self.costs[count + place] = case.actions.once(action.action)
        self.rows: list[tuple[dict[int, float], float]] = []
        for place in range(count):
            # an amount counts as used
            self._row({count + place: self.tops[place], place: -1.0})
        for name in self.names:
            given = {
                place: action.gives[name] * unit / self.scale[name]
                for place, (action, unit) in enumerate(zip(case.open, self.unit, strict=True))
                if name in action.gives
            }
            self._row({**given, self.lever[name]: -1.0})
        for line in (line for lines in case.lines.values() for line in lines):
            if line.short > 0:
                self._row(self._brought(line), 1.0)
        for place, grade in zip(self.grade, self.grades, strict=True):
            for line in grade.lines:
                if line.short > 0:
                    self._row({**self._brought(line), place: -1.0})
        for item in {grade.item for grade in self.grades}:
            self._row({place: -1.0 for place, _ in self._of(item)}, -1.0)
        for place, held in zip(group, groups, strict=True):
            now = {item.id: float(case.score.items[item.id].low[0]) for item in held.items}
            raised = {
                at: grade.low - low for name, low in now.items() for at, grade in self._of(name)
            }
            self._row({**raised, place: -1.0}, -sum(now.values()))
        if case.points is not None:
            self._row(dict.fromkeys(group, 1.0), case.points)
        for cut in cuts:
            self._row({count + place: -1.0 for place in cut}, 1.0 - len(cut))

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

    def chosen(self, solution: Floats) -> list[Grade]:
        """The grades taken."""
        half = 0.5
        return [
            grade
            for place, grade in zip(self.grade, self.grades, strict=True)
            if solution[place] > half
        ]

    def _of(self, item: str) -> list[tuple[int, Grade]]:
        return [
            (place, grade)
            for place, grade in zip(self.grade, self.grades, strict=True)
            if grade.item == item
        ]

    def _brought(self, line: Line) -> dict[int, float]:
        return {
            self.lever[name]: gain * self.scale[name] / line.short
            for name, gain in line.gains.items()
            if name in self.lever
        }

    def _row(self, entries: dict[int, float], low: float = 0.0) -> None:
        self.rows.append((entries, low))


def _trimmed(case: Case, amounts: list[float], chosen: Sequence[Grade]) -> list[float]:
    """The amounts in money to the cent: just enough for every line, the dearest trimmed first."""
    lines = [line for held in case.lines.values() for line in held]
    lines += [line for grade in chosen for line in grade.lines]
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
                enough = max(enough, (line.short - line.brought(others)) / brings)
        amounts[place] = min(math.ceil(enough / action.step - HAIR) * action.step, action.most)
    return amounts


def _missing(finding: Finding) -> list[str]:
    return [field for field, rows in finding.missing.items() if rows[0]]


def _lines(needs: Iterable[Need], levers: Mapping[str, Lever], scheme: Scheme) -> list[Line]:
    return [line for need in needs if (line := _line(need, levers, scheme)) is not None]


def _line(need: Need, levers: Mapping[str, Lever], scheme: Scheme) -> Line | None:
    """The need of a table of one row; None where it cannot be said."""
    gains = {
        name: float(np.broadcast_to(gain, need.short.shape)[0])
        for name, gain in need.gains.items()
        if name in levers
    }
    gains = {name: gain for name, gain in gains.items() if gain > 0}
    short = float(need.short[0])
    if math.isnan(short):
        return None
    if np.broadcast_to(need.strict, need.short.shape)[0] and short >= 0:
        steps = [
            float(least(need, name, grain(levers[name].field, scheme))[0]) * gain
            for name, gain in gains.items()
        ]
        short = min(steps, default=max(short, ABOVE))
    return Line(short, gains)
