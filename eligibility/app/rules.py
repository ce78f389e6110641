"""The rules as they are applied: conditions, numbers, score, readings, each with its citation."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state
from eligibility.app.components import law

language = state.language()
_ = language.text
#: the choice of the comparison, among the ids of editions
BESIDE = "beside"

st.title(_("The rules, as they are applied"), anchor=False)
held = cache.scheme().editions
editions = {edition.id: language.of(edition.title) for edition in reversed(held)}
if len(held) > 1:
    editions[BESIDE] = _("The last two side by side")
named = st.segmented_control(
    _("Edition"),
    list(editions),
    default=next(iter(editions)),
    required=True,
    format_func=editions.__getitem__,
    key=state.EDITION,
    label_visibility="collapsed",
    bind="query-params",
)
if named == BESIDE:
    law.beside(held[-2], held[-1], language)
else:
    law.whole(next(edition for edition in held if edition.id == named), language)
