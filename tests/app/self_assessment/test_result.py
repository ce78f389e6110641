"""The result leads to what is missing, and the finder gives its code back."""

from __future__ import annotations

from datetime import date

from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.example import example
from eligibility.schemes.registry import load_scheme
from eligibility.store import Repository
from tests.app.self_assessment.form_pages import FACTS, html, page, press
from tests.firms import base


def test_the_finder_is_reached_from_the_form_and_gives_its_code_back(store: Repository) -> None:
    draft = Draft(facts=dict(FACTS))
    app = page("self_assessment/steps", draft)
    links = [part.proto.label for part in app.get("page_link")]
    assert "Find the code by a sentence about the product →" in links
    app.switch_page("eligibility/app/reference/technical_field_page.py").run()
    app.text_area[0].set_value("分布式数据库管理软件")
    press(app, "Find")
    assert "分布式数据库管理软件" in app.header[0].value
    (first, *_others) = [each for each in app.button if each.label.startswith("Take ")]
    code = first.label.split()[1]
    press(app, first.label)
    assert draft.facts == FACTS | {"technical_field_code": code}
    assert draft.sought[0] == "technical_field_code"
    app.switch_page("eligibility/app/self_assessment/steps_page.py").run()
    assert app.selectbox(key="entry:technical_field_code").value == code
    assert store.drafts.get(draft.code or "")["state"]["facts"]["technical_field_code"] == code


def test_without_a_draft_the_finder_has_nothing_to_fill_in() -> None:
    app = page("reference/technical_field")
    app.text_area[0].set_value("分布式数据库管理软件")
    press(app, "Find")
    assert "most alike" in html(app)
    app.text_area[0].set_value("cow collar")
    press(app, "Find")
    assert "20704" in html(app)
    app.text_area[0].set_value("whatchamacallit")
    press(app, "Find")
    assert "say it in Chinese words" in app.info[0].value
    assert not [each for each in app.button if each.label.startswith("Take ")]


def test_a_plan_without_own_ratings_says_which_to_fill_in_and_leads_there() -> None:
    drafted = example(load_scheme(), date.today())
    assert drafted is not None
    for name in ("ip_advancement_rating", "management_system", "management_talent"):
        drafted.type(name, None)
    app = page("self_assessment/result", drafted)
    app.switch_page("eligibility/app/firm/plan_page.py").run()
    said = html(app)
    assert "these own ratings are blank: Advancement of the technology, own rating" in said
    press(app, "Fill in the ratings: 6. Capacity to innovate →")
    assert drafted.step == "capability"
    assert drafted.sought[0] == "ip_advancement_rating"


def test_what_if_and_coming_batches_leave_to_the_experts_what_only_they_decide() -> None:
    app = page("self_assessment/result", example(load_scheme(), date.today()))
    app.switch_page("eligibility/app/firm/plan_page.py").run()
    assert not app.exception
    verdicts, rows = html(app).split('role="status">')[1].split("</table>")[0].split("<thead")
    assert verdicts.count("for the experts to judge") == 2
    assert "undetermined" not in rows


def test_own_points_are_asked_for_with_their_highest() -> None:
    said = html(page("self_assessment/steps", Draft(facts=dict(FACTS), step="capability")))
    law = load_scheme().edition("e2016")
    for name in ("management_system", "management_institution", "management_incentive"):
        assert f"points, 0 to {law.items[name].max:g}" in said


def test_costs_that_can_be_told_in_three_ways_are_asked_for_once() -> None:
    app = page("self_assessment/steps", Draft(facts=dict(FACTS), step="rd"))
    assert any("in one of three ways" in caption.value for caption in app.caption)


def test_every_own_rating_that_leaves_the_score_open_has_its_way_on_the_result() -> None:
    app = page("self_assessment/result", example(load_scheme(), date.today()))
    ways = [each.label for each in app.button if each.label.startswith("Fill in: ")]
    own = [label for label in ways if "own" in label]
    assert len(own) == 3
    assert len(set(own)) == 3


def test_a_gap_of_the_result_leads_to_the_field_that_closes_it() -> None:
    told = base(staff_total=100, st_staff=8, rd_expense_y3=None)
    facts = {name: str(value) for name, value in told.items() if value is not None}
    app = page("self_assessment/result", Draft(facts=facts | FACTS | {"major_violation": "no"}))
    labels = [button.label for button in app.button]
    assert "Fill in: R&D costs, as counted, 2025 →" in [x.replace("\\", "") for x in labels]
    short = next(each for each in app.button if "S&T staff" in each.label)
    assert short.label.startswith("Go to:")
    short.click().run()
    assert app.title[0].value == "3. Staff"
    assert app.session_state["draft"].sought[0] == "st_staff"


def test_a_condition_that_is_met_whatever_a_blank_is_says_at_least_how_much() -> None:
    told = base(ip_class1_count=1, ip_class2_used_count=None)
    facts = {name: str(value) for name, value in told.items() if value is not None}
    assert "at least 1 " in html(page("self_assessment/result", Draft(facts=facts | FACTS)))
