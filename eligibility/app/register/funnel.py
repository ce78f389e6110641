"""How far the firms of the register have come in the year, as bars."""

from __future__ import annotations

from typing import Any

import altair as alt
import streamlit as st

from eligibility.app.translation import text as _
from eligibility.app.widgets import chart
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
    rows = [
        {"stage": label, "firms": counts[stage]}
        for label, stage in zip(labels, counts, strict=True)
    ]
    sentence = _(", ").join(f"{words[stage]} {counts[stage]:,}" for stage in counts)
    chart.chart(
        repr((rows, _("Stage"), _("In all"))),
        lambda: _bars(rows),
        _("Firms by stage: {stages}").format(stages=sentence),
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


def _bars(rows: list[dict[str, Any]]) -> alt.Chart:
    axis = alt.Axis(ticks=False, labelFontSize=14, labelLimit=220, labelPadding=8)
    bars = alt.Chart(alt.InlineData(rows)).encode(
        y=alt.Y("stage:N", sort=[row["stage"] for row in rows], title=None, axis=axis),
        x=alt.X("firms:Q", title=None, axis=None),
        tooltip=[
            alt.Tooltip("stage:N", title=_("Stage")),
            alt.Tooltip("firms:Q", title=_("In all"), format=","),
        ],
    )
    drawn: alt.Chart = bars.mark_bar(height=18).properties(height=HEIGHT * len(rows))
    return drawn
