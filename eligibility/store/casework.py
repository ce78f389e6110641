"""Casework: tasks, notes, saved views and columns of the list of firms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, delete, insert, select

from eligibility.domain.errors import InputError, NotFound
from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.audit import AuditAction, write_audit
from eligibility.store.list_table import list_columns
from eligibility.store.rows import Facts, Row, clean, only, plain, slices
from eligibility.store.schema import (
    accounts,
    firms,
    notes,
    saved_views,
    tasks,
)

#: characters of a note or a remark, and of a task's title
LONGEST_NOTE, LONGEST_TITLE = 2000, 300
TASK = ("title", "due_on", "done", "assignee_id")


class Casework(Access):
    """What staff does for firms."""

    @open_to(STAFF)
    def tasks(self, firm_id: int | None = None, *, is_done: bool | None = None) -> list[Row]:
        """Tasks of a firm, or of all, the nearest day first, with ``firm`` and ``assignee``."""
        clauses = [] if firm_id is None else [tasks.c.firm_id == firm_id]
        if is_done is not None:
            clauses.append(tasks.c.done.is_(is_done))
        with self._reading() as connection:
            if firm_id is not None:
                self._seen_firm(connection, firm_id)
            return self._all(
                connection,
                select(*tasks.c, firms.c.name.label("firm"), accounts.c.name.label("assignee"))
                .select_from(
                    tasks.join(firms).outerjoin(accounts, accounts.c.id == tasks.c.assignee_id)
                )
                .where(self._visible(tasks), *clauses)
                .order_by(tasks.c.due_on.asc().nulls_last(), tasks.c.id),
            )

    @open_to(STAFF)
    def add_task(self, firm_id: int, values: Facts) -> int:
        """A new task of ``TASK`` fields, and its id."""
        entries = only(values, TASK)
        require_length(entries.get("title"), LONGEST_TITLE)
        with self._writing(moves_year=False) as connection:
            firm = self._seen_firm(connection, firm_id)
            self._adviser(connection, entries.get("assignee_id"), firm["carrier_id"])
            new_id = self._insert(
                connection,
                tasks,
                {
                    "firm_id": firm_id,
                    "account_id": self.actor.account_id,
                    "at": self._clock(),
                    "version": 1,
                    **entries,
                },
            )
            self._log(
                connection, AuditAction.TASK_ADD, firm_id, task=new_id, title=entries.get("title")
            )
        return new_id

    @open_to(STAFF)
    def add_tasks(
        self,
        firm_ids: Iterable[int],
        steps: Sequence[tuple[str, date]],
        assignee_id: int | None = None,
    ) -> int:
        """The same tasks for many firms at once, all or none; how many were new.

        Parameters
        ----------
        firm_ids : iterable of int
            NotFound if one of them is not to be seen.
        steps : sequence of (title, day)
            A firm that has an open task of that title and day gets no second one.
        assignee_id : int, optional
            Whose they are; each firm's adviser's if omitted.
        """
        for title, _due in steps:
            require_length(title, LONGEST_TITLE)
        with self._writing(moves_year=False) as connection:
            wanted = self._seen_firms(connection, firm_ids)
            known: set[tuple[int, str, date | None]] = set()
            for some in slices(wanted):
                whose = select(tasks.c.firm_id, tasks.c.title, tasks.c.due_on).where(
                    tasks.c.firm_id.in_(some), tasks.c.done.is_(False)
                )
                known |= {tuple(row) for row in connection.execute(whose)}
                for carrier in connection.scalars(
                    select(firms.c.carrier_id).where(firms.c.id.in_(some)).distinct()
                ):
                    self._adviser(connection, assignee_id, carrier)
            common = {
                "assignee_id": assignee_id, "account_id": self.actor.account_id,
                "at": self._clock(), "done": False, "version": 1,
            }  # fmt: skip
            rows: list[Row] = [
                {"firm_id": firm, "title": title, "due_on": due_on, **common}
                for firm in wanted
                for title, due_on in steps
                if (firm, title, due_on) not in known
            ]
            if rows:
                connection.execute(insert(tasks), [clean(tasks, row) for row in rows])
            counts = Counter(row["firm_id"] for row in rows)
            write_audit(
                connection,
                [
                    self._line(AuditAction.TASK_ADD, firm, {"tasks": count})
                    for firm, count in counts.items()
                ],
            )
        return len(rows)

    @open_to(STAFF)
    def save_task(self, task_id: int, values: Facts, version: int) -> int:
        """Change a task that stands at this version (``done`` closes it); the next version."""
        entries = only(values, TASK)
        require_length(entries.get("title"), LONGEST_TITLE)
        with self._writing(moves_year=False) as connection:
            before = self._one(connection, self._select(tasks, tasks.c.id == task_id))
            if "done" in entries and entries["done"] != before["done"]:
                entries["done_on"] = self._clock().astimezone().date() if entries["done"] else None
            firm = self._seen_firm(connection, before["firm_id"])
            self._adviser(connection, entries.get("assignee_id"), firm["carrier_id"])
            after = self._change(connection, tasks, tasks.c.id == task_id, entries, version)
            self._log(connection, AuditAction.TASK_CHANGE, firm["id"], task=task_id, **entries)
        return after

    @open_to(STAFF)
    def notes(self, firm_id: int) -> list[Row]:
        """Notes of staff on a firm, latest first, with ``by``; the firm itself never sees them."""
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            return self._all(
                connection,
                select(*notes.c, accounts.c.name.label("by"))
                .select_from(notes.outerjoin(accounts))
                .where(self._visible(notes), notes.c.firm_id == firm_id)
                .order_by(notes.c.at.desc(), notes.c.id.desc()),
            )

    @open_to(STAFF)
    def add_note(self, firm_id: int, text: str) -> int:
        """A new note, and its id; notes are not rewritten."""
        require_length(text, LONGEST_NOTE)
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            values = {"firm_id": firm_id, "text": text, "at": self._clock()}
            values["account_id"] = self.actor.account_id
            new_id = self._insert(connection, notes, values)
            self._log(connection, AuditAction.NOTE_ADD, firm_id, note=new_id)
        return new_id

    @open_to(STAFF)
    def views(self) -> list[Row]:
        """The actor's own saved views of the table of firms, by name."""
        with self._reading() as connection:
            return self._all(
                connection,
                select(saved_views).where(self._own_views()).order_by(saved_views.c.name),
            )

    @open_to(STAFF)
    def save_view(self, name: str, state: Facts) -> int:
        """Keep a view under a name, in place of the actor's own of that name; its id."""
        with self._writing(moves_year=False) as connection:
            connection.execute(
                delete(saved_views).where(self._own_views(), saved_views.c.name == name)
            )
            values = {"account_id": self.actor.account_id, "name": name, "state": plain(state)}
            return self._insert(connection, saved_views, {**values, "at": self._clock()})

    @open_to(STAFF)
    def delete_view(self, view_id: int) -> None:
        """Forget one of the actor's own views."""
        with self._writing(moves_year=False) as connection:
            gone = connection.execute(
                delete(saved_views).where(self._own_views(), saved_views.c.id == view_id)
            )
            if gone.rowcount != 1:
                raise NotFound("That is not here.")

    @open_to(STAFF)
    def list_columns(self) -> list[str]:
        """The columns that the actor has chosen for the list of firms, in that order; none: all."""
        with self._reading() as connection:
            chosen = connection.scalar(select(list_columns.c.columns).where(self._own_list()))
        return list(chosen or ())

    @open_to(STAFF)
    def save_list_columns(self, columns: Sequence[str]) -> None:
        """Keep the actor's columns of the list of firms, in place of those chosen before."""
        with self._writing(moves_year=False) as connection:
            connection.execute(delete(list_columns).where(self._own_list()))
            values = {"account_id": self.actor.account_id, "columns": list(columns)}
            self._insert(connection, list_columns, values)

    def _own_list(self) -> ColumnElement[bool]:
        return list_columns.c.account_id.is_not_distinct_from(self.actor.account_id)

    def _own_views(self) -> ColumnElement[bool]:
        return saved_views.c.account_id.is_not_distinct_from(self.actor.account_id)


def require_length(text: object, most: int) -> None:
    """InputError where a text is longer than so many characters."""
    if isinstance(text, str) and len(text) > most:
        raise InputError(
            "This has {length} characters; at most {allowed} can be kept. Nothing was stored.",
            length=len(text), allowed=most,
        )  # fmt: skip
