"""Buttons that make a file when they are pressed, for whoever may still have it then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from eligibility.app import auth
from eligibility.app.web.redraw import redrawing
from eligibility.domain.errors import NotAllowed


def button(
    label: str, make: Callable[[], bytes | str], *, file_name: str, mime: str, **look: Any
) -> None:
    """A button for a file; it is made only while whoever looks has the rights of this drawing.

    Parameters
    ----------
    label : str
    make : callable
        Gives the file's content. Streamlit calls it when the button is pressed, without running
        the page again, so that the page's own check of rights does not count.
    file_name, mime : str
    look : keyword arguments of ``st.download_button``
    """
    st.download_button(
        label,
        data=with_same_rights(make),
        file_name=file_name,
        mime=mime,
        on_click="ignore",
        **look,
    )


def with_same_rights(make: Callable[[], bytes | str]) -> Callable[[], bytes | str]:
    """The same, but NotAllowed if the rights of whoever looks are others than now.

    The page is then drawn again as it is for that person, with the sentence that says why.
    """
    repository, redraw = auth.repository(), redrawing()
    rights = auth.actor()

    def again() -> bytes | str:
        try:
            repository.require(rights)
        except NotAllowed:
            redraw()
            raise
        return make()

    return again
