"""Rows that are no firm, in every spelling; and firms that only begin like them."""

import pyarrow as pa
import pytest

from eligibility.intake.non_firm_rows import RowKind, non_firm_kind, suspects

KINDS = {
    RowKind.TOTAL: "新城区小计|企业合计|总合计|共计3家企业|合计|合 计|合计：|小 计|本页小计|总计（家）|合计3家|平均值|全市合计|共计 12 家|Total|Sub-total|SUM|共3家|汇总|累计|合　计|合计（万元）|以上合计|∑|Σ|总额|合计：2家|合计人数|合计/平均|合計|總計|全年|全年累计|计|计数|加总|均数|最高值|AVG|家数|企业数|企业总数|共有企业3家|全市|本区|2025年合计|三年小计|一、合计|1、合计|【合计】|◆合计|**合计**|小计1|平均每户|户均|每家平均|——以上共3户——|本表共12家",
    RowKind.NOTE: "其中：|注：金额单位为万元|备注|注1：见附件|填表说明：如实填写|数据来源：各旗县区科技局|单位：万元|Note: audited|说明|（单位：万元）|※注：以审计报告为准|＊备注|占比|同比增长|增幅(%)|请填写企业全称|此行请勿删除|本表一式两份|数据截止2025年底|待定|待补充|必填|选填|文本|不超过50字|与营业执照一致|填写全称|同上|略|以下略|#REF!|TBD|其他企业|等3家|以上数据真实有效|本企业承诺以上属实|数据截止日期：2026-05-01|数据截至2025年12月31日|附件1|附表2：企业名单|※数据为快报数|数据以审计为准|以上数据来自税务|金额未经审计|占全区比重|占全市的比例|截至2026年3月底数据|数据由园区统计办提供|本表由科技局汇总",
    RowKind.SIGNATURE: "打印日期：2026-05-01|导出时间：2026-05-01 10:00|填表人：张某|制表：李某  审核：王某|审核人|联系电话：0471|（公章）|法定代表人：|单位负责人(签字)|填报日期：2026年3月1日|填报单位负责人：王某|制表日期 2026-05-01|审核意见：|科技局意见|法人签字：|审核人签字：|填表人签名：张某|年  月  日",
    RowKind.END: "第1页 共3页|共3页|Page 1 of 3|......|以下空白|续表|转下页|——|***|以下无正文|——以下无——|本页无正文|本页完|- 1 -|1/3|……（续）|→|#",
    RowKind.DAY: "截至2025年12月31日|2026年3月|2026-03-01",
    RowKind.EXAMPLE: "（例）某公司|XXX|××|某某|例：XX科技有限公司|示例企业|示例|XX科技有限公司|某某公司|××有限责任公司|Example 1|样例：填写全称|**企业|范例企业有限公司|样表|【示例】乙地科技有限公司|示例企业（请删除）|□□有限公司|△△公司|XXX股份|测试企业（请删除）|请删除本行|XX公司（示例）|乙地科技有限公司（填写示例）|乙地科技有限公司【例】",
    RowKind.NUMBERS: "3|1.|（2）|①|一|二、|12,5|第3列|栏次|行次",
    RowKind.GROUP: "回民区|新城区：|【新城区】|第一批|2026年拟申报企业|重点企业|A类企业|一、孵化器|（一）电子信息|已认定|高新区（12家）|新城区(共3户企业)|▲重点企业|甲类|乙类企业|已入库|拟备案企业|孵化器在孵|毕业企业",
    RowKind.HEAD: "企业名称（全称）|企业名称*|*企业名称|序号|编号|企业名称|企 业 名 称",
}


@pytest.mark.parametrize(
    ("text", "kind"), [(text, kind) for kind, texts in KINDS.items() for text in texts.split("|")]
)
def test_a_row_that_is_no_firm_is_told_by_its_name(text: str, kind: RowKind) -> None:
    found = non_firm_kind(text, {"企业名称"})
    # a bracketed remark is a note or a signature: either says enough
    assert found is not None
    assert found is kind or text.startswith("（")
    assert suspects(pa.array([text]))[0]


@pytest.mark.parametrize(
    "name",
    "合计科技有限公司|注册在线（内蒙古）有限公司|总计信息技术有限公司|乙地云帆测试有限公司|平均律音乐科技有限公司|"
    "例外服饰有限公司|示例软件（北京）有限公司|360科技有限公司|备胎网络有限公司|呼和浩特市第一机械厂|"
    "截至科技有限公司|来源生物科技有限公司|某米科技有限公司|3M中国有限公司|一一生物有限公司|共享出行有限公司|"
    "Total Energies Co.|Sample Analytics Ltd.|Firm 12|审核宝科技有限公司|单位换算科技公司|乙地研究院|X技术有限公司|3-12|合计算科技|小计算机店|其中科技有限公司|甲骨文软件|第1页科技有限公司|打印宝科技有限公司|AB|A公司|甲|A|增长极科技有限公司|占比特科技有限公司|样表印务有限公司|一、甲科技有限公司|（1）乙地云帆公司|总额度金融公司|行次元科技有限公司|请填写坊文化公司|新城区生产力促进中心|乙地第一批发公司|必填项科技公司|全市通物流有限公司|计算坊科技公司|附城科技有限公司|数据为王科技有限公司|信息系统工程公司|可删除网络有限公司|甲公司（2家分店）|附件加工店|（一）甲研究院|每家科技有限公司|占领高地科技有限公司|乙地甲类科技有限公司|在孵科技有限公司|户均保险经纪公司|数据由我科技有限公司".split(
        "|"
    ),
)
def test_a_firm_that_only_begins_like_one_is_a_firm(name: str) -> None:
    assert non_firm_kind(name, {"企业名称"}) is None


def test_names_that_plainly_are_firms_are_not_looked_at() -> None:
    names = ["乙地云帆测试有限公司", "乙地研究院", None, "Firm Ltd."]
    assert not suspects(pa.array(names, pa.string())).any()
