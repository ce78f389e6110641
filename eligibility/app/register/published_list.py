"""A published list, pasted or uploaded: matched with the firms held, recorded once confirmed."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from eligibility.app import session
from eligibility.app.self_assessment.fields import EARLIEST, LATEST
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.upload_reader import wait_notice
from eligibility.app.web.upload_fields import upload_field
from eligibility.app.widgets import guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.domain.text import Message, msgid
from eligibility.register.published_list import (
    MATCH_WORDS,
    PUBLISHED,
    ListMatches,
    PublishedList,
    counts_sentence,
    match_published_list,
    parse_published_list,
    read_published_list,
)
from eligibility.store import STEP_WORDS, Repository

TYPES = ["xlsx", "xls", "et", "csv", "txt", "docx", "pdf"]
#: entries before the table scrolls, and how high it is then
SHOWN, TALL = 12, 460


def match_list(repository: Repository) -> None:
    """Ask for the list and its day, show what it matches, and record that on a click."""
    entries = _list()
    if entries is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = st.segmented_control(
            _("What was published"),
            PUBLISHED,
            default=PUBLISHED[-1],
            required=True,
            format_func=lambda each: _(STEP_WORDS[each]),
        )
        day = st.date_input(
            _("Published on"), date.today(), EARLIEST, LATEST, format="YYYY-MM-DD", width=160
        )
        year = st.number_input(_("Year of application"), 2008, 2100, day.year, width=140)
        batch = st.text_input(_("Batch"), max_chars=100, width=160)
        issue_day = None
        if step is PUBLISHED[-1]:
            issue_day = st.date_input(
                _("Certified on, if another day"),
                None,
                EARLIEST,
                LATEST,
                format="YYYY-MM-DD",
                width=200,
            )
    matches = match_published_list(
        repository, entries.entries, step, day, int(year), batch.strip() or None, issue_day
    )
    _table(matches, entries)
    n = len(matches.rows)
    if st.button(
        _("Confirm and record {n} applications").format(n=n), type="primary", disabled=not n
    ):
        guard.do(partial(_save, repository, matches))
        session.forget_published()
        st.rerun()


def _list() -> PublishedList | None:
    st.caption(
        _(
            "One firm a line, with the number of its certificate or its credit code where the list has them. "
            "Firms are found by code or by name, former names too; nothing is recorded before you confirm."
        )
    )
    pasted = st.text_area(_("Paste the list"), key=session.published_key("text"), height=120)
    file = upload_field(
        _("or choose its file (Excel, CSV, Word, PDF)"), TYPES, session.published_key("file")
    )
    if pasted.strip():
        return parse_published_list(pasted)
    if file is None:
        return None
    with wait_notice():
        return read_published_list((file.name, file.getvalue()))


def _table(matches: ListMatches, entries: PublishedList) -> None:
    """Every entry with the firm it names, then who is missing, then lines without a firm."""
    sentence = counts_sentence(matches).say(language())
    st.html(tag("p", tag("strong", sentence), cls="counts"))
    rows = matches.matches
    st.dataframe(
        {
            _("Line"): [each.entry.line for each in rows],
            _("In the list"): [each.entry.name for each in rows],
            _("Certificate number"): [each.entry.certificate_number for each in rows],
            _("Firm here"): [each.firm for each in rows],
            _("State"): [_(MATCH_WORDS[each.status]) for each in rows],
            _("Remark"): [
                _(", ").join(
                    remark
                    for shown, remark in (
                        (each.has_former_name, _("under a former name")),
                        (
                            each.firm_id is not None and not each.is_filed,
                            _("no application on record; it is added"),
                        ),
                    )
                    if shown
                )
                for each in rows
            ],
        },
        hide_index=True,
        height="content" if len(rows) <= SHOWN else TALL,
        placeholder=fmt.NOTHING,
    )
    if matches.absent:
        names = _(", ").join(name for _id, name in matches.absent)
        st.html(
            tag(
                "p",
                tag("strong", _("Open applications that the list does not name:")),
                " ",
                names,
            )
        )
    if entries.other_lines:
        with st.expander(_("Lines that name no firm: {n}").format(n=len(entries.other_lines))):
            st.dataframe(
                {
                    _("Line"): [number for number, _text in entries.other_lines],
                    _("Text"): [text for _number, text in entries.other_lines],
                },
                hide_index=True,
                placeholder="",
            )


def _save(repository: Repository, matches: ListMatches) -> Message:
    count = repository.applications.save_published(matches.rows)
    return Message(msgid("Recorded: {n} applications."), {"n": count})
