"""Documents of a firm: the papers of an application one by one, where each stands, what comes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from eligibility.domain.errors import InputError
from eligibility.domain.law import Edition
from eligibility.domain.text import Wording
from eligibility.evidence.person_table import PersonKeys, open_persons
from eligibility.evidence.staff_report import StaffReport, report_staff
from eligibility.i18n import Language
from eligibility.schemes.materials import Material
from eligibility.schemes.registry import Scheme
from eligibility.store import DocumentStatus, Repository

Row = Mapping[str, Any]

#: how far a paper has come, the least first
ORDER = tuple(DocumentStatus)
#: papers of which a day has no longer to be kept
HERE = (DocumentStatus.RECEIVED, DocumentStatus.CHECKED)
_UNTOUCHED: Row = {
    "status": DocumentStatus.MISSING.value, "version": 0, "files": (),
    **dict.fromkeys(("due_on", "asked_on", "asker", "remark")),
}  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """One paper of a firm's application.

    Attributes
    ----------
    item : str
        Its id in the catalogue, the id of a condition, or the name that staff gave it.
    title : Wording
    under : int
        Number of the heading of the law that it belongs to; 0 beside them.
    conditions : tuple of str
        Ids of the conditions that it is read for.
    clauses : tuple of str
        Names of the clauses of an edition on it.
    evidence : Wording
        What exactly is asked for; blank for one that the catalogue names.
    is_of_persons : bool
        Whether it is a list of persons: read to be counted, never kept.
    entry : mapping
        ``status``, ``due_on``, ``asked_on``, ``asker``, ``remark``, ``files``, ``version``.
    """

    item: str
    title: Wording
    under: int
    conditions: tuple[str, ...]
    evidence: Wording = field(default_factory=lambda: Wording(zh="", en=""))
    clauses: tuple[str, ...] = ()
    is_of_persons: bool = False
    entry: Row = field(default_factory=lambda: _UNTOUCHED)

    @property
    def status(self) -> DocumentStatus:
        """Where it stands."""
        return DocumentStatus(self.entry["status"])

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed and it has not come."""
        due = self.entry["due_on"]
        return due is not None and due < today and self.status not in HERE


def checklist(scheme: Scheme, law: Edition, rows: Sequence[Row]) -> list[Paper]:
    """Papers of a firm in the order of the law, then what staff added.

    Parameters
    ----------
    scheme : Scheme
        One without a catalogue of papers is listed by its conditions.
    law : Edition
    rows : sequence of mapping
        What the store holds of the firm's documents (``Documents.of_firm``).
    """
    entries = {row["item"]: row for row in rows}
    conditions = {
        each.id: Paper(each.id, each.title, 0, (each.id,), each.evidence) for each in law.conditions
    }
    if scheme.materials is None:
        papers = list(conditions.values())
    else:
        papers = [_paper(each) for each in scheme.materials.papers]
    known = {paper.item for paper in papers}
    # by condition, as earlier versions listed them, or by a name
    papers += [
        conditions.get(item) or Paper(item, Wording(zh=item, en=item), 0, ())
        for item in entries
        if item not in known
    ]
    return [
        Paper(**{**vars(paper), "entry": entries.get(paper.item, _UNTOUCHED)}) for paper in papers
    ]


def _paper(material: Material) -> Paper:
    return Paper(
        material.id,
        material.title,
        material.under,
        material.conditions,
        clauses=material.clauses,
        is_of_persons=material.persons,
    )


def status_by_condition(papers: Sequence[Paper], language: Language) -> dict[str, DocumentStatus]:
    """How far the papers of each condition have come, those least advanced; then further papers by name.

    A condition of whose papers none has been touched is left out.
    """
    result: dict[str, DocumentStatus] = {}
    touched: set[str] = set()
    for paper in papers:
        if paper.entry is not _UNTOUCHED:
            touched.update(paper.conditions or (language.of(paper.title),))
        for name in paper.conditions or (language.of(paper.title),):
            if name not in result or ORDER.index(paper.status) < ORDER.index(result[name]):
                result[name] = paper.status
    # what was said of the condition as a whole holds
    result |= {paper.item: paper.status for paper in papers if paper.item in paper.conditions}
    return {name: status for name, status in result.items() if name in touched}


def attach(
    repository: Repository, scheme: Scheme, firm_id: int, paper: Paper, name: str, content: bytes
) -> int:
    """Attach a file to a paper of a firm; the file's id.

    Raises
    ------
    InputError
        For a list of persons: one that the catalogue marks, or a workbook with a column of identity
        numbers; and for what ``Documents.attach`` refuses.
    """
    if paper.is_of_persons or _lists_persons(scheme, name, content):
        raise InputError(
            "{file} is a list of persons: it can be read to be counted, and is not kept. Nothing "
            "was stored.",
            file=name,
        )
    return repository.documents.attach(firm_id, paper.item, name, content)


def _lists_persons(scheme: Scheme, name: str, content: bytes) -> bool:
    """Whether a workbook has a column of identity numbers; one that cannot be read has none."""
    if scheme.staff_rules is None or not name.lower().endswith(".xlsx"):
        return False
    columns = scheme.staff_rules.columns["roster"]
    try:
        table = open_persons((name, content), columns, PersonKeys(), date.today().year)
    except InputError:
        return False
    return "identity" in table.columns


def count_persons(scheme: Scheme, name: str, content: bytes, as_of: date) -> StaffReport:
    """Count the people of a roster, of which nothing is kept.

    Raises
    ------
    InputError
        If it is no list of persons, or the scheme counts nobody.
    """
    return report_staff((name, content), scheme, as_of=as_of)
