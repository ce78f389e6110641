"""The first screen of a firm's result: the sentence, nine marks, the score, the next batch, what to do."""

from __future__ import annotations

import streamlit as st

from eligibility.app.firm import conditions, radar
from eligibility.app.firm.score import bar
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS, OF_VERDICT, status_word, verdict_word
from eligibility.assessment.record import pass_mark
from eligibility.domain.text import msgid
from eligibility.reports.firm_summary import FirmSummary, Step
from eligibility.screening import Firm

RADAR = msgid("Radar of the groups of the score: certain points filled, open points outlined")


def first_screen(firm: Firm, summary: FirmSummary) -> None:
    """All of it, on one screen and on one printed page."""
    years = firm.years
    basis = _("Applying on {day} · figures of {first}–{last} · {edition}").format(
        day=firm.application_date, first=years[0], last=years[-1],
        edition=language().of(firm.law.title),
    )  # fmt: skip
    st.html(
        tag(
            "section",
            tag("h1", firm.text("name") or _("Firm without a name")),
            tag("p", basis, cls="muted"),
            tag(
                "p",
                tag("strong", verdict_word(summary.state, language())),
                tag("span", summary.sentence),
                cls=f"verdict {OF_VERDICT[summary.state]}",
            ),
            tag(
                "div",
                tag("div", tag("h2", _("Nine conditions")) if len(firm.record["findings"]) == 9
                    else tag("h2", _("Conditions")), _marks(firm), cls="card"),
                tag("div", tag("h2", _("Score")), *_score(firm), cls="card"),
                cls="pair",
            ),
            tag(
                "div",
                tag("div", tag("h2", _("Do first")), _steps(summary.steps), cls="card wide-card"),
                tag(
                    "div",
                    tag("h2", _("Next batch")),
                    tag("p", summary.batch_line),
                    *([tag("p", summary.outlook_line, cls="muted")] if summary.outlook_line else []),
                    tag("h2", _("Papers to hand in")),
                    tag("ol", *(tag("li", each) for each in summary.materials), cls="materials"),
                    cls="card",
                ),
                cls="pair",
            ),
            cls="firm first-screen",
        )
    )  # fmt: skip


def _marks(firm: Firm) -> Markup:
    """A mark for each condition: icon, title, the firm's own number beside the line."""
    marks = []
    for finding in firm.record["findings"]:
        status = conditions.status(firm, finding)
        own = conditions.own(firm, finding)
        marks.append(
            tag(
                "li",
                tag("span", ICONS[status], cls=f"status {status}", aria_hidden="true"),
                tag("b", conditions.title(finding)),
                tag("small", own[0], " / ", conditions.line_to_pass(finding)),
                tag("span", status_word(status), cls=f"status {status}"),
            )
        )
    return tag("ul", *marks, cls="marks")


def _score(firm: Firm) -> list[Markup]:
    """The score as one range with its line, what decides it, and its groups."""
    score = firm.record["score"]
    low, high, total = score["low"], score["high"], score["total"]
    mark = pass_mark(score)
    words = _("{points} of {total} points; more than {mark} are needed").format(
        points=fmt.interval(low, high), total=fmt.number(total), mark=mark
    )
    items = {item["id"]: item for item in score["items"]}
    groups, shares = [], []
    for number, group in enumerate(firm.law.score.groups, start=1):
        low_of = sum(items[item.id]["low"] for item in group.items)
        high_of = min(sum(items[item.id]["high"] for item in group.items), group.max)
        shares.append((min(low_of, high_of) / group.max, high_of / group.max))
        groups.append(
            tag(
                "li",
                tag("span", f"{number} {language().of(group.title)}"),
                bar(min(low_of, high_of), high_of, group.max),
                tag(
                    "small",
                    f"{fmt.interval(min(low_of, high_of), high_of)} / {fmt.number(group.max)}",
                ),
            )
        )
    wide = sorted(score["items"], key=lambda item: item["low"] - item["high"])[:3]
    decide = [item["title"][language().id] for item in wide if item["high"] > item["low"]]
    return [
        tag("p", tag("strong", words)),
        tag(
            "div",
            bar(low, high, total),
            tag("span", tag("span", str(mark)), cls="mark", style=f"left:{mark / total:.2%}"),
            cls="total",
            role="img",
            aria_label=words,
        ),
        *(
            [tag("p", _("Decided by: {items}").format(items=_(", ").join(decide)), cls="muted")]
            if decide
            else []
        ),
        tag(
            "div",
            tag("ul", *groups, cls="groups"),
            radar.radar(shares, language().text(RADAR)),
            cls="by-group",
        ),
    ]


def _steps(steps: list[Step]) -> Markup:
    if not steps:
        return tag("p", _("Nothing is left to do but to apply."))
    lines = []
    for step in steps:
        until = _("by {day}").format(day=step.by) if step.by else ""
        lines.append(
            tag(
                "li", tag("b", step.what), tag("small", " · ".join(filter(None, (step.who, until))))
            )
        )
    return tag("ol", *lines, cls="first-steps")
