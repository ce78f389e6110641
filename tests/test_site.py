"""The documentation site: whole in both languages, and what its pages show is what happens."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from docs.site.reference import command_titles, reference_pages
from docs.site.sources import (
    DOCS,
    DOCUMENTS,
    SITE,
    document,
    lead_within_the_site,
    outside_load,
    pages,
)
from eligibility.cli import app
from eligibility.schemes.registry import load_scheme, scheme_ids
from tests.commands import ROOT, run

LANGUAGES = ("zh", "en")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: stands for lines that are left out of what a command prints
LEFT_OUT = "…"
#: exit status of a command whose file has rows that are rejected
REJECTED = 3
#: pages that show something to run
PAGES_WITH_CODE = [
    (language, path)
    for language in LANGUAGES
    for path in sorted((SITE / language).rglob("*.md"))
    if "```" in path.read_text(encoding="utf-8")
]


@pytest.fixture(scope="module")
def reference() -> dict[str, dict[str, str]]:
    return {language: reference_pages(language) for language in LANGUAGES}


def blocks(path: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(path.read_text(encoding="utf-8"))


def ids(value: object) -> str:
    return value.relative_to(SITE).as_posix() if isinstance(value, Path) else str(value)


def nav_pages(entries: list[Any]) -> Iterator[str]:
    """The pages of a navigation, in its order."""
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, list):
            yield from nav_pages(entry)
        else:
            yield from nav_pages(list(entry.values()))


def navigation(language: str) -> list[str]:
    return list(nav_pages(yaml.safe_load((SITE / f"{language}.yml").read_text("utf-8"))["nav"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_the_navigation_once_and_is_there(
    language: str, reference: dict[str, dict[str, str]]
) -> None:
    written = [
        path.relative_to(SITE / language).as_posix() for path in (SITE / language).rglob("*.md")
    ]
    there = [*written, *DOCUMENTS, *reference[language]]
    assert sorted(navigation(language)) == sorted(there)
    assert [page for page in DOCUMENTS if not document(page, language).exists()] == []


def test_both_languages_have_the_same_pages_in_the_same_order() -> None:
    assert navigation("zh") == navigation("en")


def test_every_document_is_on_the_site() -> None:
    documents = {path for pattern in ("*.md", "decisions/*.md") for path in DOCS.glob(pattern)}
    on_the_site = {document(page, language) for page in DOCUMENTS for language in LANGUAGES}
    assert documents == on_the_site


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_has_every_field_rule_and_command(
    language: str, reference: dict[str, dict[str, str]]
) -> None:
    made = reference[language]
    for scheme in map(load_scheme, scheme_ids()):
        fields, rules = (made[f"reference/{kind}/{scheme.id}.md"] for kind in ("fields", "rules"))
        assert [field.id for field in scheme.fields if f"`{field.id}`" not in fields] == []
        for law in scheme.editions:
            items = [item for group in law.score.groups for item in group.items]
            named = [*law.parameters, *law.scales, *law.interpretations]
            named += [each.id for each in (*law.conditions, *items)]
            assert [name for name in named if f"`{name}`" not in rules] == []
    commands: Any = typer.main.get_command(app)
    assert [
        name for name in commands.commands if f"\n## {name} {{" not in made["reference/commands.md"]
    ] == []
    assert {"## POST /api/v1/assess {", "## GET /metrics {"} <= set(
        re.findall(r"## \w+ /\S+ \{", made["reference/http.md"])
    )


def test_a_citation_known_from_one_source_says_so(reference: dict[str, dict[str, str]]) -> None:
    for language, words in (("zh", "单一来源"), ("en", "one source")):
        assert f"{words}</span>" in reference[language]["reference/rules/tech_sme.md"]


def test_every_command_has_its_chinese_line() -> None:
    commands: Any = typer.main.get_command(app)
    assert set(command_titles()) == set(commands.commands)


@pytest.mark.parametrize(("language", "path"), PAGES_WITH_CODE, ids=ids)
def test_a_command_of_a_page_prints_what_is_shown(
    language: str, path: Path, tmp_path: Path
) -> None:
    for kind, text in blocks(path):
        if kind == "console":
            line, _, shown = text.partition("\n")
            words = shlex.split(line.removeprefix("$ python -m eligibility "))
            place = words.index("-o") + 1 if "-o" in words else None
            if place:
                words[place] = str(tmp_path / words[place])
            assert_shown(shown, output(*words, status=REJECTED if "messy" in line else 0))


@cache
def output(*words: str, status: int) -> str:
    """What a command prints; pages that show the same one run it once."""
    done = run(*words, status=status)
    return done.stdout + done.stderr


def assert_shown(shown: str, text: str) -> None:
    """What is shown stands in what is printed, in one piece between the marks of what is left out."""
    pieces = re.split(rf"^{LEFT_OUT}\n", shown, flags=re.MULTILINE)
    place = 0
    for number, piece in enumerate(pieces):
        found = text.find(piece, place)
        assert found == 0 if number == 0 else found >= 0, piece
        place = found + len(piece)
    assert pieces[-1] == "" or place == len(text), text[place:]


@pytest.mark.parametrize(("language", "path"), PAGES_WITH_CODE, ids=ids)
def test_the_python_of_a_page_runs(language: str, path: Path) -> None:
    assert doctest.testfile(str(path), module_relative=False, encoding="utf-8").failed == 0


@pytest.mark.parametrize(("language", "path"), PAGES_WITH_CODE, ids=ids)
def test_the_shell_of_a_page_is_what_is_run_elsewhere_or_taken_by_the_command(
    language: str, path: Path
) -> None:
    """Set-up and servers are run by the tests of others; here a line must be one of those, or fit its command."""
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    run_elsewhere = {text for kind, text in blocks(ROOT / "docs" / "api.md") if kind == "sh"}
    commands: Any = typer.main.get_command(app)
    for kind, text in blocks(path):
        assert kind in ("console", "sh", "pycon"), kind
        if kind != "sh" or text in run_elsewhere:
            continue
        for line in text.splitlines():
            if line.startswith("python -m eligibility "):
                name, *words = shlex.split(line)[3:]
                commands.commands[name].make_context(name, words)
            else:
                assert line == ". .venv/bin/activate" or line.removeprefix("make ") in targets, line


def test_links_of_the_repository_lead_within_the_site() -> None:
    path = DOCS / "running.md"
    text = "[zh](running.zh-CN.md), [unit](../deploy/nginx.conf), ![seen](images/year-zh-desk.png), [why](decisions/0008-store.md#x)"
    assert lead_within_the_site(text, path, "how-to/running.md", "en") == (
        "[zh](running.md), unit, ![seen](../images/year-zh-desk.png), [why](../decisions/0008-store.md#x)"
    )
    assert pages("zh")[DOCS / "papers.md"] == pages("zh")[DOCS / "papers.zh-CN.md"]


@pytest.mark.parametrize(
    ("text", "load"),
    [
        ('<script src="https://cdn.example/a.js"></script>', True),
        ('<link rel="stylesheet" href="//fonts.example/css">', True),
        ("body { background: url(http://example/a.png) }", True),
        ('<a href="https://example.cn">out</a><script src="a.js"></script>', False),
        ('<link rel="canonical" href="https://example.cn/">', False),
    ],
)
def test_what_a_browser_would_fetch_from_elsewhere_is_found(text: str, load: bool) -> None:
    assert bool(outside_load(text)) == load
