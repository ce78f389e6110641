"""An app with a store of its own, accounts of each role in it, and their cookies."""

# Private names: the signer remembers the key of one store a process.

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy

from eligibility.app import cache
from eligibility.app.web import cookies
from eligibility.store import Repository, Role, close_stores
from tests import empty_store, quick_passwords  # noqa: F401

PASSWORD = "correct horse battery"
VISIT = "a browser"


def own_store(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let the app use an empty store in that folder, and ask for its pages without any cookie."""
    send({}, patch)
    patch.setenv("ELIGIBILITY_DATA", str(folder))
    patch.delenv("ELIGIBILITY_DATABASE_URL", raising=False)
    patch.delenv("ELIGIBILITY_SECRET", raising=False)
    empty_store.put(folder)
    forget()


def forget() -> None:
    """Forget the store that the app uses."""
    close_stores()
    cookies._signer.cache_clear()


def chief() -> Repository:
    """The store as its first administrator sees it, ``chief``."""
    accounts = cache.accounts()
    accounts.create_administrator("chief", PASSWORD)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    return Repository(cache.engine(), signed.principal)


def add(repository: Repository, role: Role) -> str:
    """An account of a role, named after it, at a carrier of its own if it needs one; its login."""
    bound = {}
    if role is Role.ADVISER:
        bound["carrier_id"] = repository.administration.add_carrier("园区")
    repository.administration.add_account(
        role.value, PASSWORD, role, name=role.value, once=False, **bound
    )
    return role.value


def cookie(login: str) -> dict[str, str]:
    """What a browser sends whose user has just signed in."""
    token = cache.accounts().sign_in(login, PASSWORD)
    return {cookies.SIGN_IN: cookies._signer("sign-in").dumps(token)}


def send(held: Mapping[str, str], patch: pytest.MonkeyPatch) -> None:
    """Let every page of this test be asked for with these cookies."""
    patch.setattr(ContextProxy, "cookies", property(lambda _: held))
