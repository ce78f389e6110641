"""Plans and the year in a browser: a gap leads to its input, typing is judged, a row opens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import chromium, served, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
ONE_SHORT = "91150105XNRCN5XE87"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELIGIBILITY_DATA", str(tmp_path_factory.mktemp("data")))
        with served() as address:
            yield address


@pytest.fixture(params=[1280, 390])
def page(
    address: str, browser: sync_api.Browser, request: pytest.FixtureRequest
) -> Iterator[sync_api.Page]:
    page = browser.new_page(
        base_url=address, locale="en-US", viewport={"width": request.param, "height": 900}
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    # nothing is wider than the screen
    fits = page.locator(".stMain").evaluate("each => each.scrollWidth <= each.clientWidth")
    page.close()
    assert fits
    assert errors == []


def test_a_gap_leads_to_its_input_and_what_is_typed_is_judged(page: sync_api.Page) -> None:
    page.goto(f"/plan?firm={ONE_SHORT}")
    settled(page)
    page.get_by_role("link", name="1 person more, to 12.9 persons").first.click()
    target = page.locator("#if-st_staff_converted")
    sync_api.expect(target).to_be_in_viewport()
    assert f"firm={ONE_SHORT}" in page.url
    field = page.get_by_label("(staff unchanged)").first
    field.fill("1")
    field.press("Enter")
    sync_api.expect(page.locator(".beside-now tr.changed")).to_have_count(1)
    assert "eligible" in page.get_by_role("status").filter(has_text="→").inner_text()


def test_the_exact_distance_is_put_in_with_every_digit(page: sync_api.Page) -> None:
    page.goto("/plan?firm=91150105XN7R9F1K1D")
    settled(page)
    assert page.locator("[data-testid=stException]").count() == 0
    page.goto(f"/plan?firm={ONE_SHORT}")
    settled(page)
    page.get_by_role("button", name="Put in the exact distances").click()
    sync_api.expect(page.locator(".beside-now tr.changed")).to_have_count(1)
    field = page.get_by_label("Net assets, 2025").first
    field.fill("35.211957")
    field.press("Enter")
    sync_api.expect(page.locator(".beside-now tr.changed")).to_have_count(2)
    assert field.input_value() == "35.211957"


def test_the_year_is_drawn_and_a_firm_to_support_opens_its_plan(page: sync_api.Page) -> None:
    page.goto("/year")
    settled(page)
    page.locator(
        "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"
    ).first.wait_for()
    page.locator("[data-testid=stDataFrame] canvas").first.click(
        position={"x": 29, "y": 54}, force=True
    )
    page.wait_for_url("**/plan?**")
    settled(page)
    assert "What is lacking now" in page.locator(".stMain").inner_text()


def test_a_sentence_finds_fields(page: sync_api.Page) -> None:
    page.goto("/field")
    settled(page)
    page.locator("textarea").fill("工业机器人焊接控制系统")
    page.locator("textarea").press("Control+Enter")
    page.locator(".matches li").first.wait_for()
    assert page.locator(".matches mark").count() > 0


def test_the_papers_of_a_plan_are_made_when_they_are_asked_for(page: sync_api.Page) -> None:
    page.goto(f"/plan?firm={ONE_SHORT}")
    settled(page)
    for label, ending, begins in (
        ("Paper (Word)", ".docx", b"PK"),
        ("Workbook (Excel)", ".xlsx", b"PK"),
    ):
        with page.expect_download(timeout=60_000) as made:
            page.get_by_role("button", name=label).click()
        name = made.value.suggested_filename
        assert name.startswith("呼和浩特市差一苒软件有限公司-")
        assert name.endswith(ending)
        assert made.value.path().read_bytes().startswith(begins)
