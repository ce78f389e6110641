"""The way to the certificate: what is asked of a plan, the outlook, the plans, their worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import streamlit as st

from eligibility.app import session
from eligibility.app.firm import readiness
from eligibility.app.firm.gaps import citation_text
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import form_state
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.app.widgets.status import OF_VERDICT, verdict_word
from eligibility.app.widgets.table import table
from eligibility.domain.open_points import missing_facts
from eligibility.planning.assumptions import ASSUMED
from eligibility.planning.incentives import incentives
from eligibility.planning.plan_request import PlanRequest
from eligibility.planning.record_types import (
    AnswerRecord,
    MessageRecord,
    MoveRecord,
    OptionRecord,
    PlanReadiness,
    PlanRecord,
    ProjectionRecord,
    WorthRecord,
)
from eligibility.reports.number_format import enough
from eligibility.screening import Firm

#: blanks named one by one
NAMED = 4


def plan_request(brief: PlanRecord, firm: Firm, *, by_model: bool = False) -> PlanRequest:
    """Ask for the batch, the points, the taxable income of the years from the certificate on.

    ``by_model``: a readiness can be asked for as well, which then stands before the points.
    """
    first = _("the first with a plan")
    deadlines = [date.fromisoformat(each["by"]) for each in brief["projection"]["deadlines"]]
    following = date.fromisoformat(brief["by"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="plan-asks"):
        by = st.selectbox(
            _("Ready for the batch closing on"),
            [following, *(day for day in deadlines if day != following), None],
            format_func=lambda day: day.isoformat() if day else first,
            key=session.PLAN_BY,
            width=230,
        )
        score = st.number_input(
            _("Certain points to reach"),
            0.0,
            float(firm.record["score"]["total"]),
            None,
            step=1.0,
            format="%g",
            key=session.PLAN_SCORE,
            placeholder=_("those that pass"),
            width=190,
        )
        ready = _readiness_asked() if by_model else None
        certified_in = by or date.fromisoformat(brief["by"])
        income = [
            st.number_input(
                _("Taxable income {year}, CNY 10,000").format(year=certified_in.year + place),
                value=None,
                step=0.01,
                format="%g",
                key=f"{session.PLAN_INCOME}{place}",
                placeholder="",
                width=190,
            )
            for place in range(int(incentives().years.value))
        ]
        renews = st.checkbox(_("certified before"), key=session.PLAN_RENEWS)
    typed = [each for each in income if each is not None]
    # income of later years says nothing while an earlier one is blank
    income_by_year = typed if income[: len(typed)] == typed else []
    wanted = None if ready is None else ready / 100
    return PlanRequest(
        by=by,
        score_at_least=score,
        readiness=wanted,
        income=tuple(each * fmt.WAN for each in income_by_year),
        first_time=not renews,
    )


def _readiness_asked() -> float | None:
    """The readiness to reach instead of certain eligibility, in percent."""
    value: float | None = st.number_input(
        _("Or readiness to reach, %"),
        1.0,
        99.0,
        None,
        step=1.0,
        format="%g",
        key=session.PLAN_READY,
        placeholder="",
        width=190,
        help=_(
            "The model's own figure, not the lower end of its interval. No condition may be unmet; "
            "what is undetermined the model weighs."
        ),
    )
    return value


def outlook(projection: ProjectionRecord, earliest: str | None) -> None:
    """The verdict at every batch if nothing is done, and when the first one could be."""
    never = _("not in the years looked at")
    certain = [
        (_("certain without action"), projection["certain_from"]),
        (_("possible without action"), projection["possible_from"]),
        (_("with a plan"), earliest),
    ]
    st.html(
        tag(
            "dl",
            *(tag("div", tag("dt", title), tag("dd", day or never)) for title, day in certain),
            cls="numbers",
        )
    )
    rows = [
        (
            each["by"],
            f"{each['years'][0]}–{each['years'][-1]}",
            tag(
                "span",
                verdict_word(each["verdict"], language()),
                cls=f"status {OF_VERDICT[each['verdict']]}",
            ),
            fmt.interval(each["low"], each["high"]),
        )
        for each in projection["deadlines"]
    ]
    heads = (_("Batch closes"), _("Figures of"), _("Verdict if nothing is done"), _("Points"))
    sources = dict.fromkeys(batch["source"][language().id] for batch in projection["batches"])
    dated = _("; ").join(sources)
    notes = [_("Days of the batches: {source}.").format(source=dated)]
    if projection["assumed"]["as_last_year"]:
        notes.append(_("Assumed: every figure of a new year is as in the last."))
    st.html(table(heads, rows, numbers=[3]) + tag("p", " ".join(notes), cls="muted"))


def rights(brief: PlanRecord) -> None:
    """Which rights can still be in force for the batch planned for."""
    looked = brief["projection"]
    with st.expander(_("Rights that can be in force by {by}").format(by=brief["by"])):
        rows = [
            (
                right["title"][language().id],
                right["file_by"]
                if right["in_time"]
                else _("△ too late, it was {day}").format(day=right["file_by"]),
                _("{n} months").format(n=right["months"]),
                _source(right["source"]),
            )
            for right in looked["rights"]
        ]
        heads = (_("Right to be in force by then"), _("File by"), _("It takes"), _("Source"))
        st.html(table(heads, rows))


def plans(brief: PlanRecord, firm: Firm) -> None:
    """The cheapest plan with its dates, the next-best ones, or why there is none."""
    answer = brief["plan"]
    if answer["readiness"]:
        _ready(answer["readiness"])
        if not answer["plans"]:
            return
    fields = firm.scheme.fields_by_id
    blank = dict.fromkeys(
        name for each in firm.record["findings"] for name in missing_facts(each, fields)
    )
    if blanks := list(blank) or answer["fill_in_first"]:
        # a plan never puts a price on what was only left blank
        names = fmt.missing_fields(blanks, fields, firm.years, NAMED)
        st.html(tag("p", _("Fill in first: {fields}").format(fields=names), cls="notice"))
        if answer["plans"]:
            return
    if not answer["plans"]:
        _refusal(answer)
        _to_rate(firm)
        return
    cheapest, *others = answer["plans"]
    _plan(cheapest)
    for place, other in enumerate(others, start=1):
        title = _("Alternative {n}: {cost}, {points} points certain").format(
            n=place, cost=fmt.money(other["cost"], language()), points=fmt.number(other["low"])
        )
        with st.expander(title):
            _plan(other)


def _to_rate(firm: Firm) -> None:
    """The own ratings left blank, whose points no plan can count on, and the way to them."""
    fields = firm.scheme.fields_by_id
    rated = [
        name
        for item in firm.record["score"]["items"]
        for name in item["missing"]
        if fields[name].kind == "rating" or fields[name].unit == "point"
    ]
    if not rated:
        return
    words = _(
        "A plan counts on certain points only, and these own ratings are blank: {fields}. Fill them "
        "in, even roughly, and a plan is looked for again."
    )
    titles = fmt.field_titles(rated, fields, firm.years)
    st.html(tag("p", words.format(fields=titles), cls="notice"))
    if firm.key != form_state.DRAFT:
        return
    title = language().of(firm.scheme.sections[fields[rated[0]].section])
    if st.button(_("Fill in the ratings: {step} →").format(step=title)):
        form_state.open_step(fields[rated[0]].section, rated[0])
        st.switch_page(PAGES / "self_assessment/steps_page.py")


def _ready(record: PlanReadiness) -> None:
    """What the model says of the firm with the plan carried out, or why no plan is enough."""
    band = readiness.demonstration() if record["model"]["invented"] else ()
    if record["refused"]:
        st.html(tag("div", *band, tag("p", _sentence(record["refused"])), cls="notice refused"))
        return
    words = _("Readiness then about {chance} ({low}–{high}), at least {asked} asked for.")
    low, high = (fmt.chance(end) for end in record["interval"])
    sentence = words.format(
        chance=fmt.chance(record["probability"]),
        low=low,
        high=high,
        asked=fmt.chance(record["asked"]),
    )
    lines = [
        tag("p", tag("b", sentence)),
        tag("p", record["model"]["text"][language().id], cls="muted"),
    ]
    if not record["cheapest"]:
        lines.append(tag("p", _("This is enough; whether it is the cheapest was not settled.")))
    st.html(tag("section", *band, *lines, cls="readiness"))


def _refusal(answer: AnswerRecord) -> None:
    reasons = [
        tag("li", _sentence(refusal["why"]), citation_text(refusal["citation"]))
        for refusal in answer["refused"]
    ]
    if answer["earliest"]:
        after = _("The earliest deadline with a plan is {earliest}.").format(**answer)
    elif answer["fill_in_first"] and not reasons:
        after = ""
    else:
        after = _("No plan is enough at any deadline in the years looked at.")
    st.html(
        tag(
            "div",
            tag("p", tag("b", _("No plan reaches the certificate by {by}.").format(**answer))),
            *([tag("ul", *reasons)] if reasons else []),
            *([tag("p", after)] if after else []),
            cls="notice refused",
        )
    )


def _plan(plan: OptionRecord) -> None:
    numbers = [
        (_("Cost"), fmt.money(plan["cost"], language())),
        (_("Adviser days"), fmt.number(plan["adviser_days"])),
        (_("Days of the firm"), fmt.number(plan["firm_days"])),
        (_("Points certain then"), fmt.number(plan["low"])),
    ]
    lines = [
        tag("dl", *(tag("div", tag("dt", t), tag("dd", n)) for t, n in numbers), cls="numbers")
    ]
    if not plan["moves"] and not plan["find_out"]:
        lines.append(tag("p", _("Nothing has to be done.")))
    for field in plan["find_out"]:
        words = _("Find out, and in the firm's favour: {field}")
        lines.append(tag("p", words.format(field=field["title"][language().id])))
    if plan["moves"]:
        heads = (_("What to do"), _("Start by"), _("Done by"), _("Cost"), _("What it brings"))
        rows = [
            (
                _what(move),
                move["start_by"],
                move["done_by"],
                fmt.money(move["cost"], language()),
                join([tag("div", part) for part in _brings(move)]),
            )
            for move in plan["moves"]
        ]
        lines.append(table(heads, rows, cls="moves"))
        if any(move["assumed"] for move in plan["moves"]):
            lines.append(
                tag("p", _("Costs and times are assumed; take them as a guide."), cls="muted")
            )
    st.html(join(lines))


def _what(move: MoveRecord) -> Markup:
    much = enough(move["amount"], move["unit"], language()) if move["unit"] else ""
    words = [tag("b", move["title"][language().id]), *([f" × {much}"] if much else [])]
    if move["provided"]:
        sentence = _("provided that {this}").format(this=move["provided"][language().id])
        words.append(tag("small", sentence))
    return join(words)


def _brings(move: MoveRecord) -> Iterator[Markup]:
    for met in move["meets"]:
        yield join(["→ ", met["title"][language().id], citation_text(met["citation"])])
    if not move["meets"] and not move["raises"]:
        yield join(["→ ", _("readiness alone")])
    for raised in move["raises"]:
        points = f"{fmt.number(raised['from'])}→{fmt.number(raised['to'])}"
        title = raised["title"][language().id]
        yield join([f"→ {title} {points}", citation_text(raised["citation"])])


def worth(value: WorthRecord) -> None:
    """Income tax by year with and without, awards to ask for, and the cost beside them."""
    lines: list[Markup] = []
    if value["years"]:
        heads = (_("Year"), _("Tax without"), _("Tax with the certificate"), _("Saved"))
        rows = [
            (
                str(year["year"]),
                *(
                    fmt.money(amount, language())
                    for amount in (year["without"], year["certified"], year["saved"])
                ),
            )
            for year in value["years"]
        ]
        lines.append(table(heads, rows, numbers=[1, 2, 3]))
        amounts = (value["saved"], value["cost"], value["net_of_tax_alone"])
        saved, cost, net = (
            None if amount is None else fmt.money(amount, language()) for amount in amounts
        )
        if cost is not None:
            words = _("Income tax saved {saved}, cost of the plan {cost}, difference {net}").format(
                saved=saved, cost=cost, net=net
            )
            lines.append(tag("p", tag("strong", words)))
    lines += [tag("p", _sentence(sentence)) for sentence in value["says"]]
    if value["awards"]:
        heads = (_("Award"), _("Amount"), _("As of"), _("Citation"))
        rows = [
            (
                award["title"][language().id],
                fmt.money(award["amount"], language()),
                str(award["dated"]),
                citation_text(award["citation"]),
            )
            for award in value["awards"]
        ]
        lines.append(table(heads, rows, numbers=[1]))
        lines.append(tag("p", _("△ Check an award before relying on it."), cls="muted"))
    laws = [fmt.citation(each) for each in value["citations"]]
    based = _("Rests on: {citations}; checked on {day}.").format(
        citations=_("; ").join(dict.fromkeys(laws)), day=value["checked_on"]
    )
    st.html(join(lines) + tag("p", based, cls="muted"))


def _sentence(sentence: MessageRecord) -> str:
    """A sentence of the brief in this language."""
    values = {
        name: value[language().id] if isinstance(value, dict) else value
        for name, value in sentence["values"].items()
    }
    text = sentence["text"]
    return _(text).format(**values)


def _source(source: str) -> str:
    return _("assumed") if source == ASSUMED else source
