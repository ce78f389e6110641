"""Lists of rights, products and results on paper, by the titles of their columns."""

from __future__ import annotations

from datetime import date

from eligibility.documents.reading import read_documents
from eligibility.domain.papers import PaperReading
from tests.documents.small_forms import FIRM, cover, workbook


def read(rows: list[list[object]]) -> PaperReading:
    sheets = {"封面": cover(2024), "Sheet1": rows}
    return read_documents([("清单.xlsx", workbook(sheets))], as_of=date(2025, 6, 1))


def test_an_export_of_patents_fills_the_list_and_applications_do_not_count() -> None:
    reading = read(
        [
            ["申请号", "申请日", "专利名称", "专利类型", "法律状态", "授权公告日", "申请（专利权）人", "发明人"],
            ["CN202010000001.1", "2020-01-01", "一种阀", "发明授权", "专利权维持", "2021-05-05", FIRM, "张三;李四"],
            ["CN202010000002.1", "2020-01-01", "一种门", "发明公布", "实质审查", None, FIRM, "张三"],
        ]
    )  # fmt: skip
    (rights,) = reading.lists
    assert rights.list == "ip"
    assert [row["status"] for row in rights.rows] == ["专利权维持", "实质审查"]
    # who invented it is nobody's business here
    assert "张三" not in repr(reading)
    assert not reading.unread


def test_products_add_up_in_their_unit_without_their_total() -> None:
    reading = read(
        [
            ["上年度高新技术产品（服务）情况表（2024年度）"],
            ["编号", "产品（服务）名称", "上年度销售收入（元）", "是否主要产品（服务）"],
            ["PS01", "水泵", 505_000, "是"],
            ["PS02", "阀门", 200_000, "否"],
            [None, "合计", 705_000, None],
        ]
    )
    facts = {fact.key: fact.value for fact in reading.facts}
    assert facts["hitech_income@2024"] == 705_000
    assert len(reading.lists[0].rows) == 2


def test_results_are_counted_by_the_year_they_were_put_to_use() -> None:
    reading = read(
        [
            ["科技成果转化汇总表"],
            ["序号", "科技成果名称", "成果类型", "转化结果", "转化时间"],
            [1, "成果甲", "专利", "新产品", 2024],
            [2, "成果乙", "专利", "新产品", 2023],
            [3, "成果丙", "专利", "新产品", 2023],
        ]
    )
    facts = {fact.key: fact.value for fact in reading.facts}
    assert (facts["conversions@2024"], facts["conversions@2023"]) == (1, 2)
