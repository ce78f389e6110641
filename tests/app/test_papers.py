"""Plan and papers of one firm, wherever it was met: in a file, in a self-assessment, in the register."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from eligibility.app import cache
from eligibility.app.firm import open_firm, plan_results
from eligibility.app.firm import papers as firm_papers
from eligibility.app.firm.open_firm import OpenFirm
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.example import example
from eligibility.app.widgets import downloads
from eligibility.app.year import papers as year_papers
from eligibility.domain.errors import NotFound
from eligibility.domain.text import Message
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.planning.plan_request import PlanRequest
from eligibility.register import register_year
from eligibility.reports import pdf
from eligibility.schemes.registry import load_scheme
from eligibility.store import VISITOR, Role, System, close_stores
from tests.app.test_pages import ONE_SHORT
from tests.staff_pages import CODES, NASTY, ROOT, Staffed, button, html

PAPERS = ["Paper (Word)", "Paper (PDF)", "Workbook (Excel)"]
#: in the file of a firm, behind them
FORM = ["Form (Word)", "Form (PDF)", "Form (Excel)"]


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    made = Staffed(tmp_path, monkeypatch)
    monkeypatch.setattr(cache, "lacking_for_pdf", lambda: None)
    yield made
    made.engine.dispose()
    close_stores()


def page(script: str, draft: bool = False, **query: str) -> AppTest:
    """A page of the app by its own script, in English."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state["lang"] = "en"
    app.run()
    if draft:
        app.session_state[form_state.DRAFT] = example(load_scheme(), date.today())
    app.switch_page(f"eligibility/app/{script}_page.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def offered(app: AppTest) -> list[str]:
    """Labels of what can be downloaded."""
    return [each.proto.label for each in app.get("download_button")]


def short(staffed: Staffed, st_staff: int, place: int = 0, name: str = "甲公司") -> int:
    """A firm of the register with so many S&T staff of a hundred."""
    made = staffed.repository.firms.add({"name": name})
    staffed.assess(made, 2026, st_staff=st_staff, name=name, uscc=CODES[place])
    return made


def of_register(staffed: Staffed, firm: int) -> OpenFirm:
    """The firm as staff have it open."""
    found = open_firm.from_register(staffed.repository, firm)
    assert found is not None
    return found


def cells(paper: bytes) -> list[list[str]]:
    """Every row of every table of a Word paper."""
    document = Document(io.BytesIO(paper))
    return [[cell.text for cell in row.cells] for grid in document.tables for row in grid.rows]


# --- the plan -----------------------------------------------------------------------------------


def test_the_plan_of_a_file_a_draft_and_a_firm_of_the_register_is_one_page(
    staffed: Staffed,
) -> None:
    firm = short(staffed, 8, name="登记公司")
    for query, name in (
        ({"firm": ONE_SHORT}, "差一苒"),
        ({"of": "draft"}, "示例软件有限公司"),
        ({"of": "register", "firm": str(firm)}, "登记公司"),
    ):
        app = page("firm/plan", draft="of" in query and query["of"] == "draft", **query)
        said = html(app)
        assert name in said
        heads = [each.value for each in app.header]
        assert heads == [
            "What is lacking for the next batch", "Plan", "Outlook by batch", "What it is worth",
            "Ladder of qualifications", "Papers",
        ]  # fmt: skip
        assert set(PAPERS) <= set(offered(app))


def test_the_draft_that_is_open_is_the_firm_of_a_page_whose_address_names_none(
    staffed: Staffed,
) -> None:
    assert "示例软件有限公司" in html(page("firm/plan", draft=True))
    assert "No firm is open yet." in page("firm/plan").markdown[0].value


def test_a_visitor_reaches_no_firm_of_the_register(staffed: Staffed) -> None:
    firm = staffed.firm(name="秘密公司")
    staffed.principal = VISITOR
    for script in ("firm/plan", "firm/firm"):
        app = page(script, of="register", firm=str(firm))
        assert "秘密公司" not in html(app)
        assert "That is not here." in html(app)
        assert not offered(app)
        assert not app.header
    with pytest.raises(NotFound):
        open_firm.from_register(cache_repository(staffed), firm)


def cache_repository(staffed: Staffed) -> Any:
    from eligibility.store import Repository

    return Repository(staffed.engine, staffed.principal)


def test_an_adviser_reaches_no_plan_of_another_carriers_firm(staffed: Staffed) -> None:
    own, other = (
        staffed.repository.administration.add_carrier(name) for name in ("自己的园", "别人的园")
    )
    theirs = staffed.firm(1, "别人公司", carrier_id=other)
    mine = staffed.firm(0, "自己公司", carrier_id=own)
    staffed.principal = staffed.adviser(own)
    assert "别人公司" not in html(page("firm/plan", of="register", firm=str(theirs)))
    assert "自己公司" in html(page("firm/plan", of="register", firm=str(mine)))
    staffed.principal = System(Role.FIRM, 1)
    assert "自己公司" not in html(page("firm/plan", of="register", firm=str(mine)))


@pytest.mark.parametrize("number", ["", "x", "99", "-1", "1 or 1=1"])
def test_an_address_that_names_no_firm_of_the_register_opens_none(
    staffed: Staffed, number: str
) -> None:
    staffed.firm(name="秘密公司")
    app = page("firm/plan", of="register", firm=number)
    assert "秘密公司" not in html(app)
    assert not app.header


def test_what_is_tried_for_one_firm_is_not_tried_for_another(staffed: Staffed) -> None:
    firms = [short(staffed, 8, place, f"{place}公司") for place in range(2)]
    app = staffed.open("firm", firm=str(firms[0]), tab="plan")
    app.number_input(key=f"if-more:register-{firms[0]}:st_staff_converted").set_value(2.0).run()
    assert "● eligible" in html(app).split("→ <span")[1]
    app.query_params["firm"] = str(firms[1])
    app.run()
    assert app.number_input(key=f"if-more:register-{firms[1]}:st_staff_converted").value is None


def test_a_plan_can_aim_at_a_readiness_and_shows_what_it_was_learned_from(
    staffed: Staffed,
) -> None:
    app = page("firm/plan", firm=ONE_SHORT)
    app.number_input(key="plan-readiness").set_value(80.0).run()
    assert not app.exception
    said = html(app)
    assert re.search(r"Readiness then about \d\d% \(\d\d%–\d\d%\), at least 80% asked for\.", said)
    assert "Demonstration model" in said
    assert "learned from 600 invented applications" in said
    app.number_input(key="plan-readiness").set_value(99.0).run()
    assert "is out of reach by" in html(app)


def test_without_a_model_no_readiness_can_be_asked_for(
    staffed: Staffed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELIGIBILITY_MODELS", str(tmp_path / "none"))
    app = page("firm/plan", firm=ONE_SHORT)
    assert "plan-readiness" not in [each.key for each in app.number_input]


# --- the dossier --------------------------------------------------------------------------------


def test_the_parts_of_a_dossier_stand_in_the_order_of_the_work(staffed: Staffed) -> None:
    app = staffed.open("firm", firm=str(staffed.firm()))
    (tabs,) = [each for each in app.segmented_control if each.key == "ask:tab"]
    assert list(tabs.options) == [
        "Assessment", "This year and last", "Plan", "Certificate", "Figures", "From and to the firm", "Documents",
        "Tasks", "Notes", "History",
    ]  # fmt: skip


def test_the_dossier_plans_from_the_latest_facts(staffed: Staffed) -> None:
    firm = short(staffed, 4)
    staffed.assess(firm, 2026, st_staff=8)
    said = html(staffed.open("firm", firm=str(firm), tab="plan"))
    assert "2 persons more, to 10 persons" in said
    assert "Can be got now" in said


def test_a_firm_without_an_assessment_is_told_what_to_do_first(staffed: Staffed) -> None:
    firm = staffed.repository.firms.add({"name": "新公司"})
    for tab in ("plan", "documents"):
        app = staffed.open("firm", firm=str(firm), tab=tab)
        assert "Not assessed yet" in app.info[0].value
        assert not offered(app)


def test_the_documents_of_a_dossier_end_in_its_papers(staffed: Staffed) -> None:
    app = staffed.open("firm", firm=str(staffed.firm()), tab="documents")
    assert offered(app) == [*PAPERS, *FORM]
    assert "0 of 19 papers are here" in html(app)


def test_the_paper_of_a_firm_of_the_register_says_which_papers_are_there(staffed: Staffed) -> None:
    firm = staffed.firm(name="甲公司")
    staffed.repository.documents.save(firm, "ip_certificates", {"status": "received"}, 0)
    staffed.repository.documents.save(firm, "股东会决议", {"status": "asked"}, 0)
    found = of_register(staffed, firm)
    rows = cells(firm_papers.firm_paper(found, plan_results.FOR_NEXT_BATCH, ENGLISH, "docx"))
    at_hand = {row[1]: row[0] for row in rows if len(row) == 4}
    assert at_hand["Core intellectual property"] == "received"
    assert at_hand["股东会决议"] == "asked for"
    assert at_hand["Share of S&T staff"] == "missing"


# --- papers -------------------------------------------------------------------------------------


def test_the_result_of_a_self_assessment_offers_its_plan_and_papers(
    staffed: Staffed,
) -> None:
    app = page("self_assessment/result", draft=True)
    assert set(PAPERS) <= set(offered(app))
    assert "Can be got now" in html(app)
    links = [each.proto for each in app.get("page_link")]
    assert any("of=draft" in link.query_string for link in links)


def test_the_lists_of_a_self_assessment_fill_the_tables_of_its_papers(
    staffed: Staffed,
) -> None:
    draft = example(load_scheme(), date.today())
    assert draft is not None
    _, screening = cache.assess_draft(draft)
    assert screening.only is not None
    found = open_firm.from_draft(draft, screening.only)
    rows = cells(firm_papers.firm_paper(found, plan_results.FOR_NEXT_BATCH, CHINESE, "docx"))
    assert ["IP01", "一种数据清洗方法", "发明专利"] in [row[:3] for row in rows]
    assert ["PS01", "数据管理平台"] in [row[:2] for row in rows]
    book = CalamineWorkbook.from_filelike(io.BytesIO(firm_papers.firm_workbook(found, CHINESE)))
    sheet = book.get_sheet_by_index(0).to_python()
    assert ["IP02", "管理软件 V1.0", "软著"] in [row[:3] for row in sheet]


def test_a_paper_tells_the_plan_that_was_asked_for(staffed: Staffed) -> None:
    found = of_register(staffed, short(staffed, 8))
    asked = PlanRequest(by=date(date.today().year + 1, 7, 10))
    made = Document(io.BytesIO(firm_papers.firm_paper(found, asked, ENGLISH, "docx")))
    said = [paragraph.text for paragraph in made.paragraphs]
    assert f"Plan to be ready by {asked.by}" in said


def test_no_paper_is_made_before_it_is_asked_for(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*_: Any, **__: Any) -> bytes:
        raise AssertionError("made while the page was drawn")

    for module, name in (
        (firm_papers, "firm_paper"),
        (firm_papers, "firm_workbook"),
        (downloads, "staff_workbook"),
        (year_papers, "year_paper"),
    ):
        monkeypatch.setattr(module, name, made)
    # while the register is empty, the year is that of the sample file
    assert "Staff's workbook (Excel)" in offered(page("year/year"))
    firm = staffed.firm()
    assert offered(staffed.open("firm", firm=str(firm), tab="documents")) == [*PAPERS, *FORM]


def test_where_no_pdf_can_be_written_a_sentence_says_what_is_lacking(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = Message("A PDF needs the library Pango")
    monkeypatch.setattr(cache, "lacking_for_pdf", lambda: lacking)
    app = staffed.open("firm", firm=str(staffed.firm()), tab="documents")
    assert offered(app) == ["Paper (Word)", "Workbook (Excel)", "Form (Word)", "Form (Excel)"]
    assert "A PDF needs the library Pango" in html(app)


def test_what_a_pdf_lacks_is_known_before_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    said = pdf.lacking()
    assert said is not None
    assert "needs WeasyPrint" in said.say(ENGLISH)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("甲公司", "甲公司-2026-05-10"),
        ("../../etc/passwd", "etc-passwd-2026-05-10"),
        ('a<b>:"c"|?*\r\nd', "a-b-c-d-2026-05-10"),
        ("=cmd()", "cmd-2026-05-10"),
        ("x" * 300, "x" * 40 + "-2026-05-10"),
        ("...", "2026-05-10"),
    ],
)
def test_a_file_is_named_by_letters_and_digits_alone(name: str, file: str) -> None:
    assert downloads.file_stem(name, date(2026, 5, 10)) == file


def test_a_hostile_name_stays_text_in_page_and_paper(staffed: Staffed) -> None:
    firm = staffed.firm(name=NASTY)
    app = staffed.open("firm", firm=str(firm), tab="plan")
    assert "<script>alert" not in html(app)
    made = firm_papers.firm_paper(
        of_register(staffed, firm), plan_results.FOR_NEXT_BATCH, ENGLISH, "docx"
    )
    assert [NASTY] in [row[1:] for row in cells(made) if row[0] == "Name of the firm"]


# --- the year -----------------------------------------------------------------------------------


def test_the_year_offers_its_report_and_the_workbook_of_staff(
    staffed: Staffed,
) -> None:
    app = page("year/year")
    papers = ["Year's report (Word)", "Year's report (PDF)", "Staff's workbook (Excel)"]
    assert offered(app)[-3:] == papers


def test_the_report_of_the_year_says_what_its_page_says(
    staffed: Staffed,
) -> None:
    day = date(2026, 3, 1)
    screening = cache.sample(day)
    standing = plan_results.state_of_file(screening, 2026, cache.scheme())
    from eligibility.city.settings import load_city
    from eligibility.city.year import YearRequest, city_year

    city = load_city()
    chances = register_year.model_chances(None, standing, city)
    made = city_year(standing, chances, YearRequest(city, 2026, day))
    paper = year_papers.year_paper(
        made, lambda later: register_year.model_chances(None, later, city), CHINESE, "docx"
    )
    rows = cells(paper)
    assert ["年度目标", "50"] in rows
    assert ["年度目标", "83"] in cells(
        year_papers.year_paper(
            made, lambda later: register_year.model_chances(None, later, city), CHINESE, "docx", 83
        )
    )
    assumed = next(row for row in rows if row[:2] == ["年度目标", "50"] and len(row) > 2)
    assert "假定" in assumed[2]

    def asked(**how: Any) -> list[list[str]]:
        def later(standing: Any) -> Any:
            return register_year.model_chances(None, standing, city)

        return cells(year_papers.year_paper(made, later, CHINESE, "docx", **how))

    # a target that somebody set is theirs, also where it is the city's own
    assert ["年度目标", "50", "企业库中设定"] in asked(register_target=50)
    theirs = asked(carrier="甲园区")
    assert not any("达标" in cell for row in theirs for cell in row)
    assert any(row[:2] == ["全市目标", "50"] for row in theirs)
    assert ["预计全年", f"{made.portfolio.without.mean:.1f}", "预测"] in rows
    with ZipFile(io.BytesIO(paper)) as parts:
        assert sum(name.startswith("word/charts/") for name in parts.namelist()) == 6
    book = CalamineWorkbook.from_filelike(io.BytesIO(downloads.staff_workbook(screening, CHINESE)))
    assert len(book.get_sheet_by_name("全部企业").to_python()) == 1 + 200


def test_the_list_of_a_file_offers_the_workbook_of_staff(
    staffed: Staffed,
) -> None:
    assert "Staff's workbook (Excel)" in offered(page("screening/screening"))


def test_buttons_of_the_dossier_still_do_what_they_are_for(staffed: Staffed) -> None:
    app = staffed.open("firm", firm=str(staffed.firm()), tab="plan")
    button(app, "Put in the exact distances")
    button(app, "Back to the facts").click().run()
    assert not app.exception
