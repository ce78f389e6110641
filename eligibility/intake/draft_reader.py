"""A self-assessment as it was typed, read like any other input.

A draft is ``{"step": …, "facts": {key: text}, "ledgers": {key: [{column: text}]}}``. A key is the id
of a field or a list, or ``stem@calendar year`` of what is of a year: the window of three years is cut
from them on the date of application. Texts stay as typed, so that nothing is lost that cannot be read
yet; amounts are in 万元 unless a text has its own unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np

from eligibility.domain.calendar_window import calendar_key, cut_window
from eligibility.domain.facts import Field, FirmTable, years_of
from eligibility.domain.law import Edition
from eligibility.intake.cells import CellFormat, CellTrouble, parse
from eligibility.intake.lists import count_list
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.schemes.lists import Count
from eligibility.schemes.registry import Scheme, all_latest_year_ids

#: power of ten from the amounts of a draft (万元) to CNY
WAN_POWER = 4
#: CNY; an amount this large is more often one in yuan whose unit was left out
LARGE = 1e9
Facts = Mapping[str, str]


class DraftReading(NamedTuple):
    """What a draft says.

    Attributes
    ----------
    law : Edition
        In force on the date of application.
    years : sequence of int
        Calendar years of y1, y2, y3.
    operating : sequence of bool
        Whether the firm existed by the end of each.
    counts : mapping of list to Count
        The lists that have rows.
    batch : Batch
        The firm as a table of one row, or of none where a value cannot be used.
    application_date : date
        Of application.
    latest : frozenset of str
        Ids without a year whose entries are of the latest fiscal year.
    """

    law: Edition
    years: Sequence[int]
    operating: Sequence[bool]
    counts: Mapping[str, Count]
    batch: RowBatch
    application_date: date
    latest: frozenset[str]

    def key(self, name: str) -> str:
        """The key under which a draft keeps what its form has of a field or a list."""
        return calendar_key(name, self.application_date.year, self.latest)


def read_draft(
    draft: Mapping[str, Any],
    scheme: Scheme,
    today: date,
    also: Sequence[Scheme] = (),
    *,
    blank_bad_cells: bool = False,
) -> DraftReading:
    """Read a draft.

    Parameters
    ----------
    draft : mapping
        ``facts`` and ``ledgers``; either may be absent.
    scheme : Scheme
    today : date
        The date of application where none is typed.
    also : sequence of Scheme, optional
        Others whose fields are asked beside the scheme's own, from the day on that they cover; a
        field that it has itself keeps to its own form. What cannot be read of theirs alone is left
        blank, with a remark.
    blank_bad_cells : bool
        An entry that cannot be read is left blank, with a remark, and decides nothing; not so the date
        of application. Otherwise the draft is of no firm until it is corrected.

    Raises
    ------
    DateNotCovered
        If no edition covers the date of application.
    """
    typed: Facts = draft.get("facts", {})
    fields = dict(scheme.fields_by_id)
    applied = _day(typed, fields["application_date"]) or today
    added = [
        field
        for other in also
        if applied >= other.covered_from
        for field in other.fields_of(other.in_force(applied))
    ]
    for field in added:
        fields.setdefault(field.id, field)
    law = scheme.in_force(applied)
    latest = all_latest_year_ids()
    facts = cut_window(typed, applied.year, latest)
    rows = cut_window(draft.get("ledgers", {}), applied.year, latest)
    own = {field.id for field in scheme.fields_of(law)}
    beside = frozenset(field.id for field in added) - own
    registered = _day(typed, fields["registered_on"])
    operating = _operating(registered, applied)
    lists = {
        name: count
        for name, ledger in scheme.lists.items()
        if (
            count := count_list(ledger, rows.get(name, []), law, _numpy(applied), facts.get("name"))
        )
    }
    values: dict[str, object] = {
        name: cell(text, fields[name]) for name, text in facts.items() if name in fields
    }
    for count in lists.values():
        values |= count.fields
    fields_by_id = {
        name: value
        for name, value in values.items()
        if value is not None
        and (name in beside or name in own)
        and applies(fields[name], operating)
    }
    # a code names the firm and decides nothing: one that cannot be right is left blank, with a remark
    names = frozenset(field.id for field in fields.values() if field.kind == "code")
    options = IntakeOptions(
        application_date=applied,
        covered_from=scheme.covered_from,
        beside=beside | names,
        blank_bad_cells=blank_bad_cells,
    )
    columns = list(fields.values())
    batch = from_records([fields_by_id], columns, options, catalogue=scheme.titles_by_code)
    bounds = {
        name: np.array([end])
        for count in lists.values()
        for name, end in count.bound_columns().items()
    }
    if batch.table.rows:
        batch = replace(batch, table=batch.table.with_columns(bounds))
    return DraftReading(law, years_of(applied.year), operating, lists, batch, applied, latest)


def cell(text: str, field: Field) -> object:
    """What was typed as ``from_records`` takes it: amounts in CNY, all else as it stands."""
    if field.kind != "money":
        return text
    try:
        return parse(text, CellFormat(field, WAN_POWER))
    except CellTrouble:
        # the reader of all input finds the same trouble and says it
        return text


def read_as(text: str, field: Field) -> object:
    """What a text is read as, amounts in CNY; None where it cannot be read."""
    try:
        return parse(text, CellFormat(field, WAN_POWER if field.kind == "money" else 0))
    except CellTrouble:
        return None


def read_share(text: str) -> float | None:
    """A share typed in percent, as 5.2 or 5.2%, as a part of one; None where it is none."""
    bare = text.strip().rstrip("%％").strip().replace("，", ".")
    try:
        share = Decimal(bare) / 100
    except InvalidOperation:
        return None
    return float(share) if share.is_finite() and 0 <= share <= 1 else None


def large(text: str, field: Field) -> float | None:
    """The CNY of a number without a unit that is so large in 万元 that yuan may be meant."""
    try:
        read, bare = (parse(text, CellFormat(field, power)) for power in (WAN_POWER, 0))
    except CellTrouble:
        return None
    if not isinstance(read, float) or read == bare or abs(read) < LARGE:
        return None
    return read


def applies(field: Field, operating: Sequence[bool]) -> bool:
    """False for a year that ended before the firm was registered."""
    return field.year is None or operating[field.year - 1]


def _day(facts: Facts, field: Field) -> date | None:
    try:
        day = parse(facts.get(field.id, ""), CellFormat(field))
    except CellTrouble:
        return None
    return day.astype(date) if isinstance(day, np.datetime64) else None


def _operating(registration: date | None, application_date: date) -> list[bool]:
    days = {"registered_on": registration, "application_date": application_date}
    columns = {name: np.array([day], dtype="M8[D]") for name, day in days.items()}
    return [bool(year) for year in FirmTable(columns, 1).operating[:, 0]]


def _numpy(day: date) -> np.datetime64:
    return np.datetime64(day, "D")
