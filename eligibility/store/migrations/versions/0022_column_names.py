"""Names of columns that an institution knows fields by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_table(
        "column_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plain", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_names")),
        sa.UniqueConstraint("plain", name=op.f("uq_column_names_plain")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_column_names_account_id_accounts")
        ),
    )
