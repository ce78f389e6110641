"""Checks of a chain of evidence: law, consistency and practice, each apart, and what is still asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.evidence.chain import Lists, build_chain
from eligibility.schemes.evidence import (
    Chain,
    Check,
    EvidenceQuestion,
    EvidenceRules,
    OtherStatement,
    Sighting,
    Thing,
)
from eligibility.schemes.registry import Scheme


@dataclass(frozen=True)
class OpenQuestion:
    """Question of the scheme that some things of a list leave open, with their codes."""

    question: EvidenceQuestion
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """Chain of evidence of one firm, and what was seen in it.

    Attributes
    ----------
    chain : Chain
    rules : EvidenceRules
    sightings : mapping of check id to tuple of Sighting
        Of the checks that saw something, in the order of the rules.
    questions : tuple of OpenQuestion
    off : tuple of str
        Checks of practice that were switched off.
    """

    chain: Chain
    rules: EvidenceRules
    sightings: Mapping[str, tuple[Sighting, ...]]
    questions: tuple[OpenQuestion, ...]
    off: tuple[str, ...]

    @property
    def loose_things(self) -> tuple[Thing, ...]:
        """Things that count and are linked with nothing."""
        ends = {code for link in self.chain.links for code in link.ends}
        return tuple(
            thing for thing in self.chain.things.values() if thing.counts and thing.code not in ends
        )

    @property
    def main_chain(self) -> tuple[str, ...]:
        """Codes of what the firm rests on: its main things, and all that leads to them.

        From a main product over its rights and conversions to the activities that they came from.
        """
        main = [
            thing
            for thing in self.chain.of(self.rules.main_list)
            if thing.value(self.rules.main_column) == 1
        ]
        reached = {thing.code: thing for thing in main}
        edge = list(main)
        while edge:
            thing = edge.pop()
            for other in self._before(thing):
                if other.code not in reached:
                    reached[other.code] = other
                    edge.append(other)
        return tuple(code for code in self.chain.things if code in reached)

    def _before(self, thing: Thing) -> list[Thing]:
        """What leads to a thing, one step away: no other product, and nothing that leads back to one."""
        names = {each.list for each in self.chain.things.values()} - {self.rules.main_list}
        if thing.list != self.rules.main_list:
            # an activity is where a chain begins; through it lies what came of it beside
            names = {name for name in names if self._is_before(name, thing.list)}
        return [other for name in names for other in self.chain.neighbours(thing, name) if other.counts]  # fmt: skip

    def _is_before(self, name: str, other: str) -> bool:
        order = self.rules.order
        return order.index(name) < order.index(other)


def examine(
    lists: Lists,
    figures: FirmTable,
    scheme: Scheme,
    elsewhere: Sequence[OtherStatement] = (),
    off: Collection[str] = (),
) -> Evidence:
    """Examine the chain of evidence of one firm.

    Parameters
    ----------
    lists, figures, scheme, elsewhere
        As in ``build_chain``.
    off : collection of str, optional
        Checks of practice that the institution does not use.

    Raises
    ------
    InputError
        If the scheme has no such rules, or what is switched off is no check of practice.
    """
    rules = evidence_rules(scheme)
    require_practice(off, [check.id for check in practice_checks(rules)])
    chain = build_chain(lists, figures, scheme, elsewhere)
    sightings = {
        check.id: some
        for check in rules.checks
        if check.id not in off and (some := _look(chain, check, scheme))
    }
    return Evidence(chain, rules, sightings, _questions(chain, rules), tuple(sorted(off)))


def evidence_rules(scheme: Scheme) -> EvidenceRules:
    """The rules of a scheme; InputError where it has none."""
    if scheme.evidence is None:
        raise InputError("{scheme} has no rules of evidence.", scheme=scheme.title)
    return scheme.evidence


def practice_checks(rules: EvidenceRules) -> list[Check]:
    """What reviewers look at: the checks that an institution may switch off."""
    return [check for check in rules.checks if check.kind == "practice"]


def require_practice(names: Collection[str], choices: Collection[str]) -> None:
    """InputError for a name that is none of the checks of practice to choose from."""
    for name in names:
        if name not in choices:
            raise InputError(
                "{name} is no check of practice, which alone can be switched off: {known}.",
                name=name,
                known=", ".join(choices),
            )


def _look(chain: Chain, check: Check, scheme: Scheme) -> tuple[Sighting, ...]:
    return tuple(scheme.checker(check)(chain, check))


def _questions(chain: Chain, rules: EvidenceRules) -> tuple[OpenQuestion, ...]:
    """What is asked of things that leave a column blank, unless a link from the other side answers."""
    found = []
    for question in rules.questions:
        codes = tuple(
            thing.code
            for thing in chain.of(question.list)
            if thing.value(question.column) is None
            and not any(chain.neighbours(thing, name) for name in question.links)
        )
        if codes:
            found.append(OpenQuestion(question, codes))
    return tuple(found)
