"""The stock of certificates is an exact distribution, and draws by hand give the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from eligibility.city.certificates import Certificates, certificates
from eligibility.city.forecast import forecast
from eligibility.city.settings import City, load_city
from eligibility.city.stock_forecast import stock_forecast
from eligibility.domain.arrays import Floats
from eligibility.schemes.registry import load_scheme

LAW = load_scheme().edition("e2016")
DAY, DRAWS = date(2026, 7, 1), 200_000
CITY = load_city()


def recorded(**issues: int) -> Certificates:
    """So many certificates of a day each, as ``d20240901=300``; firms of their own."""
    rows: list[dict[str, Any]] = []
    for written, count in issues.items():
        day = date(int(written[1:5]), int(written[5:7]), int(written[7:]))
        for _ in range(count):
            row = {"firm_id": len(rows), "applied_year": day.year, "certified_on": day}
            rows.append({**row, "expires_on": None, "cancelled_on": None})
    return certificates(rows, LAW)


def with_rate(value: float) -> City:
    assert CITY.cancellations is not None
    figure = CITY.cancellations.model_copy(update={"value": value})
    return CITY.model_copy(update={"cancellations": figure})


def chances_of(seed: int, draws: int = 4, firms: int = 60) -> Floats:
    return np.random.default_rng(seed).beta(2, 2, (draws, firms))


def distance(draws: Floats, distribution: Floats) -> float:
    """The greatest distance of two distribution functions."""
    counted = np.bincount(draws, minlength=len(distribution))[: len(distribution)]
    return float(np.abs(np.cumsum(counted) / len(draws) - np.cumsum(distribution)).max())


def test_draws_by_hand_give_the_distributions_of_certified_and_of_stock() -> None:
    chances, shock = chances_of(1), 0.6
    on_record = recorded(d20240901=300, d20230801=25, d20260301=12)
    year = forecast(chances, target=50, already=12, year_shock=shock)
    stock = stock_forecast(on_record, year, with_rate(0.06), DAY)
    rng = np.random.default_rng(7)
    draw = rng.integers(0, len(chances), DRAWS)
    shift = rng.normal(0, shock, DRAWS)
    certified = np.zeros(DRAWS, dtype=np.int64)
    for firm in range(chances.shape[1]):
        odds = chances[draw, firm] / (1 - chances[draw, firm]) * np.exp(shift)
        certified += rng.random(DRAWS) < odds / (1 + odds)
    # 312 last beyond the year; half a year of cancellations, each by itself
    half = 1 - (1 - 0.06) ** (184 / 365)
    lasting = 312 - (rng.random((DRAWS, 312), dtype=np.float32) < half).sum(axis=1)
    assert distance(certified, year.distribution) < 0.01
    assert distance(lasting + certified, stock.distribution) < 0.01
    # and the measure tells a year without its shock, and a stock without cancellations, from these
    alike = forecast(chances, target=50, year_shock=0.0)
    assert distance(certified, alike.distribution) > 0.05
    assert distance(lasting + certified, replace(stock, cancellation=0.0).distribution) > 0.05


def test_the_stock_adds_up_from_what_lasts_what_is_cancelled_and_what_comes() -> None:
    year = forecast(chances_of(2), target=50)
    stock = stock_forecast(recorded(d20240901=300, d20230801=25, d20200101=9), year, CITY, DAY)
    assert (stock.valid, stock.ending, stock.lasting) == (325, 25, 300)
    assert stock.distribution.sum() == pytest.approx(1, abs=1e-12)
    expected = stock.lasting - stock.cancelled_mean + stock.certified_mean
    assert stock.mean == pytest.approx(expected, abs=1e-9)
    low, high = stock.interval(0.8)
    assert stock.distribution[low : high + 1].sum() >= 0.8
    assert stock.at_least(0) == pytest.approx(1)
    assert stock.at_least(low) > 0.89


def test_without_a_rate_of_cancellations_none_is_counted_and_without_firms_none_comes() -> None:
    plain = CITY.model_copy(update={"cancellations": None})
    nobody = forecast(np.empty((1, 0)), target=50)
    stock = stock_forecast(recorded(d20240901=7), nobody, plain, DAY)
    assert stock.distribution[7] == pytest.approx(1)
    assert (stock.mean, stock.interval()) == (pytest.approx(7), (7, 7))


def test_a_cancelled_certificate_is_in_no_stock_from_its_day_on() -> None:
    row = {"firm_id": 1, "applied_year": 2024, "certified_on": date(2024, 9, 1)}
    rows = [{**row, "expires_on": None, "cancelled_on": date(2026, 3, 1)}]
    on_record = certificates(rows, LAW)
    assert on_record.stock(LAW, 2024, 2026).valid.tolist() == [1, 1, 0]


def test_the_shipped_rate_of_cancellations_says_its_source_and_that_it_is_national() -> None:
    rate = CITY.cancellations
    assert rate is not None
    assert rate.source != "assumed"
    assert rate.source.confidence == "B"
    assert rate.note is not None
    assert rate.value == 0.0085
