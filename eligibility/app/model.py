"""The readiness model: its card; for staff, training and checking it."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state, who
from eligibility.app.components import card, teaching
from eligibility.app.markup import tag
from eligibility.store import LEADS, STAFF

language = state.language()
_ = language.text

role = who.actor().role
held, why = cache.trained()
folder = cache.model_folder()
st.title(_("Readiness model"), anchor=False)
if state.just_replaced():
    st.html(tag("p", tag("strong", _("The new model is in use.")), cls="notice", role="status"))
if held is None:
    # the reason names places on the server
    card.none(why if role in STAFF else None, role in LEADS, language)
else:
    card.card(held, folder, language)
if role in LEADS:
    st.header(_("Train and check"), anchor=False)
    training, checking = st.tabs(
        # a key keeps the chosen tab when a notice above comes or goes
        [_("Train from past applications"), _("Check on new outcomes")],
        key=state.LEARNING,
    )
    with training:
        teaching.train(held, folder, language)
    with checking:
        teaching.check(held, language)
