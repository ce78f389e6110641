"""Visits to firms, and what little leaves a verdict open, in the rows of firms and assessments."""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op

from eligibility.store.assessment_gaps import gap_columns
from eligibility.store.schema import HEADLINE_SCHEME

revision = "0015"
down_revision = "0014"

GAPS = ("open_facts", "unmet_distance")
FIRMS = sa.table("firms", *map(sa.column, ("id", "assessed_at", "verdict", *GAPS)))
ASSESSMENTS = sa.table(
    "assessments",
    *map(sa.column, ("id", "firm_id", "scheme", "at", "as_of", "verdict")),
    sa.column("record", sa.LargeBinary()),
)


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.Integer(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("visitor_id", sa.Integer()),
        sa.Column("findings", sa.Text()),
        sa.Column("next_step", sa.Text()),
        sa.Column("task_id", sa.Integer()),
        sa.Column("account_id", sa.Integer()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_visits_{name}_{table}")
            for name, table in (
                ("firm_id", "firms"),
                ("visitor_id", "accounts"),
                ("account_id", "accounts"),
            )
        ),
    )
    for name in ("firm_id", "visited_on"):
        op.create_index(f"ix_visits_{name}", "visits", [name])
    for table in ("assessments", "firms", "staged"):
        op.add_column(table, sa.Column("open_facts", sa.String(length=200)))
        op.add_column(table, sa.Column("unmet_distance", sa.Float()))
    _fill_firms(op.get_bind())


def _fill_firms(store: sa.Connection) -> None:
    """Assessments stay as they were written, so only the rows of firms get theirs from the record."""
    shown = sa.and_(
        ASSESSMENTS.c.firm_id == FIRMS.c.id,
        ASSESSMENTS.c.scheme == HEADLINE_SCHEME,
        ASSESSMENTS.c.at == FIRMS.c.assessed_at,
        ASSESSMENTS.c.verdict == FIRMS.c.verdict,
    )
    # an import of several years judges a firm more than once at one moment: the last one is shown
    query = (
        sa.select(FIRMS.c.id, ASSESSMENTS.c.record)
        .select_from(FIRMS.join(ASSESSMENTS, shown))
        .where(FIRMS.c.verdict.in_(("undetermined", "ineligible")))
        .order_by(FIRMS.c.id, ASSESSMENTS.c.as_of, ASSESSMENTS.c.id)
    )
    change = sa.update(FIRMS).where(FIRMS.c.id == sa.bindparam("firm"))
    change = change.values({name: sa.bindparam(f"new_{name}") for name in GAPS})
    rows = [
        {"firm": firm, **{f"new_{name}": value for name, value in columns.items()}}
        for firm, record in store.execute(query)
        for columns in (gap_columns(json.loads(zlib.decompress(record))),)
    ]
    if rows:
        store.execute(change, rows)
