"""The titles above the columns of a list: which column each is of, of which year, in which unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from eligibility.domain.errors import InputError
from eligibility.intake.cells import normal
from eligibility.intake.header_labels import YEARS, header_text, squeeze
from eligibility.intake.year_words import ANOTHER_FIGURE, split_year
from eligibility.schemes.lists import ListDefinition

#: a list's own column of numbers
NUMBERED = ("序号", "编号", "No.")
#: characters before a title that leave it one, as in 专利权名称
MOST_BEFORE = 4
#: power of ten of the unit in which a list has its amounts, and the words for others
LIST_POWER = 4
UNIT_WORDS = {0: "元", 3: "千元", 4: "万元", 6: "百万元", 7: "千万元", 8: "亿元"}
_BRACKETS = re.compile(r"\([^()]*\)")
_PUNCTUATION = re.compile(r"[\W_]+")
_FIGURE = re.compile(r"\s*[-+(]?[¥￥]?[\d,，.]+\)?\s*")
#: what says that a bracket or the end of a title is a unit of money
_MONEY_WORD = re.compile(
    r"[(\[【][^()\[\]【】]*(?:元|[万亿]|usd|eur|\$|cny|rmb|yuan)[^()\[\]【】]*[)\]】]"
)


def title_column(ledger: ListDefinition, text: str) -> str | None:
    """The column that a text is the title of; "" for one of numbers, None if it is no title."""
    if (exact := _exact_column(ledger, text)) is not None:
        return exact
    plain = _PUNCTUATION.sub("", split_year(_BRACKETS.sub("", normal(text))).rest)
    near = [
        column.id
        for column in ledger.columns
        if plain
        and any(
            len(title) > 1
            and short
            and plain.endswith(short)
            and len(plain) - len(short) <= MOST_BEFORE
            for title in column.titles
            for short, _whole in (_title_forms(title),)
        )
    ]
    return near[0] if near else None


def match_titles(
    ledger: ListDefinition, cells: Sequence[str], latest_year: int | None = None
) -> dict[int, str]:
    """Place of a cell → the column that it is the title of; an exact title comes before a near one.

    Parameters
    ----------
    ledger : ListDefinition
    cells : sequence of str
    latest_year : int, optional
        The latest fiscal year, of which a list of amounts without a year of their own is.
    """
    result: dict[int, str] = {}
    for find in (_exact_column, title_column):
        for at, cell in enumerate(cells):
            name = find(ledger, cell)
            if (
                name
                and at not in result
                and name not in result.values()
                and (name not in ledger.amounts or _is_amount(ledger, cell, latest_year))
            ):
                result[at] = name
    return result


def _is_amount(ledger: ListDefinition, title: str, latest_year: int | None) -> bool:
    """Whether a title near that of an amount is of it, and not of a plan, a share or another year."""
    name = header_text(title).name
    titles = {squeeze(known) for column in ledger.columns for known in column.titles}
    if squeeze(name) in titles:
        return True
    words = split_year(name, None if latest_year is None else latest_year + 1)
    is_dated = words.place is not None or words.calendar is not None
    is_latest = words.place == max(YEARS) or (words.calendar is not None and words.calendar == latest_year)  # fmt: skip
    if is_dated and not (ledger.of == "calendar_year" and is_latest and not words.clash):
        return False
    return ANOTHER_FIGURE.search(words.rest) is None


def title_power(title: str) -> int | None:
    """Power of ten of the unit that a title states; None where it states none.

    Raises
    ------
    InputError
        If it states a unit that is not known.
    """
    power = header_text(title).power
    if power is None and _MONEY_WORD.search(normal(title)):
        raise InputError(
            "{title}: its unit is not known; expected 元, 千元, 万元 or 亿元.", title=title
        )
    return power


def written_unit(text: str, power: int | None) -> str:
    """An amount with its unit behind it, where that is another than that of lists."""
    if power in (None, LIST_POWER) or not _FIGURE.fullmatch(text):
        return text
    return f"{text.strip()}{UNIT_WORDS.get(power or 0, '')}"


def _exact_column(ledger: ListDefinition, text: str) -> str | None:
    plain, bare = _plain(text), squeeze_title(text)
    if not plain:
        return None
    for column in ledger.columns:
        if any(
            plain == short or bare == whole for short, whole in map(_title_forms, column.titles)
        ):
            return column.id
    return "" if any(plain == _title_forms(title)[0] for title in NUMBERED) else None


@cache
def _title_forms(title: str) -> tuple[str, str]:
    """A title of a definition without what is in brackets, and with it; both without punctuation."""
    return _plain(title), squeeze_title(title)


def squeeze_title(text: str) -> str:
    """A title without spaces and punctuation; what stands in brackets stays."""
    return _PUNCTUATION.sub("", normal(text))


def _plain(text: str) -> str:
    """A title without brackets and what is in them, spaces and punctuation."""
    return _PUNCTUATION.sub("", _BRACKETS.sub("", normal(text)))
