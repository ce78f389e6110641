"""Disclosure widgets: popovers and expanders whose content is drawn from the first opening on.

What was typed into one stays when it is closed again, as its content goes on being drawn.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from eligibility.app import session


def popover(label: str, name: str, icon: str | None = None) -> DeltaGenerator | None:
    """A popover of that name within the session; None until it is opened."""
    section = st.popover(label, icon=icon, key=f"open:{name}", on_change="rerun")
    return section if session.is_drawn(name, bool(section.open)) else None


def expander(label: str, name: str, *, is_open: bool = False) -> DeltaGenerator | None:
    """An expander of that name, open at first or not; None until it is opened."""
    # another widget for each, as what is open at first is no longer asked of one that has been drawn
    name = f"{name}:{is_open}"
    section = st.expander(label, expanded=is_open, key=f"open:{name}", on_change="rerun")
    return section if session.is_drawn(name, bool(section.open)) else None
