"""Authentication: accounts, sign-in sessions that the server can end, CSRF tokens, passwords.

The numbers of the policy stand at the top, here and in ``passwords`` and ``throttling``, and nowhere
else. A cookie carries a random token; the store keeps its hash, so that a stolen database signs
nobody in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import ColumnElement, Connection, Engine, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from eligibility.domain.errors import Conflict, InputError, NotAllowed
from eligibility.store.actors import Actor, now
from eligibility.store.actors import SignIn as SignIn
from eligibility.store.audit import AuditAction, audit_line, write_audit
from eligibility.store.engine import reading, writing
from eligibility.store.keys import signing_key
from eligibility.store.passwords import (
    HASHER,
    hash_only,
    hash_password,
    is_same_password,
    normalize_login,
    verify_password,
)
from eligibility.store.rows import Row, add_row, check_text
from eligibility.store.schema import (
    Role,
    accounts,
    identities,
    sign_in_attempts,
    sign_ins,
)
from eligibility.store.throttling import count_attempt, network

#: how long a sign-in lasts without use, and at most
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
#: clocks of two machines on one database differ by less; what is later than that has not been yet
SKEW = timedelta(minutes=1)
#: a sign-in in use is not written to more often than this
SEEN_EVERY = timedelta(minutes=1)
TOKEN_BYTES = 32


@dataclass(frozen=True)
class SignedIn:
    """Authenticated session: the account, as whom it acts, and this sign-in's CSRF token.

    ``once``: the password was set by somebody else. Until it is changed the account acts as a
    visitor does. ``by_password``: it has a password at all. ``sign_in_id`` is this sign-in's.
    """

    account_id: int
    login: str
    name: str
    actor: Actor
    csrf: str
    once: bool = False
    by_password: bool = True
    sign_in_id: int = 0

    @property
    def principal(self) -> SignIn:
        """Who asks, as the store resolves it in every transaction."""
        return SignIn(self.sign_in_id)


class Accounts:
    """Authentication service: sign-in, sign-out and change of passwords.

    Parameters
    ----------
    engine : Engine
        From ``open_store``.
    key : bytes, optional
        The signing key; ``signing_key()`` if omitted.
    clock : callable, optional
        Gives this moment; another one in tests.
    hasher : PasswordHasher, optional
        Another one in tests, and where other parameters are wanted.
    """

    def __init__(
        self,
        engine: Engine,
        key: bytes | None = None,
        clock: Callable[[], datetime] = now,
        hasher: PasswordHasher = HASHER,
    ) -> None:
        self.engine = engine
        self._key = key or signing_key()
        self._clock = clock
        self._hasher = hasher
        # no account is ever deleted, so one yes holds for good
        self._any = False

    # --- who there is ---

    def any_accounts(self) -> bool:
        """Is there any account? Without one the store is a one-person local tool."""
        if not self._any:
            with reading(self.engine) as connection:
                row = connection.execute(select(accounts.c.id).limit(1)).first()
            self._any = row is not None
        return self._any

    def has_administrator(self) -> bool:
        """Is there an active administrator? Without one the app listens on loopback only."""
        chief = (accounts.c.role == Role.ADMINISTRATOR) & accounts.c.active
        with reading(self.engine) as connection:
            return (
                connection.execute(select(accounts.c.id).where(chief).limit(1)).first() is not None
            )

    def create_administrator(self, login: str, password: str) -> int:
        """A new administrator; its id. For the command line only: no page calls it."""
        return self._create(login, password, Role.ADMINISTRATOR)

    def register(self, login: str, password: str) -> int:
        """A new account of a firm, which keeps drafts; its id.

        Whoever wants may register; every other role is given by an administrator
        (``Administration.add_account``).

        Raises
        ------
        InputError
            If the login is empty or the password too weak.
        Conflict
            If the login is taken.
        """
        return self._create(login, password, Role.FIRM)

    def _create(self, login: str, password: str, role: Role) -> int:
        values = new_account(login, "", role, self._clock())
        values["password_hash"] = hash_password(login, password, self._hasher)
        try:
            with writing(self.engine) as connection:
                account_id = add_row(connection, accounts, values)
                self._log(connection, AuditAction.ACCOUNT_ADD, account_id, role)
        except IntegrityError as error:
            raise Conflict("The login {login} is taken.", login=values["login"]) from error
        return account_id

    # --- passwords ---

    def change_password(
        self, token: str, old: str, new: str, source: str = "", browser: str = ""
    ) -> None:
        """Change the password of whoever is signed in; every other sign-in of the account ends.

        A wrong old password counts as a failed sign-in.
        """
        person = self.signed_in(token)
        if person is None:
            raise NotAllowed("You are not signed in.")
        account = self._authenticate(person.login, old, source, browser)
        if is_same_password(old, new):
            raise InputError("The new password is the old one; choose another.")
        hashed = hash_password(person.login, new, self._hasher)
        with writing(self.engine) as connection:
            connection.execute(
                update(accounts)
                .where(accounts.c.id == account["id"])
                .values(password_hash=hashed, password_once=False, version=accounts.c.version + 1)
            )
            end_sign_ins(connection, account["id"], self._clock(), but=token_hash(token))
            self._log(
                connection, AuditAction.ACCOUNT_CHANGE_PASSWORD, account["id"], account["role"]
            )

    # --- signing in ---

    def sign_in(self, login: str, password: str, source: str = "", browser: str = "") -> str:
        """Check a password and open a sign-in; its token, for the cookie.

        Parameters
        ----------
        login, password : str
        source : str
            The address that asks; failures are counted by it and the login together.
        browser : str
            Id of a browser that has signed in as this login before: it is counted apart.

        Raises
        ------
        NotAllowed
            If login or password is wrong, or too early after failures; unknown, wrong and disabled
            accounts answer alike and take as long.
        """
        account = self._authenticate(login, password, source, browser)
        if self._hasher.check_needs_rehash(account["password_hash"]):
            hashed = hash_only(password, self._hasher)
            with writing(self.engine) as connection:
                own = accounts.c.id == account["id"]
                connection.execute(update(accounts).where(own).values(password_hash=hashed))
        return self._open(account)

    def sign_in_identity(
        self,
        issuer: str,
        subject: str,
        login: str = "",
        *,
        email_is_verified: bool = False,
        name: str = "",
    ) -> str:
        """Open a sign-in for whom an OpenID provider vouches; its token."""
        return self._open(
            self.account_for_identity(
                issuer, subject, login, email_is_verified=email_is_verified, name=name
            )
        )

    def account_for_identity(
        self,
        issuer: str,
        subject: str,
        login: str = "",
        *,
        email_is_verified: bool = False,
        name: str = "",
    ) -> Row:
        """The account of an OpenID identity.

        The identity's own account; else the existing one of that login, where the provider says
        that it verified the address (``login``), and it is linked for good, without the password
        that a firm may have registered with; else a new account of role firm. An identity never
        gives a role.

        Raises
        ------
        NotAllowed
            If the account is disabled, or the login exists and is not verified.
        """
        for field, value in (("issuer", issuer), ("subject", subject), ("name", name)):
            check_text(field, value)
        wanted = normalize_login(login)
        with writing(self.engine) as connection:
            row = connection.execute(
                select(accounts)
                .join(identities)
                .where(identities.c.issuer == issuer, identities.c.subject == subject)
            ).mappings().first()  # fmt: skip
            if row is None:
                row = self._link(connection, issuer, subject, wanted, email_is_verified, name)
        if not row["active"]:
            raise NotAllowed("This account is disabled.")
        return dict(row)

    def _link(
        self,
        connection: Connection,
        issuer: str,
        subject: str,
        login: str,
        email_is_verified: bool,
        name: str,
    ) -> Any:
        query = select(accounts).where(accounts.c.login == login)
        account = connection.execute(query).mappings().first() if login else None
        if account is not None and not email_is_verified:
            raise NotAllowed("The provider has not verified this address; sign in by password.")
        if account is None:
            values = new_account(login or f"{subject}@{issuer}", name, Role.FIRM, self._clock())
            own = accounts.c.id == add_row(connection, accounts, values)
            account = connection.execute(select(accounts).where(own)).mappings().one()
        elif account["role"] == Role.FIRM:
            # anyone may have registered this address before its owner came: that password ends here
            own = accounts.c.id == account["id"]
            connection.execute(
                update(accounts).where(own).values(password_hash=None, password_once=False)
            )
            end_sign_ins(connection, account["id"], self._clock())
        link = {"issuer": issuer, "subject": subject, "account_id": account["id"]}
        link["at"] = self._clock()
        add_row(connection, identities, link)
        self._log(connection, AuditAction.ACCOUNT_LINK_IDENTITY, account["id"], account["role"])
        return account

    def signed_in(self, token: str | None) -> SignedIn | None:
        """Who a token belongs to; None if it is unknown, ended, idle too long or too old."""
        if not token:
            return None
        hashed, at = token_hash(token), self._clock()
        with reading(self.engine) as connection:
            values = {"token_hash": hashed, **session_moments(at)}
            row = connection.execute(_OF_TOKEN, values).mappings().first()
        if row is None:
            return None
        if at - row["seen_at"] > SEEN_EVERY:
            with writing(self.engine) as connection:
                own = sign_ins.c.id == row["sign_in_id"]
                connection.execute(update(sign_ins).where(own).values(seen_at=at))
        return SignedIn(
            row["id"],
            row["login"],
            row["name"],
            Actor(Role.FIRM) if row["password_once"] else _actor(row),
            self.csrf_token(token),
            row["password_once"],
            row["password_hash"] is not None,
            row["sign_in_id"],
        )

    def sign_out(self, token: str, *, everywhere: bool = False) -> None:
        """End this sign-in, or every one of its account."""
        with writing(self.engine) as connection:
            own = sign_ins.c.token_hash == token_hash(token)
            account = connection.scalar(select(sign_ins.c.account_id).where(own))
            if account is None:
                return
            if everywhere:
                end_sign_ins(connection, account, self._clock())
            else:
                unended = own & sign_ins.c.revoked_at.is_(None)
                ended = update(sign_ins).where(unended).values(revoked_at=self._clock())
                connection.execute(ended)

    def csrf_token(self, token: str) -> str:
        """What a form of this sign-in must send back; worth nothing in another one."""
        return hmac.new(
            self._key, b"csrf:" + token.encode(errors="surrogatepass"), hashlib.sha256
        ).hexdigest()

    def source_of(self, address: str) -> str:
        """A name for a network that visitors come from; without the key nobody finds it out."""
        named = b"source:" + network(address).encode(errors="surrogatepass")
        return hmac.new(self._key, named, hashlib.sha256).hexdigest()

    def csrf_holds(self, token: str, form_token: str) -> bool:
        """Verify a CSRF token: did the form come from this sign-in's own page?"""
        sent = form_token.encode(errors="surrogatepass")
        return hmac.compare_digest(self.csrf_token(token).encode(), sent)

    # --- inside ---

    @cached_property
    def _dummy(self) -> str:
        return hash_only(secrets.token_hex(TOKEN_BYTES), self._hasher)

    def _authenticate(self, login: str, password: str, source: str, browser: str) -> Row:
        """The account, if the password is its own; the failure is counted before it is known."""
        plain = normalize_login(login)
        with writing(self.engine) as connection:
            attempt = count_attempt(connection, plain, source, browser, self._clock())
        with reading(self.engine) as connection:
            query = select(accounts).where(accounts.c.login == plain)
            account = connection.execute(query).mappings().first()
        # an unknown login costs one verification like a known one
        stored = account["password_hash"] if account and account["password_hash"] else self._dummy
        right = verify_password(stored, password, self._hasher)
        if account is None or not account["password_hash"] or not right or not account["active"]:
            raise NotAllowed("Login or password is wrong.")
        with writing(self.engine) as connection:
            own = sign_in_attempts.c.id == attempt
            connection.execute(update(sign_in_attempts).where(own).values(succeeded=True))
        return dict(account)

    def _open(self, account: Row) -> str:
        token, at = secrets.token_urlsafe(TOKEN_BYTES), self._clock()
        with writing(self.engine) as connection:
            gone = (sign_ins.c.account_id == account["id"]) & (sign_ins.c.at <= at - ABSOLUTE)
            connection.execute(delete(sign_ins).where(gone))
            connection.execute(
                insert(sign_ins).values(
                    token_hash=token_hash(token), account_id=account["id"], at=at, seen_at=at
                )
            )
            self._log(connection, AuditAction.ACCOUNT_SIGN_IN, account["id"], account["role"])
        return token

    def _log(self, connection: Connection, action: AuditAction, account_id: int, role: str) -> None:
        write_audit(connection, [audit_line(action, self._clock(), Role(role), account_id)])


def token_hash(token: str) -> str:
    """What the store keeps of a sign-in's token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


#: SQL conditions of a valid session at the moments of ``session_moments``: the sign-in is open and
#: its account active. Statements on them are formed once, as every transaction asks.
OPEN_STILL: tuple[ColumnElement[bool], ...] = (
    sign_ins.c.revoked_at.is_(None),
    sign_ins.c.seen_at > bindparam("idle_since"),
    sign_ins.c.seen_at <= bindparam("latest"),
    sign_ins.c.at > bindparam("begun_since"),
    sign_ins.c.at <= bindparam("latest"),
    accounts.c.active,
)


def session_moments(at: datetime) -> dict[str, datetime]:
    """The moments that a valid session is told by, as parameters of ``OPEN_STILL``."""
    return {"idle_since": at - IDLE, "latest": at + SKEW, "begun_since": at - ABSOLUTE}


_OF_TOKEN = (
    select(accounts, sign_ins.c.seen_at, sign_ins.c.id.label("sign_in_id"))
    .join_from(sign_ins, accounts)
    .where(sign_ins.c.token_hash == bindparam("token_hash"), *OPEN_STILL)
)


def end_sign_ins(
    connection: Connection, account_id: int, at: datetime, but: str | None = None
) -> None:
    """End every sign-in of an account, but the one of this token hash."""
    ended = update(sign_ins).where(
        sign_ins.c.account_id == account_id, sign_ins.c.revoked_at.is_(None)
    )
    if but:
        ended = ended.where(sign_ins.c.token_hash != but)
    connection.execute(ended.values(revoked_at=at))


def new_account(login: str, name: str, role: Role, at: datetime) -> Row:
    """The row of a new account without a password; InputError if the login is empty."""
    if not (plainly := normalize_login(login)):
        raise InputError("The login is missing.")
    return {
        "login": plainly, "name": name or login.strip(), "role": role.value, "active": True,
        "created_at": at, "version": 1,
    }  # fmt: skip


def _actor(account: Any) -> Actor:
    return Actor(Role(account["role"]), account["id"], account["carrier_id"], account["firm_id"])
