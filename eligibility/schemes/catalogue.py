"""The catalogue of technical fields (国家重点支持的高新技术领域), as a file of a scheme's folder holds it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TechnicalField:
    """One node of the catalogue (国家重点支持的高新技术领域).

    ``products`` are everyday names of what firms of a lowest-level node sell: ours, not the
    catalogue's.
    """

    code: str
    level: int
    parent: str
    number: str
    title: str
    terms: str
    exclusion: str
    products: tuple[str, ...] = ()


def read_catalogue(path: Path) -> tuple[TechnicalField, ...]:
    """The nodes of a catalogue's file, with everyday names of products from the file beside it."""
    everyday = path.with_name("everyday_products.tsv")
    products = {row["code"]: tuple(row["products"].split("、")) for row in _rows(everyday)}
    return tuple(
        TechnicalField(
            row["code"],
            int(row["level"]),
            row["parent_code"],
            row["official_number"],
            row["title"],
            row["terms"],
            row["exclusion"],
            products.get(row["code"], ()),
        )
        for row in _rows(path)
    )


def _rows(path: Path) -> list[dict[str, str]]:
    """Rows of a file separated by tabs; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
