"""Staff in a browser: from the list of certified firms to the yearly check of one, and a report filed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from eligibility.store import LOCAL, Repository, open_store  # noqa: E402
from tests import empty_store  # noqa: E402
from tests.browser.server import chromium, running, settled  # noqa: E402
from tests.firms import base  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)


def test_the_yearly_check_names_what_fails_and_a_report_that_is_filed_is_done(
    browser: sync_api.Browser, tmp_path: Path
) -> None:
    empty_store.put(tmp_path)
    repository = Repository(open_store(f"sqlite:///{tmp_path}/eligibility.sqlite"), LOCAL)
    year = date.today().year
    firm = repository.firms.add({"name": "危公司"})
    figures = base(application_date=date(year, 5, 10), staff_total=100, st_staff=9)
    repository.records.save_figures(firm, year, figures, 0)
    issued = {"certified": True, "certified_on": date(year - 1, 1, 15)}
    repository.applications.save_outcome(firm, year - 1, issued, 0)
    with running(tmp_path) as (address, _):
        page = browser.new_page(locale="zh-CN", viewport={"width": 1280, "height": 1600})
        page.goto(f"{address}/certified")
        page.get_by_role("heading", name="已认定企业").wait_for()
        page.get_by_text("资格有风险 1").wait_for()
        page.goto(f"{address}/staff-firm?firm={firm}&tab=certificate")
        page.get_by_text("9.0% / 10.0%").wait_for()
        page.get_by_text("有条件不再符合").first.wait_for()
        relief = page.get_by_label("企业所得税减免额 (万元)")
        relief.fill("25")
        relief.press("Tab")
        page.get_by_role("button", name="保存年报").click()
        page.get_by_text(f"自{year - 1}年起涉及的税款：25 万元").wait_for()
        settled(page)
        page.close()
    (row,) = repository.certificates.annual_reports(firm)
    assert (row["year"], row["answers"]) == (year - 1, {"tax_relief": 250_000})
    repository.engine.dispose()
