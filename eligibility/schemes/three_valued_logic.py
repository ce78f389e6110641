"""Three-valued truth of whole columns (Kleene): what is certain, what is possible, what is missing.

The conditions of several schemes are formed of it: a fact or a line alone, or several joined by
*and* and *or*. A blank decides nothing unless every value that it could have gives one answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eligibility.comparisons import at_least, at_most, quotient
from eligibility.domain.arrays import Bools, Floats, merge_missing
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import Finding, ScoredItem, finding


@dataclass(frozen=True)
class Truth:
    """Truth of a statement for every firm, shape (n,) each.

    ``certain`` where it holds whatever the blanks are, ``possible`` where it may; ``missing`` has
    the blanks by field.
    """

    certain: Bools
    possible: Bools
    missing: Mapping[str, Bools]

    def __or__(self, other: Truth) -> Truth:
        return _join(self, other, self.certain | other.certain, self.possible | other.possible)

    def __and__(self, other: Truth) -> Truth:
        return _join(self, other, self.certain & other.certain, self.possible & other.possible)

    def __invert__(self) -> Truth:
        return Truth(~self.possible, ~self.certain, self.missing)

    @property
    def is_open(self) -> Bools:
        """True where blanks leave it open."""
        return self.possible & ~self.certain


def _join(one: Truth, other: Truth, certain: Bools, possible: Bools) -> Truth:
    parts = (
        {name: rows & part.is_open for name, rows in part.missing.items()} for part in (one, other)
    )
    still = possible & ~certain
    missing = {name: rows & still for name, rows in merge_missing(*parts).items()}
    return Truth(certain, possible, missing)


def yes(field: str, firms: FirmTable) -> Truth:
    """The answer to a question is yes."""
    answer = firms.numbers(field)
    blank = np.isnan(answer)
    return Truth(answer == 1, blank | (answer == 1), {field: blank})


def no(field: str, firms: FirmTable) -> Truth:
    """The answer to a question is no."""
    return ~yes(field, firms)


def has_title(title: str, firms: FirmTable) -> Truth:
    """A title is in force: the answer is yes, and its last day, where it is given, is not past."""
    answer = firms.numbers(title)
    past = firms.dates(f"{title}_until") < firms.dates("application_date")
    blank = np.isnan(answer) & ~past
    certain = (answer == 1) & ~past
    return Truth(certain, certain | blank, {title: blank})


def reaches(field: str, line: float, firms: FirmTable) -> Truth:
    """A figure is on a line or above it."""
    figure = firms.numbers(field)
    blank = np.isnan(figure)
    reached = at_least(figure, line)
    return Truth(reached, blank | reached, {field: blank})


def between(low: Floats, high: Floats, line: float, missing: Mapping[str, Bools]) -> Truth:
    """A figure that lies between two ends is on a line or above it."""
    return Truth(at_least(low, line), at_least(high, line), missing)


def decide(
    truth: Truth,
    *,
    figure: Floats,
    line: Floats | float = np.nan,
    ceiling: bool = False,
    terms: Mapping[str, Floats] | None = None,
) -> Finding:
    """The finding that a statement makes of the firm's ``figure`` and the ``line`` that it must pass."""
    return finding(
        passes=truth.certain,
        decided_rows=~truth.is_open,
        observed=figure,
        required=line,
        missing=truth.missing,
        ceiling=ceiling,
        terms=terms,
    )


def wants_yes(field: str, firms: FirmTable) -> Finding:
    """The finding of a question whose right answer is yes."""
    return decide(yes(field, firms), figure=firms.numbers(field))


def wants_no(field: str, firms: FirmTable) -> Finding:
    """The finding of a question whose right answer is no."""
    return decide(no(field, firms), figure=firms.numbers(field))


@dataclass(frozen=True)
class Share:
    """A part of a whole, with what is blank of it; shape (n,) each.

    Attributes
    ----------
    part, whole, value : arrays of float64
        ``value`` is NaN where a figure is blank or the whole is zero.
    missing : mapping of field id to array of bool
    empty : array of bool
        The whole is zero, so that no ratio can be formed whatever the part is.
    nothing : array of bool
        The part is zero, so that the ratio is nothing or cannot be formed.
    """

    part: Floats
    whole: Floats
    value: Floats
    missing: Mapping[str, Bools]
    empty: Bools
    nothing: Bools

    @property
    def is_blank(self) -> Bools:
        """True where one of the two figures is blank."""
        blank: Bools = np.isnan(self.part) | np.isnan(self.whole)
        return blank


def share(part: Floats, whole: Floats, missing: Mapping[str, Bools]) -> Share:
    """A part of a whole; ``missing`` has what leaves one of the two blank."""
    return Share(part, whole, quotient(part, whole), missing, whole == 0, part == 0)


def share_reaches(figure: Share, line: float, *, empty_misses: bool) -> Truth:
    """A share is on a line or above it; a person decides where the whole is zero, if not ``empty_misses``."""
    reached = at_least(figure.value, line)
    blank = figure.is_blank & ~figure.empty & ~figure.nothing
    left_open = blank | (figure.empty & (not empty_misses))
    return Truth(reached, reached | left_open, figure.missing)


def share_within(figure: Share, line: float, *, empty_misses: bool) -> Truth:
    """A share is on a line or below it."""
    reached = at_most(figure.value, line)
    blank = figure.is_blank & ~figure.empty
    left_open = blank | (figure.empty & (not empty_misses))
    return Truth(reached, reached | left_open, figure.missing)


def item_between(
    low: Floats, high: Floats, figure: Floats, missing: Mapping[str, Bools]
) -> ScoredItem:
    """A scored item whose blanks are missed where they leave its points open."""
    still = low != high
    rows = {name: blank & still for name, blank in missing.items()}
    return ScoredItem(
        low, high, figure, {name: blank for name, blank in rows.items() if blank.any()}
    )
