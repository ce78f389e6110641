"""Documents of one firm: the papers of its application, where each stands, and the files attached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import cache, session
from eligibility.app.register.dossier import moment
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.web.upload_fields import upload_field
from eligibility.app.widgets import download_button, guard, notices
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.domain.errors import EligibilityError
from eligibility.domain.law import Edition
from eligibility.domain.text import Message, msgid
from eligibility.register.documents import HERE, Paper, attach, checklist, count_persons
from eligibility.reports import staff_paper
from eligibility.schemes.registry import Scheme
from eligibility.store import DocumentStatus, Repository
from eligibility.store.casework import LONGEST_NOTE
from eligibility.store.documents import FILE_TYPES, LARGEST_FILE

Row = Mapping[str, Any]

#: days that a firm has for what it is asked, unless a person says otherwise
DAYS = 14
#: of lists of persons, which are read as a roster is
ROSTERS = ["csv", "xlsx", "xls", "ods", "et"]
COLOURS = {
    DocumentStatus.CHECKED: "met",
    DocumentStatus.RECEIVED: "undetermined",
    DocumentStatus.ASKED: "undetermined",
    DocumentStatus.MISSING: "muted",
}
#: of the same in a table
PILLS = {
    DocumentStatus.CHECKED: "green",
    DocumentStatus.RECEIVED: "orange",
    DocumentStatus.ASKED: "orange",
    DocumentStatus.MISSING: "gray",
}


def status_words() -> dict[DocumentStatus, str]:
    """Each status with its icon, the least advanced first."""
    return {
        DocumentStatus.MISSING: _("○ missing"),
        DocumentStatus.ASKED: _("◔ asked for"),
        DocumentStatus.RECEIVED: _("◑ received"),
        DocumentStatus.CHECKED: _("● checked"),
    }


def documents(repository: Repository, firm: Row) -> None:
    """How far the papers are, the list of them, and the one that is open beside it."""
    scheme, today = cache.scheme(), date.today()
    law = scheme.in_force(today)
    papers = checklist(scheme, law, repository.documents.of_firm(firm["id"]))
    st.html(_summary(papers, scheme, today))
    items = [paper.item for paper in papers]
    table_key = f"{session.PAPER}-list:{firm['id']}"
    paper_key = f"{session.PAPER}:{firm['id']}"
    left, right = st.columns([2, 1], gap="medium")
    with left, st.container(key="documents"):
        shown = _for_condition(papers, law)
        _table(shown, today, table_key, paper_key)
        _ask(repository, firm["id"], papers)
        _add(repository, firm["id"])
    with right, st.container(border=True):
        titles = {paper.item: language().of(paper.title) for paper in papers}
        item = st.selectbox(_("Paper"), items, format_func=titles.__getitem__, key=paper_key)
        _paper(repository, firm["id"], papers[items.index(item)], scheme, law)


def _summary(papers: Sequence[Paper], scheme: Scheme, today: date) -> Markup:
    """One line: how many papers are where, and how many are late; below it, who asks for them."""
    count = Counter(paper.status for paper in papers)
    late = sum(paper.is_overdue(today) for paper in papers)
    done = _("{n} of {count} papers are here").format(
        n=sum(count[status] for status in HERE), count=len(papers)
    )
    parts = [tag("strong", done)]
    parts += [
        tag("span", f"{word} {count[status]}", cls=f"status {COLOURS[status]}")
        for status, word in status_words().items()
        if count[status]
    ]
    if late:
        parts.append(tag("span", _("△ overdue {n}").format(n=late), cls="status unmet"))
    catalogue = scheme.materials
    law = (
        " · ".join(f"{each.document} {each.article}" for each in catalogue.citations)
        if catalogue
        else ""
    )
    return tag("div", tag("p", *parts, cls="sums"), tag("p", law, cls="muted"))


def _for_condition(papers: Sequence[Paper], law: Edition) -> list[Paper]:
    """The papers that are read for the condition that is chosen; all of them at first."""
    titles: dict[str | None, str] = {None: _("All papers of the application")}
    titles |= {each.id: language().of(each.title) for each in law.conditions}
    known = {name for paper in papers for name in paper.conditions}
    choice = st.selectbox(
        _("Papers for"),
        [name for name in titles if name is None or name in known],
        format_func=titles.__getitem__,
        width=360,
    )
    return [paper for paper in papers if choice is None or choice in paper.conditions]


def _table(papers: Sequence[Paper], today: date, table_key: str, paper_key: str) -> None:
    words = status_words()
    late = _("△ {day}")
    st.dataframe(
        {
            _("No."): [str(paper.under or "") for paper in papers],
            _("Paper"): [language().of(paper.title) for paper in papers],
            _("Status"): [[words[paper.status]] for paper in papers],
            _("Due"): [
                late.format(day=paper.entry["due_on"])
                if paper.is_overdue(today)
                else str(paper.entry["due_on"] or "")
                for paper in papers
            ],
            _("Files"): [len(paper.entry["files"]) or None for paper in papers],
            _("Remark"): [paper.entry["remark"] or "" for paper in papers],
        },
        hide_index=True,
        height="content",
        column_config={
            _("No."): st.column_config.TextColumn(width=40),
            _("Paper"): st.column_config.TextColumn(width=330),
            _("Status"): st.column_config.MultiselectColumn(
                width=90, options=list(words.values()), color=[PILLS[each] for each in words]
            ),
            _("Due"): st.column_config.TextColumn(width=105),
            _("Files"): st.column_config.NumberColumn(width=50),
        },
        placeholder="",
        selection_mode="single-row",
        on_select=partial(_show_paper, [paper.item for paper in papers], table_key, paper_key),
        key=table_key,
    )


def _show_paper(items: Sequence[str], table_key: str, paper_key: str) -> None:
    """Show the paper whose row was chosen."""
    rows = session.widget_value(table_key)["selection"]["rows"]
    if rows and rows[0] < len(items):
        session.put_widget_value(paper_key, items[rows[0]])


def _ask(repository: Repository, firm_id: int, papers: Sequence[Paper]) -> None:
    """Ask for everything that is missing, until one day."""
    missing = {
        paper.item: paper.entry["version"]
        for paper in papers
        if paper.status is DocumentStatus.MISSING
    }
    if not missing:
        return
    key = f"ask-papers:{firm_id}"
    with st.form(key), st.container(horizontal=True, vertical_alignment="bottom"):
        default = date.today() + timedelta(days=DAYS)
        due_on = st.date_input(
            _("All that is missing, until"), default, format="YYYY-MM-DD", width=180
        )
        if st.form_submit_button(_("Note {n} papers as asked for").format(n=len(missing))):
            guard.do(partial(_ask_all, repository, firm_id, missing, due_on))
            st.rerun()


def _ask_all(
    repository: Repository, firm_id: int, missing: dict[str, int], due_on: date | None
) -> Message:
    count = repository.documents.ask(firm_id, missing, due_on)
    return Message(
        msgid("{n} papers are noted as asked for; tell the firm by a link or a call."), {"n": count}
    )


def _add(repository: Repository, firm_id: int) -> None:
    with (
        st.form(session.REMARK, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        other = st.text_input(_("Another paper"), max_chars=200)
        if st.form_submit_button(_("Add to the list")):
            guard.do(partial(_add_paper, repository, firm_id, other.strip()))
            st.rerun()


def _add_paper(repository: Repository, firm_id: int, item: str) -> Message:
    if not item:
        return Message(msgid("Name the paper first."))
    repository.documents.save(firm_id, item, {"status": DocumentStatus.MISSING}, 0)
    return Message(msgid("The paper is on the list."))


# --- one paper --------------------------------------------------------------------------------------


def _paper(
    repository: Repository, firm_id: int, paper: Paper, scheme: Scheme, law: Edition
) -> None:
    conditions = {each.id: language().of(each.title) for each in law.conditions}
    said = _(", ").join(conditions[name] for name in paper.conditions if name in conditions)
    entry, lines = paper.entry, []
    if 0 < paper.under <= len(scheme.guide.materials):
        heading = language().of(scheme.guide.materials[paper.under - 1])
        lines.append(f"{paper.under} {heading}")
    if said:
        lines.append(_("Read for: {conditions}").format(conditions=said))
    if evidence := language().of(paper.evidence):
        lines.append(evidence)
    lines += [fmt.clause(law.clauses[name]) for name in paper.clauses]
    if entry["asked_on"]:
        who = entry["asker"] or _("nobody")
        lines.append(_("Asked for on {day} by {name}").format(day=entry["asked_on"], name=who))
    if lines:
        st.html(tag("ul", *(tag("li", line) for line in lines), cls="rows"))
    _form(repository, firm_id, paper)
    for file in entry["files"]:
        _file(repository, file)
    if paper.is_of_persons:
        _count(repository, firm_id, paper, scheme)
    else:
        _attach(repository, firm_id, paper, scheme)


def _form(repository: Repository, firm_id: int, paper: Paper) -> None:
    """Status, day and remark; a version that moved on gets other inputs."""
    words, entry = status_words(), paper.entry
    copy = session.edit_copy(f"paper:{firm_id}:{paper.item}", lambda: dict(entry))
    with st.form(f"paper:{firm_id}:{paper.item}:{copy['version']}", border=False):
        status = st.segmented_control(
            _("Status"),
            list(words),
            default=DocumentStatus(copy["status"]),
            required=True,
            format_func=words.__getitem__,
        )
        due_on = st.date_input(_("Due"), copy["due_on"], format="YYYY-MM-DD", width=180)
        remark = st.text_area(
            _("Remark"), copy["remark"] or "", max_chars=LONGEST_NOTE, height="content"
        )
        if st.form_submit_button(_("Save")):
            values = {"status": status, "due_on": due_on, "remark": remark.strip() or None}
            guard.do(partial(_save, repository, firm_id, paper.item, values, copy["version"]))
            session.discard_edit(f"paper:{firm_id}:{paper.item}")
            st.rerun()
    if entry["version"] != copy["version"]:
        session.discard_edit(f"paper:{firm_id}:{paper.item}")
        st.rerun()


def _save(repository: Repository, firm_id: int, item: str, values: Row, version: int) -> Message:
    repository.documents.save(firm_id, item, values, version)
    return Message(msgid("Saved."))


def _file(repository: Repository, file: Row) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        ending = file["name"].rpartition(".")[2].lower()
        download_button.button(
            file["name"],
            lambda: repository.documents.file(file["id"]).content,
            file_name=file["name"],
            mime=FILE_TYPES[ending][0],
            key=f"paper-file:{file['id']}",
            icon=":material/download:",
            type="tertiary",
        )
        size = _("{n} KB").format(n=f"{max(1, file['size'] // 1024):,}")
        said = f"{size} · {moment(file['at'])} · {file['by'] or _('nobody')}"
        st.html(tag("small", said), width="content")
        with st.popover(_("Remove")):
            st.markdown(_("The file is deleted here; backups made until now still hold it."))
            st.button(
                _("Delete the file"),
                key=f"remove-file:{file['id']}",
                on_click=guard.do,
                args=(partial(_remove, repository, file["id"]),),
            )


def _remove(repository: Repository, file_id: int) -> Message:
    repository.documents.remove_file(file_id)
    return Message(msgid("The file is deleted."))


def _attach(repository: Repository, firm_id: int, paper: Paper, scheme: Scheme) -> None:
    label = _("Attach a file (PDF, picture, Word or Excel, at most {n} MB)").format(
        n=LARGEST_FILE // 1024**2
    )
    # after each file the field is a new one, and empty
    count = len(paper.entry["files"])
    upload = upload_field(label, list(FILE_TYPES), f"attach:{firm_id}:{paper.item}:{count}")
    if upload is None:
        return
    file = session.as_upload(upload)
    if st.button(_("Attach {file}").format(file=file.name), type="primary"):
        guard.do(partial(_attach_file, repository, scheme, firm_id, paper, file.name, file.content))
        session.discard_edit(f"paper:{firm_id}:{paper.item}")
        st.rerun()


def _attach_file(
    repository: Repository, scheme: Scheme, firm_id: int, paper: Paper, name: str, content: bytes
) -> Message:
    attach(repository, scheme, firm_id, paper, name, content)
    return Message(msgid("{file} is attached."), {"file": name})


def _count(repository: Repository, firm_id: int, paper: Paper, scheme: Scheme) -> None:
    """A list of persons: read and counted, and what was counted may be noted; nothing is kept."""
    st.html(
        tag(
            "p",
            _("A list of persons is read to be counted, and is not kept: neither file nor names."),
            cls="muted",
        )
    )
    upload = upload_field(_("Roster to count"), ROSTERS, f"count:{firm_id}")
    if upload is None:
        return
    file = session.as_upload(upload)
    try:
        with st.spinner(_("Counting …")):
            report = count_persons(scheme, file.name, file.content, date.today())
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    count = report.count
    lines = [
        staff_paper.figure_line(title, figures, language())
        for title, figures in ((_("Staff"), count.staff), (_("S&T staff"), count.st_staff))
    ]
    st.html(tag("ul", *(tag("li", line) for line in lines), cls="rows"))
    if st.button(_("Note these numbers, and the paper as received")):
        remark = _("; ").join(lines)[:LONGEST_NOTE]
        values = {"status": DocumentStatus.RECEIVED, "remark": remark}
        guard.do(partial(_save, repository, firm_id, paper.item, values, paper.entry["version"]))
        session.discard_edit(f"paper:{firm_id}:{paper.item}")
        st.rerun()
