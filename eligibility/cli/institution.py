"""The institution's register as commands read it: with all that holds for its pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    # only for types: a command imports what it needs, so that --help stays quick
    from eligibility.city.settings import City
    from eligibility.readiness.model import Model
    from eligibility.schemes.registry import Scheme
    from eligibility.store import Repository

RegisterModel = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="DIR",
        help="Trained model, for readiness; if omitted none, or with --store the one of the pages.",
    ),
]


@dataclass(frozen=True)
class Institution:
    """A register with its city and batches as its managers set them, and the model in use."""

    repository: Repository
    city: City
    scheme: Scheme
    model: Model | None


def open_institution(model: Path | None = None, city: Path | None = None) -> Institution:
    """The register of the store, seen whole, so that a command says what the pages say.

    Parameters
    ----------
    model : Path, optional
        Folder of another model than that of the pages.
    city : Path, optional
        File of targets and assumptions in place of those of the institution.

    Raises
    ------
    InputError
        If the file of the city says what cannot be.
    ModelRefused
        If the model cannot be used.
    """
    from eligibility.city.settings import load_city
    from eligibility.readiness.artifact import load
    from eligibility.readiness.paths import models_folder
    from eligibility.register.assumptions import load_settings
    from eligibility.store import Repository, Role, System, open_store

    repository = Repository(open_store(), System(Role.MANAGER))
    settings = load_settings(repository)
    folder = models_folder() / DEFAULT_SCHEME if model is None else model
    return Institution(
        repository,
        settings.city if city is None else load_city(city),
        settings.schemes[DEFAULT_SCHEME],
        load(folder) if model is not None or folder.is_dir() else None,
    )
