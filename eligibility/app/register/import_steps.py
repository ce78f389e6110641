"""A file on its way into the store: its columns, the rows staged, confirming and discarding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from eligibility.app import address, session
from eligibility.app.register import import_changes
from eligibility.app.register.dossier import moment
from eligibility.app.register.import_assessment import judge_rows
from eligibility.app.register.import_repair import (
    issue_entry,
    reading_of,
    reject_entries,
    repair,
)
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads, guard, notices
from eligibility.app.widgets.markup import Markup, literal, tag
from eligibility.assessment.ladder import joint_fields
from eligibility.domain.text import Message, msgid
from eligibility.intake.column_corrections import Pairs
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import Preview
from eligibility.schemes.figure_scale import scale_signs
from eligibility.screening import Screening
from eligibility.store import ImportResult, Repository

Row = Mapping[str, Any]
#: rejected rows that are drawn whole: a table that scrolls looks as if it ended; else its height
WHOLE, TALL = 30, 620
#: remarks that are kept of a file
REMARKS = 1000
STOPPED = Message(msgid("Stopped; nothing of the file was kept. It can be read again."))
STATUS_WORDS = {
    "staged": msgid("◐ waiting to be confirmed"),
    "confirmed": msgid("● stored"),
    "discarded": msgid("○ discarded"),
}


def columns(preview: Preview) -> None:
    """What each column is taken for, with its first values; those not read are marked."""
    by_header = {column.header: column for column in preview.headers.columns}
    doubtful = dict(preview.headers.doubtful)
    meanings, units = [], []
    for header in preview.headers.headers:
        column = by_header.get(header)
        if column is not None:
            meanings.append(f"● {language().of(column.field.title)}")
        elif header in doubtful:
            meanings.append(f"△ {doubtful[header].say(language())}")
        else:
            meanings.append(_("○ not used"))
        units.append(column.unit if column and column.field.kind == "money" else "")
    stated = {"stated": _("stated"), "declared": _("declared"), "field id": _("by its id")}
    cells = preview.rows.to_pydict()
    examples = [
        _("; ").join(text for text in map(str, cells.get(header, [])) if text and text != "None")
        for header in preview.headers.headers
    ]
    st.dataframe(
        {
            _("Column of the file"): list(preview.headers.headers),
            _("Taken for"): meanings,
            _("Unit of money"): [stated.get(unit, "") for unit in units],
            _("First values"): examples,
        },
        hide_index=True,
        height=min(35 * len(meanings) + 38, 420),
        placeholder="",
    )
    st.caption(
        _("Columns: {taken} recognised, {doubtful} doubtful, {unused} not used").format(
            taken=len(by_header),
            doubtful=len(doubtful),
            unused=len(meanings) - len(by_header) - len(doubtful),
        )
    )


def stage(
    repository: Repository,
    name: str,
    screening: Screening,
    tell: Callable[[int], None] = lambda _count: None,
    columns: Pairs = (),
) -> int:
    """Keep the rows of a file, and those rejected, to be looked at; the import's id.

    ``tell`` hears how many rows are judged; what it raises lets all of them go. ``columns`` are the
    names by which the file was read beside the program's own.
    """
    rows = judge_rows(repository, screening, tell)
    return repository.imports.stage(
        name,
        rows,
        reject_entries(screening.batch),
        remarks=_remarks(screening),
        reading=reading_of(
            screening.batch, session.money_unit(), session.application_day(), columns
        ),
    )


def progress(of: int) -> Callable[[int], None]:
    """A bar of the rows judged, and the way to stop; gives what moves the bar.

    Pressing the button lets Streamlit end this run at the next move of the bar, and the store
    sweeps away the rows that had come in.
    """
    began = monotonic()
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        st.button(_("Stop"), on_click=session.flash, args=(STOPPED,), icon=":material/stop_circle:")

    def tell(count: int) -> None:
        words = _("{n} of {of} rows judged, {seconds} s")
        seconds = round(monotonic() - began)
        bar.progress(count / of, words.format(n=f"{count:,}", of=f"{of:,}", seconds=seconds))

    return tell


def _remarks(screening: Screening) -> list[Row]:
    """The first remarks on rows that are taken all the same, figures out of scale before all."""
    lines = [issue for issue in screening.batch.issues if not issue.fatal]
    told = [{"row": issue.row, "issues": [issue_entry(issue)]} for issue in lines[:REMARKS]]
    return [*_scale_remarks(screening.batch), *told][:REMARKS]


def _scale_remarks(batch: RowBatch) -> Iterator[Row]:
    """Rows of which a figure does not fit with the firm's others, as in another unit."""
    firms, fields = batch.table, {field.id: field for field in joint_fields()}
    for sign in scale_signs(firms):
        for place in np.flatnonzero(sign.rows).tolist():
            about = [fields[name].title for name in sign.about(place) if name in fields]
            yield {
                "row": int(batch.rows[place]),
                "issues": [
                    {
                        "firm": firms.texts("name")[place] or firms.texts("uscc")[place] or "",
                        "column": language().of(about[0]) if about else "",
                        "value": "",
                        "expected": sign.text(place).model_dump(),
                    }
                ],
            }


def import_title(row: Row) -> Markup:
    """The file that it came from, and when."""
    return tag("p", tag("strong", row["file"]), tag("small", moment(row["at"])))


def counts(row: Row) -> None:
    """Rows read = to be stored + rejected; to be stored = of firms known + of new ones."""
    accepted, rejected = row["accepted"], len(row["rejected"])
    read = _("{read} rows read = {scored} scored + {rejected} rejected").format(
        read=f"{accepted + rejected:,}", scored=f"{accepted:,}", rejected=f"{rejected:,}"
    )
    parts = [tag("strong", read)]
    if row["status"] == "staged":
        split = _("{n} scored = {known} of firms held already + {new} of new firms").format(
            n=f"{accepted:,}", known=f"{row['known']:,}", new=f"{accepted - row['known']:,}"
        )
        parts.append(tag("span", split))
        told = {
            "moved": _("at another carrier: {n}"),
            "renamed": _("renamed: {n}"),
            "doubtful": _("to decide: {n}"),
        }
        parts += [
            tag("span", words.format(n=f"{row[name]:,}"))
            for name, words in told.items()
            if row[name]
        ]
    st.html(tag("p", *parts, cls="counts"))


def rejects(repository: Repository, row: Row) -> None:
    """The rejected rows and why, to be repaired while the import waits; else they stay out."""
    if not row["rejected"]:
        return
    title = _("Rejected rows: {n}").format(n=len(row["rejected"]))
    with st.expander(title, expanded=True, icon=":material/block:"):
        # an import staged by an earlier version does not say how it was read
        if row["reading"] and row["status"] == "staged":
            repair(repository, row)
            return
        table = _issues_table(row["rejected"])
        _draw(table)
        download_button.button(
            _("Download this table (CSV)"),
            partial(downloads.table_file, table, "csv"),
            file_name="rejected.csv",
            mime=downloads.MIMES["csv"],
            icon=":material/download:",
        )


def remarks(row: Row) -> None:
    """What is to be known of rows that are stored all the same."""
    # an import staged by an earlier version has none
    if entries := row["remarks"]:
        title = _("Scored, with a remark: {n}").format(n=len(entries))
        with st.expander(title, expanded=len(entries) <= WHOLE, icon=":material/info:"):
            _draw(_issues_table(entries))
            if len(entries) == REMARKS:
                st.caption(_("The first {n}; there may be more.").format(n=f"{REMARKS:,}"))


def _issues_table(rows: Sequence[Row]) -> pa.Table:
    """Row, firm, column, value and what was expected, issue by issue."""
    lines = [(row["row"], issue) for row in rows for issue in row["issues"]]
    return pa.table(
        {
            _("Row"): pa.array([row for row, _issue in lines], pa.int64()),
            # an import staged by an earlier version does not say
            _("Firm"): [issue.get("firm", "") for _row, issue in lines],
            _("Column"): [issue["column"] for _row, issue in lines],
            _("Value"): [issue["value"] for _row, issue in lines],
            _("What was expected"): [issue["expected"][language().id] for _row, issue in lines],
        }
    )


def _draw(table: pa.Table) -> None:
    st.dataframe(
        table,
        hide_index=True,
        height="content" if table.num_rows <= WHOLE else TALL,
        placeholder="",
    )


def decide(repository: Repository, row: Row) -> None:
    """Confirm or discard; what became of it once that is done."""
    if row["status"] != "staged":
        st.html(tag("p", tag("strong", _(STATUS_WORDS[row["status"]])), cls="notice"))
        if row["result"]:
            done = import_summary(ImportResult(**row["result"]))
            st.html(tag("p", done.say(language()), role="status"))
            import_changes.changes(repository, row)
        return
    fresh = row["new_carriers"]
    agreed = not fresh or st.checkbox(
        _("Make {n} new carriers: {names}").format(
            n=len(fresh), names=_(", ").join(map(literal, fresh))
        ),
        key=session.carriers_key(row["id"]),
    )
    with st.container(horizontal=True):
        if st.button(
            _("Confirm and store"), type="primary", disabled=not (row["accepted"] and agreed)
        ):
            with st.spinner(_("Storing…")):
                guard.do(partial(_confirm, repository, row["id"]))
            st.rerun()
        st.button(_("Discard"), on_click=guard.do, args=(partial(_discard, repository, row["id"]),))
    st.caption(_("Nothing is stored before you confirm; then all of it is, or nothing."))


def import_summary(result: ImportResult) -> Message:
    """What a confirmed import did."""
    return Message(
        msgid(
            "Stored: {added} firms added, {changed} changed, {assessed} assessments kept; rows "
            "unchanged: {unchanged}."
        ),
        result._asdict(),
    )


def _confirm(repository: Repository, import_id: int) -> None:
    # what it did stands on the page from then on
    repository.imports.confirm(import_id)


def _discard(repository: Repository, import_id: int) -> Message:
    repository.imports.discard(import_id)
    return Message(msgid("The import is discarded; nothing of it was stored."))


def earlier(imports: Sequence[Row]) -> int | None:
    """Imports made before; gives the id of the one opened."""
    if not imports:
        return None
    st.header(_("Imports so far"), anchor=False)
    shown = {
        "open": [_("Open")] * len(imports),
        _("Status"): [_(STATUS_WORDS[row["status"]]) for row in imports],
        _("File"): [row["file"] for row in imports],
        _("When"): [moment(row["at"]) for row in imports],
        _("Rows taken"): [row["accepted"] for row in imports],
    }
    st.dataframe(
        shown,
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=58, type="tertiary", key=session.open_key(address.IMPORT)
            )
        },
        hide_index=True,
        height="content" if len(imports) <= notices.SHOWN else notices.TALL,
        placeholder="",
    )
    return session.pressed_row(address.IMPORT, [row["id"] for row in imports])
