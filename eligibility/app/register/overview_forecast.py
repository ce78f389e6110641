"""The year on one look: what is expected, how likely the target is, and whose visit raises it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator as Place

from eligibility.app import cache
from eligibility.app.firm import plan_results
from eligibility.app.page_files import PAGES
from eligibility.app.register import overview as nearest
from eligibility.app.register.dossier import moment
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard, notices
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.app.year import candidates, forecast, support
from eligibility.city.year import CityYear
from eligibility.domain.errors import EligibilityError
from eligibility.register.year_candidates import YearCandidates
from eligibility.reports.number_format import tenths
from eligibility.reports.record_types import YearRecord
from eligibility.reports.year_text import city_record
from eligibility.store import Repository

#: seconds between two looks whether the year has been worked out again
AGAIN = 2


def of_register(repository: Repository, year: int, above: Place, below: Place) -> str | None:
    """The year of the firms of the register, and whom to visit; gives the firm opened.

    Once the last batch of the year has closed a visit is for the next year.

    Parameters
    ----------
    above, below
        Where the distribution of the year and where the firms to visit are drawn.
    """
    result = None
    with above:
        st.header(_("The year's outlook"), anchor=False)
        try:
            with st.spinner(_("Working out the year…")):
                result = cache.outlook(repository, year)
        except EligibilityError as error:
            notices.show_refusal(error, language())
        else:
            if not result.current:
                as_of(repository, year, result.at)
            _draw_year(result.value.city_year, result.value.candidates)
    with below:
        if result and (coming := result.value.coming) and coming.portfolio.reasons:
            keys = plan_results.firm_ids(result.value.season, coming)
            whole = result.value.season.carrier is None
            return visits(city_record(coming), keys, whole=whole)
        firm_id = nearest.visits(repository)
        return None if firm_id is None else str(firm_id)


@guard.fragment(run_every=AGAIN)
def as_of(repository: Repository, year: int, at: datetime) -> None:
    """That firms were changed since the year was worked out; the page follows when it is again."""
    sentence = _("As of {time}: firms were changed since, and the year is being worked out again.")
    st.html(tag("p", sentence.format(time=moment(at)), cls="notice", role="status"))
    result = cache.outlook(repository, year, patient=False)
    if result.current or result.at != at:
        st.rerun()


def _draw_year(city_year: CityYear | None, pool: YearCandidates) -> None:
    """The distribution of the year with its numbers, and what it rests on."""
    last = candidates.closed_batch(pool.year, cache.city(), cache.scheme())
    if city_year is None:
        candidates.nobody()
    else:
        # the city's target is no yardstick for the firms of one carrier
        record, whole = city_record(city_year), pool.carrier is None
        sentence(record, whole=whole)
        forecast.numbers(record, open_=last is None, whole=whole)
        forecast.plot(city_year.portfolio.without, whole=whole)
        forecast.basis(city_year)
    candidates.candidate_counts(pool, open_=last is None)
    st.page_link(PAGES / "year/year_page.py", label=_("The year in detail →"))


def sentence(record: YearRecord, *, whole: bool = True) -> None:
    """What a manager takes away, or the adviser of one carrier (not ``whole``)."""
    forecast, support, goal = record["forecast"], record["support"], record["target"]["certified"]
    if not whole:
        sentence = _("{expected} certified expected in {year}.").format(
            expected=fmt.number(forecast["expected"], 1), year=record["year"]
        )
        st.html(tag("p", tag("strong", sentence), cls="counts"))
        return
    says = [
        _(
            "{expected} certified expected in {year}, with a chance of {chance} of at least {n}."
        ).format(
            expected=fmt.number(forecast["expected"], 1),
            year=record["year"],
            chance=tenths(forecast["reaches_target"]),
            n=goal,
        )
    ]
    more = fmt.number(support["gain"], 1)
    # a choice that moves nothing is none
    if support["choices"] and more != fmt.number(0, 1):
        before, after = (tenths(each["reaches_target"]) for each in (forecast, support["forecast"]))
        support_sentence = (
            _("{n} firms, with {days} adviser-days, would add {more} certified.")
            if before == after
            else _("{n} firms, with {days} adviser-days, would make it {chance}.")
        )
        says.append(
            support_sentence.format(
                n=len(support["choices"]),
                days=fmt.number(support["days"]),
                chance=after,
                more=more,
            )
        )
    st.html(tag("p", *(tag("strong", part) for part in says), cls="counts"))


def visits(record: YearRecord, keys: Sequence[str], *, whole: bool = True) -> str | None:
    """The firms to support with their actions and what these bring; gives the one opened."""
    support_record, forecast = record["support"], record["forecast"]
    sentence = _("These {n} firms, {days} adviser-days: {more} more certified expected in {year}.")
    before, after = (
        tenths(each["reaches_target"]) for each in (forecast, support_record["forecast"])
    )
    if whole and before != after:
        sentence = _(
            "These {n} firms, {days} adviser-days: chance of at least {goal} in {year} from {before} to {after}, {more} more certified expected."
        )
    sentence = sentence.format(
        goal=record["target"]["certified"],
        year=record["year"],
        n=len(support_record["choices"]),
        days=fmt.number(support_record["days"]),
        before=before,
        after=after,
        more=fmt.number(support_record["gain"]),
    )
    st.html(tag("p", sentence))
    return support.worth_a_visit(support_record, keys)
