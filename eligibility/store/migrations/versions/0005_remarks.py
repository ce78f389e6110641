"""Remarks on rows of a file that are taken all the same: who confirms it sees them first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.add_column("imports", sa.Column("remarks", sa.Text(), nullable=True))
