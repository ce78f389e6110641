"""Reconciliation of the three books (三表对账): books → super-deduction → certification, to the cent.

Each basis of a figure follows from another by named differences, which the firm states, and by
limits, which are computed. What neither explains is the *rest* of that step. A figure is explained
if it follows from the figure before it as stated, or from the first one by all steps between: so an
error shows in the step where it was made, whether later figures carry it on or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from eligibility.domain.errors import InputError
from eligibility.domain.law import Edition
from eligibility.evidence.bridge_year import EXACT, Amounts, BridgeYear, Step
from eligibility.schemes.reconciliation_rules import (
    ALL,
    Basis,
    BridgeSign,
    ReconciliationRules,
)


@dataclass(frozen=True)
class SignSeen:
    """Sign of a reconciliation and the fiscal years in which it shows."""

    sign: BridgeSign
    years: tuple[int, ...]


@dataclass(frozen=True)
class Reconciliation:
    """The bridges of one firm: every step, and the signs that they show.

    Attributes
    ----------
    law : Edition
        Whose numbers the certification is counted by.
    years : tuple of int
        Fiscal years, rising.
    steps : tuple of Step
        In the order of bridges, bases, categories and years.
    """

    rules: ReconciliationRules
    law: Edition
    amounts: Amounts
    years: tuple[int, ...]
    steps: tuple[Step, ...]
    signs: tuple[SignSeen, ...]

    @property
    def rests(self) -> tuple[Step, ...]:
        """The steps with a rest that is not zero."""
        return tuple(step for step in self.steps if step.rest)

    @property
    def open_steps(self) -> tuple[Step, ...]:
        """The steps that a missing figure leaves open."""
        return tuple(step for step in self.steps if step.missing)


def reconcile(
    amounts: Amounts, rules: ReconciliationRules, law: Edition, accuracy: Amounts = EXACT
) -> Reconciliation:
    """Work every bridge out for all years that have a figure.

    Parameters
    ----------
    amounts : mapping of (id, category, year) to Decimal
        Figures and differences as :func:`eligibility.evidence.bridge_file.read_amounts` gives them;
        a figure that is not there is unknown, a difference that is not there is none.
    rules : ReconciliationRules
    law : Edition
        The edition that the application comes under.
    accuracy : mapping of (id, category, year) to Decimal, optional
        By how much a figure may be off that a paper has rounded; all others are exact.

    Raises
    ------
    InputError
        If there is no figure, or a year is before the first that the rules hold for.
    """
    years = tuple(sorted({year for _, _, year in amounts}))
    if not years:
        raise InputError("There is no figure to reconcile.")
    if years[0] < rules.first_year:
        raise InputError(
            "Figures of {year} cannot be reconciled: the rules held begin with {first}.",
            year=years[0],
            first=rules.first_year,
        )
    steps = tuple(
        step
        for bridge in rules.bridges
        for year in years
        for step in BridgeYear(bridge, rules, law, amounts, year, accuracy).steps()
    )
    order = {basis.id: place for place, basis in enumerate(_all_bases(rules))}
    steps = tuple(sorted(steps, key=lambda step: order[step.basis]))
    shows = [
        SignSeen(sign, seen)
        for sign in rules.signs
        if (seen := tuple(y for y in years if _shows(sign, rules, law, amounts, steps, y)))
    ]
    return Reconciliation(rules, law, amounts, years, steps, tuple(shows))


def _all_bases(rules: ReconciliationRules) -> list[Basis]:
    return [basis for bridge in rules.bridges for basis in bridge.bases]


# --- signs --------------------------------------------------------------------------------------


class _Totals:
    """Figures of one year by basis, whichever bridge they are of."""

    def __init__(
        self, rules: ReconciliationRules, law: Edition, amounts: Amounts, year: int
    ) -> None:
        self._years = [BridgeYear(each, rules, law, amounts, year) for each in rules.bridges]

    @cached_property
    def _by_basis(self) -> Mapping[str, tuple[BridgeYear, Basis]]:
        return {basis.id: (each, basis) for each in self._years for basis in each.bridge.bases}

    def total(self, basis_id: str) -> Decimal | None:
        of_year, basis = self._by_basis[basis_id]
        return of_year.total(basis)

    def known_amount(self, basis_id: str, category: str) -> Decimal | None:
        of_year, basis = self._by_basis[basis_id]
        return of_year.known_amount(basis, category)

    def parts(self) -> Iterator[tuple[Decimal, Decimal]]:
        """(part, whole) of every basis that is a part of another, as stated."""
        for of_year, basis in self._by_basis.values():
            parent = of_year.parent(basis)
            if basis.part and parent is not None:
                part, whole = of_year.stated_amount(basis, ALL), of_year.stated_amount(parent, ALL)
                if part is not None and whole is not None:
                    yield part, whole


def _shows(
    sign: BridgeSign,
    rules: ReconciliationRules,
    law: Edition,
    amounts: Amounts,
    steps: Sequence[Step],
    year: int,
) -> bool:
    """Whether a sign shows in a year; unknown figures show nothing."""
    if sign.looks_at == "rest":
        return any(step.rest for step in steps if step.year == year)
    totals = _Totals(rules, law, amounts, year)
    if sign.looks_at == "part":
        return any(part > whole for part, whole in totals.parts())
    if sign.looks_at == "cut":
        before, after = (totals.known_amount(basis, sign.category) for basis in sign.bases)
        return before is not None and after is not None and after < before
    found = [totals.total(basis) for basis in sign.bases]
    if None in found:
        return False
    if sign.looks_at == "same":
        return len(set(found)) == 1 and bool(found[0])
    first, second = found
    return first is not None and second is not None and first < second
