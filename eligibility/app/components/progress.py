"""How far the form is: always in sight at the foot of the page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from eligibility.app import format as fmt
from eligibility.app import state
from eligibility.app.components.status import OF_VERDICT, verdict_word
from eligibility.app.firms import Firm
from eligibility.app.markup import tag
from eligibility.intake.table import Batch
from eligibility.language import Language
from eligibility.scheme import Scheme


def progress(firm: Firm | None, language: Language) -> None:
    """Decided so far, and what is still missing."""
    _ = language.text
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="progress"):
        if firm is None:
            words = _("Nothing can be decided until the entries above are corrected.")
            st.html(tag("p", tag("strong", words), cls="progress"))
            return
        verdict = firm.record["verdict"]
        decided = _("Decided {n} / {count}").format(
            n=firm.decided, count=len(firm.record["findings"])
        )
        st.html(
            tag(
                "p",
                tag("strong", decided),
                tag("span", verdict_word(verdict, language), cls=f"status {OF_VERDICT[verdict]}"),
                tag("span", _missing(firm, language), cls="muted"),
                cls="progress",
            )
        )
        st.page_link(
            "eligibility/app/firm.py",
            label=_("See the result →"),
            query_params={state.FIRM: state.OWN_FIRM},
        )


def issues(batch: Batch, scheme: Scheme, years: Sequence[int], language: Language) -> None:
    """What cannot be taken as it was typed."""
    _ = language.text
    for issue in batch.issues:
        field = scheme.fields_by_id.get(issue.column)
        title = fmt.field_title(field, years, language) if field else issue.column
        sentence = _("{title}: {value}; expected: {expected}").format(
            title=title, value=issue.value, expected=issue.expected.say(language)
        )
        st.html(tag("p", sentence, cls="notice refused" if issue.fatal else "notice", role="alert"))


def _missing(firm: Firm, language: Language) -> str:
    _ = language.text
    names = firm.missing
    if not names:
        return _("nothing missing")
    said = fmt.missing_fields(names, firm.scheme.fields_by_id, firm.years, language)
    return _("still missing: {names}").format(names=said)
