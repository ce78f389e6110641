"""A file of past applications: candidates and what became of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import assess_table
from eligibility.intake.source import Source
from eligibility.intake.table import Batch, Options, from_records, read_table
from eligibility.readiness.features import Layout, features, layout
from eligibility.scheme import Scheme, read_yaml
from eligibility.vocabulary import Bools, Field, FirmTable, Floats, InputError

#: applications of each outcome without which nothing can be learned
LEAST_OF_EACH = 10


@dataclass(frozen=True)
class Past:
    """Applications that can be learned from, n of them, all under one edition.

    Attributes
    ----------
    features : array of shape (n, p)
        As ``layout`` names them.
    certified : array of bool, shape (n,)
    years : array of int64, shape (n,)
        Year of application.
    firms : array of int64, shape (n,)
        The same number for the applications of one firm, by credit code or else by name.
    invented : bool
        Whether some row says that it is.
    edition : str
        The edition that the features are formed under.
    older : int
        Rows left out because another edition was in force.
    unknown : int
        Rows left out because they do not say what became of them.
    sha256 : str
        Of the file.
    batch : Batch
        What was read, and what could not be.
    """

    features: Floats
    certified: Bools
    years: NDArray[np.int64]
    firms: NDArray[np.int64]
    layout: Layout
    edition: str
    invented: bool
    older: int
    unknown: int
    sha256: str
    batch: Batch


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


def read_past(source: Source, scheme: Scheme, options: Options | None = None) -> Past:
    """Read and assess a file of past applications.

    Parameters
    ----------
    source : path, or (name, bytes)
        CSV or Excel, as candidates, with ``applied_year`` and ``certified``.
    scheme : Scheme
    options : Options, optional

    Raises
    ------
    InputError
        If the file cannot be used or a column of outcomes is not in it.
    """
    name, content = source if isinstance(source, tuple) else (Path(source).name, None)
    options = options or Options(covered_from=scheme.covered_from)
    batch = read_table(source, past_fields(scheme), options, catalogue=scheme.titles_by_code)
    found = {column.field.id for column in batch.headers.columns}
    for field in outcome_fields():
        if field.required and field.id not in found:
            raise InputError(
                "{file} has no column {column} ({title}), which past applications need.",
                file=name,
                column=field.id,
                title=field.title,
            )
    if content is None:
        content = Path(str(source)).read_bytes()
    return _past(batch, scheme, hashlib.sha256(content).hexdigest())


def past_of_records(records: Sequence[Mapping[str, Any]], scheme: Scheme) -> Past:
    """Past applications that are kept in the store, as its ``past_applications`` gives them."""
    batch = from_records(
        records,
        past_fields(scheme),
        Options(covered_from=scheme.covered_from),
        catalogue=scheme.titles_by_code,
    )
    content = json.dumps(records, ensure_ascii=False, sort_keys=True).encode()
    return _past(batch, scheme, hashlib.sha256(content).hexdigest())


def _past(batch: Batch, scheme: Scheme, sha256: str) -> Past:
    firms, law = batch.table, scheme.editions[-1]
    told = ~firms.blank("certified") & ~firms.blank("applied_year")
    known = firms.take(told)
    under = [found for found in assess_table(known, scheme) if found.law.id == law.id]
    made = layout(law)
    if not under:
        rows, values = np.zeros(0, dtype=np.intp), np.empty((0, len(made.names)))
    else:
        rows, values = under[0].rows, features(under[0])
    return Past(
        features=values,
        certified=known.numbers("certified")[rows] == 1,
        years=known.numbers("applied_year")[rows].astype(np.int64),
        firms=_identities(known)[rows],
        layout=made,
        edition=law.id,
        invented=bool((known.numbers("invented") == 1).any()),
        older=len(known) - len(rows),
        unknown=int((~told).sum()),
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
