"""How a self-assessment is kept: cookie and return code, conflicts, sharing, deleting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from eligibility.app import address, auth, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.draft import (
    BLANK_FORM,
    EXAMPLE,
    REGISTER,
    Draft,
    from_state,
)
from eligibility.app.self_assessment.example import example
from eligibility.app.self_assessment.register_figures import from_register
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import tag
from eligibility.domain.errors import Conflict, EligibilityError, InputError, NotAllowed, NotFound
from eligibility.domain.text import Message
from eligibility.store import BrowserKey, Repository

#: drafts offered on the first page
MOST_OFFERED = 8


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
    else:
        draft.remember(repository, auth.browser())


def restore(repository: Repository) -> Draft | None:
    """The draft that is open here, or the one of the address that this browser had open before.

    One that nothing was typed into yet is stored nowhere: it is opened anew.
    """
    if form_state.draft() is not None:
        return form_state.draft()
    wanted, browser = address.query_number(address.DRAFT_ID), auth.browser()
    if wanted is not None and browser:
        try:
            form_state.open_draft(from_state(repository, BrowserKey(wanted, browser)))
        except NotFound:
            return None
    elif again := _anew(st.query_params.get(address.DRAFT_ID, ""), repository):
        form_state.open_draft(again)
    return form_state.draft()


def _anew(template: str, repository: Repository) -> Draft | None:
    """A draft as it stood before anything was typed into it."""
    if template == BLANK_FORM:
        return Draft()
    if template == EXAMPLE:
        return example(cache.scheme(), date.today())
    if template == REGISTER:
        return from_register(repository, cache.scheme(), date.today())
    return None


def storage_popover(draft: Draft, repository: Repository) -> None:
    """That entries are kept, and how to go on with them elsewhere; of one height from the start."""
    with st.popover(_("Kept as you type · go on elsewhere"), type="tertiary", key="kept"):
        if draft.key is None:
            st.write(_("Everything is kept from the first entry on; nothing is entered yet."))
            return
        st.write(
            _(
                "This browser finds it again: load the page anew, or open this site later. On "
                "another device this return code opens it; whoever has the code sees your entries."
            )
        )
        if draft.code:
            st.code(draft.code, language=None)
            return
        st.write(_("The code was shown once. A new one takes its place; the old one ends."))
        if st.button(_("Make a new return code")):
            _store_and_redraw(partial(draft.renew_code, repository))


def nothing_open() -> None:
    """What a page says without a draft: what became of it, and where to begin or go on."""
    news = session.take_flash()
    if news:
        notices.show_message(news[0])
    else:
        st.write(_("No self-assessment is open here."))
    st.page_link(PAGES / "self_assessment/start_page.py", label=_("Begin, or go on →"))


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


def choice(repository: Repository) -> bool:
    """The drafts of this browser and of the account, by firm, step and time; whether one was opened."""
    browser = auth.browser()
    keys: dict[int, str | int | BrowserKey] = {}
    rows = repository.drafts.of_browser(browser) if browser else []
    keys |= {row["id"]: BrowserKey(row["id"], browser) for row in rows}
    own = [row for row in repository.drafts.own_drafts() if row["id"] not in keys]
    keys |= {row["id"]: row["id"] for row in own}
    for row in [*rows, *own][:MOST_OFFERED]:
        state = row.get("state", {})
        name = state.get("facts", {}).get("name") or _("(firm not named yet)")
        step = cache.scheme().sections.get(state.get("step", ""))
        words = [language().of(step)] if step else []
        words.append(_("last changed {time}").format(time=local_time(row["changed_at"])))
        with st.container(horizontal=True, vertical_alignment="center", key=f"draft:{row['id']}"):
            st.html(tag("p", tag("b", name), tag("small", " · ".join(words)), cls="draft"))
            if st.button(_("Go on"), key=f"open-draft:{row['id']}"):
                return open_stored(keys[row["id"]], repository)
            if isinstance(keys[row["id"]], BrowserKey) and st.button(
                _("Take off this device"), key=f"forget-draft:{row['id']}", type="tertiary"
            ):
                _store_and_redraw(partial(repository.drafts.forget, row["id"], browser))
    return False


def local_time(moment: datetime) -> str:
    """A moment of the store (UTC) by the clock of the browser; of this machine where it names none."""
    try:
        zone = ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, OSError, ValueError):
        zone = None
    return f"{moment.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M}"


def open_stored(key: str | int | BrowserKey, repository: Repository) -> bool:
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
    address.set_query(address.DRAFT_ID, None)
    session.flash(Message("The draft is deleted for good; its return code opens nothing any more."))


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
