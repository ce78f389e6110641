"""How far the firms of the register have come in the year, as bars."""

from __future__ import annotations

import altair as alt
import pyarrow as pa
import streamlit as st

from eligibility.app.translation import text as _
from eligibility.store import STAGE_WORDS, YearTally

HEIGHT = 34


def funnel(tally: YearTally) -> None:
    """One bar a stage, in order, its number beside it: the firms that came as far, or further.

    Colours are those of the theme.
    """
    counts = tally.funnel
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
    notes = [
        _("Each bar counts the firms that came as far in {year}, or further.").format(
            year=tally.year
        ),
        _("Certificates valid today: {n}").format(n=f"{tally.certificates:,}"),
        _("ended in {year}: {n}").format(year=tally.year, n=f"{tally.expiries:,}"),
    ]
    if tally.cancellations:
        notes.append(_("cancelled: {n}").format(n=f"{tally.cancellations:,}"))
    if tally.elsewhere:
        notes.append(
            _(
                "outside of the funnel, with a certificate or an application of another year: {n}"
            ).format(n=f"{tally.elsewhere:,}")
        )
    st.caption(" · ".join(notes))
