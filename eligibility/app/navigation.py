"""Navigation: which roles may open which page, what their bar offers, and what stands at closed addresses.

An address always leads somewhere: to the page, to the sign-in that leads to it, or to the
sentence that says it is for others. Every page checks the role itself as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import streamlit as st

from eligibility.app.account import sign_in
from eligibility.app.page_files import PAGES
from eligibility.app.translation import text as _
from eligibility.store import ANYONE, LEADS, STAFF, Role

#: a bar of so many pages needs no menus
FEW = 6
FIRMS, ALONE = frozenset({Role.FIRM}), frozenset({Role.LOCAL})
TEAM = STAFF - ALONE


@dataclass(frozen=True)
class PageEntry:
    """One page: its script, its title, its address, and who may open it."""

    script: Path
    title: str
    address: str
    roles: Collection[Role]
    #: whose bar offers it, if not that of all who may open it
    bar: Collection[Role] | None = None
    #: whose first page it is
    first: Collection[Role] = ()

    def is_in_bar(self, role: Role) -> bool:
        """Does the bar of this role offer it?"""
        return role in self.roles and (self.bar is None or role in self.bar)


def pages(*, signed_in: bool) -> dict[str, list[PageEntry]]:
    """Every page, by its group in the bar; what stands in no bar is reached from other pages."""
    account = _("Account") if signed_in else _("Sign in")
    return {
        "": [
            PageEntry(
                PAGES / "register/overview_page.py", _("Overview"), "overview", STAFF, first=TEAM
            ),
            PageEntry(PAGES / "register/desk_page.py", _("Desk"), "desk", STAFF),
            PageEntry(PAGES / "register/firms_page.py", _("All firms"), "staff-firms", STAFF),
            PageEntry(PAGES / "register/import_page.py", _("Import"), "import", STAFF),
            PageEntry(
                PAGES / "register/applications_page.py", _("Applications"), "applications", STAFF
            ),
            PageEntry(
                PAGES / "register/certificates_page.py", _("Certified firms"), "certified", STAFF
            ),
            PageEntry(PAGES / "year/year_page.py", _("Year"), "year", STAFF),
            PageEntry(
                PAGES / "screening/screening_page.py",
                _("Screen a file"),
                "firms",
                STAFF,
                first=ALONE,
            ),
            PageEntry(
                PAGES / "self_assessment/start_page.py",
                _("Self-assessment"),
                "start",
                ANYONE,
                first=FIRMS,
            ),
            PageEntry(
                PAGES / "self_assessment/precheck_page.py",
                _("Ten questions"),
                "precheck",
                ANYONE,
                bar=(),
            ),
            PageEntry(PAGES / "self_assessment/steps_page.py", _("Steps"), "steps", ANYONE, bar=()),
            PageEntry(
                PAGES / "self_assessment/papers_page.py", _("Papers"), "papers", ANYONE, bar=()
            ),
            PageEntry(
                PAGES / "self_assessment/reconciliation_page.py",
                _("The three books"),
                "books",
                ANYONE,
                bar=(),
            ),
            PageEntry(
                PAGES / "self_assessment/official_form_page.py",
                _("Official form"),
                "form",
                ANYONE,
                bar=(),
            ),
            PageEntry(
                PAGES / "self_assessment/result_page.py", _("Result"), "result", ANYONE, bar=()
            ),
            PageEntry(PAGES / "firm/firm_page.py", _("One firm"), "firm", ANYONE, bar=()),
            PageEntry(PAGES / "firm/plan_page.py", _("Plan"), "plan", ANYONE, bar=()),
            PageEntry(PAGES / "register/firm_page.py", _("A firm"), "staff-firm", STAFF, bar=()),
            PageEntry(PAGES / "register/inbox_page.py", _("Inbox"), "inbox", STAFF, bar=()),
        ],
        _("Reference"): [
            PageEntry(PAGES / "reference/rules_page.py", _("Rules"), "rules", ANYONE),
            PageEntry(
                PAGES / "reference/technical_field_page.py", _("Technical field"), "field", ANYONE
            ),
            PageEntry(PAGES / "reference/model_page.py", _("Model"), "model", ANYONE, bar=STAFF),
        ],
        _("Settings"): [
            PageEntry(PAGES / "year/assumptions_page.py", _("Assumptions"), "assumptions", LEADS),
            PageEntry(
                PAGES / "account/administration_page.py", _("Administration"), "admin", LEADS
            ),
            PageEntry(PAGES / "account/account_page.py", account, "account", ANYONE),
        ],
    }


def pages_for_role(
    groups: Mapping[str, Sequence[PageEntry]], role: Role
) -> dict[str, list[st.Page]]:
    """The pages for this role, by their menu; those of no menu under no name."""
    doors = [door for group in groups.values() for door in group]
    few = sum(door.is_in_bar(role) for door in doors) <= FEW
    pages: dict[str, list[st.Page]] = {"": []}
    for name, group in groups.items():
        offered = [door for door in group if door.is_in_bar(role)]
        menu = "" if few or len(offered) == 1 else name
        pages.setdefault(menu, []).extend(_page_of_bar(door, role) for door in offered)
    pages[""] += [
        _page(door.script if role in door.roles else sign_in.refused_page, door, "hidden")
        for door in doors
        # the first page stands at the bare address as well
        if role in door.first or not door.is_in_bar(role)
    ]
    return {menu: doors for menu, doors in pages.items() if doors}


def _page_of_bar(door: PageEntry, role: Role) -> st.Page:
    if role in door.first:
        return copy(_new_page(door.script, door.title, "home", default=True))
    return _page(door.script, door, "visible")


def _page(
    shows: Path | Callable[[], None], door: PageEntry, visibility: Literal["visible", "hidden"]
) -> st.Page:
    return copy(_new_page(shows, door.title, door.address, visibility))


@lru_cache(maxsize=256)
def _new_page(
    shows: Path | Callable[[], None],
    title: str,
    address: str,
    visibility: Literal["visible", "hidden"] = "visible",
    *,
    default: bool = False,
) -> st.Page:
    """A page to be copied for each run, which marks the one that it opens: its file is looked up once."""
    return st.Page(shows, title=title, url_path=address, visibility=visibility, default=default)
