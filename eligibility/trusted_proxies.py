"""Proxies in front of a server of ours, whose word on a client's address it takes."""

from __future__ import annotations

import os
from ipaddress import ip_network

from eligibility.domain.errors import InputError

PROXIES = "ELIGIBILITY_TRUSTED_PROXIES"


def trusted_proxies() -> list[str]:
    """Addresses and networks of the proxies whose ``X-Forwarded-For`` and ``-Proto`` hold.

    Raises
    ------
    InputError
        If one is neither an address nor a network.
    """
    names = [name.strip() for name in os.environ.get(PROXIES, "").split(",") if name.strip()]
    for name in names:
        try:
            ip_network(name)
        except ValueError as error:
            raise InputError(
                "{variable} names {value}, which is no IP address and no network such as "
                "10.0.0.0/8.",
                variable=PROXIES, value=name,
            ) from error  # fmt: skip
    return names
