"""The address of a page: its query parameters, and the widgets that set them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from eligibility.app import session
from eligibility.app.self_assessment.form_state import DRAFT, draft
from eligibility.app.web import cookies
from eligibility.domain.text import Message
from eligibility.store.inbox import Origin

FIRM = "firm"
#: in the address: where the firm was met; a file unless said
SOURCE = "of"
FILE, REGISTERED = "file", "register"
#: what a form that was sent came to
SAID = "said"


def chosen_firm() -> str | None:
    """The firm in the address."""
    return st.query_params.get(FIRM)


def source() -> str:
    """Where the firm of this page was met: as the address says, else the draft that is open."""
    source_id = st.query_params.get(SOURCE)
    if source_id in (REGISTERED, DRAFT):
        return source_id
    return DRAFT if draft() is not None and not chosen_firm() else FILE


def form_message() -> Message | None:
    """The sentence in the address about what a form did; None without one."""
    return cookies.signed_message(st.query_params.get(SAID))


def here() -> str:
    """The address of this page, to come back to in the language chosen.

    The address itself may not name it: a page that the bar led to begins without a query.
    """
    path = urlsplit(st.context.url or "").path or "/"
    chosen = named_language()
    pairs = {name: value for name, value in st.query_params.items() if name != SAID}
    pairs |= {session.LANGUAGE: chosen} if chosen else {}
    return f"{path}?{urlencode(pairs)}" if pairs else path


#: what a firm sent, as ``draft:3``
ORIGIN = "of-firm"


def origin() -> Origin | None:
    """What a firm sent, by the address; None where it names none."""
    kind, _, number = st.query_params.get(ORIGIN, "").partition(":")
    if kind not in ("draft", "submission") or not number.isascii() or not number.isdecimal():
        return None
    return Origin("draft" if kind == "draft" else "submission", int(number[:9]))


def follow_language(names: Mapping[str, str], usual: str) -> None:
    """Speak the language that the address names, by its id or its own name; the usual one at first.

    Streamlit's own binding of a widget to the address refuses every ``st.switch_page`` after it,
    so the widget is set here and the address by :func:`put_language`.
    """
    wanted = st.query_params.get(session.LANGUAGE, "")
    by_name = {name: language_id for language_id, name in names.items()} | {
        each: each for each in names
    }
    if wanted in by_name and st.session_state.get(session.NAMED_LANGUAGE) != wanted:
        st.session_state[session.NAMED_LANGUAGE] = wanted
        st.session_state[session.LANGUAGE] = by_name[wanted]
    # not the widget's own state, which Streamlit drops where a page turns to another
    st.session_state[session.LANGUAGE_CHOICE] = st.session_state.setdefault(session.LANGUAGE, usual)


def named_language() -> str:
    """What the address calls the language chosen, though it may not name it; empty without one."""
    return str(st.session_state.get(session.NAMED_LANGUAGE, ""))


def put_language() -> None:
    """Speak the language that was chosen, and let the address name it."""
    chosen = st.session_state[session.LANGUAGE] = st.session_state[session.LANGUAGE_CHOICE]
    st.session_state[session.NAMED_LANGUAGE] = chosen
    set_query(session.LANGUAGE, chosen)


#: in the address of a self-assessment: which one, for the browser that opened it, and its step
DRAFT_ID, STEP = "draft", "step"


def draft_query(step: str = "") -> dict[str, str]:
    """What the address of a page says of the self-assessment that is open."""
    open_draft = draft()
    query = {}
    if open_draft is not None and open_draft.id is not None:
        query = {DRAFT_ID: str(open_draft.id)}
    elif open_draft is not None and open_draft.key is None:
        query = {DRAFT_ID: open_draft.template}
    query |= {STEP: step} if step else {}
    chosen = named_language()
    return query | ({session.LANGUAGE: chosen} if chosen else {})


def show_in_address(query: dict[str, str]) -> None:
    """Let the address say this as well, with one entry in the browser's history."""
    whole = {name: st.query_params[name] for name in st.query_params}
    if whole != whole | query:
        st.query_params.from_dict(whole | query)


ASK = "ask:"
#: the parts of the address that the list of firms reads
TEXT, DISTRICT, CARRIER, INDUSTRY = "text", "district", "carrier", "industry"
STAGE, VERDICT, ADVISER, ORDER, ROWS = "stage", "verdict", "adviser", "order", "rows"
GAP, SCORE, CHANCE, BATCH, EXPIRY = "gap", "score", "chance", "batch", "expires"
COLUMNS, CARRIER_KIND = "columns", "carrier-kind"
ASKED = (
    TEXT, DISTRICT, CARRIER, INDUSTRY, STAGE, VERDICT, ADVISER, GAP, SCORE, CHANCE, BATCH, EXPIRY,
    CARRIER_KIND, ORDER, COLUMNS, ROWS,
)  # fmt: skip
TAB, YEAR, IMPORT, GROUP, KIND, PAIRS = "tab", "year", "import", "by", "kind", "pairs"
CHIP = "chip:"
PERSON = "person"
VIEW, VIEW_NAME = "view", "view-name"
LAST_LIST = "last-list"


def list_query() -> Mapping[str, str]:
    """The address, as a list of firms reads it."""
    return {name: st.query_params[name] for name in st.query_params}


def query_number(name: str) -> int | None:
    """A number in the address; None for anything else."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def query_widget_key(name: str, value: Any) -> str:
    """The key of the widget for a part of the address, which the address sets.

    Streamlit's own binding keeps the words shown, so that a link loses its filter in the other
    language; here the address keeps what is meant.
    """
    st.session_state[f"{ASK}{name}"] = value
    return f"{ASK}{name}"


def set_query_from_widget(name: str) -> None:
    """Put what a widget says into the address; another question starts at its first rows."""
    set_query(name, st.session_state.get(f"{ASK}{name}"))
    if name in (*ASKED, KIND):
        set_query(ROWS, None)


def set_columns_from_widget() -> None:
    """Put the columns chosen into the address, in the order in which they were chosen."""
    set_query(COLUMNS, ",".join(st.session_state.get(f"{ASK}{COLUMNS}") or ()))


def clear_query(*names: str) -> None:
    """Ask no longer for these parts of the address; the list starts at its first rows."""
    for name in (*names, ROWS):
        set_query(name, None)


def chip_key(name: str) -> str:
    """The key of what takes that part of the address off."""
    return f"{CHIP}{name}"


def page_key(page: int) -> str:
    """The key of the pages of a list; the address says which one is open."""
    return f"{ASK}{ROWS}:{page}"


def turn_page(key: str) -> None:
    """Put the page that was chosen into the address."""
    set_query(ROWS, st.session_state[key])


def set_query(name: str, value: Any) -> None:
    """Set a part of the address, or take it away."""
    if value in (None, ""):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(value)


def keep_list() -> None:
    """Keep what the list of firms was asked, for the way back to it."""
    st.session_state[LAST_LIST] = {name: st.query_params[name] for name in ASKED
                                   if name in st.query_params}  # fmt: skip


def last_list() -> dict[str, str]:
    """What the list of firms was last asked."""
    query: dict[str, str] = st.session_state.get(LAST_LIST, {})
    return query


def open_view(states: Mapping[int, Mapping[str, str]]) -> None:
    """Put the saved view that was chosen into the address."""
    view = states.get(st.session_state.get(VIEW) or 0)
    for name in ASKED if view is not None else ():
        set_query(name, (view or {}).get(name))
    st.session_state[VIEW] = None


def view_name() -> str:
    """The name typed for a view to save."""
    return str(st.session_state.get(VIEW_NAME) or "").strip()
