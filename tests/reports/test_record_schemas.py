"""The published schemas of records are those of their types, and hold for what the commands print."""

import json
import runpy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter

from eligibility import assess, ladder
from eligibility.api import count_staff, evidence
from eligibility.assessment.stress import stress_record
from eligibility.evidence.bridge_year import Amounts
from eligibility.evidence.reconciliation import reconcile
from eligibility.evidence.record import reconciliation_record
from eligibility.planning.firm_plan import firm_plan
from eligibility.planning.plan_request import PlanRequest
from tests.commands import SAMPLES, run
from tests.evidence import bridge_firms
from tests.evidence.chain_firms import DAY, FACTS, lists
from tests.evidence.people_files import csv_file, identity, roster_file
from tests.firms import HNTE, base, table
from tests.published_schemas import SCHEMAS, check_record, schema_of

TYPES: dict[str, Any] = runpy.run_path(str(SCHEMAS / "make_schemas.py"))["RECORDS"]
BARE = {"uscc": "91150105MA0Q3X7T1U", "application_date": "2026-05-10"}


@pytest.mark.parametrize("name", TYPES)
def test_a_published_schema_is_that_of_the_type(name: str) -> None:
    assert schema_of(name) == TypeAdapter(TYPES[name]).json_schema()


@pytest.mark.parametrize("name", TYPES)
def test_a_record_has_no_name_that_its_schema_lacks(name: str) -> None:
    parts = [schema_of(name), *schema_of(name)["$defs"].values()]
    assert all(part["additionalProperties"] is False for part in parts if "properties" in part)


def test_assessment_and_ladder_of_a_bare_and_a_whole_firm_fit_their_schemas() -> None:
    for firm in (BARE, base()):
        check_record("assessment", assess(firm)[0])
        check_record("ladder", ladder(firm)[0])


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
    check_record("plan", firm_plan(table(base() | changes), 0, HNTE, date(2026, 9, 1), request))


def test_the_year_and_the_papers_that_commands_print_fit_their_schemas() -> None:
    firms = ("portfolio", SAMPLES / "candidates.csv", "--as-of", "2026-05-10", "--days", "20")
    check_record("year", json.loads(run(*firms, "--format", "json").stdout))
    papers = ("read", SAMPLES / "papers" / "changhe", "--as-of", "2026-05-10", "--format", "json")
    # one of them says nothing that is read
    check_record("papers", json.loads(run(*papers, status=3).stdout))


def test_chains_of_evidence_that_fit_together_or_do_not_fit_their_schema() -> None:
    broken = lists()
    broken["ip"][0]["granted_on"] = "2022-05-01"
    broken["product"][0]["field"] = ""
    for rows in (lists(), broken, {}):
        check_record("evidence", evidence(rows, FACTS, as_of=DAY))


def test_stress_tests_of_a_bare_and_a_whole_firm_fit_their_schema() -> None:
    for firm in (BARE, base()):
        check_record("stress", stress_record(table(firm), HNTE, {"activity": lists()["activity"]}))


@settings(max_examples=3, deadline=None)
@given(bridge_firms.firms())
def test_reconciliations_with_and_without_a_rest_fit_their_schema(amounts: Amounts) -> None:
    assert HNTE.reconciliation is not None
    some, *_ = amounts
    for stated in (amounts, amounts | {some: amounts[some] + 7}, {some: amounts[some]}):
        worked_out = reconcile(stated, HNTE.reconciliation, HNTE.edition("e2016"))
        check_record("reconciliation", reconciliation_record(worked_out))


def test_staff_of_a_bare_and_of_contradicting_lists_fit_their_schema() -> None:
    bare = csv_file(
        [["姓名", "入职日期", "用工形式"], ["甲", "2020-01-01", "在职"], ["乙", "?", ""]]
    )
    people = [
        {"入职日期": "2020-01-01"},
        {"入职日期": "2020-01-01", "用工形式": "兼职", "岗位": "司机"},
    ]
    insured = csv_file([["姓名", "身份证号", "月份"], ["丙", identity(9), "2025-03"]])
    check_record("staff", count_staff(bare, as_of=DAY))
    whole = count_staff(roster_file(people), insurance=insured, as_of=DAY)
    assert whole["mismatches"]
    check_record("staff", whole)


def test_titles_that_the_command_counts_fit_their_schema() -> None:
    asked = (
        "ladder",
        SAMPLES / "two_tracks.csv",
        "--titles",
        "--as-of",
        "2026-11-30",
        "--format",
        "json",
    )
    titles = json.loads(run(*asked).stdout)
    assert titles
    for each in titles:
        check_record("title", each)
