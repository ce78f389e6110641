"""The package as it is installed: the least of it, its extras, the app from within it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: hides every package that an extra brings
HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
"""
OF_EXTRAS = {
    "sklearn", "joblib", "sqlalchemy", "alembic", "argon2", "zxcvbn", "psycopg", "streamlit", "altair",
    "starlette", "itsdangerous", "pandas", "fastapi", "limits", "prometheus_client", "uvicorn",
    "weasyprint", "dask", "distributed", "cryptography",
}  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment in which only the least of the package is installed."""
    (tmp_path / "sitecustomize.py").write_text(HIDE.format(hidden=OF_EXTRAS), encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def run(bare: dict[str, str], words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=bare, capture_output=True, text=True, check=False
    )


def test_the_least_of_the_package_assesses_scores_and_plans(
    bare: dict[str, str], tmp_path: Path
) -> None:
    code = (
        "import eligibility as e; f = {'name': '甲', 'staff_total': 120}; e.assess(f); e.score(f)"
    )
    assert run(bare, ["-c", code]).stderr == ""
    file = "sample_data/candidates.csv"
    for words in (
        ["score", file, "-o", str(tmp_path / "out.xlsx")],
        ["assess", file],
        ["plan", file, "--firm", "91150105XNBU6HUA33", "--as-of", "2026-05-10"],
        ["fields"],
    ):
        done = run(bare, ["-m", "eligibility", *words])
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "extra"),
    [(["serve"], "api"), (["app"], "app"), (["find-field", "无人机"], "model"),
     (["backup", "x.sqlite"], "store"), (["train", "sample_data/past_applications.csv", "-o", "m"], "model")],
)  # fmt: skip
def test_what_an_extra_brings_is_named_where_it_is_missing(
    bare: dict[str, str], words: list[str], extra: str
) -> None:
    done = run(bare, ["-m", "eligibility", *words])
    assert done.returncode == 2
    assert f"pip install 'eligibility[{extra}]'" in done.stderr
    assert extra in PROJECT["optional-dependencies"]


def test_every_pin_lies_in_the_range_that_the_package_allows() -> None:
    from packaging.requirements import Requirement

    pins = {}
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            if "==" in line:
                name, _, version = line.partition("==")
                pins[name.partition("[")[0].lower()] = version
    of_extras = [each for extra in PROJECT["optional-dependencies"].values() for each in extra]
    ranges = [Requirement(each) for each in [*PROJECT["dependencies"], *of_extras]]
    named = [each for each in ranges if each.name != PROJECT["name"]]
    assert {each.name.lower() for each in named} <= set(pins)
    for each in named:
        assert each.specifier.contains(pins[each.name.lower()]), each


def test_the_app_within_the_package_is_the_app_with_the_same_settings() -> None:
    for name in ("streamlit_app.py", ".streamlit/config.toml"):
        within = (ROOT / "eligibility" / "app" / name).read_bytes()
        assert within == (ROOT / name).read_bytes(), name
