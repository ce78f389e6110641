"""The inputs of a step: a row a figure, its years side by side under their calendar years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

import streamlit as st

from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import (
    averages,
    checklist,
    form_state,
    live_figures,
    roster_counts,
)
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.assessment.ladder import Extra, begun_tracks, extras, schemes_beside
from eligibility.domain.facts import RATINGS, Field, RowIssue
from eligibility.domain.text import Wording
from eligibility.finder.english import english_names
from eligibility.intake.draft_reader import (
    LARGE,
    WAN_POWER,
    DraftReading,
    applies,
    large,
    read_as,
)
from eligibility.schemes.catalogue import TechnicalField
from eligibility.schemes.registry import Scheme, load_scheme

#: characters that an input takes; entries of the official form may be sentences
SHORT, LONG = 200, 500
#: kinds whose answer is picked, so that nothing can be wrong with it
PICKED = ("yes_no", "rating", "catalogue")
#: English words beside a field of the catalogue, whose titles are Chinese
ENGLISH_WORDS = 16
EARLIEST, LATEST = date(1949, 10, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class Sheet:
    """What the inputs show: the draft, and what was made of it."""

    scheme: Scheme
    draft: Draft
    reading: DraftReading

    def entry(self, field: Field) -> str:
        """What is typed for a field; of a field of a year, for the calendar year that it shows."""
        return self.draft.facts.get(self.reading.key(field.id), "")

    @cached_property
    def from_lists(self) -> Mapping[str, float | str | None]:
        """What lists say in place of inputs."""
        result: dict[str, float | str | None] = {}
        for counted in self.reading.counts.values():
            result |= counted.fields
        return result

    @cached_property
    def issues(self) -> Mapping[str, RowIssue]:
        """What cannot be taken as typed, by field."""
        return {issue.column: issue for issue in reversed(self.reading.batch.issues)}

    @cached_property
    def steps(self) -> Mapping[str, Sequence[Field]]:
        """Every step in the order of the official form, and what it asks."""
        fields = self.scheme.fields_of(self.reading.law)
        steps = {
            name: [field for field in fields if field.section == name and not field.form_only]
            for name in self.scheme.sections
        }
        return {name: fields for name, fields in steps.items() if fields}

    @cached_property
    def form_only(self) -> Sequence[Field]:
        """What the official application asks beside the steps."""
        return [field for field in self.scheme.fields_of(self.reading.law) if field.form_only]

    @cached_property
    def tracks(self) -> frozenset[str]:
        """The tracks of the ladder whose questions are asked: those wanted, and those begun."""
        return begun_tracks(self.draft.facts) | frozenset(self.draft.tracks)

    @cached_property
    def extras(self) -> Sequence[Extra]:
        """What other schemes of these tracks ask for besides."""
        day = self.reading.application_date
        return extras(self.scheme, self.reading.law, day, self.tracks)

    @cached_property
    def places(self) -> Mapping[str, tuple[str, Field]]:
        """The step and the field of everything that is asked."""
        own = {field.id: (name, field) for name, fields in self.steps.items() for field in fields}
        return own | {extra.field.id: (extra.section, extra.field) for extra in self.extras}

    @cached_property
    def schemes_beside(self) -> Sequence[Scheme]:
        """The other schemes of these tracks that are in force on the day of the application."""
        day = self.reading.application_date
        return [
            rung
            for rung in schemes_beside(self.scheme)
            if rung.track in self.tracks and day >= rung.covered_from
        ]

    def needed_below(self, field: Field) -> Sequence[Scheme]:
        """The other schemes that require what may stay blank here."""
        if field.required:
            return []
        return [
            rung
            for rung in self.schemes_beside
            if (below := rung.fields_by_id.get(field.id)) and below.required
        ]

    def is_optional(self, field: Field) -> bool:
        """Whether a field may stay blank for good; amounts stand in for each other instead."""
        return not (field.required or field.form_only) and field.kind != "money"

    def is_unread(self, field: Field) -> bool:
        """Whether what is typed cannot be used: it counts as blank, or stops everything."""
        issue = self.issues.get(field.id)
        # a code names the firm and decides nothing
        if issue is None or field.kind == "code" or not self.entry(field):
            return False
        return issue.fatal or bool(self.reading.batch.table.blank(field.id)[0])

    def has_entry(self, field: Field) -> bool:
        """Whether an input or a list says something of the field."""
        if field.id in self.from_lists:
            return self.from_lists[field.id] is not None
        return bool(self.entry(field))


def groups(fields: Sequence[Field]) -> Iterator[tuple[Wording | None, list[list[Field]]]]:
    """The fields of a step by group: its title, and its figures with their years."""
    title, figures = None, list[list[Field]]()
    for _stem, years in groupby(fields, key=lambda field: field.stem):
        figure = list(years)
        if figure[0].group and figures:
            yield title, figures
            figures = []
        title = figure[0].group or title
        figures.append(figure)
    if figures:
        yield title, figures


def fields(step: str, sheet: Sheet) -> None:
    """Everything a step asks, group by group, with what it comes to."""
    entries = sheet.steps[step]
    for title, figures in groups(entries):
        if title:
            st.header(language().of(title), anchor=False)
        if note := figures[0][0].group_note:
            st.caption(language().of(note))
        with st.container(key=f"group:{figures[0][0].stem}", gap="xsmall"):
            for each in figures:
                figure(each, sheet)
        live_figures.sums(figures, sheet)
    if by_month := {
        field.id: field.average_of_months for field in entries if field.average_of_months
    }:
        averages.averages(by_month, sheet.reading.years[-1], sheet.reading.key)
        reading = sheet.reading
        roster_counts.roster_counts(
            sheet.scheme, sheet.draft.facts, reading.application_date, reading.key
        )


def further(step: str, sheet: Sheet) -> None:
    """What lower rungs alone ask in a step, a closed section each."""
    for rung, asks in groupby(
        (extra for extra in sheet.extras if extra.section == step), key=lambda extra: extra.rung.id
    ):
        _further(load_scheme(rung), [extra.field for extra in asks], sheet)


def _further(rung: Scheme, fields: Sequence[Field], sheet: Sheet) -> None:
    """What a lower rung alone asks, marked as such."""
    title = language().of(rung.title)
    words = _(
        "May stay blank. It says whether the firm is a {title}, and changes nothing for {own}."
    )
    sought = sheet.draft.sought[0] if sheet.draft.sought[0] in {each.id for each in fields} else ""
    is_wanted = bool(sought) or any(map(sheet.has_entry, fields))
    key = form_state.section_key(f"{rung.id}:{fields[0].id}:{sought}", is_open=is_wanted)
    label = _("Only for: {title}").format(title=title)
    section = st.expander(label, key=key, on_change="rerun")
    # most firms leave it closed: then nothing of it is drawn
    if not section.open:
        return
    with section:
        st.caption(words.format(title=title, own=language().of(sheet.scheme.title)))
        with st.container(key=f"group:{fields[0].stem}", gap="xsmall"):
            for _stem, years in groupby(fields, key=lambda field: field.stem):
                figure(list(years), sheet)


def figure(years: list[Field], sheet: Sheet) -> None:
    """What is asked on the left, where to put it on the right, what is wrong below."""
    first = years[0]
    # below an input there is room from the start for what is said of its entry, as high with a message
    # as without: nothing below is moved. The sentence of a wrong credit code is the longest
    is_typed, long = first.kind not in PICKED, " long" if first.kind == "code" else ""
    ask, answer = st.columns([5, 4], gap="small", vertical_alignment="center")
    unit = fmt.unit_word(first.unit)
    if first.unit == "point" and first.maximum is not None:
        unit = _("points, 0 to {n}").format(n=fmt.number(first.maximum))
    ask.html(
        tag(
            "div",
            tag("b", fmt.stem_title(first)),
            *([tag("span", unit, cls="unit")] if unit else []),
            *([tag("span", _("optional"), cls="unit")] if sheet.is_optional(first) else []),
            tag("small", language().of(first.help)),
            *_need_of_lower_rung(first, sheet),
            tag("small", _("Where to find it: "), language().of(first.source), cls="where"),
            cls=f"ask typed{long}" if is_typed else "ask",
            id=f"ask-{first.stem}",
            data_title=fmt.stem_title(first),
            data_mode=_keyboard(first),
            data_fields=" ".join(field.id for field in years),
            data_labels="|".join(_label(field, sheet) for field in years),
        )
    )
    with ask:
        checklist.checklist(first, sheet)
    with answer:
        checklist.comes_to(first, sheet)
        if first.of == "calendar_year":
            heads = (tag("span", str(sheet.reading.years[(each.year or 0) - 1])) for each in years)
            cls = "years several" if len(years) > 1 else "years"
            st.html(tag("div", *heads, cls=cls, aria_hidden="true"))
        # a block more costs what an input costs, so one input has none of its own
        side_by_side = (
            st.container(horizontal=True, wrap=False, gap="small") if years[1:] else answer
        )
        with side_by_side:
            for field in years:
                _input(field, sheet)
        if is_typed and (messages := list(_messages(years, sheet))):
            st.html(tag("div", *messages, cls=f"says{long}"))
        if first.kind == "catalogue":
            st.page_link(
                PAGES / "reference/technical_field_page.py",
                label=_("Find the code by a sentence about the product →"),
            )


def _messages(years: Sequence[Field], sheet: Sheet) -> Iterator[Markup]:
    """What is wrong with the entries of a row, or how they were read.

    The place below a row has a fixed height: of entries that cannot be taken the first is written
    out, others are counted and left to screen readers.
    """
    wrong = [field for field in years if field.id in sheet.issues]
    large = {field.id: amount for field in years if (amount := _large(field, sheet)) is not None}
    doubts = wrong or [field for field in years if field.id in large]
    for place, field in enumerate(doubts):
        more = len(doubts) - 1 if place == 0 else 0
        text = _issue(field, sheet) if wrong else _asks_unit(large[field.id])
        yield _doubt(text, field, sheet, more=more, unseen=place > 0)
    if not doubts:
        for field in years:
            if echo := _echo(field, sheet):
                yield tag("p", echo, cls="echo", id=f"says-{field.id}")


def _doubt(text: str, field: Field, sheet: Sheet, *, more: int, unseen: bool) -> Markup:
    """A sentence below a row, with its year where the row has several; in full where it is cut."""
    value = sheet.entry(field)
    full = _("{title}: {text}").format(
        title=fmt.field_title(field, sheet.reading.years),
        text=_("{value}; {text}").format(value=value, text=text) if value else text,
    )
    if field.year is not None:
        text = _("{year}: {text}").format(year=sheet.reading.years[field.year - 1], text=text)
    if more:
        text = _("{text} (and {n} more)").format(text=text, n=more)
    kind = "notice refused" if sheet.is_unread(field) else "notice"
    return tag(
        "p", text, cls=f"{kind} unseen" if unseen else kind, id=f"says-{field.id}", title=full
    )


def _keyboard(field: Field) -> str:
    """The keyboard that a phone shows for an input."""
    return {"money": "decimal", "number": "decimal", "count": "numeric"}.get(field.kind, "")


def _echo(field: Field, sheet: Sheet) -> str:
    """What an entry of another form than usual was read as."""
    typed = sheet.entry(field).strip()
    if not typed or field.id in sheet.from_lists:
        return ""
    read = read_as(typed, field)
    if field.kind == "date" and read is not None and str(read) != typed:
        return f"{typed} → {read}"
    if field.kind == "money" and isinstance(read, float):
        bare = typed.replace(",", "").replace("，", "")
        wan = read / 10**WAN_POWER
        if not bare.lstrip("-").replace(".", "", 1).isdecimal():
            return f"{typed} → {fmt.number(wan, fmt.WAN_DIGITS)} {fmt.unit_word('CNY')}"
    return ""


def _need_of_lower_rung(field: Field, sheet: Sheet) -> list[Markup]:
    """That a lower rung needs what may stay blank here."""
    titles = [language().of(rung.title) for rung in sheet.needed_below(field)]
    if field.id in {extra.field.id for extra in sheet.extras} or not titles:
        return []
    return [tag("small", _("Needed for: {title}").format(title=_(", ").join(titles)))]


def _issue(field: Field, sheet: Sheet) -> str:
    expected = sheet.issues[field.id].expectation.say(language())
    if field.kind == "code":
        return _("expected: {expected}. It changes no verdict: you can go on.").format(
            expected=expected
        )
    return _("expected: {expected}").format(expected=expected)


def _large(field: Field, sheet: Sheet) -> float | None:
    """An amount in CNY that was perhaps typed in yuan; None where there is no doubt."""
    if field.kind != "money":
        return None
    if field.id in sheet.from_lists:
        listed = sheet.from_lists[field.id]
        return listed if isinstance(listed, float) and listed >= LARGE else None
    return large(sheet.entry(field), field)


def _asks_unit(amount: float) -> str:
    """Nothing is guessed from size: it is taken as it stands, and the person is asked."""
    words = _("taken as {n} × CNY 100m; if yuan is meant, write 元 after the number")
    return words.format(n=fmt.number(amount / 1e8, 4))


def _input(field: Field, sheet: Sheet) -> None:
    label = _label(field, sheet)
    shown: Any = "collapsed"
    if not applies(field, sheet.reading.operating):
        _locked_input(label, _("not registered yet"), field, shown)
        return
    if field.id in sheet.from_lists:
        _locked_input(label, _from_list(field, sheet), field, shown)
        return
    typed = sheet.entry(field)
    name = sheet.reading.key(field.id)
    key = form_state.entry_key(name)
    match field.kind:
        case "yes_no":
            words = {"": _("not filled in"), "yes": _("yes"), "no": _("no")}
            _choice(label, words, typed, key, shown)
        case "rating":
            words = {"": _("not filled in")} | _grades(field, sheet)
            _choice(label, words, typed, key, shown)
        case "catalogue":
            english = language().id != "zh"
            nodes = _lowest(sheet.scheme, sheet.reading.law.id, english)
            if typed in nodes:
                form_state.prefill(name, typed)
            st.selectbox(
                label,
                list(nodes),
                None,
                nodes.__getitem__,
                placeholder=_("Type a code or a word of the title"),
                key=key,
                label_visibility=shown,
            )
        case _:
            # text as it is typed: the reader of all input says in words what it cannot take
            form_state.prefill(name, typed)
            # worded, so that it is not taken for an entry
            hint = {"date": _("such as 2019-03-05"), "code": _("18 characters")}.get(field.kind, "")
            most = LONG if field.form_only else SHORT
            st.text_input(label, max_chars=most, placeholder=hint, key=key, label_visibility=shown)


def _grades(field: Field, sheet: Sheet) -> dict[str, str]:
    """The grades of an own rating with the points that the guideline gives for each."""
    item = sheet.reading.law.items.get(field.id.removesuffix("_rating"))
    bands = {band.grade: band for band in item.bands} if item else {}
    return {
        grade: _("{grade} {word} {points}").format(
            grade=grade,
            word=language().of(bands[grade].title or Wording(zh="", en="")),
            points=fmt.interval(*bands[grade].points),
        )
        if grade in bands
        else grade
        for grade in RATINGS
    }


def _label(field: Field, sheet: Sheet) -> str:
    """The label of an input: its title with the year and the unit."""
    unit = fmt.unit_word(field.unit)
    title = fmt.field_title(field, sheet.reading.years)
    if field.year is None and field.of == "calendar_year":
        title = _("{title}, {year}").format(title=title, year=sheet.reading.years[-1])
    return _("{title} ({unit})").format(title=title, unit=unit) if unit else title


def _locked_input(label: str, words: str, field: Field, value: Any) -> None:
    st.text_input(
        label, value=words, disabled=True, key=f"closed:{field.id}:{words}", label_visibility=value
    )


def _from_list(field: Field, sheet: Sheet) -> str:
    """What a list says, in the words of the input it stands in for."""
    value = sheet.from_lists[field.id]
    if value is None:
        return _("open: see the list")
    if isinstance(value, str):
        sentence = {"yes": _("yes"), "no": _("no")}.get(value, value)
    else:
        sentence = fmt.number(value / 10**WAN_POWER if field.kind == "money" else value, 4)
    return _("{value} (from the list)").format(value=sentence)


def _choice(label: str, words: dict[str, str], text: str, key: str, value: Any) -> None:
    form_state.prefill(key.removeprefix(form_state.ENTRY), text if text in words else "")
    st.segmented_control(
        label, list(words), required=True, format_func=words.__getitem__, key=key,
        label_visibility=value,
    )  # fmt: skip


@lru_cache(maxsize=8)
def _lowest(scheme: Scheme, edition: str, english: bool) -> Mapping[str, str]:
    """Codes of the lowest level with their titles and those above them."""
    law = scheme.edition(edition)
    nodes = scheme.catalogue_by_code(law)
    lowest = law.catalogue or {int(code): True for code in nodes}
    return {
        code: f"{code} {' / '.join(_path(code, nodes))}{_english(node) if english else ''}"
        for code, node in nodes.items()
        if lowest[int(code)]
    }


def _english(node: TechnicalField) -> str:
    """English words of what a field is, for those who do not search in Chinese."""
    words = english_names((node.title, "、".join(node.products)), ENGLISH_WORDS)
    return f" · {', '.join(words)}" if words else ""


def _path(code: str, nodes: Mapping[str, TechnicalField]) -> Iterable[str]:
    node = nodes[code]
    titles = [node.title]
    while node.parent:
        node = nodes[node.parent]
        titles.append(node.title)
    return reversed(titles)
