"""Courses that were held, and the firms that came to each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, insert, select

from eligibility.domain.errors import InputError
from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.casework import LONGEST_TITLE, require_length
from eligibility.store.course_table import course_attendance
from eligibility.store.rows import Row
from eligibility.store.schema import firms


class Courses(Access):
    """Which firms came to which course; the firms themselves never see it."""

    @open_to(STAFF)
    def attendance(self, year: int) -> list[Row]:
        """Who came to courses of a year, by day: ``course``, ``held_on``, ``firm_id``, ``firm``, ``stage_since``."""
        with self._reading() as connection:
            return self._all(
                connection,
                select(
                    course_attendance.c.course,
                    course_attendance.c.held_on,
                    course_attendance.c.firm_id,
                    firms.c.name.label("firm"),
                    firms.c.stage_since,
                )
                .join_from(course_attendance, firms)
                .where(
                    self._visible(course_attendance),
                    course_attendance.c.held_on.between(date(year, 1, 1), date(year, 12, 31)),
                )
                .order_by(
                    course_attendance.c.held_on,
                    course_attendance.c.course,
                    firms.c.name_order,
                    firms.c.id,
                ),
            )

    @open_to(STAFF)
    def save(self, course: str, held_on: date, firm_ids: Iterable[int]) -> int:
        """Record the firms that came, in place of those on record that may be seen; their number.

        Raises
        ------
        InputError
            If the course has no title, or its day is to come.
        """
        title, now = course.strip(), self._clock()
        if not title:
            raise InputError("A course needs its title.")
        if held_on > now.date():
            raise InputError("The course of {day} has not been held yet.", day=held_on)
        require_length(title, LONGEST_TITLE)
        came = sorted(set(firm_ids))
        own = (course_attendance.c.course == title) & (course_attendance.c.held_on == held_on)
        with self._writing(moves_year=False) as connection:
            for firm_id in came:
                self._seen_firm(connection, firm_id)
            seen = select(course_attendance.c.firm_id).where(own, self._visible(course_attendance))
            before = set(connection.scalars(seen))
            gone = before - set(came)
            if gone:
                connection.execute(
                    delete(course_attendance).where(own, course_attendance.c.firm_id.in_(gone))
                )
            rows = [
                {
                    "firm_id": firm_id,
                    "course": title,
                    "held_on": held_on,
                    "account_id": self.actor.account_id,
                    "at": now,
                }
                for firm_id in came
                if firm_id not in before
            ]
            if rows:
                connection.execute(insert(course_attendance), rows)
            for firm_id in sorted(before ^ set(came)):
                self._log(
                    connection, AuditAction.COURSE_SAVE, firm_id,
                    title=title, day=held_on, came=firm_id in came,
                )  # fmt: skip
        return len(came)
