"""Figures as a person reads them: money as 万元 in Chinese and CNY in English, each with its unit.

A share is never rounded onto or across the line it is measured against.
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil

import numpy as np
from numpy.typing import NDArray

from eligibility.comparisons import slack
from eligibility.domain.arrays import Floats
from eligibility.domain.text import Speaks

MOST_DIGITS = 12
HAIR = 1e-9
#: /1, farther than this from a line one digit after the point keeps a share on its side of it
NEAR = 0.000501
WAN = 10_000
#: digits of an amount in 万元 that is told to the cent
WAN_DIGITS = 6


def number(figure: float, digits: int = 2) -> str:
    """A number with separators and at most so many digits after the point; nought only if it is."""
    text = f"{figure:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if text not in ("0", "-0"):
        return text
    # below a hair it is the noise of binary arithmetic
    return "0" if abs(figure) < HAIR else f"{Decimal(f'{figure:.1g}'):f}"


def money(yuan: float, language: Speaks) -> str:
    """An amount of money: 万元 in Chinese, CNY in English."""
    _ = language.text
    return _("CNY {amount}").format(amount=number(yuan), wan=number(yuan / WAN))


def quantity(figure: float, unit: str, language: Speaks) -> str:
    """A figure with its unit."""
    _ = language.text
    if unit == "CNY":
        return money(figure, language)
    if unit == "/1":
        return percent(figure)
    amount = number(figure)
    one = figure == 1
    words = {
        "day": _("{n} day") if one else _("{n} days"),
        "month": _("{n} month") if one else _("{n} months"),
        "year": _("{n} year") if one else _("{n} years"),
        "month of the year": _("month {n} of the year"),
        "person": _("{n} person") if one else _("{n} persons"),
        "item": _("{n} item") if one else _("{n} items"),
        "point": _("{n} point") if one else _("{n} points"),
    }
    return words.get(unit, "{n}").format(n=amount)


def chance(share: float, digits: int = 0, *, exact: bool = False) -> str:
    """A chance in percent, never rounded to certainty.

    Parameters
    ----------
    share : float
        From 0 to 1.
    digits : int, optional
        After the point.
    exact : bool, optional
        Whether 0 and 1 are meant so: those of a model are estimates, and no certainty.
    """
    if exact and share in (0, 1):
        return f"{share:.0%}"
    text, step = f"{share:.{digits}%}", 10.0**-digits
    ends = {f"{0:.{digits}%}": f"<{step:g}%", f"{1:.{digits}%}": f">{100 - step:g}%"}
    return ends.get(text, text)


def certified_chance(share: float) -> str:
    """The chance that a firm is certified in a year: 0 where a condition is unmet."""
    return chance(share, exact=True)


def tenths(share: float) -> str:
    """The chance that a year brings some number, in tenths of a percent."""
    return chance(share, 1, exact=True)


def limit(share: float) -> str:
    """A line of the law or a confidence asked for, in percent with the digits it has."""
    return f"{number(share * 100, 4)}%"


def interval(low: float, high: float) -> str:
    """``low–high``, or the one figure when both are the same."""
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def exact(figure: float, unit: str, language: Speaks) -> str:
    """A figure with its unit, to the cent: less would not reach the line."""
    if unit != "CNY":
        return quantity(figure, unit, language)
    _ = language.text
    return _("CNY {amount}").format(amount=number(figure), wan=number(figure / WAN, WAN_DIGITS))


def enough(figure: float, unit: str, language: Speaks) -> str:
    """A figure that is enough to reach a line: amounts rounded up to whole 万元, all else to the cent."""
    return round_up(figure, unit, language) if unit == "CNY" else exact(figure, unit, language)


def round_up(figure: float, unit: str, language: Speaks) -> str:
    """A figure to be reached with its unit, rounded up: amounts to whole 万元, all else to whole ones."""
    if unit != "CNY":
        return quantity(ceil(figure - HAIR), unit, language) if unit != "/1" else percent(figure)
    return money(ceil(figure / WAN - HAIR) * WAN, language)


def percent(share: float, line: float | None = None) -> str:
    """A share in percent: one digit after the point, or as many as keep it on its side of the line."""
    if line is None:
        return f"{share * 100:,.1f}%"
    digits = 1
    if abs(share - line) <= NEAR:
        digits = int(percent_digits(np.array([share]), np.array([line]))[0])
    return f"{share * 100:,.{digits}f}%"


def percent_digits(share: Floats, line: Floats) -> NDArray[np.int64]:
    """Digits after the point that :func:`percent` needs, shape (n,); one where the line is unknown."""
    percents, limits = share * 100, line * 100
    if not (np.abs(share - line) <= NEAR).any():
        return np.ones(share.shape, dtype=np.int64)
    on_line = np.abs(share - line) <= slack(line)
    digits: NDArray[np.int64] = np.ones(share.shape, dtype=np.int64)
    for more in range(2, MOST_DIGITS + 1):
        shown = np.round(percents, more - 1)
        hidden = ~on_line & (np.sign(shown - np.round(limits, 10)) != np.sign(percents - limits))
        digits = np.where(hidden & ~np.isnan(share) & ~np.isnan(line), more, digits)
    return digits
