"""Titles by qualification: how many firms have each, can get it now, and what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.ladder import Ladder
from eligibility.city.settings import City
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Figure, TitleTarget
from eligibility.domain.results import MET
from eligibility.schemes.registry import DEFAULT_SCHEME, Scheme


@dataclass(frozen=True)
class TargetCount:
    """One target of a qualification, and how many firms have the title that it counts.

    ``unknown`` firms do not say whether they have it.
    """

    target: TitleTarget
    titles: int
    unknown: int


@dataclass(frozen=True)
class TitleCount:
    """Firms by one qualification.

    Attributes
    ----------
    titles, unknown : int
        Firms with the title on their day, and those that do not say.
    ready : int
        Firms that can get it now and have not got it.
    ending : int
        Titles whose last day lies in the year: each is a review, or a title lost.
    ends : mapping of int to int
        Year → titles whose last day lies in it, from the year on, of those that state it.
    targets : tuple of TargetCount
        What is wanted from the latest year that has begun, one a reading.
    stock : Figure or None
        What the city wants of its own qualification at the year's end.
    """

    scheme: Scheme
    titles: int
    unknown: int
    ready: int
    ending: int
    ends: Mapping[int, int]
    targets: tuple[TargetCount, ...]
    stock: Figure | None


def title_counts(ladder: Ladder, firms: FirmTable, city: City, year: int) -> list[TitleCount]:
    """Every rung with its titles and targets of a year.

    Parameters
    ----------
    ladder : Ladder
        Of the firms.
    firms : FirmTable
        n firms.
    city : City
        Has the targets of the form's own qualification, and may have its own of others.
    year : int
        Calendar year.
    """
    last_years = ladder.title_ends.astype("M8[Y]")
    ends = last_years == np.datetime64(str(year), "Y")
    counts = []
    for place, scheme in enumerate(ladder.schemes):
        has = ladder.titles[place] == 1
        ready = (ladder.verdicts[place] == MET) & ~has
        begun = [target for target in scheme.targets if target.year <= year]
        latest = max((target.year for target in begun), default=None)
        own = scheme.id == DEFAULT_SCHEME
        counts.append(
            TitleCount(
                scheme,
                int(has.sum()),
                int(np.isnan(ladder.titles[place]).sum()),
                int(ready.sum()),
                int((has & ends[place]).sum()),
                _by_year(last_years[place][has], year),
                tuple(_count(target, firms, city) for target in begun if target.year == latest),
                city.target(year).stock if own and city.targets[0].year <= year else None,
            )
        )
    return counts


def _by_year(last_years: NDArray[np.datetime64], first: int) -> Mapping[int, int]:
    known = last_years[~np.isnat(last_years)].astype(np.int64) + 1970
    years, counts = np.unique(known[known >= first], return_counts=True)
    return dict(zip(years.tolist(), counts.tolist(), strict=True))


def _count(target: TitleTarget, firms: FirmTable, city: City) -> TargetCount:
    if stock := city.titles.get(target.counts):
        target = target.model_copy(update={"stock": stock})
    answers = firms.numbers(target.counts)
    return TargetCount(target, int((answers == 1).sum()), int(np.isnan(answers).sum()))
