"""What changed of a firm, in words: each field with what it was and what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.assessment.ladder import joint_fields_by_id
from eligibility.domain.calendar_window import split_calendar_key
from eligibility.domain.facts import Field

#: fields of the firm itself, which are of no law
OWN = ("name", "uscc", "district", "industry", "carrier")


def changed_title(name: str) -> str:
    """The title of a stored fact, with its calendar year."""
    fields = joint_fields_by_id()
    if name == "adviser_id":
        return _("Adviser")
    if name == "carrier_id":
        return _("Carrier")
    if name in fields:
        return language().of(fields[name].title)
    if dated := split_calendar_key(name):
        field = _field(name)
        if field is not None:
            return _("{title}, {year}").format(title=fmt.stem_title(field), year=dated[1])
    return name


def change_lines(changes: Mapping[str, Any]) -> Iterator[str]:
    """A line for each field: its title, what it was, and what it is."""
    for name, values in changes.items():
        if name == "figures":
            yield from change_lines(values)
            continue
        if name.endswith("_id") or not isinstance(values, list | tuple) or len(values) != 2:
            yield changed_title(name)
            continue
        was, now = (value_words(name, value) for value in values)
        yield _("{title}: {was} → {now}").format(title=changed_title(name), was=was, now=now)


def value_words(name: str, value: Any) -> str:
    """A stored value as a person reads it."""
    if value is None or value == "":
        return fmt.NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = _field(name)
    if (
        isinstance(value, int | float)
        and field is not None
        and field.kind in ("money", "number", "count")
    ):
        return fmt.quantity(value, field.unit, language())
    return str(value)


def _field(name: str) -> Field | None:
    fields = joint_fields_by_id()
    dated = split_calendar_key(name)
    if dated is None:
        return fields.get(name)
    return fields.get(dated[0]) or fields.get(f"{dated[0]}_y3")
