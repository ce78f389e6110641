"""The app's door: the server, the language, the pages. ``streamlit run streamlit_app.py`` opens it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from eligibility.app import doors, state, turns, who
from eligibility.app.components import frame, signing
from eligibility.app.doors import Door
from eligibility.app.web import errors, guard, routes, server, upload_fields, warming
from eligibility.store import ANYONE, LEADS, STAFF, Role

PAGES = Path("eligibility") / "app"
FIRMS, ALONE = frozenset({Role.FIRM}), frozenset({Role.LOCAL})
TEAM = STAFF - ALONE


def pages(*, known: bool) -> dict[str, list[Door]]:
    """Every page, by its group in the bar; what stands in no bar is reached from other pages."""
    _ = state.language().text
    account = _("Account") if known else _("Sign in")
    return {
        "": [
            Door(PAGES / "staff/overview.py", _("Overview"), "overview", STAFF, first=TEAM),
            Door(PAGES / "staff/firms.py", _("All firms"), "staff-firms", STAFF),
            Door(PAGES / "staff/imports.py", _("Import"), "import", STAFF),
            Door(PAGES / "staff/outcomes.py", _("Applications"), "applications", STAFF),
            Door(PAGES / "year.py", _("Year"), "year", STAFF),
            Door(PAGES / "screening.py", _("Screen a file"), "firms", STAFF, first=ALONE),
            Door(PAGES / "start.py", _("Self-assessment"), "start", ANYONE, first=FIRMS),
            Door(PAGES / "wizard.py", _("Steps"), "steps", ANYONE, bar=()),
            Door(PAGES / "result.py", _("Result"), "result", ANYONE, bar=()),
            Door(PAGES / "firm.py", _("One firm"), "firm", ANYONE, bar=()),
            Door(PAGES / "plan.py", _("Plan"), "plan", ANYONE, bar=()),
            Door(PAGES / "staff/firm.py", _("A firm"), "staff-firm", STAFF, bar=()),
        ],
        _("Reference"): [
            Door(PAGES / "rules.py", _("Rules"), "rules", ANYONE),
            Door(PAGES / "field.py", _("Technical field"), "field", ANYONE),
            Door(PAGES / "model.py", _("Model"), "model", ANYONE, bar=STAFF),
        ],
        _("Settings"): [
            Door(PAGES / "administration.py", _("Administration"), "admin", LEADS),
            Door(PAGES / "account.py", account, "account", ANYONE),
        ],
    }


def show() -> None:
    """One page, for whoever looks."""
    st.set_page_config(layout="wide", page_icon=frame.ICON)
    frame.style()
    frame.masthead()
    frame.own_words(state.language())
    actor = who.actor()
    person = who.person()
    page = st.navigation(doors.opened(pages(known=person is not None), actor.role), position="top")
    signing.ended(person, state.language())
    signing.said(state.language())
    page.run()
    frame.footer()


if __name__ == "__main__":
    with turns.turn(), upload_fields.page_run():
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
        on_script_error=errors.failed,
    )
