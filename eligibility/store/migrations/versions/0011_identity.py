"""A firm is its credit code: names and carriers by date, pairs of files to decide, merges to undo.

Nothing is merged here. Of the files of one code, and of one name where a code is wanting, the one
that has come furthest counts; the others stay as they are, and a person is asked of each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text as sql
from sqlalchemy.schema import SchemaItem

from eligibility.domain.firm_names import SHORTEST_STEM, name_key, name_order, name_stem

revision = "0011"
down_revision = "0010"

CHUNK = 1000
COUNTED = "archived_at IS NULL AND copy_of IS NULL"
#: how far a file has come; an application on its way is the furthest
STAGES = ("surveyed", "nurtured", "ready", "lapsed", "certified", "applied")
FIRMS = sa.table(
    "firms",
    *map(sa.column, ("id", "uscc", "name", "name_key", "name_stem", "name_order", "stage", "copy_of")),
    sa.column("assessed_at", sa.DateTime()),
)  # fmt: skip
STAGED = sa.table("staged", *map(sa.column, ("id", "name", "name_key", "name_stem")))
PAIRS = sa.table(
    "firm_pairs", *map(sa.column, ("firm_id", "other_id", "reason")), sa.column("at", sa.DateTime())
)


def upgrade() -> None:
    """Forwards; there is no way back but a backup."""
    _add_columns()
    _add_tables()
    _add_import_changes()
    store = op.get_bind()
    _fill_names(
        store, FIRMS, {"name_key": name_key, "name_stem": name_stem, "name_order": name_order}
    )
    _fill_names(store, STAGED, {"name_key": name_key, "name_stem": name_stem})
    _propose_pairs(store)
    where: Any = {"sqlite_where": sql(COUNTED), "postgresql_where": sql(COUNTED)}
    op.create_index("uq_firms_uscc", "firms", ["uscc"], unique=True, **where)


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=sql("''"))


def _add_columns() -> None:
    op.add_column("carriers", sa.Column("kind", sa.String(length=16)))
    op.add_column("carriers", sa.Column("speciality", sa.String(length=200)))
    op.drop_index("uq_firms_uscc_without_carrier", "firms")
    op.drop_index("ix_firms_name_id", "firms")
    with op.batch_alter_table("firms") as firms:
        firms.drop_constraint("uq_firms_carrier_id_uscc", type_="unique")
        for name, length in (("name_key", 300), ("name_stem", 300), ("name_order", 500)):
            firms.add_column(_text(name, length))
        firms.add_column(sa.Column("carrier_since", sa.Date()))
        firms.add_column(sa.Column("copy_of", sa.Integer()))
        firms.add_column(sa.Column("merged_into", sa.Integer()))
        firms.add_column(sa.Column("archived_at", sa.DateTime()))
    for columns in (
        ["copy_of"],
        ["merged_into"],
        ["name_order", "id"],
        ["name_key"],
        ["name_stem"],
    ):
        op.create_index("_".join(["ix_firms", *columns]), "firms", columns)
    for name in ("name_key", "name_stem"):
        op.add_column("staged", _text(name, 300))
    op.add_column("staged", sa.Column("decision", sa.String(length=16)))


def _key(name: str, table: str, target: str) -> Iterator[SchemaItem]:
    yield sa.Column(name, sa.Integer(), nullable=target == "accounts")
    yield sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}")


def _table(table: str, *columns: SchemaItem, keys: dict[str, str], indexes: Iterable[str]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(part for name, target in keys.items() for part in _key(name, table, target)),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    for name in indexes:
        op.create_index(f"ix_{table}_{name}", table, [name])


def _add_tables() -> None:
    _table(
        "former_names",
        sa.Column("name", sa.String(length=300), nullable=False),
        _text("name_key", 300),
        _text("name_stem", 300),
        sa.Column("until", sa.Date()),
        keys={"firm_id": "firms"},
        indexes=("firm_id", "name_key", "name_stem"),
    )
    _table(
        "former_carriers",
        sa.Column("since", sa.Date()),
        sa.Column("until", sa.Date()),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        keys={"firm_id": "firms", "carrier_id": "carriers"},
        indexes=("firm_id", "carrier_id"),
    )
    _table(
        "firm_pairs",
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("decision", sa.String(length=16)),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime()),
        keys={"firm_id": "firms", "other_id": "firms", "account_id": "accounts"},
        indexes=("firm_id", "other_id"),
    )
    _table(
        "firm_merges",
        sa.Column("undo", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime()),
        keys={
            "firm_id": "firms",
            "merged_id": "firms",
            "account_id": "accounts",
            "undone_by": "accounts",
        },
        indexes=("firm_id", "merged_id"),
    )


def _add_import_changes() -> None:
    op.add_column("imports", sa.Column("reading", sa.Text()))
    op.create_table(
        "import_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.Integer(), nullable=False),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("before_id", sa.Integer()),
        sa.Column("after_id", sa.Integer()),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_changes"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_import_changes_{name}")
            for name, table in (
                ("import_id", "imports"),
                ("firm_id", "firms"),
                ("before_id", "assessments"),
                ("after_id", "assessments"),
            )
        ),
    )
    op.create_index("ix_import_changes_import_id", "import_changes", ["import_id"])


def _fill_names(store: sa.Connection, table: Any, turns: dict[str, Callable[[str], str]]) -> None:
    rows = store.execute(sa.select(table.c.id, table.c.name)).all()
    values: Any = {name: sa.bindparam(f"new_{name}") for name in turns}
    statement = sa.update(table).where(table.c.id == sa.bindparam("row")).values(values)
    for first in range(0, len(rows), CHUNK):
        store.execute(
            statement,
            [
                {"row": row, **{f"new_{column}": turn(name) for column, turn in turns.items()}}
                for row, name in rows[first : first + CHUNK]
            ],
        )


def _propose_pairs(store: sa.Connection) -> None:
    """Of the files that may be one firm's all but the first are copies of it, until it is decided."""
    names = ("id", "uscc", "name_key", "name_stem", "stage", "assessed_at")
    rows = list(store.execute(sa.select(*(FIRMS.c[name] for name in names))))
    begin = datetime.min
    rows.sort(
        key=lambda row: (
            -STAGES.index(row.stage) if row.stage in STAGES else 0,
            # a code says who it is, and so stands before a name
            not row.uscc,
            -((row.assessed_at or begin) - begin).total_seconds(),
            row.id,
        )
    )
    pairs = {row.id: pair for row, pair in _copies(rows)}
    at = datetime.now(UTC).replace(tzinfo=None)
    for firm, (other, reason) in pairs.items():
        store.execute(sa.update(FIRMS).where(FIRMS.c.id == firm).values(copy_of=other))
        pair = {"firm_id": firm, "other_id": other, "reason": reason, "at": at}
        store.execute(sa.insert(PAIRS).values(pair))


def _copies(rows: list[Any]) -> Iterator[tuple[Any, tuple[int, str]]]:
    """The files that may be copies, each with the one that counts and why."""
    by_code: dict[str, int] = {}
    copies = set()
    for row in rows:
        if row.uscc and (first := by_code.setdefault(row.uscc, row.id)) != row.id:
            copies.add(row.id)
            yield row, (first, "code")
    for column, reason in (("name_key", "name"), ("name_stem", "legal form")):
        groups = defaultdict(list)
        for row in rows:
            if row.id not in copies and len(row.name_key) >= SHORTEST_STEM:
                groups[getattr(row, column)].append(row)
        for group in groups.values():
            # those with codes are firms of their own, and which of several is meant nobody can say
            coded = [row for row in group if row.uscc]
            first = (coded or group)[0]
            for row in group:
                if row is not first and not row.uscc:
                    copies.add(row.id)
                    yield row, (first.id, reason)
