"""Whole files: nothing is lost, nothing is guessed, and a row is what it is wherever it stands."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from eligibility.domain.errors import InputError
from eligibility.intake import csv_file
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, from_records, preview, read_batches, read_table
from eligibility.schemes.registry import load_scheme

SCHEME = load_scheme("hnte")
FIELDS, TITLES = SCHEME.fields, SCHEME.titles_by_code
TODAY = IntakeOptions(application_date=date(2026, 5, 10))


def code(serial: int) -> str:
    start = f"9115010{serial % 10}MA{serial:07d}"
    return start + uscc.calc_check_digit(start)


A, B, C = code(1), code(2), code(3)


def file(*lines: list[object]) -> tuple[str, bytes]:
    held = io.StringIO()
    csv.writer(held).writerows(lines)
    return "firms.csv", held.getvalue().encode()


def read(*lines: list[object], options: IntakeOptions = TODAY) -> RowBatch:
    batch = read_table(file(*lines), FIELDS, options, catalogue=TITLES)
    assert batch.read == len(batch.rows) + batch.rejects.num_rows
    return batch


def said(batch: RowBatch) -> list[str]:
    return [str(issue.sentence) for issue in batch.issues]


def rejected(expected: str, **facts: object) -> str:
    batch = from_records([{"name": "甲", **facts}], FIELDS, TODAY)
    assert (len(batch.table), batch.rejects.num_rows, batch.read) == (0, 1, 1)
    assert expected in batch.rejects["reason"][0].as_py()
    return str(batch.issues[0].sentence)


def accepted(**facts: object) -> RowBatch:
    batch = from_records([{"name": "甲", **facts}], FIELDS, TODAY)
    assert len(batch.table) == 1, said(batch)
    return batch


def test_every_kind_of_value_arrives_as_the_contract_holds_it() -> None:
    batch = read(
        ["统一社会信用代码", "企业名称", "注册成立日期", "行业", "技术领域代码", "第一年销售收入（万元）",
         "职工总数", "重大违法", "技术先进程度"],
        [A.lower(), " 甲公司 ", "2015年3月5日", "-", "基础软件", "1,314.38", "12.5", "无", "B"],
    )  # fmt: skip
    table = batch.table
    assert table.texts("uscc").tolist() == [A]
    assert table.texts("name").tolist() == ["甲公司"]
    assert table.texts("industry").tolist() == [None]
    assert table.dates("registered_on").tolist() == [date(2015, 3, 5)]
    assert table.dates("application_date").tolist() == [date(2026, 5, 10)]
    assert table.numbers("technical_field_code").tolist() == [10101.0]
    assert table.numbers("sales_revenue_y1").tolist() == [13_143_800.0]
    assert table.numbers("staff_total").tolist() == [12.5]
    assert table.numbers("major_violation").tolist() == [0.0]
    assert table.numbers("ip_advancement_rating").tolist() == [1.0]
    assert np.isnan(table.numbers("st_staff")).all()
    assert batch.rows.tolist() == [2]
    assert batch.originals["第一年销售收入（万元）"].to_pylist() == ["1,314.38"]


def test_a_rejected_row_is_kept_as_it_came_with_its_row_and_reason() -> None:
    batch = read(
        ["name", "staff_total", "备注"],
        ["甲", "十二", " 原文,照录 "],
        ["乙", "12", ""],
        ["", "", ""],
        ["丙", "x", "y"],
    )
    assert (batch.read, batch.rows.tolist()) == (3, [3])
    first, second = said(batch)
    assert batch.rejects.to_pylist() == [
        {"name": "甲", "staff_total": "十二", "备注": " 原文,照录 ", "row": 2, "reason": first},
        {"name": "丙", "staff_total": "x", "备注": "y", "row": 5, "reason": second},
    ]
    assert "'十二'" in first
    assert "a number, such as 12.5" in first


def test_a_row_with_more_cells_than_the_header_is_rejected_and_kept_whole() -> None:
    content = "name,sales_revenue_y1,staff_total\n甲,1,314.38,12\n乙,5\n".encode()
    batch = read_table(("f.csv", content), FIELDS, TODAY)
    assert batch.rows.tolist() == [3]
    assert batch.rejects["staff_total"].to_pylist() == ["314.38,12"]
    assert "3 cells as in the header, not 4" in batch.rejects["reason"][0].as_py()


def test_issues_stand_in_the_order_of_rows_and_columns() -> None:
    batch = read(
        ["name", "staff_total", "st_staff"], ["甲", "x", "y"], ["乙", "5", "9"], ["", "1", "z"]
    )
    assert [(issue.row, issue.column) for issue in batch.issues] == [
        (2, "staff_total"), (2, "st_staff"), (3, "st_staff"), (4, "uscc"), (4, "st_staff")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("st_staff", "staff_total"), ("college_st_staff", "staff_total"), ("rd_staff", "staff_total"),
        ("ip_class2_used_count", "ip_class2_count"), ("non_taxable_income_y3", "gross_income_y3"),
        ("hitech_income_y3", "total_income_y3"), ("hitech_income_y3", "gross_income_y3"),
        *((f"rd_expense_domestic_y{year}", f"rd_expense_y{year}") for year in (1, 2, 3)),
    ],
)  # fmt: skip
def test_a_part_is_never_larger_than_its_whole_but_may_equal_it(part: str, whole: str) -> None:
    accepted(**{part: 30, whole: 30})
    accepted(**{part: 30})
    accepted(**{whole: 30})
    rejected("not more than", **{part: 31, whole: 30})


def test_the_last_digit_of_a_part_in_binary_does_not_reject() -> None:
    accepted(rd_expense_domestic_y1=0.1 + 0.2, rd_expense_y1=0.3)


def test_hitech_income_is_held_against_gross_minus_non_taxable_income() -> None:
    income = {"gross_income_y3": 100, "non_taxable_income_y3": 40, "total_income_y3": 90}
    accepted(hitech_income_y3=60, **income)
    assert "CNY 60" in rejected("not more than", hitech_income_y3=61, **income)


def test_a_firm_is_registered_before_it_applies() -> None:
    accepted(registered_on="2026-05-10")
    rejected("date of application, 2026-05-10", registered_on="2026-05-11")
    rejected(
        "date of application, 2020-01-01", registered_on="2021-01-01", application_date="2020-01-01"
    )


def test_figures_before_registration_are_told_and_not_refused() -> None:
    batch = accepted(
        registered_on="2024-08-20", sales_revenue_y1=5, net_assets_y1=6, net_assets_y2=7
    )
    assert [(issue.column, issue.fatal) for issue in batch.issues] == [("sales_revenue_y1", False)]
    assert not accepted(registered_on="2024-08-20", sales_revenue_y1=0, net_assets_y2=7).issues


def test_a_cell_of_a_field_beside_the_matter_that_cannot_be_read_is_blank_with_a_remark() -> None:
    options = IntakeOptions(application_date=date(2026, 5, 10), beside=frozenset({"staff_total"}))
    record = {"name": "甲", "staff_total": "many", "st_staff": 5}
    batch = from_records([record], FIELDS, options)
    (issue,) = batch.issues
    assert (issue.column, issue.value, issue.fatal) == ("staff_total", "many", False)
    assert str(issue.expectation).endswith("; left blank")
    assert batch.table.blank("staff_total").tolist() == [True]
    assert batch.table.numbers("st_staff").tolist() == [5]
    both = from_records([{**record, "st_staff": "few"}], FIELDS, options)
    assert both.rejects["row"].to_pylist() == [1]


def test_an_issue_says_whose_row_it_is() -> None:
    batch = read(
        ["企业名称", "统一社会信用代码", "职工总数"],
        [" 甲公司 ", A, "many"],
        ["", A[:-1] + "X", "few"],
        ["", "", "5"],
    )
    assert [issue.firm for issue in batch.issues] == ["甲公司", A[:-1] + "X", A[:-1] + "X", ""]


def test_a_firm_in_a_file_needs_a_code_or_a_name() -> None:
    batch = read(["name", "staff_total"], ["-", "5"])
    assert (len(batch.table), batch.rejects.num_rows) == (0, 1)
    assert "a name of the firm" in batch.rejects["reason"][0].as_py()
    assert len(from_records([{"staff_total": 5}], FIELDS, TODAY).table) == 1
    accepted(name=None, uscc=A)
    wrong = from_records([{"uscc": A[:-1], "name": None}], FIELDS, TODAY)
    assert [str(issue.expectation) for issue in wrong.issues] == [
        "a credit code of 18 characters; this has 17"
    ]


def test_a_firm_applies_once_a_year() -> None:
    batch = read(
        ["uscc", "name", "application_date"],
        [A, "甲", ""], [A, "甲", "2025-05-10"], [A.lower(), "乙", "2026-09-01"], ["", "甲", ""], ["", "甲", ""],
        [B, "甲", ""],
    )  # fmt: skip
    assert batch.rows.tolist() == [2, 3, 5, 7]
    assert [(issue.row, str(issue.expectation)) for issue in batch.issues] == [
        (4, "a firm once a year; row 2 has it already"), (6, "a firm once a year; row 5 has it already")
    ]  # fmt: skip


def test_a_rejected_row_does_not_stand_in_the_way_of_its_correction() -> None:
    batch = read(["uscc", "staff_total"], [A, "x"], [A, "5"], [A, "6"])
    assert batch.rows.tolist() == [3]
    assert "row 3 has it already" in said(batch)[-1]


def test_calendar_years_in_the_header_suit_one_application_year_only() -> None:
    batch = read(
        ["name", "application_date", "2025年销售收入（元）"],
        ["甲", "", "5"],
        ["乙", "2025-07-10", "5"],
    )
    assert batch.table.numbers("sales_revenue_y3").tolist() == [5.0]
    assert "an application in 2026" in batch.rejects["reason"][0].as_py()


def test_a_declared_unit_counts_where_the_header_is_silent() -> None:
    lines = ["name", "第一年销售收入", "第一年净资产（元）"], ["甲", "5", "5"]
    with pytest.raises(InputError, match="--money-unit"):
        read(*lines)
    table = read(*lines, options=IntakeOptions("10k CNY", application_date=date(2026, 5, 10))).table
    assert (table.numbers("sales_revenue_y1")[0], table.numbers("net_assets_y1")[0]) == (
        50_000.0,
        5.0,
    )


def test_a_file_is_refused_before_the_first_batch() -> None:
    with pytest.raises(InputError, match="no column"):
        read_batches(("f.csv", b"1,2\n3,4\n"), FIELDS)


def test_a_header_alone_is_a_batch_of_none() -> None:
    batch = read(["name", "staff_total"])
    assert (batch.read, len(batch.table), batch.rejects.num_rows, batch.originals.num_rows) == (
        0,
        0,
        0,
        0,
    )
    assert batch.rejects.column_names == ["name", "staff_total", "row", "reason"]


def test_a_preview_refuses_nothing_and_shows_the_first_rows() -> None:
    seen = preview(
        file(["企业名称", "第一年销售收入", "备注"], *([f"甲{i}", "5", "x"] for i in range(9))),
        FIELDS,
    )
    assert [column.field.id for column in seen.headers.columns] == ["name", "sales_revenue_y1"]
    assert [column.header for column in seen.headers.unitless] == ["第一年销售收入"]
    assert seen.headers.unknown == ("备注",)
    assert seen.rows.num_rows == 5
    assert preview(("f.csv", b"1,2\n"), FIELDS).headers.columns == ()


def cover_and(*lines: list[object]) -> tuple[str, bytes]:
    """A workbook with a cover, which names one field in passing."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    book.add_worksheet("封面").write_column(0, 0, ["高企培育库", "企业名称", "2026年"])
    sheet = book.add_worksheet("企业")
    for row, line in enumerate(lines):
        sheet.write_row(row, 0, line)
    book.close()
    return "firms.xlsx", held.getvalue()


def test_a_cover_sheet_is_passed_over() -> None:
    source = cover_and(["企业名称", "职工总数"], ["甲", 5])
    assert read_table(source, FIELDS, TODAY).table.numbers("staff_total").tolist() == [5]
    seen = preview(source, FIELDS, TODAY)
    assert (seen.sheet, seen.sheets) == ("企业", ("封面", "企业"))


def test_a_workbook_without_a_known_header_names_its_sheets() -> None:
    source = cover_and(["nothing", "known"], [1, 2])
    with pytest.raises(InputError, match="no column is recognised; its sheets are 封面, 企业"):
        read_table(source, FIELDS, IntakeOptions(sheet="企业"))


def test_records_take_values_and_texts_alike() -> None:
    typed = accepted(
        registered_on=date(2015, 3, 5), sales_revenue_y1=50_000_000.01, staff_total=12, major_violation=False,
        ip_class1_count=np.int64(3), net_assets_y1=float("nan"), conversions_y1=None, technical_field_code="10101",
    )  # fmt: skip
    texts = accepted(
        registered_on="2015年3月5日", sales_revenue_y1="50,000,000.01", staff_total="12", major_violation="否",
        ip_class1_count="３", net_assets_y1="", technical_field_code="10101",
    )  # fmt: skip
    for name, column in texts.table.columns.items():
        np.testing.assert_array_equal(typed.table.columns[name], column)
    with pytest.raises(InputError, match="no field sales"):
        from_records([{"sales": 5}], FIELDS, TODAY)


facts = st.fixed_dictionaries(
    {
        "uscc": st.sampled_from([A, A.lower(), B, C, C[:-1] + "?", "", "-", "9.1E+17"]),
        "name": st.sampled_from(["甲", "乙", " 甲 ", "", "N/A", '丙"三', "两\n行"]),
        "registered_on": st.sampled_from(
            ["2015-03-05", "2015/3/5", "42068", "2024-08-20", "", "2021-02-30"]
        ),
        "application_date": st.sampled_from(["", "2026-05-10", "2025-05-10", "待定"]),
        "carrier": st.sampled_from(["", "园区", "无", "甲,乙"]),
        "第一年销售收入（万元）": st.sampled_from(
            ["1314.38", "1,314.38", "-", "5000万元", "35%", "-1", "0.1234567891"]
        ),
        "staff_total": st.sampled_from(["12", "12.5", "５", "x", ""]),
        "st_staff": st.sampled_from(["1", "12", "13", ""]),
        "ip_class1_count": st.sampled_from(["1", "1.5", "2项", ""]),
        "major_violation": st.sampled_from(["是", "无", "?", ""]),
        "备注": st.sampled_from(["", "x"]),
    }
)


@settings(max_examples=60)
@given(st.lists(facts, min_size=1, max_size=12), st.integers(1, 12), st.integers(400, 2000))
def test_a_file_reads_the_same_in_any_batches_and_blocks(
    firms: list[dict[str, str]], rows: int, block: int
) -> None:
    source = file(list(firms[0]), *(list(firm.values()) for firm in firms))
    whole = read_table(source, FIELDS, TODAY)
    before = csv_file.BLOCK_BYTES
    csv_file.BLOCK_BYTES = block
    try:
        parts = list(read_batches(source, FIELDS, TODAY, rows_per_batch=rows))
    finally:
        csv_file.BLOCK_BYTES = before
    assert all(part.read <= rows for part in parts)
    assert all(part.read == len(part.rows) + part.rejects.num_rows for part in parts)
    blank = sum(not any(value.strip() for value in firm.values()) for firm in firms)
    assert whole.read == len(firms) - blank == sum(part.read for part in parts)
    assert whole.rows.tolist() == [row for part in parts for row in part.rows.tolist()]
    assert [str(i.sentence) for i in whole.issues] == [
        str(i.sentence) for p in parts for i in p.issues
    ]
    assert whole.rejects.to_pylist() == [row for part in parts for row in part.rejects.to_pylist()]
    assert whole.originals.to_pylist() == [
        row for part in parts for row in part.originals.to_pylist()
    ]
    for name, column in whole.table.columns.items():
        np.testing.assert_array_equal(
            column, np.concatenate([part.table.columns[name] for part in parts])
        )


@settings(max_examples=30)
@given(st.lists(facts, min_size=1, max_size=8))
def test_a_workbook_says_what_the_same_csv_says(firms: list[dict[str, str]]) -> None:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    for row, line in enumerate([list(firms[0]), *(list(firm.values()) for firm in firms)]):
        for column, text in enumerate(line):
            sheet.write_string(row, column, text)
    book.close()
    one = read_table(("f", held.getvalue()), FIELDS, TODAY)
    other = read_table(
        file(list(firms[0]), *(list(firm.values()) for firm in firms)), FIELDS, TODAY
    )
    assert one.rows.tolist() == other.rows.tolist()
    assert [str(i.expectation) for i in one.issues] == [str(i.expectation) for i in other.issues]
    for name, column in other.table.columns.items():
        np.testing.assert_array_equal(column, one.table.columns[name])


SAMPLES = Path(__file__).parents[2] / "sample_data"


@pytest.mark.parametrize("name", ["candidates_messy.csv", "candidates_messy.xlsx"])
def test_the_messy_sample_gives_the_rejects_written_beside_it(name: str) -> None:
    with (SAMPLES / "candidates_messy_expected_rejects.csv").open(encoding="utf-8-sig") as beside:
        wanted = {int(row["row"]): row["column"] for row in csv.DictReader(beside)}
    batch = read_table(SAMPLES / name, FIELDS, TODAY, catalogue=TITLES)
    assert {issue.row: issue.column for issue in batch.issues if issue.fatal} == wanted
    assert batch.read == len(batch.rows) + len(wanted)


def test_the_clean_sample_is_read_without_a_word() -> None:
    batch = read_table(SAMPLES / "candidates.csv", FIELDS, TODAY, catalogue=TITLES)
    assert (batch.read, len(batch.rows), batch.issues) == (200, 200, ())


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Reads 40 and 160 MB in processes of their own: the peak is the same within 40 MiB."""
    lines = "".join(f"甲{{0}}-{i}公司,{i}.25,{'9' * 300}\n" for i in range(20_000))
    peaks = []
    for parts in (6, 24):
        path = tmp_path / f"{parts}.csv"
        with path.open("w", encoding="utf-8") as out:
            out.write("name,staff_total,备注\n")
            for part in range(parts):
                out.write(lines.replace("{0}", str(part)))
        script = (
            "import resource, sys\n"
            "from eligibility.intake.table import read_batches\n"
            "from eligibility.schemes.registry import load_scheme\n"
            f"for batch in read_batches({str(path)!r}, load_scheme().fields): pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < 40, peaks


def test_a_total_is_no_firm() -> None:
    batch = read(["企业名称", "职工总数"], ["甲", "5"], ["合计", "5"])
    assert (len(batch.table), batch.rejects.num_rows) == (1, 1)
    assert "looks like a total" in batch.rejects["reason"][0].as_py()


def test_a_share_in_per_cent_in_a_workbook_is_not_an_amount(tmp_path: Path) -> None:
    path = tmp_path / "firms.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for column, title in enumerate(
            ["企业名称", "高新技术产品收入（万元）", "净资产第三年（万元）"]
        ):
            sheet.write(0, column, title)
        for row, shown in enumerate(["0.0%", "0%", "0.00"], start=1):
            sheet.write(row, 0, f"甲{row}")
            sheet.write_number(row, 1, 0.6, book.add_format({"num_format": shown}))
            sheet.write_number(row, 2, 5)
    batch = read_table(path, FIELDS, TODAY, catalogue=TITLES)
    assert (len(batch.table), batch.rejects.num_rows) == (1, 2)
    assert [issue.value for issue in batch.issues] == ["60%", "60%"]
    assert batch.table.numbers("hitech_income_y3")[0] == 6000


def test_a_category_of_costs_below_nothing_is_taken_with_a_remark() -> None:
    batch = from_records(
        [{"name": "甲公司", "rd_direct_y3": -1200.5, "rd_personnel_y3": 90_000}], FIELDS, TODAY
    )
    assert batch.table.numbers("rd_direct_y3").tolist() == [-1200.5]
    (issue,) = batch.issues
    assert not issue.fatal
    assert issue.column == "rd_direct_y3"
    assert "written back" in str(issue.sentence)


def test_a_total_of_costs_below_nothing_is_refused() -> None:
    rejected("a number of 0 or more", rd_expense_y3=-1)


@pytest.mark.parametrize(
    ("staff", "remarks"), [("100,0.2", 1), ("100,20", 0), ("3,0.5", 0), ("100,0", 0), (",0.2", 0)]
)
def test_less_than_one_person_of_many_is_remarked_as_a_share(staff: str, remarks: int) -> None:
    text = f"企业名称,职工总数,科技人员数\n乙地一公司,{staff}\n"
    batch = read_table(("firms.csv", text.encode()), FIELDS, TODAY)
    assert len(batch.issues) == remarks
    assert len(batch.table) == 1


def test_only_the_remarks_that_are_asked_for_look_at_their_cells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cells: list[int] = []
    cell_text = csv_file.CsvBlock.cell_text

    def count(block: csv_file.CsvBlock, position: int, place: int) -> str:
        cells.append(place)
        return cell_text(block, position, place)

    monkeypatch.setattr(csv_file.CsvBlock, "cell_text", count)
    # a share of persons in every row: a remark, which rejects none
    batch = read(
        ["uscc", "staff_total", "st_staff"], [A, 100, "0.2"], [B, 50, "0.30"], [C, 90, "0.4"]
    )
    assert cells == []
    assert [issue.value for issue in batch.first_issues(2)] == ["0.2", "0.30"]
    assert {*cells} == {0, 1}
    assert len(batch.issues) == 3
