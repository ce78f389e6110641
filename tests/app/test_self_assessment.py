"""A firm's own pages: every step asks, keeps, judges and says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

testing = pytest.importorskip("streamlit.testing.v1")

from streamlit.runtime.context import ContextProxy  # noqa: E402

from eligibility.app import cache, translation  # noqa: E402
from eligibility.app.self_assessment.draft import Draft, from_state  # noqa: E402
from eligibility.app.self_assessment.example import example  # noqa: E402
from eligibility.app.self_assessment.fields import Sheet, groups  # noqa: E402
from eligibility.app.self_assessment.lists import EXPLAINED, columns  # noqa: E402
from eligibility.domain.errors import Conflict, NotFound  # noqa: E402
from eligibility.i18n import language_named  # noqa: E402
from eligibility.intake.draft_reader import read_draft  # noqa: E402
from eligibility.intake.lists import without_titles  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.store import VISITOR, Repository, Role, System, Visitor, close_stores  # noqa: E402
from eligibility.store.drafts import MOST_NEW, MOST_ROWS  # noqa: E402
from tests import empty_store  # noqa: E402
from tests.firms import base  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("main", "ip", "staff", "rd", "products", "capability")
FACTS = {"name": "甲", "registered_on": "2015-01-01", "application_date": "2026-05-20"}
NASTY = "**x** <script>alert(1)</script> [a](http://b) =1+1"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The store of the app, empty."""
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    empty_store.put(tmp_path)
    close_stores()
    yield Repository(cache.engine(), VISITOR)
    close_stores()


def page(name: str, draft: Draft | None = None, language: str = "en") -> testing.AppTest:
    """A page with a draft open."""
    app = testing.AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state["lang"] = language
    if draft is not None:
        app.session_state["draft"] = draft
    app.run()
    app.switch_page(f"eligibility/app/{name}_page.py").run()
    assert not app.exception
    return app


def html(app: testing.AppTest) -> str:
    """Everything drawn as HTML."""
    return "\n".join(part.proto.body for part in app.get("html"))


def press(app: testing.AppTest, label: str) -> testing.AppTest:
    """The page after a button."""
    (button,) = [each for each in app.button if each.label == label]
    button.click().run()
    assert not app.exception
    return app


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


#: a firm too small in the score for certification, which the measures of 115号 take all the same
SMALL = FACTS | {
    "staff_total@2025": "20",
    "st_staff@2025": "6",
    "sales_revenue@2025": "500",
    "rd_super_deduction@2025": "60",
    "ip_class1_count": "0",
    "ip_class2_count": "4",
}
FIT = {
    "mainland_resident": "yes",
    "total_assets@2025": "800",
    "restricted_products": "no",
    "serious_violation": "no",
    "on_dishonesty_list": "no",
    "audit_collection": "yes",
    "excluded_industry": "no",
}


@pytest.mark.parametrize(
    ("step", "asked"),
    [
        ("main", [*(FIT.keys() - {"total_assets@2025"}), "total_assets_y3"]),
        ("rd", ["costs_total_y3"]),
        (
            "capability",
            ["hightech_certificate", "national_award", "rd_institution", "standard_led"],
        ),
    ],
)
def test_what_only_the_lower_rung_asks_stands_apart_and_says_so(
    step: str, asked: list[str]
) -> None:
    app = page("self_assessment/steps", Draft(facts=dict(FACTS), step=step))
    said = html(app)
    easy = load_scheme("tech_sme")
    for name in asked:
        assert easy.fields_by_id[name].stem_title.en.replace("&", "&amp;") in said
    assert "Only for: Technology-based SME" in [block.label for block in app.expander]
    # and none of it leaves anything of the certification open
    assert "Decided 1 / 9" in said
    assert ("Needed for: Technology-based SME" in said) == (step == "rd")


def test_a_firm_that_fits_the_lower_rung_leaves_with_that_and_its_articles() -> None:
    said = html(page("self_assessment/result", Draft(facts=SMALL | FIT)))
    assert "can register as Technology-based SME now: all 11 conditions are met, 94 of 100" in said
    assert "国科发政〔2017〕115号 第六条（二）" in said
    short = html(page("self_assessment/result", Draft(facts=SMALL | FIT | {"st_staff@2025": "1"})))
    assert "can register as" not in short
    assert "Points for S&amp;T staff" in short.split("Can be got now")[1]


def test_the_other_track_is_asked_only_when_the_firm_wants_it_and_is_kept_with_the_draft(
    store: Repository,
) -> None:
    own = "Operating revenue, audit report"
    draft = Draft(facts=dict(FACTS), step="main")
    app = page("self_assessment/steps", draft)
    assert own not in html(app)
    (switch,) = [each for each in app.toggle if "Innovative SME" in each.label]
    assert not switch.value
    switch.set_value(True).run()
    assert own in html(app)
    assert draft.tracks == ["specialisation"]
    draft.save(store)
    assert from_state(store, draft.key or "").tracks == ["specialisation"]
    # once something of it is entered the switch stays on
    begun = Draft(facts=FACTS | {"main_revenue@2025": "100"}, step="main")
    app = page("self_assessment/steps", begun)
    (switch,) = [each for each in app.toggle if "Innovative SME" in each.label]
    assert (switch.value, switch.disabled) == (True, True)


def test_the_result_shows_both_tracks_and_how_well_each_text_is_known() -> None:
    app = page("self_assessment/result", Draft(facts=SMALL | FIT))
    assert "Nothing that this track alone asks for is entered." in [
        each.value for each in app.caption
    ]
    other = SMALL | FIT | {
        "hightech_certificate": "yes", "independent_legal_person": "yes", "sme_by_standard": "yes",
        "incident_three_years": "no", "specialised_title": "yes", "specialised_title_until": "2028-09-30",
    }  # fmt: skip
    said = html(page("self_assessment/result", Draft(facts=other)))
    assert "can register as Innovative SME now" in said
    assert "until 2028-09-30" in said
    assert "one source, not borne out" in said


def test_a_blank_of_the_lower_rung_leads_to_its_input() -> None:
    draft = Draft(facts=SMALL | FIT | {"mainland_resident": ""})
    del draft.facts["mainland_resident"]
    app = page("self_assessment/result", draft)
    assert "can register as" not in html(app)
    press(app, "Fill in: A resident enterprise registered in mainland China →")
    assert (draft.step, draft.sought[0]) == ("main", "mainland_resident")
    app.button_group(key="entry:mainland_resident").set_value("yes").run()
    assert draft.facts["mainland_resident"] == "yes"


def test_what_cannot_be_read_of_the_lower_rung_is_left_blank_there_and_stops_nothing() -> None:
    draft = Draft(facts=SMALL | FIT | {"total_assets@2025": "-1"}, step="main")
    said = html(page("self_assessment/steps", draft))
    assert (
        "Total assets at the latest year end: -1; expected: a number of 0 or more; left blank"
        in said
    )
    assert "until this is corrected" not in said
    app = page("self_assessment/result", draft)
    assert "can register as" not in html(app)
    press(app, "Fill in: Total assets at the latest year end →")
    assert (draft.step, draft.sought[0]) == ("main", "total_assets_y3")


def test_before_the_day_that_the_lower_rung_covers_what_was_typed_for_it_stops_nothing() -> None:
    facts = FACTS | {"total_assets@2015": "-1", "application_date": "2016-08-01"}
    app = page("self_assessment/steps", Draft(facts=facts, step="rd"))
    assert not app.exception
    assert "until this is corrected" not in html(app)


@pytest.mark.parametrize("kind", [*load_scheme().lists])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_titles_shown_over_a_list_are_known_for_titles(
    monkeypatch: pytest.MonkeyPatch, kind: str, language: str
) -> None:
    monkeypatch.setattr(translation, "language", lambda: language_named(language))
    found = read_draft({}, load_scheme(), date(2026, 6, 15))
    sheet = Sheet(load_scheme(), Draft(), found)
    titles = {name: column["label"] for name, column in columns(kind, sheet).items()}
    assert without_titles(load_scheme().lists[kind], [titles]) == ([], 1)


def test_a_header_pasted_from_excel_is_left_out_of_the_list_and_said() -> None:
    app = page("self_assessment/steps", Draft(facts=dict(FACTS), step="ip"))
    draft = app.session_state["draft"]
    header = {"name": "知识产权名称", "class": "类别", "granted_on": "授权日期"}
    right = {"name": "一种方法", "class": "发明专利"}
    draft.edit("ip", {"edited_rows": {0: header, 1: right}})
    assert draft.lists["ip"] == [right]
    assert draft.lists["ip"] == [right]
    # as the table shown has it, until the step is opened anew
    assert draft.left_out["ip"] == 1
    draft.turn("ip")
    assert (draft.left_out["ip"], draft.list_baseline["ip"]) == (0, [right])


@pytest.mark.parametrize("step", STEPS)
def test_no_group_has_more_than_eight_figures(step: str) -> None:
    scheme = load_scheme()
    law = scheme.edition("e2016")
    held = [field for field in scheme.fields_of(law) if field.section == step]
    parts = list(groups(held))
    assert max(len(figures) for _, figures in parts) <= 8
    assert [field for _, figures in parts for years in figures for field in years] == held


def test_an_empty_draft_is_not_stored_and_the_first_entry_gives_a_code(store: Repository) -> None:
    app = page("self_assessment/steps", Draft())
    draft = app.session_state["draft"]
    assert draft.key is None
    app.text_input(key="entry:name").set_value("甲").run()
    assert draft.code is not None
    assert store.drafts.get(draft.code)["state"]["facts"] == {"name": "甲"}
    assert app.code[0].value == draft.code


def test_every_change_is_stored_and_back_loses_nothing(store: Repository) -> None:
    app = page("self_assessment/steps", Draft(facts=dict(FACTS)))
    app.text_input(key="entry:sales_revenue@2025").set_value("1,234.5").run()
    press(app, "Next →")
    app.text_input(key="entry:ip_class1_count").set_value("two").run()
    press(app, "← Back")
    assert app.text_input(key="entry:sales_revenue@2025").value == "1,234.5"
    draft = app.session_state["draft"]
    kept = from_state(store, draft.code)
    assert kept.facts["ip_class1_count"] == "two"
    assert kept.facts["sales_revenue@2025"] == "1,234.5"
    assert kept.step == "main"


def test_what_cannot_be_read_is_said_beside_its_input_and_kept() -> None:
    app = page("self_assessment/steps", Draft(facts=FACTS | {"sales_revenue@2025": "-5"}))
    assert "Sales revenue, 2025: -5; expected: a number of 0 or more" in html(app)
    assert "Nothing can be decided" in html(app)
    assert any("to be corrected" in button.label for button in app.button)
    assert app.text_input(key="entry:sales_revenue@2025").value == "-5"


def test_while_an_entry_cannot_be_read_no_step_is_said_to_be_complete() -> None:
    app = page(
        "self_assessment/steps",
        Draft(facts=FACTS | {"sales_revenue@2025": "-5", "staff_total@2025": "9"}),
    )
    labels = [button.label for button in app.button]
    assert "◐ 3. Staff · begun" in labels
    assert "○ 2. Intellectual property · not filled in" in labels
    assert not any("complete" in label for label in labels)
    press(app, "Next →")
    assert "until this is corrected: Sales revenue, 2025" in html(app)
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


def test_a_list_stands_in_for_the_count_and_names_the_row_that_does_not_count() -> None:
    right = {
        "name": NASTY, "class": "I", "granted_on": "2024-01-01", "status": "pending",
        "owner": "own", "acquired": "own",
    }  # fmt: skip
    draft = Draft(facts=FACTS | {"ip_class1_count": "7"}, step="ip")
    draft.put("ip", [right, right | {"status": "granted"}])
    app = page("self_assessment/steps", draft)
    said = html(app)
    assert "1 of 2 rows count." in said
    assert "It stands in for what is typed: Class I rights." in said
    assert "not granted yet" in said
    assert "**x** &lt;script&gt;" in said
    assert "1 (from the list)" in [each.value for each in app.text_input]
    assert draft.facts["ip_class1_count"] == "7"


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


def test_changes_of_a_table_are_taken_as_its_cells_rows_added_and_rows_deleted() -> None:
    draft = Draft()
    draft.put("conversion", [{"result": "a"}, {"result": "b"}, {"result": "c"}])
    changes = {
        "edited_rows": {0: {"year": "2024"}, 2: {"result": None}},
        "deleted_rows": [1],
        "added_rows": [{"result": "d"}, {}],
    }
    for _ in range(2):
        draft.edit("conversion", changes)
        assert draft.lists["conversion"] == [{"result": "a", "year": "2024"}, {"result": "d"}]


def test_a_draft_changed_elsewhere_is_a_conflict_with_two_ways_out(store: Repository) -> None:
    draft = Draft(facts=dict(FACTS))
    draft.type("name", "乙")
    draft.save(store)
    other = from_state(store, draft.code or "")
    other.type("district", "赛罕区")
    other.save(store)
    app = page("self_assessment/steps", draft)
    app.text_input(key="entry:industry").set_value("软件").run()
    assert store.drafts.get(other.key)["state"]["facts"]["district"] == "赛罕区"
    press(app, "Keep what is typed here")
    assert store.drafts.get(other.key)["state"]["facts"]["industry"] == "软件"
    other.type("district", "新城区")
    with pytest.raises(Conflict):
        other.save(store)


def test_taking_what_is_stored_drops_what_is_typed(store: Repository) -> None:
    draft = Draft()
    draft.type("name", "乙")
    draft.save(store)
    other = from_state(store, draft.code or "")
    other.type("name", "丙")
    other.save(store)
    app = page("self_assessment/steps", draft)
    app.text_input(key="entry:industry").set_value("软件").run()
    press(app, "Take what is stored, drop what is typed here")
    assert app.text_input(key="entry:name").value == "丙"
    assert app.text_input(key="entry:industry").value == ""


def test_a_code_opens_the_draft_and_a_forged_one_is_refused(store: Repository) -> None:
    draft = Draft()
    draft.type("name", "乙")
    draft.save(store)
    assert draft.code
    app = page("self_assessment/start")
    app.text_input(key="return code").set_value("0000-0000")
    press(app, "Continue with the code")
    assert "No draft has this return code." in html(app)
    app.text_input(key="return code").set_value(f" {draft.code.lower()} ")
    press(app, "Continue with the code")
    assert app.session_state["draft"].facts == {"name": "乙"}


def test_an_example_is_stored_only_when_it_is_changed(store: Repository) -> None:
    app = press(page("self_assessment/start"), "See an example")
    draft = app.session_state["draft"]
    app.switch_page("eligibility/app/self_assessment/steps_page.py").run()
    assert draft.key is None
    assert "Decided 8 / 9" in html(app)
    app.switch_page("eligibility/app/self_assessment/result_page.py").run()
    assert "CNY 97,205,000" in html(app)
    assert "Do first" in html(app)


def test_the_result_is_shared_with_a_named_carrier_on_consent_only() -> None:
    from eligibility.store import LOCAL

    carrier = Repository(cache.engine(), LOCAL)
    number = carrier.administration.add_carrier("孵化器一")
    draft = Draft(facts=dict(FACTS))
    draft.type("name", NASTY)
    app = page("self_assessment/result", draft)
    app.selectbox(key="shared-with").set_value(number).run()
    assert "agrees that the advisers of 孵化器一 see" in html(app)
    (share,) = [each for each in app.button if each.label == "Share"]
    assert share.disabled
    app.checkbox[0].check().run()
    press(app, "Share")
    (shared,) = carrier.drafts.shared_drafts()
    assert "孵化器一" in shared["consent"]
    press(app, "Withdraw")
    assert carrier.drafts.shared_drafts() == []


def test_the_finder_is_reached_from_the_form_and_gives_its_code_back(store: Repository) -> None:
    draft = Draft(facts=dict(FACTS))
    app = page("self_assessment/steps", draft)
    links = [part.proto.label for part in app.get("page_link")]
    assert "Find the code by a sentence about the product →" in links
    app.switch_page("eligibility/app/reference/technical_field_page.py").run()
    app.text_area[0].set_value("分布式数据库管理软件")
    press(app, "Find")
    assert "分布式数据库管理软件" in app.subheader[0].value
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


def test_own_points_are_asked_for_with_their_highest() -> None:
    said = html(page("self_assessment/steps", Draft(facts=dict(FACTS), step="capability")))
    law = load_scheme().edition("e2016")
    for name in ("management_system", "management_institution", "management_incentive"):
        assert f"points, 0 to {law.items[name].max:g}" in said


def test_what_is_ticked_gives_own_points_that_are_kept_and_can_be_changed(
    store: Repository,
) -> None:
    draft = Draft(facts=dict(FACTS), step="capability")
    app = page("self_assessment/steps", draft)
    for element in ("institution", "cooperation"):
        app.checkbox(key=f"element:management_institution.{element}").check().run()
    assert draft.facts["management_institution"] == "4"
    assert "2 of 3 are there → 4 of 6 points" in html(app)
    assert "三、（七）3（2）" in html(app)
    # another rating is not touched, and the points typed over stay
    assert "management_system" not in draft.facts
    app.text_input(key="entry:management_institution").input("3").run()
    again = from_state(store, draft.code or "")
    assert again.facts["management_institution"] == "3"
    assert again.elements == {"management_institution": ["institution", "cooperation"]}
    for element in ("institution", "cooperation"):
        app.checkbox(key=f"element:management_institution.{element}").uncheck().run()
    assert "management_institution" not in draft.facts
    assert draft.elements == {}


def test_costs_that_can_be_told_in_three_ways_are_asked_for_once() -> None:
    app = page("self_assessment/steps", Draft(facts=dict(FACTS), step="rd"))
    assert any("in one of three ways" in caption.value for caption in app.caption)


def test_every_own_rating_that_leaves_the_score_open_has_its_way_on_the_result() -> None:
    app = page("self_assessment/result", example(load_scheme(), date.today()))
    ways = [each.label for each in app.button if each.label.startswith("Fill in: ")]
    own = [label for label in ways if "own" in label]
    assert len(own) == 3
    assert len(set(own)) == 3


def test_a_deleted_draft_is_gone(store: Repository) -> None:
    draft = Draft()
    draft.type("name", "乙")
    app = page("self_assessment/result", draft)
    code = draft.code or ""
    press(app, "Delete it now")
    with pytest.raises(NotFound):
        store.drafts.get(code)
    assert app.session_state["draft"] is None
    assert "The draft is deleted for good" in html(app)


def test_a_page_without_a_draft_says_what_to_do() -> None:
    for name in ("self_assessment/steps", "self_assessment/result"):
        assert "No self-assessment is open here." in page(name).markdown[0].value


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


def months(*filled: tuple[float | None, ...]) -> pa.Table:
    """The table of staff by month, the first months filled in."""
    names = ("staff_total_start", "staff_total_end", "st_staff_start", "st_staff_end")
    rows = [*filled, *[(None,) * 4] * (12 - len(filled))]
    columns = {
        name: pa.array([row[place] for row in rows], pa.float64())
        for place, name in enumerate(names)
    }
    return pa.table({"month": range(1, 13), **columns})


def edited(table: pa.Table, patch: pytest.MonkeyPatch) -> testing.AppTest:
    """The step of staff with the table of months filled in."""

    def editor(data: pa.Table, **_: Any) -> pa.Table:
        assert data.column_names == table.column_names
        return table

    patch.setattr("streamlit.data_editor", editor)
    return page("self_assessment/steps", Draft(facts=dict(FACTS), step="staff"))


def test_averages_of_the_months_go_into_the_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    app = edited(months((10, 12, 2, 2), (12, 20, 2, 4), (20, 20, 4, 4)), monkeypatch)
    assert "Staff, annual average: 15.67" in html(app)
    press(app, "Put the averages into the form")
    assert float(app.text_input(key="entry:staff_total@2025").value) == pytest.approx(47 / 3)
    assert app.session_state["draft"].facts["st_staff@2025"] == "3"


@pytest.mark.parametrize("gap", [(10, None, None, None), (10, 12, None, 3), (10, 12, None, None)])
def test_a_month_half_filled_is_said_to_be_incomplete(
    gap: tuple[float | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = edited(months((10, 12, 2, 2), gap), monkeypatch)
    assert "fill in both ends or leave blank: month 2" in html(app)
    (button,) = [each for each in app.button if each.label == "Put the averages into the form"]
    assert button.disabled


def test_a_list_too_long_to_keep_is_said_and_kept_again_once_it_is_shorter(
    store: Repository,
) -> None:
    draft = Draft(facts=dict(FACTS), step="ip")
    draft.put("ip", [{"name": f"专利{n}"} for n in range(MOST_ROWS + 1)])
    app = page("self_assessment/steps", draft)
    said = html(app)
    assert "A list has 501 rows; at most 500 can be kept. Nothing was stored" in said
    assert draft.key is None
    # what is typed is still there, and not all of it is explained row by row
    assert len(draft.lists["ip"]) == MOST_ROWS + 1
    assert said.count("<li>") == EXPLAINED
    draft.put("ip", draft.lists["ip"][:MOST_ROWS])
    app.run()
    assert draft.code is not None
    assert len(store.drafts.get(draft.code)["state"]["ledgers"]["ip"]) == MOST_ROWS


def test_too_many_drafts_are_refused_in_a_sentence_and_what_is_typed_stays(
    store: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = Repository(cache.engine(), System(Role.ADMINISTRATOR))
    people.administration.add_account("chief", None, Role.ADMINISTRATOR)
    source = cache.accounts().source_of("")
    for _ in range(MOST_NEW):
        Repository(cache.engine(), Visitor(source)).drafts.add({})
    monkeypatch.setattr(ContextProxy, "ip_address", None)
    draft = Draft(facts=dict(FACTS))
    draft.type("name", "乙")
    app = page("self_assessment/steps", draft)
    assert draft.key is None
    assert "60 self-assessments were begun from here within the hour" in html(app)
    assert draft.facts["name"] == "乙"


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


def test_an_amount_so_large_that_yuan_may_be_meant_is_asked_about_and_not_changed() -> None:
    facts = FACTS | {"sales_revenue@2024": "3860000元", "sales_revenue@2025": "3860000"}
    said = html(page("self_assessment/steps", Draft(facts=facts)))
    assert "Sales revenue, 2025 is taken as 386 × CNY 100 million" in said
    assert "Sales revenue, 2024 is taken" not in said
    draft = Draft(facts=dict(FACTS), step="rd")
    draft.put("activity", [{"name": "RD01", "year": "2025", "rd_direct": "800000"}])
    assert "Direct inputs, 2025 is taken as 80 × CNY 100 million" in html(
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


def test_a_condition_that_is_met_whatever_a_blank_is_says_at_least_how_much() -> None:
    told = base(ip_class1_count=1, ip_class2_used_count=None)
    facts = {name: str(value) for name, value in told.items() if value is not None}
    assert "at least 1 " in html(page("self_assessment/result", Draft(facts=facts | FACTS)))
