"""Readiness in the app: apart from the law, never without its sample, and replaced only when asked."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

testing = pytest.importorskip("streamlit.testing.v1")

from eligibility.app import auth, cache  # noqa: E402
from eligibility.app.session import NEW_OUTCOMES, PAST, UPLOAD, Upload  # noqa: E402
from eligibility.app.widgets import downloads  # noqa: E402
from eligibility.app.widgets.number_format import chance  # noqa: E402
from eligibility.domain.errors import ModelRefused  # noqa: E402
from eligibility.i18n import ENGLISH  # noqa: E402
from eligibility.readiness.artifact import load, replace  # noqa: E402
from eligibility.readiness.training_data import past_of_records  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.simulation.applications import simulate  # noqa: E402
from eligibility.simulation.file import write_applications  # noqa: E402
from eligibility.store import System, close_stores, plain  # noqa: E402
from eligibility.store.schema import Role  # noqa: E402
from tests import empty_store  # noqa: E402
from tests.app.test_pages import EXACT, ONE_SHORT, html, opened  # noqa: E402
from tests.small_models import past_file, quick_model, quick_models, quickly  # noqa: E402

SENTENCE = "learned from 120 invented applications"


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with a model, trained once."""
    return quick_models(tmp_path_factory.mktemp("learned"))


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store and a models folder of the test's own."""
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ELIGIBILITY_MODELS", str(tmp_path / "models"))
    empty_store.put(tmp_path / "data")
    close_stores()
    yield
    close_stores()


@pytest.fixture
def model(ready: Path, tmp_path: Path) -> Path:
    """A copy of the model in this test's models folder."""
    return Path(shutil.copytree(ready / "hnte", tmp_path / "models" / "hnte"))


def given(app: testing.AppTest, key: str, path: Path) -> testing.AppTest:
    """The page after a file was put into that uploader."""
    content = path.read_bytes()
    app.session_state[f"{UPLOAD}:{key}"] = Upload(path.name, content, blake2b(content).hexdigest())
    app.run()
    assert not app.exception
    return app


def pressed(app: testing.AppTest, label: str) -> testing.AppTest:
    (button,) = [each for each in app.button if each.label == label]
    button.click().run()
    assert not app.exception
    return app


def shown(app: testing.AppTest, *columns: str) -> bool:
    """Whether the table of firms shows these columns."""
    return all(f'"{column}": {{"label"' in app.dataframe[0].proto.columns for column in columns)


def test_without_a_model_the_app_goes_on_and_its_page_says_how_to_come_by_one() -> None:
    assert not shown(opened(language="en"), "readiness")
    assert 'class="readiness"' not in html(opened("firm/firm", language="en", firm=EXACT))
    page = opened("reference/model", language="en")
    assert "No readiness model has been trained yet." in html(page)
    assert "train past.csv -o models/hnte" in page.code[0].value


def test_a_changed_byte_is_refused_by_name_and_the_app_goes_on(model: Path) -> None:
    file = model / "readiness.joblib"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert 'class="readiness"' not in html(opened("firm/firm", language="en", firm=EXACT))
    page = html(opened("reference/model", language="en"))
    assert "readiness.joblib is not the file that the manifest describes" in page


def test_a_model_that_is_mended_or_replaced_is_noticed_without_a_restart(model: Path) -> None:
    file = model / "readiness.joblib"
    whole = file.read_bytes()
    assert cache.model()[0] is not None
    file.write_bytes(whole[:-1])
    assert cache.model()[0] is None
    file.write_bytes(whole)
    assert cache.model()[0] is not None


@pytest.mark.usefixtures("model")
def test_a_firm_reads_chance_interval_and_sample_under_a_heading_of_their_own() -> None:
    app = opened("firm/firm", language="en", firm=EXACT)
    firm = cache.current().find(EXACT)
    assert firm is not None
    record = firm.record["readiness"]
    low, high = (chance(end) for end in record["interval"])
    part = html(app).partition('class="readiness"')[2].replace("&lt;", "<").replace("&gt;", ">")
    assert f"about {chance(record['probability'])} ({low}–{high})" in part
    assert SENTENCE in part
    assert "It learned from firms that applied" in part
    assert 'class="status' not in part
    headings = [each.value for each in app.header]
    of_law = headings.index("Innovation score")
    assert headings.index("Readiness, learned from past applications") == of_law + 1
    titles = {found["id"]: found["title"]["en"] for found in firm.record["findings"]}
    factors = [titles[factor["id"]] for factor in record["contributions"]]
    places = [part.index(f"<td>{title}</td>".replace("&", "&amp;")) for title in factors]
    assert len(places) == 9
    assert places == sorted(places)


@pytest.mark.usefixtures("model")
def test_a_firm_with_an_unmet_condition_reads_not_before() -> None:
    said = html(opened("firm/firm", language="en", firm=ONE_SHORT))
    assert "not before these are met: Share of S&amp;T staff" in said
    assert "Conditional: were they met, about " in said
    assert "<strong>about" not in said


@pytest.mark.usefixtures("model")
def test_an_invented_sample_is_said_wherever_its_number_stands() -> None:
    for page in ("firm/firm", "reference/model"):
        assert "Demonstration model" in html(opened(page, language="en", firm=EXACT))
    app = opened(language="en")
    assert any(SENTENCE in caption.value for caption in app.caption)


def test_the_table_shows_the_chance_beside_its_interval_and_what_is_conditional(
    model: Path,
) -> None:
    app = opened(language="en")
    assert shown(app, "readiness", "readiness_interval")
    table = app.dataframe[0].value.set_index("uscc")
    assert table.loc[ONE_SHORT, "readiness_interval"].startswith("conditional: ")
    assert "conditional" not in table.loc[EXACT, "readiness_interval"]
    said = load(model).readiness(cache.current().assessments[0])
    assert said is not None
    assert list(table["readiness"]) == pytest.approx(100 * said.probability.clip(0.01, 0.99))
    app.selectbox(key="sort").set_value("readiness").run()
    held = app.dataframe[0].value["conditional"].tolist()
    assert held == sorted(held)


@pytest.mark.usefixtures("model")
def test_a_download_holds_the_chance_and_what_it_learned_from() -> None:
    screening = cache.current()
    content = downloads.score_file(screening, screening.table(ENGLISH), ENGLISH, "csv").decode(
        "utf-8-sig"
    )
    assert "readiness_low" in content.splitlines()[0]
    assert content.count(SENTENCE) == len(screening.batch.table)


def test_a_chance_is_never_said_to_be_certain() -> None:
    assert [chance(share) for share in (0, 0.004, 0.62, 0.996, 1)] == [
        "<1%",
        "<1%",
        "62%",
        ">99%",
        ">99%",
    ]


@pytest.mark.usefixtures("model")
def test_the_card_compares_the_candidates_and_says_what_so_many_applications_allow() -> None:
    app = opened("reference/model", language="en")
    said = html(app)
    assert "✓ conjunction of conditions" in said
    assert "the same chance for everyone" in said
    assert "a chance near one half is known to within ±" in said
    assert app.get("vega_lite_chart")


def test_training_replaces_the_model_only_when_it_is_taken(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickly(monkeypatch)
    before = (model / "manifest.json").read_bytes()
    app = given(opened("reference/model", language="en"), PAST, past_file(tmp_path, seed=2))
    assert "120 rows read = 120 scored + 0 rejected" in html(app)
    pressed(app, "Train")
    said = html(app)
    assert "in use now" in said
    assert "new, on rows left out of its fit" in said
    assert (model / "manifest.json").read_bytes() == before
    pressed(app, "Use this model from now on")
    assert "The new model is in use." in html(app)
    assert (model / "manifest.json").read_bytes() != before
    held, _ = cache.model()
    assert held is not None
    assert load(model).training == held.training


def test_a_new_model_that_cannot_be_read_back_leaves_the_old_one(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    made = quick_model(tmp_path, seed=3)
    monkeypatch.setattr("eligibility.readiness.artifact.KNOWN", frozenset())
    with pytest.raises(ModelRefused):
        replace(made, model)
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before
    assert [path.name for path in model.parent.iterdir()] == [model.name]


def test_a_dozen_outcomes_train_a_model_that_says_how_many_refusals_it_saw(tmp_path: Path) -> None:
    app = given(opened("reference/model", language="en"), PAST, past_file(tmp_path, rows=12))
    pressed(app, "Train")
    assert "refusals among 12 outcomes" in html(app)


@pytest.mark.usefixtures("model")
def test_outcomes_of_one_kind_train_a_model_that_compares_nothing_and_says_so(
    tmp_path: Path,
) -> None:
    path = tmp_path / "certified.csv"
    applications = dataclasses.replace(simulate(12, 1), labels=np.ones(12, dtype=np.bool_))
    write_applications(applications, load_scheme(), path)
    app = given(opened("reference/model", language="zh"), PAST, path)
    pressed(app, "开始训练")
    assert "12 个结果中有 0 个未通过" in html(app)
    assert any("没有用未参与拟合的申报检验过" in each.value for each in app.markdown)
    pressed(app, "采用该模型")
    card = opened("reference/model", language="zh")
    assert "12 个结果中有 0 个未通过" in html(card)
    assert any("没有用未参与拟合的申报检验过" in each.value for each in card.markdown)


@pytest.mark.usefixtures("model")
def test_new_outcomes_give_a_verdict_with_its_reason_and_a_plot(tmp_path: Path) -> None:
    app = given(opened("reference/model", language="en"), NEW_OUTCOMES, past_file(tmp_path, seed=4))
    said = html(app)
    assert "<strong>Keep: " in said or "<strong>Retrain: " in said
    assert "120 outcomes: " in said
    assert " than the model holds, with a certainty of " in said
    assert len(app.get("vega_lite_chart")) == 2


def test_an_upload_is_never_read_as_a_model(model: Path, tmp_path: Path) -> None:
    stolen = tmp_path / "model.csv"
    stolen.write_bytes((model / "readiness.joblib").read_bytes())
    app = given(opened("reference/model", language="en"), PAST, stolen)
    assert "notice refused" in html(app)
    assert "Train" not in [button.label for button in app.button]


@pytest.mark.parametrize("role", [Role.FIRM, Role.ADVISER])
@pytest.mark.usefixtures("model")
def test_who_does_not_lead_sees_the_card_and_cannot_train(
    role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "principal", lambda: System(role))
    app = opened("reference/model", language="en")
    assert "✓ conjunction of conditions" in html(app)
    assert not app.tabs


def test_the_register_teaches_what_the_file_does(tmp_path: Path) -> None:
    from eligibility.readiness.training_data import read_past

    path = past_file(tmp_path)
    table = pa.csv.read_csv(path, convert_options=pa.csv.ConvertOptions(strings_can_be_null=True))
    rows = [plain(row) | {"certified": row["certified"] == "yes"} for row in table.to_pylist()]
    kept, read = past_of_records(rows, load_scheme()), read_past(path, load_scheme())
    assert (kept.labels == read.labels).all()
    assert kept.features == pytest.approx(read.features, nan_ok=True)


@pytest.mark.usefixtures("model")
def test_a_score_beyond_what_was_seen_is_named_by_its_title() -> None:
    """It once stopped the command, as the total of the score had no title."""
    from eligibility.assessment.record import records
    from eligibility.reports.firm_text import plain as lines_of

    held, _ = cache.model()
    assert held is not None
    made = records(cache.current().assessments, held.readiness)
    beyond = [each for each in made if "innovation_score" in each["readiness"]["outside"]]
    assert beyond
    assert "Innovation score" in lines_of(beyond[0], load_scheme(), ENGLISH).splitlines()[-1]
