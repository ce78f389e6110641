"""Everything the app remembers between runs; the only place with Streamlit's caches.

What comes from an upload is remembered for its session only: another session never meets it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from eligibility.app import format as fmt
from eligibility.app import planned, state
from eligibility.app.firms import Firm, Screening, screen
from eligibility.app.state import MoneyUnit, Upload
from eligibility.assessment.assess import assess_table
from eligibility.intake.table import Batch, Options, Preview, from_records, preview, read_table
from eligibility.planning.city import load_city
from eligibility.planning.year import CityYear, city_year
from eligibility.scheme import Scheme, load_scheme
from eligibility.store import Accounts, Engine, open_store
from eligibility.vocabulary import FirmTable, ModelRefused

if TYPE_CHECKING:
    from eligibility.readiness.model import Model

#: an upload is known by its name and the digest of its content
BY_CONTENT: dict[str | type[Any], Callable[[Any], Any]] = {
    Upload: lambda upload: (upload.name, upload.digest)
}
SAMPLE = Path(__file__).parents[2] / "sample_data" / "candidates.csv"


def scheme() -> Scheme:
    """The qualification; read once per process."""
    return load_scheme()


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The store; opened once per process."""
    return open_store()


@st.cache_resource(show_spinner=False)
def accounts() -> Accounts:
    """Who may sign in."""
    return Accounts(engine())


@st.cache_resource(scope="session", max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def seen(upload: Upload, sheet: str | None, day: date) -> Preview:
    """What the sheets and columns of an uploaded file are taken for."""
    source = (upload.name, upload.content)
    return preview(source, scheme().fields, Options(sheet=sheet, application_date=day))


@st.cache_resource(scope="session", max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def screening(upload: Upload, unit: MoneyUnit | None, sheet: str | None, day: date) -> Screening:
    """The firms of an uploaded file."""
    options = Options(
        money_unit=unit, sheet=sheet, application_date=day, covered_from=scheme().covered_from
    )
    return _screened((upload.name, upload.content), options)


@st.cache_resource(max_entries=4, show_spinner=False)
def sample(day: date) -> Screening:
    """The invented firms that come with the program."""
    return _screened((SAMPLE.name, SAMPLE.read_bytes()), Options(application_date=day))


def current() -> Screening:
    """The firms of the file kept, or of the sample."""
    kept, day = state.upload(), state.application_day()
    if kept is None:
        return sample(day)
    return screening(kept, state.money_unit(), state.sheet(kept), day)


def typed(values: Mapping[str, Any], nameless: str, day: date) -> tuple[Firm | None, Batch]:
    """The firm typed into the form, amounts in 万元; None where a value cannot be used."""
    held = scheme()
    known = {"name": nameless} | {
        name: fmt.wan(value) if held.fields_by_id[name].kind == "money" else value
        for name, value in values.items()
    }
    options = Options(application_date=day)
    batch = from_records([known], held.fields, options, catalogue=held.titles_by_code)
    if not len(batch.table):
        return None, batch
    return Firm(assess_table(batch.table, held)[0], 0), batch


def operating(registered: date | None, applied: date) -> list[bool]:
    """Whether a firm registered that day existed by the end of each of the three years."""
    days = {"registered_on": registered, "application_date": applied}
    columns = {name: np.array([day], dtype="M8[D]") for name, day in days.items()}
    return [bool(year) for year in FirmTable(columns, 1).operating[:, 0]]


def _screened(source: tuple[str, bytes], options: Options) -> Screening:
    held = scheme()
    batch = read_table(source, held.fields, options, catalogue=held.titles_by_code)
    return screen(batch, held)


# --- the year ---


@st.cache_resource(max_entries=1, show_spinner=False)
def readiness_model() -> Model | None:
    """The model of the qualification, None where there is none that can be trusted."""
    # scikit-learn takes a second to import, which no other page needs
    from eligibility.readiness.artifact import load, models_folder

    try:
        return load(models_folder() / scheme().id)
    except ModelRefused:
        return None


def year(year: int, target: int, already: int, days: float, *, by_model: bool) -> CityYear:
    """The year of the firms of the file kept, or of the sample."""
    kept, day = state.upload(), state.application_day()
    of_file = (kept.digest, state.money_unit(), state.sheet(kept)) if kept else None
    return _year(of_file, day, year, target, already, days, by_model)


@st.cache_resource(scope="session", max_entries=16, show_spinner=False)
def _year(
    of_file: tuple[str, MoneyUnit | None, str | None] | None,  # noqa: ARG001 names the firms
    day: date,
    year: int,
    target: int,
    already: int,
    days: float,
    by_model: bool,
) -> CityYear:
    city = load_city()
    standing = planned.standing(current(), year, scheme())
    chances = planned.model_chances(readiness_model() if by_model else None, standing, city)
    return city_year(
        standing, chances, city, year=year, as_of=day, target=target, already=already, days=days
    )
