"""Readiness in a browser: the block of a firm, the card, training that is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import chromium, served, settled  # noqa: E402
from tests.small_models import past_file, quick_models  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
ONE_SHORT = "91150105XNRCN5XE87"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    models = quick_models(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELIGIBILITY_DATA", str(folder / "data"))
        patch.setenv("ELIGIBILITY_MODELS", str(models))
        with served() as address:
            yield address


@pytest.fixture
def page(address: str, browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    page = browser.new_page(
        locale="en-US", base_url=address, viewport={"width": 390, "height": 900}
    )
    yield page
    page.close()


def test_the_block_of_a_firm_fits_a_phone_and_takes_no_colour_of_a_status(
    page: sync_api.Page,
) -> None:
    page.goto(f"/firm?firm={ONE_SHORT}")
    settled(page)
    block = page.locator("section.readiness")
    assert "not before these are met" in block.inner_text()
    box = block.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    assert block.evaluate("block => block.scrollWidth <= block.clientWidth")
    status = page.locator(".status.unmet").first.evaluate("of => getComputedStyle(of).color")
    colours = block.locator("*").evaluate_all("all => all.map(one => getComputedStyle(one).color)")
    assert status not in colours


def test_training_shows_where_it_is_and_can_be_stopped(page: sync_api.Page, folder: Path) -> None:
    manifest = folder / "models" / "hnte" / "manifest.json"
    before = manifest.read_bytes()
    page.goto("/model")
    settled(page)
    assert page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg").count() == 1
    page.locator("input[type=file]").first.set_input_files(past_file(folder, seed=2))
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("Fitting: ").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Fitting: ").wait_for(state="detached")
    settled(page)
    assert page.get_by_role("button", name="Train", exact=True).is_enabled()
    assert page.get_by_text("Use this model from now on").count() == 0
    assert manifest.read_bytes() == before
