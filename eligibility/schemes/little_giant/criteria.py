"""The conditions of 63号 annex 3 and of 2号 annex 2, one function each.

Every function takes the firms and the edition and gives a Finding; the condition on the score takes
the ScoreInterval. No number of the law stands here: each comes from the edition by name.
"""

from __future__ import annotations

import numpy as np

from eligibility.comparisons import at_least, at_most
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, ScoreInterval
from eligibility.schemes.audited_figures import (
    LAST_TWO,
    LATEST,
    amount,
    amount_reaches,
    each_year_reaches,
    empty_misses,
    mean_reaches,
)
from eligibility.schemes.gradient_conditions import (  # noqa: F401
    clean_record,
    debt_limit,
    legal_person,
    main_business_share,
    no_serious_incident,
    not_listed,
    permitted_products,
    segment_term,
    sme_size,
)
from eligibility.schemes.three_valued_logic import (
    Truth,
    between,
    decide,
    has_title,
    no,
    reaches,
    wants_yes,
    yes,
)

from .derived_figures import REVIEW_FIELD, direct_route, growth, is_annex_3, rights_of


def prior_title(firms: FirmTable, law: Edition) -> Finding:
    """The title of the rung below, in force."""
    return _any_yes(has_title("specialised_title", firms))


def revenue_floor(firms: FirmTable, law: Edition) -> Finding:
    """2号（二）: operating revenue of the latest year."""
    revenue, least = amount("operating_revenue", LATEST, firms), law.value("revenue_min")
    return decide(_revenue_reaches(least, firms), figure=revenue, line=least)


def growth_floor(firms: FirmTable, law: Edition) -> Finding:
    """专: growth over two years; under 2号 not asked of a review."""
    rate, empty, missing = growth(law, firms)
    least = law.value("growth_min")
    left_open = (np.isnan(rate) & ~empty) | (empty & (not empty_misses(law)))
    reached = at_least(rate, least)
    truth, exempt = Truth(reached, reached | left_open, missing), None
    if not is_annex_3(law):
        exempt = yes(REVIEW_FIELD, firms)
        truth = truth | exempt
    line = least if exempt is None else np.where(exempt.certain, np.nan, least)
    return decide(truth, figure=rate, line=line)


def information_system(firms: FirmTable, law: Edition) -> Finding:
    """63号 精: a core business on an information system."""
    return wants_yes("information_system", firms)


def certified_system(firms: FirmTable, law: Edition) -> Finding:
    """63号 精: a certified management system, or a product certified abroad."""
    return _any_yes(yes("system_certified", firms) | yes("product_certified_abroad", firms))


def rd_cost_floor(firms: FirmTable, law: Edition) -> Finding:
    """2号（三）: R&D of two years together."""
    total = law.value("rd_cost_min")
    mean = total / len(LAST_TWO)
    observed = np.sum([amount("rd_cost", year, firms) for year in LAST_TWO], axis=0)
    return decide(mean_reaches("rd_cost", mean, firms), figure=observed, line=total)


def rd_share_floor(firms: FirmTable, law: Edition) -> Finding:
    """2号（三）: R&D over operating revenue of each of two years."""
    least = law.value("rd_share_min")
    truth, lowest = each_year_reaches("rd_cost", "operating_revenue", least, law, firms)
    terms = {"part": lowest.part, "whole": lowest.whole}
    return decide(truth, figure=lowest.value, line=least, terms=terms)


def rd_tier(firms: FirmTable, law: Edition) -> Finding:
    """63号 新 1: R&D by the size of revenue, or a direct route."""
    high = _revenue_reaches(law.value("revenue_high"), firms)
    middle = _revenue_reaches(law.value("revenue_middle"), firms)
    by_share = {
        name: each_year_reaches("rd_cost", "operating_revenue", law.value(name), law, firms)[0]
        for name in ("rd_share_high", "rd_share_middle")
    }
    by_equity = (
        reaches("new_equity_2y", law.value("small_equity"), firms)
        & reaches("rd_cost_y3", law.value("small_rd_cost"), firms)
        & reaches("rd_staff_share", law.value("small_rd_staff_share"), firms)
    )
    tier = (
        (high & by_share["rd_share_high"])
        | (~high & middle & by_share["rd_share_middle"])
        | (~middle & by_equity)
    )
    return _any_yes(tier | direct_route(firms))


def rd_institution_built(firms: FirmTable, law: Edition) -> Finding:
    """63号 新 2: an R&D institution, or a direct route."""
    return _any_yes(yes("rd_institution_built", firms) | direct_route(firms))


def class1_rights(firms: FirmTable, law: Edition) -> Finding:
    """新: Class I rights in use, counted as each edition counts; or what takes their place."""
    least = law.value("class1_min")
    field, instead = rights_of(law, firms)
    return decide(
        reaches(field, least, firms) | instead,
        figure=firms.numbers(field),
        line=np.where(instead.certain, np.nan, least),
    )


def market_share(firms: FirmTable, law: Edition) -> Finding:
    """特: the share of the segment; under 2号 a rank at home instead."""
    least, figure = law.value("market_share_min"), firms.numbers("market_share")
    truth = reaches("market_share", least, firms)
    if "market_rank_max" not in law.parameters:
        return decide(truth, figure=figure, line=least)
    rank = firms.numbers("market_rank")
    blank, ranks = np.isnan(rank), at_most(rank, law.value("market_rank_max")) & (rank > 0)
    by_rank = Truth(ranks, ranks | blank, {"market_rank": blank})
    line = np.where(by_rank.certain, np.nan, least)
    return decide(truth | by_rank, figure=figure, line=line)


def own_brand(firms: FirmTable, law: Edition) -> Finding:
    """63号 特: an own brand."""
    return wants_yes("own_brand", firms)


def chain_link(firms: FirmTable, law: Edition) -> Finding:
    """63号 链: a key link of a chain."""
    return wants_yes("chain_link", firms)


def key_product(firms: FirmTable, law: Edition) -> Finding:
    """品: a field whose lists are not held, so that it stands as it was answered."""
    return wants_yes("priority_product" if is_annex_3(law) else "key_product", firms)


def no_bar(firms: FirmTable, law: Edition) -> Finding:
    """117号: nothing bars a new application; a review is none."""
    return _none_of(no("barred_by_notice", firms) | yes(REVIEW_FIELD, firms))


def evaluation_score(score: ScoreInterval, law: Edition) -> Finding:
    """2号（七）: the platform's score on its mark."""
    mark = law.score.pass_mark
    truth = between(score.low, score.high, mark, score.missing)
    return decide(truth, figure=score.low, line=mark)


def _revenue_reaches(line: float, firms: FirmTable) -> Truth:
    return amount_reaches("operating_revenue", line, firms)


def _any_yes(truth: Truth) -> Finding:
    holds = truth.certain.astype(np.float64)
    return decide(truth, figure=np.where(truth.is_open, np.nan, holds))


def _none_of(truth: Truth) -> Finding:
    stands = 1 - truth.certain.astype(np.float64)
    return decide(truth, figure=np.where(truth.is_open, np.nan, stands))
