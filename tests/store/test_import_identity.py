"""A file read again: firms that moved, were renamed, have no code; what changed is told afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from eligibility.domain.errors import Conflict, NotFound
from eligibility.store import LOCAL, PairReason, Repository, Role, System
from eligibility.store.import_matching import Decision
from tests.store.test_identity import counts
from tests.store.two_carriers import facts, record

PARKS = ("云谷众创空间", "青城孵化器", "如意加速器")
ROWS, RENAMED, MOVED, CODELESS, BLANKS = 199, 8, 20, 3, 15


@pytest.fixture
def local(engine: Engine) -> Repository:
    return Repository(engine, LOCAL)


def row(number: int, **changes: Any) -> dict[str, Any]:
    """A firm of the register as a quarter's file tells it."""
    told = {
        "uscc": f"9115{number:014d}",
        "name": f"呼和浩特市云{number:03d}科技有限公司",
        "carrier": PARKS[number % 3],
        "staff_total": 100 + number,
        "st_staff": 10,
        **changes,
    }
    return facts(
        **{name: value for name, value in told.items() if value is not None}
        | {"uscc": told["uscc"]}
    )


def stage(
    local: Repository, rows: list[dict[str, Any]], verdicts: Mapping[int, str] | None = None
) -> int:
    judged = verdicts or {}
    return local.imports.stage(
        "f.xlsx",
        [
            (each, record(judged.get(place, "undetermined"), note=str(each), findings=[
                {"id": "rd_intensity", "status": "met" if judged.get(place) == "eligible" else "unmet"}
            ]))
            for place, each in enumerate(rows)
        ],
    )  # fmt: skip


def next_quarter() -> list[dict[str, Any]]:
    """The same firms: eight renamed, twenty elsewhere, three without their code, fifteen blanks."""
    rows = []
    for number in range(ROWS):
        changes: dict[str, Any] = {"staff_total": 101 + number}
        if number < RENAMED:
            changes["name"] = f"呼和浩特市云{number:03d}科技股份有限公司"
        elif number < RENAMED + MOVED:
            changes["carrier"] = PARKS[(number + 1) % 3]
        elif number < RENAMED + MOVED + CODELESS:
            changes["uscc"] = None
        elif number < RENAMED + MOVED + CODELESS + BLANKS:
            changes["st_staff"] = None
        rows.append(row(number, **changes))
    return rows


def test_the_same_firms_a_quarter_later_are_no_firm_twice_and_nothing_is_lost(
    engine: Engine,
) -> None:
    local = Repository(engine, LOCAL)
    local.imports.confirm(stage(local, [row(number) for number in range(ROWS)]))
    assert set(counts(local).values()) == {ROWS}
    before = {each["uscc"]: each for each in local.firms.page(limit=ROWS).rows}
    made = stage(local, next_quarter())
    held = local.imports.preview(made, limit=50, offset=0)
    assert (held["known"], held["moved"], held["renamed"], held["doubtful"]) == (
        ROWS - CODELESS, MOVED, RENAMED, CODELESS,
    )  # fmt: skip
    assert held["new_carriers"] == []
    # what changed of each row, old and new
    renamed, moved, doubtful = held["rows"][0], held["rows"][RENAMED], held["rows"][RENAMED + MOVED]
    assert renamed["changes"]["name"] == [
        "呼和浩特市云000科技有限公司", "呼和浩特市云000科技股份有限公司",
    ]  # fmt: skip
    assert renamed["changes"]["staff_total@2025"] == [100, 101]
    assert moved["changes"]["carrier"] == [PARKS[RENAMED % 3], PARKS[(RENAMED + 1) % 3]]
    assert (doubtful["firm_id"], doubtful["would"]) == (None, "add")
    assert doubtful["candidate"]["uscc"] == f"9115{RENAMED + MOVED:014d}"
    # every row can be looked at
    pages = [
        local.imports.preview(made, limit=50, offset=each)["rows"] for each in (0, 50, 100, 150)
    ]
    assert len({each["place"] for page in pages for each in page}) == ROWS
    # one of the three is decided, the others are left for later
    local.imports.decide(made, {doubtful["place"]: Decision.SAME})
    shown = local.imports.preview(made, kind="doubtful")
    assert [each["decision"] for each in shown["rows"]] == ["same", None, None]
    assert (shown["known"], shown["new"]) == (ROWS - CODELESS + 1, CODELESS - 1)
    for kind, number in (("moved", MOVED), ("renamed", RENAMED)):
        assert len(local.imports.preview(made, kind=kind)["rows"]) == number
    assert local.imports.confirm(made).added == CODELESS - 1
    assert set(counts(local).values()) == {ROWS}
    after = {each["uscc"]: each for each in local.firms.page(limit=ROWS + 9).rows}
    assert after.keys() == before.keys()
    assert {uscc: each["id"] for uscc, each in after.items()} == {
        uscc: each["id"] for uscc, each in before.items()
    }
    for number in range(ROWS):
        each = after[f"9115{number:014d}"]
        years = local.records.figures(each["id"], 2026).value
        undecided = RENAMED + MOVED < number < RENAMED + MOVED + CODELESS
        assert years["staff_total"] == (100 if undecided else 101) + number
        assert years["st_staff"] == 10, "a blank takes nothing away"
    first = after[f"9115{0:014d}"]
    assert local.identity.history(first["id"])["names"][0]["name"] == "呼和浩特市云000科技有限公司"
    eighth = local.identity.history(after[f"9115{RENAMED:014d}"]["id"])
    assert [each["name"] for each in eighth["carriers"]] == [PARKS[RENAMED % 3]]
    pairs = local.identity.pairs()
    assert {each["reason"] for each in pairs} == {PairReason.NAME}
    for pair in pairs:
        versions = {pair[side]["id"]: pair[side]["version"] for side in ("firm", "other")}
        local.identity.merge(pair["other"]["id"], pair["firm"]["id"], {}, versions)
    assert set(counts(local).values()) == {ROWS}
    number = RENAMED + MOVED + 1
    facts_now = local.records.figures(after[f"9115{number:014d}"]["id"], 2026).value
    assert facts_now["staff_total"] == 101 + number


def test_a_person_decides_that_a_firm_stays_or_is_another_one(local: Repository) -> None:
    local.imports.confirm(stage(local, [row(0), row(1)]))
    again = [row(0, carrier=PARKS[1]), row(1, uscc=None, staff_total=5)]
    made = stage(local, again)
    local.imports.decide(made, {1: Decision.STAY, 2: "new"})
    held = local.imports.preview(made)
    assert [each["changes"].get("carrier") for each in held["rows"]] == [None, None]
    local.imports.confirm(made)
    assert local.firms.page().count == 3
    assert local.identity.pairs() == []
    first = local.firms.ids_by_code([f"9115{0:014d}"])[f"9115{0:014d}"]
    assert local.firms.get(first)["carrier"] == PARKS[0]
    with pytest.raises(Conflict):
        local.imports.decide(made, {1: None})
    with pytest.raises(NotFound):
        local.imports.decide(stage(local, [row(7)]), {9: Decision.NEW})


def test_a_row_with_a_code_is_proposed_for_the_firm_of_its_name_that_has_none(
    local: Repository,
) -> None:
    local.imports.confirm(stage(local, [row(0, uscc=None)]))
    made = stage(local, [row(0)])
    (each,) = local.imports.preview(made)["rows"]
    assert each["candidate"]["name"] == each["name"]
    local.imports.decide(made, {1: Decision.SAME})
    assert local.imports.preview(made)["rows"][0]["changes"]["uscc"] == [None, f"9115{0:014d}"]
    local.imports.confirm(made)
    (firm,) = local.firms.page().rows
    assert firm["uscc"] == f"9115{0:014d}"


def test_carriers_that_a_file_would_make_are_named_before(local: Repository) -> None:
    made = stage(local, [row(0), row(1), row(2), row(3)])
    assert local.imports.preview(made)["new_carriers"] == sorted(PARKS)
    local.imports.confirm(made)
    assert {each["name"] for each in local.administration.carriers()} == set(PARKS)


def test_an_advisers_file_takes_no_firm_from_another_carrier(local: Repository) -> None:
    local.imports.confirm(stage(local, [row(0)]))
    hub = local.administration.add_carrier("另一孵化器")
    adviser = Repository(local.engine, System(Role.ADVISER, carrier_id=hub))
    made = stage(adviser, [row(0, staff_total=7)])
    held = adviser.imports.preview(made)
    assert (held["known"], held["rows"][0]["candidate"], held["new_carriers"]) == (0, None, [])
    adviser.imports.confirm(made)
    assert adviser.firms.page().count == local.firms.page().count == 1
    (pair,) = local.identity.pairs()
    assert pair["reason"] == PairReason.CODE
    first = local.records.figures(pair["other"]["id"], 2026).value
    assert first["staff_total"] == 100


def test_what_an_import_changed_is_told_firm_by_firm_and_which_are_missing(
    local: Repository,
) -> None:
    rows = [row(number) for number in range(4)]
    local.imports.confirm(stage(local, rows, {0: "eligible", 1: "ineligible", 2: "eligible"}))
    later = [row(0, staff_total=7), row(1), row(2), row(9)]
    made = stage(local, later, {0: "ineligible", 1: "eligible", 2: "eligible", 3: "eligible"})
    local.imports.confirm(made)
    told = local.imports.changes(made)
    by_code = {each["uscc"][-1]: each for each in told["firms"]}
    assert by_code["9"]["added"]
    assert by_code["9"]["before"] is None
    assert by_code["0"]["changed"] == {"figures": {"staff_total@2025": [100, 7]}}
    turns = {
        each: (by_code[each]["before"]["verdict"], by_code[each]["after"]["verdict"])
        for each in "012"
    }
    assert turns == {
        "0": ("eligible", "ineligible"), "1": ("ineligible", "eligible"),
        "2": ("eligible", "eligible"),
    }  # fmt: skip
    assert by_code["0"]["before"]["findings"] == {"rd_intensity": "met"}
    assert by_code["0"]["after"]["findings"] == {"rd_intensity": "unmet"}
    assert [each["uscc"][-1] for each in told["missing"]] == ["3"]
    lines = local.overview.changes(datetime(2020, 1, 1, tzinfo=UTC))
    changed = [
        line["detail"].get("changed")
        for line in lines
        if line["firm_id"] == by_code["0"]["firm_id"]
    ]
    assert {"staff_total@2025": [100, 7]} in changed
