"""The app's door: the server, the language, the pages. ``streamlit run streamlit_app.py`` opens it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from eligibility.app import doors, state
from eligibility.app.components import frame, signing
from eligibility.app.doors import Door
from eligibility.app.web import errors, guard, routes
from eligibility.store import ANYONE, LEADS, STAFF

PAGES = Path("eligibility") / "app"


def show() -> None:
    """One page, for whoever looks."""
    st.set_page_config(layout="wide", page_icon=frame.ICON)
    frame.style()
    frame.masthead()
    _ = state.language().text
    frame.own_words(state.language())
    page = st.navigation(
        doors.opened(
            {
                "": [
                    Door(PAGES / "screening.py", _("Firms"), "firms", STAFF),
                    Door(PAGES / "start.py", _("Self-assessment"), "start", ANYONE),
                    Door(PAGES / "wizard.py", _("Steps"), "steps", ANYONE, hidden=True),
                    Door(PAGES / "result.py", _("Result"), "result", ANYONE, hidden=True),
                    Door(PAGES / "firm.py", _("One firm"), "firm", ANYONE),
                    Door(PAGES / "plan.py", _("Plan"), "plan", ANYONE),
                    Door(PAGES / "field.py", _("Technical field"), "field", ANYONE),
                    Door(PAGES / "rules.py", _("Rules"), "rules", ANYONE),
                    Door(PAGES / "model.py", _("Model"), "model", ANYONE),
                    Door(PAGES / "staff/overview.py", _("Overview"), "overview", STAFF),
                    Door(PAGES / "year.py", _("Year"), "year", STAFF),
                    Door(PAGES / "staff/firms.py", _("All firms"), "staff-firms", STAFF),
                    Door(PAGES / "staff/firm.py", _("A firm"), "staff-firm", STAFF),
                    Door(PAGES / "staff/imports.py", _("Import"), "import", STAFF),
                    Door(PAGES / "staff/outcomes.py", _("Applications"), "applications", STAFF),
                    Door(PAGES / "administration.py", _("Administration"), "admin", LEADS),
                    Door(PAGES / "account.py", _("Account"), "account", ANYONE),
                ],
            }
        ),
        position="top",
    )
    signing.said(state.language())
    page.run()
    frame.footer()


if __name__ == "__main__":
    show()
else:
    # the server imports this file for the app, and then runs it as a script for every page
    guard.refuse_exposed()
    errors.keep_messages_out()
    app = st.App(
        __file__,
        routes=routes.ROUTES,
        middleware=guard.MIDDLEWARE,
        on_script_error=errors.failed,
    )
