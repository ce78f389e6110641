"""Skipped is not passed: where CI=true a skipped test fails the run."""

from __future__ import annotations

import gc
import os
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer.main
import typer.testing
from _pytest.unraisableexception import gc_collect_iterations_key
from hypothesis import Phase, settings

# the workers share the cores out; sums that each wait for every core would hold one another up
for library in ("OMP", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# what is imported is compiled once, not anew by every worker and every process that a test starts
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# a look through all that lives for every few thousand new objects took a tenth of the time
gc.set_threshold(50_000, 20, 50)

# a command line is put together once, not anew for every command that a test runs in its own process
get_command = cache(typer.main.get_command)
for module, name in ((typer.main, "get_command"), (typer.testing, "_get_command")):
    setattr(module, name, get_command)

# how long an example takes says how busy the machine is; speed is claimed by benchmarks
settings.register_profile("claims", deadline=None)
settings.load_profile("claims")
# one failing firm is enough there; making it small takes minutes a change
settings.register_profile("mutation", phases=[Phase.explicit, Phase.generate], database=None)


def pytest_configure(config: pytest.Config) -> None:
    # no test reads or fills the store of whoever runs it
    folder = TemporaryDirectory(prefix="eligibility-tests-", ignore_cleanup_errors=True)
    os.environ["ELIGIBILITY_DATA"] = folder.name
    config.add_cleanup(folder.cleanup)
    # what is left at the end is looked through once for errors of its going, not five times
    config.stash[gc_collect_iterations_key] = 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as cores: a test in a browser waits as long as it computes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (cores or 1) * 3 // 2


#: folders and files of tests that need a browser, a store, a page, a trained model or whole commands
SLOW = (
    "app",
    "browser",
    "cli",
    "finder",
    "readiness",
    "reports/test_papers",
    "reports/test_workbooks",
    "simulation",
    "store",
    "test_atomic_file",
    "test_atomic_file_at_once",
    "test_readme",
)
#: the fixture that trains a model elsewhere
TRAINED = "ready"


@cache
def is_slow(path: str) -> bool:
    # tests/store/test_x.py: store/test_x; README.md: README
    file = Path(path).with_suffix("")
    place = file.relative_to("tests") if file.parts[0] == "tests" else file
    return any(place.is_relative_to(room) for room in SLOW)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what ``make fast`` leaves out, so that the rest ends within two minutes."""
    for item in items:
        path = item.nodeid.split("::")[0]
        if is_slow(path) or TRAINED in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
    # the long ones come first, so that no worker begins one when the others have ended
    items.sort(key=lambda item: not item.nodeid.startswith("tests/browser/"))


def pytest_collection_finish() -> None:
    # modules and tests live to the end: no look for garbage goes through them again
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") == "true" and skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"CI=true: {len(skipped)} skipped tests count as failed", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
