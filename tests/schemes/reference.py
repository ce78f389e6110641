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

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from tests.schemes.reference_facts import (
    BIG,
    MET,
    TINY,
    UNDETERMINED,
    UNMET,
    ZERO,
    Finding,
    Firm,
    agreed,
    applied_on,
    day,
    filled,
    number,
    rd_costs_filled,
    shares,
    spans_of_years,
    text,
    total,
    usable_rights,
    yes_no,
)
from tests.schemes.reference_score import score, score_items


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


def registration_age(firm: Firm) -> Finding:
    """办法第二条, 第十一条(一), 指引三(一): an enterprise, registered for 365 calendar days or more.

    A credit code (GB 32100) of an authority, a public institution or an individual business leaves
    open whether the applicant is an enterprise.
    """
    registered = day(firm, "registered_on")
    if registered is None:
        return UNDETERMINED, None
    days = Fraction((applied_on(firm) - registered).days)
    if days < 365:
        return UNMET, days
    other_body = not (text(firm, "uscc") or "91").startswith(("91", "93", "99"))
    return (UNDETERMINED if other_body else MET), days


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
