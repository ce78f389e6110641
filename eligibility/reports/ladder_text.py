"""One firm's ladder of qualifications as the text that a terminal shows; see assessment.ladder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eligibility.i18n import Language
from eligibility.reports.firm_text import application_year, fields_in_words
from eligibility.reports.number_format import exact
from eligibility.reports.paper import Point
from eligibility.reports.terminal import terminal_lines
from eligibility.schemes.registry import load_scheme


def ladder_points(record: Mapping[str, Any], language: Language) -> str:
    """What a firm can get now, what to aim at next, and what every rung still lacks.

    Parameters
    ----------
    record : mapping
        As :func:`eligibility.assessment.ladder.ladder_record` gives it.
    """
    say, firm = language.text, record["firm"]
    titles = {rung["scheme"]: rung["title"][language.id] for rung in record["rungs"]}
    now = say(", ").join(titles[name] for name in record["now"]) or say("none yet")
    aims = [titles[name] for name in record["next_by_track"].values() if name]
    aim = say(", ").join(aims) or say("none above what it can get now")
    lines = [f"{firm['name'] or ''} {firm['uscc'] or ''}".strip() or say("(no name)")]
    points = [
        Point(say("Can be got now: {titles}").format(titles=now)),
        Point(say("To aim at next: {title}").format(title=aim)),
        *(point for rung in record["rungs"] for point in _rung(rung, language)),
    ]
    return "\n".join([*lines, *terminal_lines(points)])


def _rung(rung: Mapping[str, Any], language: Language) -> Iterator[Point]:
    say, scheme = language.text, load_scheme(rung["scheme"])
    yield Point(f"{rung['title'][language.id]}: {say(rung['verdict'])}")
    for gap in rung["gaps"]:
        text = gap["title"][language.id]
        if gap["missing"]:
            names = fields_in_words(
                gap["missing"], scheme.fields_by_id, application_year(rung), language
            )
            text += say(" (missing: {names})").format(names=names)
        elif gap["shortfall"] is not None:
            amount = exact(gap["shortfall"], gap["unit"], language)
            text += say(" (short of {amount})").format(amount=amount)
        yield Point(text, 1, gap["status"])
    if rung["more_gaps"]:
        yield Point(say("and {n} more").format(n=rung["more_gaps"]), 1)
