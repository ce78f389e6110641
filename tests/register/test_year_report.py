"""The year-end report of the register: its numbers are those of the overview, its lists name firms."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest

from eligibility.city.annual_results import Grouping, Result, Scope, research_growth
from eligibility.city.settings import load_city
from eligibility.domain.errors import NotFound
from eligibility.i18n import CHINESE
from eligibility.register.certified_firms import certified_firms
from eligibility.register.stock_outlook import stock_outlook
from eligibility.register.year_report import year_report
from eligibility.register.year_results import annual_results
from eligibility.reports.paper import Grid, Paper, Points, Text
from eligibility.schemes.registry import load_scheme
from eligibility.store import CarrierKind, Repository, Role, System, close_stores
from tests.commands import run
from tests.staff_pages import Staffed

TODAY = date(2026, 11, 30)
HNTE = load_scheme()


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    """A year: two firms certified, one refused, one pending, one whose certificate ran out."""
    staffed = Staffed(tmp_path, monkeypatch)
    repository = staffed.repository
    carrier = repository.administration.add_carrier("甲园")
    repository.administration.save_carrier(carrier, {"kind": CarrierKind.INCUBATOR}, 1)
    staffed.adviser(carrier)
    firms = [
        staffed.firm(place, name, district=place % 2 * "新城区" or "回民区", carrier_id=of)
        for place, (name, of) in enumerate(
            [("一公司", carrier), ("二公司", carrier), ("三公司", None)]
        )
    ]
    # known, and not yet surveyed
    firms += [
        repository.firms.add({"name": name, "district": district})
        for name, district in (("四公司", "新城区"), ("五公司", "回民区"))
    ]
    repository.administration.set_target(2026, 4, 0)
    values = {"certified": True, "certified_on": date(2026, 10, 28), "batch": "第一批"}
    for firm in firms[:2]:
        repository.applications.save_outcome(firm, 2026, values, 0)
    refusal = {"certified": False, "rejection_reason": "专项审计报告缺页"}
    repository.applications.save_outcome(firms[2], 2026, refusal, 0)
    repository.applications.save_outcome(firms[3], 2026, {"certified": None}, 0)
    ended = {"certified": True, "certified_on": date(2023, 11, 3)}
    repository.applications.save_outcome(firms[4], 2023, ended, 0)
    repository.visits.add(firms[0], {"visited_on": date(2026, 9, 1), "findings": "账已分"})
    repository.visits.add(firms[0], {"visited_on": date(2026, 12, 1)})
    for day, came in ((date(2026, 3, 2), firms[:2]), (date(2026, 3, 3), firms[2:3])):
        repository.courses.save("研发费用归集", day, came)
    task = repository.casework.add_task(firms[1], {"title": "核账"})
    repository.casework.save_task(task, {"done": True}, 1)
    yield staffed
    staffed.engine.dispose()
    close_stores()


def words(paper: Paper) -> list[str]:
    texts = []
    for block in (*paper.lead, *paper.blocks):
        if isinstance(block, Grid):
            texts += [" | ".join(cell or "" for cell in row) for row in block.rows]
        elif isinstance(block, Points):
            texts += [point.text for point in block.points]
        elif isinstance(block, Text):
            texts.append(block.text)
    return texts


def report(repository: Repository, scope: Scope = Scope()) -> list[str]:  # noqa: B008
    return words(year_report(repository, 2026, HNTE, load_city(), TODAY, CHINESE, scope=scope))


def test_the_numbers_of_the_report_are_those_of_the_overview(staffed: Staffed) -> None:
    repository = staffed.repository
    results = annual_results(repository, 2026, HNTE, TODAY)
    (row,) = (each for each in repository.administration.targets() if each["year"] == 2026)
    assert (results.target, len(results.applications), results.count(Result.CERTIFIED)) == (
        row["number"], row["applied"], row["certified"],
    )  # fmt: skip
    assert results.firms == sum(repository.overview.funnel().values())
    assert {each.district: each.firms for each in results.survey} == {
        each["group"]: each["firms"] for each in repository.overview.counts("district")
    }
    for grouping in get_args(Grouping):
        sums = [sum(counts.values()) for _, counts in results.by(grouping)]
        assert sum(sums) == row["applied"]


def test_the_report_names_firms_with_what_became_of_them(staffed: Staffed) -> None:
    lines = report(staffed.repository)
    assert "申报 4 家：获认定 2 家，待结果 1 家，未获批 1 家。" in lines
    assert "年度目标 4 家，完成 50.0%。" in lines
    # by kind of carrier, and those of none
    assert {"孵化器 | 2 | 2 | 0 | 0", "（无载体类型） | 2 | 0 | 1 | 1"} <= set(lines)
    assert any(line.startswith("三公司") and "专项审计报告缺页" in line for line in lines)
    assert any(line.startswith("五公司") and "2026-11-03 | 到期" in line for line in lines)


def test_the_report_of_a_carrier_or_district_has_its_firms_alone(staffed: Staffed) -> None:
    of_carrier = report(staffed.repository, Scope(carrier="甲园"))
    assert "申报 2 家：获认定 2 家，待结果 0 家，未获批 0 家。" in of_carrier
    assert not any("三公司" in line or "年度目标" in line for line in of_carrier)
    districts = [report(staffed.repository, Scope(district=name)) for name in ("新城区", "回民区")]
    applied = [next(line for line in lines if line.startswith("申报")) for lines in districts]
    assert [line.split(" 家")[0] for line in applied] == ["申报 2", "申报 2"]
    with pytest.raises(NotFound, match="No firm of the register"):
        report(staffed.repository, Scope(district="无此区"))


def test_an_adviser_gets_the_report_of_the_own_carrier_without_the_citys_target(
    staffed: Staffed,
) -> None:
    (carrier,) = (row["id"] for row in staffed.repository.administration.carriers())
    adviser = Repository(staffed.engine, System(Role.ADVISER, carrier_id=carrier))
    results = annual_results(adviser, 2026, HNTE, TODAY)
    assert (results.firms, results.target) == (2, None)
    assert {each.carrier for each in results.applications} == {"甲园"}
    assert not results.ends


def test_a_known_firm_without_an_assessment_is_not_surveyed(staffed: Staffed) -> None:
    survey = annual_results(staffed.repository, 2026, HNTE, TODAY).survey
    counts = {each.district: (each.assessments, each.firms) for each in survey}
    assert counts == {"回民区": (2, 3), "新城区": (1, 2)}


def test_only_visits_that_were_made_and_tasks_closed_in_the_year_are_work(staffed: Staffed) -> None:
    results = annual_results(staffed.repository, 2026, HNTE, TODAY)
    assert sum(each.visits for each in results.work) == 1
    assert sum(each.tasks_done for each in results.work) == 1
    earlier = annual_results(staffed.repository, 2024, HNTE, TODAY)
    assert earlier.work == ()


def test_a_certificate_without_a_day_is_valid_in_its_year_wherever_it_is_counted(
    staffed: Staffed,
) -> None:
    repository = staffed.repository
    firm = repository.firms.add({"name": "六公司"})
    repository.applications.save_outcome(firm, 2026, {"certified": True}, 0)
    counts = {
        repository.tallies.tally(2026).certificates,
        annual_results(repository, 2026, HNTE, TODAY).certificates,
        sum(each.is_valid for each in certified_firms(repository, HNTE, load_city(), TODAY)),
        stock_outlook(repository, HNTE, load_city(), TODAY).valid,
    }
    assert counts == {3}


def test_a_course_counts_the_firms_that_came_and_those_that_stand_elsewhere_since(
    staffed: Staffed,
) -> None:
    texts = report(staffed.repository)
    assert "研发费用归集 | 2026-03-02 | 2 | 2" in texts
    assert "研发费用归集 | 2026-03-03 | 1 | 1" in texts
    # recorded again, the list takes the place of the one before
    staffed.repository.courses.save("研发费用归集", date(2026, 3, 3), [])
    assert not any("2026-03-03" in text for text in report(staffed.repository))


def test_a_year_whose_figures_are_out_of_date_is_reported_and_says_why_nothing_is_foreseen(
    staffed: Staffed,
) -> None:
    day = date(2028, 2, 1)
    paper = year_report(staffed.repository, 2027, HNTE, load_city(), day, CHINESE)
    texts = words(paper)
    assert "未导入或修改过任何数据" in texts[-1]


def test_a_task_is_work_of_the_year_in_which_it_was_closed_by_the_local_calendar(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    new_years_eve = datetime(2030, 12, 31, 17, tzinfo=UTC)
    repository = Repository(staffed.engine, System(Role.MANAGER), lambda: new_years_eve)
    task = repository.casework.add_task(repository.firms.page().rows[0]["id"], {"title": "核账"})
    counts = []
    for version, done in ((1, True), (2, False), (3, True)):
        repository.casework.save_task(task, {"done": done}, version)
        counts.append([len(repository.results.tasks_done(year)) for year in (2030, 2031)])
    monkeypatch.undo()
    time.tzset()
    assert counts == [[0, 1], [0, 0], [0, 1]]


def test_growth_of_research_counts_only_firms_that_state_both_years() -> None:
    facts = [
        {"rd_expense@2024": 100, "rd_expense@2025": 150},
        {"rd_expense@2025": 900},
        {"rd_expense@2024": 100, "rd_expense@2025": 90},
    ]
    growth = research_growth(facts, 2025)
    assert (growth.firms, growth.growing, growth.growth) == (2, 1, pytest.approx(0.2))
    assert research_growth([], 2025).growth is None


def test_the_command_writes_the_report_of_the_register(staffed: Staffed, tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    run("report", "--store", "--year", "2026", "--carrier", "甲园", "-o", path)
    assert path.exists()
    run("report", "--store", "-o", path, status=2)
