"""One firm's ladder of qualifications as the text that a terminal shows; see assessment.ladder."""

from __future__ import annotations

from collections.abc import Iterator

from eligibility.assessment.record_types import LadderRecord, RungRecord
from eligibility.domain.open_points import state_word, verdict_state
from eligibility.i18n import Language
from eligibility.reports.firm_text import application_year, doubt, fields_in_words
from eligibility.reports.number_format import exact, interval, number
from eligibility.reports.paper import Point
from eligibility.reports.terminal import terminal_lines
from eligibility.schemes.registry import load_scheme


def ladder_points(record: LadderRecord, language: Language) -> str:
    """What a firm has, what it can get now, what to aim at next, and what every rung still lacks.

    Parameters
    ----------
    record : LadderRecord
        As :func:`eligibility.assessment.ladder.ladder_record` gives it.
    """
    say, firm = language.text, record["firm"]
    rungs = {rung["scheme"]: rung for rung in record["rungs"]}
    titles = {name: rung["title"][language.id] for name, rung in rungs.items()}
    holds = say(", ").join(title_with_end(rungs[name], language) for name in record["holds"])
    now = say(", ").join(titles[name] for name in record["now"]) or say("none yet")
    aims = [titles[name] for name in record["next_by_track"].values() if name]
    aim = say(", ").join(aims) or say("none above what it can get now")
    lines = [f"{firm['name'] or ''} {firm['uscc'] or ''}".strip() or say("(no name)")]
    points = [
        *([Point(say("Titles of the firm: {titles}").format(titles=holds))] if holds else []),
        Point(say("Can be got now: {titles}").format(titles=now)),
        Point(say("To aim at next: {title}").format(title=aim)),
    ]
    for track in record["tracks"]:
        of_track = [rungs[name] for name in track["schemes"] if name in rungs]
        if not of_track:
            continue
        points.append(Point(" → ".join(titles[rung["scheme"]] for rung in of_track)))
        if not track["begun"]:
            points.append(Point(say("Nothing that this track alone asks for is entered."), 1))
            continue
        points += [point for rung in of_track for point in _rung(rung, language)]
    return "\n".join([*lines, *terminal_lines(points)])


def title_with_end(rung: RungRecord, language: Language) -> str:
    """A title with its last day, where that is known."""
    title = rung["title"][language.id]
    if not rung["until"]:
        return title
    return language.text("{title} (until {day})").format(title=title, day=rung["until"])


def _rung(rung: RungRecord, language: Language) -> Iterator[Point]:
    say, scheme = language.text, load_scheme(rung["scheme"])
    state = verdict_state(rung, scheme.fields_by_id)
    words = f"{rung['title'][language.id]}: {say(state_word(state))}"
    score = rung["score"]
    if score["total"]:
        points = say("{points} of {total} points").format(
            points=interval(score["low"], score["high"]), total=number(score["total"])
        )
        words += say(", ") + points
    law = scheme.edition(rung["edition"])
    cite = rung["period"]
    words += f" [{language.of(law.title)}{doubt(cite, language)}]"
    yield Point(words, 1)
    if cite["document"] not in {each["citation"]["document"] for each in rung["findings"]}:
        # another document keeps the edition in use
        yield Point(cite["gist"][language.id] + doubt(cite, language), 2, "item")
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
        yield Point(text + doubt(gap["citation"], language), 2, gap["status"])
    if rung["more_gaps"]:
        yield Point(say("and {n} more").format(n=rung["more_gaps"]), 2)
    if rung["holds"]:
        for each in rung["upkeep"]:
            keep = say("To keep it: {what}").format(what=each["gist"][language.id])
            yield Point(keep + doubt(each, language), 2, "item")
