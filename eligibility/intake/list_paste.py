"""A table pasted from a spreadsheet as rows of a list, its columns matched by their titles."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eligibility.domain.errors import InputError
from eligibility.intake.header_labels import header_text
from eligibility.intake.headers import unit_above, unit_line
from eligibility.intake.list_titles import match_titles, title_column, title_power, written_unit
from eligibility.intake.lists import rows_with_entries
from eligibility.intake.non_firm_rows import RowKind, non_firm_kind
from eligibility.schemes.lists import ListDefinition

#: lines in which the titles are looked for, and how many columns they must name
SEARCHED, FEWEST = 6, 2
#: what sets cells apart, the surest first
_DELIMITERS = "\t|;,"


@dataclass(frozen=True)
class ListPaste:
    """What a pasted table says.

    Attributes
    ----------
    rows : list of mapping of column id to text
        An amount in another unit than that of the list has its unit behind it.
    titles : mapping of column id to str
        The title that each column was matched by.
    unmatched_titles : tuple of str
        Titles of columns that the list has no place for, or that are of another figure or year.
    """

    rows: list[dict[str, str]]
    titles: Mapping[str, str]
    unmatched_titles: tuple[str, ...]


def parse_paste(ledger: ListDefinition, text: str, latest_year: int | None = None) -> ListPaste:
    """Read a table that was copied with its titles, cells apart by tabs, bars, semicolons or commas.

    Parameters
    ----------
    ledger : ListDefinition
    text : str
    latest_year : int, optional
        The latest fiscal year: of amounts under titles with years, its own are taken.

    Raises
    ------
    InputError
        If no line names two columns of the list, a unit is not known, or a cell is too long.
    """
    best: dict[int, str] = {}
    lines: list[list[str]] = []
    header = 0
    for delimiter in _DELIMITERS:
        if delimiter not in text:
            continue
        cut = _records(text, delimiter)
        for place, line in enumerate(cut[:SEARCHED]):
            result = match_titles(ledger, line, latest_year)
            if len(result) > len(best):
                best, header, lines = result, place, cut
    if len(best) < FEWEST:
        raise InputError(
            "No line of what was pasted names two columns of this list; copy the table with its header "
            "row, such as: {titles}.",
            titles=", ".join(column.titles[0] for column in ledger.columns if column.titles),
        )
    titles = lines[header]
    below = lines[header + 1 :]
    while below and _is_ruled(below[0]):
        below = below[1:]
    powers = _powers(ledger, lines[: header + 1], best, below[:1])
    below = below[1:] if below and unit_line(below[0]) else below
    rows = [_row(ledger, line, best, powers) for line in below]
    unmatched = tuple(
        cell.strip()
        for at, cell in enumerate(titles)
        if at not in best and cell.strip() and title_column(ledger, cell) != ""
    )
    return ListPaste(
        rows_with_entries(rows), {name: titles[at] for at, name in best.items()}, unmatched
    )


def _row(
    ledger: ListDefinition,
    line: list[str],
    columns: Mapping[int, str],
    powers: Mapping[str, int | None],
) -> dict[str, str]:
    """The cells of a line by column; what says that it is a total stays where a row is known by."""
    row = {
        name: written_unit(line[at], powers.get(name))
        for at, name in columns.items()
        if at < len(line)
    }
    first = next((at for at, cell in enumerate(line) if cell.strip()), None)
    if first is not None and first not in columns:
        kind = non_firm_kind(line[first])
        if kind in (RowKind.TOTAL, RowKind.SIGNATURE):
            name = ledger.columns[0].id
            row[name] = line[first].strip() + row.get(name, "")
    return row


def _powers(
    ledger: ListDefinition,
    head: Sequence[Sequence[str]],
    columns: Mapping[int, str],
    first: Sequence[Sequence[str]],
) -> dict[str, int | None]:
    """The unit of each column of amounts: in its title, in a line of units, or above them all."""
    of_all = unit_above(head[:-1])
    beside = next((units for line in (*head[-2:-1], *first) if (units := unit_line(line))), [])
    powers: dict[str, int | None] = {}
    for at, name in columns.items():
        if name in ledger.amounts:
            own = title_power(head[-1][at])
            line = header_text(beside[at]).power if at < len(beside) else None
            powers[name] = next((power for power in (own, line) if power is not None), of_all)
    return powers


def _is_ruled(line: Sequence[str]) -> bool:
    """Whether a line only sets the header apart, as in a table of Markdown."""
    return any(line) and all(not cell.strip(" -:=+") for cell in line)


def _records(text: str, delimiter: str) -> list[list[str]]:
    """The cells of each line, whatever ends it."""
    records: list[list[str]] = []
    try:
        # a return alone, which a cell of a spreadsheet may hold, ends a line as well
        records.extend(csv.reader(io.StringIO(text.strip("\r\n"), None), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(
            "Row {row} of what was pasted has a cell that is too long.", row=len(records) + 1
        ) from error
    return records
