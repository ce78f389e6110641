"""Every act and every file of the pages of staff, as an open tab has it, tried after its person is out.

A page is drawn once, filled in and pressed all over; what its buttons, boxes and forms would do, and
what its files would be made by, is kept instead of done. Each is then tried as it stands, in every way
of being out: ``tests/app/test_rights.py`` plays some of them through to what the page says.
"""

# Private names: administration keeps what was typed, and does its acts by a function of its own; figures
# are stored by the form that reads them.

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest

testing = pytest.importorskip("streamlit.testing.v1")

import pyarrow as pa  # noqa: E402
import streamlit as st  # noqa: E402
from sqlalchemy import Engine, update  # noqa: E402

from eligibility.app import auth, cache, session  # noqa: E402
from eligibility.app.account import administration  # noqa: E402
from eligibility.app.register import figure_editor  # noqa: E402
from eligibility.app.register.firms_query import assess_facts  # noqa: E402
from eligibility.app.widgets import guard  # noqa: E402
from eligibility.domain.errors import EligibilityError, NotAllowed  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.store import Repository, Role, SignIn, System, close_stores, open_store  # noqa: E402
from eligibility.store.schema import accounts, change_counter, sign_ins  # noqa: E402
from tests import empty_store, store_snapshot  # noqa: E402
from tests.firms import base  # noqa: E402
from tests.staff_pages import ROOT  # noqa: E402
from tests.store.two_carriers import PDF, SECRET, World, enter_old_stage, world  # noqa: E402
from tests.store_snapshot import Snapshot  # noqa: E402

APP = ROOT / "eligibility" / "app"
YEAR = date.today().year
WAYS_OUT = ("disabled", "signed out elsewhere", "demoted", "moved to another carrier")
#: what a person may do at any carrier: with an own view, with the institution's names of columns
ANYWHERE = {
    "list_views._save_view", "list_views._forget_view", "import_columns._save", "import_columns._withdraw",
}  # fmt: skip


#: by label of a field, what is typed; elsewhere a name
TYPED = {
    "Mail": "a@example.org", "Phone": "0471-1234567", "Paste the list": f"{SECRET}戊公司",
    "Name or credit code contains": f"{SECRET}戊公司",
    "Credit code of the firm, or name of the industry or district": "91150105XNBU6HUA33",
}  # fmt: skip
#: by the first words of a field for files, what it is given
FILES = {
    "Attach a file": ("f.pdf", PDF + b"more"),
    "The workbook that": (
        "f.csv",
        "统一社会信用代码,企业名称,职工总数,科技人员数\n91150105XNBU6HUA33,甲,77,33\n".encode(),
    ),
}
#: lead to another part of the page
AWAY = {"Decide", "← All firms"}


class Page(NamedTuple):
    """A page: whose, which acts it offers, how many files, and what has to be filled in first."""

    script: str
    acts: str
    files: int = 0
    query: Callable[[World], dict[str, object]] = lambda _: {}
    role: str = "adviser"
    fill: Callable[[Any], None] = lambda _: None


class Tab(NamedTuple):
    """What an open tab would do and make."""

    acts: list[tuple[str, Callable[[], object]]]
    files: list[Callable[[], object]]
    app: Any


def tab(name: str) -> Callable[[World], dict[str, object]]:
    return lambda w: {"firm": w.firm, "tab": name}


def sent(kind: str) -> Callable[[World], dict[str, object]]:
    return lambda w: {"of-firm": f"{kind}:{w.submission if kind == 'submission' else w.draft}"}


def enter(app: Any) -> None:
    """Choose and type something wherever nothing is, and tick every task."""
    for box in app.selectbox:
        if box.value is None and box.options:
            box.select_index(0)
    for box in app.multiselect:
        if box.label.startswith("What is asked"):
            box.select(box.options[0])
    for text in [*app.text_input, *app.text_area]:
        if not text.value:
            text.input(TYPED.get(text.label, f"{SECRET}公司"))
    for number in app.number_input:
        if number.value is None:
            number.set_value(7)
    for day in app.date_input:
        if day.value is None:
            day.set_value(date.today())
    for box in app.checkbox:
        if str(box.key).startswith("task:"):
            box.set_value(not box.value)


def rename(app: Any) -> None:
    enter(app)
    next(each for each in app.text_input if each.label == "District").input("别区")


def choose_paper(app: Any) -> None:
    next(each for each in app.selectbox if each.label == "Paper").set_value(SECRET)
    app.run()
    enter(app)


def accept_all(app: Any) -> None:
    for each in app.get("button_group"):
        if str(each.key).startswith("decide:"):
            each.set_value("accept")


def choose_every_firm(app: Any) -> None:
    app.checkbox(key="every").check().run()
    app.selectbox(key="to-stage").set_value("nurtured").run()


def of_group(group: str) -> Callable[[Any], None]:
    def choose(app: Any) -> None:
        app.session_state["assumption-group"] = group
        app.run()
        enter(app)

    return choose


def date_batch(app: Any) -> None:
    of_group("batches")(app)
    app.date_input[0].set_value(date(YEAR + 3, 5, 1))


def send_file(app: Any) -> None:
    app.session_state["upload"] = session.Upload("f.csv", "企业名称,莫名其妙\n甲,1\n".encode(), "f")
    app.run()
    enter(app)


def enter_twice(app: Any) -> None:
    enter(app)
    app.run()
    enter(app)


PAGES = {
    "desk": Page("register/desk", "desk._close desk._add visits._save courses._save", 1, fill=enter),
    "certified firms": Page("register/certificates", "", 2),
    "certificate": Page(
        "register/firm",
        "certificate_records._save_report certificate_records._add_change certificate_records._save_change "
        "certificate_records._save_award certificate._cancel",
        3, lambda w: {"firm": w.spare, "tab": "certificate"}, fill=enter,
    ),
    "tasks": Page(
        "register/firm", "casework._close casework._add_task visits._add visits._save", 1, tab("tasks"),
        fill=enter,
    ),
    "notes": Page("register/firm", "casework._add_note dossier._save", 0, tab("notes"), fill=rename),
    "documents": Page(
        "register/firm",
        "documents._save documents._ask_all documents._add_paper documents._attach_file documents._remove",
        7, tab("documents"), fill=choose_paper,
    ),
    "history": Page("register/firm", "identity._unmerge", 0, tab("history")),
    "plan": Page("register/firm", "", 3, tab("plan")),
    "figures": Page("register/firm", "figure_editor._submit", 0, tab("figures")),
    "exchange": Page(
        "register/firm", "exchange._make exchange._receive link_widget._revoke contacts._save contacts._erase",
        2, tab("exchange"), fill=enter,
    ),
    "a firm, by who leads": Page("register/firm", "identity._archive", 0, tab("notes"), "manager", enter),
    "what a firm shared": Page("register/inbox", "inbox._decide inbox._decide_list", 0, sent("draft"), fill=accept_all),
    "what a firm answered": Page("register/inbox", "inbox._do_put_away", 0, sent("submission")),
    "all firms": Page(
        "register/firms", "firms._change list_views._forget_view",
        2, fill=choose_every_firm,
    ),
    "two files of one firm": Page(
        "register/firms", "identity._merge identity._set_apart", 0, lambda _: {"pairs": 1}, "manager", enter,
    ),
    "the archive": Page("register/firms", "identity._restore", 2, role="manager"),
    "an import": Page(
        "register/import", "import_steps._discard import_steps._confirm", 0, lambda w: {"import": w.staged},
    ),
    "names of columns": Page("register/import", "import_columns._save import_columns._withdraw", role="manager", fill=send_file),
    "applications": Page(
        "register/applications", "applications._save application_steps._save published_list._save", 1,
        fill=enter_twice,
    ),
    "overview": Page("register/overview", "overview._save_target", role="manager", fill=enter),
    "year": Page("year/year", "candidates._record_applications", 2, role="manager"),
    "targets": Page("year/assumptions", "assumptions._save assumptions._save_target", role="manager", fill=enter),
    "batches": Page("year/assumptions", "assumptions._save_batch", role="manager", fill=date_batch),
    "weights": Page("year/assumptions", "assumptions._save_weight", role="manager", fill=of_group("weights")),
    "checks": Page("year/assumptions", "practice_checks._save", role="manager", fill=of_group("checks")),
    "administration": Page(
        "account/administration", "api_tokens._add api_tokens._revoke sessions._end", role="administrator",
        fill=enter,
    ),
}  # fmt: skip


#: acts that this file does not press, and where they are tried
ELSEWHERE = {
    "list_views._save_view": "reads the session: played in test_rights.py",
    "list_views._keep_columns": "reads the session: played in test_rights.py",
    "import_rows._save": "Imports.decide in tests/store/test_roles.py",
    "import_repair.take_again": "Imports.repair in tests/store/test_roles.py",
    "inbox._open_file": "Firms.add in tests/store/test_roles.py",
    "visits.save": "visits._add and visits._save, which are pressed",
}


class Given(NamedTuple):
    """A file as a field for files gives it."""

    name: str
    content: bytes

    def getvalue(self) -> bytes:
        return self.content


@pytest.fixture(scope="module")
def world_of_today(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Snapshot]]:
    """Two carriers with a firm of each kind today, made once, and how they are at first."""
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELIGIBILITY_DATA", str(folder))
        patch.setattr(cache, "lacking_for_pdf", lambda: None)
        close_stores()
        empty_store.put(folder)
        w = world(open_store(f"sqlite:///{folder}/eligibility.sqlite"))
        chief = Repository(w.engine, System(Role.LOCAL))
        facts = base(application_date=date(YEAR, 5, 10), name=f"{SECRET}公司", st_staff=8)
        version = chief.records.figures(w.firm, YEAR).version
        chief.records.save_figures(w.firm, YEAR, facts, version)
        chief.records.add_assessment(w.firm, facts, assess_facts(facts, load_scheme()).record)
        certified = {"certified": True, "certified_on": date(YEAR - 1, 10, 9)}
        chief.applications.save_outcome(w.spare, YEAR - 1, certified, 0)
        chief.certificates.add_change(w.spare, {"kind": "name", "changed_on": date(YEAR, 3, 1)})
        ready, applied, filed = (
            chief.firms.add({"name": f"{SECRET}{each}公司", "carrier_id": w.carrier})
            for each in "丙丁戊"
        )
        chief.firms.assign([ready, applied], w.adviser)
        chief.applications.save_outcome(filed, YEAR, {"certified": None}, 0)
        chief.firms.set_stage([ready], "ready")
        enter_old_stage(w.engine, [applied], "applied")
        chief.casework.add_task(w.firm, {"title": SECRET, "due_on": date.today()})
        chief.visits.add(w.firm, {"visited_on": date.today() - timedelta(1)})
        yield w, Snapshot(w.engine)
        close_stores()


@pytest.fixture
def office(world_of_today: tuple[World, Snapshot]) -> World:
    w, at_first = world_of_today
    at_first.put_back()
    return w


@pytest.fixture
def draw(office: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[Page], Tab]:
    """A page as it is open, with everything pressed and nothing done."""
    acts: list[Callable[[], object]] = []
    files: list[Callable[[], object]] = []
    real = st.download_button

    def offer(label: str, data: Any = None, **look: Any) -> Any:
        if callable(data):
            files.append(data)
        return real(label, data=data, **look)

    def give(label: str, *, key: str, **_look: Any) -> Given | None:
        given = next((Given(*FILES[each]) for each in FILES if label.startswith(each)), None)
        st.session_state[key] = given
        return given

    real_editor, real_submit = st.data_editor, figure_editor._submit

    def edit(table: pa.Table, **look: Any) -> pa.Table:
        edited = real_editor(table, **look)
        for column in {"value", "used"} & set(table.column_names):
            first, *rest = edited.column(column).to_pylist()
            first = (
                not first
                if column == "used"
                else first + type(first)(1)
                if isinstance(first, float)
                else first
            )
            place = edited.column_names.index(column)
            edited = edited.set_column(place, column, [[first, *rest]])
        return edited

    monkeypatch.setattr(st, "download_button", offer)
    monkeypatch.setattr(st, "file_uploader", give)
    monkeypatch.setattr(st, "data_editor", edit)
    # what folds is drawn as well
    monkeypatch.setattr(session, "is_drawn", lambda *_: True)
    monkeypatch.setattr(guard, "do", acts.append)
    monkeypatch.setattr(administration, "_do", lambda act, _success: acts.append(act))
    monkeypatch.setattr(
        figure_editor, "_submit", lambda *given: acts.append(partial(real_submit, *given))
    )

    def open_tab(page: Page) -> Tab:
        principal = office.principals[page.role]
        monkeypatch.setattr(auth, "principal", lambda: principal)
        app = testing.AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        app.session_state["lang"] = "en"
        app.run()
        app.switch_page(f"eligibility/app/{page.script}_page.py")
        for name, value in page.query(office).items():
            app.query_params[name] = str(value)
        app.run()
        assert not app.exception
        # what follows a button is drawn as well, so that every form is reached in one run
        with monkeypatch.context() as patch:
            patch.setattr(st, "rerun", lambda *_, **__: None)
            patch.setattr(st, "switch_page", lambda *_, **__: None)
            page.fill(app)
            acts.clear()
            files.clear()
            for button in app.button:
                if not button.disabled and button.label not in AWAY:
                    button.click()
            app.run()
        assert not app.exception
        return Tab([(name_of(act), act) for act in acts], list(files), app)

    return open_tab


def name_of(act: Any) -> str:
    """Of what an act calls: its module and name."""
    function = act.func if isinstance(act, partial) else act
    module = function.__module__.rpartition(".")[2]
    line = f":{function.__code__.co_firstlineno}" if function.__name__ == "<lambda>" else ""
    return f"{module}.{function.__name__}{line}"


def content(engine: Engine) -> dict[str, list[Any]]:
    """Everything stored but who is signed in."""
    return store_snapshot.content(engine, sign_ins, accounts, change_counter)


def put_out(w: World, role: str, how: str) -> None:
    """End, or change, what the person of a tab may do."""
    principal = w.principals[role]
    assert isinstance(principal, SignIn)
    own, signed = accounts.c.id == w.account_ids[role], sign_ins.c.id == principal.id
    statement = {
        "disabled": update(accounts).where(own).values(active=False),
        "signed out elsewhere": update(sign_ins).where(signed).values(revoked_at=sign_ins.c.at),
        "demoted": update(accounts).where(own).values(role="firm", carrier_id=None),
        "moved to another carrier": update(accounts)
        .where(own)
        .values(role="adviser", carrier_id=w.other_carrier),
    }[how]
    with w.engine.begin() as connection:
        connection.execute(statement)


@pytest.mark.parametrize("name", PAGES)
def test_no_act_and_no_file_of_an_open_tab_is_left_to_whoever_is_out(
    office: World, draw: Callable[[Page], Tab], name: str
) -> None:
    page = PAGES[name]
    opened = draw(page)
    assert len(opened.files) >= page.files
    then, before = Snapshot(office.engine), content(office.engine)
    # each stores something for whoever is in: else it would prove nothing that it does not after
    effective = set()
    for act, do in opened.acts:
        with suppress(EligibilityError):
            do()
        if content(office.engine) != before:
            effective.add(act)
            then.put_back()
    assert set(page.acts.split()) <= effective
    for how in WAYS_OUT:
        put_out(office, page.role, how)
        for act, do in opened.acts:
            with suppress(EligibilityError):
                do()
                if how == WAYS_OUT[-1] and act in ANYWHERE:
                    then.put_back()
                    put_out(office, page.role, how)
                assert content(office.engine) == before, (act, how)
        assert content(office.engine) == before
        for make in opened.files:
            with pytest.raises(NotAllowed):
                make()
        opened.app.run()
        assert SECRET not in drawn(opened.app), how
        then.put_back()


def drawn(app: Any) -> str:
    parts = [*app.title, *app.header, *app.markdown, *app.info]
    return "\n".join([*(p.value for p in parts), *(p.proto.body for p in app.get("html"))])


def test_every_act_of_the_pages_of_staff_is_tried() -> None:
    """Every function that the app hands to the guard stands in the table above."""
    handed_over: set[str] = set()
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "guard.do":
                (act,) = node.args
            elif isinstance(node, ast.Call) and "guard.do" in {
                ast.unparse(each.value) for each in node.keywords
            }:
                (act,) = next(each.value for each in node.keywords if each.arg == "args").elts  # type: ignore[attr-defined]
            else:
                continue
            assert isinstance(act, ast.Call)
            handed_over.add(f"{path.stem}.{ast.unparse(act.args[0])}")
    tried = {act for page in PAGES.values() for act in page.acts.split()}
    assert handed_over - tried == ELSEWHERE.keys()
