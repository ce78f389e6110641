"""Signing in through an organisation: a real OpenID provider, a real browser, the whole way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)
pytest.importorskip("authlib", reason="needs Authlib: pip install -r requirements-dev.txt")

from eligibility.store import Accounts, Engine, Repository, Role, open_store  # noqa: E402
from tests import empty_store  # noqa: E402
from tests.browser.openid_provider import Provider, providing  # noqa: E402
from tests.browser.server import chromium, free_port, settled, started  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
PASSWORD = "correct horse battery"
COOKIE, PROVIDERS = "eligibility_sign_in", "_streamlit_user"
NASTY = "**x** <img src=x onerror=alert(1)>"
PEOPLE = {
    "manager": {"email": "Boss@X.example", "email_verified": True, "name": "王主任"},
    "impostor": {"email": "boss@x.example", "email_verified": False, "name": "王主任"},
    "silent": {"email": "boss@x.example", "name": "王主任"},
    "newcomer": {
        "email": "firm@x.example", "email_verified": True, "name": NASTY,
        "role": "administrator", "roles": ["administrator"], "groups": ["administrator"],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing(Provider(PEOPLE)) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Engine]:
    empty_store.put(folder)
    made = open_store(f"sqlite:///{folder / 'eligibility.sqlite'}")
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def address(provider: Provider, folder: Path, engine: Engine) -> Iterator[str]:
    """An app that knows the provider, with an administrator and one manager."""
    accounts = Accounts(engine, b"k" * 32)
    accounts.create_administrator("chief", PASSWORD)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    Repository(engine, signed.principal).administration.add_account(
        "boss@x.example", None, Role.MANAGER
    )
    port = free_port()
    file = provider.secrets(f"http://127.0.0.1:{port}", folder)
    with started(port, folder, f"--secrets.files={file}") as (running, _):
        yield running


@pytest.fixture
def page(address: str, browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    context = browser.new_context(base_url=address, locale="en-US")
    refused: list[str] = []
    context.on("console", lambda told: refused.append(told.text) if "Security" in told.text else 0)
    yield context.new_page()
    context.close()
    assert refused == []


def seen(page: sync_api.Page) -> str:
    settled(page)
    return str(page.locator(".stMain").inner_text())


def arrive(page: sync_api.Page, person: str) -> str:
    """Go to the provider, say who one is there, and come back."""
    page.goto("/account")
    settled(page)
    page.get_by_role("button", name="Sign in through your organisation").click()
    page.get_by_role("button", name=person).click()
    page.wait_for_url(re.compile(r"/$|/home|/start|/\?"))
    return seen(page)


def go_on(page: sync_api.Page) -> str:
    """Take the last step."""
    with page.expect_navigation():
        page.get_by_role("button", name="Continue as the person signed in there").click()
    return seen(page)


def signed_in(page: sync_api.Page) -> bool:
    return COOKIE in [each["name"] for each in page.context.cookies()]


def roles(engine: Engine) -> dict[str, str]:
    accounts = Accounts(engine, b"k" * 32)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    return {
        row["login"]: row["role"]
        for row in Repository(engine, signed.principal).administration.accounts()
    }


def test_a_verified_address_finds_its_account_and_its_pages_until_it_signs_out(
    page: sync_api.Page,
) -> None:
    assert "Your organisation knows you as 王主任" in arrive(page, "manager")
    assert not signed_in(page)
    go_on(page)
    page.goto("/overview")
    assert "No firm is held yet" in seen(page)
    page.reload()
    assert "No firm is held yet" in seen(page)
    page.goto("/account")
    assert "· manager" in seen(page).lower()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out here").click()
    assert "You are signed out." in seen(page)
    left = [each["name"] for each in page.context.cookies()]
    assert not [name for name in left if name == COOKIE or name.startswith(PROVIDERS)]
    page.goto("/overview")
    assert "This page is for staff" in seen(page)
    assert not page.get_by_role("button", name="Continue as the person").count()


@pytest.mark.parametrize("person", ["impostor", "silent"])
def test_an_address_that_the_provider_has_not_verified_is_refused(
    page: sync_api.Page, person: str
) -> None:
    arrive(page, person)
    assert "The provider has not verified this address" in go_on(page)
    assert not signed_in(page)
    page.goto("/overview")
    assert "This page is for staff" in seen(page)


def test_who_is_not_known_becomes_a_firm_and_never_has_a_role(
    page: sync_api.Page, engine: Engine
) -> None:
    assert NASTY in arrive(page, "newcomer")
    assert page.locator(".stMain img").count() == 0
    go_on(page)
    assert signed_in(page)
    assert roles(engine)["firm@x.example"] == "firm"
    page.goto("/overview")
    assert "Your role does not allow this." in seen(page)
    page.goto("/account")
    assert NASTY in seen(page)


def test_who_is_somebody_else_there_says_so_and_is_nobody(page: sync_api.Page) -> None:
    arrive(page, "manager")
    with page.expect_navigation():
        page.get_by_role("button", name="That is not me").click()
    assert "Your organisation knows you" not in seen(page)
    assert not [e for e in page.context.cookies() if e["name"].startswith(PROVIDERS)]


def test_a_token_that_another_key_has_signed_is_nobodys(
    page: sync_api.Page, provider: Provider
) -> None:
    provider.forges = True
    try:
        assert "Your organisation knows you" not in arrive(page, "manager")
    finally:
        provider.forges = False
    assert not [e for e in page.context.cookies() if e["name"].startswith(PROVIDERS)]
