"""Where the figures of a form came from: the papers that each was read of, kept beside the entries.

A figure that was typed over keeps what its paper said, so that a reader of the result sees both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eligibility.domain.calendar_window import cut_window
from eligibility.domain.papers import PaperFact, PaperSource


@dataclass(frozen=True)
class FigureSource:
    """The papers of one figure of the form.

    Attributes
    ----------
    papers : tuple of PaperSource
        The first is the one that it was taken from; the others say the same.
    entry : str
        What was entered from it, as a person would type it.
    is_corrected : bool
        Whether something else is entered now.
    """

    papers: tuple[PaperSource, ...]
    entry: str
    is_corrected: bool


def plain_source(fact: PaperFact, entry: str) -> dict[str, Any]:
    """The papers of a fact and its entry, as a draft stores them."""
    papers = (fact.source, *fact.others)
    return {
        "entry": entry,
        "papers": [{name: text for name, text in asdict(each).items() if text} for each in papers],
    }


def figure_sources(
    stored: Mapping[str, Mapping[str, Any]],
    facts: Mapping[str, str],
    application_year: int,
    latest: Collection[str],
) -> Mapping[str, FigureSource]:
    """The sources of the figures that the form of an application in a year shows.

    Parameters
    ----------
    stored : mapping of calendar key to mapping
        As ``plain_source`` made them; those of figures that were deleted since are left out.
    facts : mapping of calendar key to text
        What is entered now.
    application_year : int
    latest : collection of str
        As of :func:`eligibility.domain.calendar_window.cut_window`.

    Returns
    -------
    mapping of field id to FigureSource
    """
    known = {
        key: FigureSource(
            tuple(PaperSource(**paper) for paper in source["papers"]),
            source["entry"],
            facts[key] != source["entry"],
        )
        for key, source in stored.items()
        if key in facts
    }
    return cut_window(known, application_year, latest)


def sources_of(
    fields: Iterable[str], sources: Mapping[str, FigureSource]
) -> Mapping[str, FigureSource]:
    """The sources of these fields, in their order, as far as any is known."""
    return {name: sources[name] for name in fields if name in sources}
