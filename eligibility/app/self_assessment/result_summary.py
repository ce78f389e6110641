"""The end of a self-assessment: ways to fields, days before the batch, and the result as data."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from eligibility.app import address, cache
from eligibility.app.firm import ladder, papers, plan_results
from eligibility.app.firm.open_firm import OpenFirm
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import draft_storage, share_links
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button
from eligibility.app.widgets import downloads as widgets_downloads
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import literal
from eligibility.app.widgets.table import table
from eligibility.assessment import gap_fields
from eligibility.assessment.record_types import LadderRecord
from eligibility.domain.law import Source
from eligibility.reports.firm_summary import FirmSummary
from eligibility.screening import Firm, Screening
from eligibility.store import Repository

#: how many things a person can do first
FIRST = 3


def fields_to_fill(firm: Firm, summary: FirmSummary) -> str | None:
    """Buttons to the fields that the first things to do, and the gaps, lead to.

    Returns
    -------
    str or None
        The field that was asked for.
    """
    names = [step.field for step in summary.steps if step.field]
    # as the sentences stand: what is unmet before what is open
    for gap in sorted(firm.record["gaps"], key=lambda gap: gap["status"] != "unmet")[:FIRST]:
        names += gap_fields.fields_for_gap(
            firm.record, gap, firm.table, firm.scheme, firm.law, FIRST
        )
    sought: str | None = None
    if names:
        st.caption(_("Go straight to the field"))
    with st.container(horizontal=True, key="to-fields"):
        for name in dict.fromkeys(names):
            title = fmt.field_title(firm.scheme.fields_by_id[name], firm.years)
            label = (
                _("Fill in: {field} →") if name in firm.missing_anywhere else _("Go to: {field} →")
            )
            if st.button(label.format(field=literal(title)), key=f"close:{name}", type="tertiary"):
                sought = name
    return sought


def calendar(firm: Firm, today: date) -> None:
    """The next days of the calendar of a firm that applies in the next batch."""
    due = plan_results.deadlines([], cache.city(), firm.scheme, today)
    due = [each for each in due if each.day >= today]
    if not due:
        return
    heads = (_("Due"), _("What"), _("The day rests on"))
    rows = [
        (each.day.isoformat(), each.task.say(language()), told_source(each.dated_by))
        for each in [*due[:-1][:FIRST], due[-1]]
    ]
    with st.expander(_("Dates before the next batch")):
        st.html(table(heads, rows, cls="calendar"))


def told_source(source: Source) -> str:
    """What a day rests on."""
    if source == "assumed":
        return _("assumed: check")
    return str(source) if isinstance(source, str) else f"{source.document} {source.article}"


def downloads(screening: Screening, firm: Firm, draft: Draft) -> None:
    """The result and the entries as files."""
    shown = screening.table(language())
    files = (
        (_("Result as JSON"), "result.json", partial(widgets_downloads.record_json, firm)),
        (_("Result as CSV"), "result.csv",
         partial(widgets_downloads.score_file, screening, shown, language(), "csv")),
        (_("My entries as JSON"), "entries.json", partial(widgets_downloads.draft, draft.state)),
    )  # fmt: skip
    with st.container(horizontal=True, key="downloads"):
        for label, name, content in files:
            download_button.button(
                label,
                content,
                file_name=name,
                mime=widgets_downloads.MIMES[name.rpartition(".")[2]],
                icon=":material/download:",
            )


def take_away(
    screening: Screening, current: OpenFirm, draft: Draft, repository: Repository
) -> None:
    """The papers and files, how the entries are kept, whom they are shown to, and their end."""
    name = current.firm.text("name") or _("The firm")
    with st.container(key="keep"):
        st.header(_("Take it with you"), anchor=False)
        papers.of_firm(current)
        with st.expander(_("For programs: the result and the entries as data")):
            downloads(screening, current.firm, draft)
        draft_storage.storage_popover(draft, repository)
        st.header(_("Show it to a service institution"), anchor=False)
        draft_storage.sharing(draft, repository, name)
        share_links.share_block(draft, repository, name)
        draft_storage.deleting(draft, repository)


def other_qualifications(record: LadderRecord | None, firm: Firm) -> tuple[str, str] | None:
    """The ladder, closed; the step and the field that were asked for."""
    with st.expander(_("Other qualifications: what can be had now")):
        ladder.ladder_block(record, firm)
        return ladder.to_fill_in(record, firm)


def plan_link(current: OpenFirm) -> None:
    """The way on to the plan of the firm."""
    st.page_link(
        PAGES / "firm/plan_page.py",
        label=_("The way to the certificate: plan, dates, worth →"),
        query_params=current.query,
    )
    st.page_link(
        PAGES / "self_assessment/official_form_page.py",
        label=_("The official form: fill its cells, check its texts →"),
        query_params=address.draft_query(),
    )
    st.page_link(
        PAGES / "self_assessment/reconciliation_page.py",
        label=_("The three books: do books, tax return and application agree? →"),
        query_params=address.draft_query(),
    )
