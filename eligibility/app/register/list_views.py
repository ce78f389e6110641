"""How the list of firms looks to one person: its columns, and the views saved by name."""

from __future__ import annotations

from functools import partial

import streamlit as st

from eligibility.app import address
from eligibility.app.register import firms_export, firms_query
from eligibility.app.register.firms_query import FirmListQuery
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import disclosure, guard
from eligibility.app.widgets.markup import literal
from eligibility.domain.text import Message, msgid
from eligibility.store import Repository


def choose_columns(repository: Repository, choice: FirmListQuery) -> None:
    """Which columns the list shows and in which order; kept for the person, and in a saved view."""
    section = disclosure.popover(_("Columns"), "columns", ":material/view_column:")
    if section is None:
        return
    titles = {name: column.title for name, column in firms_export.columns(language()).items()}
    with section:
        st.multiselect(
            _("Columns in the order in which they are chosen; none: all"),
            list(titles),
            format_func=titles.__getitem__,
            key=address.query_widget_key(address.COLUMNS, list(choice.columns)),
            on_change=guard.do,
            args=(partial(_keep_columns, repository),),
        )


def _keep_columns(repository: Repository) -> None:
    """The columns chosen, in the address and for the next time that this person opens the list."""
    address.set_columns_from_widget()
    columns = firms_query.choice(address.list_query()).columns
    repository.casework.save_list_columns(columns)


def views(repository: Repository) -> None:
    """Saved views: one brings its filters back; the present ones can be saved."""
    views = {view["id"]: view for view in repository.casework.views()}
    with st.container(horizontal=True, vertical_alignment="bottom", key="views", width="content"):
        if views:
            st.selectbox(
                _("Saved views"),
                list(views),
                None,
                format_func=lambda view: views[view]["name"],
                placeholder=_("choose one"),
                key=address.VIEW,
                on_change=address.open_view,
                args=({view: views[view]["state"] for view in views},),
                width=220,
                label_visibility="collapsed",
            )
        with st.popover(_("Save this view")):
            st.text_input(_("Name of the view"), key=address.VIEW_NAME, max_chars=100)
            st.button(_("Save"), on_click=guard.do, args=(partial(_save_view, repository),))
            for view in views.values():
                st.button(
                    _("Forget “{name}”").format(name=literal(view["name"])),
                    key=f"forget:{view['id']}",
                    on_click=guard.do,
                    args=(partial(_forget_view, repository, view["id"]),),
                    type="tertiary",
                )


def _save_view(repository: Repository) -> Message:
    name = address.view_name()
    if not name:
        return Message(msgid("Name the view first."))
    query = address.list_query()
    repository.casework.save_view(
        name, {part: query[part] for part in address.ASKED if part in query}
    )
    return Message(msgid("The view “{name}” is saved."), {"name": name})


def _forget_view(repository: Repository, view_id: int) -> Message:
    repository.casework.delete_view(view_id)
    return Message(msgid("The view is forgotten."))
