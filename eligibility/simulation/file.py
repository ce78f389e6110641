"""Invented past applications as a CSV file, in the columns that ``train`` reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools
from eligibility.domain.facts import RATINGS, Field
from eligibility.reports.files import open_writer
from eligibility.schemes.registry import Scheme
from eligibility.simulation.applications import PastApplications


def write_applications(
    applications: PastApplications, scheme: Scheme, path: Path, with_chance: bool = False
) -> None:
    """Write the applications, every row marked as invented.

    Parameters
    ----------
    with_chance : bool
        Add ``true_chance``, which nobody could know of real applications.
    """
    table = applications_table(applications, scheme)
    if with_chance:
        table = table.append_column("true_chance", pa.array(np.round(applications.chance, 6)))
    with open_writer(path) as output:
        output.write(table)


def applications_table(applications: PastApplications, scheme: Scheme) -> pa.Table:
    """The applications as texts and numbers, a column a field."""
    rows = len(applications.labels)
    columns: dict[str, pa.Array] = {
        "name": pa.array([f"虚构企业{row + 1:05d}" for row in range(rows)])
    }
    for field in scheme.fields:
        if field.id in applications.firms.columns:
            columns[field.id] = _column(applications.firms.columns[field.id], field)
    columns["applied_year"] = pa.array(applications.applied_year)
    columns["certified"] = _yes_no(applications.labels)
    columns["rejection_reason"] = pa.array([reason or None for reason in applications.rejection_reason], pa.string())  # fmt: skip
    columns["invented"] = _yes_no(np.ones(rows, dtype=np.bool_))
    return pa.table(columns)


def _column(values: NDArray[np.generic], field: Field) -> pa.Array:
    if field.kind == "date":
        return pa.array(values)
    blank = np.isnan(values.astype(np.float64))
    whole = np.where(blank, 0, values).astype(np.int64)
    if field.kind == "yes_no":
        return _yes_no(whole == 1, blank)
    if field.kind == "rating":
        letters = np.array(list(RATINGS))[whole]
        return pa.array(letters.tolist(), pa.string(), mask=blank)
    return pa.array(whole, mask=blank)


def _yes_no(yes: Bools, blank: Bools | None = None) -> pa.Array:
    return pa.array(np.where(yes, "yes", "no").tolist(), pa.string(), mask=blank)
