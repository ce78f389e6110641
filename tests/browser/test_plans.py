"""Plans and the year in a browser: what is lacking can be tried and is judged, a row opens."""

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


def try_figures(page: sync_api.Page) -> sync_api.Locator:
    """Open what can be tried, which stands closed below the plan."""
    part = page.locator("[data-testid=stExpander]").filter(has_text="What if: try figures of")
    sync_api.expect(part.get_by_role("button", name="Put in the exact distances")).to_be_hidden()
    part.locator("summary").first.click()
    sync_api.expect(part.get_by_role("button", name="Put in the exact distances")).to_be_visible()
    return part


def test_what_is_lacking_has_its_input_and_what_is_typed_is_judged(page: sync_api.Page) -> None:
    page.goto(f"/plan?firm={ONE_SHORT}")
    settled(page)
    lacking = page.locator(".gap").first.inner_text()
    figure = "S&T staff, annual average of months (staff unchanged)"
    assert f"{figure}: 1 person more, to 12.9 persons" in lacking
    part = try_figures(page)
    # of the same name as what is lacking, and not among the other figures
    field = part.get_by_label(figure)
    field.scroll_into_view_if_needed()
    sync_api.expect(field).to_be_in_viewport()
    assert f"firm={ONE_SHORT}" in page.url
    sync_api.expect(page.locator(".beside-now tr.changed")).to_have_count(0)
    field.fill("1")
    field.press("Enter")
    sync_api.expect(page.locator(".beside-now tr.changed")).to_have_count(1)
    sync_api.expect(field).to_be_visible()
    told = page.get_by_role("status").filter(has_text="→").inner_text()
    assert [each.split()[-1] for each in told.split("→")] == ["ineligible", "eligible"]


def test_the_exact_distance_is_put_in_with_every_digit(page: sync_api.Page) -> None:
    page.goto("/plan?firm=91150105XN7R9F1K1D")
    settled(page)
    assert page.locator("[data-testid=stException]").count() == 0
    page.goto(f"/plan?firm={ONE_SHORT}")
    settled(page)
    try_figures(page).get_by_role("button", name="Put in the exact distances").click()
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
    # three scenarios, of which the middle one is the headline, by the model and as assumed
    scenarios = page.locator("table").filter(has_text="Scenario").first
    headline = page.locator("dl.numbers dd").first
    shown = []
    for basis in ("by the model", "as assumed"):
        page.get_by_role("radio", name=basis).click()
        settled(page)
        rows = scenarios.locator("tbody tr")
        sync_api.expect(rows).to_have_count(3)
        shown.append(rows.nth(1).locator("td").nth(2).inner_text())
        assert headline.inner_text().startswith(shown[-1])
    assert shown[0] != shown[1]
    page.get_by_role("radio", name="by the model").click()
    settled(page)
    page.locator("[data-testid=stDataFrame] canvas").first.click(
        position={"x": 29, "y": 54}, force=True
    )
    page.wait_for_url("**/plan?**")
    settled(page)
    assert "What is lacking for the next batch" in page.locator(".stMain").inner_text()


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
