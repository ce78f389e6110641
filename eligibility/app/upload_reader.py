"""Uploaded workbooks are read beside the server, as long as the tab that waits for them is open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from eligibility.app.translation import text as _
from eligibility.intake.reader_process import Limits, configure, readers_busy

#: of a workbook that was uploaded; the pages come first
LIMITS = Limits(seconds=30, niceness=10)


def configure_reader() -> None:
    """Set what an uploaded workbook may take, and end its reader with the tab."""
    configure(LIMITS, _tab_watch)


def _tab_watch() -> Callable[[], bool]:
    """What tells whether the tab in whose thread it is called has been closed."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: False
    session, server = context.session_id, runtime.get_instance()
    return lambda: not server.is_active_session(session)


def wait_notice() -> AbstractContextManager[None]:
    """What says meanwhile that other files are read first, if they are."""
    if not readers_busy():
        return nullcontext()
    return st.spinner(_("Other files are being read; this one follows."))
