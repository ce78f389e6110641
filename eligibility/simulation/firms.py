"""Invented applicants: facts that follow from a few draws, so that a drawn cell can be drawn again.

``draw`` makes the draws, all independent; ``facts`` is a function of them and of nothing else. What is
blanked is averaged over by drawing again what hangs on nothing else (``BLANKABLE``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from eligibility.comparisons import scale_values
from eligibility.domain.arrays import Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition

Draws = dict[str, Floats]
Columns = dict[str, NDArray[Any]]
Process = Mapping[str, Any]

YEARS = (1, 2, 3)
BY_YEAR = ("sales_revenue", "net_assets", "rd_expense", "rd_expense_domestic", "conversions")
RATED = ("ip_advancement", "ip_core_support")
MANAGEMENT = ("system", "institution", "incentive", "talent")
#: day and month of a year's batches of applications
BATCHES = ("05-10", "07-10", "09-10")  # assumed, after the batches of 2022


@dataclass(frozen=True)
class Blankable:
    """Cells that are left blank together, and the draws that nothing else hangs on."""

    cells: tuple[str, ...]
    draws: tuple[str, ...]


#: what firms leave blank; figures that others follow from, as sales, are always given
BLANKABLE: Mapping[str, Blankable] = {
    **{
        f"rd_y{year}": Blankable(
            (f"rd_expense_y{year}", f"rd_expense_domestic_y{year}"),
            (f"rd_{year}", f"abroad_{year}"),
        )
        for year in YEARS
    },
    **{
        f"conversions_y{year}": Blankable((f"conversions_y{year}",), (f"conversions_{year}",))
        for year in YEARS
    },
    "net_assets_y3": Blankable(("net_assets_y3",), ("assets_growth_3",)),
    "st_staff": Blankable(("st_staff",), ("st_share", "bunching_staff")),
    "hitech_income_y3": Blankable(("hitech_income_y3",), ("hitech", "bunching_income")),
    "ip_class1_count": Blankable(("ip_class1_count",), ("class1",)),
    "ip_class2_count": Blankable(("ip_class2_count", "ip_class2_used_count"), ("class2",)),
    "ip_core_support": Blankable(("ip_core_support",), ("core_support",)),
    "ip_self_developed": Blankable(("ip_self_developed",), ("self_developed",)),
    **{f"{item}_rating": Blankable((f"{item}_rating",), (f"{item}_rating",)) for item in RATED},
    **{
        f"management_{item}": Blankable((f"management_{item}",), (f"management_{item}",))
        for item in MANAGEMENT
    },
    "standards_participation": Blankable(("standards_participation",), ("standards",)),
}
#: a chance of one count more that a sum of chances does not feel
LEAST_CHANCE = 1e-17
#: draws that several cells hang on
SHARED = ("year", "batch", "renewal", "quality", "age", "sales", "growth_2", "growth_3", "assets",
          "assets_growth_2", "rd", "bunching_rd", "heads", "other_income", "code", "violation")  # fmt: skip


def draw(rng: np.random.Generator, rows: int) -> Draws:
    """Independent draws, uniform between 0 and 1, shape (n,) each."""
    own = [name for blankable in BLANKABLE.values() for name in blankable.draws]
    return {name: rng.random(rows) for name in (*SHARED, *own)}


def application_years(draws: Draws, process: Process) -> NDArray[np.int64]:
    """The year of each application; later years have more."""
    years = process["years"]
    span = np.arange(years["from"], years["to"] + 1)
    weight = (1 + years["growth"]) ** np.arange(len(span))
    place: NDArray[np.int64] = np.searchsorted(np.cumsum(weight) / weight.sum(), draws["year"])
    return span[np.minimum(place, len(span) - 1)]


def facts(draws: Draws, law: Edition, process: Process) -> Columns:
    """The applicants' true figures, complete, as columns of the input.

    Parameters
    ----------
    draws : mapping of draw to array of shape (n,)
        As :func:`draw` makes them.
    law : Edition
        Its lines are what applicants aim at.
    process : mapping
        The content of ``process.yaml``.
    """
    set_, normal = process["firms"], _Normal(draws)
    renewal = draws["renewal"] < set_["renewal"]
    quality = normal("quality") + set_["renewal_quality"] * renewal
    years = application_years(draws, process)
    batch = np.array(BATCHES)[(draws["batch"] * len(BATCHES)).astype(int)]
    applied = np.array([f"{year}-{day}" for year, day in zip(years, batch, strict=True)], "M8[D]")
    columns: Columns = {
        "application_date": applied,
        "registered_on": applied - _age(draws["age"], set_).astype("m8[D]"),
    }
    sales = _path("growth", set_["sales_growth"], quality, normal)
    sales *= set_["sales_median"] * np.exp(set_["sales_spread"] * normal("sales"))
    assets = _path("assets_growth", set_["assets_growth"], quality, normal)
    median, spread = set_["assets_of_sales"]
    assets *= sales[0] * median * np.exp(spread * normal("assets"))
    _by_year(columns, "sales_revenue", np.round(sales))
    _by_year(columns, "net_assets", np.round(assets))
    _rd(columns, sales, quality, draws, law, process)
    per_head, spread = set_["staff_of_sales"]
    heads = np.maximum(
        np.round(sales[2] / per_head * np.exp(spread * normal("heads"))), set_["staff_least"]
    )
    share = _over_line("staff", quality, normal("st_share"), draws, process)
    columns["staff_total"] = heads
    columns["st_staff"] = np.minimum(np.round(heads * law.value("st_staff_share") * share), heads)
    income = np.round(sales[2] * (1 + set_["other_income"] * draws["other_income"]))
    share = _over_line("income", quality, normal("hitech"), draws, process)
    columns["total_income_y3"] = income
    columns["hitech_income_y3"] = np.minimum(
        np.round(income * law.value("hitech_income_share") * share), income
    )
    _rights(columns, quality, renewal, draws, set_)
    for year in YEARS:
        mean, gain = set_["conversions"]
        rate = np.exp(mean + gain * quality)
        columns[f"conversions_y{year}"] = _poisson(draws[f"conversions_{year}"], rate)
    _draw_judgement(columns, quality, draws, law, set_)
    listed, lowest = law.listed_codes, law.lowest_codes
    above = np.setdiff1d(listed, lowest)
    split = set_["wrong_field"]
    columns["technical_field_code"] = np.where(
        draws["code"] < split,
        above[(draws["code"] / split * len(above)).astype(int) % len(above)],
        lowest[((draws["code"] - split) / (1 - split) * len(lowest)).astype(int) % len(lowest)],
    )
    columns["major_violation"] = (draws["violation"] < set_["violation"]).astype(float)
    operating = FirmTable(columns, len(years)).operating
    for name in columns:
        if name[:-1].endswith("_y") and name[:-3] in BY_YEAR:
            columns[name] = np.where(operating[int(name[-1]) - 1], columns[name], np.nan)
    return columns


class _Normal:
    """Draws as standard normal deviates."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws

    def __call__(self, name: str) -> Floats:
        deviates: Floats = ndtri(self.draws[name])
        return deviates


def _age(draw: Floats, set_: Mapping[str, Any]) -> Floats:
    median, spread = set_["age_years"]
    young = set_["under_a_year"]
    older = np.maximum(median * np.exp(spread * ndtri(np.clip(draw, young, 1 - 1e-9))), 1.02)
    return np.asarray(365.25 * np.where(draw < young, draw / young, older))


def _path(name: str, growth: list[float], quality: Floats, normal: _Normal) -> Floats:
    """A figure over three years as multiples of the first, shape (3, n)."""
    median, gain, spread = growth
    steps = [np.zeros(len(quality))]
    steps += [median + gain * quality + spread * normal(f"{name}_{year}") for year in (2, 3)]
    return np.asarray(np.exp(np.cumsum(steps, axis=0)))


def _by_year(columns: Columns, stem: str, values: Floats) -> None:
    for year in YEARS:
        columns[f"{stem}_y{year}"] = values[year - 1]


def _over_line(
    what: str, quality: Floats, deviate: Floats, draws: Draws, process: Process
) -> Floats:
    """A figure over its line; some of those just short of it report just enough."""
    median, gain, spread = process["firms"][f"{what}_over_line"]
    over = median + gain * quality + spread * deviate
    bunching = process["firms"]["bunching"]
    luck = draws[f"bunching_{what}"]
    raised = (over > -bunching["below"]) & (over < 0) & (luck < bunching["share"])
    return np.asarray(np.exp(np.where(raised, luck / bunching["share"] * bunching["above"], over)))


def _rd(
    columns: Columns, sales: Floats, quality: Floats, draws: Draws, law: Edition, process: Process
) -> None:
    normal = _Normal(draws)
    line = scale_values(law.scales["rd_intensity"], sales[2])
    over = _over_line("rd", quality, normal("rd"), draws, process)
    yearly = np.exp(
        process["firms"]["rd_yearly"] * np.stack([normal(f"rd_{year}") for year in YEARS])
    )
    spent = np.round(sales * line * over * yearly)
    abroad = np.stack([draws[f"abroad_{year}"] for year in YEARS])
    all_at_home = process["firms"]["domestic_all"]
    some = np.maximum(abroad - all_at_home, 0) / (1 - all_at_home)
    _by_year(columns, "rd_expense", spent)
    _by_year(columns, "rd_expense_domestic", np.round(spent * (1 - some)))


def _rights(
    columns: Columns,
    quality: Floats,
    renewal: NDArray[np.bool_],
    draws: Draws,
    set_: Mapping[str, Any],
) -> None:
    for which in ("class1", "class2"):
        mean, gain = set_[which]
        columns[f"ip_{which}_count"] = _poisson(draws[which], np.exp(mean + gain * quality))
    spent = np.round(set_["class2_used_by_renewal"] * columns["ip_class2_count"])
    columns["ip_class2_used_count"] = np.where(renewal, spent, 0.0)
    columns["ip_core_support"] = (draws["core_support"] < set_["core_support"]).astype(float)
    columns["ip_self_developed"] = (draws["self_developed"] < set_["self_developed"]).astype(float)


def _draw_judgement(
    columns: Columns, quality: Floats, draws: Draws, law: Edition, set_: Mapping[str, Any]
) -> None:
    normal = _Normal(draws)
    mean, gain, spread = set_["rating"]
    for item in RATED:
        latent = mean + gain * quality + spread * normal(f"{item}_rating")
        steps = np.array(set_["rating_steps"])
        columns[f"{item}_rating"] = (latent < steps[:, None]).sum(axis=0).astype(float)
    mean, gain, spread = set_["management"]
    for item in MANAGEMENT:
        # blank or given, and how much, by one draw
        blank = set_["management_blank"]
        share = (draws[f"management_{item}"] - blank) / (1 - blank)
        part = mean + gain * quality + spread * ndtri(np.clip(share, 1e-9, 1 - 1e-9))
        points = np.round(np.clip(part, 0, 1) * law.items[f"management_{item}"].max)
        columns[f"management_{item}"] = np.where(share < 0, np.nan, points)
    columns["standards_participation"] = (draws["standards"] < set_["standards"]).astype(float)


def _poisson(draw: Floats, rate: Floats) -> Floats:
    """Counts of Poisson, by how many of them are less likely than the draw, each from the one before."""
    counts = np.zeros(len(draw))
    exactly = np.exp(-rate)
    at_most = exactly.copy()
    rows = np.arange(len(draw))
    count = 0
    while len(rows):
        # a count that adds nothing to the sum any more is beyond every draw
        adds = (count < rate[rows]) | (exactly[rows] > LEAST_CHANCE)
        rows = rows[(at_most[rows] < draw[rows]) & adds]
        count += 1
        counts[rows] = count
        exactly[rows] *= rate[rows] / count
        at_most[rows] += exactly[rows]
    return counts
