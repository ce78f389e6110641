"""The firm that is open, wherever it was met: in a file, in a self-assessment, in staff's register.

Plan and papers know only what stands here. Each source is asked as the person who looks may ask
it, so the register's firms open for nobody whom the store does not show them to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from eligibility.app import address, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.register import firms_query
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.domain.calendar_window import cut_window
from eligibility.domain.facts import FirmTable
from eligibility.intake.draft_reader import read_draft
from eligibility.register.documents import checklist, status_by_condition
from eligibility.register.titles import firm_period, with_recorded_title
from eligibility.reports.fact_sources import ConditionSources, condition_sources
from eligibility.screening import Firm
from eligibility.store import PAPER_WORDS, Repository

Lists = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class PageLink:
    """A page that leads on from the firm: its script, and what its address says."""

    script: Path
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenFirm:
    """One firm, judged by the rules and the model in use.

    Attributes
    ----------
    firm : Firm
    on : date
        The day from which something can be done.
    query : mapping
        What the address of a page says to open it.
    home : Page
        Where its conditions stand.
    lists : mapping of list to rows
        The lists behind its counts, as they were typed.
    papers : mapping of paper to msgid, or None
        Where each paper stands; None where nobody keeps a list of them.
    figures : FirmTable, optional
        What is stated beside the lists, where it is kept apart from what they come to.
    sources : mapping of condition to ConditionSources
        Where its figures come from, if papers were read.
    """

    firm: Firm
    on: date
    query: Mapping[str, str]
    home: PageLink
    lists: Lists = field(default_factory=dict)
    papers: Mapping[str, str] | None = None
    figures: FirmTable | None = None
    sources: Mapping[str, ConditionSources] = field(default_factory=dict)


def from_file(key: str) -> OpenFirm | None:
    """The firm of that key in the file kept, or in the sample.

    Raises
    ------
    EligibilityError
        If the file cannot be read.
    """
    open_firm = cache.current().find(key)
    query = {address.FIRM: key}
    home = PageLink(PAGES / "firm/firm_page.py", query)
    if open_firm is None:
        return None
    return OpenFirm(replace(open_firm, key=key), session.application_day(), query, home)


def from_draft(draft: Draft, firm: Firm) -> OpenFirm:
    """The firm that a self-assessment tells of."""
    query, home = (
        {address.SOURCE: form_state.DRAFT, **address.draft_query()},
        PageLink(PAGES / "self_assessment/result_page.py", address.draft_query()),
    )
    lists = cut_window(draft.lists, firm.application_date.year, firm.scheme.latest_year_ids)
    typed = read_draft({"facts": draft.facts}, firm.scheme, date.today(), blank_bad_cells=True)
    return OpenFirm(
        replace(firm, key=form_state.DRAFT),
        date.today(),
        query,
        home,
        lists,
        figures=typed.batch.table if typed.batch.table.rows else None,
        sources=condition_sources(firm.table, draft.state, firm.scheme, language()),
    )


def from_register(repository: Repository, firm_id: int) -> OpenFirm | None:
    """A firm of the register as its latest assessment has its facts; None where there is none.

    Raises
    ------
    NotFound
        If whoever looks may not see it.
    """
    assessments = repository.records.assessments(firm_id)
    if not assessments:
        return None
    today = date.today()
    facts = with_recorded_title(
        repository.records.assessment(assessments[0]["id"])["inputs"],
        firm_period(repository, firm_id, cache.scheme(), today),
        today,
        cache.scheme(),
    )
    query = {address.SOURCE: address.REGISTERED, address.FIRM: str(firm_id)}
    return OpenFirm(
        replace(
            cache.with_readiness(firms_query.assess_facts(facts, cache.scheme())),
            key=f"{address.REGISTERED}-{firm_id}",
        ),
        today,
        query,
        PageLink(PAGES / "register/firm_page.py", {address.FIRM: str(firm_id)}),
        firms_query.lists_of(repository, firm_id),
        _papers(repository, firm_id, today),
    )


def _papers(repository: Repository, firm_id: int, today: date) -> dict[str, str]:
    """Where the papers of each condition stand, and further ones, as msgids."""
    scheme = cache.scheme()
    papers = checklist(scheme, scheme.in_force(today), repository.documents.of_firm(firm_id))
    found = status_by_condition(papers, language())
    return {name: PAPER_WORDS[status] for name, status in found.items()}
