"""Choosing the file and what has to be said about it."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from eligibility.app import session
from eligibility.app.self_assessment.fields import EARLIEST, LATEST
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.web.upload_fields import upload_field
from eligibility.app.widgets import download_button, downloads
from eligibility.app.widgets.markup import tag
from eligibility.intake.firm_sheet import ALL_SHEETS
from eligibility.intake.proposals import nearest_fields
from eligibility.intake.table import HeaderMap, Preview
from eligibility.schemes.registry import Scheme

UNITS: tuple[session.MoneyUnit, ...] = ("CNY", "1k CNY", "10k CNY", "100m CNY")
TYPES = ["csv", "xlsx", "xls", "et", "ods", "html", "xml"]
#: columns without a unit that are named before they are only counted
NAMED = 6


def controls(scheme: Scheme) -> None:
    """The uploader beside the application date, and an empty table for who has none."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="upload"):
        upload_field(
            _("Table of firms (CSV or Excel, one firm a row)"),
            TYPES,
            session.UPLOADER,
            on_change=session.keep_upload,
        )
        st.date_input(
            _("Date of application, where a row gives none"),
            value=session.application_day(),
            # a day before the rules held is refused in words, not by the widget in English
            min_value=EARLIEST,
            max_value=LATEST,
            key=session.DAY,
            format="YYYY-MM-DD",
            persist_state="session",
            width=300,
        )
    download_button.button(
        _("Empty table to fill in (Excel)"),
        partial(downloads.template, scheme, date.today()),
        file_name=_("firms") + ".xlsx",
        mime=downloads.MIMES["xlsx"],
        icon=":material/download:",
        type="tertiary",
    )


def sheet(upload: session.Upload, preview: Preview) -> None:
    """Ask which sheet of a workbook, where it has several; the recognised one unless another is chosen."""
    if len(preview.sheets) > 1:
        sheets = [*preview.sheets, ALL_SHEETS]
        every = _("all sheets with firms")
        st.selectbox(
            _("Sheet of the workbook"),
            sheets,
            sheets.index(preview.sheet or ALL_SHEETS),
            format_func=lambda name: every if name == ALL_SHEETS else name,
            key=session.sheet_key(upload),
            persist_state="session",
            width=300,
        )


def unit(headers: HeaderMap, key: str = session.UNIT) -> bool:
    """Ask for the unit of amounts if no header states it; whether all is now known."""
    if not headers.unitless:
        return True
    names = _(", ").join(column.header for column in headers.unitless[:NAMED])
    if len(headers.unitless) > NAMED:
        names += _("; {count} columns in all").format(count=len(headers.unitless))
    words = {
        "CNY": _("CNY"),
        "1k CNY": _("CNY 1,000"),
        "10k CNY": _("CNY 10,000"),
        "100m CNY": _("CNY 100 million"),
    }
    question = _("In which unit are these amounts? {columns}").format(columns=names)
    st.html(tag("p", question, cls="notice"))
    selection = st.segmented_control(
        _("Unit of the amounts whose header names none"),
        UNITS,
        format_func=words.__getitem__,
        key=key,
        persist_state="session",
    )
    return selection is not None


def blank_bad_cells() -> None:
    """Ask whether a row with a cell that cannot be read is rejected or taken without that cell."""
    st.checkbox(
        _("Take rows with cells that cannot be read, and leave those cells blank"),
        key=session.BLANK_BAD_CELLS,
        persist_state="session",
    )


def columns_left_out(headers: HeaderMap) -> None:
    """How the table was taken, the columns that nothing is read from, and why."""
    for remark in headers.remarks:
        st.html(tag("p", remark.say(language()), cls="notice"))
    if headers.unknown:
        near = nearest_fields(headers)
        perhaps = _("{column} (perhaps {field}: if so, name it that)")
        names = _(", ").join(
            perhaps.format(column=name, field=language().of(near[name].title))
            if name in near
            else name
            for name in headers.unknown
        )
        st.html(tag("p", _("Columns not used: {names}").format(names=names), cls="muted"))
    for header, lacking in headers.doubtful:
        st.html(tag("p", tag("b", header), ": ", lacking.say(language()), cls="notice refused"))


def source(upload: session.Upload | None) -> None:
    """Whose firms these are."""
    if upload is None:
        st.html(
            tag(
                "p",
                tag("strong", _("Sample data: ")),
                _("200 invented firms, so that you can look around. Upload a file to see yours."),
                cls="notice",
            )
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", key="source"):
        st.html(tag("p", _("Firms of "), tag("strong", upload.name), cls="notice"))
        st.button(_("Back to the sample"), on_click=session.forget_upload, type="tertiary")


def register() -> session.Upload | None:
    """A register of outcomes, as long as it is chosen."""
    file = upload_field(_("Register of outcomes (CSV or Excel)"), TYPES, session.register_key())
    return None if file is None else session.as_upload(file)
