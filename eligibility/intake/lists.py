"""Lists behind the counts (台账) read by columns: texts as they were typed, one row a thing.

Which lists there are and what counts of them stands in the scheme's folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.facts import Field, Kind
from eligibility.domain.law import Edition
from eligibility.domain.results import UNMET
from eligibility.domain.text import Message, Wording, msgid
from eligibility.intake.cells import CellFormat, CellTrouble, normal, parse
from eligibility.intake.firm_names import name_key
from eligibility.intake.list_titles import match_titles, title_column, title_power, written_unit
from eligibility.intake.non_firm_rows import RowKind, non_firm_kind
from eligibility.schemes.lists import Count, ListColumn, ListDefinition, ListRows

Rows = Sequence[Mapping[str, str | None]]
#: how far a total may lie from its sum, in CNY: both are rounded to 0.01 of 万元
ROUNDING = 100.0
#: a note, signature or line has so few cells; with more it is a thing with an odd name
SPARSE = 2
_SPARSE = (RowKind.NOTE, RowKind.SIGNATURE, RowKind.END, RowKind.DAY)
LEFT_OUT: Mapping[RowKind, str] = {
    RowKind.TOTAL: msgid("it looks like a total"),
    RowKind.NOTE: msgid("it looks like a note"),
    RowKind.SIGNATURE: msgid("it says who filled the list in"),
    RowKind.END: msgid("it marks the end of the list"),
    RowKind.DAY: msgid("it holds a date alone"),
    RowKind.EXAMPLE: msgid("it looks like an example"),
    RowKind.NUMBERS: msgid("it holds numbers of columns"),
    RowKind.HEAD: msgid("it repeats the header"),
    RowKind.GROUP: msgid("it looks like the heading of a group"),
}
_OWNERS = re.compile(r"[;；、|\n]|(?<=司)[,，]|\s[,，]\s")
#: a part of the row above it
_OF_WHICH = re.compile(r"\s*其中\s*[:：]?")
#: a year as a list has it: alone, of two digits, or that of a day or month
_YEAR = re.compile(
    r"((?:19|20)\d{2})(?:\s*(?:财年|年度?|[-/.年]\s*\d{1,2}\s*月?(?:\s*[-/.]?\s*\d{1,2}\s*日?)?))?|(\d{2})\s*(?:年度?)?"
)
#: what is bracketed behind a word and takes back what it says
_TAKEN_BACK = re.compile(
    r"\([^()]*(?:申请|受理|实审|审查|公[布开]|未授|待授|失效|无效|终止|届满|过期|放弃|驳回|撤回|注销|许可|受让|转让|共有)[^()]*\)$"
)
_CIRCLED, _SPACES = re.compile("[①-⑳⑴-⒇]+"), re.compile(r"\s+")
_BRACKETS = re.compile(r"\([^()]*\)")


def rows_with_entries(rows: Rows) -> list[dict[str, str]]:
    """The rows that say anything, blanks left out of each."""
    entries = (
        {name: text for name, text in row.items() if text is not None and text.strip()}
        for row in rows
    )
    return [row for row in entries if row]


def without_titles(ledger: ListDefinition, rows: Rows) -> tuple[list[dict[str, str]], int]:
    """The rows that are no header pasted along with the list, and how many were left out.

    A row is left out only if every cell of it reads like the title of some column of the list, with
    the rows of one cell above it; a row of one cell elsewhere never is. Rows below it are read by its
    titles, wherever they stand.
    """
    places: Mapping[str, str] | None = None
    powers: Mapping[str, int | None] = {}
    remaining: list[dict[str, str]] = []
    left_out = 0
    for row in rows_with_entries(rows):
        found = {place: title_column(ledger, text) for place, text in row.items()}
        if len(row) > 1 and all(name is not None for name in found.values()):
            cells = list(row)
            named = {
                cells[at]: name for at, name in match_titles(ledger, list(row.values())).items()
            }
            # titles that are not certain leave the rows where they stand
            titled = [name for name in found.values() if name]
            places = named if sorted(named.values()) == sorted(titled) else None
            powers = {
                name: title_power(row[place])
                for place, name in (places or {}).items()
                if name in ledger.amounts
            }
            left_out += 1
            if places is not None and all(len(above) == 1 for above in remaining):
                # what stands alone above the titles is the heading of the table
                left_out += len(remaining)
                remaining = []
        elif places is None:
            remaining.append(row)
        else:
            moved = {
                places[place]: written_unit(text, powers.get(places[place]))
                for place, text in row.items()
                if place in places
            }
            numbering = [text for place, text in row.items() if place not in places]
            # nothing is lost: what stands under a title of numbers alone stays where it is, and so
            # does a total, which is named there
            is_total = any(non_firm_kind(text) is RowKind.TOTAL for text in numbering)
            remaining.append(row if is_total or not moved else moved)
    return remaining, left_out


def entries(ledger: ListDefinition, rows: Rows) -> list[RowKind | None]:
    """What each row that says anything is, if it is none of what the list lists; else None.

    A row is known by its first text, and a row without a name also by its amounts, if each is the sum
    of those above.
    """
    kinds: list[RowKind | None] = []
    amounts = [column.id for column in ledger.columns if column.kind == "money"]
    above: list[dict[str, str]] = []
    since = 0
    for row in rows_with_entries(rows):
        first, *others = [row[column.id] for column in ledger.columns if column.id in row] or [""]
        kind = non_firm_kind(first)
        if kind is RowKind.NUMBERS and RowKind.TOTAL in map(non_firm_kind, others):
            # how many there are, beside the word for it
            kind = RowKind.TOTAL
        if kind is RowKind.GROUP and len(row) > 1:
            # what is named like a place or group of firms may be a product or right
            kind = None
        if kind is RowKind.NUMBERS and not _is_numbering(list(row.values())):
            kind = None
        if kind in _SPARSE and len(row) > SPARSE:
            kind = None
        if kind is None and ledger.columns[0].id not in row:
            same_year = [each for each in above if each.get("year") == row.get("year")]
            # of everything, of a year, or since the last one
            if any(_is_sum(row, some, amounts) for some in (above, same_year, above[since:])):
                kind = RowKind.TOTAL
        kinds.append(kind)
        if kind is None:
            above.append(row)
        elif kind is RowKind.TOTAL and len(row) > 1:
            since = len(above)
    return kinds


def _is_numbering(texts: Sequence[str]) -> bool:
    """Whether cells are the numbers of columns, one after the other."""
    digits = [int(text) for text in texts if text.strip().isdecimal()]
    return len(digits) == len(texts) > SPARSE and digits == list(range(digits[0], digits[0] + len(digits)))  # fmt: skip


def _is_sum(row: Mapping[str, str], above: Rows, amounts: Sequence[str]) -> bool:
    """Whether the amounts of a row are those of the rows above it, added up."""
    named = [name for name in amounts if name in row]
    return bool(above and named) and all(
        (total := _amount(row.get(name))) is not None
        and abs(total - fsum(_amount(each.get(name)) or 0 for each in above)) <= ROUNDING
        for name in named
    )


def _amount(text: str | None) -> float | None:
    try:
        value = parse(text or "", WRITTEN_BACK)
    except CellTrouble:
        return None
    return value if isinstance(value, float) else None


def count_list(
    ledger: ListDefinition,
    rows: Rows,
    law: Edition,
    application_date: np.datetime64,
    firm: str | None = None,
) -> Count | None:
    """What a list says of its fields; None where it has no row.

    Parameters
    ----------
    ledger : ListDefinition
    rows : sequence of mapping of column id to text
        As typed; amounts in 万元.
    law : Edition
    application_date : datetime64[D]
        Date of application.
    firm : str, optional
        The firm's own name, which stands for itself among owners.
    """
    typed = rows_with_entries(rows)
    kinds = entries(ledger, typed)
    places = [place for place, kind in enumerate(kinds) if kind is None]
    if not places:
        return None
    read = read_ledger(ledger, [typed[place] for place in places], firm)
    result = ledger.count(read, law, application_date.astype(object).year, application_date)
    status = np.full(len(typed), UNMET, dtype=np.int8)
    status[places] = result.status
    reasons: list[Message | None] = [
        Message("left out: {kind}", {"kind": Message(LEFT_OUT[kind])}) if kind else None
        for kind in kinds
    ]
    for place, reason in zip(places, result.reasons, strict=True):
        # rows are numbered as they stand, with those that were left out
        numbered = reason is not None and "row" in reason.values
        reasons[place] = (
            Message(reason.text, {**reason.values, "row": places[_row(reason)] + 1})
            if reason is not None and numbered
            else reason
        )
    for (row, _), trouble in read.troubles.items():
        # what was typed wrongly is the reason, not that nothing was typed
        if result.status[row] != UNMET:
            reasons[places[row]] = trouble
    return Count(result.fields, status, tuple(reasons), result.bounds)


def _row(reason: Message) -> int:
    return int(str(reason.values["row"])) - 1


def read_ledger(ledger: ListDefinition, rows: Rows, firm: str | None = None) -> ListRows:
    """Texts as columns; what cannot be read is named with row and column."""
    troubles: dict[tuple[int, str], Message] = {}
    columns: dict[str, NDArray[Any]] = {}
    named = [column.id for column in ledger.columns if column.kind == "text"]
    parts = [
        row
        for row, texts in enumerate(rows)
        # under the numbers of things too, where no name stands
        if _OF_WHICH.match(next(filter(None, map(texts.get, named)), ""))
    ]
    for column in ledger.columns:
        texts = [row.get(column.id) for row in rows]
        values = [_value(text, column, troubles, row, firm) for row, text in enumerate(texts)]
        for row in parts if column.kind == "money" else ():
            # counted or not, one of the two would be wrong
            values[row] = None
            troubles[row, column.id] = Message(
                "it may be a part (其中) of the row above; delete it, or name it without 其中"
            )
        columns[column.id] = _array(values, column.kind)
    return ListRows(columns, troubles, len(rows), normal)


def main_share(products: ListDefinition, rows: Rows) -> float | None:
    """Income of the main products over that of all products; None where a row leaves it open."""
    kinds = entries(products, rows)
    read = read_ledger(
        products,
        [row for row, kind in zip(rows_with_entries(rows), kinds, strict=True) if kind is None],
    )
    income, main = read.columns["income"], read.columns["main"]
    total = fsum(income)
    if not read.rows or np.isnan(income).any() or np.isnan(main).any() or not total:
        return None
    return fsum(income[main == 1]) / total


def _value(
    text: str | None,
    column: ListColumn,
    troubles: dict[tuple[int, str], Message],
    row: int,
    firm: str | None,
) -> Any:
    if text is None or not text.strip():
        return None
    if column.words:
        word = _word(text, column)
        if word is None and column.firm_name:
            owners = [name_key(part) for part in _OWNERS.split(text) if part.strip()]
            if firm and owners == [name_key(firm)]:
                return column.firm_name
            troubles[row, column.id] = _owner_trouble(text, owners, firm)
        elif word is None:
            troubles[row, column.id] = Message(
                "{value} is not understood; expected: {expected}",
                {"value": text, "expected": _example_words(column)},
            )
        return word
    try:
        if column.kind == "count" and (year := _YEAR.fullmatch(normal(text))):
            return float(year[1] or f"20{year[2]}")
        form = WRITTEN_BACK if column.may_be_negative else FORMATS[column.kind]
        return parse(text, form)
    except CellTrouble as trouble:
        troubles[row, column.id] = Message(
            "{value} is not understood; expected: {expected}",
            {"value": text, "expected": trouble.expectation},
        )
        return None


def _word(text: str, column: ListColumn) -> str | None:
    """What a text is compared as: with its brackets, spaces and marks, or without them."""
    plain = _CIRCLED.sub("", text)
    for form in (
        normal(text),
        normal(plain),
        _SPACES.sub("", normal(plain)),
        *(() if _TAKEN_BACK.search(normal(plain)) else (_BRACKETS.sub("", normal(plain)).strip(),)),
    ):
        if form in column.words:
            return column.words[form]
    return None


def _example_words(column: ListColumn) -> str:
    """The first texts of each word of a column, as examples."""
    examples = [
        next(
            (text for text, other in column.words.items() if other == word and len(text) > 2), word
        )
        for word in dict.fromkeys(column.words.values())
    ]
    return ", ".join(examples)


def _owner_trouble(text: str, owners: Sequence[str], firm: str | None) -> Message:
    if firm is None:
        return Message(
            "{value} may be the firm itself; enter the name of the firm, or write: the firm, other",
            {"value": text},
        )
    if name_key(firm) in owners:
        return Message(
            "{value}: of several owners it counts for one alone; write “the firm” where it is this one",
            {"value": text},
        )
    return Message(
        "{value} is not {firm}; if it is a former name write “the firm”, else “other”",
        {"value": text, "firm": firm},
    )


def _array(values: list[Any], kind: Kind) -> NDArray[Any]:
    if kind == "date":
        return np.array([np.datetime64("NaT") if v is None else v for v in values], "M8[D]")
    if kind == "text":
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _format(kind: Kind, power: int = 0, minimum: float | None = None) -> CellFormat:
    blank = Wording(zh="", en="")
    return CellFormat(
        Field(
            id=kind, kind=kind, unit="", section="", title=blank, help=blank, source=blank,
            stem=kind, stem_title=blank, minimum=minimum,
        ),
        power,
    )  # fmt: skip


FORMATS: Mapping[Kind, CellFormat] = {
    "text": _format("text"),
    "date": _format("date"),
    "count": _format("count", minimum=0),
    "yes_no": _format("yes_no"),
    "money": _format("money", power=4, minimum=0),
}
#: amounts of which more may have been written back than was spent
WRITTEN_BACK = _format("money", power=4)
