"""The app's door: the server, the language, the pages. ``streamlit run streamlit_app.py`` opens it."""

from __future__ import annotations

import streamlit as st

from eligibility.app import auth, navigation, run_queue
from eligibility.app.account import sign_in
from eligibility.app.web import errors, guard, routes, server, upload_fields, warming
from eligibility.app.widgets import frame


def show() -> None:
    """One page, for whoever looks."""
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


if __name__ == "__main__":
    with run_queue.turn(), upload_fields.page_run():
        show()
else:
    # the server imports this file for the app, and then runs it as a script for every page
    server.configure()
    guard.refuse_exposed()
    errors.keep_messages_out()
    app = st.App(
        __file__,
        routes=routes.ROUTES,
        middleware=guard.MIDDLEWARE,
        lifespan=warming.warm,
        on_script_error=errors.show_failure,
    )
