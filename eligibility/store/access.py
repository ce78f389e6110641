"""Who may see and do what: the one rule that every query on firms passes through."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from itertools import islice
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    Table,
    and_,
    false,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy import String as Text
from sqlalchemy.exc import DataError, IntegrityError

from eligibility.store.engine import reading, writing
from eligibility.store.schema import Role, accounts, audit_log, firms
from eligibility.vocabulary import Conflict, InputError, NotAllowed, NotFound

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A", bound="Access")
Row = dict[str, Any]
Facts = Mapping[str, Any]

#: of an integer column on PostgreSQL; SQLite would take more
LARGEST = 2**31 - 1
#: a character that no encoding has
UNPAIRED = re.compile("[\ud800-\udfff]")

ANYONE = frozenset(Role)
STAFF = ANYONE - {Role.FIRM}
LEADS = STAFF - {Role.ADVISER}
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Actor:
    """Who asks: a role, and the account, carrier or firm that it is bound to.

    An adviser without a carrier and a firm without a firm see no firm at all. ``source`` tells
    visitors apart by the address they come from, without naming it.
    """

    role: Role
    account_id: int | None = None
    carrier_id: int | None = None
    firm_id: int | None = None
    source: str | None = None


#: the one person of a store without accounts; ``Accounts.local_actor`` gives it only there
LOCAL = Actor(Role.LOCAL)
#: somebody who has not signed in: sees no firm, keeps drafts by their return codes
VISITOR = Actor(Role.FIRM)


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


def open_to(
    roles: Iterable[Role],
) -> Callable[[Callable[Concatenate[A, P], T]], Callable[Concatenate[A, P], T]]:
    """Mark a method with the roles that may call it; any other gets NotAllowed."""
    allowed = frozenset(roles)

    def mark(method: Callable[Concatenate[A, P], T]) -> Callable[Concatenate[A, P], T]:
        @wraps(method)
        def guarded(self: A, /, *args: P.args, **named: P.kwargs) -> T:
            if self.actor.role not in allowed:
                raise NotAllowed("Your role does not allow this.")
            return method(self, *args, **named)

        guarded.roles = allowed  # type: ignore[attr-defined]
        return guarded

    return mark


class Access:
    """A store as one actor sees it; the families of queries build on this.

    Parameters
    ----------
    engine : Engine
        From ``open_store``.
    actor : Actor
        Who asks.
    clock : callable, optional
        Gives this moment; another one in tests.
    """

    def __init__(self, engine: Engine, actor: Actor, clock: Callable[[], datetime] = now) -> None:
        self.engine = engine
        self.actor = actor
        self._clock = clock

    # --- the rule of visibility ---

    def _visible(self, table: Table = firms) -> ColumnElement[bool]:
        """Rows of a table that this actor may see: the firms, or what hangs off them."""
        match self.actor:
            case Actor(role=Role.MANAGER | Role.ADMINISTRATOR | Role.LOCAL):
                return true()
            case Actor(role=Role.ADVISER, carrier_id=int(carrier)):
                rule = firms.c.carrier_id == carrier
            case Actor(role=Role.FIRM, firm_id=int(firm)):
                rule = firms.c.id == firm
            case _:
                rule = false()
        return rule if table is firms else table.c.firm_id.in_(select(firms.c.id).where(rule))

    def _select(self, table: Table, *where: ColumnElement[bool]) -> Select[Any]:
        """Rows of a table of firms, or of what hangs off them, within the rule."""
        return select(table).where(self._visible(table), *where)

    def _seen_firm(self, connection: Connection, firm_id: int) -> Row:
        """A firm that the actor may see; NotFound for any other."""
        return self._one(connection, self._select(firms, firms.c.id == firm_id))

    def _seen_firms(self, connection: Connection, firm_ids: Iterable[int]) -> list[int]:
        """The firms asked for, each once; NotFound if one of them is not to be seen."""
        wanted = sorted(set(firm_ids))
        found = 0
        for some in slices(wanted):
            statement = select(func.count()).select_from(firms)
            found += connection.scalar(statement.where(self._visible(), firms.c.id.in_(some))) or 0
        if found != len(wanted):
            raise NotFound("That is not here.")
        if isinstance(firm_ids, Mapping):
            self._still(connection, firm_ids)
        return wanted

    def _still(self, connection: Connection, versions: Mapping[int, int]) -> None:
        """Conflict unless every firm stands at its version; on PostgreSQL none moves on now."""
        for some in slices(versions):
            held = select(firms.c.id, firms.c.version).where(firms.c.id.in_(some))
            for firm_id, version in connection.execute(held.with_for_update()):
                if version != versions[firm_id]:
                    raise Conflict(
                        "Someone else changed one of these firms meanwhile; nothing was stored. "
                        "Load the list again and redo your change."
                    )

    def _one(self, connection: Connection, statement: Select[Any]) -> Row:
        row = connection.execute(statement).mappings().first()
        if row is None:
            raise NotFound("That is not here.")
        return dict(row)

    def _all(self, connection: Connection, statement: Select[Any]) -> list[Row]:
        return [dict(row) for row in connection.execute(statement).mappings()]

    # --- transactions ---

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _holdable(), reading(self.engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with _holdable(), writing(self.engine) as connection:
                yield connection
        except IntegrityError as error:
            raise Conflict(
                "There is one like it already, or what it belongs to is gone; nothing was stored."
            ) from error

    # --- writing ---

    def _insert(self, connection: Connection, table: Table, values: Facts) -> int:
        return add_row(connection, table, values)

    def _change(
        self,
        connection: Connection,
        table: Table,
        where: ColumnElement[bool],
        values: Facts,
        version: int,
    ) -> int:
        """Change the row that stands at this version, and give its next; Conflict if it moved on.

        The row was seen to be there, in this transaction.
        """
        changed = connection.execute(
            update(table)
            .where(where, table.c.version == version)
            .values(**clean(table, values), version=version + 1)
        )
        if changed.rowcount != 1:
            raise Conflict(
                "Someone else changed this meanwhile; nothing was stored. Load it again and redo "
                "your change."
            )
        return version + 1

    def _put(
        self,
        connection: Connection,
        table: Table,
        key: Facts,
        values: Facts,
        version: int,
    ) -> int:
        """Write the one row of a key: version 0 means that there is none yet."""
        if version == 0:
            self._insert(connection, table, {**key, **values, "version": 1})
            return 1
        where = and_(*(table.c[name] == value for name, value in key.items()))
        return self._change(connection, table, where, values, version)

    def _log(
        self, connection: Connection, action: str, firm_id: int | None = None, **detail: Any
    ) -> None:
        connection.execute(insert(audit_log).values(**self._line(action, firm_id, detail)))

    def _line(self, action: str, firm_id: int | None, detail: Facts) -> Row:
        return {
            "at": self._clock(),
            "account_id": self.actor.account_id,
            "role": self.actor.role.value,
            "action": action,
            "firm_id": firm_id,
            "detail": plain(detail),
        }

    def _adviser(self, connection: Connection, account_id: int | None, carrier_id: Any) -> None:
        """An adviser belongs to the firm's carrier, unless it is staff of all carriers."""
        if account_id is None:
            return
        found = select(accounts.c.id).where(
            accounts.c.id == account_id,
            accounts.c.active,
            (accounts.c.role.in_([Role.MANAGER, Role.ADMINISTRATOR]))
            | ((accounts.c.role == Role.ADVISER) & (accounts.c.carrier_id == carrier_id)),
        )
        if connection.execute(found).first() is None:
            raise NotFound(
                "An adviser looks after firms of the own carrier only, and not all of these are: "
                "nothing was changed. Filter the list by that carrier first."
            )


@contextmanager
def _holdable() -> Iterator[None]:
    """Ids and texts that no database can hold belong to nothing in it."""
    try:
        yield
    except (DataError, OverflowError, UnicodeEncodeError) as error:
        raise NotFound("That is not here.") from error


def plain(facts: Facts) -> Row:
    """Facts as JSON holds them: numbers as given, days as ISO texts, blanks left out.

    Raises
    ------
    InputError
        If a value is none of text, number, yes/no, day or a list or mapping of them.
    """
    held = {key: _plain(value, key) for key, value in facts.items()}
    return {key: value for key, value in held.items() if value is not None}


def _plain(value: Any, key: str) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isinf(value):
            raise InputError("{field}: an endless number cannot be stored.", field=key)
        return None if math.isnan(value) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(part, key) for part in value]
    raise InputError(
        "{field}: {value} cannot be stored; expected a text, number, yes/no or day.",
        field=key, value=repr(value),
    )  # fmt: skip


def clean(table: Table, values: Facts) -> Row:
    """Values that both databases take alike: known columns, lengths kept, texts and numbers whole.

    Raises
    ------
    InputError
        That names the field, and what is wrong with its value.
    """
    for name, value in values.items():
        if name not in table.c:
            raise InputError("There is no field {field}.", field=name)
        column = table.c[name]
        if isinstance(value, str) and isinstance(column.type, Text):
            length = column.type.length
            if length and len(value) > length:
                raise InputError(
                    "{field} is too long: {length} characters, expected at most {allowed}.",
                    field=name, length=len(value), allowed=length,
                )  # fmt: skip
            check_text(name, value)
        # an id that is out of range belongs to nothing, which is for the database to say
        if isinstance(column.type, Integer) and not column.foreign_keys and value is not None:
            _check_whole(name, value)
    return dict(values)


def check_text(field: str, value: str) -> None:
    """Raise InputError where a text has a character that is none: NUL, or half a pair."""
    if "\0" in value or (not value.isascii() and UNPAIRED.search(value)):
        raise InputError("{field} holds a character that is no text.", field=field)


def _check_whole(field: str, value: Any) -> None:
    """Raise InputError where a number is not whole, or larger than PostgreSQL's integer holds."""
    fits = isinstance(value, int | float | np.number) and -LARGEST - 1 <= value <= LARGEST
    if not fits or float(value) % 1:
        raise InputError(
            "{field}: {value} cannot be stored; expected a whole number up to {largest}.",
            field=field, value=repr(value), largest=f"{LARGEST:,}",
        )  # fmt: skip


def add_row(connection: Connection, table: Table, values: Facts) -> int:
    """Add one row; its key."""
    made = connection.execute(insert(table).values(**clean(table, values)))
    (key,) = made.inserted_primary_key or (0,)
    return int(key)


def only(values: Facts, allowed: Iterable[str]) -> Row:
    """Values of the fields that may be given here; InputError for any other."""
    if unknown := set(values) - set(allowed):
        raise InputError("There is no field {field}.", field=", ".join(sorted(unknown)))
    return dict(values)


def slices(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Parts of a list, or of a stream, short enough for one statement."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
