"""Where each figure of a self-assessment comes from: the paper and place it was read, or a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from eligibility.assessment.dependencies import condition_fields
from eligibility.domain.calendar_window import calendar_key
from eligibility.domain.facts import FirmTable
from eligibility.domain.papers import PaperSource
from eligibility.i18n import Language
from eligibility.reports.paper_text import source_text
from eligibility.schemes.registry import Scheme, all_latest_year_ids

#: characters of the words beside a figure that a draft stores
LONGEST_WORDS = 120
PARTS = tuple(each.name for each in fields(PaperSource))


@dataclass(frozen=True)
class ConditionSources:
    """Where the figures of one condition come from.

    Attributes
    ----------
    files : tuple of str
        Names of the papers, each once.
    lines : tuple of str
        One a figure: what it is, and its document, place and line, or that a person typed it.
    """

    files: tuple[str, ...]
    lines: tuple[str, ...]


def source_record(source: PaperSource, entry: str) -> dict[str, str]:
    """The source of a figure as a draft stores it, with the entry as the paper has it."""
    record = {name: text for name, text in asdict(source).items() if text}
    return record | {"words": source.words[:LONGEST_WORDS], "entry": entry}


def source_of_record(record: Mapping[str, str]) -> PaperSource:
    """The source that a draft stores of a figure."""
    return PaperSource(**{"file": "", **{name: record[name] for name in PARTS if name in record}})


def condition_sources(
    firm: FirmTable, draft: Mapping[str, Any], scheme: Scheme, language: Language
) -> dict[str, ConditionSources]:
    """Where the figures behind each condition come from; empty for a draft without papers.

    Parameters
    ----------
    firm : FirmTable
        The one firm that the draft is about.
    draft : mapping
        ``facts`` by key as typed, and ``sources`` by key as ``source_record`` gives them; drafts
        stored before there were sources have none.
    scheme : Scheme
    language : Language
    """
    sources = draft.get("sources") or {}
    if not sources:
        return {}

    def origin(key: str) -> tuple[str, str]:
        stored, entry = sources.get(key), (draft.get("facts") or {}).get(key)
        is_paper = stored and (entry is None or _same(entry, stored.get("entry", "")))
        return (stored or {}).get("file", "") if is_paper else "", _origin(stored, entry, language)

    return sources_by_condition(firm, origin, scheme, language)


def sources_by_condition(
    firm: FirmTable, origin: Callable[[str], tuple[str, str]], scheme: Scheme, language: Language
) -> dict[str, ConditionSources]:
    """Sources of the figures behind each condition of one firm.

    Parameters
    ----------
    firm : FirmTable
    origin : callable
        Calendar key of a figure → the paper it stands in, or empty, and its source in words; a
        figure without words is left out.
    scheme : Scheme
    language : Language
    """
    year = firm.application_years[0].item()
    result = {}
    for condition, names in condition_fields(firm, scheme).items():
        files: dict[str, None] = {}
        lines = []
        for name in names:
            file, words = origin(calendar_key(name, year, all_latest_year_ids()))
            files[file] = None
            title = language.of(scheme.fields_by_id[name].title_in_year(year))
            lines += [f"{title}: {words}"] if words else []
        if lines:
            result[condition] = ConditionSources(tuple(filter(None, files)), tuple(lines))
    return result


def _origin(record: Mapping[str, str] | None, entry: str | None, language: Language) -> str:
    say = language.text
    if not record:
        return say("entered by hand") if entry is not None else say("counted from the list")
    where = record_text(record, language)
    paper_entry = record.get("entry", "")
    if entry is None or _same(entry, paper_entry):
        return where
    return say("corrected by hand to {entry}; the paper says {printed}: {source}").format(
        entry=entry, printed=paper_entry, source=where
    )


def record_text(record: Mapping[str, str] | None, language: Language) -> str:
    """File, page and line of a source that was stored; nothing where there is none."""
    return source_text(source_of_record(record), language) if record else ""


def _same(entry: str, other: str) -> bool:
    """Whether two entries say one thing, however their digits are grouped."""
    first, second = entry.strip(), other.strip()
    try:
        return first == second or _amount(first) == _amount(second)
    except InvalidOperation:
        return False


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("\uff0c", ""))


def files_in_words(sources: ConditionSources, language: Language, most: int = 2) -> Iterator[str]:
    """The first so many papers behind a condition, and how many more there are."""
    if sources.files:
        named = language.text(", ").join(sources.files[:most])
        more = len(sources.files) - most
        rest = language.text(" and {n} more").format(n=more) if more > 0 else ""
        yield language.text("from {papers}").format(papers=named + rest)
