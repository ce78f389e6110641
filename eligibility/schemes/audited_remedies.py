"""Rules on figures of the audit report turned round: what a firm can move, and by how much.

Only the latest year can still be moved; what an earlier one lacks no plan fills.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eligibility.comparisons import decimal, slack
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Lever, Need
from eligibility.schemes.audited_figures import LATEST, amount, last_years


def levers_of(rights: str, firms: FirmTable) -> Mapping[str, Lever]:
    """Class I rights, counted by the field ``rights``, and R&D of the latest year."""
    free = np.full(firms.rows, np.inf)

    def more(field: str) -> Lever:
        present = firms.numbers(field)
        return Lever(field, present, free, lambda further: {field: decimal(present + further)})

    return {
        "class1_rights": more(rights),
        # a right that is transferred in does not count, so that one of own research is what is filed
        "own_research": Lever(rights, np.zeros(firms.rows), free, lambda _: {}),
        "rd_at_home": more("rd_cost_y3"),
    }


def rights_need(rights: str, least: float, instead: Bools, firms: FirmTable) -> tuple[Need, ...]:
    """Class I rights up to a line; none where another fact takes their place."""
    short = np.where(instead, 0.0, least - firms.numbers(rights))
    return (Need(short, {"class1_rights": 1.0}),)


def amount_needs(stem: str, least: float, law: Edition, firms: FirmTable) -> tuple[Need, ...]:
    """An amount of each year that the edition looks at, up to a line."""
    return tuple(
        _need(least - slack(least) - amount(stem, year, firms), year) for year in last_years(law)
    )


def share_needs(
    part: str, whole: str, line: float, law: Edition, firms: FirmTable
) -> tuple[Need, ...]:
    """A share of each year that the edition looks at, up to a line."""
    needs = []
    for year in last_years(law):
        base = amount(whole, year, firms)
        # of nothing no ratio is formed, however much is spent
        spent = amount(part, year, firms)
        short = np.where(base == 0, np.nan, (line - slack(line)) * base - spent)
        needs.append(_need(short, year))
    return tuple(needs)


def _need(short: Floats, year: int) -> Need:
    return Need(short, {"rd_at_home": 1.0} if year == LATEST else {})
