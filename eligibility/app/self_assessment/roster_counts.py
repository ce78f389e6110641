"""Staff figures from the firm's lists of people: files go in, row numbers and figures come out, nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import streamlit as st

from eligibility.app import cache, session
from eligibility.app.self_assessment import form_state
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.web.upload_fields import upload_field
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS
from eligibility.app.widgets.table import table
from eligibility.domain.errors import EligibilityError
from eligibility.evidence.person_table import read_day
from eligibility.evidence.staff_report import StaffReport, open_people, report_staff
from eligibility.intake.cells import CellTrouble
from eligibility.reports import staff_paper
from eligibility.reports.paper import Grid, Point, Text
from eligibility.schemes.registry import Scheme
from eligibility.schemes.staff import StaffRules

#: lines of one part that are shown
MOST_LINES = 100
TYPES = ["csv", "xlsx", "xls", "ods", "et"]
MARKS = {**ICONS, "warning": "△", "item": "·"}


def roster_counts(
    scheme: Scheme, facts: Mapping[str, str], day: date, key: Callable[[str], str]
) -> None:
    """Upload the lists, see who counts and who does not, and take the figures over.

    ``facts`` are the entries of the draft, ``day`` is that of the application, ``key`` gives the
    name that an entry is kept under.
    """
    rules = scheme.staff_rules
    if rules is None or rules.days not in scheme.in_force(day).parameters:
        return
    section = form_state.section_key("roster", is_open=False)
    label = _("Count them from the roster, social insurance and R&D hours")
    with st.expander(label, key=section, on_change="rerun"):
        st.caption(
            _(
                "Excel or CSV, a row a person. The files are read on this server to be counted, and "
                "are not stored; names and numbers of persons are neither shown nor kept."
            )
        )
        report = _report(scheme, _first_day(rules, facts, day.year - 1), day)
        if report is not None:
            _show(report, key)


def _report(scheme: Scheme, first_day: date | None, day: date) -> StaffReport | None:
    """What the files chosen come to, worked out once; None while there is no roster."""
    labels = {
        "roster": _("Roster: entry, leaving, kind of employment, post, S&T staff or not"),
        "insurance": _("Social insurance list (optional)"),
        "hours": _("R&D hours or days (optional)"),
    }
    files = {
        name: session.as_upload(file)
        for name, label in labels.items()
        if (file := upload_field(label, TYPES, form_state.roster_key(name))) is not None
    }
    if "roster" not in files:
        return None
    off = cache.city().checks_off
    digest = " ".join(
        [day.isoformat(), *off, *(f"{name}:{each.digest}" for name, each in files.items())]
    )
    report = form_state.staff_report(digest)
    if report is None:
        sources = {name: (each.name, each.content) for name, each in files.items()}
        try:
            with st.spinner(_("Counting …")):
                report = report_staff(
                    sources["roster"], scheme, insurance=sources.get("insurance"),
                    hours=sources.get("hours"), as_of=day, first_day=first_day,
                    signs_off=off,
                )  # fmt: skip
        except EligibilityError as error:
            notices.show_refusal(error, language())
            return None
        form_state.keep_staff_report(digest, report)
    return report


def _first_day(rules: StaffRules, facts: Mapping[str, str], year: int) -> date | None:
    """The day on which the firm was registered, where that is within the year."""
    try:
        registered = read_day(facts.get(rules.fields.registration, ""), year)
    except CellTrouble:
        return None
    return registered if registered is not None and registered.year == year else None


def _show(report: StaffReport, key: Callable[[str], str]) -> None:
    count = report.count
    lines = [tag("li", line) for line in staff_paper.list_lines(report.lists, language())]
    figures = [
        tag("li", tag("strong", staff_paper.figure_line(title, each, language())))
        for title, each in ((_("Staff"), count.staff), (_("S&T staff"), count.st_staff))
    ]
    notes = [tag("li", note) for note in staff_paper.notes(report, language())]
    st.html(tag("ul", *lines, *figures, *notes, cls="rows"))
    with_open = _count_open(report)
    values = _values(report, with_open is True, key)
    st.button(
        _("Put the counts into the form"),
        on_click=form_state.enter_counts,
        args=(values,),
        disabled=with_open is None,
    )
    for title, points in (
        (_("Who does not count, by row of the roster"), staff_paper.not_counted(report, language())),
        (_("Lists that do not agree"), staff_paper.mismatch_points(report, language())),
        (_("What reviewers look at (practice, not a rule)"), staff_paper.sign_points(report, language())),
        (_("Unclear clauses read otherwise"), staff_paper.reading_points(report, language())),
        (_("Rows that were not used"), staff_paper.row_points(report.lists, language())),
    ):  # fmt: skip
        _details(title, points)
    st.html(tag("div", _tables(report), cls="conditions"))


def _count_open(report: StaffReport) -> bool | None:
    """Whether open people are to count, as a person says; None while nobody has."""
    n = open_people(report)
    if not n:
        return False
    answers = {False: _("without the open people"), True: _("with the open people")}
    return st.radio(
        _("Take the figures"),
        list(answers),
        index=None,
        format_func=answers.__getitem__,
        horizontal=True,
        key=form_state.roster_key("open"),
    )


def _values(report: StaffReport, with_open: bool, key: Callable[[str], str]) -> dict[str, str]:
    """Entries of the form, with every digit that can matter."""
    fields, count = report.rules.fields, report.count
    staff, st_staff = count.staff, count.st_staff
    figures = {
        fields.staff: staff.average_with_open if with_open else staff.average,
        fields.year_end: staff.year_end_with_open if with_open else staff.year_end,
    }
    if st_staff is not None:
        figures[fields.st_staff] = st_staff.average_with_open if with_open else st_staff.average
    return {key(name): f"{figure:.12g}" for name, figure in figures.items()}


def _details(title: str, points: Iterable[Point]) -> None:
    texts = [f"{MARKS.get(point.mark or 'item', '·')} {point.text}" for point in points]
    if not texts:
        return
    shown = [tag("li", text) for text in texts[:MOST_LINES]]
    if len(texts) > MOST_LINES:
        shown.append(tag("li", _("… and {n} more rows.").format(n=len(texts) - MOST_LINES)))
    summary = tag("summary", f"{title} ({len(texts)})")
    st.html(tag("div", tag("details", summary, tag("ul", *shown, cls="rows")), cls="conditions"))


def _tables(report: StaffReport) -> Markup:
    """The staff tables of the form."""
    parts: list[str] = []
    for block in staff_paper.tables(report, language()):
        if isinstance(block, Grid):
            rows = [[cell or _("not stated") for cell in row] for row in block.rows]
            parts.append(table(block.head, rows, numbers=sorted(block.right)))
        elif isinstance(block, Text):
            parts.append(tag("p", block.text, cls="muted"))
    return tag("details", tag("summary", _("Staff tables of the form")), *parts)
