"""What README says is what happens: its commands print what it shows, its Python runs."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
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
    # what a shell does with the output it does here too
    line, rest = re.fullmatch(r"python -m eligibility (.*?)((?: 2>| \|).*)?", command).groups("")
    for written in ("result.csv", "firm.docx"):
        line = line.replace(written, str(tmp_path / written))
    said = run(*shlex.split(line), status=None)
    (tmp_path / "out").write_text(said.stdout, encoding="utf-8")
    (tmp_path / "err").write_text(said.stderr, encoding="utf-8")
    done = subprocess.run(
        ["/bin/sh", "-c", f"{{ cat out; cat err >&2; }} {rest}"],
        cwd=tmp_path, check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip
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
