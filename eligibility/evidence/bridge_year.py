"""One bridge in one fiscal year: each of its figures from the one before, to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from eligibility.domain.law import Edition
from eligibility.schemes.reconciliation_rules import ALL, Basis, Bridge, ReconciliationRules

#: (id of a basis or difference, category, fiscal year) -> amount in CNY or persons, two decimals
Amounts = Mapping[tuple[str, str, int], Decimal]
CENT = Decimal("0.01")
NOTHING = Decimal(0)
EXACT: Amounts = {}


@dataclass(frozen=True)
class Step:
    """Step of a bridge: how one figure follows from another.

    Attributes
    ----------
    bridge, basis, category : str
        Where it arrives; the category is ``all`` for a figure without one.
    year : int
        Fiscal year.
    kind : str
        By *differences*, by a *limit*, or as the *sum* of its categories.
    start : str
        Id of the basis that it starts from.
    start_amount, expected_amount, stated_amount, rest : Decimal or None
        CNY or persons; the rest is stated less expected, None where either is unknown.
    effects : tuple of (str, Decimal)
        Differences, each with what it adds.
    missing : tuple of str
        Ids of the bases whose figures are wanting for the rest.
    rounding : Decimal
        By how much the figures compared may be off, where papers have them rounded.
    """

    bridge: str
    basis: str
    category: str
    year: int
    kind: Literal["differences", "limit", "sum"]
    start: str
    start_amount: Decimal | None
    effects: tuple[tuple[str, Decimal], ...]
    expected_amount: Decimal | None
    stated_amount: Decimal | None
    missing: tuple[str, ...] = ()
    rounding: Decimal = NOTHING

    @property
    def rest(self) -> Decimal | None:
        """What is not explained, by a step or by rounding."""
        if self.stated_amount is None or self.expected_amount is None:
            return None
        rest = self.stated_amount - self.expected_amount
        return NOTHING if abs(rest) <= self.rounding else rest


def cents(amount: Fraction) -> Decimal:
    """An exact amount to the cent, halves upwards as tax software does."""
    whole = Decimal(amount.numerator) / Decimal(amount.denominator)
    return whole.quantize(CENT, ROUND_HALF_UP)


class BridgeYear:
    """One bridge in one fiscal year."""

    def __init__(
        self,
        bridge: Bridge,
        rules: ReconciliationRules,
        law: Edition,
        amounts: Amounts,
        year: int,
        accuracy: Amounts = EXACT,
    ) -> None:
        self.bridge, self.rules, self.law = bridge, rules, law
        self.amounts, self.year, self.accuracy = amounts, year, accuracy

    def stated_amount(self, basis: Basis, category: str) -> Decimal | None:
        return self.amounts.get((basis.id, category, self.year))

    def effects(self, basis: Basis, category: str) -> tuple[tuple[str, Decimal], ...]:
        """What every difference adds to a figure."""
        return tuple(
            (difference, sign * amount)
            for difference, of_row, sign in self.bridge.effects_by_figure[basis.id, category]
            if (amount := self.amounts.get((difference, of_row, self.year)))
        )

    def categories(self, basis: Basis) -> tuple[str, ...]:
        return (ALL,) if basis.total else tuple(self.bridge.categories)

    def parent(self, basis: Basis) -> Basis | None:
        return self.bridge.bases_by_id[basis.of] if basis.of else None

    # --- what is expected -----------------------------------------------------------------------

    def explained_amount(self, basis: Basis, category: str) -> Decimal | None:
        """The figure by all steps from the first one; None where that is not stated."""
        parent = self.parent(basis)
        if parent is None or (parent.total and not basis.total):
            return self.stated_amount(basis, category)
        if basis.limits:
            return self._within_limits(basis, category, self._explained_by_category(parent))
        start = (
            self._sum_explained(parent) if basis.total else self.explained_amount(parent, category)
        )
        return None if start is None else start + _sum(self.effects(basis, category))

    def _explained_by_category(self, basis: Basis) -> dict[str, Decimal | None]:
        return {each: self.explained_amount(basis, each) for each in self.categories(basis)}

    def _sum_explained(self, basis: Basis) -> Decimal | None:
        return _total(self._explained_by_category(basis).values())

    def known_amount(self, basis: Basis, category: str) -> Decimal | None:
        """The figure as stated, else by the figures before it."""
        stated = self.stated_amount(basis, category)
        if stated is not None:
            return stated
        parent = self.parent(basis)
        if parent is None or (parent.total and not basis.total):
            return None
        if basis.limits:
            return self._within_limits(basis, category, self._known_by_category(parent))
        start = self.total(parent) if basis.total else self.known_amount(parent, category)
        return None if start is None else start + _sum(self.effects(basis, category))

    def _known_by_category(self, basis: Basis) -> dict[str, Decimal | None]:
        return {each: self.known_amount(basis, each) for each in self.categories(basis)}

    def total(self, basis: Basis) -> Decimal | None:
        """The total as stated, else the sum of the categories."""
        stated = self.stated_amount(basis, ALL)
        if stated is None and not basis.total:
            return _total(self._known_by_category(basis).values())
        return self.known_amount(basis, ALL)

    def _within_limits(
        self, basis: Basis, category: str, amounts: Mapping[str, Decimal | None]
    ) -> Decimal | None:
        exact = self._count(basis, category, amounts)
        return None if exact is None else cents(exact)

    def _count(
        self, basis: Basis, category: str, amounts: Mapping[str, Decimal | None]
    ) -> Fraction | None:
        """What counts of a category, of what was incurred in all of them."""
        amount = amounts.get(category)
        if amount is None:
            return None
        counted = Fraction(amount)
        for limit in basis.limits:
            if limit.category != category:
                continue
            if limit.share is not None:
                counted *= self.rules.share(limit.share, self.law)
            if limit.cap is not None:
                base = [self._count(basis, each, amounts) for each in limit.base_in(self.law)]
                if any(part is None for part in base):
                    return None
                cap = self.rules.share(limit.cap, self.law)
                factor = cap / (1 - cap) if limit.within else cap
                # the form rounds a limit to the cent before it compares
                most = cents(factor * sum((part for part in base if part is not None), Fraction(0)))
                counted = min(counted, Fraction(most))
        return counted

    # --- steps ----------------------------------------------------------------------------------

    def steps(self) -> Iterator[Step]:
        """Every step of the year that has something to say."""
        for basis in self.bridge.bases:
            parent = self.parent(basis)
            if parent is not None and (basis.total or not parent.total):
                for category in self.categories(basis):
                    yield from self._step(basis, parent, category)
            if not basis.total:
                yield from self._sum_step(basis)
                if parent is not None and parent.total:
                    yield from self._whole_step(basis, parent)

    def _step(self, basis: Basis, parent: Basis, category: str) -> Iterator[Step]:
        effects, stated = self.effects(basis, category), self.stated_amount(basis, category)
        if basis.limits:
            starts = [self._known_by_category(parent), self._explained_by_category(parent)]
            choices = [
                (parent, each[category], self._within_limits(basis, category, each))
                for each in starts
            ]
        else:
            if basis.total:
                starting = [self.total(parent), *self._sums(parent)]
            else:
                starting = [
                    self.known_amount(parent, category),
                    self.explained_amount(parent, category),
                ]
            choices = [
                (parent, start, None if start is None else start + _sum(effects))
                for start in starting
            ]
            choices += self._from_beside(basis, category, effects)
        start, amount, expected = _best(choices, stated)
        passes = not any(limit.category == category for limit in basis.limits)
        nothing = not effects and (not basis.limits or passes)
        is_free_part = not basis.needs_difference and not effects
        if is_free_part or (stated is None and (expected is None or nothing)):
            return
        missing = (parent.id,) if expected is None else ()
        kind: Literal["limit", "differences"] = "limit" if basis.limits else "differences"
        starts_of = self.categories(start) if basis.limits or basis.total else (category,)
        yield Step(
            self.bridge.id, basis.id, category, self.year, kind, start.id, amount,
            effects, expected, stated, missing,
            self.rounding((basis, category), *((start, each) for each in starts_of)),
        )  # fmt: skip

    def rounding(self, *figures: tuple[Basis, str]) -> Decimal:
        """By how much these figures together may be off."""
        keys = ((basis.id, category, self.year) for basis, category in figures)
        return _sum((key[0], self.accuracy.get(key, NOTHING)) for key in keys)

    def _sums(self, basis: Basis) -> list[Decimal | None]:
        """Totals that the categories of a basis give: as known, and as explained."""
        if basis.total:
            return [self.explained_amount(basis, ALL)]
        return [_total(self._known_by_category(basis).values()), self._sum_explained(basis)]

    def _from_beside(
        self, basis: Basis, category: str, effects: Sequence[tuple[str, Decimal]]
    ) -> list[tuple[Basis, Decimal | None, Decimal | None]]:
        """The figure as it follows from one that follows from the same basis and was stated before."""
        found: list[tuple[Basis, Decimal | None, Decimal | None]] = []
        for other in self.bridge.bases:
            if other is basis:
                break
            if other.of == basis.of and not other.limits and other.total == basis.total:
                stated = self.stated_amount(other, category)
                if stated is not None:
                    back = stated - _sum(self.effects(other, category))
                    found.append((other, stated, back + _sum(effects)))
        return found

    def _sum_step(self, basis: Basis) -> Iterator[Step]:
        stated = self.stated_amount(basis, ALL)
        if stated is None:
            return
        sums = [*self._sums(basis), self._sum_as_used(basis)]
        if basis.limits:
            parent = self.parent(basis)
            assert parent is not None
            sums += [
                self._exact_total(basis, each)
                for each in (self._known_by_category(parent), self._explained_by_category(parent))
            ]
        _, amount, expected = _best([(basis, each, each) for each in sums], stated)
        missing = (basis.id,) if expected is None else ()
        yield Step(
            self.bridge.id, basis.id, ALL, self.year, "sum", basis.id, amount,
            (), expected, stated, missing, self._rounding_of_sum(basis),
        )  # fmt: skip

    def _rounding_of_sum(self, *bases: Basis) -> Decimal:
        every = ((basis, each) for basis in bases for each in {ALL, *self.categories(basis)})
        return self.rounding(*every)

    def _exact_total(self, basis: Basis, amounts: Mapping[str, Decimal | None]) -> Decimal | None:
        """The total rounded once, as a form does that has no line for each category."""
        parts = [self._count(basis, each, amounts) for each in self.categories(basis)]
        if any(part is None for part in parts):
            return None
        return cents(sum((part for part in parts if part is not None), Fraction(0)))

    def _sum_as_used(self, basis: Basis) -> Decimal | None:
        """The sum of the first figures as the next basis took them.

        A category that was mistaken here shows in its own next step, and not in the sum again.
        """
        following = [
            other for other in self.bridge.bases if other.of == basis.id and not other.total
        ]
        parts = []
        for category in self.categories(basis):
            amount = self.stated_amount(basis, category)
            for other in following[:1]:
                after = self.stated_amount(other, category)
                if after is not None and not other.limits:
                    amount = after - _sum(self.effects(other, category))
            parts.append(amount)
        return _total(parts)

    def _whole_step(self, basis: Basis, parent: Basis) -> Iterator[Step]:
        """The total of a basis by categories against the total that it follows from."""
        start, effects = self.known_amount(parent, ALL), self.effects(basis, ALL)
        total, used = self.total(basis), self._sum_as_used(basis)
        if start is None and not effects:
            return
        expected = None if start is None else start + _sum(effects)
        if expected is not None and used == expected:
            total = used
        missing = tuple(
            each.id for each, known in ((parent, expected), (basis, total)) if known is None
        )
        yield Step(
            self.bridge.id, basis.id, ALL, self.year, "differences", parent.id, start,
            effects, expected, total, missing, self._rounding_of_sum(basis, parent),
        )  # fmt: skip


def _sum(effects: Iterable[tuple[str, Decimal]]) -> Decimal:
    return sum((amount for _, amount in effects), NOTHING)


def _total(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None where a part is unknown."""
    known = list(parts)
    return None if None in known else sum((part for part in known if part is not None), NOTHING)


def _best(
    choices: Sequence[tuple[Basis, Decimal | None, Decimal | None]], target: Decimal | None
) -> tuple[Basis, Decimal | None, Decimal | None]:
    """The choice whose figure is what is stated; where none is, the first that is known."""
    known = [choice for choice in choices if choice[2] is not None] or choices
    return next((choice for choice in known if choice[2] == target), known[0])
