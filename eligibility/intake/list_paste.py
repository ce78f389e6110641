"""A table pasted from a spreadsheet as rows of a list, its columns matched by their titles."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from eligibility.domain.errors import InputError
from eligibility.intake.lists import rows_with_entries, title_column
from eligibility.intake.non_firm_rows import RowKind, non_firm_kind
from eligibility.schemes.lists import ListDefinition

#: lines in which the titles are looked for, and how many columns they must name
SEARCHED, FEWEST = 6, 2


@dataclass(frozen=True)
class ListPaste:
    """What a pasted table says.

    Attributes
    ----------
    rows : list of mapping of column id to text
    titles : mapping of column id to str
        The title that each column was matched by.
    unmatched_titles : tuple of str
        Titles of columns that the list has no place for.
    """

    rows: list[dict[str, str]]
    titles: Mapping[str, str]
    unmatched_titles: tuple[str, ...]


def parse_paste(ledger: ListDefinition, text: str) -> ListPaste:
    """Read a table that was copied with its titles, cells apart by tabs or commas.

    Raises
    ------
    InputError
        If no line names two columns of the list, or a cell is too long.
    """
    lines = _records(text)
    best: dict[int, str] = {}
    header = 0
    for place, line in enumerate(lines[:SEARCHED]):
        result: dict[int, str] = {}
        for at, cell in enumerate(line):
            name = title_column(ledger, cell)
            # of two titles for one column the first holds
            if name and name not in result.values():
                result[at] = name
        if len(result) > len(best):
            best, header = result, place
    if len(best) < FEWEST:
        raise InputError(
            "No line of what was pasted names two columns of this list; copy the table with its header "
            "row, such as: {titles}.",
            titles=", ".join(column.titles[0] for column in ledger.columns if column.titles),
        )
    titles = lines[header]
    rows = [_row(ledger, line, best) for line in lines[header + 1 :]]
    unmatched = tuple(
        cell.strip()
        for at, cell in enumerate(titles)
        if at not in best and cell.strip() and title_column(ledger, cell) != ""
    )
    return ListPaste(
        rows_with_entries(rows), {name: titles[at] for at, name in best.items()}, unmatched
    )


def _row(ledger: ListDefinition, line: list[str], columns: Mapping[int, str]) -> dict[str, str]:
    """The cells of a line by column; what says that it is a total stays where a row is known by."""
    row = {name: line[at] for at, name in columns.items() if at < len(line)}
    first = next((at for at, cell in enumerate(line) if cell.strip()), None)
    if first is not None and first not in columns:
        kind = non_firm_kind(line[first])
        if kind in (RowKind.TOTAL, RowKind.SIGNATURE):
            name = ledger.columns[0].id
            row[name] = line[first].strip() + row.get(name, "")
    return row


def _records(text: str) -> list[list[str]]:
    """The cells of each line, whatever ends it."""
    delimiter = "\t" if "\t" in text else ","
    records: list[list[str]] = []
    try:
        # a return alone, which a cell of a spreadsheet may hold, ends a line as well
        records.extend(csv.reader(io.StringIO(text.strip("\r\n"), None), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(
            "Row {row} of what was pasted has a cell that is too long.", row=len(records) + 1
        ) from error
    return records
