"""The life of a certificate: annual reports, changes, awards, cancellations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    _table(
        "annual_reports",
        _column("year", sa.Integer()),
        sa.Column("filed_on", sa.Date()),
        _column("answers", sa.Text()),
        unique="year",
    )
    _table(
        "firm_changes",
        _column("kind", sa.String(length=16)),
        _column("changed_on", sa.Date()),
        _column("detail", sa.Text()),
        sa.Column("reported_on", sa.Date()),
    )
    _table(
        "awards",
        _column("award", sa.String(length=100)),
        _column("status", sa.String(length=16)),
        sa.Column("amount", sa.Float()),
        sa.Column("applied_on", sa.Date()),
        sa.Column("paid_on", sa.Date()),
        unique="award",
    )
    _table(
        "cancellations",
        _column("applied_year", sa.Integer()),
        _column("cancelled_on", sa.Date()),
        _column("ground", sa.String(length=16)),
        sa.Column("from_year", sa.Integer()),
        unique="applied_year",
    )


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _table(name: str, *columns: SchemaItem, unique: str | None = None) -> None:
    constraints = [
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name=f"fk_{name}_firm_id_firms"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    ]
    if unique is not None:
        constraint = f"uq_{name}_firm_id_{unique}"
        constraints.append(sa.UniqueConstraint("firm_id", unique, name=constraint))
    op.create_table(
        name,
        _column("id", sa.Integer()),
        _column("firm_id", sa.Integer()),
        *columns,
        _column("changed_at", sa.DateTime()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        *constraints,
    )
    op.create_index(f"ix_{name}_firm_id", name, ["firm_id"])
