"""What belongs to a law stands in its scheme's folder: field ids outside are found and counted."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import eligibility
from eligibility.schemes.registry import load_scheme, scheme_ids

PACKAGE = Path(eligibility.__file__).parent
#: who a firm is and the day it applies: columns of every scheme, and of the register
IDENTITY = {
    "uscc", "name", "registered_on", "application_date", "district", "carrier", "industry",
}  # fmt: skip
#: files that may name fields of a law, and why
EXCEPTIONS = {
    "planning/firm_plan.py": "what tells a small enterprise of the tax law: staff and total assets",
    "register/review_reasons.py": "conditions and items that a code of refusal speaks of",
    "planning/actions.yaml": "which figures an action of the city moves",
    "city/city.yaml": "gaps that a city's courses are for",
    "store/migrations/versions/0007_calendar_years.py": "what was of the latest year when it was written",
    "simulation/firms.py": "invents firms of the shipped law",
    "simulation/review.py": "invents what reviewers make of them",
    "simulation/process.yaml": "the numbers of that invention",
}


def field_ids() -> set[str]:
    """Ids and stems of all fields of all schemes but those of identity."""
    fields = [field for name in scheme_ids() for field in load_scheme(name).fields]
    return {name for field in fields for name in (field.id, field.stem)} - IDENTITY


def named(path: Path) -> set[str]:
    """The texts of a module, or the words of any other file, that may be field ids."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return set(re.findall(r"[a-z][a-z0-9_]*", text))
    return {
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_no_field_of_a_law_is_named_outside_the_schemes_but_where_it_is_said_why() -> None:
    ids = field_ids()
    found = {
        path.relative_to(PACKAGE).as_posix(): sorted(ids & named(path))
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".yaml", ".js") and PACKAGE / "schemes" not in path.parents
    }
    assert {path: names for path, names in found.items() if names}.keys() == EXCEPTIONS.keys()


def test_a_field_named_in_a_module_is_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('share = firms.numbers("st_staff")\n', encoding="utf-8")
    assert named(module) & field_ids() == {"st_staff"}
