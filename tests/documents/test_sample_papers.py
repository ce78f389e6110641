"""The sample papers are those that their generator writes, and small; their figures hang together."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from stdnum.cn import uscc

from eligibility.evidence.bridge_file import read_amounts
from eligibility.evidence.reconciliation import reconcile
from eligibility.schemes.registry import load_scheme

ROOT = Path(__file__).parents[2]
PAPERS = ROOT / "sample_data" / "papers"
FIRMS = ("muge", "qingyun", "changhe")
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The papers written anew, without those that take a renderer."""
    folder = tmp_path_factory.mktemp("papers")
    script = ROOT / "sample_data" / "make_papers.py"
    subprocess.run([sys.executable, script, "--no-pdf", "-o", folder], check=True)
    return folder


def files(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def content(path: Path) -> object:
    """What a file holds; of an archive its parts, as another machine may pack them another way."""
    if path.suffix not in (".xlsx", ".docx"):
        return path.read_bytes()
    with ZipFile(path) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def test_the_sample_papers_are_those_that_the_script_writes(written: Path) -> None:
    here, there = set(files(PAPERS)), set(files(written))
    # saved by LibreOffice from the workbook of that name
    assert there - here == {"qingyun/2024年_wps.xlsx"}
    others = {f"{firm}/2025年_etax.pdf" for firm in FIRMS} | {"qingyun/2024年_wps.xls"}
    assert here - there == others
    for name in here & there - {"errors.csv"}:
        assert content(PAPERS / name) == content(written / name), name


def test_the_sample_papers_are_small_and_of_every_kind() -> None:
    sizes = [path.stat().st_size for path in PAPERS.rglob("*") if path.is_file()]
    assert sum(sizes) < 2 * MEGABYTE
    for firm in FIRMS:
        kinds = {path.suffix for path in (PAPERS / firm).iterdir()}
        assert {".pdf", ".xlsx", ".docx", ".csv"} <= kinds


def rows(name: str) -> list[dict[str, str]]:
    with (PAPERS / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_firms_of_the_sample_papers_have_codes_of_nobody() -> None:
    codes = [row["value"] for row in rows("facts.csv") if row["field"] == "uscc"]
    assert len(set(codes)) == len(FIRMS)
    for code in codes:
        assert uscc.validate(code) == code
        assert code[8:10] == "XN"


def test_the_errors_are_in_one_firm_alone_and_are_no_small_change() -> None:
    errors = rows("errors.csv")
    assert {row["file"].partition("/")[0] for row in errors} == {"changhe"}
    assert {row["form"] for row in errors} == {"A101010", "A107012-52", "rd-structure", "small-income"}  # fmt: skip
    for row in errors:
        assert abs(Decimal(row["stated"]) - Decimal(row["true"])) > 1000


def test_the_books_of_the_sample_firms_agree_but_where_an_error_was_put() -> None:
    scheme = load_scheme()
    assert scheme.reconciliation is not None
    found = {}
    for firm in FIRMS:
        amounts = read_amounts([PAPERS / firm / "对账.csv"], scheme.reconciliation)
        result = reconcile(amounts, scheme.reconciliation, scheme.edition("e2016"))
        assert not result.open_steps
        found[firm] = [(step.basis, step.category, step.year) for step in result.rests]
    assert found == {
        "muge": [],
        "qingyun": [],
        "changhe": [("deduction", "outsourced_domestic", 2025), ("return_sales", "all", 2025)],
    }
