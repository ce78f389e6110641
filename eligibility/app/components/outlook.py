"""The year on one look: what is expected, how likely the target is, and whose visit raises it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator as Place

from eligibility.app import cache, planned
from eligibility.app import format as fmt
from eligibility.app.components import forecast, notices, pool, support
from eligibility.app.components import year as nearest
from eligibility.app.markup import tag
from eligibility.app.registered import Pool
from eligibility.language import Language
from eligibility.planning.year import CityYear
from eligibility.reports.city import city_record
from eligibility.reports.figures import tenths
from eligibility.store import Repository
from eligibility.vocabulary import EligibilityError


def of_register(
    repository: Repository, year: int, above: Place, below: Place, language: Language
) -> str | None:
    """The year of the firms of the register, and whom to visit; gives the firm opened.

    Once the last batch of the year has closed a visit is for the next year.

    Parameters
    ----------
    above, below
        Where the distribution of the year and where the firms to visit are drawn.
    """
    _ = language.text
    season = year + (planned.closed(cache.city(), year, cache.scheme()) is not None)
    made = None
    try:
        with above:
            st.header(_("The year's outlook"), anchor=False)
            with st.spinner(_("Working out the year…")):
                held, made = _of(repository, year)
            _drawn(made, held, language)
        if season != year:
            held, made = _of(repository, season)
    except EligibilityError as error:
        with above:
            notices.refused(error, language)
    with below:
        if made is not None and made.portfolio.reasons:
            return visits(city_record(made), planned.visited(held, made), language)
        opened = nearest.visits(repository, language)
        return None if opened is None else str(opened)


def _of(repository: Repository, year: int) -> tuple[Pool, CityYear | None]:
    """The firms that a year counts, and the year; None where it counts none."""
    city, by_model = cache.city(), cache.model()[0] is not None
    held = cache.pool(repository, year, cache.stages(year))
    if not held.firms:
        return held, None
    goal, days = planned.target(city, year, held), city.support.adviser_days.value
    return held, cache.year_of(held, goal, days, by_model=by_model)


def _drawn(made: CityYear | None, held: Pool, language: Language) -> None:
    """The distribution of the year with its numbers, and what it rests on."""
    last = planned.closed(cache.city(), held.year, cache.scheme())
    pool.closed(held.year, last, language)
    if made is None:
        pool.nobody(language)
    else:
        record = city_record(made)
        sentence(record, language)
        forecast.numbers(record, language, open_=last is None)
        forecast.plot(made.portfolio.without, language)
        forecast.basis(made, language)
    pool.counted(held, language)
    st.page_link("eligibility/app/year.py", label=language.text("The year in detail →"))


def sentence(record: dict[str, Any], language: Language) -> None:
    """What a manager takes away."""
    _ = language.text
    seen, chosen, goal = record["forecast"], record["support"], record["target"]["certified"]
    says = [
        _(
            "{expected} certified expected in {year}, with a chance of {chance} of at least {n}."
        ).format(
            expected=fmt.number(seen["expected"], 1),
            year=record["year"],
            chance=tenths(seen["reaches_target"]),
            n=goal,
        )
    ]
    if chosen["choices"]:
        says.append(
            _("{n} firms, with {days} adviser-days, would make it {chance}.").format(
                n=len(chosen["choices"]),
                days=fmt.number(chosen["days"]),
                chance=tenths(chosen["forecast"]["reaches_target"]),
            )
        )
    st.html(tag("p", *(tag("strong", part) for part in says), cls="counts"))


def visits(record: dict[str, Any], keys: Sequence[str], language: Language) -> str | None:
    """The firms to support with their actions and what these bring; gives the one opened."""
    _ = language.text
    chosen, seen = record["support"], record["forecast"]
    said = _(
        "These {n} firms, {days} adviser-days: chance of at least {goal} in {year} from {before} to {after}, {more} more certified expected."
    ).format(
        goal=record["target"]["certified"],
        year=record["year"],
        n=len(chosen["choices"]),
        days=fmt.number(chosen["days"]),
        before=tenths(seen["reaches_target"]),
        after=tenths(chosen["forecast"]["reaches_target"]),
        more=fmt.number(chosen["gain"]),
    )
    st.html(tag("p", said))
    return support.worth_a_visit(chosen, keys, language)
