"""Which roles may open which page, and what stands at its address for the others.

An address always leads somewhere: to the page, to the sign-in that leads to it, or to the
sentence that says it is for others. Every page checks the role itself as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from eligibility.app import who
from eligibility.app.components import signing
from eligibility.store import Role

#: the address of the first page one may open, as a second name of it
HOME = "home"


@dataclass(frozen=True)
class Door:
    """One page: its script, its title, its address, and who may open it."""

    script: Path
    title: str
    address: str
    roles: Collection[Role]
    #: reached from other pages, not from the navigation
    hidden: bool = False


def opened(groups: Mapping[str, Sequence[Door]]) -> dict[str, list[st.Page]]:
    """The pages for whoever looks, by group; the first that one may open is the home page."""
    role = who.actor().role
    doors = [door for group in groups.values() for door in group]
    home = next(door for door in doors if role in door.roles)
    pages = {
        title: [
            st.Page(
                door.script,
                title=door.title,
                url_path=door.address,
                visibility="hidden" if door.hidden else "visible",
            )
            for door in group
            if role in door.roles
        ]
        for title, group in groups.items()
    }
    closed = [
        st.Page(signing.closed, title=door.title, url_path=door.address, visibility="hidden")
        for door in doors
        if role not in door.roles
    ]
    first = st.Page(home.script, title=home.title, url_path=HOME, default=True, visibility="hidden")
    pages[next(iter(pages))] += [*closed, first]
    return {title: group for title, group in pages.items() if group}
