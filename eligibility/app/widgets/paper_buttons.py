"""Buttons of papers to take away, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from eligibility.app import auth, cache
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads
from eligibility.app.widgets.markup import tag
from eligibility.store import STAFF

#: label, ending and maker of each
Offered = tuple[tuple[str, str, Callable[[], bytes]], ...]


def paper_buttons(name: str, files: Offered, key: str = "papers") -> None:
    """A button for each paper; where this machine cannot write PDF, a sentence says what it lacks."""
    lacking = cache.lacking_for_pdf()
    with st.container(horizontal=True, key=key, width="content"):
        for label, kind, make in files:
            if kind == "pdf" and lacking is not None:
                continue
            download_button.button(
                label,
                make,
                file_name=f"{name}.{kind}",
                mime=downloads.MIMES[kind],
                icon=":material/download:",
                key=f"{key}:{kind}",
            )
    if key == "papers" and lacking is not None:
        note = _("The PDF is not to be had here; print this page as a PDF, or take the Word file.")
        # what the machine lacks is for whoever runs it
        reason = lacking.say(language()) if auth.actor().role in STAFF else note
        st.html(tag("p", reason, cls="muted"))
