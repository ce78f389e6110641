"""An xlsx file as blocks of rows: which sheet is read, and the sentences for what is refused.

The file itself is read by :mod:`eligibility.intake.workbook` in a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from eligibility.domain.errors import InputError
from eligibility.intake.blocks import Block, Known, Sheet, TableBlock, too_wide
from eligibility.intake.reader_process import ReaderProcess
from eligibility.intake.source import InputFile
from eligibility.intake.workbook_caps import Caps

CAPS = Caps()
#: bytes of a file; packed, no workbook of that many cells is larger
FILE_BYTES = 1 << 28
#: so many make a header; a single one may be a word on a cover
HEADER_COLUMNS = 2
#: columns of all sheets together in which a header is looked for
SEARCHED_COLUMNS = 5_000


def xlsx_sheet(
    source: InputFile, name: str | None, count_known: Known, kind: str | None = None
) -> Sheet:
    """The sheet of that name, or the first that best looks like a table of known columns.

    Parameters
    ----------
    source : InputFile
    name : str, optional
    count_known : callable
        How many columns the first lines of a sheet name.
    kind : "xls", "ods", "html" or "xml", optional
        Of a file that is no xlsx.

    Raises
    ------
    InputError
        If the file is damaged, protected, empty or too large, takes too long or too much memory, or
        has no sheet of that name; from its blocks, too.
    """
    file = source.name
    with source.open() as stream:
        content = stream.read(FILE_BYTES + 1)
    if len(content) > FILE_BYTES:
        raise _unpacks_too_far(file, FILE_BYTES)
    module, given = ("workbook", {}) if kind is None else ("other_workbooks", {"kind": kind})
    reader = ReaderProcess(
        f"eligibility.intake.{module}:serve", file, content, refusal_errors(file),
        sheet=name, caps=asdict(CAPS), **given,
    )  # fmt: skip
    del content
    try:
        names = _texts(file, reader.answer())
        if name is not None and name not in names:
            raise InputError(
                "{file} has no sheet {sheet}; it has: {sheets}.",
                file=file, sheet=name, sheets=", ".join(names),
            )  # fmt: skip
        best, head, others = _best(reader, file, names if name is None else [name], count_known)
    except BaseException:
        reader.close()
        raise

    def blocks(skip: int, width: int) -> Iterator[Block]:
        row = skip + 1
        try:
            reader.ask(["rows", best, skip, width])
            while (table := reader.answer()) is not None:
                if not isinstance(table, pa.Table) or table.num_columns != width:
                    raise _damage_error(file)
                yield TableBlock(table, row)
                row += table.num_rows
        finally:
            reader.close()

    return Sheet(file, best, head, blocks, tuple(names), others, reader.close)


def _best(
    reader: ReaderProcess, file: str, names: list[str], count_known: Known
) -> tuple[str, list[list[str]], tuple[str, ...]]:
    """The sheet to be read with its first lines, and others that have a header as well."""
    best: tuple[str, list[list[str]]] | None = None
    most, searched = -1, 0
    tables = []
    for name in names:
        reader.ask(["head", name])
        answer = reader.answer()
        head = [_texts(file, line) for line in answer] if isinstance(answer, list) else []
        if not head:
            continue
        count = min(count_known(head), HEADER_COLUMNS)
        if count > most:
            best, most = (name, head), count
        if count == HEADER_COLUMNS:
            tables.append(name)
        searched += max(map(len, head))
        if searched > SEARCHED_COLUMNS:
            break
    if best is None:
        raise InputError("{file} is empty.", file=file)
    return *best, tuple(name for name in tables if name != best[0])


def _texts(file: str, answer: Any) -> list[str]:
    """A list of texts that can be written, as the process that reads the file should give it."""
    if not isinstance(answer, list) or not all(isinstance(text, str) for text in answer):
        raise _damage_error(file)
    try:
        "".join(answer).encode()
    except UnicodeEncodeError as error:
        raise _damage_error(file) from error
    return answer


def refusal_errors(file: str) -> dict[str, InputError]:
    """The sentence for every code of ``workbook.Refusal``."""
    return {
        "damaged": _damage_error(file),
        "protected": protection_error(file),
        "cells": InputError(
            "{file} is too large for a workbook: a sheet may have {cells} cells, empty ones within it "
            "too. Save it as CSV.",
            file=file,
            cells=f"{CAPS.cells:,}",
        ),
        "columns": too_wide(file, CAPS.columns),
        "unpacked": _unpacks_too_far(file, CAPS.bytes_unpacked),
        "texts": InputError(
            "{file} is too large for a workbook: the texts of a sheet may come to {megabytes} MB. Save "
            "it as CSV.",
            file=file,
            megabytes=f"{CAPS.texts >> 20:,}",
        ),
        "styles": InputError(
            "{file} has more than {styles} cell formats; copy the table into a new workbook, values "
            "only, or save it as CSV.",
            file=file,
            styles=f"{CAPS.styles:,}",
        ),
        "sheets": InputError(
            "{file} has more than {sheets} sheets; save the one with the table alone.",
            file=file,
            sheets=f"{CAPS.sheets:,}",
        ),
        "parts": InputError(
            "{file} holds more than {parts} files; copy the table into a new workbook.",
            file=file,
            parts=f"{CAPS.parts:,}",
        ),
    }


def _damage_error(file: str) -> InputError:
    return InputError("{file} is damaged, or no workbook.", file=file)


def protection_error(file: str) -> InputError:
    """The sentence for a file that is protected by a password."""
    return InputError("{file} is protected by a password; save it without one.", file=file)


def _unpacks_too_far(file: str, size: int) -> InputError:
    return InputError(
        "{file} is too large for a workbook: unpacked it may come to {megabytes} MB. Save it as CSV.",
        file=file,
        megabytes=f"{size >> 20:,}",
    )
