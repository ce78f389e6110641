"""The figures that an institution holds of a firm, as a draft for the firm's own account to go on from."""

from __future__ import annotations

from datetime import date

from eligibility.app.self_assessment.draft import REGISTER, Draft
from eligibility.domain.calendar_window import by_calendar_year
from eligibility.register.inbox_items import fields_by_key, stored_facts, value_text
from eligibility.schemes.registry import Scheme
from eligibility.store import Ledger, Repository, Role


def from_register(repository: Repository, scheme: Scheme, today: date) -> Draft | None:
    """A draft of what the register holds; None for whoever is no firm's own account, or without figures.

    It is a copy: nothing that is changed in it reaches the register before it is shared and accepted.
    """
    rights = repository.rights()
    if rights.role is not Role.FIRM or rights.firm_id is None:
        return None
    firm = repository.firms.get(rights.firm_id)
    stored, _version = stored_facts(repository, rights.firm_id, today.year)
    # the day of another application says nothing of this one
    stored = {key: value for key, value in stored.items() if key != "application_date"}
    if not stored:
        return None
    facts = {
        key: value_text(field, stored[key])
        for key, field in fields_by_key(today.year).items()
        if key in stored
    }
    facts |= {name: firm[name] for name in ("name", "uscc") if firm[name]}
    rows = {
        kind: [{name: str(value) for name, value in row.items()} for row in held]
        for kind in map(str, Ledger)
        if (held := repository.records.ledger(rights.firm_id, kind).value)
    }
    lists = by_calendar_year(rows, today.year, scheme.latest_year_ids)
    return Draft(facts=facts, lists=lists, template=REGISTER)
