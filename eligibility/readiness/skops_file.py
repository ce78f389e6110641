"""Export of a model's estimator in the skops format, which is read without unpickling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eligibility.atomic_file import atomic_file
from eligibility.domain.errors import InputError
from eligibility.readiness.model import Model


def skops_format() -> Any:
    """The package that writes the format.

    Raises
    ------
    InputError
        If it is not there.
    """
    try:
        import skops.io
    except ImportError as error:
        raise InputError(
            "The skops format needs the package skops; install it: pip install skops"
        ) from error
    return skops.io


def export_skops(model: Model, path: Path) -> None:
    """Write the estimator to a file that ``skops.io.load`` reads, its reader naming what it trusts.

    The program itself reads models from the models folder alone.

    Raises
    ------
    InputError
        If the package skops is not there, or the file cannot be written.
    """
    content = skops_format().dumps(model.estimator)
    with atomic_file(path) as file:
        file.write(content)
