"""Optimisation problem of a plan: lines and grades to reach, and the actions open by a day."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from eligibility.assessment.assess import assess_table
from eligibility.assessment.shortfalls import least, step_size
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition, ItemGroup
from eligibility.domain.results import MET, UNDETERMINED, UNMET, Lever, Need, ScoreInterval
from eligibility.domain.text import Message, msgid
from eligibility.planning.actions import Actions, OpenAction, amount, known_actions, open_actions
from eligibility.planning.lead_times import LeadTimes, lead_times
from eligibility.schemes.registry import Scheme

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
    """Result of the search: the plans for one firm and one day, or why there are none.

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
    """Linear constraint of one firm: Σ gain · lever ≥ short."""

    short: float
    gains: Mapping[str, float]

    def is_reached(self, levers: Mapping[str, float]) -> bool:
        """True where these lever amounts fill it."""
        return self.total(levers) >= self.short - ROUNDING * max(1.0, self.short)

    def total(self, levers: Mapping[str, float]) -> float:
        """What these lever amounts bring."""
        return sum(gain * levers.get(name, 0.0) for name, gain in self.gains.items())


@dataclass(frozen=True)
class Grade:
    """A better grade of one item: its certain points and what it takes."""

    item: str
    low: float
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Case:
    """Optimisation problem of one firm and one day: its lines, grades and open actions."""

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
    points_text: str
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
        (assessment,) = assess_table(firm, scheme)
        law, actions, times = assessment.law, actions or known_actions(), times or lead_times()
        by = firm.dates("application_date")[0].item()
        levers = scheme.levers(firm, law)
        lines: dict[str, tuple[Line, ...]] = {}
        stuck: dict[str, Message] = {}
        wanting: dict[str, None] = {}
        find_out: dict[str, None] = {}
        points, points_text = score_at_least, f"≥ {score_at_least or 0:g}"
        for name, finding in assessment.findings.items():
            condition = law.conditions_by_id[name]
            if finding.status[0] == MET:
                continue
            reachable = scheme.has_remedy(name)
            if not reachable and finding.status[0] == UNMET:
                stuck[name] = Message(_NOT_HELD, {"condition": condition.title})
            elif reachable and condition.judges == "score":
                if score_at_least is None:
                    points, points_text = _points_to_reach(
                        scheme.needs(name, assessment.score, law), assessment.score
                    )
            else:
                needs = scheme.needs(name, firm, law)
                lines[name] = _lines(needs, levers, scheme)
                if len(lines[name]) < max(len(needs), 1):
                    # unmet whatever the blanks hold, yet by how much only they say
                    missing = [field for field, rows in finding.blanks.items() if rows[0]]
                    figures = [
                        field for field in missing if scheme.fields_by_id[field].kind not in ANSWERS
                    ]
                    wanting |= dict.fromkeys(figures)
                    if not figures:
                        find_out |= dict.fromkeys(missing)
                    if not missing:
                        sentence = _JUDGED if finding.status[0] == UNDETERMINED else _UNKNOWN
                        stuck[name] = Message(sentence, {"condition": condition.title})
        grades = [
            Grade(item, step.points[0], _lines(step.needs, levers, scheme))
            for item, scored in assessment.score.items.items()
            for step in scheme.steps(item, firm, law)
            if step.points[0] > scored.low[0]
            and not any(math.isnan(need.short[0]) for need in step.needs)
        ]
        return cls(
            by=by,
            law=law,
            actions=actions,
            score=assessment.score,
            open=open_actions(actions, levers, 0, scheme, times, on, by),
            rooms={name: float(lever.room[0]) for name, lever in levers.items()},
            lines=lines,
            grades=grades,
            points=points,
            points_text=points_text,
            stuck=stuck,
            wanting=tuple(wanting),
            find_out=tuple(find_out),
        )

    @cached_property
    def farthest(self) -> Mapping[str, float]:
        """Every lever as far as the open actions move it."""
        return self.levers([action.most for action in self.open])

    @cached_property
    def obstacles(self) -> Mapping[str, Message]:
        """Conditions that no set of the open actions meets, and why; exact, since levers only help."""
        obstacles = dict(self.stuck)
        for name, lines in self.lines.items():
            if not all(line.is_reached(self.farthest) for line in lines):
                sentence = _OUT_OF_REACH if any(line.gains for line in lines) else _NOT_BY_ACTION
                title = self.law.conditions_by_id[name].title
                obstacles[name] = Message(sentence, {"condition": title, "by": self.by.isoformat()})
        best = self.low(self.farthest)
        if self.points is not None and best < self.points:
            name = next(c.id for c in self.law.conditions if c.judges == "score")
            obstacles[name] = Message(
                _SCORE_OUT_OF_REACH,
                {
                    "condition": self.law.conditions_by_id[name].title,
                    "by": self.by.isoformat(),
                    "low": f"{best:g}",
                    "asked": self.points_text,
                },
            )
        return obstacles

    @property
    def feasible(self) -> bool:
        """Feasibility: True where some plan is enough."""
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
            grade_so_far = reached.get(grade.item)
            if (grade_so_far is None or grade.low > grade_so_far.low) and all(
                line.is_reached(levers) for line in grade.lines
            ):
                reached[grade.item] = grade
        return reached

    def low(self, levers: Mapping[str, float]) -> float:
        """The certain points with levers so moved, after the ceilings of the groups."""
        best = self.best(levers)

        def points(group: ItemGroup) -> float:
            lows = [
                best[item.id].low if item.id in best else float(self.score.items[item.id].low[0])
                for item in group.items
            ]
            return min(max(lows) if group.takes == "best" else sum(lows), group.max)

        return sum(map(points, self.law.score.groups))

    def enough(self, levers: Mapping[str, float]) -> bool:
        """True where levers so moved reach every line and the points asked for."""
        met = all(line.is_reached(levers) for lines in self.lines.values() for line in lines)
        return met and (self.points is None or self.low(levers) >= self.points)

    def carried_out(self, amounts: Sequence[float]) -> Plan:
        """These amounts of the open actions as a plan."""
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


_NOT_HELD = msgid("{condition}: not met, and how it is reached is not held here; plan it by hand.")
_JUDGED = msgid("{condition}: left to judgement, no fact or action settles it.")
_UNKNOWN = msgid("{condition}: not met, and facts that it rests on are blank.")
_NOT_BY_ACTION = msgid("{condition}: nothing a firm can do by {by} mends it.")
_OUT_OF_REACH = msgid("{condition}: out of reach by {by} with all that can still be done.")
_SCORE_OUT_OF_REACH = msgid(
    "{condition}: at most {low} points are certain by {by}; asked for: {asked}."
)


def _points_to_reach(needs: Sequence[Need], score: ScoreInterval) -> tuple[float, str]:
    """The points that pass for certain, and the same in words."""
    (need,) = needs
    mark = float(score.low[0] + need.short[0])
    return (mark + ABOVE, f"> {mark:g}") if need.strict else (mark, f"≥ {mark:g}")


def _lines(needs: Iterable[Need], levers: Mapping[str, Lever], scheme: Scheme) -> tuple[Line, ...]:
    """The needs of a table of one row, without those that cannot be said."""
    return tuple(
        _line(need, levers, scheme) for need in needs if not math.isnan(float(need.short[0]))
    )


def _line(need: Need, levers: Mapping[str, Lever], scheme: Scheme) -> Line:
    gains = {
        name: float(np.broadcast_to(gain, need.short.shape)[0])
        for name, gain in need.gains.items()
        if name in levers
    }
    gains = {name: gain for name, gain in gains.items() if gain > 0}
    short = float(need.short[0])
    if np.broadcast_to(need.strict, need.short.shape)[0] and short >= 0:
        steps = [
            float(least(need, name, levers[name], step_size(levers[name].field, scheme))[0]) * gain
            for name, gain in gains.items()
        ]
        short = min(steps, default=max(short, ABOVE))
    return Line(short, gains)
