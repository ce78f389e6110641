"""What an institution assumes instead of the numbers of the settings files, change by change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_table(
        "assumptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assumptions"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_assumptions_account_id_accounts"
        ),
    )
    op.create_index("ix_assumptions_document_path", "assumptions", ["document", "path"])
