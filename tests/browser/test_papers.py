"""Papers in a browser: four are dropped, a conflict is resolved, the verdict says where from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import ROOT, chromium, served, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
FOLDER = ROOT / "sample_data/papers/changhe"
#: of the firm whose papers disagree on its sales of 2025
DROPPED = (
    "2025年_etax.pdf",
    "2025年_wps.xlsx",
    "2025年度研究开发费用结构明细表_accountant.docx",
    "2025年度职工人数月度统计表_accountant.csv",
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


def test_four_papers_with_a_conflict_lead_to_a_verdict_that_says_where_from(
    address: str, browser: sync_api.Browser
) -> None:
    with browser.new_page(locale="en-US", viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{address}/papers?lang=en")
        settled(page)
        page.locator("input[type=file]").set_input_files([FOLDER / name for name in DROPPED])
        page.get_by_role("heading", name="Papers that disagree").wait_for(timeout=60_000)
        settled(page)
        page.get_by_role("radiogroup").get_by_text("31,189,335.64").click()
        settled(page)
        page.get_by_role("button", name="Fill the form with what is ticked").click()
        page.wait_for_url("**/steps**")
        settled(page)
        page.locator(".st-key-progress a").click()
        page.wait_for_url("**/result**")
        settled(page)
        staff = page.locator(".conditions details").filter(has_text="2025年度职工人数月度统计表")
        sync_api.expect(staff.locator("summary .papers")).to_contain_text("from 2025年度职工人数")
        costs = page.locator(".conditions details").filter(has_text="A107041").first
        sync_api.expect(costs.locator("summary .papers")).to_contain_text("2025年_etax.pdf")
        costs.locator("summary").click()
        where = costs.locator("dd li").filter(has_text="A107041, line 29")
        sync_api.expect(where.first).to_be_visible()
        fits = page.locator(".stMain").evaluate("each => each.scrollWidth <= each.clientWidth")
        assert fits
