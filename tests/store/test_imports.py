"""A file adds what is new, once, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from eligibility.domain.errors import Conflict, InputError
from eligibility.store import LOCAL, AuditAction, Repository
from eligibility.store.schema import staged
from tests.store.conftest import emptied, engine_on
from tests.store.two_carriers import facts, record


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


def test_postgresql_plans_by_the_firms_that_an_import_has_just_added(
    postgresql_store: str,
) -> None:
    with engine_on(emptied(postgresql_store)) as engine:
        local = Repository(engine, LOCAL)
        made = local.imports.stage("f", [(facts(None, f"公司 {n}"), None) for n in range(70)])
        local.imports.confirm(made)
        with engine.connect() as connection:
            known = "SELECT reltuples FROM pg_class WHERE relname = 'firms'"
            assert connection.exec_driver_sql(known).scalar() == 70
            assert connection.exec_driver_sql("SHOW jit").scalar() == "off"
