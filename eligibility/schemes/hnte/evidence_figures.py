"""Checks of evidence.yaml that look at figures: costs of activities, incomes of products, counts, other statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from eligibility.comparisons import above
from eligibility.domain.facts import FirmTable
from eligibility.domain.firm_names import name_key
from eligibility.schemes.evidence import Chain, Check, Sighting, Thing

from .chain_values import AMOUNTS, cost_of, day_of, in_wan, is_apart, main_products, year_of
from .derived_figures import YEARS, counted_rd
from .lists import NO_RESEARCH


def excluded_activity(chain: Chain, _: Check) -> Iterator[Sighting]:
    """An activity of a kind that is no R&D; its cost is left out."""
    yield from _of_kind(chain, lambda kind: kind in NO_RESEARCH)


def deduction_excluded_activity(chain: Chain, _: Check) -> Iterator[Sighting]:
    """An activity of a kind whose cost the super-deduction leaves out, and the guideline does not name."""
    yield from _of_kind(chain, lambda kind: kind not in (None, "rd", *NO_RESEARCH))


def _of_kind(chain: Chain, is_meant: Callable[[object], bool]) -> Iterator[Sighting]:
    for thing in chain.things.values():
        if thing.list == "activity" and is_meant(thing.value("kind")):
            cost = sum(cost_of(row) for row in thing.rows)
            yield Sighting((thing.code,), {"activity": thing.label, "cost": in_wan(cost)})


def activity_without_cost(chain: Chain, _: Check) -> Iterator[Sighting]:
    """An activity of which no row has a cost."""
    for activity in chain.of("activity"):
        if not any(cost_of(row) > 0 for row in activity.rows):
            yield Sighting((activity.code,), {"activity": activity.label})


def cost_after_end(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A cost in a year after the activity ended."""
    for activity, year, cost in _years_with_cost(chain):
        ended = day_of(activity.value("ended_on"))
        if ended and year > ended.year:
            yield Sighting((activity.code,), {"activity": activity.label, "day": ended, "year": year, "cost": in_wan(cost)})  # fmt: skip


def cost_before_start(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A cost in a year before the activity began."""
    for activity, year, cost in _years_with_cost(chain):
        begun = day_of(activity.value("started_on"))
        if begun and year < begun.year:
            yield Sighting((activity.code,), {"activity": activity.label, "day": begun, "year": year, "cost": in_wan(cost)})  # fmt: skip


def _years_with_cost(chain: Chain) -> Iterator[tuple[Thing, int, float]]:
    for activity in chain.of("activity"):
        for row in activity.rows:
            year, cost = year_of(row.get("year")), cost_of(row)
            if year is not None and cost > 0:
                yield activity, year, cost


def cost_by_category_differs(chain: Chain, check: Check) -> Iterator[Sighting]:
    """A cost of a category and year that the list adds up to another amount."""
    for name in AMOUNTS:
        for place, year in zip(YEARS, chain.years, strict=True):
            listed, stated = chain.counts.get(f"{name}_{place}"), chain.number(f"{name}_{place}")
            if isinstance(listed, float) and is_apart(listed, stated, check):
                values = {"field": f"{name}_{place}", "year": year, "listed": in_wan(listed), "stated": in_wan(stated or 0)}  # fmt: skip
                yield Sighting((), values)


def cost_total_differs(chain: Chain, check: Check) -> Iterator[Sighting]:
    """An R&D total of a year that the list, counted as the rules say, comes to another amount."""
    columns = {name: column for name, column in chain.figures.columns.items() if name in ("registered_on", "application_date")}  # fmt: skip
    for name in AMOUNTS:
        for place in YEARS:
            value = chain.counts.get(f"{name}_{place}")
            columns[f"{name}_{place}"] = np.array([value if isinstance(value, float) else np.nan])
    totals = counted_rd(FirmTable(columns, 1), chain.law).total.values
    for place, year, total in zip(YEARS, chain.years, totals[:, 0].tolist(), strict=True):
        stated = chain.number(f"rd_expense_{place}")
        if total == total and is_apart(total, stated, check):
            yield Sighting(
                (), {"year": year, "listed": in_wan(total), "stated": in_wan(stated or 0)}
            )


def main_products_share(chain: Chain, _: Check) -> Iterator[Sighting]:
    """Main products that do not bring more than the share of hi-tech income that they must."""
    products = chain.of("product")
    incomes = [product.value("income") for product in products]
    is_known = None not in incomes and all(each.value("main") is not None for each in products)
    has_line = "main_products_share" in chain.law.parameters
    if has_line and products and is_known and sum(incomes):
        main = main_products(chain)
        share = np.array([sum(each.value("income") for each in main) / sum(incomes)])
        line = chain.law.value("main_products_share")
        if not above(share, np.array([line]))[0]:
            yield Sighting(tuple(each.code for each in main), {"share": f"{share[0]:.1%}", "line": f"{line:.0%}"})  # fmt: skip


def income_total_differs(chain: Chain, check: Check) -> Iterator[Sighting]:
    """Incomes of products and technical incomes that do not add up to the hi-tech income stated."""
    listed, stated = chain.counts.get("hitech_income_y3"), chain.number("hitech_income_y3")
    if isinstance(listed, float) and is_apart(listed, stated, check):
        yield Sighting((), {"listed": in_wan(listed), "stated": in_wan(stated or 0)})


def income_above_whole(chain: Chain, check: Check) -> Iterator[Sighting]:
    """Incomes of products that are more than all income of the firm."""
    listed, whole = chain.counts.get("hitech_income_y3"), chain.number("gross_income_y3")
    if isinstance(listed, float) and whole is not None and listed - whole > check.limits["rounding"].value:  # fmt: skip
        yield Sighting((), {"listed": in_wan(listed), "whole": in_wan(whole)})


def rights_count_differs(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A number of rights that the list counts otherwise."""
    yield from _counts_differ(chain, ("ip_class1_count", "ip_class2_count"))


def conversions_count_differs(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A number of conversions of a year that the list counts otherwise."""
    yield from _counts_differ(chain, tuple(f"conversions_{place}" for place in YEARS))


def _counts_differ(chain: Chain, fields: Sequence[str]) -> Iterator[Sighting]:
    for name in fields:
        listed, stated = chain.counts.get(name), chain.number(name)
        if isinstance(listed, float) and stated is not None and listed != stated:
            yield Sighting((), {"field": name, "listed": f"{listed:g}", "stated": f"{stated:g}"})


def name_differs(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A name of the firm that stands elsewhere in another form."""
    name = chain.figures.texts("name")[0]
    for each in chain.elsewhere:
        if each.field == "name" and name and name_key(str(each.value)) != name_key(name):
            yield Sighting((), {"name": name, "other": each.value, "place": each.place})


def figure_differs(chain: Chain, check: Check) -> Iterator[Sighting]:
    """A figure that stands elsewhere as another amount."""
    for each in chain.elsewhere:
        if isinstance(each.value, float) and is_apart(chain.number(each.field), each.value, check):
            own = chain.number(each.field) or 0.0
            yield Sighting((), {"field": each.field, "stated": in_wan(own), "other": in_wan(each.value), "place": each.place})  # fmt: skip
