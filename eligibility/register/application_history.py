"""Who applied: firms of earlier years that could have, as the register knows them."""

from __future__ import annotations

from datetime import date

import numpy as np

from eligibility.assessment.assess import assess_table
from eligibility.assessment.ladder import joint_fields
from eligibility.city.application_model import ApplicationHistory, traits
from eligibility.city.certificates import Certificates
from eligibility.city.portfolio_state import PortfolioState
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository

#: earlier years that are looked at
YEARS = 3


def application_history(
    repository: Repository, year: int, certificates: Certificates, scheme: Scheme
) -> ApplicationHistory:
    """Firms that could have applied in the years before, under the law of each, and who did.

    A firm counts in a year if it was in the register by its end, had figures, and held no
    certificate beyond it but one of that very year.
    """
    parts, applied = [], []
    for earlier in range(year - YEARS, year):
        valid = certificates.valid_after(earlier)
        rows = [
            row
            for row in repository.year.candidates_then(earlier)
            if row["facts"] and (row["applied"] or row["id"] not in valid)
        ]
        if not rows:
            continue
        batch = from_records(
            [{"application_date": date(earlier, 1, 1).isoformat(), **row["facts"]} for row in rows],
            joint_fields(),
            IntakeOptions(application_date=date(earlier, 1, 1), covered_from=scheme.covered_from),
            catalogue=scheme.titles_by_code,
        )
        read = [rows[number - 1] for number in batch.rows.tolist()]
        if not read:
            continue
        standing = PortfolioState(batch.table, assess_table(batch.table, scheme))
        ending = certificates.ending_in(earlier)
        renewal = np.array([row["id"] in ending for row in read], dtype=np.bool_)
        parts.append(traits(standing, renewal))
        applied.append([row["applied"] for row in read])
    return ApplicationHistory(
        np.vstack(parts) if parts else np.empty((0, 5)),
        np.array([each for part in applied for each in part], dtype=np.bool_),
    )
