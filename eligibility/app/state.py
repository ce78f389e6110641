"""Every key of the session and of the address, and nothing else names one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Literal

import streamlit as st

from eligibility.language import Language, language_named
from eligibility.language import language as language_of_tag

LANGUAGE = "lang"
FIRM = "firm"
UPLOADER = "uploader"
UPLOAD = "upload"
OPENED = "opened"
DAY = "day"
UNIT = "unit"
SHEET = "sheet:"
FILTER_VERDICT, FILTER_DISTRICT, FILTER_TEXT = "verdict", "district", "search"
SORT, PAGE = "sort", "page"
EDITION = "edition"
ENTRY = "entry:"
ENTRIES = "entries"
MONTHS = "months"
#: what stands in the address for the firm typed into the form
OWN_FIRM = "form"
MoneyUnit = Literal["CNY", "10k CNY", "100m CNY"]


@dataclass(frozen=True)
class Upload:
    """A file as it came; ``digest`` names its content."""

    name: str
    content: bytes
    digest: str


def language() -> Language:
    """The language chosen, or else the browser's."""
    chosen = st.session_state.get(LANGUAGE)
    return language_named(chosen) if chosen else browser_language()


def browser_language() -> Language:
    """The language the browser asks for."""
    return language_of_tag(st.context.locale)


def keep_upload() -> None:
    """Keep the uploaded file, as its widget forgets it on the next page; or let it go."""
    given = st.session_state.get(UPLOADER)
    if given is None:
        forget_upload()
    else:
        content = given.getvalue()
        digest = blake2b(content, digest_size=16).hexdigest()
        st.session_state[UPLOAD] = Upload(given.name, content, digest)


def upload() -> Upload | None:
    """The file kept."""
    kept: Upload | None = st.session_state.get(UPLOAD)
    return kept


def forget_upload() -> None:
    """Back to the sample."""
    st.session_state.pop(UPLOAD, None)


def application_day() -> date:
    """The common date of application; today unless given."""
    day: date | None = st.session_state.get(DAY)
    return day or date.today()


def money_unit() -> MoneyUnit | None:
    """The unit declared for amounts whose header names none."""
    unit: MoneyUnit | None = st.session_state.get(UNIT)
    return unit


def sheet_key(kept: Upload) -> str:
    """The key of the choice among the sheets of a workbook."""
    return f"{SHEET}{kept.digest}"


def sheet(kept: Upload) -> str | None:
    """The sheet chosen; None: the one whose header is recognised."""
    name: str | None = st.session_state.get(sheet_key(kept))
    return name


def chosen_firm() -> str | None:
    """The firm in the address."""
    return st.query_params.get(FIRM)


def entry_key(field_id: str) -> str:
    """The key of one input of the form."""
    return f"{ENTRY}{field_id}"


def entry(field_id: str) -> Any:
    """What is typed into one input of the form; None where nothing is."""
    return st.session_state.get(entry_key(field_id))


def fill_form(values: Mapping[str, Any]) -> None:
    """Replace everything typed into the form."""
    for key in [key for key in st.session_state if str(key).startswith(ENTRY)]:
        st.session_state[key] = None
    # an editor is emptied by giving it another name
    st.session_state[MONTHS] = st.session_state.get(MONTHS, 0) + 1
    enter(values)


def enter(values: Mapping[str, Any]) -> None:
    """Put values into inputs of the form; the others stay."""
    for name, value in values.items():
        st.session_state[entry_key(name)] = value


def months_key() -> str:
    """The key of the table of staff by month."""
    return f"{MONTHS}:{st.session_state.get(MONTHS, 0)}"


def keep_entries(values: Mapping[str, Any]) -> None:
    """Keep what the form says, for the page of the firm."""
    st.session_state[ENTRIES] = dict(values)


def entries() -> Mapping[str, Any] | None:
    """What the form says."""
    kept: Mapping[str, Any] | None = st.session_state.get(ENTRIES)
    return kept


def opened() -> int | None:
    """The row of the table that was just opened."""
    click = st.session_state.get(OPENED)
    return None if click is None else int(click["row"])


def forget_day() -> None:
    """Put today into the form: the common date may be the one that no rules cover."""
    st.session_state[entry_key("application_date")] = date.today()


# --- plan, year, field ---

PLAN_BY, PLAN_SCORE, PLAN_INCOME, PLAN_RENEWS = "plan-by", "plan-score", "plan-income:", "renews"
IF_MOVED, IF_GIVEN = "if-more:", "if-given:"
YEAR, TARGET, ALREADY, ADVISER_DAYS = "year", "target", "already", "days"
CHANCES_BY, SHARES_BY = "chances-by", "shares-by"
SUPPORTED = "supported"
PRODUCT = "product"


def moved_key(lever: str) -> str:
    """The key of how much more of something is tried for the firm in the address."""
    return f"{IF_MOVED}{chosen_firm()}:{lever}"


def given_key(field_id: str) -> str:
    """The key of what a blank of the firm in the address is tried to be."""
    return f"{IF_GIVEN}{chosen_firm()}:{field_id}"


def tried(key: str) -> Any:
    """What is being tried under a key; None where nothing is."""
    return st.session_state.get(key)


def try_out(values: Mapping[str, Any]) -> None:
    """Put values under the keys of what is tried; all else that is tried is taken back."""
    for key in [key for key in st.session_state if str(key).startswith((IF_MOVED, IF_GIVEN))]:
        st.session_state[key] = None
    st.session_state.update(values)


def opened_support() -> int | None:
    """The row of the firms to support that was just opened."""
    click = st.session_state.get(SUPPORTED)
    return None if click is None else int(click["row"])
