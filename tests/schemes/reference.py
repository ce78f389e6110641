"""The certification rules of 2016 written out plainly, one firm at a time, in exact fractions.

A second reading of 国科发火〔2016〕32号 第十一条 (below: 办法) and of 国科发火〔2016〕195号
三、(一)–(七) (below: 指引), to compare the program with. It imports nothing of the program and
shares no number with it: every number of the law stands here a second time, beside its article.

`judge` takes a firm as field id → value. Money, numbers and counts are int, Decimal or Fraction
(a float is refused, being inexact); dates are datetime.date, yes/no is bool, a rating is "A".."E",
a technical field code is str. None, or no entry at all, is a blank. Money is in CNY yuan. The
application date is always given and must lie in the time of these rules (from 2016-01-01 on).

Inside this module None always means "not known", and a finding is one of three words. A finding
carries the observed value where there is exactly one: days, rights, a ratio, or the low end of
the score. A ratio that cannot be formed, because there is nothing to divide by, has none.

A blank decides nothing unless every value that it could admissibly have gives one status: amounts
are nothing or more, a part is at most its whole, a firm is registered by its application. Here
that is tried out: each blank is put at the ends of what it may be, in every combination.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

MET, UNMET, UNDETERMINED = "met", "unmet", "undetermined"

Firm = Mapping[str, object]
Points = tuple[Fraction, Fraction]
Finding = tuple[str, Fraction | None]

ZERO = Fraction(0)
INTERNAL_COSTS = (
    "rd_personnel",
    "rd_direct",
    "rd_depreciation",
    "rd_amortization",
    "rd_design",
    "rd_trial",
)
OTHER_COSTS = "rd_other"
OUTSOURCED_DOMESTIC = "rd_outsourced_domestic"
OUTSOURCED_OVERSEAS = "rd_outsourced_overseas"


# ---------------------------------------------------------------- the answer


def judge(firm: Firm, catalogue: Mapping[str, bool]) -> dict[str, Any]:
    """All conditions of 办法第十一条 and the score of 指引三(七) for one firm.

    `catalogue` maps each code of the technical fields to whether it is of the lowest level.
    """
    items = score_items(firm)
    low, high = score(items)
    findings: dict[str, Finding] = {
        "registration_age": registration_age(firm),
        "core_ip": core_ip(firm),
        "technical_field": technical_field(firm, catalogue),
        "st_staff_ratio": st_staff_ratio(firm),
        "rd_intensity": rd_intensity(firm),
        "domestic_rd_share": domestic_rd_share(firm),
        "hitech_income_share": hitech_income_share(firm),
        "innovation_score": innovation_score(low, high),
        "no_major_violation": no_major_violation(firm),
    }
    return {
        "verdict": verdict(status for status, _ in findings.values()),
        "findings": {name: status for name, (status, _) in findings.items()},
        "observed": {name: observed for name, (_, observed) in findings.items()},
        "score": {"low": low, "high": high},
        "items": items,
    }


def verdict(statuses: Iterable[str]) -> str:
    """办法第十一条: the conditions hold all at once (同时满足)."""
    found = set(statuses)
    if UNMET in found:
        return "ineligible"
    if UNDETERMINED in found:
        return "undetermined"
    return "eligible"


# ---------------------------------------------------------------- the facts


def number(firm: Firm, field: str) -> Fraction | None:
    """The exact value of a number field."""
    value = firm.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise TypeError(f"{field}: {value!r} is not an exact number")
    return Fraction(value)


def yes_no(firm: Firm, field: str) -> bool | None:
    """The answer to a yes/no field."""
    value = firm.get(field)
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(f"{field}: {value!r} is not yes or no")


def text(firm: Firm, field: str) -> str | None:
    """The value of a code or rating field."""
    value = firm.get(field)
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{field}: {value!r} is not text")


def day(firm: Firm, field: str) -> date | None:
    """The value of a date field."""
    value = firm.get(field)
    if value is None or isinstance(value, date):
        return value
    raise TypeError(f"{field}: {value!r} is not a date")


def applied_on(firm: Firm) -> date:
    """The date of the application, which every firm must have."""
    applied = day(firm, "application_date")
    if applied is None:
        raise ValueError("application_date: blank")
    return applied


def applicable_years(firm: Firm) -> list[int] | None:
    """指引三(一): the three fiscal years before the year of application, as y1, y2, y3.

    办法第十一条(五): a younger firm has only the years it lived in. A year that ended before the
    registration is left out, and what is written for it is ignored.
    """
    registered = day(firm, "registered_on")
    if registered is None:
        return None
    year_of_application = applied_on(firm).year
    ends = {k: date(year_of_application - 4 + k, 12, 31) for k in (1, 2, 3)}
    return [k for k, end in ends.items() if end >= registered]


#: as little and as much as one likes
TINY, BIG = Fraction(1, 10**30), Fraction(10**30)


def spans_of_years(firm: Firm) -> list[list[int]]:
    """The years that apply, or each span of them that a blank registration leaves open."""
    years = applicable_years(firm)
    return [[1, 2, 3], [2, 3], [3], []] if years is None else [years]


def shares(part: Fraction | None, whole: Fraction | None) -> list[tuple[Fraction, Fraction]]:
    """A part and its whole, or the ends of what they may be."""
    if part is not None and whole is not None:
        return [(part, whole)]
    if whole is not None:
        return [(ZERO, whole), (whole, whole)]
    if part is not None:
        return [(part, part), (part, BIG)]
    return [(ZERO, ZERO), (ZERO, BIG), (BIG, BIG)]


def agreed(findings: Iterable[Finding]) -> Finding:
    """The finding that all of these give; else none."""
    found = list(findings)
    if len(found) == 1:
        return found[0]
    statuses = {status for status, _ in found}
    return (statuses.pop() if len(statuses) == 1 else UNDETERMINED), None


def filled(values: list[Fraction | None], ends: tuple[Fraction, ...]) -> Iterator[list[Fraction]]:
    """Every way of putting blanks at these ends."""
    for way in product(*([value] if value is not None else ends for value in values)):
        yield list(way)


def total(values: Iterable[Fraction | None]) -> Fraction | None:
    """The sum, not known as soon as one part is not known."""
    result = ZERO
    for value in values:
        if value is None:
            return None
        result += value
    return result


# ---------------------------------------------------------------- research and development costs


@dataclass(frozen=True)
class RdCosts:
    """The R&D costs of one year, as counted: all of them, and those within mainland China."""

    counted: Fraction | None
    domestic: Fraction | None


def rd_costs_filled(firm: Firm, year: int, home: Fraction, abroad: Fraction) -> RdCosts:
    """A year's R&D costs with its blanks within mainland China, and outside it, at these amounts."""
    costs = rd_costs(firm, year)
    if costs.counted is not None and costs.domestic is not None:
        return costs
    names = [*INTERNAL_COSTS, OTHER_COSTS, OUTSOURCED_DOMESTIC, OUTSOURCED_OVERSEAS]
    fields = [f"{name}_y{year}" for name in names]
    blank = [number(firm, field) is None for field in fields]
    if costs.counted is None and any(blank) and not all(blank):
        amounts = [home] * (len(fields) - 1) + [abroad]
        fill = {
            field: amount
            for field, amount, fills in zip(fields, amounts, blank, strict=True)
            if fills
        }
        return rd_costs({**firm, **fill}, year)
    domestic = costs.domestic
    if domestic is None:
        domestic = home if costs.counted is None else min(home, costs.counted)
    return RdCosts(domestic + abroad if costs.counted is None else costs.counted, domestic)


def rd_costs(firm: Firm, year: int) -> RdCosts:
    """指引三(六)2–3: a year's R&D costs, from the nine categories or else from the totals given.

    Outsourced costs count at 80 % of the amount paid. Other costs are at most 20 % of the internal
    costs, themselves included; so at most 20/80 of the six other internal categories. Domestic
    costs are the internal ones and what was outsourced in mainland China.
    """
    internal = total(number(firm, f"{cost}_y{year}") for cost in INTERNAL_COSTS)
    other = number(firm, f"{OTHER_COSTS}_y{year}")
    at_home = number(firm, f"{OUTSOURCED_DOMESTIC}_y{year}")
    abroad = number(firm, f"{OUTSOURCED_OVERSEAS}_y{year}")
    if internal is None or other is None or at_home is None or abroad is None:
        return RdCosts(
            counted=number(firm, f"rd_expense_y{year}"),
            domestic=number(firm, f"rd_expense_domestic_y{year}"),
        )
    cap = max(internal, ZERO) * Fraction(20, 80)
    inside = internal + min(other, cap)
    domestic = inside + Fraction(80, 100) * at_home
    return RdCosts(counted=domestic + Fraction(80, 100) * abroad, domestic=domestic)


# ---------------------------------------------------------------- intellectual property


@dataclass(frozen=True)
class Count:
    """A count known to lie between two ends; `most` is None where nothing bounds it."""

    least: Fraction
    most: Fraction | None

    def __add__(self, other: Count) -> Count:
        unbounded = self.most is None or other.most is None
        return Count(
            self.least + other.least,
            None if unbounded else (self.most or ZERO) + (other.most or ZERO),
        )

    def surely_at_least_one(self) -> bool:
        return self.least >= 1

    def surely_none(self) -> bool:
        return self.most is not None and self.most < 1


def class1_rights(firm: Firm) -> Count:
    """指引三(二)3: rights valued as Class I."""
    count = number(firm, "ip_class1_count")
    return Count(ZERO, None) if count is None else Count(count, count)


def usable_class2_rights(firm: Firm) -> Count:
    """指引三(二)3–4: rights valued as Class II; each may be used in one certification only."""
    count = number(firm, "ip_class2_count")
    used = number(firm, "ip_class2_used_count")
    if count is None:
        return Count(ZERO, None)
    if used is None:
        return Count(ZERO, count)
    usable = max(count - used, ZERO)
    return Count(usable, usable)


def usable_rights(firm: Firm) -> Count:
    """指引三(二): all rights the firm may bring to this application."""
    return class1_rights(firm) + usable_class2_rights(firm)


# ---------------------------------------------------------------- conditions, in the law's order


def registration_age(firm: Firm) -> Finding:
    """办法第十一条(一), 指引三(一): registered for 365 calendar days or more."""
    registered = day(firm, "registered_on")
    if registered is None:
        return UNDETERMINED, None
    days = Fraction((applied_on(firm) - registered).days)
    return (MET if days >= 365 else UNMET), days


def core_ip(firm: Firm) -> Finding:
    """办法第十一条(二), 指引三(二): owns a usable right with core support of its main products."""
    rights = usable_rights(firm)
    supports = yes_no(firm, "ip_core_support")
    observed = rights.least if rights.least == rights.most else None
    if supports is False or rights.surely_none():
        return UNMET, observed
    if supports and rights.surely_at_least_one():
        return MET, observed
    return UNDETERMINED, observed


def technical_field(firm: Firm, catalogue: Mapping[str, bool]) -> Finding:
    """办法第十一条(三): the technology is of a field of the national catalogue.

    A code with narrower codes beneath it leaves open which of them is meant.
    """
    code = text(firm, "technical_field_code")
    if code is None:
        return UNDETERMINED, None
    if code not in catalogue:
        return UNMET, None
    return (MET if catalogue[code] else UNDETERMINED), None


def at_least(part: Fraction | None, whole: Fraction | None, threshold: Fraction) -> Finding:
    """Whether part ÷ whole reaches the threshold; with nothing to divide by it does not."""
    if part is None or whole is None:
        return UNDETERMINED, None
    if whole <= 0:
        return UNMET, None
    ratio = part / whole
    return (MET if ratio >= threshold else UNMET), ratio


def st_staff_ratio(firm: Firm) -> Finding:
    """办法第十一条(四), 指引三(五): S&T staff at least 10 % of all staff."""
    staff = shares(number(firm, "st_staff"), number(firm, "staff_total"))
    return agreed(at_least(part, whole, Fraction(10, 100)) for part, whole in staff)


def rd_intensity(firm: Firm) -> Finding:
    """办法第十一条(五), 指引三(六): R&D costs of the three years over their sales revenue.

    At least 5 %, 4 % or 3 %, by the sales of the latest year: up to 5,000万, up to 2亿, or over.
    """
    ends = (ZERO, TINY, *(Fraction(line) + more for line in TIERS for more in (ZERO, TINY)), BIG)
    found = []
    for years in spans_of_years(firm):
        sales = [number(firm, f"sales_revenue_y{year}") for year in years]
        for home, way in product((ZERO, BIG), filled(sales, ends)):
            costs = [rd_costs_filled(firm, year, home, home).counted for year in years]
            found.append(rd_over_sales(total(costs), way))
    return agreed(dict.fromkeys(found))


TIERS = (50_000_000, 200_000_000)


def rd_over_sales(costs: Fraction | None, sales: list[Fraction]) -> Finding:
    """The tier is that of the latest year's sales."""
    latest = sales[-1] if sales else ZERO
    if latest <= TIERS[0]:
        threshold = Fraction(5, 100)
    elif latest <= TIERS[1]:
        threshold = Fraction(4, 100)
    else:
        threshold = Fraction(3, 100)
    return at_least(costs, sum(sales, ZERO), threshold)


def domestic_rd_share(firm: Firm) -> Finding:
    """办法第十一条(五), 指引三(六)3: at least 60 % of the R&D costs within mainland China."""
    found = []
    for years in spans_of_years(firm):
        for home, abroad in product((ZERO, BIG), (ZERO, BIG)):
            costs = [rd_costs_filled(firm, year, home, abroad) for year in years]
            domestic = total(cost.domestic for cost in costs)
            counted = total(cost.counted for cost in costs)
            found.append(at_least(domestic, counted, Fraction(60, 100)))
    return agreed(dict.fromkeys(found))


def hitech_income_share(firm: Firm) -> Finding:
    """办法第十一条(六), 指引三(四): hi-tech income at least 60 % of the latest year's total income.

    Total income is gross income less non-taxable income, which is not sales revenue.
    """
    gross = number(firm, "gross_income_y3")
    non_taxable = number(firm, "non_taxable_income_y3")
    if gross is None or non_taxable is None:
        income = number(firm, "total_income_y3")
    else:
        income = gross - non_taxable
    hitech = number(firm, "hitech_income_y3")
    ways = shares(hitech, income)
    if income is None and gross is not None:
        # 不征税收入 is blank: total income is anything up to the gross income
        ways = [(ZERO, ZERO), (ZERO, gross), (gross, gross)]
        if hitech is not None:
            ways = [(hitech, hitech), (hitech, gross)]
    return agreed(at_least(part, whole, Fraction(60, 100)) for part, whole in ways)


def innovation_score(low: Fraction, high: Fraction) -> Finding:
    """办法第十一条(七), 指引三(七): over 70 points; 70 itself does not pass."""
    if low > 70:
        return MET, low
    if high <= 70:
        return UNMET, low
    return UNDETERMINED, low


def no_major_violation(firm: Firm) -> Finding:
    """办法第十一条(八), 指引三(一): none in the 365 days before the application."""
    violated = yes_no(firm, "major_violation")
    if violated is None:
        return UNDETERMINED, None
    return (UNMET if violated else MET), None


# ---------------------------------------------------------------- the score


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
