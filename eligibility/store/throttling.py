"""Throttling (rate limit) of password guesses, by login and address together.

Nobody is locked out: a wrong password costs seconds, up to ``LONGEST_WAIT``, and only whoever tries
from the same network. A browser that has signed in as this login before has a count of its own, so
that a stranger's guesses do not slow its owner down.

A try that comes too early is refused and not counted, so the wait costs the server nothing.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import ColumnElement, Connection, delete, func, select

from eligibility.domain.errors import NotAllowed
from eligibility.store.engine import alone
from eligibility.store.rows import add_row
from eligibility.store.schema import sign_in_attempts

#: how long failures count
WINDOW = timedelta(hours=1)
#: failures that cost nothing: of a login from one network, and of a network over all logins
FREE, FREE_OF_SOURCE = 5, 50
#: seconds after the first failure that costs something, doubled by each one more, and at most
FIRST_WAIT, LONGEST_WAIT = 2, 120
#: failures of a login from everywhere together, more than one network can reach, and the seconds
#: between two more: never more than a hundred an hour (ASVS 2.2.1)
FREE_OF_LOGIN, WAIT_OF_LOGIN = 85, 300
#: an IPv6 customer has at least this many bits to take addresses from
IPV6_PREFIX = 64
#: marks the source of an attempt as a known browser
BROWSER = "browser:"


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, an IPv6 /64; as it is if it is neither."""
    try:
        parsed = ip_address(address.split("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)


def wait(failures: int, free: int) -> float:
    """Delay in seconds between a failure, the last of so many, and the next try."""
    if failures < free:
        return 0
    # beyond ten doublings it is the longest in any case
    return min(FIRST_WAIT * 2.0 ** min(failures - free, 10), LONGEST_WAIT)


def count_attempt(
    connection: Connection, login: str, address: str, browser: str, at: datetime
) -> int:
    """Count an attempt as failed before it is known, so that a hundred at once are not all the first.

    Parameters
    ----------
    connection : Connection
        Of a transaction that writes.
    login : str
        As it is kept.
    address : str
        From which it is tried; empty where there is none, as in a program.
    browser : str
        Id of a browser that has signed in as this login before; else empty.
    at : datetime
        This moment.

    Returns
    -------
    int
        The attempt's id, to be marked as succeeded.

    Raises
    ------
    NotAllowed
        If it comes too early, with the seconds to wait.
    """
    alone(connection, "sign in")
    tried = sign_in_attempts
    source = BROWSER + browser if browser else network(address)
    login, source = login[:200], "".join(filter(str.isprintable, source))[:100]
    connection.execute(delete(tried).where(tried.c.at <= at - WINDOW))
    of_login, of_source = tried.c.login == login, tried.c.source == source
    until = _next_try(connection, at, FREE, of_login & of_source, forgive=True)
    if source and not browser:
        until = max(until, _next_try(connection, at, FREE_OF_SOURCE, of_source))
        strangers = of_login & tried.c.source.not_like(f"{BROWSER}%")
        failures, last = _failures(connection, at, strangers)
        if last is not None and failures >= FREE_OF_LOGIN:
            until = max(until, last + timedelta(seconds=WAIT_OF_LOGIN))
    if until > at:
        raise NotAllowed(
            "Too many failed attempts; try again in {seconds} seconds.",
            seconds=math.ceil((until - at).total_seconds()),
        )
    values = {"login": login, "source": source, "at": at, "succeeded": False}
    return add_row(connection, tried, values)


def _next_try(
    connection: Connection,
    at: datetime,
    free: int,
    whose: ColumnElement[bool],
    *,
    forgive: bool = False,
) -> datetime:
    """When the next try is let through; ``forgive``: a success wipes out the failures before it."""
    failures, last = _failures(connection, at, whose, forgive=forgive)
    return at if last is None else last + timedelta(seconds=wait(failures, free))


def _failures(
    connection: Connection, at: datetime, whose: ColumnElement[bool], *, forgive: bool = False
) -> tuple[int, datetime | None]:
    """How many failures there are up to this moment, and the last one's."""
    tried = sign_in_attempts
    # what a clock that was wrong has stamped with a later day counts for nothing
    failed = [whose, tried.c.at <= at, tried.c.succeeded.is_(False)]
    if forgive:
        success = select(func.max(tried.c.at)).where(whose, tried.c.at <= at, tried.c.succeeded)
        last_success = connection.scalar(success)
        if last_success is not None:
            failed.append(tried.c.at > last_success)
    count, last = connection.execute(
        select(func.count(), func.max(tried.c.at)).where(*failed)
    ).one()
    return count, last
