"""The language of whoever looks at the page, and its sentences: asked anew in every run of a page.

Only for what runs within a page. A file that is made when it is asked for is made outside of it and
takes its language with it.
"""

from __future__ import annotations

import streamlit as st

from eligibility.app import page_memo
from eligibility.app.session import chosen_language
from eligibility.i18n import Language, language_named
from eligibility.i18n import language as language_of_tag


def language() -> Language:
    """The language chosen, or else the browser's."""
    return page_memo.once("language", _language)


def _language() -> Language:
    name = chosen_language()
    return language_named(name) if name else browser_language()


def browser_language() -> Language:
    """The language the browser asks for."""
    return language_of_tag(st.context.locale)


def text(msgid: str) -> str:
    """An English sentence of the code in the language of the page."""
    return language().text(msgid)
