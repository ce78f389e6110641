"""Files of the register as chance makes them: outcomes, published lists, answers, JSON, backups."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from typer.testing import CliRunner

from eligibility.cli import app
from eligibility.register.outcome_file import read_register
from eligibility.register.published_list import (
    match_published_list,
    parse_published_list,
    read_published_list,
)
from eligibility.register.questions import askable, read_sheet
from eligibility.store import (
    ApplicationStep,
    Repository,
    Role,
    StoreUnavailable,
    System,
    backup,
    restore,
)
from eligibility.store.engine import FILE_NAME, connect, sqlite_url
from eligibility.store.schema import metadata
from tests import empty_store
from tests.bad_files import (
    ENCODINGS,
    SCHEME,
    TOKENS,
    SentenceOnly,
    csv_text,
    mutated,
    workbooks,
)
from tests.store.two_carriers import SECRET, world

DAY = date(2026, 10, 28)
CODE = "91150105XNBU6HUA33"
OUTCOMES = [
    ["统一社会信用代码", "企业名称", "applied_year", "certified", "batch", "certified_on", "expires_on"],
    [CODE, f"{SECRET}公司", "2024", "是", "一", "2024-10-15", "2027-10-15"],
    ["", "乙公司", "2025", "否", "", "", ""],
    ["91150100XNYLK3H19E", "丙", "x", "", "", "43000", "-"],
]  # fmt: skip
LISTED = [
    ["序号", "企业名称", "证书编号"],
    ["1", "内蒙古云科技有限公司", "GR202615000123"],
    ["2、", f"{SECRET}公司", CODE],
    ["（3）", "呼和浩特市曜泓（集团）有限责任公司", "GR 202615000009"],
]
ANSWERED = [
    ["统一社会信用代码", "企业名称", "职工总数", "第三年销售收入（万元）"],
    [CODE, f"{SECRET}公司", "120", "1,314.38"],
]


@st.composite
def tables(draw: st.DrawFn, lines: list[list[str]]) -> bytes:
    """A table of these lines, mostly damaged, or a workbook."""
    if draw(st.integers(0, 9)) == 0:
        return draw(workbooks())
    text = csv_text(draw(st.sampled_from(",;\t")), lines=lines)
    return draw(mutated(text.encode(draw(st.sampled_from(ENCODINGS)), "replace"), TOKENS))


#: values of JSON, of any type at any place
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["91150105XNBU6HUA33", "2026-05-10", "1e999", "9" * 400, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
_names = st.sampled_from([field.id for field in SCHEME.fields] + ["x"])
_kinds = st.sampled_from([*SCHEME.lists, "x"])


@st.composite
def json_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A JSON file of entries or of facts and lists, with values of any type, and which command reads it."""
    facts = draw(st.dictionaries(_names, _values, max_size=4) | _values)
    rows = st.lists(st.dictionaries(st.sampled_from(["name", "kind", "year"]), _values), max_size=2)
    lists = draw(st.dictionaries(_kinds, rows | _values, max_size=2) | _values)
    command, key = draw(st.sampled_from([("form", "ledgers"), ("evidence", "lists")]))
    content = {"facts": facts, key: lists} if draw(st.integers(0, 5)) else draw(_values)
    data = json.dumps(content).encode()
    if draw(st.integers(0, 3)) == 0:
        data = draw(
            mutated(data, (b"[" * 100_000, b'{"a":' * 5_000, b"\xff", b"NaN", b"1" * 5_000))
        )
    return command, data


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="eligibility-tests-", ignore_cleanup_errors=True)


@cache
def _full() -> Engine:
    """A store of two carriers, made once a process, which is only read."""
    folder = Path(_folder().name) / "full"
    empty_store.put(folder)
    engine = connect(sqlite_url(folder / FILE_NAME))
    world(engine)
    return engine


@cache
def _backup() -> bytes:
    file = Path(_folder().name) / "backup.sqlite"
    backup(_full(), file)
    return file.read_bytes()


@cache
def _blobs() -> tuple[str, ...]:
    """Values that SQLite takes for any column, and that no column of a store holds."""
    return (
        "x'ff'", "x'00'", "'\x00'", "CAST(x'80' AS TEXT)", "-1", "1e308", "9e999", "9223372036854775807",
        "''", "'[' || hex(zeroblob(3000))", f"'{'[' * 3000}'", f"x'{zlib.compress(b'[' * 100_000).hex()}'",
        f"x'{zlib.compress(b'nothing').hex()}'", f"x'{zlib.compress(bytes(400_000_000), 9).hex()}'",
    )  # fmt: skip


_COLUMNS = [(table.name, column.name) for table in metadata.sorted_tables for column in table.c]


@st.composite
def backups(draw: st.DrawFn) -> bytes:
    """A backup with a value, a table or a page of it damaged, or another file."""
    whole = _backup()
    match draw(st.sampled_from(["value", "value", "value", "page", "end", "table", "other"])):
        case "page":
            return draw(mutated(whole, TOKENS))
        case "end":
            return whole[: draw(st.integers(0, len(whole)))]
        case "other":
            return draw(st.binary(max_size=200) | workbooks())
        case "table":
            statement = f"DROP TABLE {draw(st.sampled_from(list(metadata.tables)))}"
        case _:
            table, column = draw(st.sampled_from(_COLUMNS))
            statement = f"UPDATE OR IGNORE {table} SET {column} = {draw(st.sampled_from(_blobs()))}"
    with closing(sqlite3.connect(":memory:")) as held:
        held.deserialize(whole)
        for (trigger,) in held.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            held.execute(f"DROP TRIGGER {trigger}")
        with suppress(sqlite3.Error):
            # a key takes no such value
            held.execute(statement)
            held.commit()
        return held.serialize()


# --- what must hold ---


def check_outcomes(content: bytes) -> None:
    """Every row of a register of outcomes is matched, ambiguous, unmatched or rejected, or a sentence."""
    with SentenceOnly():
        register = read_register("f", content, Repository(_full(), System(Role.LOCAL)), SCHEME)
        matched = len(register.rows) + len(register.unmatched_rows) + len(register.ambiguous_rows)
        assert register.batch.read == matched + register.batch.rejects.num_rows


def check_published(content: bytes) -> None:
    """A published list, as a file and pasted, gives entries that are matched one by one, or a sentence."""
    repository = Repository(_full(), System(Role.LOCAL))
    readers: list[Callable[[], object]] = [
        lambda: read_published_list((f"f.{'xlsx' if content[:2] == b'PK' else 'csv'}", content)),
        lambda: parse_published_list(content.decode("utf-8", "surrogateescape")),
    ]
    for read in readers:
        with SentenceOnly():
            entries = read().entries  # type: ignore[attr-defined]
            step = ApplicationStep.ANNOUNCEMENT
            matches = match_published_list(repository, entries, step, DAY, 2026)
            assert len(matches.matches) == len(entries)


def check_answers(content: bytes) -> None:
    """A workbook that a firm sent back answers what was asked alone, or is refused in a sentence."""
    keys = list(askable(2026))
    link = {"options": {"year": 2026, "keys": keys}, "uscc": CODE, "firm": f"{SECRET}公司"}
    with SentenceOnly():
        answers = read_sheet(
            "f.xlsx" if content[:2] == b"PK" else "f.csv", content, link, SCHEME, {}
        )
        assert answers.facts.keys() <= set(keys)


def check_json(given: tuple[str, bytes]) -> None:
    """A command that reads JSON ends with what it says or with status 2 and a sentence."""
    command, content = given
    file = Path(_folder().name) / "given.json"
    file.write_bytes(content)
    more = ["--check"] if command == "form" else []
    done = CliRunner().invoke(app, [command, str(file), *more, "--lang", "en"])
    assert done.exit_code in (0, 2, 3), repr(done.exception)
    assert isinstance(done.exception, SystemExit | type(None)), repr(done.exception)


def check_backup(content: bytes) -> None:
    """A backup is restored with every row, or refused in a sentence and nothing is stored."""
    with TemporaryDirectory(dir=_folder().name) as name:
        folder = Path(name)
        file = folder / "backup.sqlite"
        file.write_bytes(content)
        empty_store.put(folder)
        engine = connect(sqlite_url(folder / FILE_NAME))
        try:
            rows: Mapping[str, int] = dict.fromkeys(metadata.tables, 0)
            with SentenceOnly(StoreUnavailable):
                rows = restore(engine, file)
            with engine.connect() as connection:
                for table in metadata.sorted_tables:
                    count = connection.execute(select(func.count()).select_from(table)).scalar_one()
                    assert count == rows[table.name], table.name
        finally:
            engine.dispose()


CHECKS: Mapping[str, tuple[st.SearchStrategy[object], Callable[[object], None]]] = {
    "registers of outcomes": (tables(OUTCOMES), check_outcomes),  # type: ignore[dict-item]
    "published lists": (tables(LISTED), check_published),  # type: ignore[dict-item]
    "answers of firms": (tables(ANSWERED), check_answers),  # type: ignore[dict-item]
    "JSON files": (json_files(), check_json),  # type: ignore[dict-item]
    "backups": (backups(), check_backup),  # type: ignore[dict-item]
}
