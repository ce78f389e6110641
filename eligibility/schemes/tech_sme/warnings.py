"""Signs, in what a firm entered, that a person should look before anyone relies on the result."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.comparisons import above
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, Warning
from eligibility.domain.text import Wording
from eligibility.schemes.figure_scale import scale_signs

from .derived_figures import count, direct_route, stand_in


def warnings(firms: FirmTable, law: Edition, _: Mapping[str, Finding]) -> list[Warning]:
    """Every sign this scheme knows, with the rows it holds for."""
    registered = firms.dates("registered_on")
    months = f"{law.value('part_time_months'):g}"
    return [
        *scale_signs(firms),
        Warning(
            "direct_route",
            direct_route(firms).certain,
            Wording(
                zh="依第八条直接确认，不看得分，请核对证书、奖励、机构或标准的证明",
                en="Confirmed directly under article 8, whatever the score: check the proof of the "
                "certificate, award, institution or standard",
            ),
            law.conditions_by_id["evaluation_score"].citation,
        ),
        Warning(
            "no_previous_year",
            registered.astype("M8[Y]") == firms.dates("application_date").astype("M8[Y]"),
            Wording(
                zh="企业在填报当年注册，没有上一会计年度，办法未规定如何取数",
                en="The firm was registered in the year of application and has no fiscal year "
                "before it; the text does not say which figures then count",
            ),
            law.interpretations["figures_year"].citation,
        ),
        Warning(
            "st_staff_above_staff",
            # each of the two may be a count for certification that stands in
            above(count(firms, "st_staff"), count(firms, "staff_total")),
            Wording(
                zh="科技人员数大于职工总数，可能一个是本评价口径、一个是高新技术企业口径，请核对两个数字",
                en="There are more S&T staff than staff; perhaps one is counted by these measures and the "
                "other for high-tech certification: see which of the two is right",
            ),
            fields=("tech_sme_st_staff", "tech_sme_staff_total"),
        ),
        Warning(
            "certification_counts",
            stand_in(firms),
            Wording(
                zh="职工、科技人员或知识产权用的是高新技术企业口径的数；本评价在职科技人员不要求天数，"
                f"兼职、临时人员全年累计满{months}个月，知识产权须与主要产品相关且无争议；不同的请另填本评价口径的数",
                en="Staff, S&T staff or rights are those counted for high-tech certification. These "
                "measures ask no number of days of S&T staff in service, "
                f"{months} months of part-time and temporary people, and of rights that they are "
                "undisputed and related to the main products: where that gives another number, fill it in",
            ),
            law.parameters["part_time_months"].citation,
        ),
    ]
