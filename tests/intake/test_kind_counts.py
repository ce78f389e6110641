"""Rights counted by kind are summed into their classes, and a count that differs is remarked."""

from datetime import date

import numpy as np
import pytest

from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, read_table
from tests.firms import HNTE


def read(heads: str, *rows: str) -> RowBatch:
    text = "\n".join([f"企业名称,{heads}", *(f"乙地{n}公司,{row}" for n, row in enumerate(rows))])
    return read_table(("f.csv", text.encode()), HNTE.fields, IntakeOptions(application_date=date(2026, 5, 10)))  # fmt: skip


def counts(batch: RowBatch) -> list[list[float]]:
    return [batch.table.columns[f"ip_class{n}_count"].tolist() for n in (1, 2)]


@pytest.mark.parametrize(
    "heads",
    ["发明专利,植物新品种,实用新型,外观设计,软著", "发明专利数量,植物新品种权,实用新型专利数,外观专利,软件著作权数量", "发明,植物新品种,实用新型专利,外观设计专利,计算机软件著作权"],
)  # fmt: skip
def test_counts_by_kind_are_summed_into_their_classes(heads: str) -> None:
    batch = read(heads, "2,1,12,0,5", "0,0,1,1,1")
    assert counts(batch) == [[3, 0], [17, 3]]
    assert batch.table.columns["ip_software_count"].tolist() == [5, 1]
    assert not batch.headers.unknown
    assert not batch.issues
    assert not [name for name in batch.table.columns if "+" in name]


def test_a_blank_kind_leaves_its_class_blank_and_only_that() -> None:
    first, second = counts(read("发明专利,实用新型,外观设计", "2,,0"))
    assert first == [2]
    assert np.isnan(second[0])


def test_a_class_given_as_well_holds_and_a_difference_is_remarked() -> None:
    batch = read("Ⅰ类知识产权数量,发明专利,集成电路布图设计", "3,2,1", "5,2,1", ",2,1")
    assert batch.table.columns["ip_class1_count"].tolist() == [3, 5, 3]
    (issue,) = batch.issues
    assert (issue.fatal, issue.row, issue.value) == (False, 3, "5")


def test_a_kind_that_is_no_count_rejects_its_row_with_its_own_column() -> None:
    (issue,) = read("发明专利,职工总数", "两项,3").issues
    assert (issue.column, issue.value) == ("发明专利", "两项")


def test_software_alone_is_no_count_of_the_class() -> None:
    batch = read("软件著作权数量,职工总数", "5,3")
    assert "ip_class2_count" not in batch.table.columns


def test_the_labels_of_the_return_and_the_annex_are_names_of_fields() -> None:
    labels = (
        "本年高新技术产品（服务）收入|本年企业总收入|收入总额|不征税收入|本年科技人员数|本年职工总数|第三年归集的高新研发费用金额|"
        "第三年人员人工费用|第三年直接投入费用|第三年折旧费用与长期待摊费用|第三年无形资产摊销费用|第三年设计费用|第三年装备调试费与试验费用|"
        "第三年其他费用|第三年境内的外部研发费|第三年境外的外部研发费|第三年销售（营业）收入"
    ).split("|")
    batch = read(",".join(f"{label}（元）" if "数" not in label else label for label in labels))
    assert not batch.headers.unknown
    assert len(batch.headers.columns) == len(labels) + 1
