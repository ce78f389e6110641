"""The checklist of own points: what is ticked, what it gives, and that a person has the last word."""

from __future__ import annotations

from eligibility.app.self_assessment.draft import Draft, from_state
from eligibility.store import Repository
from tests.app.self_assessment.form_pages import FACTS, html, page


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
