"""The documents name modules, files and tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_glossary import is_in_the_code

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "eligibility"
DOCUMENTS = [
    path
    for pattern in ("*.md", "docs/**/*.md", "eligibility/**/*.md", "models/**/*.md")
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"  # it speaks of what was
]
#: folders of the repository whose files the documents name
FOLDERS = "eligibility|tests|docs|deploy|models|sample_data|benchmarks|tools"


def missing(text: str, document: Path) -> list[str]:
    """Paths and dotted modules that a document names in backticks and that are not there."""
    gone = []
    # absolute paths are places of a machine, angle brackets stand for any name
    for name in re.findall(r"`([^`\n]+)`", text):
        for path in re.findall(rf"(?<![\w/.:-])(?:{FOLDERS})/[\w./*<>-]*", name):
            if "<" not in path and not any(ROOT.glob(path.rstrip("./"))):
                gone.append(path)
        gone += [
            module
            for module in re.findall(r"(?<![\w/.])eligibility((?:\.\w+)+)", name)
            if module not in (".sqlite", ".service", ".conf", ".po", ".pot")
            and not is_in_the_code(module.removeprefix("."))
        ]
        # a file by its name alone or below the package, as `session.py` or `city/city.yaml`
        below = (PACKAGE, ROOT / "tests", ROOT / "deploy", ROOT / "docs", document.parent)
        if re.fullmatch(rf"(?!(?:{FOLDERS})/)[\w/]+\.(py|yaml|tsv|css|js)", name):
            there = (ROOT / name).exists() or any(any(place.glob(f"**/{name}")) for place in below)
            gone += [] if there else [name]
    return gone


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_names_is_there(document: Path) -> None:
    assert missing(document.read_text(encoding="utf-8"), document) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_links_to_is_there(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_what_is_gone_is_found() -> None:
    text = "`eligibility/scheme.py`, `eligibility.vocabulary.Finding`, `tests/gone.py`, `doors.py`"
    assert missing(text, ROOT / "README.md") == [
        "eligibility/scheme.py", ".vocabulary.Finding", "tests/gone.py", "doors.py",
    ]  # fmt: skip


def test_modules_that_docstrings_refer_to_are_there() -> None:
    rooms = "|".join(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())
    refers = re.compile(rf"(?::mod:`~?eligibility\.|\bsee (?=(?:{rooms})\.))((?:\w+\.)*\w+)")
    named = {
        (path.relative_to(PACKAGE).as_posix(), module)
        for path in PACKAGE.rglob("*.py")
        for module in refers.findall(path.read_text(encoding="utf-8"))
    }
    assert len(named) >= 3
    assert [each for each in named if not is_in_the_code(each[1])] == []


def test_the_readme_is_short() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) < 200
