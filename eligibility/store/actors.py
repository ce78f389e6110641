"""Principals and actors: references to whoever asks, and the permissions they resolve to.

A page holds a ``Principal``, which says who asks and nothing of what that person may do. Each
transaction resolves it anew to an ``Actor``, which does not outlive the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from eligibility.store.schema import Role

ANYONE = frozenset(Role)
STAFF = ANYONE - {Role.FIRM}
LEADS = STAFF - {Role.ADVISER}
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Actor:
    """Rights within one transaction: a role, and the account, carrier or firm that it is bound to.

    An adviser without a carrier and a firm without a firm see no firm at all. ``source`` tells
    visitors apart by the address they come from, without naming it.
    """

    role: Role
    account_id: int | None = None
    carrier_id: int | None = None
    firm_id: int | None = None
    source: str | None = None


@dataclass(frozen=True)
class SignIn:
    """Somebody who signed in, by the id of the sign-in; valid while that and its account are."""

    id: int


@dataclass(frozen=True)
class ApiToken:
    """A program with a token of the web API, by the token's id; valid until revoked or expired."""

    id: int


@dataclass(frozen=True)
class Visitor:
    """Somebody who has not signed in: sees no firm, keeps drafts by their return codes."""

    source: str | None = None


@dataclass(frozen=True)
class LocalUser:
    """The one person of a store without accounts; nobody as soon as there is one."""


@dataclass(frozen=True)
class System(Actor):
    """The program itself with rights that its caller grants: shared work, commands, benchmarks.

    Nobody's sign-in stands behind it, so nothing that a person asks for may run under it without
    that person's own rights having been asked.
    """


Principal = SignIn | ApiToken | Visitor | LocalUser | System

LOCAL = LocalUser()
VISITOR = Visitor()


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)
