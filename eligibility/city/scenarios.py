"""Scenarios of a year: filed applications only, those likely to apply, and with the support plan.

Each is a vector of P(applies), and the forecast that follows from it. The middle one is the year's
headline wherever a single number is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from eligibility.city.chances import FirmChances
from eligibility.city.forecast import Forecast, forecast
from eligibility.city.portfolio import Portfolio, SupportOptions
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.text import msgid


class Scenario(StrEnum):
    """Who applies in the year."""

    FILED = "filed"
    LIKELY = "likely"
    SUPPORTED = "supported"


SCENARIO_WORDS = {
    Scenario.FILED: msgid("filed applications only"),
    Scenario.LIKELY: msgid("those likely to apply"),
    Scenario.SUPPORTED: msgid("with the support plan"),
}


@dataclass(frozen=True)
class ScenarioForecast:
    """Forecast of one scenario.

    Attributes
    ----------
    scenario : Scenario
    applies : array of shape (n,)
        P(applies) of every candidate in the year, /1.
    forecast : Forecast
        Of the number certified.
    """

    scenario: Scenario
    applies: Floats
    forecast: Forecast

    @property
    def applications(self) -> float:
        """Applications of the candidates expected in the year; those decided come on top."""
        return float(self.applies.sum())


def scenario_forecasts(
    chances: FirmChances,
    options: SupportOptions,
    portfolio: Portfolio,
    has_applied: Bools | None = None,
) -> tuple[ScenarioForecast, ScenarioForecast, ScenarioForecast]:
    """The three scenarios of a year, in the order of ``Scenario``.

    Parameters
    ----------
    chances : FirmChances
        Of those likely to apply.
    options, portfolio
        The support plan.
    has_applied : array of bool, shape (n,), optional
        Whose application is in; all of them if omitted, as the firms of a file that apply.
    """
    firms = chances.now.shape[1]
    filed = np.ones(firms, dtype=np.bool_) if has_applied is None else has_applied
    likely = chances.applies.mean(axis=0)
    supported = likely.copy()
    places = options.firm[list(portfolio.selection.options)]
    supported[places] = chances.applies_if_met.mean(axis=0)[places]
    without = portfolio.without
    return (
        ScenarioForecast(
            Scenario.FILED,
            filed.astype(np.float64),
            forecast(
                np.where(filed, chances.now, 0.0),
                target=without.target,
                already=without.already,
                year_shock=chances.year_shock,
            ),
        ),
        ScenarioForecast(Scenario.LIKELY, likely, without),
        ScenarioForecast(Scenario.SUPPORTED, supported, portfolio.selection.forecast),
    )
