"""An unread column is named with the field that it may be, and never taken for it."""

import subprocess
import sys

import pytest

from eligibility.assessment.ladder import joint_fields
from eligibility.intake.headers import header_map
from eligibility.intake.proposals import nearest_fields
from tests.firms import HNTE


def near(*heads: str) -> dict[str, str]:
    headers = header_map([["企业名称", *heads]], list(HNTE.fields), "CNY", 2026)
    assert len(headers.columns) == 1
    return {header: field.id for header, field in nearest_fields(headers).items()}


@pytest.mark.parametrize(
    ("head", "field"),
    [("第一年营业总收入（万元）", "sales_revenue_y1"), ("研发及科技人员数", "st_staff"), ("所在旗县市区", "district"), ("第三年研究开发总费用", "rd_expense_y3"), ("2024年营业总收入", "sales_revenue_y2"), ("上年度营业总收入", "sales_revenue_y3")],
)  # fmt: skip
def test_the_nearest_field_is_proposed_and_not_taken(head: str, field: str) -> None:
    assert near(head) == {head: field}


def test_beside_other_schemes_the_figure_that_is_asked_of_every_firm_is_proposed() -> None:
    headers = header_map(
        [["企业名称", "第一年营业总收入（万元）"]], list(joint_fields()), "CNY", 2026
    )
    (field,) = nearest_fields(headers).values()
    assert field.id == "sales_revenue_y1"


@pytest.mark.parametrize(
    "head", ["备注", "2019年营业总收入", "联系电话", "审核意见", "推荐单位", "x"]
)
def test_a_column_like_no_field_gets_no_proposal(head: str) -> None:
    assert near(head) == {}


def test_a_share_of_income_is_not_proposed_as_income() -> None:
    assert near("高新收入占比") == {}


def test_what_makes_proposals_is_imported_only_for_them() -> None:
    code = "import sys, eligibility.cli, eligibility.intake.table; assert 'rapidfuzz' not in sys.modules and 'xlrd' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
