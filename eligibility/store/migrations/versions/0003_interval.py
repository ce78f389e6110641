"""The interval of readiness beside its chance, in the row of a firm as in its assessments."""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op

from eligibility.store.schema import HEADLINE_SCHEME

revision = "0003"
down_revision = "0002"

ENDS = ("probability_low", "probability_high")
FIRMS = sa.table("firms", *map(sa.column, ("id", "assessed_at", "probability", *ENDS)))
ASSESSMENTS = sa.table(
    "assessments",
    *map(sa.column, ("id", "firm_id", "scheme", "at", "probability")),
    sa.column("record", sa.LargeBinary()),
)


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    for table in ("assessments", "firms", "staged"):
        for end in ENDS:
            op.add_column(table, sa.Column(end, sa.Float(), nullable=True))
    # assessments stay as they were written, so only the rows of firms get theirs from the record
    held = op.get_bind()
    # an import of several years judges a firm more than once at one moment: the last one is shown
    shown = sa.and_(
        ASSESSMENTS.c.firm_id == FIRMS.c.id,
        ASSESSMENTS.c.scheme == HEADLINE_SCHEME,
        ASSESSMENTS.c.at == FIRMS.c.assessed_at,
        ASSESSMENTS.c.probability == FIRMS.c.probability,
    )
    said = sa.select(FIRMS.c.id, ASSESSMENTS.c.record).select_from(FIRMS.join(ASSESSMENTS, shown))
    for firm, record in held.execute(said.order_by(ASSESSMENTS.c.id)).fetchall():
        readiness = json.loads(zlib.decompress(record))["readiness"] or {}
        interval = readiness.get("interval", (None, None))
        ends = dict(zip(ENDS, interval, strict=True))
        held.execute(FIRMS.update().where(FIRMS.c.id == firm).values(**ends))
