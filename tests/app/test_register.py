"""The pages of staff say what they must, keep what was meant, and show nobody what is not theirs."""

# Private names: which fields a page asks is compared without drawing it for every year.

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest
import streamlit as st
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

pytest.importorskip("streamlit.testing.v1")

from eligibility.app import address, cache, session
from eligibility.app.register import correct, firms_export, firms_query, import_repair
from eligibility.app.register.dossier import moment
from eligibility.app.self_assessment import register_figures
from eligibility.app.session import UPLOAD, Upload
from eligibility.app.widgets import downloads
from eligibility.app.widgets import number_format as fmt
from eligibility.assessment.ladder import joint_fields
from eligibility.domain.calendar_window import by_calendar_year
from eligibility.domain.facts import Field
from eligibility.i18n import ENGLISH
from eligibility.intake.draft_reader import read_draft
from eligibility.readiness.training_data import read_past
from eligibility.register import outcome_file, year_candidates
from eligibility.schemes.registry import load_scheme
from eligibility.store import (
    VISITOR,
    Accounts,
    AuditAction,
    FirmFilter,
    Repository,
    Role,
    System,
    close_stores,
    find_token,
)
from tests.firms import base
from tests.schemes.test_cases import BASES
from tests.staff_pages import CODES, NASTY, ROOT, Staffed, button, html
from tests.store.two_carriers import sign_in


def load_workbook(file: io.BytesIO) -> dict[str, list[list[Any]]]:
    """The rows of each sheet of a workbook."""
    book = CalamineWorkbook.from_filelike(file)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


PAGES = ("overview", "desk", "firms", "firm", "import", "applications")
MESSY = ROOT / "sample_data" / "candidates_messy.csv"


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    made = Staffed(tmp_path, monkeypatch)
    yield made
    made.engine.dispose()
    close_stores()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_staff_is_closed_to_everybody_else(staffed: Staffed, page: str) -> None:
    firm = staffed.firm(name="秘密公司")
    staffed.principal = VISITOR
    # by its own script: the navigation does not lead there at all
    app = AppTest.from_file(
        str(ROOT / "eligibility/app/register" / f"{page}_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.query_params["firm"] = str(firm)
    app.run()
    assert not app.exception
    assert "This page is for staff" in html(app)
    assert "秘密公司" not in html(app)
    assert not app.dataframe
    assert not app.title


@pytest.mark.parametrize("page", ["overview", "firms", "import", "applications"])
def test_an_empty_store_says_what_to_do_next(staffed: Staffed, page: str) -> None:
    app = staffed.open(page)
    said = " ".join(each.value for each in (*app.info, *app.caption))
    assert "mport a" in said or "Choose a file" in said


def test_an_adviser_finds_no_trace_of_another_carriers_firm(staffed: Staffed) -> None:
    own, other = (
        staffed.repository.administration.add_carrier(name) for name in ("自己的园", "别人的园")
    )
    mine = staffed.firm(0, "自己公司", carrier_id=own)
    theirs = staffed.firm(1, "别人公司", carrier_id=other)
    staffed.repository.casework.add_task(theirs, {"title": "别人任务", "due_on": date.today()})
    staffed.repository.applications.save_outcomes([(theirs, 2026, {"certified": True}, 0)])
    staffed.principal = staffed.adviser(own)
    for tab in (
        "assessment",
        "beside",
        "history",
        "tasks",
        "notes",
        "documents",
        "figures",
        "plan",
    ):
        app = staffed.open("firm", firm=str(theirs), tab=tab)
        assert "That is not here." in html(app)
        assert "别人" not in html(app)
    assert "自己公司" in html(staffed.open("firm", firm=str(mine)))
    for page in ("overview", "firms", "applications"):
        app = staffed.open(page, carrier=str(other), text="别人")
        assert "别人公司" not in str([table.value.values for table in app.dataframe])
        assert "别人" not in html(app)


def test_the_overview_holds_the_year_against_its_target(staffed: Staffed) -> None:
    firms = [staffed.firm(place, f"{place}公司", district="赛罕区") for place in range(4)]
    staffed.repository.administration.set_target(date.today().year, 50, 0)
    staffed.repository.applications.save_outcomes(
        [(firms[0], date.today().year, {"certified": True}, 0)]
    )
    staffed.repository.applications.save_outcomes(
        [(firms[1], date.today().year, {"certified": None}, 0)]
    )
    staffed.repository.casework.add_task(
        firms[2], {"title": "补材料", "due_on": date.today() - timedelta(1)}
    )
    app = staffed.open("overview")
    said = html(app)
    assert "1 certified and 1 pending, of a target of 50" in said
    assert "assess: 4" in said
    tables = [table.value for table in app.dataframe]
    assert list(tables[1]["In all"]) == [4]
    assert "△ overdue" in tables[0]["Due"][0]
    assert tables[0]["What"][0] == "task · 补材料"


def test_the_firms_worth_a_visit_lack_facts_before_they_lack_conditions(staffed: Staffed) -> None:
    short, blank, _fine = (staffed.firm(place, name) for place, name in enumerate("短缺好"))
    staffed.assess(short, 2026, st_staff=1)
    staffed.assess(blank, 2026, staff_total=None)
    names = [row["name"] for row in staffed.repository.overview.worth_a_visit()]
    assert names == ["缺", "短"]


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
    app = staffed.open("firms")
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
    app = staffed.open("firms")
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


def test_an_administrator_sees_open_sign_ins_and_ends_one(staffed: Staffed) -> None:
    doors = Accounts(staffed.engine)
    doors.create_administrator("chief", "correct horse battery")
    token = doors.sign_in("chief", "correct horse battery")
    doors.register("firm", "correct horse battery")
    other = doors.sign_in("firm", "correct horse battery")
    signed = doors.signed_in(token)
    assert signed is not None
    staffed.principal = signed.principal
    app = AppTest.from_file(
        str(ROOT / "eligibility/app/account/administration_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.run()
    assert not app.exception
    (shown,) = [table.value for table in app.dataframe if "Last seen" in table.value]
    assert list(shown["Login"]) == ["firm", "chief"]
    assert token not in str(shown.values)
    app.button(key="end-sign-in").click().run()
    assert "The sign-in is ended" in html(app)
    assert doors.signed_in(other) is None
    assert doors.signed_in(token)
    line = Repository(staffed.engine, staffed.principal).administration.audit_trail(limit=1)[0]
    assert line["action"] == AuditAction.ACCOUNT_END_SIGN_IN


def test_an_administrator_makes_a_token_that_is_shown_once_and_ends_it(staffed: Staffed) -> None:
    doors = Accounts(staffed.engine)
    doors.create_administrator("chief", "correct horse battery")
    signed = doors.signed_in(doors.sign_in("chief", "correct horse battery"))
    assert signed is not None
    staffed.principal = signed.principal
    app = AppTest.from_file(
        str(ROOT / "eligibility/app/account/administration_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.run()
    (name,) = [field for field in app.text_input if field.label == "Which program has it"]
    name.set_value("市级平台")
    (make,) = [button for button in app.button if button.label == "Make the token"]
    make.click().run()
    assert not app.exception
    (token,) = re.findall(r"elig_[\w-]{43}", html(app))
    assert find_token(staffed.engine, token)
    app.run()
    assert token not in html(app)
    app.button(key="end-token").click().run()
    assert "The token is ended" in html(app)
    assert find_token(staffed.engine, token) is None


def test_the_trail_names_the_firm_and_says_in_words_what_was_done(staffed: Staffed) -> None:
    carrier = staffed.repository.administration.add_carrier("园")
    firm = staffed.firm(0, NASTY, carrier_id=carrier)
    staffed.adviser(carrier)
    (adviser,) = staffed.repository.administration.advisers()
    staffed.repository.firms.assign([firm], adviser["id"])
    staffed.repository.firms.set_stage([firm], "nurtured")
    staffed.repository.records.save_figures(firm, 2026, {"staff_total": 4321}, 1)
    app = AppTest.from_file(
        str(ROOT / "eligibility/app/account/administration_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.run()
    assert not app.exception
    (trail,) = [table.value for table in app.dataframe if "Details" in table.value]
    said = dict(zip(trail["What"], trail["Details"], strict=True))
    assert said["set stage"] == "Stage: nurtured"
    assert said["assign"] == "Adviser: 顾问"
    assert "Changed: " in said["save figures"]
    assert "4321" not in str(trail.values)
    assert set(trail["Firm"][:3]) == {NASTY}


def test_a_moment_is_told_by_the_readers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 11, 26, 18, 51, tzinfo=UTC)
    for zone, said in (("Asia/Shanghai", "2026-11-27 02:51"), ("UTC", "2026-11-26 18:51")):
        monkeypatch.setattr(type(st.context), "timezone", zone)
        assert moment(at) == said
    for unknown in (None, "", "Nowhere/At all", "../../etc/passwd"):
        monkeypatch.setattr(type(st.context), "timezone", unknown)
        assert moment(at) == f"{at.astimezone():%Y-%m-%d %H:%M}"


def test_a_list_that_grew_is_not_changed_unseen(staffed: Staffed) -> None:
    staffed.firm(0)
    app = staffed.open("firms")
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


def test_a_firm_shows_its_findings_as_they_were_kept(staffed: Staffed) -> None:
    firm = staffed.firm(name=NASTY)
    staffed.assess(firm, 2026, st_staff=1, staff_total=100)
    said = html(staffed.open("firm", firm=str(firm)))
    assert "国科发火〔2016〕32号 第十一条（四）" in said
    assert "= 1 ÷ 100" in said
    assert "<script>alert" not in said
    assert "&lt;script&gt;" in said


def test_a_firm_shows_the_readiness_that_the_list_shows_with_all_that_belongs_to_it(
    staffed: Staffed,
) -> None:
    firm = staffed.firm()
    facts = base(application_date=date(2026, 5, 10), uscc=CODES[0], name="甲公司")
    record = cache.with_readiness(firms_query.assess_facts(facts, load_scheme())).record
    staffed.repository.records.add_assessment(firm, facts, record)
    said = html(staffed.open("firm", firm=str(firm)))
    assert f"about {fmt.chance(record['readiness']['probability'])} (" in said
    assert "interval (90%)" in said
    assert "Demonstration model" in said
    assert record["readiness"]["model"]["text"]["en"] in said


def test_two_years_stand_side_by_side(staffed: Staffed) -> None:
    firm = staffed.firm()
    staffed.assess(firm, 2025, st_staff=1, staff_total=100)
    staffed.assess(firm, 2026, st_staff=20, staff_total=100)
    said = html(staffed.open("firm", firm=str(firm), tab="beside"))
    assert '<th scope="col">2025-05-10</th><th scope="col">2026-05-10</th>' in said
    assert "1.0%" in said
    assert "20.0%" in said
    assert "▲ better" in said


def test_the_history_says_what_was_done_and_what_each_figure_was_and_is(staffed: Staffed) -> None:
    firm = staffed.firm()
    staffed.repository.firms.set_stage([firm], "nurtured")
    staffed.assess(firm, 2026, staff_total=4321)
    app = staffed.open("firm", firm=str(firm), tab="history")
    changes = app.dataframe[-1].value
    assert list(changes["What"])[:3] == ["assess", "save figures", "set stage"]
    assert "2025: 100 persons → 4,321 persons" in changes["Detail"][1]


def test_tasks_notes_and_papers_are_kept(staffed: Staffed) -> None:
    firm = staffed.firm()
    app = staffed.open("firm", firm=str(firm), tab="tasks")
    next(each for each in app.text_input if each.label == "What is to be done").input("补专项审计")
    button(app, "Add the task").click().run()
    assert "补专项审计" in html(app)
    app.checkbox[-1].check().run()
    assert staffed.repository.casework.tasks(firm)[0]["done"]
    app = staffed.open("firm", firm=str(firm), tab="notes")
    app.text_area[0].input(NASTY)
    button(app, "Add the note").click().run()
    assert staffed.repository.casework.notes(firm)[0]["text"] == NASTY
    assert "<script>alert" not in html(app)
    app = staffed.open("firm", firm=str(firm), tab="documents")
    assert "0 of 19 papers are here" in html(app)
    app.selectbox(key=f"paper:{firm}").select("rd_audit").run()
    app.get("button_group")[-1].set_value("checked")
    next(each for each in app.text_area if each.label == "Remark").input("三年齐")
    [each for each in app.button if each.label == "Save"][-1].click().run()
    (paper,) = staffed.repository.documents.of_firm(firm)
    assert (paper["item"], paper["status"], paper["remark"]) == ("rd_audit", "checked", "三年齐")
    assert "1 of 19 papers are here" in html(app)
    button(app, "Note 18 papers as asked for").click().run()
    rows = staffed.repository.documents.of_firm(firm)
    assert sum(row["status"] == "asked" and row["due_on"] is not None for row in rows) == 18
    staffed.repository.documents.attach(firm, "rd_audit", "审计.pdf", b"%PDF-1.7")
    app.run()
    assert "审计.pdf" in [each.proto.label for each in app.get("download_button")]
    button(app, "Delete the file").click().run()
    assert "The file is deleted." in html(app)
    assert not any(row["files"] for row in staffed.repository.documents.of_firm(firm))


def edited(patch: pytest.MonkeyPatch, what: str, column: str, value: str) -> None:
    """Type a value into the row of the figures that starts so."""

    def editor(data: pa.Table, **_: Any) -> pa.Table:
        rows = data["what"].to_pylist()
        place = next((n for n, each in enumerate(rows) if each.startswith(what)), None)
        if place is None or column not in data.column_names:
            return data
        values = data[column].to_pylist()
        values[place] = value
        return data.set_column(data.schema.get_field_index(column), column, pa.array(values))

    patch.setattr("streamlit.data_editor", editor)


def corrected(staffed: Staffed, firm: int, **query: str) -> AppTest:
    """The page of figures once what was typed there is saved."""
    app = staffed.open("firm", firm=str(firm), tab="figures", **query)
    return button(app, "Save and assess").click().run()


def test_corrected_figures_are_stored_and_judged(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    edited(monkeypatch, "Sales revenue", "y3", "1234.56")
    app = corrected(staffed, firm)
    assert "The figures of 2026 are stored and assessed." in html(app)
    assert staffed.repository.records.figures(firm, 2026).value["sales_revenue_y3"] == 12_345_600
    (row,) = staffed.repository.firms.page().rows
    assert row["probability"] is not None, "the list lost its readiness with the correction"
    assert len(staffed.repository.records.assessments(firm)) == 2


def test_figures_of_the_latest_year_alone_have_one_cell(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    edited(monkeypatch, "Hi-tech product and service income", "value", "1234.56")
    corrected(staffed, firm)
    assert staffed.repository.records.figures(firm, 2026).value["hitech_income_y3"] == 12_345_600


def test_what_a_lower_rung_asks_is_corrected_apart_and_what_no_law_of_the_year_asks_is_kept(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    repository = staffed.repository
    facts, version = repository.records.figures(firm, 2026)
    assert "college_st_staff" not in {field.id for field in asked_of(2026, facts)}
    # asked by the edition of 2008 only
    repository.records.save_figures(firm, 2026, {**facts, "college_st_staff": 3}, version)
    edited(monkeypatch, "Total assets", "value", "800")
    app = corrected(staffed, firm)
    held = repository.records.figures(firm, 2026).value
    assert held["total_assets_y3"] == 8_000_000
    assert held["college_st_staff"] == 3
    app = staffed.open("firm", firm=str(firm), tab="history")
    assert "Total assets" in str(app.dataframe[-1].value["Detail"].tolist())


def test_what_no_rung_asks_for_in_a_year_outlives_a_correction_of_that_year(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    staffed.assess(firm, 2016, registered_on=date(2010, 1, 1), mainland_resident=True)
    assert "mainland_resident" not in {field.id for field in asked_of(2016, {})}
    edited(monkeypatch, "Staff, annual", "value", "77")
    corrected(staffed, firm, year="2016")
    held = staffed.repository.records.figures(firm, 2016).value
    assert (held["staff_total"], held["mainland_resident"]) == (77, True)


def asked_of(year: int, facts: dict[str, Any]) -> list[Field]:
    """The fields that the page of figures asks."""
    sections = correct._sections(load_scheme(), facts, year)
    return [field for _title, fields in sections for field in fields]


def test_figures_that_cannot_be_taken_are_told_and_not_stored(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    edited(monkeypatch, "Staff, annual", "value", "many")
    app = corrected(staffed, firm)
    assert "many; expected: a number" in html(app)
    assert staffed.repository.records.figures(firm, 2026).version == 1


def test_of_two_people_who_edit_one_firm_the_second_is_told(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    edited(monkeypatch, "Staff, annual", "value", "77")
    app = staffed.open("firm", firm=str(firm), tab="figures")
    facts, version = staffed.repository.records.figures(firm, 2026)
    staffed.repository.records.save_figures(firm, 2026, {**facts, "st_staff": 9}, version)
    button(app, "Save and assess").click().run()
    assert "Someone else changed this meanwhile" in html(app)
    assert "What you typed is still here" in html(app)
    assert staffed.repository.records.figures(firm, 2026).value["st_staff"] == 9
    assert staffed.repository.records.figures(firm, 2026).value["staff_total"] != 77
    button(app, "Load what is stored now").click().run()
    button(app, "Save and assess").click().run()
    assert staffed.repository.records.figures(firm, 2026).value["staff_total"] == 77
    assert staffed.repository.records.figures(firm, 2026).value["st_staff"] == 9


def staged(staffed: Staffed) -> Any:
    """The messy sample, read and staged."""
    content = MESSY.read_bytes()
    app = staffed.open("import")
    app.session_state[UPLOAD] = Upload(MESSY.name, content, blake2b(content).hexdigest())
    app.run()
    assert "recognised" in app.caption[0].value
    button(app, "Read the rows").click().run()
    assert not app.exception
    return app


def confirm(app: Any) -> None:
    """Confirm an import, and the carriers that it makes."""
    for box in app.checkbox:
        if box.label.startswith("Make "):
            box.check().run()
    button(app, "Confirm and store").click().run()
    assert not app.exception


def test_an_import_adds_up_survives_a_refresh_and_is_stored_whole(staffed: Staffed) -> None:
    said = html(staged(staffed))
    rejected = len((MESSY.parent / "candidates_messy_expected_rejects.csv").read_text().split()) - 1
    (row,) = staffed.repository.imports.recent()
    held = staffed.repository.imports.preview(row["id"])
    numbers = {each["row"] for each in held["rejected"]}
    assert len(held["rejected"]) == len(numbers) <= rejected
    total = row["accepted"] + len(numbers)
    assert f"{total} rows read = {row['accepted']} scored + {len(numbers)} rejected" in said
    assert staffed.repository.firms.page().count == 0
    app = staffed.open("import", **{"import": str(row["id"])})
    assert f"{row['accepted']} scored = 0 of firms held already" in html(app)
    drawn = app.dataframe[0].value
    told = [issue for each in held["rejected"] for issue in each["issues"]]
    assert len(told) >= 20
    assert len({issue["firm"] for issue in told} - {""}) >= 15
    assert set(drawn["Would"]) == {"add"}
    # carriers are made by nobody unannounced
    names = held["new_carriers"]
    (box,) = (each for each in app.checkbox if each.label.startswith("Make "))
    assert box.label.startswith(f"Make {len(names)} new carriers: {names[0]}")
    assert button(app, "Confirm and store").disabled
    assert staffed.repository.administration.carriers() == []
    confirm(app)
    (done,) = [each["result"] for each in staffed.repository.imports.recent()]
    assert html(app).count(f"Stored: {done['added']} firms added") == 1
    # one firm stands in the file with two years
    whole = row["accepted"]
    assert done == {"added": whole - 1, "changed": 0, "assessed": whole, "unchanged": 0}
    assert staffed.repository.firms.page().count == done["added"]


def test_the_same_file_a_second_time_adds_nothing_and_says_so(staffed: Staffed) -> None:
    confirm(staged(staffed))
    before = staffed.repository.firms.page(limit=100).rows
    trail = len(staffed.repository.administration.audit_trail(limit=1000))
    app = staged(staffed)
    assert set(app.dataframe[0].value["Would"]) == {"nothing new"}
    confirm(app)
    again, _first = staffed.repository.imports.recent()
    whole = again["accepted"]
    assert again["result"] == {"added": 0, "changed": 0, "assessed": 0, "unchanged": whole}
    assert f"rows unchanged: {whole}." in html(app)
    assert staffed.repository.firms.page(limit=100).rows == before
    # two lines: that it was staged, and that it was confirmed
    assert len(staffed.repository.administration.audit_trail(limit=1000)) == trail + 2


def test_a_file_tells_the_lower_rung_too_and_a_cell_of_its_own_rejects_no_row(
    staffed: Staffed,
) -> None:
    facts = {
        **base(),
        **BASES["tech_sme"],
        "application_date": "2026-05-10",
        "name": "",
    }
    heads = [field.id for field in joint_fields() if field.id in facts.keys() - {"uscc"}]
    lines = [heads]
    for name, assets in (("甲公司", "8000000"), ("乙公司", "about 8 million")):
        told = {**facts, "name": name, "total_assets_y3": assets}
        lines.append([str(told[head]) for head in heads])
    content = "\n".join(",".join(line) for line in lines).encode()
    app = staffed.open("import")
    app.session_state[UPLOAD] = Upload("file.csv", content, blake2b(content).hexdigest())
    app.run()
    button(app, "Read the rows").click().run()
    assert "2 rows read = 2 scored + 0 rejected" in html(app)
    (remark,) = app.dataframe[1].value.to_dict("records")
    assert (remark["Row"], remark["Firm"], remark["Value"]) == (3, "乙公司", "about 8 million")
    assert remark["What was expected"].endswith("; left blank")
    button(app, "Confirm and store").click().run()
    for row in staffed.repository.firms.page().rows:
        facts = staffed.repository.records.figures(row["id"], 2026).value
        assert facts["mainland_resident"] is True
        assert ("total_assets_y3" in facts) == (row["name"] == "甲公司")
    ids = {row["name"]: row["id"] for row in staffed.repository.firms.page().rows}
    said = html(staffed.open("firm", firm=str(ids["甲公司"]), tab="plan"))
    assert "Technology-based SME, High-tech enterprise" in said.split("Can be got now")[1]
    staffed.repository.firms.set_stage([*ids.values()], "ready")
    pool = year_candidates.year_candidates(staffed.repository, 2026, load_scheme())
    assert set(pool.firms) == set(ids.values())


def test_rejected_rows_come_back_as_they_came_with_their_reasons_and_can_be_repaired(
    staffed: Staffed,
) -> None:
    app = staged(staffed)
    (row,) = staffed.repository.imports.recent()
    held = staffed.repository.imports.preview(row["id"], limit=0)
    rejected = len(held["rejected"])
    with MESSY.open(encoding="gb18030", newline="") as file:
        lines = list(csv.reader(file))
    for each in held["rejected"]:
        assert each["cells"] == lines[each["row"] - 1], "as it came"
        assert import_repair.reasons(each)
    sent_back = list(csv.reader(io.StringIO(import_repair.rejects_file(held).decode("utf-8-sig"))))
    assert sent_back[0][:-1] == held["reading"]["heads"]
    assert [line[:-1] for line in sent_back[1:]] == [each["cells"] for each in held["rejected"]]
    # a bad cell throws no firm out: it is left blank where a person says so
    button(app, "Take all, bad cells blank").click().run()
    assert not app.exception
    now = staffed.repository.imports.preview(row["id"], limit=0)
    assert now["accepted"] > held["accepted"]
    assert now["accepted"] + len(now["rejected"]) == held["accepted"] + rejected
    assert f"Taken: {now['accepted'] - held['accepted']} of {rejected} rejected rows." in html(app)
    left = {each["row"]: each for each in now["rejected"]}
    assert left.keys() <= {each["row"] for each in held["rejected"]}
    # and one that was repaired by someone else meanwhile is not taken twice
    with pytest.raises(Exception, match="Someone else has repaired"):
        staffed.repository.imports.repair(row["id"], [], [], rejected)


def test_a_corrected_cell_is_read_again_and_the_others_stay_rejected(staffed: Staffed) -> None:
    staged(staffed)
    (row,) = staffed.repository.imports.recent()
    held = staffed.repository.imports.preview(row["id"], limit=0)
    cells = [list(each["cells"]) for each in held["rejected"]]
    place = next(
        number for number, each in enumerate(held["rejected"])
        if [issue["column"] for issue in each["issues"]] == ["职工总数（人）"]
    )  # fmt: skip
    column = held["reading"]["heads"].index("职工总数（人）")
    cells[place][column] = "50"
    import_repair.take_again(staffed.repository, held, cells, [False] * len(cells))
    now = staffed.repository.imports.preview(row["id"], limit=200)
    assert now["accepted"] == held["accepted"] + 1
    assert now["rows"][-1]["inputs"]["staff_total"] == 50
    assert len(now["rejected"]) == len(held["rejected"]) - 1


def test_a_discarded_import_leaves_nothing(staffed: Staffed) -> None:
    app = staged(staffed)
    button(app, "Discard").click().run()
    assert "○ discarded" in html(app)
    assert staffed.repository.firms.page().count == 0
    assert not [each for each in app.button if each.label == "Confirm and store"]


def test_another_carriers_import_is_not_there(staffed: Staffed) -> None:
    staged(staffed)
    (row,) = staffed.repository.imports.recent()
    staffed.principal = staffed.adviser(staffed.repository.administration.add_carrier("园"))
    app = staffed.open("import", **{"import": str(row["id"])})
    assert "That is not here." in html(app)
    assert not app.dataframe


def test_an_application_is_recorded_and_the_stage_follows(staffed: Staffed) -> None:
    firm = staffed.firm()
    app = staffed.open("applications")
    app.text_input(key="sought").input(CODES[0]).run()
    (said,) = [each.value for each in app.caption if "day it is issued" in each.value]
    assert said.startswith("A certificate is valid for 3 years")
    assert "国科发火〔2016〕32号 第九条" in said
    assert "from that day on it counts as expired here" in said
    (year,) = app.number_input
    year.set_value(2026).run()
    next(each for each in app.get("button_group") if each.label == "Certified").set_value("yes")
    button(app, "Save").click().run()
    assert "Recorded: 1 applications." in html(app)
    (row,) = staffed.repository.applications.outcomes()
    assert (row["certified"], row["assessment_id"] is not None) == (True, True)
    assert staffed.repository.firms.get(firm)["stage"] == "certified"
    assert "1 applications = 1 certified + 0 refused + 0 pending" in html(app)


def test_an_older_outcome_does_not_move_the_stage(staffed: Staffed) -> None:
    firm = staffed.firm()
    staffed.repository.applications.save_outcomes([(firm, 2026, {"certified": None}, 0)])
    staffed.repository.applications.save_outcomes([(firm, 2022, {"certified": False}, 0)])
    assert staffed.repository.firms.get(firm)["stage"] == "applied"


def read(staffed: Staffed, text: str) -> outcome_file.Register:
    """A register as the page reads it."""
    return outcome_file.read_register(
        "register.csv", text.encode(), staffed.repository, load_scheme()
    )


def test_a_register_is_matched_by_credit_code_and_every_row_is_accounted_for(
    staffed: Staffed,
) -> None:
    firm = staffed.firm()
    held = read(
        staffed,
        "统一社会信用代码,申报年度,认定结果,证书编号,发证日期\n"
        f"{CODES[0]},2026,是,GR1,2026-11-01\n{CODES[0]},2023,否,,\n{CODES[1]},2026,是,,\n"
        f"{CODES[0]},2020,也许,,\n",
    )
    assert (held.batch.read, len(held.rows), len(held.unmatched_rows)) == (4, 2, 1)
    staffed.repository.applications.save_outcomes(held.rows)
    rows = {row["applied_year"]: row for row in staffed.repository.applications.outcomes()}
    assert rows[2026]["certified_on"] == date(2026, 11, 1)
    assert rows[2026]["certificate_number"] == "GR1"
    again = read(staffed, f"uscc,applied_year,certified\n{CODES[0]},2026,no\n")
    staffed.repository.applications.save_outcomes(again.rows)
    (changed,) = [
        row for row in staffed.repository.applications.outcomes(firm) if row["applied_year"] == 2026
    ]
    assert (changed["certified"], changed["certificate_number"]) == (False, "GR1")
    with pytest.raises(Exception, match="changed this meanwhile"):
        staffed.repository.applications.save_outcomes(again.rows)


def test_a_register_finds_a_firm_by_its_one_name_or_former_name_and_tells_two_from_none(
    staffed: Staffed,
) -> None:
    repository = staffed.repository
    firm = repository.firms.add({"name": "霁翊珞科技有限公司", "uscc": CODES[0]})
    repository.firms.save(firm, {"name": "霁翊珞智能科技股份有限公司"}, 1)
    for code in CODES[1:3]:
        repository.firms.add({"name": "云泓科技有限公司", "uscc": code})
    codeless = repository.firms.add({"name": "昶科环境有限公司"})
    held = read(
        staffed,
        "企业名称,统一社会信用代码,申报年度,认定结果\n"
        "霁翊珞智能科技（股份）有限公司,,2026,是\n霁翊珞智能科技股份 有限公司,,2026,是\n"
        "霁翊珞科技有限公司,,2025,否\n云泓科技有限公司,,2026,是\n没有这家公司,,2026,是\n"
        f"昶科环境有限公司,{CODES[3]},2026,是\n霁翊珞科技有限公司,{CODES[3]},2024,是\n",
    )
    assert [(row[0], row[1]) for row in held.rows] == [(firm, 2026), (firm, 2025), (codeless, 2026)]
    assert [name for _row, name in held.ambiguous_rows] == ["云泓科技有限公司"]
    assert [name for _row, name in held.unmatched_rows] == [
        "霁翊珞智能科技（股份）有限公司", "没有这家公司", "霁翊珞科技有限公司",
    ]  # fmt: skip


def test_a_register_without_outcomes_is_refused(staffed: Staffed) -> None:
    with pytest.raises(Exception, match="has no column certified"):
        read(staffed, f"uscc,applied_year\n{CODES[0]},2026\n")


def test_what_is_downloaded_for_training_is_what_training_reads(
    staffed: Staffed, tmp_path: Path
) -> None:
    for place, certified in enumerate((True, False, True)):
        firm = staffed.firm(place, f"{place}公司")
        staffed.repository.applications.save_outcomes([(firm, 2026, {"certified": certified}, 0)])
    rows = staffed.repository.applications.past_applications()
    file = tmp_path / "past.csv"
    file.write_bytes(downloads.table_file(outcome_file.past_table(rows, load_scheme()), "csv"))
    past = read_past(file, load_scheme())
    assert past.labels.tolist() == [True, False, True]
    assert past.years.tolist() == [2026] * 3
    assert not past.batch.rejects.num_rows
    assert past.batch.table.numbers("sales_revenue_y3")[0] == rows[0]["sales_revenue_y3"]


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
    assert columns(app).value == []
    columns(app).set_value(["stage", "name"]).run()
    assert columns(staffed.open("firms")).value == ["stage", "name"]
    # a link that names its own columns shows those
    assert columns(staffed.open("firms", columns="name")).value == ["name"]
    staffed.principal = staffed.adviser(staffed.repository.firms.get(firm)["carrier_id"])
    assert columns(staffed.open("firms")).value == []


def test_a_firms_own_account_begins_from_the_figures_that_are_held_of_it(
    staffed: Staffed,
) -> None:
    firm = staffed.firm(name="甲公司")
    staffed.repository.records.save_ledger(firm, "ip", [{"name": "一种装置", "number": 7}], 0)
    scheme, today = load_scheme(), date(2027, 3, 1)
    assert register_figures.from_register(staffed.repository, scheme, today) is None
    account = Repository(staffed.engine, System(Role.ADMINISTRATOR)).administration.add_account(
        "own", None, Role.FIRM, firm_id=firm
    )
    own = Repository(staffed.engine, sign_in(staffed.engine, account))
    draft = register_figures.from_register(own, scheme, today)
    assert draft is not None
    assert (draft.facts["name"], draft.facts["uscc"]) == ("甲公司", CODES[0])
    assert "application_date" not in draft.facts
    held = by_calendar_year(
        staffed.repository.records.figures(firm, 2026).value, 2026, scheme.latest_year_ids
    )
    # what was entered for 2026 stands under its own years, and money in 10,000
    assert float(draft.facts["sales_revenue@2025"]) == held["sales_revenue@2025"] / 10_000
    assert draft.lists["ip"] == [{"name": "一种装置", "number": "7"}]
    reading = read_draft(draft.state, scheme, today)
    assert not reading.batch.issues
    assert reading.batch.table.numbers("sales_revenue_y2")[0] == held["sales_revenue@2025"]


def test_ticks_never_pass_to_other_firms_and_a_click_means_what_was_drawn() -> None:
    assert session.ticks_key([1, 2, 3]) == session.ticks_key([1, 2, 3])
    assert session.ticks_key([1, 2, 3]) != session.ticks_key([4, 1, 2])


def test_the_one_who_changed_a_firm_second_is_told(staffed: Staffed) -> None:
    firm = staffed.firm()
    app = staffed.open("firm", firm=str(firm))
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


def test_two_files_of_one_firm_are_merged_on_the_page_and_parted_again(staffed: Staffed) -> None:
    park, hub = (staffed.repository.administration.add_carrier(name) for name in ("园区", "孵化器"))
    first = staffed.firm(0, "霁翊珞科技有限公司", carrier_id=park)
    second = staffed.firm(0, "霁翊珞科技股份有限公司", carrier_id=hub)
    app = staffed.open("firms")
    assert "1 files may be a second one of a firm" in html(app)
    assert list(app.dataframe[0].value["name"]) == ["霁翊珞科技有限公司"]
    button(app, "Decide").click().run()
    said = html(app)
    assert all(
        name in said for name in ("霁翊珞科技有限公司", "霁翊珞科技股份有限公司", "园区", "孵化器")
    )
    assert not [each for each in app.button if each.label == "They are two firms"]
    next(each for each in app.radio if each.label == "Name from now on").set_value(
        "霁翊珞科技股份有限公司"
    )
    next(each for each in app.radio if each.label == "Carrier from now on").set_value(hub)
    button(app, "They are one firm: merge").click().run()
    assert not app.exception
    assert "Nothing is left to decide." in "".join(each.value for each in app.info)
    row = staffed.repository.firms.get(first)
    assert (row["name"], row["carrier"]) == ("霁翊珞科技股份有限公司", "孵化器")
    app = staffed.open("firm", firm=str(first), tab="history")
    assert "Former names" in "".join(each.value for each in app.header)
    button(app, "Part them again").click().run()
    assert not app.exception
    assert "Parted: each file has what it had." in html(app)
    assert staffed.repository.firms.get(second)["carrier"] == "孵化器"
    assert staffed.repository.firms.get(first)["name"] == "霁翊珞科技有限公司"


def test_a_code_that_is_none_is_refused_and_an_archived_firm_comes_back(staffed: Staffed) -> None:
    firm = staffed.firm()
    app = staffed.open("firm", firm=str(firm))
    next(each for each in app.text_input if each.label == "Credit code").set_value("123")
    button(app, "Save").click().run()
    assert "123 is no credit code" in html(app)
    assert staffed.repository.firms.get(firm)["uscc"] == CODES[0]
    app = staffed.open("firm", firm=str(firm))
    next(each for each in app.text_input if each.label == "Why").set_value("注销")
    button(app, "To the archive").click().run()
    assert "甲公司 is in the archive" in html(app), [b.label for b in app.button]
    app = staffed.open("firms")
    assert staffed.repository.firms.page().count == 0
    button(app, "Take back").click().run()
    assert staffed.repository.firms.page().count == 1
