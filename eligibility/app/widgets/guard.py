"""Who may open a page, what the store refuses, and what was just done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

import streamlit as st

from eligibility.app import auth, cache, page_memo, session
from eligibility.app.translation import language
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import tag
from eligibility.domain.errors import EligibilityError, NotAllowed
from eligibility.domain.text import Message, msgid
from eligibility.store import STAFF, Actor, Repository, Role

P = ParamSpec("P")


def staff() -> Repository:
    """The store as this member of staff may see it; the page ends here for anybody else."""
    repository = auth.repository()
    with refusals_shown():
        if auth.actor().role not in STAFF:
            raise NotAllowed(msgid("This page is for staff; sign in with an account of staff."))
    return repository


def only(roles: Collection[Role]) -> Repository:
    """The store, on a page for these roles; any other is told so, and the page ends."""
    repository = auth.repository()
    with refusals_shown():
        if auth.actor().role not in roles:
            raise NotAllowed("Your role does not allow this.")
    return repository


def fragment(*, run_every: float | None = None) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A part of a page that Streamlit draws again alone, for whoever may still see it.

    The page's own check does not run then, so the part asks whether the rights are those of the
    page's drawing; if not, the whole page is drawn again.
    """

    def mark(part: Callable[P, None]) -> Callable[P, None]:
        @st.fragment(run_every=run_every)
        def again(
            repository: Repository, rights: Actor, /, *args: P.args, **kwargs: P.kwargs
        ) -> None:
            try:
                repository.require(rights)
            except NotAllowed:
                st.rerun()
            part(*args, **kwargs)

        @wraps(part)
        def draw(*args: P.args, **kwargs: P.kwargs) -> None:
            repository = auth.repository()
            again(repository, repository.rights(), *args, **kwargs)

        return draw

    return mark


@contextmanager
def refusals_shown() -> Iterator[None]:
    """What is refused in this block is told in its sentence, and the page ends."""
    try:
        yield
    except EligibilityError as error:
        notices.show_refusal(error, language())
        st.stop()


def do(action: Callable[[], Message | None]) -> None:
    """Do what a button is for; what came of it is told when the page is drawn again.

    What the register's year rests on may have been written: it is worked out again meanwhile.
    """
    try:
        if (news := action()) is not None:
            session.flash(news)
    except EligibilityError as error:
        session.flash(error.message, is_refusal=True)
    page_memo.forget()
    cache.refresh_outlooks()


def news() -> None:
    """What came of the last action."""
    if news := session.take_flash():
        message, refused = news
        cls = "notice refused" if refused else "notice done"
        st.html(tag("p", message.say(language()), cls=cls, role="alert" if refused else "status"))
