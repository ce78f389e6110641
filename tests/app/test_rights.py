"""Whoever is out is out: an open tab writes nothing, makes no file and shows nothing more."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

testing = pytest.importorskip("streamlit.testing.v1")

import streamlit as st  # noqa: E402
from sqlalchemy import update  # noqa: E402

from eligibility.app import cache  # noqa: E402
from eligibility.app.register.firms_query import assess_facts  # noqa: E402
from eligibility.app.web import cookies, routes  # noqa: E402
from eligibility.domain.errors import EligibilityError, NotAllowed  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.store import Repository, Role  # noqa: E402
from eligibility.store.schema import accounts, sign_in_attempts, sign_ins  # noqa: E402
from tests import accounts as tests_accounts  # noqa: E402
from tests import store_snapshot  # noqa: E402
from tests.firms import base  # noqa: E402
from tests.staff_pages import unfold  # noqa: E402
from tests.store.two_carriers import enter_old_stage  # noqa: E402
from tests.store_snapshot import Snapshot  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "eligibility" / "app"
CODES = ("91150105XNBU6HUA33", "91150100XNYLK3H19E")
SECRET = "甲秘密公司"
OUT = ("disabled", "signed out elsewhere", "demoted", "moved to another carrier")


class Office(NamedTuple):
    """A carrier with two firms and an adviser, who has a page open."""

    chief: Repository
    carrier: int
    other_carrier: int
    firms: list[int]
    adviser: int
    staged: int


class Files(list[tuple[str, Callable[[], Any]]]):
    """Label and maker of each file that the page drawn last offers."""


@pytest.fixture(scope="module")
def office_at_first(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Office, Snapshot]]:
    with pytest.MonkeyPatch.context() as patch:
        tests_accounts.own_store(tmp_path_factory.mktemp("office"), patch)
        office = open_office(patch)
        yield office, Snapshot(cache.engine())
        tests_accounts.forget()


@pytest.fixture
def office(office_at_first: tuple[Office, Snapshot]) -> Office:
    made, at_first = office_at_first
    at_first.put_back()
    return made


def open_office(patch: pytest.MonkeyPatch) -> Office:
    chief = tests_accounts.chief()
    carrier, other = (
        chief.administration.add_carrier("园区"),
        chief.administration.add_carrier("别的园区"),
    )
    chief.administration.add_account(
        "adviser",
        tests_accounts.PASSWORD,
        Role.ADVISER,
        name="顾问",
        carrier_id=carrier,
        once=False,
    )
    adviser = next(
        row["id"] for row in chief.administration.accounts() if row["login"] == "adviser"
    )
    firms = []
    for code, name in zip(CODES, (SECRET, "乙秘密公司"), strict=True):
        firm = chief.firms.add({"name": name, "uscc": code, "carrier_id": carrier})
        facts = base(application_date=date(2026, 5, 10), name=name, uscc=code, st_staff=8)
        chief.records.save_figures(firm, 2026, facts, 0)
        chief.records.add_assessment(firm, facts, assess_facts(facts, load_scheme()).record)
        firms.append(firm)
    chief.firms.set_stage(firms[:1], "ready")
    enter_old_stage(chief.engine, firms[1:], "applied")
    for number in range(5):
        chief.casework.add_task(firms[0], {"title": f"事项 {number}", "due_on": date(2027, 1, 1)})
    tests_accounts.send(tests_accounts.cookie("adviser"), patch)
    token = cookies.token(tests_accounts.cookie("adviser"))
    assert token
    signed = cache.accounts().signed_in(token)
    assert signed is not None
    mine = Repository(cache.engine(), signed.principal)
    mine.casework.save_view("view", {"q": "x"})
    row: dict[str, Any] = {"name": "丙", "application_date": date(2026, 5, 10)}
    staged = mine.imports.stage("f.csv", [(row, None)], rejects=[{"row": 7, "issues": []}])
    return Office(chief, carrier, other, firms, adviser, staged)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    kept, real = Files(), st.download_button

    def button(label: str, data: Any = None, **look: Any) -> Any:
        if callable(data):
            kept.append((label, data))
        return real(label, data=data, **look)

    monkeypatch.setattr(st, "download_button", button)
    return kept


def put_out(office: Office, how: str) -> None:
    """End, or change, what the adviser may do, while the page is open."""
    engine = cache.engine()
    match how:
        case "disabled":
            (row,) = [
                each
                for each in office.chief.administration.accounts()
                if each["id"] == office.adviser
            ]
            office.chief.administration.save_account(
                office.adviser, {"active": False}, row["version"]
            )
        case "signed out elsewhere":
            token = cache.accounts().sign_in("adviser", tests_accounts.PASSWORD)
            cache.accounts().sign_out(token, everywhere=True)
        case _:
            # the sign-in stays open: what counts is what the account says now
            values = {"role": "firm", "carrier_id": None} if how == "demoted" else {
                "carrier_id": office.other_carrier
            }  # fmt: skip
            with engine.begin() as connection:
                own = accounts.c.id == office.adviser
                connection.execute(update(accounts).where(own).values(values))


def opened(page: str, **query: object) -> Any:
    """A page as the adviser has it open."""
    app = testing.AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state["lang"] = "en"
    unfold(app, "columns", "bulk:False")
    app.run()
    app.switch_page(f"eligibility/app/{page}_page.py")
    for name, value in query.items():
        app.query_params[name.rstrip("_")] = str(value)
    app.run()
    assert not app.exception
    return app


def drawn(app: Any) -> str:
    parts = [*app.title, *app.header, *app.markdown, *app.info]
    return "\n".join([*(p.value for p in parts), *(p.proto.body for p in app.get("html"))])


def content() -> dict[str, list[Any]]:
    """Everything stored but who is signed in."""
    return store_snapshot.content(cache.engine(), sign_ins, sign_in_attempts, accounts)


def names_why(app: Any, how: str) -> None:
    """The page says that the person is out and shows the way in, or what is no longer allowed."""
    assert not app.exception
    said = drawn(app)
    if how in ("disabled", "signed out elsewhere"):
        assert "You are signed out" in said
        assert f'action="{routes.SIGN_IN}"' in said
    else:
        why = (
            ["Your role does not allow this."]
            if how == "demoted"
            else ["is not here", "changed meanwhile"]
        )
        assert any(each in said for each in why)
    assert SECRET not in said


# --- callbacks ---


def tick_five(app: Any) -> None:
    boxes = [each for each in app.checkbox if str(each.key).startswith("task:")]
    assert len(boxes) == 5
    for box in boxes:
        box.check()


def set_stage(app: Any) -> None:
    app.button(key="set-stage").click()


def press(label: str) -> Callable[[Any], None]:
    def do(app: Any) -> None:
        next(each for each in app.button if each.label == label).click()

    return do


def choose_paper(app: Any) -> None:
    app.get("button_group")[-1].set_value("received")
    [each for each in app.button if each.label == "Save"][-1].click()


def save_view(app: Any) -> None:
    app.text_input(key="view-name").input("mine")
    press("Save")(app)


def choose_columns(app: Any) -> None:
    columns = next(each for each in app.multiselect if each.label.startswith("Columns in"))
    columns.select(columns.options[1])


class Act(NamedTuple):
    """An act in an open page: where, what is done before and after the person is out."""

    page: str
    do: Callable[[Any], None]
    query: Callable[[Office], dict[str, object]] = lambda _: {}
    before: Callable[[Any], None] = lambda _: None


def of_firm(tab: str) -> Callable[[Office], dict[str, object]]:
    return lambda office: {"firm": office.firms[0], "tab": tab}


def every_nurtured(app: Any) -> None:
    app.checkbox(key="every").check().run()
    app.selectbox(key="to-stage").set_value("nurtured").run()


def type_note(app: Any) -> None:
    app.text_area[0].input("x")
    press("Add the note")(app)


ACTS = {
    "five tasks ticked": Act("register/firm", tick_five, of_firm("tasks")),
    "a stage set over two firms": Act("register/firms", set_stage, before=every_nurtured),
    "a document moved on": Act("register/firm", choose_paper, of_firm("documents")),
    "a note sent": Act("register/firm", type_note, of_firm("notes")),
    "a view saved": Act("register/firms", save_view),
    "columns of the list chosen": Act("register/firms", choose_columns),
    "a view forgotten": Act("register/firms", press("Forget “view”")),
    "an import discarded": Act(
        "register/import", press("Discard"), lambda office: {"import": office.staged}
    ),
    "an import confirmed": Act(
        "register/import", press("Confirm and store"), lambda office: {"import": office.staged}
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("act", "how"),
    [(act, how) for place, act in enumerate(ACTS) for how in (OUT if place < 2 else OUT[::2])],
)
def test_an_act_in_an_open_tab_of_somebody_who_is_out_writes_nothing(
    office: Office, act: str, how: str
) -> None:
    done = ACTS[act]
    app = opened(done.page, **done.query(office))
    done.before(app)
    put_out(office, how)
    before = content()
    done.do(app)
    app.run()
    assert content() == before
    names_why(app, how)


@pytest.mark.parametrize("act", ACTS)
def test_the_same_act_of_somebody_who_is_in_is_stored(office: Office, act: str) -> None:
    done = ACTS[act]
    app = opened(done.page, **done.query(office))
    done.before(app)
    before = content()
    done.do(app)
    app.run()
    assert content() != before


# --- files ---

FILES: dict[str, Callable[[Office], dict[str, object]]] = {
    "register/firms": lambda _: {},
    "register/firm": of_firm("tasks"),
    "register/import": lambda office: {"import": office.staged},
    "register/applications": lambda _: {},
    "year/year": lambda _: {},
    "screening/screening": lambda _: {},
    "firm/firm": lambda office: {"firm": office.firms[0], "of": "register"},
    "firm/plan": lambda office: {"firm": office.firms[0], "of": "register"},
}


@pytest.mark.parametrize("page", FILES)
def test_no_file_of_a_page_is_made_for_somebody_who_is_out(
    office: Office, files: Files, page: str
) -> None:
    opened(page, **FILES[page](office))
    offered = list(files)
    assert offered
    for how in OUT[::-1]:
        put_out(office, how)
        for label, make in offered:
            with pytest.raises(NotAllowed):
                print(label, how, len(make()))


def test_the_file_of_the_list_is_made_for_whoever_is_in(office: Office, files: Files) -> None:
    opened("register/firms", **FILES["register/firms"](office))
    assert SECRET in files[-2][1]().decode("utf-8-sig")


# --- what stays in the tab ---


@pytest.mark.parametrize("how", OUT)
@pytest.mark.parametrize("page", ["firm/firm", "firm/plan"])
def test_a_firm_of_the_register_is_gone_from_an_open_page_of_somebody_who_is_out(
    office: Office, page: str, how: str
) -> None:
    app = opened(page, **FILES[page](office))
    assert SECRET in drawn(app)
    put_out(office, how)
    app.run()
    assert SECRET not in drawn(app)
    assert "That is not here." in drawn(app)


def test_what_was_open_in_the_tab_of_somebody_who_is_out_is_forgotten(office: Office) -> None:
    app = opened("self_assessment/start")
    press("See an example")(app)
    app.run()
    assert app.session_state["draft"] is not None
    put_out(office, "disabled")
    app.run()
    assert "draft" not in app.session_state
    assert "You are signed out" in drawn(app)
    # the tab goes on as a visitor's, who loses nothing
    app.switch_page("eligibility/app/self_assessment/start_page.py").run()
    press("See an example")(app)
    app.run()
    app.run()
    assert app.session_state["draft"] is not None


def test_the_year_goes_on_for_others_when_the_one_who_asked_first_is_out(office: Office) -> None:
    """What is worked out beside the pages is worked out as nobody in particular."""
    mine = Repository(cache.engine(), office.chief.principal)
    cache.outlook(mine, 2026)
    office.chief.administration.add_account(
        "boss", tests_accounts.PASSWORD, Role.MANAGER, name="boss", once=False
    )
    token = cache.accounts().sign_in("boss", tests_accounts.PASSWORD)
    boss = cache.accounts().signed_in(token)
    assert boss is not None
    store = Repository(cache.engine(), boss.principal)
    firm = office.chief.firms.get(office.firms[0])
    office.chief.firms.save(office.firms[0], {"name": "新名"}, firm["version"])
    cache.outlook(store, 2026)
    cache.accounts().sign_out(token)
    with pytest.raises(EligibilityError):
        cache.outlook(store, 2026)
    assert cache.outlook(mine, 2026).value


# --- every place of the kind ---


@functools.cache
def nodes(path: Path) -> list[ast.AST]:
    """Every node of a module, from the module itself on."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def calls(name: str) -> Iterator[tuple[Path, ast.AST]]:
    """Every use of an attribute of that name in the app, with its file."""
    for path in [*APP.rglob("*.py"), ROOT / "streamlit_app.py"]:
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and node.attr == name:
                yield path, node


def test_files_and_fragments_of_the_app_go_through_the_guard_alone() -> None:
    for name, room in (
        ("download_button", {"widgets/download_button.py"}),
        ("fragment", {"widgets/guard.py"}),
        ("dialog", set()),
    ):
        found = {
            path.relative_to(APP).as_posix()
            for path, node in calls(name)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id != "guard"
        }
        assert found == room, name


#: what a widget may call: the guard, which the store refuses through; what touches the session or
#: the browser alone
SESSION_ALONE = {"draft.keep_as_new", "_mark_code_seen", "_show_paper", "st.login", "st.logout"}
#: the modules of the session, of which every function is one that a widget may call
SESSION = ("session", "address", "self_assessment/form_state")


def test_every_callback_acts_through_the_guard_or_on_the_session_alone() -> None:
    found = 0
    for path in APP.rglob("*.py"):
        tree = nodes(path)[0]
        assert isinstance(tree, ast.Module)
        local = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for node in nodes(path):
            if not isinstance(node, ast.keyword) or node.arg not in (
                "on_click", "on_change", "on_select", "on_submit", "on_dismiss"
            ):  # fmt: skip
                continue
            found += 1
            if path.name == "upload_fields.py":
                continue  # it hands on what its callers, which are looked at too, give it
            called = ast.unparse(node.value).removeprefix("lambda: ").removeprefix("partial(")
            called = re.split(r"[(,]", called)[0]
            if called in local and called not in SESSION_ALONE:
                (body,) = [each for each in local[called].body if isinstance(each, ast.Expr)]
                called = ast.unparse(body.value).partition("(")[0]
            assert called in (
                "guard.do",
                "'rerun'",
                "'ignore'",
                *SESSION_ALONE,
            ) or called.startswith(tuple(f"{module.rpartition('/')[2]}." for module in SESSION)), (
                f"{path.name}: {ast.unparse(node)}"
            )
    assert found > 30
    for module in SESSION:
        tree = ast.parse((APP / f"{module}.py").read_text(encoding="utf-8"))
        names = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
        assert not names & {"Repository", "auth", "repository"}, f"{module} reaches the store"
