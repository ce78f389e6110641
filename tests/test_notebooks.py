"""The notebooks of docs/notebooks run from top to bottom, here on a smaller sample."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.small_models import past_file, quickly

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "docs" / "notebooks"
#: firms of the small sample
FIRMS = 30


@pytest.fixture
def small_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a few firms, few past applications and the demonstration model."""
    samples = tmp_path / "sample_data"
    samples.mkdir()
    lines = (ROOT / "sample_data/candidates.csv").read_text(encoding="utf-8").splitlines(True)
    (samples / "candidates.csv").write_text("".join(lines[: FIRMS + 1]), encoding="utf-8")
    shutil.copy(ROOT / "sample_data/candidates_messy.csv", samples)
    past_file(tmp_path).rename(samples / "past_applications.csv")
    (tmp_path / "models").symlink_to(ROOT / "models")
    monkeypatch.chdir(tmp_path)
    quickly(monkeypatch)


def run(name: str) -> dict[str, Any]:
    """Run every cell of code, in order, and give what the last line of each said, by its cell."""
    notebook = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], "outputs grow old; they are not kept"
            tree = ast.parse("".join(cell["source"]))
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, f"{name}, {cell['id']}", "exec"), names)
            if last is not None:
                shown = eval(compile(ast.Expression(last.value), name, "eval"), names)
                names[cell["id"]] = shown
    return names


@pytest.mark.usefixtures("small_sample")
def test_the_notebook_for_analysts_counts_firms_and_names_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = run("analysts.ipynb")
    assert int(names["by_district"].to_numpy().sum()) == len(names["firms"]) == FIRMS
    assert len(names["missing"]) > 0
    said = capsys.readouterr().out
    assert "invented" in said
    assert "60 rows = 38 assessed + 22 rejected" in said


@pytest.mark.usefixtures("small_sample")
def test_the_notebook_for_developers_assesses_plans_trains_and_adds_an_edition(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = run("developers.ipynb")
    assert names["statuses"] == {2026: "met", 2030: "unmet"}
    assert names["plan"]["gaps"]
    assert names["year"] is not None
    assert "invented" in capsys.readouterr().out
