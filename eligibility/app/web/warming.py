"""Beside the pages: load what the first person of the day would otherwise wait for, and follow the store.

Pages import the engine, the model and the plots when they first need them, which takes a second
and more of each and holds up everybody else's pages meanwhile. It is done beside the first requests,
so that the server answers at once. Commands and other processes write to the same store: the year is
worked out again after them too.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from importlib import import_module
from pkgutil import walk_packages
from threading import Event, Thread

import streamlit as st

from eligibility import app
from eligibility.app import cache
from eligibility.app.web import errors
from eligibility.store import Repository, Role, System

log = logging.getLogger("eligibility.app")
#: seconds between two looks whether another program has written to the store
WATCH = 10.0


@asynccontextmanager
async def warm(_: st.App) -> AsyncIterator[None]:
    """While the server runs; what is loaded is loaded beside its first requests."""
    stop = Event()
    Thread(target=load, name="warming", daemon=True).start()
    Thread(target=follow_writes, args=(stop,), name="following", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def follow_writes(stop: Event) -> None:
    """Work out the year again whenever the store was written to, by whichever program, until stopped."""
    before: object = None
    while not stop.wait(WATCH):
        # a store that is away is told at the next look at a page
        with suppress(Exception):
            now = cache.outlook_state(Repository(cache.engine(), System(Role.MANAGER)))
            if now != before:
                cache.refresh_outlooks()
            before = now


def load() -> None:
    """Everything that pages share, once."""
    try:
        for module in walk_packages(app.__path__, f"{app.__name__}."):
            # a page is a script: it draws when it is imported
            if not module.name.endswith("_page"):
                import_module(module.name)
        # personal data is not kept beyond its time
        Repository(cache.engine(), System(Role.MANAGER)).contacts.erase_expired()
        cache.city()
        cache.model()
        # managers read the year first
        cache.outlook(Repository(cache.engine(), System(Role.MANAGER)), date.today().year)
        # a million objects that stay as long as the server need not be looked through again and again
        gc.collect()
        gc.freeze()
    # a page that needs it tells whoever looks, in a sentence
    except Exception as error:
        log.error("not loaded beforehand: %s", errors.where(error))
