"""A firm pastes its lists, sees how they hang together, and takes the numbers away in the application."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import chromium, served, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)

PASTES = {
    1: "知识产权名称\t类别\t授权日期\t法律状态\t权利人\t获得方式\t是否用过\t来源研发活动\t支持产品\n"
    "一种清洗方法\t发明专利\t2022-01-15\t有效\t本企业\t自主研发\t否\tRD01\tPS01\n"
    "管理软件\t软著\t2025-03-05\t有效\t本企业\t自主研发\t否\tRD01\tPS01\n"
    "散件软件\t软著\t2025-03-06\t有效\t本企业\t自主研发\t否\t\t",
    3: "研发活动名称\t年度\t人员人工费用\t开始日期\t结束日期\t活动性质\n"
    "清洗技术研究\t2025\t120\t2023-02-01\t2025-12-20\t研发",
    4: "产品名称\t收入\t是否主要产品\n数据平台\t1980\t是",
}
DRAWN = """() => {
    const image = document.querySelector('.chain img')
    return [image.complete && image.naturalWidth > 600, getComputedStyle(image).display,
        document.querySelector('.chain ul').getBoundingClientRect().width]
}"""


def test_pasted_lists_become_a_picture_checks_and_the_numbers_of_the_application(
    browser: sync_api.Browser,
) -> None:
    with (
        served() as address,
        browser.new_page(viewport={"width": 1280, "height": 900}) as page,
    ):
        page.goto(f"{address}/start?lang=en")
        settled(page)
        page.get_by_role("button", name="Begin the full form").click()
        page.wait_for_url("**/steps**")
        settled(page)
        for step, text in PASTES.items():
            page.locator(".st-key-steps button").nth(step).click()
            settled(page)
            label = "Rows copied from Excel or an export, the header row first"
            box = page.get_by_label(label).first
            if not box.is_visible():
                page.get_by_text("Paste a table with its header row").first.click()
            box.fill(text)
            box.press("Control+Enter")
            settled(page)
            page.get_by_role("button", name="rows into the list").first.click()
            settled(page)
        page.get_by_role("link", name="See the result →").click()
        page.wait_for_url("**/result**")
        settled(page)
        page.get_by_role("heading", name="Chain of evidence").scroll_into_view_if_needed()
        drawn, display, words = page.evaluate(DRAWN)
        assert (drawn, display) == (True, "block")
        assert words <= 1
        checks = page.locator(".checks summary").all_inner_texts()
        assert "Right granted before its activity began" in checks
        assert "Right that supports no product" in checks
        page.set_viewport_size({"width": 390, "height": 844})
        settled(page)
        _drawn, display, words = page.evaluate(DRAWN)
        assert display == "none"
        assert words > 200
        assert "IP03 散件软件 – hangs loose" in page.locator(".chain ul").inner_text()
        with page.expect_download() as file:
            page.get_by_role("button", name="Paper (Word)").first.click()
        document = zipfile.ZipFile(Path(file.value.path())).read("word/document.xml").decode()
        assert "IP01、IP02" in document
