"""docs/security.md names a test for each hostile input, and each test it names is there."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
#: where tests named without a file are
HOME = "tests/app/test_hostile.py"


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its own."""
    _before, _heading, under = DOCUMENT.partition(f"\n## {heading}\n")
    lines = [line for line in under.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


ROWS = rows("Hostile input that was tried")
CHAPTERS = rows("ASVS 4.0.3, level 2, by chapter")
#: what has to have been tried, by words of its line
ASKED = (
    "Markdown images", "HTML", "cells that a spreadsheet would run", "zip bomb", "300 MB",
    "SQL in a filter", "forged return codes", "ids of another", "model file",
)  # fmt: skip


def defined(file: str) -> set[str]:
    """Names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_the_list_of_hostile_inputs_is_whole() -> None:
    for words in ASKED:
        assert any(words in tried for tried, _, _ in ROWS), words


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_every_hostile_input_names_tests_that_are_there(row: list[str]) -> None:
    _tried, happens, tests = row
    assert happens
    named = re.findall(r"`([^`]+)`", tests)
    assert named, "no test is named"
    for each in named:
        file, name = each.split("::") if "::" in each else (HOME, each)
        pattern = name.replace("…", "*")
        assert any(fnmatchcase(test, pattern) for test in defined(file)), f"{each} is no test"


def test_every_chapter_of_the_standard_is_answered_and_names_files_that_are_there() -> None:
    assert [chapter.split()[0] for chapter, *_ in CHAPTERS] == [
        f"V{place}" for place in range(1, 15)
    ]
    for _chapter, fulfilled, apart in CHAPTERS:
        assert fulfilled
        assert apart
        for file in re.findall(r"`([a-z_/]+\.py)`", fulfilled):
            assert (ROOT / "eligibility" / file).exists(), file
