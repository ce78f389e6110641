"""The house rules, one test each. The import contracts are in pyproject.toml."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import eligibility
from eligibility.api import assess
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.schemes.registry import DEFAULT_SCHEME, SCHEMES, load_scheme, scheme_ids

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "eligibility"
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAY = date(2026, 5, 10)
#: the modules that name keys of the session or the address
STATE = ("session.py", "address.py", "form_state.py")
LAW_CODE = [
    path
    for name in ("criteria", "indicators", "derived_figures", "facts", "remedies")
    for path in SCHEMES.glob(f"*/{name}.py")
] + [SCHEMES / "gradient_conditions.py"]


@pytest.mark.parametrize("path", LAW_CODE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_number_of_the_law_stands_in_its_code(path: Path) -> None:
    """0 and 1 are structure (nothing, whole, first, last); any other number must be named."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    numbers = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and id(node) not in docs
        and node.value not in (0, 1)
    ]
    allowed_places = {-1, 2}  # bands[-2]: the band above none
    assert [number for number in numbers if number[1] not in allowed_places] == []
    assert sum(number[1] == 2 for number in numbers) <= 1


def test_every_condition_and_item_has_its_function_and_no_function_is_left_over() -> None:
    for scheme_id in scheme_ids():
        scheme = load_scheme(scheme_id)
        for module, names in (
            ("criteria", {name for law in scheme.editions for name in law.conditions_by_id}),
            ("indicators", {name for law in scheme.editions for name in law.items}),
        ):
            tree = ast.parse((SCHEMES / scheme_id / f"{module}.py").read_text(encoding="utf-8"))
            public = {
                node.name
                for node in tree.body
                if isinstance(node, ast.FunctionDef) and node.name[0] != "_"
            }
            shared = {
                alias.name
                for node in tree.body
                if isinstance(node, ast.ImportFrom)
                and node.module == "eligibility.schemes.gradient_conditions"
                for alias in node.names
            }
            assert public | shared == names


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_the_map_of_the_scheme_names_every_parameter_condition_and_item(scheme_id: str) -> None:
    readme = (SCHEMES / scheme_id / "README.md").read_text(encoding="utf-8")
    for law in load_scheme(scheme_id).editions:
        if law.in_force_to is None:
            for name in [*law.parameters, *law.scales, *law.conditions_by_id, *law.items]:
                assert f"`{name}`" in readme, name
    for case_file in (SCHEMES / scheme_id / "cases").glob("*.yaml"):
        assert case_file.name in readme, case_file.name


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_a_scheme_is_named_in_its_own_folder_and_by_the_default_alone(scheme_id: str) -> None:
    """And by the schemes that come after it, which say so and nothing else of it."""
    named = [
        (path.relative_to(PACKAGE).as_posix(), line.strip())
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".yaml", ".md", ".po", ".css")
        and SCHEMES / scheme_id not in path.parents
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(rf"\b{scheme_id}\b", line)
        and not (path.name == "scheme.yaml" and line.startswith("after: "))
    ]
    default = [("schemes/registry.py", f'DEFAULT_SCHEME = "{scheme_id}"')]
    assert named == (default if scheme_id == DEFAULT_SCHEME else [])


#: functions that pick one of several editions without a day, and why
PICKS_AN_EDITION = {
    ("schemes/registry.py", "covered_from"): "the first day that some edition covers",
    ("schemes/registry.py", "in_force"): "names that day where none covers the one asked for",
}


def _picked(code: str) -> list[str]:
    """Functions of a module that take one of several editions by its place, or an extreme of them."""

    def is_editions(node: ast.expr) -> bool:
        name = getattr(node, "attr", getattr(node, "id", ""))
        return name in ("editions", "laws")

    picked = []
    for function in ast.walk(ast.parse(code)):
        body = function.body if isinstance(function, ast.FunctionDef | ast.Module) else []
        if isinstance(function, ast.Module):
            body = [part for part in body if not isinstance(part, ast.FunctionDef | ast.ClassDef)]
        for node in (each for part in body for each in ast.walk(part)):
            by_place = (
                isinstance(node, ast.Subscript)
                and is_editions(node.value)
                and isinstance(node.slice, ast.Constant | ast.UnaryOp)
            )
            extreme = (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in ("max", "min", "next", "iter", "sorted")
                and any(
                    is_editions(part)
                    for one in node.args
                    # a look-up by what an edition says picks none by its place
                    if not any(each.ifs for each in getattr(one, "generators", ()))
                    for part in ast.walk(one)
                    if isinstance(part, ast.Name | ast.Attribute)
                )
            )
            if by_place or extreme:
                picked.append(getattr(function, "name", "<module>"))
    return picked


def test_the_edition_is_the_one_in_force_on_a_day_and_nowhere_the_last() -> None:
    picked = {
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in PACKAGE.rglob("*.py")
        for name in _picked(path.read_text(encoding="utf-8"))
    }
    assert picked == PICKS_AN_EDITION.keys()


@pytest.mark.parametrize(
    "code",
    [
        "def f(scheme): return scheme.editions[-1]",
        "def f(editions): return editions[0]",
        "def f(editions): return max(editions, key=start)",
        "def f(scheme): return next(iter(scheme.editions))",
        "held = cache.scheme().editions[-1]",
        "def f(editions): return next(law.items for law in editions)",
    ],
)
def test_an_edition_picked_by_its_place_is_found(code: str) -> None:
    assert _picked(code)


def test_what_is_public_is_exactly_all() -> None:
    for name in eligibility.__all__:
        # imported when it is first asked for
        assert getattr(eligibility, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'asses'"):
        eligibility.asses  # type: ignore[attr-defined]  # noqa: B018
    public = {
        name
        for name, value in vars(eligibility).items()
        if not name.startswith("_") and not isinstance(value, type(sys)) and name != "annotations"
    }
    assert public | {"__version__"} == set(eligibility.__all__)


def test_streamlit_state_and_caches_are_each_named_in_one_place() -> None:
    for path in [*PACKAGE.glob("app/**/*.py"), ROOT / "streamlit_app.py"]:
        code = path.read_text(encoding="utf-8")
        if path.name not in STATE:
            assert "session_state" not in code, path.name
        if path.name != "cache.py":
            assert "st.cache_" not in code, path.name


def test_no_module_is_longer_than_500_lines() -> None:
    folders = ("eligibility", "sample_data", "benchmarks", "tools", "tests")
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        # a migration is written once and never read again as code
        if "migrations" not in path.parts
    }
    assert {name: lines for name, lines in lengths.items() if lines > 500} == {}


def test_each_folder_of_tests_is_one_of_the_package() -> None:
    """But that of what only a browser shows."""
    folders = {
        path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")
    }
    strangers = {folder for folder in folders if not (ROOT / "eligibility" / folder).is_dir()}
    assert strangers == {Path("browser")}


def test_pages_are_short() -> None:
    pages = re.findall(
        r'PAGES / "([\w/]+\.py)"', (PACKAGE / "app/navigation.py").read_text(encoding="utf-8")
    )
    assert len(pages) >= 9
    for path in [ROOT / "streamlit_app.py", *(PACKAGE / "app" / page for page in pages)]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 80, path.name


def test_heavy_libraries_are_not_imported_for_help() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import eligibility.cli, sys; print(' '.join(sys.modules))"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout.split()  # fmt: skip
    for heavy in (
        "streamlit",
        "pandas",
        "sklearn",
        "xlsxwriter",
        "altair",
        "scipy",
        "sqlalchemy",
        "alembic",
        "argon2",
        "docx",
        "weasyprint",
        "dask",
        "distributed",
    ):
        assert heavy not in loaded


def test_every_public_function_says_what_it_does() -> None:
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree) or not tree.body, path
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_no_line_silences_warnings_or_prints_outside_the_command_line() -> None:
    for path in PACKAGE.rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert "filterwarnings" not in code, path
        if path.parent.name != "cli":
            assert not re.search(r"^\s*print\(", code, re.MULTILINE), path


def test_required_packages_are_pinned_and_each_has_its_reason() -> None:
    reasons = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files = sorted(ROOT.glob("requirements*.txt"))
    assert "requirements-dask.txt" in {file.name for file in files}
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                name, _, version = line.partition("==")
                assert version, line
                assert f"`{name}`" in reasons, name


# --- what stands in one room alone ---


@cache
def _imports(path: Path) -> set[str]:
    """Modules that a file imports, and what it takes from them as ``module.name``."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _files_that_import(*packages: str) -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(
            re.match(rf"{re.escape(each)}(\.|$)", name)
            for each in packages
            for name in _imports(path)
        )
    }


def test_streamlit_stands_only_in_the_app() -> None:
    files = _files_that_import("streamlit")
    assert len(files) > 20
    assert {file.partition("/")[0] for file in files} == {"app"}


def test_archives_and_workbooks_of_others_are_unpacked_in_the_reader_process_alone() -> None:
    assert _files_that_import("zipfile", "xml.etree", "python_calamine", "xlrd") == {
        "intake/workbook.py",
        "intake/other_workbooks.py",
        "documents/archive.py",
        "documents/word_tables.py",
    }
    # named as text to the process; nobody calls it within the program's own
    assert _files_that_import(
        "eligibility.intake.workbook.Workbook", "eligibility.intake.workbook.serve"
    ) == {"intake/other_workbooks.py"}  # fmt: skip
    assert _files_that_import("eligibility.intake.other_workbooks") == set()
    for module in ("archive", "word_tables", "pdf_pages"):
        assert _files_that_import(f"eligibility.documents.{module}") == set()
    assert _files_that_import("pypdfium2") == {"documents/pdf_pages.py"}


def test_the_layers_of_contributing_are_those_of_the_import_contract() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["id"] == "one-way"]
    held = [set(layer.replace("eligibility.", "").split(" | ")) for layer in layers]
    assert [
        set(re.findall(r"\w+", layer))
        for layer in re.search(r"^    (__main__ · .+?)\n\n", GUIDE, re.M | re.S)[1].split("·")  # type: ignore[index]
    ] == held
    rooms = {
        path.stem
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - {"__init__", "_version"} == set().union(*held)


# --- the law and its numbers ---

#: comparisons of two figures in the code of the law, neither of which is a line of it
BETWEEN_FIGURES = {("tech_sme", "low < high"): "whether a blank leaves the points open"}


def _ordered(code: str) -> list[str]:
    """Comparisons by order in a module, but with zero: nothing, or a sign."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Compare)
        and any(isinstance(each, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for each in node.ops)
        and not any(
            isinstance(side, ast.Constant) and side.value == 0
            for side in (node.left, *node.comparators)
        )
    ]


def test_figures_are_compared_with_lines_of_the_law_in_decimal_alone() -> None:
    """Criteria and indicators call comparisons.py, which knows what equals a line."""
    ordered = {
        (path.parent.name, each)
        for path in LAW_CODE
        if path.stem in ("criteria", "indicators")
        for each in _ordered(path.read_text(encoding="utf-8"))
    }
    assert ordered == BETWEEN_FIGURES.keys()


def test_a_comparison_with_a_line_is_found() -> None:
    assert _ordered("met = share >= law.value('least')") == ["share >= law.value('least')"]
    assert _ordered("met = at_least(share, law.value('least')) & (share > 0)") == []


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_money_is_cny_inside(scheme_id: str) -> None:
    money = [field for field in load_scheme(scheme_id).fields if field.kind == "money"]
    assert money
    assert {field.unit for field in money} == {"CNY"}


def test_a_model_never_alters_a_finding_a_score_or_a_verdict() -> None:
    fields, options = load_scheme(DEFAULT_SCHEME).fields, IntakeOptions(application_date=MAY)
    table = read_table(ROOT / "sample_data" / "candidates.csv", fields, options).table
    plain, learned = assess(table), assess(table, model=ROOT / "models" / "hnte")
    assert all(each["readiness"] for each in learned)
    assert [{**each, "readiness": None} for each in learned] == plain


# --- what tests reach for ---

#: what libraries give under such a name and document for use
DOCUMENTED = {"_mapping", "_asdict", "_replace", "_fields"}


def _private_names(code: str) -> set[str]:
    """Names with an underscore that a module takes from elsewhere: by import, attribute or patch."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.ImportFrom(names=imported):
                names |= {alias.name for alias in imported}
            case ast.Attribute(
                value=ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super"))
            ):
                continue
            case ast.Attribute(attr=name):
                names.add(name)
            case ast.Call(
                func=ast.Attribute(attr="setattr" | "delattr"),
                args=[_, ast.Constant(value=str(name)), *_],
            ):
                names.add(name)
    return {name for name in names if re.match(r"_[^_]", name)} - DOCUMENTED


def test_a_private_name_is_reached_for_only_where_a_comment_says_why() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        reached, reason = _private_names(code), re.search(r"^# Private names: \w", code, re.M)
        assert bool(reached) == bool(reason), f"{path.relative_to(ROOT)}: {sorted(reached)}"


@pytest.mark.parametrize(
    "code",
    [
        "from eligibility.city.portfolio import _Year",
        "csv_file._delimiter(text)",
        'monkeypatch.setattr(cache, "_x", 1)',
    ],
)
def test_a_private_name_that_is_reached_for_is_found(code: str) -> None:
    assert _private_names(code)
    assert not _private_names("def f(self): return self._own, super()._own, row._mapping")


# --- what CONTRIBUTING says ---


#: names of every test function
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
}


def _rules() -> list[str]:
    """The numbered house rules of CONTRIBUTING.md, each on one line."""
    chapter = GUIDE.partition("\n## House rules\n")[2].partition("\n## ")[0]
    return [" ".join(each.split()) for each in re.split(r"\n(?=\d+\. )", chapter)[1:]]


def test_every_house_rule_names_tests_or_contracts_that_are_there() -> None:
    contracts = set(re.findall(r'^id = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M))
    rules = _rules()
    assert [rule.partition(".")[0] for rule in rules] == [str(n + 1) for n in range(len(rules))]
    assert len(rules) >= 15
    for rule in rules:
        checks = re.findall(r"`(test_\w+)`|contract `([\w-]+)`", rule)
        assert checks, rule
        for test, contract in checks:
            assert test in TESTS or contract in contracts, f"{test or contract}: {rule}"
