"""The subject of a commit: its area, then an order, in 72 characters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOOK = ROOT / "tools" / "commit_subject.py"


def run(message: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The hook, as git calls it."""
    file = folder / "COMMIT_EDITMSG"
    file.write_text(message, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(HOOK), str(file)], check=False, capture_output=True, encoding="utf-8"
    )


@pytest.mark.parametrize(
    "message",
    [
        "store: report an import once\n\nWhy it was reported twice.\n",
        "# a comment of git\n\ndocs, tests: say what a term means\n",
        "app/year: bring the forecast first\n",
        "Merge branch 'store'\n",
        "store: " + "a" * 65,
    ],
)
def test_a_subject_with_area_and_order_is_let_through(message: str, tmp_path: Path) -> None:
    assert run(message, tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("Report an import once", "area: imperative"),
        ("store: Report an import once", "area: imperative"),
        ("store: report an import once.", "full stop"),
        ("store: reported an import once", "not 'reported'"),
        ("store: " + "a" * 66, "73 characters"),
        ("", "area: imperative"),
    ],
)
def test_any_other_subject_is_refused_in_a_sentence(
    message: str, says: str, tmp_path: Path
) -> None:
    refused = run(message, tmp_path)
    assert refused.returncode == 1
    assert says in refused.stderr


def test_the_hook_is_installed_with_the_others() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert "commit-msg" in config["default_install_hook_types"]
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    (subject,) = [hook for hook in hooks if hook.get("stages") == ["commit-msg"]]
    assert HOOK.relative_to(ROOT).as_posix() in subject["entry"]
