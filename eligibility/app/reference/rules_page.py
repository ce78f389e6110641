"""The rules as they are applied: conditions, numbers, score, readings, each with its citation."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import cache, session
from eligibility.app.reference import rules
from eligibility.app.translation import language
from eligibility.app.translation import text as _

#: the choice of the comparison, among the ids of editions
BESIDE = "beside"

st.title(_("The rules, as they are applied"), anchor=False)
laws, current = cache.scheme().editions, cache.scheme().in_force(date.today())
editions = {edition.id: language().of(edition.title) for edition in reversed(laws)}
pair = cache.scheme().neighbours(date.today())
if pair:
    editions[BESIDE] = _("Two editions side by side")
named = st.segmented_control(
    _("Edition"),
    list(editions),
    default=current.id,
    required=True,
    format_func=editions.__getitem__,
    key=session.EDITION,
    label_visibility="collapsed",
    bind="query-params",
)
if named == BESIDE and pair:
    rules.edition_comparison(*pair)
else:
    rules.whole_edition(next(edition for edition in laws if edition.id == named))
