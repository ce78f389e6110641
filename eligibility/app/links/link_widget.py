"""A new link with its QR code, and the list of those that hold, on a page of the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import session
from eligibility.app.links.document import day
from eligibility.app.links.qr import qr_picture
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets.markup import tag

#: days that a link may be given
DAYS = (7, 30, 90)


def days_choice(key: str, default: int) -> int:
    """How long a new link shall hold."""
    words = {days: _("{n} days").format(n=days) for days in DAYS}
    chosen: int = st.segmented_control(
        _("Holds for"), DAYS, default=default, required=True, format_func=words.__getitem__, key=key
    )
    return chosen


def new_link(subject: str) -> None:
    """The address of a link that was just made, with its QR code; it is shown this once."""
    made = session.new_link(subject)
    if made is None:
        return
    with st.container(key="new-link", border=True):
        st.html(
            tag(
                "p",
                tag("strong", _("The link is ready.")),
                " ",
                _(
                    "Scan the code with WeChat, or send the address. It is shown this once: the "
                    "address is not kept here."
                ),
            )
        )
        st.html(tag("img", src=qr_picture(made[1]), alt=_("QR code of the link"), cls="qr"))
        st.code(made[1], language=None, wrap_lines=True)


def list_links(
    subject: str, rows: Sequence[Mapping[str, Any]], revoke: Callable[[int], None]
) -> None:
    """The links that hold, each with a button that ends it."""
    if not rows:
        return
    st.html(tag("p", tag("strong", _("Links that hold: {n}").format(n=len(rows)))))
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            words = _("{sender}, made on {day}, holds until {until}").format(
                sender=row["sender"], day=day(row["at"]), until=day(row["expires_at"])
            )
            st.html(tag("p", words, cls="task"))
            if st.button(_("Revoke"), key=f"revoke:{row['id']}"):
                guard.do(partial(_revoke, subject, row["id"], revoke))
                st.rerun()


def _revoke(subject: str, link_id: int, revoke: Callable[[int], None]) -> None:
    revoke(link_id)
    session.forget_link(subject, link_id)
