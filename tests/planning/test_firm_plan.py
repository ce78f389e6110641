"""One firm's brief: plain data with every distance cited, and the command that prints it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from eligibility.domain.errors import InputError
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.planning.firm_plan import firm_plan
from eligibility.planning.plan_request import PlanRequest
from eligibility.planning.record_types import FindingGap, PlanRecord, WorthRecord
from eligibility.reports.plan_text import plan_points
from tests.assessment.test_properties import firms
from tests.commands import SAMPLES, run
from tests.firms import HNTE, base, table

ON = date(2026, 9, 1)
FIRM = "91150105XNRCN5XE87"


def of(on: date = ON, by: date | None = None, **changes: Any) -> PlanRecord:
    return firm_plan(table(base(**changes)), 0, HNTE, on, PlanRequest(by=by))


def gap(found: PlanRecord, name: str) -> FindingGap:
    return next(one for one in found["gaps"]["findings"] if one["finding"] == name)


def test_the_distance_is_told_in_the_firms_own_terms_with_its_tier_and_article() -> None:
    costs = {f"rd_expense{part}_y3": 88_000.5 for part in ("", "_domestic")}
    found = gap(of(**costs), "rd_intensity")
    ((way,),) = found["needs"]
    # 5 % of 37 million, less 1,760,000 of the two years before
    assert (way["more"], way["to"]) == (1_999.5, 90_000)
    assert way["title"]["en"].endswith("2025")
    assert found["tier"] == {"line": 0.05, "above": None, "up_to": 50_000_000, "unit": "CNY"}
    assert found["citation"]["article"] == "第十一条（五）"


def test_only_ways_that_are_still_open_are_written_down() -> None:
    costs = {f"rd_expense{part}_y3": 88_000.5 for part in ("", "_domestic")}
    # the year of the figures still runs on the first day, and is over on the second
    running, over = of(on=date(2025, 9, 1), **costs), of(**costs)
    amount = ", 2025: CNY 300,000 more, to CNY 7,800,000"
    assert amount in plan_points(running, HNTE, ENGLISH)
    text = plan_points(over, HNTE, ENGLISH)
    assert amount not in text
    assert "the years of its figures are over: they can be checked, not added to" in text
    assert all(line == "" or line.strip() for line in text.splitlines())
    # the record has the distance, for whoever tries other figures
    assert gap(over, "rd_intensity")["needs"]


def test_a_date_is_told_where_only_days_are_lacking() -> None:
    found = gap(of(registered_on=date(2025, 6, 1)), "registration_age")
    ((way,),) = found["needs"]
    assert (way["more"], way["unit"], way["to"]) == (22, "day", "2026-06-01")


def test_more_staff_by_counting_or_by_hiring() -> None:
    ((counted, hired),) = gap(of(st_staff=8), "st_staff_ratio")["needs"]
    assert (counted["more"], hired["more"]) == (2, 3)
    assert counted["how"] != hired["how"]


def test_an_open_finding_says_whether_a_fact_or_evidence_is_missing() -> None:
    found = of(ip_core_support=None, ip_advancement_rating=None, management_system=None)
    assert gap(found, "core_ip")["settled_by"] == {"facts": ["ip_core_support"], "evidence": []}
    items = {item["item"]: item["settled_by"] for item in found["gaps"]["items"]}
    assert items["ip_advancement"] == {"facts": [], "evidence": ["ip_advancement_rating"]}
    assert items["management_system"] == {"facts": [], "evidence": ["management_system"]}
    assert items["ip_acquisition"] == {"facts": [], "evidence": []}


def test_an_item_at_its_best_has_no_gap_and_one_below_tells_each_step() -> None:
    items = {item["item"]: item for item in of(management_talent=2)["gaps"]["items"]}
    assert "management_system" not in items
    steps = items["management_talent"]["steps"]
    assert [step["gains"]["low"] for step in steps] == [1, 2]
    assert steps[-1]["needs"][0][0]["more"] == 2


def test_without_a_day_the_first_batch_with_a_plan_is_planned_for() -> None:
    found = of(st_staff=8)
    assert found["by"] == found["plan"]["earliest"] == "2027-05-10"
    (first, *_) = found["plan"]["plans"]
    (move,) = first["moves"]
    assert (move["action"], move["amount"], move["assumed"]) == ("count_staff", 2, True)
    assert move["meets"][0]["citation"]["article"] == "第十一条（四）"


def test_a_refusal_names_the_earliest_day_with_a_plan() -> None:
    firm = table(base(registered_on=date(2026, 6, 1)))
    request = PlanRequest(by=date(2027, 5, 10), score_at_least=60)
    found = firm_plan(firm, 0, HNTE, ON, request)["plan"]
    assert [one["finding"] for one in found["refused"]] == ["registration_age"]
    assert not found["plans"]
    assert found["earliest"] == "2027-07-10"


def test_what_must_hold_then_is_judged_on_the_figures_of_then() -> None:
    found = of(registered_on=date(2026, 6, 1), by=date(2027, 5, 10))["projection"]
    assert found["figures_of_year_by"] == "2026-12-31"
    ages = [one for one in found["must_hold"]["findings"] if one["finding"] == "registration_age"]
    assert ages[0]["needs"][0][0]["to"] == "2027-06-01"


@pytest.mark.parametrize("by", [date(2026, 8, 31), date(2025, 5, 10)])
def test_a_day_that_is_past_is_refused(by: date) -> None:
    with pytest.raises(InputError, match="cannot be planned for"):
        of(by=by)


def test_the_plan_in_words_leaves_to_the_experts_what_only_they_decide() -> None:
    own = dict.fromkeys(("ip_advancement_rating", "ip_core_support_rating"))
    for_experts = plan_points(of(**own), HNTE, ENGLISH)
    assert "[国科发火〔2016〕32号 第十一条（七）]: for the experts to judge" in for_experts
    assert ": for the experts to judge, " in for_experts.split("Outlook")[1]
    assert "undetermined" not in for_experts.split("Plan to be ready")[0]
    lacks = plan_points(of(**own, conversions_y3=None), HNTE, ENGLISH)
    assert "第十一条（七）]: undetermined" in lacks
    assert ": undetermined, " in lacks.split("Outlook")[1]


@given(firms())
@settings(max_examples=25)
def test_any_firm_has_a_brief_that_is_plain_data_and_can_be_said(firm: dict[str, Any]) -> None:
    on = firm["application_date"]
    found = firm_plan(table(firm), 0, HNTE, on)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for language in (CHINESE, ENGLISH):
        assert "nan" not in plan_points(found, HNTE, language)


def test_the_command_prints_the_plan_in_both_forms() -> None:
    words = ("plan", SAMPLES / "candidates.csv", "--firm", FIRM, "--as-of", "2026-03-01")
    made = json.loads(run(*words, "--format", "json").stdout)
    assert made["firm"]["uscc"] == FIRM
    assert made["plan"]["plans"][0]["cost"] == 1350
    said = run(*words, "--lang", "en", "--income", "4000000,2000000,5000000").stdout
    assert "Cheapest: CNY 1,350" in said
    assert "Certification saves no income tax in 2027" in said
    assert "第十一条（四）" in said


def test_the_worth_takes_the_staff_that_the_file_has() -> None:
    # 400 people are too many for the small-profit rate
    firm = table(base(staff_total=400, st_staff=80))
    found = firm_plan(firm, 0, HNTE, ON, PlanRequest(by=date(2027, 5, 10), income=(2e6,)))
    assert found["worth"]["saved"] == 200_000


def test_where_nothing_is_saved_that_stands_first_and_an_unknown_western_rate_is_said() -> None:
    firm = table(base())
    none = firm_plan(firm, 0, HNTE, ON, PlanRequest(by=date(2027, 5, 10), income=(2e6,)))
    assert none["worth"]["says"][0]["text"].startswith("The certificate saves no income tax")
    said = plan_points(none, HNTE, ENGLISH).split("What it is worth")[1]
    assert said.index("saves no income tax") < said.index("2027: income tax")
    later = PlanRequest(by=date(2028, 5, 10), income=(5e6,))
    open_rate = firm_plan(firm, 0, HNTE, ON, later)["worth"]
    assert (open_rate["saved"], open_rate["saved_western"]) == (500_000, 0)
    sure = firm_plan(firm, 0, HNTE, ON, replace(later, western=False))["worth"]
    assert (sure["saved"], sure["saved_western"]) == (500_000, None)


def test_losses_and_western_facts_of_the_input_are_used_unless_others_are_given() -> None:
    def worth_of(**given: Any) -> WorthRecord:
        facts = {name: given.pop(name) for name in list(given) if name in HNTE.fields_by_id}
        request = PlanRequest(by=date(2028, 5, 10), income=(5e6,), **given)
        return firm_plan(table(base() | facts), 0, HNTE, ON, request)["worth"]

    west = {"western_encouraged_project": True, "encouraged_income_share": 0.6}
    assert (worth_of()["saved"], worth_of()["saved_western"]) == (500_000, 0)
    assert (worth_of(**west)["saved"], worth_of(**west)["saved_western"]) == (0, 0)
    no = worth_of(western_encouraged_project=False)
    assert (no["saved"], no["saved_western"]) == (500_000, None)
    # a share alone, or the project alone, leaves both values
    half = worth_of(western_encouraged_project=True)
    assert (half["saved"], half["saved_western"]) == (500_000, 0)
    assert worth_of(**west, western=False)["saved"] == 500_000
    lost = worth_of(unrecovered_losses_y1=300_000, unrecovered_losses_y3=200_000)
    assert lost["years"][0]["losses_without"] == 500_000
    assert worth_of(unrecovered_losses_y3=200_000, losses={})["years"][0]["losses_without"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--firm", FIRM, "--losses", "2024:5"), "--losses 2024:5"),
        (("--firm", FIRM, "--status-years", "now"), "--status-years now"),
        (("--firm", "91150105XN0000000X"), "no usable row of the firm"),
        (("--firm", FIRM, "--by", "soon"), "--by soon"),
        (("--firm", FIRM, "--income", "much"), "--income much"),
        (("--firm", FIRM, "--by", "2020-05-10"), "cannot be planned for"),
    ],
)
def test_the_command_refuses_in_one_sentence(words: tuple[str, ...], said: str) -> None:
    done = run("plan", SAMPLES / "candidates.csv", *words, "--lang", "en", status=2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_rows_that_a_plan_could_not_read_are_counted_and_tell_in_the_status() -> None:
    listed = run("assess", SAMPLES / "candidates_messy.csv", "--format", "json", status=3)
    firm = json.loads(listed.stdout)[5]["firm"]["uscc"]
    done = run("plan", SAMPLES / "candidates_messy.csv", "--firm", firm, "--lang", "en",
               "--as-of", "2026-03-01", status=3)  # fmt: skip
    assert "60 rows read = 38 scored + 22 rejected" in done.stderr


def test_what_to_fill_in_first_is_a_blank_of_the_firms_own_years() -> None:
    # by 2028 the blank of 2025 stands in each of the three years, but the firm can fill in one
    found = of(by=date(2028, 7, 10), hitech_income_y3=None, sales_revenue_y3=None)
    assert found["plan"]["fill_in_first"] == ["sales_revenue_y3", "hitech_income_y3"]
