"""The list of firms: filtered by its address, changed at once, taken away as seen."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pyarrow.csv as pacsv
import pytest
from streamlit.testing.v1 import AppTest

from eligibility.app import address, cache, session
from eligibility.app.register import firms_export, firms_query
from eligibility.app.widgets import downloads
from eligibility.app.widgets.status import verdict_word
from eligibility.domain.open_points import EXPERTS
from eligibility.i18n import ENGLISH
from eligibility.schemes.registry import load_scheme
from eligibility.store import AuditAction, FirmFilter
from tests.firms import base
from tests.staff_pages import CODES, Staffed, button, html
from tests.workbooks import load_workbook


def test_the_address_is_the_filter(staffed: Staffed) -> None:
    for place, name in enumerate("甲乙丙"):
        staffed.firm(place, f"{name}公司", district="赛罕区" if place else "新城区")
    app = staffed.open("firms", text="公司", district="赛罕区", verdict="eligible")
    assert list(app.dataframe[0].value["name"]) == sorted(["乙公司", "丙公司"])
    app.text_input(key="ask:text").input("丙").run()
    assert app.query_params["text"] == "丙"
    assert list(app.dataframe[0].value["name"]) == ["丙公司"]
    app.text_input(key="ask:text").input("无人").run()
    assert "take a filter away" in app.info[0].value


def test_a_firm_that_only_experts_leave_open_is_found_by_the_word_that_its_file_says(
    staffed: Staffed,
) -> None:
    word = verdict_word(EXPERTS, ENGLISH)
    one = staffed.firm(0, "甲公司")
    blank = ("ip_advancement_rating", "management_system", "management_talent")
    staffed.assess(one, 2026, uscc=CODES[0], name="甲公司", **dict.fromkeys(blank))
    two = staffed.firm(1, "乙公司")
    staffed.assess(two, 2026, staff_total=None, uscc=CODES[1], name="乙公司")
    app = staffed.open("firms")
    assert word in html(app)
    app = staffed.open("firms", verdict=EXPERTS)
    assert list(app.dataframe[0].value["name"]) == ["甲公司"]
    assert app.dataframe[0].value["verdict"][0][0] == word
    assert word in html(staffed.open("firm", firm=str(one)))


def test_what_is_filtered_stands_above_the_list_and_can_be_taken_off(staffed: Staffed) -> None:
    carrier = staffed.repository.administration.add_carrier("[云谷](x)")
    staffed.firm(0, "甲公司", district="新城区", carrier_id=carrier)
    staffed.firm(1, "乙公司", district="赛罕区")
    app = staffed.open("firms", district="新城区", carrier=str(carrier), rows="1", text="甲")
    chips = {each.key: each.label for each in app.button if str(each.key).startswith("chip:")}
    assert list(chips) == ["chip:text", "chip:district", "chip:carrier"]
    assert chips["chip:district"] == "District\\: 新城区"
    assert "\\[云谷\\]" in chips["chip:carrier"]
    app.button(key="chip:carrier").click().run()
    assert set(app.query_params) & {"carrier", "rows"} == set()
    assert app.query_params["district"] == "新城区"
    button(app, "Take all off").click().run()
    assert len(app.dataframe[0].value) == 2
    assert not [each for each in app.button if str(each.key).startswith("chip:")]


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "' OR 1=1 --"}, {"text": "%"}, {"carrier": "1 OR 1=1"}, {"stage": "x';--"},
        {"order": "name; DROP TABLE firms"}, {"rows": "-3"}, {"rows": "99999"},
    ],
)  # fmt: skip
def test_what_an_address_cannot_mean_is_not_asked(staffed: Staffed, asked: dict[str, str]) -> None:
    staffed.firm()
    app = staffed.open("firms", **asked)
    shown = 0 if "text" in asked else 1
    assert sum(len(table.value) for table in app.dataframe) == shown


def test_a_saved_view_brings_its_filters_back(staffed: Staffed) -> None:
    staffed.firm(0, "甲公司", district="赛罕区")
    staffed.firm(1, "乙公司", district="新城区")
    app = staffed.open("firms", district="赛罕区", order="certain")
    app.text_input(key="view-name").input("我的").run()
    button(app, "Save").click().run()
    assert staffed.repository.casework.views()[0]["state"] == {
        "district": "赛罕区",
        "order": "certain",
    }
    app = staffed.open("firms")
    app.selectbox(key="view").set_value(staffed.repository.casework.views()[0]["id"]).run()
    assert app.query_params["district"] == "赛罕区"
    assert list(app.dataframe[0].value["name"]) == ["甲公司"]


def test_many_firms_change_at_once_unless_one_moved_on(staffed: Staffed) -> None:
    first, second = staffed.firm(0), staffed.firm(1, "乙公司")
    app = staffed.open("firms", sections=["bulk:False"])
    app.checkbox(key="every").check().run()
    app.selectbox(key="to-stage").set_value("nurtured").run()
    assert app.button(key="set-stage").label == "Set this stage (changes 2 of 2)"
    app.button(key="set-stage").click().run()
    assert "Changed: 2 of 2 firms: 甲公司、乙公司." in html(app)
    assert {row["stage"] for row in staffed.repository.firms.page().rows} == {"nurtured"}
    versions = {row["id"]: row["version"] for row in staffed.repository.firms.page().rows}
    staffed.repository.firms.save(second, {"name": "丙公司"}, versions[second])
    with pytest.raises(Exception, match="changed one of these firms meanwhile"):
        staffed.repository.firms.set_stage(versions, "applied")
    assert staffed.repository.firms.get(first)["stage"] == "nurtured"


def test_how_many_firms_will_change_is_said_before_and_which_afterwards(staffed: Staffed) -> None:
    first, second, third = (staffed.firm(place, f"{place}公司") for place in range(3))
    staffed.repository.firms.set_stage([first], "nurtured")
    before = staffed.repository.firms.get(first)
    app = staffed.open("firms", sections=["bulk:False"])
    app.checkbox(key="every").check().run()
    app.selectbox(key="to-stage").set_value("nurtured").run()
    assert app.button(key="set-stage").label == "Set this stage (changes 2 of 3)"
    # nobody's adviser is nobody already
    assert app.button(key="give").label == "Give to this adviser (changes 0 of 3)"
    assert app.button(key="give").disabled
    app.button(key="set-stage").click().run()
    assert "Changed: 2 of 3 firms: 1公司、2公司." in html(app)
    assert staffed.repository.firms.get(first) == before
    for firm, lines in ((first, 1), (second, 1), (third, 1)):
        trail = staffed.repository.administration.audit_trail(firm)
        assert sum(line["action"] == AuditAction.FIRM_STAGE for line in trail) == lines
    assert app.button(key="set-stage").disabled


def test_a_list_that_grew_is_not_changed_unseen(staffed: Staffed) -> None:
    staffed.firm(0)
    app = staffed.open("firms", sections=["bulk:False"])
    app.checkbox(key="every").check().run()
    staffed.firm(1, "乙公司")
    app.selectbox(key="to-stage").set_value("nurtured").run()
    staffed.firm(2, "丙公司")
    app.button(key="set-stage").click().run()
    assert "The list changed meanwhile" in html(app)


def test_the_download_is_the_list_as_seen_and_nothing_in_it_runs(staffed: Staffed) -> None:
    staffed.firm(0, "=1+1")
    staffed.firm(1, "甲公司")
    rows = staffed.repository.firms.page(FirmFilter(), sort="name").rows
    table = firms_query.table(rows, load_scheme(), ENGLISH)
    read = pacsv.read_csv(io.BytesIO(downloads.table_file(table, "csv")))
    assert read["name"].to_pylist() == ["'=1+1", "甲公司"]
    assert read["uscc"].to_pylist() == [CODES[0], CODES[1]]


def test_the_list_taken_away_says_what_its_readiness_was_learned_from(staffed: Staffed) -> None:
    firm = staffed.firm()
    facts = base(application_date=date(2026, 5, 10), uscc=CODES[0], name="甲公司")
    record = cache.with_readiness(firms_query.assess_facts(facts, load_scheme())).record
    staffed.repository.records.add_assessment(firm, facts, record)
    made = firms_export.file(
        staffed.repository, firms_query.choice({}), 1, load_scheme(), ENGLISH, "csv"
    )
    (row,) = pacsv.read_csv(io.BytesIO(made)).to_pylist()
    assert row["Readiness (%)"] == round(100 * record["readiness"]["probability"])
    learned = record["readiness"]["model"]["text"]["en"]
    assert row["Model of readiness in use now"] == learned
    made = firms_export.file(
        staffed.repository, firms_query.choice({}), 1, load_scheme(), ENGLISH, "xlsx"
    )
    (_count, sentence, head, line) = load_workbook(io.BytesIO(made))["All firms"]
    assert learned in sentence[0]
    assert line[head.index("Readiness (%)")] == round(100 * record["readiness"]["probability"])
    assert line[head.index("interval (90%)")].endswith("%")


def test_the_workbook_is_the_list_as_filtered_and_ordered_and_nothing_in_it_runs(
    staffed: Staffed,
) -> None:
    for place, name in enumerate(("=1+1", "@乙公司", "http://x", "丁公司")):
        staffed.firm(place, name, district="赛罕区" if place < 3 else "新城区")
    staffed.assess(staffed.repository.firms.ids_by_code([CODES[1]])[CODES[1]], 2026, st_staff=1)
    choice = firms_query.choice({"district": "赛罕区", "order": "certain"})
    made = firms_export.file(staffed.repository, choice, 3, load_scheme(), ENGLISH, "xlsx")
    count, _sentence, head, *lines = load_workbook(io.BytesIO(made))["All firms"]
    assert count[0].startswith("3 firms of the register")
    shown = staffed.repository.firms.page(
        FirmFilter(district="赛罕区"), sort="score_low", descending=True
    )
    assert [line[0] for line in lines] == [row["name"] for row in shown.rows]
    unmet = next(line for line in lines if line[0] == "@乙公司")
    told = dict(zip(head, unmet, strict=True))
    assert told["Verdict"].endswith("ineligible")
    assert told["Nearest gap"] == "Share of S&T staff"
    assert told["Score, at least"] <= told["Score, at most"]
    sheet = zipfile.ZipFile(io.BytesIO(made)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


def test_the_names_in_the_address_are_those_of_the_filter() -> None:
    asked = {
        address.TEXT: "x",
        address.CARRIER: "3",
        address.VERDICT: firms_query.NEVER,
        address.ROWS: "2",
    }
    made = firms_query.choice(asked)
    assert made.firms == FirmFilter(text="x", carrier_id=3, verdict="")
    assert made.page == 2
    more = firms_query.choice(
        {
            address.GAP: "rd_intensity", address.SCORE: "70", address.CHANCE: "60",
            address.BATCH: "一", address.EXPIRY: "2026-12-31", address.ADVISER: "0",
            address.COLUMNS: "uscc,nothing,name,uscc",
        }
    )  # fmt: skip
    assert more.firms == FirmFilter(
        first_gap="rd_intensity", score=70, chance=0.6, batch="一",
        expires_by=date(2026, 12, 31), adviser_id=0,
    )  # fmt: skip
    assert more.columns == ("uscc", "name")
    assert firms_query.choice({address.EXPIRY: "soon"}).firms == FirmFilter()


def test_the_columns_that_a_person_chose_come_back_and_are_nobody_elses(staffed: Staffed) -> None:
    firm = staffed.firm(carrier_id=staffed.repository.administration.add_carrier("园区"))

    def columns(app: AppTest) -> Any:
        return next(each for each in app.multiselect if each.label.startswith("Columns in the"))

    app = staffed.open("firms")
    # nothing of a section is drawn before its first opening, and all of it from then on
    assert not app.multiselect
    for is_open in (True, False):
        app.session_state["open:columns"] = is_open
        app.run()
        assert columns(app).value == []
    columns(app).set_value(["stage", "name"]).run()
    sections = ["columns"]
    assert columns(staffed.open("firms", sections=sections)).value == ["stage", "name"]
    # a link that names its own columns shows those
    linked = staffed.open("firms", sections=sections, columns="name")
    assert columns(linked).value == ["name"]
    staffed.principal = staffed.adviser(staffed.repository.firms.get(firm)["carrier_id"])
    assert columns(staffed.open("firms", sections=sections)).value == []


def test_ticks_never_pass_to_other_firms_and_a_click_means_what_was_drawn() -> None:
    assert session.ticks_key([1, 2, 3]) == session.ticks_key([1, 2, 3])
    assert session.ticks_key([1, 2, 3]) != session.ticks_key([4, 1, 2])


def test_the_one_who_changed_a_firm_second_is_told(staffed: Staffed) -> None:
    firm = staffed.firm()
    app = staffed.open("firm", firm=str(firm), sections=[f"change:{firm}"])
    staffed.repository.firms.save(
        firm, {"district": "赛罕区"}, staffed.repository.firms.get(firm)["version"]
    )
    app.text_input[0].input("乙公司")
    button(app, "Save").click().run()
    assert "Someone else changed this meanwhile" in html(app)
    assert staffed.repository.firms.get(firm)["name"] == "甲公司"
    app.text_input[0].input("乙公司")
    button(app, "Save").click().run()
    assert "Saved." in html(app)
    held = staffed.repository.firms.get(firm)
    assert (held["name"], held["district"]) == ("乙公司", "赛罕区")
