"""What firms sent: the list of it, and one of them side by side with what the register holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.register import firms_query
from eligibility.app.register.dossier import moment
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.assessment.ladder import joint_fields
from eligibility.domain.calendar_window import cut_window, latest_year_ids
from eligibility.domain.errors import DateNotCovered
from eligibility.domain.text import Message, msgid
from eligibility.register import inbox_items
from eligibility.register.inbox_items import FactProposal, InboxItem, ListProposal
from eligibility.reports.fact_sources import record_text
from eligibility.store import Repository
from eligibility.store.inbox import LONGEST_REMARK, Origin

Row = Mapping[str, Any]
PAGE = PAGES / "register/inbox_page.py"
ACCEPT, REFUSE, LATER = "accept", "refuse", "later"
#: shares of the width: field, held, sent, decision
SIDES = [4, 3, 4, 3]
#: items drawn on the overview
SHOWN = 8


def list_items(rows: Sequence[Row], most: int = SHOWN) -> None:
    """What is to be decided on, each with the way to it."""
    if not rows:
        st.info(_("Nothing new: what firms share or answer appears here."))
        return
    for row in rows[:most]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(
                tag(
                    "p",
                    tag("b", row["sender"] or _("Firm without a name")),
                    tag("small", f"{kind_word(row)} · {moment(row['sent_at'])} · "
                        f"{row['carrier'] or fmt.NOTHING}"),
                    cls="task",
                )
            )  # fmt: skip
            st.page_link(
                PAGE,
                label=_("Look and decide →"),
                query_params={address.ORIGIN: f"{row['kind']}:{row['id']}"},
            )
    if len(rows) > most:
        st.caption(_("and {n} more").format(n=len(rows) - most))


def of_firm(repository: Repository, firm: Row) -> list[Row]:
    """What this firm sent and is to be decided on: by its code, its account, or its answers."""
    return [
        row
        for row in repository.inbox.items()
        if firm["id"] == row["firm_id"]
        or (
            row["firm_id"] is None
            and firm["uscc"]
            and str((row["state"].get("facts") or {}).get("uscc", "")).strip().upper()
            == firm["uscc"]
        )
    ]


def kind_word(row: Row) -> str:
    """By what way it came."""
    if row["kind"] == "draft":
        return _("shared self-assessment")
    return _("workbook sent back") if row["file"] else _("answer by a link")


def side_by_side(repository: Repository, origin: Origin) -> None:
    """One item beside the firm that it is of, to be accepted or refused field by field."""
    row = repository.inbox.item(origin)
    st.title(row["sender"] or _("Firm without a name"), anchor=False)
    st.caption(f"{kind_word(row)} · {moment(row['sent_at'])} · {row['carrier'] or fmt.NOTHING}")
    guard.news()
    if row.get("remark"):
        words = _("The firm writes: {text}").format(text=row["remark"])
        st.html(tag("p", words, cls="notice"))
    try:
        item = inbox_items.read_item(row, cache.scheme(), date.today())
    except DateNotCovered as error:
        st.html(tag("p", error.message.say(language()), cls="notice refused"))
        return
    _unreadable(item)
    if not item.facts:
        _put_away(repository, origin, row)
        return
    firm_id = inbox_items.match_firm(repository, row, item)
    if firm_id is None:
        _unknown_firm(repository, row, item)
        return
    firm = repository.firms.get(firm_id)
    st.page_link(
        PAGES / "register/firm_page.py",
        label=_("In the register: {firm} →").format(firm=firm["name"] or firm["uscc"]),
        query_params={address.FIRM: str(firm_id)},
    )
    stored, version = inbox_items.stored_facts(repository, firm_id, item.year)
    proposals = inbox_items.compare(item, stored, row["decisions"])
    undecided = list(inbox_items.open_proposals(proposals))
    lists = inbox_items.compare_lists(repository, row, firm_id)
    open_lists = sum(each.is_open for each in lists)
    same = sum(proposal.sent_value == proposal.stored_value for proposal in proposals)
    st.html(
        tag(
            "p",
            tag("strong", _("To decide: {n}").format(n=len(undecided) + open_lists)),
            tag("span", _("as held already: {n}").format(n=same)),
            tag("span", _("decided: {n}").format(n=sum(o.decision is not None for o in proposals))),
            cls="counts",
        )
    )
    if undecided:
        _form(repository, origin, firm_id, item.year, version, undecided, bool(open_lists))
    elif not open_lists:
        _put_away(repository, origin, row)
    for each in lists:
        _list(repository, origin, firm_id, item.year, each)
    _other_lists(row, [each.key for each in lists])
    show_decisions(row["decisions"])


def _unreadable(item: InboxItem) -> None:
    fields = {field.id: field for field in joint_fields()}
    years = [item.year - 3, item.year - 2, item.year - 1]
    for issue in item.issues:
        field = fields.get(issue.column)
        sentence = _("{title}: {value}; expected: {expected}").format(
            title=fmt.field_title(field, years) if field else issue.column,
            value=issue.value,
            expected=issue.expectation.say(language()),
        )
        st.html(tag("p", sentence, cls="notice refused" if issue.fatal else "notice"))
    if not item.facts:
        words = _(
            "Nothing of it can be taken over until the firm has corrected what is named above."
        )
        st.html(tag("p", words if item.issues else _("It holds no figures."), cls="notice"))


def _put_away(repository: Repository, origin: Origin, row: Row) -> None:
    """A button that takes it off the list, where nothing of it is left to decide."""
    if row["reviewed_at"] is None and st.button(_("Nothing left to decide: put it away")):
        guard.do(partial(_do_put_away, repository, origin))
        st.rerun()


def _do_put_away(repository: Repository, origin: Origin) -> Message:
    repository.inbox.put_away(origin)
    return Message(msgid("It is off the list; a change by the firm brings it back."))


def _unknown_firm(repository: Repository, row: Row, item: InboxItem) -> None:
    """A firm that the register does not know, or knows more than once: a person opens its file."""
    words = _(
        "The register has no firm with the code {code}, and none alone of this name. Open a file for it, "
        "then decide field by field."
    ).format(code=item.uscc or fmt.NOTHING)
    st.html(tag("p", words, cls="notice"))
    if st.button(_("Open a file for this firm"), type="primary"):
        guard.do(partial(_open_file, repository, row, item))
        st.rerun()


def _open_file(repository: Repository, row: Row, item: InboxItem) -> Message:
    values = {"name": item.name, "uscc": item.uscc or None, "carrier_id": row["carrier_id"]}
    repository.firms.add(values)
    return Message(msgid("The file is open; nothing was taken over yet."))


def _form(
    repository: Repository,
    origin: Origin,
    firm_id: int,
    year: int,
    version: int,
    proposals: Sequence[FactProposal],
    has_open_lists: bool,
) -> None:
    words = {LATER: _("later"), ACCEPT: _("accept"), REFUSE: _("refuse")}
    prefix = f"{session.DECIDE}:{origin.kind}:{origin.id}:"
    keys = {proposal.key: f"{prefix}{proposal.key}:{proposal.sent_value}" for proposal in proposals}
    groups = {
        _("Differs from what is held: {n}"): [o for o in proposals if o.stored_value is not None],
        _("Not held yet: {n}"): [o for o in proposals if o.stored_value is None],
    }
    for title, group in groups.items():
        if not group:
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(title.format(n=len(group)), anchor=False)
            st.button(
                _("Mark all of these as accepted"),
                key=f"all:{group[0].stored_value is None}",
                on_click=session.set_all,
                args=([keys[proposal.key] for proposal in group], ACCEPT),
            )
        with st.container(key=f"proposals:{group[0].stored_value is None}", gap=None):
            _heads()
            for proposal in group:
                _line(proposal, keys[proposal.key], words)
    with st.form(prefix, border=False):
        remark = st.text_input(
            _("Why something is refused (the firm reads it)"), max_chars=LONGEST_REMARK
        )
        if st.form_submit_button(_("Store the decisions"), type="primary"):
            marks = {
                proposal.key: session.widget_value(keys[proposal.key]) for proposal in proposals
            }
            by_mark = {
                what: {o.key: o.sent_value for o in proposals if marks[o.key] == what}
                for what in (ACCEPT, REFUSE)
            }
            guard.do(
                partial(
                    _decide, repository, origin, firm_id, year, version, by_mark, remark,
                    is_complete=LATER not in marks.values() and not has_open_lists,
                )
            )  # fmt: skip
            st.rerun()


def _heads() -> None:
    places = st.columns(SIDES)
    for place, words in zip(places, ("", _("held"), _("sent"), _("Decision")), strict=True):
        place.html(tag("small", words))


def _change_text(proposal: FactProposal) -> str | None:
    """How far a number moved, where both are numbers and the one held is none of zero."""
    before, after = proposal.stored_value, proposal.sent_value
    both = (before, after)
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in both):
        return None
    return f"{(after - before) / abs(before):+.1%}" if before else None


def _line(proposal: FactProposal, key: str, words: Mapping[str, str]) -> None:
    what, stored, sent, control = st.columns(SIDES, vertical_alignment="center")
    title = inbox_items.key_title(proposal.key, language())
    held = {"key": proposal.key, "value": proposal.stored_value}
    came = {"key": proposal.key, "value": proposal.sent_value}
    what.html(tag("p", tag("b", title), cls="task"))
    stored.html(tag("p", inbox_items.value_in_words(held, language()), cls="task"))
    parts = [tag("strong", inbox_items.value_in_words(came, language()))]
    if (change := _change_text(proposal)) is not None:
        parts.append(tag("span", f" {change}", cls="muted"))
    sent.html(tag("p", *parts, cls="task"))
    with control:
        st.segmented_control(
            title, list(words), default=LATER, required=True, format_func=words.__getitem__,
            key=key, label_visibility="collapsed",
        )  # fmt: skip


def _decide(
    repository: Repository,
    origin: Origin,
    firm_id: int,
    year: int,
    version: int,
    by_mark: Mapping[str, Row],
    remark: str,
    *,
    is_complete: bool,
) -> Message:
    accepted, refused = by_mark[ACCEPT], by_mark[REFUSE]
    if not accepted and not refused:
        return Message(msgid("Choose first what is accepted or refused."))
    repository.inbox.decide(
        origin, firm_id, year, accepted, refused, version=version, remark=remark,
        is_complete=is_complete,
    )  # fmt: skip
    if accepted:
        stored, _version = inbox_items.stored_facts(repository, firm_id, year)
        facts = cut_window(stored, year, latest_year_ids(joint_fields()))
        record = cache.with_readiness(firms_query.assess_facts(facts, cache.scheme())).record
        repository.records.add_assessment(firm_id, facts, record)
    return Message(
        msgid("Accepted: {accepted}; refused: {refused}. The firm sees it."),
        {"accepted": len(accepted), "refused": len(refused)},
    )


def _list(
    repository: Repository, origin: Origin, firm_id: int, year: int, proposal: ListProposal
) -> None:
    """A list beside the one held; it is accepted as a whole, in place of that."""
    title = language().of(cache.scheme().lists[proposal.kind].title)
    st.header(
        _("{title}: {n} rows sent, {held} held").format(
            title=title, n=len(proposal.sent_rows), held=len(proposal.stored_rows)
        ),
        anchor=False,
    )
    if proposal.decision is None and not proposal.is_open:
        st.html(tag("p", _("The list is as held already."), cls="muted"))
        return
    words = _list_words(proposal.kind)
    sent, held = st.columns(2)
    for place, name, rows in (
        (sent, _("sent"), proposal.sent_rows),
        (held, _("held"), proposal.stored_rows),
    ):
        with place:
            st.html(tag("small", name))
            if not rows:
                # an empty grid speaks English
                st.html(tag("p", fmt.NOTHING, cls="muted"))
                continue
            st.dataframe(
                [{words.get(key, key): value for key, value in each.items()} for each in rows],
                hide_index=True,
                placeholder=fmt.NOTHING,
            )
    if not proposal.is_open:
        return
    with st.form(f"list:{origin.kind}:{origin.id}:{proposal.key}", border=False):
        remark = st.text_input(_("Why it is refused (the firm reads it)"), max_chars=LONGEST_REMARK)
        with st.container(horizontal=True):
            accept = st.form_submit_button(_("Accept the list in place of the one held"))
            refuse = st.form_submit_button(_("Refuse the list"))
        if accept or refuse:
            decide = partial(
                repository.inbox.decide_list, origin, firm_id, year, proposal.key, accept=accept,
                version=proposal.version, remark=remark,
            )  # fmt: skip
            guard.do(partial(_decide_list, decide, is_accepted=accept))
            st.rerun()


def _decide_list(decide: Callable[[], int], *, is_accepted: bool) -> Message:
    decide()
    if is_accepted:
        return Message(msgid("The list is accepted. The firm sees it."))
    return Message(msgid("The list is refused. The firm sees it."))


def _list_words(kind: str) -> dict[str, str]:
    """Titles of the columns of a list: of an amount as the form has it, else as people's own lists do."""
    scheme, is_chinese = cache.scheme(), language().id == "zh"
    words = {}
    for column in scheme.lists[kind].columns:
        titles = [title for title in column.titles if title.isascii() is not is_chinese]
        field = scheme.fields_by_id.get(f"{column.id}_y3")
        words[column.id] = fmt.stem_title(field) if field else (titles or [column.id])[0]
    return words


def _other_lists(row: Row, keys: Sequence[str]) -> None:
    """Lists that the register has no place for, to look at; what counts of them stands above."""
    titles = {name: each.title for name, each in cache.scheme().lists.items()}
    for name, rows in (row["state"].get("ledgers") or {}).items():
        title = titles.get(name.partition("@")[0])
        if rows and title and name not in keys:
            label = _("{title}: {n} row(s)").format(title=language().of(title), n=len(rows))
            with st.expander(label):
                st.dataframe(rows, hide_index=True)


def show_decisions(rows: Sequence[Row]) -> None:
    """What was decided: field, value, from whom and when, by whom and when."""
    if not rows:
        return
    st.header(_("Decided"), anchor=False)
    st.dataframe(
        {
            _("Field"): [inbox_items.key_title(row["key"], language()) for row in rows],
            _("Value"): [inbox_items.value_in_words(row, language()) for row in rows],
            _("Decision"): [
                _("● accepted") if row["is_accepted"] else _("○ not accepted") for row in rows
            ],
            _("From"): [row["sender"] for row in rows],
            _("Paper"): [record_text(row["source"], language()) for row in rows],
            _("Sent"): [moment(row["sent_at"]) for row in rows],
            _("By"): [row["by"] for row in rows],
            _("When"): [moment(row["at"]) for row in rows],
            _("Remark"): [row["remark"] for row in rows],
        },
        hide_index=True,
        placeholder=fmt.NOTHING,
    )
