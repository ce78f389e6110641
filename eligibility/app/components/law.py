"""An edition of the law, readable: every rule with its number and its citation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from eligibility.app import format as fmt
from eligibility.app.markup import Markup, join, tag
from eligibility.language import Language
from eligibility.vocabulary import Band, Citation, Edition, Item, Scale


def cite(cited: Citation, language: Language) -> Markup:
    """Document, article and gist; a citation known from one copy only says so."""
    doubt = fmt.confidence(cited.confidence, language)
    return tag(
        "span",
        tag("span", f"{cited.document} {cited.article}", cls="source"),
        *([tag("span", doubt, cls="doubt")] if doubt else []),
        tag("small", language.of(cited.gist)),
    )


def period(edition: Edition, language: Language) -> None:
    """From when to when it holds, and when it was last checked."""
    _ = language.text
    until = edition.in_force_to or _("today")
    words = _("In force from {start} to {end}; last checked on {day}.").format(
        start=edition.in_force_from, end=until, day=edition.checked_on
    )
    st.html(tag("p", words, " ", cite(edition.period_citation, language), cls="period"))


def conditions(edition: Edition, language: Language) -> None:
    """Every condition in the order of the article."""
    _ = language.text
    rows = [
        (
            tag("b", language.of(condition.title)),
            join([language.of(condition.rule), tag("small", language.of(condition.evidence))]),
            cite(condition.citation, language),
        )
        for condition in edition.conditions
    ]
    _table((_("Condition"), _("Rule, and the evidence asked for"), _("Citation")), rows)


def numbers(edition: Edition, language: Language) -> None:
    """Every number of the law, once."""
    _ = language.text
    rows = [
        (_amount(each.value, each.unit, language), cite(each.citation, language))
        for each in edition.parameters.values()
    ]
    rows += [
        (_scale(scale, language), cite(scale.citation, language))
        for scale in edition.scales.values()
    ]
    _table((_("Number"), _("Where it stands")), rows)


def score(edition: Edition, language: Language) -> None:
    """Groups, items and bands."""
    _ = language.text
    st.html(tag("p", cite(edition.score.citation, language)))
    rows = [
        (
            join([tag("b", language.of(item.title)), tag("small", language.of(group.title))]),
            tag("span", f"0–{fmt.number(item.max)}", cls="n"),
            join([tag("span", words, cls="band") for words in _bands(item, language)]),
            cite(item.citation, language),
        )
        for group in edition.score.groups
        for item in group.items
    ]
    heads = (_("Item"), _("Points"), _("Bands"), _("Citation"))
    _table(heads, rows)


def interpretations(edition: Edition, language: Language) -> None:
    """Every unclear clause: the reading taken and those not taken."""
    _ = language.text
    rows = []
    for name, question in edition.interpretations.items():
        taken = edition.reading(name)
        others = [
            language.of(reading.says) for key, reading in question.readings.items() if key != taken
        ]
        decided = (
            []
            if question.decides == "computation"
            else [tag("small", _("Decided when the facts are entered."))]
        )
        rows.append(
            (
                join([tag("b", language.of(question.question)), *decided]),
                join(
                    [
                        language.of(question.readings[taken].says),
                        *(tag("small", _("or: "), other) for other in others),
                    ]
                ),
                cite(question.citation, language),
            )
        )
    _table((_("Question"), _("Reading taken, and others"), _("Citation")), rows)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    st.html(
        tag(
            "div",
            tag(
                "table",
                tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
                tag("tbody", *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows)),
                cls="law",
            ),
            cls="wide",
        )
    )


def _amount(value: float, unit: str, language: Language) -> str:
    return fmt.limit(value) if unit == "/1" else fmt.quantity(value, unit, language)


def _scale(scale: Scale, language: Language) -> str:
    _ = language.text
    said = []
    for bracket in scale.brackets:
        value = _amount(bracket.value, scale.unit, language)
        if bracket.up_to is None:
            said.append(_("above: {value}").format(value=value))
            continue
        bound = fmt.quantity(bracket.up_to, scale.bound_unit, language)
        words = _("up to {bound}: {value}") if bracket.inclusive else _("below {bound}: {value}")
        said.append(words.format(bound=bound, value=value))
    return _("; ").join(said)


def _bands(item: Item, language: Language) -> Iterator[str]:
    _ = language.text
    for band in item.bands:
        yield f"{band.grade} {_from(band, item.unit, language)} {fmt.interval(*band.points)}"
    if not item.bands:
        yield _("judged by experts")


def _from(band: Band, unit: str, language: Language) -> str:
    for sign, bound in (("≥", band.at_least), (">", band.above)):
        if bound is not None:
            return f"{sign} {_amount(bound, unit, language)}:"
    return ":"
