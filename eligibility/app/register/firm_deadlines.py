"""A firm's deadlines, to be seen and to be taken into the calendar one already uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import cache
from eligibility.app.firm import plan_results
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button
from eligibility.app.year import support
from eligibility.reports.calendar_file import calendar_file
from eligibility.reports.year_text import deadline_record
from eligibility.store import Repository


def of_firm(repository: Repository, firm: Mapping[str, Any]) -> None:
    """Counted back from the next batch, or forward from the certificate that the firm holds."""
    today = date.today()
    due = plan_results.deadlines(
        repository.applications.outcomes(firm["id"]), cache.city(), cache.scheme(), today
    )
    st.subheader(_("Deadlines"), anchor=False)
    if not due:
        st.info(_("No batch to come is known; the region's file of batches has them."))
        return
    support.deadlines([deadline_record(each, today) for each in due])
    name = firm["name"] or firm["uscc"] or _("(no name)")
    download_button.button(
        _("Take into a calendar (.ics)"),
        partial(calendar_file, due, name, today, language()),
        file_name="deadlines.ics",
        mime="text/calendar",
        icon=":material/event:",
    )
