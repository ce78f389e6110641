"""Names of columns in files, each with the field that a person said it holds: kept for the next file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import delete, select

from eligibility.domain.errors import InputError
from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.column_name_table import column_names
from eligibility.store.rows import Row, add_row
from eligibility.store.schema import accounts

#: characters of a name, as of the heads of columns
LONGEST = 200
_CALENDAR_YEAR = re.compile(r"(?:19|20)\d{2}")
_MARKS = re.compile(r"[\W_]+")


class ColumnNames(Access):
    """Which field a column of a name holds, beside the names that the program knows itself."""

    @open_to(STAFF)
    def names(self) -> list[Row]:
        """Every name, the latest first: ``id``, ``name``, ``field_id``, ``at`` and ``by``."""
        with self._reading() as connection:
            query = (
                select(*column_names.c, accounts.c.name.label("by"))
                .outerjoin_from(column_names, accounts)
                .order_by(column_names.c.id.desc())
            )
            return self._all(connection, query)

    @open_to(STAFF)
    def save(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Keep names of columns, each with the id of its field; a name kept before takes the new field.

        Raises
        ------
        InputError
            If a name is blank, too long to be one, or of one calendar year alone.
        """
        with self._writing() as connection:
            for name, field_id in pairs:
                # two names are compared without case, width, spaces and punctuation
                plain = _MARKS.sub("", unicodedata.normalize("NFKC", name).lower())
                if _CALENDAR_YEAR.search(plain):
                    raise InputError(
                        "{name} holds for one year alone and cannot be kept for later files.",
                        name=name,
                    )
                if not plain or len(name) > LONGEST:
                    raise InputError(
                        "{name} is no name of a column; expected 1 to {most} characters.",
                        name=name,
                        most=LONGEST,
                    )
                connection.execute(delete(column_names).where(column_names.c.plain == plain))
                values = {
                    "plain": plain,
                    "name": name,
                    "field_id": field_id,
                    "account_id": self.actor.account_id,
                    "at": self._clock(),
                }
                add_row(connection, column_names, values)
                self._log(connection, AuditAction.COLUMN_NAME_SAVE, column=name, field_id=field_id)

    @open_to(STAFF)
    def withdraw(self, name_id: int) -> None:
        """Forget a name.

        Raises
        ------
        NotFound
            If it is not there.
        """
        with self._writing() as connection:
            at = column_names.c.id == name_id
            row = self._one(connection, select(column_names).where(at))
            connection.execute(delete(column_names).where(at))
            self._log(
                connection,
                AuditAction.COLUMN_NAME_WITHDRAW,
                column=row["name"],
                field_id=row["field_id"],
            )
