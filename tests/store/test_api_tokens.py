"""Tokens of the web API: shown once, kept as hashes, worth nothing once revoked or expired."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from eligibility.domain.errors import InputError, NotAllowed, NotFound, SignedOut
from eligibility.store import Repository, Role, backup, find_token
from eligibility.store.actors import now
from eligibility.store.schema import api_tokens, audit_log
from tests.store.two_carriers import SECRET, world


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_token_acts_as_the_role_and_the_carrier_it_was_made_for(engine: Engine) -> None:
    w = world(engine)
    own = find_token(
        engine, w.chief.api_tokens.add("平台", Role.ADVISER, carrier_id=w.carrier, days=1)
    )
    all_ = find_token(engine, w.chief.api_tokens.add("市局", "manager", days=366))
    assert own
    assert all_
    assert Repository(engine, own).firms.page().rows == w.as_("adviser").firms.page().rows
    assert Repository(engine, all_).firms.page().rows == w.as_("manager").firms.page().rows
    assert len(w.as_("adviser").firms.page().rows) < len(w.as_("manager").firms.page().rows)
    for principal in (own, all_):
        with pytest.raises(NotAllowed):
            Repository(engine, principal).api_tokens.tokens()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_token_opens_nothing_once_it_is_revoked_or_has_expired(engine: Engine) -> None:
    w = world(engine)
    token = w.chief.api_tokens.add("平台", "manager", days=1)
    principal = find_token(engine, token)
    assert principal
    tomorrow = now() + timedelta(days=1)
    assert find_token(engine, token, lambda: tomorrow) is None
    with pytest.raises(SignedOut, match="revoked or has expired"):
        Repository(engine, principal, lambda: tomorrow).firms.page()
    w.chief.api_tokens.revoke(principal.id)
    w.chief.api_tokens.revoke(principal.id)
    assert find_token(engine, token) is None
    with pytest.raises(SignedOut):
        Repository(engine, principal).firms.page()
    with pytest.raises(NotFound):
        w.chief.api_tokens.revoke(principal.id + 1)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_store_its_log_and_its_lists_never_hold_the_token_itself(
    engine: Engine, tmp_path: Path
) -> None:
    w = world(engine)
    token = w.chief.api_tokens.add("平台", "manager", days=30)
    listed = w.chief.api_tokens.tokens()
    assert [row["name"] for row in listed] == ["平台", SECRET]
    assert "token_hash" not in listed[0]
    assert listed[0]["seen_at"] is None
    assert find_token(engine, token)
    assert w.chief.api_tokens.tokens()[0]["seen_at"]
    with engine.connect() as connection:
        written = [list(connection.execute(select(table))) for table in (api_tokens, audit_log)]
    assert token not in str(written)
    assert "token.add" in str(written)
    backup(engine, tmp_path / "backup.sqlite")
    assert token.encode() not in (tmp_path / "backup.sqlite").read_bytes()
    assert find_token(engine, "") is None
    assert find_token(engine, "\ud800") is None


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "role", "carrier", "days", "says"),
    [
        ("", "manager", False, 30, "needs a name"),
        ("平台", "administrator", False, 30, "adviser or manager, not administrator"),
        ("平台", "firm", False, 30, "adviser or manager, not firm"),
        ("平台", "adviser", False, 30, "belongs to a carrier"),
        ("平台", "manager", True, 30, "belongs to a carrier"),
        ("平台", "manager", False, 0, "1 to 366 days, not 0"),
        ("平台", "manager", False, 367, "1 to 366 days, not 367"),
    ],
)
def test_a_token_without_name_role_place_or_end_is_refused(
    engine: Engine, name: str, role: str, carrier: bool, days: int, says: str
) -> None:
    w = world(engine)
    with pytest.raises(InputError, match=says):
        w.chief.api_tokens.add(name, role, carrier_id=w.carrier if carrier else None, days=days)
