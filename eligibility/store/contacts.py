"""Contacts: the persons of a firm that its adviser speaks with (personal data).

Seen by whom the firm's figures are seen by; never in the log. They are kept for ``RETENTION`` from the
day that somebody last confirmed them, and erased at once when it is asked for. docs/privacy.md says it
to those whom it concerns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete

from eligibility.domain.errors import InputError
from eligibility.store.access import Access, open_to
from eligibility.store.actors import ANYONE, LEADS, STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.exchange_tables import contacts
from eligibility.store.rows import Row, check_text, only, slices

#: persons of a firm, and how long they are kept after they were last confirmed
MOST_PERSONS, RETENTION = 3, timedelta(days=3 * 365)
#: what is kept of a person, and how many characters
LENGTHS = {"name": 60, "post": 60, "phone": 40, "wechat": 60, "mail": 120}
_PHONE = re.compile(r"[\d+()（） \-转ext.]{5,}")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


class ContactList(NamedTuple):
    """The persons of a firm, when they were last confirmed, and their version (0: nobody yet)."""

    persons: list[Row]
    confirmed_at: datetime | None
    version: int


class Contacts(Access):
    """The persons of firms."""

    @open_to(ANYONE)
    def of_firm(self, firm_id: int) -> ContactList:
        """The persons of one firm; each a mapping of ``LENGTHS``, blanks left out."""
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            wanted = self._select(contacts, contacts.c.firm_id == firm_id)
            row = connection.execute(wanted).mappings().first()
        if row is None:
            return ContactList([], None, 0)
        persons = row["persons"] if row["confirmed_at"] > self._clock() - RETENTION else []
        return ContactList(persons, row["confirmed_at"], row["version"])

    @open_to(STAFF)
    def of_firms(self, firm_ids: Iterable[int]) -> dict[int, list[Row]]:
        """Firm → its persons, of the firms asked for that have some and are to be seen."""
        result: dict[int, list[Row]] = {}
        with self._reading() as connection:
            for some in slices(sorted(set(firm_ids))):
                wanted = self._select(contacts, contacts.c.firm_id.in_(some), self._is_current())
                rows = connection.execute(wanted).mappings()
                result |= {row["firm_id"]: row["persons"] for row in rows}
        return result

    @open_to(ANYONE)
    def save(self, firm_id: int, persons: Sequence[Mapping[str, Any]], version: int) -> int:
        """Put these persons in the place of those at this version, confirmed now; the next version.

        Raises
        ------
        InputError
            If there are too many, one has no name, or a phone or mail is none.
        Conflict
            If someone else changed them since.
        """
        entries = [cleaned for person in persons if (cleaned := _require_person(person))]
        if len(entries) > MOST_PERSONS:
            raise InputError("At most {count} persons of a firm are kept.", count=MOST_PERSONS)
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            values = {
                "persons": entries,
                "account_id": self.actor.account_id,
                "confirmed_at": self._clock(),
            }
            after = self._put(connection, contacts, {"firm_id": firm_id}, values, version)
            self._log(connection, AuditAction.CONTACTS_SAVE, firm_id)
        return after

    @open_to(ANYONE)
    def erase(self, firm_id: int) -> None:
        """Erase all persons of a firm at once, as whoever is one of them may ask."""
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            connection.execute(delete(contacts).where(contacts.c.firm_id == firm_id))
            self._log(connection, AuditAction.CONTACTS_ERASE, firm_id)

    @open_to(LEADS)
    def erase_expired(self) -> int:
        """Erase what has been kept for its time; the number of firms that it was of."""
        with self._writing(moves_year=False) as connection:
            return connection.execute(delete(contacts).where(~self._is_current())).rowcount

    def _is_current(self) -> ColumnElement[bool]:
        return contacts.c.confirmed_at > self._clock() - RETENTION


def _require_person(person: Mapping[str, Any]) -> Row:
    """A person as it is kept; nothing where all is blank. InputError says what cannot be."""
    given = {
        name: " ".join(str(value or "").split()) for name, value in only(person, LENGTHS).items()
    }
    kept = {name: value for name, value in given.items() if value}
    if not kept:
        return {}
    for name, value in kept.items():
        check_text(name, value)
        if len(value) > LENGTHS[name]:
            raise InputError(
                "{field} is too long: {length} characters, expected at most {allowed}.",
                field=name, length=len(value), allowed=LENGTHS[name],
            )  # fmt: skip
    if "name" not in kept:
        raise InputError("A contact needs a name.")
    if "phone" in kept and not _PHONE.fullmatch(kept["phone"]):
        raise InputError("{value} is no phone number.", value=kept["phone"])
    if "mail" in kept and not _MAIL.fullmatch(kept["mail"]):
        raise InputError("{value} is no mail address.", value=kept["mail"])
    return kept
