"""A firm's stress test as the text that a terminal shows; see assessment.stress."""

from __future__ import annotations

from collections.abc import Iterator

from eligibility.assessment.record_types import StressRecord, StrikeRecord
from eligibility.i18n import Language
from eligibility.reports.number_format import exact
from eligibility.reports.paper import Point
from eligibility.reports.terminal import terminal_lines
from eligibility.schemes.registry import load_scheme


def stress_text(record: StressRecord, language: Language) -> str:
    """What may be struck before a condition falls, and what each strike makes of the verdict."""
    say, firm = language.text, record["firm"]
    head = f"{firm['name'] or ''} {firm['uscc'] or ''}".strip() or say("(no name)")
    title = f"{head}: {say(record['verdict'])}"
    return "\n".join([title, *terminal_lines(list(stress_points(record, language)))])


def stress_points(record: StressRecord, language: Language) -> Iterator[Point]:
    """The same as a list of points."""
    say = language.text
    law = load_scheme(record["scheme"]).edition(record["edition"])
    titles = {each.id: language.of(each.title) for each in law.conditions}
    for room in record["room"]:
        sentence = say("{condition}: {amount} may be struck before it is not met")
        amount = exact(room["room"], room["unit"], language)
        yield Point(sentence.format(condition=titles[room["finding"]], amount=amount))
    falling = [each for each in record["strikes"] if each["falls"]]
    for strike in falling:
        lost = say(", ").join(titles[name] for name in strike["falls"])
        yield Point(
            say("{strike}: {conditions} would fall").format(
                strike=strike_words(strike, language), conditions=lost
            ),
            mark="unmet" if strike["verdict"] == "ineligible" else "undetermined",
        )
    if len(falling) < len(record["strikes"]):
        count = len(record["strikes"]) - len(falling)
        yield Point(say("{n} other strikes change no condition").format(n=count), mark="met")


def strike_words(strike: StrikeRecord, language: Language) -> str:
    """What is struck: the rule, and the thing by its name."""
    title = str(strike["title"][language.id])
    if not strike["name"]:
        return title
    return language.text("{strike} – {name}").format(strike=title, name=strike["name"])
