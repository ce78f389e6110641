"""The table of firms: what to show of it, the rows, and taking it away."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app import session
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, open_by_name
from eligibility.app.widgets import downloads as widgets_downloads
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.status import OF_VERDICT, verdict_word
from eligibility.domain.results import TrainingSummary
from eligibility.screening import Screening, districts

PAGE_ROWS = 500
#: rows before the table scrolls, and how high it is then
SHOWN, TALL = 16, 620


def filters(
    table: pa.Table, training: TrainingSummary | None = None
) -> tuple[list[str], list[str], str, str]:
    """Verdicts, districts, words looked for, and the order."""
    orders = {
        "file": _("as in the file"),
        "verdict": _("by verdict, best first"),
        "nearest": _("by highest possible score"),
        "readiness": _("by readiness, conditional ones last"),
        "name": _("by name"),
    }
    if not training:
        del orders["readiness"]
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        verdicts = st.pills(
            _("Verdict"),
            list(OF_VERDICT),
            selection_mode="multi",
            format_func=lambda state: verdict_word(state, language()),
            key=session.FILTER_VERDICT,
            persist_state="session",
            width="content",
        )
        places = st.multiselect(
            _("District"),
            districts(table),
            key=session.FILTER_DISTRICT,
            placeholder=_("all"),
            persist_state="session",
            width=260,
        )
        text = st.text_input(
            _("Name or credit code contains"),
            key=session.FILTER_TEXT,
            persist_state="session",
            width=220,
        )
        order = st.selectbox(
            _("Order"),
            list(orders),
            format_func=orders.__getitem__,
            key=session.SORT,
            persist_state="session",
            width=220,
        )
    return list(verdicts), list(places), text or "", order


def firms(firm_rows: pa.Table, of: int, training: TrainingSummary | None = None) -> int | None:
    """The rows, a page at a time; gives the place of the firm that was opened.

    ``training`` says what stands behind the readiness shown; without it none is.
    """
    count = firm_rows.num_rows
    if not count:
        st.info(_("No firm fits this choice; take a filter away."))
        return None
    start = _first_row(count)
    part = firm_rows.slice(start, PAGE_ROWS)
    words = _("{n} of {of} firms").format(n=f"{count:,}", of=f"{of:,}")
    if count > PAGE_ROWS:
        words += _(", rows {first}–{last}").format(first=start + 1, last=start + len(part))
    hint = _("“Open” leads to the firm; a click on a header sorts the rows shown")
    pairs = zip(part["name"].to_pylist(), part["uscc"].to_pylist(), strict=True)
    names = [name or uscc for name, uscc in pairs]
    named = open_by_name.above(f"{words} · {hint}", names)
    config: dict[str, Any] = {
        "open": st.column_config.ButtonColumn(
            "", width=58, pinned=True, type="tertiary", key=session.OPENED
        ),
        # before the name, so that a phone shows it without scrolling
        "verdict": st.column_config.TextColumn(_("Verdict"), width=128),
        "name": st.column_config.TextColumn(_("Firm"), width=250, pinned=False),
        "district": st.column_config.TextColumn(_("District"), width=112),
        "low": st.column_config.NumberColumn(_("Low"), width=66, format="%.4g"),
        "high": st.column_config.NumberColumn(_("High"), width=66, format="%.4g"),
        **(_readiness() if training else {}),
        "gap": st.column_config.TextColumn(_("First gap"), width=480),
        "uscc": st.column_config.TextColumn(_("Credit code"), width=170),
    }
    table = st.container(key="firms-table")
    table.dataframe(
        _display(part),
        column_config=config,
        column_order=list(config),
        hide_index=True,
        height="content" if len(part) <= SHOWN else TALL,
        placeholder=fmt.NOTHING,
        alt=_("Firms with verdict, score and first gap"),
    )
    if training:
        sentence = _(
            "Readiness: {learned}. Conditional: not before every unmet condition is met, as past "
            "applications with such figures fared."
        )
        st.caption(sentence.format(learned=training.sentence.say(language())))
    row = session.opened_row() if named is None else named
    return None if row is None else int(part["place"][row].as_py())


def _readiness() -> dict[str, Any]:
    return {
        "readiness": st.column_config.NumberColumn(_("Readiness"), width=84, format="%.0f%%"),
        "readiness_interval": st.column_config.TextColumn(_("interval (90%)"), width=150),
    }


def _first_row(count: int) -> int:
    if count <= PAGE_ROWS:
        return 0
    pages = -(-count // PAGE_ROWS)
    return (st.pagination(pages, key=session.PAGE, persist_state="session") - 1) * PAGE_ROWS


def _display(part: pa.Table) -> pa.Table:
    words = {state: verdict_word(state, language()) for state in OF_VERDICT}
    verdicts = pa.array([words[state] for state in part["state"].to_pylist()], pa.string())
    opens = pa.array([_("Open")] * part.num_rows, pa.string())
    place = part.schema.get_field_index("verdict")
    return part.set_column(place, "verdict", verdicts).append_column("open", opens)


def downloads(screening: Screening, table: pa.Table) -> None:
    """The firms shown, with every finding, as files."""
    with st.container(horizontal=True, key="downloads"):
        for kind, label in (("csv", _("Download as CSV")), ("xlsx", _("Download as Excel"))):
            download_button.button(
                label,
                partial(widgets_downloads.score_file, screening, table, language(), kind),
                file_name=f"scored.{kind}",
                mime=widgets_downloads.MIMES[kind],
                icon=":material/download:",
            )
        download_button.button(
            _("Staff's workbook (Excel)"),
            partial(widgets_downloads.staff_workbook, screening, language()),
            file_name="staff.xlsx",
            mime=widgets_downloads.MIMES["xlsx"],
            icon=":material/download:",
            help=_(
                "The whole file, a sheet for each view: unmet, undetermined, near a line, rejected"
            ),
        )
