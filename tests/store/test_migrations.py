"""A store of any earlier version becomes the present one, and the present one is what is declared."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, date, datetime

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
    AuditAction,
    Repository,
    Role,
    StoreUnavailable,
    close_stores,
    new_code,
    open_store,
)
from eligibility.store.audit import AUDIT_WORDS
from eligibility.store.drafts import code_hash
from eligibility.store.engine import connect, migrate, revision
from eligibility.store.schema import APPEND_ONLY, REVISION, metadata
from tests.store.sign_in_attempts import QUICK

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
        assert partial["uq_firms_uscc"]
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


@pytest.mark.parametrize(
    ("missing", "state"), [("management_talent", "experts"), ("staff_total", "undetermined")]
)
def test_firms_that_only_experts_leave_open_are_named_so_from_their_record(
    empty_url: str, missing: str, state: str
) -> None:
    engine = connect(empty_url)
    migrate(engine, "0022")
    finding = {"id": "x", "status": "undetermined", "unit": "point", "missing": [missing]}
    record = {"scheme": "hnte", "verdict": "undetermined", "findings": [finding]}
    with engine.begin() as connection:
        for number, verdict in ((1, "undetermined"), (2, "ineligible"), (3, None)):
            connection.execute(
                text(
                    "INSERT INTO firms (id, name, stage, verdict, assessed_at, created_at,"
                    " changed_at) VALUES (:id, '甲', 'ready', :verdict, '2026-05-01',"
                    " '2026-05-01', '2026-05-01')"
                ),
                {"id": number, "verdict": verdict},
            )
        connection.execute(
            text(
                "INSERT INTO assessments (firm_id, inputs, at, scheme, edition, as_of, record,"
                " verdict) VALUES (1, :record, '2026-05-01', 'hnte', 'e2016', '2026-05-01',"
                " :record, 'undetermined')"
            ),
            {"record": zlib.compress(json.dumps(record).encode())},
        )
    engine.dispose()
    engine = open_store(empty_url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT verdict_state FROM firms ORDER BY id"))
        assert [row[0] for row in rows] == [state, "ineligible", None]
    engine.dispose()


LOG = [
    # firm, day, action as it was written, detail
    (1, "2026-01-02", "add firm", {"name": "甲"}),
    (2, "2025-02-03", "set stage", {"stage": "applied"}),
    (2, "2025-12-01", "save outcome", {"applied_year": 2025, "certified": False}),
    (2, "2026-02-03", "set stage", {"stage": "applied"}),
    (3, "2026-03-01", "save outcome", {"applied_year": 2026, "batch": "一"}),
    (3, "2026-10-09", "save outcome", {"applied_year": 2026, "certified": True}),
    # of a year long past: the stage stays
    (3, "2026-11-01", "save outcome", {"applied_year": 2020, "certified": False}),
    (4, "2026-01-05", "import", {"import_id": 1}),
    (None, "2026-01-05", "create account", {}),
    (None, "2026-01-05", "sign in", {}),
    (None, "2026-01-06", "an action of somebody else", {"kept": [1, 2]}),
]
STAGES = {1: "surveyed", 2: "applied", 3: "certified", 4: "ready"}


def store_of_sentences(url: str) -> None:
    """A store of the version before ids: stages tell no day, and actions are sentences."""
    engine = connect(url)
    migrate(engine, "0005")
    with engine.begin() as connection:
        for firm, stage in STAGES.items():
            connection.execute(
                text(
                    "INSERT INTO firms (id, name, stage, created_at, changed_at, version)"
                    " VALUES (:id, '甲', :stage, '2026-01-02 00:00:00', '2026-01-02 00:00:00', 1)"
                ),
                {"id": firm, "stage": stage},
            )
        for firm, day, action, detail in LOG:
            connection.execute(
                text(
                    "INSERT INTO audit_log (at, role, action, firm_id, detail)"
                    " VALUES (:at, 'local', :action, :firm, :detail)"
                ),
                {
                    "at": f"{day} 08:00:00", "action": action, "firm": firm,
                    "detail": json.dumps(detail),
                },
            )  # fmt: skip
    engine.dispose()


def test_a_store_whose_stages_told_no_day_gets_them_from_its_log(empty_url: str) -> None:
    store_of_sentences(empty_url)
    local = Repository(open_store(empty_url), LOCAL)
    since = {row["id"]: row["stage_since"] for row in local.firms.page().rows}
    assert since == {
        1: datetime(2026, 1, 2, tzinfo=UTC),
        2: datetime(2026, 2, 3, 8, tzinfo=UTC),
        3: datetime(2026, 10, 9, 8, tzinfo=UTC),
        # no line led to it
        4: None,
    }


def test_actions_that_were_sentences_become_ids_and_nothing_else_of_the_log_changes(
    empty_url: str,
) -> None:
    store_of_sentences(empty_url)
    engine = open_store(empty_url)
    local = Repository(engine, LOCAL)
    lines = local.administration.audit_trail()[::-1]
    assert [(line["firm_id"], str(line["at"].date()), line["detail"]) for line in lines] == [
        (firm, day, detail) for firm, day, _, detail in LOG
    ]
    stage, outcome = AuditAction.FIRM_STAGE, AuditAction.OUTCOME_SAVE
    assert [line["action"] for line in lines] == [
        AuditAction.FIRM_ADD, stage, outcome, stage, outcome, outcome, outcome,
        AuditAction.FIRM_IMPORT, AuditAction.ACCOUNT_ADD, AuditAction.ACCOUNT_SIGN_IN,
        "an action of somebody else",
    ]  # fmt: skip
    with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE audit_log SET action = 'x'"))


def test_the_count_of_changes_of_an_older_store_is_not_that_of_an_empty_one(
    empty_url: str,
) -> None:
    store_of_sentences(empty_url)
    local = Repository(open_store(empty_url), LOCAL)
    count = local.year.last_change()
    assert count > 0
    local.firms.set_stage([1], "ready")
    assert local.year.last_change() == count + 1


def test_a_task_closed_before_tasks_had_that_day_gets_it_from_the_log(empty_url: str) -> None:
    store_of_sentences(empty_url)
    engine = connect(empty_url)
    noon = "2025-11-20 12:00:00"
    changes = [(1, {"done": True}), (2, {"done": True}), (2, {"done": False}), (3, {"title": "x"})]
    with engine.begin() as connection:
        for number in (1, 2, 3):
            connection.execute(
                text(
                    "INSERT INTO tasks (id, firm_id, title, done, at, version)"
                    " VALUES (:id, 1, 'x', :done, :at, 1)"
                ),
                {"id": number, "done": number == 1, "at": noon},
            )
        for task, change in changes:
            connection.execute(
                text(
                    "INSERT INTO audit_log (at, role, action, firm_id, detail)"
                    " VALUES (:at, 'local', 'change task', 1, :detail)"
                ),
                {"at": noon, "detail": json.dumps({"task": task, **change})},
            )
    engine.dispose()
    tasks = Repository(open_store(empty_url), LOCAL).casework.tasks(1)
    days = {task["id"]: task["done_on"] for task in tasks}
    assert days == {1: date(2025, 11, 20), 2: None, 3: None}


def test_every_sentence_that_an_action_was_has_its_id() -> None:
    ids = SCRIPTS.get_revision("0006").module.IDS
    # actions that came later never were sentences
    assert set(ids.values()) <= set(AuditAction)
    of_then = {action: words for action, words in AUDIT_WORDS.items() if action in ids.values()}
    assert all(ids[words] == action for action, words in of_then.items())


def facts_of(year: int, **more: object) -> dict[str, object]:
    """Figures of an application as stores of before kept them."""
    figures = {f"sales_revenue_y{place}": float(year + place - 4) for place in (1, 2, 3)}
    day = {"application_date": f"{year}-05-10"}
    return day | figures | {"staff_total": year - 1, "ip_class1_count": 2} | more


def test_a_store_of_before_keeps_every_figure_under_its_calendar_year(empty_url: str) -> None:
    engine = connect(empty_url)
    migrate(engine, "0006")
    codes = [new_code() for _ in range(3)]
    typed = {
        "registered_on": "2015-01-01", "sales_revenue_y1": "1", "sales_revenue_y3": "3 亿",
        "st_staff": "12", "ip_class2_count": "4",
    }  # fmt: skip
    lists = {"product": [{"name": "A", "income": "5"}], "ip": [{"name": "B"}]}
    states = [
        {"step": "rd", "facts": typed, "ledgers": lists},
        {"facts": typed | {"application_date": "2028年3月1日"}, "ledgers": {}},
        {"facts": typed | {"application_date": "someday"}},
    ]
    moment = "2026-11-20 08:00:00"
    inputs = {year: json.dumps(facts_of(year, foreign_y2=7)) for year in (2026, 2027)}
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO firms (id, name, stage, verdict, score_low, score_high, assessed_at,"
                " created_at, changed_at, version) VALUES (1, '甲', 'ready', 'eligible', 80, 90,"
                " '2026-06-02', :at, :at, 1)"
            ),
            {"at": moment},
        )
        # the later application was assessed first, and so the earlier one was shown
        for year, at, low in ((2027, "2026-06-01", 72.0), (2026, "2026-06-02", 80.0)):
            connection.execute(
                text(
                    "INSERT INTO figures (firm_id, application_year, facts, changed_at, version)"
                    " VALUES (1, :year, :facts, :at, 4)"
                ),
                {"year": year, "facts": inputs[year], "at": moment},
            )
            connection.execute(
                text(
                    "INSERT INTO assessments (firm_id, inputs, at, scheme, edition, as_of, record,"
                    " verdict, score_low, score_high, probability) VALUES (1, :inputs, :at, 'hnte',"
                    " 'e2016', :day, :record, 'eligible', :low, 90, 0.6)"
                ),
                {"inputs": inputs[year], "at": at, "day": f"{year}-05-10", "low": low,
                 "record": packed('{"interval": [0.4, 0.7]}')},
            )  # fmt: skip
        connection.execute(
            text(
                "INSERT INTO imports (id, file, status, accepted, rejected, at)"
                " VALUES (1, 'f.csv', 'staged', 1, '[]', :at)"
            ),
            {"at": moment},
        )
        connection.execute(
            text(
                "INSERT INTO staged (import_id, place, name, application_year, inputs)"
                " VALUES (1, 1, '甲', 2026, :inputs)"
            ),
            {"inputs": inputs[2026]},
        )
        for code, state in zip(codes, states, strict=True):
            connection.execute(
                text(
                    "INSERT INTO drafts (code_hash, state, created_at, changed_at, version)"
                    " VALUES (:code, :state, :at, :at, 3)"
                ),
                {"code": code_hash(code), "state": json.dumps(state), "at": moment},
            )
        kept = connection.execute(text("SELECT inputs, record FROM assessments ORDER BY id")).all()
    engine.dispose()
    engine = open_store(empty_url)
    local = Repository(engine, LOCAL)
    for year in (2026, 2027):
        found = local.records.figures(1, year)
        assert (found.value, found.version) == (facts_of(year, foreign_y2=7), 4)
    with engine.connect() as connection:
        stored = json.loads(
            str(connection.scalar(text("SELECT facts FROM figures WHERE application_year = 2026")))
        )
        assert stored == {
            "application_date": "2026-05-10", "sales_revenue@2023": 2023, "sales_revenue@2024": 2024,
            "sales_revenue@2025": 2025, "staff_total@2025": 2025, "ip_class1_count": 2,
            "foreign@2024": 7,
        }  # fmt: skip
        assert json.loads(str(connection.scalar(text("SELECT facts FROM staged")))) == stored
        after = connection.execute(text("SELECT inputs, record FROM assessments ORDER BY id")).all()
        assert after == kept
        shown = connection.execute(
            text("SELECT score_low, probability_low, probability_high FROM firms")
        )
        assert shown.one() == (72, 0.4, 0.7)
    # storing the staged row again tells nothing that the firm's figures do not hold
    assert local.imports.preview(1)["rows"][0]["would"] == "nothing"
    first, second, third = (Repository(engine, VISITOR).drafts.get(code)["state"] for code in codes)
    assert first == {
        "step": "rd",
        "facts": {
            "registered_on": "2015-01-01", "sales_revenue@2023": "1", "sales_revenue@2025": "3 亿",
            "st_staff@2025": "12", "ip_class2_count": "4",
        },
        "ledgers": {"product@2025": lists["product"], "ip": lists["ip"]},
        "latest_year": 2025,
    }  # fmt: skip
    assert second["facts"]["sales_revenue@2027"] == "3 亿"
    assert third["facts"]["sales_revenue@2025"] == "3 亿"
    engine.dispose()
