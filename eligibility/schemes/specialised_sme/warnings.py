"""Signs, in what a firm entered, that a person should look before anyone relies on the result."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, Warning
from eligibility.domain.text import Wording
from eligibility.schemes.figure_scale import part_above_whole

from .derived_figures import direct_route


def warnings(firms: FirmTable, law: Edition, _: Mapping[str, Finding]) -> list[Warning]:
    """Every sign this scheme knows, with the rows it holds for."""
    route = direct_route(firms, law)
    answered = firms.numbers("market_position") == 1
    return [
        *part_above_whole(firms, "main_revenue", "operating_revenue"),
        Warning(
            "direct_route",
            np.zeros(firms.rows, dtype=np.bool_) if route is None else route.certain,
            Wording(
                zh="满足可替代得分的条件，请核对奖励、研发费用、增资或大赛的证明",
                en="A fact takes the place of the score: check the proof of the award, R&D, "
                "investment or contest",
            ),
            law.score.citation,
        ),
        Warning(
            "judged_by_reviewers",
            answered & ("market_position" in law.conditions_by_id),
            Wording(
                zh="细分市场地位没有数字标准，以评审判断为准，请备好占有率和排名的证明",
                en="The place in the segment has no number and is for reviewers to judge: keep proof "
                "of share and rank",
            ),
            law.conditions[-1].citation,
        ),
        Warning(
            "title_run_out",
            (firms.numbers("specialised_title") == 1)
            & (firms.dates("specialised_title_until") < firms.dates("application_date")),
            Wording(
                zh="填报持有称号，但有效期在申请日之前已满，请核对",
                en="The title is entered as held, but its last day is before the application",
            ),
            law.parameters["validity_years"].citation,
        ),
    ]
