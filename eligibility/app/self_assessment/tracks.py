"""Which other tracks of the ladder a firm wants: their questions are asked only then."""

from __future__ import annotations

import streamlit as st

from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.assessment.ladder import begun_tracks, tracks


def track_choice(sheet: Sheet) -> None:
    """A switch for every track but the form's own; one that is begun stays on."""
    begun = begun_tracks(sheet.draft.facts)
    others = {name: rungs for name, rungs in tracks().items() if name != sheet.scheme.track}
    if not others:
        return
    st.header(_("Other qualifications"), anchor=False)
    for name, rungs in others.items():
        titles = " → ".join(language().of(rung.title) for rung in rungs)
        st.toggle(
            _("Ask as well what these need: {titles}").format(titles=titles),
            value=name in sheet.tracks,
            disabled=name in begun,
            key=form_state.track_key(name),
            on_change=form_state.want_track,
            args=(name,),
        )
