"""The figures that conditions and scored items share, formed from the input as 63号 annex 1 says."""

from __future__ import annotations

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.schemes.three_valued_logic import Truth, reaches, yes

#: facts each of which is a direct route, in the annex's order
ROUTES = ("science_award", "hightech_certificate", "ip_demonstration", "rd_institution")


def direct_route(firms: FirmTable, law: Edition) -> Truth:
    """Direct entry: one of the facts, or new equity of three years."""
    route = reaches("new_equity_3y", law.value("direct_equity"), firms)
    for name in ROUTES:
        route = route | yes(name, firms)
    return route
