"""Every key of the session and of the address, and nothing else names one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Literal

import streamlit as st

from eligibility.app.drafts import Draft
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
LIST = "list:"
MONTHS = "months"
DRAFT = "draft"
CODE = "return code"
CARRIER, CONSENT = "carrier", "consent"
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


def opened() -> int | None:
    """The row of the table that was just opened."""
    click = st.session_state.get(OPENED)
    return None if click is None else int(click["row"])


def draft() -> Draft | None:
    """The self-assessment that is open in this session."""
    kept: Draft | None = st.session_state.get(DRAFT)
    return kept


def open_draft(opened: Draft | None) -> None:
    """Open a self-assessment in place of the one that is open, or none."""
    _forget_inputs()
    st.session_state[DRAFT] = opened
    st.session_state.pop(CODE, None)


def typed_code() -> str:
    """The return code in the input."""
    return str(st.session_state.get(CODE) or "").strip()


def entry_key(field_id: str) -> str:
    """The key of one input of the form."""
    return f"{ENTRY}{field_id}"


def hold(field_id: str, text: str) -> None:
    """Give an input what the draft says, before it is drawn."""
    st.session_state.setdefault(entry_key(field_id), text)


def list_key(kind: str) -> str:
    """The key of the table of a list; another for every time it is opened."""
    opened = draft()
    return f"{LIST}{kind}:{opened.visit if opened else 0}"


def months_key() -> str:
    """The key of the table of staff by month."""
    opened = draft()
    return f"{MONTHS}:{opened.visit if opened else 0}"


def enter(values: Mapping[str, str]) -> None:
    """Put values into inputs of the form; the others stay."""
    for name, value in values.items():
        st.session_state[entry_key(name)] = value


def collect() -> None:
    """Take what is typed into the inputs and tables drawn last into the draft."""
    opened = draft()
    if opened is None:
        return
    for key, value in st.session_state.items():
        if str(key).startswith(ENTRY):
            opened.type(str(key).removeprefix(ENTRY), value)
    for kind in opened.lists:
        changes = st.session_state.get(list_key(kind))
        if changes is None:
            # a table that was away, on another page, starts anew
            opened.begin(kind)
        else:
            opened.edit(kind, changes)
    spoken = language().id
    if opened.language != spoken:
        # other titles make other inputs and tables: let them start from what is held
        opened.language = spoken
        opened.turn(opened.step)
        _forget_inputs()


def go(step: str) -> None:
    """Turn to a step of the draft, with everything typed so far."""
    opened = draft()
    if opened is not None:
        collect()
        opened.turn(step)
        _forget_inputs()


def chosen_carrier() -> int | None:
    """The carrier that the draft may be shared with."""
    number: int | None = st.session_state.get(CARRIER)
    return number


def _forget_inputs() -> None:
    for key in [key for key in st.session_state if str(key).startswith((ENTRY, LIST))]:
        del st.session_state[key]


def put(kind: str, rows: list[dict[str, str]]) -> None:
    """Replace a list of the draft."""
    opened = draft()
    if opened is not None:
        collect()
        opened.put(kind, rows)


def forget_day() -> None:
    """Let the draft apply today: the day typed may be one that no rules cover."""
    opened = draft()
    if opened is not None:
        st.session_state.pop(entry_key("application_date"), None)
        opened.type("application_date", None)
