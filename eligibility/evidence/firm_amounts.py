"""Figures of a reconciliation that a firm's own file holds, such as one that papers filled in."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable, years_of
from eligibility.evidence.bridge_year import CENT, Amounts
from eligibility.schemes.reconciliation_rules import ALL, Bridge, ReconciliationRules

#: how the fields of the three years end
YEARS = ("_y1", "_y2", "_y3")


def firm_amounts(
    firms: FirmTable, row: int, rules: ReconciliationRules
) -> dict[tuple[str, str, int], Decimal]:
    """The figures of one firm by basis, category and calendar year.

    Parameters
    ----------
    firms : FirmTable
        Money in CNY.
    row : int
        Of the firm.
    rules : ReconciliationRules
        Which fields hold which figures.
    """
    applied = firms.dates("application_date")[row]
    years = years_of(int(applied.astype("datetime64[Y]").astype(int)) + 1970)
    amounts: dict[tuple[str, str, int], Decimal] = {}
    for bridge in rules.bridges:
        for item, category, stem in figure_fields(bridge):
            # a figure that is asked for once is that of the latest year
            places = [*zip(YEARS, years, strict=True), ("", years[-1])]
            for ending, year in places:
                if f"{stem}{ending}" in firms.columns:
                    value = float(firms.numbers(f"{stem}{ending}")[row])
                    if not np.isnan(value):
                        amounts[item, category, year] = Decimal(repr(value)).quantize(
                            CENT, ROUND_HALF_UP
                        )
    return amounts


def figure_fields(bridge: Bridge) -> list[tuple[str, str, str]]:
    """(id, category, stem of the field) of every figure that a file of firms may hold."""
    found = []
    for basis in bridge.bases:
        if basis.field is not None:
            for category in (ALL,) if basis.total else bridge.categories:
                found.append((basis.id, category, basis.field.format(category=category)))
        if basis.total_field is not None:
            found.append((basis.id, ALL, basis.total_field))
    found += [(each.id, ALL, each.field) for each in bridge.differences if each.field is not None]
    return found


def merge_amounts(
    figures: Amounts, of_firm: Amounts, file: str
) -> dict[tuple[str, str, int], Decimal]:
    """Figures of two sources, of which neither may contradict the other.

    Raises
    ------
    InputError
        If the same figure differs; the sentence names both amounts.
    """
    for (item, category, year), amount in of_firm.items():
        other = figures.get((item, category, year), amount)
        if other != amount:
            raise InputError(
                "{item} ({category}, {year}) is {amount} in {file} and {other} in the figures given; leave the wrong one out.",
                item=item, category=category, year=year, amount=amount, file=file, other=other,
            )  # fmt: skip
    return {**of_firm, **figures}
