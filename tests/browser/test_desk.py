"""The desk and the assumptions in a browser: an adviser writes a visit down, a manager moves a batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from eligibility.store import Accounts, Repository, Role, close_stores, open_store  # noqa: E402
from tests import empty_store  # noqa: E402
from tests.browser.server import chromium, served, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
PASSWORD = "correct horse battery"
FIRM = "甲软件有限公司"


class Place(NamedTuple):
    """A running app with a manager, an adviser, and the adviser's firm, a task and a visit of today."""

    address: str
    staff: Repository
    firm: int
    task: int


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data: Path = tmp_path_factory.mktemp("desk")
    empty_store.put(data)
    engine = open_store(f"sqlite:///{data / 'eligibility.sqlite'}")
    accounts = Accounts(engine, b"k" * 32)
    accounts.create_administrator("chief", PASSWORD)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    chief = Repository(engine, signed.principal)
    carrier = chief.administration.add_carrier("甲园区")
    adviser = chief.administration.add_account(
        "adviser", PASSWORD, Role.ADVISER, carrier_id=carrier, name="李专员", once=False
    )
    chief.administration.add_account("manager", PASSWORD, Role.MANAGER, name="王经理", once=False)
    firm = chief.firms.add({"name": FIRM, "carrier_id": carrier, "adviser_id": adviser})
    task = chief.casework.add_task(firm, {"title": "核对名册", "due_on": date.today()})
    chief.visits.add(firm, {"visited_on": date.today(), "visitor_id": adviser})
    with served(data) as address:
        yield Place(address, chief, firm, task)
    close_stores()


@contextmanager
def signed_in(
    place: Place, browser: sync_api.Browser, login: str, path: str
) -> Iterator[sync_api.Page]:
    with browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{place.address}/account")
        settled(page)
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        settled(page)
        page.goto(f"{place.address}/{path}")
        settled(page)
        yield page


def test_an_adviser_ticks_a_task_and_writes_down_what_was_found(
    place: Place, browser: sync_api.Browser
) -> None:
    with signed_in(place, browser, "adviser", "desk") as page:
        page.get_by_text("核对名册").wait_for()
        page.locator(".stCheckbox label").first.click()
        settled(page)
        page.get_by_text("已完成：核对名册").wait_for()
        page.get_by_role("button", name="记录").click()
        page.get_by_label("走访情况").fill("研发人员名册未建")
        page.get_by_role("button", name="保存走访").click()
        page.get_by_text("走访已保存。").wait_for()
    assert [row["done"] for row in place.staff.casework.tasks(place.firm)] == [True]
    (visit,) = place.staff.visits.of_firm(place.firm)
    assert (visit["findings"], visit["visitor"]) == ("研发人员名册未建", "李专员")


def test_an_adviser_pastes_an_announced_list_and_confirms_it(
    place: Place, browser: sync_api.Browser
) -> None:
    with signed_in(place, browser, "adviser", "applications") as page:
        page.get_by_text("匹配公示、公告名单").click()
        field = page.get_by_label("粘贴名单")
        field.fill(f"1 {FIRM} GR202615000001\n2 别处科技有限公司 GR202615000002")
        field.press("Control+Enter")
        page.get_by_text("名单共 2 家 = 待登记 1").wait_for()
        page.get_by_role("button", name="确认并登记 1 家").click()
        page.get_by_text("已登记").first.wait_for()
        settled(page)
    (outcome,) = place.staff.applications.outcomes(place.firm)
    assert (outcome["certified"], outcome["certificate_number"]) == (True, "GR202615000001")


def test_a_manager_sets_a_target_and_an_adviser_is_refused_the_page(
    place: Place, browser: sync_api.Browser
) -> None:
    with signed_in(place, browser, "manager", "assumptions") as page:
        page.get_by_role("button", name="添加目标…").click()
        page.get_by_label("家", exact=True).or_(page.get_by_label("企业", exact=True)).fill("66")
        page.get_by_label("出处").last.fill("2027年工作计划")
        page.get_by_role("button", name="保存", exact=True).click()
        page.get_by_text("已保存。").wait_for()
    (row,) = place.staff.assumptions.history()
    assert (row["by"], row["source"], row["value"]["value"]) == ("王经理", "2027年工作计划", 66)
    with signed_in(place, browser, "adviser", "assumptions") as page:
        assert page.get_by_text("添加目标…").count() == 0
        assert page.get_by_text("2027年工作计划").count() == 0
