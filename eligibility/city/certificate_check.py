"""Yearly check of certified firms (体检): does a firm still meet the conditions on its newest figures?

Every fiscal year from that of the certificate is judged by the same rules, each with the two before
it, as a review is (art. 16). On the newest one reviewers' strikes are tried too: those of the
scheme's stress test. What is struck is practice, no rule of the law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.ladder import joint_fields
from eligibility.assessment.stress import Strike, strikes
from eligibility.domain.calendar_window import calendar_years, cut_window
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.domain.text import Wording
from eligibility.intake.lists import Rows
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.schemes.registry import Scheme, all_latest_year_ids

#: who the firm is: not asked by any condition, and told once
_IDENTITY = ("uscc", "name", "application_date")


class CheckResult(StrEnum):
    """Result of a check: holds even if struck; holds by a little; open; no longer; no figures."""

    HOLDS = "holds"
    WEAK = "weak"
    OPEN = "open"
    FALLS = "falls"
    NO_FIGURES = "no_figures"


@dataclass(frozen=True)
class CheckedYear:
    """One fiscal year with the two before it: conditions by their ids, and the key ratios.

    ``figures`` are the observed figure and the line of each condition that is a share.
    """

    year: int
    unmet: tuple[str, ...]
    open: tuple[str, ...]
    figures: Mapping[str, tuple[float, float]]

    @property
    def holds(self) -> bool:
        """Is every condition met?"""
        return not self.unmet and not self.open


@dataclass(frozen=True)
class StrikeResult:
    """One strike, and the conditions met without it that fail with it."""

    id: str
    title: Wording
    name: str
    falls: tuple[str, ...]


@dataclass(frozen=True)
class CertificateCheck:
    """Check of one firm: its fiscal years from that of the certificate, the newest last, and strikes."""

    years: tuple[CheckedYear, ...] = ()
    strikes: tuple[StrikeResult, ...] = ()

    @property
    def result(self) -> CheckResult:
        """The result on the newest figures."""
        if not self.years:
            return CheckResult.NO_FIGURES
        newest = self.years[-1]
        if newest.unmet:
            return CheckResult.FALLS
        if any(strike.falls for strike in self.strikes):
            return CheckResult.WEAK
        return CheckResult.OPEN if newest.open else CheckResult.HOLDS

    @property
    def falls_from(self) -> int | None:
        """The first fiscal year in which a condition fails, from which relief is taken back."""
        return next((each.year for each in self.years if each.unmet), None)


@dataclass(frozen=True)
class CheckRequest:
    """What is known of a firm to be checked: facts by calendar key, its lists, year of the certificate."""

    facts: Mapping[str, Any]
    certified_in: int
    lists: Mapping[str, Rows]


def check_certificates(
    requests: Sequence[CheckRequest], scheme: Scheme, as_of: date
) -> list[CertificateCheck]:
    """Check many firms at once, in their order.

    A firm without figures, or whose figures cannot be read, has no year.
    """
    places = [
        (number, year)
        for number, request in enumerate(requests)
        for year in fiscal_years(request.facts, request.certified_in, as_of)
    ]
    records = [_facts_of_year(requests[number].facts, year, as_of) for number, year in places]
    batch = from_records(
        records,
        joint_fields(),
        IntakeOptions(application_date=as_of, covered_from=scheme.covered_from),
        catalogue=scheme.titles_by_code,
    )
    read = [places[number - 1] for number in batch.rows.tolist()]
    table = batch.table
    years: dict[int, list[CheckedYear]] = {}
    newest: dict[int, int] = {}
    for assessment in assess_table(table, scheme) if table.rows else ():
        for place, row in enumerate(assessment.rows.tolist()):
            number, year = read[row]
            years.setdefault(number, []).append(_judge_year(assessment, place, year))
    for row, (number, year) in enumerate(read):
        if number not in newest or year > read[newest[number]][1]:
            newest[number] = row
    struck = _strike(table, newest, requests, scheme)
    return [
        CertificateCheck(
            tuple(sorted(years.get(number, ()), key=lambda each: each.year)),
            tuple(struck.get(number, ())),
        )
        for number in range(len(requests))
    ]


def fiscal_years(facts: Mapping[str, Any], certified_in: int, as_of: date) -> list[int]:
    """The closed fiscal years to check: those with figures from the certificate's, else the newest."""
    there_are = sorted(year for year in calendar_years(facts) if year < as_of.year)
    since = [year for year in there_are if year >= certified_in]
    return since or there_are[-1:]


def _facts_of_year(facts: Mapping[str, Any], year: int, as_of: date) -> dict[str, Any]:
    """The facts as an application after a fiscal year would have them."""
    cut = cut_window(facts, year + 1, all_latest_year_ids())
    kept = {key: value for key, value in cut.items() if key not in _IDENTITY}
    return {**kept, "application_date": min(as_of, date(year + 1, 12, 31)).isoformat()}


def _judge_year(assessment: Assessment, place: int, year: int) -> CheckedYear:
    findings = assessment.findings
    return CheckedYear(
        year,
        tuple(name for name, one in findings.items() if one.status[place] == UNMET),
        tuple(name for name, one in findings.items() if one.status[place] == UNDETERMINED),
        {
            name: (float(one.observed[place]), float(one.required[place]))
            for name, one in findings.items()
            if assessment.law.conditions_by_id[name].unit == "/1"
        },
    )


def _strike(
    table: FirmTable, newest: Mapping[int, int], requests: Sequence[CheckRequest], scheme: Scheme
) -> dict[int, list[StrikeResult]]:
    """Every strike on the newest figures of every firm, judged in one table."""
    tried: list[tuple[int, int, Strike]] = []
    for number, row in newest.items():
        of_firm = strikes(table.take(np.array([row])), scheme, requests[number].lists)
        single = [strike for strike in of_firm if strike.name]
        tried += [(number, row, strike) for strike in of_firm if not strike.name]
        if single:
            tried.append((number, row, min(single, key=lambda each: _weight(each, table, row))))
    if not tried:
        return {}
    rows = np.array([*newest.values(), *(row for _, row, _ in tried)], dtype=np.intp)
    after = table.take(rows)
    columns = {}
    for name in sorted({name for _, _, strike in tried for name in strike.fields}):
        column = after.columns[name].copy()
        for place, (_, _, strike) in enumerate(tried, start=len(newest)):
            if name in strike.fields:
                column[place] = strike.fields[name]
        columns[name] = column
    status: list[dict[str, int]] = [{} for _ in rows]
    for assessment in assess_table(after.with_columns(columns), scheme):
        for place, row in enumerate(assessment.rows.tolist()):
            status[row] = {
                name: int(one.status[place]) for name, one in assessment.findings.items()
            }
    before = dict(zip(newest, status, strict=False))
    results: dict[int, list[StrikeResult]] = {}
    for (number, _, strike), now in zip(tried, status[len(newest) :], strict=True):
        falls = tuple(
            name for name, was in before[number].items() if was == MET and now[name] != MET
        )
        results.setdefault(number, []).append(
            StrikeResult(strike.id, strike.title, strike.name, falls)
        )
    return results


def _weight(strike: Strike, table: FirmTable, row: int) -> float:
    """What a strike takes from the figures, CNY and counts added: the least is the weakest thing."""
    return sum(
        abs(float(table.columns[name][row]) - float(value))
        for name, value in strike.fields.items()
        if table.columns[name].dtype.kind == "f" and np.isfinite(table.columns[name][row])
    )
