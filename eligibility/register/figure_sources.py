"""Sources of a firm's figures in the register: a paper, the firm's own entry, a colleague, an imported file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from eligibility.i18n import Language
from eligibility.reports.fact_sources import record_text
from eligibility.store.audit import AuditAction

Row = Mapping[str, Any]


class FigureSource(NamedTuple):
    """Where a figure comes from, in words, and the paper that it stands in, if it is known to."""

    words: str
    paper: str = ""


def figure_sources(
    facts: Mapping[str, Any],
    log: Iterable[Row],
    decisions: Sequence[Row],
    import_files: Mapping[int, str],
    language: Language,
) -> dict[str, FigureSource]:
    """The source of each figure, as far as it is on record.

    Parameters
    ----------
    facts : mapping
        Calendar key → value, of the figures stored now or of those that an assessment judged.
    log : iterable of mapping
        The log of the firm, latest first: ``action``, ``at``, ``by``, ``detail``.
    decisions : sequence of mapping
        What was decided of what the firm sent, latest first.
    import_files : mapping
        Id of an import → name of its file.
    language : Language

    Returns
    -------
    dict
        Calendar key → source. A figure whose value no line of the log explains is left out.
    """
    sources: dict[str, FigureSource] = {}
    before: dict[str, Any] = {}
    imported: list[Row] = []
    for line in log:
        if line["action"] == AuditAction.FIRM_IMPORT:
            imported.append(line)
        for key, (was, value) in _changes(line):
            before[key] = was
            if key in sources or key not in facts or facts[key] != value:
                continue
            if source := _source(line, key, value, decisions, import_files, language):
                sources[key] = source
    # what an import adds it does not name one by one
    if len(imported) == 1:
        added = FigureSource(_import_words(imported[0], import_files, language))
        rest = facts.keys() - sources.keys()
        sources |= {key: added for key in rest if before.get(key, facts[key]) == facts[key]}
    return sources


def _changes(line: Row) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The figures that a line of the log names, each with the value that it had and that it got."""
    changed = line["detail"].get("changed")
    for key, values in changed.items() if isinstance(changed, Mapping) else ():
        if isinstance(values, list | tuple) and len(values) == 2:
            yield key, (values[0], values[1])


def _source(
    line: Row,
    key: str,
    value: Any,
    decisions: Sequence[Row],
    import_files: Mapping[int, str],
    language: Language,
) -> FigureSource | None:
    _ = language.text
    day = f"{line['at'].astimezone():%Y-%m-%d}"
    if line["action"] == AuditAction.FIGURES_SAVE:
        return FigureSource(_("typed by {name}, {day}").format(name=line["by"] or "—", day=day))
    if line["action"] == AuditAction.FIRM_IMPORT:
        return FigureSource(_import_words(line, import_files, language))
    if line["action"] != AuditAction.SUBMISSION_DECIDE:
        return None
    decision = next(
        (
            row
            for row in decisions
            if row["is_accepted"] and row["key"] == key and row["value"] == value
        ),
        None,
    )
    if decision is None:
        return None
    words = _("sent by the firm {sent}, accepted by {name} {day}").format(
        sent=_day(decision["sent_at"]), name=decision["by"] or "—", day=_day(decision["at"])
    )
    if not decision["source"]:
        return FigureSource(words)
    where = record_text(decision["source"], language)
    return FigureSource(f"{where} · {words}", decision["source"].get("file", ""))


def _import_words(line: Row, import_files: Mapping[int, str], language: Language) -> str:
    file = import_files.get(line["detail"].get("import_id", 0))
    words = (
        language.text("from the file {file}, imported {day}")
        if file
        else language.text("imported {day}")
    )
    return words.format(file=file, day=_day(line["at"]))


def _day(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d}"
