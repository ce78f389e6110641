"""How long the pages of staff take with 50,000 firms: a real server, a real browser.

``python benchmarks/app.py [-n FIRMS]`` fills a temporary store, opens each page and prints seconds
from the request to the last thing drawn, and from a filter to the rows it chose. The median of
``REPEATS``; the limits are those the app promises. Exit status 1 if one is broken. Most firms are
surveyed only, as in a city that aims at fifty a year; the others have figures, and the overview
tells the year by them: once remembered, and once more after each change of a firm that it counts.
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
from typing import Any

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import insert
from stdnum.cn import uscc

sys.path.insert(0, str(Path(__file__).parents[1]))
from eligibility.intake.table import read_table
from eligibility.schemes.registry import load_scheme
from eligibility.store import LOCAL, AuditAction, Repository, Stage, open_store, table_facts
from eligibility.store.fact_rows import CalendarFacts
from eligibility.store.schema import audit_log, carriers, figures, firms, outcomes, tasks
from tests.browser.server import CHROMIUM_FLAGS, chromium, served

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
DRAWN = """() => document.querySelector('.stApp')?.dataset.testScriptState !== 'running'
  && !document.querySelector('[data-stale=true]')
  && !document.querySelector('[data-testid=stSkeleton]')
  && document.querySelector('.foot')"""


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


def duplicate_check() -> float:
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
    start = time.perf_counter()
    repository.imports.preview(made, limit=100)
    seconds = time.perf_counter() - start
    repository.imports.discard(made)
    return seconds


def code(number: int) -> str:
    """A credit code that checks."""
    body = f"9115{number:013d}"
    return f"{body}{uscc.calc_check_digit(body)}"


def timed(page: Page, act: Callable[[], object], seen: str | None = None) -> float:
    """Seconds from an action until what it leads to is drawn."""
    start = time.perf_counter()
    act()
    if seen:
        page.get_by_text(seen).first.wait_for()
    page.wait_for_function(DRAWN, polling=10)
    return time.perf_counter() - start


def measured(address: str, count: int) -> dict[str, list[float]]:
    """Seconds of each claim."""
    found: dict[str, list[float]] = {name: [] for name in (*LIMITS, CHANGED)}
    repository = Repository(open_store(), LOCAL)
    held = [row["id"] for row in repository.year.applicants(date.today().year, [Stage.NURTURED])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
        page.goto(f"{address}/rules")
        page.wait_for_function(DRAWN)
        for repeat in range(REPEATS):
            found["list opens"].append(
                timed(page, lambda: page.goto(f"{address}/staff-firms"), f"{count:,} firms")
            )
            page.wait_for_timeout(REST)
            box = page.get_by_label("Name or credit code contains")
            box.fill(f"{repeat + 7:04d}")
            found["filter"].append(
                timed(page, lambda: box.press("Enter"), f"{_holding(f'{repeat + 7:04d}', count):,} firms")  # noqa: B023
            )  # fmt: skip
            page.wait_for_timeout(REST)
            # another page of the running app, as by its navigation
            link = page.get_by_role("link", name="Overview").first
            found["overview"].append(timed(page, link.click, "What changed this week"))
            page.wait_for_timeout(REST)
            repository.firms.set_stage([held[repeat]], Stage.READY)
            found[CHANGED].append(timed(page, page.reload, "What changed this week"))
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
        seconds = [duplicate_check() for _ in range(REPEATS)]
        with served(Path(folder)) as address:
            found = measured(address, count) | {CHECK: seconds}
    broken = 0
    for name, each in found.items():
        median, limit = statistics.median(each), LIMITS.get(name)
        broken += limit is not None and median > limit
        told = f"limit {limit:.1f} s" if limit else "no limit   "
        seconds = " ".join(f"{one:.2f}" for one in each)
        print(f"{name:17} median {median:.2f} s, {told}   ({seconds})")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
