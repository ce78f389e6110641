"""The figures that conditions and scored items share, formed from the input as the law says.

115号 第八条 直接确认, 第九条（一）（二）（五）heads and rights, （三）研发费用.

Heads and rights are facts of their own here, for the texts differ. 195号 三、（五） counts S&T staff
by days of actual work, those in service too, and part-time and temporary people by days; 第九条（一）（二）
sets no time for people in service and months for the others. 195号 三、（二） counts rights granted in
mainland China, one that several own for one owner alone; 第七条 3 those in force, undisputed and
related to the main products. A blank fact of 115号 says that it is the count for certification,
which stands in, and a sign says so: a bound it is only of S&T staff, as far as the time goes (whoever worked the days
of 195号 counts here), and of no share, for the staff may be more too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition

#: facts each of which confirms a firm directly (第八条), in the article's order
ROUTES = ("hightech_certificate", "national_award", "rd_institution", "standard_led")
#: counts for certification (195号), and the facts of 115号 that go before them
OWN_COUNTS = {
    "staff_total": "tech_sme_staff_total",
    "st_staff": "tech_sme_st_staff",
    "ip_class1_count": "tech_sme_class1_count",
    "ip_class2_count": "tech_sme_class2_count",
}


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
    certain = np.logical_or.reduce([firms.numbers(name) == 1 for name in ROUTES])
    missing = {name: np.isnan(firms.numbers(name)) & ~certain for name in ROUTES}
    return DirectRoute(certain, certain | np.logical_or.reduce([*missing.values()]), missing)


def rd_costs(firms: FirmTable, law: Edition) -> Floats:
    """R&D of the latest year by the super-deduction rules (第九条（三）), CNY; NaN where blank."""
    costs = firms.numbers("rd_super_deduction_y3")
    if law.reading("rd_basis") == "certification":
        return np.where(np.isnan(costs), firms.numbers("rd_expense_y3"), costs)
    return costs


def count(firms: FirmTable, name: str) -> Floats:
    """Heads or rights by 第九条, else the count for certification of this id; NaN where both are blank."""
    own = firms.numbers(OWN_COUNTS[name])
    return np.where(np.isnan(own), firms.numbers(name), own)


def count_bounds(firms: FirmTable, name: str) -> tuple[Floats, Floats]:
    """The least and the most of a count, shape (n,) each; of the one for certification its list's."""
    own = firms.numbers(OWN_COUNTS[name])
    least, most = (np.where(np.isnan(own), end, own) for end in firms.bounds(name))
    return least, most


def stand_in(firms: FirmTable) -> Bools:
    """Where a count for certification, that is not nothing, stands in for one of 第九条."""
    rows: Bools = np.logical_or.reduce(
        [
            np.isnan(firms.numbers(own)) & (firms.bounds(name)[0] > 0)
            for name, own in OWN_COUNTS.items()
        ]
    )
    return rows


def add_to_count(firms: FirmTable, name: str, amount: Floats) -> dict[str, Floats]:
    """Columns of a count with so many more, by either measure; a blank one stays blank."""
    return {each: firms.numbers(each) + amount for each in (name, OWN_COUNTS[name])}
