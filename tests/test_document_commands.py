"""Every command that the documents of docs show runs, on files made for it; what needs root or other machines fits."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.csv
import pyarrow.parquet
import pytest
import typer
import yaml

from docs.site.sources import DOCS, DOCUMENTS, document
from eligibility.cli import app
from tests.commands import ROOT, SAMPLES, run
from tests.documents.small_forms import workbook
from tests.evidence.chain_firms import FACTS, LISTS
from tests.evidence.people_files import ROSTER, identity

BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:\S+/)?python -m eligibility ")
#: a block without a language, on pages that show what a benchmark printed
PRINTED = {"readiness.md", "speed.md"}
#: exit status of a command some of whose rows or papers cannot be used
PARTLY = 3
#: documents whose commands run here; those of api.md are run by tests/web_api, those of ladder.md by tests/assessment
RUN_HERE = {"papers.md", "evidence.md", "staff.md", "scale.md"}
#: what of a command is a file
FILE = re.compile(r"\.(?:csv|xlsx?|pdf|zip|json|svg|parquet)$|/$")
TARGETS = re.findall(
    r"^([\w./$()-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
)
PAGES = sorted({document(page, language) for page in DOCUMENTS for language in ("en", "zh")})


def blocks(path: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(path.read_text(encoding="utf-8"))


def commands(path: Path) -> list[list[str]]:
    """The words of every command of this program that a document shows."""
    text = "".join(text for kind, text in blocks(path) if kind == "sh")
    lines = text.replace("$(date +%F)", "2026-05-10").splitlines()
    pieces = [piece for line in lines for piece in re.split(r"&&|(?:^| )#", line)]
    return [shlex.split(COMMAND.split(piece)[1]) for piece in pieces if COMMAND.search(piece)]


@pytest.fixture
def firm_folder(tmp_path: Path) -> Path:
    """The files that the documents name."""
    papers = SAMPLES / "papers"
    shutil.copy(papers / "changhe" / "2025年_etax.pdf", tmp_path / "2024申报表.pdf")
    shutil.copy(papers / "qingyun" / "2024年_wps.xls", tmp_path / "资产负债表.xls")
    rights = papers / "changhe" / "2025年知识产权汇总表_accountant.csv"
    (tmp_path / "研发").mkdir()
    shutil.copy(papers / "changhe" / "2025年度职工人数月度统计表_accountant.csv", tmp_path / "研发")
    with zipfile.ZipFile(tmp_path / "清单.zip", "w") as archive:
        archive.write(rights, rights.name)
    head, *rows = csv.reader(rights.read_text(encoding="gb18030").splitlines())
    for name in ("清单.xlsx", "lists.xlsx"):
        (tmp_path / name).write_bytes(workbook({"知识产权": [head, *rows]}))
    (tmp_path / "lists.json").write_text(json.dumps({"facts": FACTS, "lists": LISTS}), "utf-8")
    (tmp_path / "firms.csv").write_text("name,ip_class1_count\n甲有限公司,1\n", encoding="utf-8")
    person = ["员工", identity(0), "2019-01-01", "", "在职", "研发工程师", "是"]
    (tmp_path / "roster.xlsx").write_bytes(workbook({"名册": [ROSTER, person]}))
    months = "".join(f"员工,{identity(0)},2025-{month:02}\n" for month in range(1, 13))
    heads = "姓名,身份证件号码,费款所属期\n"
    (tmp_path / "insurance.csv").write_text(heads + months, encoding="utf-8")
    days = [["员工", identity(0), "200"]]
    (tmp_path / "hours.xlsx").write_bytes(
        workbook({"工时": [["姓名", "证件号码", "研发天数"], *days]})
    )
    (tmp_path / "in").mkdir()
    firms = pyarrow.csv.read_csv(SAMPLES / "candidates.csv")
    for number in range(2):
        part = firms.slice(number * 20, 20)
        pyarrow.parquet.write_table(part, tmp_path / "in" / f"{number}.parquet")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if path.name.replace(".zh-CN", "") in RUN_HERE],
    ids=lambda path: path.name,
)
def test_a_command_of_a_document_runs(path: Path, firm_folder: Path) -> None:
    lines = commands(path)
    assert lines
    for words in lines:
        if any("://" in word for word in words):
            assert_taken(words)
            continue
        done = run(
            *(f"{firm_folder}/{word}" if FILE.search(word) else word for word in words), status=None
        )
        assert done.returncode in (0, PARTLY), done.stderr
        if "-o" in words:
            assert (firm_folder / words[words.index("-o") + 1]).exists()


def assert_taken(words: list[str]) -> None:
    """The command takes these words, which need another machine or root to be run."""
    known: Any = typer.main.get_command(app)
    known.commands[words[0]].make_context(words[0], words[1:])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_what_a_document_lets_a_person_type_is_there(path: Path) -> None:
    """Where a line is for root, its commands, make's targets, files and services are those of this program."""
    for kind, text in blocks(path):
        assert kind in ("sh", "console", "nginx") or (not kind and path.name in PRINTED), path
        if kind != "sh":
            continue
        for target in re.findall(r"(?:^|&& )make (\S+)", text, re.MULTILINE):
            assert target in TARGETS, target
        for file in re.findall(r"(?<![\w/])deploy/[\w.-]+", text):
            assert (ROOT / file).exists(), file
    for words in commands(path):
        assert_taken(words)


@pytest.mark.parametrize("name", ["running.md", "running.zh-CN.md"])
def test_the_second_process_is_the_service_at_another_port_and_known_to_the_proxy(
    name: str, tmp_path: Path
) -> None:
    shown = blocks(DOCS / name)
    (line,) = (
        each
        for kind, text in shown
        if kind == "sh"
        for each in text.splitlines()
        if each.startswith("sed ")
    )
    command, _, target = line.partition(" > ")
    assert target.endswith("/eligibility-8502.service")
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    before = (ROOT / "deploy" / "eligibility.service").read_text(encoding="utf-8").splitlines()
    moved = [
        pair for pair in zip(before, done.stdout.splitlines(), strict=True) if pair[0] != pair[1]
    ]
    assert [new.removeprefix(old) for old, new in moved] == [" --server.port=8502"]
    (upstream,) = (text for kind, text in shown if kind == "nginx")
    shipped = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    (first,) = re.findall(r"^upstream eligibility \{.*?^\}\n", shipped, re.MULTILINE | re.DOTALL)
    assert upstream.replace("    server 127.0.0.1:8502;\n", "") == re.sub(r" *#.*", "", first)


@pytest.mark.parametrize("name", ["running.md", "running.zh-CN.md"])
def test_services_named_in_the_documents_are_those_of_the_compose_file(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    services = yaml.safe_load((ROOT / "compose.yaml").read_bytes())["services"]
    named = re.findall(r"^docker compose (?:run --rm|exec) (\w+)", text, re.MULTILINE)
    assert set(named) <= set(services)
