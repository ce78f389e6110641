"""Every method of the repository as every role: allowed, refused, or as if nothing were there."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, select, update

from eligibility import store
from eligibility.store import (
    LOCAL,
    Accounts,
    FirmFilter,
    Principal,
    Repository,
    Role,
    Stage,
    System,
)
from eligibility.store import accounts as policy
from eligibility.store.imports import CHUNK
from eligibility.store.schema import APPEND_ONLY, accounts, audit_log, firms, metadata, sign_ins
from eligibility.vocabulary import Conflict, EligibilityError, NotAllowed, NotFound, SignedOut
from tests.store.world import SECRET, World, facts, record, sign_in, world

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EVERYONE = {
    "visitor", "owner", "other owner", "adviser", "other adviser", "stray adviser", "manager",
    "administrator", "local",
}  # fmt: skip
FIRMS = {"visitor", "owner", "other owner"}
STAFF = EVERYONE - FIRMS
LEADS = {"manager", "administrator", "local"}
ADMINISTRATOR = {"administrator"}
#: who sees the firm of the first carrier
SEES = {"owner", "adviser", *LEADS}


class Call(NamedTuple):
    """One call: who may make it at all, and who finds there what it speaks of."""

    make: Callable[[Repository, World], Any]
    allowed: set[str]
    finds: set[str] = EVERYONE


def version(w: World, read: Callable[[Repository], Any]) -> int:
    found = read(w.chief)
    return found["version"] if isinstance(found, dict) else found.version


def of(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))


CALLS = {
    "rights": Call(lambda r, w: r.rights(), EVERYONE),
    "require": Call(lambda r, w: r.require(r.rights()), EVERYONE),
    "firms_page": Call(lambda r, w: r.firms_page(), EVERYONE),
    "firms_frame": Call(lambda r, w: r.firms_frame(), EVERYONE),
    "firm": Call(lambda r, w: r.firm(w.firm), EVERYONE, SEES),
    "add_firm": Call(
        lambda r, w: r.add_firm({"name": "新"}), STAFF, STAFF - {"stray adviser"}
    ),
    "save_firm": Call(
        lambda r, w: r.save_firm(
            w.firm, {"district": SECRET}, version(w, lambda c: c.firm(w.firm))
        ),
        EVERYONE, SEES,
    ),
    "assign": Call(lambda r, w: r.assign([w.firm], w.adviser), STAFF, SEES),
    "move": Call(lambda r, w: r.move([w.firm], w.carrier), LEADS),
    "set_stage": Call(lambda r, w: r.set_stage([w.firm], "ready"), STAFF, SEES),
    "would_change": Call(
        lambda r, w: r.would_change(FirmFilter(), "stage", "ready"), STAFF
    ),
    "open_sign_ins": Call(lambda r, w: r.open_sign_ins(), EVERYONE),
    "end_sign_in": Call(
        lambda r, w: r.end_sign_in(sign_in(w.engine, w.adviser).id), EVERYONE,
        {"adviser", "administrator"},
    ),
    "years": Call(lambda r, w: r.years(w.firm), EVERYONE, SEES),
    "figures": Call(lambda r, w: r.figures(w.firm, 2026), EVERYONE, SEES),
    "save_figures": Call(
        lambda r, w: r.save_figures(
            w.firm, 2026, {"name": SECRET}, version(w, lambda c: c.figures(w.firm, 2026))
        ),
        EVERYONE, SEES,
    ),
    "ledger": Call(lambda r, w: r.ledger(w.firm, "ip"), EVERYONE, SEES),
    "save_ledger": Call(
        lambda r, w: r.save_ledger(
            w.firm, "ip", [{"title": SECRET}], version(w, lambda c: c.ledger(w.firm, "ip"))
        ),
        EVERYONE, SEES,
    ),
    "add_assessment": Call(
        lambda r, w: r.add_assessment(w.firm, {"name": SECRET}, record()), EVERYONE, SEES
    ),
    "assessments": Call(lambda r, w: r.assessments(w.firm), EVERYONE, SEES),
    "assessment": Call(lambda r, w: r.assessment(w.assessment), EVERYONE, SEES),
    "outcomes": Call(lambda r, w: r.outcomes(w.firm), EVERYONE, SEES),
    "save_outcome": Call(
        lambda r, w: r.save_outcome(
            w.firm, 2026, {"batch": SECRET},
            of(w.chief.outcomes(w.firm), applied_year=2026)["version"],
        ),
        STAFF, SEES,
    ),
    "save_outcomes": Call(
        lambda r, w: r.save_outcomes(
            [(w.firm, 2026, {"batch": SECRET},
              of(w.chief.outcomes(w.firm), applied_year=2026)["version"])]
        ),
        STAFF, SEES,
    ),
    "firm_ids": Call(lambda r, w: r.firm_ids(["91150105XNBU6HUA33"]), STAFF),
    "worth_a_visit": Call(lambda r, w: r.worth_a_visit(), STAFF),
    "named": Call(lambda r, w: r.named("district"), STAFF),
    "activity": Call(lambda r, w: r.activity(LONG_AGO), STAFF),
    "past_applications": Call(lambda r, w: r.past_applications(), STAFF),
    "tasks": Call(lambda r, w: r.tasks(w.firm), STAFF, SEES),
    "add_task": Call(lambda r, w: r.add_task(w.firm, {"title": SECRET}), STAFF, SEES),
    "save_task": Call(
        lambda r, w: r.save_task(
            w.task, {"done": False}, of(w.chief.tasks(w.firm), id=w.task)["version"]
        ),
        STAFF, SEES,
    ),
    "notes": Call(lambda r, w: r.notes(w.firm), STAFF, SEES),
    "add_note": Call(lambda r, w: r.add_note(w.firm, SECRET), STAFF, SEES),
    "documents": Call(lambda r, w: r.documents(w.firm), EVERYONE, SEES),
    "save_document": Call(
        lambda r, w: r.save_document(
            w.firm, SECRET, "checked", of(w.chief.documents(w.firm), item=SECRET)["version"]
        ),
        STAFF, SEES,
    ),
    "views": Call(lambda r, w: r.views(), STAFF),
    "save_view": Call(lambda r, w: r.save_view("mine", {"sort": "name"}), STAFF),
    "delete_view": Call(lambda r, w: r.delete_view(w.view), STAFF, {"adviser"}),
    "new_draft": Call(lambda r, w: r.new_draft({"step": 1}), EVERYONE),
    "draft": Call(lambda r, w: r.draft(w.draft), EVERYONE, {"owner", "local"}),
    "own_drafts": Call(lambda r, w: r.own_drafts(), EVERYONE),
    "save_draft": Call(
        lambda r, w: r.save_draft(
            w.draft, {"name": SECRET}, w.as_("owner").draft(w.draft)["version"]
        ),
        EVERYONE, {"owner", "local"},
    ),
    "share_draft": Call(
        lambda r, w: r.share_draft(w.draft, w.carrier, SECRET), EVERYONE, {"owner", "local"}
    ),
    "shared_drafts": Call(lambda r, w: r.shared_drafts(), STAFF),
    "shared_draft": Call(lambda r, w: r.shared_draft(w.draft), STAFF, {"adviser", *LEADS}),
    "withdraw_draft": Call(lambda r, w: r.withdraw_draft(w.draft), EVERYONE, {"owner", "local"}),
    "delete_draft": Call(lambda r, w: r.delete_draft(w.draft), EVERYONE, {"owner", "local"}),
    "carrier_choices": Call(lambda r, w: r.carrier_choices(), EVERYONE),
    "stage_import": Call(
        lambda r, w: r.stage_import("f.csv", [(facts(None, "新"), None)]),
        STAFF, STAFF - {"stray adviser"},
    ),
    "imports": Call(lambda r, w: r.imports(), STAFF),
    "staged_import": Call(
        lambda r, w: r.staged_import(w.staged), STAFF, {"adviser", *LEADS}
    ),
    "confirm_import": Call(
        lambda r, w: r.confirm_import(w.staged), STAFF, {"adviser", *LEADS}
    ),
    "discard_import": Call(
        lambda r, w: r.discard_import(r.stage_import("g.csv", [])), STAFF,
        STAFF - {"stray adviser"},
    ),
    "applicants": Call(lambda r, w: r.applicants(2027, list(Stage)), STAFF),
    "copies": Call(lambda r, w: r.copies(2027), STAFF),
    "certificates": Call(lambda r, w: r.certificates(), STAFF),
    "last_change": Call(lambda r, w: r.last_change(), STAFF),
    "funnel": Call(lambda r, w: r.funnel(), STAFF),
    "counts": Call(lambda r, w: r.counts("district"), STAFF),
    "changes": Call(lambda r, w: r.changes(LONG_AGO), STAFF),
    "deadlines": Call(lambda r, w: r.deadlines(date(2030, 1, 1)), STAFF),
    "carriers": Call(lambda r, w: r.carriers(), STAFF),
    "add_carrier": Call(lambda r, w: r.add_carrier(f"园 {r.rights().role}"), LEADS),
    "save_carrier": Call(
        lambda r, w: r.save_carrier(
            w.carrier, {"district": SECRET}, of(w.chief.carriers(), id=w.carrier)["version"]
        ),
        LEADS,
    ),
    "advisers": Call(lambda r, w: r.advisers(), STAFF),
    "accounts": Call(lambda r, w: r.accounts(), ADMINISTRATOR),
    "add_account": Call(lambda r, w: r.add_account("new", None, "manager"), ADMINISTRATOR),
    "save_account": Call(
        lambda r, w: r.save_account(
            w.other_adviser, {"name": "x"}, of(w.chief.accounts(), id=w.other_adviser)["version"]
        ),
        ADMINISTRATOR,
    ),
    "set_password": Call(
        lambda r, w: r.set_password(w.other_adviser, "correct horse battery"), ADMINISTRATOR
    ),
    "targets": Call(lambda r, w: r.targets(), STAFF),
    "set_target": Call(
        lambda r, w: r.set_target(2026, 60, of(w.chief.targets(), year=2026)["version"]), LEADS
    ),
    "audit_trail": Call(lambda r, w: r.audit_trail(w.firm), LEADS),
}  # fmt: skip


def public() -> set[str]:
    return {
        name
        for name in dir(Repository)
        if not name.startswith("_") and not isinstance(getattr(Repository, name), property)
    }


def test_every_public_method_has_its_line_in_the_table_and_names_its_roles() -> None:
    assert public() == set(CALLS)
    for name in public():
        assert getattr(Repository, name).roles <= set(Role), name


def test_the_readme_names_only_what_there_is() -> None:
    readme = (Path(store.__file__).parent / "README.md").read_text(encoding="utf-8")
    for name, held in (("repository", Repository), ("accounts", Accounts)):
        named = set(re.findall(rf"\b{name}\.(\w+)\(", readme))
        assert named
        assert named <= set(dir(held))
    for path in re.findall(r"^\| `([\w.]+)` \|", readme, re.MULTILINE):
        assert (Path(store.__file__).parent / path).exists()


@pytest.mark.parametrize("who", sorted(EVERYONE))
def test_every_method_as_every_role(engine: Engine, who: str) -> None:
    w = world(engine)
    answers = {}
    for name, call in CALLS.items():
        try:
            call.make(w.as_(who), w)
            answers[name] = "done"
        except (NotAllowed, NotFound) as refusal:
            answers[name] = type(refusal).__name__
    expected = {
        name: "NotAllowed" if who not in call.allowed else "done" if who in call.finds else "NotFound"
        for name, call in CALLS.items()
    }  # fmt: skip
    assert answers == expected


WAYS_OUT = ("disabled", "signed out", "idle", "too old")


def put_out(w: World, sign_in_id: int, how: str) -> None:
    """Let a sign-in open nothing any more, behind the back of whoever holds it."""
    own, at = sign_ins.c.id == sign_in_id, datetime.now(UTC)
    statement = {
        "disabled": update(accounts)
        .where(accounts.c.id == select(sign_ins.c.account_id).where(own).scalar_subquery())
        .values(active=False),
        "signed out": update(sign_ins).where(own).values(revoked_at=at),
        "idle": update(sign_ins).where(own).values(seen_at=at - policy.IDLE),
        "too old": update(sign_ins).where(own).values(at=at - policy.ABSOLUTE),
    }[how]
    with w.engine.begin() as connection:
        connection.execute(statement)


def test_every_method_refuses_whoever_is_out_and_stores_nothing(engine: Engine) -> None:
    w = world(engine)
    outsiders: dict[str, Principal] = {"local": LOCAL}
    # on PostgreSQL, which takes longer, one of them
    everyone = ("owner", "adviser", "manager", "administrator")
    for who in everyone if engine.dialect.name == "sqlite" else ("adviser",):
        for how in WAYS_OUT:
            account = w.account_ids[who]
            if how == "disabled":
                # a person of its own, so that the rest of the world goes on
                role = {"owner": "firm"}.get(who, who)
                bound = {"carrier_id": w.carrier} if role == "adviser" else {}
                account = w.chief.add_account(f"{who} who left", None, role, **bound)
            signed = sign_in(engine, account)
            put_out(w, signed.id, how)
            outsiders[f"{who}, {how}"] = signed
    before = rows_of(w)
    for who, principal in outsiders.items():
        for name, call in CALLS.items():
            with pytest.raises(SignedOut):
                print(name, who, call.make(Repository(engine, principal), w))
    assert rows_of(w) == before


def rows_of(w: World) -> dict[str, list[Any]]:
    """All rows but those of sign-ins, which the table of calls adds by itself."""
    with w.engine.connect() as connection:
        return {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key)))
            for table in metadata.sorted_tables
            if table is not sign_ins
        }


class Change(NamedTuple):
    """Another role or place of an account whose sign-in stays open, and whom it equals then."""

    values: dict[str, Any]
    as_: str
    #: what of its own it still finds, unlike that one
    own: frozenset[str] = frozenset()


CHANGES = {
    "adviser": [
        Change({"role": "firm", "carrier_id": None}, "visitor", frozenset({"end_sign_in"})),
        Change({"role": "adviser", "carrier_id": 2}, "other adviser", frozenset({"end_sign_in", "delete_view"})),
        Change({"carrier_id": None}, "stray adviser", frozenset({"end_sign_in", "delete_view"})),
        Change({"role": "manager", "carrier_id": None}, "manager", frozenset({"end_sign_in", "delete_view"})),
    ],
    "manager": [
        Change({"role": "adviser", "carrier_id": 2}, "other adviser"),
        Change({"role": "firm"}, "visitor"),
    ],
    "administrator": [Change({"role": "manager"}, "manager"), Change({"role": "firm"}, "visitor")],
    "owner": [
        Change({"firm_id": 2}, "other owner",
               frozenset({"draft", "save_draft", "share_draft", "withdraw_draft"})),
    ],
}  # fmt: skip


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", CHANGES)
def test_every_method_asks_the_role_and_the_place_of_this_moment(engine: Engine, who: str) -> None:
    w = world(engine)
    w.chief = Repository(engine, System(Role.ADMINISTRATOR))
    held = w.as_(who)
    for change in CHANGES[who]:
        with engine.begin() as connection:
            own = accounts.c.id == w.account_ids[who]
            connection.execute(update(accounts).where(own).values(change.values))
        for name, call in CALLS.items():
            if name in ("confirm_import", "discard_import", "delete_view", "delete_draft"):
                continue  # once done there is nothing left to find; their roles are asked above
            expected = (
                "NotAllowed" if change.as_ not in call.allowed
                else "done" if change.as_ in call.finds or name in change.own else "NotFound"
            )  # fmt: skip
            try:
                call.make(held, w)
                answer = "done"
            except (NotAllowed, NotFound, Conflict) as refusal:
                answer = type(refusal).__name__
            # the account or carrier of a line before
            if name in ("add_account", "add_carrier") and answer == "Conflict":
                answer = "done"
            assert answer == expected, (name, change)


def test_rows_that_come_in_after_whoever_sends_them_is_out_are_not_kept(engine: Engine) -> None:
    w = world(engine)
    signed = sign_in(engine, w.adviser)

    def rows() -> Iterator[tuple[dict[str, Any], None]]:
        for number in range(CHUNK + 1):
            if number == CHUNK:
                put_out(w, signed.id, "signed out")
            yield facts(None, f"公司 {number}"), None

    before = rows_of(w)
    with pytest.raises(SignedOut):
        Repository(engine, signed).stage_import("f.csv", rows())
    assert rows_of(w) == before


def test_transactions_are_opened_where_rights_are_asked_and_nowhere_beside() -> None:
    folder = Path(store.__file__).parent
    opening = {
        path.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func)
        in ("reading", "writing", "self.engine.begin", "self.engine.connect")
    }
    # sign-in itself, the whole store at once, and the sweeping of what broke off
    assert opening == {"access.py", "accounts.py", "engine.py", "imports.py", "transfer.py"}


def what_a_year_reads(repository: Repository) -> list[Any]:
    years = range(2019, 2032)
    return [
        repository.certificates(),
        repository.targets(),
        *(repository.applicants(year, list(Stage)) for year in years),
    ]


def test_every_method_that_moves_a_year_changes_the_mark_that_says_so(engine: Engine) -> None:
    w = world(engine)
    local = w.as_("local")
    calls = {
        name: call.make for name, call in CALLS.items() if "local" in call.allowed & call.finds
    }
    # in the table these write what is there already
    calls["move"] = lambda r, w: r.move([w.firm], w.other_carrier)
    calls["save_carrier"] = lambda r, w: r.save_carrier(
        w.carrier, {"name": "新园"}, of(r.carriers(), id=w.carrier)["version"]
    )
    calls["save_firm"] = lambda r, w: r.save_firm(
        w.firm, {"name": "新名"}, r.firm(w.firm)["version"]
    )
    calls["save_outcome"] = lambda r, w: r.save_outcome(
        w.firm, 2026, {"certified": True}, of(r.outcomes(w.firm), applied_year=2026)["version"]
    )
    moving = set()
    for name, make in calls.items():
        before, mark = what_a_year_reads(local), local.last_change()
        make(local, w)
        if what_a_year_reads(local) != before:
            moving.add(name)
            assert local.last_change() != mark, name
    assert moving >= {
        "add_firm", "save_firm", "move", "set_stage", "save_figures", "save_outcome",
        "confirm_import", "save_carrier", "set_target",
    }  # fmt: skip


def test_what_moves_no_year_leaves_its_mark_as_it_was(engine: Engine) -> None:
    w = world(engine)
    local = w.as_("local")
    mark = local.last_change()
    for name in ("add_note", "add_task", "save_task", "save_document", "add_assessment", "assign"):
        CALLS[name].make(local, w)
    assert local.last_change() == mark


def everything_of(w: World, firm_id: int) -> dict[str, list[Any]]:
    with w.engine.connect() as connection:
        return {
            table.name: list(
                connection.execute(
                    select(table).where(
                        (table.c.id if table is firms else table.c.firm_id) == firm_id
                    )
                )
            )
            for table in metadata.sorted_tables
            if table is firms or ("firm_id" in table.c and table.name not in ("staged", "accounts"))
        }


@pytest.mark.parametrize("who", ["other adviser", "stray adviser", "other owner", "visitor"])
def test_no_method_tells_or_changes_anything_of_another_carriers_firm(
    engine: Engine, who: str
) -> None:
    w = world(engine)
    before = everything_of(w, w.firm)
    own = 1 if who.startswith("other") else 0  # the second carrier's firm
    assert all(before.values()), "a table without a row proves nothing"
    for name, call in CALLS.items():
        if name == "carrier_choices":  # whom a draft can be shared with is for all to see
            continue
        try:
            told = call.make(w.as_(who), w)
        except EligibilityError as refusal:
            told = str(refusal)
        assert SECRET not in str(told), name
    assert everything_of(w, w.firm) == before
    mine = w.as_(who)
    added = 1 if who == "other adviser" else 0
    assert mine.firms_page().count == own + added
    assert len(mine.firms_frame()["id"]) == own + added
    if who in STAFF:
        assert sum(mine.funnel().values()) == own + added
        assert sum(row["firms"] for row in mine.counts("carrier")) == own + added
        assert [row["certified"] for row in mine.targets()] == [0]
        assert mine.past_applications() == mine.outcomes() == mine.tasks() == []


def test_staff_of_one_carrier_cannot_reach_over_by_any_argument(engine: Engine) -> None:
    w = world(engine)
    other = w.as_("other adviser")
    for forbidden in (
        lambda: other.add_firm({"name": "x", "carrier_id": w.carrier}),
        lambda: other.add_firm({"name": "x", "adviser_id": w.adviser}),
        lambda: other.save_firm(w.other_firm, {"carrier_id": w.carrier}, 1),
        lambda: other.save_firm(w.other_firm, {"adviser_id": w.adviser}, 1),
        lambda: other.assign([w.other_firm], w.adviser),
        lambda: other.assign([w.other_firm, w.firm], w.other_adviser),
        lambda: other.set_stage([w.other_firm, w.firm], "ready"),
        lambda: other.add_task(w.other_firm, {"title": "x", "assignee_id": w.adviser}),
        lambda: other.save_outcome(w.other_firm, 2026, {"assessment_id": w.assessment}, 0),
    ):
        with pytest.raises(NotFound):
            forbidden()
    assert other.firm(w.other_firm)["version"] == 1
    assert other.outcomes() == []


@pytest.mark.parametrize("foreign", [0, -1, 2**31, 2**63, 10**30])
def test_an_id_that_nothing_can_have_is_not_there(engine: Engine, foreign: int) -> None:
    w = world(engine)
    for ask in (
        lambda: w.chief.firm(foreign),
        lambda: w.chief.assessment(foreign),
        lambda: w.chief.set_stage([foreign], "ready"),
        lambda: w.chief.confirm_import(foreign),
        lambda: w.chief.shared_draft(foreign),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_firm_changes_only_what_is_its_own_to_say(engine: Engine) -> None:
    w = world(engine)
    owner = w.as_("owner")
    for field in ("uscc", "carrier_id", "adviser_id", "stage", "verdict", "version", "id"):
        with pytest.raises(EligibilityError):
            owner.save_firm(w.firm, {field: 1}, w.chief.firm(w.firm)["version"])


def test_what_is_append_only_is_refused_by_the_database_itself(engine: Engine) -> None:
    w = world(engine)
    for table in APPEND_ONLY:
        for statement in (table.delete(), table.update().values(firm_id=w.other_firm)):
            with (
                pytest.raises(Exception, match="append-only"),
                engine.begin() as connection,
            ):
                connection.execute(statement)
    with engine.connect() as connection:
        assert connection.execute(select(audit_log)).first() is not None
