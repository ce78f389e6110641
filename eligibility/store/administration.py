"""Administration: carriers, accounts, targets and the audit log."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select, true, update

from eligibility.domain.carriers import CarrierKind
from eligibility.domain.errors import Conflict, InputError
from eligibility.store.access import Access, files_of, open_to
from eligibility.store.accounts import OPEN_STILL, end_sign_ins, new_account, session_moments
from eligibility.store.actors import ADMINISTRATORS, ANYONE, LEADS, STAFF
from eligibility.store.assumptions import record_change, target_change
from eligibility.store.audit import AuditAction
from eligibility.store.engine import alone
from eligibility.store.passwords import hash_password
from eligibility.store.rows import Facts, Row, only
from eligibility.store.schema import (
    SECRET,
    Role,
    accounts,
    audit_log,
    carriers,
    firms,
    outcomes,
    sign_ins,
    targets,
)

CARRIER = ("name", "district", "kind", "speciality", "active")
ACCOUNT = ("name", "role", "carrier_id", "firm_id", "active")
_TOLD = [c for c in accounts.c if c.name not in SECRET]


class Administration(Access):
    """What stands above single firms."""

    @open_to(STAFF)
    def carriers(self) -> list[Row]:
        """Carriers by name; an adviser sees its own."""
        with self._reading() as connection:
            wanted = select(carriers).where(self._within_carrier(carriers.c.id))
            return self._all(connection, wanted.order_by(carriers.c.name))

    @open_to(LEADS)
    def add_carrier(self, name: str, district: str | None = None) -> int:
        """A new carrier (孵化载体: incubator, park, service institution); its id."""
        with self._writing() as connection:
            values = {"name": name, "district": district, "active": True, "version": 1}
            new_id = self._insert(connection, carriers, values)
            self._log(connection, AuditAction.CARRIER_ADD, carrier=new_id, name=name)
        return new_id

    @open_to(LEADS)
    def save_carrier(self, carrier_id: int, values: Facts, version: int) -> int:
        """Change a carrier that stands at this version; the next version."""
        entries = only(values, CARRIER)
        if (kind := entries.get("kind")) is not None and kind not in set(CarrierKind):
            raise InputError("There is no kind of carrier {kind}.", kind=kind)
        with self._writing() as connection:
            self._one(connection, select(carriers).where(carriers.c.id == carrier_id))
            after = self._change(
                connection, carriers, carriers.c.id == carrier_id, entries, version
            )
            self._log(connection, AuditAction.CARRIER_CHANGE, carrier=carrier_id, **entries)
        return after

    @open_to(STAFF)
    def advisers(self) -> list[Row]:
        """Active staff that firms can be assigned to: id, name, role, carrier_id.

        An adviser sees those of its own carrier.
        """
        with self._reading() as connection:
            query = select(accounts.c.id, accounts.c.name, accounts.c.role, accounts.c.carrier_id)
            wanted = query.where(
                accounts.c.active,
                accounts.c.role != Role.FIRM,
                self._within_carrier(accounts.c.carrier_id),
            )
            return self._all(connection, wanted.order_by(accounts.c.name, accounts.c.id))

    @open_to(ADMINISTRATORS)
    def accounts(self) -> list[Row]:
        """All accounts by login, without what is secret."""
        with self._reading() as connection:
            return self._all(connection, select(*_TOLD).order_by(accounts.c.login))

    @open_to(ADMINISTRATORS)
    def add_account(
        self,
        login: str,
        password: str | None,
        role: Role | str,
        *,
        name: str = "",
        carrier_id: int | None = None,
        firm_id: int | None = None,
        once: bool = True,
    ) -> int:
        """A new account of any role; its id.

        Parameters
        ----------
        password : str or None
            None for an account that signs in through an OpenID provider only.
        carrier_id, firm_id : int, optional
            What an adviser and a firm are bound to; the other roles are bound to nothing.
        once : bool
            The password opens nothing but the change to one's own.
        """
        values = new_account(login, name, _role(role), self._clock())
        bound = {"carrier_id": carrier_id, "firm_id": firm_id}
        with self._reading() as connection:
            self._check_bound(connection, {**values, **bound})
        # a hash takes longer than another writer should wait
        if password is not None:
            values |= {"password_hash": hash_password(login, password), "password_once": once}
        with self._writing(moves_year=False) as connection:
            self._check_bound(connection, {**values, **bound})
            new_id = self._insert(connection, accounts, {**values, **bound})
            self._log(
                connection, AuditAction.ACCOUNT_ADD, account=new_id, role=values["role"], **bound
            )
        return new_id

    @open_to(ADMINISTRATORS)
    def save_account(self, account_id: int, values: Facts, version: int) -> int:
        """Change an account that stands at this version; its sign-ins end. The next version.

        Raises
        ------
        Conflict
            If no active administrator would be left.
        """
        entries = only(values, ACCOUNT)
        with self._writing(moves_year=False) as connection:
            # two administrators may not dismiss each other at the same moment
            alone(connection, "change account")
            before = self._one(connection, select(*_TOLD).where(accounts.c.id == account_id))
            if "role" in entries:
                entries["role"] = _role(entries["role"]).value
            self._check_bound(connection, {**before, **entries})
            after = self._change(
                connection, accounts, accounts.c.id == account_id, entries, version
            )
            chiefs = select(func.count()).select_from(accounts)
            active = (accounts.c.role == Role.ADMINISTRATOR) & accounts.c.active
            if not connection.scalar(chiefs.where(active)):
                raise Conflict("The last administrator stays; make another one first.")
            end_sign_ins(connection, account_id, self._clock())
            self._log(connection, AuditAction.ACCOUNT_CHANGE, account=account_id, **entries)
        return after

    @open_to(ADMINISTRATORS)
    def set_password(self, account_id: int, password: str) -> None:
        """Give an account a new password, to be changed at its first use; all its sign-ins end."""
        with self._reading() as connection:
            row = self._one(connection, select(*_TOLD).where(accounts.c.id == account_id))
        hashed = hash_password(row["login"], password)
        with self._writing(moves_year=False) as connection:
            own = accounts.c.id == account_id
            values = {"password_hash": hashed, "password_once": True}
            self._change(connection, accounts, own, values, row["version"])
            end_sign_ins(connection, account_id, self._clock())
            self._log(connection, AuditAction.ACCOUNT_SET_PASSWORD, account=account_id)

    @open_to(ANYONE)
    def open_sign_ins(self) -> list[Row]:
        """Sign-ins that still open pages, last seen first: ``id``, ``account_id``, ``login``,
        ``name``, ``at`` (since when) and ``seen_at``; of oneself, and of everybody for
        administrators."""
        with self._reading() as connection:
            columns = [sign_ins.c[name] for name in ("id", "account_id", "at", "seen_at")]
            wanted = (
                select(*columns, accounts.c.login, accounts.c.name)
                .join_from(sign_ins, accounts)
                .where(self._own_sign_ins(), *OPEN_STILL)
                .order_by(sign_ins.c.seen_at.desc(), sign_ins.c.id.desc())
            )
            return self._all(connection, wanted.params(session_moments(self._clock())))

    @open_to(ANYONE)
    def end_sign_in(self, sign_in_id: int) -> None:
        """End one sign-in, of oneself or, for administrators, of anybody; again is harmless."""
        with self._writing(moves_year=False) as connection:
            own = (sign_ins.c.id == sign_in_id) & self._own_sign_ins()
            row = self._one(connection, select(sign_ins.c.account_id).where(own))
            unended = sign_ins.c.revoked_at.is_(None)
            ended = update(sign_ins).where(own, unended).values(revoked_at=self._clock())
            if connection.execute(ended).rowcount:
                self._log(connection, AuditAction.ACCOUNT_END_SIGN_IN, account=row["account_id"])

    def _own_sign_ins(self) -> ColumnElement[bool]:
        if self.actor.role in ADMINISTRATORS:
            return true()
        return sign_ins.c.account_id == self.actor.account_id

    @open_to(STAFF)
    def targets(self) -> list[Row]:
        """Targets by year: ``number``, and of the firms to be seen ``applied`` and ``certified``.

        A year with applications and no target has the number None and the version 0. A firm with
        several files counts once.
        """
        with self._reading() as connection:
            who = func.coalesce(firms.c.copy_of, firms.c.id).distinct()
            of_year = (
                select(
                    outcomes.c.applied_year.label("year"),
                    func.count(who).label("applied"),
                    func.count(who).filter(outcomes.c.certified).label("certified"),
                )
                .join_from(outcomes, firms)
                .where(self._visible(outcomes))
                .group_by(outcomes.c.applied_year)
                .subquery()
            )
            columns = [
                func.coalesce(of_year.c[name], 0).label(name) for name in ("applied", "certified")
            ]
            year = func.coalesce(targets.c.year, of_year.c.year).label("year")
            version = func.coalesce(targets.c.version, 0).label("version")
            joined = targets.outerjoin(of_year, of_year.c.year == targets.c.year, full=True)
            wanted = select(year, targets.c.number, version, *columns).select_from(joined)
            return self._all(connection, wanted.order_by(year))

    @open_to(LEADS)
    def set_target(self, year: int, number: int, version: int) -> int:
        """How many firms are to be certified in a year; the next version (0: none is set yet)."""
        if number < 0:
            raise InputError("A target is not below zero.")
        with self._writing() as connection:
            after = self._put(connection, targets, {"year": year}, {"number": number}, version)
            change = target_change(year, number)
            record_change(connection, change, self.actor.account_id, self._clock())
            self._log(connection, AuditAction.TARGET_SET, year=year, number=number)
        return after

    @open_to(LEADS)
    def audit_trail(
        self, firm_id: int | None = None, *, limit: int = 200, before: int | None = None
    ) -> list[Row]:
        """Audit log, latest first, with names; ``before`` is the id of the page's last line.

        Of one firm for managers; of everything for administrators.
        """
        with self._reading() as connection:
            query = (
                select(audit_log, accounts.c.name.label("by"), firms.c.name.label("firm"))
                .outerjoin_from(audit_log, accounts, accounts.c.id == audit_log.c.account_id)
                .outerjoin(firms, firms.c.id == audit_log.c.firm_id)
            )
            if firm_id is not None:
                query = query.where(audit_log.c.firm_id.in_(files_of(firm_id)))
            elif self.actor.role is Role.MANAGER:
                query = query.where(audit_log.c.firm_id.is_not(None))
            if before is not None:
                query = query.where(audit_log.c.id < before)
            if firm_id is not None:
                self._seen_firm(connection, firm_id)
            return self._all(connection, query.order_by(audit_log.c.id.desc()).limit(limit))

    def _check_bound(self, connection: Connection, values: Facts) -> None:
        """An adviser has a carrier, a firm may have a firm, and nobody else has either."""
        role = values["role"]
        if role != Role.ADVISER and values["carrier_id"] is not None:
            raise InputError("Only an adviser belongs to a carrier.")
        if role == Role.ADVISER and values["carrier_id"] is None:
            raise InputError("An adviser belongs to a carrier; name it.")
        if role != Role.FIRM and values["firm_id"] is not None:
            raise InputError("Only a firm's account belongs to a firm.")
        if values["firm_id"] is not None:
            self._one(connection, select(firms.c.id).where(firms.c.id == values["firm_id"]))


def _role(role: Role | str) -> Role:
    try:
        result = Role(role)
    except ValueError as error:
        raise InputError("There is no role {role}.", role=role) from error
    if result is Role.LOCAL:
        raise InputError("There is no role {role}.", role=role)
    return result
