"""Catalogue of a firm's actions, ``actions.yaml``: what each costs and when it counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from eligibility.assessment.shortfalls import HAIR, step_size
from eligibility.domain.errors import InputError
from eligibility.domain.results import Lever
from eligibility.domain.text import Wording
from eligibility.planning.assumptions import ASSUMED, HERE, AssumedFigure, Settings, read_settings
from eligibility.planning.lead_times import LeadTimes, months_after
from eligibility.schemes.registry import Scheme


class Days(Settings):
    """Days of work of an adviser and of the firm's own people."""

    adviser: AssumedFigure | None = None
    firm: AssumedFigure | None = None


class Effort(Settings):
    """Something for each unit, and something once."""

    each: AssumedFigure | None = None
    once: AssumedFigure | None = None


class Work(Settings):
    """Days for each unit, and once."""

    each: Days = Days()
    once: Days = Days()


class Action(Settings):
    """One thing a firm can do; actions.yaml says what its entries mean."""

    id: str
    title: Wording
    provided: Wording | None = None
    gives: Mapping[str, float]
    counts: Literal["standing", "year", "average", "papers"]
    lead: str | AssumedFigure
    at_most: AssumedFigure | None = None
    at_most_of_present: AssumedFigure | None = None
    cost: Effort = Effort()
    days: Work = Work()

    @model_validator(mode="after")
    def _require_bounds(self) -> Action:
        if (self.at_most is None) == (self.at_most_of_present is None):
            raise ValueError(f"{self.id}: one of at_most and at_most_of_present is needed")
        if min(self.gives.values()) <= 0:
            raise ValueError(f"{self.id}: what it gives must be more than nothing")
        return self

    @property
    def is_assumed(self) -> bool:
        """True where some number of it is only assumed."""
        figures = (
            *(self.lead, self.at_most, self.at_most_of_present, self.cost.each, self.cost.once),
            *(self.days.each.adviser, self.days.each.firm),
            *(self.days.once.adviser, self.days.once.firm),
        )
        return any(
            isinstance(figure, AssumedFigure) and figure.source == ASSUMED for figure in figures
        )


class Actions(Settings):
    """Everything of actions.yaml."""

    day_rates: Days
    finding_out: Days
    actions: tuple[Action, ...]

    def price(self, days: Days) -> float:
        """Days at their rates, CNY."""
        return sum(
            worked.value * rate.value
            for worked, rate in (
                (days.adviser, self.day_rates.adviser),
                (days.firm, self.day_rates.firm),
            )
            if worked and rate
        )

    def each(self, action: Action) -> float:
        """Cost of one unit, work included, CNY."""
        return amount(action.cost.each) + self.price(action.days.each)

    def once(self, action: Action) -> float:
        """Cost of doing it at all, work included, CNY."""
        return amount(action.cost.once) + self.price(action.days.once)


@cache
def known_actions(path: Path = HERE / "actions.yaml") -> Actions:
    """Load the catalogue of actions."""
    return read_settings(path, Actions)


def amount(figure: AssumedFigure | None) -> float:
    """A figure, nothing where none is given."""
    return figure.value if figure else 0.0


@dataclass(frozen=True)
class OpenAction:
    """Feasible action: one that the firm can still take in time.

    Attributes
    ----------
    gives : mapping of lever to amount
        What one unit brings, after the part of the year that is left.
    most : float
        How many units are of use and can be had.
    step : float
        The smallest part of a unit; one where units are whole.
    start_by, done_by : date
        The last day to start for it to count, and the day it then counts from.
    """

    action: Action
    gives: Mapping[str, float]
    most: float
    step: float
    start_by: date
    done_by: date

    @property
    def whole(self) -> bool:
        """True where only whole units can be done."""
        return self.step == 1


def open_actions(
    actions: Actions,
    levers: Mapping[str, Lever],
    row: int,
    scheme: Scheme,
    times: LeadTimes,
    on: date,
    by: date,
) -> list[OpenAction]:
    """Feasible actions of one firm from a day on, so that they count for an application.

    Actions on levers that the edition does not know are left out.

    Raises
    ------
    InputError
        If an action moves a lever that no plan may rest on.
    """
    result = []
    for action in actions.actions:
        for name in action.gives:
            if name in levers and not levers[name].plannable:
                raise InputError(
                    "Action {action} moves {lever}, on which no plan may rest.",
                    action=action.id,
                    lever=name,
                )
        if all(name in levers for name in action.gives):
            open_action = _with_lead_time(action, levers, row, scheme, times, on, by)
            if open_action and open_action.most > 0:
                result.append(open_action)
    return result


def _with_lead_time(
    action: Action,
    levers: Mapping[str, Lever],
    row: int,
    scheme: Scheme,
    times: LeadTimes,
    on: date,
    by: date,
) -> OpenAction | None:
    lead = (
        action.lead.value
        if isinstance(action.lead, AssumedFigure)
        else times.kind(action.lead).months.value
    )
    share = 1.0
    if action.counts in ("standing", "papers"):
        start_by, done_by = months_after(by, -lead), by
    else:
        first, last = date(by.year - 1, 1, 1), date(by.year - 1, 12, 31)
        start_by, done_by = months_after(last, -lead), last
        if action.counts == "average":
            done_by = max(months_after(on, lead), first)
            start_by = max(on, months_after(first, -lead))
            left = (last - done_by).days + 1
            needed = max(levers[name].days_needed for name in action.gives)
            if left < needed or left <= 0:
                return None
            share = left / ((last - first) + timedelta(days=1)).days
    if start_by < on:
        return None
    gives = {name: brings * share for name, brings in action.gives.items()}
    step = min(step_size(levers[name].field, scheme) for name in gives)
    return OpenAction(
        action, gives, _most(action, gives, levers, row, step), step, start_by, done_by
    )


def _most(
    action: Action, gives: Mapping[str, float], levers: Mapping[str, Lever], row: int, step: float
) -> float:
    if action.at_most:
        most = action.at_most.value
    else:
        present = max(levers[name].present[row] for name in gives)
        most = amount(action.at_most_of_present) * present
    of_use = 0.0
    for name, brings in gives.items():
        room = levers[name].room[row]
        if math.isinf(room):
            of_use = math.inf
        elif not math.isnan(room):
            of_use = max(of_use, math.ceil(room / brings / step - HAIR) * step)
    if math.isnan(most):
        return 0.0
    return max(min(math.floor(most / step + HAIR) * step, of_use), 0.0)
