"""The rules turned round: what a firm can move, and how far until a line is reached.

One function for each condition and each scored item, named as in criteria.py and indicators.py, and
each the inverse of its namesake. ``levers`` tells what a firm can move. Every line, band and mark
comes from the edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.comparisons import band_line, decimal, slack
from eligibility.domain.arrays import Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Lever, Need, ScoreInterval, Step
from eligibility.domain.text import Wording

from .derived_figures import add_to_count, count, direct_route, rd_costs

Columns = Mapping[str, NDArray[Any]]


def levers(firms: FirmTable, law: Edition) -> Mapping[str, Lever]:
    """Every figure that a firm can move to its advantage."""
    free = np.full(firms.rows, np.inf)
    part, whole = count(firms, "st_staff"), count(firms, "staff_total")

    def more(field: str) -> Lever:
        return Lever(
            field,
            count(firms, field),
            free,
            lambda amount: {
                name: decimal(total) for name, total in add_to_count(firms, field, amount).items()
            },
        )

    return {
        "class1_rights": more("ip_class1_count"),
        "class2_rights": more("ip_class2_count"),
        # no rule here asks whether a right is of own research
        "own_research": Lever("ip_class1_count", np.zeros(firms.rows), free, lambda _: {}),
        "rd_at_home": Lever(
            "rd_super_deduction_y3",
            rd_costs(firms, law),
            free,
            lambda amount: _spend(firms, law, amount),
        ),
        "st_staff_converted": Lever(
            "st_staff",
            part,
            whole - part,
            lambda amount: add_to_count(firms, "st_staff", amount),
            how=Wording(zh="职工总数不变", en="staff unchanged"),
        ),
        "st_staff_hired": Lever(
            "st_staff",
            part,
            free,
            lambda amount: {
                **add_to_count(firms, "st_staff", amount),
                **add_to_count(firms, "staff_total", amount),
            },
            how=Wording(zh="新招聘，职工总数随之增加", en="newly hired, who add to the staff"),
        ),
    }


def _spend(firms: FirmTable, law: Edition, amount: Floats) -> Columns:
    """More R&D, which adds to all costs too."""
    return {
        "rd_super_deduction_y3": decimal(rd_costs(firms, law) + amount),
        "costs_total_y3": decimal(firms.numbers("costs_total_y3") + amount),
    }


# --- conditions ---------------------------------------------------------------------------------


def mainland_resident(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第六条（一）: nothing that a firm does this year."""
    return (Need(1 - firms.numbers("mainland_resident"), {}),)


def staff_limit(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第六条（二）: a firm does not come back under its limit by a plan."""
    return _limit(count(firms, "staff_total"), law.value("staff_max"))


def sales_limit(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第六条（二）: a firm does not come back under its limit by a plan."""
    return _limit(firms.numbers("sales_revenue_y3"), law.value("sales_max"))


def assets_limit(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第六条（二）: a firm does not come back under its limit by a plan."""
    return _limit(firms.numbers("total_assets_y3"), law.value("assets_max"))


def permitted_products(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第六条（三）: no amount helps a prohibited product."""
    return (Need(firms.numbers("restricted_products"), {}),)


def no_serious_violation(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第六条（四）: nothing mends it but the years that pass."""
    return (Need(firms.numbers("serious_violation"), {}),)


def not_listed(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第六条（四）: the removal from a list is no amount."""
    return (Need(firms.numbers("on_dishonesty_list"), {}),)


def audit_collection(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """2022年工作指引: the way of taxation is no amount."""
    return (Need(1 - firms.numbers("audit_collection"), {}),)


def eligible_industry(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """2022年工作指引: no amount changes the industry."""
    return (Need(firms.numbers("excluded_industry"), {}),)


def staff_points(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第六条（五）: S&T staff at the lowest band that gives points."""
    line, _ = band_line(law.items["st_staff_share"].bands[-2], law)
    (need,) = _staff(line, firms)
    short = np.where(direct_route(firms).certain, 0.0, need.short)
    return (Need(short, need.gains, np.where(direct_route(firms).certain, False, need.strict)),)


def evaluation_score(score: ScoreInterval, law: Edition) -> tuple[Need, ...]:
    """第六条（五）: points that are certain; ``points`` stands for the score itself."""
    short = law.score.pass_mark - score.low
    return (Need(np.where(direct_route(score.firms).certain, 0.0, short), {"points": 1.0}),)


def _limit(figure: Floats, line: float) -> tuple[Need, ...]:
    return (Need(figure - line - slack(line), {}),)


def _staff(line: float, firms: FirmTable) -> tuple[Need, ...]:
    part, whole = count(firms, "st_staff"), count(firms, "staff_total")
    gains = {"st_staff_converted": 1.0, "st_staff_hired": 1 - line}
    return (Need((line - slack(line)) * whole - part, gains, whole == 0),)


# --- scored items -------------------------------------------------------------------------------


def st_staff_share(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """1 科技人员: the share of each band."""
    bands = law.items["st_staff_share"].bands[:-1]
    return tuple(
        Step(band.grade, band.points, _staff(band_line(band, law)[0], firms))
        for band in reversed(bands)
    )


def rd_over_sales(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """2（1）: R&D at the line of each band."""
    return _rd_steps("rd_over_sales", firms.numbers("sales_revenue_y3"), 0.0, firms, law)


def rd_over_costs(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """2（2）: R&D at the line of each band; it adds to the costs too."""
    return _rd_steps("rd_over_costs", firms.numbers("costs_total_y3"), 1.0, firms, law)


def rights(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """3 科技成果: Class II rights for the lower bands, a Class I right for the best."""
    best, *others = law.items["rights"].bands
    class1, class2 = count(firms, "ip_class1_count"), count(firms, "ip_class2_count")
    steps = [
        Step(
            band.grade,
            band.points,
            (Need(band_line(band, law)[0] - class2, {"class2_rights": 1.0}),),
        )
        for band in reversed(others[:-1])
    ]
    need = Need(band_line(best, law)[0] - class1, {"class1_rights": 1.0})
    return (*steps, Step(best.grade, best.points, (need,)))


def _rd_steps(
    name: str, whole: Floats, adds: float, firms: FirmTable, law: Edition
) -> tuple[Step, ...]:
    costs = rd_costs(firms, law)
    steps = []
    for band in reversed(law.items[name].bands[:-1]):
        line, _ = band_line(band, law)
        # of nothing no ratio is formed, however much is spent
        short = np.where(whole == 0, np.nan, (line - slack(line)) * whole - costs)
        need = Need(short, {"rd_at_home": 1 - line * adds})
        steps.append(Step(band.grade, band.points, (need,)))
    return tuple(steps)
