"""Gap analysis: what separates a firm from each condition, in the firm's own figures.

:func:`gaps` gives one shortfall a condition, for every row of a batch. :func:`ways` goes into the
levers of a scheme's remedies: how far each one alone would have to be moved, to the cent or the
item; :func:`filled` is the table of firms after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools, Codes, Floats, only_somewhere
from eligibility.domain.facts import FirmTable, Kind
from eligibility.domain.law import Condition, Edition
from eligibility.domain.results import MET, Finding, Lever, Need, ScoreInterval
from eligibility.schemes.registry import Scheme

#: the smallest amount that figures of a kind are kept in: cents; all else by the whole unit
STEP_SIZES: Mapping[Kind, float] = {"money": 0.01}
#: what binary rounding may leave of a step, and of the figures it is the difference of
HAIR = 1e-6
ROUNDING = 16 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class Gap:
    """Gap of one condition, in the rows where it is not met.

    Attributes
    ----------
    status : array of int8, shape (n,)
        As in the finding.
    shortfall : array of float64, shape (n,)
        How much more of the condition's part it takes, in ``unit`` (whole persons, the staff
        unchanged; more hi-tech income or domestic R&D adds to its whole too), or by how much a
        ceiling is passed. For the score, the points that even its high end lacks. NaN where it
        cannot be said or nothing is short.
    unit : str
        CNY, person, day, item or point.
    missing : mapping of field id to array of bool
        What has to be filled in first.
    """

    condition: Condition
    status: Codes
    observed: Floats
    required: Floats
    shortfall: Floats
    unit: str
    missing: Mapping[str, Bools]


@dataclass(frozen=True)
class Gaps:
    """The gaps of a table of firms, by condition, in the article's order.

    ``application_years`` has shape (n,).
    """

    by_condition: Mapping[str, Gap]
    score: ScoreInterval
    application_years: NDArray[np.int64]


def gaps(
    findings: Mapping[str, Finding], score: ScoreInterval, law: Edition, firms: FirmTable
) -> Gaps:
    """Every condition that some firm does not meet, with the distance to it."""
    return Gaps(
        {
            name: _gap(law.conditions_by_id[name], finding, score)
            for name, finding in findings.items()
            if (finding.status != MET).any()
        },
        score,
        firms.application_years,
    )


def _gap(condition: Condition, finding: Finding, score: ScoreInterval) -> Gap:
    if condition.judges == "score":
        short = finding.required - score.high
    elif condition.terms:
        short = finding.required * finding.terms["whole"] - finding.terms["part"]
        if condition.part_in_whole:
            short = short / (1 - finding.required)
    else:
        short = -finding.margin
    if condition.term_unit == "person":
        # a share of whole persons is reached by the next whole one; a hair of rounding is none
        short = np.ceil(short - 1e-9)
    return Gap(
        condition,
        finding.status,
        finding.observed,
        finding.required,
        np.where((finding.status != MET) & (short > 0), short, np.nan),
        condition.term_unit or condition.unit,
        only_somewhere(finding.missing),
    )


@dataclass(frozen=True)
class Way:
    """Remedy by one lever: how far it has to be moved, the others left where they are.

    ``amount`` has shape (n,), in the unit of the lever's field: zero where nothing is needed, NaN
    where it cannot be said, inf where this lever alone cannot do it.
    """

    lever: str
    amount: Floats


def remedies(
    needs: Sequence[Need], levers: Mapping[str, Lever], scheme: Scheme
) -> tuple[tuple[Way, ...], ...]:
    """How to fill needs: every group must be filled, any one way of it fills a group.

    Needs on the same levers make one group. A group of no ways is beyond the firm.
    """
    groups: dict[tuple[str, ...], list[Need]] = {}
    for need in needs:
        groups.setdefault(tuple(need.gains), []).append(need)
    return tuple(
        tuple(
            Way(name, _farthest(group, name, levers[name], scheme))
            for name in names
            if name in levers
        )
        for names, group in groups.items()
    )


def apply_levers(
    firms: FirmTable, law: Edition, scheme: Scheme, amounts: Mapping[str, Floats]
) -> FirmTable:
    """The firms with these levers moved by these amounts, shape (n,) each; NaN moves nothing."""
    for name, amount in amounts.items():
        # formed anew: one lever may rest on what another has moved
        lever = scheme.levers(firms, law)[name]
        firms = firms.with_columns(lever.move(np.nan_to_num(amount)))
    return firms


def step_size(field_id: str, scheme: Scheme) -> float:
    """Step size of a figure, in its unit."""
    return STEP_SIZES.get(scheme.fields_by_id[field_id].kind, 1.0)


def least(need: Need, name: str, lever: Lever, step: float) -> Floats:
    """Minimum amount of one lever alone that fills a need, in whole steps, shape (n,)."""
    gain = np.broadcast_to(need.gains[name], need.short.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(gain > 0, need.short / gain / step, np.inf)
    size = np.abs(np.nan_to_num(lever.present)) + np.abs(need.short)
    hair = HAIR + ROUNDING * size / step
    whole = np.where(need.strict, np.floor(steps + hair) + 1, np.ceil(steps - hair))
    amount = np.where(np.isnan(need.short), np.nan, np.maximum(whole, 0.0) * step)
    return np.where(unmet_needs(need) | np.isnan(need.short), amount, 0.0)


def unmet_needs(need: Need) -> Bools:
    """True where a need is known not to be filled."""
    above: Bools = np.where(need.strict, need.short >= 0, need.short > 0)
    return above


def _farthest(needs: Sequence[Need], name: str, lever: Lever, scheme: Scheme) -> Floats:
    step = step_size(lever.field, scheme)
    amount = np.max([least(need, name, lever, step) for need in needs], axis=0)
    return np.where(amount > lever.room + HAIR, np.inf, amount)
