"""A firm and its adviser in two browsers: shared and accepted, asked and answered, a link revoked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from eligibility.app.self_assessment.example import example  # noqa: E402
from eligibility.i18n import ENGLISH  # noqa: E402
from eligibility.register import inbox_items  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.store import (  # noqa: E402
    VISITOR,
    Accounts,
    Repository,
    Role,
    SignIn,
    close_stores,
    open_store,
)
from tests import empty_store  # noqa: E402
from tests.browser.server import chromium, free_port, settled, started  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
PASSWORD = "correct horse battery"
CODE = "91150105XNBU6HUA33"
FIRM = "甲软件有限公司"
LAST = date.today().year - 1


class Place(NamedTuple):
    """A running app with a carrier, its adviser, and a firm of which little is held."""

    address: str
    staff: Repository
    firm: int
    return_code: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data: Path = tmp_path_factory.mktemp("store")
    port = free_port()
    empty_store.put(data)
    engine = open_store(f"sqlite:///{data / 'eligibility.sqlite'}")
    accounts = Accounts(engine, b"k" * 32)
    accounts.create_administrator("chief", PASSWORD)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    assert isinstance(signed.principal, SignIn)
    chief = Repository(engine, signed.principal)
    carrier = chief.administration.add_carrier("甲园区")
    chief.administration.add_account(
        "adviser", PASSWORD, Role.ADVISER, carrier_id=carrier, name="李专员", once=False
    )
    firm = chief.firms.add({"name": FIRM, "uscc": CODE, "carrier_id": carrier})
    held = {"application_date": f"{date.today().year}-05-10", "name": FIRM, "uscc": CODE}
    chief.records.save_figures(firm, date.today().year, {**held, "staff_total": 139}, 0)
    draft = example(load_scheme(), date.today())
    assert draft is not None
    draft.facts |= {"uscc": CODE, "name": FIRM}
    code, _draft = Repository(engine, VISITOR).drafts.add(draft.state)
    public = {"ELIGIBILITY_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with started(port, data, environment=public) as (address, _app):
        yield Place(address, chief, firm, code)
    close_stores()


@pytest.fixture
def firm_page(place: Place, browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    """The result of the firm's own draft, on its own machine."""
    with browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        result(page, place)
        yield page


def result(page: sync_api.Page, place: Place) -> None:
    """Open the draft by its code, and go to the result."""
    page.goto(f"{place.address}/start")
    settled(page)
    page.get_by_text("Go on with a return code").click()
    page.get_by_label("Return code").fill(place.return_code)
    page.get_by_role("button", name="Continue with the code").click()
    page.wait_for_url("**/steps**")
    settled(page)
    page.locator(".st-key-progress a").click()
    page.wait_for_url("**/result**")
    settled(page)


def press(page: sync_api.Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    settled(page)


def choose(page: sync_api.Page, title: str, word: str) -> None:
    """Mark one field of the inbox."""
    page.get_by_role("radiogroup", name=title, exact=True).get_by_text(word, exact=True).click()
    settled(page)


@pytest.fixture
def adviser(place: Place, browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    """The adviser, signed in, on the overview."""
    with browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{place.address}/account")
        settled(page)
        page.fill("input[name=login]", "adviser")
        page.fill("input[name=password]", PASSWORD)
        with page.expect_navigation():
            page.click("form.sign button")
        page.goto(f"{place.address}/overview")
        settled(page)
        yield page


def test_what_a_firm_shares_is_decided_field_by_field_and_the_firm_sees_it(
    place: Place, firm_page: sync_api.Page, adviser: sync_api.Page
) -> None:
    assert adviser.locator(".st-key-inbox").count() == 0
    firm_page.get_by_label("Service institution").click()
    firm_page.keyboard.type("甲园区")
    firm_page.keyboard.press("Enter")
    settled(firm_page)
    firm_page.get_by_text("I agree to this sentence").click()
    settled(firm_page)
    press(firm_page, "Share")
    adviser.reload()
    settled(adviser)
    assert FIRM in adviser.locator(".st-key-inbox").inner_text()
    adviser.get_by_role("link", name="Look and decide").click()
    adviser.wait_for_url("**/inbox**")
    settled(adviser)
    titles = {
        key: inbox_items.key_title(key, ENGLISH)
        for key in ("registered_on", *(f"{name}@{LAST}" for name in ("staff_total", "st_staff")))
    }
    for title, word in zip(titles.values(), ("accept", "accept", "refuse"), strict=True):
        choose(adviser, title, word)
    adviser.get_by_label("Why something is refused").fill("与个税人数不符")
    press(adviser, "Store the decisions")
    adviser.get_by_text("Accepted: 2; refused: 1").wait_for()
    held = place.staff.records.figures(place.firm, date.today().year).value
    assert (held["staff_total"], held["registered_on"]) == (140, "2020-03-18")
    assert "st_staff" not in held
    (assessment,) = place.staff.records.assessments(place.firm)
    assert assessment["by"] == "李专员"
    result(firm_page, place)
    told = firm_page.locator(".st-key-keep").inner_text()
    assert told.count("● accepted") == 2
    assert told.count("○ not accepted") == 1
    assert "与个税人数不符" in told


def test_a_link_made_by_a_firm_opens_on_a_phone_and_once_revoked_says_so_in_a_sentence(
    firm_page: sync_api.Page, browser: sync_api.Browser
) -> None:
    press(firm_page, "Make the link")
    url = firm_page.locator(".st-key-new-link code").inner_text()
    assert firm_page.locator(".st-key-new-link img").evaluate("image => image.naturalWidth") > 100
    with browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}) as context:
        phone = context.new_page()
        for _time in range(2):
            answer = phone.goto(url)
            assert answer is not None
            assert answer.status == 200
        assert "8 项已满足" in phone.locator("main").inner_text()
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        press(firm_page, "Revoke")
        assert firm_page.locator(".st-key-new-link").count() == 0
        answer = phone.goto(url)
        assert answer is not None
        assert answer.status == 404
        assert "此链接无法打开" in phone.locator("main").inner_text()


def test_a_firm_that_is_asked_answers_on_its_phone(
    place: Place, adviser: sync_api.Page, browser: sync_api.Browser
) -> None:
    adviser.goto(f"{place.address}/staff-firm?firm={place.firm}&tab=exchange")
    settled(adviser)
    press(adviser, "Make the link and the workbook")
    url = adviser.locator(".st-key-new-link code").inner_text()
    with browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}) as context:
        phone = context.new_page()
        phone.goto(url)
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        small = "[...document.querySelectorAll('form input, form select, button')].filter(each => each.offsetHeight && each.offsetHeight < 44).length"
        assert phone.evaluate(small) == 0
        phone.fill(f"[name='rd_expense@{LAST}']", "约一百万")
        phone.get_by_role("button", name="提交").first.click()
        assert "尚未提交" in phone.locator("main").inner_text()
        phone.fill(f"[name='rd_expense@{LAST}']", "212.5")
        phone.get_by_role("button", name="提交").first.click()
        phone.get_by_text("核对中 1 项").wait_for()
        adviser.goto(f"{place.address}/staff-firm?firm={place.firm}&tab=exchange")
        settled(adviser)
        adviser.get_by_role("link", name="Look and decide").first.click()
        adviser.wait_for_url("**/inbox**")
        settled(adviser)
        press(adviser, "Mark all of these as accepted")
        press(adviser, "Store the decisions")
        adviser.get_by_text("Accepted: 1; refused: 0").wait_for()
        phone.reload()
        assert "● 已采纳：212.5 万元" in phone.locator("main").inner_text()
    held = place.staff.records.figures(place.firm, date.today().year).value
    assert held["rd_expense_y3"] == 2_125_000
