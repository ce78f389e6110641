"""The explanation of differences says what its record says: on the terminal, in Word, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docx import Document

from eligibility.i18n import CHINESE, ENGLISH, Language
from eligibility.reports.paper import Bars, Grid, Paper, Point, Points, Text
from eligibility.reports.terminal import paper_lines
from tests.commands import SAMPLES, run

PAPERS = SAMPLES / "papers"
MISTAKEN = str(PAPERS / "changhe" / "对账.csv")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("差异说明", "96项可比数据中有2项存在未解释差额", "研发用建筑物折旧", "136,545.91", "评审可能追问之处")),
        ("en", ("Explanation of differences", "2 of 96 figures compared leave a rest", "Depreciation of buildings for R&D", "136,545.91", "Where reviewers would ask")),
    ],
)  # fmt: skip
def test_terminal_and_word_say_the_same(tmp_path: Path, lang: str, words: tuple[str, ...]) -> None:
    screen = run("reconcile", MISTAKEN, "--lang", lang, "--as-of", "2026-05-01").stdout
    out = tmp_path / "差异说明.docx"
    run(
        "reconcile",
        MISTAKEN,
        "--lang",
        lang,
        "--as-of",
        "2026-05-01",
        "--firm",
        "甲公司",
        "-o",
        str(out),
    )
    document = Document(str(out))
    texts = [paragraph.text for paragraph in document.paragraphs]
    cells = [[cell.text for cell in row.cells] for grid in document.tables for row in grid.rows]
    word = "\n".join([*texts, *("\t".join(row) for row in cells)])
    for each in words:
        assert each in screen
        assert each in word
    assert "甲公司" in word
    for row in cells:
        for cell in row:
            assert cell.strip() in screen


def test_the_command_gives_the_record_as_json() -> None:
    result = run("reconcile", MISTAKEN, "--format", "json", "--as-of", "2026-05-01")
    record = json.loads(result.stdout)
    rests = [
        (step["basis"], step["category"], step["year"], step["rest"])
        for bridge in record["bridges"]
        for step in bridge["steps"]
        if step["rest"]
    ]
    assert rests == [
        ("deduction", "outsourced_domestic", 2025, 136545.91),
        ("return_sales", "all", 2025, -360000.0),
    ]
    assert not record["explained"]
    assert next(sign["id"] for sign in record["signs"]) == "unexplained_rest"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give a file to reconcile, or --template FILE"),
        ((MISTAKEN, "-o", "out.txt"), "the output must end in .docx, .pdf"),
        ((MISTAKEN, "--scheme", "tech_sme"), "has no rules of reconciliation"),
        ((MISTAKEN, "-o", MISTAKEN.replace(".csv", ".pdf"), "--as-of", "x"), "expected a date"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    arguments: tuple[str, ...], words: str
) -> None:
    result = run("reconcile", *arguments, "--lang", "en", status=2)
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_template_filled_in_is_reconciled(tmp_path: Path) -> None:
    empty, filled = tmp_path / "empty.csv", tmp_path / "filled.csv"
    run("reconcile", "--template", str(empty), "--as-of", "2026-05-01", "--lang", "zh")
    lines = empty.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "项目,类别,单位,2023,2024,2025,来源"
    for old, new in (
        ("利润表营业收入,,元,,,,", "利润表营业收入,,元,10,,,"),
        ("销售收入,,元,,,,", "销售收入,,元,12,,,"),
    ):
        (place,) = [at for at, line in enumerate(lines) if line.startswith(old)]
        lines[place] = lines[place].replace(old, new)
    filled.write_text("\n".join(lines), encoding="utf-8")
    screen = run("reconcile", str(filled), "--lang", "zh", "--as-of", "2026-05-01").stdout
    assert "1项可比数据中有1项存在未解释差额" in screen
    assert "2.00" in screen


def test_a_rest_names_what_it_could_be_and_a_gap_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(
        "item,category,unit,2024,2025\n"
        "books,personnel,CNY,,100\n"
        "deduction_incurred,personnel,CNY,70,70\n"
        "deduction_incurred,direct,CNY,,5\n",
        encoding="utf-8",
    )
    screen = run("reconcile", path, "--lang", "en", "--as-of", "2026-05-01").stdout
    assert "a difference is missing, such as:" in screen
    rest = next(line for line in screen.splitlines() if "Staff who manage or serve R&D" in line)
    assert rest.strip().startswith("Super-deduction, as incurred: Personnel, 2025:")
    # what adds to the deduction would make the rest larger
    assert "Depreciation for tax" not in rest
    assert "below 183 days" not in rest
    assert "? Super-deduction, as incurred (2024, 2025): missing R&D in the books" in screen


@pytest.mark.parametrize("language", [CHINESE, ENGLISH], ids=lambda language: language.id)
def test_a_paper_on_a_terminal_keeps_its_columns_below_each_other(language: Language) -> None:
    grid = Grid(
        ("项目", "2025"), (("研发", "1.00"), ("r", "12.00"), (None, "3")), (1, 1), frozenset({1})
    )
    blocks = (
        Text("a\x07b"),
        Points((Point("x", mark="warning"),)),
        grid,
        Bars("t", ("l",), (("s", (2.0,)),)),
    )
    lines = list(paper_lines(Paper("T", (), blocks, language)))
    assert lines[:3] == ["T", "a\ufffdb", "  ! x"]
    ends = {
        sum(2 if ord(letter) > 0x2E80 and letter != "\ufffd" else 1 for letter in line)
        for line in lines[3:7]
    }
    assert len(ends) == 1
    assert lines[-2:] == ["t", "  l: s 2"]
