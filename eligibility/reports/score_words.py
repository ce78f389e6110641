"""The table of scores for people: titles and words of a language in place of the program's names."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from eligibility.domain.results import STATUS_WORDS, VERDICT_WORDS
from eligibility.domain.text import Speaks, msgid
from eligibility.schemes.registry import Scheme

#: columns that are neither a field nor of a condition
TITLES = {
    "row": msgid("Row"),
    "edition": msgid("Edition"),
    "verdict": msgid("Verdict"),
    "score_low": msgid("Score, lowest"),
    "score_high": msgid("Score, highest"),
    "gap_1": msgid("Gap {n}"),
    "gap_2": msgid("Gap {n}"),
    "gap_3": msgid("Gap {n}"),
    "turned_by_another_reading": msgid("Turned by another reading"),
    "warnings": msgid("To be looked at"),
    "readiness": msgid("Readiness"),
    "readiness_low": msgid("Readiness, low"),
    "readiness_high": msgid("Readiness, high"),
    "readiness_if_met": msgid("Readiness if met"),
    "readiness_weakest": msgid("Weakest condition"),
    "readiness_outside": msgid("Outside what was learned from"),
    "readiness_model": msgid("Learned from"),
}
#: the columns of a condition, by their ending
OF_CONDITION = {
    "_status": msgid("{title}: status"),
    "_observed": msgid("{title}: own figure ({unit})"),
    "_margin": msgid("{title}: distance ({unit})"),
}
UNITS = {
    "/1": msgid("share"),
    "day": msgid("days"),
    "item": msgid("items"),
    "point": msgid("points"),
    "code": msgid("code"),
    "yes_no": msgid("1 yes, 0 no"),
}
_STATES = {*STATUS_WORDS.values(), *VERDICT_WORDS.values()}


def in_words(table: pa.Table, scheme: Scheme, language: Speaks) -> pa.Table:
    """The same table under titles of a language, its words and the names of things in it as well.

    Parameters
    ----------
    table : pa.Table
        As :func:`eligibility.reports.score_table.scored_table` gives it.
    """
    names = _names(scheme, language)
    columns = []
    for name in table.column_names:
        column = table[name]
        if name == "verdict" or name.endswith("_status"):
            column = _each(column, lambda word: language.text(word) if word in _STATES else word)
        elif name in ("edition", "warnings", "turned_by_another_reading", "readiness_weakest"):
            column = _each(column, lambda ids: _join(ids, names, language))
        columns.append(column)
    titles = [_title(name, scheme, language) for name in table.column_names]
    return pa.table(columns, names=titles)


def _title(name: str, scheme: Scheme, language: Speaks) -> str:
    if field := scheme.fields_by_id.get(name):
        return language.of(field.title)
    if name in TITLES:
        return language.text(TITLES[name]).format(n=name.rpartition("_")[2])
    for law in reversed(scheme.editions):
        for condition in law.conditions:
            for ending, words in OF_CONDITION.items():
                if name == f"{condition.id}{ending}":
                    unit = language.text(UNITS.get(condition.unit, condition.unit))
                    return language.text(words).format(
                        title=language.of(condition.title), unit=unit
                    )
    return name


def _names(scheme: Scheme, language: Speaks) -> dict[str, str]:
    """What a language calls editions, conditions, signs and readings."""
    names: dict[str, str] = {}
    for law in scheme.editions:
        names[law.id] = language.of(law.title)
        names |= {each.id: language.of(each.title) for each in law.conditions}
        names |= {each.id: language.of(each.says) for each in law.signs}
        names |= {key: language.of(each.question) for key, each in law.interpretations.items()}
    return names


def _join(ids: str, names: dict[str, str], language: Speaks) -> str:
    return language.text("; ").join(names.get(name, name) for name in ids.split())


def _each(column: pa.ChunkedArray, say: Callable[[str], str]) -> pa.Array:
    texts = column.to_pylist()
    words = {text: say(text) for text in {*texts} if text is not None}
    return pa.array([words.get(text) for text in texts], pa.string())
