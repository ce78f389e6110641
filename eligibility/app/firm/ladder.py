"""The ladder of qualifications: which the firm can get now, which next."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, join, literal, tag
from eligibility.app.widgets.status import OF_VERDICT, badge, verdict_word
from eligibility.app.widgets.table import table
from eligibility.assessment.ladder import extras, ladder, ladder_record
from eligibility.assessment.record_types import FindingRecord, LadderRecord, RungRecord
from eligibility.domain.errors import EligibilityError
from eligibility.domain.open_points import verdict_state
from eligibility.domain.records import CitationRecord
from eligibility.reports.ladder_text import title_with_end
from eligibility.reports.number_format import percent
from eligibility.schemes.registry import load_scheme
from eligibility.screening import Firm

SIGNS = {"at_least": "≥", "above": ">", "at_most": "≤"}
#: blanks of a lower rung that a button leads to
BLANKS = 4


def ladder_standing(firm: Firm) -> LadderRecord | None:
    """Where the firm stands on every rung; None, and why, where its day is not covered."""
    try:
        return ladder_record(ladder(firm.table), 0)
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return None


def within_reach(record: LadderRecord | None, firm: Firm) -> None:
    """What a firm that cannot be certified yet can register as now."""
    if record is None or firm.record["verdict"] == "eligible":
        return
    for rung in record["rungs"]:
        if rung["scheme"] == firm.scheme.id or rung["verdict"] != "eligible" or rung["holds"]:
            continue
        title, n, score = rung["title"][language().id], len(rung["findings"]), rung["score"]
        if score["total"]:
            words = _(
                "The firm can register as {title} now: all {n} conditions are met, {points} of {total} "
                "points. The year's notice says when registration is open."
            ).format(
                title=title,
                n=n,
                points=fmt.interval(score["low"], score["high"]),
                total=fmt.number(score["total"]),
            )
        else:
            words = _(
                "The firm can register as {title} now: all {n} conditions are met. The year's notice "
                "says when registration is open."
            ).format(title=title, n=n)
        sign = tag("span", verdict_word("eligible", language()), cls="status met")
        st.html(tag("p", sign, " ", words, _laws(rung), cls="notice done"))


def ladder_block(record: LadderRecord | None, firm: Firm) -> None:
    """Every track and its rungs from the easiest up: what the firm has, can get, and lacks."""
    if record is None:
        return
    rungs = {rung["scheme"]: rung for rung in record["rungs"]}
    titles = {name: rung["title"][language().id] for name, rung in rungs.items()}
    holds = _(", ").join(title_with_end(rungs[name], language()) for name in record["holds"])
    now = _(", ").join(titles[name] for name in record["now"]) or (
        _("not filled in yet")
        if any(gap["missing"] for rung in record["rungs"] for gap in rung["gaps"])
        else _("none yet")
    )
    aims = [titles[name] for name in record["next_by_track"].values() if name]
    aim = _(", ").join(aims) or _("none above what it can get now")
    numbers = [(_("Can be got now"), now), (_("To aim at next"), aim)]
    if holds:
        numbers.insert(0, (_("Titles of the firm"), holds))
    st.html(tag("dl", *(tag("div", tag("dt", t), tag("dd", n)) for t, n in numbers), cls="numbers"))
    for track in record["tracks"]:
        _track(
            [rungs[name] for name in track["schemes"] if name in rungs],
            firm,
            with_rungs=track["begun"],
        )


def _track(rungs: Sequence[RungRecord], firm: Firm, *, with_rungs: bool) -> None:
    """One track: its rungs in a table, and the conditions of each but the form's own."""
    if not rungs:
        return
    st.subheader(" → ".join(rung["title"][language().id] for rung in rungs), anchor=False)
    if not with_rungs:
        st.caption(_("Nothing that this track alone asks for is entered."))
        return
    rows = [
        (
            join([tag("b", rung["title"][language().id]), _laws(rung), _period(rung)]),
            _holding(rung),
            _verdict(rung),
            tag("span", _points(rung) if rung["score"]["total"] else fmt.NOTHING, cls="n"),
            _gaps(rung, firm),
        )
        for rung in rungs
    ]
    heads = (_("Qualification"), _("Title"), _("Verdict"), _("Points"), _("What is lacking"))
    others = [rung for rung in rungs if rung["scheme"] != firm.scheme.id]
    st.html(table(heads, rows, cls="rungs") + join([_conditions(rung) for rung in others]))


def _verdict(rung: RungRecord) -> Markup:
    state = verdict_state(rung, load_scheme(rung["scheme"]).fields_by_id)
    return tag("span", verdict_word(state, language()), cls=f"status {OF_VERDICT[state]}")


def _holding(rung: RungRecord) -> Markup:
    """Whether the firm has the title, until when, and what keeps it."""
    if rung["holds"] is None:
        return tag("span", fmt.NOTHING)
    if not rung["holds"]:
        ended = rung["until"] is not None and rung["until"] < rung["as_of"]
        words = _("ended on {day}").format(day=rung["until"]) if ended else _("no")
        return tag("span", words)
    words = _("until {day}").format(day=rung["until"]) if rung["until"] else _("yes")
    kept = [tag("small", each["gist"][language().id], *doubt_mark(each)) for each in rung["upkeep"]]
    return join(
        [
            tag("b", words, cls="n"),
            tag("details", tag("summary", _("How it is kept")), *kept, cls="rung"),
        ]
    )


def _period(rung: RungRecord) -> Markup:
    """Which edition was applied, and why that one where another document keeps it in use."""
    scheme, period = load_scheme(rung["scheme"]), rung["period"]
    words = language().of(scheme.edition(rung["edition"]).title)
    if period["document"] not in {each["citation"]["document"] for each in rung["findings"]}:
        words = f"{words} · {period['gist'][language().id]}"
    return tag("small", words, *doubt_mark(period))


def doubt_mark(citation: CitationRecord) -> list[Markup]:
    """How well a citation is known, where fewer than two texts agree on it."""
    doubt = fmt.confidence(citation["confidence"])
    return [tag("span", doubt, cls="doubt")] if doubt else []


def to_fill_in(record: LadderRecord | None, firm: Firm) -> tuple[str, str] | None:
    """Buttons to what another scheme lacks; the step and the field that were asked for."""
    extras_by_id = {
        each.field.id: each for each in extras(firm.scheme, firm.law, firm.application_date)
    }
    sought: tuple[str, str] | None = None
    begun = {track["track"] for track in record["tracks"] if track["begun"]} if record else ()
    offered: set[str] = set()
    for rung in record["rungs"] if record else ():
        if rung["track"] not in begun:
            continue
        missing = dict.fromkeys(name for each in rung["findings"] for name in each["missing"])
        blanks = [name for name in missing if name in extras_by_id and name not in offered]
        offered.update(blanks[:BLANKS])
        if rung["scheme"] == firm.scheme.id or not blanks:
            continue
        with st.container(horizontal=True, key=f"rung:{rung['scheme']}"):
            for name in blanks[:BLANKS]:
                title = fmt.field_title(extras_by_id[name].field, firm.years)
                label = _("Fill in: {field} →").format(field=literal(title))
                if st.button(label, key=f"rung:{name}", type="tertiary"):
                    sought = (extras_by_id[name].section, name)
    return sought


def _laws(rung: RungRecord) -> Markup:
    """The documents whose conditions were judged."""
    documents = dict.fromkeys(each["citation"]["document"] for each in rung["findings"])
    return tag("small", " ".join(documents))


def _points(rung: RungRecord) -> str:
    score = rung["score"]
    return f"{fmt.interval(score['low'], score['high'])} / {fmt.number(score['total'])}"


def _gaps(rung: RungRecord, firm: Firm) -> Markup:
    fields = load_scheme(rung["scheme"]).fields_by_id
    lines = []
    for gap in rung["gaps"]:
        words = gap["title"][language().id]
        if gap["missing"]:
            names = fmt.missing_fields(gap["missing"], fields, firm.years)
            words += _(" (missing: {names})").format(names=names)
        elif gap["shortfall"] is not None:
            amount = fmt.quantity(gap["shortfall"], gap["unit"], language())
            words += _(" (short of {amount})").format(amount=amount)
        source = tag("small", gap["citation"]["article"], *doubt_mark(gap["citation"]))
        lines.append(tag("div", words, source))
    if rung["more_gaps"]:
        lines.append(tag("div", _("and {n} more").format(n=rung["more_gaps"])))
    return join(lines)


def _conditions(rung: RungRecord) -> Markup:
    """Every condition of a rung with its article, the firm's number and the line."""
    title = _("All conditions: {title}").format(title=rung["title"][language().id])
    heads = (_("Status"), _("Condition"), _("Your number"), _("Line to pass"))
    rows = [
        (
            badge(each["status"]),
            join(
                [
                    tag("span", each["title"][language().id]),
                    tag("small", fmt.citation(each["citation"]), *doubt_mark(each["citation"])),
                ]
            ),
            _own(each, rung),
            _line(each),
        )
        for each in rung["findings"]
    ]
    return tag("details", tag("summary", title), table(heads, rows), cls="rung")


def _own(record: FindingRecord, rung: RungRecord) -> str:
    unit, observed = record["unit"], record["observed"]
    if unit == "point":
        return _points(rung)
    if observed is None:
        return fmt.NOTHING
    if unit == "yes_no":
        return _("yes") if observed else _("no")
    return (
        percent(observed, record["required"])
        if unit == "/1"
        else fmt.quantity(observed, unit, language())
    )


def _line(finding: FindingRecord) -> str:
    unit, required = finding["unit"], finding["required"]
    if unit == "yes_no":
        return _("yes") if required else _("no")
    if required is None:
        return fmt.NOTHING
    amount = fmt.limit(required) if unit == "/1" else fmt.quantity(required, unit, language())
    return f"{SIGNS[finding['line']]} {amount}"
