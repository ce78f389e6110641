"""A firm's own pages: every step asks, keeps, judges and says what is wrong."""

from __future__ import annotations

import re

import pytest

from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.fields import groups
from eligibility.schemes.registry import load_scheme
from tests.app.self_assessment.form_pages import FACTS, STEPS, html, page, press


def test_the_start_says_what_it_needs_how_long_and_who_sees_it() -> None:
    said = html(page("self_assessment/start"))
    for words in (
        "audit reports of the last three years",
        "two minutes",
        "about 15",
        "nobody, until you share",
    ):
        assert words in said


@pytest.mark.parametrize("step", STEPS)
def test_every_step_asks_each_of_its_fields_with_its_source(step: str) -> None:
    said = html(page("self_assessment/steps", Draft(facts=dict(FACTS), step=step)))
    scheme = load_scheme()
    law = scheme.edition("e2016")
    for field in scheme.fields_of(law):
        if field.section == step:
            assert field.stem_title.en.replace("&", "&amp;") in said
            assert field.source.en.replace("&", "&amp;") in said
    assert "Decided 1 / 9" in said


@pytest.mark.parametrize("step", STEPS)
def test_no_group_has_more_than_eight_figures(step: str) -> None:
    scheme = load_scheme()
    law = scheme.edition("e2016")
    held = [field for field in scheme.fields_of(law) if field.section == step]
    parts = list(groups(held))
    assert max(len(figures) for _, figures in parts) <= 8
    assert [field for _, figures in parts for years in figures for field in years] == held


def test_what_cannot_be_read_is_said_beside_its_input_and_kept() -> None:
    app = page("self_assessment/steps", Draft(facts=FACTS | {"sales_revenue@2025": "-5"}))
    said = html(app)
    assert "Sales revenue, 2025: -5; expected: a number of 0 or more" in said
    assert "Cannot be read and counts as blank: Sales revenue, 2025" in said
    assert any("to be corrected" in button.label for button in app.button)
    assert app.text_input(key="entry:sales_revenue@2025").value == "-5"


def test_an_entry_that_cannot_be_read_leaves_only_itself_undecided() -> None:
    blank = {name: text for name, text in FACTS.items() if name != "sales_revenue@2025"}
    app = page("self_assessment/steps", Draft(facts=FACTS | {"sales_revenue@2025": "-5"}))
    without = page("self_assessment/steps", Draft(facts=blank))
    decided = re.compile(r"Decided \d / 9")
    assert decided.findall(html(app)) == decided.findall(html(without)) != []


@pytest.mark.parametrize("name", ["result", "official_form"])
def test_a_page_names_the_entry_that_cannot_be_read_and_leads_to_it(name: str) -> None:
    app = page(f"self_assessment/{name}", Draft(facts=FACTS | {"sales_revenue@2025": "-5"}))
    assert "Cannot be read and counts as blank: Sales revenue, 2025" in html(app)
    assert [each.label for each in app.button if "Correct" in each.label] == ["Correct it →"]


def test_a_result_that_an_entry_stops_names_the_entry_and_leads_to_it() -> None:
    app = page("self_assessment/result", Draft(facts=FACTS | {"application_date": "五月"}))
    said = " ".join(each.value for each in app.markdown)
    assert "Nothing can be decided until this is corrected: Date of application" in said
    assert [each.label for each in app.button if "Correct" in each.label] == ["Correct it →"]


def test_a_step_with_an_entry_that_cannot_be_read_is_not_complete_and_the_others_go_on() -> None:
    app = page(
        "self_assessment/steps",
        Draft(facts=FACTS | {"sales_revenue@2025": "-5", "staff_total@2025": "9"}),
    )
    labels = [button.label for button in app.button]
    assert "△ 1. Main facts · to be corrected" in labels
    assert "◐ 3. Staff · 1 open" in labels
    press(app, "Next →")
    assert "counts as blank: Sales revenue, 2025" in html(app)


def test_while_an_entry_stops_everything_no_step_is_said_to_be_complete() -> None:
    app = page(
        "self_assessment/steps",
        Draft(facts=FACTS | {"application_date": "五月", "staff_total@2025": "9"}),
    )
    labels = [button.label for button in app.button]
    assert "◐ 3. Staff · begun" in labels
    assert "○ 2. Intellectual property · not filled in" in labels
    assert not any("complete" in label for label in labels)
    press(app, "Next →")
    assert "until this is corrected: Date of application" in html(app)
    press(app, "Correct it →")
    assert app.title[0].value == "1. Main facts"


def test_years_are_calendar_years_and_one_before_registration_is_closed() -> None:
    app = page("self_assessment/steps", Draft(facts=FACTS | {"registered_on": "2024-02-01"}))
    labels = [app.text_input(key=f"entry:sales_revenue@{year}").label for year in (2024, 2025)]
    assert labels == [f"Sales revenue, {year} (CNY 10,000)" for year in (2024, 2025)]
    closed = [each for each in app.text_input if each.value == "not registered yet"]
    assert [each.label for each in closed] == [
        f"{title}, 2023 (CNY 10,000)" for title in ("Sales revenue", "Net assets")
    ]
    assert all(each.disabled for each in closed)


def test_a_day_that_a_list_gives_is_shown_as_that_day() -> None:
    rights = [{"name": "甲", "class": "软著", "granted_on": "2024-03-05", "status": "有效",
               "owner": "本企业", "acquired": "自主研发", "used": "否"}]  # fmt: skip
    app = page("self_assessment/steps", Draft(facts=dict(FACTS), step="ip", lists={"ip": rights}))
    (earliest,) = [each for each in app.text_input if each.label.startswith("Day the earliest")]
    assert earliest.value == "2024-03-05 (from the list)"


def test_blank_amounts_become_zero_only_when_asked() -> None:
    draft = Draft(facts=dict(FACTS), step="rd")
    draft.put("activity", [{"name": "RD01", "year": "2025", "rd_direct": "10"}])
    app = page("self_assessment/steps", draft)
    assert "enter 0 where there was none" in html(app)
    press(app, "Enter 0 into every blank amount")
    assert "1 of 1 rows count." in html(app)
    assert draft.lists["activity"][0]["rd_direct"] == "10"


def test_a_wrong_credit_code_is_named_by_its_character_and_stops_nothing() -> None:
    draft = Draft(facts=FACTS | {"uscc": "91150105MA0Q3X7T1X"})
    app = page("self_assessment/steps", draft)
    said = html(app)
    assert "it is X, after the 17 before it it would be U" in said
    assert "It changes no verdict: you can go on." in said
    assert "Decided 1 / 9" in said
    assert draft.facts["uscc"] == "91150105MA0Q3X7T1X"


def test_figures_that_do_not_fit_are_said_where_they_are_typed_with_their_years() -> None:
    costs = {f"rd_expense@{year}": "500" for year in (2023, 2024, 2025)}
    facts = FACTS | costs | {f"sales_revenue@{year}": "400" for year in (2023, 2024, 2025)}
    said = html(page("self_assessment/steps", Draft(facts=facts, step="rd"), "zh"))
    assert "2023年研发费用（500万元）大于2023年销售收入（400万元）" in said
    stems = {field.stem for field in load_scheme().fields if field.stem.startswith("rd_")}
    parts = {f"{stem}@2025": "0" for stem in stems if "expense" not in stem}
    both = {"rd_expense@2025": "500", **parts, "rd_personnel@2025": "300"}
    said = html(page("self_assessment/steps", Draft(facts=FACTS | both, step="rd"), "zh"))
    assert "以明细核算结果为准" in said


def test_amounts_typed_in_yuan_are_put_into_the_unit_of_the_form_by_one_button() -> None:
    years = ("2023", "2024", "2025")
    sales = {f"sales_revenue@{year}": "1000" for year in years}
    costs = {f"rd_expense@{year}": "800000" for year in years}
    app = page("self_assessment/steps", Draft(facts={**FACTS, **sales, **costs}, step="rd"))
    (button,) = (each for each in app.button if "divide by 10,000" in each.label)
    button.click().run()
    assert not app.exception
    kept = app.session_state["draft"].facts
    assert {kept[f"rd_expense@{year}"] for year in years} == {"80"}
    assert {kept[f"sales_revenue@{year}"] for year in years} == {"1000"}
    assert "out of all scale" not in html(app)


def test_a_year_that_goes_with_either_of_two_figures_out_of_scale_has_both_buttons() -> None:
    sales = {"sales_revenue@2023": "806339", "sales_revenue@2024": "1822.5"}
    facts = FACTS | sales | {"sales_revenue@2025": "370616"}
    app = page("self_assessment/steps", Draft(facts=facts, step="main"))
    assert not app.exception
    found = sorted(each.label for each in app.button if "10,000" in each.label)
    ends = [label.partition(": ")[2] for label in found]
    assert sorted(ends) == ["divide by 10,000", "multiply by 10,000"]
    # each says of which years it speaks, where it is not of all
    assert not any(label.startswith("Sales revenue was") for label in found)
    assert all(label.startswith("Sales revenue, 202") for label in found)


def test_what_is_typed_in_an_odd_form_is_echoed_as_it_was_read() -> None:
    facts = FACTS | {"registered_on": "43536", "sales_revenue@2025": "27900000元"}
    said = html(page("self_assessment/steps", Draft(facts=facts), "zh"))
    assert "43536 → 2019-03-12" in said
    assert "27900000元 → 2,790 万元" in said


def test_the_rest_of_a_group_is_zero_at_a_click() -> None:
    draft = Draft(facts=FACTS | {"rd_personnel@2025": "170"}, step="rd")
    app = page("self_assessment/steps", draft)
    app.button(key="rest:rd_personnel").click().run()
    assert draft.facts["rd_other@2023"] == "0"
    assert draft.facts["rd_personnel@2025"] == "170"
    assert "rd_outsourced_domestic@2025" not in draft.facts


def test_the_section_of_2008_appears_for_its_time_only() -> None:
    now = [
        button.label for button in page("self_assessment/steps", Draft(facts=dict(FACTS))).button
    ]
    assert not any("2008" in label for label in now)
    then = page("self_assessment/steps", Draft(facts=FACTS | {"application_date": "2014-06-30"}))
    assert any("Only under the 2008 rules" in button.label for button in then.button)


def test_a_date_no_edition_covers_is_refused_by_name_and_can_be_left() -> None:
    app = page("self_assessment/steps", Draft(facts=FACTS | {"application_date": "2005-06-30"}))
    assert "covers 2005-06-30" in html(app)
    press(app, "Start again with today's date")
    assert "Decided 1 / 9" in html(app)


def test_an_amount_so_large_that_yuan_may_be_meant_is_asked_about_and_not_changed() -> None:
    facts = FACTS | {"sales_revenue@2024": "3860000元", "sales_revenue@2025": "3860000"}
    said = html(page("self_assessment/steps", Draft(facts=facts)))
    assert "Sales revenue, 2025: 3860000; taken as 386 × CNY 100m" in said
    assert "Sales revenue, 2024: 3860000" not in said
    draft = Draft(facts=dict(FACTS), step="rd")
    draft.put("activity", [{"name": "RD01", "year": "2025", "rd_direct": "800000"}])
    assert "Direct inputs, 2025: taken as 80 × CNY 100m" in html(
        page("self_assessment/steps", draft)
    )


def test_rights_are_said_to_be_unused_only_when_asked() -> None:
    draft = Draft(facts=dict(FACTS), step="ip")
    right = {
        "name": "甲", "class": "软著", "granted_on": "2024-01-01", "status": "有效", "owner": "本企业",
    }  # fmt: skip
    draft.put("ip", [right, right | {"used": "yes"}])
    app = page("self_assessment/steps", draft)
    assert "0 of 2 rows count." in html(app)
    press(app, "Never certified: enter no into every blank of “Used before”")
    assert "1 of 2 rows count." in html(app)
    assert [row["used"] for row in draft.lists["ip"]] == ["no", "yes"]
