"""Skipped is not passed: where CI=true a skipped test fails the run."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, settings

# the workers share the cores out; sums that each wait for every core would hold one another up
for library in ("OMP", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as cores: a test in a browser waits as long as it computes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (cores or 1) * 3 // 2


#: where browsers are and models are trained; and the fixture that trains one elsewhere
SLOW = {Path(__file__).parent / name for name in ("browser", "readiness")}
TRAINED = "ready"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what needs a browser, PostgreSQL or a model that is trained for it."""
    for item in items:
        given = getattr(item, "callspec", None)
        if (
            SLOW.intersection(item.path.parents)
            or TRAINED in getattr(item, "fixturenames", ())
            or (given and "postgresql" in given.params.values())
        ):
            item.add_marker("slow")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") == "true" and skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"CI=true: {len(skipped)} skipped tests count as failed", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
