"""Training: what it refuses, how it chooses, what it says of itself; and watching."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eligibility.domain.errors import InputError
from eligibility.i18n import CHINESE
from eligibility.readiness.artifact import save
from eligibility.readiness.baselines import BootstrapClassifier, candidates
from eligibility.readiness.metrics import calibration_bins, calibration_error, wilson
from eligibility.readiness.model import FeatureDistribution
from eligibility.readiness.monitoring import LEAST, watch
from eligibility.readiness.training import LEAST_OF_EACH, TrainingResult, train
from eligibility.readiness.training_data import TrainingData, read_past
from eligibility.schemes.registry import load_scheme
from eligibility.simulation.applications import simulate
from eligibility.simulation.file import write_applications


def written(path: Path, rows: int, seed: int, kind: str = "law") -> TrainingData:
    """So many invented applications, written and read again."""
    write_applications(simulate(rows, seed, kind), load_scheme(), path)  # type: ignore[arg-type]
    return read_past(path, load_scheme())


def test_the_same_file_and_seed_give_the_same_bytes(
    past: TrainingData, trained: TrainingResult, tmp_path: Path
) -> None:
    save(trained, tmp_path / "first")
    save(train(past, "hnte", seed=1), tmp_path / "second")
    for name in ("metrics.json", "MODEL_CARD.md"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_all_candidates_are_compared_and_the_least_log_loss_is_chosen(
    trained: TrainingResult,
) -> None:
    found = trained.metrics["by_cross_validation"]
    assert set(found) == set(candidates(trained.model.layout, 0))
    assert min(found, key=lambda name: found[name]["log_loss"]) == trained.metrics["chosen"]
    assert found["base rate"]["auc"] == pytest.approx(0.5, abs=0.05)


def test_what_so_many_applications_allow_is_said_in_words(trained: TrainingResult) -> None:
    refused = trained.model.training.applications - trained.model.training.certifications
    assert f"200 applications, {refused} of them refused" in str(trained.words)
    assert 5 <= round(100 * trained.model.training.half_width) <= 40
    assert "200" in trained.words.say(CHINESE)


def test_later_years_are_tried_with_what_earlier_ones_taught(
    past: TrainingData, trained: TrainingResult
) -> None:
    later = trained.metrics["by_year"]
    assert later["applications"] == (past.years >= later["tried_on_from"]).sum()
    assert set(later["candidates"]) == set(trained.metrics["by_cross_validation"])


@pytest.mark.parametrize("kept", [0, LEAST_OF_EACH - 1])
def test_too_few_of_one_outcome_are_refused_in_a_sentence(past: TrainingData, kept: int) -> None:
    refused = np.flatnonzero(~past.labels)[:kept]
    rows = np.concatenate([np.flatnonzero(past.labels), refused])
    few = replace(
        past,
        features=past.features[rows],
        labels=past.labels[rows],
        years=past.years[rows],
    )
    with pytest.raises(InputError, match=f"{kept} refused applications; at least 10 of each"):
        train(few, "hnte")


def test_progress_is_told_and_never_goes_back(
    past: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quick(layout: object, seed: int) -> dict[str, object]:
        return {
            name: made for name, made in candidates(layout, seed).items() if name == "base rate"
        }  # type: ignore[arg-type]

    monkeypatch.setattr("eligibility.readiness.training.candidates", quick)
    told: list[float] = []
    train(past, "hnte", progress=lambda _what, done: told.append(done))
    assert told == sorted(told)
    assert all(0 <= done < 1 for done in told)


def test_a_column_of_outcomes_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text("name,staff_total\n甲,10\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column applied_year"):
        read_past(path, load_scheme())


def test_headers_in_chinese_and_a_year_without_a_date_are_read(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    rows = [
        "企业名称,职工总数,申报年度,认定结果",
        "甲公司,10,2023,通过",
        "乙公司,12,2021,未通过",
        "丙,9,2022,",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="gb18030")
    made = read_past(path, load_scheme())
    assert made.years.tolist() == [2023, 2021]
    assert made.labels.tolist() == [True, False]
    assert made.unknown == 1


def test_the_same_firm_may_apply_in_two_years_but_not_twice_in_one(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    rows = [
        "name,staff_total,applied_year,certified",
        "甲,10,2022,no",
        "甲,10,2023,yes",
        "甲,10,2023,yes",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    made = read_past(path, load_scheme())
    assert made.years.tolist() == [2022, 2023]
    assert made.batch.rejects.num_rows == 1


def test_a_year_that_the_date_contradicts_rejects_the_row(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text(
        "name,application_date,applied_year,certified\n甲,2022-05-10,2023,yes\n", encoding="utf-8"
    )
    made = read_past(path, load_scheme())
    assert made.batch.rejects.num_rows == 1
    assert "2022, as the application date says" in str(made.batch.issues[0].sentence)


def test_applications_under_older_rules_count_by_the_conditions_shared(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text("name,applied_year,certified\n甲,2014,yes\n乙,2020,no\n", encoding="utf-8")
    made = read_past(path, load_scheme())
    assert (made.elsewhere, made.own.tolist()) == (1, [False, True])
    assert made.years.tolist() == [2014, 2020]
    known = dict(zip(made.layout.names, made.features[0], strict=True))
    # what the measures of 2008 did not ask is unknown, an item they did not score is open
    assert np.isnan(known["st_staff_ratio"])
    assert (known["ip_advancement.low"], known["ip_advancement.high"]) == (0, 8)
    assert (known["score.low"], known["score.high"]) == (0, 100)


def test_resamples_give_other_estimators_their_interval(past: TrainingData) -> None:
    logistic = candidates(past.layout, 0)["logistic"]
    fit = BootstrapClassifier(logistic, replicates=5).fit(past.features, past.labels)
    said = fit.chances(past.features)
    assert ((said.low < said.probability) & (said.probability < said.high)).all()
    assert said.names == ()
    assert fit.draws(past.features, 7).shape == (7, len(past.features))


def test_calibration_is_measured_as_defined() -> None:
    chance = np.repeat([0.2, 0.8], 50)
    certified = np.concatenate([np.arange(50) < 20, np.arange(50) < 40])
    assert calibration_error(certified, chance, bins=2) == pytest.approx(0.1)
    bins = calibration_bins(certified, chance, bins=2)
    assert [entry["certified"] for entry in bins] == pytest.approx([0.4, 0.8])
    assert bins[0]["low"] < 0.4 < bins[0]["high"]
    assert wilson(0.0, 10)[0] == 0


def test_a_firm_beyond_what_was_seen_is_marked() -> None:
    seen = FeatureDistribution.of(np.array([[0.0, 1.0], [1.0, np.nan], [0.5, 2.0]]))
    outside = seen.outside(np.array([[0.5, np.nan], [1.1, 1.0], [np.nan, 1.0], [0.0, 2.0]]))
    assert outside.tolist() == [[False, False], [True, False], [True, False], [False, False]]


# --- watching -------------------------------------------------------------------------------------


def test_outcomes_of_the_same_process_keep_the_model(
    trained: TrainingResult, tmp_path: Path
) -> None:
    found = watch(trained.model, written(tmp_path / "new.csv", 150, 21))
    assert not found.retrain
    assert "agrees with what was said" in str(found.reasons[0])


def test_another_process_asks_for_training_and_says_why(
    trained: TrainingResult, tmp_path: Path
) -> None:
    found = watch(trained.model, written(tmp_path / "new.csv", 300, 21, "compensating"))
    assert found.retrain
    said = " ".join(str(reason) for reason in found.reasons)
    assert "log-loss" in said
    assert found.drift[0].chance < 1e-6


def test_a_rate_that_has_changed_alone_asks_for_training(
    trained: TrainingResult, tmp_path: Path
) -> None:
    new = written(tmp_path / "new.csv", 300, 22)
    certified = new.labels.copy()
    certified[np.flatnonzero(~certified)[: len(certified) // 4]] = True
    found = watch(trained.model, replace(new, labels=certified))
    assert found.retrain
    assert "were expected" in str(found.reasons[0])


def test_few_outcomes_tell_nothing_and_say_so(trained: TrainingResult, tmp_path: Path) -> None:
    new = written(tmp_path / "new.csv", LEAST - 1, 23, "compensating")
    found = watch(trained.model, new)
    assert not found.retrain
    assert f"Only {LEAST - 1} outcomes" in str(found.reasons[0])


def test_metrics_are_plain_json(trained: TrainingResult) -> None:
    assert json.loads(json.dumps(trained.metrics)) == trained.metrics
