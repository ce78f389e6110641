"""Warnings: signs that a person should look before anyone relies on the result. Never a finding."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, Warning
from eligibility.domain.text import Wording
from eligibility.schemes.registry import Scheme


def warnings(
    firms: FirmTable, law: Edition, scheme: Scheme, findings: Mapping[str, Finding]
) -> tuple[Warning, ...]:
    """Every warning that holds for some row: the scheme's own, and the age of the rules."""
    result = [*scheme.warnings(firms, law, findings), _checked_long_before(firms, law)]
    return tuple(warning for warning in result if warning.rows.any())


def _checked_long_before(firms: FirmTable, law: Edition) -> Warning:
    day = law.checked_on
    return Warning(
        "rules_checked_long_before",
        firms.application_years > day.year + 1,
        Wording(
            zh=f"规则最近一次核对是在{day}，请核对此后是否修订",
            en=f"These rules were last checked on {day}; see whether they were revised since",
        ),
        law.period_citation,
    )
