"""Drawing an open page again from outside its run, as where a file is refused that it offered."""

from __future__ import annotations

from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def redrawing() -> Callable[[], None]:
    """What draws the page of this session again, from whatever thread.

    Streamlit makes a file beside the page's run, where nothing can be drawn, and has no public way
    to ask for another run from there; it does the same itself when a source file changes.
    """
    context = get_script_run_ctx()

    def redraw() -> None:
        if context is None or not runtime.exists():
            return
        server = runtime.get_instance()
        info = server._session_mgr.get_active_session_info(context.session_id)
        if info is not None:
            again = info.session.request_rerun
            server._get_async_objs().eventloop.call_soon_threadsafe(
                again, info.session._client_state
            )

    return redraw
