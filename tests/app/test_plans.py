"""The pages of plans, of the year and of the technical field say what they must."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

testing = pytest.importorskip("streamlit.testing.v1")

from tests.app.test_pages import EXACT, ONE_SHORT, html, opened, uploaded  # noqa: E402


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))


def pressed(app: testing.AppTest, label: str) -> testing.AppTest:
    (button,) = [each for each in app.button if each.label == label]
    button.click().run()
    assert not app.exception
    return app


def typed(app: testing.AppTest, lever: str, amount: float, firm: str = ONE_SHORT) -> str:
    app.number_input(key=f"if-more:{firm}:{lever}").set_value(amount).run()
    assert not app.exception
    return html(app)


# --- plan ---------------------------------------------------------------------------------------


def test_a_plan_says_distance_article_date_and_cost() -> None:
    said = html(opened("firm/plan", language="en", firm=ONE_SHORT))
    assert "(staff unchanged): 1 person more, to 12.9 persons" in said
    assert "国科发火〔2016〕32号 第十一条（四）" in said
    assert "Go through the posts and count present staff who meet the rule as S&amp;T staff" in said
    assert "Start by" in said
    assert "CNY 1,350" in said


def test_what_is_lacking_is_of_the_next_batch_by_its_years_and_can_still_be_done() -> None:
    said = html(opened("firm/plan", firm=ONE_SHORT))
    lacking = said.split("what_if")[0]
    year = date.today().year
    # no advice to change a year that is over, and none in parts of a 万元
    assert f"{year - 1}年净资产：增加" not in lacking
    assert not re.search(r"增加 [\d,]*\.\d+ 万元", lacking)
    # nor on costs, which stand at their line and stay there in the years of the next batch
    assert "增加 1 人" in lacking
    assert not re.search(r"研究?开?发费用[^：<]*：增加", lacking)
    captions = [each.value for each in opened("firm/plan", firm=ONE_SHORT).caption]
    assert any("只列还来得及做的事" in each for each in captions)


def test_what_is_typed_is_judged_at_once_beside_what_is_now() -> None:
    app = opened("firm/plan", language="en", firm=ONE_SHORT)
    assert "○ ineligible</span> → <span" in html(app)
    said = typed(app, "st_staff_converted", 1.0)
    assert '○ ineligible</span> → <span class="status met">● eligible' in said
    assert "= 12.9 ÷ 120" in said
    assert said.count('class="changed"') == 1
    assert "○ ineligible" in typed(app, "st_staff_converted", 0.05).split("→ <span")[1]


def test_the_exact_distances_are_put_in_and_taken_back() -> None:
    app = pressed(opened("firm/plan", language="en", firm=ONE_SHORT), "Put in the exact distances")
    assert app.number_input(key=f"if-more:{ONE_SHORT}:st_staff_converted").value == 1
    assert "● eligible" in html(app)
    pressed(app, "Back to the facts")
    assert app.number_input(key=f"if-more:{ONE_SHORT}:st_staff_converted").value is None
    assert 'class="changed"' not in html(app)


def test_a_blank_can_be_tried_from_the_same_page() -> None:
    app = uploaded(
        "name,registered_on,application_date,staff_total\n甲,2015-01-01,2026-05-10,140\n"
    )
    app.switch_page("eligibility/app/firm/plan_page.py")
    app.query_params["firm"] = "row-2"
    app.run()
    assert not app.exception
    assert "undetermined" in html(app)
    app.number_input(key="if-given:row-2:st_staff").set_value(14.0).run()
    assert "= 14 ÷ 140" in html(app)


def test_a_plan_that_cannot_be_is_refused_with_its_reason() -> None:
    app = uploaded(
        "name,registered_on,application_date,staff_total,st_staff,major_violation\n"
        "甲,2015-01-01,2026-05-10,140,14,yes\n"
    )
    app.switch_page("eligibility/app/firm/plan_page.py")
    app.query_params["firm"] = "row-2"
    app.run()
    said = html(app)
    assert "No plan reaches the certificate by" in said
    assert "No major violation" in said
    assert "Fill in first" in said


def test_taxable_income_is_weighed_against_the_cost() -> None:
    app = opened("firm/plan", language="en", firm=ONE_SHORT)
    assert "Income tax saved" not in html(app)
    for place in range(3):
        app.number_input(key=f"plan-income:{place}").set_value(1000.0)
    app.run()
    # 25 % less 15 % of 10 million in each of three years
    assert "Income tax saved CNY 3,000,000, cost of the plan CNY 1,350" in html(app)


def test_another_batch_and_more_points_give_another_plan() -> None:
    app = opened("firm/plan", language="en", firm=EXACT)
    app.selectbox(key="plan-by").set_value(app.selectbox(key="plan-by").options[-2])
    app.run()
    assert not app.exception
    assert app.subheader[0].value.startswith(f"Plan to be ready by {date.today().year + 2}")
    app.number_input(key="plan-score").set_value(100.0).run()
    assert "No plan reaches the certificate" in html(app)


def test_the_ladder_names_what_can_be_got_now() -> None:
    said = html(opened("firm/plan", language="en", firm=EXACT))
    block = said.split("Can be got now</dt>")[1]
    assert block.startswith("<dd>High-tech enterprise</dd>")
    assert "Technology-based SME" in block


def test_without_a_firm_the_page_says_where_to_choose_one() -> None:
    assert opened("firm/plan", language="en").markdown[0].value == "No firm is open yet."


def test_what_a_firm_is_called_stays_text_on_its_plan() -> None:
    app = uploaded('name,registered_on,staff_total,st_staff\n"<b>x</b>",2015-01-01,140,12\n')
    app.switch_page("eligibility/app/firm/plan_page.py")
    app.query_params["firm"] = "row-2"
    app.run()
    assert "&lt;b&gt;x&lt;/b&gt;" in html(app)
    assert "<b>x</b>" not in html(app)


# --- the year -----------------------------------------------------------------------------------


def bars(app: testing.AppTest) -> list[dict[str, Any]]:
    """What the plot draws."""
    (chart,) = app.get("vega_lite_chart")
    held = {data.name: data.data.data for data in chart.proto.datasets}
    drawn = json.loads(chart.proto.spec)["layer"][0]["data"]["name"]
    rows: list[dict[str, Any]] = pa.ipc.open_stream(held[drawn]).read_all().to_pylist()
    return rows


def test_the_year_tells_expected_interval_and_chance_with_its_basis() -> None:
    app = opened("year/year", language="en")
    app.segmented_control(key="chances-by").set_value(False).run()
    said = html(app)
    assert "assumed, no model: eligible 80%" in said
    assert "<dd>71.4<small>not calibrated on your outcomes</small></dd>" in said
    assert "<dd>61–82</dd>" in said
    assert "<dd>99.4%</dd>" in said
    assert "<dd>0<small>each with a chance of 80%" in said


def test_the_plot_holds_the_whole_distribution_and_marks_the_target() -> None:
    app = opened("year/year", language="en")
    # by verdict alone the distribution reaches down below the target
    app.segmented_control(key="chances-by").set_value(False).run()
    drawn = bars(app)
    assert sum(bar["p"] for bar in drawn) == pytest.approx(1, abs=2e-3)
    assert {bar["zone"] for bar in drawn if bar["n"] >= 50} == {"target reached"}
    assert {bar["zone"] for bar in drawn if bar["n"] < 50} == {"below the target"}


def test_the_model_is_asked_where_there_is_one_and_says_what_it_learned_from() -> None:
    assert "learned from 600 invented applications" in html(opened("year/year", language="en"))


def test_without_a_model_the_assumption_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELIGIBILITY_MODELS", str(tmp_path))
    app = opened("year/year", language="en")
    assert "assumed, no model" in html(app)
    assert not app.segmented_control(key="shares-by").disabled
    assert "chances-by" not in [each.key for each in app.segmented_control]


def test_target_days_and_certified_already_move_the_year() -> None:
    app = opened("year/year", language="en")
    app.slider(key="target").set_value(80)
    app.number_input(key="already").set_value(20)
    app.slider(key="days").set_value(0.0).run()
    assert not app.exception
    assert "Chance of at least 80" in html(app)
    assert min(bar["n"] for bar in bars(app)) > 40
    assert "Nothing fits into these days" in app.info[0].value


def test_support_is_explained_and_compared_with_highest_score_first() -> None:
    app = opened("year/year", language="en")
    said = html(app)
    assert "Highest score first" in said
    assert "Less than this choice" in said
    table = app.dataframe[0].value
    assert "差一苒" in table["Firm"].iloc[0]
    assert {"What to do", "Chance now", "Chance then", "Its days would otherwise go to"} <= set(
        table
    )


def test_the_year_names_gaps_courses_deadlines_and_groups() -> None:
    app = opened("year/year", language="en")
    said = html(app)
    assert "Accounts of R&amp;D costs and hi-tech income" in said
    assert ">Innovation score</td>" in said
    assert "Annual report on" in said
    assert "one source" in said
    assert "赛罕区" in said
    app.segmented_control(key="shares-by").set_value("industry").run()
    assert ">软件</td>" in html(app)
    app.segmented_control(key="shares-by").set_value("carrier").run()
    assert "翊起加速器" in html(app)
    assert "not stated" in html(app)


def test_a_file_of_two_years_is_looked_at_year_by_year() -> None:
    app = uploaded(
        "name,registered_on,application_date\n甲,2015-01-01,2025-05-01\n乙,2015-01-01,2026-05-01\n"
    )
    app.switch_page("eligibility/app/year/year_page.py").run()
    assert not app.exception
    assert app.selectbox(key="year").options == ["2026", "2025"]
    app.selectbox(key="year").set_value(2025).run()
    assert not app.exception
    assert "Target: firms certified in 2025" in app.slider(key="target").label


def test_a_year_without_a_target_is_refused_in_a_sentence() -> None:
    app = uploaded("name,registered_on,application_date\n甲,2010-01-01,2018-05-01\n")
    app.switch_page("eligibility/app/year/year_page.py").run()
    assert not app.exception
    assert "No target is set for 2018; the first is for 2021." in html(app)


def test_a_firm_to_support_is_the_one_of_its_row_though_codes_are_blank() -> None:
    head = "name,registered_on,application_date,staff_total,st_staff"
    rows = [f"甲{n},2015-01-01,2026-05-01,140,{n}" for n in range(8, 16)]
    app = uploaded("\n".join([head, "丙,2015-01-01,2025-05-01,140,8", *rows]) + "\n")
    from eligibility.app.firm import plan_results
    from eligibility.city.chances import chances_without_model
    from eligibility.city.settings import load_city
    from eligibility.city.year import YearRequest, city_year
    from eligibility.intake.table import read_table
    from eligibility.schemes.registry import load_scheme
    from eligibility.screening import screen

    scheme, city = load_scheme(), load_city()
    kept = app.session_state["upload"]
    screening = screen(read_table((kept.name, kept.content), scheme.fields), scheme)
    standing = plan_results.state_of_file(screening, 2026, scheme)
    chances = chances_without_model(standing, city)
    made = city_year(standing, chances, YearRequest(city, 2026, date(2026, 1, 1)))
    names = standing.firms.texts("name")
    chosen = [names[made.options.firm[reason.option]] for reason in made.portfolio.reasons]
    assert chosen
    opened_ones = [screening.find(key) for key in plan_results.firm_keys(screening, made)]
    assert [firm.text("name") for firm in opened_ones if firm] == chosen


# --- technical field ----------------------------------------------------------------------------


def test_a_sentence_gives_ranked_fields_with_shared_words_and_exclusions() -> None:
    app = opened("reference/technical_field", language="en")
    app.text_area(key="product").input("工业机器人焊接控制系统")
    pressed(app, "Find")
    said = html(app)
    assert said.index("80402 机器人") < said.index("most alike")
    assert "<mark>" in said
    assert "Excluded by 80402" in said
    assert "Likeness of words, not a finding" in said


def test_a_sentence_that_shares_nothing_says_so_and_is_text() -> None:
    app = opened("reference/technical_field", language="en")
    app.text_area(key="product").input("吃喝")
    pressed(app, "Find")
    assert "No field of the catalogue shares a telling word" in app.info[0].value
    app.text_area(key="product").input("机器人 <script>alert(1)</script>")
    pressed(app, "Find")
    assert "<script>alert" not in html(app)
