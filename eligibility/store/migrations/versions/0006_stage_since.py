"""Since when a stage holds, a count of changes, and actions of the log by ids apart from words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

FIRMS = sa.table("firms", *map(sa.column, ("id", "stage", "stage_since", "created_at")))
AUDIT_LOG = sa.table("audit_log", *map(sa.column, ("id", "at", "action", "firm_id", "detail")))
COUNTER = sa.table("change_counter", *map(sa.column, ("topic", "number")))
#: actions as every version wrote them, which were sentences
IDS = {
    "add carrier": "carrier.add",
    "change carrier": "carrier.change",
    "create account": "account.add",
    "add account": "account.add",
    "change account": "account.change",
    "set password": "account.set_password",
    "change password": "account.change_password",
    "link identity": "account.link_identity",
    "sign in": "account.sign_in",
    "end sign-in": "account.end_sign_in",
    "set target": "target.set",
    "add firm": "firm.add",
    "change firm": "firm.change",
    "assign": "firm.assign",
    "move": "firm.move",
    "set stage": "firm.stage",
    "assess": "firm.assess",
    "import": "firm.import",
    "save figures": "figures.save",
    "save ledger": "ledger.save",
    "save outcome": "outcome.save",
    "stage import": "import.stage",
    "confirm import": "import.confirm",
    "discard import": "import.discard",
    "add task": "task.add",
    "change task": "task.change",
    "add note": "note.add",
    "save document": "document.save",
    "share draft": "draft.share",
    "withdraw draft": "draft.withdraw",
    "delete draft": "draft.delete",
}
FIRST_STAGE = "surveyed"
#: the stage that an outcome of the latest application leads to; blanks were left out of the log
OF_OUTCOME = {True: "certified", False: "nurtured", None: "applied"}


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.add_column("firms", sa.Column("stage_since", sa.DateTime(), nullable=True))
    op.create_table(
        "change_counter",
        sa.Column("topic", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_change_counter")),
    )
    _begin_counter()
    _fill_stage_since()
    with _changeable_log():
        for words, action in IDS.items():
            named = AUDIT_LOG.update().where(AUDIT_LOG.c.action == words)
            op.get_bind().execute(named.values(action=action))
    # nothing asks any more what was last done of a kind
    op.drop_index("ix_audit_log_action_id", "audit_log")


def _begin_counter() -> None:
    """At the number of lines in the log: restored elsewhere, the store is not like an empty one."""
    bind = op.get_bind()
    if number := bind.scalar(sa.select(sa.func.count()).select_from(AUDIT_LOG)):
        bind.execute(COUNTER.insert().values(topic="year", number=number))


def _fill_stage_since() -> None:
    """Into each firm the moment at which its stage began, as far as the log tells.

    A firm begins as surveyed. Of one whose stage no line of the log led to, it is not known.
    """
    began = _stages_began()
    bind = op.get_bind()
    firms = bind.execute(sa.select(FIRMS.c.id, FIRMS.c.stage, FIRMS.c.created_at)).fetchall()
    first = {FIRST_STAGE: {firm: created_at for firm, _, created_at in firms}}
    since = [
        {"firm": firm, "since": at}
        for firm, stage, _ in firms
        if (at := began.get((firm, stage), first.get(stage, {}).get(firm))) is not None
    ]
    if since:
        row = FIRMS.update().where(FIRMS.c.id == sa.bindparam("firm"))
        bind.execute(row.values(stage_since=sa.bindparam("since")), since)


def _stages_began() -> dict[tuple[int, str], Any]:
    """When each firm last came to each stage, by the lines of the log in their order."""
    lines = sa.select(
        AUDIT_LOG.c.firm_id, AUDIT_LOG.c.at, AUDIT_LOG.c.action, AUDIT_LOG.c.detail
    ).where(AUDIT_LOG.c.action.in_(("set stage", "save outcome")), AUDIT_LOG.c.firm_id.is_not(None))
    stages: dict[int, str] = {}
    years: dict[int, int] = {}
    began: dict[tuple[int, str], Any] = {}
    for firm, at, action, text in op.get_bind().execute(lines.order_by(AUDIT_LOG.c.id)):
        detail = json.loads(text)
        if action == "set stage":
            # written only where it changed
            stages[firm] = detail["stage"]
            began[firm, detail["stage"]] = at
            continue
        year = years[firm] = max(years.get(firm, detail["applied_year"]), detail["applied_year"])
        stage = OF_OUTCOME[detail.get("certified")]
        if detail["applied_year"] == year and stages.get(firm) != stage:
            stages[firm] = stage
            began[firm, stage] = at
    return began


@contextmanager
def _changeable_log() -> Iterator[None]:
    """The log without its triggers, which refuse every change of it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only")
        yield
        op.execute("ALTER TABLE audit_log ENABLE TRIGGER audit_log_append_only")
        return
    op.execute("DROP TRIGGER audit_log_no_update")
    yield
    op.execute(
        "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END"
    )
