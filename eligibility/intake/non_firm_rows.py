"""Rows of a sheet or list that describe nothing of their own: totals, notes, repeated heads, examples.

People keep such rows between and below the ones that count. Taken for a firm or a right, a total doubles
every figure. Only the text by which a row would be known is looked at, and only where no code vouches
for it; a text that merely begins like one of these words is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eligibility.domain.arrays import Bools
from eligibility.domain.text import msgid
from eligibility.intake.cells import normal

_COUNT = r"(?:共?\d+(?:家|户|项|件|个|条|人|行)?(?:企业|单位|公司)?)?"
_TOTAL = (
    r"(?:本?页|本表|全[市区县旗盟]|分|各项|以上)?"
    r"(?:合计|总计|小计|共计|累计|总和|总数|汇总|平均值?|平均数|均值|最大值|最小值|中位数|"
    r"总额|sub-?total|grandtotal|total|sum|average|mean|[∑σ])"
    rf"(?:人?数|金?额)?:?{_COUNT}(?:\([^()]*\))?(?:[/、及和](?:合计|小计|平均值?|平均数))?"
    rf"|共{_COUNT}|{_COUNT}合计"
    # of a district, a park or whatever else stands before it
    r"|[\u4e00-\u9fff]{1,12}(?:合计|小计|总计)(?:数|额)?"
)
_NOTE = (
    r"(?:备?注|附注|说明|填表说明|填报说明|填写说明|数据来源|资料来源|来源|统计口径|口径|(?:金额)?单位|"
    r"其中|notes?|remarks?|source)(?:\d*:.*|\d*)|"
    # what comes of the rows above
    r"(?:同比|环比)?(?:增长|增加|增减|增幅|下降)(?:率|额|数)?(?:\([^()]*\))?|(?:同比|环比|占比|比重|比例)(?:\([^()]*\))?|"
    r"(?:此|本)[行表](?:请勿|不要|勿|不得|一式).*|请勿.*|请(?:在此)?(?:填写|输入)(?:企业|单位|公司)?(?:全称|名称)?|待(?:定|填写?|补充|确认|核实)|(?:数据|信息)?截[至止](?:日期|时间|到)?.*\d{4}年?(?:\d{1,2}月)?[末底]?"
)
_SIGNATURE = (
    r"(?:(?:填表|填报|制表|审核|复核|审批|经办|编制|联系|负责|统计|报送|打印|导出|生成|下载)"
    r"(?:单位)?(?:负责)?(?:人|员|单位|部门|日期|时间|电话)?|"
    r"(?:单位|企业)?(?:法定代表|负责)人|(?:单位|企业)?(?:公章|盖章|签章|签字))(?::.*|\(.*\)|(?<=[期间])\d.*)?"
)
_END = (
    r"(?:以下|此行|此页|本行)?(?:空白|无正文)|以下(?:无|空)(?:内容|数据)?|(?:转|接|续)下页|(?:承|接)上?前?页|续表|完|end|[-=_*.…—–~]+|"
    r"(?:第\d+页)?[,/]?(?:共\d+页)?|共\d+页[,/]?第\d+页|page\d+(?:of\d+|/\d+)?"
)
_DAY = r"(?:截[至止]|日期|时间)?:?(?:20|19)\d{2}(?:年|[-/.])\d{1,2}(?:月|[-/.])(?:\d{1,2}日?)?"
_EXAMPLE = (
    r"(?:例如?|示例|样例|样表|范例|举例|填写示例|example|sample)(?:\d*:.*|\d*|(?:企业|公司|单位)(?:名称)?\d*(?:有限公司)?)|"
    r"\((?:例如?|示例|样例|范例|举例|example|sample):?\).*|x{2,}|×{2,}|○{2,}|某{1,2}"
)
_PLACEHOLDER = r".*?(?:x{2,}|×{2,}|某{2,}|\*{2,}|○{2,}|_{2,}|\?{2,}).*(?:公司|企业|厂|单位)"
_NUMBERS = r"\(?\d+(?:[.,]\d+)*%?\)?[.,]?|[①-⑳㈠-㈩ⅰ-ⅻ]|[一二三四五六七八九十]+、?|第[一二三四五六七八九十\d]+[列栏]|[栏列行]次"
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


#: as text: a file of firms with codes needs none of them, and compiling them takes 0.03 s
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
)

#: how names of organisations end: of these only such as begin or look like an example are looked at
_FIRM_ENDING = r"(公司|厂|所|院|社|中心|集团|合伙\)|合伙）|部|店|Ltd\.?|Inc\.?|Co\.)\s*$"
_SUSPECT = r"(?i)^\s*[（(【\[]?(例|示例|样例|范例|举例|填写|备?注|附注|说明|数据|资料|来源|example|sample|note)|[xX×＊*某○_?？]{2}"
#: other names are looked at that are short, hold a mark, no letter, or some word of the patterns above
_ODD = (
    r"(?i)^.{0,3}$|[^\x{4e00}-\x{9fff}0-9a-z]|^[^\x{4e00}-\x{9fff}a-z]*$|"
    "计|总|累|汇|平均|均值|最大|最小|中位|total|sum|average|mean|注|说明|来源|口径|单位|其中|note|remark|source|"
    "同比|环比|占比|比重|比例|增|下降|此行|本行|此表|本表|请|待|截|日期|时间|填|制表|审|复核|经办|编制|联系|负责|"
    "统计|报送|打印|导出|生成|下载|代表|章|签|空白|正文|以下|页|续|完|end|例|样|范|举|example|sample|xx|某|"
    "名称|代码|识别号|编号|序号|[列栏行]|年|月|共|name|firm|company|code|uscc|no"
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
    plain = plain_head(text)
    if heads and {plain, re.sub(_BRACKETED, "", plain)} & {*heads, *_NUMBER_HEADS}:
        return RowKind.HEAD
    plain = plain.rstrip(":。.、;,") or plain
    if (kind := _kind(plain)) is not None:
        return kind
    bare = _MARKS_BEHIND.sub("", _MARKS.sub("", plain))
    # without its number a number would be left
    return kind if bare != plain and (kind := _kind(bare)) is not RowKind.NUMBERS else None


def _kind(plain: str) -> RowKind | None:
    return next((kind for pattern, kind in _KINDS if plain and re.fullmatch(pattern, plain)), None)


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
