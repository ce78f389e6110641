"""What is stored comes back as it was given; what somebody else changed is never overwritten."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Engine, func, select

from eligibility import assess, assess_table, firms, load_scheme
from eligibility.assessment.record import records
from eligibility.domain.errors import Conflict, EligibilityError, InputError, NotAllowed, NotFound
from eligibility.store import (
    LOCAL,
    VISITOR,
    Accounts,
    AuditAction,
    FirmFilter,
    Repository,
    Role,
    Stage,
    System,
    Visitor,
    plain,
    table_facts,
)
from eligibility.store.casework import LONGEST_NOTE, LONGEST_TITLE
from eligibility.store.drafts import (
    ALPHABET,
    LONGEST_TEXT,
    MOST_NEW,
    MOST_REMEMBERED,
    MOST_ROWS,
    WITHIN,
    BrowserKey,
    code_hash,
    new_code,
)
from eligibility.store.schema import staged
from tests.store.two_carriers import enter_old_stage, facts, record


@pytest.fixture
def local(engine: Engine) -> Repository:
    return Repository(engine, LOCAL)


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


# --- drafts -------------------------------------------------------------------------------------


def test_a_browser_opens_its_drafts_again_by_its_cookie_and_no_other_does(
    local: Repository,
) -> None:
    code, draft = local.drafts.add({"name": "甲"})
    visitor = Repository(local.engine, VISITOR)
    assert visitor.drafts.remember(code, "one browser") == draft
    assert [row["id"] for row in visitor.drafts.of_browser("one browser")] == [draft]
    assert visitor.drafts.get(BrowserKey(draft, "one browser"))["state"] == {"name": "甲"}
    assert visitor.drafts.of_browser("another") == []
    for other in ("another", ""):
        with pytest.raises(NotFound):
            visitor.drafts.get(BrowserKey(draft, other))
    new = visitor.drafts.renew_code(BrowserKey(draft, "one browser"))
    with pytest.raises(NotFound):
        visitor.drafts.get(code)
    assert visitor.drafts.get(new)["id"] == draft
    visitor.drafts.forget(draft, "one browser")
    with pytest.raises(NotFound):
        visitor.drafts.get(BrowserKey(draft, "one browser"))
    with local.engine.connect() as connection:
        assert "one browser" not in str(
            connection.exec_driver_sql("SELECT * FROM draft_browsers").all()
        )


def test_a_browser_is_remembered_to_have_opened_its_newest_drafts_only(local: Repository) -> None:
    opened = [
        local.drafts.remember(local.drafts.add({})[0], "b") for _ in range(MOST_REMEMBERED + 3)
    ]
    held = {row["id"] for row in local.drafts.of_browser("b")}
    assert held == set(opened[-MOST_REMEMBERED:])


def test_a_return_code_has_128_bits_or_more_in_letters_nobody_confuses() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    letters = "".join(codes).replace("-", "")
    assert set(letters) == set(ALPHABET)
    assert set("ILOU").isdisjoint(ALPHABET)
    assert math.log2(len(ALPHABET)) * len(new_code().replace("-", "")) >= 128


def test_a_code_opens_its_draft_however_it_is_typed_and_no_other_does(
    local: Repository, engine: Engine
) -> None:
    code, _ = local.drafts.add({"name": "甲"})
    for typed in (
        code,
        code.lower(),
        code.replace("-", " "),
        code.replace("1", "l").replace("0", "O"),
    ):
        assert local.drafts.get(typed)["state"] == {"name": "甲"}
    flipped = code[:-1] + ("A" if code[-1] != "A" else "B")
    for wrong in (flipped, code[:-1], "", "%", code_hash(code), new_code()):
        with pytest.raises(NotFound):
            local.drafts.get(wrong)
    with engine.connect() as connection:
        held = str(connection.exec_driver_sql("SELECT * FROM drafts").all())
        held += str(connection.exec_driver_sql("SELECT * FROM audit_log").all())
    assert code not in held
    assert code.replace("-", "") not in held
    assert code_hash(code) in held


def test_a_shared_draft_says_to_whom_by_which_words_and_when_until_it_is_withdrawn(
    local: Repository,
) -> None:
    code, draft = local.drafts.add({"name": "甲"})
    assert local.drafts.shared_drafts() == []
    with pytest.raises(NotFound):
        local.drafts.share(code, 999, "同意")
    carrier = local.administration.add_carrier("园")
    local.drafts.share(code, carrier, "同意给园")
    (shared,) = local.drafts.shared_drafts()
    assert (shared["carrier"], shared["consent"]) == ("园", "同意给园")
    assert shared["consent_at"] is not None
    assert local.drafts.shared_draft(draft)["state"] == {"name": "甲"}
    local.drafts.withdraw(code)
    assert local.drafts.shared_drafts() == []
    local.drafts.delete(code)
    with pytest.raises(NotFound):
        local.drafts.get(code)


# --- imports ------------------------------------------------------------------------------------


def test_an_import_adds_what_is_new_and_keeps_what_the_file_leaves_blank(local: Repository) -> None:
    carrier = local.administration.add_carrier("园")
    old = local.firms.add({"name": "旧", "uscc": "91150105XNBU6HUA33", "district": "区",
                          "carrier_id": carrier})  # fmt: skip
    local.records.save_figures(old, 2026, {"staff_total": 140, "st_staff": 12}, 0)
    rows = [
        (facts("91150105XNBU6HUA33", "新名", staff_total=150), record("ineligible")),
        (facts("91150100XNYLK3H19E", "另一", carrier="新园"), record("undetermined")),
        (facts(None, "无码甲"), None),
        (facts(None, "无码乙"), None),
    ]
    made = local.imports.stage(
        "f.xlsx", rows, [{"row": 9, "why": "坏"}], remarks=[{"row": 2, "why": "空"}]
    )
    before = local.firms.page().count
    held = local.imports.preview(made)
    assert [row["firm_id"] for row in held["rows"]] == [old, None, None, None]
    assert [row["would"] for row in held["rows"]] == ["change", "add", "add", "add"]
    assert held["rejected"] == [{"row": 9, "why": "坏"}]
    assert held["remarks"] == [{"row": 2, "why": "空"}]
    assert (before, held["accepted"]) == (1, 4)
    assert local.imports.confirm(made) == (3, 1, 2, 0)
    assert local.imports.confirm(made) == (3, 1, 2, 0), "again is harmless"
    assert local.firms.page().count == 4
    row = local.firms.get(old)
    assert (row["name"], row["district"], row["verdict"]) == ("新名", "区", "ineligible")
    kept = local.records.figures(old, 2026)
    assert (kept.value["staff_total"], kept.value["st_staff"], kept.version) == (150, 12, 2)
    assert [line["verdict"] for line in local.records.assessments(old)] == ["ineligible"]
    assert local.records.assessment(local.records.assessments(old)[0]["id"])["record"] == record(
        "ineligible"
    )
    assert {row["name"] for row in local.administration.carriers()} == {"园", "新园"}
    assert local.administration.audit_trail(old)[0]["action"] == AuditAction.FIRM_IMPORT


def test_one_firm_twice_in_one_file_is_one_firm_with_both_assessments(local: Repository) -> None:
    rows = [
        (facts("91150105XNBU6HUA33", "甲", staff_total=1), record("ineligible")),
        (facts("91150105XNBU6HUA33", "甲", st_staff=2), record("eligible")),
    ]
    for done in ((1, 0, 2, 0), (0, 1, 2, 0)):
        assert local.imports.confirm(local.imports.stage("f", rows)) == done
    (row,) = local.firms.page().rows
    assert row["verdict"] == "eligible"
    held = local.records.figures(row["id"], 2026).value
    assert (held["staff_total"], held["st_staff"]) == (1, 2)
    assert len(local.records.assessments(row["id"])) == 4


def test_a_row_that_tells_nothing_new_adds_nothing_and_is_counted(local: Repository) -> None:
    same = (facts("91150105XNBU6HUA33", "甲", staff_total=1, district="区"), record("ineligible"))
    rows = [same, (facts("91150100XNYLK3H19E", "乙"), record())]
    local.imports.confirm(local.imports.stage("f", rows))
    first, second = (
        local.firms.ids_by_code([code])[code] for code in (rows[0][0]["uscc"], rows[1][0]["uscc"])
    )

    def left() -> Any:
        return (
            local.firms.get(first),
            local.records.figures(first, 2026),
            local.records.assessments(first),
            local.administration.audit_trail(first),
        )

    def would() -> list[str]:
        made = local.imports.stage("f", rows)
        said = [row["would"] for row in local.imports.preview(made)["rows"]]
        local.imports.discard(made)
        return said

    before = left()
    assert would() == ["nothing", "nothing"]
    rows[1] = (facts("91150100XNYLK3H19E", "乙", staff_total=9), record("undetermined"))
    assert would() == ["nothing", "change"]
    assert local.imports.confirm(local.imports.stage("f", rows)) == (0, 1, 1, 1)
    assert left() == before
    assert local.firms.get(second)["verdict"] == "undetermined"
    # back to what it was: an older assessment is no reason not to keep this one
    rows[1] = (facts("91150100XNYLK3H19E", "乙", staff_total=9), record())
    assert local.imports.confirm(local.imports.stage("f", rows)) == (0, 1, 1, 1)
    assert local.firms.get(second)["verdict"] == "eligible"
    # the same facts judged otherwise, as after a new model or edition
    rows[1] = (rows[1][0], record(note="new model"))
    assert would() == ["nothing", "judge"]
    assert local.imports.confirm(local.imports.stage("f", rows)) == (0, 1, 1, 1)
    assert local.records.figures(second, 2026).version == 2
    # a name told anew is a change, though nothing is judged
    moved = [(facts("91150105XNBU6HUA33", "甲新", staff_total=1, district="区"), None), rows[1]]
    assert local.imports.confirm(local.imports.stage("f", moved)) == (0, 1, 0, 1)
    assert local.firms.get(first)["name"] == "甲新"


def test_a_row_without_a_code_is_known_again_by_the_very_same_figures_only(
    local: Repository,
) -> None:
    row = facts(None, "无码", staff_total=1)
    for done in ((1, 0, 1, 0), (0, 0, 0, 1)):
        assert local.imports.confirm(local.imports.stage("f", [(row, record())])) == done
    other = local.imports.stage("f", [({**row, "staff_total": 2}, record())])
    assert local.imports.confirm(other) == (1, 0, 1, 0)
    nameless = facts(None, "", staff_total=1)
    for _ in range(2):
        assert local.imports.confirm(local.imports.stage("f", [(nameless, None)])) == (1, 0, 0, 0)


def test_a_code_at_several_carriers_must_be_told_apart_by_the_file(local: Repository) -> None:
    files = [
        local.firms.add({"name": "甲", "uscc": "91150105XNBU6HUA33", "carrier_id": carrier})
        for carrier in (
            local.administration.add_carrier("园"),
            local.administration.add_carrier("区"),
        )
    ]
    vague = local.imports.stage("f", [(facts("91150105XNBU6HUA33", "乙"), None)])
    with pytest.raises(InputError):
        local.imports.confirm(vague)
    assert {local.firms.get(each)["name"] for each in files} == {"甲"}
    local.imports.discard(vague)
    clear = local.imports.stage("f", [(facts("91150105XNBU6HUA33", "乙", carrier="区"), None)])
    assert local.imports.confirm(clear) == (0, 1, 0, 0)
    rows = [local.firms.get(each) for each in files]
    assert {(row["name"], row["carrier"]) for row in rows} == {("甲", "园"), ("乙", "区")}
    assert local.firms.page().count == 1, "it is one firm all the while"


def test_a_firm_without_a_carrier_goes_to_the_one_that_a_file_names(local: Repository) -> None:
    firm = local.firms.add({"name": "甲", "uscc": "91150105XNBU6HUA33"})
    row = facts("91150105XNBU6HUA33", "甲", carrier="园")
    for done in ((0, 1, 0, 0), (0, 0, 0, 1)):
        assert local.imports.confirm(local.imports.stage("f", [(row, None)])) == done
    assert local.firms.get(firm)["carrier"] == "园"
    assert local.firms.page().count == 1


def test_an_import_that_breaks_off_while_it_is_read_leaves_nothing(local: Repository) -> None:
    def rows() -> Any:
        yield from ((facts(None, "甲"), None) for _ in range(2500))
        yield {"name": "乙"}, None

    with pytest.raises(InputError):
        local.imports.stage("f", rows())
    assert local.imports.recent() == []


def test_a_discarded_import_cannot_be_confirmed_nor_a_confirmed_one_discarded(
    local: Repository,
) -> None:
    gone, kept = (local.imports.stage("f", [(facts(None, "甲"), None)]) for _ in range(2))
    local.imports.discard(gone)
    local.imports.discard(gone)
    with pytest.raises(Conflict):
        local.imports.confirm(gone)
    local.imports.confirm(kept)
    with pytest.raises(Conflict):
        local.imports.discard(kept)
    assert local.firms.page().count == 1
    assert [row["status"] for row in local.imports.recent()] == ["confirmed", "discarded"]


def test_rows_that_break_off_are_not_there_and_hold_no_other_writer_up(local: Repository) -> None:
    def rows() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        yield facts(None, "甲"), record()
        local.firms.add({"name": "someone else's"})
        assert local.imports.recent() == []
        raise RuntimeError("the file cannot be read on")

    with pytest.raises(RuntimeError):
        local.imports.stage("firms.csv", rows())
    assert local.imports.recent() == []
    assert [row["name"] for row in local.firms.page().rows] == ["someone else's"]
    with local.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(staged)) == 0


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


def full(**changes: object) -> dict[str, object]:
    return {"step": "ip", "facts": {"name": "甲"}, "ledgers": {"ip": []}, **changes}


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (full(ledgers={"ip": [{"name": "x"}] * (MOST_ROWS + 1)}), "501 rows; at most 500"),
        (full(facts={"name": "甲" * (LONGEST_TEXT + 1)}), "501 characters; at most 500"),
        (full(ledgers={"ip": [{"name": "甲" * (LONGEST_TEXT + 1)}]}), "501 characters"),
        (full(facts={"n" * (LONGEST_TEXT + 1): "x"}), "501 characters"),
        (full(ledgers={"ip": [{"name": "x" * LONGEST_TEXT, "owner": "y" * 101}] * MOST_ROWS}),
         "at most 300000 can be kept"),
    ],
)  # fmt: skip
def test_a_draft_of_more_than_one_firm_can_have_is_refused_in_a_sentence_and_not_stored(
    engine: Engine, state: dict[str, object], why: str
) -> None:
    visitor = Repository(engine, VISITOR)
    with pytest.raises(InputError, match=why):
        visitor.drafts.add(state)
    code, _ = visitor.drafts.add(full())
    with pytest.raises(InputError, match=why):
        visitor.drafts.save(code, state, 1)
    assert visitor.drafts.get(code)["state"] == full()
    assert visitor.drafts.get(code)["version"] == 1


def test_a_draft_at_its_limits_is_kept_whole(engine: Engine) -> None:
    visitor = Repository(engine, VISITOR)
    rows = [{"name": "甲" * LONGEST_TEXT}] * (MOST_ROWS // 2)
    code, _ = visitor.drafts.add(full(ledgers={"ip": rows + [{"name": "x"}] * (MOST_ROWS // 2)}))
    assert len(visitor.drafts.get(code)["state"]["ledgers"]["ip"]) == MOST_ROWS


def test_who_begins_drafts_without_end_has_to_wait_and_nobody_else_does(engine: Engine) -> None:
    at = [datetime(2026, 5, 1, 8, tzinfo=UTC)]

    def come(account_id: int | None = None, source: str | None = None) -> Repository:
        account = System(Role.FIRM, account_id)
        principal = account if account_id else Visitor(source)
        return Repository(engine, principal, clock=lambda: at[0])

    chief = Repository(engine, System(Role.ADMINISTRATOR))
    mine, theirs = (
        chief.administration.add_account(login, None, "manager") for login in ("a", "b")
    )
    for one, other in [
        (come(source="here"), come(source="there")),
        (come(), come(source="elsewhere")),
        (come(account_id=mine), come(account_id=theirs)),
    ]:
        codes = [one.drafts.add(full())[0] for _ in range(MOST_NEW)]
        with pytest.raises(NotAllowed, match=f"{MOST_NEW} self-assessments were begun from here"):
            one.drafts.add(full())
        assert one.drafts.save(codes[0], full(step="rd"), 1) == 2, "what is begun goes on"
        other.drafts.add(full())
        at[0] += WITHIN
        one.drafts.add(full())
    local = Repository(engine, System(Role.LOCAL))
    for _ in range(MOST_NEW + 1):
        local.drafts.add(full())


def test_where_a_visitor_comes_from_is_kept_as_a_hash_and_told_to_nobody(engine: Engine) -> None:
    accounts = Accounts(engine, b"k" * 32)
    source = accounts.source_of("198.51.100.7")
    assert "198.51.100" not in source
    assert source != Accounts(engine, b"l" * 32).source_of("198.51.100.7")
    visitor = Repository(engine, Visitor(source))
    code, _ = visitor.drafts.add(full())
    assert source not in str(visitor.drafts.get(code))


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
