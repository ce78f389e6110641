"""Columns that each person has chosen for the list of firms; the paper behind a figure decided on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.add_column("decisions", sa.Column("source", sa.Text()))
    # decisions on drafts that are gone, whose ids other drafts could get
    decisions = sa.table("decisions", sa.column("draft_id"))
    drafts = sa.table("drafts", sa.column("id"))
    gone = decisions.c.draft_id.not_in(sa.select(drafts.c.id))
    op.execute(sa.update(decisions).where(gone).values(draft_id=None))
    op.create_table(
        "list_columns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_list_columns"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_list_columns_account_id"),
        sa.UniqueConstraint("account_id", name="uq_list_columns_account_id"),
    )
