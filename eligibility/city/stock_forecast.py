"""Stock of certificates at a year's end: those that last, less cancellations, plus those to come.

stock = valid now and beyond the year's end − cancelled until then + certified until then. Each lasting
certificate is cancelled by itself with the same chance; the certified ones are the year's forecast,
renewals among them. Both are exact distributions, and independent: so is their sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from scipy.stats import binom

from eligibility.city.certificates import Certificates
from eligibility.city.forecast import Forecast
from eligibility.city.settings import City
from eligibility.domain.arrays import Floats
from eligibility.domain.law import Figure


@dataclass(frozen=True)
class StockForecast:
    """Distribution of the certificates valid on 31 December of a year.

    Attributes
    ----------
    year : int
    as_of : date
    valid : int
        Certificates valid on that day.
    ending : int
        Of these, those that end by the year's end: each counts again only if it is renewed.
    cancellation : float
        Chance of each lasting certificate to be cancelled until then, /1.
    rate : Figure or None
        The yearly rate that it comes from, with its source; None: no cancellation is counted.
    new_certificates : array of shape (m + 1,)
        Probability that exactly j certificates, renewals included, are still issued in the year.
    goal : Figure or None
        The stock aimed at.
    """

    year: int
    as_of: date
    valid: int
    ending: int
    cancellation: float
    rate: Figure | None
    new_certificates: Floats
    goal: Figure | None

    @property
    def lasting(self) -> int:
        """Certificates valid beyond the year's end, if not cancelled."""
        return self.valid - self.ending

    @cached_property
    def distribution(self) -> Floats:
        """Probability of a stock of exactly j, shape (lasting + m + 1,)."""
        survivors = binom.pmf(np.arange(self.lasting + 1), self.lasting, 1 - self.cancellation)
        whole: Floats = np.convolve(survivors, self.new_certificates)
        return whole

    @property
    def mean(self) -> float:
        """The stock in the mean."""
        return float(self.distribution @ np.arange(len(self.distribution)))

    @property
    def certified_mean(self) -> float:
        """Certificates still issued in the year, in the mean."""
        return float(self.new_certificates @ np.arange(len(self.new_certificates)))

    @property
    def cancelled_mean(self) -> float:
        """Certificates cancelled until the year's end, in the mean."""
        return self.lasting * self.cancellation

    def interval(self, probability: float = 0.8) -> tuple[int, int]:
        """The central interval that holds at least this probability."""
        below = np.cumsum(self.distribution)
        tail = (1 - probability) / 2
        low, high = np.minimum(np.searchsorted(below, [tail, 1 - tail]), len(below) - 1)
        return int(low), int(high)

    def at_least(self, number: int) -> float:
        """Probability of a stock of at least this."""
        return float(np.clip(self.distribution[max(0, number) :].sum(), 0, 1))


def stock_forecast(
    certificates: Certificates, year: Forecast, city: City, as_of: date
) -> StockForecast:
    """The stock at the end of the year of a day.

    Parameters
    ----------
    certificates : Certificates
        All on record; those issued in the year so far are among them.
    year : Forecast
        Of the firms that may still be certified in the year; what it counts as already certified
        is not counted here again.
    city : City
        Has the rate of cancellations and the stock aimed at.
    as_of : date
    """
    on, new_year = np.datetime64(as_of, "D"), np.datetime64(f"{as_of.year + 1}-01-01", "D")
    valid = certificates.valid_on(as_of)
    # a firm counts once, though its renewal may be valid beside the one before
    firms = np.unique(certificates.firm[valid])
    lasting = np.unique(certificates.firm[valid & (certificates.ends >= new_year)])
    left = float((new_year - on) / np.timedelta64(1, "D"))
    whole = float((new_year - np.datetime64(f"{as_of.year}-01-01", "D")) / np.timedelta64(1, "D"))
    rate = city.cancellations
    return StockForecast(
        year=as_of.year,
        as_of=as_of,
        valid=len(firms),
        ending=len(firms) - len(lasting),
        cancellation=0.0 if rate is None else 1 - (1 - rate.value) ** (left / whole),
        rate=rate,
        new_certificates=year.distribution,
        goal=city.target(as_of.year).stock if city.targets[0].year <= as_of.year else None,
    )
