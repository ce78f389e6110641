"""Layouts that firms' papers come in beside the usual ones, a test for each kind."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document

from eligibility.documents.reading import read_documents
from eligibility.domain.papers import Certainty, PaperReading
from tests.documents.pdf_file import page, pdf
from tests.documents.small_forms import (
    BALANCE,
    CODE,
    OTHER_CODE,
    OTHER_FIRM,
    Rows,
    balance_sheet,
    cover,
    income,
    printed,
    structure,
    workbook,
)

JUNE = date(2025, 6, 1)


def read(rows: Rows, name: str = "papers.xlsx") -> PaperReading:
    """A workbook of one sheet, read on a day of 2025."""
    return read_documents([(name, workbook({"s": rows}))], as_of=JUNE)


def values(reading: PaperReading) -> dict[str, float | str]:
    return {fact.key: fact.value for fact in reading.facts if fact.field not in ("uscc", "name")}


def certainties(reading: PaperReading) -> set[Certainty]:
    return {fact.certainty for fact in reading.facts if fact.field not in ("uscc", "name")}


def in_unit(rows: Rows, size: float) -> list[list[object]]:
    """A form with its amounts in another unit; numbers of lines stay."""
    return [[value / size if isinstance(value, float) else value for value in row] for row in rows]


def amounts(rows: Rows) -> list[list[object]]:
    """A form whose amounts are floats, so that they are told from its numbers of lines."""
    return [
        [*row[:2], *(float(str(cell)) for cell in row[2:])]
        if isinstance(row[0], int)
        else list(row)
        for row in rows
    ]


def test_a_unit_above_the_title_is_that_of_the_form_below_it() -> None:
    above = [*cover(2024)[1:4], ["金额单位：万元"]]
    reading = read([*above, *in_unit(amounts(income()), 10_000)])
    assert values(reading) == {"sales_revenue@2024": 1_200_000.75}


def test_the_unit_of_a_cover_is_not_that_of_a_form_on_another_page() -> None:
    table = structure(2024)[3:]
    content = pdf(page([str(row[0]) for row in cover(2024)], []), page([str(structure(2024)[0][0])], table, wide=0))  # fmt: skip
    reading = read_documents([("a.pdf", content)], as_of=JUNE)
    assert values(reading)["rd_personnel@2024"] == 800_000
    assert all(fact.certainty is Certainty.OPEN for fact in reading.facts if fact.field == "rd_personnel")  # fmt: skip


def test_amounts_of_more_decimals_than_yuan_have_are_asked_about() -> None:
    """A format that shows yuan in 万元 below a head that says yuan."""
    rows = [
        [f"{cell / 10_000:.4f}" if isinstance(cell, float) else cell for cell in row]
        for row in amounts(income())
    ]
    reading = read([*cover(2024), *rows])
    assert certainties(reading) == {Certainty.OPEN}
    assert "decimals" in str(next(fact.note for fact in reading.facts if fact.field == "sales_revenue"))  # fmt: skip


@pytest.mark.parametrize(
    ("title", "number", "form"),
    [
        ("合并资产负债表", "会合01表", "balance_sheet"),
        ("合并利润表", "会合02表", "income_statement"),
    ],
)
def test_a_consolidated_statement_is_not_taken_by_its_labels(
    title: str, number: str, form: str
) -> None:
    lines = printed(form, "small", dict.fromkeys(map(str, range(1, 54)), 7.0), numbers="none", heads=["项目", "期末余额" if form == "balance_sheet" else "本年累计金额"])  # fmt: skip
    head = [["编制单位：某集团有限公司", "2024年12月31日", "单位：元"]]
    assert values(read([["资产负债表" if form == "balance_sheet" else "利润表"], *head, *lines]))
    assert not values(read([[title], [number], *head, *lines]))


def test_years_as_heads_are_the_years_of_their_columns_in_either_order() -> None:
    figures = {key: list(reversed(pair)) for key, pair in BALANCE.items()}
    rows = printed("balance_sheet", "small", figures, numbers="none", heads=["项目", "2023年12月31日", "2024年12月31日"])  # fmt: skip
    reading = read([["资产负债表"], ["单位：元"], *rows])
    assert values(reading) == {"total_assets@2024": 1_500_000, "net_assets@2024": 1_250_000}


@pytest.mark.parametrize("order", [(2022, 2023, 2024), (2024, 2023, 2022)])
@pytest.mark.parametrize("total", [1, 4])
def test_a_structure_of_several_years_gives_each_year_its_own(
    order: tuple[int, ...], total: int
) -> None:
    personnel = {2022: 30.0, 2023: 40.0, 2024: 50.0}
    heads: list[object] = ["科目", *(f"{year}年" for year in order)]
    heads.insert(total, "合计")
    rows: list[list[object]] = []
    for label, *_ in structure(2024)[4:]:
        factor = 0.0 if "外部" in str(label) and "小计" not in str(label) else 7.0 if "究开发费用" in str(label) else 1.0  # fmt: skip
        by_year = [factor * personnel[year] for year in order]
        row: list[object] = [label, *by_year]
        row.insert(total, sum(by_year))
        rows.append(row)
    reading = read([["近三年研究开发费用结构明细表"], ["单位：万元"], heads, *rows])
    found = values(reading)
    for year, amount in personnel.items():
        assert found[f"rd_personnel@{year}"] == amount * 10_000
    assert not reading.doubts


def test_rows_between_two_forms_that_say_whose_and_when_are_of_the_lower_one() -> None:
    earlier = [["税款所属期间：2023年01月01日至2023年12月31日"], *income(main=5.0, other=1.0)]
    reading = read([*cover(2024), *income(), [], *earlier])
    assert values(reading) == {"sales_revenue@2024": 1_200_000.75, "sales_revenue@2023": 6.0}
    assert not reading.conflicts


@pytest.mark.parametrize("is_one_sheet", [True, False])
def test_a_form_of_another_firm_in_the_same_file_is_named_and_not_taken(is_one_sheet: bool) -> None:
    other = [*cover(2024, OTHER_CODE, OTHER_FIRM)[1:], *income(main=5.0, other=1.0)]
    mine = [*cover(2024), *income()]
    sheets = {"a": [*mine, [], *other]} if is_one_sheet else {"a": mine, "b": other}
    balance = workbook({"s": balance_sheet(2024, BALANCE)})
    reading = read_documents([("a.xlsx", workbook(sheets)), ("b.xlsx", balance)], as_of=JUNE)
    assert values(reading)["sales_revenue@2024"] == 1_200_000.75
    assert reading.uscc == CODE
    assert OTHER_FIRM in str(reading.unread[0].why)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_that_is_shown_turned_over_is_read_by_the_direction_of_its_letters(
    turned: int,
) -> None:
    content = pdf(
        page([str(row[0]) for row in cover(2024)], []),
        page(["A101010", "一般企业收入明细表"], income()[2:]),
        turned=turned,
    )
    reading = read_documents([("a.pdf", content)], as_of=JUNE)
    assert values(reading) == {"sales_revenue@2024": 1_200_000.75}


def test_a_table_within_a_cell_of_a_word_table_is_read() -> None:
    document = Document()
    rows = structure(2024)
    outer = document.add_table(2, 1)
    outer.cell(0, 0).text = f"{rows[0][0]}　单位：万元"
    inner = outer.cell(1, 0).add_table(len(rows) - 3, 4)
    for place, row in enumerate(rows[3:]):
        for column, value in enumerate(row):
            inner.cell(place, column).text = str(value)
    stream = io.BytesIO()
    document.save(stream)
    reading = read_documents([("研发.docx", stream.getvalue())], as_of=JUNE)
    assert values(reading)["rd_personnel@2024"] == 800_000


@pytest.mark.parametrize("mark", ["-", "△", "▲", "Δ", "−", "("])
def test_a_loss_is_read_whatever_accounts_mark_it_with(mark: str) -> None:
    loss = f"{mark}1,234.50" + (")" if mark == "(" else "")
    figures = {"1": "100.00", "2": "1,334.50", "21": loss, "30": loss, "32": loss}
    rows = printed("income_statement", "small", figures, numbers="right", heads=["项目", "行次", "本年累计金额"])  # fmt: skip
    reading = read([["利润表"], ["2024年度", None, "单位：元"], *rows])
    assert values(reading)["total_profit@2024"] == -1234.5
    assert not reading.doubts
