"""The readiness model: its card; for staff, training and checking it."""

from __future__ import annotations

import streamlit as st

from eligibility.app import auth, cache, session
from eligibility.app.reference import model_card, model_training
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import tag
from eligibility.store import LEADS, STAFF

role = auth.actor().role
held, why = cache.trained_model()
folder = cache.model_folder()
st.title(_("Readiness model"), anchor=False)
if session.just_replaced():
    st.html(tag("p", tag("strong", _("The new model is in use.")), cls="notice", role="status"))
if held is None:
    # the reason names places on the server
    model_card.none(why if role in STAFF else None, role in LEADS)
else:
    model_card.card(held, folder)
if role in LEADS:
    st.header(_("Train and check"), anchor=False)
    training, checking = st.tabs(
        # a key keeps the chosen tab when a notice above comes or goes
        [_("Train from past applications"), _("Check on new outcomes")],
        key=session.LEARNING,
    )
    with training:
        model_training.train(held, folder)
    with checking:
        model_training.check(held)
