"""A firm's chain of evidence as text: what was seen by kind, what is asked, and who is linked to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eligibility.domain.text import msgid
from eligibility.evidence.record_types import EvidenceRecord, SightingRecord
from eligibility.i18n import Language
from eligibility.reports.paper import Point
from eligibility.reports.terminal import terminal_lines
from eligibility.schemes.evidence import CheckKind
from eligibility.schemes.registry import load_scheme

#: what each kind of check is called, and what is to be known of it
KIND_TITLES: Mapping[CheckKind, str] = {
    "law": msgid("The law asks for it"),
    "consistency": msgid("Two statements of the firm differ"),
    "practice": msgid("Reviewers look at it (practice, no rule)"),
}
KIND_MARKS = {"law": "unmet", "consistency": "undetermined", "practice": "warning"}


def evidence_text(record: EvidenceRecord, language: Language) -> str:
    """Everything that a terminal shows of a chain of evidence."""
    say, firm = language.text, record["firm"]
    head = f"{firm['name'] or ''} {firm['uscc'] or ''}".strip() or say("(no name)")
    lines = [head, say("Who is linked to what")]
    lines += terminal_lines(Point(line) for line in chain_lines(record, language))
    for kind, title in KIND_TITLES.items():
        sightings = record["checks"][kind]
        lines.append(say("{title}: {n}").format(title=say(title), n=len(sightings)))
        lines += terminal_lines(_points(sightings, language))
    if record["questions"]:
        lines.append(say("Not stated yet"))
        lines += terminal_lines(Point(line) for line in question_lines(record, language))
    if record["off"]:
        lines.append(say("Checks switched off: {names}").format(names=", ".join(record["off"])))
    return "\n".join(lines)


def _points(sightings: list[SightingRecord], language: Language) -> Iterator[Point]:
    say = language.text
    for each in sightings:
        yield Point(each["says"][language.id], mark="item")
        yield Point(each["why"][language.id], depth=1)
        yield Point(say("To settle: {how}").format(how=each["settle"][language.id]), depth=1)
        if source := source_words(each, language):
            yield Point(f"[{source}]", depth=1)


def source_words(sighting: SightingRecord, language: Language) -> str:
    """Where a check comes from, with the day of a source of practice and how well it was checked."""
    cited = sighting["citation"]
    if cited is None:
        return ""
    words = f"{cited['document']} {cited['article']}"
    if sighting["source_day"]:
        words += f", {sighting['source_day']}"
    notes = {
        "A": "",
        "B": language.text("one source"),
        "C": language.text("one source, not borne out"),
        "M": language.text("no text found"),
    }
    note = notes[cited["confidence"]]
    return f"{words} ({note})" if note else words


def question_lines(record: EvidenceRecord, language: Language) -> Iterator[str]:
    """What is asked, and of which things."""
    lists = load_scheme(record["scheme"]).lists
    for each in record["questions"]:
        title, asks = language.of(lists[each["list"]].title), each["asks"][language.id]
        yield f"{title}: {asks} ({code_words(each['codes'], language)})"


def code_words(codes: list[str], language: Language, most: int = 8) -> str:
    """Some codes, and how many more there are."""
    words = language.text(", ").join(codes[:most])
    more = language.text("… and {n} more").format(n=len(codes) - most)
    return f"{words} {more}" if len(codes) > most else words


def chain_lines(record: EvidenceRecord, language: Language) -> Iterator[str]:
    """Each thing with what it is linked with: the picture in words."""
    say = language.text
    loose, main, uncounted = (
        say("hangs loose"),
        say("carries a main product"),
        say("does not count"),
    )
    beside: dict[str, list[str]] = {}
    for link in record["links"]:
        one, other = link["ends"]
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    for thing in record["things"]:
        others = beside.get(thing["code"], [])
        if not thing["counts"] and not others:
            continue
        label = f"{thing['code']} {thing['name']}".strip()
        words = say(", ").join(sorted(others))
        line = f"{label} → {words}" if words else f"{label} – {loose}"
        if thing["code"] in record["main"]:
            line += f" ({main})"
        yield line if thing["counts"] else f"{line} ({uncounted})"
