"""What was accepted and refused of what a firm sent, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import Markup, tag
from eligibility.register.inbox_items import key_title, value_in_words


def show(decisions: Sequence[Mapping[str, Any]]) -> None:
    """A heading and a line a field, for the firm that sent it; nothing where nothing was decided."""
    if not decisions:
        return
    st.header(_("What the institution took over"), anchor=False)
    latest = {row["key"]: row for row in reversed(decisions)}
    st.html(tag("ul", *map(_line, latest.values()), cls="rows"))


def _line(row: Mapping[str, Any]) -> Markup:
    word = _("● accepted") if row["is_accepted"] else _("○ not accepted")
    said = f"{row['at'].astimezone():%Y-%m-%d}" + (f" · {row['remark']}" if row["remark"] else "")
    return tag(
        "li",
        tag("span", word, cls=f"status {'met' if row['is_accepted'] else 'unmet'}"),
        tag("b", f"{key_title(row['key'], language())}: {value_in_words(row, language())}"),
        tag("span", said, cls="muted"),
    )
