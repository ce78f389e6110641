"""Candidates of a year: the register's firms that can be certified in it, as one table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

import numpy as np

from eligibility.assessment.ladder import joint_fields
from eligibility.city.application_model import ApplicationHistory
from eligibility.city.certificates import Certificates, certificates
from eligibility.domain.arrays import Bools
from eligibility.domain.facts import FirmTable
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.register.application_history import application_history
from eligibility.schemes.registry import Scheme
from eligibility.store import LEADS, Repository, Stage

Row = Mapping[str, Any]
#: stages from which a firm may apply: all of them
STAGES = tuple(Stage)
#: what the register knows of a firm itself, and not from a file of some year
MASTER = ("uscc", "name", "district", "industry", "carrier")


@dataclass(frozen=True)
class UnrecordedApplication:
    """A firm whose stage says that it applied, and the year held to be that of its application."""

    firm: int
    name: str
    year: int


@dataclass(frozen=True)
class YearCandidates:
    """Candidates of a year: firms that can be certified in it, and those that cannot be counted.

    Attributes
    ----------
    table : FirmTable
    firms : tuple of int
        Ids in the register, in the order of the table.
    has_applied : array of bool, shape (n,)
        Whose application is in.
    again : array of bool, shape (n,)
        Who may be certified in the year before as well, as that one is not over.
    carrier : str or None
        The carrier whose firms alone are seen; None where all are.
    stages : mapping of Stage to int
        How many firms of the table stand where; of ``CERTIFIED`` those whose certificate ends.
    already : int
        Firms certified in the year so far.
    target, target_after : int or None
        The register's own for the year and for the year after, where one is set.
    blank, unread : mappings of int to str
        Ids and names of firms without any figures, and of those whose figures cannot be used.
    doubles : int
        Further files of firms that have several: a firm counts once.
    waiting : int
        Firms whose application of the year before is not decided: they apply in that one.
    later : int
        Firms whose application is of a later year.
    unrecorded_applications : tuple of UnrecordedApplication
        Firms at the stage applied without an undecided application on record: each counts in the
        one year in which its stage was set.
    earlier : int
        Firms of the table whose latest figures are of an earlier year.
    certificates : Certificates
        All on record.
    renewal : array of bool, shape (n,)
        Whose certificate ends in the year.
    history : ApplicationHistory
        Who applied in the years before.
    figures_changed : date or None
        The last day on which figures of a firm were imported or edited; None without any.
    digest : str
        Names all of it.
    """

    year: int
    table: FirmTable
    firms: tuple[int, ...]
    has_applied: Bools
    again: Bools
    carrier: str | None
    stages: Mapping[Stage, int]
    already: int
    target: int | None
    target_after: int | None
    blank: Mapping[int, str]
    unread: Mapping[int, str]
    doubles: int
    waiting: int
    later: int
    unrecorded_applications: tuple[UnrecordedApplication, ...]
    earlier: int
    certificates: Certificates
    renewal: Bools
    history: ApplicationHistory
    figures_changed: date | None
    digest: str


def year_candidates(
    repository: Repository, year: int, scheme: Scheme, today: date | None = None
) -> YearCandidates:
    """The firms that apply in a year or may, as their facts stand.

    Whatever its stage, a firm is a candidate; how likely it applies is its chance's business.

    A firm whose certificate is valid beyond the year does not apply in it. One at the stage
    certified does if its certificate ends in the year: renewals are applications.
    """
    today = today or date.today()
    law = scheme.in_force(date(year, 1, 1))
    copies = repository.year.copies(year)
    main_ids = _main_ids(copies)
    stock_certificates = certificates(
        _merge_certificates(repository.year.certificates(), main_ids), law
    )
    targets = {row["year"]: row for row in repository.administration.targets()}
    of_year = targets.get(year, {"number": None, "certified": 0})
    rows = _add_main_ids(repository.year.applicants(year, STAGES), main_ids, today)
    by_main_id: dict[int, list[Row]] = {}
    for row in _applicants(
        rows, stock_certificates, year, _decided_firms(copies, main_ids, stock_certificates)
    ):
        by_main_id.setdefault(row["main_id"], []).append(row)
    firm_rows = [_merge_copies(group) for group in by_main_id.values()]
    waiting = [row for row in firm_rows if row["applied"] == year - 1]
    later = [row for row in firm_rows if row["applied"] is not None and row["applied"] > year]
    elsewhere = {row["main_id"] for row in (*waiting, *later)}
    may = [row for row in firm_rows if row["main_id"] not in elsewhere]
    rows_with_facts = [row for row in may if row["facts"]]
    batch = from_records(
        [_facts(row) for row in rows_with_facts],
        joint_fields(),
        IntakeOptions(application_date=date(year, 1, 1), covered_from=scheme.covered_from),
        catalogue=scheme.titles_by_code,
    )
    read = [rows_with_facts[number - 1] for number in batch.rows.tolist()]
    again = [_may_certify_before(row, stock_certificates, year, today) for row in read]
    ids = dict.fromkeys(row["id"] for row in read)
    ending = stock_certificates.ending_in(year)
    history = application_history(repository, year, stock_certificates, scheme)
    return YearCandidates(
        year=year,
        table=batch.table,
        firms=tuple(ids),
        has_applied=np.array(
            [row["stage"] == Stage.APPLIED and row["applied"] == year for row in read],
            dtype=np.bool_,
        ),
        again=np.array(again, dtype=np.bool_),
        carrier=None
        if repository.rights().role in LEADS
        else next((row["carrier"] for row in rows if row["carrier"]), ""),
        stages=Counter(
            Stage.CERTIFIED
            if row["main_id"] in ending and row["stage"] == Stage.LAPSED
            else Stage(row["stage"])
            for row in read
        ),
        already=of_year["certified"],
        target=of_year["number"],
        target_after=targets.get(year + 1, {"number": None})["number"],
        blank={row["id"]: row["name"] for row in may if not row["facts"]},
        unread={row["id"]: row["name"] for row in rows_with_facts if row["id"] not in ids},
        doubles=sum(row["stage"] != Stage.CERTIFIED for row in rows if row["id"] in main_ids)
        - sum(row["stage"] != Stage.CERTIFIED for row in firm_rows if row["id"] in main_ids),
        waiting=len(waiting),
        later=len(later),
        unrecorded_applications=tuple(
            UnrecordedApplication(row["applied_by"], row["name"], row["applied"])
            for row in firm_rows
            if row["pending"] is None and row["applied"] in (year - 1, year)
        ),
        earlier=sum(row["facts_year"] < year for row in read),
        certificates=stock_certificates,
        renewal=np.array([row["main_id"] in ending for row in read], dtype=np.bool_),
        history=history,
        figures_changed=repository.year.figures_changed(),
        digest=_digest(year, firm_rows, of_year, again, history.has_applied.tolist()),
    )


def _main_ids(copies: list[dict[str, Any]]) -> dict[int, int]:
    """The id by which each file of a firm that has several is counted: the least one."""
    least: dict[int, int] = {}
    return {row["id"]: least.setdefault(row["firm"], row["id"]) for row in copies}


def _merge_certificates(rows: list[dict[str, Any]], main_ids: Mapping[int, int]) -> list[Row]:
    """Certificates of the firms themselves: one that several copies record is told once."""
    result: dict[tuple[int, int], Row] = {}
    for row in rows:
        main_id = main_ids.get(row["firm_id"], row["firm_id"])
        before = result.get((main_id, row["applied_year"]), {})
        facts = {name: value for name, value in before.items() if value is not None}
        result[main_id, row["applied_year"]] = {**row, **facts, "firm_id": main_id}
    return list(result.values())


def _decided_firms(
    copies: list[dict[str, Any]], main_ids: Mapping[int, int], certificates: Certificates
) -> set[int]:
    """The firms through with the year as some copy says: decided, or certified for longer.

    A stage speaks only where no certificate is on record: one that has ended leaves it behind.
    """
    recorded = set(certificates.firm.tolist())
    return {
        main_ids[row["id"]]
        for row in copies
        if row["decided"]
        or (row["stage"] == Stage.CERTIFIED and main_ids[row["id"]] not in recorded)
    }


def _add_main_ids(
    rows: list[dict[str, Any]], main_ids: Mapping[int, int], today: date
) -> list[Row]:
    return [
        {**row, "main_id": main_ids.get(row["id"], row["id"]), "applied": _applied_year(row, today)}
        for row in rows
    ]


def _applicants(
    rows: list[Row], certificates: Certificates, year: int, decided_firms: set[int]
) -> Iterator[Row]:
    valid, ending = certificates.valid_after(year), certificates.ending_in(year)
    for row in rows:
        if row["main_id"] in valid or row["main_id"] in decided_firms:
            continue
        if row["stage"] != Stage.CERTIFIED or row["main_id"] in ending:
            yield row


def _merge_copies(copies: list[Row]) -> Row:
    """One row of a firm's copies: the latest figures there are, and how far any of them has come."""
    stages = [*(stage for stage in Stage if stage != Stage.APPLIED), Stage.APPLIED]
    latest = max(copies, key=lambda row: (row["facts_year"] or 0, -row["id"]))
    ahead = max(copies, key=lambda row: (row["applied"] or 0, stages.index(row["stage"])))
    pending, decided = (
        [row[name] for row in copies if row[name] is not None] for name in ("pending", "decided")
    )
    return {
        **latest,
        "stage": ahead["stage"],
        "stage_since": ahead["stage_since"],
        "applied": ahead["applied"],
        "applied_by": ahead["id"],
        "pending": max(pending, default=None),
        "decided": max(decided, default=None),
    }


def _may_certify_before(row: Row, certificates: Certificates, year: int, today: date) -> bool:
    """Whether a firm may still be certified in the year before, by figures that are there now."""
    return (
        year > today.year
        and row["facts_year"] < year
        and row["decided"] != year - 1
        and row["main_id"] not in certificates.valid_after(year - 1)
        and row["stage"] != Stage.CERTIFIED
    )


def _applied_year(row: Row, today: date) -> int | None:
    """The year of a firm's undecided application; None where neither record nor stage says one.

    Where the stage alone does, it is the year since which the stage holds (this one where that is
    not known), or the next, if the application of that year is decided.
    """
    pending: int | None = row["pending"]
    if pending is not None or row["stage"] != Stage.APPLIED:
        return pending
    since = row["stage_since"]
    year: int = since.astimezone().year if since else today.year
    return year if row["decided"] is None else max(year, row["decided"] + 1)


def _facts(row: Row) -> dict[str, Any]:
    """The facts of a firm, under the names and places that the register has for it now."""
    now = {name: row[name] for name in MASTER if row[name] is not None}
    day = {"application_date": date(row["facts_year"], 1, 1).isoformat()}
    return {**day, **row["facts"], **now}


def _digest(*content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()
