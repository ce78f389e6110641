"""Training: what it refuses, how it chooses, what it says of itself; and watching."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from eligibility.assessment.assess import assess_table
from eligibility.domain.errors import InputError
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.readiness.artifact import save
from eligibility.readiness.baselines import BootstrapClassifier, candidates
from eligibility.readiness.conjunction import CONJUNCTION
from eligibility.readiness.features import FeatureLayout
from eligibility.readiness.metrics import calibration_bins, calibration_error, wilson
from eligibility.readiness.model import FeatureDistribution
from eligibility.readiness.model_card import card, monitoring_text
from eligibility.readiness.monitoring import LEAST, watch
from eligibility.readiness.training import LEAST_OF_EACH, TrainingResult, train
from eligibility.readiness.training_data import TrainingData, read_past
from eligibility.schemes.registry import load_scheme
from eligibility.simulation.applications import simulate
from eligibility.simulation.file import write_applications
from tests.firms import base, table


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


def test_all_candidates_are_compared(
    trained: TrainingResult,
) -> None:
    found = trained.metrics["by_cross_validation"]
    assert set(found) == set(candidates(trained.model.layout, 0))
    assert trained.metrics["chosen"] in found
    assert found["base rate"]["auc"] == pytest.approx(0.5, abs=0.05)


def test_what_so_many_applications_allow_is_said_in_words(trained: TrainingResult) -> None:
    refused = trained.model.training.applications - trained.model.training.certifications
    assert f"{refused} refusals among 200 outcomes" in str(trained.words)
    assert 5 <= round(100 * trained.model.training.half_width) <= 40
    assert "200" in trained.words.say(CHINESE)


def test_later_years_are_tried_with_what_earlier_ones_taught(
    past: TrainingData, trained: TrainingResult
) -> None:
    later = trained.metrics["by_year"]
    assert later["applications"] == (past.years >= later["tried_on_from"]).sum()
    assert set(later["candidates"]) == set(trained.metrics["by_cross_validation"])


def some(past: TrainingData, rows: np.ndarray) -> TrainingData:
    """Only these applications."""
    columns = ("features", "labels", "years", "firms", "carriers", "reasons", "own")
    return replace(past, **{name: getattr(past, name)[rows] for name in columns})


@pytest.mark.parametrize("refused", [0, 1, LEAST_OF_EACH - 1])
def test_few_refusals_or_none_are_enough_for_a_law_anchored_model(
    past: TrainingData, refused: int
) -> None:
    rows = np.r_[np.flatnonzero(past.labels)[:40], np.flatnonzero(~past.labels)[:refused]]
    result = train(some(past, rows), "hnte")
    assert result.metrics["chosen"] == CONJUNCTION
    assert f"{refused} refusals among {40 + refused} outcomes" in str(result.words)
    chances = result.model.estimator.chances(past.features)
    assert (chances.low < chances.high).all()
    # thirty or forty certificates say that this place is milder than the law's prior
    prior = result.model.prior.chances(past.features)
    assert chances.probability.mean() > prior.probability.mean()


def test_no_outcome_at_all_gives_what_the_law_suggests_and_says_so(past: TrainingData) -> None:
    result = train(some(past, np.arange(0)), "hnte")
    assert str(result.words).startswith("0 outcomes")
    assert "0 outcomes" in str(result.model.training.sentence)
    assert "0 to 0" not in card(result)
    chances = result.model.estimator.chances(past.features)
    np.testing.assert_allclose(
        chances.probability, result.model.prior.chances(past.features).probability
    )
    assert 0.2 < np.median(chances.high - chances.low) < 0.8


@pytest.mark.parametrize("count", [20, 60])
def test_a_column_that_nobody_ever_filled_leaves_a_usable_model(
    past: TrainingData, count: int
) -> None:
    place = past.layout.names.index("st_staff_ratio")
    few = some(past, np.r_[:count])
    never = few.features.copy()
    never[:, place] = np.nan
    result = train(replace(few, features=never), "hnte")
    assert result.metrics["blanks"]["st_staff_ratio"] == 1
    (found,) = assess_table(table(base(), base(st_staff=None)))
    readiness = result.model.readiness(found)
    assert readiness is not None
    assert (
        (readiness.low < readiness.probability) & (readiness.probability < readiness.high)
    ).all()
    # what is told where nobody told it is marked, and what is blank everywhere is not
    assert readiness.outside["st_staff_ratio"].tolist() == [True, False]


def test_a_file_whose_every_row_is_refused_says_so_and_why(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text("name,applied_year,certified\n甲,x,yes\n乙,y,no\n", encoding="utf-8")
    with pytest.raises(InputError, match="None of the 2 applications can be used"):
        train(read_past(path, load_scheme()), "hnte")


def test_a_refusal_names_its_condition_by_id_or_title_and_an_item_names_the_score(
    tmp_path: Path,
) -> None:
    path = tmp_path / "past.csv"
    law = load_scheme().edition("e2016")
    title = law.conditions_by_id["rd_intensity"].title.zh
    lines = ["name,applied_year,certified,rejection_reason", f"甲,2022,no,{title}"]
    lines += ["乙,2022,no,st_staff_ratio", "丙,2022,no,conversion", "丁,2022,no,他故"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    named = read_past(path, load_scheme()).reasons.tolist()
    assert named == ["rd_intensity", "st_staff_ratio", "innovation_score", ""]


def test_another_estimator_is_taken_only_where_it_is_clearly_better(
    past: TrainingData, trained: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    # on the law's own process none is
    assert trained.metrics["chosen"] == CONJUNCTION

    def of_one_strength(layout: FeatureLayout, seed: int) -> dict[str, BaseEstimator]:
        # how strongly it is regularised decides nothing here, and takes most of the time
        every = candidates(layout, seed)
        every["logistic"].set_params(logisticregressioncv__Cs=[0.03], logisticregressioncv__cv=2)
        return every

    monkeypatch.setattr("eligibility.readiness.training.candidates", of_one_strength)
    # nor does how often the folds are drawn: what contradicts the law takes the law's fit long
    monkeypatch.setattr("eligibility.readiness.training.REPEATS", 1)
    # where the figures tell the opposite of what the law holds, another is
    upside_down = train(replace(past, labels=~past.labels), "hnte", seed=1)
    assert upside_down.metrics["chosen"] != CONJUNCTION


def test_progress_is_told_and_never_goes_back(
    past: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quick(layout: object, seed: int) -> dict[str, object]:
        made = candidates(layout, seed)  # type: ignore[arg-type]
        return {name: made[name] for name in (CONJUNCTION, "base rate")}

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
    # a third of its cells are blank, of which the chances know that they know little
    assert "Firms have changed" in said
    assert found.drift[0].chance < 1e-6
    # by their titles, each once, in either language
    title = load_scheme().edition("e2016").conditions_by_id["rd_intensity"].title
    assert said.count(title.en) == 1
    assert title.zh in " ".join(reason.say(CHINESE) for reason in found.reasons)
    assert "_" not in said


def test_a_model_of_no_outcome_is_checked_without_a_word_of_features_that_changed(
    past: TrainingData,
) -> None:
    found = watch(train(some(past, np.arange(0)), "hnte").model, replace(past, sha256="another"))
    assert {entry.chance for entry in found.drift} == {1.0}
    assert found.retrain


def test_outcomes_that_no_figure_tells_surprise_by_their_log_loss_alone(
    trained: TrainingResult, tmp_path: Path
) -> None:
    new = written(tmp_path / "new.csv", 300, 22)
    shuffled = np.random.default_rng(1).permutation(new.labels)
    found = watch(trained.model, replace(new, labels=shuffled))
    assert found.retrain
    said = " ".join(str(reason) for reason in found.reasons)
    assert "log-loss is" in said
    assert "Firms have changed" not in said


@pytest.mark.parametrize("harsher", [False, True])
def test_a_rate_that_has_changed_alone_asks_for_training(
    trained: TrainingResult, tmp_path: Path, harsher: bool
) -> None:
    new = written(tmp_path / "new.csv", 300, 22)
    assert not watch(trained.model, new).retrain
    certified = new.labels.copy()
    # one application in seven comes out the other way
    certified[np.flatnonzero(certified == harsher)[: len(certified) // 7]] = not harsher
    found = watch(trained.model, replace(new, labels=certified))
    assert found.retrain
    assert "were expected" in str(found.reasons[0])
    assert found.harsher > 0.99 if harsher else found.harsher < 0.01
    word = "harsher" if harsher else "milder"
    expected = f"Reviewers were {word} than the model holds, with a certainty of 99%."
    assert monitoring_text(found, ENGLISH)[-1] == expected


def test_few_outcomes_tell_nothing_and_say_so(trained: TrainingResult, tmp_path: Path) -> None:
    new = written(tmp_path / "new.csv", LEAST - 1, 23, "compensating")
    found = watch(trained.model, new)
    assert not found.retrain
    assert f"Only {LEAST - 1} outcomes" in str(found.reasons[0])


def test_metrics_are_plain_json(trained: TrainingResult) -> None:
    assert json.loads(json.dumps(trained.metrics)) == trained.metrics
