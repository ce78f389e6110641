"""Rejected rows of a staged file: corrected in place and read again, or taken with the cell blank."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app import cache, session
from eligibility.app.register.import_assessment import judge_rows
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads, guard
from eligibility.assessment.ladder import joint_fields, only_elsewhere
from eligibility.domain.facts import RowIssue
from eligibility.domain.text import Message, msgid
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.intake.column_corrections import Pairs
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.screening import Screening, screen
from eligibility.store import Repository

Row = Mapping[str, Any]
#: rows before the table scrolls, and how high it is then
SHOWN, TALL = 12, 460
#: rows that are edited in place; more are corrected in the file
MOST = 500


def reading_of(batch: RowBatch, money_unit: str | None, day: date, columns: Pairs = ()) -> Row:
    """How a file was read, for its rejected rows to be read again."""
    return {
        "heads": list(batch.headers.headers),
        "money_unit": money_unit,
        "application_date": day.isoformat(),
        "columns": [list(pair) for pair in columns],
    }


def reject_entries(batch: RowBatch) -> list[Row]:
    """One entry a rejected row: its number, its cells as they came, and its issues in both languages."""
    by_row: dict[int, list[Row]] = {}
    for issue in batch.issues:
        if issue.fatal:
            by_row.setdefault(issue.row, []).append(issue_entry(issue))
    # by place, for two columns may have one head
    columns = [
        batch.rejects.column(place).to_pylist() for place in range(len(batch.headers.headers))
    ]
    return [
        {
            "row": row,
            "issues": by_row.get(row, []),
            "cells": ["" if column[number] is None else str(column[number]) for column in columns],
        }
        for number, row in enumerate(batch.rejects["row"].to_pylist())
    ]


def issue_entry(issue: RowIssue) -> Row:
    """An issue as the store holds it."""
    expected = {tongue.id: issue.expectation.say(tongue) for tongue in (CHINESE, ENGLISH)}
    return {
        "firm": issue.firm,
        "column": issue.column,
        "value": issue.value,
        "expected": expected,
    }


def reasons(entry: Row) -> str:
    """Why a row was rejected, in one line."""
    line = _("{column}: expected {expected}")
    return _("; ").join(
        line.format(column=issue["column"], expected=issue["expected"][language().id])
        for issue in entry["issues"]
    )


def rejects_file(preview: Row) -> bytes:
    """The rejected rows as they came, with the reasons beside them: to be corrected and sent back."""
    heads, entries = preview["reading"]["heads"], preview["rejected"]
    columns = [
        pa.array([entry["cells"][place] for entry in entries], pa.string())
        for place in range(len(heads))
    ]
    why = pa.array(map(reasons, entries), pa.string())
    table = pa.Table.from_arrays([*columns, why], [*heads, _("Why the row was rejected")])
    return downloads.table_file(table, "csv")


def repair(repository: Repository, preview: Row) -> None:
    """The rejected rows to edit, those with trouble in front; what can be read then is taken."""
    entries, heads = preview["rejected"][:MOST], preview["reading"]["heads"]
    st.caption(
        _(
            "Correct a cell and read the rows again, or tick “leave blank” to take a row without the "
            "cells that cannot be read. Rows that nothing is done to stay rejected."
        )
    )
    bad = {issue["column"] for entry in entries for issue in entry["issues"]}
    order = sorted(range(len(heads)), key=lambda place: heads[place] not in bad)
    key = session.decisions_key(preview["id"], "repair", [entry["row"] for entry in entries])
    with st.form(f"repair:{preview['id']}"):
        edited: pa.Table = st.data_editor(
            pa.table(
                {
                    "blank": pa.array([False] * len(entries)),
                    "row": pa.array([entry["row"] for entry in entries], pa.int64()),
                    "why": pa.array(map(reasons, entries), pa.string()),
                    **{
                        f"c{place}": pa.array([entry["cells"][place] for entry in entries], pa.string())
                        for place in order
                    },
                }
            ),
            column_config={
                "blank": st.column_config.CheckboxColumn(_("Leave blank"), width=80),
                "row": st.column_config.NumberColumn(_("Row"), width=60),
                "why": st.column_config.TextColumn(_("Why the row was rejected"), width=360),
                **{f"c{place}": st.column_config.TextColumn(heads[place]) for place in order},
            },
            disabled=["row", "why"],
            hide_index=True,
            height="content" if len(entries) <= SHOWN else TALL,
            placeholder="",
            key=key,
        )  # fmt: skip
        with st.container(horizontal=True):
            again = st.form_submit_button(_("Read these rows again"), type="primary")
            every = st.form_submit_button(_("Take all, bad cells blank"))
    download_button.button(
        _("Download the rejected rows to correct (CSV)"),
        partial(rejects_file, preview),
        file_name="rejected.csv",
        mime=downloads.MIMES["csv"],
        icon=":material/download:",
    )
    if again or every:
        cells = [
            [edited[f"c{place}"][number].as_py() or "" for place in range(len(heads))]
            for number in range(len(entries))
        ]
        ticks = [True] * len(entries) if every else edited["blank"].to_pylist()
        with st.spinner(_("Reading and assessing…")):
            guard.do(partial(take_again, repository, preview, cells, ticks))
        st.rerun()


def _read_again(
    heads: Sequence[str], rows: Sequence[Sequence[str]], reading: Row, blank: bool
) -> Screening:
    """Rows under the heads of their file, read as it was and assessed."""
    file = io.StringIO()
    csv.writer(file).writerows([heads, *rows])
    day = date.fromisoformat(reading["application_date"])
    scheme = cache.scheme()
    options = IntakeOptions(
        money_unit=reading.get("money_unit"),
        application_date=day,
        covered_from=scheme.covered_from,
        beside=only_elsewhere(scheme, scheme.in_force(day)),
        # an import staged by an earlier version knows none
        known_columns=tuple((name, field_id) for name, field_id in reading.get("columns", ())),
    )
    batch = read_table(
        ("rejected.csv", file.getvalue().encode()),
        joint_fields(),
        replace(options, blank_bad_cells=blank),
        catalogue=scheme.titles_by_code,
    )
    return screen(batch, scheme, cache.model()[0])


def take_again(
    repository: Repository,
    preview: Row,
    cells: Sequence[Sequence[str]],
    ticks: Sequence[bool],
) -> Message:
    """Take what can be read now; what cannot stays rejected, with its reason of now."""
    every, reading = preview["rejected"], preview["reading"]
    entries = every[: len(cells)]
    taken: list[tuple[Row, Row]] = []
    left = dict(enumerate(entries))
    for blank in (False, True):
        places = [
            place
            for place, entry in enumerate(entries)
            if bool(ticks[place]) is blank and (blank or list(cells[place]) != list(entry["cells"]))
        ]
        if not places:
            continue
        screening = _read_again(
            reading["heads"], [cells[place] for place in places], reading, blank
        )
        taken += judge_rows(repository, screening)
        for row in screening.batch.rows.tolist():
            # the heads are row 1
            del left[places[row - 2]]
        for entry in reject_entries(screening.batch):
            place = places[entry["row"] - 2]
            left[place] = {**entry, "row": entries[place]["row"]}
    rejects = [*(left[place] for place in sorted(left)), *every[len(entries) :]]
    repository.imports.repair(preview["id"], taken, rejects, len(every))
    return Message(
        msgid("Taken: {n} of {of} rejected rows."), {"n": len(taken), "of": len(entries)}
    )
