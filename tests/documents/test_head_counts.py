"""Lists of persons: counted, and nothing of a person leaves the reader."""

from __future__ import annotations

import json
from datetime import date

from eligibility.documents import grid
from eligibility.documents.reading import read_documents
from eligibility.domain.papers import Certainty, PaperReading
from eligibility.i18n import CHINESE
from eligibility.reports.paper_text import paper_lines, reading_record
from eligibility.schemes.registry import load_scheme
from tests.documents.small_forms import workbook


def read(rows: list[list[object]]) -> PaperReading:
    return read_documents([("名单.xlsx", workbook({"Sheet1": rows}))], as_of=date(2025, 6, 1))


WAGES: list[list[object]] = [
    ["2024年3月 正常工资薪金所得"],
    ["工号", "*姓名", "*证件类型", "*证件号码", "本期收入", "手机号码"],
    *[[i, f"张小{i}", "居民身份证", f"15010019900101{i:04}", 5_000 + i, f"1380000{i:04}"] for i in range(23)],
    [None, "合计", None, None, 999],
]  # fmt: skip


def test_a_list_of_wages_gives_the_number_of_persons_of_its_month_alone() -> None:
    reading = read(WAGES)
    (count,) = reading.head_counts
    assert (count.year, count.month, count.persons) == (2024, 3, 23)
    assert not reading.facts


def test_nothing_of_a_person_is_in_what_is_read_or_shown() -> None:
    reading = read(WAGES)
    shown = "\n".join(paper_lines(reading, load_scheme(), CHINESE))
    for text in (repr(reading), json.dumps(reading_record(reading), ensure_ascii=False), shown):
        assert "张小" not in text
        assert "1501001990" not in text
        assert "138000" not in text
        assert "5007" not in text


def test_of_insurance_each_person_is_counted_once_a_month_and_the_average_only_offered() -> None:
    rows: list[list[object]] = [["姓名", "身份证件号码", "参保费种", "征收品目", "费款所属日期起"]]
    for month in range(1, 13):
        for person in range(10 + (month > 6)):
            rows += [
                [f"员{person}", f"id{person}", kind, payer, f"2024-{month:02}-01"]
                for kind in ("职工基本养老保险", "失业保险")
                for payer in ("单位缴纳部分", "个人缴纳部分")
            ]
    reading = read(rows)
    assert [count.persons for count in reading.head_counts] == [10] * 6 + [11] * 6
    (offer,) = reading.offers
    assert (offer.key, offer.value, offer.certainty) == ("staff_total@2024", 10.5, Certainty.OPEN)
    assert not reading.facts


def test_a_table_of_months_gives_the_average_of_the_form() -> None:
    rows: list[list[object]] = [["2024年度职工人数统计表"], ["月份", "月初人数", "月末人数"]]
    rows += [[f"{month}月", 100 + month, 101 + month] for month in range(1, 13)]
    facts = {fact.key: fact.value for fact in read(rows).facts}
    assert facts == {"staff_total@2024": 107, "staff_year_end@2024": 113}


def test_a_table_of_some_months_is_open() -> None:
    rows: list[list[object]] = [["2024年度职工人数统计表"], ["月份", "月初人数", "月末人数"], ["3月", 5, 7]]  # fmt: skip
    (fact,) = read(rows).facts
    assert (fact.value, fact.certainty) == (6, Certainty.OPEN)


def test_no_text_of_a_paper_stays_in_the_program_once_it_was_read() -> None:
    read(WAGES)
    assert grid.label_key.cache_info().currsize == 0
    assert grid.plain_text.cache_info().currsize == 0
