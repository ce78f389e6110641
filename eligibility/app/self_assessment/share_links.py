"""Read-only links to the result, and what the institution accepted of what was shared with it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from eligibility.app import session
from eligibility.app.links import link_widget
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.web import link_routes, server
from eligibility.app.widgets import decision_list, notices
from eligibility.app.widgets.markup import tag
from eligibility.domain.errors import EligibilityError
from eligibility.store import Repository
from eligibility.store.links import LONGEST_SENDER

SUBJECT = "result"


def share_block(draft: Draft, repository: Repository, name: str) -> None:
    """A link for whoever shall read the result on a phone; nothing where no address is set."""
    if draft.key is None:
        return
    decision_list.show(repository.inbox.decisions_on_draft(draft.key))
    if server.public_url() is None:
        return
    st.header(_("A link for the boss: read-only"), anchor=False)
    st.html(
        tag(
            "p",
            _(
                "Whoever has the link reads the result on a phone: the sentence, the nine marks, "
                "the score and what to do first. Nobody can change anything by it, and it does not "
                "contain the return code."
            ),
            cls="muted",
        )
    )
    key = f"{SUBJECT}:{draft.key}"
    link_widget.new_link(key)
    with st.form("result-link", border=False):
        sender = st.text_input(_("Who sends it"), name, max_chars=LONGEST_SENDER)
        days = link_widget.days_choice("result-link-days", 30)
        with_figures = st.checkbox(_("Show our figures beside the conditions"))
        if st.form_submit_button(_("Make the link")):
            _make(draft, repository, key, days, sender, with_figures)
    link_widget.list_links(
        key,
        repository.links.of_draft(draft.key),
        partial(repository.links.revoke_of_draft, draft.key),
    )


def _make(
    draft: Draft, repository: Repository, key: str, days: int, sender: str, with_figures: bool
) -> None:
    try:
        token, link_id = repository.links.add_result_link(
            draft.key or "", days, sender, with_figures=with_figures
        )
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    session.keep_link(key, link_id, link_routes.link_url(token) or "")
    st.rerun()
