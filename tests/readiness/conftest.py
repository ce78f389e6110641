"""A small model trained once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from eligibility.readiness.artifact import save
from eligibility.readiness.training import TrainingResult, train
from eligibility.readiness.training_data import TrainingData, read_past
from eligibility.schemes.registry import load_scheme
from eligibility.simulation.applications import simulate
from eligibility.simulation.file import write_applications

APPLICATIONS, SEED = 200, 5


@pytest.fixture(scope="session")
def past_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 200 invented applications."""
    path = tmp_path_factory.mktemp("past") / "past.csv"
    write_applications(simulate(APPLICATIONS, SEED), load_scheme(), path)
    return path


@pytest.fixture(scope="session")
def past(past_file: Path) -> TrainingData:
    """The same, read."""
    return read_past(past_file, load_scheme())


@pytest.fixture(scope="session")
def trained(past: TrainingData) -> TrainingResult:
    """A model learned from them."""
    return train(past, "hnte", seed=1)


@pytest.fixture
def model_folder(trained: TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The model on disk, in a models folder of its own."""
    monkeypatch.setenv("ELIGIBILITY_MODELS", str(tmp_path))
    save(trained, tmp_path / "hnte")
    return tmp_path / "hnte"
