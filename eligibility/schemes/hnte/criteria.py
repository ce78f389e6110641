"""The conditions of 第十一条, one function each, in the article's order.

Every function takes the firms and the edition and gives a Finding; the condition on the score
takes the ScoreInterval. No number of the law stands here: each comes from the edition by name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

import numpy as np

from eligibility.comparisons import (
    ShareRange,
    above,
    at_least,
    is_one_of,
    part_of_whole,
    quotient,
    scale_values,
)
from eligibility.domain.arrays import Bools, Floats, merge_missing
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, ScoreInterval, finding

from .blanks import alike_where_blank, domestic_rd, hitech_income, rd_over_sales, select
from .derived_figures import (
    counted_rd,
    no_enterprise,
    paid_rd,
    rd_rules,
    total_income,
    usable_rights,
)


def registration_age(firms: FirmTable, law: Edition) -> Finding:
    """第十一条（一）: days between registration and application, of an enterprise (第二条)."""
    registered, applied = firms.dates("registered_on"), firms.dates("application_date")
    unknown = np.isnat(registered)
    days = np.where(unknown, np.nan, (applied - registered).astype(np.float64))
    needed = law.value("registration_days")
    compare = at_least if law.reading("days_counted") == "inclusive" else above
    passes = compare(days, needed)
    # of another body the code of an enterprise is wanted first
    other_body = no_enterprise(firms) & (passes | unknown)
    return finding(
        passes=passes,
        decided_rows=~(unknown | other_body),
        observed=days,
        required=needed,
        missing={"uscc": other_body, "registered_on": unknown},
    )


def core_ip(firms: FirmTable, law: Edition) -> Finding:
    """第十一条（二）: usable rights that support the main products; observed are the rights."""
    rights = usable_rights(firms, law)
    needed = law.value("rights_needed")
    fewest, most = rights.total
    support = firms.numbers("ip_core_support")
    has, may_have = at_least(fewest, needed), at_least(most, needed)
    return finding(
        passes=has & (support == 1),
        decided_rows=(has & (support == 1)) | ~may_have | (support == 0),
        observed=np.where(fewest == most, fewest, np.nan),
        required=needed,
        missing={
            **{name: blank & ~has for name, blank in rights.missing.items()},
            "ip_core_support": np.isnan(support),
        },
    )


def technical_field(firms: FirmTable, law: Edition) -> Finding:
    """第十一条（三）: a lowest-level code of the catalogue; one above it leaves the finding open."""
    codes = firms.numbers("technical_field_code")
    listed = is_one_of(codes, law.listed_codes)
    lowest = is_one_of(codes, law.lowest_codes)
    is_known = (lowest | ~listed) & ~np.isnan(codes) & (law.catalogue is not None)
    return finding(
        passes=lowest,
        decided_rows=is_known,
        observed=codes,
        required=np.nan,
        missing={"technical_field_code": ~is_known & (law.catalogue is not None)},
    )


def st_staff_ratio(firms: FirmTable, law: Edition) -> Finding:
    """第十一条（四）: S&T staff over staff, annual averages."""
    return _staff_share("st_staff", firms, law)


def college_staff_ratio(firms: FirmTable, law: Edition) -> Finding:
    """172号 第十条（三）, 2008: S&T staff with a college degree over staff."""
    return _staff_share("college_st_staff", firms, law)


def rd_staff_ratio(firms: FirmTable, law: Edition) -> Finding:
    """172号 第十条（三）, 2008: R&D staff over staff."""
    return _staff_share("rd_staff", firms, law)


@alike_where_blank("rd_", "sales_revenue_")
def rd_intensity(firms: FirmTable, law: Edition) -> Finding:
    """第十一条（五）: R&D over sales of three years; the tier is that of the latest year's sales."""
    rd, sales = counted_rd(firms, law).total, firms.series("sales_revenue")
    latest = np.where(sales.applies[-1], sales.values[-1], np.nan)
    return _share(
        firms,
        law,
        ("rd_intensity", rd_rules(firms, law), id(law.scales)),
        part=rd.total,
        whole=sales.total,
        line=scale_values(law.scales["rd_intensity"], latest),
        missing=merge_missing(rd.missing, sales.missing),
        over_blanks=lambda rows: rd_over_sales(select(firms, rows, "rd_", "sales_revenue_"), law),
    )


@alike_where_blank("rd_")
def domestic_rd_share(firms: FirmTable, law: Edition) -> Finding:
    """第十一条（五）: R&D in mainland China over all R&D of three years."""
    as_paid = law.reading("domestic_share_basis") == "paid"
    rd = (paid_rd if as_paid else counted_rd)(firms, law)
    return _share(
        firms,
        law,
        ("domestic_rd_share", rd_rules(firms, law), as_paid),
        part=rd.domestic.total,
        # costs written back beyond all that was spent leave nothing to be a part of
        whole=np.maximum(rd.total.total, 0.0),
        line=law.value("domestic_rd_share"),
        missing=merge_missing(rd.domestic.missing, rd.total.missing),
        over_blanks=lambda rows: domestic_rd(select(firms, rows, "rd_"), law, as_paid=as_paid),
    )


@alike_where_blank("hitech_", "gross_", "non_taxable_", "total_income_")
def hitech_income_share(firms: FirmTable, law: Edition) -> Finding:
    """第十一条（六）: hi-tech income over total income of the latest year."""
    hitech = firms.numbers("hitech_income_y3")
    income, missing = total_income(firms)
    line = law.value("hitech_income_share")
    return _share(
        firms,
        law,
        ("hitech_income_share", line),
        part=hitech,
        whole=income,
        line=line,
        missing={"hitech_income_y3": np.isnan(hitech), **missing},
        over_blanks=lambda rows: hitech_income(
            select(firms, rows, "hitech_", "gross_", "non_taxable_", "total_income_"), line
        ),
    )


def innovation_score(score: ScoreInterval, law: Edition) -> Finding:
    """第十一条（七）: certain when the low end passes, out of reach when the high end does not."""
    mark = law.score.pass_mark

    def passes(points: Floats) -> Bools:
        if law.reading("pass_mark") == "whole_points":
            return above(np.floor(points), mark)
        if law.reading("pass_mark") == "at_least":
            return at_least(points, mark)
        return above(points, mark)

    certain = passes(score.low)
    return finding(
        passes=certain,
        decided_rows=certain | ~passes(score.high),
        observed=score.low,
        required=mark,
        missing=score.missing,
    )


def no_major_violation(firms: FirmTable, law: Edition) -> Finding:
    """第十一条（八）: none in the 365 days before the application; observed is 1 where there was one."""
    violation = firms.numbers("major_violation")
    unknown = np.isnan(violation)
    return finding(
        passes=violation == 0,
        decided_rows=~unknown,
        observed=violation,
        required=np.nan,
        missing={"major_violation": unknown},
    )


def _staff_share(staff: str, firms: FirmTable, law: Edition) -> Finding:
    part, whole = firms.numbers(staff), firms.numbers("staff_total")
    line = law.value(f"{staff}_share")
    return _share(
        firms,
        law,
        (staff, line),
        part=part,
        whole=whole,
        line=line,
        missing={staff: np.isnan(part), "staff_total": np.isnan(whole)},
        over_blanks=lambda rows: part_of_whole(part[rows], whole[rows], line),
    )


def _share(
    firms: FirmTable,
    law: Edition,
    key: Hashable,
    *,
    part: Floats,
    whole: Floats,
    line: Floats | float,
    missing: Mapping[str, Bools],
    over_blanks: Callable[[Bools], ShareRange],
) -> Finding:
    """A share that must reach a line; where its base is zero the edition's reading decides.

    ``over_blanks`` gives the range of the share in rows where a figure is blank: such a row is
    decided where every admissible value gives one status. ``key`` names all that the range rests on
    beside the firms: readings that leave it as it is share it.
    """
    observed = quotient(part, whole)
    blank = np.isnan(part) | np.isnan(whole)
    known, passes = ~blank, at_least(observed, line)
    empty_misses = law.reading("zero_denominator") != "review"
    if not empty_misses:
        known &= whole != 0
    interval = None
    if blank.any():
        share = firms.memoize(("range", key), lambda: over_blanks(blank))
        known[blank], passes[blank] = share.decide(empty_misses=empty_misses)
        low, high = (np.full(len(observed), np.nan) for _ in range(2))
        low[blank], high[blank] = share.low, share.high
        interval = low, high
    return finding(
        passes=passes,
        decided_rows=known,
        observed=observed,
        required=line,
        missing=missing,
        terms={"part": part, "whole": whole},
        interval=interval,
    )
