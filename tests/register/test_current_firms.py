"""The firms of the register as a table: what the ladder, the workbook and the training ask of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eligibility.cli import app
from eligibility.register.current_firms import current_firms
from eligibility.schemes.registry import load_scheme
from eligibility.store import LOCAL, Repository, close_stores, open_store
from tests import empty_store
from tests.firms import base

DAY = date(2026, 11, 30)
HNTE = load_scheme()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    empty_store.put(tmp_path)
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    yield Repository(open_store(), LOCAL)
    close_stores()


def test_a_recorded_certificate_and_stated_titles_are_counted_by_their_last_year(
    repository: Repository,
) -> None:
    certified = repository.firms.add({"name": "甲公司"})
    issued = {"certified": True, "certified_on": date(2025, 11, 3)}
    repository.applications.save_outcome(certified, 2025, issued, 0)
    stated = repository.firms.add({"name": "乙公司"})
    scheme = load_scheme("specialised_sme")
    assert scheme.holding is not None
    facts = {scheme.holding.title: True, scheme.holding.until: "2028-06-30"}
    repository.records.save_figures(
        stated, 2026, {**base(application_date=date(2026, 5, 10)), **facts}, 0
    )
    command = ["ladder", "--store", "--titles", "--as-of", str(DAY), "--format", "json"]
    answer = CliRunner().invoke(app, command)
    assert answer.exit_code == 0, answer.output
    counts = {row["scheme"]: row for row in json.loads(answer.stdout)}
    assert (counts["hnte"]["titles"], counts["hnte"]["ends"]) == (1, {"2028": 1})
    assert counts["specialised_sme"]["ends"] == {"2028": 1}


def test_a_firm_whose_figures_end_earlier_is_taken_as_of_the_year_after_them_where_that_is_asked(
    repository: Repository,
) -> None:
    firm = repository.firms.add({"name": "甲公司"})
    repository.records.save_figures(firm, 2025, base(application_date=date(2025, 5, 10)), 0)
    repository.firms.add({"name": "无数公司"})
    latest = current_firms(repository, HNTE, DAY, latest=True).table
    names = latest.texts("name").tolist()
    years = dict(zip(names, latest.application_years.tolist(), strict=True))
    assert years == {"甲公司": 2025, "无数公司": 2026}
    assert not latest.blank("rd_expense_y3")[names.index("甲公司")]
    today = current_firms(repository, HNTE, DAY).table
    assert today.application_years.tolist() == [2026, 2026]
    assert today.blank("rd_expense_y3").all()


def test_the_commands_want_a_file_or_the_store_and_say_what_the_store_lacks(
    repository: Repository, tmp_path: Path
) -> None:
    run = CliRunner().invoke
    assert run(app, ["ladder"]).exit_code == 2
    assert run(app, ["train", "-o", str(tmp_path / "model")]).exit_code == 2
    refused = run(app, ["train", "--store", "-o", str(tmp_path / "model"), "--lang", "en"])
    assert refused.exit_code == 2
    assert "No application of the register is decided" in refused.output
    book = tmp_path / "book.xlsx"
    empty = run(app, ["report", "--store", "--year", "2026", "-o", str(book), "--lang", "en"])
    assert (empty.exit_code, "no firm yet" in empty.output, book.exists()) == (2, True, False)
