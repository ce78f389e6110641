"""Tokens of the web API: made for a role, shown once, kept as hashes, revocable."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update

from eligibility.domain.errors import InputError
from eligibility.store.access import Access, open_to, valid_still
from eligibility.store.actors import ADMINISTRATORS, ApiToken, now
from eligibility.store.audit import AuditAction
from eligibility.store.engine import reading, writing
from eligibility.store.rows import Row, check_text
from eligibility.store.schema import Role, api_tokens, carriers

#: how a token begins, so that whoever finds one knows what it is
PREFIX = "elig_"
TOKEN_BYTES = 32
#: days that a token may be valid for
LONGEST = 366
#: a token in use is not written to more often than this
SEEN_EVERY = timedelta(minutes=1)
#: roles that a program may have; an adviser's needs a carrier
ROLES = (Role.ADVISER, Role.MANAGER)


class ApiTokens(Access):
    """Tokens that administrators give to programs."""

    @open_to(ADMINISTRATORS)
    def tokens(self) -> list[Row]:
        """All tokens, latest first, without what is secret: ``name``, ``role``, ``carrier_id``,
        ``at``, ``expires_at``, ``seen_at`` (last used), ``revoked_at``."""
        columns = [column for column in api_tokens.c if column is not api_tokens.c.token_hash]
        with self._reading() as connection:
            return self._all(connection, select(*columns).order_by(api_tokens.c.id.desc()))

    @open_to(ADMINISTRATORS)
    def add(self, name: str, role: Role | str, *, carrier_id: int | None = None, days: int) -> str:
        """Make a token.

        Parameters
        ----------
        name : str
            Which program has it.
        role, carrier_id : Role and int, optional
            What it may do: a manager's rights, or an adviser's at one carrier.
        days : int
            How long it is valid, at most ``LONGEST``.

        Returns
        -------
        str
            The token itself, which nobody can read again.

        Raises
        ------
        InputError
            If the name is empty, the role is neither of both, or the days are too many.
        """
        check_text("name", name)
        if not name.strip():
            raise InputError("The token needs a name: say which program has it.")
        if role not in ROLES:
            raise InputError("A token has the role adviser or manager, not {role}.", role=str(role))
        if (role == Role.ADVISER) != (carrier_id is not None):
            raise InputError(
                "A token of the role adviser belongs to a carrier, and no other token does."
            )
        if not 1 <= days <= LONGEST:
            raise InputError(
                "A token is valid for 1 to {longest} days, not {days}.", longest=LONGEST, days=days
            )
        token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        at = self._clock()
        with self._writing(moves_year=False) as connection:
            if carrier_id is not None:
                self._one(connection, select(carriers.c.id).where(carriers.c.id == carrier_id))
            values = {
                "name": name.strip(), "token_hash": token_hash(token), "role": Role(role).value,
                "carrier_id": carrier_id, "account_id": self.actor.account_id, "at": at,
                "expires_at": at + timedelta(days=days),
            }  # fmt: skip
            new_id = self._insert(connection, api_tokens, values)
            self._log(connection, AuditAction.TOKEN_ADD, token=new_id, name=name.strip())
        return token

    @open_to(ADMINISTRATORS)
    def revoke(self, token_id: int) -> None:
        """End a token at once; again is harmless."""
        with self._writing(moves_year=False) as connection:
            row = self._one(
                connection, select(api_tokens.c.name).where(api_tokens.c.id == token_id)
            )
            unended = (api_tokens.c.id == token_id) & api_tokens.c.revoked_at.is_(None)
            ended = update(api_tokens).where(unended).values(revoked_at=self._clock())
            if connection.execute(ended).rowcount:
                self._log(connection, AuditAction.TOKEN_REVOKE, token=token_id, name=row["name"])


def find_token(engine: Engine, token: str, clock: Callable[[], datetime] = now) -> ApiToken | None:
    """The principal of a token; None if it is none, or revoked, or has expired."""
    at = clock()
    own = api_tokens.c.token_hash == token_hash(token)
    with reading(engine) as connection:
        query = select(api_tokens.c.id, api_tokens.c.seen_at).where(own, *valid_still(at))
        row = connection.execute(query).first()
    if row is None:
        return None
    if row.seen_at is None or at - row.seen_at >= SEEN_EVERY:
        with writing(engine) as connection:
            connection.execute(update(api_tokens).where(own).values(seen_at=at))
    return ApiToken(row.id)


def token_hash(token: str) -> str:
    """What the store keeps of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
