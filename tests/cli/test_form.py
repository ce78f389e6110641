"""The command ``form``: texts checked, the application written, a file that holds none refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from eligibility.schemes.registry import load_scheme
from tests.commands import run

ENTRIES: dict[str, Any] = {
    "facts": {
        "name": "甲软件有限公司", "registered_on": "2015-01-01", "application_date": "2026-05-20",
        "staff_total@2025": "100", "st_staff@2025": "20", "registered_capital": "1000",
        "staff_statement": "现有{科技人员数}名科技人员。团队国内一流。",
    },
    "ledgers": {
        "ip": [{"name": "一种方法", "class": "发明专利", "granted_on": "2024-01-15", "status": "有效",
                "owner": "本企业", "acquired": "自主研发", "used": "否", "number": "ZL202210123456.7"}],
        "activity": [{"name": "数据平台", "year": "2025", "rd_personnel": "20"}],
        "activity_form": [{"name": "数据平台", "source": "自有技术", "contract": "2025150100001234", "aim": "缩短清洗耗时"}],
    },
}  # fmt: skip


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    path = tmp_path / "entries.json"
    path.write_text(json.dumps(ENTRIES, ensure_ascii=False), encoding="utf-8")
    return path


def test_the_texts_are_checked_and_the_form_is_written(entries: Path, tmp_path: Path) -> None:
    word = tmp_path / "form.docx"
    remarks = json.loads(
        run("form", entries, "--check", "--format", "json", "-o", word, "--lang", "zh").stdout
    )
    spoken = [each for each in remarks if each["check"] != "blank"]
    assert [(each["box"], each["check"]) for each in spoken] == [("staff_statement", "superlative")]
    with ZipFile(word) as parts:
        body = parts.read("word/document.xml").decode()
    # figures stand as numbers; a sheet for the activity, its papers in the order of the law
    assert "现有20名科技人员" in body
    assert "缩短清洗耗时" in body
    places = [body.index(title.zh) for title in load_scheme().guide.materials]
    assert places == sorted(places)
    assert "数据平台 2025150100001234" in body


def test_the_workbook_has_a_sheet_for_each_part_of_the_form(entries: Path, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    run("form", entries, "-o", path, "--lang", "zh")
    made = CalamineWorkbook.from_path(str(path))
    names = made.sheet_names
    assert names[:3] == ["封面", "企业注册登记表", "一、主要情况"]
    assert names[-1] == "材料清单"
    cells = dict(row[:2] for row in made.get_sheet_by_name("企业注册登记表").to_python() if row)
    assert cells["注册资金（万元）"] == 1000
    activity = dict(
        row[:2] for row in made.get_sheet_by_name("四、企业研究开发活动情况表").to_python()
    )
    assert activity["目的及组织实施方式"] == "缩短清洗耗时"


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "no JSON"), ("[]", "facts"), ('{"facts": {"registered_on": "soon"}}', "registered_on")],
)
def test_what_is_no_self_assessment_is_refused_in_a_sentence(
    tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "entries.json"
    path.write_text(content, encoding="utf-8")
    done = run("form", path, "--check", "--lang", "en", status=2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
