"""A password that somebody else set holds once; drafts are counted by where they come from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    # who set the passwords of before is not known: they go on to hold
    once: sa.Column[bool] = sa.Column(
        "password_once", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("accounts", once)
    op.add_column("drafts", sa.Column("source", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_drafts_source"), "drafts", ["source"], unique=False)
