"""The session: its keys, and what it holds from one drawing of a page to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import streamlit as st

from eligibility.domain.text import Message

if TYPE_CHECKING:
    from eligibility.readiness.training import TrainingResult


LANGUAGE = "lang"
#: the widget that chooses it, and the choice that the address named last
LANGUAGE_CHOICE, NAMED_LANGUAGE = "language-choice", "named-language"
LANGUAGE_KEYS = (LANGUAGE, LANGUAGE_CHOICE, NAMED_LANGUAGE)
UPLOADER = "uploader"
UPLOAD = "upload"
OPENED = "opened"
BY_NAME = "by-name"
DAY = "day"
UNIT = "unit"
SHEET = "sheet:"
BLANK_BAD_CELLS = "blank-bad-cells"
FILTER_VERDICT, FILTER_DISTRICT, FILTER_TEXT = "verdict", "district", "search"
SORT, PAGE = "sort", "page"
EDITION = "edition"
TRAIL = "trail"
MoneyUnit = Literal["CNY", "1k CNY", "10k CNY", "100m CNY"]
T = TypeVar("T")


@dataclass(frozen=True)
class Upload:
    """A file as it came; ``digest`` names its content."""

    name: str
    content: bytes
    digest: str


def chosen_language() -> str | None:
    """The name of the language that somebody chose on the page; None where nobody did."""
    chosen: str | None = st.session_state.get(LANGUAGE)
    return chosen


def keep_upload() -> None:
    """Keep the uploaded file, as its widget forgets it on the next page; or let it go."""
    file = uploaded_file(UPLOADER)
    if file is None:
        forget_upload()
    else:
        st.session_state[UPLOAD] = file


def uploaded_file(key: str) -> Upload | None:
    """The file that stands in the uploader of that key."""
    value = st.session_state.get(key)
    return None if value is None else as_upload(value)


def as_upload(file: Any) -> Upload:
    """What a widget was given, with a name for its content."""
    content = file.getvalue()
    return Upload(file.name, content, blake2b(content, digest_size=16).hexdigest())


def upload() -> Upload | None:
    """The file kept."""
    upload: Upload | None = st.session_state.get(UPLOAD)
    return upload


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


def blank_bad_cells() -> bool:
    """Whether a row with a cell that cannot be read is taken with that cell blank."""
    return bool(st.session_state.get(BLANK_BAD_CELLS))


def sheet_key(upload: Upload) -> str:
    """The key of the choice among the sheets of a workbook."""
    return f"{SHEET}{upload.digest}"


def sheet(upload: Upload) -> str | None:
    """The sheet chosen; None: the one whose header is recognised."""
    name: str | None = st.session_state.get(sheet_key(upload))
    return name


def opened_row() -> int | None:
    """The row of the table that was just opened."""
    click = st.session_state.get(OPENED)
    return None if click is None else int(click["row"])


def trail_before() -> int | None:
    """Below which line the audit trail is shown; None: from its latest."""
    line: int | None = st.session_state.get(TRAIL)
    return line


def turn_trail(before: int | None) -> None:
    """Show the audit trail below a line."""
    st.session_state[TRAIL] = before


NEWS = "news"
PERSON, OUT = "person", "out"
LOADED = "loaded:"
LIST = "list"
VISITED, GROUPED, DUE_NEXT = "visited", "grouped", "due-next"
CALLS, NEAR, TEAM, UNASSIGNED = "calls", "near", "team", "unassigned"
ASSUMPTIONS, SAVE_ASSUMPTIONS, ASSUMPTION_GROUP = "assumed", "save-assumed", "assumption-group"
ADD_TARGET, ADD_BATCH, ADD_WEIGHT = "add-target", "add-batch", "add-weight"
VISIT, TEMPLATE, TEMPLATE_STAGES = "visit", "template", "template-stages"
EVERY, TO_ADVISER, TO_STAGE = "every", "to-adviser", "to-stage"
GIVE, SET_STAGE = "give", "set-stage"
SIGN_IN, END_SIGN_IN = "sign-in", "end-sign-in"
END_TOKEN = "end-token"
OUTCOMES, LATEST, EARLIER = "outcomes-file", "latest", "earlier"
SOUGHT, REGISTER = "sought", "register"
PUBLISHED = "published"
TASK, NOTE, PAPER, REMARK = "task", "note", "paper", "remark"
CERTIFIED = "certified"


def widget_value(key: str) -> Any:
    """What a widget with a key of its own says."""
    return st.session_state.get(key)


def put_widget_value(key: str, value: Any) -> None:
    """Let a widget say something else; only before it is drawn, as in a callback."""
    st.session_state[key] = value


def is_drawn(name: str, is_open: bool) -> bool:
    """Whether what a section holds is drawn: from its first opening in the session on."""
    if is_open:
        st.session_state[f"drawn:{name}"] = True
    return bool(st.session_state.get(f"drawn:{name}"))


def open_key(table: str) -> str:
    """The key of the buttons that open the rows of a table."""
    return f"{table}-open"


def pressed_row(table: str, records: Sequence[T]) -> T | None:
    """What the row stands for whose button was just pressed.

    The rows may have moved since they were drawn, so what was drawn is what was meant.
    """
    drawn: Sequence[T] = st.session_state.get(f"{table}-drawn", ())
    st.session_state[f"{table}-drawn"] = list(records)
    click = st.session_state.get(open_key(table))
    return None if click is None or click["row"] >= len(drawn) else drawn[click["row"]]


def ticks_key(ids: Sequence[int]) -> str:
    """The key of a list with these firms: ticks never pass to rows of other firms."""
    return f"{LIST}:{hash(tuple(ids))}"


def decisions_key(import_id: int, kind: str, places: Sequence[int]) -> str:
    """The key of a table of rows of an import to decide of: edits never pass to other rows."""
    return f"decide:{import_id}:{kind}:{hash(tuple(places))}"


def merge_key(firm_id: int) -> str:
    """The key of what is typed to find another file of a firm."""
    return f"merge-with:{firm_id}"


def carriers_key(import_id: int) -> str:
    """The key of the tick that lets an import make carriers."""
    return f"new-carriers:{import_id}"


def register_key() -> str:
    """The key of the uploader of registers; another one after each file that was recorded."""
    return f"{REGISTER}:{st.session_state.get(REGISTER, 0)}"


def forget_register() -> None:
    """Let the register go: its outcomes are recorded."""
    st.session_state[REGISTER] = st.session_state.get(REGISTER, 0) + 1


def published_key(part: str) -> str:
    """The key of a field of a published list; another one after each list that was recorded."""
    return f"{PUBLISHED}:{part}:{st.session_state.get(PUBLISHED, 0)}"


def forget_published() -> None:
    """Let the list go: it is recorded."""
    st.session_state[PUBLISHED] = st.session_state.get(PUBLISHED, 0) + 1


def signed_out(person: str | None) -> bool:
    """Whether whoever looked at this tab is signed out; what that person left in it is forgotten.

    ``person`` names who looks now, None for a visitor.
    """
    before = st.session_state.get(PERSON)
    if before not in (None, person):
        for name in [name for name in st.session_state if name not in LANGUAGE_KEYS]:
            del st.session_state[name]
        st.session_state[OUT] = person is None
    if person is not None:
        st.session_state[PERSON] = person
    return bool(st.session_state.get(OUT))


def flash(news: Message, is_refusal: bool = False) -> None:
    """Keep a sentence for the next drawing of the page."""
    st.session_state[NEWS] = (news, is_refusal)


def take_flash() -> tuple[Message, bool] | None:
    """The sentence kept, once."""
    news: tuple[Message, bool] | None = st.session_state.pop(NEWS, None)
    return news


def edit_copy(what: str, load: Callable[[], T]) -> T:
    """What is being edited, as it was first loaded, until it is stored or let go."""
    key = f"{LOADED}{what}"
    if key not in st.session_state:
        st.session_state[key] = load()
    copy: T = st.session_state[key]
    return copy


def discard_edit(what: str) -> None:
    """Load anew what was being edited."""
    st.session_state.pop(f"{LOADED}{what}", None)


PAST, NEW_OUTCOMES = "past", "new-outcomes"
LESSONS, LEARNING = "lessons", "learning"
TRAINED, REPLACED = "trained", "replaced"


def keep_file(key: str) -> None:
    """Keep what the uploader of that key holds, as it forgets it on the next page."""
    file = uploaded_file(key)
    if file is not None:
        st.session_state[f"{UPLOAD}:{key}"] = file


def file(key: str) -> Upload | None:
    """The file kept under that key."""
    upload: Upload | None = st.session_state.get(f"{UPLOAD}:{key}")
    return upload


def forget_file(key: str) -> None:
    """Ask for another file."""
    st.session_state.pop(f"{UPLOAD}:{key}", None)


def unit_key(key: str) -> str:
    """The key of the unit declared for the file kept under that key."""
    return f"{UNIT}:{key}"


def file_unit(key: str) -> MoneyUnit | None:
    """The unit declared for the file kept under that key."""
    unit: MoneyUnit | None = st.session_state.get(unit_key(key))
    return unit


def keep_trained(result: TrainingResult) -> None:
    """Keep a model that was trained until it is taken or thrown away."""
    st.session_state[TRAINED] = result


def new_model() -> TrainingResult | None:
    """The model that was trained and not taken yet."""
    result: TrainingResult | None = st.session_state.get(TRAINED)
    return result


def forget_trained(by_another: bool = False) -> None:
    """Let it go; ``by_another``: it stands in the place of the other."""
    st.session_state.pop(TRAINED, None)
    st.session_state[REPLACED] = by_another


def just_replaced() -> bool:
    """Whether the model was replaced a moment ago; said once."""
    return bool(st.session_state.pop(REPLACED, False))


PLAN_BY, PLAN_SCORE, PLAN_INCOME, PLAN_RENEWS = "plan-by", "plan-score", "plan-income:", "renews"
PLAN_READY = "plan-readiness"
IF_MOVED, IF_GIVEN = "if-more:", "if-given:"
TARGET, ALREADY, ADVISER_DAYS = "target", "already", "days"
CHANCES_BY, SHARES_BY = "chances-by", "shares-by"
SUPPORTED = "supported"
FIRMS_OF, AIM = "firms-of", "aim"
PRODUCT, ASKED_PRODUCT = "product", "asked-product"


def moved_key(firm: str, lever: str) -> str:
    """The key of how much more of something is tried for the firm of that key."""
    return f"{IF_MOVED}{firm}:{lever}"


def given_key(firm: str, field_id: str) -> str:
    """The key of what a blank of the firm of that key is tried to be."""
    return f"{IF_GIVEN}{firm}:{field_id}"


def what_if_value(key: str) -> Any:
    """What is being tried under a key; None where nothing is."""
    return st.session_state.get(key)


def set_what_if(values: Mapping[str, Any]) -> None:
    """Put values under the keys of what is tried; all else that is tried is taken back."""
    for key in [key for key in st.session_state if str(key).startswith((IF_MOVED, IF_GIVEN))]:
        st.session_state[key] = None
    st.session_state.update(values)


def target_key(goal: int | None) -> str:
    """The key of the target tried in place of the register's own, which begins anew when it is set."""
    return TARGET if goal is None else f"{TARGET}:{goal}"


def record_key(year: int) -> str:
    """The key of the button that records the applications of a year."""
    return f"record-applied:{year}"


def opened_support() -> int | None:
    """The row of the firms to support that was just opened."""
    click = st.session_state.get(SUPPORTED)
    return None if click is None else int(click["row"])


LINK = "link:"
DECIDE, ANSWER = "decide", "answer"


def set_all(keys: Sequence[str], value: Any) -> None:
    """Give the widgets of these keys one value."""
    for key in keys:
        st.session_state[key] = value


def keep_link(subject: str, link_id: int, url: str) -> None:
    """Keep the address of a link that was just made, to be shown while its page is open."""
    st.session_state[f"{LINK}{subject}"] = (link_id, url)


def new_link(subject: str) -> tuple[int, str] | None:
    """The id and the address of the link made last for a subject, in this session."""
    made: tuple[int, str] | None = st.session_state.get(f"{LINK}{subject}")
    return made


def forget_link(subject: str, link_id: int) -> None:
    """Show the address of a link no longer: it was revoked."""
    made = new_link(subject)
    if made is not None and made[0] == link_id:
        del st.session_state[f"{LINK}{subject}"]


def ask_product() -> None:
    """Look for the technical field of the product that is described now."""
    st.session_state[ASKED_PRODUCT] = str(st.session_state.get(PRODUCT) or "").strip()


def asked_product() -> str:
    """The description that was looked for last; empty at first."""
    return str(st.session_state.get(ASKED_PRODUCT, ""))
