"""Facts by calendar year, as they are stored, and the three-year window that a form shows of them.

A form names a place in the three years before the application, as in ``sales_revenue_y3``; what is
stored names the calendar year, as in ``sales_revenue@2025``. So another date of application shows
other years and changes no figure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from eligibility.domain.facts import Field, years_of

T = TypeVar("T")
SEPARATOR = "@"
_OF_WINDOW = re.compile(r"(.+)_y([123])")
_OF_YEAR = re.compile(rf"(.+){SEPARATOR}(-?\d+)")


def latest_year_ids(fields: Iterable[Field]) -> frozenset[str]:
    """Ids without a year of the form whose figures are of the latest fiscal year."""
    return frozenset(
        field.id for field in fields if field.of == "calendar_year" and field.year is None
    )


def calendar_key(name: str, application_year: int, latest: Collection[str]) -> str:
    """The key under which a fact of a form is stored.

    Parameters
    ----------
    name : str
        Id of a field, or of a list.
    application_year : int
    latest : collection of str
        Ids that name no year and are of the latest fiscal year, as ``latest_year_ids`` gives them.

    Returns
    -------
    str
        ``stem@calendar year``; the id itself of what is of the firm or of its application.
    """
    years = years_of(application_year)
    if name in latest:
        return f"{name}{SEPARATOR}{years[-1]}"
    placed = _OF_WINDOW.fullmatch(name)
    return f"{placed[1]}{SEPARATOR}{years[int(placed[2]) - 1]}" if placed else name


def by_calendar_year(
    facts: Mapping[str, T], application_year: int, latest: Collection[str]
) -> dict[str, T]:
    """Facts of a form as they are stored; the inverse of ``cut_window``."""
    return {calendar_key(name, application_year, latest): value for name, value in facts.items()}


def cut_window(
    facts: Mapping[str, T], application_year: int, latest: Collection[str]
) -> dict[str, T]:
    """Stored facts as the form of an application in a year has them.

    Figures of years outside its window are left out, and stay where they are stored.
    """
    window: dict[str, T] = {}
    for key, value in facts.items():
        dated = _OF_YEAR.fullmatch(key)
        if dated is None:
            window[key] = value
            continue
        stem, place = dated[1], int(dated[2]) - application_year + 4
        if stem in latest:
            if place == 3:
                window[stem] = value
        elif place in (1, 2, 3):
            window[f"{stem}_y{place}"] = value
    return window


def calendar_years(keys: Iterable[str]) -> frozenset[int]:
    """The calendar years of which something is stored."""
    return frozenset(int(dated[2]) for key in keys if (dated := _OF_YEAR.fullmatch(key)))


def split_calendar_key(key: str) -> tuple[str, int] | None:
    """Stem and calendar year of a stored figure; None for any other key."""
    dated = _OF_YEAR.fullmatch(key)
    return (dated[1], int(dated[2])) if dated else None
