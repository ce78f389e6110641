"""Screenshots of every page in both languages, at the width of a desk and of a phone.

    python docs/images/make_screenshots.py [FOLDER]

Needs Chromium (apt-get install chromium) and a Chinese font (apt-get install fonts-noto-cjk).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "browser"))

from serving import CHROMIUM_FLAGS, chromium, served, settled  # noqa: E402

TALLEST = 3200
LANGUAGES = {"zh": "中文", "en": "English"}
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
#: the firm whose page is shown: it stands exactly on every line
FIRM = "91150105XNBU6HUA33"


def example(page: Page) -> None:
    """The first step of the example."""
    page.locator(".st-key-start-tools button").last.click()
    page.wait_for_url("**/steps**")
    settled(page)


def first_line(page: Page) -> None:
    """Open what stands behind one condition."""
    page.locator(".conditions summary").nth(4).click()


def nothing(page: Page) -> None:
    """The page as it opens."""


def tall(page: Page, width: int) -> None:
    """A window as high as the page, within reason."""
    page.evaluate("document.querySelector('.stMain').scrollTo(0, 0)")
    height = page.evaluate("document.querySelector('.stMain').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    settled(page)


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "firms": ("?", nothing),
    "firm": (f"firm?firm={FIRM}&", first_line),
    "steps": ("start?", example),
    "rules": ("rules?", nothing),
}


def main(folder: Path) -> None:
    """One picture a page, language and width."""
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        for size, (width, height) in WIDTHS.items():
            for language, words in LANGUAGES.items():
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    locale="zh-CN",
                )
                for name, (path, prepare) in PAGES.items():
                    page.set_viewport_size({"width": width, "height": height})
                    page.goto(f"{address}/{path}lang={words}")
                    settled(page)
                    prepare(page)
                    tall(page, width)
                    page.screenshot(path=folder / f"{name}-{language}-{size}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
