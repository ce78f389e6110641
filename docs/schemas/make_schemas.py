"""Write the published schemas of this folder: inputs of every scheme, and the record of a firm."""

import sys
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

sys.path.insert(0, str(Path(__file__).parents[2]))

from eligibility.assessment.record_types import AssessmentRecord
from eligibility.domain.text import json_text
from eligibility.reports.input_schema import firm_schema, table_schema
from eligibility.schemes.registry import load_scheme, scheme_ids

#: the fields as they are asked for on this day
DAY = date(2026, 5, 10)
HERE = Path(__file__).parent


def write(name: str, schema: object) -> None:
    """One schema as indented JSON."""
    (HERE / name).write_text(json_text(schema), encoding="utf-8")


for scheme in map(load_scheme, scheme_ids()):
    write(f"{scheme.id}.table-schema.json", table_schema(scheme, DAY))
    write(f"{scheme.id}.json-schema.json", firm_schema(scheme, DAY))
write("assessment.json", TypeAdapter(AssessmentRecord).json_schema())
