"""docs/glossary.md names every term of the domain, and each of its names is in the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from eligibility.domain.results import STATUS_WORDS, VERDICT_WORDS
from eligibility.schemes.registry import load_scheme, scheme_ids
from eligibility.store import Role, Stage

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "eligibility"
#: (names in backticks, the line they stand in) of every row
ROWS = [
    (re.findall(r"`([^`]+)`", line), line)
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and "`" in line
]
NAMES = {name for names, _ in ROWS for name in names}


@cache
def definitions(module: Path) -> dict[str, ast.stmt]:
    """What a module defines at its top, by name."""
    return names_in(ast.parse(module.read_text(encoding="utf-8")).body)


def names_in(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """Classes, functions and constants of a block, by name."""
    found: dict[str, ast.stmt] = {}
    for node in body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found[name] = node
            case ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = node
            case ast.Assign(targets=targets):
                found |= {each.id: node for each in targets if isinstance(each, ast.Name)}
    return found


def is_in_the_code(path: str) -> bool:
    """Whether a dotted path below the package is a module, or a name or member that one defines."""
    place, parts = PACKAGE, path.split(".")
    while parts and (place / parts[0]).is_dir():
        place /= parts.pop(0)
    if not parts:
        return True
    module = place / f"{parts.pop(0)}.py"
    if not module.is_file():
        return False
    known = definitions(module)
    for part in parts:
        if part not in known:
            return False
        node = known[part]
        known = names_in(node.body) if isinstance(node, ast.ClassDef) else {}
    return True


def ids() -> set[str]:
    """Ids of conditions and items of the score, statuses, verdicts, stages and roles."""
    laws = [law for name in scheme_ids() for law in load_scheme(name).editions]
    rules = {name for law in laws for name in (*law.conditions_by_id, *law.items)}
    return {*rules, *STATUS_WORDS.values(), *VERDICT_WORDS.values(), *Stage, *Role}


def test_every_public_class_of_the_domain_stands_in_the_glossary() -> None:
    classes = {
        f"domain.{module.stem}.{name}"
        for module in (PACKAGE / "domain").glob("*.py")
        for name, node in definitions(module).items()
        if isinstance(node, ast.ClassDef) and not name.startswith("_")
    }
    assert len(classes) >= 40
    assert classes - NAMES == set()


def test_every_condition_item_status_verdict_stage_and_role_stands_in_the_glossary() -> None:
    assert ids() - NAMES == set()


def test_every_id_in_the_glossary_is_one() -> None:
    editions = {law.id for name in scheme_ids() for law in load_scheme(name).editions}
    attributes = {"uscc", "checked_on"}
    plain = {name for name in NAMES if "." not in name and not (PACKAGE / name).is_dir()}
    modules = {name for name in plain if (PACKAGE / f"{name}.py").is_file()}
    assert plain - modules - ids() - editions - set(scheme_ids()) - attributes == set()


@pytest.mark.parametrize("path", sorted(name for name in NAMES if "." in name))
def test_every_code_name_in_the_glossary_is_in_the_code(path: str) -> None:
    assert is_in_the_code(path)


def test_a_name_that_is_gone_is_found() -> None:
    assert is_in_the_code("domain.facts.FirmTable.series")
    assert is_in_the_code("store.engine")
    for gone in ("domain.facts.Firms", "domain.fact", "domain.facts.FirmTable.years", "cities"):
        assert not is_in_the_code(gone)


def test_every_term_has_chinese_english_a_name_and_a_meaning() -> None:
    for _names, line in ROWS:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert len(cells) == 4, line
        assert all(cells), line
        assert re.search(r"[㐀-鿿]", cells[0]) or "y1" in cells[1], line
