"""The papers of an application: all eight headings of the law, and no list of persons is kept."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner
from xlsxwriter import Workbook

import eligibility
from eligibility.cli import app
from eligibility.domain.errors import InputError
from eligibility.i18n import CHINESE
from eligibility.register.documents import attach, checklist, count_persons, status_by_condition
from eligibility.schemes.registry import load_scheme
from eligibility.store import LOCAL, DocumentStatus, Repository, open_store
from tests.published_schemas import check_record
from tests.store.two_carriers import PDF

HNTE = load_scheme()
LAW = HNTE.in_force(date(2026, 12, 1))


def workbook(path: Path, *rows: list[str]) -> bytes:
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


def entry(item: str, status: str, **more: object) -> dict[str, object]:
    blank = dict.fromkeys(("due_on", "asked_on", "asker", "remark"))
    return {"item": item, "status": status, "version": 1, "files": [], **blank, **more}


def test_every_heading_of_the_law_has_its_papers_and_every_condition_that_is_proved_by_one() -> (
    None
):
    papers = checklist(HNTE, LAW, [])
    assert {paper.under for paper in papers} == set(range(1, len(HNTE.guide.materials) + 1))
    assert len({paper.item for paper in papers}) == len(papers)
    conditions = {each.id for each in LAW.conditions}
    named = {name for paper in papers for name in paper.conditions}
    # of violations the authorities speak, no paper of the firm
    assert named == conditions - {"no_major_violation"}


def test_every_paper_names_what_the_law_says_of_it_and_no_clause_is_without_a_reader() -> None:
    papers = checklist(HNTE, LAW, [])
    of_papers = {name for paper in papers for name in paper.clauses}
    assert {LAW.clauses[paper.clauses[0]].article[-1] for paper in papers} == set("12345678")
    assert all(LAW.clauses[each.clauses[0]].article.endswith(str(each.under)) for each in papers)
    # who writes the two special audits
    audits = {paper.item for paper in papers if "auditor" in paper.clauses}
    assert audits == {"rd_audit", "income_audit"}
    code = "".join(path.read_text() for path in Path(eligibility.__file__).parent.rglob("*.py"))
    assert {name for name in LAW.clauses if f'"{name}"' not in code} == of_papers


def test_a_scheme_without_a_catalogue_is_listed_by_its_conditions() -> None:
    other = load_scheme("tech_sme")
    law = other.in_force(date(2026, 12, 1))
    assert [paper.item for paper in checklist(other, law, [])] == [
        each.id for each in law.conditions
    ]


def test_what_was_entered_by_condition_or_by_name_stays_on_the_list() -> None:
    papers = checklist(HNTE, LAW, [entry("core_ip", "checked"), entry("股东会决议", "asked")])
    assert [(paper.item, paper.status) for paper in papers[-2:]] == [
        ("core_ip", "checked"), ("股东会决议", "asked"),
    ]  # fmt: skip
    # what was said of a condition as a whole holds, whatever its papers
    assert status_by_condition(papers, CHINESE) == {
        "core_ip": DocumentStatus.CHECKED, "股东会决议": DocumentStatus.ASKED,
    }  # fmt: skip


def test_a_condition_has_come_as_far_as_the_least_of_its_papers() -> None:
    held = [entry("rd_audit", "checked"), entry("rd_activities", "received")]
    found = status_by_condition(checklist(HNTE, LAW, held), CHINESE)
    assert found["domestic_rd_share"] == DocumentStatus.RECEIVED
    # its project approvals, reports and returns are not there
    assert found["rd_intensity"] == DocumentStatus.MISSING
    assert "st_staff_ratio" not in found


def test_a_paper_is_overdue_when_its_day_has_passed_and_it_has_not_come() -> None:
    late = {"due_on": date(2026, 11, 1)}
    for status, overdue in (("asked", True), ("missing", True), ("received", False)):
        (paper,) = (
            each
            for each in checklist(HNTE, LAW, [entry("rd_audit", status, **late)])
            if each.item == "rd_audit"
        )
        assert paper.is_overdue(date(2026, 11, 2)) is overdue
        assert not paper.is_overdue(date(2026, 11, 1))


def test_a_list_of_persons_is_counted_and_never_kept(tmp_path: Path) -> None:
    head = ["姓名", "身份证号", "入职日期", "用工形式", "岗位", "是否科技人员"]
    person = ["张三", "110105199003078515", "2020-01-01", "在职", "研发", "是"]
    content = workbook(tmp_path / "名单.xlsx", head, person)
    local = Repository(open_store(f"sqlite:///{tmp_path / 'store.sqlite'}"), LOCAL)
    firm = local.firms.add({"name": "甲公司"})
    papers = {paper.item: paper for paper in checklist(HNTE, LAW, [])}
    for item, name, what in (
        ("staff_list", "名单.pdf", PDF),
        ("staff_list", "名单.xlsx", content),
        ("rd_activities", "活动.xlsx", content),
    ):
        with pytest.raises(InputError, match="list of persons"):
            attach(local, HNTE, firm, papers[item], name, what)
    assert local.documents.of_firm(firm) == []
    assert not (tmp_path / "store.files").exists()
    assert count_persons(HNTE, "名单.xlsx", content, date(2026, 12, 1)).count.staff.average == 1
    accounts = workbook(tmp_path / "账.xlsx", head[2:], person[2:])
    attach(local, HNTE, firm, papers["rd_activities"], "账.xlsx", accounts)


def test_the_command_says_where_each_paper_of_a_firm_stands(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    local = Repository(open_store(f"sqlite:///{file}"), LOCAL)
    firm = local.firms.add({"name": "甲公司", "uscc": "91150105XNBU6HUA33"})
    local.documents.attach(firm, "rd_audit", "审计.pdf", PDF)
    local.documents.ask(firm, {"tax_returns": 0}, date(2020, 1, 2))

    def run(*options: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, ["documents", *options, "--store", str(file)])
        assert done.exit_code == status, done.output
        return done.output

    told = run("91150105XNBU6HUA33", "--lang", "zh")
    assert "材料已到 1 / 19 项" in told
    assert "专项审计或鉴证报告 · 已收到 · 附件：1" in told
    assert "△ 2020-01-02" in told
    record = json.loads(run("91150105XNBU6HUA33", "--format", "json"))
    check_record("documents", record)
    rows = {row["item"]: row for row in record["papers"]}
    assert rows["tax_returns"]["is_overdue"]
    assert [each["article"] for each in rows["rd_audit"]["clauses"]] == [
        "第十二条（一）6",
        "一、（三）1",
    ]
    assert rows["rd_audit"]["files"][0]["name"] == "审计.pdf"
    assert "no firm with the code" in run("91150100XNYLK3H19E", "--lang", "en", status=2)
