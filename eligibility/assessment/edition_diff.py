"""Comparison of two editions of the law, datum by datum: numbers, units, readings, words, citations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel

from eligibility.domain.law import Citation, Edition
from eligibility.domain.text import Wording

Kind = Literal[
    "condition", "parameter", "scale", "score", "group", "item", "interpretation", "clause", "sign"
]
Path = tuple[str, ...]
#: when a text was read is no part of the law
SKIPPED = ("checked_on",)
#: parts that are rules of their own
APART: Mapping[Kind, tuple[str, ...]] = {"score": ("groups",), "group": ("items",)}


class ChangeKind(Enum):
    """What becomes of a rule from one edition to the other; of several, the first that applies."""

    NEW = "new"
    GONE = "gone"
    NUMBERS = "numbers"
    READING = "reading"
    WORDS = "words"
    CITATION = "citation"
    SAME = "same"


@dataclass(frozen=True)
class Change:
    """One datum that differs: where it stands in the rule, and both values; None where absent."""

    path: Path
    old: Any
    new: Any

    @property
    def kind(self) -> ChangeKind:
        """Numbers and units, a reading, words, or the citation."""
        value = self.old if self.new is None else self.new
        if isinstance(value, Citation):
            return ChangeKind.CITATION
        if isinstance(value, Wording):
            return ChangeKind.WORDS
        if self.path[-1] in ("default", "decides") or "readings" in self.path:
            return ChangeKind.READING
        return ChangeKind.NUMBERS


@dataclass(frozen=True)
class RuleDiff:
    """One rule in the older and in the newer edition; None where an edition has none of that id."""

    kind: Kind
    id: str
    old: Any
    new: Any

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What differs, in the order of the rule's parts; nothing where one side has no rule."""
        if self.old is None or self.new is None:
            return ()
        apart = APART.get(self.kind, ())
        old, new = (dict(_leaves(side, apart)) for side in (self.old, self.new))
        return tuple(
            Change(path, old.get(path), new.get(path))
            for path in dict.fromkeys([*new, *old])
            if old.get(path) != new.get(path)
        )

    @property
    def change(self) -> ChangeKind:
        """The weightiest kind of change."""
        if self.old is None or self.new is None:
            return ChangeKind.NEW if self.old is None else ChangeKind.GONE
        kinds = {change.kind for change in self.changes}
        return next((kind for kind in ChangeKind if kind in kinds), ChangeKind.SAME)

    def differs(self, *path: str) -> bool:
        """Whether the datum at a place, or below it, differs."""
        return any(change.path[: len(path)] == path for change in self.changes)


def compare_editions(old: Edition, new: Edition) -> tuple[RuleDiff, ...]:
    """Every rule of two editions once, in the newer order; a rule that is gone stands where it stood."""
    before, after = _rules(old), _rules(new)
    return tuple(
        RuleDiff(kind, name, before[kind].get(name), after[kind].get(name))
        for kind in after
        for name in _in_order(list(before[kind]), list(after[kind]))
    )


def _rules(law: Edition) -> Mapping[Kind, Mapping[str, Any]]:
    return {
        "condition": law.conditions_by_id,
        "parameter": law.parameters,
        "scale": law.scales,
        "score": {"score": law.score},
        "group": {group.id: group for group in law.score.groups},
        "item": law.items,
        "interpretation": law.interpretations,
        "clause": law.clauses,
        "sign": {sign.id: sign for sign in law.signs},
    }


def _leaves(value: Any, apart: Sequence[str] = (), path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every datum below a value, with its place; bands stand by their grade, brackets by number."""
    if isinstance(value, Wording | Citation):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in (*SKIPPED, *apart):
                yield from _leaves(getattr(value, name), (), (*path, name))
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, (), (*path, str(name)))
    elif isinstance(value, tuple) and any(isinstance(part, BaseModel) for part in value):
        for place, part in enumerate(value):
            yield from _leaves(part, (), (*path, getattr(part, "grade", str(place))))
    else:
        yield path, value


def _in_order(old: Sequence[str], new: Sequence[str]) -> list[str]:
    ordered = list(new)
    for place, name in enumerate(old):
        if name not in new:
            after = old[place - 1] if place else None
            ordered.insert(ordered.index(after) + 1 if after else 0, name)
    return ordered
