"""The verdict of one firm in a sentence with its reason, and the signs a person should look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.app.widgets.status import OF_VERDICT, verdict_word
from eligibility.assessment.record_types import WarningRecord
from eligibility.domain.open_points import EXPERTS, verdict_state
from eligibility.screening import Firm


def heading(firm: Firm) -> None:
    """Who the firm is, and what is said of it."""
    facts = [firm.text(name) for name in ("uscc", "district", "industry", "carrier")]
    basis = _("Applying on {day} under {edition}").format(
        day=firm.application_date, edition=language().of(firm.law.title)
    )
    st.html(
        tag(
            "section",
            tag("h1", firm.text("name") or _("Firm without a name")),
            tag("p", " · ".join([*filter(None, facts), basis]), cls="muted"),
            verdict_banner(firm),
            cls="firm",
        )
    )


def verdict_banner(firm: Firm) -> Markup:
    """The verdict with its reason, and what a person should look at."""
    verdict = verdict_state(firm.record, firm.scheme.fields_by_id)
    return join(
        [
            tag(
                "p",
                tag("strong", verdict_word(verdict, language())),
                tag("span", reason(firm)),
                cls=f"verdict {OF_VERDICT[verdict]}",
            ),
            _signs(firm),
        ]
    )


def signs(firm: Firm) -> None:
    """What a person should look at, and the conditions that another reading would turn."""
    if words := _signs(firm):
        st.html(words)


def _signs(firm: Firm) -> Markup:
    return join([*_warnings(firm.record["warnings"]), *_turned_conditions(firm)])


def reason(firm: Firm) -> str:
    """Why the verdict is what it is."""
    findings, score = firm.record["findings"], firm.record["score"]
    points = fmt.interval(score["low"], score["high"])
    if firm.record["verdict"] == "eligible":
        return _("All {count} conditions are met; the score is {points}, above {mark}.").format(
            count=len(findings), points=points, mark=score["pass_above"]
        )
    if verdict_state(firm.record, firm.scheme.fields_by_id) == EXPERTS:
        words = _(
            "{met} conditions are met; whether it passes {mark} points is for the experts: {low} are "
            "certain, {high} the most."
        )
        return words.format(
            met=sum(each["status"] == "met" for each in findings),
            mark=score["pass_above"] or score["pass_at_least"],
            low=fmt.number(score["low"]),
            high=fmt.number(score["high"]),
        )
    unmet = _titles(each for each in findings if each["status"] == "unmet")
    still_open = _titles(each for each in findings if each["status"] == "undetermined")
    lines = []
    if unmet:
        lines.append(
            _("{n} of {count} conditions unmet: {titles}").format(
                n=len(unmet), count=len(findings), titles=_(", ").join(unmet)
            )
        )
    if still_open:
        words = (
            _("{n} more undetermined: {titles}")
            if unmet
            else _("{n} of {count} conditions undetermined: {titles}")
        )
        lines.append(
            words.format(n=len(still_open), count=len(findings), titles=_(", ").join(still_open))
        )
    return _("; ").join(lines)


def _turned_conditions(firm: Firm) -> Iterable[Markup]:
    """The conditions that another reading of the law would turn."""
    turned = _titles(each for each in firm.record["findings"] if each["interpretation"])
    if turned:
        words = _("Another reading of the law would turn: {titles}")
        yield _review(words.format(titles=_(", ").join(turned)))


def _review(words: str) -> Markup:
    sign = tag("span", "△ ", _("to be reviewed"), cls="status review")
    return tag("p", sign, " ", words, cls="warning")


def _titles(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(each["title"][language().id]) for each in findings]


def _warnings(warnings: Sequence[WarningRecord]) -> Iterable[Markup]:
    for warning in warnings:
        cited = f" ({fmt.citation(warning['citation'])})" if warning["citation"] else ""
        yield _review(warning["text"][language().id] + cited)
