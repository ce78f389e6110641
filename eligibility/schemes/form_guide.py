"""What leads through a scheme's form: conditions by section, departments, first questions, papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eligibility.domain.text import Wording


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
    precheck_fields, precheck_shares : tuple of str
        The first questions before the form: fields of it, and conditions whose share is asked for.
    """

    section_conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    departments: Mapping[str, Wording] = field(default_factory=dict)
    materials: tuple[Wording, ...] = ()
    material_lists: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    precheck_fields: tuple[str, ...] = ()
    precheck_shares: tuple[str, ...] = ()


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
        tuple(questions.get("fields", ())),
        tuple(questions.get("shares", ())),
    )
