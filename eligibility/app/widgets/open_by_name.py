"""Opening a firm of a table by its name: the button in a table's row answers the mouse alone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from eligibility.app import session
from eligibility.app.translation import text as _


def above(words: str, names: Sequence[str]) -> int | None:
    """What a table shows in a line, and a choice among its rows; gives the row chosen."""
    with st.container(horizontal=True, vertical_alignment="center", key="table-head"):
        st.caption(words)
        selection: int | None = st.selectbox(
            _("Open a firm by its name"),
            range(len(names)),
            None,
            format_func=names.__getitem__,
            placeholder=_("Open a firm by its name"),
            key=session.BY_NAME,
            label_visibility="collapsed",
            width=300,
        )
    return selection
