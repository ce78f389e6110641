"""One firm's way to the certificate: what is lacking, what if, the cheapest plan, dates, worth."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache
from eligibility.app.firm import gaps, ladder, papers, plan_inputs, what_if
from eligibility.app.firm.open_firm import OpenFirm
from eligibility.app.firm.plan_results import PlanRequest
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard


def plan(open_firm: OpenFirm) -> None:
    """All of it, for a firm met anywhere; the papers tell the plan that is asked for here."""
    firm = open_firm.firm
    with guard.refusals_shown():
        first = cache.way(firm, open_firm.on, PlanRequest())

    st.header(_("What is lacking now"), anchor=False)
    st.caption(
        _("Distances are exact: less would not be enough. A link leads to the input that tries it.")
    )
    gaps.gaps(first["gaps"], firm)

    st.header(_("What if"), anchor=False)
    what_if.what_if_block(firm, first["gaps"])

    st.header(_("Plan"), anchor=False)
    request = plan_inputs.plan_request(first, firm, by_model=cache.model()[0] is not None)
    with guard.refusals_shown(), st.spinner(_("Looking for the cheapest plan…")):
        record = cache.way(firm, open_firm.on, request)
    st.subheader(_("Plan to be ready by {by}").format(by=record["by"]), anchor=False)
    plan_inputs.plans(record, firm)
    plan_inputs.must_hold(record, firm)

    st.header(_("Outlook by batch"), anchor=False)
    plan_inputs.outlook(record["projection"], record["plan"]["earliest"])
    st.header(_("What it is worth"), anchor=False)
    plan_inputs.worth(record["worth"])
    st.header(_("Ladder of qualifications"), anchor=False)
    ladder.ladder_block(ladder.ladder_standing(firm), firm)
    st.header(_("Papers"), anchor=False)
    papers.of_firm(open_firm, request)
