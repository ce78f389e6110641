"""One cell: what its text means, and what is said where it means nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.domain.facts import Field
from eligibility.domain.text import Wording
from eligibility.intake.cells import CellFormat, CellTrouble, parse, titles_to_codes
from eligibility.intake.columns import ColumnReader, to_field_unit
from eligibility.schemes.registry import load_scheme

FIELDS = load_scheme("hnte").fields_by_id
MONEY, COUNT, NUMBER = FIELDS["net_assets_y1"], FIELDS["ip_class1_count"], FIELDS["staff_total"]
SALES, POINTS = FIELDS["sales_revenue_y3"], FIELDS["management_system"]
DAY, ANSWER, RATING = (
    FIELDS["registered_on"], FIELDS["major_violation"], FIELDS["ip_advancement_rating"]
)  # fmt: skip
CATALOGUE = FIELDS["technical_field_code"]
WORDS = Wording(zh="占比", en="share")
SHARE = Field(
    id="share", kind="number", unit="/1", section="", title=WORDS, help=WORDS, source=WORDS,
    stem="share",
    stem_title=Wording(zh="占比", en="share"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "power", "means"),
    [
        ("1314.38", 4, 13_143_800.0),
        ("1,314.38", 4, 13_143_800.0),
        ("１，３１４．３８", 4, 13_143_800.0),
        ("1 314.38", 0, 1314.38),
        ("5000万元", 0, 50_000_000.0),
        ("5000 万元", 4, 50_000_000.0),
        ("1.2亿", 4, 120_000_000.0),
        ("1.2亿元", 0, 120_000_000.0),
        ("300元", 4, 300.0),
        ("￥1,000", 0, 1000.0),
        ("¥1,000.50", 0, 1000.5),
        ("(1,234)", 0, -1234.0),
        ("（1,234）", 4, -12_340_000.0),
        ("-1,234", 0, -1234.0),
        ("－86.4", 4, -864_000.0),
        ("−86.4", 4, -864_000.0),
        ("1.2E+3", 0, 1200.0),
        ("1.2e-3", 4, 12.0),
        ("+5", 0, 5.0),
        (".5", 0, 0.5),
        ("5.", 0, 5.0),
        ("12\u3000", 0, 12.0),
        ("100 10k CNY", 0, 1_000_000.0),
    ],
)
def test_an_amount_is_read_in_whatever_way_it_is_written(
    text: str, power: int, means: float
) -> None:
    assert parse(text, CellFormat(MONEY, power)) == means


@pytest.mark.parametrize(
    "text",
    ["1200/1350", "约三十", "35%", "1,31,4", "(-5)", "(5", "5)", "1e999", "inf", "5美元", "1 2"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(CellTrouble):
        parse(text, CellFormat(MONEY))


@pytest.mark.parametrize("text", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
@pytest.mark.parametrize("field", [MONEY, COUNT, DAY, ANSWER, RATING, CATALOGUE])
def test_an_error_of_the_spreadsheet_is_no_blank(text: str, field: Field) -> None:
    with pytest.raises(CellTrouble, match="could not work"):
        parse(text, CellFormat(field))


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u3000", "-", "—", "——", "N/A", "n/a", "NA", "NULL", "/", "不详", "未知", "nan"],
)
def test_a_blank_is_missing_and_not_zero(text: str) -> None:
    assert all(parse(text, CellFormat(field)) is None for field in FIELDS.values())


def test_none_means_no_or_e_where_it_answers_a_question_and_missing_elsewhere() -> None:
    assert parse("无", CellFormat(ANSWER)) == 0.0
    assert parse("无", CellFormat(RATING)) == 4.0
    assert parse("无", CellFormat(COUNT)) is None
    assert parse("无", CellFormat(POINTS)) is None


@pytest.mark.parametrize(
    "text",
    [
        "2021年3月5日", "2021-3-5", "2021/03/05", "20210305", "2021.3.5", "2021-03-05T00:00:00",
        "2021-03-05 08:30:00", "2021-03-05T08:30:00Z", "44260", "44260.5", "２０２１－３－５",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_form(text: str) -> None:
    assert parse(text, CellFormat(DAY)) == np.datetime64(date(2021, 3, 5))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2021-02-30", "exists"),
        ("2021年13月1日", "exists"),
        ("2021年3月", "with its day"),
        ("2021-03", "with its day"),
        ("2021", "with its day"),
        ("0021-03-05", "from 1900"),
        ("05/03/2021", "a date"),
        ("待定", "a date"),
        ("99999", "a date"),
        ("15000", "a date"),
    ],
)
def test_a_day_is_never_guessed(text: str, says: str) -> None:
    with pytest.raises(CellTrouble) as trouble:
        parse(text, CellFormat(DAY))
    assert says in str(trouble.value.expectation)


@pytest.mark.parametrize("text", ["是", "有", "√", "Y", "yes", "TRUE", "1", "ＹＥＳ"])
def test_yes_is_one(text: str) -> None:
    assert parse(text, CellFormat(ANSWER)) == 1.0


@pytest.mark.parametrize("text", ["否", "无", "×", "N", "no", "FALSE", "0", "没有"])
def test_no_is_zero(text: str) -> None:
    assert parse(text, CellFormat(ANSWER)) == 0.0


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("A", 0),
        ("ｅ", 4),
        ("b", 1),
        ("高", 0),
        ("较高", 1),
        ("一般", 2),
        ("较低", 3),
        ("强", 0),
        ("较弱", 3),
        ("A级", 0),
        ("B档", 1),
        ("A（高）", 0),
        ("较高(B)", 1),
    ],
)
def test_a_rating_is_a_letter_or_its_word(text: str, grade: int) -> None:
    assert parse(text, CellFormat(RATING)) == grade


@pytest.mark.parametrize(
    ("text", "field"),
    [("甲", RATING), ("待核实", ANSWER), ("F", RATING), ("A（较高）", RATING), ("高级", ANSWER)],
)
def test_another_answer_is_refused(text: str, field: Field) -> None:
    with pytest.raises(CellTrouble):
        parse(text, CellFormat(field))


def test_a_technical_field_is_a_code_or_a_title_that_stands_once() -> None:
    titles = titles_to_codes({"10101": "基础软件", "101": "软件", "20101": "甲", "20202": "甲"})
    form = CellFormat(CATALOGUE, catalogue=titles)
    assert parse("10101", form) == 10101.0
    assert parse("10101.0", form) == 10101.0
    assert parse("基础软件", form) == 10101.0
    assert parse("10101 基础软件", form) == 10101.0
    for unclear in ("甲", "别的", "101 基础软件", "1.5"):
        with pytest.raises(CellTrouble):
            parse(unclear, form)


def test_a_share_may_be_written_in_per_cent_and_nothing_else_may() -> None:
    assert parse("35%", CellFormat(SHARE)) == 0.35
    assert parse("0.35", CellFormat(SHARE)) == 0.35
    assert parse("35", CellFormat(SHARE, -2)) == 0.35
    for field in (MONEY, COUNT, NUMBER):
        with pytest.raises(CellTrouble):
            parse("35%", CellFormat(field))


def test_what_is_counted_is_whole_and_may_name_what_it_counts() -> None:
    assert parse("12项", CellFormat(COUNT)) == 12.0
    assert parse("12.0", CellFormat(COUNT)) == 12.0
    assert parse("11.9 人", CellFormat(NUMBER)) == 11.9
    with pytest.raises(CellTrouble, match="whole"):
        parse("1.5", CellFormat(COUNT))


def test_a_figure_outside_its_field_is_refused() -> None:
    assert parse("6", CellFormat(POINTS)) == 6.0
    for text, field in (("7", POINTS), ("-1", POINTS), ("-520.5", SALES)):
        with pytest.raises(CellTrouble):
            parse(text, CellFormat(field))


decimals = st.decimals(min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=4) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=Decimal("-1e14"), max_value=Decimal("1e14")
)
powers = st.sampled_from([0, 3, 4, 6, 7, 8])


@given(decimals, powers)
def test_an_amount_is_the_correctly_rounded_decimal_product(amount: Decimal, power: int) -> None:
    text = f"{amount:f}"
    exact = float(Decimal(text).scaleb(power)) if len(text) < 25 else float(f"{text}e{power}")
    assert parse(text, CellFormat(MONEY, power)) == exact


@given(
    st.lists(st.tuples(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 8)), min_size=1),
    powers,
)
def test_a_whole_column_of_amounts_is_rounded_as_each_of_them(
    parts: list[tuple[int, int]], power: int
) -> None:
    amounts = [Decimal(digits).scaleb(-places) for digits, places in parts]
    figures = np.array([float(amount) for amount in amounts])
    made, sure = to_field_unit(figures, power)
    exact = np.array([float(amount.scaleb(power)) for amount in amounts])
    assert (made[sure] == exact[sure]).all()
    texts = pa.chunked_array([pa.array([f"{amount:f}" for amount in amounts])])
    column = ColumnReader(CellFormat(MONEY, power)).texts(texts)
    assert not column.troubles
    assert (column.values == exact).all()


@given(st.floats(0, 1e7).map(lambda x: round(x, 2)))
def test_amounts_to_the_fen_in_10k_cny_never_need_the_slow_path(amount: float) -> None:
    assert to_field_unit(np.array([amount]), 4)[1].all()


cells = st.sampled_from(
    ["1314.38", "1,314.38", "5000万元", "-", "", "无", "#N/A", "35%", "1e5", "-3", "2.5", "inf", "nan", "+4",
     " 7 ", "007", "1.", ".5", "2021-03-05", "2021/3/5", "44260", "2021-02-30", "0021-01-01", "是", "√", "B",
     "高", "10101", "abc"]
) | st.text(max_size=8)  # fmt: skip


@given(
    st.lists(cells, max_size=20),
    st.sampled_from([MONEY, COUNT, POINTS, DAY, ANSWER, RATING, CATALOGUE]),
)
def test_a_column_says_what_its_cells_say_one_by_one(texts: list[str], field: Field) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    one_by_one = ColumnReader(CellFormat(field, 4 if field is MONEY else 0)).each(texts)
    reader = ColumnReader(CellFormat(field, 4 if field is MONEY else 0))
    for _ in range(2):
        at_once = reader.texts(pa.chunked_array([pa.array(texts, pa.string())]))
        np.testing.assert_array_equal(at_once.values, one_by_one.values)
        assert {k: str(v) for k, v in at_once.troubles.items()} == {
            k: str(v) for k, v in one_by_one.troubles.items()
        }


@pytest.mark.parametrize(
    "text",
    [
        "1500\u3000",
        "\u200b1500",
        "1500\u200b",
        "\ufeff1500",
        "\u202d1500\u202c",
        "'1500",
        '="1500"',
        "1500\xad",
        "1500\u3164",
        "\u28001500",
        "1500\ufe0f",
        "1500\U000e0020",
        "＇1500",
        "1’500",
    ],
)
def test_marks_that_no_reader_sees_do_not_matter(text: str) -> None:
    assert parse(text, CellFormat(SALES, 4)) == 15_000_000.0
    column = ColumnReader(CellFormat(SALES, 4)).texts(pa.chunked_array([pa.array([text])]))
    assert (column.values.tolist(), column.troubles) == ([15_000_000.0], {})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("□是 ☑否", 0.0), ("□是  √否", 0.0), ("是□ 否☑", 0.0), ("☑是 □否", 1.0), ("是■/否□", 1.0),
        ("☑有 □无", 1.0), ("否（2025年）", 0.0), ("未发生", 0.0), ("没有发生", 0.0), ("不存在", 0.0),
        ("[ ]是 [√]否", 0.0), ("(√) 是 ( ) 否", 1.0), ("未发生过", 0.0), ("从未发生过", 0.0), ("无此现象", 0.0), ("无。", 0.0), ("没", 0.0),
        ("无重大违法", 0.0), ("未受到行政处罚", 0.0), ("没有违法行为", 0.0), ("近一年内无违法违规记录", 0.0),
        ("申请前一年内未发生重大安全、重大质量事故或严重环境违法行为", 0.0),
    ],
)  # fmt: skip
def test_an_answer_is_read_as_people_tick_and_write_it(text: str, answer: float) -> None:
    assert parse(text, CellFormat(ANSWER)) == answer


@pytest.mark.parametrize(
    "text",
    [
        "☑是 ☑否",
        "□是 □否",
        "是否",
        "□",
        "是 否",
        "合规",
        "（是）",
        "[ ]是 [ ]否",
        "有重大违法",
        "无环境违法",
        "无安全事故",
        "未受税务处罚",
    ],
)
def test_boxes_that_answer_nothing_or_twice_are_refused(text: str) -> None:
    with pytest.raises(CellTrouble):
        parse(text, CellFormat(ANSWER))


def test_what_denies_one_question_answers_no_other() -> None:
    with pytest.raises(CellTrouble):
        parse("无违法行为", CellFormat(FIELDS["ip_self_developed"]))
    assert parse("没有", CellFormat(FIELDS["ip_self_developed"])) == 0.0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("先进制造与自动化/先进制造工艺与装备/智能装备驱动控制技术", 80403.0),
        ("电子信息/软件/基础软件", 10101.0),
        ("电子信息-软件-基础软件", 10101.0),
        ("电子信息 > 软件 > 基础软件", 10101.0),
        ("一、电子信息（一）软件 1.基础软件", 10101.0),
        ("（一）软件1、基础软件", 10101.0),
        ("一、电子信息", 10.0),
        ("10101 基础软件", 10101.0),
        ("基础软件（10101）", 10101.0),
        ("电子信息 软件 基础软件", 10101.0),
        ("01电子信息/0101软件/010101基础软件", 10101.0),
        ("1.电子信息 > 1.1 软件 > 1.1.1 基础软件", 10101.0),
        ("【电子信息】软件：基础软件", 10101.0),
        ("先进制造和自动化/先进制造工艺及装备/智能装备驱动控制技术", 80403.0),
    ],
)
def test_a_field_is_read_by_the_path_that_the_official_system_shows(text: str, code: float) -> None:
    titles = titles_to_codes(load_scheme("hnte").titles_by_code)
    assert parse(text, CellFormat(CATALOGUE, 0, titles)) == code


@pytest.mark.parametrize(
    "text",
    [
        "软件/电子信息/基础软件",
        "1.1.1",
        "电子信息技术",
        "航空航天/基础软件",
        "基础软件（10102）",
        "/",
    ],
)
def test_a_path_that_leads_nowhere_is_no_code(text: str) -> None:
    titles = titles_to_codes(load_scheme("hnte").titles_by_code)
    if text == "/":
        assert parse(text, CellFormat(CATALOGUE, 0, titles)) is None
        return
    with pytest.raises(CellTrouble):
        parse(text, CellFormat(CATALOGUE, 0, titles))


def test_every_node_of_the_catalogue_is_found_by_its_whole_path() -> None:
    catalogue = load_scheme("hnte").titles_by_code
    titles = titles_to_codes(catalogue)
    for code in catalogue:
        above = sorted((other for other in catalogue if code.startswith(other)), key=len)
        path = "/".join(catalogue[other] for other in above)
        assert parse(path, CellFormat(CATALOGUE, 0, titles)) == float(code)


def test_a_code_that_a_spreadsheet_rounded_or_guarded_is_told_apart() -> None:
    form = CellFormat(FIELDS["uscc"])
    for guarded in ("'91150105XNBU6HUA33", '="91150105XNBU6HUA33"', "91150105XNBU6HUA33\u200b"):
        assert parse(guarded, form) == "91150105XNBU6HUA33"
    with pytest.raises(CellTrouble) as rounded:
        parse("911501053412345000", form)
    assert "rounded it to 15 digits" in str(rounded.value.expectation)
    with pytest.raises(CellTrouble) as letter:
        parse("9115O105XNBU6HUA33", form)
    assert "character 5 is O" in str(letter.value.expectation)


@pytest.mark.parametrize("text", ["1500①", "1500²", "①1500", "1５00⑴", "12₃"])
def test_the_mark_of_a_footnote_is_no_digit(text: str) -> None:
    for field in (MONEY, FIELDS["staff_total"]):
        with pytest.raises(CellTrouble):
            parse(text, CellFormat(field))
