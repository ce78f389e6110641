"""Screenshots of the main pages, of a register that the sample firms fill.

    python docs/images/make_screenshots.py [FOLDER] [--all]

Without ``--all`` only those that are committed: each page once, small. With it every page in both
languages at the width of a desk, of a phone and of a large screen, in the light and in the dark.
Needs Chromium (apt-get install chromium) and a Chinese font (apt-get install fonts-noto-cjk).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.browser.sample_register import fill  # noqa: E402
from tests.browser.server import CHROMIUM_FLAGS, chromium, served, settled  # noqa: E402

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
WIDTHS = {"desk": (1280, 900), "phone": (390, 844), "wide": (1920, 1080)}
TALLEST = 2400
#: colours of a picture: enough for text and charts, and a quarter of the bytes
COLOURS = 96
#: the firm whose page is shown: it stands exactly on every line
FIRM = "91150105XNBU6HUA33"


def nothing(page: Page) -> None:
    """The page as it opens."""


def example(page: Page) -> None:
    """The first step of the example."""
    page.locator(".st-key-start-tools button").last.click()
    page.wait_for_url("**/steps**")
    settled(page)


def result(page: Page) -> None:
    """What the example comes to."""
    example(page)
    page.locator(".st-key-progress a").click()
    page.wait_for_url("**/result**")
    settled(page)


def first_line(page: Page) -> None:
    """Open what stands behind one condition."""
    page.locator(".conditions summary").nth(4).click()


@dataclass(frozen=True)
class Shot:
    """One page in one form."""

    name: str
    path: str
    prepare: Callable[[Page], None] = nothing
    language: str = "zh"
    width: str = "desk"
    scheme: str = "light"

    @property
    def file(self) -> str:
        """The name of its picture."""
        dark = "-dark" if self.scheme == "dark" else ""
        return f"{self.name}-{self.language}-{self.width}{dark}.png"


PAGES = {
    "screening": ("firms", nothing),
    "firm": (f"firm?firm={FIRM}", first_line),
    "plan": (f"plan?firm={FIRM}", nothing),
    "start": ("start", nothing),
    "steps": ("start", example),
    "result": ("start", result),
    "overview": ("overview", nothing),
    "list": ("staff-firms", nothing),
    "dossier": ("staff-firm?firm=3", nothing),
    "year": ("year", nothing),
    "import": ("import", nothing),
    "applications": ("applications", nothing),
    "rules": ("rules", nothing),
    "model": ("model", nothing),
    "field": ("field", nothing),
    "admin": ("admin", nothing),
}
#: those that are committed; the first two stand in the README of their language
COMMITTED = [
    *(
        Shot(name, *PAGES[name], language=tongue)
        for name in ("firm", "overview")
        for tongue in LANGUAGES
    ),
    *(Shot(name, *PAGES[name]) for name in ("list", "dossier", "plan", "year", "result")),
    Shot("steps", *PAGES["steps"], width="phone"),
]


def everything() -> Iterator[Shot]:
    """Every page in every form."""
    for name, (path, prepare) in PAGES.items():
        for language in LANGUAGES:
            for width in WIDTHS:
                for scheme in ("light", "dark"):
                    yield Shot(name, path, prepare, language, width, scheme)


def take(shot: Shot, browser: Browser, address: str) -> bytes:
    """The picture of a page, as high as the page within reason, in few colours."""
    width, height = WIDTHS[shot.width]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        locale=LANGUAGES[shot.language],
        color_scheme="dark" if shot.scheme == "dark" else "light",
    )
    page.goto(f"{address}/{shot.path}")
    settled(page)
    shot.prepare(page)
    page.evaluate("document.querySelector('.stMain').scrollTo(0, 0)")
    high = page.evaluate("document.querySelector('.stMain').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(high, height), TALLEST)})
    settled(page)
    image = Image.open(BytesIO(page.screenshot()))
    page.close()
    made = BytesIO()
    image.convert("RGB").quantize(COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()


def main(folder: Path, shots: list[Shot]) -> None:
    """Fill a register, serve it, and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, sync_playwright() as playwright:
        fill(Path(data))
        with served(Path(data)) as address:
            browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
            for shot in shots:
                (folder / shot.file).write_bytes(take(shot, browser, address))
            browser.close()


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--all"]
    main(
        Path(given[0]) if given else HERE, list(everything()) if "--all" in sys.argv else COMMITTED
    )
