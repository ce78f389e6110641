"""One firm is one file: codes, names and carriers by date; merges lose nothing and can be undone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from eligibility.domain.errors import Conflict, InputError, NotFound
from eligibility.store import (
    LOCAL,
    AuditAction,
    FirmFilter,
    PairReason,
    Repository,
    Role,
    Stage,
    System,
    open_store,
)
from eligibility.store.engine import connect, migrate
from eligibility.store.schema import STAGE_WORDS, firms, metadata
from tests.store.two_carriers import record

CODE, OTHER_CODE = "91150105XNBU6HUA33", "91150100XNYLK3H19E"
NAME = "霁翊珞科技有限公司"
RENAMED = "霁翊珞科技股份有限公司"


@pytest.fixture
def local(engine: Engine) -> Repository:
    return Repository(engine, LOCAL)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


def two_files(local: Repository) -> tuple[int, int]:
    """One firm at two carriers, with figures, an application and casework in both files."""
    park, hub = (local.administration.add_carrier(name) for name in ("甲园", "乙园"))
    first = local.firms.add({"name": NAME, "uscc": CODE, "carrier_id": park, "district": "区"})
    second = local.firms.add({"name": RENAMED, "uscc": CODE, "carrier_id": hub, "industry": "业"})
    local.records.save_figures(first, 2025, {"staff_total": 1, "st_staff": 7}, 0)
    local.records.save_figures(first, 2026, {"staff_total": 10}, 0)
    local.records.save_figures(second, 2026, {"staff_total": 11, "net_assets_y3": 5}, 0)
    local.applications.save_outcome(first, 2026, {"certified": None, "batch": "一"}, 0)
    local.applications.save_outcome(
        second, 2026, {"certified": True, "certificate_number": "GR"}, 0
    )
    for firm, verdict, day in (
        (first, "ineligible", "2025-05-10"),
        (second, "eligible", "2026-05-10"),
    ):
        local.records.add_assessment(firm, {"name": NAME}, record(verdict, as_of=day))
        local.casework.add_note(firm, verdict)
        local.casework.add_task(firm, {"title": verdict, "due_on": date(2026, 12, 1)})
        local.records.save_ledger(firm, "ip", [{"title": verdict}], 0)
        local.documents.save(firm, "章程", {"status": "asked"}, 0)
    return first, second


def versions(local: Repository, *ids: int) -> dict[int, int]:
    return {each: local.firms.get(each)["version"] for each in ids}


def merged(local: Repository, first: int, second: int, **values: Any) -> int:
    return local.identity.merge(first, second, values, versions(local, first, second))


def contents(local: Repository, firm: int) -> Any:
    """All that a file tells, without versions and moments of change."""
    row = local.firms.get(firm)
    names = (
        "name",
        "uscc",
        "carrier",
        "district",
        "industry",
        "stage",
        "verdict",
        "score_low",
        "adviser_id",
    )
    told = {name: row[name] for name in names}
    told["figures"] = {y: local.records.figures(firm, y).value for y in local.records.years(firm)}
    told["ip"] = local.records.ledger(firm, "ip").value
    told["outcomes"] = [
        {k: v for k, v in each.items() if k not in ("version", "changed_at")}
        for each in local.applications.outcomes(firm)
    ]
    told["assessments"] = [each["id"] for each in local.records.assessments(firm)]
    told["notes"] = sorted(each["text"] for each in local.casework.notes(firm))
    told["tasks"] = [each["id"] for each in local.casework.tasks(firm)]
    return told


def counts(local: Repository) -> Any:
    """How many firms each place that counts them says."""
    funnel = local.overview.funnel()
    return {
        "list": local.firms.page().count,
        "columns": len(local.firms.frame()["id"]),
        "funnel": sum(funnel.values()),
        "groups": sum(row["firms"] for row in local.overview.counts("carrier")),
    }


def test_a_credit_code_is_one_firm_in_every_count_however_many_carriers_hold_it(
    local: Repository,
) -> None:
    first, second = two_files(local)
    assert set(counts(local).values()) == {1}
    assert [row["certified"] for row in local.administration.targets()] == [1]
    (pair,) = local.identity.pairs()
    assert (pair["reason"], pair["firm"]["id"], pair["other"]["id"]) == (
        PairReason.CODE, second, first,
    )  # fmt: skip
    assert (pair["firm"]["carrier"], pair["other"]["carrier"]) == ("乙园", "甲园")
    with pytest.raises(InputError, match="One credit code is one firm"):
        local.identity.set_apart(pair["id"])


def test_a_merge_keeps_everything_and_its_undoing_brings_all_of_it_back(local: Repository) -> None:
    first, second = two_files(local)
    before = contents(local, first), contents(local, second)
    merge = merged(
        local, first, second, name=RENAMED, carrier_id=local.firms.get(second)["carrier_id"]
    )
    now = contents(local, first)
    assert (now["name"], now["carrier"], now["uscc"]) == (RENAMED, "乙园", CODE)
    assert (now["district"], now["industry"], now["stage"]) == ("区", "业", "certified")
    assert now["figures"] == {
        2025: {"staff_total": 1, "st_staff": 7}, 2026: {"staff_total": 11, "net_assets_y3": 5},
    }  # fmt: skip
    (outcome,) = now["outcomes"]
    assert (outcome["certified"], outcome["batch"], outcome["certificate_number"]) == (
        True,
        "一",
        "GR",
    )
    assert sorted(now["assessments"]) == sorted(before[0]["assessments"] + before[1]["assessments"])
    assert now["verdict"] == "eligible", "that of the later application"
    assert now["notes"] == ["eligible", "ineligible"]
    assert len(now["tasks"]) == 2
    assert local.identity.history(first)["names"] == [{"name": NAME, "until": None}]
    assert local.identity.pairs() == []
    assert set(counts(local).values()) == {1}
    with pytest.raises(NotFound):
        local.firms.get(second)
    lines = [
        line["action"]
        for line in local.overview.changes(datetime(2020, 1, 1, tzinfo=UTC), firm_id=first)
    ]
    assert lines.count(AuditAction.FIRM_ADD) == 2, "the history of both files is read as one"
    assert lines.count(AuditAction.FIRM_MERGE) == 2
    # what is done meanwhile stays with the firm that went on
    local.casework.add_note(first, "later")
    assert local.identity.unmerge(merge) == second
    after = contents(local, first), contents(local, second)
    assert after[0]["notes"] == ["ineligible", "later"]
    after[0]["notes"] = before[0]["notes"]
    assert after == before
    assert local.identity.history(first) == {"names": [], "carriers": []}
    (pair,) = local.identity.pairs()
    assert pair["reason"] == PairReason.CODE
    assert set(counts(local).values()) == {1}
    actions = {line["action"] for line in local.administration.audit_trail(first)}
    assert {AuditAction.FIRM_MERGE, AuditAction.FIRM_UNMERGE} <= actions
    with pytest.raises(Conflict, match="parted already"):
        local.identity.unmerge(merge)


def test_what_was_changed_since_a_merge_outlives_its_undoing(local: Repository) -> None:
    first, second = two_files(local)
    merge = merged(local, first, second)
    facts, version = local.records.figures(first, 2026)
    local.records.save_figures(first, 2026, {**facts, "staff_total": 99}, version)
    row = local.firms.get(first)
    local.firms.save(first, {"district": "新区"}, row["version"])
    local.identity.unmerge(merge)
    assert local.records.figures(first, 2026).value["staff_total"] == 99
    assert local.records.figures(second, 2026).value["staff_total"] == 11
    assert local.firms.get(first)["district"] == "新区"


def test_a_firm_without_a_code_is_never_merged_by_itself_and_never_counted_twice(
    local: Repository,
) -> None:
    coded = local.firms.add({"name": NAME, "uscc": CODE})
    same = local.firms.add({"name": f" {NAME}"})
    reformed = local.firms.add({"name": RENAMED})
    other = local.firms.add({"name": "呼和浩特市云泓科技有限公司"})
    assert set(counts(local).values()) == {2}
    pairs = {pair["firm"]["id"]: pair for pair in local.identity.pairs()}
    assert {firm: pair["reason"] for firm, pair in pairs.items()} == {
        same: PairReason.NAME, reformed: PairReason.LEGAL_FORM,
    }  # fmt: skip
    assert {pair["other"]["id"] for pair in pairs.values()} == {coded}
    assert local.firms.get(same)["name"] == f" {NAME}", "each is there as it was"
    # two firms: both count, and nobody is asked again
    local.identity.set_apart(pairs[reformed]["id"])
    assert set(counts(local).values()) == {3}
    row = local.firms.get(reformed)
    local.firms.save(reformed, {"district": "区"}, row["version"])
    local.firms.save(reformed, {"name": RENAMED}, row["version"] + 1)
    assert len(local.identity.pairs()) == 1
    merged(local, coded, same, name=NAME)
    assert set(counts(local).values()) == {3}
    # two codes are two firms, whatever they are called
    twins = [
        local.firms.add({"name": "内蒙古昶科环境公司", "uscc": OTHER_CODE[:-1] + end})
        for end in "AB"
    ]
    assert local.identity.pairs() == []
    assert set(counts(local).values()) == {5}
    assert other not in twins
    with pytest.raises(InputError, match="Two credit codes"):
        merged(local, coded, twins[0])


def test_a_merge_of_what_someone_else_changed_is_refused_in_a_sentence(local: Repository) -> None:
    first, second = two_files(local)
    seen = versions(local, first, second)
    local.firms.save(second, {"district": "x"}, seen[second])
    with pytest.raises(Conflict, match="Someone else changed one of these firms"):
        local.identity.merge(first, second, {}, seen)
    assert local.identity.merge(first, second, {}, versions(local, first, second))


def test_files_merged_in_a_row_are_parted_in_the_order_back(local: Repository) -> None:
    first, second = two_files(local)
    third = local.firms.add({"name": RENAMED})
    inner = merged(local, second, third, name=RENAMED)
    outer = merged(local, first, second, name=NAME)
    with pytest.raises(NotFound):
        local.identity.unmerge(inner)
    local.identity.unmerge(outer)
    assert local.identity.unmerge(inner) == third
    with local.engine.connect() as connection:
        live = connection.scalar(
            select(func.count()).select_from(firms).where(firms.c.archived_at.is_(None))
        )
    assert live == 3


def test_a_former_carrier_sees_the_file_up_to_the_day_of_the_move_and_changes_nothing(
    engine: Engine,
) -> None:
    clock = Clock()
    local = Repository(engine, LOCAL, clock)
    park, hub = (local.administration.add_carrier(name) for name in ("甲园", "乙园"))
    firm = local.firms.add({"name": NAME, "uscc": CODE, "carrier_id": park})
    local.records.save_figures(firm, 2026, {"staff_total": 10}, 0)
    local.casework.add_note(firm, "before")
    local.records.add_assessment(firm, {"name": NAME}, record("ineligible"))
    clock.at += timedelta(days=40)
    local.firms.move([firm], hub)
    facts, version = local.records.figures(firm, 2026)
    local.records.save_figures(firm, 2026, {**facts, "staff_total": 99}, version)
    local.casework.add_note(firm, "after")
    local.records.add_assessment(firm, {"name": NAME}, record("eligible"))
    before, now = (
        Repository(engine, System(Role.ADVISER, carrier_id=each)) for each in (park, hub)
    )
    (row,) = before.identity.former_files()
    assert (row["name"], row["uscc"], row["since"], row["until"]) == (
        NAME, CODE, date(2026, 3, 1), date(2026, 4, 10),
    )  # fmt: skip
    file = before.identity.former_file(row["id"])
    assert [each["facts"]["staff_total"] for each in file["figures"]] == [10]
    assert [each["text"] for each in file["notes"]] == ["before"]
    assert [each["verdict"] for each in file["assessments"]] == ["ineligible"]
    assert "99" not in json.dumps(file["figures"])
    for forbidden in (
        lambda: before.firms.get(firm),
        lambda: before.records.figures(firm, 2026),
        lambda: before.casework.add_note(firm, "x"),
        lambda: before.records.assessments(firm),
        lambda: before.firms.set_stage([firm], Stage.READY),
    ):
        with pytest.raises(NotFound):
            forbidden()
    assert before.firms.page().count == 0
    assert now.firms.page().count == 1
    assert now.identity.former_files() == []
    with pytest.raises(NotFound):
        now.identity.former_file(row["id"])
    (stay,) = now.identity.history(firm)["carriers"]
    assert (stay["name"], stay["until"]) == ("甲园", date(2026, 4, 10))


def test_a_code_and_a_carrier_can_be_corrected_and_a_correction_is_no_history(
    local: Repository,
) -> None:
    park, hub = (local.administration.add_carrier(name) for name in ("甲园", "乙园"))
    firm = local.firms.add({"name": NAME, "uscc": CODE, "carrier_id": park})
    version = local.firms.save(
        firm, {"uscc": OTHER_CODE, "carrier_id": hub, "name": RENAMED}, 1, is_correction=True
    )
    assert local.identity.history(firm) == {"names": [], "carriers": []}
    local.firms.save(firm, {"carrier_id": park, "name": NAME}, version)
    history = local.identity.history(firm)
    assert ([row["name"] for row in history["names"]], [row["name"] for row in history["carriers"]]) == (
        [RENAMED], ["乙园"],
    )  # fmt: skip
    local.firms.add({"name": "呼和浩特市云泓科技有限公司", "uscc": CODE, "carrier_id": park})
    with pytest.raises(Conflict, match="云泓科技有限公司 has the credit code"):
        local.firms.save(firm, {"uscc": CODE}, local.firms.get(firm)["version"])
    # a code that another carrier's firm has makes a pair to decide, and counts once
    local.firms.save(firm, {"carrier_id": hub}, local.firms.get(firm)["version"])
    local.firms.save(firm, {"uscc": CODE}, local.firms.get(firm)["version"])
    assert (local.firms.page().count, len(local.identity.pairs())) == (1, 1)
    # and the right code parts them again
    local.firms.save(firm, {"uscc": OTHER_CODE}, local.firms.get(firm)["version"])
    assert (local.firms.page().count, local.identity.pairs()) == (2, [])


def test_an_adviser_who_enters_a_code_of_another_carrier_learns_nothing_and_takes_nothing(
    local: Repository,
) -> None:
    park, hub = (local.administration.add_carrier(name) for name in ("甲园", "乙园"))
    firm = local.firms.add({"name": NAME, "uscc": CODE, "carrier_id": park})
    local.records.save_figures(firm, 2026, {"staff_total": 10}, 0)
    adviser = Repository(local.engine, System(Role.ADVISER, carrier_id=hub))
    own = adviser.firms.add({"name": RENAMED, "uscc": CODE})
    assert adviser.identity.pairs() == []
    assert adviser.records.years(own) == []
    assert adviser.firms.page().count == sum(adviser.overview.funnel().values()) == 1
    assert local.firms.page().count == 1
    with pytest.raises(NotFound):
        adviser.identity.merge(own, firm, {}, {own: 1, firm: 1})
    with pytest.raises(NotFound):
        adviser.identity.set_apart(local.identity.pairs()[0]["id"])


def test_a_firm_is_archived_and_not_deleted_and_comes_back_whole(local: Repository) -> None:
    first, second = two_files(local)
    before = contents(local, first)
    with pytest.raises(InputError):
        local.identity.archive(first, local.firms.get(first)["version"], " ")
    local.identity.archive(first, local.firms.get(first)["version"], "注销")
    # its copy counts now
    assert set(counts(local).values()) == {1}
    assert [row["id"] for row in local.firms.page().rows] == [second]
    assert [row["id"] for row in local.identity.archived_firms()] == [first]
    with pytest.raises(NotFound):
        local.firms.get(first)
    local.identity.restore(first)
    assert contents(local, first) == before
    assert set(counts(local).values()) == {1}
    assert len(local.identity.pairs()) == 1


TODAY = [
    # id, code, name, carrier, stage
    (1, CODE, NAME, 1, "surveyed"),
    (2, CODE, RENAMED, 2, "applied"),
    (3, None, RENAMED, 1, "surveyed"),
    (4, OTHER_CODE, "呼和浩特市云泓科技有限公司", 1, "ready"),
    (5, None, "呼和浩特市云泓科技 有限公司", None, "surveyed"),
    (6, None, "内蒙古昶科环境有限公司", 1, "nurtured"),
    (7, None, "内蒙古昶科环境有限公司", 2, "surveyed"),
    (8, None, "内蒙古另一家有限公司", None, "surveyed"),
]


def store_of_today(url: str) -> dict[str, int]:
    """A store of the version before, with firms that have several files; rows by table."""
    engine = connect(url)
    migrate(engine, "0007")
    with engine.begin() as connection:
        for number in (1, 2):
            connection.execute(
                text(
                    "INSERT INTO carriers (id, name, active, version) VALUES (:id, :name, true, 1)"
                ),
                {"id": number, "name": f"园{number}"},
            )
        for firm, code, name, carrier, stage in TODAY:
            connection.execute(
                text(
                    "INSERT INTO firms (id, uscc, name, carrier_id, stage, created_at, changed_at, version)"
                    " VALUES (:id, :code, :name, :carrier, :stage, '2026-01-02 00:00:00', '2026-01-02 00:00:00', 3)"
                ),
                {"id": firm, "code": code, "name": name, "carrier": carrier, "stage": stage},
            )
            connection.execute(
                text(
                    "INSERT INTO figures (firm_id, application_year, facts, changed_at, version)"
                    " VALUES (:id, 2026, '{\"staff_total@2025\": 5}', '2026-01-02 00:00:00', 1)"
                ),
                {"id": firm},
            )
            connection.execute(
                text(
                    "INSERT INTO notes (firm_id, text, at) VALUES (:id, 'x', '2026-01-02 00:00:00')"
                ),
                {"id": firm},
            )
    rows = rows_by_table(engine)
    engine.dispose()
    return rows


def rows_by_table(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0
            for name in ("firms", "figures", "notes", "carriers", "audit_log")
        }


def test_a_store_of_today_loses_nothing_merges_nothing_and_counts_each_firm_once(
    empty_url: str,
) -> None:
    before = store_of_today(empty_url)
    engine = open_store(empty_url)
    local = Repository(engine, LOCAL)
    assert rows_by_table(engine) == before
    proposed = {
        pair["firm"]["id"]: (pair["other"]["id"], pair["reason"]) for pair in local.identity.pairs()
    }
    # the file that has come furthest counts
    assert proposed == {
        1: (2, PairReason.CODE), 3: (2, PairReason.NAME), 5: (4, PairReason.NAME),
        7: (6, PairReason.NAME),
    }  # fmt: skip
    assert set(counts(local).values()) == {4}
    for firm, code, name, _carrier, stage in TODAY:
        row = local.firms.get(firm)
        assert (row["uscc"], row["name"], row["stage"], row["version"]) == (code, name, stage, 3)
        assert local.records.figures(firm, 2026).value == {"staff_total": 5}
    # the store refuses a second file of a code that counts
    with pytest.raises(Exception, match=r"(?i)unique"), engine.begin() as connection:
        connection.execute(text("UPDATE firms SET copy_of = NULL WHERE id = 1"))
    pair = next(each for each in local.identity.pairs() if each["reason"] == PairReason.CODE)
    merged(local, pair["other"]["id"], pair["firm"]["id"])
    assert set(counts(local).values()) == {4}
    assert len(STAGE_WORDS) == 6
    assert "firm_merges" in metadata.tables
    engine.dispose()


def test_the_list_is_asked_by_gap_score_chance_batch_expiry_former_name_and_no_adviser(
    local: Repository,
) -> None:
    codes = [f"{OTHER_CODE[:-1]}{end}" for end in "ABC"]
    near, far, blank = (
        local.firms.add({"name": name, "uscc": code})
        for name, code in zip(
            ("鑫晟科技有限公司", "安泰科技有限公司", "云泓科技有限公司"), codes, strict=True
        )
    )
    chance = {"probability": 0.7, "interval": [0.5, 0.8], "conditional": False}
    gap = {"finding": "rd_intensity", "status": "unmet", "shortfall": 0.01, "unit": "/1"}
    local.records.add_assessment(near, {}, record("ineligible", readiness=chance, gaps=[gap]))
    local.records.add_assessment(far, {}, record(score={"low": 50, "high": 60}))
    ended = {"certified": True, "batch": "第一批", "expires_on": date(2026, 12, 1)}
    local.applications.save_outcome(far, 2023, ended, 0)
    local.firms.save(far, {"name": "安泰智能科技有限公司"}, local.firms.get(far)["version"])

    def found(**asked: Any) -> list[int]:
        return [row["id"] for row in local.firms.page(FirmFilter(**asked)).rows]

    assert found() == [far, near, blank], "an, xin, yun"
    assert found(first_gap="rd_intensity") == found(score=70) == found(chance=0.6) == [near]
    assert found(batch="第一批") == found(expires_by=date(2026, 12, 1)) == [far]
    assert found(expires_by=date(2026, 11, 30)) == []
    assert found(text="安泰科技") == [far], "a former name"
    assert found(adviser_id=0, carrier_id=0) == [far, near, blank]
    assert local.firms.nearest_gaps([near, far, blank]) == {near: gap}
    assert local.firms.batches() == ["第一批"]


def test_firms_are_counted_by_the_kind_of_their_carrier_and_move_along_with_dates(
    local: Repository,
) -> None:
    space, park = (local.administration.add_carrier(name) for name in ("众创", "园区"))
    for carrier, kind in ((space, "space"), (park, "park")):
        local.administration.save_carrier(carrier, {"kind": kind, "speciality": "软件"}, 1)
    with pytest.raises(InputError, match="no kind of carrier"):
        local.administration.save_carrier(park, {"kind": "garage"}, 2)
    firm = local.firms.add({"name": NAME, "uscc": CODE, "carrier_id": space})
    local.firms.add({"name": "呼和浩特市云泓科技有限公司"})
    local.firms.move([firm], park)
    rows = {row["group"]: row["firms"] for row in local.overview.counts("kind")}
    assert rows == {"park": 1, None: 1}
    assert [row["id"] for row in local.firms.page(FirmFilter(carrier_kind="park")).rows] == [firm]
    (stay,) = local.identity.history(firm)["carriers"]
    assert (stay["kind"], stay["until"]) == ("space", local.firms.get(firm)["carrier_since"])
