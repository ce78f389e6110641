"""Certified firms of the register: their yearly check, tax at stake, titles, and the forms they file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pytest
from typer.testing import CliRunner

from eligibility.api import firms
from eligibility.assessment.ladder import joint_fields, ladder
from eligibility.city.certificate_check import CheckRequest, CheckResult, check_certificates
from eligibility.city.certificate_duties import DutyKind, DutyStatus
from eligibility.city.certified_firm import CertifiedFirm
from eligibility.city.settings import load_city
from eligibility.cli import app
from eligibility.i18n import CHINESE
from eligibility.planning.incentives import worth
from eligibility.register.certified_firms import certified_firms
from eligibility.register.titles import firm_period, with_recorded_title
from eligibility.reports.certificate_forms import annual_report_paper, name_change_paper
from eligibility.reports.certificate_text import certificate_table, duties_calendar
from eligibility.reports.word import write_word
from eligibility.schemes.registry import load_scheme
from eligibility.store import LOCAL, Repository, Stage, close_stores, open_store
from eligibility.store.fact_rows import CalendarFacts
from tests import empty_store
from tests.firms import base
from tests.published_schemas import check_record

HNTE, CITY, TODAY = load_scheme(), load_city(), date(2026, 11, 30)
CERTIFIED = {"certified": True, "certified_on": date(2024, 10, 15), "certificate_number": "GR1"}
#: comfortable on every share, so that no strike makes it fall
STRONG = {"st_staff": 60, "hitech_income_y3": 17_000_000}


def facts(**changes: Any) -> dict[str, Any]:
    return CalendarFacts().store(base(**changes), 2026)


def checked(lists: Any = None, **changes: Any) -> Any:
    request = CheckRequest(facts(**changes), 2024, lists or {})
    (check,) = check_certificates([request], HNTE, TODAY)
    return check


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    close_stores()
    empty_store.put(tmp_path)
    engine = open_store()
    yield Repository(engine, LOCAL)
    engine.dispose()
    close_stores()


def holder(repository: Repository, name: str = "甲公司", **changes: Any) -> int:
    """A firm certified in October 2024, with figures of the application of 2026."""
    firm = repository.firms.add({"name": name})
    figures = base(application_date=date(2026, 5, 10), name=name, **changes)
    repository.records.save_figures(firm, 2026, figures, 0)
    repository.applications.save_outcome(firm, 2024, CERTIFIED, 0)
    return firm


def listed(repository: Repository, day: date = TODAY) -> list[CertifiedFirm]:
    return certified_firms(repository, HNTE, CITY, day)


# --- the yearly check ---


def test_the_check_says_what_fails_on_the_newest_figures_and_by_how_much() -> None:
    check = checked(st_staff=9, staff_total=100)
    assert check.result is CheckResult.FALLS
    assert check.years[-1].unmet == ("st_staff_ratio",)
    assert check.years[-1].figures["st_staff_ratio"] == pytest.approx((0.09, 0.1))
    assert check.falls_from == 2025


def test_a_firm_on_the_line_holds_by_a_little_and_says_which_strike_it_would_not_stand() -> None:
    check = checked(staff_total=100, st_staff=10)
    assert check.result is CheckResult.WEAK
    falls = {strike.id: strike.falls for strike in check.strikes}
    assert "st_staff_ratio" in falls["staff_not_accepted"]
    assert not checked(staff_total=100, st_staff=9).years[-1].holds


def test_what_reviewers_strike_is_staff_cost_income_awards_and_the_least_activity() -> None:
    activities = [
        {"name": name, "year": "2025", "rd_personnel": amount}
        for name, amount in (("大项目", "300"), ("小项目", "3"), ("中项目", "40"))
    ]
    check = checked({"activity": activities}, rd_expense_y3=None, rd_personnel_y3=3_430_000)
    assert {strike.id for strike in check.strikes} >= {
        "staff_not_accepted", "rd_not_accepted", "hitech_income_not_accepted", "activity",
    }  # fmt: skip
    (single,) = (strike for strike in check.strikes if strike.id == "activity")
    assert single.name == "小项目"


def test_awards_left_out_as_non_taxable_count_into_income_under_strike() -> None:
    # 60.2 % of the income less the award, 57.3 % with it
    income = {"gross_income_y3": 21_000_000, "non_taxable_income_y3": 1_000_000}
    check = checked(total_income_y3=None, hitech_income_y3=12_040_000, **income)
    (strike,) = (each for each in check.strikes if each.id == "awards_counted")
    assert strike.falls == ("hitech_income_share",)
    assert "hitech_income_share" not in check.years[-1].unmet


def test_a_missing_fact_leaves_the_check_open_and_no_facts_at_all_say_so() -> None:
    check = checked(st_staff=None, **{k: v for k, v in STRONG.items() if k != "st_staff"})
    assert check.years[-1].open
    assert check.result in (CheckResult.OPEN, CheckResult.WEAK)
    (nothing,) = check_certificates([CheckRequest({}, 2024, {})], HNTE, TODAY)
    assert nothing.result is CheckResult.NO_FIGURES


def test_every_fiscal_year_since_the_certificate_is_judged_with_the_two_before_it() -> None:
    check = checked()
    assert [year.year for year in check.years] == [2024, 2025]
    # a certificate of this year has no closed year yet: the newest there is stands for it
    (new,) = check_certificates([CheckRequest(facts(), 2026, {})], HNTE, TODAY)
    assert [year.year for year in new.years] == [2025]


# --- the register ---


def test_a_certificate_is_listed_while_it_is_valid_and_until_its_year_is_settled(
    repository: Repository,
) -> None:
    firm = holder(repository)
    for day, listed_valid in (
        (date(2024, 10, 14), None),
        (date(2024, 10, 15), True),
        (date(2027, 10, 14), True),
        (date(2027, 10, 15), False),
        (date(2028, 5, 31), False),
        (date(2028, 6, 1), None),
    ):
        found = [one.is_valid for one in listed(repository, day) if one.firm["firm_id"] == firm]
        assert found == ([] if listed_valid is None else [listed_valid]), day


def test_a_cancelled_certificate_leaves_the_list_the_year_and_the_stage(
    repository: Repository,
) -> None:
    firm = holder(repository)
    change = {"cancelled_on": date(2026, 8, 1), "ground": "conditions", "from_year": 2025}
    repository.certificates.save_cancellation(firm, 2024, change, 0)
    assert listed(repository) == []
    assert repository.firms.get(firm)["stage"] == Stage.LAPSED
    assert [one.is_valid for one in listed(repository, date(2026, 7, 31))] == [True]
    (row,) = repository.year.certificates()
    assert row["cancelled_on"] == date(2026, 8, 1)


def test_tax_at_stake_runs_from_the_year_that_fails_by_relief_or_else_by_profit(
    repository: Repository,
) -> None:
    firm = holder(repository, staff_total=100, st_staff=9)
    (one,) = listed(repository)
    assert one.stake is not None
    assert (one.stake.from_year, one.stake.amount, one.stake.unknown_years) == (2025, None, (2025,))
    for answers, amount, estimated in (
        ({"tax_relief": 250_000.0, "profit": 9e6}, 250_000.0, ()),
        ({"profit": 9e6}, worth([9e6], 2025).saving, (2025,)),
    ):
        rows = repository.certificates.annual_reports(firm)
        version = rows[-1]["version"] if rows else 0
        repository.certificates.save_annual_report(firm, 2025, {"answers": answers}, version)
        (one,) = listed(repository)
        assert one.stake is not None
        assert (one.stake.amount, one.stake.estimated_years) == (pytest.approx(amount), estimated)
    # nothing filed: the report is begun, and still late
    reports = [duty for duty in one.duties if duty.kind is DutyKind.REPORT]
    assert [duty.status for duty in reports[:2]] == [DutyStatus.LATE] * 2


def test_firms_at_risk_stand_first_and_the_files_name_every_one(repository: Repository) -> None:
    for name, staff in (("稳公司", 60), ("危公司", 9)):
        holder(repository, name, staff_total=100, st_staff=staff)
    ones = listed(repository)
    assert [one.firm["name"] for one in ones] == ["危公司", "稳公司"]
    table = certificate_table(ones, HNTE, CHINESE)
    assert table["name"].to_pylist() == ["危公司", "稳公司"]
    assert "9.0%" in table["detail"].to_pylist()[0]
    calendar = duties_calendar(ones, TODAY, CHINESE).decode()
    assert calendar.count("BEGIN:VCALENDAR") == 1
    open_duties = sum(duty.status is not DutyStatus.DONE for one in ones for duty in one.duties)
    assert calendar.count("BEGIN:VEVENT") == open_duties


# --- titles that the register records ---


def test_a_recorded_certificate_is_a_title_of_every_rung_whatever_was_answered(
    repository: Repository,
) -> None:
    firm = holder(repository)
    day = date(2026, 5, 10)
    period = firm_period(repository, firm, HNTE, day)
    assert HNTE.holding is not None
    for answer in (None, False):
        known = with_recorded_title(base(**{HNTE.holding.title: answer}), period, day, HNTE)
        climbing = ladder(firms(known, fields=joint_fields()))
        place = [scheme.id for scheme in climbing.schemes].index(HNTE.id)
        assert climbing.titles[place].tolist() == [1]
        assert climbing.title_ends[place].tolist() == [date(2027, 10, 14)]
    # the day after its last it is no title, and before its first it says nothing
    ended = with_recorded_title({}, period, date(2027, 10, 15), HNTE)
    assert ended[HNTE.holding.title] is False
    assert with_recorded_title({}, period, date(2024, 10, 14), HNTE) == {}


# --- the command ---


def run(*args: str) -> Any:
    return CliRunner().invoke(app, ["certificates", *args, "--lang", "en"], catch_exceptions=False)


def test_the_command_says_of_the_store_what_the_register_says(
    repository: Repository, tmp_path: Path
) -> None:
    holder(repository, "危公司", staff_total=100, st_staff=9)
    done = run("--store", "--as-of", "2026-11-30", "--format", "json")
    record = json.loads(done.stdout)
    check_record("certificates", record)
    (one,) = listed(repository)
    (firm,) = record["firms"]
    assert firm["firm"]["name"] == "危公司"
    assert firm["check"]["result"] == one.check.result == "falls"
    assert firm["certificate"]["until"] == "2027-10-14"
    assert [duty["day"] for duty in firm["duties"]] == [
        duty.deadline.day.isoformat() for duty in one.duties
    ]
    assert (record["counts"]["valid"], record["stock"]["valid"]) == (1, 1)
    assert np.isclose(sum(record["stock"]["distribution"]), 1)
    for name in ("list.xlsx", "duties.ics"):
        assert run("--store", "-o", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).stat().st_size > 200
    assert "危公司" in run("--store").stdout


def test_the_command_reads_holders_from_a_file_and_wants_a_file_or_the_store(
    tmp_path: Path,
) -> None:
    file = tmp_path / "firms.csv"
    row = base(
        name="甲公司", application_date=date(2026, 5, 10), hightech_certificate="yes",
        hightech_certificate_until=date(2027, 10, 14), staff_total=100, st_staff=9,
    )  # fmt: skip
    given = {name: value for name, value in row.items() if value is not None}
    cells = ["yes" if v is True else "no" if v is False else str(v) for v in given.values()]
    file.write_text(",".join(given) + "\n" + ",".join(cells) + "\n", encoding="utf-8")
    done = run(str(file), "--as-of", "2026-11-30", "--format", "json", "--money-unit", "CNY")
    record = json.loads(done.stdout)
    check_record("certificates", record)
    (firm,) = record["firms"]
    assert (firm["certificate"]["from"], firm["check"]["result"]) == ("2024-10-15", "falls")
    assert firm["missed_reports"] is None
    assert not any(d["kind"] == "report" and d["status"] == "late" for d in firm["duties"])
    assert run().exit_code == 2
    assert run(str(file), "--store").exit_code == 2


# --- forms ---

FIRM = {"name": "甲公司", "uscc": "91150105XNBU6HUA33", "district": "新城区",
        "certificate_number": "GR1", "certified_on": date(2024, 10, 15)}  # fmt: skip


def cells_of(path: Path) -> dict[str, str]:
    """The first two cells of every row of every table."""
    tables = docx.Document(str(path)).tables
    return {row.cells[0].text: row.cells[1].text for table in tables for row in table.rows}


def test_the_annual_report_is_filled_from_what_is_held_and_leaves_the_rest_blank(
    tmp_path: Path,
) -> None:
    known = facts(sales_revenue_y3=12_345_600, staff_total=140)
    rights = [
        {"name": "a", "class": "发明专利", "granted_on": "2025-03-01"},
        {"name": "b", "class": "发明专利", "granted_on": "2024-03-01"},
        {"name": "c", "class": "软件著作权", "granted_on": "2025-07-01"},
    ]
    paper = annual_report_paper(
        FIRM, 2025, known, {"tax_relief": 250_000.0}, rights, {"name": "王"}, HNTE, CHINESE
    )
    write_word(paper, tmp_path / "6.docx")
    cells = cells_of(tmp_path / "6.docx")
    assert cells["销售收入（万元）"] == "1,234.56"
    assert cells["企业所得税减免额（万元）"] == "25"
    assert (cells["职工总数（人）"], cells["发明专利"], cells["软件著作权"]) == ("140", "1", "1")
    assert cells["利润总额（万元）"] == "（待填）"
    assert cells["企业联系人"] == "王"
    form = HNTE.annual_report
    assert form is not None
    rows = [row.title.zh for group in form.groups for row in group.rows]
    assert all(any(title in cell for cell in cells) for title in rows)


def test_the_form_for_a_change_of_name_tells_both_names_and_the_earlier_ones(
    tmp_path: Path,
) -> None:
    history = [{"name": "老公司", "until": date(2020, 1, 2)}]
    paper = name_change_paper(
        FIRM, "旧公司", "甲公司", history, "", {}, "195号 五、（四）", CHINESE
    )
    write_word(paper, tmp_path / "7.docx")
    cells = cells_of(tmp_path / "7.docx")
    assert (cells["变更前名称"], cells["变更后名称"]) == ("旧公司", "甲公司")
    assert cells["1"] == "2020-01-02"
    assert cells["原因"] == "（待填）"
