"""Amounts that nobody can mean are judged and told like others, without a word of numpy's."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import pytest

from tests import commands

AMOUNTS = ("staff_total", "sales_revenue_y3", "tech_sme_staff_total", "total_assets_y3")


@pytest.mark.parametrize("amount", ["1e16", "1e19", "1e308"])
def test_a_limit_passed_by_far_is_told_by_its_amount(tmp_path: Path, amount: str) -> None:
    source, target = tmp_path / "firms.csv", tmp_path / "out.csv"
    head = ("name", "application_date", *AMOUNTS)
    with source.open("w", newline="", encoding="utf-8") as to:
        csv.writer(to).writerows([head, ("Invented Ltd", "2026-06-15", *[amount] * len(AMOUNTS))])
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        commands.run("score", source, "-o", target, "--scheme", "tech_sme", "--lang", "en")
    [row] = csv.DictReader(target.open(encoding="utf-8-sig"))
    told = [cell for name, cell in row.items() if name.startswith("gap_") and "over the" in cell]
    assert told
    assert not [cell for cell in told if ": -" in cell or "CNY -" in cell]
