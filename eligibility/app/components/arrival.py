"""Turning to a step leads to its top: Streamlit keeps the scroll and the focus of the step before.

The one script of the app's own. It is the same on every page, so that the policy of what pages may
run names it by its hash; what it is told stands beside it as data.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from eligibility.app.markup import Markup, tag

SCRIPT = (Path(__file__).parents[1] / "arrival.js").read_text(encoding="utf-8")


def arrive(step: str, title: str) -> None:
    """Let a step that was just turned to begin at its heading of this title."""
    told = tag("div", data_step=step, data_title=title, hidden="hidden")
    st.html(told + tag("script", Markup(SCRIPT)), unsafe_allow_javascript=True)
