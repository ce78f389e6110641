"""Values of a chain of evidence that its checks share: days, amounts, main products, technical fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from eligibility.schemes.evidence import Chain, Check, Thing

from .derived_figures import CATEGORIES

WAN = 10_000
#: digits of a technical field code down to the level at which two are compared
FIELD_DIGITS = 3
AMOUNTS = tuple(f"rd_{name}" for name in CATEGORIES)
FIELD_CODE = re.compile(r"\d{2,5}")


def day_of(value: Any) -> date | None:
    """A value of a date column as a day."""
    day: date | None = None if value is None else value.astype(object)
    return day


def year_of(value: Any) -> int | None:
    """A value of a year column as a number."""
    return None if value is None else int(value)


def labels(things: Sequence[Thing]) -> str:
    """Numbers and names of some things, one after the other."""
    return "、".join(thing.label for thing in things)


def in_wan(amount: float) -> str:
    """An amount in CNY as a text in 10k CNY."""
    return f"{amount / WAN:,.2f}"


def cost_of(row: Mapping[str, Any]) -> float:
    """What a row of an activity cost, CNY."""
    return float(sum(row.get(name, 0.0) for name in AMOUNTS))


def is_apart(one: float | None, other: float | None, check: Check) -> bool:
    """Whether two known amounts differ by more than their rounding."""
    return None not in (one, other) and abs(one - other) > check.limits["rounding"].value  # type: ignore[operator]


def main_products(chain: Chain) -> list[Thing]:
    """The products that are named main."""
    return [each for each in chain.of("product") if each.value("main") == 1]


def uses(chain: Chain, name: str, column: str) -> bool:
    """Whether some thing of a list has an entry there, so that another's blank stands out."""
    return any(thing.value(column) is not None for thing in chain.of(name))


def field_level(thing: Thing) -> str | None:
    """The code of its technical field, down to the level at which two are compared."""
    match = FIELD_CODE.search(str(thing.value("field") or ""))
    return match[0][:FIELD_DIGITS] if match and len(match[0]) >= FIELD_DIGITS else None
