"""Whether experts' points alone leave a verdict open, in the rows of firms and assessments."""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op

from eligibility.store.assessment_gaps import verdict_state_column
from eligibility.store.schema import HEADLINE_SCHEME

revision = "0023"
down_revision = "0022"

FIRMS = sa.table("firms", *map(sa.column, ("id", "assessed_at", "verdict", "verdict_state")))
ASSESSMENTS = sa.table(
    "assessments",
    *map(sa.column, ("id", "firm_id", "scheme", "at", "as_of", "verdict")),
    sa.column("record", sa.LargeBinary()),
)


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    for table in ("assessments", "firms", "staged"):
        op.add_column(table, sa.Column("verdict_state", sa.String(length=16)))
    store = op.get_bind()
    store.execute(sa.update(FIRMS).values(verdict_state=FIRMS.c.verdict))
    _fill_undetermined_firms(store)


def _fill_undetermined_firms(store: sa.Connection) -> None:
    """Assessments stay as they were written, so only the rows of firms get theirs from the record."""
    current = sa.and_(
        ASSESSMENTS.c.firm_id == FIRMS.c.id,
        ASSESSMENTS.c.scheme == HEADLINE_SCHEME,
        ASSESSMENTS.c.at == FIRMS.c.assessed_at,
        ASSESSMENTS.c.verdict == FIRMS.c.verdict,
    )
    # an import of several years judges a firm more than once at one moment: the last one is shown
    query = (
        sa.select(FIRMS.c.id, ASSESSMENTS.c.record)
        .select_from(FIRMS.join(ASSESSMENTS, current))
        .where(FIRMS.c.verdict == "undetermined")
        .order_by(FIRMS.c.id, ASSESSMENTS.c.as_of, ASSESSMENTS.c.id)
    )
    change = sa.update(FIRMS).where(FIRMS.c.id == sa.bindparam("firm"))
    change = change.values(verdict_state=sa.bindparam("state"))
    rows = [
        {"firm": firm, "state": verdict_state_column(json.loads(zlib.decompress(record)))}
        for firm, record in store.execute(query)
    ]
    if rows:
        store.execute(change, rows)
