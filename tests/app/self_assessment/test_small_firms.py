"""What only the law of small firms asks stands apart, and so does its result."""

from __future__ import annotations

import pytest

from eligibility.app.self_assessment.draft import Draft, from_state
from eligibility.schemes.registry import load_scheme
from eligibility.store import Repository
from tests.app.self_assessment.form_pages import FACTS, html, open_section, page, press

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
    said = html(open_section(app, "Only for: Technology-based SME"))
    easy = load_scheme("tech_sme")
    for name in asked:
        assert easy.fields_by_id[name].stem_title.en.replace("&", "&amp;") in said
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
    assert "Only for: Innovative SME" not in [each.label for each in app.expander]
    (switch,) = [each for each in app.toggle if "Innovative SME" in each.label]
    assert not switch.value
    switch.set_value(True).run()
    assert own in html(open_section(app, "Only for: Innovative SME"))
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
