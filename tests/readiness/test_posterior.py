"""The posterior on processes that it was not made for: coverage, excess, effects, reasons, parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.special import expit
from sklearn.dummy import DummyClassifier
from sklearn.utils.estimator_checks import check_estimator

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import record
from eligibility.domain.arrays import place_of_least
from eligibility.domain.results import UNMET
from eligibility.readiness.baselines import BASE_RATE, BootstrapClassifier, InformativeColumns
from eligibility.readiness.conjunction import ConjunctionClassifier
from eligibility.readiness.features import features, layout
from eligibility.readiness.overdispersion import learn_overdispersion
from eligibility.readiness.training import TrainingResult
from eligibility.readiness.training_data import TrainingData
from eligibility.schemes.registry import load_scheme
from eligibility.simulation.applications import PastApplications, simulate
from tests.firms import base, table

LAYOUT = layout(load_scheme().edition("e2016"))
RNG = np.random.default_rng(3)


def told(made: PastApplications) -> tuple[np.ndarray, np.ndarray]:
    """Features, and where no condition is unmet."""
    (found,) = assess_table(made.firms)
    return features(found), found.verdict != UNMET


def excess(truth: np.ndarray, chance: np.ndarray) -> float:
    """Mean log-loss over the oracle's."""
    return float(
        np.mean(truth * np.log(truth / chance) + (1 - truth) * np.log((1 - truth) / (1 - chance)))
    )


@pytest.fixture(scope="module")
def compensating() -> tuple[PastApplications, PastApplications]:
    """Applications whose strengths make up for one another, and later ones."""
    return simulate(300, 1, "compensating"), simulate(3000, 2, "compensating")


def test_where_strengths_make_up_for_one_another_the_intervals_hold_the_truth(
    compensating: tuple[PastApplications, PastApplications],
) -> None:
    past, later = compensating
    values, fine = told(later)
    fit = ConjunctionClassifier(LAYOUT).fit(told(past)[0], past.labels, years=past.applied_year)
    said = fit.chances(values)
    held = ((said.low <= later.chance) & (later.chance <= said.high))[fine].mean()
    # a formula without the share that adds up held 0.5 of them
    assert held > 0.8
    # and is never worse than the same chance for everyone
    assert excess(later.chance[fine], said.probability[fine]) < 0.8 * excess(
        later.chance[fine], np.full(fine.sum(), past.labels.mean())
    )


def test_a_harsh_carrier_is_learned_and_moves_the_others_less() -> None:
    made = simulate(600, 4)
    values, _ = told(made)
    carriers = RNG.choice(["a", "b", "c", "d"], 600)
    harsh = made.labels & ~((carriers == "d") & (RNG.random(600) < 0.6))
    fit = ConjunctionClassifier(LAYOUT).fit(values, harsh, carriers=carriers)
    effects = dict(zip(fit.carriers_.names, fit.carriers_.effect, strict=True))
    assert effects["d"] < -0.7
    assert max(abs(effects[name]) for name in "abc") < 0.5 * abs(effects["d"])
    by_carrier = {
        name: fit.chances(values, carriers=np.full(600, name)).probability.mean()
        for name in ("a", "d", "unknown")
    }
    assert by_carrier["d"] < by_carrier["unknown"] < by_carrier["a"] + 0.05


def test_a_harsh_last_year_is_put_down_to_the_year() -> None:
    made = simulate(600, 5)
    values, _ = told(made)
    last = made.applied_year == made.applied_year.max()
    harsh = made.labels & ~(last & (RNG.random(600) < 0.5))
    apart = ConjunctionClassifier(LAYOUT).fit(values, harsh, years=made.applied_year)
    alike = ConjunctionClassifier(LAYOUT).fit(values, harsh)
    assert apart.years_.effect[-1] < -0.5
    truth = made.chance[~last].mean()
    wrong = [abs(fit.chances(values[~last]).probability.mean() - truth) for fit in (apart, alike)]
    assert wrong[0] < wrong[1]


def test_reasons_of_refusals_bring_the_chances_nearer_to_the_truth() -> None:
    later = simulate(3000, 99)
    values, fine = told(later)
    gains = []
    for seed in range(4):
        past = simulate(300, seed)
        known, _ = told(past)
        losses = [
            excess(
                later.chance[fine],
                ConjunctionClassifier(LAYOUT)
                .fit(known, past.labels, reasons=reasons)
                .predict_proba(values)[fine, 1],
            )
            for reasons in (None, np.array(past.rejection_reason))
        ]
        gains.append(losses[0] - losses[1])
    assert np.mean(gains) > 0


def test_the_wrapping_estimators_keep_the_conventions_of_scikit_learn() -> None:
    for estimator in (BootstrapClassifier(replicates=3), InformativeColumns()):
        found = check_estimator(estimator, on_skip=None, on_fail=None)
        assert [each["check_name"] for each in found if each["status"] == "failed"] == []


def test_resamples_draw_all_applications_of_a_firm_together() -> None:
    firms = np.repeat([0, 1, 2], [7, 11, 13])
    labels = np.arange(31) % np.take([2, 3, 5], firms) == 0
    fit = BootstrapClassifier(DummyClassifier(strategy="prior"), replicates=20).fit(
        np.zeros((31, 1)), labels, groups=firms
    )
    drawn = np.array([*product(range(4), repeat=3)])
    drawn = drawn[drawn.sum(axis=1) == 3]
    certified = drawn @ np.bincount(firms, labels)
    possible = certified / (drawn @ np.bincount(firms))
    shares = [each.class_prior_[1] for each in fit.replicates_]
    assert np.isclose(np.array(shares)[:, None], possible).any(axis=1).all()
    assert len(set(shares)) > 3


def test_a_blank_among_the_points_is_refused() -> None:
    values = np.zeros((3, len(LAYOUT.names)))
    values[1, LAYOUT.groups[0].low[0]] = np.nan
    with pytest.raises(ValueError, match="Points of an item are NaN"):
        ConjunctionClassifier(LAYOUT).fit(values, [True, False, True])


def test_the_overdispersion_grows_where_groups_of_firms_differ_from_their_chances() -> None:
    column = RNG.integers(0, 5, (2000, 1)).astype(float)
    chance = np.full(2000, 0.6)
    draws = np.tile(chance, (20, 1))
    agrees = learn_overdispersion(column, RNG.random(2000) < chance, draws, 0.15)
    shifted = expit(0.4 + 0.8 * np.sign(column[:, 0] - 2))
    differs = learn_overdispersion(column, RNG.random(2000) < shifted, draws, 0.15)
    assert agrees < 0.15
    assert differs > 0.4


def test_the_weakest_factor_is_the_least_one_and_the_first_of_several(
    trained: TrainingResult,
) -> None:
    columns = [*RNG.integers(0, 4, (3, 5000)) / 4]
    assert (place_of_least(columns, 5000) == np.argmin(columns, axis=0)).all()
    assert place_of_least([], 2).tolist() == [-1, -1]
    assert place_of_least([np.array([np.nan, 1.0]), np.array([2.0, np.nan])], 2).tolist() == [1, 0]
    (found,) = assess_table(table(base(st_staff=9, staff_total=100)))
    readiness = trained.model.readiness(found)
    names = [*readiness.factors]
    assert names[readiness.weakest[0]] == min(names, key=lambda name: readiness.factors[name][0])


def test_firms_worked_on_in_several_blocks_have_the_chances_they_have_alone(
    trained: TrainingResult, past: TrainingData
) -> None:
    many = np.tile(past.features, (25, 1))
    together = trained.model.estimator.chances(many)
    alone = trained.model.estimator.chances(past.features)
    for name in ("probability", "low", "high", "factors"):
        values = getattr(together, name).reshape(25, *getattr(alone, name).shape)
        np.testing.assert_allclose(values, np.broadcast_to(getattr(alone, name), values.shape))


def test_a_model_that_tells_firms_nothing_apart_says_so_and_no_width(
    trained: TrainingResult,
) -> None:
    nothing = replace(trained, metrics={**trained.metrics, "chosen": BASE_RATE})
    assert "nothing in the figures told" in str(nothing.words)
    assert "within" not in str(nothing.words)


def test_a_firm_tells_its_chance_as_things_stand_and_if_met_and_parts_that_multiply_to_it(
    trained: TrainingResult,
) -> None:
    (found,) = assess_table(table(base(), base(st_staff=1)))
    readiness = trained.model.readiness(found)
    for row, now in ((0, True), (1, False)):
        said = record(found, row, readiness)["readiness"]
        assert said["if_met"] == said["probability"] > 0
        assert said["now"] == (said["probability"] if now else 0)
        product = np.prod([part["chance"] for part in said["contributions"]])
        assert product == pytest.approx(said["probability"])


def test_a_firm_below_all_that_was_seen_stands_at_the_prior_with_its_width(
    trained: TrainingResult,
) -> None:
    (found,) = assess_table(table(base(), base(total_income_y3=None, gross_income_y3=None)))
    model = trained.model
    values = features(found)
    never = np.isnan(values[1]) & (model.distribution.counts[:, -1] == 0)
    readiness = model.readiness(found)
    assert model.at_prior(found).tolist() == [False, bool(never.any())]
    if never.any():
        prior = model.prior.chances(values[[1]])
        assert readiness.probability[1] == pytest.approx(prior.probability[0])
    far = model.distribution.low - 1
    assert model.distribution.unseen(far[None]).all()
    assert not model.distribution.unseen(model.distribution.high[None] + 1).any()
