"""What is stored comes back as it was given; what somebody else changed is never overwritten."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Engine

from eligibility import assess, assess_table, firms, load_scheme
from eligibility.assessment.record import records
from eligibility.domain.errors import Conflict, EligibilityError, InputError
from eligibility.store import LOCAL, AuditAction, FirmFilter, Repository, Stage, plain, table_facts
from eligibility.store.casework import LONGEST_NOTE, LONGEST_TITLE
from tests.store.two_carriers import enter_old_stage, facts, record

#: whatever JSON can hold; PostgreSQL's text takes no NUL, but JSON writes it as six characters
VALUES = some.one_of(
    some.integers(), some.floats(allow_nan=False, allow_infinity=False), some.booleans(),
    some.text(some.characters(exclude_categories=("Cs",))),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(given=some.dictionaries(some.text(some.characters(exclude_categories=("Cs",))), VALUES))
def test_numbers_and_texts_come_back_exactly_as_they_were_given(
    local: Repository, given: dict[str, Any]
) -> None:
    firm = local.firms.add({"name": "甲"})
    local.records.save_figures(firm, 2026, given, 0)
    held = local.records.figures(firm, 2026).value
    assert held == given
    assert {key: repr(value) for key, value in held.items()} == {
        key: repr(value) for key, value in given.items()
    }


def test_a_blank_is_a_key_left_out_and_never_zero() -> None:
    assert plain({"a": None, "b": math.nan, "c": np.float64("nan"), "d": 0, "e": False}) == {
        "d": 0,
        "e": False,
    }
    assert plain({"on": date(2026, 5, 10), "n": np.int64(3)}) == {"on": "2026-05-10", "n": 3}
    for unheld in (math.inf, object(), {1, 2}):
        with pytest.raises(InputError):
            plain({"a": unheld})


def test_facts_of_a_table_are_judged_the_same_when_they_come_back(local: Repository) -> None:
    scheme = load_scheme()
    told = {
        "name": "甲", "registered_on": "2015-03-01", "application_date": "2026-05-10",
        "technical_field_code": "10101", "ip_core_support": True, "ip_advancement_rating": "B",
        "staff_total": 140, "st_staff": 12, "sales_revenue_y3": 1314.38,
    }  # fmt: skip
    table = firms(told)
    (facts_held,) = table_facts(table, scheme.fields)
    firm = local.firms.add({"name": "甲"})
    local.records.save_figures(firm, 2026, facts_held, 0)
    assert assess(local.records.figures(firm, 2026).value) == records(assess_table(table, scheme))


def test_two_people_editing_one_firm_never_silently_overwrite(
    local: Repository, engine: Engine
) -> None:
    firm = local.firms.add({"name": "甲"})
    other = Repository(engine, LOCAL)
    task = local.casework.add_task(firm, {"title": "t"})
    carrier = local.administration.add_carrier("园")
    writes = [
        (lambda r, v: r.firms.save(firm, {"name": f"乙{v}"}, v), 1),
        (lambda r, v: r.records.save_figures(firm, 2026, {"staff_total": v}, v), 0),
        (lambda r, v: r.records.save_ledger(firm, "ip", [{"title": "x"}], v), 0),
        (lambda r, v: r.applications.save_outcome(firm, 2026, {"batch": "1"}, v), 0),
        (lambda r, v: r.documents.save(firm, "审计报告", {"status": "asked"}, v), 0),
        (lambda r, v: r.casework.save_task(task, {"done": True}, v), 1),
        (lambda r, v: r.administration.save_carrier(carrier, {"district": "x"}, v), 1),
        (lambda r, v: r.administration.set_target(2026, 50, v), 0),
    ]
    for write, version in writes:
        assert write(local, version) == version + 1
        for stale in (version, version + 2):
            with pytest.raises(Conflict):
                write(other, stale)
        assert write(other, version + 1) == version + 2
    assert local.firms.get(firm)["name"] == "乙2"
    assert local.records.figures(firm, 2026).value == {"staff_total": 1}
    code, _ = local.drafts.add({"step": 1})
    local.drafts.save(code, {"step": 2}, 1)
    with pytest.raises(Conflict):
        other.drafts.save(code, {"step": 3}, 1)
    assert local.drafts.get(code)["state"] == {"step": 2}


def test_a_bulk_change_is_noticed_by_whoever_was_editing(local: Repository) -> None:
    firm = local.firms.add({"name": "甲"})
    local.firms.set_stage([firm], Stage.READY)
    with pytest.raises(Conflict):
        local.firms.save(firm, {"name": "乙"}, 1)


def test_a_carrier_holds_a_credit_code_once_and_two_that_hold_it_hold_one_firm(
    local: Repository,
) -> None:
    carrier = local.administration.add_carrier("园")
    for bound in ({}, {"carrier_id": carrier}):
        local.firms.add({"name": "甲", "uscc": "91150105XNBU6HUA33", **bound})
        with pytest.raises(Conflict):
            local.firms.add({"name": "乙", "uscc": "91150105XNBU6HUA33", **bound})
    assert local.firms.page().count == 1
    assert [pair["reason"] for pair in local.identity.pairs()] == ["code"]
    local.firms.add({"name": "丙"})
    local.firms.add({"name": "丁"})


def test_what_cannot_stand_in_a_column_is_refused_alike_by_both_databases(
    local: Repository,
) -> None:
    for values in ({"name": "长" * 301}, {"uscc": "9" * 19}, {"name": "a\0b"}, {"colour": "x"}):
        with pytest.raises(InputError):
            local.firms.add(values)
    with pytest.raises(EligibilityError):
        local.firms.add({"name": "x", "carrier_id": 999})


def test_the_latest_assessment_stands_in_the_firms_row_and_none_is_lost(
    engine: Engine,
) -> None:
    at = datetime(2026, 5, 10, tzinfo=UTC)
    local = Repository(engine, LOCAL, lambda: at)
    firm = local.firms.add({"name": "甲"})
    assert local.firms.get(firm)["verdict"] is None
    local.records.add_assessment(firm, {"staff_total": 0.1}, record("ineligible"))
    at += timedelta(days=1)
    said = {"probability": 0.62, "interval": [0.45, 0.77]}
    latest = local.records.add_assessment(firm, {}, record("eligible", readiness=said), "f" * 64)
    local.records.add_assessment(firm, {}, record("ineligible", scheme="tech_sme"))
    row = local.firms.get(firm)
    assert (row["verdict"], row["probability"], row["assessed_at"]) == ("eligible", 0.62, at)
    assert (row["probability_low"], row["probability_high"]) == (0.45, 0.77)
    assert (row["score_low"], row["score_high"], row["first_gap"]) == (71.5, 88.0, None)
    assert row["version"] == 1, "judging a firm does not disturb who edits it"
    line = local.records.assessments(firm)
    assert [held["verdict"] for held in line] == ["ineligible", "eligible", "ineligible"]
    whole = local.records.assessment(latest)
    assert whole["record"] == record("eligible", readiness=said)
    assert whole["model_hash"] == "f" * 64
    with pytest.raises(InputError):
        local.records.add_assessment(firm, {}, {"verdict": "eligible"})


def test_training_reads_the_inputs_at_application_of_decided_ones_only(local: Repository) -> None:
    firm = local.firms.add({"name": "甲"})
    basis = local.records.add_assessment(firm, {"name": "甲", "staff_total": 140}, record())
    local.records.add_assessment(firm, {"name": "甲", "staff_total": 150}, record())
    local.applications.save_outcome(firm, 2024, {"certified": True}, 0)
    local.applications.save_outcome(firm, 2025, {"assessment_id": basis}, 0)
    assert local.applications.past_applications() == []
    reason = {"certified": False, "rejection_reason": "研发费用"}
    local.applications.save_outcome(firm, 2025, reason, 1)
    assert local.applications.past_applications() == [
        {"name": "甲", "staff_total": 140, "applied_year": 2025, **reason}
    ]


def test_filters_find_what_they_say_and_nothing_else(local: Repository) -> None:
    carrier = local.administration.add_carrier("园")
    names = {"100%": None, "a_b": None, "axb": None, "ABC": carrier, "'; DROP TABLE firms;--": None}
    ids = {
        name: local.firms.add({"name": name, "carrier_id": held, "district": f"区{name}"})
        for name, held in names.items()
    }
    local.records.add_assessment(ids["axb"], {}, record("ineligible"))
    local.firms.set_stage([ids["a_b"]], "ready")

    def found(**asked: Any) -> set[str]:
        page = local.firms.page(FirmFilter(**asked))
        frame = local.firms.frame(FirmFilter(**asked))
        names_found = {row["name"] for row in page.rows}
        assert names_found == set(frame["name"])
        assert page.count == len(frame["id"])
        return names_found

    assert found(text="%") == {"100%"}
    assert found(text="_") == {"a_b"}
    assert found(text="BC") == found(text="bc") == {"ABC"}
    assert found(text="'; drop") == {"'; DROP TABLE firms;--"}
    assert found(carrier_id=carrier) == {"ABC"}
    assert found(verdict="ineligible") == {"axb"}
    assert found(verdict="") == set(names) - {"axb"}
    assert found(stage="ready", text="a") == {"a_b"}
    assert found(district="区ABC", stage="ready") == set()
    assert found(stage="ready' OR 1=1") == set()
    with pytest.raises(InputError):
        local.firms.page(sort="name; DROP TABLE firms")


def test_pages_together_are_the_whole_list_in_order_with_blanks_last(local: Repository) -> None:
    ids = [local.firms.add({"name": "同名", "district": d}) for d in ("b", None, "a", None, "b")]
    for descending, order in ((False, [2, 0, 4, 1, 3]), (True, [0, 4, 2, 1, 3])):
        pages = [
            local.firms.page(sort="district", descending=descending, limit=2, offset=at)
            for at in (0, 2, 4)
        ]
        assert [row["id"] for page in pages for row in page.rows] == [ids[at] for at in order]
        assert {page.count for page in pages} == {5}


def test_the_next_day_of_a_firm_is_that_of_its_nearest_open_task(local: Repository) -> None:
    firm, other = local.firms.add({"name": "甲"}), local.firms.add({"name": "乙"})
    done = local.casework.add_task(firm, {"title": "a", "due_on": date(2026, 1, 1)})
    local.casework.add_task(firm, {"title": "b", "due_on": date(2026, 3, 1)})
    local.casework.add_task(firm, {"title": "c", "due_on": date(2026, 2, 1)})
    local.casework.add_task(other, {"title": "d"})
    local.casework.save_task(done, {"done": True}, 1)
    assert local.firms.get(firm)["next_due"] == date(2026, 2, 1)
    frame = local.firms.frame()
    assert frame["next_due"][list(frame["id"]).index(firm)] == np.datetime64("2026-02-01")
    assert np.isnat(frame["next_due"][list(frame["id"]).index(other)])
    assert [row["title"] for row in local.overview.deadlines(date(2026, 2, 15))] == ["c"]


def test_the_overview_counts_add_up(local: Repository) -> None:
    carrier = local.administration.add_carrier("园")
    made = [
        local.firms.add({"name": "x", "carrier_id": carrier if n < 3 else None}) for n in range(5)
    ]
    local.records.add_assessment(made[0], {}, record("eligible"))
    local.records.add_assessment(made[1], {}, record("ineligible"))
    enter_old_stage(local.engine, made[:2], "certified")
    assert local.overview.funnel() == {
        stage: {"surveyed": 3, "certified": 2}.get(stage, 0) for stage in Stage
    }
    assert local.overview.counts("carrier") == [
        {"group": "园", "firms": 3, "eligible": 1, "undetermined": 0, "ineligible": 1, "certified": 2},
        {"group": None, "firms": 2, "eligible": 0, "undetermined": 0, "ineligible": 0, "certified": 0},
    ]  # fmt: skip
    local.administration.set_target(2026, 50, 0)
    local.applications.save_outcome(made[0], 2026, {"certified": True}, 0)
    local.applications.save_outcome(made[1], 2026, {"certified": False}, 0)
    assert [
        (row["number"], row["applied"], row["certified"]) for row in local.administration.targets()
    ] == [(50, 2, 1)]
    actions = [row["action"] for row in local.overview.changes(datetime(2020, 1, 1, tzinfo=UTC))]
    assert actions.count(AuditAction.FIRM_ADD) == 5
    assert actions[0] == AuditAction.OUTCOME_SAVE


def test_every_change_leaves_a_line_that_says_who_and_what(local: Repository) -> None:
    firm = local.firms.add({"name": "甲"})
    local.firms.save(firm, {"name": "乙"}, 1)
    local.records.save_figures(firm, 2026, {"staff_total": 140}, 0)
    local.records.save_figures(firm, 2026, {"st_staff": 12}, 1)
    last, first, named, _ = local.administration.audit_trail(firm)
    assert last["detail"]["changed"] == {
        "st_staff@2025": [None, 12],
        "staff_total@2025": [140, None],
    }
    assert first["detail"]["changed"] == {"staff_total@2025": [None, 140]}
    assert named["detail"]["changed"] == {"name": ["甲", "乙"]}
    assert named["role"] == "local"


def test_a_file_of_an_earlier_application_read_later_is_not_the_current_one(
    local: Repository,
) -> None:
    def applying(year: int, score: float) -> tuple[dict[str, Any], dict[str, Any]]:
        told = {**facts("91150105XNBU6HUA33", "甲"), "application_date": f"{year}-05-10"}
        found = record() | {"as_of": f"{year}-05-10"}
        return told | {"sales_revenue_y3": year - 1.0}, found | {
            "score": {"low": score, "high": 90}
        }

    local.imports.confirm(local.imports.stage("f", [applying(2026, 72)]))
    local.imports.confirm(local.imports.stage("f", [applying(2025, 80), applying(2024, 60)]))
    (row,) = local.firms.page().rows
    assert row["score_low"] == 72
    timeline = local.records.assessments(row["id"])
    assert [each["as_of"].year for each in timeline] == [2026, 2025, 2024]
    assert local.records.years(row["id"]) == [2026, 2025, 2024]
    known = local.records.figures_of_other_years(row["id"], 2027)
    assert (known["sales_revenue_y2"], known["sales_revenue_y1"]) == (2025, 2024)
    assert "sales_revenue_y3" not in known
    local.imports.confirm(local.imports.stage("f", [applying(2027, 64)]))
    (row,) = local.firms.page().rows
    assert row["score_low"] == 64


def test_an_application_stands_on_the_assessment_of_the_latest_date_not_on_the_one_stored_last(
    local: Repository,
) -> None:
    firm = local.firms.add({"name": "甲"})
    later = local.records.add_assessment(firm, {}, record() | {"as_of": "2026-07-10"})
    local.records.add_assessment(firm, {}, record() | {"as_of": "2026-05-10"})
    local.applications.save_outcomes([(firm, 2026, {"certified": None}, 0)])
    (outcome,) = local.applications.outcomes(firm)
    assert outcome["assessment_id"] == later


def test_applicants_come_with_their_latest_facts_that_are_not_of_a_later_year(
    local: Repository,
) -> None:
    firm, blank, decided, surveyed = (local.firms.add({"name": name}) for name in "甲乙丙丁")
    for year in (2024, 2026, 2027):
        local.records.save_figures(firm, year, {"staff_total": year}, 0)
    local.records.save_figures(decided, 2026, {"staff_total": 1}, 0)
    local.firms.set_stage([firm, blank, decided], Stage.READY)
    local.applications.save_outcome(decided, 2026, {"certified": False}, 0)
    local.applications.save_outcome(firm, 2026, {"certified": None}, 0)
    stages = [Stage.READY, Stage.APPLIED, Stage.NURTURED]
    rows = local.year.applicants(2026, stages)
    assert [(row["id"], row["facts_year"]) for row in rows] == [(firm, 2026), (blank, None)]
    assert rows[0]["facts"] == {"staff_total": 2026}
    assert rows[0]["stage"] == Stage.APPLIED
    assert [row["facts_year"] for row in local.year.applicants(2025, stages)] == [2024, None, None]
    assert [row["id"] for row in local.year.applicants(2026, [Stage.SURVEYED])] == [surveyed]
    assert local.year.applicants(2026, []) == []


def test_certificates_are_those_of_certified_applications_only(local: Repository) -> None:
    firm = local.firms.add({"name": "甲"})
    local.applications.save_outcome(firm, 2022, {"certified": False}, 0)
    local.applications.save_outcome(
        firm, 2023, {"certified": True, "certified_on": date(2023, 11, 9)}, 0
    )
    local.applications.save_outcome(firm, 2026, {"certified": None}, 0)
    assert local.year.certificates() == [
        {
            "firm_id": firm,
            "applied_year": 2023,
            "certified_on": date(2023, 11, 9),
            "expires_on": None,
            "cancelled_on": None,
        }
    ]


def test_every_change_of_what_the_year_reads_changes_the_mark_of_the_store(
    local: Repository,
) -> None:
    firm = local.firms.add({"name": "甲"})
    marks = [local.year.last_change()]
    for change in (
        lambda: local.records.save_figures(firm, 2026, {"staff_total": 1}, 0),
        lambda: local.firms.set_stage([firm], Stage.READY),
        lambda: local.applications.save_outcome(firm, 2023, {"certified": True}, 0),
        lambda: local.firms.save(firm, {"name": "乙"}, local.firms.get(firm)["version"]),
        lambda: local.administration.set_target(2026, 50, 0),
        lambda: local.imports.confirm(local.imports.stage("f.csv", [(facts(None, "丙"), None)])),
    ):
        change()
        marks.append(local.year.last_change())
    assert len(set(marks)) == len(marks)
    assert local.year.last_change() == marks[-1]


def test_notes_titles_and_remarks_are_as_long_as_a_person_writes(local: Repository) -> None:
    firm = local.firms.add({"name": "甲"})
    with pytest.raises(InputError, match="2001 characters; at most 2000"):
        local.casework.add_note(firm, "x" * (LONGEST_NOTE + 1))
    with pytest.raises(InputError, match="301 characters; at most 300"):
        local.casework.add_task(firm, {"title": "x" * (LONGEST_TITLE + 1)})
    with pytest.raises(InputError, match="2001 characters"):
        local.documents.save(
            firm, "a", {"status": "missing", "remark": "x" * (LONGEST_NOTE + 1)}, 0
        )
    task = local.casework.add_task(firm, {"title": "x" * LONGEST_TITLE})
    with pytest.raises(InputError, match="301 characters"):
        local.casework.save_task(task, {"title": "x" * (LONGEST_TITLE + 1)}, 1)
    local.casework.add_note(firm, "x" * LONGEST_NOTE)
    assert len(local.casework.notes(firm)) == 1
    assert local.documents.of_firm(firm) == []


@pytest.mark.parametrize("text", ["half a \ud800 pair", "a NUL \0"])
def test_a_text_that_a_database_cannot_hold_is_named_with_its_field(
    local: Repository, text: str
) -> None:
    firm = local.firms.add({"name": "甲"})
    for field, action in {
        "name": lambda: local.firms.add({"name": text}),
        "text": lambda: local.casework.add_note(firm, text),
        "title": lambda: local.casework.add_task(firm, {"title": text}),
        "remark": lambda: local.documents.save(firm, "x", {"status": "asked", "remark": text}, 0),
        "rejection_reason": lambda: local.applications.save_outcome(
            firm, 2026, {"rejection_reason": text}, 0
        ),
    }.items():
        with pytest.raises(InputError, match=f"^{field} holds a character that is no text"):
            action()


def test_a_text_that_is_none_within_facts_is_named_by_what_is_before_it(local: Repository) -> None:
    firm = local.firms.add({"name": "甲"})
    with pytest.raises(InputError, match=r'after: \{"name":"甲'):
        local.records.save_figures(firm, 2026, {"name": "甲\ud800"}, 0)
    with pytest.raises(InputError, match="number without end"):
        local.records.add_assessment(
            firm, {}, {**record(), "score": {"low": math.inf, "high": 1.0}}
        )


@pytest.mark.parametrize("number", [1e30, 10**30, 2**31, 2.5, math.nan, math.inf])
def test_a_number_that_a_column_cannot_hold_is_named_with_its_field(
    local: Repository, number: Any
) -> None:
    with pytest.raises(
        InputError, match=r"^number: .* expected a whole number up to 2,147,483,647"
    ):
        local.administration.set_target(2026, number, 0)
    assert local.administration.set_target(2026, 2**31 - 1, 0)
