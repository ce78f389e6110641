"""Twenty people at once: what a rerun of a page costs them, and whether anything is lost.

``python benchmarks/load.py [-n PEOPLE] [-s SECONDS] [--browsers N] [--processes N]`` serves the app on loopback with
a temporary store of 2,000 firms, a fifth of them counted in the year, and lets firms fill in self-assessments, staff search, open firms,
write notes and tasks, and one member of staff import files, all at once. ``--browsers`` of the people
sit at real Chromium pages (contexts of one browser), which yield to the server: in use they draw on
their own machines. The others are ``tests/plain_browser.py``, which speaks the same protocol and draws
nothing, as twenty pages drawn on the server's own two cores would measure Chromium. Between two
actions a person rests for 1 to 5 seconds.

With ``--processes`` so many processes of the app serve them on a throw-away PostgreSQL, behind nginx with
the lines of ``deploy/nginx.conf``; each person stays with one process. Without, it is one process on
SQLite. What one more process brings is the difference of ``--processes 1`` and ``--processes 2``.

It prints the reruns with their 50 %, 95 % and longest times as the plain browsers saw them, what each
action took, what part of the processors the server and its clients used, and what is wrong
afterwards: pages that failed, errors in the log, writes that are not in the store exactly once.
Exit status 1 if anything is wrong or the 95 % is not below ``LIMIT``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import insert, select

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.app import figures_of
from eligibility.app.web import cookies
from eligibility.domain.facts import years_of
from eligibility.store import (
    Accounts,
    AuditAction,
    Repository,
    Role,
    Stage,
    open_store,
    signing_key,
)
from eligibility.store.schema import audit_log, drafts, figures, firms, notes, tasks
from tests.browser.processes import Processes, served_by
from tests.browser.server import CHROMIUM_FLAGS, QUIET, chromium, free_port, started
from tests.plain_browser import PlainBrowser, share
from tests.store.postgresql import create_database, server

#: seconds
LIMIT = 1.0
REST = (1.0, 5.0)
FIRMS = 2000
#: of a hundred firms
STAGES = {Stage.SURVEYED: 80, Stage.NURTURED: 12, Stage.READY: 5, Stage.APPLIED: 3}
#: of an imported file
ROWS = 100
PASSWORD = "correct horse battery"
#: of every ten people
STAFF_OF_TEN = 4
TICKS = os.sysconf("SC_CLK_TCK")
Rest: TypeAlias = Callable[[], Coroutine[Any, Any, bool]]


@dataclass
class Ledger:
    """What people were told is stored, and what went wrong."""

    #: by return code, what the inputs hold and how often it was stored (0: not counted)
    drafts: dict[str, tuple[dict[str, str], int]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    looks: Counter[str] = field(default_factory=Counter)
    seconds: list[tuple[str, float]] = field(default_factory=list)


# --- the store ---


def fill() -> dict[str, str]:
    """Firms, and staff with a cookie for each: login → cookie."""
    engine, at = open_store(), datetime.now(UTC)
    accounts = Accounts(engine, signing_key())
    accounts.create_administrator("chief", PASSWORD)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    boss = Repository(engine, signed.principal)
    draw = random.Random(1)
    stages = draw.choices(list(STAGES), list(STAGES.values()), k=FIRMS)
    boss.administration.set_target(at.year, 50, 0)
    with engine.begin() as connection:
        connection.execute(
            insert(firms),
            [
                {"uscc": f"9115{n:014d}", "name": f"呼和浩特{n:05d}科技有限公司", "stage": stages[n],
                 "district": draw.choice(["新城区", "赛罕区"]), "created_at": at, "changed_at": at,
                 "version": 1}
                for n in range(FIRMS)
            ],
        )  # fmt: skip
        connection.execute(insert(figures), figures_of(stages, at))
    held = {}
    for number in range(STAFF_OF_TEN * 2):
        login = f"staff{number}"
        boss.administration.add_account(login, PASSWORD, Role.MANAGER, name=login, once=False)
        token = accounts.sign_in(login, PASSWORD)
        held[login] = cookies._signer("sign-in").dumps(token)
    engine.dispose()
    return held


def missing(ledger: Ledger) -> Iterator[str]:
    """What was said to be stored and is not, or is not there exactly once."""
    engine = open_store()
    local = Repository(engine, _manager(engine))
    for code, (facts, changes) in ledger.drafts.items():
        row = local.drafts.get(code)
        if row["state"]["facts"] != facts:
            yield f"a draft holds {row['state']['facts']}, typed was {facts}"
        if changes and row["version"] != changes:
            yield f"a draft was stored {row['version']} times, changed {changes} times"
    with engine.connect() as connection:
        written = Counter(connection.scalars(select(notes.c.text)).all())
        written += Counter(connection.scalars(select(tasks.c.title)).all())
        held = Counter(connection.scalars(select(firms.c.uscc)).all())
        known = len(connection.scalars(select(drafts.c.id)).all())
        lines = connection.scalars(select(audit_log.c.action)).all().count(AuditAction.NOTE_ADD)
    for text in ledger.texts:
        if written[text] != 1:
            yield f"{text!r} is stored {written[text]} times"
    if written.total() != len(ledger.texts):
        yield f"{written.total()} notes and tasks are stored, {len(ledger.texts)} were said to be"
    if lines != sum(text.startswith("note") for text in ledger.texts):
        yield f"the audit trail has {lines} notes"
    for code in ledger.codes:
        if held[code] != 1:
            yield f"the imported firm {code} is stored {held[code]} times"
    if known != len(ledger.drafts):
        yield f"{known} drafts are stored, {len(ledger.drafts)} were begun"
    engine.dispose()


def _manager(engine: Any) -> Any:
    accounts = Accounts(engine, signing_key())
    signed = accounts.signed_in(accounts.sign_in("staff0", PASSWORD))
    assert signed is not None
    return signed.principal


# --- people at plain browsers ---


def firm_facts(draw: random.Random) -> Iterator[tuple[str, str]]:
    """What a firm types, input by input, over and over."""
    first, second, third = years_of(date.today().year)
    while True:
        yield "name", f"甲{draw.randrange(10**6)}公司"
        yield f"net_assets@{third}", str(draw.randrange(100, 10**6))
        yield f"sales_revenue@{first}", str(draw.randrange(100, 10**6))
        yield f"sales_revenue@{second}", f"{draw.randrange(100, 10**6)}.5"
        yield f"sales_revenue@{third}", str(draw.randrange(100, 10**6))


async def firm_fills_in(browser: PlainBrowser, ledger: Ledger, rest: Rest, who: str) -> None:
    """A firm begins and fills in, step by step, back and on."""
    draw = random.Random(who)
    await browser.open("start")
    await rest()
    await browser.press("Begin the full form", "begin")
    typed: dict[str, str] = {}
    changes, typing = 0, firm_facts(draw)
    # the years before the firm was registered take no figure
    typed["registered_on"] = "2015-01-01"
    await browser.type("entry:registered_on", typed["registered_on"], "type")
    changes += 1
    code = next(e.code.code_text for e in browser.elements() if e.WhichOneof("type") == "code")
    ledger.drafts[code] = ({**typed}, changes)
    while await rest():
        for _ in range(4):
            name, text = next(typing)
            changed = typed.get(name) != text
            await browser.type(f"entry:{name}", text, "type")
            typed[name] = text
            changes += changed
            ledger.drafts[code] = ({**typed}, changes)
            if not await rest():
                return
        # the step is stored as well
        await browser.press("Next →", "next step")
        ledger.drafts[code] = ({**typed}, changes + 1)
        await rest()
        await browser.press("← Back", "step back")
        changes += 2
        ledger.drafts[code] = ({**typed}, changes)


async def staff_works(browser: PlainBrowser, ledger: Ledger, rest: Rest, who: str) -> None:
    """Staff looks for a firm, opens it, writes a note and a task."""
    draw = random.Random(who)
    turn = 0
    await browser.open("staff-firms", "list")
    while await rest():
        turn += 1
        number = draw.randrange(FIRMS)
        await browser.type("ask:text", f"{number:05d}", "filter")
        if f"text={number:05d}" not in browser.query:
            raise AssertionError(f"the address is {browser.query}")
        await rest()
        await browser.open("staff-firm", f"firm={number + 1}&tab=notes", "open a firm")
        await rest()
        text = f"note {who} {turn}"
        browser.fill("A new note (for staff only)", text)
        await browser.press("Add the note", "add a note")
        ledger.texts.append(text)
        await rest()
        await browser.open("staff-firm", f"firm={number + 1}&tab=tasks", "open a firm")
        text = f"task {who} {turn}"
        browser.fill("What is to be done", text)
        await browser.press("Add the task", "add a task")
        ledger.texts.append(text)
        await rest()
        await browser.open("overview", "overview")
        await rest()
        await browser.open("staff-firms", "list")


# --- people at real browsers ---


async def drawn(page: Page) -> None:
    """Wait until nothing runs and nothing is out of date."""
    await page.locator(".stMain .brand").wait_for()
    await page.wait_for_timeout(300)
    until = time.monotonic() + 60
    while not await page.evaluate(QUIET):
        if time.monotonic() > until:
            raise TimeoutError("the page is still being drawn")
        await page.wait_for_timeout(50)


async def firm_at_chromium(page: Page, ledger: Ledger, rest: Rest, who: str) -> None:
    """A firm fills in its name and sales at a real page."""
    await page.goto("/start")
    await page.get_by_role("button", name="Begin the full form").click()
    await page.wait_for_url("**/steps**")
    draw, code = random.Random(who), ""
    while await rest():
        text = f"乙{draw.randrange(10**6)}公司"
        box = page.get_by_label("Name of the firm", exact=True)
        await box.fill(text)
        await box.press("Tab")
        await drawn(page)
        if not code:
            await page.get_by_role("button", name="Kept as you type").click()
            shown = page.locator("[data-testid=stPopoverBody] code")
            code = (await shown.inner_text()).strip()
            await page.keyboard.press("Escape")
            await drawn(page)
        # the page may send two changes in one, where the machine is slow
        ledger.drafts[code] = ({"name": text}, 0)
        ledger.looks["a firm types"] += 1
        if await page.locator(".notice.refused").count():
            ledger.errors.append(await page.locator(".notice.refused").first.inner_text())


async def staff_at_chromium(page: Page, ledger: Ledger, rest: Rest, who: str) -> None:
    """Staff looks for firms and at the overview at a real page."""
    draw = random.Random(who)
    while await rest():
        await page.goto("/staff-firms")
        await drawn(page)
        number = f"{draw.randrange(FIRMS):05d}"
        box = page.get_by_label("Name or credit code contains")
        await box.fill(number)
        await box.press("Enter")
        await page.wait_for_url(f"**text={number}**")
        await drawn(page)
        ledger.looks["staff looks for a firm"] += 1
        await rest()
        await page.goto("/overview")
        await drawn(page)
        ledger.looks["staff looks at the overview"] += 1


async def staff_imports(page: Page, ledger: Ledger, rest: Rest, who: str) -> None:
    """Staff imports file after file at a real page."""
    number = 0
    while await rest():
        number += 1
        lines = [f",{who}-{number}-{row},{100 + row},{10 + row}" for row in range(ROWS)]
        table = "\n".join(["uscc,name,staff_total,st_staff", *lines])
        await page.goto("/import")
        await drawn(page)
        await page.locator("input[type=file]").set_input_files(
            {"name": f"{number}.csv", "mimeType": "text/csv", "buffer": table.encode()}
        )
        await page.get_by_text("recognised").wait_for()
        await page.get_by_role("button", name="Read the rows").click()
        confirm = page.get_by_role("button", name="Confirm and store")
        await confirm.wait_for(timeout=60_000)
        await drawn(page)
        await confirm.click()
        await page.get_by_text(f"Stored: {ROWS} firms added").first.wait_for(timeout=60_000)
        ledger.looks["staff imports 100 firms"] += 1


# --- all of them ---


async def crowd(
    address: str, held: dict[str, str], people: int, real: int, seconds: float, ledger: Ledger
) -> None:
    """Let everybody work until the time is over."""
    until = time.monotonic() + seconds
    draw = random.Random(7)

    async def rest() -> bool:
        await asyncio.sleep(draw.uniform(*REST))
        return time.monotonic() < until

    async def plain(number: int) -> None:
        staff = number % 10 < STAFF_OF_TEN
        login = f"staff{number % len(held)}"
        cookie = f"{cookies.VISIT}=p{number}"
        if staff:
            cookie += f"; {cookies.SIGN_IN}={held[login]}"
        browser = PlainBrowser(address, cookie)
        # nobody arrives at the same moment
        await asyncio.sleep(draw.uniform(0, REST[1]))
        try:
            async with browser:
                work = staff_works if staff else firm_fills_in
                await work(browser, ledger, rest, f"p{number}")
        except Exception as error:
            ledger.errors.append(f"person {number}: {type(error).__name__}: {error}")
        ledger.seconds += browser.seconds

    async def at_chromium(browser: Browser, number: int) -> None:
        work = (staff_imports, firm_at_chromium, staff_at_chromium)[number % 3]
        context = await browser.new_context(base_url=address, locale="en-US")
        await context.add_cookies(
            []
            if work is firm_at_chromium
            else [{"name": cookies.SIGN_IN, "value": held["staff1"], "url": address}]
        )
        page = await context.new_page()
        try:
            await work(page, ledger, rest, f"c{number}")
        except Exception as error:
            ledger.errors.append(f"browser {number}: {type(error).__name__}: {str(error)[:300]}")
        await context.close()

    async def at_browsers() -> None:
        async with async_playwright() as playwright:
            with tempfile.TemporaryDirectory() as folder:
                command = yielding(Path(folder))
                launched = playwright.chromium.launch(executable_path=command, args=CHROMIUM_FLAGS)
                browser = await launched
            await asyncio.gather(*(at_chromium(browser, number) for number in range(real)))
            await browser.close()

    works = [plain(number) for number in range(people - real)]
    await asyncio.gather(*works, *([at_browsers()] if real else []))


def yielding(folder: Path) -> Path:
    """A Chromium that takes of the processors what the server leaves."""
    script = folder / "chromium"
    # a session of its own shares by the group and not by the process, where the kernel has groups
    script.write_text(
        "#!/bin/sh\n(echo 19 > /proc/self/autogroup) 2>/dev/null\n"
        f'exec nice -n 19 {chromium()} "$@"\n',
        encoding="utf-8",
    )
    script.chmod(0o700)
    return script


def used(process: int) -> float:
    """Seconds of processor that a process and those it has waited for have used."""
    held = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return sum(int(part) for part in held[11:15]) / TICKS


def largest(process: int) -> int:
    """MiB of memory that a process has held at most."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def machine() -> tuple[float, float]:
    """Seconds of processor that everything on the machine has used, and that there were."""
    times = [
        int(part) for part in Path("/proc/stat").read_text("ascii").split("\n")[0].split()[1:9]
    ]
    return (sum(times) - times[3] - times[4]) / TICKS, sum(times) / TICKS


def main() -> int:
    """Fill, serve, let them work, look."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("-n", type=int, default=20, help="people")
    asked.add_argument("-s", type=float, default=120, help="seconds")
    asked.add_argument("--browsers", type=int, default=4, help="of them at real browsers")
    asked.add_argument("--processes", type=int, default=0, help="of the app, on PostgreSQL")
    given = asked.parse_args()
    ledger = Ledger()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        database = create_database(stack.enter_context(server())) if given.processes else ""
        os.environ |= {"ELIGIBILITY_DATA": folder, "ELIGIBILITY_DATABASE_URL": database}
        held = fill()
        with processes(given.processes, Path(folder), database) as served:
            address = served.address
            # the first page loads what all share
            for each in served.addresses:
                asyncio.run(_warm(each))
            before, own, (busy, there) = sum(map(used, served.pids)), used(os.getpid()), machine()
            start = time.perf_counter()
            asyncio.run(crowd(address, held, given.n, given.browsers, given.s, ledger))
            lasted = time.perf_counter() - start
            serving, clients = sum(map(used, served.pids)) - before, used(os.getpid()) - own
            memory = max(map(largest, served.pids))
            busy, there = machine()[0] - busy, machine()[1] - there
        wrong = [*ledger.errors, *missing(ledger)]
        for log in served.logs:
            lines = log.read_text(encoding="utf-8").splitlines()
            wrong += [line for line in lines if "ERROR" in line or "Traceback" in line]
    rest = busy - serving - clients
    shares = {"server": serving, "clients": clients, "everything else": rest}
    print(f"{given.n} people for {lasted:.0f} s, {given.browsers} of them at Chromium")
    parts = ", ".join(f"{name} {seconds / there:.0%}" for name, seconds in shares.items())
    print(f"of {os.cpu_count()} processors: {parts} (Chromium and other programs)")
    each = serving / max(1, len(ledger.seconds)) * 1000
    print(
        f"the server: {serving:.0f} s of processor, {each:.0f} ms a rerun of the plain browsers, "
        f"at most {memory} MiB a process"
    )
    return told(ledger, wrong)


@contextmanager
def processes(count: int, folder: Path, database: str) -> Iterator[Processes]:
    """So many processes on PostgreSQL behind nginx; for 0 one on SQLite, without nginx."""
    if count:
        with served_by(count, folder, database) as served:
            yield served
        return
    with started(free_port(), folder) as (address, app):
        yield Processes(address, [address], [int(app.pid or 0)], [folder / "log"])


async def _warm(address: str) -> None:
    async with PlainBrowser(address) as browser:
        for path in ("start", "steps", "field"):
            await browser.open(path)
        await browser.open("start")
        await browser.press("Begin the full form", "begin")


def told(ledger: Ledger, wrong: list[str]) -> int:
    """Print what was measured; the exit status."""
    seconds = [each for _, each in ledger.seconds]
    slow = share(seconds, 0.95)
    print(f"{len(seconds):5} reruns: {_line(seconds)}, limit of the 95 % {LIMIT:.1f} s")
    kinds = dict.fromkeys(what for what, _ in ledger.seconds)
    for kind in sorted(kinds):
        of_kind = [each for what, each in ledger.seconds if what == kind]
        print(f"{len(of_kind):5} {kind}: {_line(of_kind)}")
    for kind, count in sorted(ledger.looks.items()):
        print(f"{count:5} at Chromium: {kind}")
    changes = sum(count for _, count in ledger.drafts.values()) + ledger.looks["a firm types"]
    print(
        f"stored and looked for: {changes} changes of {len(ledger.drafts)} drafts, "
        f"{len(ledger.texts)} notes and tasks, {ledger.looks['staff imports 100 firms']} imports"
    )
    print(f"wrong: {len(wrong)}")
    for line in wrong:
        print("  ", line)
    return int(bool(wrong) or slow >= LIMIT)


def _line(seconds: list[float]) -> str:
    return f"50 % {share(seconds, 0.5):.2f} s, 95 % {share(seconds, 0.95):.2f} s, longest {max(seconds):.2f} s"


if __name__ == "__main__":
    raise SystemExit(main())
