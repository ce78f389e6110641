"""An edition of the law, readable: every rule with its number and its citation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import streamlit as st

from eligibility.app import format as fmt
from eligibility.app.compared import CHANGE_WORDS, SAME, Clause, Pair, pairs
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


def whole(edition: Edition, language: Language) -> None:
    """All of an edition."""
    _ = language.text
    period(edition, language)
    for title, part in (
        (_("Conditions"), conditions),
        (_("Numbers"), numbers),
        (_("Score"), score),
        (_("Where the text is silent or can be read two ways"), interpretations),
    ):
        st.header(title, anchor=False)
        part(edition, language)


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
        (clause.title, tag("b", _("; ").join(clause.says)), _source(clause.citation, language))
        for clause in _numbers(edition, language).values()
    ]
    _table((_("What it is of"), _("Number"), _("Citation")), rows)


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


def beside(old: Edition, new: Edition, language: Language) -> None:
    """The older edition beside the newer one: conditions, numbers, items of the score."""
    _ = language.text
    st.caption(_("A number that the other edition does not have stands on a mark."))
    for title, held in (
        (_("Conditions"), _conditions),
        (_("Numbers held for both"), _numbers),
        (_("Score"), _items),
    ):
        st.header(title, anchor=False)
        compared = pairs(held(old, language), held(new, language))
        if held is _numbers:
            # that one of them is held for one edition only does not say that the other has none
            compared = [pair for pair in compared if pair.old and pair.new]
        _counted(compared, language)
        _paired(compared, (old, new), language)


def _counted(compared: Sequence[Pair], language: Language) -> None:
    counts = Counter(pair.change for pair in compared)
    said = [
        tag("span", f"{language.text(word)} {counts[change]}")
        for change, word in CHANGE_WORDS.items()
        if counts[change]
    ]
    st.html(tag("p", *said, cls="counts muted"))


def _paired(compared: Sequence[Pair], editions: Sequence[Edition], language: Language) -> None:
    _ = language.text
    heads = (_("Rule"), *(language.of(edition.title) for edition in editions))
    rows = []
    for pair in compared:
        sides = [
            tag("td", *_side(pair, one, language), data_label=head)
            for one, head in zip((pair.old, pair.new), heads[1:], strict=True)
        ]
        change = tag("small", language.text(CHANGE_WORDS[pair.change]))
        title = tag("td", tag("b", pair.title), change)
        rows.append(tag("tr", title, *sides, cls="" if pair.change == SAME else "changed"))
    head = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in heads)))
    st.html(tag("table", head, tag("tbody", *rows), cls="beside-now editions"))


def _side(pair: Pair, one: Clause | None, language: Language) -> list[str]:
    _ = language.text
    if one is None:
        return [_("no such rule")]
    steps = [
        tag("span", *(tag("mark", piece) if moved else piece for piece, moved in step), cls="step")
        for step in pair.told(one)
    ]
    return [*steps, tag("small", _source(one.citation, language))]


def _source(cited: Citation, language: Language) -> Markup:
    doubt = fmt.confidence(cited.confidence, language)
    doubts = [tag("span", doubt, cls="doubt")] if doubt else []
    return tag("span", f"{cited.document} {cited.article}", *doubts)


def _conditions(edition: Edition, language: Language) -> dict[str, Clause]:
    return {
        each.id: Clause(language.of(each.title), (language.of(each.rule),), each.citation)
        for each in edition.conditions
    }


def _numbers(edition: Edition, language: Language) -> dict[str, Clause]:
    """The numbers of the law by name; what each is of is told by the gist of its clause."""
    told = {
        name: ((_amount(each.value, each.unit, language),), each.citation)
        for name, each in edition.parameters.items()
    } | {name: (_scale(each, language), each.citation) for name, each in edition.scales.items()}
    return {
        name: Clause(language.of(citation.gist), said, citation)
        for name, (said, citation) in told.items()
    }


def _items(edition: Edition, language: Language) -> dict[str, Clause]:
    _ = language.text
    return {
        name: Clause(
            language.of(item.title),
            (
                _("0–{most} points").format(most=fmt.number(item.max)),
                *(_bands(item, language)),
            ),
            item.citation,
        )
        for name, item in edition.items.items()
    }


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


def _scale(scale: Scale, language: Language) -> tuple[str, ...]:
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
    return tuple(said)


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
