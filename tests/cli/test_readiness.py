"""``train`` and ``assess`` agree on where a model lies; few and odd outcomes end in words."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eligibility.cli import app
from eligibility.readiness.artifact import load
from eligibility.readiness.training_data import read_past
from eligibility.schemes.registry import load_scheme

SAMPLE = Path(__file__).parents[2] / "sample_data" / "past_applications.csv"


def command(*words: Any) -> Result:
    """A command in this process."""
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


def some(path: Path, rows: int, **changed: str) -> Path:
    """The first past applications of the sample, with columns overwritten."""
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        head, *lines = list(csv.reader(file))
    for line in lines[:rows]:
        for name, value in changed.items():
            line[head.index(name)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *lines[:rows]])
    return path


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    """A file with the first firm of the sample."""
    path = tmp_path / "firm.csv"
    lines = (SAMPLE.parent / "candidates.csv").read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    return path


def test_what_train_says_of_a_folder_elsewhere_is_what_assess_needs(
    tmp_path: Path, firm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELIGIBILITY_MODELS", str(tmp_path / "models"))
    folder = tmp_path / "elsewhere" / "ours"
    folder.parent.mkdir()
    trained = command("train", some(tmp_path / "past.csv", 20), "-o", folder)
    assert trained.exit_code == 0
    assert "refusals among 20 outcomes" in trained.stdout
    refused = command("assess", firm, "--model", folder)
    assert refused.exit_code == 2
    assert f"models are only read from {tmp_path / 'models'}" in refused.stderr
    (named,) = re.findall(r"set ELIGIBILITY_MODELS=(\S+) to use this one", trained.stderr)
    monkeypatch.setenv("ELIGIBILITY_MODELS", named)
    assessed = command("assess", firm, "--model", folder, "--format", "json")
    assert assessed.exit_code == 0
    (record,) = json.loads(assessed.stdout)
    low, high = record["readiness"]["interval"]
    assert low < record["readiness"]["probability"] < high
    # trained again in its place, whole
    again = command("train", some(tmp_path / "past.csv", 12, certified="yes"), "-o", folder)
    assert again.exit_code == 0
    assert "0 refusals among 12 outcomes" in again.stdout
    assert "ELIGIBILITY_MODELS" not in again.stderr
    assert command("assess", firm, "--model", folder).exit_code == 0


def test_the_skops_file_says_what_the_model_says_and_names_only_its_own_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # it imports all of scikit-learn, which no other test needs
    import skops.io

    monkeypatch.setenv("ELIGIBILITY_MODELS", str(tmp_path))
    folder, exported = tmp_path / "ours", tmp_path / "ours.skops"
    past = some(tmp_path / "past.csv", 20)
    assert command("train", past, "-o", folder, "--skops", exported).exit_code == 0
    own = skops.io.get_untrusted_types(file=exported)
    assert own
    assert [name for name in own if not name.startswith("eligibility.readiness.")] == []
    estimator = skops.io.load(exported, trusted=own)
    values = read_past(past, load_scheme()).features
    ours, theirs = load(folder).estimator.chances(values), estimator.chances(values)
    for name in ("probability", "low", "high", "factors"):
        assert getattr(theirs, name).tolist() == getattr(ours, name).tolist()


def test_without_the_package_skops_is_asked_for_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "skops.io", None)
    past = some(tmp_path / "past.csv", 12)
    refused = command("train", past, "-o", tmp_path / "ours", "--skops", tmp_path / "x.skops")
    assert refused.exit_code == 2
    assert "install it: pip install skops" in refused.stderr
    # said before anything is learned
    assert not (tmp_path / "ours").exists()


def test_a_file_whose_every_row_is_refused_keeps_the_model_before(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    command("train", some(tmp_path / "past.csv", 12), "-o", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    refused = command("train", some(tmp_path / "bad.csv", 3, applied_year="soon"), "-o", folder)
    assert refused.exit_code == 2
    assert "None of the 3 applications can be used" in refused.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
