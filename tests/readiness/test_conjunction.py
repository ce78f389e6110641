"""The estimator: its contract with scikit-learn, its gradient, its shape, its uncertainty."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import check_estimator

from eligibility.assessment.assess import assess_table
from eligibility.domain.facts import FirmTable
from eligibility.readiness.conjunction import ConjunctionClassifier
from eligibility.readiness.features import SCORE, features, layout
from eligibility.readiness.formula import Prior, log_odds
from eligibility.readiness.training_data import TrainingData
from eligibility.schemes.registry import load_scheme
from eligibility.simulation.applications import simulate
from tests.firms import base, table

LAW = load_scheme().edition("e2016")


@pytest.fixture(scope="module")
def fitted(past: TrainingData) -> ConjunctionClassifier:
    """The estimator, fitted to 200 applications."""
    return ConjunctionClassifier(past.layout).fit(past.features, past.labels)


def test_it_keeps_every_convention_of_scikit_learn() -> None:
    with warnings.catch_warnings():
        # separable toy data of the checks have no finite optimum without their prior
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = check_estimator(ConjunctionClassifier(), on_skip=None, on_fail=None)
    failed = [entry["check_name"] for entry in found if entry["status"] == "failed"]
    assert failed == []
    assert sum(entry["status"] == "passed" for entry in found) >= 60


def test_its_derivatives_are_those_of_the_formula(
    past: TrainingData, fitted: ConjunctionClassifier
) -> None:
    formula = fitted.formula_
    facts = formula.facts(past.features[:5])
    rng = np.random.default_rng(0)
    coef = fitted.coef_ + 0.1 * rng.standard_normal(len(fitted.coef_))
    said, _ = formula.slope(facts, coef, formula.value(facts, coef))
    for row in range(5):
        numeric = approx_fprime(
            coef, lambda c, row=row: log_odds(formula.value(facts, c).chance)[row], 1e-7
        )
        np.testing.assert_allclose(said[:, row], numeric, atol=2e-5)


def test_the_chance_follows_from_its_factors_where_the_law_holds_alone(
    past: TrainingData,
) -> None:
    alone = Prior(law=(12.0, 1e-3))
    fit = ConjunctionClassifier(past.layout, prior=alone).fit(past.features, past.labels)
    said = fit.chances(past.features)
    value = fit.formula_.value(fit.formula_.facts(past.features), fit.coef_)
    product = said.factors.prod(axis=1)
    explained = value.floor + (1 - value.floor - value.other) * product
    # a product below a thousandth counts as a thousandth
    np.testing.assert_allclose(said.probability, explained, atol=2e-3)
    assert said.names[-1] == SCORE
    assert 0 < value.floor < 0.1
    assert 0 < value.other < 0.2


@settings(max_examples=60)
@given(data=st.data())
def test_a_feature_that_rises_never_lowers_the_chance(
    fitted: ConjunctionClassifier, past: TrainingData, data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, len(past.features) - 1))
    place = data.draw(st.integers(0, past.features.shape[1] - 1))
    lower = past.features[[row]].copy()
    if np.isnan(lower[0, place]):
        lower[0, place] = data.draw(st.floats(-2, 2))
    higher = lower.copy()
    higher[0, place] += data.draw(st.floats(0, 5))
    before, after = (fitted.predict_proba(rows)[0, 1] for rows in (lower, higher))
    assert after >= before - 1e-12


def test_a_margin_that_is_not_known_is_neither_zero_nor_the_best(
    fitted: ConjunctionClassifier, past: TrainingData
) -> None:
    known = past.features[~np.isnan(past.features).any(axis=1)][:50]
    place = past.layout.names.index("rd_intensity")
    at = {}
    for name, value in {"unknown": np.nan, "on the line": 0.0, "far above": 2.0}.items():
        changed = known.copy()
        changed[:, place] = value
        at[name] = fitted.predict_proba(changed)[:, 1]
    # where another condition is hopeless all three are
    hopeful = at["far above"] > 0.5
    assert hopeful.sum() > 10
    assert (at["on the line"] < at["unknown"])[hopeful].all()
    assert (at["unknown"] < at["far above"])[hopeful].all()


def test_a_row_does_not_depend_on_its_neighbours(
    fitted: ConjunctionClassifier, past: TrainingData
) -> None:
    together = fitted.chances(past.features)
    alone = fitted.chances(past.features[[17]])
    for name in ("probability", "low", "high"):
        assert getattr(together, name)[17] == pytest.approx(getattr(alone, name)[0], rel=1e-12)


def test_intervals_hold_the_chance_and_narrow_with_more_applications(past: TrainingData) -> None:
    widths = []
    for rows in (50, 200, 1000):
        made = simulate(rows, 3)
        (found,) = assess_table(made.firms)
        fit = ConjunctionClassifier(layout(LAW)).fit(features(found), made.labels)
        said = fit.chances(past.features)
        assert ((said.low <= said.probability) & (said.probability <= said.high)).all()
        widths.append(np.mean(said.high - said.low))
    assert widths == sorted(widths, reverse=True)


def test_draws_spread_as_the_interval_says(
    fitted: ConjunctionClassifier, past: TrainingData
) -> None:
    said = fitted.chances(past.features[:20])
    draws = fitted.draws(past.features[:20], 2000, random_state=0)
    inside = ((draws >= said.low) & (draws <= said.high)).mean(axis=0)
    assert draws.shape == (2000, 20)
    assert np.abs(inside - 0.9).max() < 0.03
    np.testing.assert_allclose(draws.mean(axis=0), said.probability, atol=0.02)


def test_weights_count_as_repeated_rows(past: TrainingData) -> None:
    once = np.arange(len(past.features))
    twice = np.concatenate([once, once[:50]])
    weight = np.ones(len(once))
    weight[:50] = 2
    repeated = ConjunctionClassifier(past.layout).fit(past.features[twice], past.labels[twice])
    weighted = ConjunctionClassifier(past.layout).fit(past.features, past.labels, weight)
    np.testing.assert_allclose(
        repeated.predict_proba(past.features), weighted.predict_proba(past.features), rtol=1e-6
    )


def test_a_fit_that_was_cut_short_says_so(past: TrainingData) -> None:
    with pytest.warns(ConvergenceWarning, match="did not converge in 2 steps"):
        ConjunctionClassifier(past.layout, max_iter=2).fit(past.features, past.labels)


def test_a_tighter_prior_is_followed_more_closely(past: TrainingData) -> None:
    tight = Prior(sharpness=(0.6, 1e-3), slack=(-2.8, 1e-3))
    fit = ConjunctionClassifier(past.layout, prior=tight).fit(past.features, past.labels)
    np.testing.assert_allclose(fit.coef_[fit.slices_["slack"]], -2.8, atol=0.05)


def test_features_of_a_firm_are_its_margins_and_points() -> None:
    (found,) = assess_table(table(base(staff_total=100, st_staff=20)))
    made = dict(zip(layout(LAW).names, features(found)[0], strict=True))
    assert made["st_staff_ratio"] == pytest.approx(np.log(2))
    assert made["no_major_violation"] == 1
    assert made["conversion.low"] == found.score.items["conversion"].low[0]
    assert made["score.high"] == found.score.high[0]


def test_a_blank_is_a_blank_among_the_features_too() -> None:
    (found,) = assess_table(FirmTable({"application_date": np.array(["2026-05-10"], "M8[D]")}, 1))
    values = features(found)[0]
    names = layout(LAW).names
    assert all(np.isnan(values[names.index(name)]) for name in ("rd_intensity", "core_ip"))
    assert not np.isnan(values[list(layout(LAW).margins)[-1] + 1 :]).any()
