"""Which browsers opened which drafts, so that a reload finds the draft again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_table(
        "draft_browsers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_draft_browsers_draft_id_drafts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_browsers")),
        sa.UniqueConstraint(
            "draft_id", "browser_hash", name=op.f("uq_draft_browsers_draft_id_browser_hash")
        ),
    )
    for column in ("draft_id", "browser_hash"):
        op.create_index(op.f(f"ix_draft_browsers_{column}"), "draft_browsers", [column])
