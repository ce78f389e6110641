"""Signing in and out: what the routes do, and what a store without an administrator answers."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from eligibility.app import cache
from eligibility.app.web import cookies, guard, routes
from eligibility.store import Repository, Role, System
from eligibility.store.passwords import HASHER
from tests import accounts
from tests.accounts import PASSWORD
from tests.app.signed_pages import ROOT, SITE, page
from tests.app.test_navigation import drawn

WRONG = "Login or password is wrong."


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    accounts.own_store(tmp_path, monkeypatch)
    yield
    accounts.forget()


@pytest.fixture
def browser() -> TestClient:
    """A browser that has looked at a page before."""
    app = Starlette(routes=routes.ROUTES, middleware=guard.MIDDLEWARE)
    made = TestClient(app, base_url=SITE, follow_redirects=False)
    made.headers["origin"] = SITE
    made.cookies.set(cookies.VISIT, accounts.VISIT)
    return made


def sign_in(browser: TestClient, password: str = PASSWORD, **more: str) -> str:
    """Send the form of sign-in; where it leads."""
    token = cache.accounts().csrf_token(accounts.VISIT)
    fields = {"login": "chief", "password": password, "csrf": token, "back": "/", **more}
    answer = browser.post(routes.SIGN_IN, data=fields)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def csrf(browser: TestClient) -> str:
    token = cookies.token(dict(browser.cookies))
    assert token
    return cache.accounts().csrf_token(token)


def said(address: str) -> str:
    """The sentence in an address."""
    (signed,) = parse_qs(urlsplit(address).query)["said"]
    return str(cookies.signed_message(signed))


def test_a_sign_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(
    browser: TestClient,
) -> None:
    accounts.chief()
    assert sign_in(browser, back="/firms?lang=English") == "/firms?lang=English"
    set_cookie = browser.post(
        routes.SIGN_IN,
        data={"login": "chief", "password": PASSWORD, "csrf": cache.accounts().csrf_token(accounts.VISIT)},
    ).headers["set-cookie"]  # fmt: skip
    assert "HttpOnly" in set_cookie
    assert "SameSite=lax" in set_cookie
    assert "Secure" not in set_cookie
    signed = cache.accounts().signed_in(cookies.token(dict(browser.cookies)))
    assert signed is not None
    assert signed.login == "chief"


def test_whoever_signs_in_on_the_page_of_the_account_goes_on_to_the_first_page(
    browser: TestClient,
) -> None:
    accounts.chief()
    assert sign_in(browser, back="/account?lang=English") == "/?lang=English"
    assert sign_in(browser, back="/account") == "/"
    # a password that is changed of one's own will leads nowhere else
    fields = {"csrf": csrf(browser), "old": PASSWORD, "back": "/account"}
    new = {"new": "a password of my own", "again": "a password of my own"}
    answer = browser.post(routes.PASSWORD, data={**fields, **new})
    assert answer.headers["location"].startswith("/account?said=")


def test_the_first_own_password_opens_the_first_page(browser: TestClient) -> None:
    accounts.chief().administration.add_account(
        "staff", "given by somebody", Role.MANAGER, name="员工"
    )
    assert sign_in(browser, "given by somebody", login="staff", back="/").startswith("/account?")
    fields = {"csrf": csrf(browser), "old": "given by somebody", "back": "/account?lang=English"}
    wrong = {"new": "a password of my own", "again": "another"}
    answer = browser.post(routes.PASSWORD, data={**fields, **wrong})
    assert answer.headers["location"].startswith("/account?")
    new = {"new": "a password of my own", "again": "a password of my own"}
    answer = browser.post(routes.PASSWORD, data={**fields, **new})
    assert answer.headers["location"].startswith("/?lang=English&said=")


@pytest.fixture
def secure_browser() -> TestClient:
    """A browser that has looked at a page over https before."""
    app = Starlette(routes=routes.ROUTES, middleware=guard.MIDDLEWARE)
    made = TestClient(app, base_url="https://office.example", follow_redirects=False)
    made.headers["origin"] = "https://office.example"
    made.cookies.set(f"__Host-{cookies.VISIT}", accounts.VISIT)
    return made


def test_over_https_cookies_go_over_https_to_this_very_host_only(
    secure_browser: TestClient,
) -> None:
    accounts.chief()
    assert sign_in(secure_browser) == "/"
    assert {cookies.HOST + cookies.SIGN_IN, cookies.HOST + cookies.KNOWN} < set(
        secure_browser.cookies
    )
    token = cache.accounts().csrf_token(accounts.VISIT)
    fields = {"login": "chief", "password": PASSWORD, "csrf": token}
    answer = secure_browser.post(routes.SIGN_IN, data=fields)
    for each in answer.headers.get_list("set-cookie"):
        assert each.startswith("__Host-")
        assert "; Secure" in each
        assert "; Path=/" in each
        assert "omain" not in each
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    signed_in = secure_browser.cookies[cookies.HOST + cookies.SIGN_IN]
    mine = cache.accounts().csrf_token(cookies.token({cookies.SIGN_IN: signed_in}) or "")
    answer = secure_browser.post(routes.SIGN_OUT, data={"csrf": mine})
    assert "You are signed out." in said(answer.headers["location"])
    assert cookies.HOST + cookies.SIGN_IN not in secure_browser.cookies


def test_a_cookie_that_a_neighbouring_host_has_set_counts_for_nothing(
    secure_browser: TestClient, browser: TestClient
) -> None:
    accounts.chief()
    planted = accounts.cookie("chief")[cookies.SIGN_IN]
    mine = cache.accounts().csrf_token(cookies.token({cookies.SIGN_IN: planted}) or "")
    for client, name in (
        (secure_browser, cookies.SIGN_IN),
        (browser, cookies.HOST + cookies.SIGN_IN),
    ):
        client.cookies.set(name, planted)
        answer = client.post(routes.SIGN_OUT, data={"csrf": mine})
        assert "out of date" in said(answer.headers["location"])
    assert cache.accounts().signed_in(cookies.token({cookies.SIGN_IN: planted}))


def test_over_plain_http_nothing_is_said_of_https(browser: TestClient) -> None:
    assert "strict-transport-security" not in browser.get("/").headers


def test_a_wrong_password_is_said_in_words_and_the_sixth_has_to_wait(
    browser: TestClient,
) -> None:
    accounts.chief()
    for _ in range(5):
        assert said(sign_in(browser, "wrong password")) == WRONG
    told = said(sign_in(browser))
    assert re.fullmatch(r"Too many failed attempts; try again in [12] seconds\.", told)
    assert cookies.SIGN_IN not in browser.cookies


def test_a_browser_that_has_signed_in_before_is_let_through_when_others_guess(
    browser: TestClient,
) -> None:
    accounts.chief()
    assert sign_in(browser) == "/"
    stranger = TestClient(browser.app, base_url=SITE, follow_redirects=False)
    stranger.headers["origin"] = SITE
    stranger.cookies.set(cookies.VISIT, accounts.VISIT)
    for _ in range(5):
        sign_in(stranger, "wrong password")
    assert "Too many" in said(sign_in(stranger))
    assert sign_in(browser) == "/"
    # known for the login that signed in, and for no other
    accounts.add(Repository(cache.engine(), System(Role.ADMINISTRATOR)), Role.MANAGER)
    for _ in range(5):
        sign_in(stranger, "wrong password", login="manager")
    assert "Too many" in said(sign_in(browser, login="manager"))


def test_eighty_people_who_sign_in_at_once_all_get_in_and_hold_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boss = accounts.chief()
    logins = [f"person{place}" for place in range(80)]
    for login in logins:
        boss.administration.add_account(login, PASSWORD, Role.MANAGER, once=False)
    token = cache.accounts().csrf_token(accounts.VISIT)
    verify, most, now = type(HASHER).verify, 0, 0

    def slow(*given: Any) -> bool:
        nonlocal most, now
        now += 1
        most = max(most, now)
        time.sleep(0.02)
        now -= 1
        return verify(*given)

    monkeypatch.setattr(type(HASHER), "verify", slow)
    others: list[float] = []

    async def crowd() -> list[httpx.Response]:
        app = Starlette(
            routes=[*routes.ROUTES, Route("/other", lambda _: PlainTextResponse(""))],
            middleware=guard.MIDDLEWARE,
        )
        through = httpx.ASGITransport(app)
        visit = {cookies.VISIT: accounts.VISIT}
        async with httpx.AsyncClient(transport=through, base_url=SITE, cookies=visit) as client:

            async def enter(login: str) -> httpx.Response:
                fields = {"login": login, "password": PASSWORD, "csrf": token}
                return await client.post(routes.SIGN_IN, data=fields, headers={"origin": SITE})

            people_ = [asyncio.create_task(enter(login)) for login in logins]
            while not all(each.done() for each in people_):
                began = time.monotonic()
                await client.get("/other")
                others.append(time.monotonic() - began)
                await asyncio.sleep(0.05)
            return [each.result() for each in people_]

    answers = asyncio.run(crowd())
    assert [answer.headers["location"] for answer in answers] == ["/"] * 80
    assert most == 2
    # what answers others needed no turn behind them
    assert median(others) < 0.1


def test_beyond_two_hundred_who_wait_one_is_asked_to_come_again(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.chief()
    monkeypatch.setattr(routes, "MOST_WAITING", 0)
    assert said(sign_in(browser)).startswith("Many people are signing in")
    # whoever leaves waits for nobody
    assert "out of date" in said(browser.post(routes.SIGN_OUT, data={}).headers["location"])


def test_after_signing_out_the_old_cookie_is_worth_nothing(browser: TestClient) -> None:
    accounts.chief()
    sign_in(browser)
    token = cookies.token(dict(browser.cookies))
    browser.post(routes.SIGN_OUT, data={"csrf": csrf(browser)})
    assert cookies.SIGN_IN not in browser.cookies
    assert cache.accounts().signed_in(token) is None


def test_signing_out_everywhere_ends_the_other_devices_too(browser: TestClient) -> None:
    accounts.chief()
    elsewhere = cookies.token(accounts.cookie("chief"))
    sign_in(browser)
    browser.post(routes.SIGN_OUT, data={"csrf": csrf(browser), "everywhere": "yes"})
    assert cache.accounts().signed_in(elsewhere) is None


def test_a_changed_password_holds_and_ends_the_other_devices(browser: TestClient) -> None:
    accounts.chief()
    elsewhere = cookies.token(accounts.cookie("chief"))
    sign_in(browser)
    fields = {"csrf": csrf(browser), "old": PASSWORD, "new": "another long one"}
    answer = browser.post(routes.PASSWORD, data={**fields, "again": "another lone one"})
    assert "differ" in said(answer.headers["location"])
    answer = browser.post(routes.PASSWORD, data={**fields, "again": fields["new"]})
    assert "is changed" in said(answer.headers["location"])
    assert cache.accounts().signed_in(elsewhere) is None
    assert cache.accounts().signed_in(cookies.token(dict(browser.cookies))) is not None
    assert said(sign_in(browser)) == WRONG


def test_a_password_that_an_administrator_gave_leads_to_the_change_and_to_no_other_page(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.chief().administration.add_account(
        "staff", "given by somebody", Role.MANAGER, name="员工"
    )
    led = sign_in(browser, "given by somebody", login="staff", back="/overview?lang=English")
    assert led.startswith("/account?lang=English&said=")
    assert "Somebody else set this password" in said(led)
    accounts.send(dict(browser.cookies), monkeypatch)
    told = drawn(page("account/account"))
    assert "was set by somebody else" in told
    assert "manager" not in told.lower()
    for closed in (
        "register/overview",
        "register/firms",
        "account/administration",
        "register/import",
    ):
        with pytest.raises(Exception, match="Could not find a navigation page"):
            page(closed)
    fields = {"csrf": csrf(browser), "old": "given by somebody", "back": "/overview"}
    new = {"new": "a password of my own", "again": "a password of my own"}
    answer = browser.post(
        routes.PASSWORD, data={**fields, "new": fields["old"], "again": fields["old"]}
    )
    assert "choose another" in said(answer.headers["location"])
    answer = browser.post(routes.PASSWORD, data={**fields, **new})
    assert "is changed" in said(answer.headers["location"])
    told = drawn(page("account/account"))
    assert "was set by somebody else" not in told
    assert "manager" in told.lower()
    assert "No firm is held yet" in drawn(page("register/overview"))


def test_before_there_is_an_administrator_no_identity_makes_the_first_account(
    browser: TestClient,
) -> None:
    claims = {"issuer": "https://id.example", "subject": "7", "login": "a@x.example"}
    handed = cookies.identity(accounts.VISIT, {**claims, "email_is_verified": True, "name": "甲"})
    fields = {"csrf": cache.accounts().csrf_token(accounts.VISIT), "identity": handed}
    answer = browser.post(routes.IDENTITY, data=fields)
    assert "There is no administrator yet" in said(answer.headers["location"])
    assert not cache.accounts().any_accounts()


def test_an_identity_of_a_provider_signs_in_once_vouched_for_in_this_browser(
    browser: TestClient,
) -> None:
    accounts.chief()
    claims = {"issuer": "https://id.example", "subject": "7", "login": "chief", "name": "甲"}
    token = cache.accounts().csrf_token(accounts.VISIT)

    def answer(visit: str, verified: bool) -> str:
        handed = cookies.identity(visit, {**claims, "email_is_verified": verified})
        fields = {"csrf": token, "identity": handed}
        return str(browser.post(routes.IDENTITY, data=fields).headers["location"])

    assert "took too long" in said(answer("another browser", True))
    assert "not verified" in said(answer(accounts.VISIT, False))
    assert answer(accounts.VISIT, True) == "/"
    signed = cache.accounts().signed_in(cookies.token(dict(browser.cookies)))
    assert signed is not None
    assert signed.login == "chief"


def test_a_person_whom_only_the_provider_knows_becomes_a_firm(browser: TestClient) -> None:
    accounts.chief()
    claims = {"issuer": "https://id.example", "subject": "8", "login": "new@x.example"}
    handed = cookies.identity(
        accounts.VISIT, {**claims, "email_is_verified": True, "name": "administrator"}
    )
    fields = {"csrf": cache.accounts().csrf_token(accounts.VISIT), "identity": handed}
    browser.post(routes.IDENTITY, data=fields)
    signed = cache.accounts().signed_in(cookies.token(dict(browser.cookies)))
    assert signed is not None
    assert signed.actor.role is Role.FIRM


def test_without_an_administrator_the_app_does_not_start_where_others_reach_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for address in ("0.0.0.0", "::", None, "10.0.0.5", "office.example"):
        monkeypatch.setattr(guard.st, "get_option", lambda _, address=address: address)
        with pytest.raises(SystemExit, match="python -m eligibility create-admin LOGIN"):
            guard.refuse_exposed()
    for address in ("127.0.0.1", "localhost", "::1"):
        monkeypatch.setattr(guard.st, "get_option", lambda _, address=address: address)
        guard.refuse_exposed()
    accounts.chief()
    monkeypatch.setattr(guard.st, "get_option", lambda _: "0.0.0.0")
    guard.refuse_exposed()


def test_the_server_ends_with_that_sentence_before_it_answers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    ended = subprocess.run(
        [*command, "--server.address=0.0.0.0", "--server.port=0"],
        cwd=ROOT, env={**os.environ, "ELIGIBILITY_DATA": str(tmp_path), "LANG": "C"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert "Create one first: python -m eligibility create-admin LOGIN" in ended.stderr
    assert "Traceback" not in ended.stderr
