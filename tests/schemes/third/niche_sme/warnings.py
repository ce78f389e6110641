"""The invented scheme warns of nothing."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, Warning


def warnings(_firms: FirmTable, _law: Edition, _found: Mapping[str, Finding]) -> list[Warning]:
    """No sign."""
    return []
