"""Plan request: what a plan of one firm is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from eligibility.planning.projection import Assumptions


@dataclass(frozen=True)
class PlanRequest:
    """What a plan is asked for; money in CNY, shares and readiness /1.

    Attributes
    ----------
    by : date, optional
        The day to be ready by; the first deadline with a plan, else the last one, if omitted.
    next_batch : bool
        Where ``by`` is omitted: the next batch that the firm can apply in, whether or not
        there is a plan for it.
    score_at_least : float, optional
        Certain points to reach instead of those that pass for certain.
    readiness : float, optional
        Readiness to reach instead of certain eligibility; see
        :mod:`eligibility.planning.readiness_plan`.
    assumptions : Assumptions, optional
        On figures of years that are not there yet; as in the last year, if omitted.
    income, first_time, status_years, losses, staff, assets, western, encouraged_share
        As of :func:`eligibility.planning.incentives.worth`; the years of income run from that of
        the day planned for, and the last five are the firm's own unless given.
    """

    by: date | None = None
    next_batch: bool = False
    score_at_least: float | None = None
    readiness: float | None = None
    assumptions: Assumptions | None = None
    income: tuple[float, ...] = ()
    first_time: bool = True
    status_years: tuple[int, ...] = ()
    losses: Mapping[int, float] | None = None
    staff: float | None = None
    assets: float | None = None
    western: bool | None = None
    encouraged_share: float | None = None
