"""Signing in, in a browser: what lasts, what ends, what other sites and other roles get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from eligibility.store import Accounts, Repository, Role, System, close_stores, open_store  # noqa: E402
from tests import empty_store  # noqa: E402
from tests.browser.server import chromium, served, settled  # noqa: E402
from tests.store.two_carriers import record  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
PASSWORD = "correct horse battery"
COOKIE = "eligibility_sign_in"
NASTY = "![x](http://evil.example/x.png) <img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running app with an administrator, a manager, an adviser and one to be locked out."""
    data = tmp_path_factory.mktemp("store")
    empty_store.put(data)
    engine = open_store(f"sqlite:///{data / 'eligibility.sqlite'}")
    accounts = Accounts(engine, b"k" * 32)
    accounts.create_administrator("chief", PASSWORD)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    boss = Repository(engine, signed.principal)
    carrier = boss.administration.add_carrier("园区")
    boss.administration.add_account(
        "adviser", PASSWORD, Role.ADVISER, carrier_id=carrier, name=NASTY, once=False
    )
    boss.administration.add_account("locked", PASSWORD, Role.MANAGER, once=False)
    engine.dispose()
    with served(data) as running:
        yield running


@pytest.fixture
def context(address: str, browser: sync_api.Browser) -> Iterator[sync_api.BrowserContext]:
    made = browser.new_context(
        locale="zh-CN", viewport={"width": 1280, "height": 900}, base_url=address
    )
    violations: list[str] = []
    made.on(
        "console",
        lambda told: violations.append(told.text) if "Content Security" in told.text else None,
    )
    yield made
    made.close()
    assert violations == []


@pytest.fixture
def page(context: sync_api.BrowserContext) -> sync_api.Page:
    return context.new_page()


def open_(page: sync_api.Page, path: str) -> str:
    page.goto(path)
    return seen(page)


def seen(page: sync_api.Page) -> str:
    settled(page)
    return str(page.locator(".stMain").inner_text())


def sign_in(page: sync_api.Page, login: str, password: str = PASSWORD) -> str:
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    with page.expect_navigation():
        page.click("form.sign button")
    return seen(page)


def pages(page: sync_api.Page) -> str:
    """Every page that the bar leads to, its menu of settings opened where there is one."""
    menu = page.get_by_role("button", name="Settings")
    if menu.count():
        menu.click()
        page.get_by_role("menuitem", name="Account").wait_for()
    entries = [page.locator("header").inner_text(), *page.get_by_role("menuitem").all_inner_texts()]
    return "\n".join(entries)


def own_account(page: sync_api.Page) -> str:
    """Go to the own account by the bar; what stands there."""
    assert "Account" in pages(page)
    link = page.get_by_role("link", name="Account")
    page.get_by_role("menuitem", name="Account").or_(link).first.click()
    page.wait_for_url("**/account**")
    return seen(page)


def test_a_sign_in_leads_on_to_the_page_asked_for_and_outlives_a_refresh(
    page: sync_api.Page,
) -> None:
    assert "This page is for staff" in open_(page, "/admin?lang=English")
    assert "Who did what" in sign_in(page, "chief")
    assert page.url.endswith("/admin?lang=English")
    page.reload()
    assert "Who did what" in seen(page)
    assert "Administration" in pages(page)


def test_signing_out_ends_it_and_the_old_cookie_is_refused(
    page: sync_api.Page, context: sync_api.BrowserContext
) -> None:
    open_(page, "/account?lang=English")
    assert "Certified in " in sign_in(page, "chief")
    assert "Signed in: chief" in own_account(page)
    (held,) = [each for each in context.cookies() if each["name"] == COOKIE]
    assert held["httpOnly"]
    assert held["sameSite"] == "Lax"
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out here").click()
    assert "You are signed out." in seen(page)
    assert COOKIE not in [each["name"] for each in context.cookies()]
    context.add_cookies([held])
    assert "This page is for staff" in open_(page, "/admin?lang=English")


def test_an_open_page_shows_nothing_more_once_its_sign_in_was_ended_elsewhere(
    page: sync_api.Page, context: sync_api.BrowserContext
) -> None:
    open_(page, "/admin?lang=English")
    sign_in(page, "chief")
    other = context.new_page()
    open_(other, "/account?lang=English")
    with other.expect_navigation():
        other.get_by_role("button", name="Sign out on every device").click()
    settled(other)
    # the first page still runs on its old connection
    page.get_by_role("radio", name="中文").or_(
        page.get_by_role("button", name="中文")
    ).first.click()
    page.locator("form.sign").wait_for()
    assert page.locator("[data-testid=stDataFrame]").count() == 0


def test_after_five_wrong_passwords_one_has_to_wait_and_the_page_says_so(
    page: sync_api.Page,
) -> None:
    open_(page, "/account?lang=English")
    for _ in range(5):
        assert "Login or password is wrong." in sign_in(page, "locked", "not the password")
    sign_in(page, "locked", "not the password")
    for _ in range(5):
        told = sign_in(page, "locked", "not the password")
        if "Too many failed attempts; try again in" in told:
            return
    pytest.fail("every guess was let through")


def test_another_roles_page_is_refused_by_its_address(page: sync_api.Page) -> None:
    open_(page, "/account?lang=English")
    sign_in(page, "adviser")
    told = open_(page, "/admin?lang=English")
    assert "Your role does not allow this." in told
    assert "Who did what" not in told
    told = pages(page)
    assert "Account" in told
    assert "Administration" not in told
    assert "Which firms are eligible?" in open_(page, "/firms?lang=English")


def test_a_name_is_text_on_the_page(page: sync_api.Page) -> None:
    open_(page, "/account?lang=English")
    sign_in(page, "adviser")
    assert NASTY in own_account(page)
    assert page.locator(".stMain img").count() == 0


def test_an_address_that_somebody_typed_is_no_link(page: sync_api.Page) -> None:
    text = "http://evil.example/x"
    open_(page, "/account?lang=English")
    sign_in(page, "chief")
    open_(page, f"/staff-firms?lang=English&text={text}")
    chip = page.get_by_role("button", name="Contains").first
    assert text in chip.inner_text().replace("\u2060", "")
    assert page.locator(".stMain a[href*='evil.example']").count() == 0


def test_the_language_stays_over_sign_in_and_sign_out(page: sync_api.Page) -> None:
    open_(page, "/account")
    page.get_by_role("radio", name="English").or_(
        page.get_by_role("button", name="English")
    ).first.click()
    page.get_by_text("For staff, and for firms that were given an account.").wait_for()
    settled(page)
    assert "Certified in " in sign_in(page, "chief")
    assert "Signed in: " in own_account(page)
    # the bar led there, and the page outlives a reload in its language
    page.reload()
    assert "Signed in: " in seen(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out here").click()
    assert "You are signed out." in seen(page)


def test_a_page_of_another_site_cannot_sign_anybody_in(
    page: sync_api.Page, context: sync_api.BrowserContext, address: str
) -> None:
    form = (
        f'<form method=post action="{address}/auth/sign-in"><input name=login value=chief>'
        f'<input name=password value="{PASSWORD}"><button>x</button></form>'
    )
    evil = "http://evil.example/"
    context.route(evil, lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(evil)
    with page.expect_navigation() as sent:
        page.click("button")
    assert sent.value.status == 403
    assert COOKIE not in [each["name"] for each in context.cookies()]


def test_an_upload_of_300_mb_is_refused_by_the_server_too(
    page: sync_api.Page, tmp_path: Path
) -> None:
    """Sent past the page's own check of the size, as what a program would send."""
    open_(page, "/firms?lang=English")
    sign_in(page, "chief")
    small = tmp_path / "small.csv"
    small.write_text("name,staff_total\n甲,1\n", encoding="utf-8")
    with page.expect_request(lambda each: each.method == "PUT") as sent:
        page.locator("input[type=file]").set_input_files(small)
    token = sent.value.headers["x-xsrftoken"]
    status = """async ([address, token, size]) => {
        const form = new FormData()
        form.append("file", new Blob([new Uint8Array(size)]), "large.csv")
        const sent = {method: "PUT", body: form, headers: {"X-Xsrftoken": token}}
        return (await fetch(address, sent)).status
    }"""
    assert page.evaluate(status, [sent.value.url, token, 1000]) == 204
    assert page.evaluate(status, [sent.value.url, token, 300 * 2**20]) == 413
    assert page.evaluate(status, [sent.value.url, "forged", 1000]) == 403


def test_a_page_that_fails_shows_a_reference_and_no_trace(
    browser: sync_api.Browser, tmp_path: Path
) -> None:
    with served(tmp_path) as running:
        page = browser.new_page(base_url=running)
        open_(page, "/rules?lang=English")
        repository = Repository(
            open_store(f"sqlite:///{tmp_path}/eligibility.sqlite"), System(Role.LOCAL)
        )
        firm = repository.firms.add({"name": "甲"})
        # of a shape that no program wrote
        repository.records.add_assessment(firm, {}, {**record(), "findings": ["x"]})
        close_stores()
        page.goto(f"/staff-firm?firm={firm}&lang=English")
        page.get_by_text("Something went wrong on this page").wait_for()
        told = page.locator(".notice").inner_text()
        page.close()
    reference = told.rsplit(": ", 1)[1]
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert f"reference {reference}: " in log
    assert "Traceback" not in told
    assert "Traceback" not in log
