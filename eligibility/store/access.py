"""Access control: permissions of a principal, and the visibility rule of every query on firms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    bindparam,
    false,
    func,
    select,
    true,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError

from eligibility.domain.errors import Conflict, NotAllowed, NotFound, SignedOut
from eligibility.store.accounts import OPEN_STILL, session_moments
from eligibility.store.actors import (
    LEADS,
    Actor,
    ApiToken,
    LocalUser,
    Principal,
    SignIn,
    System,
    Visitor,
    now,
)
from eligibility.store.audit import AuditAction, audit_line, write_audit
from eligibility.store.change_counter import count_change
from eligibility.store.engine import reading, writing
from eligibility.store.rows import Facts, Row, add_row, clean, slices
from eligibility.store.schema import APPEND_ONLY, Role, accounts, api_tokens, firms, sign_ins
from eligibility.store.stages import certificates_ended, lapse_certificates

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A", bound="Access")

#: up to which day the stages of each store follow the calendar
_lapse_days: WeakKeyDictionary[Engine, date] = WeakKeyDictionary()
_RIGHTS = (
    select(*(accounts.c[name] for name in ("id", "role", "carrier_id", "firm_id", "password_once")))
    .join_from(sign_ins, accounts)
    .where(sign_ins.c.id == bindparam("sign_in_id"), *OPEN_STILL)
)


def resolve(principal: Principal, connection: Connection, at: datetime) -> Actor:
    """Resolve a principal to its permissions (role, carrier, firm), as stored in this transaction.

    Raises
    ------
    SignedOut
        If the sign-in has ended or expired or its account is disabled, or if a store that was
        used without accounts has one now.
    """
    match principal:
        case SignIn(id=sign_in_id):
            values = {"sign_in_id": sign_in_id, **session_moments(at)}
            row = connection.execute(_RIGHTS, values).first()
            if row is None:
                raise SignedOut("You are signed out; nothing was stored. Sign in to go on.")
            if row.password_once:
                # until the own password is chosen the account is a visitor's
                return Actor(Role.FIRM)
            return Actor(Role(row.role), row.id, row.carrier_id, row.firm_id)
        case ApiToken(id=token_id):
            rights = select(api_tokens.c.role, api_tokens.c.carrier_id)
            own = rights.where(api_tokens.c.id == token_id, *valid_still(at))
            if (token := connection.execute(own).first()) is None:
                raise SignedOut("This token has been revoked or has expired; nothing was stored.")
            return Actor(Role(token.role), carrier_id=token.carrier_id)
        case Visitor(source=source):
            return Actor(Role.FIRM, source=source)
        case LocalUser():
            if connection.execute(select(accounts.c.id).limit(1)).first() is not None:
                raise SignedOut(
                    "This store has accounts now; nothing was stored. Sign in to go on."
                )
            return Actor(Role.LOCAL)
        case System():
            return Actor(**vars(principal))


def files_of(firm_id: int) -> Select[tuple[int]]:
    """The ids of all files of a firm: its own, and those that were merged into it."""
    return select(firms.c.id).where((firms.c.id == firm_id) | (firms.c.merged_into == firm_id))


def valid_still(at: datetime) -> list[ColumnElement[bool]]:
    """SQL conditions of a valid token of the web API at that moment."""
    return [api_tokens.c.revoked_at.is_(None), api_tokens.c.expires_at > at]


def open_to(
    roles: Iterable[Role],
) -> Callable[[Callable[Concatenate[A, P], T]], Callable[Concatenate[A, P], T]]:
    """Decorator of role-based access: the roles that may call a method; others get NotAllowed.

    The method runs on a copy of its object. Each transaction that it opens there resolves who asks
    and asks the role again; ``actor`` and every query are to be had within a transaction only.
    """
    allowed = frozenset(roles)

    def mark(method: Callable[Concatenate[A, P], T]) -> Callable[Concatenate[A, P], T]:
        @wraps(method)
        def call(self: A, /, *args: P.args, **kwargs: P.kwargs) -> T:
            call = copy(self)
            call._roles = allowed
            return method(call, *args, **kwargs)

        call.roles = allowed  # type: ignore[attr-defined]
        return call

    return mark


class Access:
    """Base of all queries: a store as one principal may see and change it.

    Parameters
    ----------
    engine : Engine
        From ``open_store``.
    principal : Principal
        Who asks; its rights are resolved in every transaction.
    clock : callable, optional
        Gives this moment; another one in tests.
    """

    #: of the method that runs; outside of one nobody may do anything
    _roles: frozenset[Role] = frozenset()
    _actor: Actor | None = None

    def __init__(
        self, engine: Engine, principal: Principal, clock: Callable[[], datetime] = now
    ) -> None:
        self.engine = engine
        self.principal = principal
        self._clock = clock

    @property
    def actor(self) -> Actor:
        """Permissions of the principal, within the transaction that is open."""
        if self._actor is None:
            raise RuntimeError("Rights are asked within a transaction.")
        return self._actor

    # --- the rule of visibility ---

    def _visible(self, table: Table = firms) -> ColumnElement[bool]:
        """Rows of a table that this actor may see: the firms, or what hangs off them."""
        rule: ColumnElement[bool]
        match self.actor:
            case Actor(role=Role.MANAGER | Role.ADMINISTRATOR | Role.LOCAL):
                rule = true()
            case Actor(role=Role.ADVISER, carrier_id=int(carrier)):
                rule = firms.c.carrier_id == carrier
            case Actor(role=Role.FIRM, firm_id=int(firm)):
                rule = firms.c.id == firm
            case _:
                rule = false()
        rule &= firms.c.archived_at.is_(None)
        if table is firms:
            return rule
        seen = select(firms.c.id).where(rule)
        if table not in APPEND_ONLY:
            return table.c.firm_id.in_(seen)
        # nothing moves these to the file that another one was merged into
        parts = select(firms.c.id).where(firms.c.merged_into.in_(seen))
        return table.c.firm_id.in_(seen.union_all(parts))

    def _counts_as_firm(self) -> ColumnElement[bool]:
        """Files to be seen that count: of several that may be one firm's a single one.

        Who sees the copy alone counts that.
        """
        visible = self._visible()
        alone: ColumnElement[bool] = firms.c.copy_of.is_(None)
        if self.actor.role is Role.ADVISER:
            # those of copies are few, and the firms of one carrier are not
            other = firms.alias("other")
            mine = (other.c.carrier_id == self.actor.carrier_id) & other.c.archived_at.is_(None)
            alone |= firms.c.copy_of.not_in(select(other.c.id).where(mine))
        return visible & alone

    def _within_carrier(self, carrier: ColumnElement[Any]) -> ColumnElement[bool]:
        """Rows whose carrier, in this column, the actor works for: an adviser for the own, leads for all."""
        if self.actor.role in LEADS:
            return true()
        own = self.actor.carrier_id
        # compared with nothing, a column would be asked to be blank
        return false() if own is None else carrier == own

    def _assignable_carrier(self, carrier_id: int | None) -> int | None:
        """The carrier that something may be put under: whichever was named, or an adviser's own.

        Raises
        ------
        NotFound
            If an adviser names another carrier or has none.
        """
        if self.actor.role in LEADS:
            return carrier_id
        own = self.actor.carrier_id
        if own is None or carrier_id not in (None, own):
            raise NotFound("That is not here.")
        return own

    def _select(self, table: Table, *where: ColumnElement[bool]) -> Select[Any]:
        """Rows of a table of firms, or of what hangs off them, within the rule."""
        return select(table).where(self._visible(table), *where)

    def _seen_firm(self, connection: Connection, firm_id: int) -> Row:
        """A firm that the actor may see; NotFound for any other."""
        return self._one(connection, self._select(firms, firms.c.id == firm_id))

    def _seen_firms(self, connection: Connection, firm_ids: Iterable[int]) -> list[int]:
        """The firms asked for, each once; NotFound if one of them is not to be seen."""
        wanted = sorted(set(firm_ids))
        count = 0
        for some in slices(wanted):
            statement = select(func.count()).select_from(firms)
            count += connection.scalar(statement.where(self._visible(), firms.c.id.in_(some))) or 0
        if count != len(wanted):
            raise NotFound("That is not here.")
        if isinstance(firm_ids, Mapping):
            self._require_versions(connection, firm_ids)
        return wanted

    def _require_versions(self, connection: Connection, versions: Mapping[int, int]) -> None:
        """Conflict unless every firm stands at its version; on PostgreSQL none moves on now."""
        for some in slices(versions):
            query = select(firms.c.id, firms.c.version).where(firms.c.id.in_(some))
            for firm_id, version in connection.execute(query.with_for_update()):
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

    def _require_person(self) -> None:
        """NotAllowed for a program: a person confirms what a firm sent, and which files are one firm."""
        if isinstance(self.principal, ApiToken):
            raise NotAllowed("A person decides this; a program's token does not allow it.")

    # --- transactions ---

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self._lapse_certificates()
        with _holdable(), reading(self.engine) as connection, self._with_actor(connection):
            yield connection

    @contextmanager
    def _writing(self, *, moves_year: bool = True) -> Iterator[Connection]:
        """A transaction that writes.

        Parameters
        ----------
        moves_year : bool
            Whether it may change what a forecast of the year reads, and is counted as a change of
            it (``YearQueries.last_change``). One that says nothing is.
        """
        self._lapse_certificates()
        try:
            with _holdable(), writing(self.engine) as connection, self._with_actor(connection):
                yield connection
                if moves_year:
                    count_change(connection)
        except IntegrityError as error:
            raise Conflict(
                "There is one like it already, or what it belongs to is gone; nothing was stored."
            ) from error

    def _lapse_certificates(self) -> None:
        """Let the stages of firms follow the calendar; looked at once a day in a process."""
        today = self._clock().astimezone().date()
        if (last := _lapse_days.get(self.engine)) is not None and last >= today:
            return
        with reading(self.engine) as connection:
            due = certificates_ended(connection, today)
        if due:
            with writing(self.engine) as connection:
                lapse_certificates(connection, today)
                count_change(connection)
        _lapse_days[self.engine] = today

    @contextmanager
    def _with_actor(self, connection: Connection) -> Iterator[None]:
        """The actor for the length of a transaction; NotAllowed where the role may not do this."""
        actor = resolve(self.principal, connection, self._clock())
        if actor.role not in self._roles:
            raise NotAllowed("Your role does not allow this.")
        self._actor = actor
        try:
            yield
        finally:
            self._actor = None

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
        self,
        connection: Connection,
        action: AuditAction,
        firm_id: int | None = None,
        **detail: Any,
    ) -> None:
        write_audit(connection, [self._line(action, firm_id, detail)])

    def _line(self, action: AuditAction, firm_id: int | None, detail: Facts) -> Row:
        who = self.actor
        return audit_line(action, self._clock(), who.role, who.account_id, firm_id, detail)

    def _adviser(self, connection: Connection, account_id: int | None, carrier_id: Any) -> None:
        """An adviser belongs to the firm's carrier, unless it is staff of all carriers."""
        if account_id is None:
            return
        query = select(accounts.c.id).where(
            accounts.c.id == account_id,
            accounts.c.active,
            (accounts.c.role.in_([Role.MANAGER, Role.ADMINISTRATOR]))
            | ((accounts.c.role == Role.ADVISER) & (accounts.c.carrier_id == carrier_id)),
        )
        if connection.execute(query).first() is None:
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
