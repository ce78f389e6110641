"""The forecast of a year: exact, honest about what firms share, and quick for a whole city."""

# Private names: the fast way is closed so that the same sum is done the plain way.

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.city import forecast as module
from eligibility.city import poisson_binomial as city_poisson_binomial
from eligibility.city.forecast import Forecast, forecast, years_of_shock
from eligibility.city.poisson_binomial import (
    all_but_one,
    in_year,
    mixed_over_draws,
    poisson_binomial,
)
from eligibility.domain.errors import InputError

chance = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1e-6, 0.5, 1.0]))
firms = st.lists(chance, min_size=1, max_size=40)
shock = st.sampled_from([0.0, 0.3, 1.0])
RNG = np.random.default_rng(50)


def of(chances: list[float] | np.ndarray, **options: object) -> Forecast:
    given = {"target": 3, "year_shock": 0.3, **options}
    return forecast(np.atleast_2d(np.array(chances, dtype=float)), **given)  # type: ignore[arg-type]


def by_convolution(chances: np.ndarray) -> np.ndarray:
    made = np.ones(1)
    for one in chances:
        made = np.convolve(made, [1 - one, one])
    return made


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 64, 100, 700, 3000])
@pytest.mark.parametrize("kind", ["mixed", "rare", "sure"])
def test_the_number_of_successes_is_exact_to_1e_10(count: int, kind: str) -> None:
    low, high = {"mixed": (0, 1), "rare": (0, 1e-3), "sure": (0.999, 1)}[kind]
    chances = RNG.uniform(low, high, (2, count))
    made = poisson_binomial(chances)
    assert made.shape == (2, count + 1)
    for row, case in enumerate(chances):
        assert np.abs(made[row] - by_convolution(case)).max() < 1e-10


def test_few_firms_agree_with_writing_every_outcome_down() -> None:
    chances = RNG.uniform(0, 1, 10)
    told = np.zeros(11)
    for outcome in itertools.product([0, 1], repeat=10):
        picked = np.array(outcome)
        told[picked.sum()] += np.prod(np.where(picked == 1, chances, 1 - chances))
    assert np.abs(of(chances, year_shock=0.0).distribution - told).max() < 1e-12


def test_at_least_fifty_agrees_with_200_000_simulated_years() -> None:
    """Draws of the model, the year's shock and the firms' own luck, each drawn anew."""
    base = RNG.beta(1.2, 1.5, 120)
    draws = np.clip(base + RNG.normal(0, 0.05, (25, 1)) + RNG.normal(0, 0.03, (25, 120)), 0, 1)
    made = forecast(draws, target=50, already=3, year_shock=0.4)
    certified = []
    for _ in range(20):
        drawn = draws[RNG.integers(0, 25, 10_000)]
        odds = np.exp(0.4 * RNG.standard_normal((10_000, 1)))
        certified.append(3 + (RNG.random((10_000, 120)) < in_year(drawn, odds)).sum(axis=1))
    simulated = np.concatenate(certified)
    assert len(simulated) == 200_000
    assert 0.2 < made.reaches_target < 0.8
    assert abs(made.reaches_target - (simulated >= 50).mean()) < 0.01
    assert abs(made.mean - simulated.mean()) < 0.1
    low, high = made.interval(0.8)
    assert abs(low - np.quantile(simulated, 0.1)) <= 1
    assert abs(high - np.quantile(simulated, 0.9)) <= 1


def test_five_thousand_firms_take_less_than_two_seconds() -> None:
    chances = RNG.beta(0.5, 1.5, (1, 5000))
    start = time.process_time()
    made = forecast(chances, target=1300, year_shock=0.3)
    assert made.distribution.sum() == pytest.approx(1)
    assert time.process_time() - start < 2


def test_five_thousand_firms_in_fifty_draws_of_a_model_take_less_than_two_seconds() -> None:
    chances = np.clip(RNG.beta(0.5, 1.2, 5000) + RNG.normal(0, 0.04, (50, 5000)), 0, 1)
    start = time.process_time()
    made = forecast(chances, target=1500, year_shock=0.3)
    assert time.process_time() - start < 2
    assert made.distribution.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("count", "draws", "shock"), [(300, 2, 0.3), (900, 4, 0.3), (2500, 3, 1.0), (700, 1, 0.0)]
)
def test_trials_summed_up_in_logarithms_come_out_as_those_multiplied_out(
    count: int, draws: int, shock: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    chances = np.clip(RNG.beta(0.6, 1, count) + RNG.normal(0, 0.1, (draws, count)), 0, 1)
    assert {0.0, 1.0} <= set(chances.ravel().tolist())
    _, odds = years_of_shock(shock, chances)
    made = mixed_over_draws(chances, odds)
    monkeypatch.setattr(
        city_poisson_binomial, "_smooth", lambda odds: np.zeros(len(odds), dtype=bool)
    )
    monkeypatch.setattr(city_poisson_binomial, "_invert", None)
    assert np.abs(made - mixed_over_draws(chances, odds)).max() < 1e-12


@pytest.mark.parametrize("count", [1, 2, 40, 150])
@pytest.mark.parametrize("number", [-1, 0, 1, 20, 39, 149, 150])
def test_a_trial_divided_out_leaves_what_the_others_make(count: int, number: int) -> None:
    chances = RNG.uniform(0, 1, (3, count))
    chances[0, 0], chances[1, 0], chances[2, 0] = 0, 1, 0.5
    made = all_but_one(chances, number)
    for trial in range(count):
        others = poisson_binomial(np.delete(chances, trial, axis=1))
        told = others[:, number] if 0 <= number < count else np.zeros(3)
        assert np.abs(made[:, trial] - told).max() < 1e-12


@given(firms, shock)
def test_the_distribution_sums_to_one_and_is_never_negative(
    chances: list[float], shock: float
) -> None:
    made = of(chances, year_shock=shock).distribution
    assert made.min() >= 0
    assert abs(made.sum() - 1) < 1e-10


@given(firms, chance, st.integers(0, 12), shock)
def test_one_more_firm_never_makes_the_target_less_likely(
    chances: list[float], another: float, target: int, shock: float
) -> None:
    before = of(chances, target=target, year_shock=shock).reaches_target
    after = of([*chances, another], target=target, year_shock=shock).reaches_target
    assert after >= before - 1e-10


def test_a_firm_with_hardly_any_chance_changes_hardly_anything() -> None:
    # one firm more to count follows the years at other points
    without, hardly = (
        of([0.5] * 7 + [chance], target=3, year_shock=1.0).reaches_target for chance in (0, 1e-40)
    )
    assert abs(without - hardly) < 1e-10


@given(firms, st.floats(0, 1), st.integers(0, 12), shock, st.data())
def test_a_better_chance_never_makes_the_target_less_likely(
    chances: list[float], towards: float, target: int, shock: float, data: st.DataObject
) -> None:
    firm = data.draw(st.integers(0, len(chances) - 1))
    better = [*chances]
    better[firm] += towards * (1 - better[firm])
    before = of(chances, target=target, year_shock=shock).reaches_target
    assert of(better, target=target, year_shock=shock).reaches_target >= before - 1e-10


@given(st.permutations(range(12)))
def test_the_order_of_firms_does_not_matter(order: list[int]) -> None:
    draws = np.linspace(0.05, 0.9, 36).reshape(3, 12)
    made, other = of(draws), of(draws[:, order])
    assert np.abs(made.distribution - other.distribution).max() < 1e-12


def test_a_firm_without_any_chance_changes_nothing() -> None:
    assert of([0.3, 0.0, 0.6]).distribution.tolist() == of([0.3, 0.6]).distribution.tolist()
    assert of([0.0, 0.0], target=1).reaches_target == 0
    assert of([0.0], target=0).reaches_target == 1


def test_firms_that_share_the_models_uncertainty_spread_wider_than_coin_flips() -> None:
    shared = np.array([[0.3] * 100, [0.7] * 100])
    low, high = forecast(shared, target=50).interval()
    assert high - low > 40
    apart = forecast(shared.mean(axis=0, keepdims=True), target=50).interval()
    assert apart[1] - apart[0] < 15


def test_a_year_of_5_000_firms_is_no_comb_and_closer_years_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chances = RNG.uniform(0.1, 0.9, (1, 2000))
    made = forecast(chances, target=1, year_shock=0.3).distribution
    peaks = np.flatnonzero((made[1:-1] > made[:-2]) & (made[1:-1] > made[2:]) & (made[1:-1] > 1e-6))
    assert len(peaks) == 1
    few = forecast(chances[:, :30], target=1, year_shock=1.0).distribution
    monkeypatch.setattr(module, "STEP", module.STEP / 2)
    monkeypatch.setattr(module, "REACH", module.REACH + 1)
    assert np.abs(forecast(chances, target=1, year_shock=0.3).distribution - made).max() < 1e-10
    again = forecast(chances[:, :30], target=1, year_shock=1.0).distribution
    assert np.abs(again - few).max() < 1e-10


def test_the_interval_holds_what_it_promises() -> None:
    made = of(RNG.uniform(0, 1, 60))
    low, high = made.interval(0.8)
    assert made.at_least(low) - made.at_least(high + 1) >= 0.8
    assert made.at_least(low + 1) - made.at_least(high) < 0.8


@pytest.mark.parametrize("ready", [0.05, 0.65, 1.0])
def test_so_many_more_firms_are_enough_and_one_fewer_is_not(ready: float) -> None:
    chances = [0.4] * 20
    more = of(chances, target=15, already=2).more_needed(ready, 0.9)
    assert more > 1
    enough = of([*chances, *[ready] * more], target=15, already=2)
    too_few = of([*chances, *[ready] * (more - 1)], target=15, already=2)
    assert enough.reaches_target >= 0.9 > too_few.reaches_target


def test_no_more_firms_are_needed_for_what_is_already_certain() -> None:
    assert of([0.5], target=3, already=3).more_needed(0.5) == 0
    assert of([0.5], target=3, already=3).reaches_target == 1
    assert of([], target=2).more_needed(1.0) == 2


@pytest.mark.parametrize("wrong", [np.nan, -0.1, 1.1])
def test_a_blank_or_impossible_chance_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match="expected a number from 0 to 1"):
        of([0.5, wrong])


def test_no_number_of_hopeless_firms_reaches_a_target_and_it_is_said_so() -> None:
    with pytest.raises(InputError, match="expected a number above 0"):
        of([0.5]).more_needed(0.0)
