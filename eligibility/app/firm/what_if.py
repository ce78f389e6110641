"""What if: a few figures to move or fill in, and what becomes of every condition and the score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from eligibility.app import session
from eligibility.app.firm import conditions
from eligibility.app.firm.score import bar
from eligibility.app.page_files import PAGES
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard, notices
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import OF_VERDICT, badge, verdict_word
from eligibility.assessment.record_types import FindingRecord
from eligibility.domain.errors import EligibilityError
from eligibility.domain.facts import RATINGS, Field
from eligibility.domain.open_points import verdict_state
from eligibility.domain.results import Lever
from eligibility.planning.record_types import GapsRecord, WayRecord
from eligibility.planning.what_if import movable, what_if
from eligibility.reports.number_format import exact
from eligibility.screening import Firm

#: inputs side by side
ACROSS = 3
#: kinds that can be tried where they are blank
FILLED = ("money", "number", "count", "yes_no", "rating", "date", "catalogue")


@guard.fragment()
def what_if_block(firm: Firm, record: GapsRecord) -> None:
    """The inputs, those that close a gap first, and the result beside what is now."""
    table = firm.table
    levers = movable(table, firm.scheme)
    blanks = [firm.scheme.fields_by_id[name] for name in _settling(record)]
    blanks = [field for field in blanks if field.kind in FILLED]
    named = {way["lever"] for way in _ways(record)}
    st.caption(
        _(
            "Type how much more, or what a blank would be; the rules judge it at once. Nothing is stored."
        )
    )
    with st.container(horizontal=True):
        st.button(
            _("Put in the exact distances"),
            on_click=lambda: session.set_what_if(_distances(firm.key, record)),
            disabled=not any(gap["needs"] for gap in record["findings"]),
        )
        st.button(_("Back to the facts"), on_click=lambda: session.set_what_if({}), type="tertiary")
    _grid(
        [partial(_more, name, levers[name], firm) for name in levers if name in named]
        + [partial(_fill, field, firm) for field in blanks]
    )
    others = [name for name in levers if name not in named]
    if others:
        with st.expander(_("Other figures")):
            _grid([partial(_more, name, levers[name], firm) for name in others])
    moved = {name: _amount(name, levers[name], firm) for name in levers}
    facts = {field.id: _value(field, firm) for field in blanks}
    try:
        after = what_if(
            table,
            firm.scheme,
            facts={name: value for name, value in facts.items() if value is not None},
            shifts={name: amount for name, amount in moved.items() if amount},
        )
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    _beside(firm, Firm(after, 0))


def _settling(record: GapsRecord) -> Iterable[str]:
    """Every blank that leaves something open or stands in the way of more, once."""
    by = [part["settled_by"] for part in (*record["findings"], *record["items"])]
    blanks = [name for each in by for name in (*each["facts"], *each["evidence"])]
    blanks += [way["field"] for way in _ways(record) if way["to"] is None]
    return dict.fromkeys(blanks)


def _ways(record: GapsRecord) -> Iterable[WayRecord]:
    groups = [group for gap in record["findings"] for group in gap["needs"]]
    steps = [step for item in record["items"] for step in item["steps"]]
    groups += [group for step in steps for group in step["needs"]]
    return [way for group in groups for way in group]


def _distances(firm: str, record: GapsRecord) -> dict[str, Any]:
    """The first way of every group of every unmet condition, under the keys of the inputs."""
    more: dict[str, float] = {}
    kinds: dict[str, str] = {}
    for gap in record["findings"]:
        for group in gap["needs"]:
            way = next((way for way in group if way["kind"] != "date"), None)
            if way:
                more[way["lever"]] = max(more.get(way["lever"], 0), way["more"])
                kinds[way["lever"]] = way["kind"]
    return {
        session.moved_key(firm, name): True
        if kinds[name] == "yes_no"
        else _amount_text(kinds[name], amount)
        for name, amount in more.items()
    }


def _amount_text(kind: str, amount: float) -> float:
    """An amount as it stands in its input."""
    return round(amount / fmt.WAN, fmt.WAN_DIGITS) if kind == "money" else float(amount)


def _grid(asks: Sequence[Callable[[], None]]) -> None:
    for start in range(0, len(asks), ACROSS):
        columns = st.columns(ACROSS, gap="medium", vertical_alignment="bottom")
        for column, ask in zip(columns, asks[start : start + ACROSS], strict=False):
            with column:
                ask()


def _more(name: str, lever: Lever, firm: Firm) -> None:
    """Ask how much more of a figure there would be."""
    field = firm.scheme.fields_by_id[lever.field]
    title = fmt.field_title(field, firm.years)
    if lever.how:
        title = _("{field} ({how})").format(field=title, how=language().of(lever.how))
    if field.kind == "yes_no":
        _label(title, "", _("now: no"))
        st.segmented_control(
            title,
            [True],
            format_func={True: _("were it shown")}.__getitem__,
            key=session.moved_key(firm.key, name),
            label_visibility="collapsed",
        )
        return
    room, present = float(lever.room[0]), float(lever.present[0])
    if field.kind == "rating":
        unit, now = _("grades better"), RATINGS[len(RATINGS) - 1 - round(present)]
    else:
        unit, now = fmt.unit_word(field.unit), exact(present, field.unit, language())
    _label(title, unit, _("now {amount}, more:").format(amount=now))
    most = None if np.isinf(room) else _amount_text(field.kind, room)
    _number(title, session.moved_key(firm.key, name), field, 0.0, most)


def _fill(field: Field, firm: Firm) -> None:
    """Ask what a blank would be."""
    title, key = fmt.field_title(field, firm.years), session.given_key(firm.key, field.id)
    _label(title, fmt.unit_word(field.unit), _("blank now; if it were:"))
    match field.kind:
        case "yes_no":
            words = {"yes": _("yes"), "no": _("no")}
            st.segmented_control(
                title,
                list(words),
                format_func=words.__getitem__,
                key=key,
                label_visibility="collapsed",
            )
        case "rating":
            st.segmented_control(title, list(RATINGS), key=key, label_visibility="collapsed")
        case "date":
            st.date_input(title, None, format="YYYY-MM-DD", key=key, label_visibility="collapsed")
        case "catalogue":
            titles = firm.scheme.catalogue_by_code(firm.law)
            st.selectbox(
                title,
                [code for code in titles if not firm.below(code)],
                None,
                lambda code: f"{code} {titles[code].title}",
                key=key,
                placeholder=_("Type a code or a word of the title"),
                label_visibility="collapsed",
            )
            st.page_link(
                PAGES / "reference/technical_field_page.py",
                label=_("Find the field from a sentence →"),
            )
        case _:
            least, most = (
                None if end is None else _amount_text(field.kind, end)
                for end in (field.minimum, field.maximum)
            )
            _number(title, key, field, least, most)


def _label(title: str, unit: str, now: str) -> None:
    words = [tag("b", title), *([tag("span", unit, cls="unit")] if unit else [])]
    st.html(tag("div", *words, tag("small", now), cls="ask"))


def _number(title: str, key: str, field: Field, least: float | None, most: float | None) -> None:
    st.number_input(
        title,
        least,
        most,
        None,
        step=1.0 if field.kind in ("count", "rating") else 0.01,
        format="%g",
        key=key,
        placeholder="",
        label_visibility="collapsed",
    )


def _amount(name: str, lever: Lever, firm: Firm) -> float:
    """How much more is tried, in the unit of the field."""
    typed = session.what_if_value(session.moved_key(firm.key, name)) or 0.0
    money = firm.scheme.fields_by_id[lever.field].kind == "money"
    return round(float(typed) * fmt.WAN, 2) if money else float(typed)


def _value(field: Field, firm: Firm) -> float | date | None:
    """What a blank is tried to be, held as its kind asks; None where nothing is tried."""
    typed = session.what_if_value(session.given_key(firm.key, field.id))
    if typed is None:
        return None
    match field.kind:
        case "date":
            day: date = typed
            return day
        case "money":
            return round(float(typed) * fmt.WAN, 2)
        case "yes_no":
            return float(typed == "yes")
        case "rating":
            return float(RATINGS.index(typed))
    return float(typed)


def _beside(before: Firm, after: Firm) -> None:
    """Every condition and the score, now and then; what changes stands out."""
    heads = (_("Condition"), _("Now"), _("What if"))
    then = {finding["id"]: finding for finding in after.record["findings"]}
    rows = [
        _row(
            heads,
            [
                tag("b", finding["title"][language().id]),
                tag("small", finding["citation"]["article"]),
            ],
            _standing(before, finding),
            _standing(after, then[finding["id"]]),
            differs=_amount_shown_text(before, finding)
            != _amount_shown_text(after, then[finding["id"]]),
        )
        for finding in before.record["findings"]
    ]
    verdicts = [_verdict(firm) for firm in (before, after)]
    head = tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads)))
    st.html(
        tag("p", verdicts[0], " → ", verdicts[1], role="status")
        + tag("table", head, tag("tbody", *rows), cls="beside-now")
    )


def _amount_shown_text(firm: Firm, finding: FindingRecord) -> tuple[Any, ...]:
    score = firm.record["score"]
    points = (score["low"], score["high"]) if finding["unit"] == "point" else ()
    return finding["status"], finding["observed"], finding["required"], *points


def _row(
    heads: Sequence[str], title: list[str], now: list[str], then: list[str], *, differs: bool
) -> Markup:
    cells = [
        tag("td", *cell, data_label=head)
        for cell, head in zip((title, now, then), ("", *heads[1:]), strict=True)
    ]
    return tag("tr", *cells, cls="changed" if differs else "")


def _verdict(firm: Firm) -> Markup:
    verdict = verdict_state(firm.record, firm.scheme.fields_by_id)
    return tag("span", verdict_word(verdict, language()), cls=f"status {OF_VERDICT[verdict]}")


def _standing(firm: Firm, finding: FindingRecord) -> list[str]:
    own = conditions.own(firm, finding)
    far = conditions.distance_words(firm, finding)
    words = [tag("small", far)] if far else []
    if finding["unit"] == "point":
        score = firm.record["score"]
        zones = bar(score["low"], score["high"], score["total"])
        words.append(tag("span", zones, cls="small-bar"))
    return [badge(conditions.status(firm, finding)), " ", *own, *words]
