"""When the server starts: load what the first person of the day would otherwise wait for.

Pages import the engine, the model and the plots when they first need them, which takes a second
and more of each and holds up everybody else's pages meanwhile. It is done beside the first requests,
so that the server answers at once.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from importlib import import_module
from pkgutil import walk_packages
from threading import Thread

import streamlit as st

from eligibility import app
from eligibility.app import cache
from eligibility.app.web import errors
from eligibility.store import Repository, Role, System

log = logging.getLogger("eligibility.app")


@asynccontextmanager
async def warm(_: st.App) -> AsyncIterator[None]:
    """While the server runs; what is loaded is loaded beside its first requests."""
    Thread(target=load, name="warming", daemon=True).start()
    yield


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
