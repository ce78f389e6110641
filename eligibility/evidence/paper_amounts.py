"""Figures of a reconciliation that papers state, each with its source; those that disagree stay apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from eligibility.domain.papers import Certainty, FormReading, PaperFact, PaperReading, PaperSource
from eligibility.evidence.bridge_year import CENT, NOTHING, Amounts
from eligibility.evidence.firm_amounts import figure_fields
from eligibility.schemes.reconciliation_rules import PaperLines, ReconciliationRules

#: id of a basis or difference, category, fiscal year
Key = tuple[str, str, int]
_LESS = "-"


@dataclass(frozen=True)
class StatedAmount:
    """An amount as one source states it.

    Attributes
    ----------
    amount : Decimal
        CNY or persons.
    source : PaperSource, optional
        None where the firm entered it.
    accuracy : Decimal
        By how much it may be off, where the paper has it rounded.
    """

    amount: Decimal
    source: PaperSource | None = None
    accuracy: Decimal = NOTHING

    def agrees(self, other: StatedAmount) -> bool:
        """Whether both can be roundings of one amount."""
        return abs(self.amount - other.amount) <= self.accuracy + other.accuracy


Statements = Mapping[Key, tuple[StatedAmount, ...]]


def paper_amounts(
    reading: PaperReading, rules: ReconciliationRules, years: Collection[int]
) -> dict[Key, tuple[StatedAmount, ...]]:
    """What papers state of each figure of these fiscal years; several amounts where they disagree.

    A fact that is open, such as outsourced costs that may be of 80 %, states nothing; nor does a
    difference of nothing, as it stands in lines that are not filled in.
    """
    stated: list[tuple[Key, StatedAmount]] = []
    bases = {basis.id for bridge in rules.bridges for basis in bridge.bases}
    for form in reading.forms:
        for lines in rules.papers:
            if (lines.form, lines.edition) == (form.form, form.edition):
                stated += _of_form(form, lines)
    facts = [*reading.facts, *(fact for conflict in reading.conflicts for fact in conflict.facts)]
    # a form with lines of its own states by these alone: its revenue may be that of another basis
    with_lines = {lines.form for lines in rules.papers}
    facts = [fact for fact in facts if fact.source.form not in with_lines]
    figures = {
        stem: (item, category)
        for bridge in rules.bridges
        for item, category, stem in figure_fields(bridge)
    }
    stated += (each for fact in facts for each in _of_fact(fact, figures))
    return merge_statements(
        *(
            {key: (each,)}
            for key, each in stated
            if key[2] in years and (key[0] in bases or each.amount)
        )
    )


def merge_statements(*several: Statements) -> dict[Key, tuple[StatedAmount, ...]]:
    """Statements of several sources: those that agree are one, the exact one of them, or the first."""
    merged: dict[Key, tuple[StatedAmount, ...]] = {}
    for statements in several:
        for key, amounts in statements.items():
            for amount in amounts:
                merged[key] = _with(merged.get(key, ()), amount)
    return merged


def settled_amounts(statements: Statements, choices: Amounts) -> tuple[Amounts, Amounts]:
    """Amounts and their accuracy: what was chosen, else what no source contradicts.

    Parameters
    ----------
    statements : mapping
    choices : mapping of (id, category, year) to Decimal
        What the firm states itself; it holds against every paper.
    """
    alone = {
        key: each[0] for key, each in statements.items() if len(each) == 1 and key not in choices
    }
    amounts = {key: each.amount for key, each in alone.items()} | dict(choices)
    return amounts, {key: each.accuracy for key, each in alone.items() if each.accuracy}


def _of_form(form: FormReading, lines: PaperLines) -> Iterator[tuple[Key, StatedAmount]]:
    """What one form states: nothing where it names no year or a line is blank."""
    for category, keys in lines.lines.items():
        found = [form.figures.get((key.lstrip(_LESS), lines.column)) for key in keys]
        figures = [each for each in found if each is not None and isinstance(each.value, float)]
        if form.year is None or len(figures) < len(keys):
            continue
        signs = (-1 if key.startswith(_LESS) else 1 for key in keys)
        amounts = (sign * _decimal(each.value) for sign, each in zip(signs, figures, strict=True))
        accuracy = sum((_room(each.accuracy) for each in figures), NOTHING)
        yield (
            (lines.states, category, form.year),
            StatedAmount(sum(amounts, NOTHING), figures[0].source, accuracy),
        )


def _of_fact(
    fact: PaperFact, figures: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[Key, StatedAmount]]:
    figure = figures.get(fact.field)
    if figure is None or fact.year is None or fact.certainty is Certainty.OPEN:
        return
    if isinstance(fact.value, float):
        amount = StatedAmount(_decimal(fact.value), fact.source, _room(fact.accuracy))
        yield (*figure, fact.year), amount


def _with(amounts: tuple[StatedAmount, ...], new: StatedAmount) -> tuple[StatedAmount, ...]:
    for place, each in enumerate(amounts):
        if each.agrees(new):
            exact = min(each, new, key=lambda one: one.accuracy)
            return (*amounts[:place], exact, *amounts[place + 1 :])
    return (*amounts, new)


def _decimal(value: float | str) -> Decimal:
    return Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)


def _room(accuracy: float) -> Decimal:
    """Of a figure to the cent: none."""
    room = Decimal(str(accuracy)).quantize(CENT, ROUND_HALF_UP)
    return room if room > CENT else NOTHING
