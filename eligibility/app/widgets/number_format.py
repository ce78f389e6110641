"""Figures as a person reads them: plain functions, no widget.

Money is CNY inside and 万元 in Chinese views.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.domain.facts import Field
from eligibility.domain.law import Citation
from eligibility.reports.firm_text import few_fields_in_words, fields_in_words
from eligibility.reports.number_format import (
    WAN,
    WAN_DIGITS,
    chance,
    interval,
    limit,
    money,
    number,
    quantity,
)

__all__ = [
    "NOTHING",
    "WAN",
    "WAN_DIGITS",
    "chance",
    "citation",
    "confidence",
    "field_title",
    "field_titles",
    "interval",
    "limit",
    "missing_fields",
    "money",
    "number",
    "quantity",
    "stem_title",
    "unit_word",
    "wan",
]
NOTHING = "—"


def wan(amount: float) -> str:
    """An amount in 万元 as a cell that says so, with every digit typed."""
    return f"{Decimal(repr(amount)):f}万元"


def unit_word(unit: str) -> str:
    """A unit on its own, as it stands beside an input."""
    words = {
        "CNY": _("CNY 10,000"),
        "10k CNY": _("CNY 10,000"),
        "10k USD": _("USD 10,000"),
        "person": _("persons"),
        "item": _("items"),
        "point": _("points"),
    }
    return words.get(unit, "")


def field_title(field: Field, years: Sequence[int]) -> str:
    """The title of a field, its year of the form replaced by the calendar year."""
    return language().of(field.title_in_year(years[-1] + 1))


def stem_title(field: Field) -> str:
    """The title of a field without its year of the form."""
    return language().of(field.stem_title)


def field_titles(names: Sequence[str], fields: Mapping[str, Field], years: Sequence[int]) -> str:
    """Several fields in one line."""
    return fields_in_words(names, fields, years[-1] + 1, language())


def missing_fields(
    names: Sequence[str], fields: Mapping[str, Field], years: Sequence[int], most: int = 2
) -> str:
    """The first few figures in one line, and how many fields more there are."""
    return few_fields_in_words(names, fields, years[-1] + 1, language(), most)


def citation(record: Mapping[str, Any]) -> str:
    """Document and article."""
    return f"{record['document']} {record['article']}"


def clause(source: Citation) -> str:
    """What a clause says in short, where it stands and how well it is known."""
    grade = confidence(source.confidence)
    place = f"{source.document} {source.article}"
    return f"{language().of(source.gist)}（{place}{f'，{grade}' if grade else ''}）"


def confidence(grade: str) -> str:
    """How well a citation is known; nothing to say of grade A."""
    words = {
        "B": _("one source"),
        "C": _("one source, not borne out"),
        "M": _("not checked against the text"),
    }
    return words.get(grade, "")
