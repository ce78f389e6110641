"""A model on disk is read only if everything about it fits; nothing is unpickled before."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from eligibility.assessment.assess import assess_table
from eligibility.domain.errors import InputError, ModelRefused
from eligibility.readiness import model_card
from eligibility.readiness.artifact import KNOWN, MANIFEST, MODEL, load, save
from eligibility.readiness.baselines import BootstrapClassifier, candidates
from eligibility.readiness.conjunction import CONJUNCTION, ConjunctionClassifier
from eligibility.readiness.model import FeatureDistribution, Model
from eligibility.readiness.training import TrainingResult
from eligibility.readiness.training_data import TrainingData
from tests.firms import base, table

ROOT = Path(__file__).parents[2]


class Hostile:
    """A pickle that would write a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.target),)


def edited(folder: Path, **changes: Any) -> None:
    """The manifest with changes."""
    path = folder / MANIFEST
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**said, **changes}), encoding="utf-8")


def test_what_was_saved_says_the_same_when_loaded(
    model_folder: Path, trained: TrainingResult
) -> None:
    (found,) = assess_table(table(base(), base(st_staff=1)))
    before, after = trained.model.readiness(found), load(model_folder).readiness(found)
    assert before is not None
    assert after is not None
    assert after.probability.tolist() == before.probability.tolist()
    assert after.training == before.training


def test_a_changed_byte_is_refused(model_folder: Path) -> None:
    path = model_folder / MODEL
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelRefused, match="not the file that the manifest describes"):
        load(model_folder)


def test_a_truncated_file_is_refused(model_folder: Path) -> None:
    path = model_folder / MODEL
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelRefused, match="not the file that the manifest describes"):
        load(model_folder)


def test_a_truncated_file_with_its_own_digest_is_refused_too(model_folder: Path) -> None:
    path = model_folder / MODEL
    path.write_bytes(path.read_bytes()[:-100])
    edited(model_folder, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(ModelRefused, match="cannot be read"):
        load(model_folder)


def test_other_versions_are_refused_by_name(model_folder: Path) -> None:
    versions = json.loads((model_folder / MANIFEST).read_text(encoding="utf-8"))["versions"]
    edited(model_folder, versions={**versions, "scikit-learn": "1.8.0"})
    with pytest.raises(ModelRefused, match=r"written with scikit-learn 1\.8\.0"):
        load(model_folder)


@pytest.mark.parametrize("missing", [MODEL, MANIFEST])
def test_a_missing_file_is_named(model_folder: Path, missing: str) -> None:
    (model_folder / missing).unlink()
    with pytest.raises(ModelRefused, match=missing):
        load(model_folder)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sha256": 1}', "\udcff"])
def test_a_manifest_that_is_none_is_refused(model_folder: Path, content: str) -> None:
    (model_folder / MANIFEST).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelRefused, match=MANIFEST):
        load(model_folder)


def test_a_hostile_pickle_runs_nothing(model_folder: Path, tmp_path: Path) -> None:
    (model_folder / MODEL).write_bytes(pickle.dumps(Hostile(tmp_path / "written")))
    with pytest.raises(ModelRefused, match="not the file that the manifest describes"):
        load(model_folder)
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize("dump", [pickle.dumps, None], ids=["pickle", "joblib"])
def test_a_hostile_pickle_with_a_matching_manifest_runs_nothing(
    model_folder: Path, tmp_path: Path, dump: Any
) -> None:
    hostile, path = Hostile(tmp_path / "written"), model_folder / MODEL
    if dump:
        path.write_bytes(dump(hostile))
    else:
        joblib.dump({"model": hostile}, path)
    edited(model_folder, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(ModelRefused, match="mkdir"):
        load(model_folder)
    assert not (tmp_path / "written").exists()
    # it would have, unpickled as usual
    joblib.load(path)
    assert (tmp_path / "written").exists()


def test_nothing_is_read_outside_the_models_folder(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "models"
    inside.mkdir()
    monkeypatch.setenv("ELIGIBILITY_MODELS", str(inside))
    (inside / "link").symlink_to(model_folder, target_is_directory=True)
    for folder in (model_folder, inside / ".." / "hnte", inside / "link"):
        with pytest.raises(ModelRefused, match="only read from"):
            load(folder)


def test_a_manifest_of_another_model_is_refused(model_folder: Path) -> None:
    edited(model_folder, edition="e2008")
    with pytest.raises(ModelRefused, match="not the one that the manifest describes"):
        load(model_folder)


@pytest.mark.parametrize("name", ["boosting", "logistic", "base rate"])
def test_every_candidate_can_be_kept_and_read(
    name: str,
    past: TrainingData,
    trained: TrainingResult,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELIGIBILITY_MODELS", str(tmp_path))
    made = BootstrapClassifier(candidates(past.layout, 0)[name], replicates=2)
    made.fit(past.features, past.labels)
    model = Model(made, past.layout, FeatureDistribution.of(past.features), trained.model.training)
    save(TrainingResult(model, {**trained.metrics, "chosen": name}), tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.estimator.chances(past.features[:3]).probability.tolist() == (
        made.chances(past.features[:3]).probability.tolist()
    )


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("estimator", {"estimator": None}),
        ("estimator", {"estimator": BootstrapClassifier(None)}),
        ("estimator", {"estimator": ConjunctionClassifier(None)}),
        ("distribution", {"distribution": None}),
        (
            "distribution",
            {
                "distribution": FeatureDistribution(
                    *(np.zeros((0,)) for _ in range(3)), np.zeros((1, 1))
                )
            },
        ),
        ("layout", {"layout": ()}),
        ("training", {"training": None}),
    ],
)
def test_a_model_with_a_part_that_is_none_or_does_not_work_is_refused(
    model_folder: Path, trained: TrainingResult, part: str, changes: dict[str, Any]
) -> None:
    path = model_folder / MODEL
    joblib.dump(replace(trained.model, **changes), path)
    edited(model_folder, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(ModelRefused, match=f"{part} of the model is not what the manifest"):
        load(model_folder)


def test_an_estimator_of_another_kind_than_the_manifest_says_is_refused(model_folder: Path) -> None:
    edited(model_folder, chosen="logistic")
    with pytest.raises(ModelRefused, match="estimator of the model is not what the manifest"):
        load(model_folder)


def test_a_model_that_cannot_be_written_leaves_the_one_before(
    model_folder: Path, trained: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in model_folder.iterdir()}

    def full(_: TrainingResult) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(model_card, "card", full)
    with pytest.raises(InputError, match="No space left"):
        save(trained, model_folder)
    assert {path.name: path.read_bytes() for path in model_folder.iterdir()} == before
    assert [path.name for path in model_folder.parent.iterdir()] == [model_folder.name]


def test_no_name_that_a_model_may_hold_runs_commands() -> None:
    assert not [name for name in KNOWN if name.startswith(("os.", "posix.", "subprocess.", "sys."))]
    assert not {"builtins.eval", "builtins.exec", "builtins.getattr", "builtins.__import__"} & KNOWN


def test_the_shipped_model_can_be_read_and_says_that_it_is_a_demonstration() -> None:
    model = load(ROOT / "models" / "hnte")
    assert model.training.synthetic
    assert model.training.applications == 600
    assert "demonstration model" in str(model.training.sentence)
    assert "firms that never applied may differ" in str(model.training.sentence)
    assert (
        json.loads((ROOT / "models" / "hnte" / "metrics.json").read_text(encoding="utf-8"))[
            "chosen"
        ]
        == CONJUNCTION
    )
