"""What a person says of the columns of a file: which field one holds, and in what unit its amounts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.domain.text import Message
from eligibility.intake.cells import money_power
from eligibility.intake.header_labels import exact_name, plain_name
from eligibility.intake.headers import HeaderMap, MappedColumn

#: names of columns, each with the id of its field; ids or stems of fields, each with the unit of its column
Pairs = Sequence[tuple[str, str]]


def with_column_names(fields: Sequence[Field], columns: Pairs) -> Sequence[Field]:
    """The fields, known by these names of columns too and by nothing else that has them.

    Raises
    ------
    InputError
        If there is no such field.
    """
    if not columns:
        return fields
    names: dict[str, list[str]] = {}
    for header, field_id in columns:
        names.setdefault(field_id, []).append(header)
    if unknown := names.keys() - {field.id for field in fields}:
        raise InputError("There is no field {field}.", field=", ".join(sorted(unknown)))
    taken = {plain_name(header) for header, _ in columns}
    return tuple(
        field.model_copy(
            update={
                "aliases": (
                    *(name for name in field.aliases if plain_name(name) not in taken),
                    *names.get(field.id, ()),
                )
            }
        )
        for field in fields
    )


def require_columns(file: str, headers: HeaderMap, columns: Pairs) -> None:
    """Raise InputError unless the file has a column of each of these names."""
    there = {plain_name(header) for header in headers.headers}
    for header, _ in columns:
        if plain_name(header) not in there:
            raise InputError("{file}: there is no column {column}.", file=file, column=header)


def with_remark(headers: HeaderMap, columns: Pairs) -> HeaderMap:
    """The header with a remark that names the columns read by these names, where there are any."""
    names = {exact_name(header): field_id for header, field_id in columns}
    read = [
        column.header
        for column in headers.columns
        if names.get(exact_name(column.header)) == column.field.id
    ]
    if not read:
        return headers
    remark = Message(
        "Read as was confirmed for an earlier file: {columns}.", {"columns": ", ".join(read)}
    )
    return replace(headers, remarks=(*headers.remarks, remark))


def with_units(file: str, headers: HeaderMap, units: Pairs) -> HeaderMap:
    """The header with amounts in these units, whatever it states itself.

    Raises
    ------
    InputError
        If a unit is none of money, or no column of the file holds amounts of that field.
    """
    columns = list(headers.columns)
    for name, unit in units:
        power = money_power(unit)
        if power is None:
            raise InputError("{unit} is no unit of money, such as CNY or 10k CNY.", unit=unit)
        places = [place for place, column in enumerate(columns) if _is_of(column, name)]
        if not places:
            raise InputError("{file}: no column holds amounts of {field}.", file=file, field=name)
        for place in places:
            columns[place] = replace(columns[place], power=power, unit="declared")
    return replace(headers, columns=tuple(columns)) if units else headers


def _is_of(column: MappedColumn, name: str) -> bool:
    return column.field.kind == "money" and name in (column.field.id, column.field.stem)
