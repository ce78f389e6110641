"""The app in a browser: every page, an upload, a firm, the other language, no call outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import chromium, served, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
NASTY = "**x** <script>alert(1)</script> [a](http://b) =1+1"


@dataclass
class Watched:
    """A page, what it complained of, and whom it called."""

    page: sync_api.Page
    address: str
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def complain(self, said: sync_api.ConsoleMessage) -> None:
        if said.type == "error":
            self.errors.append(said.text)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/{path}")
        settled(self.page)

    def text(self) -> str:
        return self.page.locator(".stMain").inner_text()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def watched(address: str, browser: sync_api.Browser) -> Iterator[Watched]:
    page = browser.new_page(locale="zh-CN", viewport={"width": 1280, "height": 900})
    seen = Watched(page, address)
    page.on("console", seen.complain)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).hostname or ""))
    yield seen
    page.close()
    assert seen.errors == []
    assert seen.hosts <= {"127.0.0.1", ""}


def test_every_page_opens_in_the_browsers_language(watched: Watched) -> None:
    for path, words in (
        ("", "200"),
        ("firm", ""),
        ("start", "15"),
        ("steps", ""),
        ("result", ""),
        ("rules", "国科发火〔2016〕32号"),
    ):
        watched.open(path)
        assert words in watched.text()
        assert watched.page.locator("[data-testid=stException]").count() == 0
    assert "企业" in watched.text()


def test_an_upload_is_judged_and_its_firm_opens_verbatim(watched: Watched, tmp_path: Path) -> None:
    file = tmp_path / "firms.csv"
    file.write_text(
        "name,registered_on,staff_total,st_staff\n"
        f'"{NASTY}",2015-01-01,140,12\n'
        "第二家,2016-02-02,abc,1\n",
        encoding="utf-8",
    )
    watched.open("?lang=English")
    watched.page.locator("input[type=file]").set_input_files(file)
    watched.page.get_by_text("2 rows read = 1 scored + 1 rejected").wait_for()
    settled(watched.page)
    table = watched.page.locator(".st-key-firms-table canvas").first
    table.click(position={"x": 29, "y": 54}, force=True)  # “Open” in the first row
    watched.page.wait_for_url("**/firm?**")
    settled(watched.page)
    assert watched.page.locator("h1").inner_text() == NASTY
    assert watched.page.locator(".firm a, .firm script, .firm em").count() == 0
    assert "8.6%" in watched.text()
    assert "short of 2 persons" in watched.text()


def test_the_language_changes_and_stays(watched: Watched) -> None:
    watched.open("rules")
    watched.page.get_by_role("radio", name="English").or_(
        watched.page.get_by_role("button", name="English")
    ).first.click()
    watched.page.get_by_text("Where the text is silent or can be read two ways").wait_for()
    watched.page.reload()
    settled(watched.page)
    assert "Where the text is silent" in watched.text()


def test_a_condition_opens_to_its_citation(watched: Watched) -> None:
    watched.open("firm?firm=91150105XNBU6HUA33")
    line = watched.page.locator(".conditions summary", has_text="第十一条（五）").first
    line.click()
    assert "国科发火〔2016〕32号 第十一条（五）" in watched.text()


def test_a_file_that_is_not_taken_is_refused_in_the_language_of_the_page(
    address: str, browser: sync_api.Browser, tmp_path: Path
) -> None:
    page = browser.new_page(locale="zh-CN", viewport={"width": 390, "height": 844})
    page.goto(f"{address}/firms")
    settled(page)
    # as the gate answers a session that sends too much
    page.route("**/_stcore/upload_file/**", lambda route: route.fulfill(status=413))
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(51 << 20)
    (tmp_path / "letter.exe").write_bytes(b"MZ")
    (tmp_path / "small.csv").write_text("name\n甲\n", encoding="utf-8")
    for name, sentence in (
        ("large.csv", "文件超过 50 MB。"),
        ("letter.exe", "此处不读取这种类型的文件。"),
        ("small.csv", "服务器未接收该文件，请刷新页面后重新选择。"),
    ):
        page.locator("input[type=file]").first.set_input_files(tmp_path / name)
        told = page.locator(".stFileChip", has_text=name.partition(".")[0]).get_by_role("alert")
        told.get_by_text(sentence).wait_for()
        assert told.inner_text() == sentence
        box = told.bounding_box()
        assert box
        assert box["width"] > 100
        assert box["x"] + box["width"] <= 390
    page.close()
