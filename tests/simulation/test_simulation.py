"""Invented applications: repeatable, marked, and with true chances that are true."""

# Private names: counts of a single rate cannot be had otherwise.

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import poisson

from eligibility.intake.table import read_table
from eligibility.readiness.training_data import past_fields
from eligibility.schemes.registry import load_scheme
from eligibility.simulation.applications import Kind, simulate
from eligibility.simulation.file import write_applications
from eligibility.simulation.firms import BLANKABLE, _poisson

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["law", "compensating"])
def test_true_chances_hold_wherever_something_is_blank(kind: Kind) -> None:
    made = simulate(20_000, 11, kind)
    rows = {name: made.firms.blank(item.cells[0]) for name, item in BLANKABLE.items()}
    rows |= {
        f"chances of {low:.1f}": (made.chance >= low) & (made.chance < low + 0.2)
        for low in (0.0, 0.2, 0.4, 0.6, 0.8)
    }
    for name, chosen in rows.items():
        if chosen.sum() < 100:
            continue
        chance, came = made.chance[chosen], made.labels[chosen]
        surprise = (came.sum() - chance.sum()) / np.sqrt((chance * (1 - chance)).sum())
        assert abs(surprise) < 4, (name, float(surprise))


def test_counts_are_those_of_poisson_up_to_the_greatest_draw() -> None:
    rates = np.repeat([0.01, 0.7, 3.0, 40.0, 300.0], 2000)
    draws = np.random.default_rng(7).random(len(rates))
    np.testing.assert_array_equal(_poisson(draws, rates), poisson.ppf(draws, rates))
    ends = _poisson(np.array([0.0, np.nextafter(1.0, 0.0)]), np.array([3.0, 3.0]))
    assert ends[0] == 0
    assert 20 < ends[1] < 40


def test_the_same_seed_gives_the_same_applications() -> None:
    one, other = simulate(50, 3), simulate(50, 3)
    assert one.labels.tolist() == other.labels.tolist()
    for name, column in one.firms.columns.items():
        np.testing.assert_array_equal(column, other.firms.columns[name])


def test_what_is_written_is_read_without_a_word(tmp_path: Path) -> None:
    made = simulate(100, 4)
    write_applications(made, load_scheme(), tmp_path / "past.csv")
    batch = read_table(tmp_path / "past.csv", past_fields(load_scheme()))
    assert (len(batch.table), batch.issues) == (100, ())
    assert batch.table.numbers("invented").all()
    for name in ("rd_expense_y2", "st_staff", "management_talent", "ip_advancement_rating"):
        np.testing.assert_array_equal(batch.table.numbers(name), made.firms.numbers(name))


def test_the_shipped_file_is_what_its_data_sheet_says(tmp_path: Path) -> None:
    write_applications(simulate(600, 2026), load_scheme(), tmp_path / "past.csv")
    shipped = ROOT / "sample_data" / "past_applications.csv"
    assert (tmp_path / "past.csv").read_bytes() == shipped.read_bytes()
    certified = int(simulate(600, 2026).labels.sum())
    sheet = (ROOT / "sample_data" / "past_applications.md").read_text(encoding="utf-8")
    assert f"{certified} certified and {600 - certified} refused" in sheet


def test_a_refusal_names_what_failed_first_and_a_certificate_nothing() -> None:
    made = simulate(500, 6)
    for certified, reason in zip(made.labels, made.rejection_reason, strict=True):
        assert not (certified and reason)
    assert "rd_intensity" in made.rejection_reason
