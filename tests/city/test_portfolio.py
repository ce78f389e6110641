"""The choice of support is the best there is, explained, and never worse than a rule of thumb."""

# Private names: each bound of the search is compared with all choices, which the answer alone
# would hide.

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from eligibility.city.forecast import forecast, years_of_shock
from eligibility.city.poisson_binomial import in_year
from eligibility.city.portfolio import Aim, Portfolio, SupportOptions, _Year, choose
from eligibility.domain.errors import InputError


def drawn(seed: int, firms: int, options: int, draws: int = 1) -> tuple[np.ndarray, SupportOptions]:
    """Firms of any chance and so many options each, some of them in only part of a draw better."""
    rng = np.random.default_rng(seed)
    chances = np.clip(rng.uniform(0, 0.8, firms) + rng.normal(0, 0.05, (draws, firms)), 0, 1)
    firm = np.repeat(np.arange(firms), options)
    rise = rng.uniform(0, 0.5, firms * options) + rng.normal(0, 0.02, (draws, firms * options))
    return chances, SupportOptions(
        firm,
        rng.integers(1, 12, firms * options) / 2,
        rng.integers(0, 9, firms * options) * 1000.0,
        np.clip(chances[:, firm] + rise, 0, 1),
        tuple((f"action {place}",) for place in range(firms * options)),
    )


def every_choice(options: SupportOptions, firms: int, days: float) -> list[tuple[int, ...]]:
    each = [[None, *np.flatnonzero(options.firm == firm).tolist()] for firm in range(firms)]
    choices = (
        tuple(option for option in picked if option is not None)
        for picked in itertools.product(*each)
    )
    return [choice for choice in choices if options.days[list(choice)].sum() <= days]


def chance_of_target(
    chances: np.ndarray,
    options: SupportOptions,
    choices: list[tuple[int, ...]],
    target: int,
    shock: float,
) -> np.ndarray:
    """Of every choice, trial by trial; shape (choices,)."""
    years, odds = years_of_shock(shock, chances)
    total = np.zeros(len(choices))
    for draw, row in enumerate(chances):
        after = np.repeat(row[None], len(choices), axis=0)
        for place, choice in enumerate(choices):
            after[place, options.firm[list(choice)]] = options.after[draw, list(choice)]
        for weight, factor in zip(years, odds, strict=True):
            counted = np.zeros((len(choices), len(row) + 1))
            counted[:, 0] = 1
            for chance in in_year(after, factor).T:
                counted[:, 1:] = (
                    counted[:, 1:] * (1 - chance[:, None]) + counted[:, :-1] * chance[:, None]
                )
                counted[:, 0] *= 1 - chance
            total += weight / len(chances) * counted[:, target:].sum(axis=1)
    return total


def chosen(seed: int, firms: int, options: int, days: float, **how: object) -> Portfolio:
    chances, held = drawn(seed, firms, options)
    scores = np.random.default_rng(seed + 1).uniform(40, 100, firms)
    return choose(chances, held, days, **{"target": 6, "scores": scores, **how})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("firms", "options", "draws", "target", "days", "shock"),
    [(14, 1, 1, 7, 14, 0.0), (14, 1, 2, 8, 12, 0.3), (14, 1, 1, 3, 9, 0.8), (9, 2, 2, 5, 10, 0.3)],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_choice_for_the_target_is_that_of_trying_every_choice(
    firms: int, options: int, draws: int, target: int, days: float, shock: float, seed: int
) -> None:
    chances, held = drawn(seed, firms, options, draws)
    every = every_choice(held, firms, days)
    best = chance_of_target(chances, held, every, target, shock).max()
    made = choose(
        chances, held, days, target=target, scores=np.arange(firms) * 1.0, year_shock=shock, aim=Aim.TARGET
    )  # fmt: skip
    assert made.proven
    assert made.selection.forecast.reaches_target == pytest.approx(best, abs=1e-9)
    assert made.at_most == pytest.approx(best, abs=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_for_expected_certifications_is_that_of_trying_every_choice(seed: int) -> None:
    chances, held = drawn(seed, 14, 1)
    every = every_choice(held, 14, 15)
    rises = (held.after - chances[:, held.firm])[0]
    best = max(rises[list(choice)].sum() for choice in every)
    made = choose(chances, held, 15, target=7, scores=np.zeros(14))
    assert made.selection.gain == pytest.approx(best, abs=1e-9)
    assert made.selection.gain == pytest.approx(
        made.selection.forecast.mean - made.without.mean, abs=1e-9
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_choice_is_as_good_as_that_of_an_integer_program(seed: int) -> None:
    chances, held = drawn(seed, 120, 4)
    rises = (held.after - chances[:, held.firm])[0]
    one_each = (held.firm[None] == np.arange(120)[:, None]).astype(float)
    solved = milp(
        -rises,
        integrality=np.ones(len(rises)),
        bounds=(0, 1),
        constraints=[LinearConstraint(one_each, ub=1), LinearConstraint(held.days[None], ub=60)],
        options={"mip_rel_gap": 0},
    )
    made = choose(chances, held, 60, target=60, scores=np.zeros(120))
    assert made.selection.gain == pytest.approx(-solved.fun, abs=1e-7)


@pytest.mark.parametrize("seed", range(12))
def test_options_left_out_of_the_search_are_never_missed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few lengths, many of a kind, several of them to a firm: most options are left out."""
    rng = np.random.default_rng(seed)
    options = SupportOptions(
        np.repeat(np.arange(40), 4),
        rng.integers(2, 5, 160) / 2,
        np.zeros(160),
        np.round(rng.uniform(0, 0.5, (1, 160)), 2),
        ((),) * 160,
    )
    year = _Year(np.zeros((1, 40)), options, 7, 3, 0.0)
    allowed = rng.random(160) < 0.8
    taken, value = year.best_sum(year.gains, None, allowed)
    kept = year._of_use(year.gains, 7, allowed)
    assert kept.sum() < allowed.sum() / 2
    monkeypatch.setattr(_Year, "_of_use", lambda self, worth, days, free: free)
    assert value == pytest.approx(year.best_sum(year.gains, None, allowed)[1], abs=1e-12)
    assert allowed[taken].all()


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0, 30), st.sampled_from(list(Aim)))
def test_a_choice_keeps_to_its_days_takes_one_option_a_firm_and_beats_the_rules_of_thumb(
    seed: int, days: float, aim: Aim
) -> None:
    chances, held = drawn(seed, 8, 2)
    made = choose(chances, held, days, target=4, scores=chances[0] * 100, aim=aim, year_shock=0.3)
    for choice in (made.selection, made.highest_score_first, made.highest_chance_first):
        places = list(choice.options)
        assert held.days[places].sum() == pytest.approx(choice.days)
        assert choice.days <= days + 1e-9
        assert len(set(held.firm[places].tolist())) == len(places)
    for rule in (made.highest_score_first, made.highest_chance_first):
        if aim is Aim.EXPECTED:
            assert made.selection.gain >= rule.gain - 1e-9
        else:
            assert made.selection.forecast.reaches_target >= rule.forecast.reaches_target - 1e-9


@pytest.mark.parametrize("aim", list(Aim))
def test_more_days_never_make_the_choice_worse(aim: Aim) -> None:
    values = []
    for days in (0, 2, 4, 8, 16, 200):
        made = chosen(3, 10, 2, days, aim=aim)
        values.append(
            made.selection.gain if aim is Aim.EXPECTED else made.selection.forecast.reaches_target
        )
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_without_days_nobody_is_supported_and_nothing_changes() -> None:
    made = chosen(4, 10, 2, 0)
    assert made.selection.options == ()
    assert made.selection.forecast.reaches_target == made.without.reaches_target


def test_a_weight_moves_the_choice_to_that_firm_and_is_seen_beside_the_plain_gain() -> None:
    options = SupportOptions(
        np.array([0, 1]),
        np.array([2.0, 2.0]),
        np.zeros(2),
        np.array([[0.5, 0.4]]),
        (("a",), ("b",)),
    )
    plain = choose(np.array([[0.1, 0.1]]), options, 2, target=1, scores=np.zeros(2))
    assert plain.selection.options == (0,)
    weighted = choose(
        np.array([[0.1, 0.1]]), options, 2, target=1, scores=np.zeros(2), weights=np.array([1, 2.0])
    )
    assert weighted.selection.options == (1,)
    assert weighted.selection.gain == pytest.approx(0.3)
    assert weighted.selection.weighted_gain == pytest.approx(0.6)


def test_every_choice_says_what_it_brings_by_the_day_and_what_its_days_would_do_otherwise() -> None:
    options = SupportOptions(
        np.array([0, 0, 1, 2]),
        np.array([2.0, 1.0, 2.0, 5.0]),
        np.zeros(4),
        np.array([[0.7, 0.35, 0.4, 1.0]]),
        (("all",), ("half",), ("all",), ("too long",)),
    )
    made = choose(np.array([[0.1, 0.1, 0.1]]), options, 2, target=1, scores=np.zeros(3))
    (reason,) = made.reasons
    assert reason.option == 0
    assert reason.gain_per_day == pytest.approx(0.3)
    assert reason.instead == (2,)
    assert reason.loss == pytest.approx(0.3)


def test_reasons_stand_in_the_order_of_what_they_bring_by_the_day_and_none_would_pay_to_drop() -> (
    None
):
    for aim in Aim:
        made = chosen(5, 12, 2, 15, aim=aim)
        by_day = [reason.gain_per_day for reason in made.reasons]
        assert by_day == sorted(by_day, reverse=True)
        assert {reason.option for reason in made.reasons} == set(made.selection.options)
    assert all(reason.loss >= -1e-9 for reason in chosen(5, 12, 2, 15).reasons)


def test_a_search_that_is_cut_short_says_so_and_what_no_choice_exceeds() -> None:
    chances, held = drawn(7, 12, 2)
    best = choose(chances, held, 12, target=8, scores=np.zeros(12), aim=Aim.TARGET)
    cut = choose(chances, held, 12, target=8, scores=np.zeros(12), aim=Aim.TARGET, most_steps=1)
    assert best.proven
    assert not cut.proven
    value = best.selection.forecast.reaches_target
    assert cut.selection.forecast.reaches_target <= value + 1e-9 <= cut.at_most + 2e-9


@pytest.mark.parametrize("scale", [0.05, 0.4, 1.0])
@pytest.mark.parametrize("target", [0, 1, 3, 6])
def test_no_choice_of_a_branch_exceeds_its_bound(target: int, scale: float) -> None:
    chances, held = drawn(11, 6, 2, draws=2)
    held = replace(held, after=held.after * scale)
    year = _Year(chances * scale, held, 8, target, 0.3)
    every = every_choice(held, 6, 8)
    values = chance_of_target(chances * scale, held, every, target, 0.3)
    rng = np.random.default_rng(12)
    for _ in range(40):
        forbidden = rng.random(12) < 0.3
        fixed = [place for place in every[rng.integers(len(every))] if rng.random() < 0.4]
        forbidden |= np.isin(held.firm, held.firm[fixed])
        in_branch = [
            value
            for choice, value in zip(every, values, strict=True)
            if set(fixed) <= set(choice) and not forbidden[list(set(choice) - set(fixed))].any()
        ]
        bound, shares = year._bound(tuple(fixed), forbidden)
        assert max(in_branch) <= bound + 1e-9
        assert not shares[forbidden].any()
        assert held.days @ shares <= 8 - held.days[fixed].sum() + 1e-9


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("target", [2, 4, 6, 7])
def test_no_choice_exceeds_what_a_search_cut_short_anywhere_says(seed: int, target: int) -> None:
    chances, held = drawn(seed, 7, 2)
    best = chance_of_target(chances, held, every_choice(held, 7, 9), target, 0.0).max()
    for steps in (0, 1, 2, 3, 5, 10, 20, 40):
        cut = choose(
            chances, held, 9, target=target, scores=np.zeros(7), aim=Aim.TARGET, most_steps=steps
        )
        assert cut.selection.forecast.reaches_target - 1e-9 <= best <= cut.at_most + 1e-9
        assert not cut.proven or cut.selection.forecast.reaches_target >= best - 1e-8


def test_a_choice_among_two_thousand_firms_takes_a_few_seconds() -> None:
    chances, held = drawn(8, 2000, 3)
    start = time.process_time()
    made = choose(chances, held, 100, target=800, scores=chances[0], year_shock=0.3)
    assert time.process_time() - start < 10
    assert made.selection.gain > made.highest_score_first.gain


def test_an_impossible_chance_is_refused() -> None:
    chances, held = drawn(9, 3, 1)
    with pytest.raises(InputError, match="expected a number from 0 to 1"):
        choose(chances * np.nan, held, 5, target=1, scores=np.zeros(3))


def test_options_of_other_draws_or_without_days_are_an_error() -> None:
    chances, held = drawn(9, 3, 1)
    for wrong in (
        replace(held, after=np.repeat(held.after, 2, axis=0)),
        replace(held, days=held.days * 0),
    ):
        with pytest.raises(ValueError, match="have the draws of the chances"):
            choose(chances, wrong, 5, target=1, scores=np.zeros(3))


def test_the_forecast_of_a_choice_is_that_of_its_chances() -> None:
    chances, held = drawn(10, 10, 1, draws=3)
    made = choose(chances, held, 10, target=5, scores=np.zeros(10), year_shock=0.3)
    after = chances.copy()
    for option in made.selection.options:
        after[:, held.firm[option]] = held.after[:, option]
    again = forecast(after, target=5, year_shock=0.3)
    assert made.selection.forecast.distribution.tolist() == again.distribution.tolist()
