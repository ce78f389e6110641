"""Figures of the audit report and of the platform, as several schemes take them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_

import numpy as np

from eligibility.comparisons import at_least, quotient
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import ScoredItem
from eligibility.schemes.banded_items import REVIEW
from eligibility.schemes.three_valued_logic import (
    Share,
    Truth,
    between,
    item_between,
    share,
    share_reaches,
)

#: the latest year of the form, and the last two
LATEST = 3
LAST_TWO = (2, LATEST)


def amount(stem: str, year: int, firms: FirmTable) -> Floats:
    """A figure of a year, nothing in a year that ended before the firm was registered.

    NaN where it is blank, or where the registration is: the year may then not count.
    """
    figure = np.where(firms.operating[year - 1], firms.numbers(f"{stem}_y{year}"), 0.0)
    return np.where(np.isnat(firms.dates("registered_on")), np.nan, figure)


def blanks(firms: FirmTable, years: Iterable[int], *stems: str) -> dict[str, Bools]:
    """What is blank of figures of some years, the registration included."""
    missing = {
        f"{stem}_y{year}": np.isnan(firms.numbers(f"{stem}_y{year}")) & firms.operating[year - 1]
        for stem in stems
        for year in years
    }
    return {**missing, "registered_on": np.isnat(firms.dates("registered_on"))}


def share_of_year(part: str, whole: str, year: int, firms: FirmTable) -> Share:
    """One figure over another, of the same year."""
    missing = blanks(firms, [year], part, whole)
    return share(amount(part, year, firms), amount(whole, year, firms), missing)


def debt(firms: FirmTable) -> Share:
    """Liabilities over assets at the latest year end."""
    names = ("total_liabilities_y3", "total_assets_y3")
    liabilities, assets = map(firms.numbers, names)
    missing = {name: np.isnan(firms.numbers(name)) for name in names}
    return share(liabilities, assets, missing)


def amount_reaches(stem: str, line: float, firms: FirmTable, year: int = LATEST) -> Truth:
    """An amount of a year is on a line or above it."""
    figure = amount(stem, year, firms)
    reached = at_least(figure, line)
    return Truth(reached, reached | np.isnan(figure), blanks(firms, [year], stem))


def empty_misses(law: Edition) -> bool:
    """Whether a ratio that cannot be formed misses its line, rather than being left to a person."""
    return law.reading("zero_denominator") != REVIEW


def last_years(law: Edition) -> tuple[int, ...]:
    """The years of the form of which R&D is asked for, the latest one last."""
    return LAST_TWO[-int(law.value("rd_years")) :]


def each_year_reaches(
    part: str, whole: str, line: float, law: Edition, firms: FirmTable
) -> tuple[Truth, Share]:
    """A share is on a line or above it in each of the last years; and the lowest of them."""
    shares = [share_of_year(part, whole, year, firms) for year in last_years(law)]
    truths = [share_reaches(each, line, empty_misses=empty_misses(law)) for each in shares]
    return reduce(and_, truths), reduce(_lower, shares)


def _lower(one: Share, other: Share) -> Share:
    """The lower of two shares; where one cannot be formed, that one."""
    first = np.isnan(one.value) | (one.value <= other.value)
    part, whole = np.where(first, one.part, other.part), np.where(first, one.whole, other.whole)
    blank = {**one.missing, **other.missing}
    return Share(part, whole, quotient(part, whole), blank, whole == 0, part == 0)


def mean_reaches(stem: str, line: float, firms: FirmTable) -> Truth:
    """The mean of the last two years is on a line or above it; amounts are nothing or more."""
    earlier, latest = (amount(stem, year, firms) for year in LAST_TWO)
    certain = (np.nan_to_num(earlier) + np.nan_to_num(latest)) / 2
    most = np.where(np.isnan(earlier) | np.isnan(latest), np.inf, certain)
    return between(certain, most, line, blanks(firms, LAST_TWO, stem))


def least_amount(stem: str, law: Edition, firms: FirmTable) -> Floats:
    """The least of the last years; NaN where one is blank."""
    least: Floats = np.min([amount(stem, year, firms) for year in last_years(law)], axis=0)
    return least


def each_amount_reaches(stem: str, line: float, law: Edition, firms: FirmTable) -> Truth:
    """An amount is on a line or above it in each of the last years."""
    truths = [amount_reaches(stem, line, firms, year) for year in last_years(law)]
    return reduce(and_, truths)


def mean_growth(
    stem: str, law: Edition, firms: FirmTable
) -> tuple[Floats, Bools, dict[str, Bools]]:
    """Mean growth over the last two years.

    Returns
    -------
    growth : array of shape (n,)
        /1; NaN where a figure is blank or no ratio can be formed.
    empty : array of bool
        A base is zero, or lies before the registration, so that no ratio can be formed.
    missing : mapping of field id to array of bool
    """
    first, second, third = (amount(stem, year, firms) for year in (1, *LAST_TWO))
    empty = (first == 0) | (second == 0)
    if law.reading("mean_growth") == "compound":
        growth = np.sqrt(quotient(third, first)) - 1
    else:
        growth = (quotient(second, first) + quotient(third, second)) / 2 - 1
    missing = blanks(firms, (1, *LAST_TWO), stem)
    return np.where(empty, np.nan, growth), empty, missing


def segment_years(firms: FirmTable, law: Edition) -> Floats:
    """Whole years in the segment to the end of the year before the application."""
    since = firms.dates("segment_since")
    first = since.astype("M8[Y]")
    begins = first.astype(np.int64) + 1970
    if law.reading("full_years") == "full_years":
        begins += since > first.astype("M8[D]")
    years = np.maximum(firms.application_years - begins, 0).astype(np.float64)
    return np.where(np.isnat(since), np.nan, years)


def evaluation_points(review_field: str, law: Edition, firms: FirmTable) -> ScoredItem:
    """The score that the platform gave: of a review the better of the last two years.

    The platform alone forms it, so a blank leaves all points open.
    """
    item = law.items["platform_score"]
    now, before = firms.numbers("platform_score"), firms.numbers("platform_score_last_year")
    review = firms.numbers(review_field)
    surely, perhaps = review == 1, review != 0
    least, most = np.nan_to_num(now), np.where(np.isnan(now), item.max, now)
    low = np.where(surely, np.maximum(least, np.nan_to_num(before)), least)
    highest = np.maximum(most, np.where(np.isnan(before), item.max, before))
    high = np.where(perhaps, highest, most)
    missing = {
        "platform_score": np.isnan(now),
        "platform_score_last_year": np.isnan(before) & surely,
        review_field: np.isnan(review),
    }
    return item_between(low, high, np.where(low == high, low, np.nan), missing)
