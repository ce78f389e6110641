"""Which files are one firm's: pairs to decide, merges, former names and carriers, the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import address, auth, session
from eligibility.app.page_files import PAGES
from eligibility.app.register.change_words import changed_title, value_words
from eligibility.app.register.dossier import moment
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import disclosure, guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.status import verdict_word
from eligibility.app.widgets.table import table
from eligibility.domain.text import Message, msgid
from eligibility.store import (
    CARRIER_WORDS,
    LEADS,
    PAIR_WORDS,
    STAGE_WORDS,
    CarrierKind,
    FirmFilter,
    PairReason,
    Repository,
    Stage,
)

Row = Mapping[str, Any]
#: pairs drawn at once; the others come when these are decided
PAIRS = 20
#: firms offered for what was typed
OFFERED = 20


def notice(repository: Repository) -> None:
    """How many pairs wait for a decision, and the way to them; nothing where there are none."""
    count = len(repository.identity.pairs())
    if count:
        with st.container(horizontal=True, vertical_alignment="center", key="pairs-notice"):
            words = _(
                "{n} files may be a second one of a firm; they are not counted until decided."
            )
            st.html(tag("p", words.format(n=f"{count:,}"), cls="notice"))
            st.button(_("Decide"), on_click=address.set_query, args=(address.PAIRS, "1"))


def pairs(repository: Repository) -> None:
    """Each pair side by side, with the two decisions there are."""
    st.button(
        _("← All firms"), type="tertiary", on_click=address.clear_query, args=(address.PAIRS,)
    )
    st.header(_("One firm or two?"), anchor=False)
    undecided = repository.identity.pairs()
    if not undecided:
        st.info(_("Nothing is left to decide."))
        return
    st.caption(
        _(
            "Nothing is merged without you. A merge keeps all figures, applications, notes and history "
            "of both files and can be undone on the firm's page."
        )
    )
    for pair in undecided[:PAIRS]:
        _pair(repository, pair)
    if len(undecided) > PAIRS:
        st.caption(_("and {n} more").format(n=len(undecided) - PAIRS))


def _pair(repository: Repository, pair: Row) -> None:
    first, second = pair["other"], pair["firm"]
    with st.container(border=True, key=f"pair-{pair['id']}"):
        st.html(tag("p", tag("strong", _(PAIR_WORDS[PairReason(pair["reason"])]))))
        _side_by_side(first, second)
        _merge_form(repository, first, second, f"pair:{pair['id']}")
        if pair["reason"] != PairReason.CODE:
            st.button(
                _("They are two firms"),
                key=f"apart:{pair['id']}",
                on_click=guard.do,
                args=(partial(_set_apart, repository, pair["id"]),),
            )


def _side_by_side(first: Row, second: Row) -> None:
    def lines(row: Row) -> dict[str, str]:
        score = (
            fmt.NOTHING if row["score_low"] is None
            else fmt.interval(row["score_low"], row["score_high"])
        )  # fmt: skip
        return {
            _("Firm"): row["name"] or _("(no name)"),
            _("Credit code"): row["uscc"] or _("without a code"),
            _("Carrier"): row["carrier"] or fmt.NOTHING,
            _("District"): row["district"] or fmt.NOTHING,
            _("Stage"): _(STAGE_WORDS[Stage(row["stage"])]),
            _("Verdict"): verdict_word(row["verdict_state"], language())
            if row["verdict_state"]
            else fmt.NOTHING,
            _("Score"): score,
            _("Here since"): moment(row["created_at"]),
        }

    here, there = lines(first), lines(second)
    heads = ["", _("Counts now"), _("Waits")]
    st.html(table(heads, [[title, here[title], there[title]] for title in here]))


def _merge_form(repository: Repository, first: Row, second: Row, key: str) -> None:
    """What the firm is called and where it is from now on, and the button that merges."""
    with st.form(key, border=False):
        with st.container(horizontal=True):
            names = list(dict.fromkeys([first["name"], second["name"]]))
            name = (
                st.radio(_("Name from now on"), names, key=f"{key}:name")
                if len(names) > 1
                else None
            )
            seats = {
                row["carrier_id"]: row["carrier"] or _("no carrier") for row in (second, first)
            }
            ids = sorted(seats, key=lambda each: each != first["carrier_id"])
            carrier = (
                st.radio(_("Carrier from now on"), ids, format_func=seats.__getitem__, key=f"{key}:carrier")
                if len(ids) > 1
                else ids[0]
            )  # fmt: skip
        if st.form_submit_button(_("They are one firm: merge"), type="primary"):
            values = {"carrier_id": carrier} | ({"name": name} if name is not None else {})
            guard.do(partial(_merge, repository, first, second, values))
            st.rerun()


def _merge(repository: Repository, first: Row, second: Row, values: Row) -> Message:
    versions = {row["id"]: row["version"] for row in (first, second)}
    repository.identity.merge(first["id"], second["id"], values, versions)
    return Message(
        msgid("Merged into one file: {name}. Its page can part them again."),
        {"name": values.get("name", first["name"])},
    )


def _set_apart(repository: Repository, pair_id: int) -> Message:
    repository.identity.set_apart(pair_id)
    return Message(msgid("Kept as two firms; both count from now on."))


def merge_with(repository: Repository, firm: Row) -> None:
    """Another file of the same firm, found by name, to be put into this one."""
    section = disclosure.popover(_("Merge"), f"merge:{firm['id']}")
    if section is None:
        return
    with section:
        st.caption(
            _("Another file of this firm: its records come here, and nothing of it is lost.")
        )
        text = st.text_input(_("Name or credit code contains"), key=session.merge_key(firm["id"]))
        if not text.strip():
            return
        found = repository.firms.page(FirmFilter(text=text.strip()), limit=OFFERED).rows
        others = {row["id"]: row for row in found if row["id"] != firm["id"]}
        if not others:
            st.info(_("No other firm is called so."))
            return
        selection = st.selectbox(
            _("Firm"),
            list(others),
            format_func=lambda each: f"{others[each]['name']} {others[each]['uscc'] or ''}",
        )
        _side_by_side(firm, others[selection])
        _merge_form(repository, firm, others[selection], f"merge:{firm['id']}:{selection}")


def history(repository: Repository, firm: Row) -> None:
    """Former names and carriers of a firm, and the files merged into it, with the way back."""
    past = repository.identity.history(firm["id"])
    names = [[row["name"], _until(row["until"])] for row in past["names"]]
    if names:
        st.header(_("Former names"), anchor=False)
        st.html(table([_("Name"), _("Until")], names))
    stays = [
        [row["name"], _kind(row["kind"]), str(row["since"] or fmt.NOTHING), _until(row["until"])]
        for row in past["carriers"]
    ]
    if stays:
        st.header(_("Former carriers"), anchor=False)
        st.html(table([_("Carrier"), _("Kind"), _("Since"), _("Until")], stays))
    merges = repository.identity.merges(firm["id"])
    if not merges:
        return
    st.header(_("Files merged into this one"), anchor=False)
    for row in merges:
        with st.container(horizontal=True, vertical_alignment="center"):
            state = (
                _("parted again {at}").format(at=moment(row["undone_at"]))
                if row["undone_at"]
                else ""
            )
            parts = [
                row["name"],
                row["uscc"] or _("without a code"),
                moment(row["at"]),
                row["by"],
                state,
            ]
            st.html(tag("p", " · ".join(part for part in parts if part)))
            if not row["undone_at"]:
                st.button(
                    _("Part them again"),
                    key=f"unmerge:{row['id']}",
                    on_click=guard.do,
                    args=(partial(_unmerge, repository, row["id"]),),
                )


def _unmerge(repository: Repository, merge_id: int) -> Message:
    repository.identity.unmerge(merge_id)
    return Message(
        msgid("Parted: each file has what it had. What was added since stays with this one.")
    )


def _until(day: Any) -> str:
    return str(day) if day else _("not known")


def _kind(kind: str | None) -> str:
    return _(CARRIER_WORDS[CarrierKind(kind)]) if kind else fmt.NOTHING


def archive(repository: Repository, firm: Row) -> None:
    """Take the firm out of lists and counts; for managers alone."""
    if auth.actor().role not in LEADS:
        return
    section = disclosure.popover(_("Archive"), f"archive:{firm['id']}")
    if section is None:
        return
    with section, st.form(f"archive:{firm['id']}", border=False):
        st.caption(
            _("The firm leaves every list and count. Nothing is deleted; it can be taken back.")
        )
        why = st.text_input(_("Why"), max_chars=300)
        if st.form_submit_button(_("To the archive")):
            guard.do(partial(_archive, repository, firm, why))
            # where there was no reason it is told there as well
            st.switch_page(PAGES / "register/firms_page.py")


def _archive(repository: Repository, firm: Row, why: str) -> Message:
    repository.identity.archive(firm["id"], firm["version"], why)
    return Message(msgid("{name} is in the archive."), {"name": firm["name"]})


def former_and_archived(repository: Repository) -> None:
    """Firms that are in no list: those that went to another carrier, and those in the archive."""
    former = repository.identity.former_files()
    if former:
        with st.expander(_("Firms that went to another carrier: {n}").format(n=len(former))):
            _former_files(repository, former)
    if auth.actor().role in LEADS and (archived := repository.identity.archived_firms()):
        with st.expander(_("In the archive: {n}").format(n=len(archived))):
            for row in archived[:OFFERED]:
                with st.container(horizontal=True, vertical_alignment="center"):
                    words = [row["name"], row["uscc"], moment(row["archived_at"])]
                    st.html(tag("p", " · ".join(word for word in words if word)))
                    st.button(
                        _("Take back"),
                        key=f"restore:{row['id']}",
                        on_click=guard.do,
                        args=(partial(_restore, repository, row),),
                    )


def _restore(repository: Repository, row: Row) -> Message:
    repository.identity.restore(row["id"])
    return Message(msgid("{name} is back in the list."), {"name": row["name"]})


def _former_files(repository: Repository, former: Sequence[Row]) -> None:
    words = {
        row["id"]: _("{name}, until {day}").format(name=row["name"], day=_until(row["until"]))
        for row in former
    }
    selection = st.selectbox(
        _("File as it stood on the day of the move"), list(words), None,
        format_func=words.__getitem__, placeholder=_("choose one"), width=420,
    )  # fmt: skip
    if selection is None:
        return
    file = repository.identity.former_file(selection)
    firm = file["firm"]
    st.html(
        tag(
            "section",
            tag("h2", firm.get("name", "")),
            tag("p", " · ".join(str(firm[name]) for name in ("uscc", "district", "industry") if firm.get(name)), cls="muted"),
            cls="firm",
        )
    )  # fmt: skip
    for each in sorted(file["figures"], key=lambda row: -row["application_year"]):
        year = each["application_year"]
        st.html(
            tag("p", tag("strong", _("Figures of the application of {year}").format(year=year)))
        )
        rows = [
            [changed_title(name), value_words(name, value)] for name, value in each["facts"].items()
        ]
        st.html(table([_("Figure"), _("Value")], rows))
    for note in file["notes"]:
        st.html(tag("p", note["text"]))
