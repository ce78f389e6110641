"""The chain of evidence of a scheme (证据链): things of its lists, their links, and what is checked of them.

Which checks there are stands in the scheme's ``evidence.yaml``; what each looks for, in a function of
its id in its ``evidence_links.py`` or ``evidence_figures.py``:
``(chain: Chain, check: Check) -> Iterable[Sighting]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from eligibility.domain.facts import FirmTable, years_of
from eligibility.domain.law import Citation, Edition, Figure
from eligibility.domain.results import UNMET
from eligibility.domain.text import FrozenModel, Message, Wording

CheckKind = Literal["law", "consistency", "practice"]
KINDS: tuple[CheckKind, ...] = ("law", "consistency", "practice")


class Check(FrozenModel):
    """Check of the chain of evidence; ``id`` names its function in the module of what it is ``of``.

    ``kind`` is *law* (a text asks for it), *consistency* (two statements of the firm's own) or
    *practice* (reviewers look at it, ``source_day`` the day of its source). ``says`` is what was seen, with
    {places}; ``why`` it matters; ``settle`` how it is put right or explained.
    """

    id: str
    of: Literal["links", "figures"]
    kind: CheckKind
    title: Wording
    says: Wording
    why: Wording
    settle: Wording
    citation: Citation | None = None
    source_day: date | None = None
    limits: Mapping[str, Figure] = {}
    #: texts that the check looks for
    texts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_its_source(self) -> Check:
        if self.kind != "consistency" and self.citation is None:
            raise ValueError(f"{self.id} is of {self.kind} and cites nothing")
        if (self.kind == "practice") != (self.source_day is not None):
            raise ValueError(f"{self.id}: practice, and it alone, has the day of its source")
        return self


class EvidenceQuestion(FrozenModel):
    """What is asked of the things of a list while their ``column`` is blank.

    A link with a thing of one of the lists ``links``, which that list states, answers it too.
    """

    list: str
    column: str
    asks: Wording
    links: tuple[str, ...] = ()


class EvidenceRules(FrozenModel):
    """Rules of a scheme's chain of evidence: its checks and questions.

    ``main_list`` is the list that the others support, and ``main_column`` says which of its things the
    firm rests on. ``order`` has the lists in the order in which one thing leads to the next.
    """

    checked_on: date
    order: tuple[str, ...]
    main_list: str
    main_column: str
    checks: tuple[Check, ...]
    questions: tuple[EvidenceQuestion, ...]

    @cached_property
    def checks_by_id(self) -> Mapping[str, Check]:
        """Every check by its id."""
        return {check.id: check for check in self.checks}


@dataclass(frozen=True)
class Thing:
    """One thing of a list: a right, a conversion, an R&D activity, a product.

    Attributes
    ----------
    list : str
        Id of the list.
    code : str
        Its number in the form, as RD01.
    name : str
    status : int
        MET, UNMET or UNDETERMINED: whether it counts.
    reason : Message or None
        Why it does not count, or what it lacks.
    places : tuple of int
        Its rows in the list, from 1.
    rows : tuple of mapping of column to value
        What stands in each; a blank is left out.
    """

    list: str
    code: str
    name: str
    status: int
    reason: Message | None
    places: tuple[int, ...]
    rows: tuple[Mapping[str, Any], ...]

    @property
    def counts(self) -> bool:
        """Whether it goes into the application."""
        return self.status != UNMET

    @property
    def label(self) -> str:
        """Its number and name."""
        return f"{self.code} {self.name}".strip()

    def value(self, column: str) -> Any:
        """What its first row with an entry says; None where none does."""
        return next((row[column] for row in self.rows if column in row), None)


@dataclass(frozen=True)
class ChainLink:
    """Link between two things by their codes, and the lists in which it is stated."""

    ends: tuple[str, str]
    stated_in: frozenset[str]


@dataclass(frozen=True)
class LooseReference:
    """Reference of a thing that names nothing: its column and what stands there."""

    code: str
    column: str
    text: str


@dataclass(frozen=True)
class OtherStatement:
    """A figure or name as it stands elsewhere: in the registration, a return, an audit report."""

    field: str
    value: float | str
    place: str


@dataclass(frozen=True)
class Chain:
    """Chain of evidence of one firm.

    Attributes
    ----------
    things : mapping of code to Thing
        In the order of lists and rows.
    links : sequence of ChainLink
    loose : sequence of LooseReference
    repeats : sequence of (code, code)
        Things of one list that claim the same number.
    figures : FirmTable
        The firm's one row as it is stated beside the lists.
    counts : mapping of field id to value
        What the lists come to.
    elsewhere : sequence of OtherStatement
        The same figures as others hold them.
    law : Edition
    """

    things: Mapping[str, Thing]
    links: Sequence[ChainLink]
    loose: Sequence[LooseReference]
    repeats: Sequence[tuple[str, str]]
    figures: FirmTable
    counts: Mapping[str, float | str | None]
    elsewhere: Sequence[OtherStatement]
    law: Edition

    @cached_property
    def year(self) -> int:
        """Calendar year of the application."""
        return int(self.figures.application_years[0])

    @cached_property
    def years(self) -> Sequence[int]:
        """Calendar years of y1, y2 and y3."""
        return years_of(self.year)

    @cached_property
    def _of_list(self) -> Mapping[str, tuple[Thing, ...]]:
        found: dict[str, list[Thing]] = {}
        for thing in self.things.values():
            if thing.counts:
                found.setdefault(thing.list, []).append(thing)
        return {name: tuple(some) for name, some in found.items()}

    def of(self, name: str) -> tuple[Thing, ...]:
        """The things of a list that go into the application."""
        return self._of_list.get(name, ())

    @cached_property
    def _beside(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for link in self.links:
            one, other = link.ends
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
        return {code: tuple(sorted(others)) for code, others in found.items()}

    def neighbours(self, thing: Thing, name: str) -> tuple[Thing, ...]:
        """The things of another list that a thing is linked with, those that do not count among them."""
        others = (self.things[code] for code in self._beside.get(thing.code, ()))
        return tuple(other for other in others if other.list == name)

    @cached_property
    def _linked_lists(self) -> frozenset[frozenset[str]]:
        return frozenset(
            frozenset(self.things[code].list for code in link.ends) for link in self.links
        )

    def states(self, one: str, other: str) -> bool:
        """Whether any link between two lists is stated, so that a thing without one stands out."""
        return frozenset((one, other)) in self._linked_lists

    def number(self, name: str) -> float | None:
        """A figure of the firm; None where it is blank."""
        value = float(self.figures.numbers(name)[0])
        return None if np.isnan(value) else value


@dataclass(frozen=True)
class Sighting:
    """What a check saw: the codes of the things, and what goes into its sentence."""

    where: tuple[str, ...]
    values: Mapping[str, object] = field(default_factory=dict)


Checker = Callable[[Chain, Check], Iterable[Sighting]]


def pairs(chain: Chain, one: str, other: str) -> Iterator[tuple[Thing, Thing]]:
    """Every two things of two lists that are linked and count."""
    for thing in chain.of(one):
        for beside in chain.neighbours(thing, other):
            if beside.counts:
                yield thing, beside
