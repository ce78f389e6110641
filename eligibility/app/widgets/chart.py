"""Charts whose description is formed once: to form and check one takes longer than all else of a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from typing import TypeAlias

import altair as alt
import streamlit as st

from eligibility.app.keyed_cache import KeyedCache

Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart
#: charts whose descriptions are held
MOST = 64
_specs = KeyedCache()


def chart(key: Hashable, form: Callable[[], Chart], words: str | None) -> None:
    """Draw a chart as wide as there is room.

    Parameters
    ----------
    key : hashable
        Names all that it shows: figures, words and colours.
    form : callable
        Gives the chart, its data inline.
    words : str or None
        What it says to who cannot see it; None where the chart has a description of its own.
    """
    spec = _specs.get("chart", key, lambda: _spec(form()), most=MOST)
    st.vega_lite_chart(json.loads(spec), width="stretch", alt=words)


def _spec(figure: Chart) -> str:
    spec = figure.to_dict()
    # sizes and colours are those of the page
    spec.pop("config", None)
    return json.dumps(spec)
