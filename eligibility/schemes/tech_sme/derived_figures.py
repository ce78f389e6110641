"""The figures that conditions and scored items share, formed from the input as the law says.

115号 第八条 直接确认, 第九条（三）研发费用.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition

#: facts each of which confirms a firm directly (第八条), in the article's order
ROUTES = ("hightech_certificate", "national_award", "rd_institution", "standard_led")


@dataclass(frozen=True)
class DirectRoute:
    """Whether a firm is confirmed without regard to its score (第八条), shape (n,) each.

    ``certain`` where one of the four facts holds, ``possible`` where one may; ``missing`` as in a
    Finding.
    """

    certain: Bools
    possible: Bools
    missing: dict[str, Bools]


def direct_route(firms: FirmTable) -> DirectRoute:
    """The four facts of 第八条, any of which is enough."""
    answers = np.stack([firms.numbers(name) for name in ROUTES])
    blank = np.isnan(answers)
    certain = np.logical_or.reduce(answers == 1)
    return DirectRoute(
        certain,
        certain | np.logical_or.reduce(blank),
        {name: unknown & ~certain for name, unknown in zip(ROUTES, blank, strict=True)},
    )


def rd_costs(firms: FirmTable, law: Edition) -> Floats:
    """R&D of the latest year by the super-deduction rules (第九条（三）), CNY; NaN where blank."""
    costs = firms.numbers("rd_super_deduction_y3")
    if law.reading("rd_basis") == "certification":
        return np.where(np.isnan(costs), firms.numbers("rd_expense_y3"), costs)
    return costs
