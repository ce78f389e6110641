"""The audit log is for people to read: what the program goes by stands elsewhere."""

from __future__ import annotations

import ast
import multiprocessing
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert, select, text

import eligibility
from eligibility.domain.errors import Conflict
from eligibility.i18n import Language
from eligibility.store import LOCAL, AuditAction, Repository, Stage, audit_words, open_store
from eligibility.store.audit import AUDIT_WORDS
from eligibility.store.engine import connect
from eligibility.store.schema import audit_log, firms
from tests.store.postgresql import create_database
from tests.store.test_roles import what_a_year_reads
from tests.store.two_carriers import facts, record, world

PACKAGE = Path(eligibility.__file__).parent
#: who may name the log: its declaration and its writer, and what people read of it
READERS = {
    "store/administration.py": {"audit_trail"},
    "store/overview.py": {"_entries", "activity", "changes"},
}
WRITER = {"store/audit.py": {"write_audit"}}


def uses_of_the_log(path: Path) -> Iterator[str]:
    """The function around each use of the log's table in a module, or the module for one outside."""
    source = path.read_text(encoding="utf-8")
    if "audit_log" not in source:
        return
    for node in ast.walk(tree := ast.parse(source)):
        named = isinstance(node, ast.Name | ast.Attribute) and "audit_log" in ast.unparse(node)
        written = isinstance(node, ast.Constant) and "audit_log" in str(node.value)
        if named or written:
            around = [
                each.name
                for each in ast.walk(tree)
                if isinstance(each, ast.FunctionDef)
                and each.lineno <= node.lineno <= (each.end_lineno or each.lineno)
            ]
            yield around[-1] if around else "module"


def test_nothing_but_the_trail_and_what_changed_reads_the_log() -> None:
    used = {
        str(path.relative_to(PACKAGE)): found
        for path in PACKAGE.rglob("*.py")
        if "migrations" not in path.parts
        if (found := set(uses_of_the_log(path)))
    }
    # an export and a backup go over all tables that the schema declares, and name none
    assert used == {**READERS, **WRITER, "store/schema.py": {"module"}}


def test_a_reader_of_the_log_would_be_seen(tmp_path: Path) -> None:
    reader = tmp_path / "reader.py"
    reader.write_text("def forecast():\n    return select(schema.audit_log.c.at)\n")
    assert set(uses_of_the_log(reader)) == {"forecast"}
    reader.write_text("LINES = 'SELECT count(*) FROM audit_log'\n")
    assert set(uses_of_the_log(reader)) == {"module"}


def without_log(engine: Engine) -> None:
    """Empty the log, past the triggers that refuse it."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_log_no_delete"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM audit_log"))
        if engine.dialect.name == "sqlite":
            connection.execute(
                text(
                    "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log "
                    "BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END"
                )
            )


def test_a_year_reads_the_same_without_the_log(engine: Engine) -> None:
    w = world(engine)
    w.chief.firms.set_stage([w.other_firm], Stage.READY)
    before = what_a_year_reads(w.chief), w.chief.year.last_change()
    without_log(engine)
    assert (what_a_year_reads(w.chief), w.chief.year.last_change()) == before


def test_every_action_has_words_and_a_chinese_sentence() -> None:
    assert set(AUDIT_WORDS) == set(AuditAction)
    assert len(set(AUDIT_WORDS.values())) == len(AuditAction)
    chinese = Language("zh")
    for action in AuditAction:
        assert chinese.text(audit_words(action)) != audit_words(action) != action


def test_an_action_of_another_version_is_read_by_its_id(engine: Engine) -> None:
    at = datetime.now(UTC)
    line = {"at": at, "role": "local", "action": "firm.bless", "detail": {"by": 1}}
    with engine.begin() as connection:
        connection.execute(insert(audit_log).values(line))
    (held,) = Repository(engine, LOCAL).administration.audit_trail()
    assert audit_words(held["action"]) == "firm.bless"


class Clock:
    """A moment that moves on by a day at every look."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(days=1)
        return self.at


def test_every_change_of_stage_says_since_when_it_holds_and_nothing_else_does(
    engine: Engine,
) -> None:
    clock = Clock()
    local = Repository(engine, LOCAL, clock)
    code = "91150105XNBU6HUA33"
    local.imports.confirm(local.imports.stage("f", [(facts(code, "甲"), record())]))
    imported = local.firms.ids_by_code([code])[code]
    added = local.firms.add({"name": "乙"})
    for firm in (imported, added):
        row = local.firms.get(firm)
        assert row["stage_since"] == row["created_at"]

    def since(act: Callable[[], object]) -> bool:
        """Whether an act, as done now, set the day since which the stage holds."""
        before, now = local.firms.get(added)["stage_since"], clock.at
        act()
        after = local.firms.get(added)["stage_since"]
        assert after == before or now < after <= clock.at
        return bool(after != before)

    assert since(lambda: local.firms.set_stage([added], Stage.READY))
    assert not since(lambda: local.firms.set_stage([added], Stage.READY))
    assert not since(lambda: local.firms.save(added, {"name": "丙"}, of_version(local, added)))
    assert since(lambda: local.applications.save_outcome(added, 2025, {"certified": None}, 0))
    assert not since(lambda: local.applications.save_outcome(added, 2025, {"batch": "1"}, 1))
    assert since(lambda: local.applications.save_outcome(added, 2025, {"certified": False}, 2))
    assert since(lambda: local.applications.save_outcomes([(added, 2026, {"certified": None}, 0)]))
    # an older application moves no stage
    assert not since(lambda: local.applications.save_outcome(added, 2020, {"certified": True}, 0))
    assert not since(lambda: local.records.save_figures(added, 2026, {"staff_total": 1}, 0))


def of_version(local: Repository, firm: int) -> int:
    version: int = local.firms.get(firm)["version"]
    return version


def test_what_fails_is_not_counted_as_a_change(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    firm = local.firms.add({"name": "甲"})
    count = local.year.last_change()
    with pytest.raises(Conflict):
        local.firms.save(firm, {"name": "乙"}, 7)
    assert local.year.last_change() == count
    local.firms.save(firm, {"name": "乙"}, 1)
    assert local.year.last_change() == count + 1


TIMES = 10


def add_firms(url: str, name: str) -> list[int]:
    """The count after each of some firms that this process adds."""
    engine = connect(url)
    local = Repository(engine, LOCAL)
    counts = []
    for number in range(TIMES):
        local.firms.add({"name": f"{name}{number}"})
        counts.append(local.year.last_change())
    engine.dispose()
    return counts


def test_changes_of_many_processes_are_counted_each_and_in_order(url: str, engine: Engine) -> None:
    # forked, so that they start at once; no engine is in use here yet
    with multiprocessing.get_context("fork").Pool(2) as pool:
        made = pool.starmap(add_firms, [(url, "甲"), (url, "乙")])
    for counts in made:
        assert counts == sorted(set(counts))
    assert Repository(engine, LOCAL).year.last_change() == 2 * TIMES
    with engine.connect() as connection:
        assert len(connection.scalars(select(firms.c.id)).all()) == 2 * TIMES


def test_one_line_of_the_trail_is_read_without_pairing_every_firm_with_every_other(
    postgresql: str,
) -> None:
    """In a database that has not counted its rows yet, as after a restore."""
    engine = open_store(create_database(postgresql))
    since = datetime(2020, 1, 1, tzinfo=UTC)
    with engine.begin() as connection:
        connection.execute(
            insert(firms),
            [
                {
                    "uscc": f"{number:018}",
                    "name": f"{number}",
                    "stage": Stage.SURVEYED,
                    "created_at": since,
                    "changed_at": since,
                    "version": 1,
                }
                for number in range(200)
            ],
        )
        connection.execute(
            insert(audit_log),
            {"at": since, "role": "local", "action": "note.add", "firm_id": 1, "detail": {}},
        )
    statements: list[tuple[str, object]] = []

    def explain(
        connection: object, cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        if statement.lstrip().startswith(("SELECT audit_log", "WITH entry")):
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", explain)
    local = Repository(engine, LOCAL)
    assert len(local.overview.changes(since)) == 1
    assert local.overview.activity(since)[0]["firms"] == 1
    event.remove(engine, "before_cursor_execute", explain)
    assert len(statements) == 2
    with engine.connect() as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN ANALYZE {statement}", parameters)
            removed = re.findall(r"Rows Removed by Join Filter: (\d+)", str(plan.all()))
            # one line is at most held against every firm
            assert sum(map(int, removed)) <= 200, removed
    engine.dispose()
