"""Signs, in what a firm entered, that a person should look before anyone relies on the result."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, Warning
from eligibility.domain.text import Wording
from eligibility.schemes.figure_scale import part_above_whole

from .derived_figures import direct_route


def warnings(firms: FirmTable, law: Edition, _: Mapping[str, Finding]) -> list[Warning]:
    """Every sign this scheme knows, with the rows it holds for."""
    return [
        *part_above_whole(firms, "main_revenue", "operating_revenue"),
        Warning(
            "direct_route",
            direct_route(firms, law).certain,
            Wording(
                zh="满足直通条件，不看得分，请核对证书、奖励、机构或增资的证明",
                en="A direct route holds, whatever the score: check the proof of the certificate, "
                "award, institution or investment",
            ),
            law.parameters["direct_equity"].citation,
        ),
        Warning(
            "title_run_out",
            (firms.numbers("innovative_title") == 1)
            & (firms.dates("innovative_title_until") < firms.dates("application_date")),
            Wording(
                zh="填报持有称号，但有效期在申请日之前已满，请核对",
                en="The title is entered as held, but its last day is before the application",
            ),
            law.parameters["validity_years"].citation,
        ),
    ]
