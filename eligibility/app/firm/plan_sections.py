"""One firm's way to the certificate: what is lacking, what if, the cheapest plan, dates, worth."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import address, cache
from eligibility.app.firm import gaps, ladder, papers, plan_inputs, what_if
from eligibility.app.firm.open_firm import OpenFirm
from eligibility.app.firm.plan_results import FOR_NEXT_BATCH
from eligibility.app.self_assessment import form_state
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.domain.facts import years_of


def plan(open_firm: OpenFirm) -> None:
    """All of it, for a firm met anywhere; the papers tell the plan that is asked for here."""
    firm = open_firm.firm
    with guard.refusals_shown():
        first = cache.firm_plan(firm, open_firm.on, FOR_NEXT_BATCH)

    by, looked = date.fromisoformat(first["by"]), first["projection"]
    years = years_of(by.year)
    st.header(_("What is lacking for the next batch"), anchor=False)
    st.caption(
        _("Batch closing {by}, by figures of {first}–{last}. Only what can still be done.").format(
            by=by, first=years[0], last=years[-1]
        )
    )
    gaps.gaps(looked["must_hold"], firm, by, open_firm.on)

    st.header(_("Plan"), anchor=False)
    # a firm meets a chance at the very end of its result, and nowhere before
    by_model = cache.model()[0] is not None and address.source() != form_state.DRAFT
    request = plan_inputs.plan_request(first, firm, by_model=by_model)
    with guard.refusals_shown(), st.spinner(_("Looking for the cheapest plan…")):
        record = cache.firm_plan(firm, open_firm.on, request)
    st.subheader(_("Plan to be ready by {by}").format(by=record["by"]), anchor=False)
    plan_inputs.plans(record, firm)
    plan_inputs.rights(record)

    st.header(_("Outlook by batch"), anchor=False)
    plan_inputs.outlook(record["projection"], record["plan"]["earliest"], firm)
    with st.expander(_("What if: try figures of {first}–{last}").format(
        first=firm.years[0], last=firm.years[-1]
    )):  # fmt: skip
        what_if.what_if_block(firm, first["gaps"])
    st.header(_("What it is worth"), anchor=False)
    plan_inputs.worth(record["worth"])
    st.header(_("Ladder of qualifications"), anchor=False)
    ladder.ladder_block(ladder.ladder_standing(firm), firm)
    st.header(_("Papers"), anchor=False)
    papers.of_firm(open_firm, request)
