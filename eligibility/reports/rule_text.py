"""Numbers, scales and bands of the law as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator

from eligibility.domain.law import Band, Bracket, Item, Scale
from eligibility.i18n import Language
from eligibility.reports.number_format import interval, limit, quantity

NO_BOUND = ":"


def amount_text(value: float, unit: str, language: Language) -> str:
    """A number of the law with its unit; a share in percent with the digits it has."""
    return limit(value) if unit == "/1" else quantity(value, unit, language)


def scale_text(scale: Scale, language: Language) -> tuple[str, ...]:
    """Every step of a scale: up to where it holds, and its value."""
    return tuple(
        bracket_template(scale, bracket, language).format(
            value=amount_text(bracket.value, scale.unit, language)
        )
        for bracket in scale.brackets
    )


def bracket_template(scale: Scale, bracket: Bracket, language: Language) -> str:
    """Up to where a step of a scale holds, with a place ``{value}`` for its value."""
    _ = language.text
    if bracket.up_to is None:
        return _("above: {value}")
    words = _("up to {bound}: {value}") if bracket.inclusive else _("below {bound}: {value}")
    return words.replace("{bound}", quantity(bracket.up_to, scale.bound_unit, language))


def band_texts(item: Item, language: Language) -> Iterator[str]:
    """Every band of an item: its grade, from where on it holds, and its points."""
    for band in item.bands:
        bound = bound_text(band, item.unit, language)
        grade = band.grade if bound == NO_BOUND else f"{band.grade} "
        yield f"{grade}{bound} {interval(*band.points)}"
    if not item.bands:
        yield language.text("judged by experts")


def bound_text(band: Band, unit: str, language: Language) -> str:
    """From where on a band holds."""
    for sign, bound in (("≥", band.at_least), (">", band.above), ("≤", band.at_most)):
        if bound is not None:
            return f"{sign} {amount_text(bound, unit, language)}:"
    return NO_BOUND
