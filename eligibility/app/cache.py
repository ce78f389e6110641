"""Cache: everything the app remembers between runs; the only place with Streamlit's caches.

What comes from an upload is remembered for its session only: another session never meets it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from eligibility.app import page_memo, session, upload_reader
from eligibility.app.firm import plan_results
from eligibility.app.firm.plan_results import Outlook
from eligibility.app.keyed_cache import KeyedCache
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.session import MoneyUnit, Upload
from eligibility.app.stale_cache import CachedValue, StaleCache
from eligibility.assessment.ladder import joint_fields, only_elsewhere, schemes_beside
from eligibility.city.certified_firm import CertifiedFirm
from eligibility.city.portfolio import Aim
from eligibility.city.settings import City
from eligibility.city.year import CityYear, YearRequest, city_year
from eligibility.domain.errors import ModelRefused, NotAllowed
from eligibility.domain.text import Message, msgid
from eligibility.intake.draft_reader import DraftReading, read_draft
from eligibility.intake.table import IntakeOptions, Preview, preview, read_table
from eligibility.package_files import package_file
from eligibility.readiness.paths import MANIFEST, METRICS, MODEL, models_folder
from eligibility.register import register_year, year_candidates
from eligibility.register.assumptions import InstitutionSettings, load_settings
from eligibility.register.certified_firms import certified_firms
from eligibility.register.year_candidates import YearCandidates
from eligibility.schemes.registry import DEFAULT_SCHEME, Scheme
from eligibility.screening import Firm, Screening, screen
from eligibility.store import (
    LEADS,
    STAFF,
    Accounts,
    Engine,
    Principal,
    Repository,
    Role,
    System,
    open_store,
)

if TYPE_CHECKING:
    from eligibility.city.chances import FirmChances
    from eligibility.city.portfolio_state import PortfolioState
    from eligibility.planning.plan_request import PlanRequest
    from eligibility.planning.record_types import PlanRecord
    from eligibility.readiness.model import Model
    from eligibility.readiness.training import TrainingResult
    from eligibility.readiness.training_data import TrainingData

#: of an uploaded table: twice the 50,000 firms that the tables of the app are made for
MOST_LINES = 100_000
#: names the state of the model's files
Stamp = tuple[tuple[str, int, int], ...] | None
#: readers of uploads are bound before the first is read
upload_reader.configure_reader()
SAMPLE = package_file("sample_data/candidates.csv")


def engine() -> Engine:
    """The store; opened once per process, which no clearing of Streamlit's caches undoes."""
    return page_memo.once("engine", open_store)


def settings() -> InstitutionSettings:
    """What the institution of the store has set, worked out anew when that was changed."""
    return page_memo.once("settings", _settings)


def _settings() -> InstitutionSettings:
    program = Repository(engine(), System(Role.LOCAL))
    store = program.engine.url.render_as_string()
    key = store, program.assumptions.revision()
    return _of_all().get("settings", key, lambda: load_settings(program), most=4)


def scheme() -> Scheme:
    """The qualification, with the institution's batches."""
    return settings().schemes[DEFAULT_SCHEME]


def accounts() -> Accounts:
    """Who may sign in."""
    return _accounts(engine())


@lru_cache(maxsize=1)
def _accounts(engine: Engine) -> Accounts:
    return Accounts(engine)


def upload_preview(
    upload: Upload, sheet: str | None, day: date, columns: tuple[tuple[str, str], ...] = ()
) -> Preview:
    """What the sheets and columns of an uploaded file are taken for, by these names of columns too."""
    with upload_reader.wait_notice():
        return _preview(upload, sheet, day, columns)


def _preview(
    upload: Upload, sheet: str | None, day: date, columns: tuple[tuple[str, str], ...]
) -> Preview:
    options = IntakeOptions(
        sheet=sheet, application_date=day, most_lines=MOST_LINES, known_columns=columns
    )
    return _of_session().get(
        "preview",
        (upload.name, upload.digest, sheet, day, columns),
        lambda: preview((upload.name, upload.content), joint_fields(), options),
        most=4,
    )


def screening(
    upload: Upload,
    unit: MoneyUnit | None,
    sheet: str | None,
    day: date,
    *,
    blank_bad_cells: bool = False,
    columns: tuple[tuple[str, str], ...] = (),
) -> Screening:
    """The firms of an uploaded file, assessed with the model in use."""
    options = IntakeOptions(
        money_unit=unit,
        sheet=sheet,
        blank_bad_cells=blank_bad_cells,
        application_date=day,
        covered_from=scheme().covered_from,
        most_lines=MOST_LINES,
        beside=only_elsewhere(scheme(), scheme().in_force(day)),
        known_columns=columns,
    )
    return _of_session().get(
        "screening",
        (upload.name, upload.digest, unit, sheet, day, blank_bad_cells, columns, model_stamp()),
        lambda: _assess_file((upload.name, upload.content), options),
        most=4,
    )


def sample(day: date) -> Screening:
    """The invented firms that come with the program, assessed with the model in use."""
    return _of_all().get(
        "sample",
        (day, model_stamp()),
        lambda: _assess_file(
            (SAMPLE.name, SAMPLE.read_bytes()), IntakeOptions(application_date=day)
        ),
        most=4,
    )


def current(columns: tuple[tuple[str, str], ...] = ()) -> Screening:
    """The firms of the file kept, read by these names of columns too, or of the sample."""
    upload, day = session.upload(), session.application_day()
    if upload is None:
        return sample(day)
    with upload_reader.wait_notice():
        return screening(
            upload, session.money_unit(), session.sheet(upload), day,
            blank_bad_cells=session.blank_bad_cells(), columns=columns,
        )  # fmt: skip


def assess_draft(draft: Draft, *, readiness: bool = True) -> tuple[DraftReading, Screening]:
    """What a draft says, and its firm assessed: of no firm where entries contradict one another.

    An entry that cannot be read counts as blank.

    Without ``readiness`` the model is not asked, which takes as long as all conditions together.

    Raises
    ------
    DateNotCovered
        If no edition covers the date of application.
    """
    reading = read_draft(
        draft.state, scheme(), date.today(), schemes_beside(scheme()), blank_bad_cells=True
    )
    return reading, screen(reading.batch, scheme(), model()[0] if readiness else None)


@cache
def lacking_for_pdf() -> Message | None:
    """What this machine lacks to write a PDF; asked once per process."""
    from eligibility.reports.pdf import lacking

    return lacking()


@st.cache_resource(show_spinner=False)
def _of_all() -> KeyedCache:
    """What all sessions share."""
    return KeyedCache()


@st.cache_resource(scope="session", show_spinner=False)
def _of_session() -> KeyedCache:
    """What one session alone has; it goes with the session."""
    return KeyedCache()


def _assess_file(source: tuple[str, bytes], options: IntakeOptions) -> Screening:
    batch = read_table(source, joint_fields(), options, catalogue=scheme().titles_by_code)
    return screen(batch, scheme(), model()[0])


# --- readiness ---


def model_folder() -> Path:
    """Where the model of the qualification lies."""
    return models_folder() / scheme().id


def model_stamp() -> Stamp:
    """What changes whenever the files of the model do; None where there are none."""
    folder = model_folder()
    if not folder.is_dir():
        return None
    paths = [path for name in (MANIFEST, MODEL, METRICS) if (path := folder / name).is_file()]
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)


def trained_model() -> tuple[TrainingResult | None, Message | None]:
    """The model in use with its measures, or why there is none."""
    stamp = model_stamp()
    if stamp is None:
        return None, Message(msgid("No readiness model has been trained yet."))
    folder = model_folder()
    return _of_all().get("model", (folder, stamp), lambda: _load_model(folder), most=1)


def model() -> tuple[Model | None, Message | None]:
    """The model in use, or why there is none."""
    model, why = trained_model()
    return (model.model if model else None), why


def with_readiness(firm: Firm) -> Firm:
    """The firm with what the model says of it, if there is one."""
    readiness_model, _ = model()
    return (
        replace(firm, readiness=readiness_model.readiness(firm.assessment))
        if readiness_model
        else firm
    )


def seen_past(upload: Upload) -> Preview:
    """What the columns of an uploaded file of past applications are taken for."""
    from eligibility.readiness.training_data import past_fields

    return _of_session().get(
        "past preview",
        (upload.name, upload.digest),
        lambda: preview((upload.name, upload.content), past_fields(scheme())),
        most=2,
    )


def past(upload: Upload, unit: MoneyUnit | None, edition: str | None = None) -> TrainingData:
    """The past applications of an uploaded file, by the rules in force unless others are named."""
    from eligibility.readiness.training_data import read_past

    options = IntakeOptions(money_unit=unit, covered_from=scheme().covered_from)
    law = scheme().edition(edition) if edition else None
    return _of_session().get(
        "past",
        (upload.name, upload.digest, unit, edition),
        lambda: read_past((upload.name, upload.content), scheme(), options, law=law),
        most=2,
    )


def _load_model(folder: Path) -> tuple[TrainingResult | None, Message | None]:
    # scikit-learn takes over a second to import, which those who have no model need not wait for
    from eligibility.readiness.artifact import load, read_metrics
    from eligibility.readiness.training import TrainingResult

    try:
        return TrainingResult(load(folder), read_metrics(folder)), None
    except ModelRefused as refused:
        return None, refused.message
    except OSError as error:
        return None, Message(msgid("The model cannot be read: {why}."), {"why": str(error)})


# --- plans ---


def firm_plan(firm: Firm, on: date, request: PlanRequest) -> PlanRecord:
    """One firm's way to the certificate, as :func:`plan_results.plan_for_firm` gives it."""
    facts = repr(sorted((name, column[0]) for name, column in firm.table.columns.items()))
    held = settings()
    # only a plan by readiness asks the model
    readiness_model = model()[0] if request.readiness else None
    return _of_session().get(
        "plan",
        (facts, on, request, model_stamp() if request.readiness else None, held.revision),
        lambda: plan_results.plan_for_firm(
            firm,
            on,
            request,
            readiness_model.readiness if readiness_model else None,
            held.actions,
            held.times,
        ),
        most=16,
    )


# --- the year ---


def city() -> City:
    """What the city sets for itself, with what the institution set instead."""
    return settings().city


def year(
    year: int, target: int, already: int, days: float, *, by_model: bool, aim: Aim = Aim.EXPECTED
) -> CityYear:
    """The year of the firms of the file kept, or of the sample."""
    upload, day = session.upload(), session.application_day()
    file = (
        (upload.digest, session.money_unit(), session.sheet(upload), session.blank_bad_cells())
        if upload
        else None
    )

    def work() -> CityYear:
        standing = plan_results.state_of_file(current(), year, scheme())
        chances = register_year.model_chances(model()[0] if by_model else None, standing, city())
        request = YearRequest(city(), year, day, target, days, aim, scheme())
        return city_year(standing, chances, request, already=already)

    stamp = model_stamp() if by_model else None
    return _of_session().get(
        "year",
        (file, day, year, target, already, days, by_model, aim, stamp, settings().revision),
        work,
        most=16,
    )


@st.cache_resource(show_spinner=False)
def _outlooks() -> StaleCache[Outlook]:
    return StaleCache()


def refresh_outlooks() -> None:
    """Work out again, beside the pages, what is no longer of now after something was written."""
    _outlooks().refresh()


def outlook_state(repository: Repository) -> Hashable:
    """Names all that an outlook rests on: the store's changes of the year, the model, the day."""
    return repository.year.last_change(), model_stamp(), date.today()


def outlook(repository: Repository, year: int, *, patient: bool = True) -> CachedValue[Outlook]:
    """The year of the register as last worked out; at once, but for the first time."""
    shared = _staff_repository(repository)
    return _outlooks().of(
        (*_sight(shared), year),
        lambda: outlook_state(shared),
        lambda: _outlook(shared, year),
        patient=patient,
    )


def _outlook(repository: Repository, year: int) -> Outlook:
    season = year + (register_year.closed_batch(city(), year, scheme()) is not None)
    candidates, city_year = _count_year(repository, year)
    return Outlook(
        candidates,
        city_year,
        *((candidates, city_year) if season == year else _count_year(repository, season)),
    )


def _count_year(repository: Repository, year: int) -> tuple[YearCandidates, CityYear | None]:
    candidates = register_candidates(repository, year)
    if not candidates.firms:
        return candidates, None
    goal, days = (
        register_year.year_target(city(), year, candidates),
        city().support.adviser_days.value,
    )
    return candidates, year_of(candidates, goal, days, by_model=model()[0] is not None)


def certificate_holders(repository: Repository) -> list[CertifiedFirm]:
    """The certified firms of the register as they stand at this moment."""
    shared = _staff_repository(repository)
    change, day = shared.year.last_change(), date.today()
    return _of_all().get(
        "certified",
        (*_sight(shared), change, day),
        lambda: certified_firms(shared, scheme(), city(), day),
        most=8,
    )


def register_candidates(repository: Repository, year: int) -> YearCandidates:
    """The firms of the register that can be certified in a year, as they stand at this moment."""
    shared = _staff_repository(repository)
    change = (shared.year.last_change(), date.today())
    return _of_all().get(
        "candidates",
        (*_sight(shared), change, year),
        lambda: year_candidates.year_candidates(shared, year, scheme()),
        most=8,
    )


def filter_choices(repository: Repository) -> Mapping[str, Sequence[str]]:
    """What the list of firms can be filtered by: the districts, industries and batches there are."""
    shared = _staff_repository(repository)
    return _of_all().get(
        "filter choices",
        (*_sight(shared), shared.year.last_change()),
        lambda: {
            "district": shared.overview.distinct("district"),
            "industry": shared.overview.distinct("industry"),
            "batch": shared.firms.batches(),
        },
        most=8,
    )


def _staff_repository(repository: Repository) -> Repository:
    """The store as the program sees it for all who see the same firms as this person does now.

    What is worked out of it is remembered for all of them, and goes on when one of them leaves.

    Raises
    ------
    NotAllowed
        If this person sees no firms as staff does.
    """
    rights = repository.rights()
    if rights.role not in STAFF:
        raise NotAllowed("Your role does not allow this.")
    whole = rights.role in LEADS
    sight = System(Role.MANAGER if whole else Role.ADVISER, carrier_id=rights.carrier_id)
    return Repository(repository.engine, sight)


def _sight(repository: Repository) -> tuple[str, Principal]:
    """What names a store and whose firms are seen of it."""
    return repository.engine.url.render_as_string(), repository.principal


def year_of(
    pool: YearCandidates, target: int, days: float, *, by_model: bool, aim: Aim = Aim.EXPECTED
) -> CityYear:
    """The year of firms of the register; a change that leaves them as they were costs nothing."""
    day, stamp = date.today(), model_stamp() if by_model else None
    register_year.check_fresh(pool, day)

    def work() -> CityYear:
        # whatever target and days are tried, firms and chances are these
        standing, chances = _of_all().get(
            "chances",
            (pool.digest, day, by_model, stamp, settings().revision),
            lambda: _assess_pool(pool, by_model=by_model),
            most=4,
        )
        request = YearRequest(city(), pool.year, day, target, days, aim, scheme())
        return city_year(
            standing, chances, request, already=pool.already, has_applied=pool.has_applied,
            is_open=register_year.closed_batch(city(), pool.year, scheme()) is None,
        )  # fmt: skip

    return _of_all().get(
        "year",
        (pool.digest, day, target, days, by_model, aim, stamp, settings().revision),
        work,
        most=16,
    )


def _assess_pool(pool: YearCandidates, *, by_model: bool) -> tuple[PortfolioState, FirmChances]:
    standing = register_year.assess_state(pool.table, scheme())
    readiness_model = model()[0] if by_model else None
    return standing, register_year.pool_chances(readiness_model, standing, city(), pool, scheme())
