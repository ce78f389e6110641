"""The three-way match: every planted break is found by its check and by no other, and firms that agree raise none."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from eligibility import count_staff
from eligibility.evidence.staff_match import MISMATCHES
from tests.evidence.people_files import ROSTER, csv_file, identity

YEAR = 2025
MONTHS = range(1, 13)


@dataclass
class Lists:
    """A firm's three lists as rows: mappings, and months or days by person."""

    roster: list[dict[str, Any]]
    insurance: list[dict[str, Any]] = field(default_factory=list)
    hours: list[dict[str, Any]] = field(default_factory=list)

    def count(self) -> dict[str, Any]:
        roster = csv_file(
            [ROSTER, *([row.get(head, "") for head in ROSTER] for row in self.roster)]
        )
        pension = [
            [row["姓名"], row["身份证号"], f"{YEAR}-{month:02d}"] for row in self.insurance for month in row["months"]
        ]  # fmt: skip
        hours = [
            [row["姓名"], row["身份证号"], day, "8"] for row in self.hours for day in row["days"]
        ]
        return count_staff(
            roster,
            insurance=csv_file([["姓名", "身份证件号码", "费款所属期"], *pension]),
            hours=csv_file([["姓名", "证件号码", "日期", "研发工时"], *hours]),
            as_of=date(YEAR + 1, 5, 1),
        )

    def row(self, name: str) -> dict[str, Any]:
        return next(row for row in self.roster if row["姓名"] == name)

    def insured(self, name: str) -> dict[str, Any]:
        return next(row for row in self.insurance if row["姓名"] == name)

    def recorded(self, name: str) -> dict[str, Any]:
        return next(row for row in self.hours if row["姓名"] == name)


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=place) for place in range(count)]


def firm() -> Lists:
    """Thirty people whose lists agree: twelve in R&D, three part-time, some who came and left."""
    lists = Lists([])
    for place in range(30):
        name, number = f"员工{place}", identity(place)
        kind = "兼职" if place >= 27 else "在职"
        first = date(YEAR, 4, 10) if place == 20 else date(2019, 1, 1 + place % 28)
        last = date(YEAR, 9, 20) if place == 21 else None
        lists.roster.append(
            {"姓名": name, "身份证号": number, "入职日期": first, "离职日期": last or "", "用工形式": kind,
             "岗位": "研发工程师", "是否科技人员": "是" if place < 12 else "否"}
        )  # fmt: skip
        if kind == "在职":
            months = [
                month for month in MONTHS
                if first <= date(YEAR, month, 28) and (last is None or date(YEAR, month, 1) <= last)
            ]  # fmt: skip
            lists.insurance.append({"姓名": name, "身份证号": number, "months": months})
        if place < 12:
            lists.hours.append(
                {"姓名": name, "身份证号": number, "days": days(date(YEAR, 2, 1), 200)}
            )
    return lists


def broken_number(number: str) -> str:
    return number[:-1] + ("1" if number[-1] != "1" else "2")


def add_twin(lists: Lists) -> None:
    """A second person of the name of an S&T person, and lists that name them without numbers."""
    lists.roster.append({**lists.row("员工3"), "身份证号": identity(600), "是否科技人员": "否"})
    lists.insurance.append({**lists.insured("员工3"), "身份证号": identity(600)})
    lists.recorded("员工3")["身份证号"] = ""


#: what is broken, by the check that finds it
BREAKS: Mapping[str, Callable[[Lists], object]] = {
    "roster_twice": lambda lists: lists.roster.append({**lists.row("员工2"), "入职日期": date(2022, 1, 1)}),
    "wrong_number": lambda lists: [
        row.update(身份证号=broken_number(identity(5))) for row in (lists.row("员工5"), lists.insured("员工5"), lists.recorded("员工5"))
    ],
    "not_insured": lambda lists: lists.insurance.remove(lists.insured("员工4")),
    "insurance_gap": lambda lists: lists.insured("员工4")["months"].remove(6),
    "insured_outside": lambda lists: lists.insured("员工21")["months"].append(11),
    "insured_not_in_roster": lambda lists: lists.insurance.append({"姓名": "外人", "身份证号": identity(700), "months": [1]}),
    "hours_not_in_roster": lambda lists: lists.hours.append({"姓名": "外人", "身份证号": identity(700), "days": days(date(YEAR, 3, 1), 9)}),
    "hours_outside": lambda lists: (
        lists.row("员工20").update(是否科技人员="是"),
        lists.hours.append({"姓名": "员工20", "身份证号": identity(20), "days": days(date(YEAR, 3, 20), 200)}),
    ),
    "hours_without_mark": lambda lists: lists.hours.append({"姓名": "员工15", "身份证号": identity(15), "days": days(date(YEAR, 3, 1), 9)}),
    "mark_without_hours": lambda lists: lists.hours.remove(lists.recorded("员工6")),
    "name_differs": lambda lists: lists.insured("员工8").update(姓名="别名"),
    "number_differs": lambda lists: lists.recorded("员工8").update(身份证号=identity(808)),
    "same_name": add_twin,
}  # fmt: skip


def test_a_firm_whose_lists_agree_raises_nothing() -> None:
    result = firm().count()
    assert result["mismatches"] == []
    assert result["st_staff"]["average"] == 12
    assert sum(person["staff"] == "open" for person in result["people"]) == 3


@pytest.mark.parametrize("kind", BREAKS)
def test_a_planted_break_is_found_by_its_check_and_no_other(kind: str) -> None:
    lists = firm()
    BREAKS[kind](lists)
    found = lists.count()["mismatches"]
    assert [each["kind"] for each in found] == [kind]
    (mismatch,) = found
    numbers = [*mismatch["rows"], *mismatch["other_rows"]]
    assert numbers
    for language in ("zh", "en"):
        assert all(str(number) in mismatch["says"][language] for number in numbers)


def test_more_hours_than_days_of_employment_are_found() -> None:
    roster = csv_file([ROSTER, ["甲", identity(1), "2025-12-01", "", "在职", "", "是"]])
    for heads, amount, expected in (
        (["姓名", "研发天数"], "32", ["hours_too_many"]), (["姓名", "研发天数"], "31", []),
        (["姓名", "研发工时"], "744.5", ["hours_too_many"]), (["姓名", "研发工时"], "744", []),
    ):  # fmt: skip
        result = count_staff(
            roster, hours=csv_file([heads, ["甲", amount]]), as_of=date(2026, 5, 1)
        )
        assert [each["kind"] for each in result["mismatches"]] == expected


def test_every_check_has_a_planted_break() -> None:
    assert {*BREAKS, "hours_too_many"} == set(MISMATCHES)


def test_several_breaks_planted_by_chance_are_all_found() -> None:
    # breaks that touch other people of the firm
    apart = ["not_insured", "roster_twice", "insured_outside", "insured_not_in_roster", "hours_without_mark", "mark_without_hours", "name_differs", "wrong_number"]  # fmt: skip
    chance = random.Random(7)
    for _ in range(12):
        kinds = chance.sample(apart, chance.randint(2, len(apart)))
        lists = firm()
        for kind in kinds:
            BREAKS[kind](lists)
        assert Counter(each["kind"] for each in lists.count()["mismatches"]) == Counter(kinds)


# --- forms of the lists ---


def test_a_list_as_it_stands_on_a_day_is_compared_with_its_month() -> None:
    lists = firm()
    roster = csv_file([ROSTER, *([row.get(head, "") for head in ROSTER] for row in lists.roster)])

    def kinds(title: str, absent: int) -> dict[str, list[int]]:
        rows = [
            [row["姓名"], row["身份证号"]]
            for row in lists.insurance
            if row["姓名"] != f"员工{absent}"
        ]
        stand = csv_file([[title], ["姓名", "身份证号码"], *rows])
        found = count_staff(roster, insurance=stand, as_of=date(YEAR + 1, 5, 1))["mismatches"]
        return {each["kind"]: each["rows"] for each in found}

    assert kinds("2025年2月参保人员名单", 20) == {}
    assert kinds("参保人员名单", 21) == {}
    assert kinds("2025年12月参保人员名单", 9) == {"not_insured": [11], "insured_outside": [23]}


def test_months_as_columns_and_spans_say_the_same_as_a_row_a_month() -> None:
    roster = csv_file([
        ROSTER, ["甲", identity(1), "2020-01-01", "", "在职", "", "否"],
        ["乙", identity(2), "2025-05-09", "2025-06-30", "在职", "", "否"],
    ])  # fmt: skip
    wide = csv_file(
        [["姓名", *(f"{month}月" for month in MONTHS)], ["甲", *["√"] * 5, "否", *["1"] * 6]]
    )
    span = csv_file(
        [["姓名", "参保日期", "停保日期"], ["甲", "2020-01", "2025-05-31"], ["甲", "2025-07", ""]]
    )
    rows = csv_file(
        [
            ["姓名", "月份"],
            *(["甲", f"2025{month:02d}"] for month in MONTHS if month != 6),
            ["乙", "2025-06"],
        ]
    )
    for insurance in (wide, span, rows):
        result = count_staff(roster, insurance=insurance, as_of=date(2026, 5, 1))
        of_one = [each for each in result["mismatches"] if each["rows"] == [2]]
        assert [(each["kind"], each["months"]) for each in of_one] == [("insurance_gap", [6])]


def test_numbers_in_other_forms_are_the_same_person() -> None:
    old = identity(3, "19780506")
    spaced, fifteen = f"{old[:6]} {old[6:14]} {old[14:]}", old[:6] + old[8:17]
    roster = csv_file([ROSTER, ["甲 乙", f"'{spaced}", "2020-01-01", "", "在职", "", "否"]])
    for number in (
        old,
        fifteen,
        old.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ):
        insurance = csv_file(
            [["姓名", "身份证号", "月份"], *(["甲乙", number, month] for month in MONTHS)]
        )
        assert not count_staff(roster, insurance=insurance, as_of=date(2026, 5, 1))["mismatches"]


def test_masked_numbers_tell_nobody_apart_and_names_are_taken() -> None:
    roster = csv_file([
        ROSTER, ["甲", "150102********0011", "2020-01-01", "", "在职", "", "否"],
        ["乙", "150102********0011", "2020-01-01", "", "在职", "", "否"],
    ])  # fmt: skip
    insurance = csv_file(
        [["姓名", "身份证号", "月份"], *(["甲", identity(1), month] for month in MONTHS)]
    )
    result = count_staff(roster, insurance=insurance, as_of=date(2026, 5, 1))
    assert len(result["people"]) == 2
    assert [(each["kind"], each["rows"]) for each in result["mismatches"]] == [("not_insured", [3])]


def test_rows_of_another_year_are_left_out_and_a_list_of_another_year_is_refused() -> None:
    lists = firm()
    before = deepcopy(lists.count()["st_staff"])
    lists.hours.append(
        {"姓名": "员工15", "身份证号": identity(15), "days": days(date(2023, 3, 1), 9)}
    )
    assert lists.count()["mismatches"] == []
    assert lists.count()["st_staff"] == before
    roster = csv_file([ROSTER, ["甲", "", "2020-01-01", "", "在职", "", "否"]])
    with pytest.raises(Exception, match="has no row of 2025"):
        count_staff(
            roster,
            insurance=csv_file([["姓名", "月份"], ["甲", "2023-01"]]),
            as_of=date(2026, 5, 1),
        )
