"""Which roles may open which page, what their bar offers, and what stands at closed addresses.

An address always leads somewhere: to the page, to the sign-in that leads to it, or to the
sentence that says it is for others. Every page checks the role itself as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from eligibility.app.components import signing
from eligibility.store import Role

#: a bar of so many pages needs no menus
FEW = 6


@dataclass(frozen=True)
class Door:
    """One page: its script, its title, its address, and who may open it."""

    script: Path
    title: str
    address: str
    roles: Collection[Role]
    #: whose bar offers it, if not that of all who may open it
    bar: Collection[Role] | None = None
    #: whose first page it is
    first: Collection[Role] = ()

    def offered(self, role: Role) -> bool:
        """Does the bar of this role offer it?"""
        return role in self.roles and (self.bar is None or role in self.bar)


def opened(groups: Mapping[str, Sequence[Door]], role: Role) -> dict[str, list[st.Page]]:
    """The pages for this role, by their menu; those of no menu under no name."""
    doors = [door for group in groups.values() for door in group]
    few = sum(door.offered(role) for door in doors) <= FEW
    pages: dict[str, list[st.Page]] = {"": []}
    for name, group in groups.items():
        offered = [door for door in group if door.offered(role)]
        menu = "" if few or len(offered) == 1 else name
        pages.setdefault(menu, []).extend(_offered(door, role) for door in offered)
    pages[""] += [
        _page(door.script if role in door.roles else signing.closed, door, "hidden")
        for door in doors
        # the first page stands at the bare address as well
        if role in door.first or not door.offered(role)
    ]
    return {menu: held for menu, held in pages.items() if held}


def _offered(door: Door, role: Role) -> st.Page:
    if role in door.first:
        return st.Page(door.script, title=door.title, url_path="home", default=True)
    return _page(door.script, door, "visible")


def _page(
    shows: Path | Callable[[], None], door: Door, visibility: Literal["visible", "hidden"]
) -> st.Page:
    return st.Page(shows, title=door.title, url_path=door.address, visibility=visibility)
