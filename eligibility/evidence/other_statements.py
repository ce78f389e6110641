"""Figures and names of a firm as its papers hold them, to be held against the application's own."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.domain.papers import PaperFact
from eligibility.schemes.evidence import OtherStatement


def other_statements(facts: Mapping[str, PaperFact]) -> tuple[OtherStatement, ...]:
    """What papers state, with the file and place of each.

    Parameters
    ----------
    facts : mapping of field id to PaperFact
        As :meth:`eligibility.domain.papers.PaperReading.window` gives them.
    """
    return tuple(
        OtherStatement(name, fact.value, f"{fact.source.file} {fact.source.place}".strip())
        for name, fact in facts.items()
    )
