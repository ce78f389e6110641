"""Tables as files to take away, written so that no spreadsheet runs a cell."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from eligibility.app.firms import Screening
from eligibility.intake.table import Batch
from eligibility.language import Language
from eligibility.reports.files import open_writer
from eligibility.reports.scored import rejects_with_reasons, scored_table

MIMES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def scored(screening: Screening, shown: pa.Table, language: Language, kind: str) -> bytes:
    """The firms shown with every finding, in the order shown."""
    scheme = screening.assessments[0].scheme
    table = scored_table(screening.assessments, screening.batch.rows, scheme, language)
    return written(table.take(shown["place"]), kind)


def rejected(batch: Batch, language: Language) -> bytes:
    """The rejected rows as they came, each with its reasons."""
    return written(rejects_with_reasons(batch, language), "csv")


def written(table: pa.Table, kind: str) -> bytes:
    """A table as a file of that kind."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{kind}"
        with open_writer(path, table.schema) as file:
            file.write(table)
        return path.read_bytes()
