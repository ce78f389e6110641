"""Commands of the register say what its pages say: the institution's assumptions, and the model in use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from docx import Document

from eligibility.app import cache
from eligibility.city.year import YearRequest
from eligibility.register.assumptions import figure_change, list_assumptions, save_changes
from eligibility.register.year_record import year_record
from eligibility.store import Stage, close_stores
from tests.commands import run
from tests.staff_pages import Staffed

YEAR = date.today().year


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    made = Staffed(tmp_path, monkeypatch)
    yield made
    made.engine.dispose()
    close_stores()


def test_portfolio_and_report_of_the_store_are_those_of_the_pages(
    staffed: Staffed, tmp_path: Path
) -> None:
    repository = staffed.repository
    firms = [staffed.firm(place, name) for place, name in enumerate(("甲公司", "乙公司"))]
    repository.firms.set_stage(firms, Stage.READY)
    # whatever the day, one of them counts
    repository.applications.save_outcome(firms[0], YEAR, {"certified": None}, 0)
    days = next(
        row
        for row in list_assumptions(repository.assumptions.changes())
        if row.path == ("support", "adviser_days")
    )
    change = figure_change(days.document, days.path, days.figure, 7, "工作计划")
    save_changes(repository, [change], 0)
    record = json.loads(run("portfolio", "--store", "--format", "json").stdout)
    request = YearRequest(cache.city(), YEAR, date.today(), scheme=cache.scheme())
    page = year_record(repository, request, cache.model()[0])
    assert record == json.loads(json.dumps(page))
    assert record["support"]["adviser_days"] == 7
    path = tmp_path / "report.docx"
    run("report", "--store", "--year", YEAR, "-o", path, "--lang", "en")
    rows = {
        row.cells[0].text: row.cells[1].text
        for table in Document(str(path)).tables
        for row in table.rows
    }
    assert rows["Expected by the year's end"] == f"{record['forecast']['expected']:.1f}"
