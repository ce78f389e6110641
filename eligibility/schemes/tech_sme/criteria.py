"""The conditions of 115号 第六条 and of the guide of 2022, one function each, in the article's order.

Every function takes the firms and the edition and gives a Finding; the condition on the score
takes the ScoreInterval. No number of the law stands here: each comes from the edition by name.
第八条 confirms a firm directly: then neither the score nor the points for staff are asked for.
"""

from __future__ import annotations

import numpy as np

from eligibility.comparisons import at_least, at_most, part_of_whole, quotient
from eligibility.domain.arrays import Floats, merge_missing
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, ScoreInterval, finding

from .derived_figures import count, direct_route


def mainland_resident(firms: FirmTable, law: Edition) -> Finding:
    """第六条（一）: a resident enterprise registered in mainland China."""
    return _answer("mainland_resident", True, firms)


def staff_limit(firms: FirmTable, law: Edition) -> Finding:
    """第六条（二）: staff up to the limit."""
    return _limit("staff_total", count(firms, "staff_total"), law.value("staff_max"))


def sales_limit(firms: FirmTable, law: Edition) -> Finding:
    """第六条（二）: sales of the latest year up to the limit."""
    return _limit("sales_revenue_y3", firms.numbers("sales_revenue_y3"), law.value("sales_max"))


def assets_limit(firms: FirmTable, law: Edition) -> Finding:
    """第六条（二）: total assets up to the limit."""
    return _limit("total_assets_y3", firms.numbers("total_assets_y3"), law.value("assets_max"))


def permitted_products(firms: FirmTable, law: Edition) -> Finding:
    """第六条（三）: nothing prohibited, restricted or phased out."""
    return _answer("restricted_products", False, firms)


def no_serious_violation(firms: FirmTable, law: Edition) -> Finding:
    """第六条（四）: no major accident, violation or misconduct in the year before and the year itself."""
    return _answer("serious_violation", False, firms)


def not_listed(firms: FirmTable, law: Edition) -> Finding:
    """第六条（四）: on neither list."""
    return _answer("on_dishonesty_list", False, firms)


def audit_collection(firms: FirmTable, law: Edition) -> Finding:
    """67号: taxed by its books."""
    return _answer("audit_collection", True, firms)


def eligible_industry(firms: FirmTable, law: Edition) -> Finding:
    """67号: not of an industry that the super-deduction leaves out."""
    return _answer("excluded_industry", False, firms)


def staff_points(firms: FirmTable, law: Edition) -> Finding:
    """第六条（五）: the item of S&T staff gives points; or 第八条."""
    route = direct_route(firms)
    part, whole = count(firms, "st_staff"), count(firms, "staff_total")
    share = quotient(part, whole)
    # the lowest band that gives points stands above the one that gives none
    needed = law.items["st_staff_share"].bands[-2].at_least or 0.0
    reached = at_least(share, needed)
    is_known = ~np.isnan(part) & ~np.isnan(whole)
    empty_misses = law.reading("zero_denominator") != "review"
    if not empty_misses:
        is_known &= whole != 0
    over_blanks = part_of_whole(part, whole, needed)
    decided, reaches = over_blanks.decide(empty_misses=empty_misses)
    blank = np.isnan(share) & (np.isnan(part) | np.isnan(whole))
    is_known, reached = np.where(blank, decided, is_known), np.where(blank, reaches, reached)
    return finding(
        passes=reached | route.certain,
        decided_rows=route.certain | (is_known & (reached | ~route.possible)),
        observed=share,
        required=np.where(route.certain, np.nan, needed),
        missing={
            "st_staff": np.isnan(part),
            "staff_total": np.isnan(whole),
            **route.missing,
        },
        terms={"part": part, "whole": whole},
    )


def evaluation_score(score: ScoreInterval, law: Edition) -> Finding:
    """第六条（五）: certain when the low end reaches the mark, out of reach when the high end fails; or 第八条."""
    route = direct_route(score.firms)
    mark = law.score.pass_mark
    certain, possible = at_least(score.low, mark), at_least(score.high, mark)
    open_points = {name: blank & possible for name, blank in score.missing.items()}
    return finding(
        passes=certain | route.certain,
        decided_rows=certain | route.certain | ~(possible | route.possible),
        observed=score.low,
        required=np.where(route.certain, np.nan, mark),
        missing=merge_missing(open_points, route.missing),
    )


def _answer(field: str, expectation: bool, firms: FirmTable) -> Finding:
    answer = firms.numbers(field)
    blank = np.isnan(answer)
    return finding(
        passes=answer == expectation,
        decided_rows=~blank,
        observed=answer,
        required=np.nan,
        missing={field: blank},
    )


def _limit(field: str, figure: Floats, line: float) -> Finding:
    return finding(
        passes=at_most(figure, line),
        decided_rows=~np.isnan(figure),
        observed=figure,
        required=line,
        missing={field: np.isnan(figure)},
        ceiling=True,
    )
