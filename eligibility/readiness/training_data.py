"""Training data: a file of past applications and their outcomes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import assess_table
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field, FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.text import Wording
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.source import Source
from eligibility.intake.table import IntakeOptions, from_records, read_table
from eligibility.readiness.features import SCORE, FeatureLayout, features_under, layout
from eligibility.schemes.registry import Scheme
from eligibility.schemes.yaml_file import read_yaml


@dataclass(frozen=True)
class TrainingData:
    """Past applications for training, n of them, with the features of one edition.

    Those that fell under another edition count by the conditions and items that the two share; what
    theirs did not ask is unknown.

    Attributes
    ----------
    features : array of shape (n, p)
        As ``layout`` names them.
    labels : array of bool, shape (n,)
    years : array of int64, shape (n,)
        Year of application.
    firms : array of int64, shape (n,)
        The same number for the applications of one firm, by credit code or else by name.
    carriers : array of str, shape (n,)
        Whom the firm applied through; empty where it is not told.
    reasons : array of str, shape (n,)
        The condition that a refusal names; empty where none is.
    synthetic : bool
        Whether some row says that it is.
    edition : str
        The edition that the features are formed under.
    own : array of bool, shape (n,)
        Whether that edition was in force on the day of application.
    unknown : int
        Rows left out because they do not say what became of them.
    sha256 : str
        Of the file.
    batch : Batch
        What was read, and what could not be.
    """

    features: Floats
    labels: Bools
    years: NDArray[np.int64]
    firms: NDArray[np.int64]
    carriers: NDArray[np.str_]
    reasons: NDArray[np.str_]
    layout: FeatureLayout
    edition: str
    own: Bools
    synthetic: bool
    unknown: int
    sha256: str
    batch: RowBatch

    @property
    def elsewhere(self) -> int:
        """How many of them fell under another edition."""
        return int((~self.own).sum())


@cache
def outcome_fields() -> tuple[Field, ...]:
    """The columns that past applications have beside those of candidates."""
    entries = read_yaml(Path(__file__).parent / "outcomes.yaml")["fields"]
    return tuple(
        Field(section="outcome", stem=entry["id"], stem_title=entry["title"], **entry)
        for entry in entries
    )


def past_fields(scheme: Scheme) -> tuple[Field, ...]:
    """The columns of a file of past applications."""
    return (*scheme.fields, *outcome_fields())


def read_past(
    source: Source,
    scheme: Scheme,
    options: IntakeOptions | None = None,
    *,
    law: Edition | None = None,
) -> TrainingData:
    """Read and assess a file of past applications.

    Parameters
    ----------
    source : path, or (name, bytes)
        CSV or Excel, as candidates, with ``applied_year`` and ``certified``.
    scheme : Scheme
    options : Options, optional
    law : Edition, optional
        Whose features are formed; of the edition in force today if omitted.

    Raises
    ------
    InputError
        If the file cannot be used or a column of outcomes is not in it.
    """
    name, content = source if isinstance(source, tuple) else (Path(source).name, None)
    options = options or IntakeOptions(covered_from=scheme.covered_from)
    batch = read_table(source, past_fields(scheme), options, catalogue=scheme.titles_by_code)
    field_ids = {column.field.id for column in batch.headers.columns}
    for field in outcome_fields():
        if field.required and field.id not in field_ids:
            raise InputError(
                "{file} has no column {column} ({title}), which past applications need.",
                file=name,
                column=field.id,
                title=field.title,
            )
    if content is None:
        content = Path(str(source)).read_bytes()
    return _past(batch, scheme, law, hashlib.sha256(content).hexdigest())


def past_of_records(
    records: Sequence[Mapping[str, Any]], scheme: Scheme, *, law: Edition | None = None
) -> TrainingData:
    """Past applications that are kept in the store, as its ``past_applications`` gives them."""
    batch = from_records(
        records,
        past_fields(scheme),
        IntakeOptions(covered_from=scheme.covered_from),
        catalogue=scheme.titles_by_code,
    )
    content = json.dumps(records, ensure_ascii=False, sort_keys=True).encode()
    return _past(batch, scheme, law, hashlib.sha256(content).hexdigest())


def _past(batch: RowBatch, scheme: Scheme, law: Edition | None, sha256: str) -> TrainingData:
    firms, law = batch.table, law or scheme.in_force(date.today())
    decided = ~firms.blank("certified") & ~firms.blank("applied_year")
    decided_firms = firms.take(decided)
    names = layout(law)
    values = np.empty((len(decided_firms), len(names.names)))
    own = np.zeros(len(decided_firms), dtype=np.bool_)
    for assessment in assess_table(decided_firms, scheme):
        values[assessment.rows] = features_under(law, assessment)
        own[assessment.rows] = assessment.law.id == law.id
    return TrainingData(
        features=values,
        labels=decided_firms.numbers("certified") == 1,
        years=decided_firms.numbers("applied_year").astype(np.int64),
        firms=_identities(decided_firms),
        carriers=np.array([each or "" for each in decided_firms.texts("carrier")], dtype=str),
        reasons=_named_conditions(decided_firms.texts("rejection_reason"), law),
        layout=names,
        edition=law.id,
        own=own,
        synthetic=bool((decided_firms.numbers("invented") == 1).any()),
        unknown=int((~decided).sum()),
        sha256=sha256,
        batch=batch,
    )


def _identities(firms: FirmTable) -> NDArray[np.int64]:
    """The same number for rows of one firm; a firm without code and name stands alone."""
    codes, names = firms.texts("uscc"), firms.texts("name")
    keys = [
        f"code {code}" if code else f"name {name}" if name else f"row {row}"
        for row, (code, name) in enumerate(zip(codes, names, strict=True))
    ]
    same: NDArray[np.int64] = np.unique(keys, return_inverse=True)[1] if keys else np.zeros(0, int)
    return same


def _named_conditions(texts: Iterable[str | None], law: Edition) -> NDArray[np.str_]:
    """The conditions that refusals name, by id or by title; an item of the score names the score."""
    names: dict[str, str] = {}
    for condition in law.conditions:
        names |= dict.fromkeys((condition.id, *_titles(condition.title)), condition.id)
    for item in law.items.values():
        names |= dict.fromkeys((item.id, *_titles(item.title)), SCORE)
    return np.array([names.get((text or "").strip(), "") for text in texts], dtype=str)


def _titles(title: Wording) -> tuple[str, ...]:
    return title.zh, title.en
