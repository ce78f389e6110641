"""The rules turned round, as far as a plan can move them: rights and R&D of the latest year.

What has no function here (a title, years in the segment, revenue, a share of the market, the platform's
score) a plan names as what has to be planned by hand.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eligibility.comparisons import slack
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Lever, Need
from eligibility.schemes.audited_figures import LAST_TWO, amount
from eligibility.schemes.audited_remedies import levers_of, rights_need, share_needs

from .derived_figures import rights_of


def levers(firms: FirmTable, law: Edition) -> Mapping[str, Lever]:
    """Every figure that a firm can move to its advantage."""
    return levers_of(rights_of(law, firms)[0], firms)


def class1_rights(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """新: Class I rights in use, as each edition counts them."""
    field, instead = rights_of(law, firms)
    return rights_need(field, law.value("class1_min"), instead.certain, firms)


def rd_cost_floor(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """2号（三）: R&D of two years together."""
    total = law.value("rd_cost_min")
    both = np.sum([amount("rd_cost", year, firms) for year in LAST_TWO], axis=0)
    return (Need(total - slack(total) - both, {"rd_at_home": 1.0}),)


def rd_share_floor(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """2号（三）: R&D over operating revenue of each of two years."""
    return share_needs("rd_cost", "operating_revenue", law.value("rd_share_min"), law, firms)
