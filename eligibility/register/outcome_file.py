"""Import of outcomes of applications (申报台账) from a file, and export of training data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.readiness.training_data import outcome_fields
from eligibility.register.firm_matching import likely_firms
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository, table_facts

#: columns of a register beside who the firm is and the year
TOLD = (
    "certified",
    "batch",
    "certificate_number",
    "certified_on",
    "expires_on",
    "rejection_reason",
)
Row = tuple[int, int, dict[str, Any], int]


@dataclass(frozen=True)
class Register:
    """A file of outcomes, read and matched.

    Attributes
    ----------
    batch : Batch
        What was read, and what could not be.
    rows : list of (firm_id, applied_year, values, version)
        What ``Applications.save_outcomes`` takes; version 0 is an application not held yet.
    unmatched_rows : list of (row, name)
        Rows of firms that are not held here, by code or name, or without a year.
    ambiguous_rows : list of (row, name)
        Rows without a code whose name several firms have or had.
    """

    batch: RowBatch
    rows: list[Row]
    unmatched_rows: list[tuple[int, str]]
    ambiguous_rows: list[tuple[int, str]]


def read_register(name: str, content: bytes, repository: Repository, scheme: Scheme) -> Register:
    """Match a file of outcomes with the firms held, by credit code, else by a name or former name.

    A name counts where the row or the firm has no code: two codes are two firms.

    Raises
    ------
    InputError
        If the file cannot be read or has no column of years or outcomes, or of codes and names.
    """
    fields = tuple(scheme.fields_by_id[name] for name in ("uscc", "name")) + outcome_fields()
    batch = read_table((name, content), fields, IntakeOptions())
    field_ids = {column.field.id for column in batch.headers.columns}
    who = "name" if "name" in field_ids else "uscc"
    for needed in (who, "applied_year", "certified"):
        if needed not in field_ids:
            field = next(each for each in fields if each.id == needed)
            raise InputError(
                "{file} has no column {column} ({title}), which a register of outcomes needs.",
                file=name, column=needed, title=field.title,
            )  # fmt: skip
    facts = list(table_facts(batch.table, fields))
    candidates = likely_firms(
        repository, [(row.get("uscc"), str(row.get("name", ""))) for row in facts]
    )
    recorded_outcomes = {
        (row["firm_id"], row["applied_year"]): row["version"]
        for row in repository.applications.outcomes()
    }
    rows: list[Row] = []
    unmatched: list[tuple[int, str]] = []
    ambiguous: list[tuple[int, str]] = []
    days = {name: batch.table.dates(name) for name in ("certified_on", "expires_on")}
    for place, (number, row) in enumerate(zip(batch.rows.tolist(), facts, strict=True)):
        year, code, name = row.get("applied_year"), row.get("uscc", ""), row.get("name", "")
        likely = candidates[place]
        if len(likely) != 1 or year is None:
            told = ambiguous if len(likely) > 1 and year is not None else unmatched
            told.append((number, str(name or code)))
            continue
        (firm,) = likely
        values = {name: row[name] for name in TOLD if name in row}
        values |= {name: days[name][place].item() for name in days if name in values}
        version = recorded_outcomes.get((firm, year), 0)
        rows.append((firm, year, values if version else {"certified": None, **values}, version))
    return Register(batch, rows, unmatched, ambiguous)


def past_table(rows: Sequence[Mapping[str, Any]], scheme: Scheme) -> pa.Table:
    """Past applications with the columns and values that ``train`` reads; money in CNY."""
    fields = (*scheme.fields, *outcome_fields())
    used = {name for row in rows for name in row}
    return pa.table(
        {
            field.id: _column(field, [row.get(field.id) for row in rows])
            for field in fields
            if field.id in used
        }
    )


def _column(field: Field, values: list[Any]) -> pa.Array:
    if field.kind in ("money", "number", "count"):
        return pa.array(values, pa.float64())
    if field.kind == "yes_no":
        words = {True: "yes", False: "no", None: None}
        return pa.array([words[value] for value in values], pa.string())
    return pa.array([None if value is None else str(value) for value in values], pa.string())
