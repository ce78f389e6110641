"""Everything the app remembers between runs; the only place with Streamlit's caches.

What comes from an upload is remembered for its session only: another session never meets it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from eligibility.app import state
from eligibility.app.drafts import Draft
from eligibility.app.firms import Screening, screen
from eligibility.app.state import MoneyUnit, Upload
from eligibility.intake.drafts import Told, told
from eligibility.intake.table import Options, Preview, preview, read_table
from eligibility.scheme import Scheme, load_scheme
from eligibility.store import Accounts, Engine, open_store

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


def assessed(draft: Draft) -> tuple[Told, Screening]:
    """What a draft says, and its firm assessed; of no firm where a value cannot be used.

    Raises
    ------
    DateNotCovered
        If no edition covers the date of application.
    """
    said = told(draft.state, scheme(), date.today())
    return said, screen(said.batch, scheme())


def _screened(source: tuple[str, bytes], options: Options) -> Screening:
    held = scheme()
    batch = read_table(source, held.fields, options, catalogue=held.titles_by_code)
    return screen(batch, held)
