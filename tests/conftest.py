"""Skipped is not passed: where CI=true a skipped test fails the run."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, settings

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


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") == "true" and skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"CI=true: {len(skipped)} skipped tests count as failed", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
