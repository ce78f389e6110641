"""A chain of evidence as plain data, for JSON, pages and papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eligibility.domain.facts import Field
from eligibility.domain.records import cite, words
from eligibility.domain.text import Message, Wording
from eligibility.evidence.checks import Evidence
from eligibility.evidence.record_types import EvidenceRecord, SightingRecord
from eligibility.i18n import CHINESE, ENGLISH, Language
from eligibility.schemes.evidence import Check, CheckKind, Sighting
from eligibility.schemes.registry import Scheme


def evidence_record(evidence: Evidence, scheme: Scheme) -> EvidenceRecord:
    """Chain of evidence and everything seen in it.

    Firm, day and edition; the things of its lists and their links; what is asked; what each kind of check saw.
    """
    chain = evidence.chain
    figures = chain.figures
    return {
        "firm": {"uscc": figures.texts("uscc")[0], "name": figures.texts("name")[0]},
        "as_of": figures.dates("application_date")[0].item().isoformat(),
        "scheme": scheme.id,
        "edition": chain.law.id,
        "things": [
            {
                "code": thing.code,
                "list": thing.list,
                "name": thing.name,
                "counts": thing.counts,
                "rows": list(thing.places),
            }
            for thing in chain.things.values()
        ],
        "links": [
            {"ends": list(link.ends), "stated_in": sorted(link.stated_in)} for link in chain.links
        ],
        "loose": [thing.code for thing in evidence.loose_things],
        "main": list(evidence.main_chain),
        "questions": [
            {
                "list": each.question.list,
                "column": each.question.column,
                "asks": words(each.question.asks),
                "codes": list(each.codes),
            }
            for each in evidence.questions
        ],
        "checks": {
            "law": list(_sightings(evidence, "law", scheme)),
            "consistency": list(_sightings(evidence, "consistency", scheme)),
            "practice": list(_sightings(evidence, "practice", scheme)),
        },
        "off": list(evidence.off),
    }


def _sightings(evidence: Evidence, kind: CheckKind, scheme: Scheme) -> Iterator[SightingRecord]:
    for check in evidence.rules.checks:
        for sighting in evidence.sightings.get(check.id, ()) if check.kind == kind else ():
            yield {
                "id": check.id,
                "title": words(check.title),
                "where": list(sighting.where),
                "says": {
                    "zh": sentence(check, sighting, scheme, CHINESE),
                    "en": sentence(check, sighting, scheme, ENGLISH),
                },
                "why": words(check.why),
                "settle": words(check.settle),
                "citation": None if check.citation is None else cite(check.citation),
                "source_day": None if check.source_day is None else check.source_day.isoformat(),
            }


def sentence(check: Check, sighting: Sighting, scheme: Scheme, language: Language) -> str:
    """What a check saw, in one language."""
    return language.of(check.says).format_map(_words(sighting.values, scheme, language))


def _words(values: Mapping[str, object], scheme: Scheme, language: Language) -> dict[str, object]:
    fields = scheme.fields_by_id
    return {
        name: _word(fields[str(value)] if name == "field" else value, language)
        for name, value in values.items()
    }


def _word(value: object, language: Language) -> object:
    if isinstance(value, Field):
        return language.of(value.stem_title)
    if isinstance(value, Wording):
        return language.of(value)
    return value.say(language) if isinstance(value, Message) else value
