"""The conditions: a line each that says which, your number, the line to pass, and how far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from eligibility.app.reference.rules import cite
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.app.widgets.status import badge, status_word
from eligibility.assessment.record_types import FindingRecord, TurningReading
from eligibility.domain.law import Condition
from eligibility.domain.open_points import EXPERTS, finding_state
from eligibility.reports.fact_sources import ConditionSources, files_in_words
from eligibility.reports.firm_text import interval_in_words
from eligibility.reports.number_format import percent
from eligibility.screening import Firm

#: codes named below one that is too high
CODES = 5
NO_SOURCES: Mapping[str, ConditionSources] = {}


def conditions(firm: Firm, sources: Mapping[str, ConditionSources] = NO_SOURCES) -> None:
    """Every condition of the article in its order; each line opens to what it rests on."""
    heads = (_("Status"), _("Condition"), _("Your number"), _("Line to pass"), _("How far"))
    lines = [
        _line(firm, finding, sources.get(finding["id"])) for finding in firm.record["findings"]
    ]
    st.html(
        tag(
            "div",
            tag("div", *(tag("span", head) for head in heads), cls="row head"),
            *lines,
            cls="conditions",
        )
    )


def _line(firm: Firm, finding: FindingRecord, sources: ConditionSources | None) -> Markup:
    turned = finding["interpretation"] is not None
    review = tag("span", "△ ", _("to be reviewed"), cls="status review") if turned else ""
    summary = tag(
        "summary",
        tag("span", badge(status(firm, finding)), review, cls="cell"),
        tag(
            "span",
            tag("b", title(finding)),
            tag("small", finding["citation"]["article"]),
            cls="cell title",
        ),
        tag("span", *own(firm, finding), *_papers(sources), cls="cell own"),
        tag("span", line_to_pass(finding), cls="cell line"),
        tag("span", distance_words(firm, finding), cls=f"cell far {status(firm, finding)}"),
        cls="row",
    )
    pairs = list(_behind(firm, finding))
    if sources is not None:
        pairs.append((_("Where from"), [tag("ul", *(tag("li", line) for line in sources.lines))]))
    body = tag("dl", *(join([tag("dt", term), tag("dd", *texts)]) for term, texts in pairs))
    return tag("details", summary, body, cls=status(firm, finding))


def _papers(sources: ConditionSources | None) -> list[Markup]:
    lines = files_in_words(sources, language()) if sources is not None else ()
    return [tag("small", line, cls="papers") for line in lines]


def status(firm: Firm, finding: Mapping[str, Any]) -> str:
    """The status of a condition; its own where only experts' points leave it open."""
    return finding_state(finding, firm.scheme.fields_by_id)


def title(finding: Mapping[str, Any]) -> str:
    """What a condition is called."""
    return str(finding["title"][language().id])


def own(firm: Firm, finding: FindingRecord) -> list[str]:
    """The firm's own number of a condition, and what it is made of."""
    unit, observed = finding["unit"], finding["observed"]
    if unit == "point":
        score = firm.record["score"]
        points = fmt.interval(score["low"], score["high"])
        return [tag("strong", _("{n} points").format(n=points))]
    if observed is None and finding["status"] == "met" and unit == "item":
        # met for certain, though a blank leaves open by how much
        amount = fmt.quantity(finding["required"], unit, language())
        return [_("at least {amount}").format(amount=amount)]
    if observed is None:
        if words := interval_in_words(finding, language()):
            return [tag("strong", words)]
        no_base = finding["terms"] and not finding["missing"]
        return [_("no ratio, its base is zero") if no_base else fmt.NOTHING]
    if unit == "yes_no":
        return [_("occurred") if observed else _("none occurred")]
    if unit == "code":
        node = firm.scheme.catalogue_by_code(firm.law).get(observed)
        return [tag("strong", observed), tag("small", node.title if node else _("not listed"))]
    if unit == "/1":
        share = tag("strong", percent(observed, finding["required"]))
        return [share, tag("small", _formula(firm, finding))]
    dates = f"{firm.registration_date} → {firm.application_date}" if unit == "day" else ""
    amount = tag("strong", fmt.quantity(observed, unit, language()))
    return [amount, tag("small", dates)] if dates else [amount]


def _formula(firm: Firm, finding: FindingRecord) -> str:
    unit = firm.law.conditions_by_id[finding["id"]].term_unit
    part, whole = finding["terms"].get("part"), finding["terms"].get("whole")
    if part is None or whole is None:
        return ""
    if unit == "person":
        return f"= {fmt.number(part)} ÷ {fmt.number(whole)}"
    return f"= {fmt.quantity(part, unit, language())} ÷ {fmt.quantity(whole, unit, language())}"


def line_to_pass(finding: FindingRecord) -> str:
    """The line that the firm's number must reach or pass."""
    unit, required = finding["unit"], finding["required"]
    if unit == "yes_no":
        return _("none")
    if unit == "code":
        return _("listed, lowest level")
    if required is None:
        return fmt.NOTHING
    sign = ">" if unit == "point" else "≥"
    amount = fmt.limit(required) if unit == "/1" else fmt.quantity(required, unit, language())
    return f"{sign} {amount}"


def distance_words(firm: Firm, finding: FindingRecord, most: int = 2) -> str:
    """What is still lacking for a condition, or how much there is to spare.

    Of fields that are missing so many are named.
    """
    if finding["status"] == "undetermined":
        return _undetermined_reason(firm, finding, most)
    if finding["status"] == "met":
        return _to_spare(finding)
    gap = next((gap for gap in firm.record["gaps"] if gap["finding"] == finding["id"]), None)
    if gap is None or gap["shortfall"] is None:
        return status_word("unmet")
    amount = fmt.quantity(gap["shortfall"], gap["unit"], language())
    if gap["unit"] == "point":
        return _("short of more than {amount}").format(amount=amount)
    return _("short of {amount}").format(amount=amount)


def _too_high(finding: FindingRecord) -> bool:
    """True for a code that is given but does not stand at the lowest level."""
    return (
        finding["unit"] == "code"
        and finding["status"] == "undetermined"
        and bool(finding["observed"])
    )


def _undetermined_reason(firm: Firm, finding: FindingRecord, most: int) -> str:
    """What has to be filled in, or why nothing that could be would decide it."""
    if status(firm, finding) == EXPERTS:
        return _("the experts' points decide; own ratings narrow the range")
    if finding["missing"]:
        if _too_high(finding):
            below = firm.below(finding["observed"])
            listed = _("; ").join(f"{node.code} {node.title}" for node in below[:CODES])
            more = _(" and {n} more").format(n=len(below) - CODES) if len(below) > CODES else ""
            sentence = _("choose a code at the lowest level: {codes}")
            return sentence.format(codes=listed + more)
        names = fmt.missing_fields(finding["missing"], firm.scheme.fields_by_id, firm.years, most)
        return _("missing: {names}").format(names=names)
    condition = firm.law.conditions_by_id[finding["id"]]
    return _("open to judgement") if condition.judges == "score" else language().of(condition.rule)


def _to_spare(finding: FindingRecord) -> str:
    margin, unit = finding["margin"], finding["unit"]
    if margin is None or unit in ("yes_no", "code", "point"):
        return ""
    if margin == 0:
        return _("exactly on the line")
    if unit == "/1":
        points = percent(margin, 0.0).removesuffix("%")
        return _("{points} percentage points to spare").format(points=points)
    return _("{amount} to spare").format(amount=fmt.quantity(margin, unit, language()))


def _behind(firm: Firm, finding: FindingRecord) -> Iterator[tuple[str, list[str]]]:
    """What a line rests on, as pairs of a term and its texts."""
    condition = firm.law.conditions_by_id[finding["id"]]
    yield _("Rule"), [language().of(condition.rule)]
    if words := _figures(condition, finding):
        yield _("Your figures"), [words]
    yield _("Citation"), [cite(condition.citation)]
    turned_by = {each["id"] for each in _turned_by(finding)}
    for name, question in firm.law.interpretations.items():
        if finding["id"] in question.affects or name in turned_by:
            yield _("Reading"), _reading(firm, name, finding)
    if finding["missing"] and not _too_high(finding):
        fields = firm.scheme.fields_by_id
        yield (
            _("Missing"),
            [
                tag(
                    "ul",
                    *(
                        tag(
                            "li",
                            fmt.field_title(fields[name], firm.years),
                            tag("small", _("where to find: "), language().of(fields[name].source)),
                        )
                        for name in finding["missing"]
                    ),
                )
            ],
        )
    yield _("Evidence reviewers ask for"), [language().of(condition.evidence)]


def _figures(condition: Condition, finding: FindingRecord) -> str:
    if not condition.terms:
        return ""
    parts = [
        f"{language().of(words)} "
        + (
            fmt.NOTHING
            if (figure := finding["terms"].get(name)) is None
            else fmt.quantity(figure, condition.term_unit, language())
        )
        for name, words in condition.terms.items()
    ]
    return " ÷ ".join(parts)


def _turned_by(finding: FindingRecord) -> list[TurningReading]:
    """Other readings under which the finding would turn."""
    readings = finding["interpretation"]
    return readings["turned_by"] if readings else []


def _reading(firm: Firm, name: str, finding: FindingRecord) -> list[str]:
    question, reading = firm.law.interpretations[name], firm.law.reading(name)
    turned = _turned_by(finding)
    readings = question.readings
    lines = [
        language().of(question.question),
        " ",
        tag("b", _("Taken: {reading}").format(reading=language().of(readings[reading].says))),
    ]
    for other in [key for key in readings if key != reading]:
        to = next((t["status"] for t in turned if (t["id"], t["other"]) == (name, other)), None)
        effect = ""
        if to:
            effect = _("It would make this {status}.").format(status=status_word(to))
        elif question.decides == "computation":
            effect = (
                _("The result stays.")
                if all(firm.gives(stem) for stem in question.needs)
                else _("It cannot be tried on totals; enter the R&D categories.")
            )
        words = _("Other reading: {reading}. {effect}").format(
            reading=language().of(readings[other].says), effect=effect
        )
        lines.append(tag("small", words.rstrip(), cls="turned" if to else ""))
    return lines
