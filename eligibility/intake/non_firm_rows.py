"""Rows of a sheet or list that describe nothing of their own: totals, notes, repeated heads, examples.

People keep such rows between and below the ones that count. Taken for a firm or a right, a total doubles
every figure. Only the text by which a row would be known is looked at, and only where no code vouches
for it; a text that merely begins like one of these words is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eligibility.domain.arrays import Bools
from eligibility.domain.text import msgid
from eligibility.intake.cells import normal

_COUNT = r"(?:共?\d+(?:家|户|项|件|个|条|人|行)?(?:企业|单位|公司)?)?"
_YEARS = r"(?:(?:19|20)?\d{2}年?度?|[一二三两]年|近[一二三两]年)"
_TOTAL = (
    rf"(?:本?页|本[表年月期区市]|全(?:[市区县旗盟省国年月]|园区|部)|各项|[年月]度|分|以上|上述|{_YEARS})?"
    r"(?:合计|总计|小计|共计|累计|总和|总数|总量|汇总|加总|平均值?|平均数|均[值数]|最[大小高低]值?|中位[数值]|标准差|方差|"
    r"总额|sub-?totals?|grandtotals?|totals?|sums?|averages?|avg|means?|counts?|max|min|[∑σ])"
    rf"(?:人?数|金?额)?:?{_COUNT}(?:\([^()]*\))?(?:[/、及和](?:合计|小计|平均值?|平均数))?"
    rf"|(?:以上|上述|[本此]表)?共{_COUNT}|{_COUNT}合计|计数?|加计"
    r"|(?:平均)?每(?:户|家|个?企业)(?:平均)?|[户企家]均(?:值|数)?"
    # how many there are, and everything of a place or year
    r"|(?:企业|单位|公司)?总?(?:企业数|[家户]数|个数|数量|总数)(?:\([^()]*\))?:?(?:\d+(?:家|户|项|件|个)?)?"
    r"|(?:总?共有?|其[中它他])(?:企业|单位|公司)?\d+(?:家|户|项|件|个)(?:企业|单位|公司)?"
    r"|(?:全(?:[市区县旗盟省国年月]|园区)|本[市区县旗盟])"
    # of a district, a park or whatever else stands before it
    r"|[\u4e00-\u9fff]{1,12}(?:合计|小计|总计)(?:数|额)?"
)
_NOTE = (
    r"(?:备?注|附注|说明|填表说明|填报说明|填写说明|数据来源|资料来源|来源|统计口径|口径|(?:金额)?单位|"
    r"其中|声明|承诺|格式|notes?|remarks?|source)(?:\d*:.*|\d*)|"
    # what comes of the rows above
    r"(?:同比|环比)?(?:增长|增加|增减|增幅|下降)(?:率|额|数)?(?:\([^()]*\))?|(?:同比|环比|占比|比重|比例|占.{1,8}(?:比[重例率]?|份额))(?:\([^()]*\))?|"
    r"(?:数据|信息|统计|金额|以上)(?:均?[为系](?:快报|初步|预计|估[计算]|汇总|未审|审定|审计|不?含).*|以.{1,12}为准|(?:来[自源]|仅供|有误|未经).*)(?<!公司)|"
    r"(?:此|本)[行表](?:请勿|不要|勿|不得|一式).*|请勿.*|请(?:在此处?)?(?:填写|输入)(?:企业|单位|公司)?(?:全称|名称)?|待(?:定|填写?|补充?|确认|核实)|(?:数据|信息|统计)?截[至止](?:日期|时间|到)?.*\d{4}年?(?:\d{1,2}月)?[末底]?(?:的?(?:数据?|情况|口径))?|(?:数据|信息|统计)截[至止].*\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|附[件表录]\d*(?::.*)?|"
    r"(?:数据|信息|资料|[本此]?表格?)由.{1,16}(?:提供|填报|上报|汇总|统计|整理)|"
    # what a form asks for in a cell
    r"(?:必|选|可|如实|据实|下拉)(?:填写?|选择?)|填写(?:全称|名称)|(?:文本|字符|数值|数字|日期)型?|不超过\d+(?:个?字|字符).*|(?:须|应)?与营业执照一致|"
    r"未填|空行?|tbd|#(?:n/a|ref!|value!|name\?|div/0!)|同上|[〃″]|特此说明|以[上下](?:数据|信息|内容|企业|均|为|略).*|略|"
    r".{0,6}承诺.*(?:属实|真实|准确).*|其[他它](?:企业|公司|单位)?|等(?:\d+[家户]|企业|公司|单位)?|未列明|其中.{0,8}\d+[家户]"
)
_SIGNATURE = (
    r"(?:(?:填表|填报|制表|审核|复核|审批|经办|编制|联系|负责|统计|报送|打印|导出|生成|下载)"
    r"(?:单位)?(?:负责)?(?:人|员|单位|部门|日期|时间|电话)?(?:签[字名章]|盖章)?|"
    r"(?:单位|企业)?(?:法定代表|负责|法)人(?:签[字名章])?|(?:单位|企业)?(?:公章|盖章|签章|签字)|"
    r".{0,8}(?:审核|推荐|局|厅|委|部门)意见)(?::.*|\(.*\)|(?<=[期间])\d.*)?|年月日"
)
_END = (
    r"(?:以下|此行|此页|本[行页])?(?:空白|无正文|完)|以下(?:无|空)(?:内容|数据)?|(?:转|接|续)下页|(?:承|接)上?前?页|续表|完|end|[\W_]*\(?续\)?|"
    r"(?:第\d+页)?[,/]?(?:共\d+页)?|共\d+页[,/]?第\d+页|page\d+(?:of\d+|/\d+)?|[-—–]+\d+[-—–]+|\d+/\d+"
)
_DAY = r"(?:截[至止]|日期|时间)?:?(?:20|19)\d{2}(?:年|[-/.])\d{1,2}(?:月|[-/.])(?:\d{1,2}日?)?"
_EXAMPLE = (
    r"(?:例如?|示例|样例|样表|范例|举例|填写示例|example|sample)(?:\d*:.*|\d*|(?:企业|公司|单位)(?:名称)?\d*(?:有限公司)?(?:\(.*\))?)|"
    r".*[(【\[](?:填写)?(?:例|示例|样例|范例|举例|example|sample)[)】\]]|"
    r".*(?:请|可)(?:自行)?删除(?:[本此该]行)?[)）]?|"
    r"[(【\[](?:例如?|示例|样例|范例|举例|example|sample):?[)】\]].*|x{2,}|×{2,}|○{2,}|某{1,2}"
)
_PLACEHOLDER = r".*?(?:x{2,}|×{2,}|某{2,}|\*{2,}|○{2,}|□{2,}|△{2,}|_{2,}|\?{2,}).*(?:公司|企业|厂|单位|股份|集团)"
_NUMBERS = r"\(?\d+(?:[.,]\d+)*%?\)?[.,]?|[①-⑳㈠-㈩ⅰ-ⅻ]|[ivx]{1,4}|[一二三四五六七八九十]+、?|第[一二三四五六七八九十\d]+[列栏]|[栏列行]次\d*"
_SYMBOLS = r"[\W_]+"
#: a group of firms: of a place, a batch or a kind, with or without a number before it
_GROUP = (
    r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d{1,2}[、.])?[\u4e00-\u9fff]{2,12}"
    r"(?:区|旗|县|市|省|盟|街道|孵化器|众创空间)"
    r"|.{2,14}[(（](?:共|计)*\d+[家户个](?:企业|单位|公司)?[)）]"
    r"|(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\))[\u4e00-\u9fff]{2,8}(?<!公司)(?<!厂)(?<!院)(?<!所)(?<!社)(?<!中心)(?<!集团)"
    r"|(?:(?:19|20)\d{2}年)?第[一二三四五六七八九十\d]+批.*|(?:(?:19|20)\d{2}年?)?(?:已认定|拟认定|拟申报|已申报|未申报|首次申报|重新认定|复审)(?:企业)?"
    r"|(?:重点|规上|规下|培育|高新技术|科技型中小)企业|[a-e]类企业|[甲乙丙丁]类(?:企业)?"
    r"|(?:[已拟未待](?:入库|出库|入孵|毕业|备案|入驻)|(?:孵化器|众创空间|加速器|园区)?(?:在孵|毕业|入驻))(?:企业|单位)?"
)
#: marks that draw the eye, and the number of a line, before what a row is
_MARKS = re.compile(
    r"^[\W_]*(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）、.])?[\W_]*(?=\w)"
)
_MARKS_BEHIND = re.compile(r"(?<=\w)[】\]*※◆●■★☆~—–_=-]+$")
#: what stands above a column of numbers, where the header is repeated
_NUMBER_HEADS = ("序号", "编号", "no", "no.")
_BRACKETED = r"\([^()]*\)"
_SPACES = re.compile(r"[\s　]+")


class RowKind(Enum):
    """What a row is that is no firm; the value is the sentence that says so."""

    TOTAL = msgid("a firm; this row looks like a total")
    NOTE = msgid("a firm; this row looks like a note")
    SIGNATURE = msgid("a firm; this row says who filled the sheet in")
    END = msgid("a firm; this row marks the end of a page or sheet")
    DAY = msgid("a firm; this row holds a date alone")
    EXAMPLE = msgid("a firm; this row looks like an example")
    NUMBERS = msgid("a firm; this row holds numbers of rows or columns")
    HEAD = msgid("a firm; this row repeats the header")
    GROUP = msgid("a firm; this row looks like the heading of a group of firms")


_KINDS = (
    (_TOTAL, RowKind.TOTAL),
    (_NOTE, RowKind.NOTE),
    (_SIGNATURE, RowKind.SIGNATURE),
    (_END, RowKind.END),
    (_DAY, RowKind.DAY),
    (_EXAMPLE, RowKind.EXAMPLE),
    (_PLACEHOLDER, RowKind.EXAMPLE),
    (_NUMBERS, RowKind.NUMBERS),
    (_BRACKETED, RowKind.NOTE),
    (_SYMBOLS, RowKind.END),
)
#: characters of the traditional script in the words above
_SIMPLIFIED = str.maketrans("計總數額註單對說備區縣產", "计总数额注单对说备区县产")

#: how names of organisations end: of these only such as begin or look like an example are looked at
_FIRM_ENDING = r"(公司|厂|所|院|社|中心|集团|合伙\)|合伙）|部|店|Ltd\.?|Inc\.?|Co\.)\s*$"
_SUSPECT = r"(?i)^\s*[（(【\[]?(例|示例|样例|范例|举例|填写|备?注|附注|说明|数据|资料|来源|example|sample|note)|[xX×＊*某○□△_?？]{2}"
#: other names are looked at that are short, hold a mark, no letter, or some word of the patterns above
_ODD = (
    r"(?i)^.{0,3}$|[^\x{4e00}-\x{9fff}0-9a-z]|^[^\x{4e00}-\x{9fff}a-z]*$|"
    "附|计|总|累|汇|平均|均值|最大|最小|中位|total|sum|average|mean|注|说明|来源|口径|单位|其中|note|remark|source|"
    "同比|环比|占比|比重|比例|增|下降|此行|本行|此表|本表|请|待|截|日期|时间|填|制表|审|复核|经办|编制|联系|负责|"
    "统计|报送|打印|导出|生成|下载|代表|章|签|空白|正文|以下|页|续|完|end|例|样|范|举|example|sample|xx|某|"
    "名称|全称|代码|识别号|编号|序号|[列栏行数量值差]|年|月|共|name|firm|company|code|uscc|no|計|總|註|"
    "[区旗县市省盟器批型略填选空等]|街道|同上|其他|其它|认定|申报|企业|单位|意见|加计|超过|执照|avg|count|max|min|tbd"
)


def non_firm_kind(text: str, heads: Collection[str] = ()) -> RowKind | None:
    """What a row is that stands under this name, if it is no firm; None if it may be one.

    Parameters
    ----------
    text : str
        The cell of the name, as it came.
    heads : collection of str
        What stands above names, each as ``plain_head`` makes it.
    """
    plain = plain_head(text).translate(_SIMPLIFIED)
    unmarked = _MARKS_BEHIND.sub("", plain.lstrip("*★☆※"))
    if heads and {plain, unmarked, re.sub(_BRACKETED, "", plain)} & {*heads, *_NUMBER_HEADS}:
        return RowKind.HEAD
    if heads and "/" in plain and all(part in heads for part in plain.split("/")):
        return RowKind.HEAD
    plain = plain.rstrip(":。.、;,") or plain
    if (kind := _kind(plain)) is not None:
        return kind
    bare = _MARKS_BEHIND.sub("", _MARKS.sub("", plain))
    # without its number a number would be left
    if bare != plain and (kind := _kind(bare)) not in (None, RowKind.NUMBERS):
        return kind
    is_group = any(re.fullmatch(_GROUP, each) for each in (plain.strip("[]【】"), bare))
    return RowKind.GROUP if is_group else None


def _kind(plain: str) -> RowKind | None:
    return next((kind for pattern, kind in _patterns() if plain and pattern.fullmatch(plain)), None)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], RowKind], ...]:
    # a file of firms with codes needs none of them, and compiling them takes 0.03 s
    return tuple((re.compile(pattern), kind) for pattern, kind in _KINDS)


def plain_head(text: str) -> str:
    """A text without case, width and spaces."""
    return _SPACES.sub("", normal(text))


def suspects(names: pa.StringArray) -> Bools:
    """Where a name has to be looked at, shape (n,): the rest plainly are firms or blank."""
    names = pc.fill_null(names, "公司")
    is_odd = pc.invert(pc.match_substring_regex(names, _FIRM_ENDING)).to_numpy(zero_copy_only=False)
    result: Bools = np.zeros(len(names), dtype=np.bool_)
    for rows, pattern in ((is_odd, _ODD), (~is_odd, _SUSPECT)):
        if rows.any():
            some = names if rows.all() else names.filter(pa.array(rows))
            result[rows] = pc.match_substring_regex(some, pattern).to_numpy(zero_copy_only=False)
    return result
