"""Results of a year of the register: its applications, certificates, survey and work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from eligibility.city.annual_results import (
    AnnualResults,
    CertificateEnd,
    Scope,
    application_results,
    course_results,
    gap_counts,
    research_growth,
    survey_counts,
    work_counts,
)
from eligibility.city.certificates import certificates
from eligibility.register.review_reasons import REVIEW_REASONS
from eligibility.schemes.registry import Scheme
from eligibility.store import LEADS, Repository, Stage

Row = Mapping[str, Any]
EVERYONE = Scope()
#: stages whose firms have no certificate
WITHOUT = (Stage.SURVEYED, Stage.NURTURED, Stage.READY, Stage.APPLIED, Stage.LAPSED)


def annual_results(
    repository: Repository, year: int, scheme: Scheme, as_of: date, scope: Scope = EVERYONE
) -> AnnualResults:
    """The results of a year as of a day, of the firms within a scope that the principal may see."""
    results = repository.results
    firms = {row["id"]: row for row in results.firms() if scope.includes(row)}
    targets = {row["year"]: row["number"] for row in repository.administration.targets()}
    is_whole = scope.is_whole and repository.rights().role in LEADS
    rows = [row for row in repository.certificates.certificates() if row["firm_id"] in firms]
    day = min(as_of, date(year, 12, 31))
    ends, valid = _certificates(rows, firms, year, day, scheme)
    return AnnualResults(
        year=year,
        as_of=as_of,
        scope=scope,
        target=targets.get(year) if is_whole else None,
        firms=len(firms),
        applications=application_results(
            firms, [_as_known(row, day) for row in results.applications(year)]
        ),
        ends=ends,
        survey=survey_counts(list(firms.values())),
        work=work_counts(
            [
                row
                for row in results.visits(year)
                if row["firm_id"] in firms and row["visited_on"] <= day
            ],
            [row for row in results.tasks_done(year) if row["firm_id"] in firms],
        ),
        courses=course_results(
            [
                row
                for row in repository.courses.attendance(year)
                if row["firm_id"] in firms and row["held_on"] <= day
            ]
        ),
        research=research_growth(list(repository.certificates.facts(firms).values()), year - 1),
        certificates=valid,
        gaps=gap_counts(list(firms.values()), lambda row: row["stage"] in WITHOUT),
    )


def _as_known(row: Row, day: date) -> Row:
    """An application as it stood on a day: what was certified later is pending still."""
    row = {**row, "reasons": [_reason_title(code) for code in row["reasons"]]}
    issued = row["certified_on"]
    is_later = issued is not None and issued > day
    return {**row, "certified": None, "certified_on": None} if is_later else row


def _reason_title(code: str) -> str:
    """What a coded reason is called; a code of an earlier version as it is."""
    return REVIEW_REASONS[code].title if code in REVIEW_REASONS else code


def _certificates(
    rows: list[dict[str, Any]], firms: Mapping[int, Row], year: int, day: date, scheme: Scheme
) -> tuple[tuple[CertificateEnd, ...], int]:
    """Certificates that ended in the year up to a day and were not followed by another; those valid on it."""
    on_record = certificates(rows, scheme.in_force(day))
    valid = set(on_record.firm[on_record.valid_on(day)].tolist())
    cancelled = {row["firm_id"]: row["cancelled_on"] for row in rows if row["cancelled_on"]}
    last = dict(zip(on_record.firm.tolist(), on_record.ends.tolist(), strict=True))
    ends = [
        CertificateEnd(
            firm_id=firm,
            **{name: firms[firm][name] for name in ("uscc", "name", "district", "carrier")},
            ends=end,
            is_cancelled=cancelled.get(firm) == end,
        )
        for firm, end in last.items()
        if date(year, 1, 1) <= end <= day
    ]
    return tuple(sorted(ends, key=lambda each: (each.ends, each.name))), len(valid)
