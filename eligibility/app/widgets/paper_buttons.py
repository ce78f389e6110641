"""Buttons of papers to take away, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from eligibility.app import cache
from eligibility.app.translation import language
from eligibility.app.widgets import download_button, downloads
from eligibility.app.widgets.markup import tag

#: label, ending and maker of each
Offered = tuple[tuple[str, str, Callable[[], bytes]], ...]


def paper_buttons(name: str, files: Offered) -> None:
    """A button for each paper; where this machine cannot write PDF, a sentence says what it lacks."""
    lacking = cache.lacking_for_pdf()
    with st.container(horizontal=True, key="papers"):
        for label, kind, make in files:
            if kind == "pdf" and lacking is not None:
                continue
            download_button.button(
                label,
                make,
                file_name=f"{name}.{kind}",
                mime=downloads.MIMES[kind],
                icon=":material/download:",
            )
    if lacking is not None:
        st.html(tag("p", lacking.say(language()), cls="muted"))
