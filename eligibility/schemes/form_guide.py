"""What leads through a scheme's form: conditions by section, departments, first questions, papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eligibility.domain.text import FrozenModel, Wording


class Option(FrozenModel):
    """One answer to a first question: its title, and the least that it says, by field."""

    title: Wording
    facts: Mapping[str, float]


class Choice(FrozenModel):
    """A first question about a condition that is answered by one of its options."""

    help: Wording
    options: Mapping[str, Option]


@dataclass(frozen=True)
class FormGuide:
    """What leads through a form.

    Attributes
    ----------
    section_conditions : mapping of section to ids of conditions
        What the fields of a part of the form decide.
    departments : mapping of section to Wording
        Who in a firm has what a part of the form asks for.
    materials : tuple of Wording
        The papers that an application hands in, in the order of the law.
    material_lists : tuple of mapping of list to columns
        For each of them the lists whose things it proves, and the columns that name them.
    first_questions : tuple of str
        The questions before the form: fields of it, and conditions by their share or a choice.
    choices : mapping of condition to Choice
        The conditions among them that are answered by a choice.
    """

    section_conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    departments: Mapping[str, Wording] = field(default_factory=dict)
    materials: tuple[Wording, ...] = ()
    material_lists: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    first_questions: tuple[str, ...] = ()
    choices: Mapping[str, Choice] = field(default_factory=dict)


NO_GUIDE = FormGuide()


def read_guide(form: Mapping[str, Any], head: Mapping[str, Any]) -> FormGuide:
    """The guide of ``fields.yaml`` and ``scheme.yaml``."""
    questions, papers = form.get("precheck", {}), head.get("materials", ())
    conditions, departments = form.get("section_conditions", {}), form.get("departments", {})
    return FormGuide(
        {name: tuple(ids) for name, ids in conditions.items()},
        {name: Wording(**title) for name, title in departments.items()},
        tuple(Wording(zh=each["zh"], en=each["en"]) for each in papers),
        tuple({name: tuple(ids) for name, ids in each.get("lists", {}).items()} for each in papers),
        tuple(questions.get("questions", ())),
        {name: Choice(**each) for name, each in questions.get("choices", {}).items()},
    )
