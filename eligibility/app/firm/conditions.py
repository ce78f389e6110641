"""The conditions: a line each that says which, your number, the line to pass, and how far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import streamlit as st

from eligibility.app.reference.rules import cite
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.app.widgets.status import badge, status_word
from eligibility.domain.law import Condition
from eligibility.reports.firm_text import interval_in_words
from eligibility.reports.number_format import percent
from eligibility.screening import Firm

#: codes named below one that is too high
CODES = 5


def conditions(firm: Firm) -> None:
    """Every condition of the article in its order; each line opens to what it rests on."""
    heads = (_("Status"), _("Condition"), _("Your number"), _("Line to pass"), _("How far"))
    lines = [_line(firm, found) for found in firm.record["findings"]]
    st.html(
        tag(
            "div",
            tag("div", *(tag("span", head) for head in heads), cls="row head"),
            *lines,
            cls="conditions",
        )
    )


def _line(firm: Firm, found: dict[str, Any]) -> Markup:
    turned = found["interpretation"] is not None
    review = tag("span", "△ ", _("to be reviewed"), cls="status review") if turned else ""
    summary = tag(
        "summary",
        tag("span", badge(found["status"]), review, cls="cell"),
        tag(
            "span",
            tag("b", found["title"][language().id]),
            tag("small", found["citation"]["article"]),
            cls="cell title",
        ),
        tag("span", *own(firm, found), cls="cell own"),
        tag("span", _line_to_pass(found), cls="cell line"),
        tag("span", how_far(firm, found), cls=f"cell far {found['status']}"),
        cls="row",
    )
    pairs = list(_behind(firm, found))
    body = tag("dl", *(join([tag("dt", term), tag("dd", *texts)]) for term, texts in pairs))
    return tag("details", summary, body, cls=found["status"])


def own(firm: Firm, found: dict[str, Any]) -> list[str]:
    """The firm's own number of a condition, and what it is made of."""
    unit, observed = found["unit"], found["observed"]
    if unit == "point":
        score = firm.record["score"]
        points = fmt.interval(score["low"], score["high"])
        return [tag("strong", _("{n} points").format(n=points))]
    if observed is None and found["status"] == "met" and unit == "item":
        # met for certain, though a blank leaves open by how much
        amount = fmt.quantity(found["required"], unit, language())
        return [_("at least {amount}").format(amount=amount)]
    if observed is None:
        if words := interval_in_words(found, language()):
            return [tag("strong", words)]
        no_base = found["terms"] and not found["missing"]
        return [_("no ratio, its base is zero") if no_base else fmt.NOTHING]
    if unit == "yes_no":
        return [_("occurred") if observed else _("none occurred")]
    if unit == "code":
        node = firm.scheme.catalogue_by_code(firm.law).get(observed)
        return [tag("strong", observed), tag("small", node.title if node else _("not listed"))]
    if unit == "/1":
        share = tag("strong", percent(observed, found["required"]))
        return [share, tag("small", _formula(firm, found))]
    dates = f"{firm.registered} → {firm.applied}" if unit == "day" else ""
    amount = tag("strong", fmt.quantity(observed, unit, language()))
    return [amount, tag("small", dates)] if dates else [amount]


def _formula(firm: Firm, found: dict[str, Any]) -> str:
    unit = firm.law.conditions_by_id[found["id"]].term_unit
    part, whole = found["terms"].get("part"), found["terms"].get("whole")
    if part is None or whole is None:
        return ""
    if unit == "person":
        return f"= {fmt.number(part)} ÷ {fmt.number(whole)}"
    return f"= {fmt.quantity(part, unit, language())} ÷ {fmt.quantity(whole, unit, language())}"


def _line_to_pass(found: dict[str, Any]) -> str:
    unit, required = found["unit"], found["required"]
    if unit == "yes_no":
        return _("none")
    if unit == "code":
        return _("listed, lowest level")
    if required is None:
        return fmt.NOTHING
    sign = ">" if unit == "point" else "≥"
    amount = fmt.limit(required) if unit == "/1" else fmt.quantity(required, unit, language())
    return f"{sign} {amount}"


def how_far(firm: Firm, found: dict[str, Any]) -> str:
    """What is still lacking for a condition, or how much there is to spare."""
    if found["status"] == "undetermined":
        return _undetermined_reason(firm, found)
    if found["status"] == "met":
        return _to_spare(found)
    gap = next((gap for gap in firm.record["gaps"] if gap["finding"] == found["id"]), None)
    if gap is None or gap["shortfall"] is None:
        return status_word("unmet")
    amount = fmt.quantity(gap["shortfall"], gap["unit"], language())
    if gap["unit"] == "point":
        return _("short of more than {amount}").format(amount=amount)
    return _("short of {amount}").format(amount=amount)


def _too_high(found: dict[str, Any]) -> bool:
    """True for a code that is given but does not stand at the lowest level."""
    return found["unit"] == "code" and found["status"] == "undetermined" and bool(found["observed"])


def _undetermined_reason(firm: Firm, found: dict[str, Any]) -> str:
    """What has to be filled in, or why nothing that could be would decide it."""
    if found["missing"]:
        if _too_high(found):
            below = firm.below(found["observed"])
            listed = _("; ").join(f"{node.code} {node.title}" for node in below[:CODES])
            more = _(" and {n} more").format(n=len(below) - CODES) if len(below) > CODES else ""
            said = _("choose a code at the lowest level: {codes}")
            return said.format(codes=listed + more)
        names = fmt.missing_fields(found["missing"], firm.scheme.fields_by_id, firm.years)
        return _("missing: {names}").format(names=names)
    condition = firm.law.conditions_by_id[found["id"]]
    return _("open to judgement") if condition.judges == "score" else language().of(condition.rule)


def _to_spare(found: dict[str, Any]) -> str:
    margin, unit = found["margin"], found["unit"]
    if margin is None or unit in ("yes_no", "code", "point"):
        return ""
    if margin == 0:
        return _("exactly on the line")
    if unit == "/1":
        points = percent(margin, 0.0).removesuffix("%")
        return _("{points} percentage points to spare").format(points=points)
    return _("{amount} to spare").format(amount=fmt.quantity(margin, unit, language()))


def _behind(firm: Firm, found: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """What a line rests on, as pairs of a term and its texts."""
    condition = firm.law.conditions_by_id[found["id"]]
    yield _("Rule"), [language().of(condition.rule)]
    if words := _figures(condition, found):
        yield _("Your figures"), [words]
    yield _("Citation"), [cite(condition.citation)]
    turned_by = {each["id"] for each in (found["interpretation"] or {}).get("turned_by", [])}
    for name, question in firm.law.interpretations.items():
        if found["id"] in question.affects or name in turned_by:
            yield _("Reading"), _reading(firm, name, found)
    if found["missing"] and not _too_high(found):
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
                        for name in found["missing"]
                    ),
                )
            ],
        )
    yield _("Evidence reviewers ask for"), [language().of(condition.evidence)]


def _figures(condition: Condition, found: dict[str, Any]) -> str:
    if not condition.terms:
        return ""
    parts = [
        f"{language().of(words)} "
        + (
            fmt.NOTHING
            if found["terms"].get(name) is None
            else fmt.quantity(found["terms"][name], condition.term_unit, language())
        )
        for name, words in condition.terms.items()
    ]
    return " ÷ ".join(parts)


def _reading(firm: Firm, name: str, found: dict[str, Any]) -> list[str]:
    question, taken = firm.law.interpretations[name], firm.law.reading(name)
    turned = (found["interpretation"] or {}).get("turned_by", [])
    readings = question.readings
    said = [
        language().of(question.question),
        " ",
        tag("b", _("Taken: {reading}").format(reading=language().of(readings[taken].says))),
    ]
    for other in [key for key in readings if key != taken]:
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
        said.append(tag("small", words.rstrip(), cls="turned" if to else ""))
    return said
