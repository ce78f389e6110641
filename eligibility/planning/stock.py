"""The stock: how many firms hold a valid certificate (高新技术企业存量), year by year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.planning.deadlines import Days, expiry
from eligibility.vocabulary import Edition


@dataclass(frozen=True)
class Stock:
    """Certificates by calendar year; every array has shape (y,).

    Attributes
    ----------
    years : array of int
        Calendar years.
    valid : array of int
        Certificates valid on 31 December.
    certified : array of int
        Certificates of the year.
    expiring : array of int
        Certificates that end in the year: each is an application for renewal, or a firm lost.
    """

    years: NDArray[np.int64]
    valid: NDArray[np.int64]
    certified: NDArray[np.int64]
    expiring: NDArray[np.int64]

    def needed(self, target: int) -> NDArray[np.int64]:
        """Certificates still to be issued, new or renewed, to hold so many at each year's end."""
        return np.maximum(0, target - self.valid)


def stock(certified_on: Days, law: Edition, first: int, last: int) -> Stock:
    """Count certificates from the days they were issued.

    Parameters
    ----------
    certified_on : array of datetime64[D], shape (m,)
        One day a certificate, renewals included as certificates of their own; NaT is left out.
    law : Edition
        Says how long a certificate lasts (32号 第九条).
    first, last : int
        Calendar years from and to.

    Notes
    -----
    A firm whose renewal is dated before the old certificate ends would hold two; the old one is to
    be left out of ``certified_on`` then, for the stock counts firms by their certificates.
    """
    held = certified_on[~np.isnat(certified_on)]
    ends = expiry(held, law)
    years = np.arange(first, last + 1)
    new_year = (years + 1 - 1970).astype("M8[Y]").astype("M8[D]")[:, None]
    old_year = (years - 1970).astype("M8[Y]").astype("M8[D]")[:, None]
    return Stock(
        years=years,
        valid=((held < new_year) & (ends >= new_year)).sum(axis=1),
        certified=((held >= old_year) & (held < new_year)).sum(axis=1),
        expiring=((ends >= old_year) & (ends < new_year)).sum(axis=1),
    )
