"""The app: what a page has around it, and the server that shows it.

``streamlit_app.py``, on top of the project and here for who installed the package, makes its
``st.App`` of ``server_options`` when the server loads it, and calls ``run_page`` when Streamlit runs it for a page.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from eligibility.app import auth, navigation, page_memo, run_queue
from eligibility.app.account import sign_in
from eligibility.app.web import errors, guard, link_routes, routes, server, upload_fields, warming
from eligibility.app.widgets import frame


def run_page() -> None:
    """One page, for whoever looks."""
    with run_queue.turn(), upload_fields.page_run(), page_memo.page_run():
        st.set_page_config(layout="wide", page_icon=frame.ICON)
        frame.style()
        frame.masthead()
        frame.own_words()
        actor = auth.actor()
        person = auth.person()
        page = st.navigation(
            navigation.pages_for_role(navigation.pages(signed_in=person is not None), actor.role),
            position="top",
        )
        sign_in.show_signed_out(person)
        sign_in.form_result()
        page.run()
        frame.footer()


def server_options() -> dict[str, Any]:
    """What the server of a script that runs pages is made with; it ends here where others could reach it unasked."""
    server.configure()
    guard.refuse_exposed()
    errors.keep_messages_out()
    return {
        "routes": [*routes.ROUTES, *link_routes.ROUTES],
        "middleware": guard.MIDDLEWARE,
        "lifespan": warming.warm,
        "on_script_error": errors.show_failure,
    }
