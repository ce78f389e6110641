"""Head counts: against a count day by day, and every decision on a person with its reason."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import count_staff
from eligibility.domain.errors import InputError
from eligibility.evidence.staff_report import report_staff, staff_record
from eligibility.schemes.registry import load_scheme
from tests.evidence.people_files import csv_file, identity, roster_file

YEAR = 2025
DAYS = [date(YEAR, 1, 1) + timedelta(days=place) for place in range(365)]
PENSION = ["姓名", "身份证件号码", "费款所属期起"]


def count(people: Sequence[Mapping[str, object]], *more: str, **options: Any) -> dict[str, Any]:
    return count_staff(roster_file(people, *more), as_of=date(2026, 5, 1), **options)


def reason(person: Mapping[str, Any], part: str = "staff") -> str:
    return str(person[f"{part}_reason"] and person[f"{part}_reason"]["en"])


# --- the averages, day by day ---

spells = st.tuples(
    st.dates(date(2024, 11, 1), date(2026, 1, 31)),
    st.one_of(st.none(), st.integers(0, 420)),
    st.sampled_from(["在职", "兼职", "临时聘用"]),
    st.booleans(),
    st.one_of(st.none(), st.integers(170, 195)),
)


@given(st.lists(spells, min_size=1, max_size=12), st.integers(0, 364), st.integers(0, 364))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_averages_and_the_183_days_agree_with_a_count_day_by_day(
    people: list[tuple[date, int | None, str, bool, int | None]], begin: int, end: int
) -> None:
    first, last = DAYS[min(begin, end)], DAYS[max(begin, end)]
    operation = [day for day in DAYS if first <= day <= last]
    edges = [
        (month[0], month[-1])
        for number in range(1, 13)
        if (month := [day for day in operation if day.month == number])
    ]
    sure, possible = (
        {"staff": Fraction(0), "st": Fraction(0)},
        {"staff": Fraction(0), "st": Fraction(0)},
    )
    rows = []
    for entry, length, kind, is_st, worked in people:
        leave = None if length is None else entry + timedelta(days=length)
        rows.append(
            {"入职日期": entry, "离职日期": leave or "", "用工形式": kind, "是否科技人员": "是" if is_st else "否",
             "工作天数": "" if worked is None or kind == "在职" else worked}
        )  # fmt: skip
        there = {day for day in operation if entry <= day and (leave is None or day <= leave)}
        share = Fraction(
            sum((start in there) + (close in there) for start, close in edges), 2 * len(edges)
        )
        enough = len(there) >= 183
        if kind == "在职":
            is_staff = is_possible = True
            is_long = may_be_long = enough
        elif worked is not None:
            is_staff = is_possible = worked >= 183
            is_long = may_be_long = enough and worked >= 183
        else:
            # calendar days bound the days of work: fewer are too few, more say nothing
            is_staff, is_possible = False, enough
            is_long, may_be_long = False, enough
        for name, is_sure, is_open in (
            ("staff", is_staff, is_possible),
            ("st", is_st and is_staff and is_long, is_st and is_possible and may_be_long),
        ):
            sure[name] += share * (is_sure and bool(there))
            possible[name] += share * (is_open and bool(there))
    result = count(rows, "工作天数", first_day=first, last_day=last)
    for name, field in (("staff", "staff"), ("st", "st_staff")):
        assert result[field]["average"] == pytest.approx(float(sure[name]), abs=1e-12)
        assert result[field]["average_with_open"] == pytest.approx(float(possible[name]), abs=1e-12)
    table = result["tables"]["average"]
    assert table["overall"]["total"]["staff"] == pytest.approx(result["staff"]["average"], abs=1e-8)
    kinds = [table["overall"][name]["staff"] for name in ("in_service", "part_time", "temporary")]
    assert sum(kinds) == pytest.approx(result["staff"]["average"], abs=1e-8)
    assert sum(cells["staff"] for cells in table["posts"].values()) == pytest.approx(
        result["staff"]["average"], abs=1e-8
    )


def test_a_firm_begun_within_the_year_is_averaged_over_its_months() -> None:
    people = [{"入职日期": "2025-10-01"}, {"入职日期": "2025-11-15"}]
    result = count(people, first_day=date(2025, 10, 1))
    assert result["months_of_operation"] == 3
    assert result["staff"]["average"] == pytest.approx((1 + 1.5 + 2) / 3)
    (reading,) = [each for each in result["readings"] if each["reading"] == "twelve"]
    assert reading["staff"]["average"] == pytest.approx((1 + 1.5 + 2) / 12)


def test_a_firm_that_did_not_operate_in_the_year_is_refused() -> None:
    with pytest.raises(InputError, match="not in operation in 2025"):
        count([{"入职日期": "2026-02-01"}], first_day=date(2026, 1, 5))


@pytest.mark.parametrize(
    ("days", "counts"), [("182", "no"), ("182.99", "no"), ("183", "yes"), ("184", "yes")]
)
def test_part_time_people_count_from_183_days_of_work(days: str, counts: str) -> None:
    result = count([{"入职日期": "2020-01-01", "用工形式": "兼职", "工作天数": days}], "工作天数")
    assert result["people"][0]["staff"] == counts
    assert ("183 are needed" in reason(result["people"][0])) == (counts == "no")


def test_exactly_183_days_hang_on_a_reading_and_the_report_says_so() -> None:
    result = count([{"入职日期": "2025-07-02", "是否科技人员": "是"}])
    assert result["people"][0]["days"] == 183
    assert result["people"][0]["st_staff"] == "yes"
    (other,) = [each for each in result["readings"] if each["reading"] == "exclusive"]
    assert other["st_staff"]["average"] == 0


# --- what the lists do not say stays open ---


@pytest.mark.parametrize(
    ("person", "more", "staff", "st_staff", "why"),
    [
        ({"用工形式": "兼职"}, (), "open", "no", "days of work in the year are not stated"),
        ({"用工形式": "兼职", "入职日期": "2025-08-01"}, (), "no", "no", "153 days of work"),
        ({"用工形式": "劳务派遣"}, (), "no", "no", "dispatched by another employer"),
        ({"用工形式": "实习"}, (), "open", "no", "none of in service, part-time, temporary"),
        ({"用工形式": "", "入职日期": "2025-08-01"}, (), "open", "no", "kind of employment is not stated"),
        ({"用工形式": "", "工作天数": "300"}, ("工作天数",), "yes", "no", "None"),
        ({"离职日期": "2024-12-31"}, (), "no", "no", "not employed in the year"),
        ({"是否签订劳动合同": "否"}, ("是否签订劳动合同",), "open", "no", "neither a contract nor social insurance"),
        ({"是否科技人员": ""}, (), "yes", "open", "None"),
        ({"是否科技人员": "是", "研发天数": "120"}, ("研发天数",), "yes", "no", "None"),
        ({"是否科技人员": "是", "研发天数": ""}, ("研发天数",), "yes", "open", "None"),
        ({"是否科技人员": "是", "研发工时": "1464"}, ("研发工时",), "yes", "yes", "None"),
        ({"是否科技人员": "是", "研发工时": "1463.9"}, ("研发工时",), "yes", "no", "None"),
    ],
)  # fmt: skip
def test_every_person_who_does_not_count_says_why(
    person: dict[str, object], more: tuple[str, ...], staff: str, st_staff: str, why: str
) -> None:
    (decided,) = count([{"入职日期": "2020-03-01", **person}], *more)["people"]
    assert (decided["staff"], decided["st_staff"]) == (staff, st_staff)
    assert why in reason(decided)
    assert decided["st_staff"] == "yes" or decided["st_staff_reason"]
    assert decided["staff"] == "yes" or decided["staff_reason"]
    assert decided["rows"] == [2]


def test_open_people_count_only_when_a_person_says_so() -> None:
    people = [{"入职日期": "2020-01-01"}, {"入职日期": "2020-01-01", "用工形式": "兼职"}]
    result = count(people)
    assert (result["staff"]["average"], result["staff"]["average_with_open"]) == (1, 2)
    assert {fact["certainty"] for fact in result["facts"] if fact["key"] == "staff_total@2025"} == {
        "open"
    }
    taken = count(people, count_open=True)
    assert taken["staff"]["average"] == 2
    assert {fact["certainty"] for fact in taken["facts"]} == {"likely"}


def test_without_marks_and_hours_the_number_of_s_and_t_staff_is_not_known() -> None:
    roster = csv_file([["姓名", "入职日期", "用工形式"], ["甲", "2020-01-01", "在职"]])
    result = count_staff(roster, as_of=date(2026, 5, 1))
    assert result["st_staff"] is None
    assert "st_staff@2025" not in [fact["key"] for fact in result["facts"]]


def test_a_list_of_hours_marks_the_people_where_the_roster_does_not() -> None:
    roster = csv_file([["姓名", "入职日期"], ["甲", "2020-01-01"], ["乙", "2020-01-01"]])
    hours = csv_file([["姓名", "研发天数"], ["乙", "200"]])
    people = count_staff(roster, hours=hours, as_of=date(2026, 5, 1))["people"]
    assert [each["st_staff"] for each in people] == ["no", "yes"]


def test_days_of_r_and_d_count_by_calendar_days_where_the_list_has_days() -> None:
    roster = roster_file([{"入职日期": "2020-01-01", "是否科技人员": "是"}] * 2)
    rows: list[list[object]] = [["姓名", "身份证号", "日期", "研发工时"]]
    # half an hour a day on 183 days, twice a day; 182 long days
    rows += [["", identity(0), day, "0.5"] for day in DAYS[:183] for _ in range(2)]
    rows += [["", identity(1), day, "12"] for day in DAYS[:182]]
    people = count_staff(roster, hours=csv_file(rows), as_of=date(2026, 5, 1))["people"]
    assert [each["st_staff"] for each in people] == ["yes", "no"]
    assert "182 days of R&D are recorded" in reason(people[1], "st_staff")


@pytest.mark.parametrize(
    ("title", "cell", "counts"),
    [("研发工时表", "122", "yes"), ("研发工时表", "121", "no"), ("研发天数表", "16", "yes")],
)
def test_months_as_columns_are_hours_or_days_as_the_title_says(
    title: str, cell: str, counts: str
) -> None:
    roster = roster_file([{"入职日期": "2020-01-01", "是否科技人员": "是"}])
    heads = ["姓名", "身份证号", *(f"{month}月" for month in range(1, 13)), "合计"]
    hours = csv_file([[title], heads, ["", identity(0), *[cell] * 12, "9999"]])
    (person,) = count_staff(roster, hours=hours, as_of=date(2026, 5, 1))["people"]
    assert person["st_staff"] == counts


def test_a_list_that_says_neither_hours_nor_days_is_refused() -> None:
    heads = ["姓名", *(f"{month}月" for month in range(1, 13))]
    roster = roster_file([{"入职日期": "2020-01-01"}])
    with pytest.raises(InputError, match="neither hours nor days"):
        count_staff(roster, hours=csv_file([heads, ["甲", *["9"] * 12]]), as_of=date(2026, 5, 1))


# --- rows and tables ---


def test_the_staff_tables_of_the_form_are_filled() -> None:
    people = [
        {"入职日期": "2020-01-01", "是否科技人员": "是", "学历": "博士研究生", "职称": "高级工程师",
         "身份证号": identity(1, "19740228"), "是否留学归国": "√", "国籍": "中国"},
        {"入职日期": "2020-01-01", "学历": "大学专科", "职称": "高级工", "身份证号": identity(2, "19951231"), "国籍": "中国"},
        {"入职日期": "2025-07-01", "学历": "本科", "职称": "助理工程师", "身份证号": identity(3, "19941231"), "国籍": "德国"},
        {"入职日期": "2020-01-01", "学历": "", "职称": "工程师", "身份证号": "", "用工形式": "兼职", "工作天数": "190"},
    ]  # fmt: skip
    tables = count(people, "学历", "职称", "是否留学归国", "国籍", "工作天数")["tables"]
    end = tables["year_end"]
    assert {name: row["staff"] for name, row in end["overall"].items()} == {
        "total": 4, "in_service": 3, "part_time": 1, "temporary": 0, "foreign": 1, "returned": 1, "talent_plan": None,
    }  # fmt: skip
    assert end["overall"]["returned"]["st_staff"] == 1
    assert end["degree"] == {"doctor": 1, "master": 0, "bachelor": 1, "college_or_less": 1}
    assert end["title"] == {"senior": 1, "middle": 1, "junior": 1, "skilled": 1}
    assert end["age"] == {"to_30": 1, "to_40": 1, "to_50": 0, "from_51": 1}
    assert end["unknown"] == {"degree": 1, "age": 1, "kind": 0}
    assert tables["average"]["overall"]["foreign"]["staff"] == 0.5


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"入职日期": ""}, "the day of entry"),
        ({"入职日期": "王小明"}, "a date, such as"),
        ({"入职日期": "2025-03"}, "a date with its day"),
        ({"入职日期": "2025-03-04", "离职日期": "2025-03-03"}, "not before the day of entry"),
        ({"入职日期": "2020-01-01", "员工状态": "离职"}, "the day of leaving"),
        ({"入职日期": "2020-01-01", "是否科技人员": "王小明"}, "yes or no"),
    ],
)
def test_a_row_that_cannot_be_used_is_said_without_its_cells(
    person: dict[str, object], expected: str
) -> None:
    result = count([person, {"入职日期": "2019.06", "离职日期": "至今"}], "员工状态")
    (roster,) = result["lists"]
    assert (roster["rows"], roster["rows_used"], roster["rows_not_used"]) == (2, 1, 1)
    (trouble,) = roster["troubles"]
    assert trouble["row"] == 2
    assert expected in trouble["says"]["en"]
    assert "王小明" not in str(result)
    assert result["staff"]["average"] == 1


def test_titles_totals_and_notes_are_no_people() -> None:
    roster = csv_file([
        ["某公司2025年度职工花名册"], [], ["序号", "姓名*", "入职日期（年月日）"], ["1", "甲", "2020-01-01"],
        ["2", "乙", "2020-01-01"], ["合计", "", "2人"], ["备注：以上均在职", "", ""], ["制表人：", "丙", ""],
    ])  # fmt: skip
    result = count_staff(roster, as_of=date(2026, 5, 1))
    assert [person["rows"] for person in result["people"]] == [[4], [5]]
    # nobody says how they are employed
    assert (result["staff"]["average"], result["staff"]["average_with_open"]) == (0, 2)


def test_who_left_and_came_back_is_one_person() -> None:
    who = identity(7)
    people = [
        {"身份证号": who, "姓名": "甲", "入职日期": "2020-01-01", "离职日期": "2025-03-31"},
        {"身份证号": who, "姓名": "甲", "入职日期": "2025-09-01"},
    ]
    result = count(people)
    assert [(person["rows"], person["days"]) for person in result["people"]] == [([2, 3], 90 + 122)]
    assert result["staff"]["average"] == pytest.approx(7 / 12)
    assert not result["mismatches"]


def test_a_post_that_reviewers_strike_is_a_sign_with_its_source_and_no_rule() -> None:
    people = [
        {"入职日期": "2020-01-01", "是否科技人员": mark, "岗位": post}
        for post in ("售后工程师", "质检员", "车间主任", "前台", "研发工程师") for mark in ("是", "否")
    ]  # fmt: skip
    result = count(people)
    assert {sign["id"]: sign["rows"] for sign in result["signs"]} == {
        "after_sales_post": [2], "inspection_post": [4], "production_head_post": [6], "support_post": [8],
    }  # fmt: skip
    assert all(
        sign["source_date"] and sign["citation"]["confidence"] in "BM" for sign in result["signs"]
    )
    assert result["st_staff"]["average"] == 5


def test_a_sign_that_the_institution_switched_off_is_raised_for_nobody(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    lines = ["姓名,入职日期,是否科技人员,岗位", "甲,2020-01-01,是,质检员", "乙,2020-01-01,是,前台"]
    roster.write_text("\n".join(lines), encoding="utf-8")
    report = report_staff(
        roster,
        load_scheme(),
        as_of=date(2026, 5, 1),
        signs_off=["inspection_post", "merge_nothing"],
    )
    assert [sign["id"] for sign in staff_record(report)["signs"]] == ["support_post"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["部门", "岗位"], ["研发", "工程师"]], "no list of persons"),
        ([["姓名", "岗位"], ["甲", "工程师"]], "has no column 入职日期"),
        ([["姓名"], ["甲"]], "no list of persons"),
        ([["姓名", "入职日期"]], "has no row of a person"),
        (
            [["姓名", "入职日期"], ["甲", "去年"]],
            "no row that can be used; list.csv, row 2, column 入职日期",
        ),
    ],
)
def test_what_is_no_roster_is_refused(rows: list[list[str]], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as refusal:
        count_staff(csv_file(rows), as_of=date(2026, 5, 1))
    assert "甲" not in str(refusal.value)


def test_an_edition_without_the_183_days_counts_nobody() -> None:
    with pytest.raises(InputError, match="no rules by which people are counted"):
        count_staff(roster_file([{"入职日期": "2010-01-01"}]), as_of=date(2014, 5, 1))


def test_two_thousand_people_take_less_than_a_second() -> None:
    people = [
        {"身份证号": identity(place % 1000, f"{1960 + place // 1000}0101"), "入职日期": "2020-01-01", "是否科技人员": "是"}
        for place in range(2000)
    ]  # fmt: skip
    heads = [["姓名", "身份证号", *(f"2025年{month}月" for month in range(1, 13))]]
    insurance = csv_file(
        [
            *heads,
            *([f"人员{place}", each["身份证号"], *["√"] * 12] for place, each in enumerate(people)),
        ]
    )
    hours = csv_file(
        [
            ["研发工时表"],
            *heads,
            *(
                [f"人员{place}", each["身份证号"], *["150"] * 12]
                for place, each in enumerate(people)
            ),
        ]
    )
    roster = roster_file(people)
    seconds = []
    for _ in range(2):
        began = time.process_time()
        result = count_staff(roster, insurance=insurance, hours=hours, as_of=date(2026, 5, 1))
        seconds.append(time.process_time() - began)
    assert result["st_staff"]["average"] == 2000
    assert not result["mismatches"]
    assert min(seconds) < 1


def test_a_workbook_says_the_same_as_a_csv_file_and_other_sheets_are_named() -> None:
    rows: list[list[Any]] = [["花名册"], ["姓名", "入职日期", "用工形式", "是否科技人员"]]
    rows += [["甲", date(2020, 1, 1), "在职", "是"], ["乙", date(2025, 4, 1), "在职", "否"]]
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        day = book.add_format({"num_format": "yyyy/m/d"})
        for name in ("在职", "离职"):
            sheet = book.add_worksheet(name)
            for place, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    sheet.write(place, column, cell, day if isinstance(cell, date) else None)
    of_book = count_staff(("花名册.xlsx", content.getvalue()), as_of=date(2026, 5, 1))
    of_csv = count_staff(csv_file(rows), as_of=date(2026, 5, 1))
    assert of_book["lists"][0]["other_sheets"] == 1
    for name in ("staff", "st_staff", "people", "tables"):
        assert of_book[name] == of_csv[name]
    assert of_book["staff"]["average"] == 1.75
