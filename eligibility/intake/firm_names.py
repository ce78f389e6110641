"""Names of firms in one form, so that one firm in several spellings is known to be one."""

from __future__ import annotations

from eligibility.domain import firm_names
from eligibility.intake.cells import visible


def name_key(name: str) -> str:
    """The normal name of what a cell shows.

    Two names with one key are one firm's where no credit code tells otherwise; what is shown stays as
    it was written.
    """
    return firm_names.name_key(name if name.isalnum() else visible(name))
