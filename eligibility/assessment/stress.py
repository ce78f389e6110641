"""Stress test (抗审核测试): what a firm's result would be if reviewers struck something of it.

The same rules judge the firm once for each strike: a share of its S&T staff, R&D cost or hi-tech
income, one activity, product or right of its lists. What is struck stands in ``stress.yaml`` of the
scheme's folder; it is practice, and no rule of the law. Nothing here changes a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

import numpy as np

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.record import number, plain
from eligibility.assessment.record_types import RoomRecord, StressRecord, StrikeRecord
from eligibility.domain.facts import Field, FirmTable, bound_ids, field_of_column
from eligibility.domain.law import Figure
from eligibility.domain.records import words
from eligibility.domain.results import MET, VERDICT_WORDS
from eligibility.domain.text import FrozenModel, Wording
from eligibility.intake.firm_names import name_key
from eligibility.intake.lists import Rows, count_list, rows_with_entries
from eligibility.schemes.registry import Scheme
from eligibility.schemes.yaml_file import read_yaml

#: rows of a firm's lists, by the list's id, as they were typed
Lists = Mapping[str, Rows]
NO_LISTS: Lists = {}


class ShareStrike(FrozenModel):
    """A share of some figures that reviewers do not accept."""

    id: str
    title: Wording
    #: field ids, or what those of three years begin with
    fields: tuple[str, ...]
    share: Figure


class ListStrike(FrozenModel):
    """A list of which reviewers do not accept one thing."""

    id: str
    title: Wording


class StressRules(FrozenModel):
    """What is struck from the firms of a scheme."""

    shares: tuple[ShareStrike, ...] = ()
    lists: tuple[ListStrike, ...] = ()


@dataclass(frozen=True)
class Strike:
    """One thing struck from one firm.

    Attributes
    ----------
    id, title
        Of the rule of ``stress.yaml``.
    name : str
        Of the thing, where it is one of a list; else empty.
    fields : mapping of field id to figure
        The figures without it, as columns hold them; blank where they would be unsaid.
    """

    id: str
    title: Wording
    name: str
    fields: Mapping[str, Any]


@cache
def stress_rules(scheme: Scheme) -> StressRules:
    """What is struck; nothing where the scheme says nothing of it."""
    path = scheme.folder / "stress.yaml"
    return StressRules.model_validate(read_yaml(path)) if path.exists() else StressRules()


def strikes(firm: FirmTable, scheme: Scheme, lists: Lists = NO_LISTS) -> list[Strike]:
    """Everything that can be struck from one firm, a table of one row."""
    rules = stress_rules(scheme)
    found = []
    for rule in rules.shares:
        held = {name: float(firm.columns[name][0]) for name in _columns(rule.fields, firm)}
        left = {
            name: _rest(figure, rule.share.value, scheme.fields_by_id[field_of_column(name)])
            for name, figure in held.items()
            if figure > 0
        }
        if left:
            found.append(Strike(rule.id, rule.title, "", left))
    for each in rules.lists:
        found += _of_list(each, firm, scheme, lists.get(each.id, ()))
    return found


def stress_record(firm: FirmTable, scheme: Scheme, lists: Lists = NO_LISTS) -> StressRecord:
    """Stress test of one firm as plain data.

    Parameters
    ----------
    firm : FirmTable
        A table of one row, with the counts of its lists.
    scheme : Scheme
    lists : mapping of list id to rows, optional
        As typed; amounts in 万元.

    Returns
    -------
    StressRecord
        ``firm``, ``as_of``, ``edition``, ``verdict``; ``room``: of each share that is met, how much
        of its part can be struck before it is not (CNY or persons); ``strikes``: what each strike
        makes of the verdict, which met conditions ``falls``, and the score; those that fell first.
    """
    struck = strikes(firm, scheme, lists)
    assessment = _assess(firm, struck, scheme)
    law = assessment.law
    entries: list[StrikeRecord] = []
    for row, strike in enumerate(struck, start=1):
        falls = [
            name
            for name, finding in assessment.findings.items()
            if finding.status[0] == MET and finding.status[row] != MET
        ]
        entries.append(
            {
                "id": strike.id,
                "title": words(strike.title),
                "name": strike.name or None,
                "verdict": VERDICT_WORDS[int(assessment.verdict[row])],
                "falls": sorted(falls, key=lambda name: _margin(assessment, name, row)),
                "score": {
                    "low": number(assessment.score.low[row]),
                    "high": number(assessment.score.high[row]),
                },
            }
        )
    return {
        "firm": {"uscc": firm.texts("uscc")[0], "name": firm.texts("name")[0]},
        "as_of": firm.dates("application_date")[0].item().isoformat(),
        "scheme": scheme.id,
        "edition": law.id,
        "verdict": VERDICT_WORDS[int(assessment.verdict[0])],
        "room": list(_room(assessment)),
        "strikes": sorted(entries, key=lambda each: not each["falls"]),
    }


def count_falls(firms: FirmTable, scheme: Scheme) -> dict[str, int]:
    """How many of the eligible firms of a table each strike of a share would make less than eligible."""
    eligible = np.concatenate(
        [one.rows[one.verdict == MET] for one in assess_table(firms, scheme)] or [np.array([], int)]
    )
    some = firms.take(np.sort(eligible))
    counts = {}
    for rule in stress_rules(scheme).shares:
        left = {
            name: _rest_of_all(
                some.columns[name], rule.share.value, scheme.fields_by_id[field_of_column(name)]
            )
            for name in _columns(rule.fields, some)
        }
        after = assess_table(some.with_columns(left), scheme)
        counts[rule.id] = sum(int(np.count_nonzero(one.verdict != MET)) for one in after)
    return counts


def _columns(stems: Sequence[str], firm: FirmTable) -> list[str]:
    """The columns of a table that belong to these ids, with their years."""
    return [
        name
        for name in firm.columns
        for field in (field_of_column(name),)
        if field in stems or (field[-3:-1] == "_y" and field[:-3] in stems)
    ]


def _rest(figure: float, share: float, field: Field) -> float:
    return float(_rest_of_all(np.array([figure]), share, field)[0])


def _rest_of_all(figures: Any, share: float, field: Field) -> Any:
    """Figures without a share of them; of things that are counted no fraction is left."""
    left = np.where(figures > 0, figures * (1 - share), figures)
    return np.floor(left) if field.kind == "count" else left


def _of_list(rule: ListStrike, firm: FirmTable, scheme: Scheme, rows: Rows) -> Iterator[Strike]:
    """A strike for each thing of a list; rows of one name are one thing."""
    ledger = scheme.lists[rule.id]
    entries = rows_with_entries(rows)
    title = ledger.columns[0].id
    applied = firm.dates("application_date")[0]
    law = scheme.in_force(applied.item())
    own_name = firm.texts("name")[0]
    whole = count_list(ledger, entries, law, applied, own_name)
    if whole is None:
        return
    places: dict[str, list[int]] = {}
    for place, row in enumerate(entries):
        places.setdefault(name_key(row.get(title, "")) or f"#{place}", []).append(place)
    for some in places.values():
        rest = [row for place, row in enumerate(entries) if place not in some]
        count = count_list(ledger, rest, law, applied, own_name)
        after = dict.fromkeys(whole.fields, 0.0) | ({} if count is None else dict(count.fields))
        fields = {
            name: _column_value(value, scheme.fields_by_id[name])
            for name, value in after.items()
            if name in firm.columns
        }
        bounds = {} if count is None else count.bounds
        # what is open before and after may be less by the row that was struck
        fields |= {
            column: end
            for name in whole.bounds
            for column, end in zip(
                bound_ids(name), bounds.get(name, (after[name],) * 2), strict=True
            )
            if column in firm.columns
        }
        if any(not _same(firm.columns[name][0], value) for name, value in fields.items()):
            yield Strike(rule.id, rule.title, entries[some[0]].get(title, ""), fields)


def _column_value(value: object, field: Field) -> Any:
    """A count as a column holds it."""
    if field.kind == "date":
        return np.datetime64(value if isinstance(value, date) else "NaT", "D")
    if value is None:
        return np.nan
    return float(value == "yes") if isinstance(value, str) else float(cast(float, value))


def _same(one: Any, other: Any) -> bool:
    blank = one != one and other != other
    return bool(one == other or blank)


def _assess(firm: FirmTable, struck: Sequence[Strike], scheme: Scheme) -> Assessment:
    """The firm as it is and once for each strike, in this order."""
    table = firm.take(np.zeros(len(struck) + 1, dtype=np.intp))
    columns = {}
    for name in sorted({name for strike in struck for name in strike.fields}):
        column = table.columns[name].copy()
        for row, strike in enumerate(struck, start=1):
            if name in strike.fields:
                column[row] = strike.fields[name]
        columns[name] = column
    (assessment,) = assess_table(table.with_columns(columns), scheme)
    return assessment


def _margin(assessment: Assessment, name: str, row: int) -> float:
    """How far a finding is on the wrong side, as a share of its line."""
    finding = assessment.findings[name]
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.nan_to_num(finding.margin[row] / finding.required[row], nan=0.0))


def _room(assessment: Assessment) -> Iterator[RoomRecord]:
    for name, finding in assessment.findings.items():
        condition = assessment.law.conditions_by_id[name]
        if finding.status[0] != MET or not {"part", "whole"} <= set(finding.terms):
            continue
        part, whole = finding.terms["part"][0], finding.terms["whole"][0]
        room = part - finding.required[0] * whole
        if condition.line == "at_most" or not np.isfinite(room):
            continue
        digits = 2 if condition.term_unit == "CNY" else 0
        scale = 10.0**digits
        yield {
            "finding": name,
            "title": words(condition.title),
            "unit": condition.term_unit,
            "room": plain(np.floor(room * scale + 1e-6) / scale),
        }
