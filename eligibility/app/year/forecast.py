"""The year's number of certifications as one plot, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import streamlit as st

from eligibility.app import session
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import chart
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.chart import Chart
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.table import table
from eligibility.city.forecast import Forecast
from eligibility.city.portfolio import Aim
from eligibility.city.scenarios import Scenario
from eligibility.city.settings import City
from eligibility.city.year import CityYear, merge_shares
from eligibility.domain.carriers import CARRIER_WORDS
from eligibility.domain.law import Figure
from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.reports.number_format import certified_chance, tenths
from eligibility.reports.record_types import YearRecord
from eligibility.reports.year_text import UNCALIBRATED, carriers_part

#: chances below this are not drawn
SEEN = 1e-4
HEIGHT = 280
HEADROOM = 1.15
#: adviser-days and targets that the sliders reach, as multiples of the city's own
REACH = 3
#: the choice to count by kind of carrier
KIND = "kind"
#: what the slider of targets reaches at least
LEAST = 30


def basis(city_year: CityYear) -> None:
    """What every chance on the page rests on."""
    shock = city_year.city.forecast.year_shock
    sentence = _("Chances: {basis}").format(basis=city_year.basis.say(language()))
    also = _("Years differ by {shock} in log-odds ({source}).").format(
        shock=fmt.number(shock.value), source=_with_source(shock)
    )
    if city_year.chances.not_yet_certified is not None:
        also += " " + _(
            "A firm that may be certified in {year} counts for the chance that is left."
        ).format(year=city_year.year - 1)
    st.html(tag("p", sentence, tag("small", also), cls="notice"))


def numbers(record: YearRecord, *, open_: bool = True, whole: bool = True) -> None:
    """Expected, the 80 % interval, P(target), how many more ready firms it takes, and the scenarios.

    These are not told of a year whose last batch has closed (``open_``). The city's target is no
    yardstick for the firms of one carrier (not ``whole``): it is told beside what they bring.
    """
    seen, goal = record["forecast"], record["target"]["certified"]
    more = seen["more_needed"]
    low, high = seen["interval_80"]
    lines = [
        (
            _("Expected certified"),
            fmt.number(seen["expected"], 1),
            "" if record["calibrated"] else _(UNCALIBRATED),
        ),
        (_("With 80 %"), f"{low}–{high}", ""),
    ]
    if whole:
        lines.append(
            (_("Chance of at least {n}").format(n=goal), tenths(seen["reaches_target"]), "")
        )
    if whole and open_:
        lines.append(
            (
                _("More ready firms for {sure}").format(sure=fmt.limit(more["for_probability"])),
                f"{more['firms']}",
                _("each with a chance of {chance}").format(
                    chance=certified_chance(more["chance_of_each"])
                ),
            )
        )
    source = record["target"]["stock_source"]
    if whole and source is not None:
        words = _("assumed") if isinstance(source, str) else fmt.citation(source)
        lines.append((_("Stock aimed at"), f"{record['target']['stock']}", words))
    st.html(
        tag(
            "dl",
            *(
                tag("div", tag("dt", title), tag("dd", n, *([tag("small", also)] if also else [])))
                for title, n, also in lines
            ),
            cls="numbers",
        )
    )
    if not whole:
        st.html(tag("p", carriers_part(record, language())))
    scenarios(record, whole=whole)


def scenarios(record: YearRecord, *, whole: bool = True) -> None:
    """The three scenarios side by side; the middle one is what every other figure says.

    Without the chance of the city's target for the firms of one carrier (not ``whole``).
    """
    heads = (
        _("Scenario"),
        _("Firms that apply"),
        _("Expected certified"),
        _("With 80 %"),
        _("Chance of at least {n}").format(n=record["target"]["certified"]),
    )
    shown = len(heads) if whole else len(heads) - 1
    rows = []
    for each in record["scenarios"]:
        title = each["title"][language().id]
        low, high = each["interval_80"]
        row = (
            tag("strong", title) if each["scenario"] == Scenario.LIKELY.value else title,
            fmt.number(each["applications"], 1),
            fmt.number(each["expected"], 1),
            f"{low}–{high}",
            tenths(each["reaches_target"]),
        )
        rows.append(row[:shown])
    st.html(table(heads[:shown], rows, numbers=list(range(1, shown))))
    if record["capacity"] is not None:
        st.caption(
            _(
                "Applications of firms not decided yet; at most {n} in the year (capacity). Every "
                "figure of the year is that of the middle scenario."
            ).format(n=record["capacity"])
        )


def plot(forecast: Forecast, *, whole: bool = True) -> None:
    """Bars of the chance of each number certified, the target and the firms certified already.

    Of one carrier's firms (not ``whole``) without the city's target.
    """
    counts = np.flatnonzero(forecast.distribution > SEEN)
    counts = np.arange(counts.min(), counts.max() + 1) + forecast.already
    reached, below = _("target reached"), _("below the target")
    bars: list[dict[str, Any]] = [
        {
            "n": int(n),
            "from": n - 0.45,
            "to": n + 0.45,
            "p": float(forecast.distribution[n - forecast.already]),
            "zone": reached if n >= forecast.target or not whole else below,
        }
        for n in counts
    ]
    lines: list[dict[str, Any]] = []
    if whole:
        lines.append(
            {"at": forecast.target - 0.5, "says": _("target {n}").format(n=forecast.target)}
        )
    if forecast.already:
        lines.append(
            {"at": forecast.already, "says": _("certified already: {n}").format(n=forecast.already)}
        )
    low, high = forecast.interval(0.8)
    words_of = _("Number certified: expected {expected}, {low} to {high} with 80 %")
    if whole:
        words_of = _(
            "Number certified: expected {expected}, {low} to {high} with 80 %, chance of at least {target} {chance}"
        )
    sentence = words_of.format(
        expected=fmt.number(forecast.mean, 1),
        low=low,
        high=high,
        target=forecast.target,
        chance=tenths(forecast.reaches_target),
    )
    colours, text = _colours(), _theme("textColor")
    zones = [reached, below]
    chart.chart(
        repr((bars, lines, sentence, whole, zones, colours, text)),
        lambda: _bars(bars, lines, zones, colours, text, legend=whole).properties(
            height=HEIGHT, description=sentence
        ),
        None,
    )


def _bars(
    bars: list[dict[str, Any]],
    lines: list[dict[str, Any]],
    zones: list[str],
    colours: list[str],
    text: str,
    *,
    legend: bool,
) -> Chart:
    """The bars of the chances, coloured by zone, with lines and the words beside them."""
    ends = [*(bar["n"] for bar in bars), *(line["at"] for line in lines)]
    scale = alt.Scale(domain=[min(ends) - 1, max(ends) + 1], nice=False, zero=False)
    drawn = (
        alt.Chart(alt.InlineData(bars))
        .mark_bar()
        .encode(
            x=alt.X(
                "from:Q",
                scale=scale,
                title=_("firms certified in the year"),
                axis=alt.Axis(format="d", tickMinStep=1),
            ),
            x2="to:Q",
            y=alt.Y(
                "p:Q",
                title=_("chance"),
                axis=alt.Axis(format=".0%"),
                # the words beside the lines stand above the bars
                scale=alt.Scale(domain=[0, HEADROOM * max(bar["p"] for bar in bars)], nice=False),
            ),
            y2=alt.datum(0),
            color=alt.Color(
                "zone:N",
                title=None,
                scale=alt.Scale(domain=zones, range=colours),
                legend=alt.Legend(orient="top") if legend else None,
            ),
            tooltip=[
                alt.Tooltip("n:Q", title=_("firms certified")),
                alt.Tooltip("p:Q", title=_("chance"), format=".1%"),
            ],
        )
    )
    at = alt.Chart(alt.InlineData(lines)).encode(x=alt.X("at:Q", scale=scale))
    rules = at.mark_rule(strokeWidth=2, strokeDash=[4, 3], color=text)
    words = at.mark_text(align="left", baseline="top", dx=5, y=0, color=text, fontSize=13).encode(
        text="says:N"
    )
    return alt.layer(drawn, rules, words)


def chances(there_is_a_model: bool) -> bool:
    """Whether the chances are the model's, where there is one."""
    words = {True: _("by the model"), False: _("as assumed")}
    return there_is_a_model and bool(
        st.segmented_control(
            _("Chances"),
            [True, False],
            default=True,
            required=True,
            format_func=words.__getitem__,
            key=session.CHANCES_BY,
        )
    )


def aim(*, whole: bool = True) -> Aim:
    """What support is to raise; certifications where the target is not one's own."""
    if not whole:
        return Aim.EXPECTED
    words = {Aim.EXPECTED: _("certifications"), Aim.TARGET: _("the chance of the target")}
    selection: Aim = st.segmented_control(
        _("Support is to raise"),
        list(words),
        default=Aim.EXPECTED,
        required=True,
        format_func=words.__getitem__,
        key=session.AIM,
    )
    return selection


def inputs(city: City, goal: int, year: int, key: str, *, whole: bool = True) -> tuple[int, float]:
    """Target and adviser-days, from those that are set on; days alone for one carrier."""
    days = city.support.adviser_days.value
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    target = goal
    if whole:
        target = left.slider(
            _("Target: firms certified in {year}").format(year=year),
            0,
            max(REACH * goal, LEAST),
            goal,
            key=key,
            persist_state="session",
        )
    with right if whole else left:
        there_are = st.slider(
            _("Adviser-days for support"),
            0.0,
            REACH * days,
            days,
            step=0.5,
            format="%g",
            key=session.ADVISER_DAYS,
            persist_state="session",
        )
    return int(target), float(there_are)


def already(year: int) -> int:
    """Firms certified so far that are not in the file."""
    typed = st.number_input(
        _("Certified in {year} so far, not in the file").format(year=year),
        0,
        None,
        0,
        step=1,
        key=session.ALREADY,
        persist_state="session",
        width=280,
    )
    return int(typed)


def shares(city_year: CityYear, kind_of: Mapping[str | None, str | None]) -> None:
    """Firms and expected certifications by district, carrier, its kind, or industry.

    Parameters
    ----------
    kind_of : mapping
        Kind of each carrier, by its name; empty where carriers have none, as those of a file.
    """
    words = {"district": _("District"), "carrier": _("Carrier"), "industry": _("Industry")}
    if kind_of:
        words[KIND] = _("Kind of carrier")
    by = st.segmented_control(
        _("Counted by"),
        list(words),
        default="district",
        required=True,
        format_func=words.__getitem__,
        key=session.SHARES_BY,
        label_visibility="collapsed",
    )
    heads = (
        words[by],
        _("Number of firms"),
        _("● eligible"),
        _("◐ undetermined"),
        _("○ ineligible"),
        _("Expected certified"),
    )
    titles: dict[str | None, str] = {}
    if by == KIND:
        titles = {kind.value: _(word) for kind, word in CARRIER_WORDS.items()}
    groups = {
        "district": city_year.by_district,
        "industry": city_year.by_industry,
        "carrier": city_year.by_carrier,
        KIND: merge_shares(city_year.by_carrier, kind_of),
    }[by]
    rows = [
        (
            titles.get(name, name) or _("not stated"),
            f"{share.firms:,}",
            *(f"{share.verdicts[verdict]:,}" for verdict in (MET, UNDETERMINED, UNMET)),
            fmt.number(share.expected_certifications, 1),
        )
        for name, share in groups.items()
    ]
    st.html(table(heads, rows, numbers=[1, 2, 3, 4, 5]))


def _with_source(figure: Figure) -> str:
    if isinstance(figure.source, str):
        return _("assumed")
    return f"{figure.source.document} {figure.source.article}"


def _theme(option: str) -> Any:
    """An option of the theme in use, from the theme file."""
    kind = st.context.theme.type or "light"
    return st.get_option(f"theme.{kind}.{option}") or st.get_option(f"theme.{option}")


def _colours() -> list[str]:
    """The theme's first colour for what stands out, its last for the rest."""
    colours = list(_theme("chartCategoricalColors"))
    return [colours[0], colours[-1]]
