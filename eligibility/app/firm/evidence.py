"""The chain of evidence of one firm: its picture, what does not fit together, and what is still asked."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence

import streamlit as st

from eligibility.app import cache
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import Markup, tag
from eligibility.domain.facts import FirmTable
from eligibility.evidence.chain_record import evidence_record
from eligibility.evidence.checks import examine, practice_checks
from eligibility.evidence.record_types import EvidenceRecord, SightingRecord
from eligibility.intake.lists import Rows
from eligibility.reports.evidence_picture import evidence_picture
from eligibility.reports.evidence_text import (
    KIND_TITLES,
    chain_lines,
    question_lines,
    source_words,
)
from eligibility.screening import Firm

#: sentences of one check that are shown
SHOWN = 5
CLASSES = {"law": "unmet", "consistency": "undetermined", "practice": "experts"}


def evidence(firm: Firm, lists: Mapping[str, Rows], figures: FirmTable | None = None) -> None:
    """A block of its own; nothing where no list has rows.

    ``figures`` are those stated beside the lists, where they are kept apart from what the lists come to.
    """
    listed = [each.id for each in firm.scheme.lists.values() if each.prefix]
    if firm.scheme.evidence is None or not any(lists.get(name) for name in listed):
        return
    stated = firm.table if figures is None else figures
    switched_off = set(cache.city().checks_off)
    off = [each.id for each in practice_checks(firm.scheme.evidence) if each.id in switched_off]
    found = examine(lists, stated, firm.scheme, (), off)
    record = evidence_record(found, firm.scheme)
    st.header(_("Chain of evidence"), anchor=False)
    st.caption(
        _(
            "Rights, R&D activities, products and conversions by their numbers in the form. What is "
            "seen here is to be checked and settled; it changes no condition."
        )
    )
    if record["links"]:
        _picture(record)
    for kind, title in KIND_TITLES.items():
        _kind(kind, _(title), record["checks"][kind])
    if questions := list(question_lines(record, language())):
        with st.expander(_("Not stated yet")):
            st.html(tag("ul", *(tag("li", line) for line in questions), cls="rows"))


def _picture(record: EvidenceRecord) -> None:
    """The picture, and the same in words: for who hears the page, and on a phone in its place."""
    drawn = b64encode(evidence_picture(record, language()).encode()).decode()
    words = _("Who is linked to what: {links} links; {loose} hanging loose.").format(
        links=len(record["links"]), loose=len(record["loose"])
    )
    legend = _("Blue: what the main products rest on. Dashed: hangs loose. Grey: does not count.")
    lines = (tag("li", line) for line in chain_lines(record, language()))
    st.html(
        tag(
            "figure",
            tag("img", src=f"data:image/svg+xml;base64,{drawn}", alt=words),
            tag("figcaption", words, " ", tag("span", legend, cls="legend")),
            tag("ul", *lines),
            cls="chain",
        )
    )


def _kind(kind: str, title: str, sightings: Sequence[SightingRecord]) -> None:
    if not sightings:
        nothing = _("nothing seen")
        st.html(tag("p", _("{title}: {n}").format(title=title, n=nothing), cls="muted"))
        return
    head = _("{title}: {n}").format(title=title, n=len(sightings))
    by_check: dict[str, list[SightingRecord]] = {}
    for each in sightings:
        by_check.setdefault(each["id"], []).append(each)
    checks = (_check(some, CLASSES[kind]) for some in by_check.values())
    st.html(tag("section", tag("p", tag("b", head)), *checks, cls="checks"))


def _check(sightings: Sequence[SightingRecord], cls: str) -> Markup:
    """One check: what it saw and where, why it matters, how it is settled, where it comes from."""
    spoken = language()
    first = sightings[0]
    count = f" × {len(sightings)}" if len(sightings) > 1 else ""
    lines = [tag("li", each["says"][spoken.id]) for each in sightings[:SHOWN]]
    if len(sightings) > SHOWN:
        lines.append(tag("li", _("… and {n} more").format(n=len(sightings) - SHOWN)))
    source = source_words(first, spoken)
    notes = [
        tag("p", first["why"][spoken.id], cls="muted"),
        tag("p", tag("b", _("To settle: {how}").format(how=first["settle"][spoken.id]))),
        tag("p", source, cls="muted") if source else Markup(""),
    ]
    summary = tag("summary", tag("span", first["title"][spoken.id], cls=f"status {cls}"), count)
    return tag("details", summary, tag("ul", *lines), *notes)
