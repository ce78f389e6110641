"""What a firm sent, read by the rules of all input and laid beside what the register holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from eligibility.assessment.ladder import joint_fields, schemes_beside
from eligibility.domain.calendar_window import by_calendar_year, latest_year_ids, split_calendar_key
from eligibility.domain.facts import Field, RowIssue
from eligibility.i18n import Language
from eligibility.intake.draft_reader import DraftReading, read_draft
from eligibility.intake.firm_names import name_key
from eligibility.reports.number_format import WAN, quantity
from eligibility.schemes.registry import Scheme
from eligibility.store import LEDGER_WORDS, FirmFilter, Ledger, Repository, table_facts
from eligibility.store.inbox import LIST

Row = Mapping[str, Any]
#: say which firm it is, and stand in its own row of the register
IDENTITY = frozenset({"uscc", "name", "carrier"})
#: firms whose names have a part in common that are looked through
MOST_NAMESAKES = 500


@dataclass(frozen=True)
class InboxItem:
    """What a firm sent, as it was read.

    Attributes
    ----------
    uscc, name : str
        Of the firm as it says; empty where it does not.
    year : int
        Of the application that the facts are for.
    facts : mapping
        Calendar key → value: money in CNY, counts that follow from lists among them.
    issues : sequence of RowIssue
        What could not be read.
    """

    uscc: str
    name: str
    year: int
    facts: Row
    issues: Sequence[RowIssue]


@dataclass(frozen=True)
class FactProposal:
    """One field side by side: what is held, what was sent, and what was decided on it before."""

    key: str
    field: Field
    stored_value: Any
    sent_value: Any
    decision: Row | None

    @property
    def is_open(self) -> bool:
        """Whether it is another value than the one held, and nobody decided on it."""
        return self.decision is None and self.sent_value != self.stored_value


def read_item(row: Row, scheme: Scheme, today: date) -> InboxItem:
    """Read one row of ``inbox.items``.

    Raises
    ------
    DateNotCovered
        If no edition covers the date of application.
    """
    state = row["state"]
    options = row.get("options") or {}
    day = date(options["year"], 12, 31) if "year" in options else today
    reading = read_draft(state, scheme, day, schemes_beside(scheme), blank_bad_cells=True)
    texts = state.get("facts") or {}
    facts = _facts(reading)
    if "year" in options:
        facts = {key: value for key, value in facts.items() if key in options["keys"]}
    return InboxItem(
        str(texts.get("uscc") or "").strip().upper(),
        str(texts.get("name") or row.get("sender") or "").strip(),
        reading.application_date.year,
        {key: value for key, value in facts.items() if key not in IDENTITY},
        reading.batch.issues,
    )


def _facts(reading: DraftReading) -> dict[str, Any]:
    """The facts of a draft by calendar key; none where it cannot be used as it stands."""
    if not len(reading.batch.table):
        return {}
    (facts,) = table_facts(reading.batch.table, joint_fields())
    return by_calendar_year(facts, reading.application_date.year, reading.latest)


def match_firm(repository: Repository, row: Row, item: InboxItem) -> int | None:
    """The firm of the register that sent it: by its account, its code, else its name where one alone has it.

    None where there is none, or several could be meant.
    """
    if row["firm_id"] is not None:
        firm_id: int = row["firm_id"]
        return firm_id
    if item.uscc:
        by_code = repository.firms.ids_by_code([item.uscc])
        if item.uscc in by_code:
            return by_code[item.uscc]
    if not item.name:
        return None
    wanted = name_key(item.name)
    # brackets and spaces are written in more than one way, so the longest part between them is looked for
    part = max(re.findall(r"\w+", item.name), key=len, default="")
    found = repository.firms.page(FirmFilter(text=part), limit=MOST_NAMESAKES).rows if part else []
    same = [
        each
        for each in found
        # a firm of another code is another firm, whatever its name
        if name_key(each["name"]) == wanted and not (each["uscc"] and item.uscc)
    ]
    return int(same[0]["id"]) if len(same) == 1 else None


def compare(item: InboxItem, stored_facts: Row, decisions: Sequence[Row]) -> list[FactProposal]:
    """Every field sent beside the one held, in the order of the form.

    Parameters
    ----------
    item : InboxItem
    stored_facts : mapping
        Calendar key → value, of the firm that it is compared with.
    decisions : sequence of mapping
        Of ``inbox.item``: a decision holds as long as the value sent is the one decided on.
    """
    by_key = fields_by_key(item.year)
    decided = {(row["key"], str(row["value"])): row for row in reversed(decisions)}
    return [
        FactProposal(
            key, field, stored_facts.get(key), item.facts[key],
            decided.get((key, str(item.facts[key]))),
        )
        for key, field in by_key.items()
        if key in item.facts
    ]  # fmt: skip


@dataclass(frozen=True)
class ListProposal:
    """One list side by side: the rows held, the rows sent, and what was decided on it before.

    ``key`` names it among what was sent, ``kind`` among the lists of the firm.
    """

    key: str
    kind: str
    stored_rows: Sequence[Row]
    version: int
    sent_rows: Sequence[Row]
    decision: Row | None

    @property
    def is_open(self) -> bool:
        """Whether it is another list than the one held, and nobody decided on it."""
        return self.decision is None and list(self.sent_rows) != list(self.stored_rows)


def compare_lists(repository: Repository, row: Row, firm_id: int) -> list[ListProposal]:
    """Every list sent beside the one held of a firm; empty ones and those it has no place for not.

    ``row`` is of ``inbox.item``.
    """
    decided = {each["key"]: each for each in reversed(row["decisions"])}
    proposals = []
    for key, rows in (row["state"].get("ledgers") or {}).items():
        kind = key.partition("@")[0]
        if not rows or kind not in set(Ledger):
            continue
        held, decision = repository.records.ledger(firm_id, kind), decided.get(LIST + kind)
        if decision is not None and decision["value"] != rows:
            decision = None
        proposals.append(ListProposal(key, kind, held.value, held.version, rows, decision))
    return proposals


@cache
def fields_by_key(year: int) -> dict[str, Field]:
    """Calendar key → field of the form of an application in a year, in the order of the form."""
    fields = joint_fields()
    keys = by_calendar_year({field.id: field for field in fields}, year, latest_year_ids(fields))
    return dict(keys)


@cache
def _stems() -> dict[str, Field]:
    return {field.stem: field for field in reversed(joint_fields())} | {
        field.id: field for field in joint_fields()
    }


def key_title(key: str, language: Language) -> str:
    """The title of a stored fact with its calendar year."""
    _ = language.text
    if key.startswith(LIST):
        return _(LEDGER_WORDS[Ledger(key.removeprefix(LIST))])
    stem, year = split_calendar_key(key) or (key, None)
    field = _stems().get(stem)
    title = language.of(field.stem_title) if field else key
    return title if year is None else _("{title}, {year}").format(title=title, year=year)


def value_text(field: Field, value: Any) -> str:
    """A value as a form shows it, money in 万元; empty where there is none."""
    if value is None:
        return ""
    if field.kind == "money":
        return f"{(Decimal(repr(value)) / WAN).normalize():f}"
    if field.kind == "yes_no":
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def value_in_words(row: Row, language: Language) -> str:
    """The value of a decision, or of ``key`` and ``value``, with its unit."""
    _ = language.text
    if isinstance(row["value"], list):
        return _("{n} rows").format(n=len(row["value"]))
    stem = (split_calendar_key(row["key"]) or (row["key"],))[0]
    field, value = _stems().get(stem), row["value"]
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is None or isinstance(value, str):
        return str(value)
    return quantity(value, field.unit, language)


def stored_facts(repository: Repository, firm_id: int, year: int) -> tuple[Row, int]:
    """What is held of a firm for an application, by calendar key, and the version of its figures."""
    held = repository.records.figures(firm_id, year)
    facts = held.value if held.version else repository.records.figures_of_other_years(firm_id, year)
    return by_calendar_year(facts, year, latest_year_ids(joint_fields())), held.version


def open_proposals(proposals: Sequence[FactProposal]) -> Iterator[FactProposal]:
    """Those on which something is left to decide."""
    return (proposal for proposal in proposals if proposal.is_open)
