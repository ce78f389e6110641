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
    debt,
    each_amount_reaches,
    each_year_reaches,
    empty_misses,
    least_amount,
    segment_years,
    share_of_year,
)
from eligibility.schemes.kleene import (
    Truth,
    between,
    decide,
    has_title,
    reaches,
    share_reaches,
    share_within,
    wants_no,
    wants_yes,
    yes,
)

from .derived_figures import direct_route


def legal_person(firms: FirmTable, law: Edition) -> Finding:
    """A legal person of mainland China."""
    return wants_yes("independent_legal_person", firms)


def sme_size(firms: FirmTable, law: Edition) -> Finding:
    """An SME by the national standard, whose lines are not held here."""
    return wants_yes("sme_by_standard", firms)


def permitted_products(firms: FirmTable, law: Edition) -> Finding:
    """Nothing prohibited, restricted or phased out."""
    return wants_no("restricted_products", firms)


def not_listed(firms: FirmTable, law: Edition) -> Finding:
    """On no list of irregular or dishonest firms."""
    return wants_no("on_dishonesty_list", firms)


def clean_record(firms: FirmTable, law: Edition) -> Finding:
    """63号: three years without accident or tax evasion."""
    return wants_no("incident_three_years", firms)


def no_serious_incident(firms: FirmTable, law: Edition) -> Finding:
    """2号: three years without what its annex 3 names."""
    return wants_no("serious_incident_three_years", firms)


def prior_title(firms: FirmTable, law: Edition) -> Finding:
    """2号（一）: the title of a rung below, in force."""
    first, second = has_title("tech_sme_title", firms), has_title("innovative_title", firms)
    truth = first & second if law.reading("prior_titles") == "both" else first | second
    return decide(truth, figure=np.where(truth.is_open, np.nan, truth.certain.astype(np.float64)))


def segment_term(firms: FirmTable, law: Edition) -> Finding:
    """（一）: full years in the segment by the end of last year."""
    years, least = segment_years(firms, law), law.value("segment_years_min")
    blank = np.isnan(years)
    truth = between(
        np.nan_to_num(years), np.where(blank, np.inf, years), least, {"segment_since": blank}
    )
    return decide(truth, figure=years, line=least)


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


def main_business_share(firms: FirmTable, law: Edition) -> Finding:
    """2号（二）: main business over operating revenue."""
    figure, least = (
        share_of_year("main_revenue", "operating_revenue", LATEST, firms),
        law.value("main_share_min"),
    )
    truth = share_reaches(figure, least, empty_misses=empty_misses(law))
    terms = {"part": figure.part, "whole": figure.whole}
    return decide(truth, figure=figure.value, line=least, terms=terms)


def debt_limit(firms: FirmTable, law: Edition) -> Finding:
    """2号（二）: liabilities over assets at year end."""
    figure, most = debt(firms), law.value("debt_ratio_max")
    truth = share_within(figure, most, empty_misses=empty_misses(law))
    return decide(truth, figure=figure.value, line=most, ceiling=True)


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
