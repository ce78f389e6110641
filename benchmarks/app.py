"""How long the pages of staff take with 50,000 firms: a real server, a real browser.

``python benchmarks/app.py [-n FIRMS]`` fills a temporary store, opens each page and prints seconds
from the request to the last thing drawn, and from a filter to the rows it chose. The median of
``REPEATS``; the limits are those the app promises. Exit status 1 if one is broken. Most firms are
surveyed only, as in a city that aims at fifty a year; the others have figures, and the overview
tells the year by them: once remembered, and once more after each change of a firm that it counts.

Beside each stand the seconds of processor that the server took for it: they are nearly the same on a
busy machine, where those of the clock say little.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import insert
from stdnum.cn import uscc

sys.path.insert(0, str(Path(__file__).parents[1]))
from eligibility.intake.table import read_table
from eligibility.schemes.registry import load_scheme
from eligibility.store import LOCAL, AuditAction, Repository, Stage, open_store, table_facts
from eligibility.store.fact_rows import CalendarFacts
from eligibility.store.schema import audit_log, carriers, figures, firms, outcomes, tasks
from tests.browser.server import CHROMIUM_FLAGS, chromium, running

REPEATS = 5
#: milliseconds in which a person looks before the next click, and the browser finishes its idle work
REST = 1500
#: seconds
LIMITS = {"list opens": 2.0, "filter": 0.5, "overview": 1.0}
#: rows of an import whose firms are looked for among all, and the limit in seconds
ROWS, CHECK = 5000, "whose firms are 5,000 rows"
LIMITS[CHECK] = 5.0
#: told without a limit: the overview when the year has to be worked out anew
CHANGED = "overview, changed"
DISTRICTS = ["新城区", "回民区", "玉泉区", "赛罕区", "土默特左旗", "托克托县", "和林格尔县"]
#: of 100 firms, by stage
STAGES = [95, 2, 1, 0.5, 1, 0.5]
SAMPLE = Path(__file__).parents[1] / "sample_data" / "candidates.csv"
INDUSTRIES = [f"行业{number:02d}" for number in range(30)]
#: when a page is drawn: nothing runs and nothing on it is stale
DRAWN = """document.querySelector('.stApp')?.dataset.testScriptState !== 'running'
  && !document.querySelector('[data-stale=true]')
  && !document.querySelector('[data-testid=stSkeleton]')
  && !!document.querySelector('.foot')"""
#: seconds that a page may take on a busy machine before the measurement is given up
PATIENCE = 180
#: seconds between two looks at a page
LOOK = 0.01


def fill(count: int) -> None:
    """Firms of every kind, with what hangs off them, straight into the tables."""
    engine, draw = open_store(), random.Random(1)
    at = datetime.now(UTC)
    repository = Repository(engine, LOCAL)
    repository.administration.set_target(date.today().year, 50, 0)
    stages = draw.choices([stage.value for stage in Stage], STAGES, k=count)
    with engine.begin() as connection:
        connection.execute(
            insert(carriers),
            [{"name": f"载体{n:02d}", "active": True, "version": 1} for n in range(40)],
        )
        connection.execute(
            insert(firms),
            [
                {
                    "uscc": code(n),
                    "name": f"呼和浩特市{draw.choice('云曜泓岚昶')}{n:05d}科技有限公司",
                    "district": draw.choice(DISTRICTS),
                    "industry": draw.choice(INDUSTRIES),
                    "carrier_id": draw.randint(1, 40),
                    "stage": stages[n],
                    "verdict": draw.choice(["eligible", "ineligible", "undetermined"]),
                    "score_low": float(draw.randint(0, 90)),
                    "score_high": float(draw.randint(90, 100)),
                    "first_gap": "rd_intensity",
                    "assessed_at": at,
                    "created_at": at,
                    "changed_at": at,
                    "version": 1,
                }
                for n in range(count)
            ],
        )
        due = date.today()
        connection.execute(insert(figures), figures_of(stages, at))
        connection.execute(
            insert(tasks),
            [
                {"firm_id": draw.randint(1, count), "title": "补材料", "done": False, "at": at,
                 "due_on": due + timedelta(draw.randint(-5, 90)), "version": 1}
                for _ in range(count // 10)
            ],
        )  # fmt: skip
        connection.execute(
            insert(outcomes),
            [
                {"firm_id": n, "applied_year": due.year - n % 5, "certified": n % 3 > 0,
                 "changed_at": at, "version": 1}
                for n in range(1, count // 20)
            ],
        )  # fmt: skip
        connection.execute(
            insert(audit_log),
            [
                {"at": at - timedelta(days=14 * n / count), "role": "local", "action": AuditAction.FIRM_IMPORT.value,
                 "firm_id": n, "detail": {"import_id": 1}}
                for n in range(1, count)
            ],
        )  # fmt: skip
    engine.dispose()


def figures_of(stages: Sequence[str], at: datetime) -> list[dict[str, Any]]:
    """Figures of the sample's firms for each firm that is more than surveyed, by its stage."""
    fields = load_scheme().fields
    calendar = CalendarFacts()
    facts = [
        calendar.store(row, at.year)
        for row in table_facts(read_table(SAMPLE, fields).table, fields)
    ]
    return [
        {"firm_id": n + 1, "application_year": at.year, "changed_at": at, "version": 1,
         "facts": facts[n % len(facts)]}
        for n, stage in enumerate(stages)
        if stage != Stage.SURVEYED
    ]  # fmt: skip


def duplicate_check() -> Seconds:
    """Seconds in which an import of ``ROWS`` firms finds out which of them are there already.

    A third are there, a third have moved or were renamed, and a third come without a code.
    """
    repository = Repository(open_store(), LOCAL)
    held = repository.firms.page(limit=ROWS).rows

    def row(number: int) -> dict[str, Any]:
        firm = held[number % len(held)]
        told = {"uscc": firm["uscc"], "name": firm["name"], "carrier": firm["carrier"]}
        told["application_date"] = date.today().isoformat()
        if number % 3 == 1:
            told |= {"name": firm["name"].replace("有限", "股份有限"), "carrier": "载体07"}
        if number % 3 == 2:
            del told["uscc"]
        return told

    made = repository.imports.stage("f.xlsx", ((row(number), None) for number in range(ROWS)))
    start, before = time.perf_counter(), time.process_time()
    repository.imports.preview(made, limit=100)
    seconds = Seconds(time.perf_counter() - start, time.process_time() - before)
    repository.imports.discard(made)
    return seconds


def code(number: int) -> str:
    """A credit code that checks."""
    body = f"9115{number:013d}"
    return f"{body}{uscc.calc_check_digit(body)}"


class Seconds(NamedTuple):
    """Seconds of the clock, and of processor that the server took."""

    clock: float
    server: float


def processor_seconds(pid: int) -> float:
    """Seconds of processor that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until_drawn(page: Page, seen: str | None = None) -> None:
    """Wait until a page shows a text and is drawn."""
    if seen:
        page.get_by_text(seen).first.wait_for()
    until = time.monotonic() + PATIENCE
    # not wait_for_function: it evaluates a text within the page, which the page's policy forbids
    while not page.evaluate(DRAWN):
        if time.monotonic() > until:
            raise TimeoutError(f"{page.url} is not drawn after {PATIENCE} s")
        time.sleep(LOOK)


def timed(page: Page, pid: int, act: Callable[[], object], seen: str | None = None) -> Seconds:
    """What it takes from an action until what it leads to is drawn."""
    start, before = time.perf_counter(), processor_seconds(pid)
    act()
    wait_until_drawn(page, seen)
    return Seconds(time.perf_counter() - start, processor_seconds(pid) - before)


def measured(address: str, pid: int, count: int) -> dict[str, list[Seconds]]:
    """What each claim takes."""
    found: dict[str, list[Seconds]] = {name: [] for name in (*LIMITS, CHANGED)}
    repository = Repository(open_store(), LOCAL)
    held = [row["id"] for row in repository.year.applicants(date.today().year, [Stage.NURTURED])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{address}/rules")
        wait_until_drawn(page)
        page.wait_for_timeout(REST)
        for repeat in range(REPEATS):
            found["list opens"].append(
                timed(page, pid, lambda: page.goto(f"{address}/staff-firms"), f"{count:,} firms")
            )
            page.wait_for_timeout(REST)
            box = page.get_by_label("Name or credit code contains")
            box.fill(f"{repeat + 7:04d}")
            found["filter"].append(
                timed(page, pid, lambda: box.press("Enter"), f"{_holding(f'{repeat + 7:04d}', count):,} firms")  # noqa: B023
            )  # fmt: skip
            page.wait_for_timeout(REST)
            # another page of the running app, as by its navigation
            link = page.get_by_role("link", name="Overview").first
            found["overview"].append(timed(page, pid, link.click, "What changed this week"))
            page.wait_for_timeout(REST)
            repository.firms.set_stage([held[repeat]], Stage.READY)
            found[CHANGED].append(timed(page, pid, page.reload, "What changed this week"))
        browser.close()
    return found


def _holding(text: str, count: int) -> int:
    """Firms whose name or code contains the text."""
    return sum(text in f"{n:05d}" or text in code(n) for n in range(count))


def main() -> int:
    """Fill, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("-n", type=int, default=50_000, help="firms")
    count = asked.parse_args().n
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ELIGIBILITY_DATA"] = folder
        fill(count)
        checks = [duplicate_check() for _ in range(REPEATS)]
        with running(Path(folder)) as (address, app):
            assert app.pid
            found = measured(address, app.pid, count) | {CHECK: checks}
    broken = 0
    for name, each in found.items():
        median, limit = statistics.median(one.clock for one in each), LIMITS.get(name)
        server = statistics.median(one.server for one in each)
        broken += limit is not None and median > limit
        told = f"limit {limit:.1f} s" if limit else "no limit   "
        seconds = " ".join(f"{one.clock:.2f}" for one in each)
        print(f"{name:27} median {median:.2f} s, {told}, processor {server:.2f} s   ({seconds})")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
