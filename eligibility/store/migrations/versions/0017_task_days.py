"""The day on which a task was closed; of tasks closed before, the day that the audit log has for it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

TASKS = sa.table("tasks", sa.column("id"), sa.column("done"), sa.column("done_on", sa.Date()))
AUDIT_LOG = sa.table("audit_log", *map(sa.column, ("id", "at", "action", "detail")))


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.add_column("tasks", sa.Column("done_on", sa.Date()))
    connection = op.get_bind()
    changes = (
        sa.select(AUDIT_LOG.c.at, AUDIT_LOG.c.detail)
        .where(AUDIT_LOG.c.action == "task.change")
        .order_by(AUDIT_LOG.c.id)
    )
    days: dict[int, date] = {}
    for at, detail in connection.execute(changes):
        entries = json.loads(detail) if isinstance(detail, str) else detail
        if entries.get("done"):
            moment = datetime.fromisoformat(at) if isinstance(at, str) else at
            days[entries["task"]] = moment.replace(tzinfo=UTC).astimezone().date()
    for task, day in days.items():
        closed = (TASKS.c.id == task) & TASKS.c.done
        connection.execute(sa.update(TASKS).where(closed).values(done_on=day))
