"""Which sessions show a field to upload a file; the server takes files of these only.

Pages draw every such field by ``upload_field``, so that the server knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

_shown: set[str] = set()
_drawn: set[str] = set()


def upload_field(
    label: str, types: Sequence[str], key: str, on_change: Callable[[], None] | None = None
) -> UploadedFile | None:
    """A field to upload one file of these types, which the server then takes of this session."""
    _mark_field()
    return st.file_uploader(label, type=list(types), key=key, on_change=on_change)


def upload_fields(label: str, types: Sequence[str], key: str) -> list[UploadedFile]:
    """A field to upload several files of these types."""
    _mark_field()
    return st.file_uploader(label, type=list(types), key=key, accept_multiple_files=True)


def _mark_field() -> None:
    if (session := _session_id()) is not None:
        _shown.add(session)
        _drawn.add(session)


@contextmanager
def page_run() -> Iterator[None]:
    """Around a run of a whole page: at its end the session shows the fields that it drew."""
    session = _session_id()
    if session is None:
        yield
        return
    _drawn.discard(session)
    interrupted = False
    try:
        yield
    except RerunException:
        # the page in front of the person is still the one before, until the next run has drawn
        interrupted = True
        raise
    finally:
        if not interrupted and session not in _drawn:
            _shown.discard(session)


def are_shown(session: str) -> bool:
    """Does the page of a session show a field to upload a file?"""
    return session in _shown


def forget(session: str) -> None:
    """The session has ended."""
    _shown.discard(session)
    _drawn.discard(session)


def _session_id() -> str | None:
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else context.session_id
