"""Fields of the catalogue that a sentence may belong to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.finder.search import FAINTLY, Exclusion, Match


def matches(results: Sequence[Match], sentence: str, *, taking: bool = False) -> str | None:
    """Ranked fields, each with the words they share and what the catalogue takes out.

    ``taking``: each can be taken into the form that is open; gives the code of the one taken.
    """
    if not results:
        chinese = any("\u3400" <= letter <= "\u9fff" for letter in sentence)
        none = _("No field of the catalogue shares a telling word with this sentence.")
        st.info(none if chinese else _("The catalogue is Chinese: say it in Chinese words."))
        return None
    if results[0].faint:
        st.html(tag("p", "△ ", _(FAINTLY), cls="notice"))
    if not taking:
        lines = (_match(match, sentence, place) for place, match in enumerate(results, start=1))
        st.html(tag("ol", *lines, cls="matches"))
        return None
    selection: str | None = None
    for place, match in enumerate(results, start=1):
        with st.container(key=f"match:{place}", gap=None):
            st.html(tag("ol", _match(match, sentence, place), cls="matches", start=str(place)))
            label = _("Take {code} into the form →").format(code=match.code)
            if st.button(label, key=f"take:{match.code}", type="tertiary"):
                selection = match.code
    return selection


def _match(match: Match, sentence: str, place: int) -> Markup:
    likeness = _("faintly alike") if match.faint else _("most alike") if place == 1 else _("alike")
    lines = [
        tag("p", tag("b", f"{match.code} {match.title}"), tag("span", likeness, cls="muted")),
        tag("small", " › ".join(match.path)),
        tag("p", _("Shared: "), _mark_matches(match, sentence)),
    ]
    meanings = dict.fromkeys(
        f"{term.text} → {term.stands_for}" for term in match.terms if term.text != term.stands_for
    )
    if meanings:
        text = _("Everyday words: {words}").format(words=_("; ").join(meanings))
        lines.append(tag("small", text))
    if match.exclusion:
        lines.append(_exclusion(match.exclusion))
    return tag("li", *lines)


def _mark_matches(match: Match, sentence: str) -> Markup:
    """The sentence with the parts that matched."""
    parts: list[str] = []
    done = 0
    for term in sorted(match.terms, key=lambda term: (term.start, -term.end)):
        if term.start >= done:
            parts += [sentence[done : term.start], tag("mark", sentence[term.start : term.end])]
            done = term.end
    return join([*parts, sentence[done:]])


def _exclusion(exclusion: Exclusion) -> Markup:
    sentence = _("Excluded by {code}: {text}").format(code=exclusion.code, text=exclusion.text)
    if not exclusion.touched:
        return tag("p", sentence, cls="muted")
    named = _("△ the sentence names: {terms}").format(terms=_(", ").join(exclusion.touched))
    return tag("p", tag("span", named, cls="status review"), tag("small", sentence))
