"""What README says is what happens: its commands print what it shows, its Python runs."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import run

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
CONSOLE = re.compile(r"```console\n\$ (.+?)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        match.groups()
        for readme in READMES
        for match in CONSOLE.finditer(readme.read_text(encoding="utf-8"))
    ],
)
def test_a_command_prints_what_is_shown(command: str, shown: str, tmp_path: Path) -> None:
    command = command.replace("python ", f"{sys.executable} ", 1)
    for written in ("result.csv", "firm.docx"):
        command = command.replace(written, str(tmp_path / written))
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, check=False, capture_output=True, encoding="utf-8"
    )
    assert done.stdout + done.stderr == shown


def test_the_python_runs() -> None:
    failed, tried = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, encoding="utf-8"
    )
    assert tried >= 4
    assert failed == 0


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_what_it_links_to_is_there(readme: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", readme.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_every_command_and_option_of_the_contract_is_there() -> None:
    for command, options in {
        "fields": ["--format"],
        "template": ["--output"],
        "assess": ["--as-of", "--format"],
        "score": ["--output", "--rejects", "--as-of", "--with-input", "--engine"],
        "plan": ["--firm", "--by", "--score", "--readiness", "--model", "--format"],
        "ladder": ["--firm", "--as-of", "--format"],
    }.items():
        done = run(command, "--help", COLUMNS="200")
        for option in options:
            assert option in done.stdout


def test_no_page_of_the_docs_waits_for_its_figures() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        assert not re.search(r"^(BENCH|TODO|TBD|XXX)", page.read_text(encoding="utf-8"), re.M), page
