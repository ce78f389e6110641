"""From a sentence about the product to codes of the catalogue of technical fields."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.reference import technical_field
from eligibility.app.self_assessment import form_state
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import literal, tag
from eligibility.domain.errors import EligibilityError
from eligibility.finder.search import find

STEPS = PAGES / "self_assessment/steps_page.py"
LONGEST = 300
FIELDS = 8

draft = form_state.draft()
if draft is not None:
    with st.container(key="back"):
        st.page_link(
            STEPS,
            label=_("← Back to the steps"),
            query_params=address.draft_query(draft.step),
        )
st.title(_("Find the technical field"), anchor=False)
st.write(
    _(
        "Say in one sentence what the product is and how it works, best in Chinese; common English "
        "words are understood. The fields most like it are listed, the likeliest first."
    )
)
with st.form("sentence", border=False):
    typed = st.text_area(
        _("The product, in one sentence"),
        max_chars=LONGEST,
        height=90,
        key=session.PRODUCT,
        placeholder=_(
            "Scoring the condition of dairy cows by machine vision, and oestrus monitoring"
        ),
        persist_state="session",
    )
    st.form_submit_button(_("Find"), type="primary", on_click=session.ask_product)
sentence = session.asked_product()
if sentence:
    st.header(_("Fields for: {sentence}").format(sentence=literal(sentence)), anchor=False)
    try:
        found = find(cache.scheme(), sentence, FIELDS)
    except EligibilityError as error:
        notices.show_refusal(error, language())
        st.stop()
    if code := technical_field.matches(found, sentence, taking=draft is not None):
        fields = cache.scheme().fields_by_id
        (name,) = (name for name, field in fields.items() if field.kind == "catalogue")
        form_state.fill_in(name, code, fields)
        st.switch_page(STEPS, query_params=address.draft_query(draft.step if draft else ""))
caveat = _(
    "△ Likeness of words, not a finding. Terms and exclusions are held from one source: read the "
    "official text of the field before you choose."
)
st.html(tag("p", caveat, cls="notice"))
