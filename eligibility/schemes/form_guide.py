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
        The papers that an application hands in.
    precheck_fields, precheck_shares : tuple of str
        The first questions before the form: fields of it, and conditions whose share is asked for.
    """

    section_conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    departments: Mapping[str, Wording] = field(default_factory=dict)
    materials: tuple[Wording, ...] = ()
    precheck_fields: tuple[str, ...] = ()
    precheck_shares: tuple[str, ...] = ()


NO_GUIDE = FormGuide()


def read_guide(form: Mapping[str, Any], head: Mapping[str, Any]) -> FormGuide:
    """The guide of ``fields.yaml`` and ``scheme.yaml``."""
    questions = form.get("precheck", {})
    conditions, departments = form.get("section_conditions", {}), form.get("departments", {})
    return FormGuide(
        {name: tuple(ids) for name, ids in conditions.items()},
        {name: Wording(**title) for name, title in departments.items()},
        tuple(Wording(**title) for title in head.get("materials", ())),
        tuple(questions.get("fields", ())),
        tuple(questions.get("shares", ())),
    )
