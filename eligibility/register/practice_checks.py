"""Practice checks that an institution uses: what reviewers look at, switched off where its own do not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from eligibility.domain.law import Citation
from eligibility.domain.text import Wording
from eligibility.evidence.checks import practice_checks, require_practice
from eligibility.register.assumptions import InstitutionSettings
from eligibility.store.assumptions import ASSUMED, CITY, AssumptionChange

PATH = ("checks_off",)


@dataclass(frozen=True)
class PracticeCheck:
    """Check of practice, of the chain of evidence or of the posts of staff.

    Attributes
    ----------
    id : str
    title : Wording
    citation : Citation
    source_day : date
        On which the source was looked at.
    is_used : bool
        Whether the institution uses it.
    """

    id: str
    title: Wording
    citation: Citation
    source_day: date
    is_used: bool


def list_practice_checks(settings: InstitutionSettings) -> list[PracticeCheck]:
    """Every check of practice of the schemes, in their order."""
    off = settings.city.checks_off
    checks: list[PracticeCheck] = []
    for scheme in settings.schemes.values():
        if scheme.evidence is not None:
            for check in practice_checks(scheme.evidence):
                assert check.citation is not None
                assert check.source_day is not None
                source = check.citation, check.source_day
                checks.append(PracticeCheck(check.id, check.title, *source, check.id not in off))
        if scheme.staff_rules is not None:
            checks += [
                PracticeCheck(
                    sign.id, sign.says, sign.citation, sign.source_date, sign.id not in off
                )
                for sign in scheme.staff_rules.signs
            ]
    return checks


def practice_change(
    settings: InstitutionSettings, checks: Collection[str], source: str
) -> AssumptionChange:
    """The change by which only these checks of practice are used.

    Raises
    ------
    InputError
        If one of them is no check of practice.
    """
    known = [check.id for check in list_practice_checks(settings)]
    require_practice(checks, known)
    off = [name for name in known if name not in checks]
    return AssumptionChange(CITY, PATH, off, source.strip() or ASSUMED)
