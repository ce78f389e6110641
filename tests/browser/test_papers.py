"""Papers dropped into the page: a conflict resolved, what is ticked in the form and in the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import chromium, served, settled  # noqa: E402
from tests.documents.small_forms import (  # noqa: E402
    BALANCE,
    CODE,
    FIRM,
    balance_sheet,
    cover,
    income,
    printed,
    structure,
    workbook,
)

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


def test_four_papers_and_one_choice_fill_the_form(
    address: str, browser: sync_api.Browser, tmp_path: Path
) -> None:
    year = date.today().year - 1
    main = [["A100000"], ["企业所得税年度纳税申报主表"], *printed("A100000", "M25", {"1": 900_000, "2": 1, "3": 1})]  # fmt: skip
    papers = {
        "收入.xlsx": {"封面": cover(year), "A101010": income()},
        "主表.xlsx": {"封面": cover(year), "A100000": main},
        "资产负债表.xlsx": {"s": balance_sheet(year, BALANCE)},
        "研发.xlsx": {"s": structure(year)},
    }
    for name, sheets in papers.items():
        (tmp_path / name).write_bytes(workbook(sheets))
    page = browser.new_page(locale="zh-CN", viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/start?lang=English")
    page.get_by_role("button", name="Begin with your papers").click()
    page.locator("input[type=file]").set_input_files([tmp_path / name for name in papers])
    page.get_by_text("Papers that disagree").wait_for()
    settled(page)
    # both are there with where they stand, and neither is taken by itself
    choice = page.get_by_test_id("stRadio")
    assert "收入.xlsx, A101010, A101010, line 1" in choice.inner_text()
    assert "主表.xlsx, A100000, A100000, line 1" in choice.inner_text()
    choice.get_by_text("1,200,000.75").click()
    settled(page)
    page.get_by_role("button", name="Fill the form with what is ticked").click()
    page.wait_for_url("**/steps**")
    settled(page)
    typed = page.locator("input").evaluate_all("all => all.map(each => each.value)")
    assert {CODE, FIRM, "120.000075", "125"} <= set(typed)
    page.close()
