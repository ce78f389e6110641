"""Rows of a staged file, page by page and by kind; what a person decides of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app import address, session
from eligibility.app.register.change_words import change_lines
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.status import verdict_word
from eligibility.domain.text import Message, msgid
from eligibility.store import Decision, Repository, Would

Row = Mapping[str, Any]
#: rows of a page, and how high its table is
PAGE_ROWS, TALL = 100, 420
KIND_WORDS = {
    "all": msgid("all rows"),
    "doubtful": msgid("to decide"),
    "moved": msgid("at another carrier"),
    "renamed": msgid("renamed"),
    "new": msgid("new firms"),
}
WOULD_WORDS = {
    Would.ADD: msgid("add"),
    Would.CHANGE: msgid("change"),
    Would.JUDGE: msgid("assess anew"),
    Would.NOTHING: msgid("nothing new"),
}
DECISION_WORDS = {
    Decision.SAME: msgid("the same firm"),
    Decision.NEW: msgid("another firm"),
    Decision.STAY: msgid("stays where it is"),
}
#: what may be decided of a row of a kind
CHOICES = {"doubtful": (Decision.SAME, Decision.NEW), "moved": (Decision.STAY,)}


def rows(repository: Repository, import_id: int) -> None:
    """The rows as they would be stored: what is new of each, and whose they are."""
    query = address.list_query()
    wanted = query.get(address.KIND, "all")
    kind = wanted if wanted in KIND_WORDS else "all"
    page = address.query_number(address.ROWS) or 1
    only = None if kind == "all" else kind
    held = repository.imports.preview(
        import_id, kind=only, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS
    )
    if held["status"] != "staged" or not held["accepted"]:
        return
    number_of = {
        "all": held["accepted"],
        **{name: held[name] for name in KIND_WORDS if name != "all"},
    }
    words = {
        name: _("{kind} {n}").format(kind=_(KIND_WORDS[name]), n=f"{number:,}")
        for name, number in number_of.items()
        if number or name in ("all", kind)
    }
    st.segmented_control(
        _("Rows of the file"),
        list(words),
        format_func=words.__getitem__,
        required=True,
        key=address.query_widget_key(address.KIND, kind),
        on_change=address.set_query_from_widget,
        args=(address.KIND,),
    )
    if number_of[kind] > PAGE_ROWS:
        key = address.page_key(page)
        st.pagination(
            -(-number_of[kind] // PAGE_ROWS),
            default=page,
            key=key,
            on_change=address.turn_page,
            args=(key,),
        )
    if kind in CHOICES:
        _decide(repository, import_id, kind, held["rows"])
    st.dataframe(
        _table(held["rows"]),
        column_config={
            _("What is new"): st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        height=TALL if len(held["rows"]) > 10 else "content",
        placeholder=fmt.NOTHING,
    )


def _table(page_rows: list[Row]) -> dict[str, Any]:
    would = {does: _(words) for does, words in WOULD_WORDS.items()}
    return {
        _("Would"): [would[row["would"]] for row in page_rows],
        _("Firm"): [row["name"] for row in page_rows],
        _("Credit code"): [row["uscc"] for row in page_rows],
        _("What is new"): [_("; ").join(change_lines(row["changes"])) for row in page_rows],
        _("Verdict"): [
            verdict_word(row["verdict_state"], language()) if row["verdict_state"] else None
            for row in page_rows
        ],
        _("Score"): [
            None if row["score_low"] is None
            else fmt.interval(row["score_low"], row["score_high"])
            for row in page_rows
        ],
        _("Year"): [str(row["application_year"]) for row in page_rows],
        _("District"): [row["district"] for row in page_rows],
        _("Carrier"): [row["carrier"] for row in page_rows],
    }  # fmt: skip


def _decide(repository: Repository, import_id: int, kind: str, page_rows: list[Row]) -> None:
    """A choice for each row, and one for all of the page."""
    words = {decision.value: _(DECISION_WORDS[decision]) for decision in CHOICES[kind]}
    later = _("decide later") if kind == "doubtful" else _("moves")
    shown: dict[str | None, str] = {None: later}
    shown.update(words.items())
    st.caption(
        _(
            "One of the two has no credit code, so nobody but you can say whether they are one firm. "
            "What is left for later is not counted twice: it waits in the list of all firms."
        )
        if kind == "doubtful"
        else _(
            "These firms are at another carrier by now. The old one keeps the file of today to read."
        )
    )
    with st.form(f"decide:{import_id}:{kind}"):
        edited: pa.Table = st.data_editor(
            pa.table(
                {
                    "name": pa.array([row["name"] for row in page_rows], pa.string()),
                    "uscc": pa.array([row["uscc"] for row in page_rows], pa.string()),
                    "other": pa.array([_other(kind, row) for row in page_rows], pa.string()),
                    "decision": pa.array(
                        [shown.get(row["decision"], later) for row in page_rows], pa.string()
                    ),
                }
            ),
            column_config={
                "name": st.column_config.TextColumn(_("Firm in the file"), width=280),
                "uscc": st.column_config.TextColumn(_("Credit code"), width=190),
                "other": st.column_config.TextColumn(_("Held here"), width=380),
                "decision": st.column_config.SelectboxColumn(
                    _("Decision"), options=list(shown.values()), required=True, width=150
                ),
            },
            disabled=["name", "uscc", "other"],
            hide_index=True,
            height="content" if len(page_rows) <= 12 else TALL,
            placeholder=fmt.NOTHING,
            key=session.decisions_key(import_id, kind, [row["place"] for row in page_rows]),
        )
        with st.container(horizontal=True):
            save = st.form_submit_button(_("Save decisions"), type="primary")
            every = next(iter(words.values()))
            all_rows = st.form_submit_button(_("All of these: {decision}").format(decision=every))
    if not (save or all_rows):
        return
    by_word = {word: value for value, word in shown.items()}
    chosen = [next(iter(words))] * len(page_rows) if all_rows else [
        by_word[word] for word in edited["decision"].to_pylist()
    ]  # fmt: skip
    decisions = dict(zip((row["place"] for row in page_rows), chosen, strict=True))
    guard.do(partial(_save, repository, import_id, decisions))
    st.rerun()


def _other(kind: str, row: Row) -> str:
    if kind == "moved":
        return " → ".join(
            each or fmt.NOTHING for each in row["changes"].get("carrier", [row["carrier"]])
        )
    firm = row["candidate"] or {}
    parts = (firm.get("name"), firm.get("uscc") or _("without a code"), firm.get("carrier"))
    return " · ".join(part for part in parts if part)


def _save(repository: Repository, import_id: int, decisions: Mapping[int, str | None]) -> Message:
    repository.imports.decide(import_id, decisions)
    return Message(msgid("Decisions saved; they hold when the import is confirmed."))
