"""Signs, in what a firm entered, that a person should look before anyone relies on the result."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eligibility.domain.arrays import Bools
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, Warning
from eligibility.domain.text import Wording
from eligibility.schemes.figure_scale import part_above_whole

from .derived_figures import REVIEW_FIELD, is_annex_3


def warnings(firms: FirmTable, law: Edition, _: Mapping[str, Finding]) -> list[Warning]:
    """Every sign this scheme knows, with the rows it holds for."""
    return [
        *part_above_whole(firms, "main_revenue", "operating_revenue"),
        Warning(
            "review_by_former_annex",
            (firms.numbers(REVIEW_FIELD) == 1) & (not is_annex_3(law)),
            Wording(
                zh="2026年的复核按63号附件3进行，请以上一版办法的申请日期另行评估",
                en="The reviews of 2026 go by annex 3 of 63号: assess by a date of application of the "
                "former edition as well",
            ),
            law.period_citation,
        ),
        Warning(
            "below_notice_revenue",
            _below_notice(firms, law),
            Wording(
                zh="当年申报通知不受理营业收入低于规定数额的企业",
                en="The notice of that year accepts no firm below a revenue of its own",
            ),
            law.parameters["notice_revenue"].citation
            if "notice_revenue" in law.parameters
            else None,
        ),
        Warning(
            "title_run_out",
            _run_out("little_giant_title", firms) | _run_out("specialised_title", firms),
            Wording(
                zh="填报持有称号，但有效期在申请日之前已满，请核对",
                en="The title is entered as held, but its last day is before the application",
            ),
            law.parameters["validity_years"].citation,
        ),
    ]


def _run_out(title: str, firms: FirmTable) -> Bools:
    ended: Bools = firms.dates(f"{title}_until") < firms.dates("application_date")
    run_out: Bools = (firms.numbers(title) == 1) & ended
    return run_out


def _below_notice(firms: FirmTable, law: Edition) -> Bools:
    if "notice_revenue" not in law.parameters:
        return np.zeros(firms.rows, dtype=np.bool_)
    revenue = firms.numbers("operating_revenue_y3")
    of_year = firms.application_years == law.value("notice_year")
    below: Bools = of_year & (revenue < law.value("notice_revenue"))
    return below
