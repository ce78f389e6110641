"""Which field an unread column may be: the nearest name, for a person to confirm. Never taken alone."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.domain.facts import Field
from eligibility.intake.header_labels import exact_name, plain_name
from eligibility.intake.headers import HeaderMap
from eligibility.intake.year_words import split_year

#: likeness of two names, of 100, from which one is proposed for the other
ALIKE = 65


def nearest_fields(headers: HeaderMap) -> Mapping[str, Field]:
    """Unread header → the field with the nearest name, where one is near; fields read are left out."""
    if not headers.unknown:
        return {}
    # only a file with unread columns needs it
    from rapidfuzz import fuzz, process

    read = {column.field.id for column in headers.columns}
    names: dict[int | None, dict[str, Field]] = {}
    for field in reversed(headers.fields):
        if field.id not in read and not field.form_only:
            texts = (field.title.zh, field.title.en, field.stem_title.zh, *field.aliases)
            # what stands in brackets tells a figure from its like: 营业收入（审计报告）
            own = names.setdefault(field.year, {})
            own.update((exact_name(split_year(text.lower()).rest), field) for text in texts)
    every = {name: field for own in names.values() for name, field in own.items()}
    result = {}
    for header in headers.unknown:
        words = split_year(header.lower())
        name, place = plain_name(words.rest), words.place_in(headers.application_year)
        # a header with a year is compared with the figures of that year
        choices = every if words.place is words.calendar is None else names.get(place, {})
        matches = process.extract(
            name, choices.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5
        )
        if matches:
            # of two that are as near, the one that is asked of every firm
            name, *_ = max(matches, key=lambda match: (match[1], choices[match[0]].required))
            result[header] = choices[name]
    return result
