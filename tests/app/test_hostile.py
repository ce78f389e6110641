"""Hostile input, tried: each of these stands in docs/security.md with what happens."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit
from itsdangerous import URLSafeTimedSerializer
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing import v1 as testing

from eligibility.app import cache
from eligibility.app.web import cookies, errors, guard, routes
from eligibility.app.widgets import page_script
from eligibility.app.widgets.markup import literal
from eligibility.domain.errors import InputError, NotFound
from eligibility.store import VISITOR, FirmFilter, Repository, Role, signing_key
from tests import accounts
from tests.accounts import PASSWORD
from tests.app.test_sign_in import SITE, page, said

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    accounts.own_store(tmp_path, monkeypatch)
    yield
    accounts.forget()


@pytest.fixture
def browser() -> TestClient:
    app = Starlette(routes=routes.ROUTES, middleware=guard.MIDDLEWARE)
    made = TestClient(app, base_url=SITE, follow_redirects=False)
    made.cookies.set(cookies.VISIT, accounts.VISIT)
    return made


def form(**more: str) -> dict[str, str]:
    token = cache.accounts().csrf_token(accounts.VISIT)
    return {"login": "chief", "password": PASSWORD, "csrf": token, **more}


def ways_in(browser: TestClient) -> list[str]:
    """Which form of sign-in was answered with a cookie."""
    return [name for name in browser.cookies if name == cookies.SIGN_IN]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:8501"},
        {"origin": "http://127.0.0.1:8501.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {},
    ],
)
@pytest.mark.parametrize("route", [route.path for route in routes.ROUTES])
def test_a_form_of_another_site_does_nothing(
    route: str, headers: dict[str, str], browser: TestClient
) -> None:
    accounts.chief()
    answer = browser.post(route, data=form(), headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert ways_in(browser) == []


@pytest.mark.parametrize("csrf", ["", "x", "0" * 64])
def test_a_form_without_this_browsers_token_does_nothing(csrf: str, browser: TestClient) -> None:
    accounts.chief()
    answer = browser.post(routes.SIGN_IN, data=form(csrf=csrf), headers={"origin": SITE})
    assert "out of date" in said(answer.headers["location"])
    assert ways_in(browser) == []


def test_the_token_of_another_browser_is_worth_nothing(browser: TestClient) -> None:
    accounts.chief()
    theirs = cache.accounts().csrf_token("another browser")
    answer = browser.post(routes.SIGN_IN, data=form(csrf=theirs), headers={"origin": SITE})
    assert "out of date" in said(answer.headers["location"])


def test_nobody_signs_another_person_out(browser: TestClient) -> None:
    accounts.chief()
    victim = accounts.cookie("chief")
    browser.cookies.update(victim)
    answer = browser.post(routes.SIGN_OUT, data=form(), headers={"origin": SITE})
    assert "out of date" in said(answer.headers["location"])
    assert cache.accounts().signed_in(cookies.token(victim)) is not None


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "/a\r\nset-cookie: x=y",
    ],
)
def test_signing_in_leads_to_a_page_of_this_site_only(back: str, browser: TestClient) -> None:
    accounts.chief()
    answer = browser.post(routes.SIGN_IN, data=form(back=back), headers={"origin": SITE})
    place = answer.headers["location"]
    assert place.startswith("/")
    assert not place.startswith("//")
    assert "\\" not in place
    assert "x=y" not in [f"{name}={value}" for name, value in browser.cookies.items()]


def test_an_endless_form_is_refused(browser: TestClient) -> None:
    long = form(login="x" * routes.LONGEST_FORM)
    assert browser.post(routes.SIGN_IN, data=long, headers={"origin": SITE}).status_code == 413
    many = form() | {f"f{place}": "" for place in range(100)}
    assert browser.post(routes.SIGN_IN, data=many, headers={"origin": SITE}).status_code == 413


def test_a_sentence_in_the_address_is_shown_only_if_it_was_said_here() -> None:
    forged = URLSafeTimedSerializer("guess", salt="said").dumps(["Call 555 and pay", {}])
    assert cookies.signed_message(forged) is None
    assert cookies.signed_message("<b>Call 555</b>") is None


def test_a_forged_a_raw_and_another_keys_cookie_sign_nobody_in() -> None:
    accounts.chief()
    token = cookies.token(accounts.cookie("chief"))
    assert token
    said, mark = accounts.cookie("chief")[cookies.SIGN_IN].rsplit(".", 1)
    forged = [
        token,
        # the first character: some bits of the last one stand for nothing
        f"{said}.{'A' if mark[0] != 'A' else 'B'}{mark[1:]}",
        URLSafeTimedSerializer("another key", salt="sign-in").dumps(token),
        # a thing signed here for another purpose
        URLSafeTimedSerializer(signing_key(), salt="said").dumps(token),
        URLSafeTimedSerializer(signing_key(), salt="sign-in").dumps({"role": "administrator"}),
        "",
        "é" * 5000,
    ]
    for value in forged:
        assert cache.accounts().signed_in(cookies.token({cookies.SIGN_IN: value})) is None


def test_an_old_cookie_signs_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.chief()
    held = accounts.cookie("chief")
    later = time.time() + 7 * 24 * 3600 + 1
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert cookies.token(held) is None


def test_a_cookie_that_was_signed_out_shows_no_page_of_staff(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts.chief()
    held = accounts.cookie("chief")
    accounts.send(held, monkeypatch)
    script = str(ROOT / "eligibility" / "app" / "account" / "administration_page.py")
    assert testing.AppTest.from_file(script, default_timeout=60).run().tabs
    cache.accounts().sign_out(cookies.token(held) or "")
    assert not testing.AppTest.from_file(script, default_timeout=60).run().tabs


@pytest.mark.parametrize(
    ("base", "headers"),
    [
        ("http://evil.example:8501", {}),  # a name that was made to point to 127.0.0.1
        ("http://192.168.1.7:8501", {}),
        ("http://127.0.0.1:8501", {"host": "evil.example"}),
        ("http://127.0.0.1:8501", {"x-forwarded-for": "203.0.113.5"}),
        ("http://127.0.0.1:8501", {"forwarded": "for=203.0.113.5"}),
    ],
)
def test_without_an_administrator_nobody_from_elsewhere_is_answered(
    base: str, headers: dict[str, str]
) -> None:
    app = Starlette(routes=routes.ROUTES, middleware=guard.MIDDLEWARE)
    browser = TestClient(app, base_url=base)
    assert browser.get("/", headers=headers).status_code == 403
    accounts.chief()
    assert browser.get("/", headers=headers).status_code == 404


def test_this_machine_itself_is_answered() -> None:
    app = Starlette(routes=routes.ROUTES, middleware=guard.MIDDLEWARE)
    for base in ("http://127.0.0.1:8501", "http://localhost:8501", "http://[::1]:8501"):
        assert TestClient(app, base_url=base).get("/").status_code == 404


def test_every_answer_tells_the_browser_what_to_refuse(browser: TestClient) -> None:
    headers = browser.get("/").headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


INJECTED = ["' OR 1=1 --", "%'; DROP TABLE firms; --", "%", "_", "\\", '"', "x' UNION SELECT 1 --"]


@pytest.mark.parametrize("text", INJECTED)
def test_sql_in_a_filter_is_a_text_to_look_for(text: str) -> None:
    boss = accounts.chief()
    boss.firms.add({"name": "甲公司", "uscc": "91150105XNBU6HUA33"})
    assert boss.firms.page(FirmFilter(text=text)).count == 0
    boss.firms.add({"name": f"乙{text}公司"})
    assert boss.firms.page(FirmFilter(text=text)).count == 1
    assert boss.firms.page(FirmFilter()).count == 2


def test_the_order_of_a_table_is_one_of_its_columns() -> None:
    boss = accounts.chief()
    with pytest.raises(InputError):
        boss.firms.page(FirmFilter(), sort="name; DROP TABLE firms")


@pytest.mark.parametrize("code", ["", "1", "AAAA-AAAA-AAAA-AAAA", "' OR 1=1 --", "0" * 10_000])
def test_a_forged_return_code_opens_no_draft(code: str) -> None:
    boss = accounts.chief()
    visitor = Repository(boss.engine, VISITOR)
    right, _ = visitor.drafts.add({"step": 1})
    assert visitor.drafts.get(right)["state"] == {"step": 1}
    with pytest.raises(NotFound):
        visitor.drafts.get(code)


NASTY = [
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "</p><script>alert(1)</script>",
    ":material/delete: :red[x] $x$",
    "http://evil.example/x",
    "www.evil.example",
    "a@evil.example",
]
#: what Markdown makes a link of once its escapes are read (mdast-util-gfm-autolink-literal)
LINKED = re.compile(
    r"(https?://|www(?=\.))([-.\w]+)([^ \t\r\n]*)|([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)", re.IGNORECASE
)


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.example/x", "see HTTPS://evil.example", "www.evil.example", "xhttp://evil.example",
        "a@evil.example", "mailto:a@evil.example", "甲公司 http://http://evil.example a.b+c@evil.example",
    ],
)  # fmt: skip
def test_an_address_in_a_label_is_text_and_no_link(text: str) -> None:
    assert LINKED.search(text)
    read = re.sub(r"\\(.)", r"\1", literal(text))
    assert not LINKED.search(read)
    assert read.replace("\u2060", "") == text


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_text_wherever_it_is_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = accounts.chief()
    boss.administration.add_account("nasty", PASSWORD, Role.MANAGER, name=name, once=False)
    accounts.send(accounts.cookie("nasty"), monkeypatch)
    for address in ("account/account", "account/administration"):
        app = page(address)
        assert not app.exception
        # the page's own script stands beside what is drawn
        drawn = "\n".join(part.proto.body for part in app.get("html")).replace(
            page_script.SCRIPT, ""
        )
        assert drawn.count("<script></script>") == 1
        drawn = drawn.replace("<script></script>", "")
        assert "<img" not in drawn
        assert "<script" not in drawn
        assert "<a " not in drawn
        assert name not in "\n".join(part.value for part in app.markdown)


def _fail() -> None:
    try:
        raise ValueError("甲公司 97205000")
    except ValueError as inner:
        raise KeyError("甲公司") from inner


def test_an_error_shows_a_reference_that_stands_in_the_log_and_neither_tells_a_figure(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(streamlit, "html", shown.append)
    with pytest.raises(KeyError) as raised:
        _fail()
    with caplog.at_level(logging.ERROR):
        assert errors.show_failure(raised.value) is True
    (line,) = [record.getMessage() for record in caplog.records if record.name == "eligibility.app"]
    reference = line.split()[1].rstrip(":")
    assert reference in shown[0]
    assert "KeyError" in line
    assert "ValueError" in line
    assert "test_hostile.py" in line
    for told in (line, *shown):
        assert "97205000" not in told
        assert "甲公司" not in told
    assert "Traceback" not in shown[0]
