"""Who looks at the page, and the store as that person may see it."""

from __future__ import annotations

from eligibility.app import cache
from eligibility.store import LOCAL, VISITOR, Actor, Repository


def actor() -> Actor:
    """The person signed in; the one person of a store without accounts; else a visitor."""
    return VISITOR if cache.accounts().any_accounts() else LOCAL


def repository() -> Repository:
    """The store, as this person may see it."""
    return Repository(cache.engine(), actor())
