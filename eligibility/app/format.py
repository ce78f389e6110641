"""Figures as a person reads them: plain functions, no widget.

Money is CNY inside and 万元 in Chinese views.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from eligibility.reports.figures import percent
from eligibility.vocabulary import Field, Speaks

NOTHING = "—"
HAIR = 1e-9
WAN = 10_000
HUNDREDTH = 0.01
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


def limit(share: float) -> str:
    """A line of the law in percent, with the digits it has."""
    return f"{number(share * 100, 4)}%"


def chance(share: float) -> str:
    """A chance in whole percent; never said to be certain."""
    if share < HUNDREDTH / 2:
        return "<1%"
    return ">99%" if share > 1 - HUNDREDTH / 2 else f"{share:.0%}"


def money(yuan: float, language: Speaks) -> str:
    """An amount of money: 万元 in Chinese, CNY in English."""
    _ = language.text
    return _("CNY {amount}").format(amount=number(yuan), wan=number(yuan / WAN))


def wan(amount: float) -> str:
    """An amount in 万元 as a cell that says so, with every digit typed."""
    return f"{Decimal(repr(amount)):f}万元"


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


def unit_word(unit: str, language: Speaks) -> str:
    """A unit on its own, as it stands beside an input."""
    _ = language.text
    words = {
        "CNY": _("CNY 10,000"),
        "person": _("persons"),
        "item": _("items"),
        "point": _("points"),
    }
    return words.get(unit, "")


def interval(low: float, high: float) -> str:
    """``low–high``, or the one figure when both are the same."""
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def field_title(field: Field, years: Sequence[int], language: Speaks) -> str:
    """The title of a field, its year of the form replaced by the calendar year."""
    return language.of(field.titled(years[-1] + 1))


def stem_title(field: Field, language: Speaks) -> str:
    """The title of a field without its year of the form."""
    return language.of(field.stem_title)


def field_titles(
    names: Sequence[str], fields: Mapping[str, Field], years: Sequence[int], language: Speaks
) -> str:
    """Several fields in one line."""
    _ = language.text
    return _(", ").join(field_title(fields[name], years, language) for name in names)


def missing_fields(
    names: Sequence[str],
    fields: Mapping[str, Field],
    years: Sequence[int],
    language: Speaks,
    shown: int = 2,
) -> str:
    """The first few fields in one line, and how many more there are."""
    _ = language.text
    said = field_titles(names[:shown], fields, years, language)
    more = len(names) - shown
    return said + (_(" and {n} more").format(n=more) if more > 0 else "")


def citation(cited: Mapping[str, Any]) -> str:
    """Document and article."""
    return f"{cited['document']} {cited['article']}"


def confidence(grade: str, language: Speaks) -> str:
    """How well a citation is known; nothing to say of grade A."""
    _ = language.text
    return {"B": _("one source"), "M": _("not checked against the text")}.get(grade, "")
