"""Financial benefit of the certificate: income tax over its years, loss carry-forward, awards.

Income tax is compared with what the firm would pay otherwise, the small-profit rate included: a
firm that may use that rate saves nothing by the certificate while it lasts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import Field

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


class StatutorySmall(Settings):
    """The rate of the law for small low-profit firms when no policy lowers it, CNY and persons."""

    rate: float
    income_at_most: float
    staff_at_most: float
    assets_at_most: float
    citation: Citation


class Western(Settings):
    """The rate of encouraged industries in the western regions, and its days."""

    rate: float
    #: least share of the main business in all income, /1
    income_share: float
    begins: date = Field(alias="from")
    until: date
    citation: Citation


class VatCredit(Settings):
    """What certified manufacturers credit of their input VAT beyond it, /1."""

    rate: float
    until: date
    citation: Citation


class LossYears(Settings):
    """For how many years a loss may be carried forward, and which years have the status."""

    standard: int
    certified: int
    citation: Citation
    years_citation: Citation


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
    statutory_small: StatutorySmall
    western: Western
    vat_credit: VatCredit
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
    up of former losses, without and with; ``western`` is the tax without it at the rate of
    encouraged western industries, where the firm may have that rate or has it.
    """

    year: int
    income: float
    losses: tuple[float, float]
    without: float
    share_certified: float
    small: bool
    western: float | None = None

    @property
    def saving(self) -> float:
        """What the certificate saves that year."""
        return self.without - self.share_certified


@dataclass(frozen=True)
class Worth:
    """Financial benefit: years of income tax, empty where no income was given, and awards.

    ``western`` is True or False where it is known whether the firm pays the rate of encouraged
    western industries, else None: then both values stand.
    """

    years: tuple[TaxYear, ...]
    awards: tuple[Award, ...]
    western: bool | None = False

    @property
    def saving(self) -> float:
        """Income tax saved over the years, CNY."""
        return sum(year.saving for year in self.years)

    @property
    def saved_western(self) -> float | None:
        """Income tax saved if the firm pays the western rate without it; None where it cannot."""
        if self.western is False or all(year.western is None for year in self.years):
            return None
        return sum(
            (year.without if year.western is None else year.western) - year.share_certified
            for year in self.years
        )

    @property
    def award_total(self) -> float:
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
    status_years: Collection[int] = (),
    western: bool | None = False,
    encouraged_share: float | None = None,
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
    status_years : collection of int
        Years in which the firm had the status without this certificate: of an earlier certificate
        or of a technology SME's registration.
    western : bool, optional
        Whether its main project is of an encouraged western industry; None: not known.
    encouraged_share : float, optional
        That project's share of all income, /1.
    regions : sequence of str, optional
        Whose awards count; all held unless given.

    Raises
    ------
    InputError
        If a former loss is negative, or not of a year before the first.
    """
    rules = rules or incentives()
    losses_left = dict(losses or {})
    for year, loss in losses_left.items():
        if loss < 0 or year >= first_year:
            raise InputError(
                "Loss of {year}: {amount}; expected a positive amount of a year before {first}.",
                year=year,
                amount=loss,
                first=first_year,
            )
    encouraged = _pays_encouraged_rate(western, encouraged_share, rules)
    new_years = range(first_year, first_year + int(rules.years.value))
    span = int(rules.years.value)
    plain, with_certificate = dict(losses_left), dict(losses_left)
    years = []
    for year, earned in enumerate(income[:span], start=first_year):
        taxable, used = _less_losses(earned, year, plain, status_years, rules)
        of_certified, used_certified = _less_losses(
            earned, year, with_certificate, (*status_years, *new_years), rules
        )
        rate, small = _rate(taxable, year, staff, assets, rules)
        certified_rate, _ = _rate(of_certified, year, staff, assets, rules)
        lowest = min(certified_rate, rules.certified_rate.value)
        at_western = None
        if encouraged is not False and _lasts(rules.western, year):
            at_western = taxable * min(rate, rules.western.rate)
            if encouraged:
                rate = min(rate, rules.western.rate)
        years.append(
            TaxYear(
                year,
                earned,
                (used, used_certified),
                taxable * rate,
                of_certified * lowest,
                small,
                at_western,
            )
        )
    awards = tuple(
        award
        for award in rules.awards
        if (first_time or not award.first_time_only)
        and (regions is None or award.region in regions)
    )
    return Worth(tuple(years), awards, encouraged)


def _pays_encouraged_rate(
    western: bool | None, share: float | None, rules: Incentives
) -> bool | None:
    """Whether the firm pays the rate of encouraged western industries; None: not known."""
    enough = None if share is None else share >= rules.western.income_share
    if western is False or enough is False:
        return False
    return True if western and enough else None


def _lasts(rate: Western, year: int) -> bool:
    return rate.begins <= date(year, 12, 31) <= rate.until


def _rate(
    taxable: float, year: int, staff: float | None, assets: float | None, rules: Incentives
) -> tuple[float, bool]:
    """The lowest rate without a certificate, and whether it is that of small low-profit firms."""
    policy = date(year, 12, 31) <= rules.small_profit.until
    small = rules.small_profit if policy else rules.statutory_small
    within = (
        taxable <= small.income_at_most
        and (staff is None or staff <= small.staff_at_most)
        and (assets is None or assets <= small.assets_at_most)
    )
    return (small.rate if within else rules.standard_rate.value), within


def _less_losses(
    income: float,
    year: int,
    losses: dict[int, float],
    status_years: Collection[int],
    rules: Incentives,
) -> tuple[float, float]:
    """Taxable income after former losses, the oldest first, and what was used; ``losses`` shrink.

    A loss lasts longer where one of the years in which it stands by itself has the status.
    """
    if income < 0:
        losses[year] = -income
        return 0.0, 0.0
    left = income
    for origin in sorted(losses):
        standard = range(origin + 1, origin + rules.loss_years.standard + 1)
        longer = any(each in standard for each in status_years)
        span = rules.loss_years.certified if longer else rules.loss_years.standard
        if year - origin <= span:
            used = min(left, losses[origin])
            losses[origin] -= used
            left -= used
    return left, income - left
