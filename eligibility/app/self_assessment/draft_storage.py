"""How a self-assessment is kept: return code, conflicts, sharing, deleting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import session
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.draft import Draft, from_state
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import tag
from eligibility.domain.errors import Conflict, EligibilityError, InputError, NotAllowed, NotFound
from eligibility.domain.text import Message
from eligibility.store import Repository


def save(draft: Draft, repository: Repository) -> None:
    """Store what changed; say where it was changed or deleted elsewhere, and what can be done."""
    try:
        draft.save(repository)
    except Conflict:
        sentence = _(
            "This draft was changed in another window or on another device a moment ago. What you "
            "typed here is not stored yet: choose which of the two to keep."
        )
        st.html(tag("p", sentence, cls="notice refused", role="alert"))
        with st.container(horizontal=True, key="conflict"):
            if st.button(_("Keep what is typed here")):
                _store_and_redraw(partial(draft.save_over, repository))
            if st.button(_("Take what is stored, drop what is typed here")):
                _store_and_redraw(partial(_reload, draft, repository))
    except NotFound as gone:
        notices.show_refusal(gone, language())
        st.button(_("Keep what is typed here as a new draft"), on_click=draft.keep_as_new)
    except (InputError, NotAllowed) as refused:
        # what is typed stays on the page, and the next change tries again
        notices.show_refusal(refused, language())
    if draft.code and not draft.code_seen:
        _show_code(draft)


def nothing_open() -> None:
    """What a page says without a draft: what became of it, and where to begin or go on."""
    news = session.take_flash()
    if news:
        notices.show_message(news[0])
    else:
        st.write(_("Nothing is open: after a reload, your return code opens your entries again."))
    st.page_link(
        "eligibility/app/self_assessment/start_page.py", label=_("Begin, or go on with the code")
    )


def code(draft: Draft) -> None:
    """The return code, where this session knows it."""
    if draft.code:
        st.html(tag("p", _("Return code"), " ", tag("code", draft.code), cls="code"))


def _show_code(draft: Draft) -> None:
    words = _(
        "Your entries are kept from now on. This return code opens them again after a reload, days "
        "later or on another device; whoever has it sees them. Write it down: after a reload "
        "nobody can show it to you."
    )
    with st.container(key="new-code", border=True):
        st.html(tag("p", words))
        st.code(draft.code or "", language=None)
        st.button(_("I have written it down"), on_click=_mark_code_seen, args=(draft,))


def reopen(repository: Repository) -> bool:
    """The input of a return code; whether a draft was opened by it."""
    with st.form("continue", border=False):
        st.text_input(
            _("Return code"),
            key=form_state.CODE,
            max_chars=60,
            placeholder="XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX",
            autocomplete="off",
        )
        submit = st.form_submit_button(_("Continue with the code"))
    typed = form_state.typed_code()
    if not submit or not typed:
        return False
    return open_stored(typed, repository)


def choice(own: Sequence[Mapping[str, Any]], repository: Repository) -> bool:
    """The drafts of the account by their last change; whether one was opened."""
    words = {row["id"]: f"{row['changed_at']:%Y-%m-%d %H:%M} UTC" for row in own}
    with st.form("own", border=False):
        selection = st.selectbox(_("Or one of your drafts, by its last change"), list(words),
                              format_func=words.__getitem__)  # fmt: skip
        submit = st.form_submit_button(_("Open it"))
    return submit and open_stored(selection, repository)


def open_stored(key: str | int, repository: Repository) -> bool:
    """Open a stored draft; False, and why, where there is none."""
    try:
        form_state.open_draft(from_state(repository, key))
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return False
    return True


def sharing(draft: Draft, repository: Repository, name: str) -> None:
    """Show the assessment to one named institution, on consent and as long as it is wanted."""
    carriers = {row["id"]: row["name"] for row in repository.drafts.carrier_choices()}
    if draft.shared_with is not None:
        carrier = carriers.get(draft.shared_with, "")
        words = _("Shared with {carrier}: its advisers see this draft.").format(carrier=carrier)
        st.html(tag("p", words, cls="notice"))
        if st.button(_("Withdraw")):
            _store_and_redraw(partial(draft.withdraw, repository))
        return
    if not carriers or draft.key is None:
        none = _("No service institution takes part yet; nobody but you sees this.")
        unsaved = _("Change or fill in something first; then it can be shared.")
        st.html(tag("p", unsaved if carriers else none, cls="muted"))
        return
    selection = st.selectbox(
        _("Service institution"), list(carriers), None, carriers.__getitem__,
        placeholder=_("choose"), key=form_state.SHARED_WITH,
    )  # fmt: skip
    if selection is None:
        return
    sentence = _(
        "{firm} agrees that the advisers of {carrier} see this self-assessment with all its "
        "figures, until the consent is withdrawn."
    ).format(firm=name, carrier=carriers[selection])
    st.html(tag("p", sentence, cls="notice"))
    agreed = st.checkbox(_("I agree to this sentence"), key=f"{form_state.CONSENT}:{selection}")
    if st.button(_("Share"), disabled=not agreed):
        _store_and_redraw(partial(draft.share, repository, selection, sentence))


def deleting(draft: Draft, repository: Repository) -> None:
    """Forget the draft for good, after one question."""
    with st.popover(_("Delete my draft")):
        st.write(_("It is deleted for good, and nobody it was shared with sees it any more."))
        if st.button(_("Delete it now"), type="primary"):
            _store_and_redraw(partial(_delete, draft, repository))


def _delete(draft: Draft, repository: Repository) -> None:
    if draft.key is not None:
        repository.drafts.delete(draft.key)
    form_state.open_draft(None)
    session.flash(Message("The draft is deleted for good; its return code opens nothing any more."))


def _mark_code_seen(draft: Draft) -> None:
    draft.code_seen = True


def _reload(draft: Draft, repository: Repository) -> None:
    if draft.key is not None:
        form_state.open_draft(from_state(repository, draft.key))


def _store_and_redraw(act: Callable[[], None]) -> None:
    """Do it and draw the page anew; what the store refuses is said."""
    try:
        act()
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    st.rerun()
