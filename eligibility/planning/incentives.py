"""Financial benefit of the certificate: income tax over its years, loss carry-forward, awards.

Income tax is compared with what the firm would pay otherwise, the small-profit rate included: a
firm that may use that rate saves nothing by the certificate while it lasts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from eligibility.domain.errors import InputError
from eligibility.domain.law import Citation
from eligibility.domain.text import Wording
from eligibility.planning.assumptions import HERE, Settings, read_settings


class CitedNumber(Settings):
    """One number of the tax law."""

    value: float
    unit: str
    citation: Citation


class SmallProfit(Settings):
    """The rate of small low-profit firms (小型微利企业), CNY and persons, and its last day."""

    rate: float
    income_at_most: float
    staff_at_most: float
    assets_at_most: float
    until: date
    citation: Citation


class LossYears(Settings):
    """For how many years a loss may be carried forward."""

    standard: int
    certified: int
    citation: Citation


class Award(Settings):
    """Money once, CNY, from a region; ``dated`` is the year of the paper that says so."""

    id: str
    region: str
    amount: float
    first_time_only: bool
    dated: int
    title: Wording
    citation: Citation


class Incentives(Settings):
    """Everything of incentives.yaml."""

    checked_on: date
    years: CitedNumber
    standard_rate: CitedNumber
    certified_rate: CitedNumber
    small_profit: SmallProfit
    loss_years: LossYears
    awards: tuple[Award, ...]


@cache
def incentives(path: Path = HERE / "incentives.yaml") -> Incentives:
    """Incentives as the file has them."""
    return read_settings(path, Incentives)


@dataclass(frozen=True)
class TaxYear:
    """Income tax of one year, CNY, without the certificate and with it.

    ``small`` is True where the small-profit rate is used without it; ``losses`` are what is made
    up of former losses, without and with.
    """

    year: int
    income: float
    losses: tuple[float, float]
    without: float
    certified: float
    small: bool

    @property
    def saved(self) -> float:
        """What the certificate saves that year."""
        return self.without - self.certified


@dataclass(frozen=True)
class Worth:
    """Financial benefit: years of income tax, empty where no income was given, and awards."""

    years: tuple[TaxYear, ...]
    awards: tuple[Award, ...]

    @property
    def saved(self) -> float:
        """Income tax saved over the years, CNY."""
        return sum(year.saved for year in self.years)

    @property
    def awarded(self) -> float:
        """All awards together, CNY; none of them is certain."""
        return sum(award.amount for award in self.awards)


def worth(
    income: Sequence[float],
    first_year: int,
    *,
    staff: float | None = None,
    assets: float | None = None,
    losses: Mapping[int, float] | None = None,
    first_time: bool = True,
    regions: Sequence[str] | None = None,
    rules: Incentives | None = None,
) -> Worth:
    """Income tax with and without the certificate, and awards.

    Parameters
    ----------
    income : sequence of float
        Taxable income before losses are made up, CNY, of each year from the first; a loss is
        negative. Beyond the years of a certificate nothing is counted.
    first_year : int
        Calendar year of the certificate.
    staff, assets : float, optional
        Persons and CNY. Unknown, they are taken not to stand against the small-profit rate, so
        that the certificate is not praised too much.
    losses : mapping of year to amount, optional
        Former losses not made up yet, CNY, positive.
    first_time : bool
        False where the firm was certified before.
    regions : sequence of str, optional
        Whose awards count; all held unless given.

    Raises
    ------
    InputError
        If a former loss is negative, or not of a year before the first.
    """
    rules = rules or incentives()
    held = dict(losses or {})
    for year, loss in held.items():
        if loss < 0 or year >= first_year:
            raise InputError(
                "Loss of {year}: {amount}; expected a positive amount of a year before {first}.",
                year=year,
                amount=loss,
                first=first_year,
            )
    small = rules.small_profit
    may_be_small = (staff is None or staff <= small.staff_at_most) and (
        assets is None or assets <= small.assets_at_most
    )
    span = int(rules.years.value)
    plain, kept = dict(held), dict(held)
    years = []
    for year, earned in enumerate(income[:span], start=first_year):
        taxable, used = _less_losses(earned, year, plain, first_year, rules, certified=False)
        of_certified, used_certified = _less_losses(
            earned, year, kept, first_year, rules, certified=True
        )
        lasts = date(year, 12, 31) <= small.until and may_be_small
        at_small = [
            base * small.rate if lasts and base <= small.income_at_most else None
            for base in (taxable, of_certified)
        ]
        without = taxable * rules.standard_rate.value if at_small[0] is None else at_small[0]
        certified = of_certified * rules.certified_rate.value
        if at_small[1] is not None:
            certified = min(certified, at_small[1])
        years.append(
            TaxYear(
                year, earned, (used, used_certified), without, certified, at_small[0] is not None
            )
        )
    awards = tuple(
        award
        for award in rules.awards
        if (first_time or not award.first_time_only)
        and (regions is None or award.region in regions)
    )
    return Worth(tuple(years), awards)


def _less_losses(
    earned: float,
    year: int,
    losses: dict[int, float],
    first_year: int,
    rules: Incentives,
    *,
    certified: bool,
) -> tuple[float, float]:
    """Taxable income after former losses, the oldest first, and what was used; ``losses`` shrink."""
    if earned < 0:
        losses[year] = -earned
        return 0.0, 0.0
    left = earned
    for origin in sorted(losses):
        longer = certified and origin >= first_year - rules.loss_years.standard
        span = rules.loss_years.certified if longer else rules.loss_years.standard
        if year - origin <= span:
            used = min(left, losses[origin])
            losses[origin] -= used
            left -= used
    return left, earned - left
