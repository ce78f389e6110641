"""What a reader is told where the three years of the form are others than those entered."""

from __future__ import annotations

import streamlit as st

from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import tag
from eligibility.intake.draft_reader import DraftReading


def year_sentences(draft: Draft, reading: DraftReading) -> list[str]:
    """That the latest year is new and blank, and of which other years figures are kept."""
    sentences = []
    if draft.show_years(reading.years):
        blank = _(
            "Applying on {day}, the latest year is {year}: its figures are blank until you enter "
            "them. All others stand under the year that they were entered for."
        )
        sentences.append(blank.format(day=reading.application_date, year=reading.years[-1]))
    if outside := draft.years_outside(reading.years):
        kept = _("Kept, but not asked for on this date: the figures of {years}.")
        sentences.append(kept.format(years=_(", ").join(map(str, outside))))
    return sentences


def show_year_notice(draft: Draft, reading: DraftReading) -> None:
    """Show these sentences in one paragraph."""
    if sentences := year_sentences(draft, reading):
        st.html(tag("p", " ".join(sentences), cls="notice", role="status"))
