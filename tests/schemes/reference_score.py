"""The score of 指引三、(一)–(七) in exact fractions, item by item.

A part of the second reading of the law in `tests/schemes/reference.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tests.schemes.reference_facts import (
    BIG,
    TINY,
    ZERO,
    Firm,
    Points,
    class1_rights,
    filled,
    number,
    spans_of_years,
    text,
    usable_class2_rights,
    usable_rights,
    yes_no,
)


def points(low: int, high: int) -> Points:
    """A range of points."""
    return Fraction(low), Fraction(high)


NO_POINTS = points(0, 0)


def score_items(firm: Firm) -> dict[str, Points]:
    """指引三(七): the points of each item, from the fewest to the most it can be given."""
    return {
        "ip_advancement": ip_rated(firm, "ip_advancement_rating"),
        "ip_core_support": ip_rated(firm, "ip_core_support_rating"),
        "ip_count": ip_count(firm),
        "ip_acquisition": ip_acquisition(firm),
        "ip_standards": ip_standards(firm),
        "conversion": conversion(firm),
        "management_system": management(firm, "management_system", 6),
        "management_institution": management(firm, "management_institution", 6),
        "management_incentive": management(firm, "management_incentive", 4),
        "management_talent": management(firm, "management_talent", 4),
        "growth_net_assets": growth_net_assets(firm),
        "growth_sales": growth_sales(firm),
    }


def score(items: Mapping[str, Points]) -> Points:
    """指引三(七): the sum of all items; 指引三(七)1(5): those of 知识产权 give at most 30."""
    ends = []
    for end in (0, 1):
        ip = sum((item[end] for name, item in items.items() if name.startswith("ip_")), ZERO)
        rest = sum((item[end] for name, item in items.items() if not name.startswith("ip_")), ZERO)
        ends.append(min(ip, Fraction(30)) + rest)
    return ends[0], ends[1]


def where_rights_exist(firm: Firm, given: Points) -> Points:
    """指引三(七)1: a firm without a usable right has nothing that could be given points."""
    rights = usable_rights(firm)
    if rights.surely_none():
        return NO_POINTS
    if not rights.surely_at_least_one():
        return ZERO, given[1]
    return given


def ip_rated(firm: Firm, field: str) -> Points:
    """指引三(七)1(1)–(2): advancement of the technology; core support of the main products."""
    bands = {
        None: points(0, 8),
        "A": points(7, 8),
        "B": points(5, 6),
        "C": points(3, 4),
        "D": points(1, 2),
        "E": points(0, 0),
    }
    return where_rights_exist(firm, bands[text(firm, field)])


def ip_count(firm: Firm) -> Points:
    """指引三(七)1(3): the number of rights, one of Class I outweighing any number of Class II."""
    class1, class2 = class1_rights(firm), usable_class2_rights(firm)
    low, _ = ip_count_band(class1.least, class2.least)
    _, high = ip_count_band(class1.most, class2.most)
    return low, high


def ip_count_band(class1: Fraction | None, class2: Fraction | None) -> Points:
    """指引三(七)1(3): the band of two counts, None being more than any number."""
    if class1 is None or class1 >= 1:
        return points(7, 8)
    if class2 is None or class2 >= 5:
        return points(5, 6)
    if class2 >= 3:
        return points(3, 4)
    if class2 >= 1:
        return points(1, 2)
    return NO_POINTS


def ip_acquisition(firm: Firm) -> Points:
    """指引三(七)1(4): own research 1–6; transfer, gift or merger only 1–3."""
    only_acquired = yes_no(firm, "ip_self_developed") is False
    return where_rights_exist(firm, points(1, 3) if only_acquired else points(1, 6))


def ip_standards(firm: Firm) -> Points:
    """指引三(七)1(5): part in drafting a standard, 1–2 points more."""
    took_part = yes_no(firm, "standards_participation")
    if took_part is None:
        return points(0, 2)
    return points(1, 2) if took_part else NO_POINTS


def conversion(firm: Firm) -> Points:
    """指引三(七)2: results put to use, on the average of the years.

    The text has no band between 0 and 1; there the points run from none to the most of band E.
    """
    found = []
    for years in spans_of_years(firm):
        conversions = [number(firm, f"conversions_y{year}") for year in years]
        for way in filled(conversions, (ZERO, BIG)):
            found.append(conversion_points(sum(way, ZERO) / len(years) if years else ZERO))
    return spread(found)


def spread(found: list[Points]) -> Points:
    """From the fewest points that any of these gives to the most."""
    return min(low for low, _ in found), max(high for _, high in found)


def conversion_points(average: Fraction) -> Points:
    """指引三(七)2: the band of an annual average."""
    if average >= 5:
        return points(25, 30)
    if average >= 4:
        return points(19, 24)
    if average >= 3:
        return points(13, 18)
    if average >= 2:
        return points(7, 12)
    if average >= 1:
        return points(1, 6)
    if average > 0:
        return points(0, 6)
    return NO_POINTS


def management(firm: Firm, field: str, most: int) -> Points:
    """指引三(七)3(1)–(4): the points the firm gives itself, or the whole range."""
    given = number(firm, field)
    return points(0, most) if given is None else (given, given)


def growth_net_assets(firm: Firm) -> Points:
    """指引三(七)4(1): growth of net assets; any negative year-end leaves no points."""
    found = []
    for years in spans_of_years(firm):
        values = [number(firm, f"net_assets_y{year}") for year in years]
        for way in filled(values, (-BIG, ZERO, TINY, BIG)):
            negative = any(value < 0 for value in way)
            found.append(NO_POINTS if negative else growth_points(way))
    return spread(found)


def growth_sales(firm: Firm) -> Points:
    """指引三(七)4(2): growth of sales revenue."""
    found = []
    for years in spans_of_years(firm):
        values = [number(firm, f"sales_revenue_y{year}") for year in years]
        found += [growth_points(way) for way in filled(values, (ZERO, TINY, BIG))]
    return spread(found)


def growth_points(known: list[Fraction]) -> Points:
    """指引三(七)4: the growth rate over the applicable years, and its band.

    ½(y2/y1 + y3/y2) − 1. A first year of zero: the last two years. A second year of zero: no
    points. Two years of operation: y3/y2 − 1. One year or none: no rate can be formed, no points.
    """
    if len(known) < 2:
        return NO_POINTS
    second, third = known[-2:]
    if second == 0:
        return NO_POINTS
    rate = third / second - 1
    if len(known) == 3 and known[0] != 0:
        rate = (second / known[0] + third / second) / 2 - 1
    if rate >= Fraction(35, 100):
        return points(9, 10)
    if rate >= Fraction(25, 100):
        return points(7, 8)
    if rate >= Fraction(15, 100):
        return points(5, 6)
    if rate >= Fraction(5, 100):
        return points(3, 4)
    if rate > 0:
        return points(1, 2)
    return NO_POINTS
