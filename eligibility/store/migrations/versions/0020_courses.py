"""Courses that were held, and the firms that came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_table(
        "course_attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=200), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_course_attendance"),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{table}.id"], name=f"fk_course_attendance_{name}_{table}"
            )
            for name, table in (("firm_id", "firms"), ("account_id", "accounts"))
        ),
    )
    for name in ("firm_id", "held_on"):
        op.create_index(f"ix_course_attendance_{name}", "course_attendance", [name])
