"""Certificates on record and their stock (高新技术企业存量), year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.city.deadlines import Days, expiry
from eligibility.domain.arrays import Bools
from eligibility.domain.law import Edition


@dataclass(frozen=True)
class Certificates:
    """Certificates on record; every array has shape (m,).

    Attributes
    ----------
    firm : array of int
        Whose it is, by any number that names firms.
    issue_days, ends : arrays of datetime64[D]
        The day of the certificate, and the first day without it.
    without_day : int
        Certificates of no known day, held to be of the last day of their year of application.
    first_days : array of datetime64[D]
        From when they count as valid: of no known day from the first of that year, as they are on record.
    """

    firm: NDArray[np.int64]
    issue_days: Days
    ends: Days
    without_day: int
    first_days: Days

    def valid_on(self, day: date) -> Bools:
        """Which are valid on a day; shape (m,)."""
        on = np.datetime64(day, "D")
        return (self.first_days <= on) & (self.ends > on)

    def ending_in(self, year: int) -> set[int]:
        """Firms of which a certificate ends in the year: each may apply for its renewal."""
        of_year = self.ends.astype("M8[Y]") == np.datetime64(str(year), "Y")
        return set(self.firm[of_year].tolist())

    def valid_after(self, year: int) -> set[int]:
        """Firms whose certificate is valid beyond the last day of the year."""
        new_year = np.datetime64(f"{year + 1}-01-01", "D")
        return set(self.firm[(self.issue_days < new_year) & (self.ends >= new_year)].tolist())

    def stock(self, law: Edition, first: int, last: int) -> Stock:
        """These certificates by calendar year, from and to."""
        return stock(self.issue_days, law, first, last, self.ends)


def certificates(outcomes: Sequence[Mapping[str, Any]], law: Edition) -> Certificates:
    """What recorded outcomes say of certificates.

    Parameters
    ----------
    outcomes : sequence of mappings
        ``firm_id``, ``applied_year``, ``certified_on`` and ``expires_on`` of each certified
        application, and where it was cancelled ``cancelled_on``. A day of expiry that was entered
        wins over the law's period. A certificate ends on the day of its cancellation or of the
        firm's next one, if that comes first: a firm counts once.
    law : Edition
        Says how long a certificate lasts (32号 第九条).
    """
    issued = np.array(
        [row["certified_on"] or f"{row['applied_year']}-12-31" for row in outcomes], dtype="M8[D]"
    )
    entered = np.array([row["expires_on"] for row in outcomes], dtype="M8[D]")
    ends = np.where(np.isnat(entered), expiry(issued, law), entered)
    cancelled = np.array([row.get("cancelled_on") for row in outcomes], dtype="M8[D]")
    ends = np.fmin(ends, cancelled)
    firm = np.array([row["firm_id"] for row in outcomes], dtype=np.int64)
    order = np.lexsort((issued, firm))
    firm, issued, ends = firm[order], issued[order], ends[order]
    undated = np.array([row["certified_on"] is None for row in outcomes], dtype=np.bool_)[order]
    first_days = np.where(undated, issued.astype("M8[Y]").astype("M8[D]"), issued)
    renewed = firm[1:] == firm[:-1]
    ends[:-1] = np.where(renewed, np.minimum(ends[:-1], issued[1:]), ends[:-1])
    return Certificates(firm, issued, ends, int(undated.sum()), first_days)


@dataclass(frozen=True)
class Stock:
    """Certificates by calendar year; every array has shape (y,).

    Attributes
    ----------
    years : array of int
        Calendar years.
    valid : array of int
        Certificates valid on 31 December.
    issues : array of int
        Certificates of the year.
    expiring : array of int
        Certificates that end in the year: each is an application for renewal, or a firm lost.
    """

    years: NDArray[np.int64]
    valid: NDArray[np.int64]
    issues: NDArray[np.int64]
    expiring: NDArray[np.int64]

    def shortfall(self, target: int) -> NDArray[np.int64]:
        """Certificates still to be issued, new or renewed, to hold so many at each year's end."""
        return np.maximum(0, target - self.valid)


def stock(
    certified_on: Days, law: Edition, first: int, last: int, ends: Days | None = None
) -> Stock:
    """Count certificates from the days they were issued.

    Parameters
    ----------
    certified_on : array of datetime64[D], shape (m,)
        One day a certificate, renewals included as certificates of their own; NaT is left out.
    law : Edition
        Says how long a certificate lasts (32号 第九条).
    first, last : int
        Calendar years from and to.
    ends : array of datetime64[D], shape (m,), optional
        First days without them; after the law's period if omitted.

    Notes
    -----
    A firm whose renewal is dated before the old certificate ends would hold two; the old one is to
    be left out of ``certified_on`` then, for the stock counts firms by their certificates.
    """
    is_known = ~np.isnat(certified_on)
    days = certified_on[is_known]
    ends = expiry(days, law) if ends is None else ends[is_known]
    years = np.arange(first, last + 1)
    new_year = (years + 1 - 1970).astype("M8[Y]").astype("M8[D]")[:, None]
    old_year = (years - 1970).astype("M8[Y]").astype("M8[D]")[:, None]
    return Stock(
        years=years,
        valid=((days < new_year) & (ends >= new_year)).sum(axis=1),
        issues=((days >= old_year) & (days < new_year)).sum(axis=1),
        expiring=((ends >= old_year) & (ends < new_year)).sum(axis=1),
    )
