"""The ladder of qualifications (梯度培育): what a firm can get now, and what next.

Every scheme names its rung; a table of firms is judged by each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.record import record
from eligibility.scheme import Scheme, load_scheme, scheme_ids
from eligibility.vocabulary import (
    MET,
    STATUS_WORDS,
    UNMET,
    VERDICT_WORDS,
    Bools,
    Codes,
    Edition,
    Field,
    FirmTable,
)

FIRST_GAPS = 3
NOWHERE = -1


@dataclass(frozen=True)
class Extra:
    """A fact that a lower rung asks for and the rung above it does not.

    Attributes
    ----------
    rung : Scheme
        The lower rung.
    field : Field
        As the lower rung has it.
    section : str
        The part of the higher rung's form that it belongs to.
    """

    rung: Scheme
    field: Field
    section: str


@dataclass(frozen=True)
class Ladder:
    """A table of firms judged for every rung.

    Attributes
    ----------
    schemes : sequence of Scheme
        The rungs, the easiest first.
    assessments : sequence of list of Assessment
        What each rung says, one list a rung.
    verdicts : array of int8, shape (rungs, n)
        As ``Assessment.verdict``.
    aims : array of int, shape (n,)
        The rung to aim at: the lowest above every rung that can be got now, those left out whose
        limits of size the firm has passed; -1 where there is none.
    """

    schemes: Sequence[Scheme]
    assessments: Sequence[list[Assessment]]
    verdicts: Codes
    aims: NDArray[np.int64]


def rungs() -> list[Scheme]:
    """Every scheme, the easiest first."""
    return sorted(map(load_scheme, scheme_ids()), key=lambda scheme: scheme.rung)


def lower(scheme: Scheme) -> list[Scheme]:
    """The rungs below a scheme, the easiest first."""
    return [rung for rung in rungs() if rung.rung < scheme.rung]


def extras(scheme: Scheme, law: Edition, day: date) -> list[Extra]:
    """What the rungs below a scheme ask for beyond its own form on a day, each fact once.

    A section of the lower rung's form that the higher one lacks goes with the one before it.
    """
    own = {field.id for field in scheme.asked(law)}
    found: dict[str, Extra] = {}
    for rung in lower(scheme):
        if day < rung.covered_from:
            continue
        section = next(iter(scheme.sections))
        for field in rung.fields:
            section = field.section if field.section in scheme.sections else section
            if field.id not in own:
                found.setdefault(field.id, Extra(rung, field, section))
    return list(found.values())


def form(scheme: Scheme, day: date) -> list[Field]:
    """What a firm is asked for on a day: its own fields, then what lower rungs alone need.

    The latter may stay blank.
    """
    law = scheme.in_force(day)
    below = [extra.field for extra in extras(scheme, law, day)]
    return [
        *scheme.asked(law),
        *(field.model_copy(update={"required": False}) for field in below),
    ]


def joint_fields() -> Sequence[Field]:
    """The input of every rung as one form: each fact once, under the titles of all of them.

    A fact that several ask for stands as the highest of them has it, whose form asks for most.
    """
    return tuple(joint_fields_by_id().values())


@cache
def joint_fields_by_id() -> Mapping[str, Field]:
    """The same by their ids."""
    joint: dict[str, Field] = {}
    for scheme in reversed(rungs()):
        for field in scheme.fields:
            known = joint.setdefault(field.id, field)
            titles = tuple(
                title
                for title in (field.title.zh, field.title.en)
                if title not in (known.title.zh, known.title.en, *known.aliases)
            )
            joint[field.id] = known.model_copy(update={"aliases": known.aliases + titles})
    return joint


def only_elsewhere(scheme: Scheme, law: Edition) -> frozenset[str]:
    """Ids of what an edition of a scheme does not ask for, but other rungs or editions do."""
    return frozenset(joint_fields_by_id().keys() - {field.id for field in scheme.asked(law)})


def ladder(firms: FirmTable) -> Ladder:
    """Judge every firm for every rung.

    Parameters
    ----------
    firms : FirmTable
        Columns of :func:`joint_fields`; what a rung needs and the table lacks is blank.

    Raises
    ------
    DateNotCovered
        If an application date falls outside every edition of a rung.
    """
    schemes = rungs()
    assessments = [assess_table(firms, scheme) for scheme in schemes]
    shape = (len(schemes), firms.rows)
    verdicts, outgrown = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.bool_)
    for rung, found in enumerate(assessments):
        for assessment in found:
            verdicts[rung, assessment.rows] = assessment.verdict
            outgrown[rung, assessment.rows] = _outgrown(assessment)
    reached = np.logical_or.accumulate((verdicts == MET)[::-1])[::-1]
    ahead = ~reached & ~outgrown
    return Ladder(
        schemes,
        assessments,
        verdicts,
        np.where(ahead.any(axis=0), ahead.argmax(axis=0), NOWHERE),
    )


def ladder_record(found: Ladder, row: int) -> dict[str, Any]:
    """One firm's ladder as plain data.

    Parameters
    ----------
    found : Ladder
    row : int
        The firm's place in the table.

    Returns
    -------
    dict
        JSON-ready: ``firm``; ``now``, the ids of the schemes it is eligible for; ``next``, the id
        of the one to aim at or None; ``rungs``, each with its verdict, its findings and score, and
        its first gaps with their citations, what is unmet before what is open.
    """
    aim = found.aims[row]
    said = [_record(assessments, row) for assessments in found.assessments]
    return {
        "firm": said[0]["firm"],
        "now": [one["scheme"] for one in said if one["verdict"] == VERDICT_WORDS[MET]],
        "next": None if aim == NOWHERE else found.schemes[aim].id,
        "rungs": [_rung(scheme, one) for scheme, one in zip(found.schemes, said, strict=True)],
    }


def _outgrown(assessment: Assessment) -> Bools:
    """True where the firm passes a limit of size, which it does not come back under."""
    passed = np.zeros(assessment.firms.rows, dtype=np.bool_)
    for condition in assessment.law.conditions:
        if condition.line == "at_most" and condition.unit != "yes_no":
            passed |= assessment.findings[condition.id].status == UNMET
    return passed


def _record(assessments: list[Assessment], row: int) -> dict[str, Any]:
    """What the one assessment that holds the row says of it."""
    assessment = next(one for one in assessments if row in one.rows)
    return record(assessment, int(np.flatnonzero(assessment.rows == row)[0]))


def _rung(scheme: Scheme, said: dict[str, Any]) -> dict[str, Any]:
    findings = {finding["id"]: finding for finding in said["findings"]}
    # sorting keeps the article's order within a status
    gaps = sorted(said["gaps"], key=lambda gap: gap["status"] != STATUS_WORDS[UNMET])
    return {
        "scheme": scheme.id,
        "title": {"zh": scheme.title.zh, "en": scheme.title.en},
        "edition": said["edition"],
        "as_of": said["as_of"],
        "verdict": said["verdict"],
        "score": {name: said["score"][name] for name in ("low", "high", "total")},
        "findings": said["findings"],
        "gaps": [
            gap | {name: findings[gap["finding"]][name] for name in ("title", "citation")}
            for gap in gaps[:FIRST_GAPS]
        ],
        "more_gaps": max(len(gaps) - FIRST_GAPS, 0),
    }
