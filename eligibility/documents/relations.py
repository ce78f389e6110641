"""Arithmetic of a form recomputed: what does not add up, and which figure is the likeliest cause."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from eligibility.documents.definitions import FormDefinition, FormEdition
from eligibility.domain.errors import LawError

Place = tuple[str, str]
_OPERATIONS: Mapping[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_REFERENCE = re.compile(r"L(\w+)")
#: beyond the rounding of its figures
SLACK = 1e-6


@dataclass(frozen=True)
class Relation:
    """That a figure is what others come to.

    Attributes
    ----------
    target : (line, column)
    sources : tuple of (line, column)
    compute : callable
        The amount, from amounts by place.
    """

    target: Place
    sources: tuple[Place, ...]
    compute: Callable[[Mapping[Place, float]], float]

    def rest(self, amounts: Mapping[Place, float]) -> float:
        """What is printed less what the others come to."""
        return amounts[self.target] - self.compute(amounts)


@dataclass(frozen=True)
class Imbalance:
    """A figure that does not agree with others: what stands there, and what would agree."""

    place: Place
    relation: Relation
    amount: float
    by_others: float


def lines_of(expression: str) -> tuple[str, ...]:
    """The lines that an expression names, each once."""
    return tuple(dict.fromkeys(_REFERENCE.findall(expression)))


def evaluate(expression: str, amounts: Mapping[str, float]) -> float:
    """The value of an expression of lines (L12), numbers, + - * / and min().

    Raises
    ------
    LawError
        If it holds anything else.
    """
    return _value(_tree(expression), amounts)


@cache
def _tree(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body


def _value(node: ast.expr, amounts: Mapping[str, float]) -> float:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_value(left, amounts), _value(right, amounts))
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name[:1] == "L":
            return amounts[name[1:]]
        case ast.Call(func=ast.Name(id="min"), args=args):
            return min(_value(each, amounts) for each in args)
    raise LawError("{expression} is no relation of lines.", expression=ast.unparse(node))


def relations(form: FormDefinition, edition: FormEdition) -> Iterator[Relation]:
    """Every relation of an edition, for each column that it holds in."""
    for key, line in edition.lines.items():
        columns = line.columns or edition.columns
        pairs = [(key, line.equals)] if line.equals else []
        for target, expression in pairs:
            for column in columns:
                # the least of each year, added up, is not the least of the sums
                if not ("min(" in expression and form.columns[column].equals):
                    yield _relation(target, expression, column)
        for column in columns:
            total = form.columns[column].equals
            if total and line.kind == "amount":
                names = tuple(total.split("+"))
                yield Relation(
                    (key, column),
                    tuple((key, name) for name in names),
                    lambda amounts, key=key, names=names: sum(amounts[key, name] for name in names),  # type: ignore[misc]
                )
    for text in edition.relations:
        target, _, expression = text.partition("=")
        for column in edition.columns:
            yield _relation(target.strip().removeprefix("L"), expression.strip(), column)


def _relation(target: str, expression: str, column: str) -> Relation:
    names = lines_of(expression)

    def compute(amounts: Mapping[Place, float]) -> float:
        return evaluate(expression, {name: amounts[name, column] for name in names})

    return Relation((target, column), tuple((name, column) for name in names), compute)


def imbalances(
    every: Sequence[Relation],
    amounts: Mapping[Place, float],
    blanks: frozenset[Place],
    accuracy: Mapping[Place, float],
) -> list[Imbalance]:
    """The figures that do not agree with the rest, each once.

    Parameters
    ----------
    every : sequence of Relation
    amounts : mapping of place to float
        What is printed.
    blanks : frozenset of place
        Cells of lines that are there and hold nothing: nothing in a sum, and never a total.
    accuracy : mapping of place to float
        By how much each may be rounded.
    """
    every_amount = {**dict.fromkeys(blanks, 0.0), **amounts}
    testable = [
        relation
        for relation in every
        if relation.target in amounts
        and all(place in every_amount for place in relation.sources)
        and any(place in amounts for place in relation.sources)
    ]
    failing: list[Relation] = []
    holding: list[Relation] = []
    for relation in testable:
        room = sum(accuracy.get(place, 0.0) for place in (relation.target, *relation.sources))
        (failing if abs(relation.rest(every_amount)) > room + SLACK else holding).append(relation)
    sound = {
        place
        for relation in holding
        for place in _places(relation)
        if every_amount[place] and _mend(relation, place, every_amount) is not None
    }
    return [
        imbalance
        for group in _groups(failing)
        for imbalance in _causes(group, sound, every_amount, accuracy)
    ]


def _places(relation: Relation) -> tuple[Place, ...]:
    return (relation.target, *relation.sources)


def _groups(failing: Sequence[Relation]) -> list[list[Relation]]:
    """Relations that share a figure, together."""
    groups: list[list[Relation]] = []
    for relation in failing:
        touching = [
            group
            for group in groups
            if any(set(_places(relation)) & set(_places(other)) for other in group)
        ]
        groups = [group for group in groups if group not in touching]
        groups.append([relation, *(other for group in touching for other in group)])
    return groups


def _causes(
    group: Sequence[Relation],
    sound: set[Place],
    every_amount: Mapping[Place, float],
    accuracy: Mapping[Place, float],
) -> Iterator[Imbalance]:
    """The one figure whose correction would mend all of them, else the total of each."""
    shared = set(_places(group[0])).intersection(*map(_places, group[1:])) - sound
    targets = [relation.target for relation in group]
    rooms = [
        SLACK + sum(accuracy.get(each, 0.0) for each in _places(relation)) for relation in group
    ]
    for place in sorted(shared, key=lambda each: (each not in targets, each)):
        if place not in targets and len(group) == 1:
            # any addend of one sum could be the cause
            break
        for relation in group:
            amount = _mend(relation, place, every_amount)
            if amount is not None and all(
                abs(each.rest({**every_amount, place: amount})) <= room
                for each, room in zip(group, rooms, strict=True)
            ):
                yield Imbalance(place, relation, every_amount[place], amount)
                return
    for relation in group:
        yield Imbalance(
            relation.target, relation, every_amount[relation.target], relation.compute(every_amount)
        )


def _mend(relation: Relation, place: Place, every_amount: Mapping[Place, float]) -> float | None:
    """The amount at a place that would make a relation hold, as far as it is linear there."""
    rest = relation.rest(every_amount)
    slope = relation.rest({**every_amount, place: every_amount[place] + 1.0}) - rest
    return None if abs(slope) < SLACK else every_amount[place] - rest / slope
