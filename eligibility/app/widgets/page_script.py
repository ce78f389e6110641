"""What a page does in the browser: its language, its inputs for screen readers, printing, and turning to a step.

Streamlit keeps the scroll and the focus of the step before.

The one script of the app's own. It is the same on every page, so that the policy of what pages may
run names it by its hash; what it is told stands beside it as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from eligibility.app.widgets.markup import Markup, tag

SCRIPT = Path(__file__).with_name("page_script.js").read_text(encoding="utf-8")


def speak(language_tag: str, address_language: str, refusals: Sequence[str]) -> None:
    """Let the page be in a language, its inputs be named with what is said of them, and be printed.

    ``address_language`` is what the address is to call the language; empty where nobody chose one.
    ``refusals`` are the sentences for a file that is too large, of a kind not read, or not taken.
    """
    element = tag("div", data_lang=language_tag, data_chosen=address_language,
               data_refusals="|".join(refusals), hidden="hidden")  # fmt: skip
    st.html(element + tag("script", Markup(SCRIPT)), unsafe_allow_javascript=True)


def print_button(label: str) -> None:
    """A button that prints the page."""
    st.html(tag("button", label, type="button", data_print="yes", cls="print"))


def arrive(step: str, title: str, sought: tuple[str, int]) -> None:
    """Let a step that was just turned to begin at its heading of this title, or at a field.

    ``sought`` is the field, if any, and a number that is another for every turn.
    """
    field, turn = sought
    element = tag("div", data_step=f"{step}:{turn}", data_title=title, data_sought=field,
               hidden="hidden")  # fmt: skip
    st.html(element + tag("script", Markup(SCRIPT)), unsafe_allow_javascript=True)
