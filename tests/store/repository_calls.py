"""Every call of the repository, by whom it may be made and who finds there what it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from eligibility.store import FirmFilter, Repository, Stage
from eligibility.store.assumptions import target_change
from eligibility.store.inbox import Origin
from tests.store.two_carriers import PDF, SECRET, World, facts, record, sign_in

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EVERYONE = {
    "visitor", "owner", "other owner", "adviser", "other adviser", "stray adviser", "manager",
    "administrator", "local",
}  # fmt: skip
FIRMS = {"visitor", "owner", "other owner"}
STAFF = EVERYONE - FIRMS
LEADS = {"manager", "administrator", "local"}
ADMINISTRATOR = {"administrator"}
#: who sees the firm of the first carrier
SEES = {"owner", "adviser", *LEADS}
STAFF_THERE = SEES - {"owner"}
#: once done there is nothing left to find; their roles are asked of everyone apart
ONCE = {
    "imports.confirm", "imports.discard", "casework.delete_view", "drafts.delete",
    "identity.set_apart", "identity.merge", "identity.unmerge", "identity.archive",
    "identity.restore",
    "documents.remove_file",
    "inbox.decide_list",
}  # fmt: skip


class Call(NamedTuple):
    """One call: who may make it at all, and who finds there what it speaks of."""

    make: Callable[[Repository, World], Any]
    allowed: set[str]
    finds: set[str] = EVERYONE


def version(w: World, read: Callable[[Repository], Any]) -> int:
    found = read(w.chief)
    return found["version"] if isinstance(found, dict) else found.version


def of(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))


def latest_version(rows: list[dict[str, Any]]) -> int:
    return rows[-1]["version"] if rows else 0


def paper(w: World) -> dict[str, Any]:
    """The one document of the first carrier's firm, with its file."""
    (row,) = w.chief.documents.of_firm(w.firm)
    return row


def column_name_id(w: World) -> int:
    """A name of a column that is there, whatever was withdrawn before."""
    if not w.chief.column_names.names():
        w.chief.column_names.save([("研发费用合计数", "rd_expense_y3")])
    return int(w.chief.column_names.names()[0]["id"])


CALLS = {
    "rights": Call(lambda r, w: r.rights(), EVERYONE),
    "require": Call(lambda r, w: r.require(r.rights()), EVERYONE),
    "firms.page": Call(lambda r, w: r.firms.page(), EVERYONE),
    "firms.frame": Call(lambda r, w: r.firms.frame(), EVERYONE),
    "firms.get": Call(lambda r, w: r.firms.get(w.firm), EVERYONE, SEES),
    "firms.add": Call(
        lambda r, w: r.firms.add({"name": "新"}), STAFF, STAFF - {"stray adviser"}
    ),
    "firms.save": Call(
        lambda r, w: r.firms.save(
            w.firm, {"district": SECRET}, version(w, lambda c: c.firms.get(w.firm))
        ),
        EVERYONE, SEES,
    ),
    "firms.assign": Call(lambda r, w: r.firms.assign([w.firm], w.adviser), STAFF, SEES),
    "firms.move": Call(lambda r, w: r.firms.move([w.firm], w.carrier), LEADS),
    "firms.set_stage": Call(lambda r, w: r.firms.set_stage([w.spare], "ready"), STAFF, SEES),
    "firms.count_changes": Call(
        lambda r, w: r.firms.count_changes(FirmFilter(), "stage", "ready"), STAFF
    ),
    "identity.pairs": Call(lambda r, w: r.identity.pairs(), STAFF),
    "identity.set_apart": Call(lambda r, w: r.identity.set_apart(w.pair), STAFF, STAFF_THERE),
    "identity.merge": Call(
        lambda r, w: r.identity.merge(
            *w.twins, {}, {each: w.chief.firms.get(each)["version"] for each in w.twins}
        ),
        STAFF, STAFF_THERE,
    ),
    "identity.merges": Call(lambda r, w: r.identity.merges(w.firm), STAFF, SEES),
    "identity.unmerge": Call(lambda r, w: r.identity.unmerge(w.merge), STAFF, STAFF_THERE),
    "identity.archive": Call(
        lambda r, w: r.identity.archive(w.spare, w.chief.firms.get(w.spare)["version"], "x"), LEADS
    ),
    "identity.restore": Call(lambda r, w: r.identity.restore(w.archived), LEADS),
    "identity.archived_firms": Call(lambda r, w: r.identity.archived_firms(), LEADS),
    "identity.history": Call(lambda r, w: r.identity.history(w.firm), STAFF, SEES),
    "identity.former_files": Call(lambda r, w: r.identity.former_files(), STAFF),
    "identity.former_file": Call(lambda r, w: r.identity.former_file(w.former), STAFF, LEADS),
    "administration.open_sign_ins": Call(lambda r, w: r.administration.open_sign_ins(), EVERYONE),
    "administration.end_sign_in": Call(
        lambda r, w: r.administration.end_sign_in(sign_in(w.engine, w.adviser).id), EVERYONE,
        {"adviser", "administrator"},
    ),
    "records.years": Call(lambda r, w: r.records.years(w.firm), EVERYONE, SEES),
    "records.figures": Call(lambda r, w: r.records.figures(w.firm, 2026), EVERYONE, SEES),
    "records.figures_of_firms": Call(
        lambda r, w: r.records.figures_of_firms([w.firm], 2026), STAFF
    ),
    "records.figures_of_other_years": Call(
        lambda r, w: r.records.figures_of_other_years(w.firm, 2027), EVERYONE, SEES
    ),
    "records.save_figures": Call(
        lambda r, w: r.records.save_figures(
            w.firm, 2026, {"name": SECRET}, version(w, lambda c: c.records.figures(w.firm, 2026))
        ),
        EVERYONE, SEES,
    ),
    "records.ledger": Call(lambda r, w: r.records.ledger(w.firm, "ip"), EVERYONE, SEES),
    "records.save_ledger": Call(
        lambda r, w: r.records.save_ledger(
            w.firm, "ip", [{"title": SECRET}], version(w, lambda c: c.records.ledger(w.firm, "ip"))
        ),
        EVERYONE, SEES,
    ),
    "records.add_assessment": Call(
        lambda r, w: r.records.add_assessment(w.firm, {"name": SECRET}, record()), EVERYONE, SEES
    ),
    "records.assessments": Call(lambda r, w: r.records.assessments(w.firm), EVERYONE, SEES),
    "records.assessment": Call(lambda r, w: r.records.assessment(w.assessment), EVERYONE, SEES),
    "applications.outcomes": Call(lambda r, w: r.applications.outcomes(w.firm), EVERYONE, SEES),
    "applications.save_outcome": Call(
        lambda r, w: r.applications.save_outcome(
            w.firm, 2026, {"batch": SECRET},
            of(w.chief.applications.outcomes(w.firm), applied_year=2026)["version"],
        ),
        STAFF, SEES,
    ),
    "tallies.tally": Call(lambda r, w: r.tallies.tally(2026), STAFF),
    "year.figures_changed": Call(lambda r, w: r.year.figures_changed(), STAFF),
    "applications.save_steps": Call(
        lambda r, w: r.applications.save_steps(
            w.firm, 2026, [{"step": "announcement", "day": date(2026, 11, 1), "remark": SECRET}],
            of(w.chief.applications.outcomes(w.firm), applied_year=2026)["version"],
        ),
        STAFF, SEES,
    ),
    "applications.save_published": Call(
        lambda r, w: r.applications.save_published(
            [(w.firm, 2026, [{"step": "announcement", "day": date(2026, 11, 1), "remark": SECRET}], {},
              of(w.chief.applications.outcomes(w.firm), applied_year=2026)["version"])]
        ),
        STAFF, SEES,
    ),
    "applications.save_outcomes": Call(
        lambda r, w: r.applications.save_outcomes(
            [(w.firm, 2026, {"batch": SECRET},
              of(w.chief.applications.outcomes(w.firm), applied_year=2026)["version"])]
        ),
        STAFF, SEES,
    ),
    "firms.ids_by_code": Call(lambda r, w: r.firms.ids_by_code(["91150105XNBU6HUA33"]), STAFF),
    "firms.nearest_gaps": Call(lambda r, w: r.firms.nearest_gaps([w.firm]), STAFF),
    "firms.batches": Call(lambda r, w: r.firms.batches(), STAFF),
    "firms.ids_by_name": Call(lambda r, w: r.firms.ids_by_name([SECRET]), STAFF),
    "overview.worth_a_visit": Call(lambda r, w: r.overview.worth_a_visit(), STAFF),
    "overview.distinct": Call(lambda r, w: r.overview.distinct("district"), STAFF),
    "overview.activity": Call(lambda r, w: r.overview.activity(LONG_AGO), STAFF),
    "applications.past_applications": Call(lambda r, w: r.applications.past_applications(), STAFF),
    "casework.tasks": Call(lambda r, w: r.casework.tasks(w.firm), STAFF, SEES),
    "casework.add_task": Call(lambda r, w: r.casework.add_task(w.firm, {"title": SECRET}), STAFF, SEES),
    "casework.add_tasks": Call(
        lambda r, w: r.casework.add_tasks([w.firm], [(SECRET, date(2026, 12, 2))]), STAFF, SEES
    ),
    "visits.of_firm": Call(lambda r, w: r.visits.of_firm(w.firm), STAFF, SEES),
    "visits.add": Call(
        lambda r, w: r.visits.add(w.firm, {"visited_on": date(2026, 12, 2), "findings": SECRET}),
        STAFF, SEES,
    ),
    "visits.save": Call(
        lambda r, w: r.visits.save(
            w.visit, {"next_step": SECRET}, of(w.chief.visits.of_firm(w.firm), id=w.visit)["version"]
        ),
        STAFF, SEES,
    ),
    "courses.attendance": Call(lambda r, w: r.courses.attendance(2026), STAFF),
    "courses.save": Call(
        lambda r, w: r.courses.save(SECRET, date(2026, 2, 1), [w.firm]), STAFF, SEES
    ),
    "desk.tasks": Call(lambda r, w: r.desk.tasks(date(2030, 1, 1)), STAFF),
    "desk.visits": Call(lambda r, w: r.desk.visits(date(2030, 1, 1)), STAFF),
    "desk.nearly_determined": Call(lambda r, w: r.desk.nearly_determined(), STAFF),
    "desk.nearly_eligible": Call(lambda r, w: r.desk.nearly_eligible(), STAFF),
    "desk.without_adviser": Call(lambda r, w: r.desk.without_adviser(), STAFF),
    "desk.own_firms": Call(lambda r, w: r.desk.own_firms([w.firm], w.adviser), STAFF),
    "desk.certificates": Call(lambda r, w: r.desk.certificates(), STAFF),
    "desk.stages": Call(lambda r, w: r.desk.stages(), STAFF),
    "desk.team": Call(lambda r, w: r.desk.team(LONG_AGO, date(2030, 1, 1)), STAFF),
    "desk.person_id": Call(lambda r, w: r.desk.person_id("chief"), STAFF),
    "casework.save_task": Call(
        lambda r, w: r.casework.save_task(
            w.task, {"done": False}, of(w.chief.casework.tasks(w.firm), id=w.task)["version"]
        ),
        STAFF, SEES,
    ),
    "casework.notes": Call(lambda r, w: r.casework.notes(w.firm), STAFF, SEES),
    "casework.add_note": Call(lambda r, w: r.casework.add_note(w.firm, SECRET), STAFF, SEES),
    "documents.of_firm": Call(lambda r, w: r.documents.of_firm(w.firm), EVERYONE, SEES),
    "documents.save": Call(
        lambda r, w: r.documents.save(w.firm, SECRET, {"status": "checked"}, paper(w)["version"]),
        STAFF, SEES,
    ),
    "documents.ask": Call(
        lambda r, w: r.documents.ask(w.firm, {SECRET: paper(w)["version"]}, date(2026, 12, 2)),
        STAFF, SEES,
    ),
    "documents.attach": Call(
        lambda r, w: r.documents.attach(w.firm, SECRET, f"{SECRET}.pdf", PDF), STAFF, SEES
    ),
    "documents.file": Call(
        lambda r, w: r.documents.file(paper(w)["files"][0]["id"]), EVERYONE, SEES
    ),
    "documents.remove_file": Call(
        lambda r, w: r.documents.remove_file(paper(w)["files"][0]["id"]), STAFF, STAFF_THERE
    ),
    "casework.list_columns": Call(lambda r, w: r.casework.list_columns(), STAFF),
    "casework.save_list_columns": Call(
        lambda r, w: r.casework.save_list_columns(["name", "stage"]), STAFF
    ),
    "casework.views": Call(lambda r, w: r.casework.views(), STAFF),
    "casework.save_view": Call(lambda r, w: r.casework.save_view("mine", {"sort": "name"}), STAFF),
    "casework.delete_view": Call(lambda r, w: r.casework.delete_view(w.view), STAFF, {"adviser"}),
    "links.add_result_link": Call(
        lambda r, w: r.links.add_result_link(w.draft, 1, "甲"), EVERYONE, {"owner", "local"}
    ),
    "links.add_question_link": Call(
        lambda r, w: r.links.add_question_link(w.firm, 2026, ["st_staff@2025"], 1, "甲"), STAFF, SEES
    ),
    "links.of_draft": Call(lambda r, w: r.links.of_draft(w.draft), EVERYONE, {"owner", "local"}),
    "links.of_firm": Call(lambda r, w: r.links.of_firm(w.firm), STAFF, SEES),
    # who has the token has what it opens, whoever that is
    "links.open": Call(lambda r, w: r.links.open(w.question_token), EVERYONE),
    "links.answer": Call(
        lambda r, w: r.links.answer(w.question_token, {"st_staff@2025": "9"}), EVERYONE
    ),
    "links.answer_for_firm": Call(
        lambda r, w: r.links.answer_for_firm(w.firm, w.question_link, {"st_staff@2025": "9"}),
        STAFF, SEES,
    ),
    "links.revoke_of_draft": Call(
        lambda r, w: r.links.revoke_of_draft(w.draft, w.result_link), EVERYONE, {"owner", "local"}
    ),
    "links.revoke_of_firm": Call(
        lambda r, w: r.links.revoke_of_firm(
            w.firm, w.spare_link
        ),
        STAFF, SEES,
    ),
    "contacts.of_firm": Call(lambda r, w: r.contacts.of_firm(w.firm), EVERYONE, SEES),
    "contacts.of_firms": Call(lambda r, w: r.contacts.of_firms([w.firm]), STAFF),
    "contacts.save": Call(
        lambda r, w: r.contacts.save(
            w.firm, [{"name": SECRET}], version(w, lambda c: c.contacts.of_firm(w.firm))
        ),
        EVERYONE, SEES,
    ),
    "contacts.erase": Call(lambda r, w: r.contacts.erase(w.firm), EVERYONE, SEES),
    "contacts.erase_expired": Call(lambda r, w: r.contacts.erase_expired(), LEADS),
    "certificates.certificates": Call(lambda r, w: r.certificates.certificates(), STAFF),
    "certificates.facts": Call(lambda r, w: r.certificates.facts([w.firm]), STAFF),
    "certificates.lists": Call(lambda r, w: r.certificates.lists([w.firm], "ip"), STAFF),
    "certificates.annual_reports": Call(
        lambda r, w: r.certificates.annual_reports(w.firm), STAFF, SEES
    ),
    "certificates.save_annual_report": Call(
        lambda r, w: r.certificates.save_annual_report(
            w.firm, 2025, {"answers": {"profit": 1.0}},
            latest_version(w.chief.certificates.annual_reports(w.firm)),
        ),
        STAFF, SEES,
    ),
    "certificates.changes": Call(lambda r, w: r.certificates.changes(w.firm), STAFF, SEES),
    "certificates.add_change": Call(
        lambda r, w: r.certificates.add_change(
            w.firm, {"kind": "name", "changed_on": date(2026, 3, 1), "detail": SECRET}
        ),
        STAFF, SEES,
    ),
    "certificates.save_change": Call(
        lambda r, w: r.certificates.save_change(
            w.change, {"reported_on": date(2026, 4, 1)},
            of(w.chief.certificates.changes(w.firm), id=w.change)["version"],
        ),
        STAFF, SEES,
    ),
    "certificates.awards": Call(lambda r, w: r.certificates.awards(w.firm), STAFF, SEES),
    "certificates.save_award": Call(
        lambda r, w: r.certificates.save_award(
            w.firm, SECRET, {"status": "paid", "amount": 1.0},
            latest_version(w.chief.certificates.awards(w.firm)),
        ),
        STAFF, SEES,
    ),
    "certificates.save_cancellation": Call(
        lambda r, w: r.certificates.save_cancellation(
            w.firm, 2020, {"cancelled_on": date(2022, 4, 1), "ground": "fraud"},
            of(w.chief.certificates.certificates(), applied_year=2020)["cancellation_version"],
        ),
        STAFF, SEES,
    ),
    "inbox.items": Call(lambda r, w: r.inbox.items(), STAFF),
    "inbox.item": Call(
        lambda r, w: r.inbox.item(Origin("submission", w.submission)), STAFF, SEES
    ),
    "inbox.put_away": Call(
        lambda r, w: r.inbox.put_away(Origin("submission", w.submission)), STAFF, SEES
    ),
    "inbox.decisions": Call(lambda r, w: r.inbox.decisions(w.firm), STAFF, SEES),
    "inbox.decisions_on_draft": Call(
        lambda r, w: r.inbox.decisions_on_draft(w.draft), EVERYONE, {"owner", "local"}
    ),
    "inbox.decide": Call(
        lambda r, w: r.inbox.decide(
            Origin("submission", w.submission), w.firm, 2026,
            {"st_staff@2025": len(w.chief.inbox.decisions(w.firm))}, {},
            version=w.chief.records.figures(w.firm, 2026).version,
        ),
        STAFF, SEES,
    ),
    "inbox.decide_list": Call(
        lambda r, w: r.inbox.decide_list(
            Origin("draft", w.draft), w.firm, 2026, "ip", accept=True,
            version=w.chief.records.ledger(w.firm, "ip").version,
        ),
        STAFF, STAFF_THERE,
    ),
    "drafts.add": Call(lambda r, w: r.drafts.add({"step": 1}), EVERYONE),
    "drafts.get": Call(lambda r, w: r.drafts.get(w.draft), EVERYONE, {"owner", "local"}),
    "drafts.remember": Call(
        lambda r, w: r.drafts.remember(w.draft, "browser"), EVERYONE, {"owner", "local"}
    ),
    "drafts.forget": Call(lambda r, w: r.drafts.forget(w.draft, "browser"), EVERYONE),
    "drafts.of_browser": Call(lambda r, w: r.drafts.of_browser("browser"), EVERYONE),
    "drafts.renew_code": Call(
        lambda r, w: r.drafts.renew_code(w.draft), EVERYONE, {"owner", "local"}
    ),
    "drafts.own_drafts": Call(lambda r, w: r.drafts.own_drafts(), EVERYONE),
    "drafts.save": Call(
        lambda r, w: r.drafts.save(
            w.draft, {"name": SECRET}, w.as_("owner").drafts.get(w.draft)["version"]
        ),
        EVERYONE, {"owner", "local"},
    ),
    "drafts.share": Call(
        lambda r, w: r.drafts.share(w.draft, w.carrier, SECRET), EVERYONE, {"owner", "local"}
    ),
    "drafts.shared_drafts": Call(lambda r, w: r.drafts.shared_drafts(), STAFF),
    "drafts.shared_draft": Call(lambda r, w: r.drafts.shared_draft(w.draft), STAFF, {"adviser", *LEADS}),
    "drafts.withdraw": Call(lambda r, w: r.drafts.withdraw(w.draft), EVERYONE, {"owner", "local"}),
    "drafts.delete": Call(lambda r, w: r.drafts.delete(w.draft), EVERYONE, {"owner", "local"}),
    "drafts.carrier_choices": Call(lambda r, w: r.drafts.carrier_choices(), EVERYONE),
    "imports.stage": Call(
        lambda r, w: r.imports.stage("f.csv", [(facts(None, "新"), None)]),
        STAFF, STAFF - {"stray adviser"},
    ),
    "imports.recent": Call(lambda r, w: r.imports.recent(), STAFF),
    "imports.preview": Call(
        lambda r, w: r.imports.preview(w.staged), STAFF, {"adviser", *LEADS}
    ),
    "imports.repair": Call(
        lambda r, w: r.imports.repair(w.staged, [], [], 0), STAFF, {"adviser", *LEADS}
    ),
    "imports.decide": Call(
        lambda r, w: r.imports.decide(w.staged, {1: "stay"}), STAFF, {"adviser", *LEADS}
    ),
    "imports.changes": Call(
        lambda r, w: r.imports.changes(w.stored), STAFF, {"adviser", *LEADS}
    ),
    "imports.confirm": Call(
        lambda r, w: r.imports.confirm(w.staged), STAFF, {"adviser", *LEADS}
    ),
    "imports.discard": Call(
        lambda r, w: r.imports.discard(r.imports.stage("g.csv", [])), STAFF,
        STAFF - {"stray adviser"},
    ),
    "year.applicants": Call(lambda r, w: r.year.applicants(2027, list(Stage)), STAFF),
    "year.candidates_then": Call(lambda r, w: r.year.candidates_then(2025), STAFF),
    "year.copies": Call(lambda r, w: r.year.copies(2027), STAFF),
    "results.firms": Call(lambda r, w: r.results.firms(), STAFF),
    "results.applications": Call(lambda r, w: r.results.applications(2026), STAFF),
    "results.visits": Call(lambda r, w: r.results.visits(2026), STAFF),
    "results.tasks_done": Call(lambda r, w: r.results.tasks_done(2026), STAFF),
    "year.certificates": Call(lambda r, w: r.year.certificates(), STAFF),
    "year.last_change": Call(lambda r, w: r.year.last_change(), STAFF),
    "overview.funnel": Call(lambda r, w: r.overview.funnel(), STAFF),
    "overview.counts": Call(lambda r, w: r.overview.counts("district"), STAFF),
    "overview.changes": Call(lambda r, w: r.overview.changes(LONG_AGO), STAFF),
    "overview.deadlines": Call(lambda r, w: r.overview.deadlines(date(2030, 1, 1)), STAFF),
    "administration.carriers": Call(lambda r, w: r.administration.carriers(), STAFF),
    "administration.add_carrier": Call(lambda r, w: r.administration.add_carrier(f"园 {r.rights().role}"), LEADS),
    "administration.save_carrier": Call(
        lambda r, w: r.administration.save_carrier(
            w.carrier, {"district": SECRET}, of(w.chief.administration.carriers(), id=w.carrier)["version"]
        ),
        LEADS,
    ),
    "administration.advisers": Call(lambda r, w: r.administration.advisers(), STAFF),
    "administration.accounts": Call(lambda r, w: r.administration.accounts(), ADMINISTRATOR),
    "administration.add_account": Call(lambda r, w: r.administration.add_account("new", None, "manager"), ADMINISTRATOR),
    "administration.save_account": Call(
        lambda r, w: r.administration.save_account(
            w.other_adviser, {"name": "x"}, of(w.chief.administration.accounts(), id=w.other_adviser)["version"]
        ),
        ADMINISTRATOR,
    ),
    "administration.set_password": Call(
        lambda r, w: r.administration.set_password(w.other_adviser, "correct horse battery"), ADMINISTRATOR
    ),
    "administration.targets": Call(lambda r, w: r.administration.targets(), STAFF),
    "administration.set_target": Call(
        lambda r, w: r.administration.set_target(2026, 60, of(w.chief.administration.targets(), year=2026)["version"]), LEADS
    ),
    "api_tokens.tokens": Call(lambda r, w: r.api_tokens.tokens(), ADMINISTRATOR),
    "api_tokens.add": Call(
        lambda r, w: r.api_tokens.add("平台", "adviser", carrier_id=w.carrier, days=30), ADMINISTRATOR
    ),
    "api_tokens.revoke": Call(lambda r, w: r.api_tokens.revoke(w.token), ADMINISTRATOR),
    "assumptions.revision": Call(lambda r, w: r.assumptions.revision(), EVERYONE),
    "assumptions.changes": Call(lambda r, w: r.assumptions.changes(), EVERYONE),
    "assumptions.history": Call(lambda r, w: r.assumptions.history(), STAFF),
    "assumptions.save": Call(
        lambda r, w: r.assumptions.save([target_change(2028, 60)], w.chief.assumptions.revision()),
        LEADS,
    ),
    "column_names.names": Call(lambda r, w: r.column_names.names(), STAFF),
    "column_names.save": Call(lambda r, w: r.column_names.save([("研发合计", "rd_expense_y3")]), STAFF),
    "column_names.withdraw": Call(lambda r, w: r.column_names.withdraw(column_name_id(w)), STAFF),
    "administration.audit_trail": Call(lambda r, w: r.administration.audit_trail(w.firm), LEADS),
}  # fmt: skip
