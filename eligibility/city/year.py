"""Year of a city: forecast, funnel, support, training needs and deadlines together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from eligibility.city.chances import FirmChances, year_after
from eligibility.city.deadlines import Deadline, upcoming
from eligibility.city.forecast import Forecast, forecast
from eligibility.city.outcome_value import OutcomeValue, most_valuable_outcomes
from eligibility.city.portfolio import Aim, Portfolio, SupportOptions, choose
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.scenarios import ScenarioForecast, scenario_forecasts
from eligibility.city.settings import City, Target
from eligibility.city.support_options import support_options
from eligibility.city.training_needs import CourseNeed, SharedGap, course_needs, shared_gaps
from eligibility.domain.arrays import Bools
from eligibility.domain.law import Overlay
from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.domain.text import Message
from eligibility.schemes.registry import Scheme, load_scheme

#: firms named whose outcome would tell most
INFORMATIVE = 5


@dataclass(frozen=True)
class Share:
    """Some of the firms: how many have each verdict, and how many certifications are expected.

    Expected certifications add up to those of the forecast, of which they are a part.
    """

    firms: int
    verdicts: Mapping[int, int]
    expected_certifications: float


@dataclass(frozen=True)
class CityYear:
    """Results of one year of a city.

    ``is_counted`` are the firms that may still be certified in it, of which every share is; once the last
    batch has closed (not ``is_open``) those alone whose application is in.
    ``scenarios`` are those of ``Scenario`` in their order; ``ready_chance`` is that of a further ready firm, and ``more_needed`` how many of these it
    takes to reach the target with the city's confidence.
    """

    city: City
    year: int
    as_of: date
    target: Target
    goal: int
    adviser_days: float
    basis: Message
    is_open: bool
    is_counted: Bools
    standing: PortfolioState
    chances: FirmChances
    options: SupportOptions
    portfolio: Portfolio
    ready_chance: float
    more_needed: int
    by_verdict: Mapping[int, Share]
    by_district: Mapping[str | None, Share]
    by_industry: Mapping[str | None, Share]
    by_carrier: Mapping[str | None, Share]
    gaps: list[SharedGap]
    courses: list[CourseNeed]
    deadlines: list[Deadline]
    informative: list[OutcomeValue]
    scenarios: tuple[ScenarioForecast, ScenarioForecast, ScenarioForecast]


@dataclass(frozen=True)
class YearRequest:
    """What a city's year is worked out for.

    Attributes
    ----------
    city : City
        Gives the target and the adviser-days where these are left out.
    year : int
        Of the applications.
    as_of : date
        Deadlines are counted from it.
    target : int, optional
        Certifications to reach.
    days : float, optional
        Adviser-days that there are.
    aim : Aim
        What support is to raise.
    scheme : Scheme
        Has the batches; the one shipped if omitted.
    """

    city: City
    year: int
    as_of: date
    target: int | None = None
    days: float | None = None
    aim: Aim = Aim.EXPECTED
    scheme: Scheme = field(default_factory=load_scheme)


def city_year(
    standing: PortfolioState,
    chances: FirmChances,
    request: YearRequest,
    *,
    already: int = 0,
    has_applied: Bools | None = None,
    is_open: bool = True,
) -> CityYear:
    """Compute one year of a city's firms.

    Parameters
    ----------
    standing, chances
        Of the firms that apply in the year.
    request : YearRequest
    already : int, optional
        Firms certified in the year so far, not among those of ``standing``.
    has_applied : array of bool, shape (n,), optional
        Firms whose application is in: they count, but support comes too late for them.
    is_open : bool, optional
        Whether others may still apply in the year.

    Raises
    ------
    InputError
        If no target is set for the year, or the city's region is not held.
    """
    city, scheme, as_of, target = request.city, request.scheme, request.as_of, request.target
    shock = city.forecast.year_shock.value
    if chances.year_shock != shock:
        chances = replace(chances, year_shock=shock)
    set_target = city.target(request.year)
    goal = int(set_target.certified.value) if target is None else target
    there_are = city.support.adviser_days.value if request.days is None else request.days
    options = support_options(standing, chances, city.support)
    if has_applied is not None:
        options = options.of(~has_applied[options.firm])
    portfolio = choose(
        chances.now,
        options,
        there_are,
        target=goal,
        already=already,
        scores=standing.score,
        year_shock=shock,
        weights=city.weights(standing.firms),
        aim=request.aim,
        most_steps=int(city.support.search_steps.value),
    )
    is_counted = np.ones(standing.firms.rows, bool)
    if has_applied is not None and not is_open:
        is_counted = has_applied
    ready = chances.of_ready(standing.verdict == MET)
    if not ready:
        ready = city.assumed_chances.eligible.value
    return CityYear(
        city=city,
        year=request.year,
        as_of=as_of,
        target=set_target,
        goal=goal,
        adviser_days=there_are,
        basis=chances.basis,
        is_open=is_open,
        is_counted=is_counted,
        standing=standing,
        chances=chances,
        options=options,
        portfolio=portfolio,
        ready_chance=ready,
        more_needed=portfolio.without.more_needed(ready, city.forecast.confidence.value),
        by_verdict={
            verdict: _share(standing, chances, is_counted & (standing.verdict == verdict))
            for verdict in (MET, UNDETERMINED, UNMET)
        },
        by_district=_shares_by(standing, chances, is_counted, "district"),
        by_industry=_shares_by(standing, chances, is_counted, "industry"),
        by_carrier=_shares_by(standing, chances, is_counted, "carrier"),
        gaps=shared_gaps(standing),
        courses=course_needs(standing, city.courses),
        deadlines=upcoming(scheme.overlay(city.region), scheme.in_force(as_of), as_of),
        informative=most_valuable_outcomes(chances, INFORMATIVE),
        scenarios=scenario_forecasts(chances, options, portfolio, has_applied),
    )


def first_deadline(overlay: Overlay, year: int) -> date:
    """The first batch of a year; its last day where the region holds none for it."""
    return next((batch.due for batch in overlay.batches if batch.year == year), date(year, 12, 31))


def next_year(before: CityYear, then: FirmChances, *, target: int) -> Forecast:
    """The number certified the year after, by the same firms.

    A firm is certified then if it is not certified this year and passes then; who is not of this
    table is not counted.

    Parameters
    ----------
    before : CityYear
        The year before.
    then : Chances
        Of the same firms, in the same order, as they would apply in that year.
    """
    return forecast(
        year_after(before.chances, then).now,
        target=target,
        year_shock=before.city.forecast.year_shock.value,
    )


def _shares_by(
    standing: PortfolioState, chances: FirmChances, is_counted: Bools, column: str
) -> Mapping[str | None, Share]:
    """Shares by what stands in a column of texts, the most expected certifications first; None: blank."""
    written = standing.firms.texts(column)
    shares = {
        name: _share(standing, chances, is_counted & (written == name))
        for name in set(written[is_counted].tolist())
    }
    return dict(
        sorted(shares.items(), key=lambda pair: (-pair[1].expected_certifications, str(pair[0])))
    )


def merge_shares(
    shares: Mapping[str | None, Share], group_of: Mapping[str | None, str | None]
) -> Mapping[str | None, Share]:
    """Shares of larger groups, the most expected certifications first; None: of no larger group."""
    groups: dict[str | None, list[Share]] = {}
    for name, share in shares.items():
        groups.setdefault(group_of.get(name), []).append(share)
    merged = {
        group: Share(
            sum(part.firms for part in parts),
            {
                verdict: sum(part.verdicts[verdict] for part in parts)
                for verdict in parts[0].verdicts
            },
            sum(part.expected_certifications for part in parts),
        )
        for group, parts in groups.items()
    }
    return dict(
        sorted(merged.items(), key=lambda pair: (-pair[1].expected_certifications, str(pair[0])))
    )


def _share(standing: PortfolioState, chances: FirmChances, rows: Bools) -> Share:
    verdicts = {
        verdict: int(np.count_nonzero(rows & (standing.verdict == verdict)))
        for verdict in (MET, UNDETERMINED, UNMET)
    }
    return Share(int(np.count_nonzero(rows)), verdicts, float(chances.expectation[rows].sum()))
