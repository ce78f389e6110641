"""Which firms of the register a year counts: the choice, what is counted, and what cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.firm import plan_results
from eligibility.app.page_files import PAGES
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets.markup import literal, tag
from eligibility.app.widgets.table import table
from eligibility.city.settings import City
from eligibility.city.year import CityYear
from eligibility.domain.law import ApplicationRound
from eligibility.domain.text import Message, msgid
from eligibility.register import register_year
from eligibility.register.year_candidates import STAGES, YearCandidates
from eligibility.schemes.registry import Scheme
from eligibility.store import LEADS, STAGE_WORDS, Repository, Stage

REGISTER, FILE = "register", "file"
#: firms that are not counted, named with the way to them
NAMED = 12


def of_register(repository: Repository) -> bool:
    """Whether the year is that of the firms of the register, and not of a file."""
    if not any(repository.overview.funnel().values()):
        return False
    words = {REGISTER: _("of the register"), FILE: _("of the file")}
    selection = st.segmented_control(
        _("Which firms"),
        list(words),
        default=REGISTER,
        required=True,
        format_func=words.__getitem__,
        key=session.FIRMS_OF,
        persist_state="session",
    )
    return bool(selection == REGISTER)


def sees_all_firms(repository: Repository) -> bool:
    """Whether all firms are seen, so that the city's target is their yardstick."""
    return repository.rights().role in LEADS


def carrier_kinds(repository: Repository) -> dict[str | None, str | None]:
    """Kinds of the carriers by their names; empty while no carrier has one."""
    kinds = {row["name"]: row["kind"] for row in repository.administration.carriers()}
    return {name: kind for name, kind in kinds.items() if kind}


def years(*, of_register: bool) -> list[int]:
    """The years to choose from: of the register, or of the file kept."""
    return (
        plan_results.coming_years()
        if of_register
        else plan_results.application_years(cache.current())
    )


def closed_batch(year: int, city: City, scheme: Scheme) -> ApplicationRound | None:
    """The last batch of the year where it has closed, and that only applications filed count then."""
    last = register_year.closed_batch(city, year, scheme)
    if last is not None:
        sentence = _(
            "The last batch of {year} closed on {day}: only applications filed are counted."
        )
        if last.source == "assumed":
            sentence = _(
                "The last batch of {year} closed on {day} (assumed, please check): only applications filed are counted."
            )
        st.html(tag("p", sentence.format(year=year, day=last.due), cls="notice"))
    return last


def other_file() -> None:
    """That no firm of a file could be read, and where to see why."""
    st.write(_("The file holds no firm that could be read."))
    st.page_link(PAGES / "screening/screening_page.py", label=_("See why, or choose another file"))


def nobody() -> None:
    """What to do where no firm is counted."""
    st.info(
        _(
            "No firm with figures can be certified in the year: each is decided, or holds a certificate beyond it."
        )
    )
    st.page_link(PAGES / "register/firms_page.py", label=_("All firms →"))


def candidate_counts(pool: YearCandidates, *, open_: bool) -> None:
    """Who is counted, and who cannot be, with the way to each of these.

    Once the last batch has closed (not ``open_``) only applications filed are.
    """
    words = {stage: _(STAGE_WORDS[stage]) for stage in STAGES}
    words[Stage.CERTIFIED] = _("certificate ends in the year")
    lines = [
        _("Counted: {n} firms of the register").format(
            n=f"{len(pool.firms) if open_ else int(pool.has_applied.sum()):,}"
        ),
        *(
            f"{words[stage]} {pool.stages[stage]:,}"
            for stage in (STAGES if open_ else (Stage.APPLIED,))
            if pool.stages[stage]
        ),
    ]
    if pool.waiting:
        lines.append(
            _("not counted, as the application of {year} is not decided: {n}").format(
                year=pool.year - 1, n=f"{pool.waiting:,}"
            )
        )
    if pool.later:
        lines.append(
            _("not counted, as they apply in a later year: {n}").format(n=f"{pool.later:,}")
        )
    if pool.doubles:
        lines.append(
            _("left out, as another carrier holds the same firm: {n}").format(n=f"{pool.doubles:,}")
        )
    if pool.unrecorded_applications:
        lines.append(
            _("at the stage applied without an application on record: {n}").format(
                n=f"{len(pool.unrecorded_applications):,}"
            )
        )
    if pool.earlier:
        lines.append(_("judged by figures of an earlier year: {n}").format(n=f"{pool.earlier:,}"))
    st.html(tag("p", *(tag("span", part) for part in lines), cls="counts"))
    _left_out(_("Not counted, as no figures are held: {n}"), pool.blank)
    _left_out(_("Not counted, as their figures contradict themselves: {n}"), pool.unread)


def candidates_summary(repository: Repository, pool: YearCandidates, *, open_: bool) -> None:
    """Who is counted and who cannot be, and what is still to be recorded."""
    candidate_counts(pool, open_=open_)
    unrecorded_applications(repository, pool)


def unrecorded_applications(repository: Repository, pool: YearCandidates) -> None:
    """Firms whose stage says that they applied and no record when, with the button that records it."""
    by_year: dict[int, dict[int, str]] = {}
    for each in pool.unrecorded_applications:
        by_year.setdefault(each.year, {})[each.firm] = each.name
    for year, firms in sorted(by_year.items()):
        title = _("Applied by their stage, the year not recorded: {n}; held to be of {year}")
        n = f"{len(firms):,}"
        with st.expander(title.format(n=n, year=year)):
            st.caption(
                _(
                    "Each counts once, in the year in which its stage was set. Record the applications if that is their year; open a firm to correct its stage if it is not."
                )
            )
            _links(firms)
            if st.button(
                _("Record {n} applications of {year}").format(n=n, year=year),
                key=session.record_key(year),
            ):
                guard.do(partial(_record_applications, repository, year, list(firms)))
                st.rerun()


def _record_applications(repository: Repository, year: int, firms: Sequence[int]) -> Message:
    rows = [(firm, year, {"certified": None}, 0) for firm in firms]
    return Message(
        msgid("Recorded: {n} applications."), {"n": repository.applications.save_outcomes(rows)}
    )


def _left_out(title: str, firms: Mapping[int, str]) -> None:
    if not firms:
        return
    with st.expander(title.format(n=f"{len(firms):,}")):
        _links(firms)


def _links(firms: Mapping[int, str]) -> None:
    for firm, name in list(firms.items())[:NAMED]:
        st.page_link(
            PAGES / "register/firm_page.py",
            label=literal(name or _("(no name)")),
            query_params={address.FIRM: str(firm)},
        )
    if len(firms) > NAMED:
        st.caption(_("and {n} more").format(n=len(firms) - NAMED))


def certificates(
    pool: YearCandidates, city_year: CityYear, scheme: Scheme, *, whole: bool = True
) -> None:
    """Certificates valid at the end of each year if no more came, against the stock aimed at."""
    st.header(_("Stock of certificates"), anchor=False)
    stock, undated = register_year.stock(pool, scheme), pool.certificates.without_day
    # the stock aimed at is the city's, and no yardstick for the firms of one carrier
    aim = city_year.target.stock if whole else None
    heads: Sequence[str] = (
        _("Year"),
        _("Certificates of the year"),
        _("End in the year"),
        _("Valid on 31 December"),
    )
    columns = [stock.issues, stock.expiring, stock.valid]
    if aim is not None:
        goal = int(aim.value)
        assumed = aim.source == "assumed"
        sentence = _("Short of {n} (assumed)") if assumed else _("Short of {n}")
        heads = (*heads, sentence.format(n=goal))
        columns.append(stock.shortfall(goal))
    rows = [
        (str(year), *(f"{column[place]:,}" for column in columns))
        for place, year in enumerate(stock.years.tolist())
    ]
    st.html(table(heads, rows, numbers=[1, 2, 3, 4][: len(columns)]))
    notes = [_("From the outcomes on record; what this year still brings is not in it.")]
    if undated:
        notes.append(
            _("Certificates without a day, held to be of the last day of their year: {n}.").format(
                n=undated
            )
        )
    st.caption(" ".join(notes))
