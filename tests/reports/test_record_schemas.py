"""The published schemas of records are those of their types, and hold for what the commands print."""

import json
import runpy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from eligibility import assess, ladder
from eligibility.api import evidence
from eligibility.assessment.stress import stress_record
from eligibility.planning.firm_plan import firm_plan
from eligibility.planning.plan_request import PlanRequest
from tests.commands import SAMPLES, run
from tests.evidence.chain_firms import DAY, FACTS, lists
from tests.firms import HNTE, base, table

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
TYPES: dict[str, Any] = runpy.run_path(str(SCHEMAS / "make_schemas.py"))["RECORDS"]
BARE = {"uscc": "91150105MA0Q3X7T1U", "application_date": "2026-05-10"}


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return schema


def check(name: str, record: object) -> None:
    Draft202012Validator(schema_of(name)).validate(json.loads(json.dumps(record, allow_nan=False)))


@pytest.mark.parametrize("name", TYPES)
def test_a_published_schema_is_that_of_the_type(name: str) -> None:
    assert schema_of(name) == TypeAdapter(TYPES[name]).json_schema()


@pytest.mark.parametrize("name", TYPES)
def test_a_record_has_no_name_that_its_schema_lacks(name: str) -> None:
    parts = [schema_of(name), *schema_of(name)["$defs"].values()]
    assert all(part["additionalProperties"] is False for part in parts if "properties" in part)


def test_assessment_and_ladder_of_a_bare_and_a_whole_firm_fit_their_schemas() -> None:
    for firm in (BARE, base()):
        check("assessment", assess(firm)[0])
        check("ladder", ladder(firm)[0])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"st_staff": 8, "rd_expense_y3": 88_000, "rd_expense_domestic_y3": 88_000},
        {"registered_on": date(2026, 6, 1), "management_talent": 2, "sales_revenue_y2": None},
        {"ip_advancement_rating": None, "major_violation": True, "total_income_y3": None},
    ],
)
def test_plans_of_firms_that_lack_this_and_that_fit_their_schema(changes: dict[str, Any]) -> None:
    request = PlanRequest(next_batch=True, income=(5e6, 2e6), first_time=False)
    check("plan", firm_plan(table(base() | changes), 0, HNTE, date(2026, 9, 1), request))


def test_the_year_and_the_papers_that_commands_print_fit_their_schemas() -> None:
    firms = ("portfolio", SAMPLES / "candidates.csv", "--as-of", "2026-05-10", "--days", "20")
    check("year", json.loads(run(*firms, "--format", "json").stdout))
    papers = ("read", SAMPLES / "papers" / "changhe", "--as-of", "2026-05-10", "--format", "json")
    # one of them says nothing that is read
    check("papers", json.loads(run(*papers, status=3).stdout))


def test_chains_of_evidence_that_fit_together_or_do_not_fit_their_schema() -> None:
    broken = lists()
    broken["ip"][0]["granted_on"] = "2022-05-01"
    broken["product"][0]["field"] = ""
    for rows in (lists(), broken, {}):
        check("evidence", evidence(rows, FACTS, as_of=DAY))


def test_stress_tests_of_a_bare_and_a_whole_firm_fit_their_schema() -> None:
    for firm in (BARE, base()):
        check("stress", stress_record(table(firm), HNTE, {"activity": lists()["activity"]}))
