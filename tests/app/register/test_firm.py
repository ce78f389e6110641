"""The file of a firm: findings, years, history, tasks; merged, archived and back."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import docx
import pytest
import streamlit as st

from eligibility.app import cache
from eligibility.app.firm import application_form, open_firm
from eligibility.app.register import firms_query
from eligibility.app.register.dossier import moment
from eligibility.app.widgets import number_format as fmt
from eligibility.application_form.contents import FormContents
from eligibility.i18n import CHINESE
from eligibility.schemes.registry import load_scheme
from tests.firms import base
from tests.staff_pages import CODES, NASTY, Staffed, button, html


def test_a_moment_is_told_by_the_readers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 11, 26, 18, 51, tzinfo=UTC)
    for zone, said in (("Asia/Shanghai", "2026-11-27 02:51"), ("UTC", "2026-11-26 18:51")):
        monkeypatch.setattr(type(st.context), "timezone", zone)
        assert moment(at) == said
    for unknown in (None, "", "Nowhere/At all", "../../etc/passwd"):
        monkeypatch.setattr(type(st.context), "timezone", unknown)
        assert moment(at) == f"{at.astimezone():%Y-%m-%d %H:%M}"


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


def test_each_number_of_an_assessment_says_where_the_register_has_it_from(staffed: Staffed) -> None:
    said = html(staffed.open("firm", firm=str(staffed.firm())))
    staff = said.partition("第十一条（四）")[2].partition("</details>")[0]
    assert "<dt>Where from</dt>" in staff
    assert f"typed by —, {date.today()}" in staff


def test_the_head_of_a_firm_and_its_findings_call_its_verdict_by_one_word(staffed: Staffed) -> None:
    firm = staffed.firm()
    staffed.assess(firm, 2026, ip_advancement_rating=None, management_system=None)
    said = html(staffed.open("firm", firm=str(firm)))
    head = said.partition('<section class="firm">')[2].partition("</section>")[0]
    assert "◑ for the experts to judge" in head
    assert "undetermined" not in head


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
    # what the law says of the paper, and who may write it
    assert "国科发火〔2016〕32号 第十二条（一）6" in html(app)
    assert "30 % of its staff" in html(app)
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


def test_the_official_form_of_a_firm_is_taken_away_with_its_figures(staffed: Staffed) -> None:
    firm = staffed.firm(0, "甲公司")
    staffed.assess(firm, 2026, name="甲公司")
    app = staffed.open("firm", firm=str(firm), tab="documents")
    assert not app.exception
    labels = [each.label for each in app.get("download_button")]
    assert {"Form (Word)", "Form (PDF)", "Form (Excel)"} <= set(labels)
    opened = open_firm.from_register(staffed.repository, firm)
    assert opened is not None
    scheme, table = opened.firm.scheme, opened.firm.table
    law = scheme.in_force(opened.firm.application_date)
    contents = FormContents(scheme, law, table, opened.lists)
    written = application_form.form_paper(opened.firm, contents, CHINESE, "docx")
    words = "".join(
        cell.text
        for form_table in docx.Document(io.BytesIO(written)).tables
        for row in form_table.rows
        for cell in row.cells
    )
    assert "甲公司" in words
    assert f"{table.numbers('staff_total')[0]:g}" in words


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
    app = staffed.open("firm", firm=str(firm), sections=[f"change:{firm}"])
    next(each for each in app.text_input if each.label == "Credit code").set_value("123")
    button(app, "Save").click().run()
    assert "123 is no credit code" in html(app)
    assert staffed.repository.firms.get(firm)["uscc"] == CODES[0]
    app = staffed.open("firm", firm=str(firm), sections=[f"archive:{firm}"])
    next(each for each in app.text_input if each.label == "Why").set_value("注销")
    button(app, "To the archive").click().run()
    assert "甲公司 is in the archive" in html(app), [b.label for b in app.button]
    app = staffed.open("firms")
    assert staffed.repository.firms.page().count == 0
    button(app, "Take back").click().run()
    assert staffed.repository.firms.page().count == 1
