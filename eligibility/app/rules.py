"""The rules as they are applied: conditions, numbers, score, readings, each with its citation."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state
from eligibility.app.components import law

language = state.language()
_ = language.text

st.title(_("The rules, as they are applied"), anchor=False)
editions = {edition.id: edition for edition in reversed(cache.scheme().editions)}
named = st.segmented_control(
    _("Edition"),
    list(editions),
    default=next(iter(editions)),
    required=True,
    format_func=lambda name: language.of(editions[name].title),
    key=state.EDITION,
    label_visibility="collapsed",
    bind="query-params",
)
edition = editions[named]
law.period(edition, language)
st.header(_("Conditions"), anchor=False)
law.conditions(edition, language)
st.header(_("Numbers"), anchor=False)
law.numbers(edition, language)
st.header(_("Score"), anchor=False)
law.score(edition, language)
st.header(_("Where the text is silent or can be read two ways"), anchor=False)
law.interpretations(edition, language)
