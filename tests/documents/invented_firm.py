"""An invented firm and all that its papers say of three years, every figure of it known to the cent.

Made from the structure of the official forms alone; nothing here comes from what reads them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

CATEGORIES = (
    "personnel", "direct", "depreciation", "amortization", "design", "trial", "other",
    "outsourced_domestic", "outsourced_overseas",
)  # fmt: skip
FIVE = CATEGORIES[:6]
INTERNAL = CATEGORIES[:7]
CENT = Decimal("0.01")
ZERO = Decimal(0)
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_TOWNS = ("呼和浩特市", "内蒙古", "包头市", "鄂尔多斯市")
_WORDS = ("青云", "朔风", "敕勒", "银杉", "北辰", "牧歌", "长河", "星垣", "苍原", "白桦")
#: one letter more, so that no firm is likely to be called so
_RARE = "朔苒霁珞"
_TRADES = ("智能装备", "生物科技", "软件", "新材料", "环保科技", "信息技术", "仪器")
#: a difference of scope: its category, and whether it leaves the deduction and the certification
DIFFERENCES: Mapping[str, tuple[str, int, int]] = {
    "support_staff": ("personnel", -1, 0),
    "short_term_staff": ("personnel", 0, -1),
    "building_rent": ("direct", -1, 0),
    "building_depreciation": ("depreciation", -1, 0),
    "equipment_tuning": ("trial", -1, 0),
    "other_not_listed": ("other", -1, 0),
}


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Right:
    """One right, as it stands in a list of rights."""

    name: str
    kind: str  # 发明专利, 实用新型专利, 外观设计专利, 软件著作权
    number: str
    applied_on: str
    granted_on: str
    acquired: str
    status: str


@dataclass(frozen=True)
class YearFacts:
    """One fiscal year: amounts in CNY, staff in persons.

    ``rd`` holds what was booked of R&D by project and category; ``differences`` what part of it
    the deduction or the certification leaves out, all of it of the first project.
    """

    year: int
    income: Mapping[str, Decimal]
    assets: Mapping[str, Decimal]
    liabilities: Mapping[str, Decimal]
    equity: Mapping[str, Decimal]
    rd: tuple[Mapping[str, Decimal], ...]
    differences: Mapping[str, Decimal]
    capitalised: Decimal
    heads: tuple[tuple[int, int], ...]
    st_heads: tuple[tuple[int, int], ...]
    products: tuple[tuple[str, Decimal], ...]
    technical_income: Decimal
    conversions: int

    @property
    def sales(self) -> Decimal:
        return self.income["main"] + self.income["other_operating"]

    @property
    def gross(self) -> Decimal:
        names = ("non_operating", "other_gains", "investment", "interest")
        return self.sales + sum((self.income[name] for name in names), ZERO)

    @property
    def total_income(self) -> Decimal:
        return self.gross - self.income["non_taxable"]

    @property
    def hitech(self) -> Decimal:
        return sum((amount for _, amount in self.products), self.technical_income)

    @property
    def total_assets(self) -> Decimal:
        return sum(self.assets.values(), ZERO)

    @property
    def total_liabilities(self) -> Decimal:
        return sum(self.liabilities.values(), ZERO)

    @property
    def net_assets(self) -> Decimal:
        return sum(self.equity.values(), ZERO)

    @property
    def booked(self) -> dict[str, Decimal]:
        return {each: sum((project[each] for project in self.rd), ZERO) for each in CATEGORIES}

    def _scope(self, side: int) -> list[dict[str, Decimal]]:
        projects = [dict(project) for project in self.rd]
        for name, (category, *signs) in DIFFERENCES.items():
            projects[0][category] += signs[side] * self.differences[name]
        return projects

    @property
    def deduction_projects(self) -> list[dict[str, Decimal]]:
        return self._scope(0)

    @property
    def certification_projects(self) -> list[dict[str, Decimal]]:
        return self._scope(1)

    @property
    def deduction(self) -> dict[str, Decimal]:
        return _by_category(self.deduction_projects)

    @property
    def certification(self) -> dict[str, Decimal]:
        return _by_category(self.certification_projects)

    @property
    def staff(self) -> Decimal:
        return month_average(self.heads)

    @property
    def st_staff(self) -> Decimal:
        return month_average(self.st_heads)


def _by_category(projects: list[dict[str, Decimal]]) -> dict[str, Decimal]:
    return {each: sum((project[each] for project in projects), ZERO) for each in CATEGORIES}


def month_average(heads: tuple[tuple[int, int], ...]) -> Decimal:
    """The mean of the months, each the mean of its start and its end."""
    months = [Decimal(start + end) / 2 for start, end in heads]
    return sum(months, ZERO) / len(months)


@dataclass(frozen=True)
class Firm:
    """Who the firm is, its three years, its rights."""

    name: str
    uscc: str
    small: bool  # keeps its books by the standard for small enterprises
    certified: bool
    industry_code: str
    years: tuple[YearFacts, ...]
    projects: tuple[str, ...]
    rights: tuple[Right, ...] = field(default=())


def allowed(incurred: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What the deduction lets count (A107012 lines 34, 36 × 80 %, 38), by category, unrounded at 80 %."""
    lines = dict(incurred)
    five = sum((incurred[each] for each in FIVE), ZERO)
    lines["other"] = min(incurred["other"], cents(five * 10 / 90))
    lines["outsourced_domestic"] = incurred["outsourced_domestic"] * 80 / 100
    base = five + lines["other"] + lines["outsourced_domestic"]
    lines["outsourced_overseas"] = min(
        cents(incurred["outsourced_overseas"] * 80 / 100), cents(base * 2 / 3)
    )
    return lines


def counted(incurred: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What certification counts (A107041 lines 24 and 25), by category, unrounded at 80 %."""
    lines = dict(incurred)
    five = sum((incurred[each] for each in FIVE), ZERO)
    lines["other"] = min(incurred["other"], cents(five * 20 / 80))
    for each in ("outsourced_domestic", "outsourced_overseas"):
        lines[each] = incurred[each] * 80 / 100
    return lines


def invent_firm(seed: int, *, last_year: int = 2025) -> Firm:
    """A firm of a seed: the same seed gives the same firm."""
    rng = random.Random(seed)
    small = rng.random() < 0.5
    projects = tuple(f"{rng.choice(_WORDS)}{word}研发" for word in ("控制系统", "检测装置", "平台", "工艺")[: rng.randint(1, 4)])  # fmt: skip
    scale = rng.choice((1, 3, 10))
    years: list[YearFacts] = []
    for year in range(last_year - 2, last_year + 1):
        years.append(_year(rng, year, scale, len(projects), years[-1] if years else None))
    return Firm(
        name=f"{rng.choice(_TOWNS)}{rng.choice(_WORDS)}{_RARE[seed % len(_RARE)]}{rng.choice(_TRADES)}有限公司",
        uscc=invent_code(rng),
        small=small,
        certified=rng.random() < 0.5,
        industry_code=rng.choice(("6513", "3599", "2770", "4011")),
        years=tuple(years),
        projects=projects,
        rights=tuple(_right(rng, place, last_year) for place in range(rng.randint(2, 9))),
    )


def _money(rng: random.Random, low: int, high: int, *, zero: float = 0.0) -> Decimal:
    """An amount between two in CNY, nothing with some chance."""
    if rng.random() < zero:
        return ZERO
    return rng.randint(low * 100, high * 100) * CENT


def _year(
    rng: random.Random, year: int, scale: int, projects: int, before: YearFacts | None
) -> YearFacts:
    def money(low: int, high: int, *, zero: float = 0.0) -> Decimal:
        return _money(rng, low * scale, high * scale, zero=zero)

    rd = tuple(
        {
            "personnel": money(200_000, 600_000),
            "direct": money(100_000, 400_000),
            "depreciation": money(40_000, 90_000),
            "amortization": money(1_000, 30_000, zero=0.4),
            "design": money(1_000, 50_000, zero=0.3),
            "trial": money(20_000, 60_000),
            "other": money(20_000, 120_000),
            "outsourced_domestic": money(10_000, 200_000, zero=0.4),
            "outsourced_overseas": money(5_000, 60_000, zero=0.7),
        }
        for _ in range(projects)
    )
    first = rd[0]
    differences = {
        name: _money(rng, 100, int(first[category] // 3), zero=0.3)
        for name, (category, *_) in DIFFERENCES.items()
    }
    booked = sum((sum(project.values()) for project in rd), ZERO)
    capitalised = _money(rng, 100, int(booked // 5), zero=0.6)
    main = money(6_000_000, 12_000_000)
    income = {
        "main": main,
        "other_operating": money(10_000, 400_000, zero=0.3),
        "cost": cents(main * rng.randint(45, 60) / 100),
        "taxes": money(10_000, 60_000),
        "selling": money(200_000, 900_000),
        "administration": money(300_000, 900_000),
        "research": booked - capitalised,
        "interest": money(100, 9_000),
        "interest_cost": money(100, 8_000, zero=0.5),
        "other_gains": money(1_000, 300_000, zero=0.4),
        "investment": money(1_000, 50_000, zero=0.6),
        "non_operating": money(500, 90_000, zero=0.3),
        "non_operating_cost": money(500, 50_000, zero=0.5),
        "tax": money(1_000, 60_000),
        "non_taxable": ZERO,
    }
    if income["other_gains"] and rng.random() < 0.4:
        income["non_taxable"] = cents(income["other_gains"] / 2)
    sales = income["main"] + income["other_operating"]
    parts = [rng.randint(15, 40) for _ in range(rng.randint(1, 3))]
    share = rng.randint(55, 90)
    products = tuple(
        (
            f"{rng.choice(_WORDS)}{'甲乙丙'[place]}型产品",
            cents(main * share * part / sum(parts) / 100),
        )
        for place, part in enumerate(parts)
    )
    start = before.heads[-1][1] if before else rng.randint(20, 90)
    heads = _months(rng, start)
    st_heads = tuple((a * 3 // 10 + 1, b * 3 // 10 + 1) for a, b in heads)
    assets, liabilities, equity = _balance(rng, money, sales, before)
    return YearFacts(
        year, income, assets, liabilities, equity, rd, differences, capitalised, heads, st_heads,
        products, cents(main / 20) if rng.random() < 0.5 else ZERO, rng.randint(0, 7),
    )  # fmt: skip


def _months(rng: random.Random, start: int) -> tuple[tuple[int, int], ...]:
    months = []
    for _ in range(12):
        end = max(5, start + rng.randint(-3, 4))
        months.append((start, end))
        start = end
    return tuple(months)


def _balance(
    rng: random.Random, money: object, sales: Decimal, before: YearFacts | None
) -> tuple[dict[str, Decimal], dict[str, Decimal], dict[str, Decimal]]:
    """Closing figures that balance; net assets may be below zero."""
    assert callable(money)
    assets = {
        "cash": money(300_000, 2_000_000),
        "receivables": cents(sales * rng.randint(5, 25) / 100),
        "prepaid": money(1_000, 200_000, zero=0.3),
        "other_receivables": money(1_000, 90_000, zero=0.3),
        "inventory": money(200_000, 1_500_000),
        "fixed": money(500_000, 2_500_000),
        "intangible": money(10_000, 300_000, zero=0.3),
        "development": money(10_000, 200_000, zero=0.6),
        "deferred": money(5_000, 90_000, zero=0.5),
    }
    liabilities = {
        "loans": money(100_000, 3_000_000, zero=0.4),
        "payables": money(100_000, 1_500_000),
        "advances": money(1_000, 300_000, zero=0.3),
        "wages": money(20_000, 200_000),
        "taxes": money(5_000, 150_000),
        "long_loans": money(100_000, 4_000_000, zero=0.6),
    }
    capital = before.equity["capital"] if before else money(500_000, 3_000_000)
    reserve = before.equity["reserve"] if before else money(1_000, 90_000, zero=0.5)
    rest = sum(assets.values(), ZERO) - sum(liabilities.values(), ZERO) - capital - reserve
    return assets, liabilities, {"capital": capital, "reserve": reserve, "retained": rest}


def invent_code(rng: random.Random) -> str:
    """A unified social credit code with both check characters right, of a range given to nobody."""
    body = "XN" + "".join(rng.choice(_LETTERS) for _ in range(6))
    total = sum(_place(letter) * weight for letter, weight in zip(body, _BODY_WEIGHTS, strict=True))
    check = (11 - total % 11) % 11
    code = f"91150105{body}{'X' if check == 10 else check}"
    weighted = sum(_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(code))
    return code + _LETTERS[(31 - weighted % 31) % 31]


def _place(letter: str) -> int:
    return int(letter) if letter.isdigit() else ord(letter) - ord("A") + 10


def _right(rng: random.Random, place: int, last_year: int) -> Right:
    kind = rng.choice(
        ("发明专利", "实用新型专利", "实用新型专利", "外观设计专利", "软件著作权", "软件著作权")
    )
    filed = rng.randint(last_year - 5, last_year - 1)
    granted = f"{min(filed + 1, last_year)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    applied = f"{filed}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if kind == "软件著作权":
        number = f"{granted[:4]}SR{rng.randint(100_000, 1_999_999):07d}"
    else:
        number = f"ZL{patent_number(rng, filed, kind)}"
    acquired = rng.choice(("自主研发", "自主研发", "自主研发", "受让"))
    status = "登记" if kind == "软件著作权" else rng.choice(("专利权维持", "授权"))
    return Right(f"一种{rng.choice(_WORDS)}方法{place + 1}", kind, number, applied, granted, acquired, status)  # fmt: skip


def patent_number(rng: random.Random, year: int, kind: str) -> str:
    """A patent application number with its check digit: YYYY, kind, seven digits, a point, check."""
    digit = {"发明专利": "1", "实用新型专利": "2", "外观设计专利": "3"}[kind]
    number = f"{year}{digit}{rng.randint(0, 9_999_999):07d}"
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    check = sum(int(each) * weight for each, weight in zip(number, weights, strict=True)) % 11
    return f"{number}.{'X' if check == 10 else check}"
