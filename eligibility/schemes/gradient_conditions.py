"""The conditions that the titles of the SME gradient (优质中小企业梯度培育) word alike.

A scheme's criteria.py imports those that its editions name. Every function takes the firms and the
edition and gives a Finding; no number of the law stands here.
"""

from __future__ import annotations

import numpy as np

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding
from eligibility.schemes.audited_figures import (
    LATEST,
    debt,
    empty_misses,
    segment_years,
    share_of_year,
)
from eligibility.schemes.three_valued_logic import (
    between,
    decide,
    share_reaches,
    share_within,
    wants_no,
    wants_yes,
)


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
    """Three years without accident or tax evasion."""
    return wants_no("incident_three_years", firms)


def no_serious_incident(firms: FirmTable, law: Edition) -> Finding:
    """Three years without what annex 3 of 2号 names."""
    return wants_no("serious_incident_three_years", firms)


def segment_term(firms: FirmTable, law: Edition) -> Finding:
    """Full years in the segment by the end of last year."""
    years, least = segment_years(firms, law), law.value("segment_years_min")
    blank = np.isnan(years)
    truth = between(
        np.nan_to_num(years), np.where(blank, np.inf, years), least, {"segment_since": blank}
    )
    return decide(truth, figure=years, line=least)


def main_business_share(firms: FirmTable, law: Edition) -> Finding:
    """Main business over operating revenue."""
    figure, least = (
        share_of_year("main_revenue", "operating_revenue", LATEST, firms),
        law.value("main_share_min"),
    )
    truth = share_reaches(figure, least, empty_misses=empty_misses(law))
    terms = {"part": figure.part, "whole": figure.whole}
    return decide(truth, figure=figure.value, line=least, terms=terms)


def debt_limit(firms: FirmTable, law: Edition) -> Finding:
    """Liabilities over assets at year end."""
    figure, most = debt(firms), law.value("debt_ratio_max")
    truth = share_within(figure, most, empty_misses=empty_misses(law))
    return decide(truth, figure=figure.value, line=most, ceiling=True)
