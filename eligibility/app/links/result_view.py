"""The result of a self-assessment for whoever its owner sent the link: read-only, for a phone first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eligibility.app.links.document import day, document, section, validity
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS, OF_VERDICT, verdict_word
from eligibility.assessment.record import pass_mark
from eligibility.domain.open_points import finding_state, state_word
from eligibility.i18n import Language
from eligibility.reports.fact_sources import ConditionSources, files_in_words
from eligibility.reports.firm_summary import FirmSummary
from eligibility.reports.number_format import interval, number, percent, quantity
from eligibility.screening import Firm

NO_SOURCES: Mapping[str, ConditionSources] = {}


def result_page(
    firm: Firm,
    summary: FirmSummary,
    link: Mapping[str, Any],
    language: Language,
    sources: Mapping[str, ConditionSources] = NO_SOURCES,
) -> str:
    """The page as HTML: the sentence, the marks, the score as a range, what to do first.

    Parameters
    ----------
    firm : Firm
        The self-assessment as it stands now.
    summary : FirmSummary
        The same sentence, batch and steps that its owner sees.
    link : mapping
        What ``links.open`` gave: ``sender``, ``at``, ``expires_at``, ``changed_at`` and in its
        ``options`` whether the figures are shown as well.
    language : Language
    sources : mapping of condition to ConditionSources, optional
        Where its figures come from; shown with the figures only.
    """
    _ = language.text
    name = firm.text("name") or _("Firm without a name")
    basis = _("Applying on {day} under {edition}").format(
        day=firm.application_date, edition=language.of(firm.law.title)
    )
    parts = [
        tag("h1", name),
        tag("p", basis, cls="quiet"),
        tag(
            "div",
            tag("strong", verdict_word(summary.state, language)),
            tag("span", summary.sentence),
            cls=f"verdict {OF_VERDICT[summary.state]}",
        ),
        section(
            _("Conditions"), _marks(firm, language, sources, bool(link["options"].get("figures")))
        ),
        section(_("Innovation score"), *_score(firm, language)),
    ]
    if summary.steps:
        lines = tag("ol", *(tag("li", step.line(language)) for step in summary.steps))
        parts.append(section(_("Do first"), lines))
    coming = [summary.batch_line, summary.outlook_line]
    parts.append(section(_("Next batch"), *(tag("p", line) for line in coming if line)))
    parts.append(
        tag(
            "footer",
            validity(link["sender"], link["at"], link["expires_at"], language),
            tag(
                "p",
                _(
                    "This page can only be read; it shows the entries as of {day}. The certifying "
                    "authority decides."
                ).format(day=day(link["changed_at"])),
                cls="quiet",
            ),
        )
    )
    return document(name, parts, language)


def _marks(
    firm: Firm,
    language: Language,
    sources: Mapping[str, ConditionSources],
    with_figures: bool,
) -> Markup:
    lines = []
    for finding in firm.record["findings"]:
        status = finding_state(finding, firm.scheme.fields_by_id)
        word = f"{ICONS[status]} {language.text(state_word(status))}"
        figure = " ".join(_figure(finding, language)) if with_figures else ""
        lines.append(
            tag(
                "li",
                tag("span", finding["title"][language.id]),
                tag("b", word, cls=status),
                *([tag("small", figure)] if figure else []),
                *_origin(sources.get(finding["id"]) if with_figures else None, language),
            )
        )
    return tag("ul", *lines, cls="marks")


def _origin(sources: ConditionSources | None, language: Language) -> Iterator[Markup]:
    if sources is not None:
        for line in files_in_words(sources, language):
            figures = tag("ul", *(tag("li", each) for each in sources.lines))
            yield tag("details", tag("summary", line), figures, cls="origin")


def _figure(finding: Mapping[str, Any], language: Language) -> Iterator[str]:
    """The firm's own number of a condition and the line that it must pass, where it is a number."""
    _ = language.text
    observed, required, unit = finding["observed"], finding["required"], finding["unit"]
    if isinstance(observed, bool | str) or observed is None or unit == "point":
        return
    share = unit == "/1"
    yield percent(observed, required) if share else quantity(observed, unit, language)
    if required is not None:
        line = percent(required) if share else quantity(required, unit, language)
        yield _("(needed: {line})").format(line=line)


def _score(firm: Firm, language: Language) -> Iterator[Markup]:
    _ = language.text
    score = firm.record["score"]
    low, high, total = score["low"], score["high"], score["total"]
    points, mark = interval(low, high), pass_mark(score)
    words = _("{points} of {total} points; more than {mark} are needed").format(
        points=points, total=total, mark=mark
    )
    yield tag("p", _("{n} points").format(n=points), cls="range")
    bar = tag(
        "span",
        tag("i", cls="certain", style=f"width:{low / total:.2%}"),
        tag("i", cls="open", style=f"width:{(high - low) / total:.2%}"),
        cls="bar",
    )
    line = tag(
        "span",
        tag("span", number(mark)),
        cls="mark",
        style=f"left:{mark / total:.2%}",
    )
    yield tag("div", bar, line, cls="total", role="img", aria_label=words)
    yield tag("p", words, cls="quiet")
