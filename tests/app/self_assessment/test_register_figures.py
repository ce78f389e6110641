"""A firm's own account begins from the figures that its institution holds."""

from __future__ import annotations

from datetime import date

from eligibility.app.self_assessment import register_figures
from eligibility.domain.calendar_window import by_calendar_year
from eligibility.intake.draft_reader import read_draft
from eligibility.schemes.registry import load_scheme
from eligibility.store import Repository, Role, System
from tests.staff_pages import CODES, Staffed
from tests.store.two_carriers import sign_in


def test_a_firms_own_account_begins_from_the_figures_that_are_held_of_it(
    staffed: Staffed,
) -> None:
    firm = staffed.firm(name="甲公司")
    staffed.repository.records.save_ledger(firm, "ip", [{"name": "一种装置", "number": 7}], 0)
    scheme, today = load_scheme(), date(2027, 3, 1)
    assert register_figures.from_register(staffed.repository, scheme, today) is None
    account = Repository(staffed.engine, System(Role.ADMINISTRATOR)).administration.add_account(
        "own", None, Role.FIRM, firm_id=firm
    )
    own = Repository(staffed.engine, sign_in(staffed.engine, account))
    draft = register_figures.from_register(own, scheme, today)
    assert draft is not None
    assert (draft.facts["name"], draft.facts["uscc"]) == ("甲公司", CODES[0])
    assert "application_date" not in draft.facts
    held = by_calendar_year(
        staffed.repository.records.figures(firm, 2026).value, 2026, scheme.latest_year_ids
    )
    # what was entered for 2026 stands under its own years, and money in 10,000
    assert float(draft.facts["sales_revenue@2025"]) == held["sales_revenue@2025"] / 10_000
    assert draft.lists["ip"] == [{"name": "一种装置", "number": "7"}]
    reading = read_draft(draft.state, scheme, today)
    assert not reading.batch.issues
    assert reading.batch.table.numbers("sales_revenue_y2")[0] == held["sales_revenue@2025"]
