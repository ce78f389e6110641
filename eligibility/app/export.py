"""Tables as files to take away, written so that no spreadsheet runs a cell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from eligibility.app.firms import Firm, Screening
from eligibility.intake.table import Batch
from eligibility.language import Language
from eligibility.reports.files import open_writer
from eligibility.reports.scored import rejects_with_reasons, scored_table

MIMES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def scored(screening: Screening, shown: pa.Table, language: Language, kind: str) -> bytes:
    """The firms shown with every finding, in the order shown."""
    scheme = screening.assessments[0].scheme
    table = scored_table(
        screening.assessments, screening.batch.rows, scheme, language, screening.judge
    )
    return written(table.take(shown["place"]), kind)


def judged(firm: Firm) -> bytes:
    """All that is said of one firm, as JSON."""
    return _json(firm.record)


def draft(typed: Mapping[str, Any]) -> bytes:
    """A draft as it was typed, as JSON."""
    return _json(typed)


def rejected(batch: Batch, language: Language) -> bytes:
    """The rejected rows as they came, each with its reasons."""
    return written(rejects_with_reasons(batch, language), "csv")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False).encode()


def written(table: pa.Table, kind: str) -> bytes:
    """A table as a file of that kind."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{kind}"
        with open_writer(path, table.schema) as file:
            file.write(table)
        return path.read_bytes()
