"""The stress test of one firm: how much may be struck, and what falls when something is."""

from __future__ import annotations

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.status import badge
from eligibility.app.widgets.table import table
from eligibility.assessment.stress import NO_LISTS, Lists, stress_record
from eligibility.reports.number_format import exact
from eligibility.reports.stress_text import strike_words
from eligibility.screening import Firm


def stress(firm: Firm, lists: Lists = NO_LISTS) -> None:
    """A closed block: the room of each share that is met, and the strikes that turn a condition."""
    record = stress_record(firm.table, firm.scheme, lists)
    if not record["room"] and not record["strikes"]:
        return
    spoken = language()
    titles = {each.id: spoken.of(each.title) for each in firm.law.conditions}
    falls = [strike for strike in record["strikes"] if strike["falls"]]
    with st.expander(_("If reviewers do not accept something")):
        st.caption(
            _(
                "Reviewers strike what is not proved. This is practice and no rule; the shares tried "
                "are assumed."
            )
        )
        if record["room"]:
            rows = [
                [titles[room["finding"]], exact(room["room"], room["unit"], spoken)]
                for room in record["room"]
            ]
            heads = [_("Condition"), _("May be struck at most")]
            st.html(table(heads, rows, numbers=(1,)))
        if falls:
            st.html(
                tag(
                    "ul",
                    *(
                        tag(
                            "li",
                            tag("span", strike_words(strike, spoken)),
                            " → ",
                            badge("unmet" if strike["verdict"] == "ineligible" else "undetermined"),
                            " ",
                            tag("span", _(", ").join(titles[name] for name in strike["falls"])),
                        )
                        for strike in falls
                    ),
                    cls="strikes",
                )
            )
        elif record["strikes"]:
            st.write(_("None of {n} strikes turns a condition.").format(n=len(record["strikes"])))
