"""Write the published schemas of this folder: inputs of every scheme, and every record."""

import sys
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

sys.path.insert(0, str(Path(__file__).parents[2]))

from eligibility.assessment.record_types import AssessmentRecord, LadderRecord, StressRecord
from eligibility.domain.text import json_text
from eligibility.evidence.record_types import EvidenceRecord, ReconciliationRecord, StaffRecord
from eligibility.planning.record_types import PlanRecord
from eligibility.register.record_types import (
    AgendaRecord,
    DocumentsRecord,
    PublishedListRecord,
)
from eligibility.register.year_record import RegisterYearRecord
from eligibility.reports.certificate_record import CertificatesRecord
from eligibility.reports.input_schema import firm_schema, table_schema
from eligibility.reports.record_types import PapersRecord, TitleRecord, YearRecord
from eligibility.schemes.registry import load_scheme, scheme_ids

#: the fields as they are asked for on this day
DAY = date(2026, 5, 10)
HERE = Path(__file__).parent
#: the records that are published, by the name of their file
RECORDS = {
    "assessment": AssessmentRecord,
    "ladder": LadderRecord,
    "plan": PlanRecord,
    "year": YearRecord,
    "register-year": RegisterYearRecord,
    "papers": PapersRecord,
    "evidence": EvidenceRecord,
    "stress": StressRecord,
    "reconciliation": ReconciliationRecord,
    "staff": StaffRecord,
    "certificates": CertificatesRecord,
    "title": TitleRecord,
    "agenda": AgendaRecord,
    "documents": DocumentsRecord,
    "published-list": PublishedListRecord,
}


def write(name: str, schema: object) -> None:
    """One schema as indented JSON."""
    (HERE / name).write_text(json_text(schema), encoding="utf-8")


def main() -> None:
    """Write every schema."""
    for scheme in map(load_scheme, scheme_ids()):
        write(f"{scheme.id}.table-schema.json", table_schema(scheme, DAY))
        write(f"{scheme.id}.json-schema.json", firm_schema(scheme, DAY))
    for name, record in RECORDS.items():
        write(f"{name}.json", TypeAdapter(record).json_schema())


if __name__ == "__main__":
    main()
