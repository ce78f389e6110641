"""The figures of a stored firm for one year, to be corrected; stored only if nobody was first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.register import firms_query
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.assessment.ladder import (
    begun_tracks,
    extras,
    joint_fields,
    joint_fields_by_id,
    tracks,
)
from eligibility.domain.calendar_window import (
    by_calendar_year,
    calendar_key,
    calendar_years,
    latest_year_ids,
)
from eligibility.domain.errors import Conflict, EligibilityError, InputError
from eligibility.domain.facts import Field, years_of
from eligibility.domain.text import Message, msgid
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.register.figure_sources import FigureSource
from eligibility.schemes.registry import Scheme, all_latest_year_ids
from eligibility.store import Repository, VersionedValue, table_facts

Row = Mapping[str, Any]
YEARS = ("y1", "y2", "y3")
#: the one column of facts that belong to no year
ONCE = "value"


def figures(repository: Repository, firm: Row) -> None:
    """Choose the year of application, correct its figures, store and judge them."""
    scheme = cache.scheme()
    held_years = repository.records.years(firm["id"])
    choice = sorted({date.today().year, *held_years}, reverse=True)
    number = address.query_number(address.YEAR)
    year = number if number in choice else (held_years or choice)[0]
    st.selectbox(
        _("Year of application"),
        choice,
        key=address.query_widget_key(address.YEAR, year),
        on_change=address.set_query_from_widget,
        args=(address.YEAR,),
        width=200,
    )
    what = f"figures:{firm['id']}:{year}"
    copy: VersionedValue = session.edit_copy(
        what, lambda: repository.records.figures(firm["id"], year)
    )
    _moved_on(repository.records.figures(firm["id"], year), copy, what)
    facts = copy.value
    if not facts:
        others = repository.records.figures_of_other_years(firm["id"], year)
        known = {name: others[name] for name in joint_fields_by_id().keys() & others.keys()}
        facts = known | _master_data(firm, year)
        _say_known_years(known, year)
    st.caption(
        _("Amounts in CNY 10,000. A cell left blank stays unknown; it is never taken for zero.")
    )
    sources = firms_query.sources_of(repository, firm, copy.value, year)
    name = f"{what}:{copy.version}"
    wanted = _wanted_tracks(facts, what)
    with st.form(name):
        typed: dict[str, str] = {}
        for section, fields in _sections(scheme, facts, year, wanted):
            typed |= _editor(f"{name}:{section}", section, fields, facts, year, sources)
        if st.form_submit_button(_("Save and assess"), type="primary"):
            _submit(repository, firm["id"], year, typed, copy, what, scheme)


def _master_data(firm: Row, year: int) -> dict[str, Any]:
    """What the firm's row says, for a year that has no figures yet."""
    names = ("uscc", "name", "district", "industry")
    return {"application_date": f"{year}-01-01"} | {
        each: firm[each] for each in names if firm[each]
    }


def _say_known_years(facts: Row, year: int) -> None:
    """Which years of an application that has no figures yet are filled in from others."""
    fields = joint_fields()
    entered = calendar_years(by_calendar_year(facts, year, latest_year_ids(fields)))
    if not entered:
        return
    blank = [each for each in years_of(year) if each not in entered]
    words = _("Filled in from the firm's other applications: the figures of {years}.").format(
        years=_(", ").join(map(str, sorted(entered)))
    )
    if blank:
        still = _("Still blank: those of {years}.").format(years=_(", ").join(map(str, blank)))
        words = f"{words} {still}"
    st.html(tag("p", words, cls="notice", role="status"))


def _moved_on(now: VersionedValue, current: VersionedValue, what: str) -> None:
    if now.version == current.version:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        words = _("Someone else changed these figures meanwhile: {fields}.")
        fields = joint_fields_by_id()
        keys = [key for key in fields if now.value.get(key) != current.value.get(key)]
        named = _(", ").join(language().of(fields[key].title) for key in keys)
        st.html(tag("p", words.format(fields=named or fmt.NOTHING), cls="notice refused"))
        st.button(_("Load what is stored now"), on_click=session.discard_edit, args=(what,))


def _wanted_tracks(facts: Row, what: str) -> list[str]:
    """Tracks of the ladder whose figures are entered as well, before any of them is."""
    begun = begun_tracks(facts.keys())
    others = {name: rungs for name, rungs in tracks().items() if name not in begun}
    return [
        name
        for name, rungs in others.items()
        if st.toggle(
            _("Ask as well what these need: {titles}").format(
                titles=" → ".join(language().of(rung.title) for rung in rungs)
            ),
            key=f"track:{name}:{what}",
        )
    ]


def _sections(
    scheme: Scheme, facts: Row, year: int, more_tracks: Sequence[str] = ()
) -> list[tuple[str, list[Field]]]:
    """Titles of the form's parts with their fields; yearly ones and others stand apart.

    Asked is what the law of the year needs, then what lower rungs need besides; what the scheme has
    stored beyond that stands there too, as it may contradict what is asked.
    """
    # a year that is covered in part is so at its end
    day = date(year, 12, 31)
    law = scheme.in_force(day)
    below = extras(scheme, law, day, begun_tracks(facts.keys()) | set(more_tracks))
    fields = {field.id for field in scheme.fields_of(law)}
    fields |= facts.keys() - {extra.field.id for extra in below}
    titled = [
        (language().of(scheme.sections[field.section]), field)
        for field in scheme.fields
        if field.id in fields
    ]
    for extra in below:
        title = _("Only for: {title}").format(title=language().of(extra.rung.title))
        titled.append((title, extra.field))
    result: dict[str, list[Field]] = {}
    for title, field in titled:
        yearly = _("by year") if field.in_series else ""
        result.setdefault(f"{title} {yearly}".strip(), []).append(field)
    return list(result.items())


def _editor(
    key: str,
    title: str,
    fields: Sequence[Field],
    facts: Row,
    year: int,
    sources: Mapping[str, FigureSource],
) -> dict[str, str]:
    """A table of one section; gives field id → what its cell says."""
    yearly = fields[0].in_series
    columns = YEARS if yearly else (ONCE,)
    stems = list(dict.fromkeys(field.stem for field in fields))
    cells = {column: [""] * len(stems) for column in columns}
    seats: dict[str, tuple[str, int]] = {}
    for field in fields:
        column = YEARS[field.year - 1] if yearly and field.year else ONCE
        seats[field.id] = column, stems.index(field.stem)
        cells[column][stems.index(field.stem)] = _text(field, facts.get(field.id))
    first = {field.stem: field for field in reversed(fields)}
    units = [fmt.unit_word(first[stem].unit) for stem in stems]
    what = [
        f"{fmt.stem_title(first[stem])}{f' ({unit})' if unit else ''}"
        for stem, unit in zip(stems, units, strict=True)
    ]
    heads = dict(zip(YEARS, map(str, years_of(year)), strict=True)) | {ONCE: _("Value")}
    config: dict[str, Any] = {
        name: st.column_config.TextColumn(heads[name], width=140) for name in columns
    }
    config["what"] = st.column_config.TextColumn(title, width=330)
    config["source"] = st.column_config.TextColumn(_("Where from"), width="large")
    origins = {stem: [field for field in fields if field.stem == stem] for stem in stems}
    source = [_source_words(each, year, sources) for each in origins.values()]
    edited: pa.Table = st.data_editor(
        pa.table(
            {
                "what": what,
                **{name: pa.array(cells[name], pa.string()) for name in columns},
                # a column of blanks alone is left out
                **({"source": source} if any(source) else {}),
            }
        ),
        column_config=config,
        disabled=["what", "source"],
        hide_index=True,
        height="content",
        placeholder="",
        key=key,
        alt=title,
    )
    texts = {name: edited[name].to_pylist() for name in columns}
    return {name: (texts[column][row] or "").strip() for name, (column, row) in seats.items()}


def _source_words(fields: Sequence[Field], year: int, sources: Mapping[str, FigureSource]) -> str:
    """Where the figures of a row come from: once if all are of one source, else year by year."""
    latest = all_latest_year_ids()
    words = {
        field: sources[key].words
        for field in fields
        if (key := calendar_key(field.id, year, latest)) in sources
    }
    if len(set(words.values())) < 2:
        return next(iter(words.values()), "")
    dated = (
        _("{year}: {source}").format(year=years_of(year)[(field.year or 1) - 1], source=each)
        for field, each in words.items()
    )
    return _("; ").join(dated)


def _text(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.kind == "money":
        return f"{(Decimal(repr(value)) / fmt.WAN).normalize():f}"
    if field.kind == "yes_no":
        return _("yes") if value else _("no")
    return str(value)


def _submit(
    repository: Repository,
    firm_id: int,
    year: int,
    texts: Mapping[str, str],
    current: VersionedValue,
    what: str,
    scheme: Scheme,
) -> None:
    try:
        unasked = {name: value for name, value in current.value.items() if name not in texts}
        facts = unasked | _read(texts, year, scheme)
        record = cache.with_readiness(firms_query.assess_facts(facts, scheme)).record
        repository.records.save_figures(firm_id, year, facts, current.version)
        repository.records.add_assessment(firm_id, facts, record)
    except Conflict as error:
        notices.show_refusal(error, language())
        st.html(
            tag("p", _("What you typed is still here; copy it before you load what is stored."))
        )
    except EligibilityError as error:
        notices.show_refusal(error, language())
    else:
        session.discard_edit(what)
        session.flash(
            Message(msgid("The figures of {year} are stored and assessed."), {"year": year})
        )
        st.rerun()


def _read(texts: Mapping[str, str], year: int, scheme: Scheme) -> dict[str, Any]:
    """The facts that the cells say; what cannot be taken is told cell by cell.

    Raises
    ------
    InputError
        If a cell cannot be taken, or the application date lies in another year.
    """
    fields = joint_fields_by_id()
    record = {
        name: f"{text}万元" if fields[name].kind == "money" else text
        for name, text in texts.items()
        if text
    }
    first = date(year, 1, 1)
    options = IntakeOptions(application_date=first, covered_from=scheme.covered_from)
    batch = from_records([record], joint_fields(), options, catalogue=scheme.titles_by_code)
    _issues(batch, years_of(year))
    if not len(batch.table):
        raise InputError("Nothing was stored; correct what is named above.")
    (facts,) = table_facts(batch.table, joint_fields())
    if not str(facts["application_date"]).startswith(f"{year}-"):
        raise InputError(
            "The date of application, {day}, is not in {year}.",
            day=facts["application_date"], year=year,
        )  # fmt: skip
    return facts


def _issues(batch: RowBatch, years: Sequence[int]) -> None:
    """What cannot be taken as it was typed."""
    for issue in batch.issues:
        field = joint_fields_by_id().get(issue.column)
        title = fmt.field_title(field, years) if field else issue.column
        sentence = _("{title}: {value}; expected: {expected}").format(
            title=title, value=issue.value, expected=issue.expectation.say(language())
        )
        st.html(tag("p", sentence, cls="notice refused" if issue.fatal else "notice", role="alert"))
