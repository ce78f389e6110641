"""The result of a self-assessment for whoever its owner sent the link: read-only, for a phone first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eligibility.app.links.document import day, document, section, validity
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS, OF_VERDICT
from eligibility.assessment.record import pass_mark
from eligibility.i18n import Language
from eligibility.reports.fact_sources import ConditionSources, files_in_words
from eligibility.reports.number_format import interval, number, percent, quantity
from eligibility.screening import Firm

#: how many things to do are named
FIRST = 3
NO_SOURCES: Mapping[str, ConditionSources] = {}


def result_page(
    firm: Firm,
    link: Mapping[str, Any],
    language: Language,
    sources: Mapping[str, ConditionSources] = NO_SOURCES,
) -> str:
    """The page as HTML: the sentence, the marks, the score as a range, what to do first.

    Parameters
    ----------
    firm : Firm
        The self-assessment as it stands now.
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
    verdict = firm.record["verdict"]
    word = _("awaiting the experts") if _is_for_experts(firm) else _(verdict)
    mark = f"{ICONS[OF_VERDICT[verdict]]} {word}"
    parts = [
        tag("h1", name),
        tag("p", basis, cls="quiet"),
        tag(
            "div",
            tag("strong", mark),
            tag("span", summary_sentence(firm, language)),
            cls=f"verdict {OF_VERDICT[verdict]}",
        ),
        section(
            _("Conditions"), _marks(firm, language, sources, bool(link["options"].get("figures")))
        ),
        section(_("Innovation score"), *_score(firm, language)),
    ]
    if lines := firm.first_gaps(FIRST, language):
        steps = tag("ol", *(tag("li", line) for line in lines))
        parts.append(section(_("What to do first"), steps))
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


def _is_for_experts(firm: Firm) -> bool:
    """Whether every fact is given, and only the points of experts leave the verdict open."""
    findings = firm.record["findings"]
    others = [each["status"] for each in findings if each["unit"] != "point"]
    return (
        firm.record["verdict"] == "undetermined"
        and set(others) == {"met"}
        and not firm.missing_anywhere
    )


def summary_sentence(firm: Firm, language: Language) -> str:
    """What the result comes to, in one sentence."""
    _ = language.text
    findings, score = firm.record["findings"], firm.record["score"]
    met = sum(finding["status"] == "met" for finding in findings)
    unmet = [each["title"][language.id] for each in findings if each["status"] == "unmet"]
    still_open = [
        each["title"][language.id]
        for each in findings
        if each["status"] == "undetermined" and each["unit"] != "point"
    ]
    parts = [_("{n} of {count} conditions are met").format(n=met, count=len(findings))]
    if unmet:
        parts.append(_("not met: {titles}").format(titles=_(", ").join(unmet)))
    if still_open:
        parts.append(_("facts are missing for: {titles}").format(titles=_(", ").join(still_open)))
    if score["low"] <= (mark := pass_mark(score)) < score["high"]:
        missing = any(item["missing"] for item in score["items"])
        words = (
            _("whether the score passes {mark} is open: certain {low}, at most {high}")
            if missing
            else _("whether the score passes {mark} is for the experts: certain {low}, at most {high}")
        )  # fmt: skip
        parts.append(
            words.format(
                mark=number(mark),
                low=number(score["low"]),
                high=number(score["high"]),
            )
        )
    return _("; ").join(parts) + _(".")


def _marks(
    firm: Firm,
    language: Language,
    sources: Mapping[str, ConditionSources],
    with_figures: bool,
) -> Markup:
    lines = []
    for finding in firm.record["findings"]:
        status = finding["status"]
        word = f"{ICONS[status]} {language.text(status)}"
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
