"""Invented firms as columns: one dict of field id to array, one row a firm.

Everything about a firm follows from a few draws that belong together: its kind (how near it is to
certification), its industry, its age and its size. Sales bring staff, staff and sales bring R&D,
R&D brings rights and results. Nothing here describes a real firm: names are put together from
syllables, and the credit codes stand in a range that is not given out.

``invented_firms`` makes any number of firms at once; ``invented_chunks`` makes them in blocks, so
that a million need no more memory than a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from draws import (
    Bools,
    Columns,
    Floats,
    Ints,
    Rng,
    chance,
    draw,
    negative_binomial,
    series,
    unless,
    years,
    yes_no,
    yuan,
)
from identities import INDUSTRIES, identity

FIELDS_FILE = Path(__file__).parent.parent / "eligibility" / "schemes" / "hnte" / "fields.yaml"
OLD_EDITION_SECTION = "e2008"
CHUNK = 100_000

# --- the law's lines, around which firms are spread -----------------------------------------------
# Source: 国科发火〔2016〕32号 第十一条（五）, 195号 三、（六）; said again here, so that the
# samples do not move with the program's own reading of the law.
TIER_SALES = (50e6, 200e6)
TIER_INTENSITY = (0.05, 0.04, 0.03)
OUTSOURCED_COUNTED = 0.80
OTHER_PER_INTERNAL = 0.20 / 0.80

# --- statistics that are known --------------------------------------------------------------------
# Source: the 801 technology SMEs of Hohhot in 2024 (hhhtsme.cn, News/Detail?Id=24425): 0.63 Class I
# and 10.8 Class II rights a firm, R&D of 1.38 million CNY a firm, 36 % software, 27 % research and
# technical services. The means by kind below are chosen so that all kinds together come near them.
# Source: Hohhot's 461 certified firms of 2022: mean income 236 million CNY, so very skewed.

# --- sizes and ages (assumed) ---------------------------------------------------------------------
SALES_MEDIAN, SALES_SPREAD = 10e6, 1.45  # assumed: log-normal, about 2 % above 200 million
SALES_RANGE, ASSETS_MOST = (2e5, 4e9), 3e9  # assumed
YOUNG_SIZE = 0.45  # assumed: a firm of under three years sells this part of what others do
GROWTH_SPREAD, GROWTH_RANGE = 0.13, (0.55, 1.90)  # assumed: of one year's sales over the last
ASSETS_OVER_SALES, ASSETS_SPREAD = 0.55, 0.55  # assumed: log-normal
ASSETS_FOLLOW_SALES, ASSETS_GROWTH_SPREAD = 0.85, 0.07  # assumed
NEGATIVE_ASSETS, NEGATIVE_ASSETS_SIZE = 0.025, -0.2  # assumed
APPLICATION_DAYS = ("2026-05-10", "2026-07-10", "2026-09-10")  # assumed, after the batches of 2022
UNDER_A_YEAR, UNDER_THREE_YEARS = 0.02, 0.14  # assumed shares of firms by age
AGE_MEDIAN_DAYS, AGE_SPREAD, AGE_RANGE = 2900, 0.45, (1290, 10_500)  # assumed: all the others

# --- staff and income (assumed) -------------------------------------------------------------------
STAFF_SPREAD, STAFF_LEAST = 0.35, 4.0  # assumed
ST_SHARE_SPREAD, ST_SHARE_RANGE = 0.32, (0.02, 0.85)  # assumed
OTHER_INCOME = 0.03  # assumed: at most this much of sales comes on top of them
GRANT_SHARE, GRANT_SIZE = 0.30, 0.03  # assumed: how many have non-taxable grants; at most how much
HITECH_SPREAD = 22.0  # assumed: concentration of the beta distribution

# --- R&D costs (assumed) --------------------------------------------------------------------------
CATEGORIES = (
    "rd_personnel",
    "rd_direct",
    "rd_depreciation",
    "rd_amortization",
    "rd_design",
    "rd_trial",
    "rd_other",
    "rd_outsourced_domestic",
    "rd_outsourced_overseas",
)
INTERNAL, OTHER, OUTSOURCED_DOMESTIC, OUTSOURCED_OVERSEAS = 6, 6, 7, 8  # places in CATEGORIES
CATEGORY_SHARES = (0.46, 0.26, 0.07, 0.02, 0.03, 0.05, 0.08, 0.18, 0.10)  # assumed
CATEGORY_SPREAD = 14.0  # assumed: shape of the gamma draws per unit of share
OUTSOURCE_AT_HOME, OUTSOURCE_ABROAD = 0.35, 0.04  # assumed shares of firms
MOSTLY_ABROAD, MOSTLY_ABROAD_SHARE = 0.015, 2.0  # assumed: firms whose R&D is bought abroad
HIGH_OTHER, HIGH_OTHER_SHARE = 0.10, 0.40  # assumed: firms whose other costs pass the cap
YEARLY_SPREAD = 0.08  # assumed: of intensity between years
REPORTS = (0.40, 0.25, 0.35)  # assumed: the R&D total only, the nine categories only, both
INCOME_REPORTS = (0.55, 0.20, 0.25)  # assumed: gross and non-taxable, total only, all three

# --- rights (assumed beside the means of the kinds) -----------------------------------------------
CLASS1_SHAPE, CLASS2_SHAPE = 1.3, 1.1  # assumed: shape of the negative binomial
CERTIFIED_BEFORE = 0.22  # assumed: firms that used Class II rights in an earlier certification
ALL_USED = 0.15  # assumed: of those, the ones whose Class II rights are all used

# --- what is left blank (assumed) -----------------------------------------------------------------
INCOMPLETE, BLANK_IN_INCOMPLETE = 0.20, 0.10  # assumed: firms with gaps; chance of each gap there
SIGNS_GIVEN, SIGNS_STREAM = 0.60, 1  # assumed: firms that fill in what only warnings use
GAPS: tuple[tuple[str, ...], ...] = (
    ("registered_on",),
    ("technical_field_code",),
    ("net_assets_y1",),
    ("sales_revenue_y1",),
    ("rd_expense_y1", "rd_expense_domestic_y1", *(f"{name}_y1" for name in CATEGORIES)),
    ("hitech_income_y3",),
    ("gross_income_y3", "total_income_y3"),
    ("st_staff",),
    ("ip_class2_used_count",),
    ("ip_core_support",),
    ("ip_self_developed",),
    ("conversions_y1", "conversions_y2", "conversions_y3"),
    ("major_violation",),
)
MANAGEMENT = {  # points at most: 国科发火〔2016〕195号 三、(七)3
    "management_system": 6,
    "management_institution": 6,
    "management_incentive": 4,
    "management_talent": 4,
}
CHECKS_2008 = 5  # management checks of the 2008 rules


@dataclass(frozen=True)
class Kind:
    """How near firms of one kind are to certification. Every number is assumed.

    Parameters
    ----------
    share : float
        Share of all firms.
    intensity, intensity_spread : float
        R&D intensity over the line of its tier: median and spread (log).
    st_share, hitech, growth : float
        Median share of S&T staff, mean share of hi-tech income, mean growth of sales.
    has_class1, class1, class2 : float
        Chance of any Class I right, mean of those beyond the first, mean of Class II rights.
    conversions : float
        Results put to use a year, mean.
    points : float
        Self-rated management points as a share of the most there are, mean.
    ratings : tuple of float
        Chances of A, B, C, D, E.
    unrated, unmanaged : float
        Chance that the ratings, and that the points, are left blank.
    core_support, self_developed, standards, violation : float
        Chances of a yes.
    """

    share: float
    intensity: float
    intensity_spread: float
    st_share: float
    hitech: float
    growth: float
    has_class1: float
    class1: float
    class2: float
    conversions: float
    points: float
    ratings: tuple[float, float, float, float, float]
    unrated: float
    unmanaged: float
    core_support: float
    self_developed: float
    standards: float
    violation: float


KINDS: dict[str, Kind] = {
    "ready": Kind(
        share=0.42, intensity=1.42, intensity_spread=0.18, st_share=0.27, hitech=0.81,
        growth=0.23, has_class1=0.93, class1=0.30, class2=13.0, conversions=7.0, points=0.95,
        ratings=(0.88, 0.12, 0.0, 0.0, 0.0), unrated=0.03, unmanaged=0.03,
        core_support=1.0, self_developed=0.97, standards=0.30, violation=0.005,
    ),
    "near": Kind(
        share=0.33, intensity=1.22, intensity_spread=0.20, st_share=0.21, hitech=0.74,
        growth=0.17, has_class1=0.20, class1=0.15, class2=10.5, conversions=4.9, points=0.78,
        ratings=(0.20, 0.60, 0.20, 0.0, 0.0), unrated=0.35, unmanaged=0.35,
        core_support=0.97, self_developed=0.93, standards=0.12, violation=0.01,
    ),
    "far": Kind(
        share=0.25, intensity=0.80, intensity_spread=0.40, st_share=0.11, hitech=0.56,
        growth=0.05, has_class1=0.05, class1=0.10, class2=7.0, conversions=1.8, points=0.48,
        ratings=(0.0, 0.15, 0.45, 0.30, 0.10), unrated=0.25, unmanaged=0.25,
        core_support=0.80, self_developed=0.82, standards=0.03, violation=0.05,
    ),
}  # fmt: skip


#: make-up of income, losses and western facts, which few firms state and no sample firm does
NOT_STATED = {
    "hitech_products_income_y3", "technical_transfer_income_y3", "technical_service_income_y3",
    "commissioned_rd_income_y3", "main_products_income_y3", "subsidy_income_y3", "interest_income_y3",
    "investment_income_y3", "unrecovered_losses", "western_encouraged_project", "encouraged_income_share",
}  # fmt: skip


def field_ids(old_edition: bool = False) -> list[str]:
    """The ids of the input fields in the order of fields.yaml, year series as _y1 _y2 _y3."""
    with FIELDS_FILE.open(encoding="utf-8") as file:
        entries = yaml.safe_load(file)["fields"]
    names: list[str] = []
    for entry in entries:
        if entry["section"] == OLD_EDITION_SECTION and not old_edition:
            continue
        if entry["id"] in NOT_STATED:
            continue
        years = (1, 2, 3) if entry.get("per_year") else ()
        names += [f"{entry['id']}_y{year}" for year in years] or [entry["id"]]
    return names


def invented_chunks(rows: int, seed: int) -> Iterator[Columns]:
    """Firms in blocks of CHUNK. The first firms are the same however many are asked for."""
    for first in range(0, rows, CHUNK):
        block = invented_firms(CHUNK, seed, first)
        yield {name: column[: rows - first] for name, column in block.items()}


def invented_firms(rows: int, seed: int, first: int = 0) -> Columns:
    """That many invented firms; ``first`` is the serial number of the first of them."""
    rng = np.random.default_rng([seed, first])
    kind = draw(rng, rows, [kind.share for kind in KINDS.values()])
    industry = draw(rng, rows, [industry.weight for industry in INDUSTRIES])
    columns = identity(rng, industry, seed, first)
    columns |= dates(rng, rows)
    operating, part_of_year = operation(columns)
    columns |= years("sales_revenue", sales(rng, kind, operating, part_of_year))
    columns |= years("net_assets", net_assets(rng, kind, columns))
    columns |= research(rng, kind, industry, columns)
    columns |= income(rng, kind, columns)
    columns |= staff(rng, kind, industry, columns)
    columns |= rights(rng, kind)
    columns |= years("conversions", conversions(rng, kind))
    columns |= self_ratings(rng, kind)
    columns |= old_edition(rng, columns)
    blank_before_registration(columns, operating)
    leave_gaps(rng, columns)
    # a stream of its own: a fact asked for later leaves the firms as they were
    columns |= signs(np.random.default_rng([seed, first, SIGNS_STREAM]), columns)
    return columns


def of_kind(kind: Ints, trait: str) -> Floats:
    """A trait of every firm's kind."""
    values: Floats = np.array([getattr(each, trait) for each in KINDS.values()])[kind]
    return values


def of_industry(industry: Ints, trait: str) -> Floats:
    """A trait of every firm's industry."""
    values: Floats = np.array([getattr(each, trait) for each in INDUSTRIES])[industry]
    return values


def dates(rng: Rng, rows: int) -> Columns:
    """Days of application and of registration."""
    days = np.array(APPLICATION_DAYS, dtype="M8[D]")
    applied = days[draw(rng, rows, [1.0] * len(days))]
    old = AGE_MEDIAN_DAYS * np.exp(AGE_SPREAD * rng.standard_normal(rows))
    ages = np.stack([rng.uniform(100, 364, rows), rng.uniform(370, 1200, rows), old])
    ages[2] = np.clip(ages[2], *AGE_RANGE)
    shares = (UNDER_A_YEAR, UNDER_THREE_YEARS, 1 - UNDER_A_YEAR - UNDER_THREE_YEARS)
    age = ages[draw(rng, rows, shares), np.arange(rows)].astype(np.int64)
    return {"application_date": applied, "registered_on": applied - age.astype("m8[D]")}


def operation(columns: Columns) -> tuple[Bools, Floats]:
    """Which of the three years the firm lived in, and what part of each, both of shape (3, n)."""
    last = columns["application_date"].astype("M8[Y]").astype(np.int64) - 1
    starts = np.stack([last - 2, last - 1, last]).astype("M8[Y]").astype("M8[D]")
    ends = np.stack([last - 1, last, last + 1]).astype("M8[Y]").astype("M8[D]")
    registered = columns["registered_on"]
    lived = (ends - np.maximum(starts, registered)).astype(np.int64)
    part: Floats = np.clip(lived / (ends - starts).astype(np.int64), 0, 1)
    return part > 0, part


# --- sales, assets, R&D ---------------------------------------------------------------------------


def sales(rng: Rng, kind: Ints, operating: Bools, part_of_year: Floats) -> Floats:
    """Sales of the three years: the size of the latest, and back from there by growth."""
    rows = len(kind)
    latest = SALES_MEDIAN * np.exp(SALES_SPREAD * rng.standard_normal(rows))
    latest = np.clip(latest * np.where(operating[0], 1.0, YOUNG_SIZE), *SALES_RANGE)
    growth = 1 + of_kind(kind, "growth") + GROWTH_SPREAD * rng.standard_normal((2, rows))
    growth = np.clip(growth, *GROWTH_RANGE)
    values = np.stack([latest / growth[1] / growth[0], latest / growth[1], latest])
    return yuan(values * part_of_year)


def net_assets(rng: Rng, kind: Ints, columns: Columns) -> Floats:
    """Net assets at the three year ends; they grow with sales, and a few are below zero."""
    rows = len(kind)
    now = columns["sales_revenue_y3"]
    now = now * ASSETS_OVER_SALES * np.exp(ASSETS_SPREAD * rng.standard_normal(rows))
    now = np.minimum(now, ASSETS_MOST)
    growth = 1 + ASSETS_FOLLOW_SALES * of_kind(kind, "growth")
    growth = growth + ASSETS_GROWTH_SPREAD * rng.standard_normal((2, rows))
    growth = np.clip(growth, *GROWTH_RANGE)
    values = np.stack([now / growth[1] / growth[0], now / growth[1], now])
    below = chance(rng, NEGATIVE_ASSETS, rows)
    return yuan(np.where(below, values * NEGATIVE_ASSETS_SIZE, values))


def counted(costs: Floats) -> tuple[Floats, Floats]:
    """R&D as it counts, in all and in mainland China, of amounts shaped (9, 3, n)."""
    inside = costs[:INTERNAL].sum(axis=0)
    home = inside + np.minimum(costs[OTHER], OTHER_PER_INTERNAL * inside)
    home = home + OUTSOURCED_COUNTED * costs[OUTSOURCED_DOMESTIC]
    return home + OUTSOURCED_COUNTED * costs[OUTSOURCED_OVERSEAS], home


def research(rng: Rng, kind: Ints, industry: Ints, columns: Columns) -> Columns:
    """R&D costs: what intensity asks for, split into categories, reported in one of three ways."""
    rows = len(kind)
    revenue = series(columns, "sales_revenue")
    line = np.array(TIER_INTENSITY)[np.searchsorted(TIER_SALES, revenue[2], side="left")]
    intensity = line * of_kind(kind, "intensity") * of_industry(industry, "intensity")
    intensity = intensity * np.exp(of_kind(kind, "intensity_spread") * rng.standard_normal(rows))
    goal = revenue * intensity * np.exp(YEARLY_SPREAD * rng.standard_normal((3, rows)))
    shares = category_shares(rng, rows)
    costs = np.round(shares[:, None, :] * (goal / counted(shares[:, None, :])[0]))  # whole yuan
    total, home = (yuan(values) for values in counted(costs))
    report = draw(rng, rows, REPORTS)
    total, home = (np.where(report == 1, np.nan, values) for values in (total, home))
    made = years("rd_expense", total) | years("rd_expense_domestic", home)
    for name, cost in zip(CATEGORIES, costs, strict=True):
        made |= years(name, np.where(report == 0, np.nan, cost))
    return made


def category_shares(rng: Rng, rows: int) -> Floats:
    """How a firm's R&D money goes into the nine categories, shape (9, n)."""
    means = np.repeat(np.array(CATEGORY_SHARES)[:, None], rows, axis=1)
    means[OTHER, chance(rng, HIGH_OTHER, rows)] = HIGH_OTHER_SHARE
    shares = rng.gamma(means * CATEGORY_SPREAD) / CATEGORY_SPREAD
    mostly_abroad = chance(rng, MOSTLY_ABROAD, rows)
    shares[OUTSOURCED_DOMESTIC] *= chance(rng, OUTSOURCE_AT_HOME, rows)
    shares[OUTSOURCED_OVERSEAS] *= chance(rng, OUTSOURCE_ABROAD, rows) & ~mostly_abroad
    shares[OUTSOURCED_OVERSEAS] += MOSTLY_ABROAD_SHARE * mostly_abroad
    return shares


# --- income, staff, rights, results ---------------------------------------------------------------


def income(rng: Rng, kind: Ints, columns: Columns) -> Columns:
    """Income of the latest year as the income tax law counts it, and the hi-tech part of it."""
    rows = len(kind)
    revenue = columns["sales_revenue_y3"]
    granted = chance(rng, GRANT_SHARE, rows)
    grants = yuan(revenue * GRANT_SIZE * rng.random(rows) * granted)
    gross = yuan(revenue * (1 + OTHER_INCOME * rng.random(rows)) + grants)
    total = yuan(gross - grants)
    mean = of_kind(kind, "hitech")
    share = rng.beta(mean * HITECH_SPREAD, (1 - mean) * HITECH_SPREAD)
    report = draw(rng, rows, INCOME_REPORTS)
    return {
        "gross_income_y3": np.where(report == 1, np.nan, gross),
        "non_taxable_income_y3": np.where(report == 1, np.nan, grants),
        "total_income_y3": np.where(report == 0, np.nan, total),
        "hitech_income_y3": np.minimum(yuan(total * share), total),
        "major_violation": yes_no(chance(rng, of_kind(kind, "violation"), rows)),
    }


def staff(rng: Rng, kind: Ints, industry: Ints, columns: Columns) -> Columns:
    """Annual averages of staff and S&T staff, to a tenth."""
    rows = len(kind)
    heads = columns["sales_revenue_y3"] / of_industry(industry, "sales_per_head")
    heads = heads * np.exp(STAFF_SPREAD * rng.standard_normal(rows))
    heads = np.maximum(heads, STAFF_LEAST).round(1)
    share = of_kind(kind, "st_share") * of_industry(industry, "st_share")
    spread = np.exp(ST_SHARE_SPREAD * rng.standard_normal(rows))
    return {
        "staff_total": heads,
        "st_staff": np.round(heads * np.clip(share * spread, *ST_SHARE_RANGE), 1),
    }


def rights(rng: Rng, kind: Ints) -> Columns:
    """Rights by class, those used before, and what they are to the products."""
    rows = len(kind)
    further = negative_binomial(rng, CLASS1_SHAPE, of_kind(kind, "class1"))
    first_class = chance(rng, of_kind(kind, "has_class1"), rows) * (1.0 + further)
    second_class = negative_binomial(rng, CLASS2_SHAPE, of_kind(kind, "class2"))
    again = chance(rng, CERTIFIED_BEFORE, rows)
    part = np.where(chance(rng, ALL_USED, rows), 1.0, 0.6 * rng.random(rows))
    return {
        "ip_class1_count": first_class,
        "ip_class2_count": second_class,
        "ip_class2_used_count": np.floor(second_class * part * again),
        "ip_self_developed": yes_no(chance(rng, of_kind(kind, "self_developed"), rows)),
        "ip_core_support": yes_no(chance(rng, of_kind(kind, "core_support"), rows)),
    }


def conversions(rng: Rng, kind: Ints) -> Floats:
    """Results put to use in each year."""
    return rng.poisson(of_kind(kind, "conversions"), (3, len(kind))).astype(np.float64)


def self_ratings(rng: Rng, kind: Ints) -> Columns:
    """Ratings, management points and standards, as the firm sees itself."""
    rows = len(kind)
    steps = np.cumsum([each.ratings for each in KINDS.values()], axis=1)[kind]
    unrated = chance(rng, of_kind(kind, "unrated"), rows)
    made: Columns = {}
    for name in ("ip_advancement_rating", "ip_core_support_rating"):
        place = (rng.random(rows)[:, None] >= steps[:, :4]).sum(axis=1)
        made[name] = unless(unrated, np.array(list("ABCDE"), dtype=object)[place])
    unmanaged = chance(rng, of_kind(kind, "unmanaged"), rows)
    for name, most in MANAGEMENT.items():
        points = rng.binomial(most, of_kind(kind, "points")).astype(np.float64)
        made[name] = np.where(unmanaged, np.nan, points)
    took_part = yes_no(chance(rng, of_kind(kind, "standards"), rows))
    made["standards_participation"] = unless(unrated, took_part)
    return made


def old_edition(rng: Rng, columns: Columns) -> Columns:
    """The facts that only the 2008 rules ask for; every spread is assumed."""
    rows = len(columns["uscc"])
    assets = np.maximum(series(columns, "net_assets"), 0) * (1.2 + rng.random(rows))
    debts = 0.3 * series(columns, "sales_revenue")
    college = np.round(columns["st_staff"] * (0.7 + 0.3 * rng.random(rows)), 1)
    return {
        **years("total_assets", yuan(assets + debts)),
        "college_st_staff": college,
        "rd_staff": np.round(college * (0.5 + 0.5 * rng.random(rows)), 1),
        "management_checks": rng.binomial(CHECKS_2008, 0.7, rows).astype(np.float64),
    }


def signs(rng: Rng, columns: Columns) -> Columns:
    """What reviewers look at beyond the conditions; every spread is assumed."""
    rows = len(columns["uscc"])
    rights_held = columns["ip_class1_count"] + columns["ip_class2_count"] > 0
    applied = columns["application_date"]
    granted = applied - rng.integers(60, 2400, rows).astype("m8[D]")
    granted = np.maximum(granted, columns["registered_on"])
    granted[~rights_held | ~chance(rng, SIGNS_GIVEN, rows)] = np.datetime64("NaT", "D")
    software = np.floor(columns["ip_class2_count"] * np.minimum(1.1 * rng.random(rows), 1.0))
    year_end = np.round(columns["staff_total"] * np.exp(0.12 * rng.standard_normal(rows)))
    deducted = yuan(columns["rd_expense_y3"] * (1.05 - 0.45 * rng.random(rows)))
    return {
        "ip_first_granted_on": granted,
        **{
            name: np.where(chance(rng, SIGNS_GIVEN, rows), values, np.nan)
            for name, values in (
                ("ip_software_count", software),
                ("staff_year_end", year_end),
                ("rd_super_deduction_y3", deducted),
            )
        },
    }


# --- blanks ---------------------------------------------------------------------------------------


def blank_before_registration(columns: Columns, operating: Bools) -> None:
    """Empty every figure of a year that ended before the firm was registered."""
    for name, column in columns.items():
        if name.endswith(("_y1", "_y2", "_y3")):
            column[~operating[int(name[-1]) - 1]] = np.nan
    for name in ("staff_total", "st_staff", "college_st_staff", "rd_staff"):
        columns[name][~operating[2]] = np.nan


def leave_gaps(rng: Rng, columns: Columns) -> None:
    """Empty some cells of the firms that did not finish their form."""
    rows = len(columns["uscc"])
    incomplete = chance(rng, INCOMPLETE, rows)
    for names in GAPS:
        gap = incomplete & chance(rng, BLANK_IN_INCOMPLETE, rows)
        for name in names:
            columns[name][gap] = BLANKS[columns[name].dtype.kind]


BLANKS: dict[str, object] = {"O": None, "f": np.nan, "M": np.datetime64("NaT", "D")}
