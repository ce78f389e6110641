"""How many firms stand at each stage, as bars."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pyarrow as pa
import streamlit as st

from eligibility.app.translation import text as _
from eligibility.store import STAGE_WORDS, Stage

HEIGHT = 34


def funnel(counts: Mapping[Stage, int]) -> None:
    """One bar a stage, in order, its number beside it; colours are those of the theme."""
    words = {stage: _(STAGE_WORDS[stage]) for stage in counts}
    # the number stands in the label, whose colour follows the theme; a text mark stays black
    labels = [f"{words[stage]}  {counts[stage]:,}" for stage in counts]
    table = pa.table({"stage": labels, "firms": [counts[stage] for stage in counts]})
    axis = alt.Axis(ticks=False, labelFontSize=14, labelLimit=220, labelPadding=8)
    bars = alt.Chart(table).encode(
        y=alt.Y("stage:N", sort=labels, title=None, axis=axis),
        x=alt.X("firms:Q", title=None, axis=None),
        tooltip=[
            alt.Tooltip("stage:N", title=_("Stage")),
            alt.Tooltip("firms:Q", title=_("In all"), format=","),
        ],
    )
    sentence = _(", ").join(f"{words[stage]} {counts[stage]:,}" for stage in counts)
    st.altair_chart(
        bars.mark_bar(height=18).properties(height=HEIGHT * len(counts)),
        width="stretch",
        alt=_("Firms by stage: {stages}").format(stages=sentence),
    )
