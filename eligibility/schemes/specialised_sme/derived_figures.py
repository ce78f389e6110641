"""What takes the place of points, formed from the input as the annexes say."""

from __future__ import annotations

from functools import reduce
from operator import or_

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.schemes.audited_figures import mean_reaches
from eligibility.schemes.three_valued_logic import Truth, reaches, yes

REVIEW_FIELD = "specialised_review"


def direct_route(firms: FirmTable, law: Edition) -> Truth | None:
    """What takes the place of the score (63号 annex 2（四）); None where the edition has none."""
    if "direct_equity" not in law.parameters:
        return None
    routes = (
        yes("ranked_award", firms),
        mean_reaches("rd_cost", law.value("direct_rd_mean"), firms),
        reaches("new_equity_2y", law.value("direct_equity"), firms),
        yes("maker_china_500", firms),
    )
    return reduce(or_, routes)
