"""A store of any earlier version becomes the present one, and the present one is what is declared."""

from __future__ import annotations

import zlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from eligibility.store import (
    LOCAL,
    VISITOR,
    Accounts,
    Repository,
    Role,
    StoreUnavailable,
    close_stores,
    new_code,
    open_store,
)
from eligibility.store.drafts import code_hash
from eligibility.store.engine import connect, migrate, revision
from eligibility.store.schema import APPEND_ONLY, REVISION, metadata
from tests.store.conftest import QUICK

config = Config()
config.set_main_option("script_location", "eligibility.store:migrations")
SCRIPTS = ScriptDirectory.from_config(config)
FIRST = "0001"


def test_the_newest_migration_is_the_one_that_opening_looks_for() -> None:
    assert SCRIPTS.get_heads() == [REVISION]
    assert SCRIPTS.get_bases() == [FIRST]


def test_from_the_first_version_forwards_step_by_step_to_what_is_declared(empty_url: str) -> None:
    engine = connect(empty_url)
    for step in reversed([script.revision for script in SCRIPTS.walk_revisions()]):
        migrate(engine, step)
        with engine.connect() as connection:
            assert revision(connection) == step
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        held = inspect(connection)
        partial = {index["name"]: index["unique"] for index in held.get_indexes("firms")}
        assert partial["uq_firms_uscc_without_carrier"]
        for table in APPEND_ONLY:
            asked = (
                "sqlite_master WHERE tbl_name"
                if engine.dialect.name == "sqlite"
                else ("pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relname")
            )
            named = "type = 'trigger'" if engine.dialect.name == "sqlite" else "NOT tgisinternal"
            statement = text(f"SELECT count(*) FROM {asked} = '{table.name}' AND {named}")
            assert connection.scalar(statement), table.name
    migrate(engine)
    Repository(engine, LOCAL).firms.add({"name": "甲"})
    engine.dispose()


def test_drift_between_what_is_declared_and_migrated_would_be_seen(empty_url: str) -> None:
    engine = connect(empty_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE firms DROP COLUMN score_high"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()


def test_a_store_of_a_newer_program_is_refused_and_left_as_it_is(empty_url: str) -> None:
    engine = open_store(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    close_stores()
    with pytest.raises(StoreUnavailable, match="9999"):
        open_store(empty_url)
    with engine.connect() as connection:
        assert revision(connection) == "9999"
    engine.dispose()


def test_accounts_and_drafts_of_the_first_version_go_on_as_they_were(empty_url: str) -> None:
    engine = connect(empty_url)
    migrate(engine, FIRST)
    hashed = QUICK.hash("correct horse battery")
    code = new_code()
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO accounts (login, name, password_hash, role, active, created_at, version)"
                " VALUES ('li', '李', :hash, 'manager', true, '2026-01-01', 1)"
            ),
            {"hash": hashed},
        )
        connection.execute(
            text(
                "INSERT INTO drafts (code_hash, state, created_at, changed_at, version)"
                " VALUES (:code, '{\"facts\": {\"name\": \"甲\"}}', '2026-01-01', '2026-01-01', 3)"
            ),
            {"code": code_hash(code)},
        )
    engine.dispose()
    engine = open_store(empty_url)
    accounts = Accounts(engine, b"k" * 32, hasher=QUICK)
    signed = accounts.signed_in(accounts.sign_in("li", "correct horse battery"))
    assert signed is not None
    assert (signed.once, signed.actor.role) == (False, Role.MANAGER)
    held = Repository(engine, VISITOR).drafts.get(code)
    assert (held["state"], held["version"]) == ({"facts": {"name": "甲"}}, 3)
    engine.dispose()


def packed(readiness: str) -> bytes:
    """A record that says no more than this, as it is stored."""
    return zlib.compress(f'{{"readiness": {readiness}}}'.encode())


def test_firms_judged_before_intervals_were_kept_get_theirs_from_the_record(
    empty_url: str,
) -> None:
    engine = connect(empty_url)
    migrate(engine, "0002")
    with engine.begin() as connection:
        for number, said in ((1, '{"interval": [0.4, 0.7]}'), (2, "null")):
            chance = None if said == "null" else 0.6
            connection.execute(
                text(
                    "INSERT INTO firms (id, name, stage, probability, assessed_at, created_at,"
                    " changed_at, version) VALUES (:id, '甲', 'ready', :chance, '2026-05-01',"
                    " '2026-05-01', '2026-05-01', 1)"
                ),
                {"id": number, "chance": chance},
            )
            connection.execute(
                text(
                    "INSERT INTO assessments (firm_id, inputs, at, scheme, edition, as_of, record,"
                    " verdict, probability) VALUES (:id, '{}', '2026-05-01', 'hnte', 'e2016',"
                    " '2026-05-01', :record, 'eligible', :chance)"
                ),
                {"id": number, "record": packed(said), "chance": chance},
            )
        # the year before of the first firm, judged in the same import
        connection.execute(
            text(
                "INSERT INTO assessments (firm_id, inputs, at, scheme, edition, as_of, record,"
                " verdict, probability) VALUES (1, '{}', '2026-05-01', 'hnte', 'e2016',"
                " '2025-05-01', :record, 'eligible', 0.2)"
            ),
            {"record": packed('{"interval": [0.1, 0.3]}')},
        )
    engine.dispose()
    engine = open_store(empty_url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT probability, probability_low, probability_high FROM firms ORDER BY id")
        )
        assert rows.fetchall() == [(0.6, 0.4, 0.7), (None, None, None)]
    engine.dispose()
