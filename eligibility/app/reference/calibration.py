"""How often firms were certified where the model said so: points with bands, and the diagonal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import streamlit as st

from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag

SIDE = 340


def calibration(bins: Sequence[Mapping[str, float]]) -> None:
    """The plot and, for those who cannot see it, its figures.

    Parameters
    ----------
    bins : sequence of mappings
        As :func:`eligibility.readiness.metrics.calibration_bins` gives them.
    """
    predicted_title, share_title = _("Chance said"), _("Share certified")
    rows = alt.InlineData([dict(each) for each in bins])
    scale, percent = alt.Scale(domain=[0, 1]), alt.Axis(format="%", tickCount=5)
    across = alt.X("chance:Q", title=predicted_title, scale=scale, axis=percent)
    base = alt.Chart(rows).encode(across)
    lines = [
        alt.Tooltip("chance:Q", title=predicted_title, format=".0%"),
        alt.Tooltip("certified:Q", title=share_title, format=".0%"),
        alt.Tooltip("applications:Q", title=_("Applications")),
    ]
    colours = st.get_option("theme.chartCategoricalColors")
    diagonal = alt.Chart(alt.InlineData([{"at": 0}, {"at": 1}])).mark_line(
        strokeDash=[4, 4], strokeWidth=1, color=colours[-1]
    )
    up = alt.Y("low:Q", title=share_title, scale=scale, axis=percent)
    layers = alt.layer(
        diagonal.encode(
            alt.X("at:Q", scale=scale, title=predicted_title), alt.Y("at:Q", scale=scale)
        ),
        base.mark_rule(strokeWidth=2, color=colours[2]).encode(up, alt.Y2("high:Q")),
        base.mark_point(filled=True, size=70, opacity=1, color=colours[1]).encode(
            alt.Y("certified:Q", title=share_title, scale=scale), tooltip=lines
        ),
    ).properties(height=SIDE)
    words = _(
        "Each point is a tenth of the applications, with its 90% band; where the chances are "
        "right, the bands touch the dashed line."
    )
    st.altair_chart(layers, alt=words)
    st.caption(words)
    with st.expander(_("The figures of the plot")):
        st.html(_figures(bins))


def _figures(bins: Sequence[Mapping[str, float]]) -> str:
    heads = (_("Chance said"), _("Share certified"), _("90% band"), _("Applications"))
    rows = [
        tag(
            "tr",
            tag("td", fmt.chance(each["chance"])),
            tag("td", f"{each['certified']:.0%}"),
            tag("td", f"{each['low']:.0%}–{each['high']:.0%}"),
            tag("td", fmt.number(each["applications"])),
        )
        for each in bins
    ]
    return tag(
        "table",
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
        tag("tbody", *rows),
        cls="measures",
    )
