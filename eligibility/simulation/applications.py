"""Past applications, invented: files like those that a service institution keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.schemes.registry import load_scheme
from eligibility.schemes.yaml_file import read_yaml
from eligibility.simulation.firms import BLANKABLE, Columns, application_years, draw, facts
from eligibility.simulation.review import (
    certified_chance,
    compensating_chance,
    first_refusal,
    survival,
)

Kind = Literal["law", "compensating"]
#: times a blanked cell is drawn again to average over what it may have been
REDRAWS = 48


@dataclass(frozen=True)
class PastApplications:
    """Applications with their outcome.

    Attributes
    ----------
    firms : FirmTable
        As the file tells them, cells blanked.
    applied_year : array of int64, shape (n,)
    labels : array of bool, shape (n,)
        As recorded, wrong labels included.
    rejection_reason : list of str
        The condition that failed first; empty where certified or where it is not known.
    chance : array of float64, shape (n,)
        The true probability of ``labels``, given what the file tells and the firm's hidden
        quality: no one can know more.
    """

    firms: FirmTable
    applied_year: NDArray[np.int64]
    labels: Bools
    rejection_reason: list[str]
    chance: Floats


@cache
def process() -> Mapping[str, Any]:
    """The numbers of the process, as ``process.yaml`` states them."""
    return read_yaml(Path(__file__).parent / "process.yaml")


def simulate(rows: int, seed: int, kind: Kind = "law") -> PastApplications:
    """Invent past applications.

    Parameters
    ----------
    rows : int
    seed : int
        The same seed and rows give the same applications.
    kind : "law" or "compensating"
        The process that decides.
    """
    set_ = process()
    law = load_scheme().in_force(date(set_["years"]["to"], 1, 1))
    rng = np.random.default_rng(seed)
    draws = draw(rng, rows)
    columns = facts(draws, law, set_)
    share = set_["compensating"]["blank_cells"] if kind == "compensating" else set_["blank_cells"]
    blank = {name: rng.random(rows) < share for name in BLANKABLE}
    certified, reasons = _outcomes(columns, kind, rng)
    chance = _true_chance(draws, columns, blank, law, kind, rng)
    columns_shown = dict(columns)
    for name, blankable in BLANKABLE.items():
        for cell in blankable.cells:
            columns_shown[cell] = np.where(blank[name], np.nan, columns[cell])
    years = application_years(draws, set_)
    return PastApplications(FirmTable(columns_shown, rows), years, certified, reasons, chance)


def _assess(columns: Columns) -> Assessment:
    (assessment,) = assess_table(FirmTable(columns, len(columns["application_date"])))
    return assessment


def _true_chance(
    draws: Columns,
    columns: Columns,
    blank: Mapping[str, Bools],
    law: Edition,
    kind: Kind,
    rng: np.random.Generator,
) -> Floats:
    """The chance given what is told: where a cell is blank, averaged over what it may have been."""
    decide = certified_chance if kind == "law" else compensating_chance
    chance = decide(_assess(columns), process())
    some = np.flatnonzero(np.any(list(blank.values()), axis=0))
    if not len(some):
        return chance
    blank = {name: rows[some] for name, rows in blank.items()}
    total = np.zeros(len(some))
    for _ in range(REDRAWS):
        again = {name: draw[some] for name, draw in draws.items()}
        for name, blankable in BLANKABLE.items():
            for own in blankable.draws:
                again[own] = np.where(blank[name], rng.random(len(some)), again[own])
        total += decide(_assess(facts(again, law, process())), process())
    chance = chance.copy()
    chance[some] = total / REDRAWS
    return chance


def _outcomes(columns: Columns, kind: Kind, rng: np.random.Generator) -> tuple[Bools, list[str]]:
    assessment, set_ = _assess(columns), process()
    rows = assessment.firms.rows
    if kind == "compensating":
        return rng.random(rows) < compensating_chance(assessment, set_), [""] * rows
    survived = {
        name: rng.random(rows) < chance for name, chance in survival(assessment, set_).items()
    }
    survived["other"] = rng.random(rows) >= set_["review"]["other_refusals"]
    passed = np.all(list(survived.values()), axis=0)
    recorded = passed ^ (rng.random(rows) < set_["review"]["wrong_labels"])
    reasons = first_refusal(survived)
    return recorded, [
        "" if is_recorded else reason for is_recorded, reason in zip(recorded, reasons, strict=True)
    ]
