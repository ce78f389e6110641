"""Planning assumptions: numbers that a user may edit, each in a YAML file with its source.

They are not law: a source names who said so, or says "assumed".
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from yaml import YAMLError

from eligibility.domain.errors import InputError
from eligibility.domain.law import NotNegative
from eligibility.domain.validation import validation_sentence
from eligibility.schemes.yaml_file import read_yaml

HERE = Path(__file__).parent
#: the source of a number that nobody has said
ASSUMED = "assumed"


class Settings(BaseModel):
    """Base of a settings file, immutable once read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AssumedFigure(Settings):
    """Sourced number: a value and who said so."""

    value: NotNegative
    source: str


Read = TypeVar("Read", bound=Settings)


def read_settings(path: Path, form: type[Read]) -> Read:
    """Load and validate a settings file.

    Raises
    ------
    InputError
        If the file lacks something, or says something that is not known.
    """
    try:
        return form(**read_yaml(path))
    except ValidationError as error:
        why = validation_sentence(error)
        raise InputError("{file} cannot be used: {why}", file=path.name, why=why) from error
    except (YAMLError, TypeError, OSError) as error:
        raise InputError("{file} cannot be used: {why}", file=path.name, why=error) from error
