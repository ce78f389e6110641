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
from eligibility.store import (
    LOCAL,
    VISITOR,
    Accounts,
    Actor,
    FirmFilter,
    Repository,
    Role,
    Stage,
    plain,
    table_facts,
)
from eligibility.store.drafts import (
    ALPHABET,
    LONGEST_TEXT,
    MOST_NEW,
    MOST_ROWS,
    WITHIN,
    code_hash,
    new_code,
)
from eligibility.store.schema import staged
from eligibility.store.work import LONGEST_NOTE, LONGEST_TITLE
from eligibility.vocabulary import Conflict, EligibilityError, InputError, NotAllowed, NotFound
from tests.store.world import facts, record


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
    firm = local.add_firm({"name": "甲"})
    local.save_figures(firm, 2026, given, 0)
    held = local.figures(firm, 2026).value
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
    firm = local.add_firm({"name": "甲"})
    local.save_figures(firm, 2026, facts_held, 0)
    assert assess(local.figures(firm, 2026).value) == records(assess_table(table, scheme))


def test_two_people_editing_one_firm_never_silently_overwrite(
    local: Repository, engine: Engine
) -> None:
    firm = local.add_firm({"name": "甲"})
    other = Repository(engine, LOCAL)
    task = local.add_task(firm, {"title": "t"})
    carrier = local.add_carrier("园")
    writes = [
        (lambda r, v: r.save_firm(firm, {"name": f"乙{v}"}, v), 1),
        (lambda r, v: r.save_figures(firm, 2026, {"staff_total": v}, v), 0),
        (lambda r, v: r.save_ledger(firm, "ip", [{"title": "x"}], v), 0),
        (lambda r, v: r.save_outcome(firm, 2026, {"batch": "1"}, v), 0),
        (lambda r, v: r.save_document(firm, "审计报告", "asked", v), 0),
        (lambda r, v: r.save_task(task, {"done": True}, v), 1),
        (lambda r, v: r.save_carrier(carrier, {"district": "x"}, v), 1),
        (lambda r, v: r.set_target(2026, 50, v), 0),
    ]
    for write, version in writes:
        assert write(local, version) == version + 1
        for stale in (version, version + 2):
            with pytest.raises(Conflict):
                write(other, stale)
        assert write(other, version + 1) == version + 2
    assert local.firm(firm)["name"] == "乙2"
    assert local.figures(firm, 2026).value == {"staff_total": 1}
    code, _ = local.new_draft({"step": 1})
    local.save_draft(code, {"step": 2}, 1)
    with pytest.raises(Conflict):
        other.save_draft(code, {"step": 3}, 1)
    assert local.draft(code)["state"] == {"step": 2}


def test_a_bulk_change_is_noticed_by_whoever_was_editing(local: Repository) -> None:
    firm = local.add_firm({"name": "甲"})
    local.set_stage([firm], Stage.READY)
    with pytest.raises(Conflict):
        local.save_firm(firm, {"name": "乙"}, 1)


def test_a_carrier_holds_a_credit_code_once_and_so_do_firms_without_one(local: Repository) -> None:
    carrier = local.add_carrier("园")
    for bound in ({}, {"carrier_id": carrier}):
        local.add_firm({"name": "甲", "uscc": "91150105XNBU6HUA33", **bound})
        with pytest.raises(Conflict):
            local.add_firm({"name": "乙", "uscc": "91150105XNBU6HUA33", **bound})
    assert local.firms_page().count == 2
    local.add_firm({"name": "丙"})
    local.add_firm({"name": "丁"})


def test_what_cannot_stand_in_a_column_is_refused_alike_by_both_databases(
    local: Repository,
) -> None:
    for values in ({"name": "长" * 301}, {"uscc": "9" * 19}, {"name": "a\0b"}, {"colour": "x"}):
        with pytest.raises(InputError):
            local.add_firm(values)
    with pytest.raises(EligibilityError):
        local.add_firm({"name": "x", "carrier_id": 999})


def test_the_latest_assessment_stands_in_the_firms_row_and_none_is_lost(
    engine: Engine,
) -> None:
    at = datetime(2026, 5, 10, tzinfo=UTC)
    local = Repository(engine, LOCAL, lambda: at)
    firm = local.add_firm({"name": "甲"})
    assert local.firm(firm)["verdict"] is None
    local.add_assessment(firm, {"staff_total": 0.1}, record("ineligible"))
    at += timedelta(days=1)
    said = {"probability": 0.62, "interval": [0.45, 0.77]}
    latest = local.add_assessment(firm, {}, record("eligible", readiness=said), "f" * 64)
    local.add_assessment(firm, {}, record("ineligible", scheme="tech_sme"))
    row = local.firm(firm)
    assert (row["verdict"], row["probability"], row["assessed_at"]) == ("eligible", 0.62, at)
    assert (row["probability_low"], row["probability_high"]) == (0.45, 0.77)
    assert (row["score_low"], row["score_high"], row["first_gap"]) == (71.5, 88.0, None)
    assert row["version"] == 1, "judging a firm does not disturb who edits it"
    line = local.assessments(firm)
    assert [held["verdict"] for held in line] == ["ineligible", "eligible", "ineligible"]
    whole = local.assessment(latest)
    assert whole["record"] == record("eligible", readiness=said)
    assert whole["model_hash"] == "f" * 64
    with pytest.raises(InputError):
        local.add_assessment(firm, {}, {"verdict": "eligible"})


def test_training_reads_the_inputs_at_application_of_decided_ones_only(local: Repository) -> None:
    firm = local.add_firm({"name": "甲"})
    basis = local.add_assessment(firm, {"name": "甲", "staff_total": 140}, record())
    local.add_assessment(firm, {"name": "甲", "staff_total": 150}, record())
    local.save_outcome(firm, 2024, {"certified": True}, 0)
    local.save_outcome(firm, 2025, {"assessment_id": basis}, 0)
    assert local.past_applications() == []
    reason = {"certified": False, "rejection_reason": "研发费用"}
    local.save_outcome(firm, 2025, reason, 1)
    assert local.past_applications() == [
        {"name": "甲", "staff_total": 140, "applied_year": 2025, **reason}
    ]


def test_filters_find_what_they_say_and_nothing_else(local: Repository) -> None:
    carrier = local.add_carrier("园")
    names = {"100%": None, "a_b": None, "axb": None, "ABC": carrier, "'; DROP TABLE firms;--": None}
    ids = {
        name: local.add_firm({"name": name, "carrier_id": held, "district": f"区{name}"})
        for name, held in names.items()
    }
    local.add_assessment(ids["axb"], {}, record("ineligible"))
    local.set_stage([ids["a_b"]], "ready")

    def found(**asked: Any) -> set[str]:
        page = local.firms_page(FirmFilter(**asked))
        frame = local.firms_frame(FirmFilter(**asked))
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
        local.firms_page(sort="name; DROP TABLE firms")


def test_pages_together_are_the_whole_list_in_order_with_blanks_last(local: Repository) -> None:
    ids = [local.add_firm({"name": "同名", "district": d}) for d in ("b", None, "a", None, "b")]
    for descending, order in ((False, [2, 0, 4, 1, 3]), (True, [0, 4, 2, 1, 3])):
        pages = [
            local.firms_page(sort="district", descending=descending, limit=2, offset=at)
            for at in (0, 2, 4)
        ]
        assert [row["id"] for page in pages for row in page.rows] == [ids[at] for at in order]
        assert {page.count for page in pages} == {5}


def test_the_next_day_of_a_firm_is_that_of_its_nearest_open_task(local: Repository) -> None:
    firm, other = local.add_firm({"name": "甲"}), local.add_firm({"name": "乙"})
    done = local.add_task(firm, {"title": "a", "due_on": date(2026, 1, 1)})
    local.add_task(firm, {"title": "b", "due_on": date(2026, 3, 1)})
    local.add_task(firm, {"title": "c", "due_on": date(2026, 2, 1)})
    local.add_task(other, {"title": "d"})
    local.save_task(done, {"done": True}, 1)
    assert local.firm(firm)["next_due"] == date(2026, 2, 1)
    frame = local.firms_frame()
    assert frame["next_due"][list(frame["id"]).index(firm)] == np.datetime64("2026-02-01")
    assert np.isnat(frame["next_due"][list(frame["id"]).index(other)])
    assert [row["title"] for row in local.deadlines(date(2026, 2, 15))] == ["c"]


def test_the_overview_counts_add_up(local: Repository) -> None:
    carrier = local.add_carrier("园")
    made = [
        local.add_firm({"name": "x", "carrier_id": carrier if n < 3 else None}) for n in range(5)
    ]
    local.add_assessment(made[0], {}, record("eligible"))
    local.add_assessment(made[1], {}, record("ineligible"))
    local.set_stage(made[:2], "certified")
    assert local.funnel() == {
        stage: {"surveyed": 3, "certified": 2}.get(stage, 0) for stage in Stage
    }
    assert local.counts("carrier") == [
        {"group": "园", "firms": 3, "eligible": 1, "undetermined": 0, "ineligible": 1, "certified": 2},
        {"group": None, "firms": 2, "eligible": 0, "undetermined": 0, "ineligible": 0, "certified": 0},
    ]  # fmt: skip
    local.set_target(2026, 50, 0)
    local.save_outcome(made[0], 2026, {"certified": True}, 0)
    local.save_outcome(made[1], 2026, {"certified": False}, 0)
    assert [(row["number"], row["applied"], row["certified"]) for row in local.targets()] == [
        (50, 2, 1)
    ]
    actions = [row["action"] for row in local.changes(datetime(2020, 1, 1, tzinfo=UTC))]
    assert actions.count("add firm") == 5
    assert actions[0] == "save outcome"


def test_every_change_leaves_a_line_that_says_who_and_what(local: Repository) -> None:
    firm = local.add_firm({"name": "甲"})
    local.save_firm(firm, {"name": "乙"}, 1)
    local.save_figures(firm, 2026, {"staff_total": 140}, 0)
    local.save_figures(firm, 2026, {"st_staff": 12}, 1)
    last, first, named, _ = local.audit_trail(firm)
    assert last["detail"]["changed"] == {"st_staff": [None, 12], "staff_total": [140, None]}
    assert first["detail"]["changed"] == {"staff_total": [None, 140]}
    assert named["detail"]["changed"] == {"name": ["甲", "乙"]}
    assert named["role"] == "local"


# --- drafts -------------------------------------------------------------------------------------


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
    code, _ = local.new_draft({"name": "甲"})
    for typed in (
        code,
        code.lower(),
        code.replace("-", " "),
        code.replace("1", "l").replace("0", "O"),
    ):
        assert local.draft(typed)["state"] == {"name": "甲"}
    flipped = code[:-1] + ("A" if code[-1] != "A" else "B")
    for wrong in (flipped, code[:-1], "", "%", code_hash(code), new_code()):
        with pytest.raises(NotFound):
            local.draft(wrong)
    with engine.connect() as connection:
        held = str(connection.exec_driver_sql("SELECT * FROM drafts").all())
        held += str(connection.exec_driver_sql("SELECT * FROM audit_log").all())
    assert code not in held
    assert code.replace("-", "") not in held
    assert code_hash(code) in held


def test_a_shared_draft_says_to_whom_by_which_words_and_when_until_it_is_withdrawn(
    local: Repository,
) -> None:
    code, draft = local.new_draft({"name": "甲"})
    assert local.shared_drafts() == []
    with pytest.raises(NotFound):
        local.share_draft(code, 999, "同意")
    carrier = local.add_carrier("园")
    local.share_draft(code, carrier, "同意给园")
    (shared,) = local.shared_drafts()
    assert (shared["carrier"], shared["consent"]) == ("园", "同意给园")
    assert shared["consent_at"] is not None
    assert local.shared_draft(draft)["state"] == {"name": "甲"}
    local.withdraw_draft(code)
    assert local.shared_drafts() == []
    local.delete_draft(code)
    with pytest.raises(NotFound):
        local.draft(code)


# --- imports ------------------------------------------------------------------------------------


def test_an_import_adds_what_is_new_and_keeps_what_the_file_leaves_blank(local: Repository) -> None:
    carrier = local.add_carrier("园")
    old = local.add_firm({"name": "旧", "uscc": "91150105XNBU6HUA33", "district": "区",
                          "carrier_id": carrier})  # fmt: skip
    local.save_figures(old, 2026, {"staff_total": 140, "st_staff": 12}, 0)
    rows = [
        (facts("91150105XNBU6HUA33", "新名", staff_total=150), record("ineligible")),
        (facts("91150100XNYLK3H19E", "另一", carrier="新园"), record("undetermined")),
        (facts(None, "无码甲"), None),
        (facts(None, "无码乙"), None),
    ]
    made = local.stage_import(
        "f.xlsx", rows, [{"row": 9, "why": "坏"}], remarks=[{"row": 2, "why": "空"}]
    )
    before = local.firms_page().count
    held = local.staged_import(made)
    assert [row["firm_id"] for row in held["rows"]] == [old, None, None, None]
    assert [row["would"] for row in held["rows"]] == ["change", "add", "add", "add"]
    assert held["rejected"] == [{"row": 9, "why": "坏"}]
    assert held["remarks"] == [{"row": 2, "why": "空"}]
    assert (before, held["accepted"]) == (1, 4)
    assert local.confirm_import(made) == (3, 1, 2, 0)
    assert local.confirm_import(made) == (3, 1, 2, 0), "again is harmless"
    assert local.firms_page().count == 4
    row = local.firm(old)
    assert (row["name"], row["district"], row["verdict"]) == ("新名", "区", "ineligible")
    kept = local.figures(old, 2026)
    assert (kept.value["staff_total"], kept.value["st_staff"], kept.version) == (150, 12, 2)
    assert [line["verdict"] for line in local.assessments(old)] == ["ineligible"]
    assert local.assessment(local.assessments(old)[0]["id"])["record"] == record("ineligible")
    assert {row["name"] for row in local.carriers()} == {"园", "新园"}
    assert local.audit_trail(old)[0]["action"] == "import"


def test_one_firm_twice_in_one_file_is_one_firm_with_both_assessments(local: Repository) -> None:
    rows = [
        (facts("91150105XNBU6HUA33", "甲", staff_total=1), record("ineligible")),
        (facts("91150105XNBU6HUA33", "甲", st_staff=2), record("eligible")),
    ]
    for done in ((1, 0, 2, 0), (0, 1, 2, 0)):
        assert local.confirm_import(local.stage_import("f", rows)) == done
    (row,) = local.firms_page().rows
    assert row["verdict"] == "eligible"
    held = local.figures(row["id"], 2026).value
    assert (held["staff_total"], held["st_staff"]) == (1, 2)
    assert len(local.assessments(row["id"])) == 4


def test_a_row_that_tells_nothing_new_adds_nothing_and_is_counted(local: Repository) -> None:
    same = (facts("91150105XNBU6HUA33", "甲", staff_total=1, district="区"), record("ineligible"))
    rows = [same, (facts("91150100XNYLK3H19E", "乙"), record())]
    local.confirm_import(local.stage_import("f", rows))
    first, second = (
        local.firm_ids([code])[code] for code in (rows[0][0]["uscc"], rows[1][0]["uscc"])
    )

    def left() -> Any:
        return (
            local.firm(first),
            local.figures(first, 2026),
            local.assessments(first),
            local.audit_trail(first),
        )

    def would() -> list[str]:
        made = local.stage_import("f", rows)
        said = [row["would"] for row in local.staged_import(made)["rows"]]
        local.discard_import(made)
        return said

    before = left()
    assert would() == ["nothing", "nothing"]
    rows[1] = (facts("91150100XNYLK3H19E", "乙", staff_total=9), record("undetermined"))
    assert would() == ["nothing", "change"]
    assert local.confirm_import(local.stage_import("f", rows)) == (0, 1, 1, 1)
    assert left() == before
    assert local.firm(second)["verdict"] == "undetermined"
    # back to what it was: an older assessment is no reason not to keep this one
    rows[1] = (facts("91150100XNYLK3H19E", "乙", staff_total=9), record())
    assert local.confirm_import(local.stage_import("f", rows)) == (0, 1, 1, 1)
    assert local.firm(second)["verdict"] == "eligible"
    # the same facts judged otherwise, as after a new model or edition
    rows[1] = (rows[1][0], record(note="new model"))
    assert would() == ["nothing", "judge"]
    assert local.confirm_import(local.stage_import("f", rows)) == (0, 1, 1, 1)
    assert local.figures(second, 2026).version == 2
    # a name told anew is a change, though nothing is judged
    moved = [(facts("91150105XNBU6HUA33", "甲新", staff_total=1, district="区"), None), rows[1]]
    assert local.confirm_import(local.stage_import("f", moved)) == (0, 1, 0, 1)
    assert local.firm(first)["name"] == "甲新"


def test_a_row_without_a_code_is_known_again_by_the_very_same_figures_only(
    local: Repository,
) -> None:
    row = facts(None, "无码", staff_total=1)
    for done in ((1, 0, 1, 0), (0, 0, 0, 1)):
        assert local.confirm_import(local.stage_import("f", [(row, record())])) == done
    other = local.stage_import("f", [({**row, "staff_total": 2}, record())])
    assert local.confirm_import(other) == (1, 0, 1, 0)
    nameless = facts(None, "", staff_total=1)
    for _ in range(2):
        assert local.confirm_import(local.stage_import("f", [(nameless, None)])) == (1, 0, 0, 0)


def test_a_code_at_several_carriers_must_be_told_apart_by_the_file(local: Repository) -> None:
    for carrier in (local.add_carrier("园"), local.add_carrier("区")):
        local.add_firm({"name": "甲", "uscc": "91150105XNBU6HUA33", "carrier_id": carrier})
    vague = local.stage_import("f", [(facts("91150105XNBU6HUA33", "乙"), None)])
    with pytest.raises(InputError):
        local.confirm_import(vague)
    assert {row["name"] for row in local.firms_page().rows} == {"甲"}
    local.discard_import(vague)
    clear = local.stage_import("f", [(facts("91150105XNBU6HUA33", "乙", carrier="区"), None)])
    assert local.confirm_import(clear) == (0, 1, 0, 0)
    assert {(row["name"], row["carrier"]) for row in local.firms_page().rows} == {
        ("甲", "园"),
        ("乙", "区"),
    }


def test_a_firm_without_a_carrier_goes_to_the_one_that_a_file_names(local: Repository) -> None:
    firm = local.add_firm({"name": "甲", "uscc": "91150105XNBU6HUA33"})
    row = facts("91150105XNBU6HUA33", "甲", carrier="园")
    for done in ((0, 1, 0, 0), (0, 0, 0, 1)):
        assert local.confirm_import(local.stage_import("f", [(row, None)])) == done
    assert local.firm(firm)["carrier"] == "园"
    assert local.firms_page().count == 1


def test_an_import_that_breaks_off_while_it_is_read_leaves_nothing(local: Repository) -> None:
    def rows() -> Any:
        yield from ((facts(None, "甲"), None) for _ in range(2500))
        yield {"name": "乙"}, None

    with pytest.raises(InputError):
        local.stage_import("f", rows())
    assert local.imports() == []


def test_a_discarded_import_cannot_be_confirmed_nor_a_confirmed_one_discarded(
    local: Repository,
) -> None:
    gone, kept = (local.stage_import("f", [(facts(None, "甲"), None)]) for _ in range(2))
    local.discard_import(gone)
    local.discard_import(gone)
    with pytest.raises(Conflict):
        local.confirm_import(gone)
    local.confirm_import(kept)
    with pytest.raises(Conflict):
        local.discard_import(kept)
    assert local.firms_page().count == 1
    assert [row["status"] for row in local.imports()] == ["confirmed", "discarded"]


def test_rows_that_break_off_are_not_there_and_hold_no_other_writer_up(local: Repository) -> None:
    def rows() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        yield facts(None, "甲"), record()
        local.add_firm({"name": "someone else's"})
        assert local.imports() == []
        raise RuntimeError("the file cannot be read on")

    with pytest.raises(RuntimeError):
        local.stage_import("firms.csv", rows())
    assert local.imports() == []
    assert [row["name"] for row in local.firms_page().rows] == ["someone else's"]
    with local._reading() as connection:
        assert connection.scalar(select(func.count()).select_from(staged)) == 0


def test_applicants_come_with_their_latest_facts_that_are_not_of_a_later_year(
    local: Repository,
) -> None:
    firm, blank, decided, surveyed = (local.add_firm({"name": name}) for name in "甲乙丙丁")
    for year in (2024, 2026, 2027):
        local.save_figures(firm, year, {"staff_total": year}, 0)
    local.save_figures(decided, 2026, {"staff_total": 1}, 0)
    local.set_stage([firm, blank, decided], Stage.READY)
    local.save_outcome(decided, 2026, {"certified": False}, 0)
    local.save_outcome(firm, 2026, {"certified": None}, 0)
    stages = [Stage.READY, Stage.APPLIED, Stage.NURTURED]
    rows = local.applicants(2026, stages)
    assert [(row["id"], row["facts_year"]) for row in rows] == [(firm, 2026), (blank, None)]
    assert rows[0]["facts"] == {"staff_total": 2026}
    assert rows[0]["stage"] == Stage.APPLIED
    assert [row["facts_year"] for row in local.applicants(2025, stages)] == [2024, None, None]
    assert [row["id"] for row in local.applicants(2026, [Stage.SURVEYED])] == [surveyed]
    assert local.applicants(2026, []) == []


def test_certificates_are_those_of_certified_applications_only(local: Repository) -> None:
    firm = local.add_firm({"name": "甲"})
    local.save_outcome(firm, 2022, {"certified": False}, 0)
    local.save_outcome(firm, 2023, {"certified": True, "certified_on": date(2023, 11, 9)}, 0)
    local.save_outcome(firm, 2026, {"certified": None}, 0)
    assert local.certificates() == [
        {
            "firm_id": firm,
            "applied_year": 2023,
            "certified_on": date(2023, 11, 9),
            "expires_on": None,
        }
    ]


def test_every_change_of_what_the_year_reads_changes_the_mark_of_the_store(
    local: Repository,
) -> None:
    firm = local.add_firm({"name": "甲"})
    marks = [local.last_change()]
    for change in (
        lambda: local.save_figures(firm, 2026, {"staff_total": 1}, 0),
        lambda: local.set_stage([firm], Stage.READY),
        lambda: local.save_outcome(firm, 2023, {"certified": True}, 0),
        lambda: local.save_firm(firm, {"name": "乙"}, local.firm(firm)["version"]),
        lambda: local.set_target(2026, 50, 0),
        lambda: local.confirm_import(local.stage_import("f.csv", [(facts(None, "丙"), None)])),
    ):
        change()
        marks.append(local.last_change())
    assert len(set(marks)) == len(marks)
    assert local.last_change() == marks[-1]


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
        visitor.new_draft(state)
    code, _ = visitor.new_draft(full())
    with pytest.raises(InputError, match=why):
        visitor.save_draft(code, state, 1)
    assert visitor.draft(code)["state"] == full()
    assert visitor.draft(code)["version"] == 1


def test_a_draft_at_its_limits_is_kept_whole(engine: Engine) -> None:
    visitor = Repository(engine, VISITOR)
    rows = [{"name": "甲" * LONGEST_TEXT}] * (MOST_ROWS // 2)
    code, _ = visitor.new_draft(full(ledgers={"ip": rows + [{"name": "x"}] * (MOST_ROWS // 2)}))
    assert len(visitor.draft(code)["state"]["ledgers"]["ip"]) == MOST_ROWS


def test_who_begins_drafts_without_end_has_to_wait_and_nobody_else_does(engine: Engine) -> None:
    at = [datetime(2026, 5, 1, 8, tzinfo=UTC)]

    def come(**who: object) -> Repository:
        return Repository(engine, Actor(Role.FIRM, **who), clock=lambda: at[0])  # type: ignore[arg-type]

    chief = Repository(engine, Actor(Role.ADMINISTRATOR))
    mine, theirs = (chief.add_account(login, None, "manager") for login in ("a", "b"))
    for one, other in [
        (come(source="here"), come(source="there")),
        (come(), come(source="elsewhere")),
        (come(account_id=mine), come(account_id=theirs)),
    ]:
        codes = [one.new_draft(full())[0] for _ in range(MOST_NEW)]
        with pytest.raises(NotAllowed, match=f"{MOST_NEW} self-assessments were begun from here"):
            one.new_draft(full())
        assert one.save_draft(codes[0], full(step="rd"), 1) == 2, "what is begun goes on"
        other.new_draft(full())
        at[0] += WITHIN
        one.new_draft(full())
    local = Repository(engine, LOCAL)
    for _ in range(MOST_NEW + 1):
        local.new_draft(full())


def test_where_a_visitor_comes_from_is_kept_as_a_hash_and_told_to_nobody(engine: Engine) -> None:
    accounts = Accounts(engine, b"k" * 32)
    source = accounts.source_of("198.51.100.7")
    assert "198.51.100" not in source
    assert source != Accounts(engine, b"l" * 32).source_of("198.51.100.7")
    visitor = Repository(engine, Actor(Role.FIRM, source=source))
    code, _ = visitor.new_draft(full())
    assert source not in str(visitor.draft(code))


def test_notes_titles_and_remarks_are_as_long_as_a_person_writes(local: Repository) -> None:
    firm = local.add_firm({"name": "甲"})
    with pytest.raises(InputError, match="2001 characters; at most 2000"):
        local.add_note(firm, "x" * (LONGEST_NOTE + 1))
    with pytest.raises(InputError, match="301 characters; at most 300"):
        local.add_task(firm, {"title": "x" * (LONGEST_TITLE + 1)})
    with pytest.raises(InputError, match="2001 characters"):
        local.save_document(firm, "a", "missing", 0, "x" * (LONGEST_NOTE + 1))
    task = local.add_task(firm, {"title": "x" * LONGEST_TITLE})
    with pytest.raises(InputError, match="301 characters"):
        local.save_task(task, {"title": "x" * (LONGEST_TITLE + 1)}, 1)
    local.add_note(firm, "x" * LONGEST_NOTE)
    assert len(local.notes(firm)) == 1
    assert local.documents(firm) == []


@pytest.mark.parametrize("text", ["half a \ud800 pair", "a NUL \0"])
def test_a_text_that_a_database_cannot_hold_is_named_with_its_field(
    local: Repository, text: str
) -> None:
    firm = local.add_firm({"name": "甲"})
    for field, action in {
        "name": lambda: local.add_firm({"name": text}),
        "text": lambda: local.add_note(firm, text),
        "title": lambda: local.add_task(firm, {"title": text}),
        "remark": lambda: local.save_document(firm, "x", "asked", 0, text),
        "rejection_reason": lambda: local.save_outcome(firm, 2026, {"rejection_reason": text}, 0),
    }.items():
        with pytest.raises(InputError, match=f"^{field} holds a character that is no text"):
            action()


def test_a_text_that_is_none_within_facts_is_named_by_what_is_before_it(local: Repository) -> None:
    firm = local.add_firm({"name": "甲"})
    with pytest.raises(InputError, match=r'after: \{"name":"甲'):
        local.save_figures(firm, 2026, {"name": "甲\ud800"}, 0)
    with pytest.raises(InputError, match="number without end"):
        local.add_assessment(firm, {}, {**record(), "score": {"low": math.inf, "high": 1.0}})


@pytest.mark.parametrize("number", [1e30, 10**30, 2**31, 2.5, math.nan, math.inf])
def test_a_number_that_a_column_cannot_hold_is_named_with_its_field(
    local: Repository, number: Any
) -> None:
    with pytest.raises(
        InputError, match=r"^number: .* expected a whole number up to 2,147,483,647"
    ):
        local.set_target(2026, number, 0)
    assert local.set_target(2026, 2**31 - 1, 0)
