"""Official forms and exports are known by their words, and the message says where their figures go."""

from datetime import date

import pytest

from eligibility.domain.errors import InputError
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.official_forms import forms, recognise
from tests.firms import HNTE

FORMS = {
    "A107041": "高新技术企业优惠情况明细表|行次,项目,本年\n7,本年企业总收入（8-9）,100\n11,本年科技人员数（人）,3",
    "A107012": "A107012 研发费用加计扣除优惠明细表\n1,本年可享受研发费用加计扣除项目数量,3",
    "A101010": "行次,项目,金额\n1,一、营业收入,5\n2,（一）主营业务收入,4\n9,（二）其他业务收入,1\n3,1.销售商品收入,4\n16,二、营业外收入,0",
    "balance_sheet": "项目,期末,年初\n流动资产合计,1,2\n货币资金,3,4\n资产总计,5,6\n负债合计,1,1",
    "income_statement": "利润表\n编制单位：某公司,,单位：元\n项目,本年累计金额\n一、营业收入,100\n减：营业成本,50",
    "cash_flow": "现金流量表,\n项目,本期",
    "rd_structure": "科目,RD01,RD02,合计\n内部研究开发投入,1,2,3\n其中：人员人工费用,1,1,2\n委托外部研究开发费用,0,0,0",
    "rd_activities": "研发活动编号,研发活动名称,起止时间,研发经费总预算（万元）\nRD01,甲,2023,5",
    "products": "编号,产品（服务）名称,技术领域,上年度销售收入（万元）,是否主要产品（服务）\nPS01,甲,软件,400,是",
    "patents": "专利名称,申请号,申请日,法律状态,发明人\n甲,2021,2021-01-01,有权,张某",
    "software_copyrights": "软件全称,登记号,版本号,著作权人,首次发表日期\n甲,2021SR0000001,V1.0,某公司,2021-01-01",
    "rights": "知识产权编号,知识产权名称,类别,授权日期,授权号,获得方式\nIP01,甲,发明专利,2021-01-01,1,自主研发",
    "result_list": "序号,科技成果名称,成果类型,转化形式,转化时间\n1,甲,专利,自行投资,2024",
    "staff_structure": "企业人力资源情况表,,\n,企业职工,科技人员\n总数（人）,100,20\n其中：在职人员,90,20\n兼职人员,5,0",
    "monthly_headcount": "月份,月初人数,月末人数,月平均人数\n1月,3,4,3.5",
    "payroll": "姓名,基本工资,应发工资,实发工资\n张某,1,2,3",
    "roster": "工号,姓名,性别,部门,学历,入职时间\n1,张某,男,研发部,本科,2020-01-01",
    "rd_ledger": "自主研发“研发支出”辅助账,\n项目编号,资本化、费用化支出选项",
    "trial_balance": "科目代码,科目名称,期初余额,本期发生额,期末余额\n1001,库存现金,1,2,3",
    "journal": "日期,凭证字号,摘要,科目名称,借方金额,贷方金额\n2025-01-01,记1,付款,现金,1,0",
    "A000000": "A000000 企业所得税年度纳税申报基础信息表",
    "A100000": "中华人民共和国企业所得税年度纳税申报表（A类）",
    "A104000": "A104000 期间费用明细表",
    "A105000": "A105040 专项用途财政性资金纳税调整明细表",
    "application": "高新技术企业认定申请书|一、企业主要情况|近三年经营情况（万元）,净资产,销售收入|第一年,500,1000",
    "rd_projects": "研发项目立项汇总表|项目编号,项目名称,立项日期,完成日期,项目预算（万元）|RD01,甲,2025-01-01,2025-12-31,100",
    "statistics": "企业研究开发活动及相关情况（107-2表）|指标名称,计量单位,代码,数量|研究开发费用合计,千元,6,1200",
    "vat_return": "增值税及附加税费申报表（一般纳税人适用）|（一）按适用税率计税销售额,1,100",
    "growth": "年度,销售收入（万元）,净资产（万元）,销售增长率,净资产增长率|2025,1500,750,25%,25%",
    "own_score": "企业创新能力评价自评表|指标,分值,自评得分|知识产权,30,25",
    "standards": "标准清单|标准号,标准名称,参与方式|GB/T 1-2020,甲,起草",
}


def lines(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.replace("|", "\n").split("\n")]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_known_by_its_words(name: str) -> None:
    found = recognise(lines(FORMS[name]))
    assert found is not None
    assert found.id == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("类别|发明专利（非国防专利）|发明授权|外观专利|计算机软件著作权登记", "rights"),
        (
            "行次,项目,金额|1,本年可享受研发费用加计扣除项目数量,3|2,一、自主研发、合作研发、集中研发,9",
            "A107012",
        ),
    ],
)
def test_a_part_of_a_form_without_its_title_is_known_by_what_stands_in_it(
    text: str, name: str
) -> None:
    found = recognise(lines(text))
    assert found is not None
    assert found.id == name


def test_every_form_is_tried_and_says_where_its_figures_go_in_both_languages() -> None:
    assert {form.id for form in forms()} == set(FORMS)
    assert all(form.figures.zh and form.figures.en for form in forms())


@pytest.mark.parametrize("name", ["A107041", "balance_sheet", "rd_structure", "products", "patents", "roster", "monthly_headcount", "rights"])  # fmt: skip
def test_a_form_in_place_of_a_table_of_firms_is_named_with_where_it_goes(name: str) -> None:
    with pytest.raises(InputError, match="not like a table of firms") as refusal:
        read_table(("f.csv", FORMS[name].replace("|", "\n").encode()), HNTE.fields, IntakeOptions(application_date=date(2026, 5, 10)))  # fmt: skip
    form = next(form for form in forms() if form.id == name)
    assert form.figures.en in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "序号,企业名称,证书编号\n1,乙地一公司,GR202515000001", "企业名称,统一社会信用代码,所属盟市,发证日期\n乙地一公司,,某市,2025-01-01",
        "企业名称,职工总数,科技人员数,学历,专业\n乙地一公司,3,1,本科,软件", "企业名称,资产总计,负债合计,第三年净资产（元）,利润总额\n乙地一公司,3,1,2,1",
    ],
)  # fmt: skip
def test_a_list_of_firms_is_no_form(text: str) -> None:
    batch = read_table(("f.csv", text.encode()), HNTE.fields, IntakeOptions(application_date=date(2026, 5, 10)))  # fmt: skip
    assert batch.read == len(batch.table) == 1
