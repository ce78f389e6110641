"""A file on its way into the store: its columns, the rows staged, confirming and discarding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app import address, session
from eligibility.app.register.dossier import moment
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads, guard, notices
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import verdict_word
from eligibility.assessment.ladder import joint_fields
from eligibility.domain.facts import RowIssue
from eligibility.domain.text import Message, msgid
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.intake.table import Preview
from eligibility.screening import Screening
from eligibility.store import ImportResult, Repository, Would, table_facts

Row = Mapping[str, Any]
#: rows of an import that are drawn
SHOWN = 100
#: rejected rows that are drawn whole: a table that scrolls looks as if it ended; else its height
WHOLE, TALL = 30, 620
#: remarks that are kept of a file
REMARKS = 1000
#: rows judged between two moves of the bar
STEP = 50
STOPPED = Message(msgid("Stopped; nothing of the file was kept. It can be read again."))
STATUS_WORDS = {
    "staged": msgid("◐ waiting to be confirmed"),
    "confirmed": msgid("● stored"),
    "discarded": msgid("○ discarded"),
}
WOULD_WORDS = {
    Would.ADD: msgid("add"),
    Would.CHANGE: msgid("change"),
    Would.JUDGE: msgid("assess anew"),
    Would.NOTHING: msgid("nothing new"),
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
) -> int:
    """Keep the rows of a file, and those rejected, to be looked at; the import's id.

    ``tell`` hears how many rows are judged; what it raises lets all of them go.
    """
    rows = _rows(screening, tell)
    return repository.imports.stage(
        name, rows, _reject_entries(screening), remarks=_remarks(screening)
    )


def _rows(screening: Screening, tell: Callable[[int], None]) -> Iterator[tuple[Row, Row]]:
    facts = table_facts(screening.batch.table, joint_fields())
    for place, facts_of_row in enumerate(facts):
        if place % STEP == 0:
            tell(place)
        yield facts_of_row, screening.firm(place).record


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


def _reject_entries(screening: Screening) -> list[Row]:
    """One entry a rejected row, with its issues in both languages."""
    batch = screening.batch
    by_row: dict[int, list[Row]] = {row: [] for row in batch.rejects["row"].to_pylist()}
    for issue in batch.issues:
        if issue.fatal:
            by_row.setdefault(issue.row, []).append(_issue(issue))
    return [{"row": row, "issues": issues} for row, issues in by_row.items()]


def _remarks(screening: Screening) -> list[Row]:
    """The first remarks on rows that are taken all the same."""
    lines = [issue for issue in screening.batch.issues if not issue.fatal]
    return [{"row": issue.row, "issues": [_issue(issue)]} for issue in lines[:REMARKS]]


def _issue(issue: RowIssue) -> Row:
    expected = {tongue.id: issue.expectation.say(tongue) for tongue in (CHINESE, ENGLISH)}
    return {
        "firm": issue.firm,
        "column": issue.column,
        "value": issue.value,
        "expected": expected,
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
    st.html(tag("p", *parts, cls="counts"))


def rejects(row: Row) -> None:
    """The rejected rows and why; they stay out of the store."""
    if not row["rejected"]:
        return
    title = _("Rejected rows: {n}").format(n=len(row["rejected"]))
    with st.expander(title, expanded=True, icon=":material/block:"):
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
        with st.expander(title, icon=":material/info:"):
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


def rows(row: Row) -> None:
    """The first rows as they would be stored."""
    drawn = row["rows"]
    if not drawn:
        return
    would = {does: _(words) for does, words in WOULD_WORDS.items()}
    st.dataframe(
        {
            _("Would"): [would[row["would"]] for row in drawn],
            _("Firm"): [row["name"] for row in drawn],
            _("Credit code"): [row["uscc"] for row in drawn],
            _("Year"): [str(row["application_year"]) for row in drawn],
            _("Verdict"): [
                verdict_word(row["verdict"], language()) if row["verdict"] else None for row in drawn
            ],
            _("Score"): [
                None if row["score_low"] is None
                else fmt.interval(row["score_low"], row["score_high"])
                for row in drawn
            ],
            _("District"): [row["district"] for row in drawn],
            _("Carrier"): [row["carrier"] for row in drawn],
        },
        hide_index=True,
        height=420,
        placeholder=fmt.NOTHING,
    )  # fmt: skip
    if row["accepted"] > len(drawn):
        words = _("The first {n} of {of} rows").format(n=len(drawn), of=f"{row['accepted']:,}")
        st.caption(words)


def decide(repository: Repository, row: Row) -> None:
    """Confirm or discard; what became of it once that is done."""
    if row["status"] != "staged":
        st.html(tag("p", tag("strong", _(STATUS_WORDS[row["status"]])), cls="notice"))
        if row["result"]:
            done = import_summary(ImportResult(**row["result"]))
            st.html(tag("p", done.say(language()), role="status"))
        return
    with st.container(horizontal=True):
        if st.button(_("Confirm and store"), type="primary", disabled=not row["accepted"]):
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
        _("Rows to store"): [row["accepted"] for row in imports],
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
    )
    return session.pressed_row(address.IMPORT, [row["id"] for row in imports])
