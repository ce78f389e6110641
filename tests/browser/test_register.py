"""Staff in a browser: a messy file from upload to download, and a server killed while it stores."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from eligibility.app.register import import_steps  # noqa: E402
from eligibility.intake.table import IntakeOptions, read_table  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.screening import screen  # noqa: E402
from eligibility.store import LOCAL, Repository, close_stores, open_store  # noqa: E402
from tests.browser.server import ROOT, chromium, running, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
#: of the sample, in the file that is being stored when the server is killed
COPIES = 5
SAMPLE = ROOT / "sample_data" / "candidates.csv"
MESSY = ROOT / "sample_data" / "candidates_messy.csv"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    return tmp_path / "eligibility.sqlite"


@pytest.fixture
def page(browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    made = browser.new_page(locale="en-US", viewport={"width": 1280, "height": 900})
    yield made
    made.close()


def counted(data: Path) -> tuple[int, int, str]:
    """Firms, assessments, and where the import stands."""
    with sqlite3.connect(f"file:{data}?mode=ro", uri=True) as held:
        ((firms,),) = held.execute("SELECT count(*) FROM firms")
        ((judged,),) = held.execute("SELECT count(*) FROM assessments")
        ((status,),) = held.execute("SELECT status FROM imports ORDER BY id DESC LIMIT 1")
    return firms, judged, status


def many(file: Path, copies: int = COPIES) -> int:
    """Write so many firms that storing them takes a while; their number."""
    sample = (ROOT / "sample_data" / "candidates.csv").read_text(encoding="utf-8-sig")
    head, *lines = sample.splitlines()
    bare = [line.split(",", 2)[2] for line in lines]
    made = [f",{copy}-{row},{rest}" for copy in range(copies) for row, rest in enumerate(bare)]
    assert head.startswith("uscc,name,")
    file.write_text("\n".join([head, *made]), encoding="utf-8")
    return len(made)


def begin(page: sync_api.Page, address: str, file: Path) -> None:
    """Upload a file and begin to read its rows."""
    page.goto(f"{address}/import")
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("recognised").wait_for()
    page.get_by_role("button", name="Read the rows").click()


def stage(page: sync_api.Page, address: str, file: Path) -> None:
    """Upload a file and have its rows read."""
    begin(page, address, file)
    page.get_by_role("button", name="Confirm and store").wait_for(timeout=60_000)
    settled(page)


def confirm(page: sync_api.Page) -> None:
    """Agree to the carriers that the file makes, and have its rows stored."""
    button = page.get_by_role("button", name="Confirm and store")
    # carriers are made by nobody unannounced
    assert button.is_disabled()
    page.locator(".stCheckbox label", has_text="new carriers: ").click()
    settled(page)
    button.click()


def test_a_messy_file_goes_from_upload_to_download(page: sync_api.Page, data: Path) -> None:
    with running(data.parent) as (address, _process):
        stage(page, address, MESSY)
        assert "Rejected rows: 22" in page.locator(".stMain").inner_text()
        page.reload()
        settled(page)
        text = page.locator(".stMain").inner_text()
        assert "60 rows read = 38 scored + 22 rejected" in text
        assert "38 scored = 0 of firms held already + 38 of new firms" in text
        assert counted(data) == (0, 0, "staged")
        with page.expect_download() as taken:
            page.get_by_role("button", name="Download the rejected rows to correct (CSV)").click()
        sent_back = taken.value.path().read_text(encoding="utf-8-sig").splitlines()
        assert len(sent_back) == 23
        assert sent_back[0].endswith(",Why the row was rejected")
        confirm(page)
        page.get_by_text("Stored: 37 firms added").first.wait_for()
        assert counted(data) == (37, 38, "confirmed")

        page.get_by_role("link", name="See the firms →").click()
        page.get_by_text("37 firms").first.wait_for()
        page.get_by_label("Name or credit code contains").fill("91150100XNAR8WDJ6G")
        page.get_by_label("Name or credit code contains").press("Enter")
        page.get_by_text("1 firms").first.wait_for()
        assert "text=91150100XNAR8WDJ6G" in page.url
        page.reload()
        page.get_by_text("1 firms").first.wait_for()
        settled(page)
        with page.expect_download() as taken:
            page.get_by_role("button", name="Download as CSV").click()
        lines = taken.value.path().read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 2
        assert "'=SUM(1,2)" in lines[1]

        table = page.locator(".st-key-portfolio canvas").first
        table.click(position={"x": 70, "y": 54}, force=True)  # “Open” in the first row
        page.wait_for_url("**/staff-firm?**")
        settled(page)
        assert page.locator("h1").first.inner_text().startswith('=SUM(1,2)&"')
        assert "第十一条（四）" in page.locator(".stMain").inner_text()
        page.get_by_role("link", name="← All firms").click()
        page.get_by_text("1 firms").first.wait_for()
        assert "text=91150100XNAR8WDJ6G" in page.url


def test_a_file_with_renamed_moved_and_codeless_firms_makes_no_firm_twice_merged_and_parted_again(
    page: sync_api.Page, data: Path
) -> None:
    head, *lines = SAMPLE.read_text(encoding="utf-8-sig").splitlines()[:5]
    rows = [line.split(",") for line in lines]
    for row, park in zip(rows, "甲甲乙乙", strict=True):
        row[5] = f"{park}园区"
    store = Repository(open_store(f"sqlite:///{data}"), LOCAL)
    fill_from(store, head, rows)
    by_code = store.firms.ids_by_code([row[0] for row in rows])
    ids = [by_code[row[0]] for row in rows]
    old_name, code = rows[0][1], rows[2][0]
    rows[0][1], rows[1][5], rows[2][0] = "新名称科技有限公司", "乙园区", ""
    quarter = data.with_name("二季度.csv")
    quarter.write_text("\n".join([head, *map(",".join, rows)]), encoding="utf-8")
    close_stores()
    with running(data.parent) as (address, _process):
        stage(page, address, quarter)
        text = page.locator(".stMain").inner_text()
        for words in ("renamed 1", "at another carrier 1", "to decide 1"):
            assert words in text, text
        page.get_by_role("button", name="Confirm and store").click()
        page.get_by_text("Stored: 1 firms added").first.wait_for()
        page.goto(f"{address}/staff-firms")
        settled(page)
        page.get_by_role("button", name="Decide").click()
        settled(page)
        page.get_by_role("button", name="They are one firm: merge").click()
        page.get_by_text("Merged into one file").wait_for()
        page.goto(f"{address}/staff-firm?firm={ids[2]}&tab=history")
        settled(page)
        store = Repository(open_store(f"sqlite:///{data}"), LOCAL)
        assert store.firms.page().count == 4
        page.get_by_role("button", name="Part them again").click()
        page.get_by_text("Parted: each file has what it had").wait_for()
    firms = {each: store.firms.get(each) for each in ids}
    assert [firms[each]["uscc"] for each in ids[:3]] == [rows[0][0], rows[1][0], code]
    assert (firms[ids[0]]["name"], firms[ids[1]]["carrier"]) == ("新名称科技有限公司", "乙园区")
    assert store.identity.history(ids[0])["names"][0]["name"] == old_name
    close_stores()


def fill_from(store: Repository, head: str, rows: list[list[str]]) -> None:
    """Import rows of the sample without a browser."""
    scheme = load_scheme()
    file = ("一季度.csv", "\n".join([head, *map(",".join, rows)]).encode())
    options = IntakeOptions(application_date=date.today())
    batch = read_table(file, scheme.fields, options, catalogue=scheme.titles_by_code)
    store.imports.confirm(import_steps.stage(store, file[0], screen(batch, scheme, None)))


def test_reading_a_file_can_be_stopped_and_leaves_nothing(
    page: sync_api.Page, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    many(file, copies=15)
    with running(data.parent) as (address, _process):
        begin(page, address, file)
        page.get_by_role("button", name="Stop").click(timeout=60_000)
        page.get_by_text("nothing of the file was kept").wait_for(timeout=60_000)
        settled(page)
        assert page.get_by_role("button", name="Read the rows").is_visible()
        assert not page.get_by_role("button", name="Stop").is_visible()
        with sqlite3.connect(f"file:{data}?mode=ro", uri=True) as held:
            for table in ("imports", "staged", "firms"):
                assert held.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        # the same file again, to its end
        page.get_by_role("button", name="Read the rows").click()
        page.get_by_role("button", name="Confirm and store").wait_for(timeout=120_000)


@pytest.mark.parametrize("delay", [0.05, 0.12, 0.3])
def test_a_server_killed_after_confirm_stored_all_or_nothing(
    page: sync_api.Page, data: Path, tmp_path: Path, delay: float
) -> None:
    rows = many(file := tmp_path / "firms.csv")
    with running(data.parent) as (address, process):
        stage(page, address, file)
        before = counted(data)
        assert before[0] == 0
        confirm(page)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    firms, judged, status = counted(data)
    assert (firms, judged, status) in {(0, 0, "staged"), (rows, rows, "confirmed")}
    with running(data.parent) as (address, _process):
        page.goto(f"{address}/import?import=1")
        settled(page)
        if status == "staged":
            confirm(page)
        page.get_by_text(f"Stored: {rows} firms added").first.wait_for()
    assert counted(data) == (rows, rows, "confirmed")
