"""Which field an unread column may be: the nearest name, for a person to confirm. Never taken alone."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.domain.facts import Field
from eligibility.intake.header_labels import plain_name
from eligibility.intake.headers import HeaderMap

#: likeness of two names, of 100, from which one is proposed for the other
ALIKE = 65


def nearest_fields(headers: HeaderMap) -> Mapping[str, Field]:
    """Unread header → the field with the nearest name, where one is near; fields read are left out."""
    if not headers.unknown:
        return {}
    # only a file with unread columns needs it
    from rapidfuzz import fuzz, process

    read = {column.field.id for column in headers.columns}
    names = {
        plain_name(name): field
        for field in reversed(headers.fields)
        if field.id not in read and not field.form_only
        for name in (field.title.zh, field.title.en, field.stem_title.zh, *field.aliases)
    }
    result = {}
    for header in headers.unknown:
        matches = process.extract(
            plain_name(header), names.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5
        )
        if matches:
            # of two that are as near, the one that is asked of every firm
            name, *_ = max(matches, key=lambda match: (match[1], names[match[0]].required))
            result[header] = names[name]
    return result
