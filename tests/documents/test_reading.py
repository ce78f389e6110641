"""Papers that firms have: what is taken from each form, what never is, and what is asked."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from eligibility.documents.reading import read_documents
from eligibility.domain.papers import Certainty, PaperReading
from eligibility.i18n import ENGLISH
from tests.documents.small_forms import (
    BALANCE,
    CODE,
    FIRM,
    OTHER_CODE,
    OTHER_FIRM,
    balance_sheet,
    certified_firm,
    cover,
    income,
    printed,
    structure,
    workbook,
)

JUNE = date(2025, 6, 1)


def read(**sheets: object) -> PaperReading:
    """One workbook of sheets, read on a day of 2025."""
    return read_documents([("papers.xlsx", workbook(sheets))], as_of=JUNE)  # type: ignore[arg-type]


def values(reading: PaperReading) -> dict[str, float | str]:
    return {fact.key: fact.value for fact in reading.facts}


def test_a_figure_has_its_year_its_firm_and_the_place_it_stands_at() -> None:
    reading = read(封面=cover(2024), A101010=income())
    (fact,) = [fact for fact in reading.facts if fact.field == "sales_revenue"]
    assert (fact.year, fact.value, fact.certainty) == (2024, 1_200_000.75, Certainty.CERTAIN)
    source = fact.source
    assert (source.file, source.place, source.cell) == ("papers.xlsx", "A101010", "C4")
    assert (source.form, source.line) == ("A101010", "1")
    assert "营业收入" in source.words
    assert (reading.uscc, reading.name) == (CODE, FIRM)
    assert not reading.unread
    assert not reading.doubts


def test_a_schedule_without_a_year_gives_nothing_and_one_named_after_a_year_is_likely() -> None:
    book = workbook({"Sheet1": income()})
    reading = read_documents([("收入.xlsx", book)])
    assert "sales_revenue" not in {fact.field for fact in reading.facts}
    assert "no year" in str(reading.doubts[0].message)
    (fact,) = read_documents([("2023年收入.xlsx", book)]).facts
    assert (fact.key, fact.certainty) == ("sales_revenue@2023", Certainty.LIKELY)


SUPER = {"3": 100, "4": 100, "2": 100, "35": 10, "36": 10, "40": 108, "41": 108, "45": 108, "47": 108, "51": 81}  # fmt: skip


@pytest.mark.parametrize("edition", ["V52", "V53"])
def test_the_super_deduction_is_read_in_both_numberings_and_is_never_the_certifications_total(
    edition: str,
) -> None:
    shift = edition == "V53"
    figures = {str(int(line) + shift): value for line, value in SUPER.items()}
    sheet = [["A107012"], ["研发费用加计扣除优惠明细表"], *printed("A107012", edition, figures)]
    reading = read(封面=cover(2019 if shift else 2024), s=sheet)
    assert [form.edition for form in reading.forms] == [edition]
    (fact,) = [fact for fact in reading.facts if fact.year]
    assert (fact.field, fact.value, fact.source.line) == (
        "rd_super_deduction",
        108,
        str(40 + shift),
    )
    assert not any(
        each.field.startswith("rd_expense") for each in (*reading.facts, *reading.offers)
    )
    # what was outsourced is offered, and fills nothing by itself
    assert {offer.key.split("@")[0] for offer in reading.offers} <= {
        "rd_outsourced_domestic", "rd_outsourced_overseas",
    }  # fmt: skip
    assert {offer.certainty for offer in reading.offers} <= {Certainty.OPEN}


def test_a_label_beside_the_number_of_another_line_is_not_taken() -> None:
    rows = printed("A107012", "V52", SUPER)
    at = next(place for place, row in enumerate(rows) if row[0] == 40)
    rows[at][0] = 41
    reading = read(封面=cover(2024), s=[["A107012"], ["研发费用加计扣除优惠明细表"], *rows])
    assert "rd_super_deduction@2024" not in values(reading)
    assert any("number 41, expected 40" in str(doubt.message) for doubt in reading.doubts)


@pytest.mark.parametrize(
    ("edition", "title", "label"),
    [
        ("M14", "企业所得税年度纳税申报表（A类）", "财务费用"),
        ("M25", "企业所得税年度纳税申报主表", "研发费用"),
    ],
)
def test_line_6_of_the_main_form_is_another_item_in_each_edition_and_no_field(
    edition: str, title: str, label: str
) -> None:
    rows = printed("A100000", edition, {"1": 900, "6": 77})
    reading = read(封面=cover(2024), s=[["A100000"], [title], *rows])
    (form,) = reading.forms
    assert form.edition == edition
    assert label in form.figures["6", "amount"].source.words
    assert 77 not in values(reading).values()
    assert bool(form.remarks) == (edition == "M25")


CERTIFIED = {
    "4": 800, "5": 700, "6": 100, "7": 1_190, "8": 1_200, "9": 10, "11": 12, "12": 100,
    "15": [95, 85, 75, 255], "16": [95, 85, 75, 255], "17": [50, 45, 40, 135],
    "18": [45, 40, 35, 120], "26": [0, 0, 0, 0], "29": [1_200, 1_000, 900, 3_100],
}  # fmt: skip


def test_the_form_of_certified_firms_runs_from_the_newest_year_back() -> None:
    reading = read(封面=cover(2024), A107041=certified_firm(CERTIFIED))
    found = values(reading)
    assert [found[f"rd_personnel@{year}"] for year in (2024, 2023, 2022)] == [50, 45, 40]
    assert [found[f"sales_revenue@{year}"] for year in (2024, 2023, 2022)] == [1_200, 1_000, 900]
    assert (found["total_income@2024"], found["hitech_income@2024"]) == (1_190, 800)
    # what the firm declared, and no audited figure
    assert {fact.certainty for fact in reading.facts if fact.year} == {Certainty.LIKELY}
    assert not reading.doubts


def test_columns_are_known_by_their_heads_and_not_by_their_place() -> None:
    rows = certified_firm(CERTIFIED)
    turned = [[*row[:2], *reversed(row[2:])] if len(row) == 6 else row for row in rows]
    found = values(read(封面=cover(2024), A107041=turned))
    assert [found[f"rd_personnel@{year}"] for year in (2024, 2023, 2022)] == [50, 45, 40]
    headless = [row for row in rows if "本年度" not in row]
    reading = read(封面=cover(2024), A107041=headless)
    assert not [key for key in values(reading) if key.startswith("rd_")]
    assert any("no head that is known" in str(doubt.message) for doubt in reading.doubts)


def test_the_form_of_certified_firms_of_the_former_measures_is_not_read() -> None:
    rows = printed("A107041", "H14", {"5": 5, "15": 9})
    reading = read(封面=cover(2015), s=[["A107041"], ["高新技术企业优惠情况及明细表"], *rows])
    assert not [fact for fact in reading.facts if fact.year]
    assert [form.edition for form in reading.forms] == ["H14"]
    assert reading.doubts


def test_yearly_averages_of_the_basic_form_are_neither_assets_nor_staff() -> None:
    sheet = [
        ["A000000 企业所得税年度纳税申报基础信息表"],
        ["101纳税申报企业类型（填写代码）", "100", "102分支机构就地纳税比例（%）", None],
        ["103资产总额（填写平均值，单位：万元）", 145.5, "104从业人数（填写平均值，单位：人）", 98],
        ["105所属国民经济行业（填写代码）", "3562", "106从事国家限制或禁止行业", "否"],
    ]
    reading = read(封面=cover(2024), s=sheet)
    assert not [fact for fact in reading.facts if fact.year]
    (form,) = reading.forms
    assert form.amount("103") == 1_455_000
    assert form.amount("104") == 98
    assert {line for line, _ in form.remarks} == {"103", "104"}


@pytest.mark.parametrize("heads", [("期末余额", "年初余额"), ("年初余额", "期末余额")])
def test_the_closing_column_is_taken_wherever_it_stands(heads: tuple[str, str]) -> None:
    reading = read(s=balance_sheet(2024, BALANCE, heads))
    found = values(reading)
    assert (found["total_assets@2024"], found["net_assets@2024"]) == (1_500_000, 1_250_000)
    # the opening column is shown for the year before, and never fills it
    assert {(fact.key, fact.value) for fact in reading.offers} == {
        ("total_assets@2023", 1_400_000), ("net_assets@2023", 1_100_000),
    }  # fmt: skip
    assert "net_assets@2023" not in found
    assert not reading.doubts


def test_a_sheet_of_a_month_gives_no_figure_of_a_year() -> None:
    rows = balance_sheet(2024, BALANCE)
    rows[2][3] = "2024年05月31日"
    reading = read(s=rows)
    assert not [fact for fact in reading.facts if fact.year]
    assert "part of a year" in str(reading.doubts[0].message)


def test_statements_of_the_enterprise_standard_are_known_by_their_words() -> None:
    balance = [
        ["资产负债表"],
        [f"编制单位：{FIRM}", None, "2024年12月31日", None, None, "单位：万元"],
        [
            "资产",
            "期末余额",
            "上年年末余额",
            "负债和所有者权益（或股东权益）",
            "期末余额",
            "上年年末余额",
        ],
        ["流动资产：", None, None, "流动负债：", None, None],
        ["货币资金", 80, 60, "短期借款", 20, 30],
        ["合同资产", 0, 0, "合同负债", 5, 0],
        ["流动资产合计", 80, 60, "流动负债合计", 25, 30],
        ["非流动资产：", None, None, "负债合计", 25, 30],
        ["固定资产", 70, 80, "实收资本（或股本）", 100, 100],
        ["非流动资产合计", 70, 80, "所有者权益（或股东权益）合计", 125, 110],
        ["资产总计", 150, 140, "负债和所有者权益（或股东权益）总计", 150, 140],
    ]
    income_sheet = [
        ["利润表"],
        [f"编制单位：{FIRM}", "2024年度", "单位：元"],
        ["项目", "本期金额", "上期金额"],
        ["一、营业收入", 1_200_000.75, 1_000_000],
        ["减：营业成本", 800_000, 700_000],
        ["研发费用", 95_000, 85_000],
        ["二、营业利润（亏损以“－”号填列）", 300_000, 200_000],
        ["加：营业外收入", 10_000, 0],
        ["减：营业外支出", 0, 0],
        ["三、利润总额（亏损总额以“－”号填列）", 310_000, 200_000],
    ]
    reading = read(资产负债表=balance, 利润表=income_sheet)
    found = values(reading)
    assert (found["net_assets@2024"], found["total_assets@2024"]) == (1_250_000, 1_500_000)
    assert found["sales_revenue@2024"] == 1_200_000.75
    assert 95_000 not in found.values()
    assert {form.edition for form in reading.forms} == {"enterprise"}
    assert not reading.doubts


def test_outsourced_costs_of_the_structure_table_are_asked_about_unless_there_are_none() -> None:
    reading = read(**{"2023": structure(2023), "2024": structure(2024, outsourced=8)})
    certainty = {fact.key: fact.certainty for fact in reading.facts}
    assert certainty["rd_outsourced_domestic@2023"] is Certainty.CERTAIN
    assert certainty["rd_outsourced_domestic@2024"] is Certainty.OPEN
    assert values(reading)["rd_outsourced_domestic@2024"] == 80_000
    assert values(reading)["rd_personnel@2024"] == 800_000
    (note,) = {
        fact.note.en for fact in reading.facts if fact.key == "rd_outsourced_domestic@2024" and fact.note
    }  # type: ignore[union-attr]  # fmt: skip
    assert "80 %" in note
    assert "rd_expense@2024" not in values(reading)


def test_the_unit_is_the_one_printed_and_one_not_printed_is_said() -> None:
    assert values(read(s=structure(2024, unit="元")))["rd_personnel@2024"] == 80
    silent = [row for row in structure(2024) if not any("单位" in str(cell) for cell in row)]
    reading = read(s=silent)
    (fact,) = [fact for fact in reading.facts if fact.field == "rd_personnel"]
    assert (fact.value, fact.certainty) == (800_000, Certainty.OPEN)
    assert "no unit is printed" in str(reading.doubts[0].message)


def test_a_structure_table_with_one_row_a_project_is_turned() -> None:
    sheet = [
        ["2024年研究开发费用结构明细表"],
        ["单位：万元"],
        ["项目编号", "人工费", "材料费", "折旧摊销", "无形资产摊销", "设计费", "装备调试费", "其他", "委外研发费用", "境内委外", "研发费用合计"],
        ["RD01", 1, 2, 3, 4, 5, 6, 7, 0, 0, 28],
        ["RD02", 1, 1, 1, 1, 1, 1, 1, 0, 0, 7],
        ["合计", 2, 3, 4, 5, 6, 7, 8, 0, 0, 35],
    ]  # fmt: skip
    found = values(read(s=sheet))
    assert (found["rd_personnel@2024"], found["rd_trial@2024"]) == (20_000, 70_000)
    sheet.pop()
    reading = read(s=sheet)
    assert values(reading)["rd_personnel@2024"] == 20_000
    assert {fact.certainty for fact in reading.facts if fact.field == "rd_direct"} == {
        Certainty.LIKELY
    }


def test_a_total_that_does_not_add_up_is_a_doubt_on_its_line_and_has_to_be_confirmed() -> None:
    rows = income()
    rows[3][2] = 1_300_000.75
    reading = read(封面=cover(2024), A101010=rows)
    (doubt,) = reading.doubts
    assert (doubt.source.line, doubt.source.cell) == ("1", "C4")
    (fact,) = [fact for fact in reading.facts if fact.field == "sales_revenue"]
    assert fact.certainty is Certainty.OPEN
    assert fact.key not in reading.usable


def test_papers_that_agree_are_one_fact_and_those_that_do_not_are_both_kept() -> None:
    main = [["A100000"], ["企业所得税年度纳税申报主表"], *printed("A100000", "M25", {"1": 1_200_000.75, "2": 1, "3": 1})]  # fmt: skip
    (fact,) = [
        fact for fact in read(封面=cover(2024), A101010=income(), A100000=main).facts if fact.year
    ]
    assert [source.form for source in (fact.source, *fact.others)] == ["A101010", "A100000"]
    main[3][2] = 1_250_000.75
    reading = read(封面=cover(2024), A101010=income(), A100000=main)
    assert "sales_revenue@2024" not in values(reading)
    (conflict,) = reading.conflicts
    assert conflict.difference == 50_000
    assert [fact.source.form for fact in conflict.facts] == ["A101010", "A100000"]


def test_a_figure_in_ten_thousands_agrees_with_the_one_that_it_is_rounded_from() -> None:
    rows = certified_firm({**CERTIFIED, "17": [803_312, 1, 1, 803_314], "15": None, "16": None})
    sheet = structure(2024)
    at = next(row for row in sheet if row and "人员人工" in str(row[0]))
    at[1:] = [50.33, 30, 80.33]
    reading = read_documents(
        [
            ("a.xlsx", workbook({"封面": cover(2024), "A107041": rows})),
            ("b.xlsx", workbook({"s": sheet})),
        ]
    )
    assert values(reading)["rd_personnel@2024"] == 803_312


def test_a_paper_of_another_firm_is_named_and_not_taken() -> None:
    own = ("a.xlsx", workbook({"封面": cover(2024), "A101010": income()}))
    sheet = ("b.xlsx", workbook({"s": balance_sheet(2024, BALANCE)}))
    other = ("c.xlsx", workbook({"封面": cover(2023, OTHER_CODE, OTHER_FIRM), "A101010": income()}))
    reading = read_documents([other, own, sheet])
    assert reading.uscc == CODE
    assert "sales_revenue@2023" not in values(reading)
    (unread,) = reading.unread
    assert unread.file == "c.xlsx"
    assert OTHER_FIRM in str(unread.why)
    assert FIRM in str(unread.why)
    assert read_documents([other, own, sheet], firm=OTHER_CODE).name == OTHER_FIRM


def test_a_paper_without_a_name_in_an_archive_is_of_the_firm_whose_folder_it_lies_in() -> None:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        for folder, code, firm in (("甲", CODE, FIRM), ("乙", OTHER_CODE, OTHER_FIRM)):
            named = workbook({"封面": cover(2024, code, firm), "A101010": income()})
            archive.writestr(f"{folder}/2024年报表.xlsx", named)
        archive.writestr("甲/2023年收入.xlsx", workbook({"Sheet1": income()}))
        archive.writestr("乙/2022年收入.xlsx", workbook({"Sheet1": income()}))
        # one more, so that most papers are the first firm's
        archive.writestr("甲/2024年汇算.xlsx", workbook({"封面": cover(2024), "s": income()}))
    reading = read_documents(("两家.zip", bundle.getvalue()), as_of=JUNE)
    assert reading.name == FIRM
    years = {fact.year for fact in reading.facts if fact.field == "sales_revenue"}
    assert years == {2024, 2023}
    refused = {paper.file: paper.why.say(ENGLISH) for paper in reading.unread}
    assert refused.keys() == {"两家.zip/乙/2024年报表.xlsx", "两家.zip/乙/2022年收入.xlsx"}
    assert (
        f"it names no firm and lies among papers of {OTHER_FIRM}"
        in refused["两家.zip/乙/2022年收入.xlsx"]
    )


def test_an_unknown_layout_is_said_its_rows_shown_and_nothing_guessed() -> None:
    reading = read(s=[["费用表", None], ["项目", "金额"], ["电费", 5], ["水费", 6]])
    assert not reading.facts
    (unread,) = reading.unread
    assert ("电费", "5") in unread.rows


def test_a_blank_template_is_no_return_of_nothing() -> None:
    reading = read(封面=cover(2024), A101010=[[0 if isinstance(cell, float) else cell for cell in row] for row in printed("A101010", "R14", dict.fromkeys(map(str, range(1, 27)), 0.0))])  # fmt: skip
    assert "sales_revenue@2024" not in values(reading)
    assert any("empty form" in str(doubt.message) for doubt in reading.doubts)


def test_staff_of_the_application_form_is_of_the_year_before_once_a_person_says_so() -> None:
    sheet = [
        ["企业人力资源情况表"],
        [None, "企业职工", "科技人员"],
        ["总数（人）", 100, 20],
        ["其中：在职人员", 90, 18],
        ["兼职人员", 5, 1],
        ["临时聘用人员", 5, 1],
    ]
    facts = {fact.key: fact for fact in read(s=sheet).facts}
    assert (facts["staff_total@2024"].value, facts["st_staff@2024"].value) == (100, 20)
    assert facts["staff_total@2024"].certainty is Certainty.OPEN


def test_the_summary_of_ledgers_gives_the_super_deduction_and_no_certification_cost() -> None:
    sheet = [
        ["研发支出辅助账汇总表"],
        ["纳税人识别号（统一社会信用代码）", None, CODE, None, "纳税人名称", FIRM, None, "属期", "2024年"],
        ["项目编号", "项目名称", "完成情况", "支出类型", "允许加计扣除金额合计", "人员人工费用", "直接投入费用", "折旧费用", "无形资产摊销", "新产品设计费等", "前五项小计", "其他相关费用及限额", None, "委托研发费用"],
        [*[None] * 11, "其他相关费用合计", "经限额调整后的其他相关费用", "委托境内机构或个人进行研发活动所发生的费用", "允许加计扣除的委托境内机构或个人进行研发活动所发生的费用"],
        [*[None] * 5, "1", "2", "3", "4", "5", "6", "7.1", "7.2", "8.1", "8.2"],
        ["RD01", "甲", "未完成", "费用化", 118, 60, 20, 10, 5, 5, 100, 10, 10, 10, 8],
        ["金额合计", None, None, None, 118, 60, 20, 10, 5, 5, 100, 10, 10, 10, 8],
    ]  # fmt: skip
    reading = read(s=sheet)
    assert {key: value for key, value in values(reading).items() if "@" in key} == {
        "rd_super_deduction@2024": 118
    }
    assert (reading.uscc, reading.name) == (CODE, FIRM)


def test_a_blank_is_missing_a_star_is_not_to_be_filled_in_and_a_dash_is_likely_nothing() -> None:
    rows = structure(2024)
    for label, figure in (
        ("设计费用", None),
        ("装备调试费用与试验费用", "*"),
        ("无形资产摊销费用", "-"),
    ):
        at = next(row for row in rows if row and row[0] == label)
        at[1:] = [figure] * 3
    facts = {fact.field: fact for fact in read(s=rows).facts}
    assert not {"rd_design", "rd_trial"} & facts.keys()
    assert (facts["rd_amortization"].value, facts["rd_amortization"].certainty) == (
        0,
        Certainty.LIKELY,
    )


def test_the_ledger_of_one_project_is_read_and_is_no_cost_of_the_firm() -> None:
    sheet = [
        ["自主研发“研发支出”辅助账（甲项目）"],
        [f"企业名称：{FIRM}", "2024年度", "单位：元"],
        [
            "凭证日期",
            "凭证号",
            "摘要",
            "借方金额",
            "1.1 工资薪金",
            "2.1 材料",
            "6.4 差旅费、会议费",
        ],
        ["2024-03-28", "记-1", "研发", 60.5, 40.25, 20.25, 0],
        ["2024-12-28", "记-9", "研发", 40, 10, 20, 10],
        ["本期合计", "", "", 100.5, 50.25, 40.25, 10],
    ]
    reading = read(s=sheet)
    (form,) = reading.forms
    assert (form.form, form.edition, form.year) == ("rd_ledger_project", "L15", 2024)
    assert form.amount("debit", "total") == 100.5
    assert form.amount("i11", "total") == 50.25
    assert {fact.field for fact in reading.facts} == {"name"}
    assert not reading.unread
