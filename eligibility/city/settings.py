"""City settings (city.yaml): targets by year, priorities, support and courses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from yaml import YAMLError

from eligibility.domain.arrays import Floats
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Citation, Figure
from eligibility.domain.text import Wording, msgid
from eligibility.domain.validation import validation_sentence
from eligibility.schemes.yaml_file import read_yaml

SHIPPED = Path(__file__).with_name("city.yaml")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Frozen):
    """What is to be reached from a year on."""

    year: int
    certified: Figure
    stock: Figure | None = None


class ForecastSettings(_Frozen):
    """How far years differ, and how sure the city wants to be."""

    year_shock: Figure
    confidence: Figure


class AssumedChances(_Frozen):
    """Chances by verdict while no model is trained."""

    eligible: Figure
    undetermined: Figure


class AssumedApplications(_Frozen):
    """Share of the firms that could apply in a year and do, by verdict, before any history."""

    eligible: Figure
    unclear: Figure
    ineligible: Figure
    #: applications that can be brought in within a year; without one there is no bound
    capacity: Figure | None = None


class Priorities(_Frozen):
    """What one certification weighs, by industry, by district and by firm; 1 where nothing is said.

    ``firms`` is by credit code; the note of each says why (such as 带动性强).
    """

    source: Citation
    industries: Mapping[str, Figure] = {}
    districts: Mapping[str, Figure] = {}
    firms: Mapping[str, Figure] = {}


class Remedy(_Frozen):
    """Something that closes gaps: the conditions and scored items it addresses, and how often.

    ``closes`` is the probability that an unmet condition it addresses is met afterwards.
    """

    id: str
    title: Wording
    addresses: tuple[str, ...]
    days: Figure
    closes: Figure


class SupportAction(Remedy):
    """What an adviser does for one firm.

    ``odds`` multiplies a firm's odds where what it addresses is not unmet but open, or below its
    full points.
    """

    cost: Figure
    odds: Figure


class Course(Remedy):
    """What a class of firms is taught."""

    seats: Figure


class TaskStep(_Frozen):
    """One task of a template, due so many days after it is set."""

    title: Wording
    days: Figure


class TaskTemplate(_Frozen):
    """Tasks that are set for many firms at once."""

    id: str
    title: Wording
    steps: tuple[TaskStep, ...]


class Support(_Frozen):
    """Advisers' days in a year, what they can do, how much of it for one firm, how long to search."""

    adviser_days: Figure
    largest_bundle: Figure
    search_steps: Figure
    actions: tuple[SupportAction, ...]


class City(_Frozen):
    """All that a city sets for itself; ``region`` says by which calendar.

    ``checks_off`` are checks of practice, of a chain of evidence or of the posts of staff, that its
    institutions do not use.
    """

    id: str
    title: Wording
    region: str
    checked_on: date
    targets: tuple[Target, ...]
    forecast: ForecastSettings
    assumed_chances: AssumedChances
    assumed_applications: AssumedApplications
    priorities: Priorities
    #: firms that are to have the title of another qualification, by the fact it is counted by
    titles: Mapping[str, Figure] = {}
    support: Support
    #: share of the valid certificates that is cancelled in a year; none where it is left out
    cancellations: Figure | None = None
    courses: tuple[Course, ...]
    checks_off: tuple[str, ...] = ()
    task_templates: tuple[TaskTemplate, ...] = ()

    @model_validator(mode="after")
    def _is_possible(self) -> City:
        shares = [
            self.assumed_chances.eligible,
            self.assumed_chances.undetermined,
            self.forecast.confidence,
            self.assumed_applications.eligible,
            self.assumed_applications.unclear,
            self.assumed_applications.ineligible,
            *([self.cancellations] if self.cancellations else []),
            *(remedy.closes for remedy in (*self.support.actions, *self.courses)),
        ]
        if any(not 0 <= share.value <= 1 for share in shares):
            raise ValueError(msgid("a chance, a share or a confidence lies outside 0 to 1"))
        if any(action.days.value <= 0 for action in self.support.actions):
            raise ValueError(msgid("an action takes more than no days"))
        if [target.year for target in self.targets] != sorted({t.year for t in self.targets}):
            raise ValueError(msgid("targets stand in the order of their years, each once"))
        return self

    def target(self, year: int) -> Target:
        """The latest target that has begun in a year.

        Raises
        ------
        InputError
            If none has.
        """
        begun = [target for target in self.targets if target.year <= year]
        if not begun:
            raise InputError(
                "No target is set for {year}; the first is for {first}.",
                year=year,
                first=self.targets[0].year,
            )
        return begun[-1]

    def weights(self, firms: FirmTable) -> Floats:
        """What a certification of each firm weighs, shape (n,): industry times district times its own."""
        weights = np.ones(firms.rows)
        for column, figures in (
            ("industry", self.priorities.industries),
            ("district", self.priorities.districts),
            ("uscc", self.priorities.firms),
        ):
            written = firms.texts(column)
            weights *= [figures[name].value if name in figures else 1.0 for name in written]
        return weights


def load_city(path: Path = SHIPPED) -> City:
    """Read what a city sets for itself.

    Raises
    ------
    InputError
        If the file cannot be read or is incomplete.
    """
    try:
        return City(**read_yaml(path))
    except ValidationError as error:
        why = validation_sentence(error)
        raise InputError("{file} is no city file: {why}", file=path.name, why=why) from error
    except (OSError, TypeError, YAMLError) as error:
        raise InputError("{file} is no city file: {why}", file=path.name, why=error) from error
