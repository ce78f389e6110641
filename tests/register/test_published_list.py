"""Published lists: what a line names, which firm that is, and that a list is recorded once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eligibility.cli import app
from eligibility.domain.errors import InputError
from eligibility.package_files import package_file
from eligibility.register.published_list import (
    ListEntry,
    MatchStatus,
    match_published_list,
    parse_published_list,
    read_published_list,
)
from eligibility.reports.files import open_workbook
from eligibility.reports.workbook import SheetBook, SheetColumn
from eligibility.store import LOCAL, ApplicationStep, Repository, close_stores, open_store
from tests import empty_store
from tests.published_schemas import check_record

DAY = date(2026, 10, 28)
CODE = "91150105XNBU6HUA33"
SAMPLE = package_file("sample_data/candidates.csv")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    empty_store.put(tmp_path)
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    yield Repository(open_store(), LOCAL)
    close_stores()


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        (
            "1\t内蒙古云科技有限公司\tGR202615000123",
            ("内蒙古云科技有限公司", None, "GR202615000123"),
        ),
        (
            "12、呼和浩特市曜泓（集团）有限责任公司",
            ("呼和浩特市曜泓（集团）有限责任公司", None, None),
        ),
        (
            "3 内蒙古云科技有限公司 GR 202615000123",
            ("内蒙古云科技有限公司", None, "GR202615000123"),
        ),
        (f"4,蒙草生态研究院,{CODE}", ("蒙草生态研究院", CODE, None)),
        ("5,GR202615000009,内蒙古云科技有限公司", ("内蒙古云科技有限公司", None, "GR202615000009")),
        (f"6  {CODE}", ("", CODE, None)),
    ],
)
def test_a_line_names_a_firm_with_its_number_or_code(
    line: str, entry: tuple[str, str | None, str | None]
) -> None:
    published = parse_published_list(f"内蒙古自治区2026年第一批高新技术企业名单\n\n{line}")
    assert published.entries == (ListEntry(3, *entry),)
    assert published.other_lines == ((1, "内蒙古自治区2026年第一批高新技术企业名单"),)


def test_two_firms_beside_each_other_are_two_entries_and_a_text_without_any_is_refused() -> None:
    line = "1 甲云科技有限公司 GR202615000001\t2 乙云科技有限公司 GR202615000002"
    assert [each.certificate_number for each in parse_published_list(line).entries] == [
        "GR202615000001", "GR202615000002",
    ]  # fmt: skip
    with pytest.raises(InputError, match="No line names a firm"):
        parse_published_list("关于公示名单的通知\n序号\t企业名称\t证书编号")


@pytest.mark.parametrize(
    "text",
    [
        # by its heading
        "企业名称,行业\n甲云科技有限公司,数据中心\n乙云科技有限公司,数据中心",
        # by what most lines have there
        "甲云科技有限公司\t青城孵化中心\n乙云科技有限公司\t青城孵化中心\n丙云科技有限公司\t青城孵化中心",
    ],
)
def test_firms_are_those_of_the_column_of_names_alone(text: str) -> None:
    names = [each.name for each in parse_published_list(text).entries]
    assert [name[1:] for name in names] == ["云科技有限公司"] * len(names)


def test_each_row_of_the_sample_is_one_firm() -> None:
    assert len(read_published_list(SAMPLE).entries) == 200


def test_a_workbook_is_read_as_what_is_pasted(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with open_workbook(path) as book:
        columns = [SheetColumn("序号"), SheetColumn("企业名称"), SheetColumn("证书编号")]
        SheetBook(book).table("名单", columns, [(1, "甲云科技有限公司", "GR202615000001")])
    (entry,) = read_published_list(path).entries
    assert (entry.name, entry.certificate_number) == ("甲云科技有限公司", "GR202615000001")


def fill(repository: Repository) -> dict[str, int]:
    """One firm that filed, one renamed, one refused, one that two carriers' names share, one pending."""
    add = repository.firms.add
    firms = {
        name: add({"name": f"{name}科技有限公司"}) for name in ("甲云", "旧名", "丙云", "丁云")
    }
    firms["有码"] = add({"name": "有码科技有限公司", "uscc": CODE})
    version = repository.firms.get(firms["旧名"])["version"]
    repository.firms.save(firms["旧名"], {"name": "新名科技有限公司"}, version)
    filed = [{"step": "submission", "day": date(2026, 6, 1)}]
    for name in ("甲云", "丁云"):
        repository.applications.save_steps(firms[name], 2026, filed, 0)
    repository.applications.save_outcome(firms["丙云"], 2026, {"certified": False}, 0)
    return firms


LIST = f"""1 甲云科技有限公司 GR202615000001
2 旧名科技有限公司 GR202615000002
3 丙云科技有限公司 GR202615000003
4 外来科技有限公司 GR202615000004
5 改过名的有码公司 {CODE}
6 甲云科技有限公司 GR202615000001"""


def test_a_list_is_matched_by_code_name_and_former_name_and_recorded_once(
    repository: Repository,
) -> None:
    firms = fill(repository)
    entries = parse_published_list(LIST).entries
    announced = ApplicationStep.ANNOUNCEMENT
    matches = match_published_list(repository, entries, announced, DAY, 2026, "第一批")
    assert [each.status for each in matches.matches] == [
        MatchStatus.NEW, MatchStatus.NEW, MatchStatus.CONTRADICTION, MatchStatus.UNKNOWN,
        MatchStatus.NEW, MatchStatus.REPEATED,
    ]  # fmt: skip
    assert [each.has_former_name for each in matches.matches[:2]] == [False, True]
    assert [each.is_filed for each in matches.matches[:2]] == [True, False]
    assert repository.applications.outcomes(firms["旧名"]) == []
    assert repository.applications.save_published(matches.rows) == 3
    (outcome,) = repository.applications.outcomes(firms["甲云"])
    assert [row["step"].value for row in outcome["steps"]] == ["submission", "announcement"]
    assert (outcome["certified"], outcome["certificate_number"], outcome["certified_on"]) == (
        True, "GR202615000001", DAY,
    )  # fmt: skip
    assert repository.firms.get(firms["旧名"])["stage"] == "certified"
    again = match_published_list(repository, entries, announced, DAY, 2026, "第一批")
    assert again.rows == []
    assert len(again.of(MatchStatus.RECORDED)) == 3
    # who is on no list waits still
    assert match_published_list(repository, entries, announced, DAY, 2026).absent == (
        (firms["丁云"], "丁云科技有限公司"),
    )


def test_a_list_in_publicity_is_a_step_and_certifies_nobody(repository: Repository) -> None:
    firms = fill(repository)
    entries = parse_published_list("甲云科技有限公司").entries
    matches = match_published_list(repository, entries, ApplicationStep.PUBLICITY, DAY, 2026)
    repository.applications.save_published(matches.rows)
    (outcome,) = repository.applications.outcomes(firms["甲云"])
    assert outcome["certified"] is None
    other = parse_published_list("甲云科技有限公司 GR202615000777").entries
    issued = date(2026, 11, 3)
    later = match_published_list(
        repository, other, ApplicationStep.ANNOUNCEMENT, date(2026, 11, 20), 2026, issue_day=issued
    )
    repository.applications.save_published(later.rows)
    (outcome,) = repository.applications.outcomes(firms["甲云"])
    assert (outcome["certified"], outcome["certified_on"]) == (True, issued)
    wrong = parse_published_list("甲云科技有限公司 GR202615000778").entries
    (match,) = match_published_list(
        repository, wrong, ApplicationStep.ANNOUNCEMENT, DAY, 2026
    ).matches
    assert match.status is MatchStatus.CONTRADICTION


def test_the_command_records_nothing_before_it_is_confirmed(
    repository: Repository, tmp_path: Path
) -> None:
    firms = fill(repository)
    path = tmp_path / "名单.txt"
    path.write_text(LIST, encoding="utf-8")
    command = ["published-list", str(path), "--on", "2026-10-28", "--lang", "en"]
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0, shown.output
    assert "6 firms in the list = 3 to record + 0 recorded already + 1 that" in shown.output
    assert "外来科技有限公司" in shown.output
    assert repository.applications.outcomes(firms["旧名"]) == []
    check_record(
        "published-list", json.loads(CliRunner().invoke(app, [*command, "--format", "json"]).stdout)
    )
    assert CliRunner().invoke(app, [*command, "--confirm"]).exit_code == 0
    assert repository.applications.outcomes(firms["旧名"])[0]["certified"]
