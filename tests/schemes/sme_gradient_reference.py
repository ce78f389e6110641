"""The rungs of 优质中小企业 written out plainly, one firm at a time, in exact fractions.

Of the texts 工信部企业〔2022〕63号 annexes 1 to 3 and 工信部企业〔2026〕2号 annexes 1 and 2; nothing of
the program is used. None is not known. A base of nothing forms no ratio and gives no points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

Firm = Mapping[str, Any]
Ends = tuple[int, int]
WAN = 10_000


# --- three answers: True, False, None ------------------------------------------------------------


def any_of(*answers: bool | None) -> bool | None:
    return True if True in answers else None if None in answers else False


def all_of(*answers: bool | None) -> bool | None:
    return False if False in answers else None if None in answers else True


def reaches(figure: Any, line: Any) -> bool | None:
    return None if figure is None else Fraction(figure) >= Fraction(line)


def status(answer: bool | None) -> str:
    return {True: "met", False: "unmet", None: "undetermined"}[answer]


def share_reaches(part: Any, whole: Any, line: str) -> bool | None:
    """Whether part/whole ≥ line: nothing over anything, and anything over nothing, does not."""
    if part == 0 or whole == 0:
        return False
    return (
        None
        if part is None or whole is None
        else Fraction(part) / Fraction(whole) >= Fraction(line)
    )


def debt_within(liabilities: Any, assets: Any, line: str) -> bool | None:
    if assets == 0:
        return False
    if liabilities is None or assets is None:
        return None
    return Fraction(liabilities) / Fraction(assets) <= Fraction(line)


# --- points --------------------------------------------------------------------------------------


def banded(share: Fraction | None, bands: Sequence[tuple[str, int]]) -> int:
    """The points of the first line that the figure reaches; none below the last."""
    return next(
        (points for line, points in bands if share is not None and share >= Fraction(line)), 0
    )


def of_share(part: Any, whole: Any, bands: Sequence[tuple[str, int]]) -> Ends:
    if part == 0 or whole == 0:
        return 0, 0
    if part is None or whole is None:
        return 0, bands[0][1]
    points = banded(Fraction(part) / Fraction(whole), bands)
    return points, points


def of_margin(profit: Any, revenue: Any, bands: Sequence[tuple[str, int]]) -> Ends:
    if revenue == 0 or (profit is not None and profit <= 0):
        return 0, 0
    return of_share(profit, revenue, bands)


def of_debt(liabilities: Any, assets: Any, bands: Sequence[tuple[str, int]]) -> Ends:
    """By the share at most so high; the first line that it does not pass."""
    if assets == 0:
        return 0, 0
    if liabilities is None or assets is None:
        return 0, bands[0][1]
    ratio = Fraction(liabilities) / Fraction(assets)
    points = next((points for line, points in bands if ratio <= Fraction(line)), 0)
    return points, points


def of_growth(before: Any, after: Any, bands: Sequence[tuple[str, int]]) -> Ends:
    """One year over the one before."""
    if before == 0:
        return 0, 0
    if before is not None and after is not None:
        points = banded(Fraction(after) / Fraction(before) - 1, bands)
        return points, points
    # revenue of nothing is a fall by all, whatever it fell from
    return (0, 0) if after == 0 else (0, bands[0][1])


def of_mean_growth(first: Any, second: Any, third: Any, bands: Sequence[tuple[str, int]]) -> Ends:
    """The mean of the two yearly rates."""
    if first == 0 or second == 0:
        return 0, 0
    if None in (first, second, third):
        return 0, bands[0][1]
    rates = Fraction(second) / Fraction(first) - 1, Fraction(third) / Fraction(second) - 1
    points = banded(sum(rates, Fraction(0)) / 2, bands)
    return points, points


def of_rights(firm: Firm, points: Sequence[int]) -> Ends:
    """高价值Ⅰ类, 自主研发Ⅰ类, Ⅰ类, Ⅱ类: the first of which there is one."""
    names = ("related_class1_high_value", "related_class1_self", "related_class1", "related_class2")
    low = next((p for name, p in zip(names, points, strict=True) if firm[name]), 0)
    high = next(
        (p for name, p in zip(names, points, strict=True) if firm[name] or firm[name] is None), 0
    )
    return low, high


def of_first_yes(answers: Sequence[tuple[bool | None, int]], otherwise: int = 0) -> Ends:
    low = next((points for answer, points in answers if answer), otherwise)
    high = next((points for answer, points in answers if answer or answer is None), otherwise)
    return low, high


def of_count(figure: Any, bands: Sequence[tuple[int, int]]) -> Ends:
    if figure is None:
        return 0, bands[0][1]
    points = next((points for line, points in bands if figure >= line), 0)
    return points, points


def full_years(since: date | None, day: date) -> int | None:
    """Full years to the end of the year before the application."""
    if since is None:
        return None
    return max(0, day.year - since.year - (0 if (since.month, since.day) == (1, 1) else 1))


def added(*ends: Ends) -> Ends:
    return sum(low for low, _ in ends), sum(high for _, high in ends)


def mark(points: Ends, line: int) -> bool | None:
    return True if points[0] >= line else False if points[1] < line else None


# --- 创新型中小企业, 63号 annex 1 -----------------------------------------------------------------


def innovative(firm: Firm) -> dict[str, Any]:
    items = {
        "related_rights": of_rights(firm, (20, 15, 10, 5)),
        "rd_share": of_share(
            firm["rd_cost_y3"],
            firm["operating_revenue_y3"],
            [("0.05", 20), ("0.03", 15), ("0.02", 10), ("0.01", 5)],
        ),
        "main_revenue_growth": of_growth(
            firm["main_revenue_y2"],
            firm["main_revenue_y3"],
            [("0.15", 20), ("0.10", 15), ("0.05", 10), ("0", 5)],
        ),
        "debt_ratio": of_debt(
            firm["total_liabilities_y3"], firm["total_assets_y3"], [("0.55", 10), ("0.75", 5)]
        ),
        "product_field": of_first_yes([(firm["strategic_emerging"], 10)], 5),
        "main_share": of_share(
            firm["main_revenue_y3"],
            firm["operating_revenue_y3"],
            [("0.70", 20), ("0.60", 15), ("0.55", 10), ("0.50", 5)],
        ),
    }
    groups = {
        "innovation_points": (added(items["related_rights"], items["rd_share"]), 20),
        "growth_points": (added(items["main_revenue_growth"], items["debt_ratio"]), 15),
        "specialisation_points": (added(items["product_field"], items["main_share"]), 15),
    }
    score = added(*items.values())
    direct = any_of(
        firm["science_award"],
        firm["hightech_certificate"],
        firm["ip_demonstration"],
        firm["rd_institution"],
        reaches(firm["new_equity_3y"], 500 * WAN),
    )
    findings = common(firm, firm["incident_three_years"])
    for name, (points, line) in groups.items():
        findings[name] = any_of(mark(points, line), direct)
    findings["evaluation_score"] = any_of(mark(score, 60), direct)
    return said(findings, items, score)


# --- 专精特新中小企业 ------------------------------------------------------------------------------


def specialised_2022(firm: Firm) -> dict[str, Any]:
    revenue, rd = firm["operating_revenue_y3"], firm["rd_cost_y3"]
    items = {
        "main_share": of_share(
            firm["main_revenue_y3"], revenue, [("0.80", 5), ("0.70", 3), ("0.60", 1)]
        ),
        "main_growth_mean": of_mean_growth(
            *(firm[f"main_revenue_y{year}"] for year in (1, 2, 3)),
            [("0.10", 10), ("0.08", 8), ("0.06", 6), ("0.04", 4), ("0", 2)],
        ),
        "segment_years": of_count(
            full_years(firm["segment_since"], firm["application_date"]),
            [(10, 5), (8, 4), (6, 3), (4, 2), (2, 1)],
        ),
        "product_field": of_first_yes([(firm["fills_gap"], 5), (firm["base_or_chain"], 3)]),
        "digital_level": of_count(firm["digital_level"], [(3, 5), (2, 3)]),
        "quality": quality(firm),
        "profit_margin": of_margin(
            firm["net_profit_y3"],
            revenue,
            [("0.10", 10), ("0.08", 8), ("0.06", 6), ("0.04", 4), ("0.02", 2)],
        ),
        "debt_ratio": of_debt(
            firm["total_liabilities_y3"],
            firm["total_assets_y3"],
            [("0.50", 5), ("0.60", 3), ("0.70", 1)],
        ),
        "local_features": (
            (0, 15) if firm["local_features"] is None else (firm["local_features"],) * 2
        ),
        "related_rights": of_rights(firm, (10, 8, 6, 2)),
        "rd_cost_amount": of_count(
            rd, [(500 * WAN, 10), (400 * WAN, 8), (300 * WAN, 6), (200 * WAN, 4), (100 * WAN, 2)]
        ),
        "rd_share": of_share(
            rd, revenue, [("0.10", 10), ("0.08", 8), ("0.06", 6), ("0.04", 4), ("0.03", 2)]
        ),
        "rd_staff_share": banded_input(
            firm["rd_staff_share"], [("0.20", 5), ("0.10", 3), ("0.05", 1)]
        ),
        "institution_level": (
            (0, 10)
            if firm["institution_level"] is None
            else ({"A": 10, "B": 8, "C": 4, "D": 2, "E": 0}[firm["institution_level"]],) * 2
        ),
    }
    either = items["rd_cost_amount"], items["rd_share"]
    rest = [ends for name, ends in items.items() if name not in ("rd_cost_amount", "rd_share")]
    score = added(*rest, (max(e[0] for e in either), max(e[1] for e in either)))
    direct = any_of(
        firm["ranked_award"],
        mean_reaches(firm["rd_cost_y2"], rd, 1000 * WAN),
        reaches(firm["new_equity_2y"], 6000 * WAN),
        firm["maker_china_500"],
    )
    findings = common(firm, firm["incident_three_years"]) | {
        "segment_term": reaches(full_years(firm["segment_since"], firm["application_date"]), 2),
        "rd_cost_floor": reaches(rd, 100 * WAN),
        "rd_share_floor": share_reaches(rd, revenue, "0.03"),
        "revenue_floor": any_of(
            reaches(revenue, 1000 * WAN), reaches(firm["new_equity_2y"], 2000 * WAN)
        ),
        "evaluation_score": any_of(mark(score, 60), direct),
    }
    return said(findings, items, score)


def quality(firm: Firm) -> Ends:
    """Three points each, at most five."""
    names = ("quality_award", "system_certified", "own_brand", "standards_drafted")
    sure = sum(firm[name] is True for name in names)
    possible = sum(firm[name] is not False for name in names)
    return min(3 * sure, 5), min(3 * possible, 5)


def banded_input(figure: Any, bands: Sequence[tuple[str, int]]) -> Ends:
    if figure is None:
        return 0, bands[0][1]
    points = banded(Fraction(figure), bands)
    return points, points


def mean_reaches(one: Any, other: Any, line: int) -> bool | None:
    amounts = [amount for amount in (one, other) if amount is not None]
    total = sum(map(Fraction, amounts))
    if total >= 2 * line:
        return True
    return None if len(amounts) < 2 else False


def specialised_2026(firm: Firm) -> dict[str, Any]:
    """No table of points and no direct entry; the platform's score is taken as it stands."""
    points = evaluation(firm, firm["specialised_review"])
    findings = common(firm, firm["serious_incident_three_years"], "no_serious_incident") | {
        "prior_title": any_of(firm["tech_sme_title"], firm["innovative_title"]),
        "segment_term": reaches(full_years(firm["segment_since"], firm["application_date"]), 3),
        "revenue_floor": any_of(
            reaches(firm["operating_revenue_y3"], 1500 * WAN),
            reaches(firm["new_equity_2y"], 2000 * WAN),
        ),
        "main_business_share": share_reaches(
            firm["main_revenue_y3"], firm["operating_revenue_y3"], "0.80"
        ),
        "debt_limit": debt_within(firm["total_liabilities_y3"], firm["total_assets_y3"], "0.80"),
        "rd_cost_floor": all_of(
            reaches(firm["rd_cost_y2"], 100 * WAN), reaches(firm["rd_cost_y3"], 100 * WAN)
        ),
        "rd_share_floor": each_year(firm, "0.03"),
        "class1_rights": any_of(
            reaches(firm["own_class1_in_use"], 1), firm["ministerial_award"], firm["rd_institution"]
        ),
        "market_position": firm["market_position"],
        "evaluation_score": mark(points, 50),
    }
    return said(findings, {"platform_score": points}, points)


def each_year(firm: Firm, line: str) -> bool | None:
    return all_of(
        *(
            share_reaches(firm[f"rd_cost_{year}"], firm[f"operating_revenue_{year}"], line)
            for year in ("y2", "y3")
        )
    )


def evaluation(firm: Firm, review: bool | None) -> Ends:
    """This year's score of the platform; of a review the better of the last two years' counts."""
    now, before = firm["platform_score"], firm["platform_score_last_year"]
    low = now or 0
    high = 100 if now is None else now
    if review is not False:
        high = max(high, 100 if before is None else before)
    if review:
        low = max(low, before or 0)
    return low, high


# --- 专精特新“小巨人”企业 ---------------------------------------------------------------------------


def little_giant_2022(firm: Firm) -> dict[str, Any]:
    direct = any_of(firm["national_award_three_years"], firm["maker_china_50"])
    growth = of_mean_growth(*(firm[f"main_revenue_y{year}"] for year in (1, 2, 3)), [("0.05", 1)])
    findings = common(firm, firm["incident_three_years"]) | {
        "prior_title": firm["specialised_title"],
        "segment_term": reaches(full_years(firm["segment_since"], firm["application_date"]), 3),
        "main_business_share": share_reaches(
            firm["main_revenue_y3"], firm["operating_revenue_y3"], "0.70"
        ),
        "growth_floor": mark(growth, 1),
        "information_system": firm["information_system"],
        "certified_system": any_of(firm["system_certified"], firm["product_certified_abroad"]),
        "debt_limit": debt_within(firm["total_liabilities_y3"], firm["total_assets_y3"], "0.70"),
        "market_share": reaches(firm["market_share"], "0.10"),
        "own_brand": firm["own_brand"],
        "rd_tier": any_of(tier(firm), direct),
        "rd_institution_built": any_of(firm["rd_institution_built"], direct),
        "class1_rights": any_of(reaches(firm["related_class1_in_use"], 2), direct),
        "chain_link": firm["chain_link"],
        "key_product": firm["priority_product"],
    }
    return said(findings, {}, (0, 0))


def tier(firm: Firm) -> bool | None:
    """By the size of revenue: 3 % from 1亿, 6 % from 5000万, below that the equity route."""
    revenue = firm["operating_revenue_y3"]
    below = all_of(
        reaches(firm["new_equity_2y"], 8000 * WAN),
        reaches(firm["rd_cost_y3"], 3000 * WAN),
        reaches(firm["rd_staff_share"], "0.50"),
    )
    by_tier = [each_year(firm, "0.03"), each_year(firm, "0.06"), below]
    if revenue is None:
        return by_tier[0] if len(set(by_tier)) == 1 else None
    return by_tier[0 if revenue >= 10_000 * WAN else 1 if revenue >= 5000 * WAN else 2]


def little_giant_2026(firm: Firm) -> dict[str, Any]:
    points = evaluation(firm, firm["little_giant_review"])
    first, last = firm["operating_revenue_y1"], firm["operating_revenue_y3"]
    review = firm["little_giant_review"]
    findings = common(firm, firm["serious_incident_three_years"], "no_serious_incident") | {
        "prior_title": firm["specialised_title"],
        "segment_term": reaches(full_years(firm["segment_since"], firm["application_date"]), 3),
        "revenue_floor": reaches(last, 5000 * WAN),
        "main_business_share": share_reaches(firm["main_revenue_y3"], last, "0.90"),
        "growth_floor": any_of(review, compound(first, last)),
        "debt_limit": debt_within(firm["total_liabilities_y3"], firm["total_assets_y3"], "0.75"),
        "rd_cost_floor": mean_reaches(firm["rd_cost_y2"], firm["rd_cost_y3"], 600 * WAN),
        "rd_share_floor": each_year(firm, "0.03"),
        "class1_rights": any_of(
            reaches(firm["own_class1_in_use"], 4), firm["national_award_three_years"]
        ),
        "market_share": any_of(
            reaches(firm["market_share"], "0.10"),
            None if firm["market_rank"] is None else 1 <= firm["market_rank"] <= 3,
        ),
        "key_product": firm["key_product"],
        "no_bar": any_of(
            review, None if firm["barred_by_notice"] is None else not firm["barred_by_notice"]
        ),
        "evaluation_score": mark(points, 60),
    }
    return said(findings, {"platform_score": points}, points)


def compound(first: Any, last: Any) -> bool | None:
    """Two years of five per cent: 1.05² of the first."""
    if first == 0:
        return False
    if first is None or last is None:
        return False if last == 0 else None
    return Fraction(last) >= Fraction(first) * Fraction("1.1025")


# --- what all ask for ----------------------------------------------------------------------------


def common(firm: Firm, incident: bool | None, name: str = "clean_record") -> dict[str, bool | None]:
    def no(answer: bool | None) -> bool | None:
        return None if answer is None else not answer

    return {
        "legal_person": firm["independent_legal_person"],
        "sme_size": firm["sme_by_standard"],
        "permitted_products": no(firm["restricted_products"]),
        "not_listed": no(firm["on_dishonesty_list"]),
        name: no(incident),
    }


def said(
    findings: Mapping[str, bool | None], items: Mapping[str, Ends], score: Ends
) -> dict[str, Any]:
    verdict = all_of(*findings.values())
    return {
        "findings": {name: status(answer) for name, answer in findings.items()},
        "items": dict(items),
        "score": score,
        "verdict": {True: "eligible", False: "ineligible", None: "undetermined"}[verdict],
    }


__all__ = [
    "Decimal",
    "innovative",
    "little_giant_2022",
    "little_giant_2026",
    "specialised_2022",
    "specialised_2026",
]
