"""Every key of the session and of the address, and nothing else names one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

import streamlit as st

from eligibility.app.drafts import Draft
from eligibility.app.web import cookies
from eligibility.language import Language, language_named
from eligibility.language import language as language_of_tag
from eligibility.vocabulary import Field, Message

if TYPE_CHECKING:
    from eligibility.readiness.training import Trained

LANGUAGE = "lang"
FIRM = "firm"
#: in the address: where the firm was met; a file unless said
SOURCE = "of"
FILE, REGISTERED = "file", "register"
UPLOADER = "uploader"
UPLOAD = "upload"
OPENED = "opened"
BY_NAME = "by-name"
DAY = "day"
UNIT = "unit"
SHEET = "sheet:"
FILTER_VERDICT, FILTER_DISTRICT, FILTER_TEXT = "verdict", "district", "search"
SORT, PAGE = "sort", "page"
EDITION = "edition"
ENTRY = "entry:"
TYPED_LIST = "list:"
MONTHS = "months"
#: what a form that was sent came to
SAID = "said"
TRAIL = "trail"
DRAFT = "draft"
CODE = "return code"
SHARED_WITH, CONSENT = "shared-with", "consent"
MoneyUnit = Literal["CNY", "10k CNY", "100m CNY"]
T = TypeVar("T")


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
    given = uploaded(UPLOADER)
    if given is None:
        forget_upload()
    else:
        st.session_state[UPLOAD] = given


def uploaded(key: str) -> Upload | None:
    """The file that stands in the uploader of that key."""
    given = st.session_state.get(key)
    return None if given is None else as_upload(given)


def as_upload(given: Any) -> Upload:
    """What a widget was given, with a name for its content."""
    content = given.getvalue()
    return Upload(given.name, content, blake2b(content, digest_size=16).hexdigest())


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


def source() -> str:
    """Where the firm of this page was met: as the address says, else the draft that is open."""
    asked = st.query_params.get(SOURCE)
    if asked in (REGISTERED, DRAFT):
        return asked
    return DRAFT if draft() is not None and not chosen_firm() else FILE


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
    try_out({})
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
    return f"{TYPED_LIST}{kind}:{opened.visit if opened else 0}"


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


def go(step: str, field_id: str = "") -> None:
    """Turn to a step of the draft, or to a field in it, with everything typed so far."""
    opened = draft()
    if opened is not None:
        collect()
        opened.turn(step)
        opened.sought = (field_id, opened.visit)
        _forget_inputs()


def fill_in(field_id: str, text: str, fields: Mapping[str, Field]) -> None:
    """Put a text into a field of the draft and turn to it."""
    opened = draft()
    if opened is not None:
        go(fields[field_id].section, field_id)
        opened.type(field_id, text)


def chosen_carrier() -> int | None:
    """The carrier that the draft may be shared with."""
    number: int | None = st.session_state.get(SHARED_WITH)
    return number


def _forget_inputs() -> None:
    for key in [key for key in st.session_state if str(key).startswith((ENTRY, TYPED_LIST))]:
        del st.session_state[key]


def replace_list(kind: str, rows: list[dict[str, str]]) -> None:
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


def said() -> Message | None:
    """The sentence in the address about what a form did; None without one."""
    return cookies.said(st.query_params.get(SAID))


def here() -> str:
    """The address of this page, to come back to."""
    path = urlsplit(st.context.url or "").path or "/"
    asked = urlencode([(name, value) for name, value in st.query_params.items() if name != SAID])
    return f"{path}?{asked}" if asked else path


def trail_before() -> int | None:
    """Below which line the audit trail is shown; None: from its latest."""
    line: int | None = st.session_state.get(TRAIL)
    return line


def turn_trail(before: int | None) -> None:
    """Show the audit trail below a line."""
    st.session_state[TRAIL] = before


# --- staff: what the address asks of a list, what was just done, what is being edited ---

ASK = "ask:"
#: the parts of the address that the list of firms reads
TEXT, DISTRICT, CARRIER, INDUSTRY = "text", "district", "carrier", "industry"
STAGE, VERDICT, ADVISER, ORDER, ROWS = "stage", "verdict", "adviser", "order", "rows"
ASKED = (TEXT, DISTRICT, CARRIER, INDUSTRY, STAGE, VERDICT, ADVISER, ORDER, ROWS)
TAB, YEAR, IMPORT, GROUP = "tab", "year", "import", "by"
NEWS = "news"
PERSON, OUT = "person", "out"
CHIP = "chip:"
LOADED = "loaded:"
VIEW, VIEW_NAME = "view", "view-name"
LIST, LAST_LIST = "list", "last-list"
VISITED, GROUPED, DUE_NEXT = "visited", "grouped", "due-next"
EVERY, TO_ADVISER, TO_STAGE = "every", "to-adviser", "to-stage"
GIVE, SET_STAGE = "give", "set-stage"
SIGN_IN, END_SIGN_IN = "sign-in", "end-sign-in"
OUTCOMES, LATEST, EARLIER = "outcomes-file", "latest", "earlier"
SOUGHT, REGISTER = "sought", "register"
TASK, NOTE, PAPER, REMARK = "task", "note", "paper", "remark"


def asked() -> Mapping[str, str]:
    """The address, as a list of firms reads it."""
    return {name: st.query_params[name] for name in st.query_params}


def asked_number(name: str) -> int | None:
    """A number in the address; None for anything else."""
    given = st.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def ask_key(name: str, value: Any) -> str:
    """The key of the widget for a part of the address, which the address sets.

    Streamlit's own binding keeps the words shown, so that a link loses its filter in the other
    language; here the address keeps what is meant.
    """
    st.session_state[f"{ASK}{name}"] = value
    return f"{ASK}{name}"


def ask(name: str) -> None:
    """Put what a widget says into the address; another question starts at its first rows."""
    put(name, st.session_state.get(f"{ASK}{name}"))
    if name in ASKED:
        put(ROWS, None)


def take_off(*names: str) -> None:
    """Ask no longer for these parts of the address; the list starts at its first rows."""
    for name in (*names, ROWS):
        put(name, None)


def chip_key(name: str) -> str:
    """The key of what takes that part of the address off."""
    return f"{CHIP}{name}"


def page_key(page: int) -> str:
    """The key of the pages of a list; the address says which one is open."""
    return f"{ASK}{ROWS}:{page}"


def turn_page(key: str) -> None:
    """Put the page that was chosen into the address."""
    put(ROWS, st.session_state[key])


def put(name: str, value: Any) -> None:
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
    kept: dict[str, str] = st.session_state.get(LAST_LIST, {})
    return kept


def open_view(states: Mapping[int, Mapping[str, str]]) -> None:
    """Put the saved view that was chosen into the address."""
    held = states.get(st.session_state.get(VIEW) or 0)
    for name in ASKED if held is not None else ():
        put(name, (held or {}).get(name))
    st.session_state[VIEW] = None


def view_name() -> str:
    """The name typed for a view to save."""
    return str(st.session_state.get(VIEW_NAME) or "").strip()


def chosen(key: str) -> Any:
    """What a widget with a key of its own says."""
    return st.session_state.get(key)


def open_key(table: str) -> str:
    """The key of the buttons that open the rows of a table."""
    return f"{table}-open"


def opened_of(table: str, named: Sequence[T]) -> T | None:
    """What the row stands for whose button was just pressed.

    The rows may have moved since they were drawn, so what was drawn is what was meant.
    """
    drawn: Sequence[T] = st.session_state.get(f"{table}-drawn", ())
    st.session_state[f"{table}-drawn"] = list(named)
    click = st.session_state.get(open_key(table))
    return None if click is None or click["row"] >= len(drawn) else drawn[click["row"]]


def ticks_key(named: Sequence[int]) -> str:
    """The key of a list with these firms: ticks never pass to rows of other firms."""
    return f"{LIST}:{hash(tuple(named))}"


def register_key() -> str:
    """The key of the uploader of registers; another one after each file that was recorded."""
    return f"{REGISTER}:{st.session_state.get(REGISTER, 0)}"


def forget_register() -> None:
    """Let the register go: its outcomes are recorded."""
    st.session_state[REGISTER] = st.session_state.get(REGISTER, 0) + 1


def signed_out(person: str | None) -> bool:
    """Whether whoever looked at this tab is signed out; what that person left in it is forgotten.

    ``person`` names who looks now, None for a visitor.
    """
    before = st.session_state.get(PERSON)
    if before not in (None, person):
        for name in [name for name in st.session_state if name != LANGUAGE]:
            del st.session_state[name]
        st.session_state[OUT] = person is None
    if person is not None:
        st.session_state[PERSON] = person
    return bool(st.session_state.get(OUT))


def tell(news: Message, refused: bool = False) -> None:
    """Keep a sentence for the next drawing of the page."""
    st.session_state[NEWS] = (news, refused)


def news() -> tuple[Message, bool] | None:
    """The sentence kept, once."""
    kept: tuple[Message, bool] | None = st.session_state.pop(NEWS, None)
    return kept


def loaded(what: str, load: Callable[[], T]) -> T:
    """What is being edited, as it was first loaded, until it is stored or let go."""
    key = f"{LOADED}{what}"
    if key not in st.session_state:
        st.session_state[key] = load()
    kept: T = st.session_state[key]
    return kept


def let_go(what: str) -> None:
    """Load anew what was being edited."""
    st.session_state.pop(f"{LOADED}{what}", None)


# --- the model ---
PAST, NEW_OUTCOMES = "past", "new-outcomes"
LESSONS, LEARNING = "lessons", "learning"
TRAINED, REPLACED = "trained", "replaced"


def keep_file(key: str) -> None:
    """Keep what the uploader of that key holds, as it forgets it on the next page."""
    given = uploaded(key)
    if given is not None:
        st.session_state[f"{UPLOAD}:{key}"] = given


def file(key: str) -> Upload | None:
    """The file kept under that key."""
    kept: Upload | None = st.session_state.get(f"{UPLOAD}:{key}")
    return kept


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


def keep_trained(trained: Trained) -> None:
    """Keep a model that was trained until it is taken or thrown away."""
    st.session_state[TRAINED] = trained


def new_model() -> Trained | None:
    """The model that was trained and not taken yet."""
    kept: Trained | None = st.session_state.get(TRAINED)
    return kept


def forget_trained(replaced: bool = False) -> None:
    """Let it go; ``replaced``: it stands in the place of the other."""
    st.session_state.pop(TRAINED, None)
    st.session_state[REPLACED] = replaced


def just_replaced() -> bool:
    """Whether the model was replaced a moment ago; said once."""
    return bool(st.session_state.pop(REPLACED, False))


# --- plan, year, field ---

PLAN_BY, PLAN_SCORE, PLAN_INCOME, PLAN_RENEWS = "plan-by", "plan-score", "plan-income:", "renews"
PLAN_READY = "plan-readiness"
IF_MOVED, IF_GIVEN = "if-more:", "if-given:"
YEAR, TARGET, ALREADY, ADVISER_DAYS = "year", "target", "already", "days"
CHANCES_BY, SHARES_BY = "chances-by", "shares-by"
SUPPORTED = "supported"
FIRMS_OF, POOL_STAGES, AIM = "firms-of", "pool-stages", "aim"
PRODUCT = "product"


def moved_key(firm: str, lever: str) -> str:
    """The key of how much more of something is tried for the firm of that key."""
    return f"{IF_MOVED}{firm}:{lever}"


def given_key(firm: str, field_id: str) -> str:
    """The key of what a blank of the firm of that key is tried to be."""
    return f"{IF_GIVEN}{firm}:{field_id}"


def tried(key: str) -> Any:
    """What is being tried under a key; None where nothing is."""
    return st.session_state.get(key)


def try_out(values: Mapping[str, Any]) -> None:
    """Put values under the keys of what is tried; all else that is tried is taken back."""
    for key in [key for key in st.session_state if str(key).startswith((IF_MOVED, IF_GIVEN))]:
        st.session_state[key] = None
    st.session_state.update(values)


def target_key(goal: int | None) -> str:
    """The key of the target tried in place of the register's own, which begins anew when it is set."""
    return TARGET if goal is None else f"{TARGET}:{goal}"


def stages_key(usual: Sequence[str]) -> str:
    """The key of the stages counted, where these are the usual ones."""
    return f"{POOL_STAGES}:{len(usual)}"


def record_key(year: int) -> str:
    """The key of the button that records the applications of a year."""
    return f"record-applied:{year}"


def opened_support() -> int | None:
    """The row of the firms to support that was just opened."""
    click = st.session_state.get(SUPPORTED)
    return None if click is None else int(click["row"])
