"""Model artifact on disk: ``readiness.joblib`` behind a hashed manifest, its metrics and its card.

Nothing of the file is unpickled before the manifest has been read, names the versions that run here
and gives the file's SHA-256; and what is unpickled may only name the classes that a model is made
of, so that a pickle with a matching manifest still runs no code. Models are only ever read from
the models folder (``ELIGIBILITY_MODELS``, or ``models/`` beside the package).
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import scipy
import sklearn
from joblib.numpy_pickle import NumpyUnpickler
from pydantic import BaseModel, ConfigDict, ValidationError

from eligibility._version import __version__
from eligibility.atomic_file import atomic_folder
from eligibility.domain.errors import ModelRefused
from eligibility.domain.results import TrainingSummary
from eligibility.readiness.conjunction import CONJUNCTION, ConjunctionClassifier
from eligibility.readiness.features import FeatureLayout
from eligibility.readiness.model import FeatureDistribution, Model
from eligibility.readiness.paths import CARD, FILES, MANIFEST, METRICS, MODEL, models_folder

if TYPE_CHECKING:
    # what trains takes as long to import as what predicts, and few who predict train
    from eligibility.readiness.training import TrainingResult

FORMAT = 2
#: everything that a model is made of, by the name that its pickle gives
KNOWN = frozenset(
    """
    builtins.slice numpy.dtype numpy.ndarray numpy._core.multiarray.scalar
    joblib.numpy_pickle.NumpyArrayWrapper
    eligibility.domain.results.TrainingSummary
    eligibility.readiness.conjunction.ConjunctionClassifier
    eligibility.readiness.estimates.GroupEffects
    eligibility.readiness.formula.Formula
    eligibility.readiness.formula.Prior
    eligibility.readiness.features.ItemGroup
    eligibility.readiness.features.FeatureLayout
    eligibility.readiness.model.Model
    eligibility.readiness.model.FeatureDistribution
    eligibility.readiness.baselines.BootstrapClassifier
    eligibility.readiness.baselines.InformativeColumns
    numpy.random._pcg64.PCG64
    numpy.random._pickle.__bit_generator_ctor
    numpy.random._pickle.__generator_ctor
    numpy.random.bit_generator.SeedSequence
    numpy.random.bit_generator.__pyx_unpickle_SeedSequence
    sklearn._loss._loss.CyHalfBinomialLoss
    sklearn._loss.link.Interval
    sklearn._loss.link.LogitLink
    sklearn._loss.loss.HalfBinomialLoss
    sklearn.dummy.DummyClassifier
    sklearn.ensemble._hist_gradient_boosting.binning._BinMapper
    sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier
    sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor
    sklearn.impute._base.MissingIndicator
    sklearn.impute._base.SimpleImputer
    sklearn.linear_model._logistic.LogisticRegressionCV
    sklearn.pipeline.Pipeline
    sklearn.preprocessing._data.StandardScaler
    sklearn.preprocessing._label.LabelEncoder
    """.split()
)


class Manifest(BaseModel):
    """Contents of ``manifest.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    sha256: str
    metrics_sha256: str
    card_sha256: str
    versions: Mapping[str, str]
    scheme: str
    edition: str
    features: tuple[str, ...]
    training_data_sha256: str
    applications: int
    certified: int
    years: tuple[int, int]
    seed: int
    invented: bool
    chosen: str
    log_loss: float | None


def versions() -> dict[str, str]:
    """The versions that a pickled model depends on."""
    return {
        "eligibility": __version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "joblib": joblib.__version__,
    }


def save(result: TrainingResult, folder: Path) -> None:
    """Save a model, in the place of the one before; whatever fails, that one stays.

    Raises
    ------
    InputError
        If it cannot be written, or the folder holds other files.
    """
    with atomic_folder(folder, FILES) as new:
        write_model(result, new)


def write_model(result: TrainingResult, folder: Path) -> None:
    """Write the four files of a model into an empty folder."""
    from eligibility.readiness.model_card import card

    joblib.dump(result.model, folder / MODEL)
    _write_json(folder / METRICS, result.metrics)
    (folder / CARD).write_text(card(result), encoding="utf-8", newline="\n")
    training, metrics = result.model.training, result.metrics
    manifest = Manifest(
        format=FORMAT,
        sha256=_sha256(folder / MODEL),
        metrics_sha256=_sha256(folder / METRICS),
        card_sha256=_sha256(folder / CARD),
        versions=versions(),
        scheme=training.scheme,
        edition=training.edition,
        features=result.model.layout.names,
        training_data_sha256=training.sha256,
        applications=training.applications,
        certified=training.certifications,
        years=training.years,
        seed=metrics["seed"],
        invented=training.synthetic,
        chosen=metrics["chosen"],
        log_loss=metrics["by_cross_validation"].get(metrics["chosen"], {}).get("log_loss"),
    )
    _write_json(folder / MANIFEST, manifest.model_dump(mode="json"))


def replace(result: TrainingResult, folder: Path) -> None:
    """As ``save``, once what was written has been read back.

    Raises
    ------
    ModelRefused
        If it cannot be read back.
    InputError
        If it cannot be written, or the folder holds other files.
    """
    with atomic_folder(folder, FILES) as new:
        write_model(result, new)
        load(new)


def load(folder: Path) -> Model:
    """Load a model from a folder, after its hash and versions are checked against the manifest.

    Raises
    ------
    ModelRefused
        If the folder lies outside the models folder, a file is missing or changed, or it was
        written by other versions.
    """
    for path in (folder, *(folder / name for name in FILES)):
        # a link inside may lead outside
        if not path.resolve().is_relative_to(models_folder().resolve()):
            raise ModelRefused(
                "{folder}: models are only read from {models}.", folder=path, models=models_folder()
            )
    manifest = read_manifest(folder)
    for package, version in versions().items():
        if (written := manifest.versions.get(package)) != version:
            raise ModelRefused(
                "{folder} was written with {package} {written}, and {version} runs here; train the "
                "model again.",
                folder=folder, package=package, written=written or "?", version=version,
            )  # fmt: skip
    _read_verified(folder, METRICS, manifest.metrics_sha256)
    _read_verified(folder, CARD, manifest.card_sha256)
    content = _read_verified(folder, MODEL, manifest.sha256)
    model = _unpickle(folder / MODEL, content)
    if (part := _wrong_part(model, manifest)) is not None:
        raise ModelRefused(
            "{folder}: {part} of the model is not what the manifest describes; train the model again.",
            folder=folder,
            part=part,
        )
    if not _matches_manifest(model, manifest):
        raise ModelRefused(
            "{folder}: the model is not the one that the manifest describes.", folder=folder
        )
    return model


def _read_verified(folder: Path, name: str, digest: str) -> bytes:
    """The bytes of a file that the manifest describes."""
    if not (folder / name).is_file():
        raise ModelRefused("{folder} holds no {file}.", folder=folder, file=name)
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelRefused(
            "{folder}: {file} is not the file that the manifest describes.",
            folder=folder,
            file=name,
        )
    return content


def _wrong_part(model: Model, manifest: Manifest) -> str | None:
    """The first part that is of another kind than the manifest says, or does not work."""
    kinds = {
        "layout": FeatureLayout,
        "distribution": FeatureDistribution,
        "training": TrainingSummary,
        "estimator": _estimator_class(manifest.chosen),
    }
    for name, kind in kinds.items():
        if type(getattr(model, name, None)) is not kind:
            return name
    nobody = np.zeros((1, len(manifest.features)))
    part = "distribution"
    try:
        if model.distribution.outside(nobody).shape != nobody.shape:
            return part
        part = "estimator"
        chance = model.estimator.chances(nobody).probability
        draws = model.estimator.draws(nobody, 1, 0)
    except Exception:
        # what is missing in a part that somebody made may raise anything
        return part
    return None if np.isfinite(chance).all() and draws.shape == (1, 1) else part


def _estimator_class(name: str) -> type:
    if name == CONJUNCTION:
        return ConjunctionClassifier
    from eligibility.readiness.baselines import BootstrapClassifier

    return BootstrapClassifier


def _matches_manifest(model: Model, manifest: Manifest) -> bool:
    training = model.training
    return (
        training.scheme == manifest.scheme
        and training.edition == manifest.edition
        and model.layout.names == manifest.features
        and training.sha256 == manifest.training_data_sha256
        and training.applications == manifest.applications
        and training.certifications == manifest.certified
        and training.years == manifest.years
        and training.synthetic == manifest.invented
    )


def read_manifest(folder: Path) -> Manifest:
    """What the manifest of a model says.

    Raises
    ------
    ModelRefused
        If there is none, or it cannot be read.
    """
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest.model_validate(content)
    except FileNotFoundError as error:
        raise ModelRefused("{folder} holds no {file}.", folder=folder, file=MANIFEST) from error
    except (OSError, ValueError, ValidationError) as error:
        raise ModelRefused(
            "{folder}: {file} cannot be read.", folder=folder, file=MANIFEST
        ) from error
    if manifest.format != FORMAT:
        raise ModelRefused(
            "{folder}: the manifest has format {format}, expected {expected}.",
            folder=folder,
            format=manifest.format,
            expected=FORMAT,
        )
    return manifest


def read_metrics(folder: Path) -> dict[str, Any]:
    """The measures that stand beside a model."""
    try:
        result: dict[str, Any] = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelRefused(
            "{folder}: {file} cannot be read.", folder=folder, file=METRICS
        ) from error
    return result


class _KnownClasses(NumpyUnpickler):
    """An unpickler that knows what a model is made of and refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of that name, if a model may hold it."""
        if f"{module}.{name}" not in KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _unpickle(path: Path, content: bytes) -> Model:
    try:
        # the very bytes that were checked, whatever the file holds by now
        model = _KnownClasses(str(path), io.BytesIO(content), ensure_native_byte_order=True).load()
    except Exception as error:
        # a damaged pickle may raise anything; the program goes on without readiness
        raise ModelRefused("{file} cannot be read: {why}.", file=path, why=error) from error
    if not isinstance(model, Model) or not hasattr(model, "training"):
        raise ModelRefused("{file} holds no model.", file=path)
    return model


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
