"""Projection to later deadlines: the three-year window moves, and firms are assessed at each.

A table goes in and a table comes out, so one firm and a portfolio take the same way. What the new
years hold is an assumption, always named: as last year, growing at a rate, or as planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import assess_table
from eligibility.assessment.shortfalls import apply_levers
from eligibility.domain.arrays import Bools, Codes, Floats
from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field, FirmTable, bound_ids, years_of
from eligibility.domain.results import MET, UNMET
from eligibility.planning.lead_times import LeadTimes, lead_times, months_after
from eligibility.schemes.registry import Scheme

#: kinds of figures that may grow at a rate, and kinds that no year changes
GROWING = ("money", "number")
STANDING = ("date", "code", "text", "catalogue")
#: the latest year of the official forms
LATEST = 3
NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Filing:
    """Rights filed and not yet granted: how many of a kind of lead_times.yaml, and when."""

    kind: str
    filed_on: date
    count: int = 1


@dataclass(frozen=True)
class Assumptions:
    """Assumptions on figures of years that are not there yet.

    Attributes
    ----------
    growth : mapping of stem to /1 a year
        Stems as in ``sales_revenue`` of ``sales_revenue_y3``; any other figure is as last year.
    planned_figures : mapping of stem to mapping of calendar year to figure
        Planned figures, in the field's unit; they come before growth.
    filings : tuple of Filing
        Rights under way, counted once their lead time has passed.
    certificate_granted : bool
        True where a certification is granted before the date looked at: what it uses is spent.
    """

    growth: Mapping[str, float] = field(default_factory=dict)
    planned_figures: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    filings: tuple[Filing, ...] = ()
    certificate_granted: bool = False

    def validate(self, scheme: Scheme) -> Assumptions:
        """Validate that every figure they name can be assumed; returns themselves.

        Raises
        ------
        InputError
            If a figure is unknown, or cannot grow at a rate.
        """
        kinds = {field.stem: field.kind for field in scheme.fields}
        for stem in (*self.growth, *self.planned_figures):
            if stem not in kinds:
                raise InputError("There is no figure {figure} to assume.", figure=stem)
        for stem in self.growth:
            if kinds[stem] not in GROWING:
                raise InputError("{figure} cannot grow at a rate; plan it by year.", figure=stem)
        return self


AS_LAST_YEAR = Assumptions()


@dataclass(frozen=True)
class Projection:
    """Verdicts at each deadline.

    Attributes
    ----------
    deadlines : list of date
    tables : list of FirmTable
        The firms as they would apply on each deadline.
    verdicts : array of int8, shape (deadlines, n)
    lows, highs : arrays of shape (deadlines, n)
        The score.
    open : array of bool, shape (deadlines, n)
        False where the deadline lies before the year a firm's figures are of.
    """

    deadlines: list[date]
    tables: list[FirmTable]
    verdicts: Codes
    lows: Floats
    highs: Floats
    open: Bools

    @cached_property
    def certain(self) -> NDArray[np.datetime64]:
        """The first deadline at which each firm is eligible for certain; NaT if none, shape (n,)."""
        return self._first(self.verdicts == MET)

    @cached_property
    def possible(self) -> NDArray[np.datetime64]:
        """The first deadline at which no condition is unmet; NaT if none, shape (n,)."""
        return self._first(self.verdicts != UNMET)

    def _first(self, holds: Bools) -> NDArray[np.datetime64]:
        holds = holds & self.open
        days = np.array(self.deadlines, dtype="datetime64[D]")
        return np.where(holds.any(axis=0), days[holds.argmax(axis=0)], NEVER)


def projection(
    firms: FirmTable,
    scheme: Scheme,
    on: date,
    assumptions: Assumptions = AS_LAST_YEAR,
    times: LeadTimes | None = None,
) -> Projection:
    """Assess firms at every deadline from a day on.

    Parameters
    ----------
    firms : FirmTable
        ``application_date`` tells which years their figures are of.
    scheme, on, assumptions
        The qualification, the day from which deadlines count, what the new years hold.
    times : LeadTimes, optional
        Those of lead_times.yaml unless given.

    Raises
    ------
    InputError
        If an assumption speaks of a figure there is not.
    """
    times = times or lead_times()
    deadlines = times.deadlines(on)
    tables = [project(firms, day, scheme, assumptions, times) for day in deadlines]
    shape = (len(deadlines), firms.rows)
    verdicts, lows, highs = np.zeros(shape, np.int8), np.zeros(shape), np.zeros(shape)
    for place, table in enumerate(tables):
        for assessment in assess_table(table, scheme):
            verdicts[place, assessment.rows] = assessment.verdict
            lows[place, assessment.rows] = assessment.score.low
            highs[place, assessment.rows] = assessment.score.high
    years = np.array([day.year for day in deadlines])
    return Projection(
        deadlines, tables, verdicts, lows, highs, firms.application_years <= years[:, None]
    )


def project(
    firms: FirmTable,
    by: date,
    scheme: Scheme,
    assumptions: Assumptions = AS_LAST_YEAR,
    times: LeadTimes | None = None,
) -> FirmTable:
    """The firms as they would apply on a day; rows whose figures are of a later year stay."""
    assumptions = assumptions.validate(scheme)
    times = times or lead_times()
    if assumptions.certificate_granted:
        firms = firms.with_columns(scheme.after_grant(firms))
    moves = range(int(firms.application_years.min(initial=by.year)), by.year)
    for year in moves:
        firms = _a_year_on(firms, year + 1, scheme.fields, assumptions)
    dates = firms.dates("application_date")
    ahead = firms.application_years <= by.year
    firms = firms.with_columns({"application_date": np.where(ahead, np.datetime64(by, "D"), dates)})
    law = scheme.in_force(by)
    for filing in assumptions.filings:
        kind = times.kind(filing.kind)
        if months_after(filing.filed_on, kind.months.value) <= by:
            granted = np.full(firms.rows, float(filing.count))
            firms = apply_levers(firms, law, scheme, {kind.lever: granted})
    return firms


def _a_year_on(
    firms: FirmTable, application_year: int, fields: Iterable[Field], assumptions: Assumptions
) -> FirmTable:
    """The rows that apply in the year before, moved to this one."""
    rows = firms.application_years == application_year - 1
    latest = years_of(application_year)[-1]
    moved: dict[str, NDArray[Any]] = {}
    for each in fields:
        if each.kind in STANDING:
            continue
        now = firms.numbers(each.id)
        planned = assumptions.planned_figures.get(each.stem, {}).get(latest)
        if each.year is not None and each.year < LATEST:
            then = firms.numbers(f"{each.stem}_y{each.year + 1}")
        elif planned is not None:
            then = np.full(firms.rows, planned)
        else:
            then = now * (1 + assumptions.growth.get(each.stem, 0.0))
        if not np.isnan(then).all() or each.id in firms.columns:
            moved[each.id] = np.where(rows, then, now)
        if each.year is not None:
            # a list of the years before says nothing of the year that now bears the name
            ends = (name for name in bound_ids(each.id) if name in firms.columns)
            moved |= {name: np.where(rows, np.nan, firms.numbers(name)) for name in ends}
    # the first day of the year stands for the year until the deadline is set
    first_day = np.datetime64(f"{application_year}-01-01", "D")
    moved["application_date"] = np.where(rows, first_day, firms.dates("application_date"))
    return firms.with_columns(moved)
