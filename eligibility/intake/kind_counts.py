"""Counts by kind (发明专利, 实用新型, 软件著作权 …) as the counts that they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.arrays import Floats
from eligibility.domain.facts import Field
from eligibility.domain.text import Message

#: between the id of a count and the kind that it counts a part of
KIND_MARK = "+"


def kind_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """A field for each kind that is counted under names of its own and is none of the fields."""
    return tuple(_kinds(fields))


@cache
def _kinds(fields: tuple[Field, ...]) -> list[Field]:
    return [
        field.model_copy(
            update={
                "id": f"{field.id}{KIND_MARK}{kind[0]}",
                "title": field.title.model_copy(update={"zh": kind[0], "en": kind[-1]}),
                "aliases": kind[1:],
                "stem": f"{field.id}{KIND_MARK}{kind[0]}",
                "part_of": None,
                "sum_of": (),
                "required": False,
            }
        )
        for field in fields
        for kind in field.sum_of
        if not isinstance(kind, str)
    ]


def sum_kinds(
    columns: dict[str, NDArray[Any]], fields: Sequence[Field]
) -> Iterator[tuple[str, dict[int, Message]]]:
    """Put the sums of the kinds in place of blank counts, and drop the kinds from the columns.

    Yields
    ------
    field id, mapping of row to Message
        Rows whose count is given as well and is another.
    """
    for field in fields:
        kinds = [name for name in columns if name.startswith(f"{field.id}{KIND_MARK}")]
        if not kinds:
            continue
        others = [kind for kind in field.sum_of if isinstance(kind, str) and kind in columns]
        total: Floats = np.sum([columns[name] for name in (*kinds, *others)], axis=0)
        for name in kinds:
            del columns[name]
        given = columns.get(field.id)
        if given is None:
            columns[field.id] = total
            continue
        columns[field.id] = np.where(np.isnan(given), total, given)
        differs = np.flatnonzero(~np.isnan(given) & ~np.isnan(total) & (given != total))
        yield (
            field.id,
            {
                row: Message(
                    "{total}, as the counts by kind come to; the count as given is used",
                    {"total": f"{total[row]:g}"},
                )
                for row in differs.tolist()
            },
        )


def has_kind_counts(columns: Mapping[str, NDArray[Any]]) -> bool:
    """Whether some column counts a kind."""
    return any(KIND_MARK in name for name in columns)
