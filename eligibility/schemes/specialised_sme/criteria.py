"""The conditions of 63号 annex 2 and of 2号 annex 1, one function each.

Every function takes the firms and the edition and gives a Finding; the condition on the score takes
the ScoreInterval. No number of the law stands here: each comes from the edition by name.
"""

from __future__ import annotations

import numpy as np

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, ScoreInterval
from eligibility.schemes.audited_figures import (
    LATEST,
    amount,
    amount_reaches,
    each_amount_reaches,
    each_year_reaches,
    least_amount,
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
    reaches,
    wants_yes,
    yes,
)

from .derived_figures import direct_route


def prior_title(firms: FirmTable, law: Edition) -> Finding:
    """2号（一）: the title of a rung below, in force."""
    first, second = has_title("tech_sme_title", firms), has_title("innovative_title", firms)
    truth = first & second if law.reading("prior_titles") == "both" else first | second
    return decide(truth, figure=np.where(truth.is_open, np.nan, truth.certain.astype(np.float64)))


def revenue_floor(firms: FirmTable, law: Edition) -> Finding:
    """Operating revenue, or new equity of two years instead."""
    least = law.value("revenue_min")
    by_revenue = amount_reaches("operating_revenue", least, firms)
    by_equity = reaches("new_equity_2y", law.value("revenue_equity"), firms)
    return decide(
        by_revenue | by_equity,
        figure=amount("operating_revenue", LATEST, firms),
        line=np.where(by_equity.certain, np.nan, least),
    )


def rd_cost_floor(firms: FirmTable, law: Edition) -> Finding:
    """R&D expenses of each year that the edition looks at."""
    least = law.value("rd_cost_min")
    truth = each_amount_reaches("rd_cost", least, law, firms)
    return decide(truth, figure=least_amount("rd_cost", law, firms), line=least)


def rd_share_floor(firms: FirmTable, law: Edition) -> Finding:
    """R&D over operating revenue of each year that the edition looks at."""
    least = law.value("rd_share_min")
    truth, lowest = each_year_reaches("rd_cost", "operating_revenue", least, law, firms)
    terms = {"part": lowest.part, "whole": lowest.whole}
    return decide(truth, figure=lowest.value, line=least, terms=terms)


def class1_rights(firms: FirmTable, law: Edition) -> Finding:
    """2号（四）: Class I rights in use; or an award or an institution, then they are not looked at."""
    least = law.value("class1_min")
    instead = yes("ministerial_award", firms) | yes("rd_institution", firms)
    return decide(
        reaches("own_class1_in_use", least, firms) | instead,
        figure=firms.numbers("own_class1_in_use"),
        line=np.where(instead.certain, np.nan, least),
    )


def market_position(firms: FirmTable, law: Edition) -> Finding:
    """2号（五）: well placed in its segment; no number, so it stands as it was answered."""
    return wants_yes("market_position", firms)


def evaluation_score(score: ScoreInterval, law: Edition) -> Finding:
    """The mark of the score; under 63号 one of four facts may take its place."""
    mark = law.score.pass_mark
    truth: Truth = between(score.low, score.high, mark, score.missing)
    route = direct_route(score.firms, law)
    if route is None:
        return decide(truth, figure=score.low, line=mark)
    return decide(truth | route, figure=score.low, line=np.where(route.certain, np.nan, mark))
