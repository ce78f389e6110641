"""Every page says what it must: content, not only absence of errors."""

from __future__ import annotations

import io
from hashlib import blake2b
from pathlib import Path

import pytest
import xlsxwriter

testing = pytest.importorskip("streamlit.testing.v1")

from eligibility.app.session import UPLOAD, Upload  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
NASTY = "**x** <script>alert(1)</script> [a](http://b) =1+1"
#: the first firm of the sample: it stands exactly on every line
EXACT = "91150105XNBU6HUA33"
#: the second: 11.9 S&T people of 120
ONE_SHORT = "91150105XNRCN5XE87"


def opened(
    page: str = "screening/screening", language: str = "zh", **query: str
) -> testing.AppTest:
    """A page as it is drawn."""
    app = testing.AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state["lang"] = language
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "screening/screening":
        app.switch_page(f"eligibility/app/{page}_page.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception
    return app


def uploaded(text: str | bytes, language: str = "en") -> testing.AppTest:
    """The first page after a file was uploaded."""
    content = text.encode() if isinstance(text, str) else text
    app = opened(language=language)
    app.session_state[UPLOAD] = Upload("firms", content, blake2b(content).hexdigest())
    app.run()
    assert not app.exception
    return app


def workbook(*sheets: tuple[str, list[list[str]]]) -> bytes:
    """A workbook of texts."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    for name, lines in sheets:
        sheet = book.add_worksheet(name)
        for row, line in enumerate(lines):
            sheet.write_row(row, 0, line)
    book.close()
    return held.getvalue()


def opened_firm(text: str, key: str = "row-2") -> str:
    """What is said of a firm of an uploaded file."""
    app = uploaded(text)
    app.switch_page("eligibility/app/firm/firm_page.py")
    app.query_params["firm"] = key
    app.run()
    assert not app.exception
    return html(app)


def html(app: testing.AppTest) -> str:
    """Everything drawn as HTML."""
    return "\n".join(part.proto.body for part in app.get("html"))


def test_the_first_page_opens_on_the_sample_and_its_counts_add_up() -> None:
    said = html(opened())
    assert "示例数据" in said
    assert "共读取 200 行 = 已评估 200 行 + 退回 0 行" in said
    assert "待补充" in said


def test_the_table_names_firm_verdict_interval_and_first_gap() -> None:
    table = opened(language="en").dataframe[0].value
    row = table[table["uscc"] == ONE_SHORT].iloc[0]
    assert row["verdict"] == "○ ineligible"
    assert (row["low"], row["high"]) == (82, 96)
    assert "9.9%" in row["gap"]


def test_filters_and_order_choose_the_rows() -> None:
    app = opened(language="en")
    app.text_input(key="search").input(ONE_SHORT).run()
    assert list(app.dataframe[0].value["uscc"]) == [ONE_SHORT]
    app.text_input(key="search").input("nobody").run()
    assert "No firm fits this choice" in app.info[0].value


def test_a_rejected_row_is_shown_with_its_sentence() -> None:
    app = uploaded("name,registered_on,staff_total\n甲,2015-01-01,140\n乙,2016-02-02,abc\n")
    assert "2 rows read = 1 scored + 1 rejected" in html(app)
    row = app.dataframe[0].value.iloc[0]
    assert list(row) == [3, "乙", "staff_total", "abc", "a number, such as 12.5"]


def test_the_unit_of_money_is_asked_only_where_no_header_says_it() -> None:
    unsaid = uploaded("企业名称,第三年销售收入\n甲,500\n")
    assert "In which unit are these amounts? 第三年销售收入" in html(unsaid)
    assert not unsaid.dataframe
    said = uploaded("企业名称,第三年销售收入（万元）\n甲,500\n")
    assert "In which unit" not in html(said)


def test_an_unusable_file_is_refused_in_one_sentence() -> None:
    app = uploaded("nothing,known\n1,2\n")
    assert "no column is recognised" in html(app)


def test_a_firm_shows_citation_interval_formula_and_distance() -> None:
    said = html(opened("firm/firm", firm=ONE_SHORT))
    assert "国科发火〔2016〕32号 第十一条（四）" in said
    assert "= 11.9 ÷ 120" in said
    assert "还差 1 人" in said
    assert "82–96 分，满分 100 分；须高于 70 分" in said
    assert "9 项条件中 1 项未满足：科技人员占比" in said


def test_a_firm_on_every_line_is_met_exactly() -> None:
    said = html(opened("firm/firm", firm=EXACT))
    assert said.count("恰好达到") == 4
    assert "单一来源" in said or "未核对" in said or "采用：" in said


def test_another_reading_is_named_with_its_question() -> None:
    said = html(opened("firm/firm", language="en", firm=EXACT))
    assert "Of which total may other costs be 20 %?" in said
    assert "Taken: Internal R&amp;D costs, as in tax form A107041" in said


def test_an_unknown_firm_says_what_to_do() -> None:
    app = opened("firm/firm", language="en", firm="nobody")
    assert "upload the file again" in app.markdown[0].value


def test_what_a_firm_typed_is_text_and_nothing_else() -> None:
    app = uploaded(f'name,registered_on,staff_total,st_staff\n"{NASTY}",2015-01-01,140,12\n')
    assert app.dataframe[0].value["name"][0] == NASTY
    app.switch_page("eligibility/app/firm/firm_page.py")
    app.query_params["firm"] = "row-2"
    app.run()
    assert "**x** &lt;script&gt;alert(1)&lt;/script&gt; [a](http://b) =1+1" in html(app)
    assert "<script>alert" not in html(app)


def test_a_firm_of_two_years_keeps_its_two_results_apart() -> None:
    head = "uscc,name,registered_on,application_date\n"
    app = uploaded(f"{head}{EXACT},甲,2015-01-01,2025-05-01\n{EXACT},甲,2015-01-01,2026-05-01\n")
    app.switch_page("eligibility/app/firm/firm_page.py")
    app.query_params["firm"] = "row-3"
    app.run()
    assert "Applying on 2026-05-01" in html(app)


def test_the_rules_show_every_condition_number_and_reading() -> None:
    from eligibility.schemes.registry import load_scheme

    said = html(opened("reference/rules"))
    law = load_scheme().edition("e2016")
    for condition in law.conditions:
        assert condition.rule.zh.replace("&", "&amp;") in said
    for question in law.interpretations.values():
        assert question.question.zh in said
    assert "单一来源" in said
    assert "未核对" in said


def test_a_common_date_before_the_rules_is_refused_in_a_sentence() -> None:
    app = opened(language="en")
    app.date_input(key="day").set_value("2005-06-30").run()
    assert not app.exception
    assert "covers 2005-06-30; the earliest rules held are" in html(app)


def test_a_row_before_the_rules_is_rejected_with_its_reason() -> None:
    app = uploaded("name,application_date\n甲,2005-06-30\n乙,2026-05-10\n")
    assert "2 rows read = 1 scored + 1 rejected" in html(app)
    assert "a date that the rules held here cover" in app.dataframe[0].value.iloc[0].iloc[4]


def test_a_workbook_opens_on_its_sheet_of_firms_and_another_can_be_chosen() -> None:
    firms = [["企业名称", "职工总数"], ["甲", "140"]]
    app = uploaded(
        workbook(("封面", [["高企培育库"]]), ("企业", firms), ("备份", [*firms, ["乙", "9"]]))
    )
    (key,) = [box.key for box in app.selectbox if str(box.key).startswith("sheet:")]
    assert app.selectbox(key=key).value == "企业"
    assert "1 rows read" in html(app)
    app.selectbox(key=key).set_value("备份").run()
    assert "2 rows read" in html(app)
    app.selectbox(key=key).set_value("封面").run()
    assert "its sheets are 封面, 企业, 备份" in html(app)
    assert app.selectbox(key=key).value == "封面"


def test_a_reading_that_needs_categories_is_not_said_to_leave_the_result() -> None:
    costs = ",".join(f"rd_expense_y{year},rd_expense_domestic_y{year}" for year in (1, 2, 3))
    head = f"name,registered_on,application_date,{costs}"
    row = "甲,2015-01-01,2026-05-10,100,80,100,80,100,80"
    untried = "It cannot be tried on totals; enter the R&amp;D categories."
    # each reading of costs, wherever it could turn a condition
    assert opened_firm(f"{head}\n{row}\n").count(untried) == 5
    given = opened_firm(f"{head},rd_other_y2,rd_outsourced_domestic_y3\n{row},5,5\n")
    assert untried not in given
    assert "The result stays." in given


def test_a_catalogue_that_is_not_held_is_the_reason_given() -> None:
    said = opened_firm(
        "name,registered_on,application_date,technical_field_code\n甲,2005-01-01,2014-06-30,10101\n"
    )
    far = (
        'cell far undetermined">The product is in the catalogue of 2008 (not held by this program)'
    )
    assert far in said


def test_a_code_above_the_lowest_level_asks_for_one_below_it() -> None:
    said = opened_firm(
        "name,registered_on,application_date,technical_field_code\n甲,2015-01-01,2026-05-10,101\n"
    )
    assert "choose a code at the lowest level: 10101 基础软件; 10102 嵌入式软件; " in said
    assert "10105" in said
    assert "10106" not in said
    assert "and 7 more" in said
