"""Practice checks that the institution uses, to be ticked: what reviewers look at, and where that is from."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import pyarrow as pa
import streamlit as st

from eligibility.app import cache, session
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.domain.text import Message, msgid
from eligibility.register.assumptions import save_changes
from eligibility.register.practice_checks import (
    PracticeCheck,
    list_practice_checks,
    practice_change,
)
from eligibility.store import Repository


def checks(repository: Repository) -> None:
    """Every check with its source; those whose tick is taken away are no longer shown to firms or staff."""
    revision = repository.assumptions.revision()
    known = list_practice_checks(cache.settings())
    st.caption(
        _(
            "Practice, not a rule: it changes no condition. Take the tick away from what reviewers here "
            "do not look at; nobody is shown it from then on."
        )
    )
    edited = st.data_editor(
        pa.table(
            {
                "used": [check.is_used for check in known],
                "what": [language().of(check.title) for check in known],
                "source": [_source(check) for check in known],
            }
        ),
        column_config={
            "used": st.column_config.CheckboxColumn(_("Used"), width="small"),
            "what": st.column_config.TextColumn(_("What"), disabled=True, width="large"),
            "source": st.column_config.TextColumn(_("Source and its day"), disabled=True),
        },
        hide_index=True,
        height="content",
        key=f"{session.ASSUMPTIONS}:checks:{revision}",
        placeholder="",
    )
    why = st.text_input(
        _("Who says so; blank: assumed"), key=f"{session.ASSUMPTIONS}:why:{revision}"
    )
    if st.button(_("Save the changes"), key=f"{session.SAVE_ASSUMPTIONS}:checks", type="primary"):
        marks = edited.column("used").to_pylist()
        used = [check.id for check, is_used in zip(known, marks, strict=True) if is_used]
        guard.do(partial(_save, repository, used, why, revision))
        st.rerun()


def _source(check: PracticeCheck) -> str:
    cited = f"{check.citation.document} {check.citation.article}".strip()
    return f"{cited} ({check.citation.confidence}) · {check.source_day}"


def _save(repository: Repository, marked_ids: Collection[str], why: str, revision: int) -> Message:
    settings = cache.settings()
    if set(marked_ids) == {check.id for check in list_practice_checks(settings) if check.is_used}:
        return Message(msgid("Nothing was changed."))
    save_changes(repository, [practice_change(settings, marked_ids, why)], revision)
    return Message(msgid("Saved."))
