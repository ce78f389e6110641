"""Who may open a page, what the store refuses, and what was just done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from eligibility.app import state, who
from eligibility.app.components import notices
from eligibility.app.markup import tag
from eligibility.language import Language
from eligibility.store import Repository
from eligibility.store.access import STAFF
from eligibility.vocabulary import EligibilityError, Message, NotAllowed, msgid


def staff(language: Language) -> Repository:
    """The store as this member of staff may see it; the page ends here for anybody else."""
    repository = who.repository()
    with told(language):
        if repository.actor.role not in STAFF:
            raise NotAllowed(msgid("This page is for staff; sign in with an account of staff."))
    return repository


@contextmanager
def told(language: Language) -> Iterator[None]:
    """What is refused in this block is told in its sentence, and the page ends."""
    try:
        yield
    except EligibilityError as error:
        notices.refused(error, language)
        st.stop()


def do(action: Callable[[], Message | None]) -> None:
    """Do what a button is for; what came of it is told when the page is drawn again."""
    try:
        if (said := action()) is not None:
            state.tell(said)
    except EligibilityError as error:
        state.tell(error.message, refused=True)


def news(language: Language) -> None:
    """What came of the last action."""
    if kept := state.news():
        said, refused = kept
        cls = "notice refused" if refused else "notice done"
        st.html(tag("p", said.say(language), cls=cls, role="alert" if refused else "status"))
