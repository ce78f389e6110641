"""Figures under their calendar years, and as current the assessment of the latest application date.

A figure was stored by its place in the three years before an application, so that another date of
application moved it. Assessments stay as they were written: their inputs name the day they are of.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from eligibility.store.schema import HEADLINE_SCHEME

revision = "0007"
down_revision = "0006"

#: what named no year and was of the latest fiscal one when this was written
LATEST = ("staff_total", "st_staff", "staff_year_end", "college_st_staff", "rd_staff")
LATEST_LISTS = ("product",)
HEADLINE = (
    "verdict", "score_low", "score_high", "probability", "probability_low", "probability_high",
    "first_gap",
)  # fmt: skip
CHUNK = 1000

DRAFTS = sa.table(
    "drafts", sa.column("id"), sa.column("state"), sa.column("changed_at", sa.DateTime())
)
FIGURES = sa.table("figures", *map(sa.column, ("id", "application_year", "facts")))
STAGED = sa.table("staged", *map(sa.column, ("id", "application_year", "inputs", "facts")))
ASSESSMENTS = sa.table(
    "assessments",
    *map(sa.column, ("id", "firm_id", "scheme", "as_of", "at", *HEADLINE)),
    sa.column("record", sa.LargeBinary()),
)
FIRMS = sa.table("firms", *map(sa.column, ("id", "assessed_at", *HEADLINE)))


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    facts = sa.Column("facts", sa.Text(), nullable=False, server_default="{}")
    op.add_column("staged", facts)
    store = op.get_bind()
    _rewrite(store, FIGURES, "facts", "facts", _figures)
    _rewrite(store, STAGED, "inputs", "facts", _figures)
    _rewrite(store, DRAFTS, "state", "state", _draft)
    _show_current(store)


def _rewrite(store: sa.Connection, table: Any, source: str, target: str, turn: Any) -> None:
    """Give every row its text anew, some rows at once."""
    last = 0
    while rows := store.execute(
        sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(CHUNK)
    ).mappings().all():  # fmt: skip
        last = rows[-1]["id"]
        values = [{"row": row["id"], "text": _json(turn(row, json.loads(row[source])))}
                  for row in rows]  # fmt: skip
        given: Any = {target: sa.bindparam("text")}
        store.execute(
            sa.update(table).where(table.c.id == sa.bindparam("row")).values(given), values
        )


def _figures(row: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    year = _year(facts.get("application_date")) or row["application_year"]
    return _by_calendar_year(facts, year, LATEST)


def _draft(row: Mapping[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """A draft without a date of application was typed for that of its last change."""
    facts, lists = state.get("facts", {}), state.get("ledgers", {})
    changed: datetime = row["changed_at"].replace(tzinfo=UTC)
    year = _year(facts.get("application_date")) or changed.astimezone().year
    dated = {
        "facts": _by_calendar_year(facts, year, LATEST),
        "ledgers": _by_calendar_year(lists, year, LATEST_LISTS),
    }
    moved = {name: dated[name] for name in dated if name in state}
    if dated == {"facts": facts, "ledgers": lists}:
        return {**state, **moved}
    return {**state, **moved, "latest_year": year - 1}


def _year(day: object) -> int | None:
    """The year of a day, however it was typed; None where it names none."""
    typed = unicodedata.normalize("NFKC", str(day or "")).strip()
    if re.fullmatch(r"\d{5}(\.\d+)?", typed):
        # a spreadsheet's serial number
        return (date(1899, 12, 30) + timedelta(days=int(typed[:5]))).year
    begins = re.match(r"(19|20)\d\d", typed)
    return int(begins[0]) if begins else None


def _by_calendar_year(facts: Mapping[str, Any], year: int, latest: Iterable[str]) -> dict[str, Any]:
    dated = {}
    for name, value in facts.items():
        placed = re.fullmatch(r"(.+)_y([123])", name)
        if placed:
            dated[f"{placed[1]}@{year + int(placed[2]) - 4}"] = value
        else:
            dated[f"{name}@{year - 1}" if name in latest else name] = value
    return dated


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _show_current(store: sa.Connection) -> None:
    """Where an assessment of an earlier application date was stored last, it was shown."""
    several = (
        sa.select(ASSESSMENTS.c.firm_id)
        .where(ASSESSMENTS.c.scheme == HEADLINE_SCHEME)
        .group_by(ASSESSMENTS.c.firm_id)
        .having(sa.func.count(ASSESSMENTS.c.as_of.distinct()) > 1)
    )
    names = [ASSESSMENTS.c[name] for name in ("id", "firm_id", "at", *HEADLINE)]
    theirs = sa.select(*names).where(
        ASSESSMENTS.c.scheme == HEADLINE_SCHEME, ASSESSMENTS.c.firm_id.in_(several)
    )
    ordered = theirs.order_by(ASSESSMENTS.c.as_of, ASSESSMENTS.c.id)
    current = {row.firm_id: row for row in store.execute(ordered)}
    stored_last: dict[int, int] = {}
    for row in store.execute(theirs.order_by(ASSESSMENTS.c.at, ASSESSMENTS.c.id)):
        stored_last[row.firm_id] = row.id
    for firm, row in current.items():
        if row.id == stored_last[firm]:
            continue
        shown = {name: getattr(row, name) for name in HEADLINE}
        if row.probability is not None and row.probability_low is None:
            # of a version that kept the interval in the record alone
            kept = sa.select(ASSESSMENTS.c.record).where(ASSESSMENTS.c.id == row.id)
            packed: bytes = store.execute(kept).scalar_one()
            readiness = json.loads(zlib.decompress(packed))["readiness"] or {}
            low, high = readiness.get("interval", (None, None))
            shown |= {"probability_low": low, "probability_high": high}
        values = {**shown, "assessed_at": row.at}
        store.execute(sa.update(FIRMS).where(FIRMS.c.id == firm).values(values))
