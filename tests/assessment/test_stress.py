"""Stress tests: what falls is what the rules say of the firm without it, and the room is exact."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from eligibility.api import firms
from eligibility.assessment.assess import assess_table
from eligibility.assessment.stress import count_falls, stress_record, stress_rules, strikes
from eligibility.domain.results import MET, UNMET
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.intake.draft_reader import read_draft
from eligibility.intake.table import read_table
from eligibility.reports.stress_text import stress_text
from eligibility.schemes.registry import load_scheme
from tests.browser.server import ROOT

TODAY = date(2026, 5, 10)
SCHEME = load_scheme()


@pytest.fixture(scope="module")
def example() -> tuple[Any, dict[str, list[dict[str, str]]]]:
    """The example firm as a table of one row, and its lists."""
    held = SCHEME.example(TODAY)
    assert held is not None
    reading = read_draft({"facts": held["facts"], "ledgers": held["lists"]}, SCHEME, TODAY)
    return reading.batch.table, held["lists"]


def test_the_room_of_a_share_is_the_last_amount_that_can_be_struck(example: Any) -> None:
    firm, lists = example
    room = {each["finding"]: each for each in stress_record(firm, SCHEME, lists)["room"]}
    assert room["st_staff_ratio"] == {
        "finding": "st_staff_ratio",
        "title": {"zh": "科技人员占比", "en": "Share of S&T staff"},
        "unit": "person",
        "room": 2,
    }
    for less, status in ((2, MET), (3, UNMET)):
        (after,) = assess_table(
            firm.with_columns({"st_staff": firm.numbers("st_staff") - less}), SCHEME
        )
        assert after.findings["st_staff_ratio"].status[0] == status
    cost = room["hitech_income_share"]["room"]
    for less, status in ((cost, MET), (cost + 0.01, UNMET)):
        income = firm.numbers("hitech_income_y3") - less
        (after,) = assess_table(firm.with_columns({"hitech_income_y3": income}), SCHEME)
        assert after.findings["hitech_income_share"].status[0] == status


def test_each_activity_product_and_right_of_the_lists_is_struck_once(example: Any) -> None:
    firm, lists = example
    names = {}
    for strike in strikes(firm, SCHEME, lists):
        if strike.name:
            names.setdefault(strike.id, []).append(strike.name)
    assert names["activity"] == ["RD01", "RD02", "RD03"]
    assert names["product"] == ["数据管理平台", "技术服务"]
    assert len(names["ip"]) == 7


def test_what_falls_is_what_the_rules_say_of_the_firm_without_it(example: Any) -> None:
    firm, lists = example
    record = stress_record(firm, SCHEME, lists)
    fell = {each["name"]: each["falls"] for each in record["strikes"] if each["name"]}
    for strike in strikes(firm, SCHEME, lists):
        if not strike.name:
            continue
        # an activity that is not accepted costs nothing; a year without a row would be unsaid
        nothing = {name: "0" for name in lists["activity"][0] if name.startswith("rd_")}
        rest = {
            name: [
                row | nothing if name == "activity" and strike.name in row.values() else row
                for row in rows
                if name == "activity" or strike.name not in row.values()
            ]
            if name == strike.id
            else rows
            for name, rows in lists.items()
        }
        held = SCHEME.example(TODAY)
        assert held is not None
        told = read_draft({"facts": held["facts"], "ledgers": rest}, SCHEME, TODAY).batch.table
        (after,) = assess_table(told, SCHEME)
        (before,) = assess_table(firm, SCHEME)
        expected = {
            name
            for name, finding in after.findings.items()
            if before.findings[name].status[0] == MET and finding.status[0] != MET
        }
        assert set(fell[strike.name]) == expected, strike.name
    assert fell["数据管理平台"] == ["hitech_income_share"]


def test_those_that_fell_stand_first_and_the_text_names_them(example: Any) -> None:
    firm, lists = example
    record = stress_record(firm, SCHEME, lists)
    fell = [bool(each["falls"]) for each in record["strikes"]]
    assert fell == sorted(fell, reverse=True)
    assert (
        "一项高新技术产品收入不被认可（数据管理平台）：高新技术产品（服务）收入占比将不再满足"
        in stress_text(record, CHINESE)
    )
    assert "Share of S&T staff: 2 persons may be struck" in stress_text(record, ENGLISH)


def test_a_firm_without_lists_is_asked_by_shares_alone_and_a_blank_is_not_struck() -> None:
    firm = firms({"name": "甲", "staff_total": 100, "st_staff": 10}, as_of=TODAY)
    assert [strike.id for strike in strikes(firm, SCHEME)] == ["staff_not_accepted"]
    (only,) = stress_record(firm, SCHEME)["strikes"]
    assert only["falls"] == ["st_staff_ratio"]


def test_the_count_over_a_file_is_the_sum_of_its_firms() -> None:
    batch = read_table(
        ROOT / "sample_data" / "candidates.csv", SCHEME.fields, catalogue=SCHEME.titles_by_code
    )
    counts = count_falls(batch.table, SCHEME)
    own = dict.fromkeys(counts, 0)
    for row in range(0, batch.table.rows, 4):
        record = stress_record(batch.table.take(np.array([row])), SCHEME)
        if record["verdict"] == "eligible":
            for strike in record["strikes"]:
                own[strike["id"]] += strike["verdict"] != "eligible"
    quarter = batch.table.take(np.arange(0, batch.table.rows, 4))
    assert count_falls(quarter, SCHEME) == own
    assert counts["staff_not_accepted"] > 0


def test_a_scheme_that_says_nothing_of_strikes_strikes_nothing() -> None:
    other = load_scheme("tech_sme")
    assert stress_rules(other).shares == ()


def test_every_strike_names_fields_and_lists_that_there_are_and_says_its_source() -> None:
    rules = stress_rules(SCHEME)
    ids = {field.id for field in SCHEME.fields} | {
        field.id[:-3] for field in SCHEME.fields if field.year
    }
    for rule in rules.shares:
        assert set(rule.fields) <= ids
        assert rule.share.source
    assert {rule.id for rule in rules.lists} <= set(SCHEME.lists)
