"""A draft is stored as it is typed, opened by its code, shared on consent, deleted."""

from __future__ import annotations

import pytest
from streamlit.runtime.context import ContextProxy

from eligibility.app import cache
from eligibility.app.self_assessment.draft import Draft, from_state
from eligibility.app.self_assessment.lists import EXPLAINED
from eligibility.domain.errors import Conflict, NotFound
from eligibility.store import Repository, Role, System, Visitor
from eligibility.store.drafts import MOST_NEW, MOST_ROWS
from tests.app.self_assessment.form_pages import FACTS, NASTY, html, page, press


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


@pytest.mark.parametrize(
    ("label", "template", "decided"), [("See an example", "example", 8), ("Begin the full form", "blank", 0)]
)  # fmt: skip
def test_what_nothing_was_typed_into_is_opened_anew_by_its_address(
    store: Repository, label: str, template: str, decided: int
) -> None:
    app = press(page("self_assessment/start"), label)
    assert app.session_state["draft"].template == template
    # a reload is another session under the same address
    again = page("self_assessment/start")
    again.switch_page("eligibility/app/self_assessment/steps_page.py")
    again.query_params["draft"] = template
    again.run()
    assert f"Decided {decided} / 9" in html(again)
    assert not store.drafts.own_drafts()


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
