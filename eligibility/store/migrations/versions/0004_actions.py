"""Lines of the log by what was done: the year asks whether it was moved at every look."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_index("ix_audit_log_action_id", "audit_log", ["action", "id"])
