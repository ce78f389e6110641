"""A model for tests: few invented applications, two candidates, seconds instead of a minute."""

from __future__ import annotations

from pathlib import Path

import pytest

from eligibility.readiness import training
from eligibility.readiness.artifact import save
from eligibility.readiness.baselines import candidates
from eligibility.readiness.training import TrainingResult
from eligibility.readiness.training_data import TrainingData, read_past
from eligibility.schemes.registry import load_scheme
from eligibility.simulation.applications import simulate
from eligibility.simulation.file import write_applications

ROWS = 120
QUICK = ("conjunction", "base rate")


def past_file(folder: Path, rows: int = ROWS, seed: int = 1) -> Path:
    """A file of invented past applications."""
    path = folder / f"past-{rows}-{seed}.csv"
    write_applications(simulate(rows, seed), load_scheme(), path)
    return path


def past(folder: Path, rows: int = ROWS, seed: int = 1) -> TrainingData:
    """The same, read."""
    return read_past(past_file(folder, rows, seed), load_scheme())


def quickly(patch: pytest.MonkeyPatch) -> None:
    """From here on, training compares two candidates in one round."""
    patch.setattr(training, "REPEATS", 1)
    patch.setattr(
        training,
        "candidates",
        lambda layout, seed: {name: candidates(layout, seed)[name] for name in QUICK},
    )


def quick_model(folder: Path, rows: int = ROWS, seed: int = 1) -> TrainingResult:
    """A trained model."""
    with pytest.MonkeyPatch.context() as patch:
        quickly(patch)
        return training.train(past(folder, rows, seed), "hnte")


def quick_models(folder: Path) -> Path:
    """A models folder with a model in it."""
    models = folder / "models"
    save(quick_model(folder), models / "hnte")
    return models
