"""The sheet of a file that is read, whether CSV or xlsx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from eligibility.domain.errors import InputError
from eligibility.intake.blocks import Block, Known, Sheet
from eligibility.intake.csv_file import csv_sheet
from eligibility.intake.file_kinds import UNREADABLE, file_kind
from eligibility.intake.source import InputFile, Source

#: kinds of files that the readers of workbooks know, by what they call them
READERS = {"xlsx": None, "xls": "xls", "ods": "ods", "html": "html", "spreadsheetml": "xml"}


def _none_known(_: list[list[str]]) -> int:
    return 0


def open_sheet(
    source: Source,
    encoding: str | None = None,
    sheet: str | None = None,
    count_known: Known = _none_known,
    most_lines: int | None = None,
) -> Sheet:
    """Open a CSV or xlsx file.

    Parameters
    ----------
    source : path, or (name, bytes)
    encoding : str, optional
        Of a CSV file; found by its content if omitted.
    sheet : str, optional
        Of an xlsx file; the first visible one with a known header if omitted, or else with data.
    count_known : callable
        How many columns the first lines of a sheet name.
    most_lines : int, optional
        A sheet with more lines below its header is refused when its blocks are read.

    Raises
    ------
    InputError
        If it cannot be read: absent, no regular file, empty, protected, damaged, too large, not
        text; also when its blocks are read, if it changed since.
    """
    file = InputFile(source)
    try:
        with file.open() as stream:
            kind = file_kind(stream)
        if kind in UNREADABLE:
            raise InputError(UNREADABLE[kind], file=file.name)
        if kind == "text":
            return _short(csv_sheet(file, encoding), most_lines)
        # the reader of workbooks and its process; most files are text
        from eligibility.intake.xlsx_file import protection_error, xlsx_sheet

        if kind == "protected":
            raise protection_error(file.name)
        return _short(xlsx_sheet(file, sheet, count_known, READERS[kind]), most_lines)
    except OSError as error:
        raise InputError(
            "{file} cannot be opened: {why}.", file=file.name, why=error.strerror
        ) from error


def _short(sheet: Sheet, most_lines: int | None) -> Sheet:
    if most_lines is None:
        return sheet

    def blocks(skip: int, width: int) -> Iterator[Block]:
        lines = 0
        for block in sheet.blocks(skip, width):
            lines += block.lines
            if lines > most_lines:
                sheet.close()
                raise InputError(
                    "{file} has more than {lines} lines; split it, or use the command line.",
                    file=sheet.file,
                    lines=f"{most_lines:,}",
                )
            yield block

    return replace(sheet, blocks=blocks)
