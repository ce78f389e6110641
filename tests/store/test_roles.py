"""Every method of the repository as every role: allowed, refused, or as if nothing were there."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, create_engine, event, select, update

from eligibility import store
from eligibility.domain.errors import Conflict, EligibilityError, NotAllowed, NotFound, SignedOut
from eligibility.store import LOCAL, VISITOR, Accounts, Principal, Repository, Role, Stage, System
from eligibility.store import accounts as policy
from eligibility.store.access import Access
from eligibility.store.import_merge import CHUNK
from eligibility.store.schema import APPEND_ONLY, accounts, audit_log, firms, metadata, sign_ins
from tests.store.repository_calls import CALLS, EVERYONE, ONCE, STAFF, of
from tests.store.two_carriers import SECRET, World, facts, sign_in, world


def public() -> set[str]:
    """Every method of the repository and of its parts, by its path."""
    return {path for path, _ in methods()}


def methods() -> Iterator[tuple[str, Any]]:
    whole = Repository(create_engine("sqlite://"), VISITOR)
    parts = {name: part for name, part in vars(whole).items() if isinstance(part, Access)}
    for prefix, part in {"": whole, **parts}.items():
        for name, value in inspect.getmembers(type(part), inspect.isfunction):
            if not name.startswith("_"):
                yield f"{prefix}.{name}" if prefix else name, value


def test_every_public_method_has_its_line_in_the_table_and_names_its_roles() -> None:
    assert public() == set(CALLS)
    for path, method in methods():
        assert method.roles <= set(Role), path


def test_the_readme_names_only_what_there_is() -> None:
    readme = (Path(store.__file__).parent / "README.md").read_text(encoding="utf-8")
    accounts_have = {name for name in dir(Accounts) if not name.startswith("_")}
    for name, held in (("repository", public()), ("accounts", accounts_have)):
        named = set(re.findall(rf"\b{name}\.([\w.]+)\(", readme))
        assert named
        assert named <= held
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
                account = w.chief.administration.add_account(f"{who} who left", None, role, **bound)
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
        Change({"role": "firm", "carrier_id": None}, "visitor", frozenset({"administration.end_sign_in"})),
        Change({"role": "adviser", "carrier_id": 2}, "other adviser", frozenset({"administration.end_sign_in", "casework.delete_view"})),
        Change({"carrier_id": None}, "stray adviser", frozenset({"administration.end_sign_in", "casework.delete_view"})),
        Change({"role": "manager", "carrier_id": None}, "manager", frozenset({"administration.end_sign_in", "casework.delete_view"})),
    ],
    "manager": [
        Change({"role": "adviser", "carrier_id": 2}, "other adviser"),
        Change({"role": "firm"}, "visitor"),
    ],
    "administrator": [Change({"role": "manager"}, "manager"), Change({"role": "firm"}, "visitor")],
    "owner": [
        Change({"firm_id": 2}, "other owner",
               frozenset({"drafts.get", "drafts.save", "drafts.share", "drafts.withdraw",
                          "links.add_result_link", "links.of_draft", "links.revoke_of_draft",
                          "inbox.decisions_on_draft", "drafts.remember", "drafts.renew_code"})),
    ],
}  # fmt: skip


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
            if name in ONCE:
                continue
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
            if (
                name in ("administration.add_account", "administration.add_carrier")
                and answer == "Conflict"
            ):
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
        Repository(engine, signed).imports.stage("f.csv", rows())
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
    assert opening == {"access.py", "accounts.py", "api_tokens.py", "imports.py", "backup.py"}


def what_a_year_reads(repository: Repository) -> list[Any]:
    years = range(2019, 2032)
    return [
        repository.year.certificates(),
        repository.administration.targets(),
        *(repository.year.applicants(year, list(Stage)) for year in years),
    ]


def test_every_method_that_moves_a_year_changes_the_mark_that_says_so(engine: Engine) -> None:
    w = world(engine)
    local = w.as_("local")
    calls = {
        name: call.make for name, call in CALLS.items() if "local" in call.allowed & call.finds
    }
    # in the table these write what is there already
    calls["firms.move"] = lambda r, w: r.firms.move([w.firm], w.other_carrier)
    calls["administration.save_carrier"] = lambda r, w: r.administration.save_carrier(
        w.carrier, {"name": "新园"}, of(r.administration.carriers(), id=w.carrier)["version"]
    )
    calls["firms.save"] = lambda r, w: r.firms.save(
        w.firm, {"name": "新名"}, r.firms.get(w.firm)["version"]
    )
    calls["applications.save_outcome"] = lambda r, w: r.applications.save_outcome(
        w.firm,
        2026,
        {"expires_on": date(2027, 3, 1)},
        of(r.applications.outcomes(w.firm), applied_year=2026)["version"],
    )
    changes = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal changes
        changes += not statement.lstrip().startswith("SELECT")

    event.listen(engine, "before_cursor_execute", count)
    moving = set()
    before = what_a_year_reads(local)
    for name, make in calls.items():
        mark = local.year.last_change()
        changes = 0
        make(local, w)
        if not changes:  # what only reads moves nothing
            continue
        after = what_a_year_reads(local)
        if after != before:
            moving.add(name)
            assert local.year.last_change() != mark, name
        before = after
    event.remove(engine, "before_cursor_execute", count)
    assert moving >= {
        "firms.add", "firms.save", "firms.move", "firms.set_stage", "records.save_figures", "applications.save_outcome",
        "imports.confirm", "administration.save_carrier", "administration.set_target",
    }  # fmt: skip


def test_what_moves_no_year_leaves_its_mark_as_it_was(engine: Engine) -> None:
    w = world(engine)
    local = w.as_("local")
    mark = local.year.last_change()
    for name in (
        "casework.add_note",
        "casework.add_task",
        "casework.save_task",
        "documents.save",
        "casework.save_view",
        "records.add_assessment",
        "firms.assign",
        "drafts.add",
        "drafts.save",
        "imports.stage",
    ):
        CALLS[name].make(local, w)
    CALLS["administration.add_account"].make(w.chief, w)
    assert local.year.last_change() == mark


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
        # whom a draft can be shared with is for all to see, and a link is for who has its token
        if name in ("drafts.carrier_choices", "links.open", "links.answer"):
            continue
        try:
            told = call.make(w.as_(who), w)
        except EligibilityError as refusal:
            told = str(refusal)
        assert SECRET not in str(told), name
    assert everything_of(w, w.firm) == before
    mine = w.as_(who)
    added = 1 if who == "other adviser" else 0
    assert mine.firms.page().count == own + added
    assert len(mine.firms.frame()["id"]) == own + added
    if who in STAFF:
        assert sum(mine.overview.funnel().values()) == own + added
        assert sum(row["firms"] for row in mine.overview.counts("carrier")) == own + added
        assert [row["certified"] for row in mine.administration.targets()] == [0]
        assert (
            mine.applications.past_applications()
            == mine.applications.outcomes()
            == mine.casework.tasks()
            == []
        )


def test_staff_of_one_carrier_cannot_reach_over_by_any_argument(engine: Engine) -> None:
    w = world(engine)
    other = w.as_("other adviser")
    for forbidden in (
        lambda: other.firms.add({"name": "x", "carrier_id": w.carrier}),
        lambda: other.firms.add({"name": "x", "adviser_id": w.adviser}),
        lambda: other.firms.save(w.other_firm, {"carrier_id": w.carrier}, 1),
        lambda: other.firms.save(w.other_firm, {"adviser_id": w.adviser}, 1),
        lambda: other.firms.assign([w.other_firm], w.adviser),
        lambda: other.firms.assign([w.other_firm, w.firm], w.other_adviser),
        lambda: other.firms.set_stage([w.other_firm, w.firm], "ready"),
        lambda: other.casework.add_task(w.other_firm, {"title": "x", "assignee_id": w.adviser}),
        lambda: other.applications.save_outcome(
            w.other_firm, 2026, {"assessment_id": w.assessment}, 0
        ),
    ):
        with pytest.raises(NotFound):
            forbidden()
    assert other.firms.get(w.other_firm)["version"] == 1
    assert other.applications.outcomes() == []


@pytest.mark.parametrize("foreign", [0, -1, 2**31, 2**63, 10**30])
def test_an_id_that_nothing_can_have_is_not_there(engine: Engine, foreign: int) -> None:
    w = world(engine)
    for ask in (
        lambda: w.chief.firms.get(foreign),
        lambda: w.chief.records.assessment(foreign),
        lambda: w.chief.firms.set_stage([foreign], "ready"),
        lambda: w.chief.imports.confirm(foreign),
        lambda: w.chief.drafts.shared_draft(foreign),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_firm_changes_only_what_is_its_own_to_say(engine: Engine) -> None:
    w = world(engine)
    owner = w.as_("owner")
    for field in ("uscc", "carrier_id", "adviser_id", "stage", "verdict", "version", "id"):
        with pytest.raises(EligibilityError):
            owner.firms.save(w.firm, {field: 1}, w.chief.firms.get(w.firm)["version"])


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
