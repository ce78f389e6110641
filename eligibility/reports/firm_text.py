"""One firm's record in words, and as the text that a terminal shows of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from eligibility.assessment.record import pass_mark
from eligibility.assessment.record_types import (
    AssessmentRecord,
    FindingRecord,
    ReadinessRecord,
    RungRecord,
    ScoreRecord,
)
from eligibility.domain.facts import Field, years_of
from eligibility.domain.law import Edition
from eligibility.domain.records import CitationRecord
from eligibility.domain.text import Speaks, Wording
from eligibility.i18n import Language
from eligibility.reports.number_format import chance, interval, percent
from eligibility.reports.paper import Point
from eligibility.reports.terminal import terminal_lines
from eligibility.schemes.registry import Scheme


def plain(record: AssessmentRecord, scheme: Scheme, language: Language) -> str:
    """Verdict, a line a condition with its article, the score by item, what is missing."""
    say, firm = language.text, record["firm"]
    lines = [
        f"{firm['name'] or ''} {firm['uscc'] or ''}".strip() or say("(no name)"),
        say("{verdict} as of {day}, by {edition}").format(
            verdict=say(record["verdict"]),
            day=record["as_of"],
            edition=language.of(scheme.edition(record["edition"]).title),
        ),
        *terminal_lines(_points(record, scheme, language)),
    ]
    return "\n".join(lines) + "\n"


def _points(record: AssessmentRecord, scheme: Scheme, language: Language) -> Iterator[Point]:
    """The record as a list: findings, score by item, warnings, readiness."""
    lang, law = language.id, scheme.edition(record["edition"])
    for finding in record["findings"]:
        cite = finding["citation"]
        source = f"[{cite['document']} {cite['article']}{doubt(cite, language)}]"
        figures = _figures(finding, record["score"], language)
        status, title = language.text(finding["status"]), finding["title"][lang]
        yield Point(f"{status} · {title}: {figures} {source}", mark=finding["status"])
        yield from (Point(note, 1) for note in finding_notes(finding, record, scheme, language))
    yield Point(score_sentence(record, language))
    for item in record["score"]["items"]:
        points = interval(item["low"], item["high"])
        yield Point(f"{item['title'][lang]}: {points} / {item['max']}", 1)
    for warning in record["warnings"]:
        yield Point(warning["text"][lang], mark="warning")
    if record["readiness"]:
        yield from map(Point, readiness_lines(record["readiness"], law, language))


def finding_notes(
    finding: FindingRecord, record: AssessmentRecord, scheme: Scheme, language: Language
) -> Iterator[str]:
    """What leaves a finding open, and what another reading would make of it."""
    say = language.text
    if finding["missing"]:
        fields = fields_in_words(
            finding["missing"], scheme.fields_by_id, application_year(record), language
        )
        yield say("missing: {fields}").format(fields=fields)
    elif finding["status"] == "undetermined" and finding["unit"] != "point":
        law = scheme.edition(record["edition"])
        yield language.of(law.conditions_by_id[finding["id"]].rule)
    interpretation = finding["interpretation"]
    for other in interpretation["turned_by"] if interpretation else ():
        yield say("{status} if read another way: {question} {reading}").format(
            status=say(other["status"]),
            question=other["question"][language.id],
            reading=other["other_says"][language.id],
        )


def score_sentence(record: AssessmentRecord, language: Language) -> str:
    """The score as an interval beside the mark it must reach or pass."""
    score = record["score"]
    if score["pass_above"] is not None:
        text = language.text("Score {low}–{high} of {total}, more than {mark} needed")
    else:
        text = language.text("Score {low}–{high} of {total}, at least {mark} needed")
    return text.format(
        low=score["low"], high=score["high"], total=score["total"], mark=pass_mark(score)
    )


def readiness_lines(readiness: ReadinessRecord, law: Edition, language: Language) -> list[str]:
    """The chance with its interval and its sample, and what keeps it from being more."""
    say, lang = language.text, language.id
    low, high = readiness["interval"]
    places = {
        "chance": chance(readiness["probability"]),
        "low": chance(low),
        "high": chance(high),
        "learned": readiness["model"]["text"][lang],
    }
    if readiness["conditional"]:
        sentence = say("Readiness: not before these are met: {conditions}; met as others meet them, about {chance} ({low}–{high}), {learned}")  # fmt: skip
        places["conditions"] = titles(readiness["not_before"], law, language)
    else:
        sentence = say("Readiness about {chance} ({low}–{high}), {learned}")
    result = [sentence.format(**places)]
    if readiness["contributions"]:
        weakest = readiness["contributions"][0]
        sentence = say("weakest: {condition}, with a chance of {chance} to survive review")
        result.append(
            sentence.format(
                condition=titles([weakest["id"]], law, language),
                chance=chance(weakest["chance"]),
            )
        )
    if readiness["outside"]:
        sentence = say("beyond all that the model has seen, so a guess: {conditions}")
        result.append(sentence.format(conditions=titles(readiness["outside"], law, language)))
    return result


def titles(names: list[str], law: Edition, language: Language) -> str:
    """Conditions and items of the score by their titles."""
    titles_by_id = {name: condition.title for name, condition in law.conditions_by_id.items()}
    titles_by_id |= {name: item.title for name, item in law.items.items()}
    if law.score_condition is not None:
        titles_by_id["score"] = law.score_condition.title
    return language.text(", ").join(language.of(titles_by_id[name]) for name in names)


def own_figure(finding: FindingRecord, score: ScoreRecord, language: Language) -> str:
    """The firm's own figure, in words; a dash where it cannot be said."""
    say = language.text
    observed, required, unit = finding["observed"], finding["required"], finding["unit"]
    if unit == "yes_no" and required:
        return {True: say("yes"), False: say("no"), None: "–"}[observed]
    if unit == "yes_no":
        return {True: say("there was one"), False: say("none"), None: "–"}[observed]
    if observed is None:
        return interval_in_words(finding, language) or "–"
    if unit == "/1":
        return percent(observed, required)
    if unit == "point":
        return interval(score["low"], score["high"])
    return str(observed)


def interval_in_words(finding: FindingRecord, language: Language) -> str:
    """Between what a share lies that a blank leaves open; nothing where that is not known."""
    low, high = finding.get("interval") or (None, None)
    required = finding["required"]
    if low is None or low == high:
        return ""
    if high is None or high >= 1:
        return language.text("{low} or more").format(low=percent(low, required))
    if low == 0:
        return language.text("{high} or less").format(high=percent(high, required))
    return f"{percent(low, required)}–{percent(high, required)}"


def line_in_words(finding: FindingRecord, language: Language) -> str:
    """What the figure is measured against; nothing where a condition has no number."""
    say, required, unit = language.text, finding["required"], finding["unit"]
    if unit in ("yes_no", "code") or required is None:
        return ""
    words = {"at_least": say("at least"), "above": say("more than"), "at_most": say("at most")}
    number = f"{required * 100:g}%" if unit == "/1" else str(required)
    return f"{words[finding['line']]} {number}"


def _figures(finding: FindingRecord, score: ScoreRecord, language: Language) -> str:
    own, line = own_figure(finding, score, language), line_in_words(finding, language)
    return f"{own} ({line})" if line and finding["observed"] is not None else own


def doubt(cite: CitationRecord, language: Language) -> str:
    """What stands behind a citation that fewer than two texts agree on."""
    words = {
        "B": language.text("one source"),
        "C": language.text("one source, not borne out"),
        "M": language.text("not checked against the text"),
    }
    return f"; {words[cite['confidence']]}" if cite["confidence"] in words else ""


def application_year(record: AssessmentRecord | RungRecord) -> int:
    """The year of the application that a record is of; the forms' three years lie before it."""
    return date.fromisoformat(record["as_of"]).year


def fields_in_words(
    names: Sequence[str], fields: Mapping[str, Field], year: int, language: Speaks
) -> str:
    """The titles of fields, one after another, with the calendar years of an application.

    A figure of several years is named once, with all of them.
    """
    figures: dict[str, list[Field]] = {}
    for name in names:
        field = fields[name]
        figures.setdefault(field.stem if field.in_series else name, []).append(field)
    return language.text(", ").join(
        language.of(_title_in_years(years, year)) for years in figures.values()
    )


def _title_in_years(figure: Sequence[Field], application_year: int) -> Wording:
    """The title of a figure, or what is missing of it, with the calendar years that are meant of it."""
    if len(figure) == 1:
        return figure[0].gap_title or figure[0].title_in_year(application_year)
    years = sorted(years_of(application_year)[(each.year or 1) - 1] for each in figure)
    first, last, title = years[0], years[-1], figure[0].stem_title
    if last - first >= len(years):
        zh, en = "、".join(map(str, years)), ", ".join(map(str, years))
    else:
        zh = en = f"{first}–{last}"
    return Wording(zh=f"{zh}年{title.zh}", en=f"{title.en}, {en}")


def few_fields_in_words(
    names: Sequence[str], fields: Mapping[str, Field], year: int, language: Speaks, most: int
) -> str:
    """The titles of the first few figures, each with all of its years, and how many more there are."""
    stems = list(dict.fromkeys(fields[name].stem for name in names))[:most]
    first = [name for name in names if fields[name].stem in stems]
    more = len(names) - len(first)
    text = fields_in_words(first, fields, year, language)
    return text + (language.text(" and {n} more").format(n=more) if more else "")
