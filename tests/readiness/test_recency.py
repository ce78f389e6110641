"""Older years weigh less only where later years show that they tell less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eligibility.i18n import CHINESE, ENGLISH
from eligibility.readiness.model_card import card, comparison
from eligibility.readiness.recency import learn_recency, recency_weights
from eligibility.readiness.training import TrainingResult
from eligibility.readiness.training_data import TrainingData

YEARS = np.repeat(np.arange(2017, 2026), 60)


def share(past: TrainingData, rows: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The same chance for everyone, old applications weighing as told."""
    return np.full(len(past.labels), np.average(past.labels[rows], weights=weight))


def applications(past: TrainingData, rates: np.ndarray, firms: np.ndarray) -> TrainingData:
    """Sixty a year, of which so many are certified."""
    place = np.tile(np.arange(60), len(rates))
    labels = place < np.repeat(np.round(60 * rates), 60)
    return replace(past, labels=labels, years=YEARS, firms=firms, features=np.zeros((540, 1)))


def test_where_reviewers_change_from_year_to_year_older_years_weigh_less(
    past: TrainingData,
) -> None:
    drifting = applications(past, np.linspace(0.9, 0.3, 9), np.arange(540))
    found = learn_recency(drifting, share)
    assert found.half_life == 2.0
    assert found.gain > 2 * found.error > 0
    assert found.applications == 3 * 60


def test_where_years_are_alike_all_weigh_alike(past: TrainingData) -> None:
    found = learn_recency(applications(past, np.full(9, 0.8), np.arange(540)), share)
    assert found.half_life is None
    assert found.candidate is not None


def test_the_same_few_firms_again_and_again_are_less_evidence(past: TrainingData) -> None:
    rates = np.linspace(0.9, 0.3, 9)
    alone = learn_recency(applications(past, rates, np.arange(540)), share)
    # the refused of one year are the refused of the next
    again = learn_recency(applications(past, rates, np.tile(np.arange(60), 9)), share)
    assert again.error > 1.3 * alone.error


def test_with_too_few_of_an_outcome_before_a_year_nothing_is_tried(past: TrainingData) -> None:
    found = learn_recency(applications(past, np.ones(9), np.arange(540)), share)
    assert (found.half_life, found.candidate, found.applications) == (None, None, 0)


def test_an_application_weighs_half_after_its_half_life() -> None:
    assert recency_weights(np.array([2021, 2023, 2025]), 2.0) == pytest.approx([0.25, 0.5, 1.0])
    assert recency_weights(np.array([2021, 2025]), None).tolist() == [1.0, 1.0]


def test_the_card_and_the_command_tell_the_evidence(trained: TrainingResult) -> None:
    assert trained.metrics["recency"]["half_life"] is None
    assert "All years weigh alike" in comparison(trained, ENGLISH)[-1]
    assert "各年份" in comparison(trained, CHINESE)[-1]
    assert "All years weigh alike" in card(trained)
    shorter = trained.metrics["recency"] | {"half_life": 4.0, "candidate": 4.0}
    other = TrainingResult(trained.model, trained.metrics | {"recency": shorter})
    assert "weighs half after 4 years" in comparison(other, ENGLISH)[-1]
