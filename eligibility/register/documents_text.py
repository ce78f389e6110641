"""Documents of a firm as plain data and as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from eligibility.domain.law import Edition
from eligibility.domain.records import cite, words
from eligibility.i18n import Language
from eligibility.register.documents import HERE, Paper
from eligibility.register.record_types import DocumentsRecord, PaperRecord
from eligibility.schemes.registry import Scheme
from eligibility.store import PAPER_WORDS

Row = Mapping[str, Any]


def documents_record(
    firm: Row, papers: Sequence[Paper], scheme: Scheme, today: date
) -> DocumentsRecord:
    """The documents as plain data: the firm, the law that asks for them, and each paper."""
    citations = scheme.materials.citations if scheme.materials else ()
    return {
        "firm": {"firm_id": firm["id"], "name": firm["name"], "uscc": firm["uscc"]},
        "as_of": today.isoformat(),
        "citations": [{"document": each.document, "article": each.article} for each in citations],
        "papers": [_paper(paper, scheme.in_force(today), today) for paper in papers],
    }


def _paper(paper: Paper, law: Edition, today: date) -> PaperRecord:
    entry = paper.entry
    due, asked = entry["due_on"], entry["asked_on"]
    return {
        "item": paper.item,
        "title": words(paper.title),
        "under": paper.under or None,
        "conditions": list(paper.conditions),
        "clauses": [cite(law.clauses[name]) for name in paper.clauses],
        "status": paper.status,
        "due_on": due.isoformat() if due else None,
        "asked_on": asked.isoformat() if asked else None,
        "asked_by": entry["asker"],
        "is_overdue": paper.is_overdue(today),
        "remark": entry["remark"],
        "files": [
            {"name": file["name"], "bytes": file["size"], "sha256": file["sha256"]}
            for file in entry["files"]
        ],
    }


def documents_text(
    firm: Row, papers: Sequence[Paper], scheme: Scheme, today: date, language: Language
) -> str:
    """The documents as lines: how many are here, then each with where it stands."""
    _ = language.text
    here = sum(paper.status in HERE for paper in papers)
    lines = [
        f"{firm['name']} {firm['uscc'] or ''}".strip(),
        _("{n} of {count} papers are here").format(n=here, count=len(papers)),
    ]
    if scheme.materials:
        lines.append(
            " · ".join(f"{each.document} {each.article}" for each in scheme.materials.citations)
        )
    for paper in papers:
        entry, parts = paper.entry, [language.of(paper.title), _(PAPER_WORDS[paper.status])]
        if due := entry["due_on"]:
            parts.append(_("△ {day}").format(day=due) if paper.is_overdue(today) else str(due))
        if entry["files"]:
            parts.append(_("files: {n}").format(n=len(entry["files"])))
        if entry["remark"]:
            parts.append(entry["remark"])
        lines.append(f"{paper.under or '·'}  {' · '.join(parts)}")
    return "\n".join(lines)
