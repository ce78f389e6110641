"""The rules turned round, as far as a plan can move them: rights and R&D of the latest year.

What has no function here (a title, years in the segment, revenue, the platform's score) a plan names as
what has to be planned by hand.
"""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Lever, Need
from eligibility.schemes.audited_remedies import (
    amount_needs,
    levers_of,
    rights_need,
    share_needs,
)
from eligibility.schemes.three_valued_logic import yes

RIGHTS = "own_class1_in_use"


def levers(firms: FirmTable, law: Edition) -> Mapping[str, Lever]:
    """Every figure that a firm can move to its advantage."""
    return levers_of(RIGHTS, firms)


def class1_rights(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """2号（四）: Class I rights in use."""
    instead = yes("ministerial_award", firms) | yes("rd_institution", firms)
    return rights_need(RIGHTS, law.value("class1_min"), instead.certain, firms)


def rd_cost_floor(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """R&D expenses of each year that the edition looks at."""
    return amount_needs("rd_cost", law.value("rd_cost_min"), law, firms)


def rd_share_floor(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """R&D over operating revenue of each year that the edition looks at."""
    return share_needs("rd_cost", "operating_revenue", law.value("rd_share_min"), law, firms)
