"""A firm's lists of people through a real server: figures arrive in the form, and no person anywhere else."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import ROOT, chromium, free_port, settled, started  # noqa: E402
from tests.evidence.people_files import csv_file, identity, roster_file  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)

YEAR = date.today().year - 1
NAMES = ("欧阳翡翠", "东方朔风", "司马青衫")
NUMBERS = tuple(identity(place, "19830417") for place in (411, 412, 413))
POST = "独角兽首席驯养师"
SECRETS = (*NAMES, *NUMBERS, POST)


def lists() -> dict[str, tuple[str, bytes]]:
    """The three lists of three people; one is a second time in the roster, wrongly."""
    people = [
        {"姓名": name, "身份证号": number, "入职日期": "2020-01-01", "岗位": POST, "是否科技人员": "是"}
        for name, number in zip(NAMES, NUMBERS, strict=True)
    ]  # fmt: skip
    people[2]["用工形式"] = "兼职"
    people.append({**people[1], "入职日期": NAMES[1]})
    rows = [[name, number, *["150"] * 12] for name, number in zip(NAMES, NUMBERS, strict=True)]
    heads = ["姓名", "身份证号", *(f"{month}月" for month in range(1, 13))]
    return {
        "roster.csv": roster_file(people),
        "insurance.csv": csv_file([heads, *rows[:1], ["外人", *rows[1][1:]]]),
        "hours.csv": csv_file([["研发工时表"], heads, *rows[:2]]),
    }


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder by its name, unpacked where it is packed."""
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield str(path), content
            if content[:2] == b"\x1f\x8b":
                yield str(path), gzip.decompress(content)
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from (
                        (f"{path}/{name}", archive.read(name)) for name in archive.namelist()
                    )


def traces(folder: Path) -> list[tuple[str, str]]:
    """Where something of a person stands, in any form of Unicode."""
    return [
        (name, secret)
        for name, content in contents(folder)
        for secret in SECRETS
        if any(secret.encode(form) in content for form in ("utf-8", "utf-16-le", "gb18030", "unicode-escape"))
    ]  # fmt: skip


def test_no_name_and_no_number_of_a_person_is_stored_logged_or_exported(
    browser: sync_api.Browser, tmp_path: Path
) -> None:
    sent, data, temporary, out = (tmp_path / name for name in ("sent", "data", "temporary", "out"))
    for folder in (sent, data, temporary, out):
        folder.mkdir()
    for name, (_, content) in lists().items():
        (sent / name).write_bytes(content)
    assert len({secret for _, secret in traces(sent)}) == len(SECRETS)
    environment = {"TMPDIR": str(temporary), "ELIGIBILITY_DATA": str(data)}
    with (
        browser.new_page(viewport={"width": 1280, "height": 900}) as page,
        started(free_port(), data, environment=environment) as (address, _),
    ):
        page.goto(f"{address}/start?lang=en")
        settled(page)
        page.locator(".st-key-start-tools button").last.click()
        page.wait_for_url("**/steps**")
        settled(page)
        page.get_by_role("button", name="3. Staff").first.click()
        settled(page)
        page.get_by_text("Count them from the roster").click()
        for place, name in enumerate(lists()):
            page.locator("input[type=file]").nth(place).set_input_files(sent / name)
            settled(page)
        body = page.locator(".stMain")
        assert "4 rows read = 3 used + 1 not used" in body.inner_text()
        assert "Lists that do not agree" in body.inner_text()
        take = page.get_by_role("button", name="Put the counts into the form")
        assert take.is_disabled()
        assert not any(secret in page.content() for secret in SECRETS)
        page.get_by_text("with the open people").click()
        settled(page)
        take.click()
        settled(page)
        for label, figure in (("Staff", "3"), ("S&T staff", "2")):
            field = page.get_by_label(
                f"{label}, annual average of months, {YEAR} (persons)", exact=True
            )
            assert field.input_value() == figure
        assert not page.get_by_text("roster.csv").count()
        assert not traces(data)
        assert not traces(temporary)
        for command in (("backup", str(out / "backup")), ("export", str(out / "export"))):
            subprocess.run(
                [sys.executable, "-m", "eligibility", *command], cwd=ROOT, check=True,
                env={**os.environ, **environment, "ELIGIBILITY_DATABASE_URL": ""},
            )  # fmt: skip
    assert list(out.iterdir())
    assert [path.name for path in data.glob("*.sqlite*")]
    assert not traces(out)
    assert not traces(data)
    assert not traces(temporary)


@pytest.mark.parametrize("form", [["--json"], ["--lang", "zh"], ["--lang", "en"]])
def test_the_command_says_row_numbers_and_no_person(form: list[str], tmp_path: Path) -> None:
    for name, (_, content) in lists().items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "eligibility", "staff", str(tmp_path / "roster.csv"), "--year", str(YEAR),
         "--insurance", str(tmp_path / "insurance.csv"), "--hours", str(tmp_path / "hours.csv"), *form],
        cwd=ROOT, capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 3
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]
    assert "5" in done.stdout
