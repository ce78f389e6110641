"""Signing in: what lets in, what keeps out, what ends, and that nothing tells why."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Literal

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from sqlalchemy import Engine, select, update

from eligibility.domain.errors import Conflict, InputError, NotAllowed, NotFound
from eligibility.store import LOCAL, Accounts, Actor, Repository, Role, System, signing_key
from eligibility.store import accounts as policy
from eligibility.store.schema import accounts, audit_log, sign_ins
from tests.store.sign_in_attempts import LOGIN, PASSWORD, QUICK, Clock, refused


def test_the_right_password_signs_in_and_the_store_keeps_no_token(doors: Accounts) -> None:
    token = doors.sign_in(" li.na@EXAMPLE.org ", PASSWORD)
    signed = doors.signed_in(token)
    assert signed is not None
    assert signed.actor.role is Role.ADMINISTRATOR
    with doors.engine.connect() as connection:
        held = str(connection.execute(select(sign_ins)).all())
        assert token not in held
        assert policy.token_hash(token) in held
        assert PASSWORD not in str(connection.execute(select(accounts)).all())
        assert {PASSWORD, token}.isdisjoint(str(connection.execute(select(audit_log)).all()))


def test_a_made_up_changed_or_empty_token_is_nobody(doors: Accounts) -> None:
    token = doors.sign_in(LOGIN, PASSWORD)
    for forged in (None, "", "x", token[:-1], token + "A", policy.token_hash(token)):
        assert doors.signed_in(forged) is None


def test_unknown_wrong_disabled_and_passwordless_accounts_answer_alike(doors: Accounts) -> None:
    Repository(doors.engine, System(Role.ADMINISTRATOR)).administration.add_account(
        "oidc", None, "manager"
    )
    doors.register("gone", PASSWORD)
    with doors.engine.begin() as connection:
        connection.execute(update(accounts).where(accounts.c.login == "gone").values(active=False))
    said = {
        refused(doors),
        refused(doors, "nobody"),
        refused(doors, "oidc"),
        refused(doors, "gone", PASSWORD),
    }
    assert len(said) == 1


class Recording(PasswordHasher):
    """A hasher that keeps what each verification has to do: its parameters say what it costs."""

    def __init__(self) -> None:
        super().__init__(time_cost=2, memory_cost=64, parallelism=1)
        self.verified: list[Parameters] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified.append(extract_parameters(hash.decode() if isinstance(hash, bytes) else hash))
        return super().verify(hash, password)


def test_an_unknown_login_costs_one_verification_like_a_known_one(engine: Engine) -> None:
    hasher = Recording()
    doors = Accounts(engine, b"k" * 32, hasher=hasher)
    doors.register(LOGIN, PASSWORD)
    costs = []
    for login in (LOGIN, "nobody", "nobody else", LOGIN):
        refused(doors, login)
        costs.append(hasher.verified)
        hasher.verified = []
    assert [len(cost) for cost in costs] == [1, 1, 1, 1]
    assert costs[0] == costs[1] == costs[2] == costs[3]
    assert (costs[0][0].time_cost, costs[0][0].memory_cost) == (2, 64)


def test_a_sign_in_ends_when_idle_and_at_last_in_any_case(doors: Accounts, clock: Clock) -> None:
    idle, busy = doors.sign_in(LOGIN, PASSWORD), doors.sign_in(LOGIN, PASSWORD)
    began = clock.at
    clock.move(hours=11)
    assert doors.signed_in(busy)
    clock.move(hours=1, seconds=1)
    assert doors.signed_in(idle) is None
    assert doors.signed_in(busy)
    while clock.at < began + policy.ABSOLUTE - timedelta(hours=11):
        clock.move(hours=11)
        assert doors.signed_in(busy)
    clock.move(hours=11)
    assert doors.signed_in(busy) is None


def test_signing_out_ends_this_one_or_all(doors: Accounts) -> None:
    first, second, third = (doors.sign_in(LOGIN, PASSWORD) for _ in range(3))
    doors.sign_out(first)
    assert doors.signed_in(first) is None
    assert doors.signed_in(second)
    doors.sign_out(second, everywhere=True)
    assert doors.signed_in(second) is doors.signed_in(third) is None
    doors.sign_out("unknown", everywhere=True)


def test_a_changed_password_ends_every_other_sign_in(doors: Accounts) -> None:
    here, elsewhere = doors.sign_in(LOGIN, PASSWORD), doors.sign_in(LOGIN, PASSWORD)
    with pytest.raises(NotAllowed):
        doors.change_password(here, "wrong", "another good password")
    doors.change_password(here, PASSWORD, "another good password")
    assert doors.signed_in(here)
    assert doors.signed_in(elsewhere) is None
    refused(doors, password=PASSWORD)
    assert doors.sign_in(LOGIN, "another good password")


def test_a_password_that_an_administrator_set_opens_nothing_but_the_change_to_ones_own(
    doors: Accounts,
) -> None:
    chief = Repository(doors.engine, System(Role.ADMINISTRATOR))
    staff = chief.administration.add_account("staff", PASSWORD, "manager")
    token = doors.sign_in("staff", PASSWORD)
    for again in (False, True):
        if again:
            chief.administration.set_password(staff, "given a second time")
            assert doors.signed_in(token) is None
            token = doors.sign_in("staff", "given a second time")
        signed = doors.signed_in(token)
        assert signed is not None
        assert (signed.once, signed.actor) == (True, Actor(Role.FIRM))
        with pytest.raises(NotAllowed):
            Repository(doors.engine, signed.principal).overview.funnel()
        given = "given a second time" if again else PASSWORD
        with pytest.raises(InputError, match="choose another"):
            doors.change_password(token, given, given)
        doors.change_password(token, given, "a password of my own")
        signed = doors.signed_in(token)
        assert signed is not None
        assert (signed.once, signed.actor.role) == (False, Role.MANAGER)
    assert doors.sign_in("staff", "a password of my own")


@pytest.mark.parametrize("weak", ["", "short", "elevenchars", LOGIN.upper(), "x" * 1001])
def test_a_password_that_is_short_endless_or_the_login_is_refused(
    doors: Accounts, weak: str
) -> None:
    with pytest.raises(InputError):
        doors.register(LOGIN, weak)


@pytest.mark.parametrize(
    "weak",
    [
        "password1234", "aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "123456789012",
        "qwertyuiop12", "1qaz2wsx3edc", "Password2024!", "p@ssw0rd1234", "admin1234567",
        "zhongguo123456", "eligibility2026", "gaoxinqiye2026", "huanghe-east1", "ｐａｓｓｗｏｒｄ１２３４",
    ],
)  # fmt: skip
def test_a_password_that_everybody_guesses_is_refused(doors: Accounts, weak: str) -> None:
    with pytest.raises(InputError, match="easily guessed"):
        doors.register("huanghe-east", weak)


@pytest.mark.parametrize(
    "strong", ["correct horse battery", "x9$kLm2Qw8!z", "春江花月夜潮水连海平明月"]
)
def test_a_password_that_nobody_guesses_needs_no_signs_of_a_certain_kind(
    doors: Accounts, strong: str
) -> None:
    assert doors.register("huanghe-east", strong)


def test_a_long_password_is_weighed_at_once(doors: Accounts) -> None:
    began = process_time()
    doors.register("patient", "xkqzj wvbpt " * 83)
    assert process_time() - began < 1


def test_a_password_typed_on_another_keyboard_is_the_same(doors: Accounts) -> None:
    doors.register("wide", "ｃｏｒｒｅｃｔ ｈｏｒｓｅ é")
    assert doors.sign_in("ｗｉｄｅ", "correct horse é")


def test_a_login_is_taken_once(doors: Accounts) -> None:
    with pytest.raises(Conflict):
        doors.register(LOGIN.upper(), PASSWORD)


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(
    doors: Accounts, engine: Engine
) -> None:
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    Accounts(engine, b"k" * 32, hasher=stronger).sign_in(LOGIN, PASSWORD)
    with engine.connect() as connection:
        held = connection.scalars(select(accounts.c.password_hash)).one()
    assert not stronger.check_needs_rehash(held)
    assert doors.sign_in(LOGIN, PASSWORD)


def test_a_csrf_token_holds_for_its_own_sign_in_and_key_only(
    doors: Accounts, engine: Engine
) -> None:
    one, two = doors.sign_in(LOGIN, PASSWORD), doors.sign_in(LOGIN, PASSWORD)
    signed = doors.signed_in(one)
    assert signed is not None
    assert doors.csrf_holds(one, signed.csrf)
    assert not doors.csrf_holds(two, signed.csrf)
    assert not doors.csrf_holds(one, "")
    assert not doors.csrf_holds(one, "错")
    assert not Accounts(engine, b"other" * 8).csrf_holds(one, signed.csrf)


def test_the_local_person_is_gone_with_the_first_account(engine: Engine) -> None:
    doors = Accounts(engine, b"k" * 32, hasher=QUICK)
    local = Repository(engine, LOCAL)
    assert local.rights().role is Role.LOCAL
    assert not doors.has_administrator()
    doors.create_administrator(LOGIN, PASSWORD)
    assert doors.has_administrator()
    with pytest.raises(NotAllowed):
        local.firms.page()


def test_an_identity_links_what_is_verified_and_never_gives_a_role(doors: Accounts) -> None:
    with pytest.raises(NotAllowed):
        doors.account_for_identity("https://id", "7", LOGIN, email_is_verified=False)
    linked = doors.account_for_identity("https://id", "7", LOGIN, email_is_verified=True)
    assert linked["role"] == "administrator"
    # linked for good: whatever the provider says later
    assert doors.account_for_identity("https://id", "7", "other@x")["id"] == linked["id"]
    for subject, login in (("8", "new@example.org"), ("9", ""), ("10", "")):
        assert (
            doors.account_for_identity("https://id", subject, login, email_is_verified=True)["role"]
            == "firm"
        )
    token = doors.sign_in_identity("https://id", "8")
    signed = doors.signed_in(token)
    assert signed is not None
    assert signed.actor.role is Role.FIRM


def test_whoever_registered_an_address_before_its_owner_is_put_out(doors: Accounts) -> None:
    doors.register("owner@example.org", PASSWORD)
    squatter = doors.sign_in("owner@example.org", PASSWORD)
    doors.account_for_identity("https://id", "1", "owner@example.org", email_is_verified=True)
    assert doors.signed_in(squatter) is None
    refused(doors, "owner@example.org", PASSWORD)


def test_a_disabled_account_is_out_at_once_by_every_door(doors: Accounts, engine: Engine) -> None:
    chief = Repository(engine, System(Role.ADMINISTRATOR))
    chief.administration.add_account("staff", PASSWORD, "manager")
    doors.account_for_identity("https://id", "1", "staff", email_is_verified=True)
    token = doors.sign_in("staff", PASSWORD)
    (row,) = (row for row in chief.administration.accounts() if row["login"] == "staff")
    chief.administration.save_account(row["id"], {"active": False}, row["version"])
    assert doors.signed_in(token) is None
    refused(doors, "staff", PASSWORD)
    with pytest.raises(NotAllowed):
        doors.sign_in_identity("https://id", "1")


def test_an_account_disabled_behind_the_programs_back_is_out_as_well(doors: Accounts) -> None:
    token = doors.sign_in(LOGIN, PASSWORD)
    with doors.engine.begin() as connection:
        connection.execute(update(accounts).values(active=False))
    assert doors.signed_in(token) is None


def test_the_last_administrator_cannot_be_lost(doors: Accounts, engine: Engine) -> None:
    chief = Repository(engine, System(Role.ADMINISTRATOR))
    (row,) = chief.administration.accounts()
    for change in ({"active": False}, {"role": "manager"}):
        with pytest.raises(Conflict):
            chief.administration.save_account(row["id"], change, row["version"])
    assert doors.sign_in(LOGIN, PASSWORD)


def test_accounts_are_bound_as_their_role_says(engine: Engine) -> None:
    chief = Repository(engine, System(Role.ADMINISTRATOR))
    carrier, firm = chief.administration.add_carrier("园"), chief.firms.add({"name": "甲"})
    for role, bound in (
        ("adviser", {}), ("manager", {"carrier_id": carrier}), ("firm", {"carrier_id": carrier}),
        ("adviser", {"carrier_id": carrier, "firm_id": firm}), ("local", {}), ("king", {}),
    ):  # fmt: skip
        with pytest.raises(InputError):
            chief.administration.add_account("a", None, role, **bound)
    assert chief.administration.add_account("a", None, "adviser", carrier_id=carrier)
    assert chief.administration.add_account("f", None, "firm", firm_id=firm)


def test_the_signing_key_is_made_once_for_its_owner_only_or_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = signing_key()
    assert signing_key() == first
    path = tmp_path / "data" / "signing.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["signing.key"]
    monkeypatch.setenv("ELIGIBILITY_SECRET", "s" * 32)
    assert signing_key() == b"s" * 32
    monkeypatch.setenv("ELIGIBILITY_SECRET", "short")
    with pytest.raises(InputError):
        signing_key()


def test_an_account_sees_and_ends_its_own_open_sign_ins_only(engine: Engine) -> None:
    doors = Accounts(engine, b"k" * 32, hasher=QUICK)
    for login in ("one", "two"):
        doors.register(login, PASSWORD)
    here, there, other = (doors.sign_in(login, PASSWORD) for login in ("one", "one", "two"))
    gone = doors.sign_in("one", PASSWORD)
    doors.sign_out(gone)
    signed = doors.signed_in(here)
    assert signed is not None
    mine = Repository(engine, signed.principal)
    held = {row["id"]: row for row in mine.administration.open_sign_ins()}
    assert len(held) == 2
    assert signed.sign_in_id in held
    assert {row["login"] for row in held.values()} == {"one"}
    (elsewhere,) = held.keys() - {signed.sign_in_id}
    mine.administration.end_sign_in(elsewhere)
    mine.administration.end_sign_in(elsewhere)
    assert doors.signed_in(there) is None
    assert doors.signed_in(here) is not None
    foreign = doors.signed_in(other)
    assert foreign is not None
    with pytest.raises(NotFound):
        mine.administration.end_sign_in(foreign.sign_in_id)
    assert doors.signed_in(other) is not None


def test_a_sign_in_that_ran_out_is_not_listed_as_open(engine: Engine) -> None:
    doors = Accounts(engine, b"k" * 32, hasher=QUICK)
    made = doors.create_administrator("chief", PASSWORD)
    doors.sign_in("chief", PASSWORD)
    actor = System(Role.ADMINISTRATOR, made)
    assert len(Repository(engine, actor).administration.open_sign_ins()) == 1
    later = Repository(engine, actor, lambda: datetime.now(UTC) + policy.IDLE)
    assert later.administration.open_sign_ins() == []


def test_a_text_that_is_none_signs_nobody_in_and_is_no_fault(doors: Accounts) -> None:
    half = "\ud800"
    assert doors.signed_in(half) is None
    doors.sign_out(half)
    assert not doors.csrf_holds(half, half)
    assert doors.source_of(half)
    with pytest.raises(NotAllowed):
        doors.change_password(half, half, "correct horse battery")
