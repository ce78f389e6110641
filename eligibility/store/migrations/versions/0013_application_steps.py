"""Steps of applications; when a firm's certificate ends; whether a person set its stage."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

FIRMS = sa.table(
    "firms",
    *map(sa.column, ("id", "stage")),
    sa.column("stage_by_hand", sa.Boolean()),
    sa.column("certificate_ends", sa.Date()),
)
OUTCOMES = sa.table(
    "outcomes",
    *map(sa.column, ("firm_id", "applied_year")),
    sa.column("certified", sa.Boolean()),
    sa.column("certified_on", sa.Date()),
    sa.column("expires_on", sa.Date()),
)
#: years that a certificate lasted under every edition there was (32号 第九条)
VALIDITY = 3


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_table(
        "application_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.Integer(), nullable=False),
        sa.Column("applied_year", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firms.id"], name=op.f("fk_application_steps_firm_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_steps")),
    )
    op.create_index(
        op.f("ix_application_steps_firm_id_applied_year"),
        "application_steps",
        ["firm_id", "applied_year"],
    )
    op.add_column("firms", sa.Column("certificate_ends", sa.Date()))
    op.add_column(
        "firms",
        sa.Column("stage_by_hand", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    # what stands beyond the first stage was set by a person, or follows a record
    op.execute(sa.update(FIRMS).where(FIRMS.c.stage != "surveyed").values(stage_by_hand=True))
    _fill_certificate_ends()


def _fill_certificate_ends() -> None:
    """Into each firm the first day without its last certificate."""
    store = op.get_bind()
    columns = ("firm_id", "applied_year", "certified_on", "expires_on")
    rows = store.execute(
        sa.select(*(OUTCOMES.c[name] for name in columns))
        .where(OUTCOMES.c.certified)
        .order_by(OUTCOMES.c.applied_year)
    ).all()
    ends = {row.firm_id: row.expires_on or _end(row) for row in rows}
    if ends:
        firm = sa.update(FIRMS).where(FIRMS.c.id == sa.bindparam("firm"))
        store.execute(
            firm.values(certificate_ends=sa.bindparam("ends")),
            [{"firm": firm_id, "ends": day} for firm_id, day in ends.items()],
        )


def _end(row: sa.Row[Any]) -> date:
    issued = row.certified_on or date(row.applied_year, 12, 31)
    try:
        return date(issued.year + VALIDITY, issued.month, issued.day)
    except ValueError:
        # 29 February
        return date(issued.year + VALIDITY, issued.month, 28)
