"""Serialisation of a table of firms: the facts of each as field id → value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from eligibility.domain.calendar_window import by_calendar_year, cut_window, split_calendar_key
from eligibility.domain.facts import RATINGS, Field, FirmTable
from eligibility.schemes.registry import all_latest_year_ids, firm_ids
from eligibility.store.rows import Facts, Row
from eligibility.store.schema import figures


def table_facts(table: FirmTable, fields: Sequence[Field]) -> Iterator[Row]:
    """Each firm of a table as field id → value, blanks left out.

    Parameters
    ----------
    table : FirmTable
    fields : sequence of Field
        The scheme's; columns of no field are left out.

    Yields
    ------
    dict
        Money in CNY; yes/no as bool, ratings A to E, days as ISO texts, codes of the catalogue as
        texts: ``eligibility.firms`` makes the same table of them again.
    """
    fields_present = [field for field in fields if field.id in table.columns]
    blank = {field.id: table.blank(field.id) for field in fields_present}
    columns = {field.id: table.columns[field.id].tolist() for field in fields_present}
    for row in range(table.rows):
        yield {
            field.id: _given_value(field, columns[field.id][row])
            for field in fields_present
            if not blank[field.id][row]
        }


class CalendarFacts:
    """Facts of applications, turned into what is stored by calendar year and back.

    The year of an application is that of its date, or ``year`` where the facts have none.
    """

    def __init__(self) -> None:
        self._latest = all_latest_year_ids()

    def store(self, facts: Facts, year: int) -> Row:
        """The facts of a form under their calendar years."""
        return by_calendar_year(facts, _application_year(facts, year), self._latest)

    def cut(self, facts: Facts, year: int) -> Row:
        """Stored facts as the form of their application has them."""
        return cut_window(facts, _application_year(facts, year), self._latest)


def known_facts(connection: Connection, firm_id: int, year: int) -> Row:
    """What is stored of a firm by calendar key, as the application of a year has it.

    That application's own figures, and beside them what others say of calendar years and of the firm
    itself; who asks must be allowed to see the firm.
    """
    wanted = select(figures.c.application_year, figures.c.facts).where(figures.c.firm_id == firm_id)
    rows = connection.execute(wanted.order_by(figures.c.application_year)).all()
    own = firm_ids()
    known = {
        key: value
        for row in rows
        for key, value in row.facts.items()
        if key in own or split_calendar_key(key)
    }
    for row in rows:
        if row.application_year == year:
            known |= row.facts
    return known


def _application_year(facts: Facts, year: int) -> int:
    day = str(facts.get("application_date", ""))[:4]
    return int(day) if day.isdecimal() else year


def _given_value(field: Field, value: Any) -> Any:
    match field.kind:
        case "yes_no":
            return bool(value)
        case "rating":
            return RATINGS[int(value)]
        case "catalogue":
            return str(int(value))
        case "date":
            return value.isoformat()
        case "text" | "code":
            return value
    return int(value) if float(value).is_integer() else value
