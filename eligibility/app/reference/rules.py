"""An edition of the law, readable: every rule with its number and its citation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.assessment.edition_diff import ChangeKind, RuleDiff, compare_editions
from eligibility.domain.law import (
    Bracket,
    Citation,
    Condition,
    Edition,
    Item,
    Parameter,
    Scale,
)
from eligibility.domain.text import msgid
from eligibility.reports.rule_text import (
    amount_text,
    band_texts,
    bound_text,
    bracket_template,
    scale_text,
)

#: icon and word of each kind of change
CHANGE_WORDS: Mapping[ChangeKind, str] = {
    ChangeKind.SAME: msgid("● as before"),
    ChangeKind.CITATION: msgid("◌ cited otherwise"),
    ChangeKind.WORDS: msgid("◐ worded otherwise"),
    ChangeKind.READING: msgid("◑ read otherwise"),
    ChangeKind.NUMBERS: msgid("△ other numbers"),
    ChangeKind.NEW: msgid("＋ new"),
    ChangeKind.GONE: msgid("－ dropped"),
}
#: a step of a rule as it is shown: its pieces, each with whether the other edition has another
Step = list[tuple[str, bool]]


def cite(citation: Citation) -> Markup:
    """Document, article and gist; a citation known from one copy only says so."""
    doubt = fmt.confidence(citation.confidence)
    return tag(
        "span",
        tag("span", f"{citation.document} {citation.article}", cls="source"),
        *([tag("span", doubt, cls="doubt")] if doubt else []),
        tag("small", language().of(citation.gist)),
    )


def whole_edition(edition: Edition) -> None:
    """All of an edition."""
    period(edition)
    for title, part in (
        (_("Conditions"), conditions),
        (_("Numbers"), numbers),
        (_("Score"), score),
        (_("Where the text is silent or can be read two ways"), interpretations),
    ):
        st.header(title, anchor=False)
        part(edition)
    if edition.clauses:
        st.header(_("Procedure, and duties afterwards"), anchor=False)
        clauses(edition)


def period(edition: Edition) -> None:
    """From when to when it holds, and when it was last checked."""
    until = edition.in_force_to or _("today")
    words = _("In force from {start} to {end}; last checked on {day}.").format(
        start=edition.in_force_from, end=until, day=edition.checked_on
    )
    st.html(tag("p", words, " ", cite(edition.period_citation), cls="period"))


def conditions(edition: Edition) -> None:
    """Every condition in the order of the article."""
    rows = [
        (
            tag("b", language().of(condition.title)),
            join([language().of(condition.rule), tag("small", language().of(condition.evidence))]),
            cite(condition.citation),
        )
        for condition in edition.conditions
    ]
    _table((_("Condition"), _("Rule, and the evidence asked for"), _("Citation")), rows)


def numbers(edition: Edition) -> None:
    """Every number of the law, once."""
    said = [
        (each, (amount_text(each.value, each.unit, language()),))
        for each in edition.parameters.values()
    ] + [(each, scale_text(each, language())) for each in edition.scales.values()]
    # what each number is of is told by the gist of its clause
    rows = [
        (
            language().of(each.citation.gist),
            tag("b", _("; ").join(amounts)),
            _source(each.citation),
        )
        for each, amounts in said
    ]
    _table((_("What it is of"), _("Number"), _("Citation")), rows)


def clauses(edition: Edition) -> None:
    """What binds whoever applies or is certified, and has no number of its own."""
    rows = [(language().of(each.gist), _source(each)) for each in edition.clauses.values()]
    _table((_("What it is of"), _("Citation")), rows)


def score(edition: Edition) -> None:
    """Groups, items and bands."""
    st.html(tag("p", cite(edition.score.citation)))
    rows = [
        (
            join([tag("b", language().of(item.title)), tag("small", language().of(group.title))]),
            tag("span", f"0–{fmt.number(item.max)}", cls="n"),
            join(
                [tag("span", words, cls="band") for words in band_texts(item, language())]
                + [tag("small", language().of(each.title)) for each in item.elements]
            ),
            cite(item.citation),
        )
        for group in edition.score.groups
        for item in group.items
    ]
    heads = (_("Item"), _("Points"), _("Bands"), _("Citation"))
    _table(heads, rows)


def interpretations(edition: Edition) -> None:
    """Every unclear clause: the reading taken and those not taken."""
    rows = []
    for name, question in edition.interpretations.items():
        option = edition.reading(name)
        others = [
            language().of(reading.says)
            for key, reading in question.readings.items()
            if key != option
        ]
        decided = (
            []
            if question.decides == "computation"
            else [tag("small", _("Decided when the facts are entered."))]
        )
        rows.append(
            (
                join([tag("b", language().of(question.question)), *decided]),
                join(
                    [
                        language().of(question.readings[option].says),
                        *(tag("small", _("or: "), other) for other in others),
                    ]
                ),
                cite(question.citation),
            )
        )
    _table((_("Question"), _("Reading taken, and others"), _("Citation")), rows)


def edition_comparison(old: Edition, new: Edition) -> None:
    """The older edition beside the newer one: conditions, numbers, items of the score."""
    st.caption(_("A number that the other edition does not have stands on a mark."))
    diffs = compare_editions(old, new)
    # that a number is held for one edition only does not say that the other has none, unless the
    # newer one says all that changes
    whole_known = new.extends == old.id
    for title, kinds in (
        (_("Conditions"), ("condition",)),
        (_("Numbers held for both"), ("parameter", "scale")),
        (_("Score"), ("item",)),
    ):
        st.header(title, anchor=False)
        shown = [
            diff
            for diff in diffs
            if diff.kind in kinds
            and (kinds != ("parameter", "scale") or whole_known or (diff.old and diff.new))
        ]
        _count_text(shown)
        _pair_lines(shown, (old, new))


def _count_text(diffs: Sequence[RuleDiff]) -> None:
    counts = Counter(diff.change for diff in diffs)
    lines = [
        tag("span", f"{_(word)} {counts[change]}")
        for change, word in CHANGE_WORDS.items()
        if counts[change]
    ]
    st.html(tag("p", *lines, cls="counts muted"))


def _pair_lines(diffs: Sequence[RuleDiff], editions: Sequence[Edition]) -> None:
    heads = (_("Rule"), *(language().of(edition.title) for edition in editions))
    rows = []
    for diff in diffs:
        sides = [
            tag("td", *_side(diff, rule), data_label=head)
            for rule, head in zip((diff.old, diff.new), heads[1:], strict=True)
        ]
        change = tag("small", _(CHANGE_WORDS[diff.change]))
        rule = diff.new or diff.old
        name = rule.citation.gist if isinstance(rule, Parameter | Scale) else rule.title
        title = tag("td", tag("b", language().of(name)), change)
        same = diff.change in (ChangeKind.SAME, ChangeKind.CITATION)
        rows.append(tag("tr", title, *sides, cls="" if same else "changed"))
    head = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in heads)))
    st.html(tag("table", head, tag("tbody", *rows), cls="beside-now editions"))


def _side(diff: RuleDiff, rule: Any) -> list[str]:
    if rule is None:
        return [_("no such rule")]
    steps = [
        tag("span", *(tag("mark", piece) if moved else piece for piece, moved in step), cls="step")
        for step in _steps(diff, rule)
    ]
    return [*steps, tag("small", _source(rule.citation))]


def _steps(diff: RuleDiff, rule: Any) -> Iterator[Step]:
    """A rule step by step; what the other edition has otherwise is marked."""
    match rule:
        case Condition():
            yield [(language().of(rule.rule), False)]
        case Parameter():
            yield [(amount_text(rule.value, rule.unit, language()), diff.differs("value"))]
        case Scale():
            for place, bracket in enumerate(rule.brackets):
                yield _bracket(diff, rule, bracket, place)
        case Item():
            words = _("0–{most} points").format(most=fmt.number(rule.max))
            yield [(words, diff.differs("max"))]
            for band in rule.bands:
                at = ("bands", band.grade)
                bound_moved = any(
                    diff.differs(*at, key) for key in ("at_least", "above", "at_most")
                )
                yield [
                    (f"{band.grade} ", False),
                    (bound_text(band, rule.unit, language()), bound_moved),
                    (" ", False),
                    (fmt.interval(*band.points), diff.differs(*at, "points")),
                ]
            if not rule.bands:
                yield [(_("judged by experts"), False)]


def _bracket(diff: RuleDiff, scale: Scale, bracket: Bracket, place: int) -> Step:
    """One step of a scale, its bound and its value apart."""
    at = ("brackets", str(place))
    value = amount_text(bracket.value, scale.unit, language())
    before, _value, after = bracket_template(scale, bracket, language()).partition("{value}")
    moved = diff.differs(*at, "up_to") or diff.differs(*at, "inclusive")
    pieces = [(before.rstrip(), moved), (" ", False), (value, diff.differs(*at, "value"))]
    return [*pieces, (after, moved)] if after else pieces


def _source(citation: Citation) -> Markup:
    doubt = fmt.confidence(citation.confidence)
    doubts = [tag("span", doubt, cls="doubt")] if doubt else []
    return tag("span", f"{citation.document} {citation.article}", *doubts)


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
