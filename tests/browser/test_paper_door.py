"""A firm begins with its papers: two disagree, one is chosen, and the result says where figures are from."""

from __future__ import annotations

from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import chromium, served, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)

PAPERS = Path(__file__).parents[2] / "sample_data" / "papers" / "muge"
RETURN, STATEMENTS = PAPERS / "2025年_etax.pdf", PAPERS / "2025年_wps.xlsx"
MONTHS = PAPERS / "2025年度职工人数月度统计表_accountant.csv"


def test_four_papers_become_a_verdict_that_says_where_its_figures_are_from(
    browser: sync_api.Browser, tmp_path: Path
) -> None:
    other = tmp_path / "人事部月报.csv"
    months = MONTHS.read_bytes().decode("gb18030")
    other.write_text(months.replace("1月,42,45", "1月,30,45"), encoding="utf-8")
    with served() as address, browser.new_page(viewport={"width": 390, "height": 844}) as page:
        page.goto(f"{address}/papers?lang=en")
        settled(page)
        page.locator("input[type=file]").set_input_files([RETURN, STATEMENTS, MONTHS, other])
        page.get_by_role("heading", name="Papers that disagree").wait_for()
        settled(page)
        page.get_by_text("42.75").first.click()
        settled(page)
        page.get_by_role("button", name="Fill the form with what is ticked").click()
        page.wait_for_url("**/steps**")
        settled(page)
        page.get_by_role("textbox", name="sales revenue, 2025").first.wait_for(state="attached")
        page.goto(page.url.replace("/steps", "/result"))
        settled(page)
        staff = page.locator(".conditions details", has_text="S&T staff")
        staff.locator("summary").click()
        assert "Where from" in staff.inner_text()
        average, _scientists = staff.locator("dd li").filter(has_text=".csv").all_inner_texts()
        assert MONTHS.name in average
        assert other.name not in average
