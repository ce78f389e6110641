"""Documents of firms: the day that each is due, who asked for it, and the files attached to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.add_column("documents", sa.Column("due_on", sa.Date()))
    op.add_column("documents", sa.Column("asked_on", sa.Date()))
    op.add_column("documents", sa.Column("asker_id", sa.Integer()))
    op.create_table(
        "document_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document_files"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_document_files_{name}")
            for name, table in (("firm_id", "firms"), ("account_id", "accounts"))
        ),
        # the id of a file that was removed is never another file's
        sqlite_autoincrement=True,
    )
    for name in ("firm_id", "sha256"):
        op.create_index(f"ix_document_files_{name}", "document_files", [name])
