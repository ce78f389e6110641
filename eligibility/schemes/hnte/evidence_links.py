"""Checks of evidence.yaml that look at links: rights, activities, conversions and products, and their days.

A check speaks of what is there. What is blank is asked about and never seen as a break, and a thing
without a link stands out only where others of its list have one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from eligibility.domain.facts import RATINGS
from eligibility.domain.firm_names import name_key
from eligibility.schemes.evidence import Chain, Check, Sighting, Thing, pairs

from .chain_values import (
    FIELD_CODE,
    FIELD_DIGITS,
    day_of,
    field_level,
    labels,
    main_products,
    uses,
    year_of,
)
from .registration_numbers import read_right_number

_ORDINALS = re.compile(r"[\d一二三四五六七八九十ivx]+|[（(].*?[)）]|第|期|代|版|v")


def right_before_activity(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A right that was granted before the activity that it came from began."""
    for right, activity in pairs(chain, "ip", "activity"):
        granted, begun = day_of(right.value("granted_on")), day_of(activity.value("started_on"))
        if granted and begun and granted < begun:
            values = {"right": right.label, "activity": activity.label, "granted": granted, "begun": begun}  # fmt: skip
            yield Sighting((right.code, activity.code), values)


def filed_before_activity(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A right that its number dates to a year before the activity that it came from began."""
    for right, activity in pairs(chain, "ip", "activity"):
        granted, begun = day_of(right.value("granted_on")), day_of(activity.value("started_on"))
        number = read_right_number(str(right.value("number") or ""))
        filed = number.year if number else None
        if filed and begun and filed < begun.year and not (granted and granted < begun):
            values = {"right": right.label, "activity": activity.label, "filed": filed, "begun": begun}  # fmt: skip
            yield Sighting((right.code, activity.code), values)


def right_without_activity(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A right of the firm's own research that came from no activity, where others name theirs."""
    if chain.states("ip", "activity"):
        for right in chain.of("ip"):
            if right.value("acquired") == "own" and not chain.neighbours(right, "activity"):
                yield Sighting((right.code,), {"right": right.label})


def right_without_product(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A right that supports no product, where others do."""
    if chain.states("ip", "product"):
        for right in chain.of("ip"):
            if not chain.neighbours(right, "product"):
                yield Sighting((right.code,), {"right": right.label})


def rights_all_new(chain: Chain, _: Check) -> Iterator[Sighting]:
    """All rights granted in the year of application."""
    rights = chain.of("ip")
    days = [day_of(right.value("granted_on")) for right in rights]
    if days and all(day is not None and day.year >= chain.year for day in days):
        yield Sighting(tuple(right.code for right in rights), {"n": len(rights), "year": chain.year})  # fmt: skip


def one_activity_for_all(chain: Chain, check: Check) -> Iterator[Sighting]:
    """Several rights that all come from one of several activities."""
    sources = [chain.neighbours(right, "activity") for right in chain.of("ip")]
    known = {tuple(each.code for each in some) for some in sources if some}
    if len(known) == 1 and len(chain.of("activity")) > 1:
        (codes,) = known
        count = sum(bool(some) for some in sources)
        if len(codes) == 1 and count >= check.limits["several"].value:
            yield Sighting(codes, {"activity": chain.things[codes[0]].label, "n": count})


def activity_without_result(chain: Chain, _: Check) -> Iterator[Sighting]:
    """An activity from which neither a right nor a conversion came, where others have one."""
    if chain.states("ip", "activity"):
        for activity in chain.of("activity"):
            if not chain.neighbours(activity, "ip") and not chain.neighbours(activity, "conversion"):  # fmt: skip
                yield Sighting((activity.code,), {"activity": activity.label})


def end_before_start(chain: Chain, _: Check) -> Iterator[Sighting]:
    """An activity that ended before it began."""
    for activity in chain.of("activity"):
        begun, ended = (day_of(activity.value(name)) for name in ("started_on", "ended_on"))
        if begun and ended and ended < begun:
            yield Sighting((activity.code,), {"activity": activity.label, "begun": begun, "ended": ended})  # fmt: skip


def activity_long(chain: Chain, check: Check) -> Iterator[Sighting]:
    """An activity that runs longer than most do."""
    for activity in chain.of("activity"):
        begun, ended = (day_of(activity.value(name)) for name in ("started_on", "ended_on"))
        if begun and ended and (ended - begun).days > check.limits["days"].value:
            yield Sighting((activity.code,), {"activity": activity.label, "begun": begun, "ended": ended})  # fmt: skip


def activities_alike(chain: Chain, _: Check) -> Iterator[Sighting]:
    """Two activities whose names differ by a number, a stage or a version alone."""
    stems: dict[str, list[Thing]] = {}
    for activity in chain.of("activity"):
        stem = _ORDINALS.sub("", name_key(activity.name))
        if len(stem) > FIELD_DIGITS:
            stems.setdefault(stem, []).append(activity)
    for some in stems.values():
        if len(some) > 1:
            yield Sighting(tuple(each.code for each in some), {"activities": labels(some)})


def activity_name_routine(chain: Chain, check: Check) -> Iterator[Sighting]:
    """An activity whose name has a word of routine work."""
    for activity in chain.of("activity"):
        word = next((each for each in check.texts if each in activity.name), None)
        if word is not None:
            yield Sighting((activity.code,), {"activity": activity.label, "word": word})


def main_product_without_right(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A main product that no right supports, where rights are linked with products."""
    if chain.states("ip", "product"):
        for product in main_products(chain):
            if not chain.neighbours(product, "ip"):
                yield Sighting((product.code,), {"product": product.label})


def product_without_right(chain: Chain, _: Check) -> Iterator[Sighting]:
    """Another product that no right supports, where rights are linked with products."""
    if chain.states("ip", "product"):
        for product in chain.of("product"):
            if product.value("main") != 1 and not chain.neighbours(product, "ip"):
                yield Sighting((product.code,), {"product": product.label})


def main_right_not_counted(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A main product that rests on a right which does not count."""
    for product in main_products(chain):
        for right in chain.neighbours(product, "ip"):
            if not right.counts:
                values = {"product": product.label, "right": right.label, "reason": right.reason}
                yield Sighting((product.code, right.code), values)


def core_support_without_link(chain: Chain, _: Check) -> Iterator[Sighting]:
    """Core support is asserted, and no right of the list is linked with a main product."""
    main = main_products(chain)
    rated = chain.number("ip_core_support_rating")
    asserts = chain.number("ip_core_support") == 1 or (
        rated is not None and rated < len(RATINGS) - 1
    )
    rights = [right for each in main for right in chain.neighbours(each, "ip")]
    if asserts and main and chain.of("ip") and not any(right.counts for right in rights):
        yield Sighting(tuple(each.code for each in main), {"products": labels(main)})


def support_denied_but_linked(chain: Chain, _: Check) -> Iterator[Sighting]:
    """Core support is denied, and rights are linked with main products all the same."""
    if chain.number("ip_core_support") == 0:
        for product in main_products(chain):
            rights = [each for each in chain.neighbours(product, "ip") if each.counts]
            if rights:
                yield Sighting((product.code, *(each.code for each in rights)), {"product": product.label, "rights": labels(rights)})  # fmt: skip


def same_rights_for_all(chain: Chain, _: Check) -> Iterator[Sighting]:
    """Every one of several products rests on the same rights."""
    sets = [tuple(each.code for each in chain.neighbours(product, "ip")) for product in chain.of("product")]  # fmt: skip
    if len(sets) > 1 and sets[0] and len(set(sets)) == 1:
        rights = [chain.things[code] for code in sets[0]]
        yield Sighting(sets[0], {"rights": labels(rights), "n": len(sets)})


def rights_after_income(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A main product all of whose rights came after the year of its income."""
    for product in main_products(chain):
        days = [day_of(right.value("granted_on")) for right in chain.neighbours(product, "ip")]
        first = min((day for day in days if day), default=None)
        if first and all(days) and first.year > chain.years[-1] and product.value("income"):
            values = {"product": product.label, "day": first, "year": chain.years[-1]}
            yield Sighting((product.code,), values)


def field_differs(chain: Chain, _: Check) -> Iterator[Sighting]:
    """An activity and a product that a right links, of different technical fields."""
    seen = set()
    for right, activity in pairs(chain, "ip", "activity"):
        for product in chain.neighbours(right, "product"):
            fields = field_level(activity), field_level(product)
            ends = (activity.code, product.code)
            if None not in fields and fields[0] != fields[1] and ends not in seen:
                seen.add(ends)
                values = {"activity": activity.label, "product": product.label, "right": right.label,
                          "one": activity.value("field"), "other": product.value("field")}  # fmt: skip
                yield Sighting(ends, values)


def firm_field_differs(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A main product of another technical field than the firm's own."""
    code = chain.number("technical_field_code")
    for product in main_products(chain):
        of_product = field_level(product)
        if code is not None and of_product and of_product != str(int(code))[:FIELD_DIGITS]:
            values = {"product": product.label, "one": product.value("field"), "other": int(code)}
            yield Sighting((product.code,), values)


def product_field_outside(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A product with a code that is not in the catalogue of technical fields."""
    codes = chain.law.catalogue
    for product in chain.of("product") if codes else ():
        match = FIELD_CODE.fullmatch(str(product.value("field") or "").strip())
        if match and codes is not None and int(match[0]) not in codes:
            yield Sighting((product.code,), {"product": product.label, "code": match[0]})


def conversion_outside_years(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A conversion of a year that is none of the three."""
    for thing in _conversions(chain):
        year = year_of(thing.value("year"))
        if year is not None and year not in chain.years:
            values = {"conversion": thing.label, "year": year, "first": chain.years[0], "last": chain.years[-1]}  # fmt: skip
            yield Sighting((thing.code,), values)


def conversion_twice(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A result that is listed more than once within the three years."""
    names: dict[str, list[Thing]] = {}
    for thing in _conversions(chain):
        if thing.name and year_of(thing.value("year")) in chain.years:
            names.setdefault(name_key(thing.name), []).append(thing)
    for some in names.values():
        if len(some) > 1:
            yield Sighting(tuple(each.code for each in some), {"conversion": some[0].name, "n": len(some)})  # fmt: skip


def _conversions(chain: Chain) -> list[Thing]:
    return [thing for thing in chain.things.values() if thing.list == "conversion"]


def conversion_same_source(chain: Chain, _: Check) -> Iterator[Sighting]:
    """Two conversions that rest on one right and on it alone."""
    sources: dict[str, list[Thing]] = {}
    for conversion in chain.of("conversion"):
        rights = chain.neighbours(conversion, "ip")
        if len(rights) == 1:
            sources.setdefault(rights[0].code, []).append(conversion)
    for code, some in sources.items():
        for one, other in list(combinations(some, 2))[:1]:
            values = {"one": one.label, "other": other.label, "right": chain.things[code].label}
            yield Sighting((one.code, other.code, code), values)


def conversion_before_activity(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A conversion of a year before the activity began from which its result came."""
    for conversion in chain.of("conversion"):
        year = year_of(conversion.value("year"))
        through = [each for right in chain.neighbours(conversion, "ip") for each in chain.neighbours(right, "activity")]  # fmt: skip
        for activity in dict.fromkeys(
            each.code for each in (*chain.neighbours(conversion, "activity"), *through)
        ):
            begun = day_of(chain.things[activity].value("started_on"))
            if year is not None and begun and year < begun.year:
                values = {"conversion": conversion.label, "activity": chain.things[activity].label, "year": year, "begun": begun}  # fmt: skip
                yield Sighting((conversion.code, activity), values)


def conversion_without_form(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A conversion without its form, where others have one."""
    yield from _without(chain, "form")


def conversion_without_proof(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A conversion without proof, where others have some."""
    yield from _without(chain, "proof")


def _without(chain: Chain, column: str) -> Iterator[Sighting]:
    if uses(chain, "conversion", column):
        for conversion in chain.of("conversion"):
            if conversion.value(column) is None:
                yield Sighting((conversion.code,), {"conversion": conversion.label})


def conversion_without_source(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A conversion that rests on no right and no activity, where others do."""
    if chain.states("conversion", "ip") or chain.states("conversion", "activity"):
        for conversion in chain.of("conversion"):
            if not chain.neighbours(conversion, "ip") and not chain.neighbours(conversion, "activity"):  # fmt: skip
                yield Sighting((conversion.code,), {"conversion": conversion.label})


def conversion_without_product(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A result that the firm uses itself without a product, where others have one."""
    if chain.states("conversion", "product"):
        for conversion in chain.of("conversion"):
            if conversion.value("form") == "own use" and not chain.neighbours(conversion, "product"):  # fmt: skip
                yield Sighting((conversion.code,), {"conversion": conversion.label})


def transfer_without_registration(chain: Chain, check: Check) -> Iterator[Sighting]:
    """A transfer or licence whose proof does not speak of a registered technology contract."""
    for conversion in chain.of("conversion"):
        proof = conversion.value("proof")
        is_contract = conversion.value("form") in ("transfer", "licence")
        if is_contract and proof and not any(word in proof for word in check.texts):
            yield Sighting((conversion.code,), {"conversion": conversion.label, "proof": proof})


def link_unknown(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A reference that names nothing of the lists."""
    for each in chain.loose:
        yield Sighting((each.code,), {"thing": chain.things[each.code].label, "text": each.text})


def link_one_sided(chain: Chain, _: Check) -> Iterator[Sighting]:
    """A link that one list states, and the other end, which names others, does not."""
    sides: dict[tuple[str, str], set[str]] = {}
    for link in chain.links:
        for one, other in (link.ends, link.ends[::-1]):
            if chain.things[one].list in link.stated_in:
                sides.setdefault((one, chain.things[other].list), set()).add(other)
    for (one, _list), others in sides.items():
        own = chain.things[one].list
        for other in sorted(others):
            # what names nothing of this list is blank there, and no contradiction
            if sides.get((other, own), {one}) and one not in sides.get((other, own), {one}):
                values = {"one": chain.things[one].label, "other": chain.things[other].label}
                yield Sighting((one, other), values)


def number_twice(chain: Chain, _: Check) -> Iterator[Sighting]:
    """Two things of a list that have the same number."""
    for one, other in chain.repeats:
        yield Sighting((one, other), {"one": chain.things[one].label, "other": chain.things[other].name, "code": one})  # fmt: skip
