"""The rows of a block that are no firm: where they stand, and what they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field, FirmTable
from eligibility.intake.blocks import Block
from eligibility.intake.cells import MISSING, normal
from eligibility.intake.header_labels import IDENTITY, FieldNames, header_text, plain_name
from eligibility.intake.headers import HeaderMap
from eligibility.intake.layouts import row_numbers
from eligibility.intake.non_firm_rows import RowKind, non_firm_kind, plain_head, suspects

#: rows of a sheet among which an example stands
EXAMPLE_ROWS = 5
_EXAMPLE = re.compile(r"[\W_]*(?:填写)?(?:例|示例|样例|范例|举例|example|sample)", re.IGNORECASE)


def non_firm_places(
    block: Block,
    firms: FirmTable,
    file: str,
    headers: HeaderMap,
    heads: Collection[str],
    *,
    with_names: bool,
) -> dict[int, RowKind]:
    """Rows that stand under the name of no firm, by place; a readable code vouches for all but examples.

    Parameters
    ----------
    block : Block
    firms : FirmTable
        What its cells were read as.
    file : str
        Its name in messages.
    headers : HeaderMap
    heads : collection of str
        What may stand above names, as ``name_heads`` gives it.
    with_names : bool
        False for firms given as values, which may be called anything but a total.

    Raises
    ------
    InputError
        If a header stands again and names its columns otherwise.
    """
    result = _examples(block, firms, headers) if with_names else {}
    codeless = np.flatnonzero(firms.blank("uscc"))
    if not len(codeless):
        return result
    names = pa.array(firms.texts("name")[codeless], pa.string())
    for place in codeless[suspects(names)].tolist():
        kind = non_firm_kind(firms.texts("name")[place], heads)
        if kind is not None and (with_names or kind is RowKind.TOTAL):
            result[place] = kind
        if kind is RowKind.HEAD and with_names:
            _require_same_header(block, place, file, headers)
    for place in codeless[firms.blank("name")[codeless]].tolist() if with_names else ():
        texts = _texts(block, place)
        kind = non_firm_kind(texts[0], heads) if texts else None
        # a figure that stands first says nothing of its row, nor does a date beside others
        is_figure = kind is RowKind.NUMBERS or (kind is RowKind.DAY and len(texts) > 1)
        if kind is not None and not is_figure:
            result[place] = kind
    return result


def name_heads(fields: Sequence[Field], headers: HeaderMap) -> frozenset[str]:
    """What may stand above names and codes, in plain form."""
    named = [field for field in fields if field.id in IDENTITY]
    heads = [
        head
        for field in named
        for head in (field.id, field.title.zh, field.title.en, *field.aliases)
    ]
    heads += [column.header for column in headers.columns if column.field.id in IDENTITY]
    return frozenset(map(plain_head, heads))


def _examples(block: Block, firms: FirmTable, headers: HeaderMap) -> dict[int, RowKind]:
    """Examples in the first rows of a sheet, which may stand under a code that is right."""
    if block.first_row > headers.lines + 1:
        return {}
    first = firms.texts("name")[:EXAMPLE_ROWS].tolist()
    # a name that somebody blotted out (XX公司) is of a firm where a code stands beside it
    return {
        place: RowKind.EXAMPLE
        for place, text in enumerate(first)
        if text and _EXAMPLE.match(text) and non_firm_kind(text) is RowKind.EXAMPLE
    }


def _require_same_header(block: Block, place: int, file: str, headers: HeaderMap) -> None:
    names = FieldNames(headers.fields, headers.application_year)
    for column in headers.columns:
        cell = block.text[str(column.position)][place].as_py()
        again, first = plain_name(cell), plain_name(column.header)
        power = header_text(cell).power
        if column.field.id in IDENTITY or not names.stem(cell):
            # what a firm is known by has many names; a figure is no name of a column
            continue
        is_same = again in first or first in again
        if not is_same or power not in (None, header_text(column.header).power):
            raise InputError(
                "{file}, row {row}: a second header stands here, and its columns are not those of the "
                "first ({one}; {other}). Put each table on a sheet or into a file of its own.",
                file=file,
                row=int(row_numbers(block, np.array([place], np.intp))[0]),
                one=column.header,
                other=cell,
            )


def _texts(block: Block, place: int) -> list[str]:
    """The cells of a row that say anything."""
    cells = (column[place].as_py() for column in block.text.columns)
    return [cell for cell in cells if normal(cell) not in MISSING]
