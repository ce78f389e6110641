"""The source of each figure in the register: paper, firm, colleague or file, as the records have it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from eligibility.i18n import ENGLISH
from eligibility.register.figure_sources import FigureSource, figure_sources
from eligibility.store.audit import AuditAction

SENT, DAY = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
FACTS = {"staff_total@2025": 64, "st_staff@2025": 14, "sales_revenue@2025": 27_900_000.0}
FILES = {7: "firms.xlsx"}


def line(action: AuditAction, changed: dict[str, list[Any]] | None = None) -> dict[str, Any]:
    detail = {"import_id": 7} if action is AuditAction.FIRM_IMPORT else {}
    return {"at": DAY, "action": action, "by": "李", "detail": {**detail, "changed": changed or {}}}


def decision(key: str, value: object, source: dict[str, str] | None) -> dict[str, Any]:
    return {"key": key, "value": value, "source": source, "is_accepted": True, "by": "王",
            "at": DAY, "sent_at": SENT}  # fmt: skip


def sources(log: list[dict[str, Any]], decisions: list[dict[str, Any]]) -> dict[str, FigureSource]:
    return figure_sources(FACTS, log, decisions, FILES, ENGLISH)


def test_each_figure_says_whether_a_paper_the_firm_a_colleague_or_a_file_gave_it() -> None:
    paper = {"file": "heads.csv", "cell": "C14", "words": "Average", "entry": "64"}
    log = [
        line(AuditAction.SUBMISSION_DECIDE, {"staff_total@2025": [60, 64], "st_staff@2025": [9, 14]}),
        line(AuditAction.FIGURES_SAVE, {"st_staff@2025": [8, 9]}),
        line(AuditAction.FIRM_IMPORT),
    ]  # fmt: skip
    decisions = [decision("staff_total@2025", 64, paper), decision("st_staff@2025", 14, None)]
    by_firm = "sent by the firm 2026-03-01, accepted by 王 2026-03-02"
    assert sources(log, decisions) == {
        "staff_total@2025": FigureSource(f"heads.csv, C14 “Average” · {by_firm}", "heads.csv"),
        "st_staff@2025": FigureSource(by_firm),
        "sales_revenue@2025": FigureSource("from the file firms.xlsx, imported 2026-03-02"),
    }


def test_the_last_who_gave_a_figure_its_value_is_its_source_and_one_of_another_value_is_not() -> (
    None
):
    log = [
        line(AuditAction.FIGURES_SAVE, {"st_staff@2025": [14, 15]}),
        line(AuditAction.FIGURES_SAVE, {"st_staff@2025": [9, 14], "staff_total@2025": [1, 64]}),
        line(AuditAction.FIGURES_SAVE, {"sales_revenue@2025": [None, 1.0]}),
    ]
    typed = FigureSource("typed by 李, 2026-03-02")
    assert sources(log, []) == {"st_staff@2025": typed, "staff_total@2025": typed}


def test_what_one_of_several_imports_added_unnamed_is_said_of_none() -> None:
    assert not sources([line(AuditAction.FIRM_IMPORT), line(AuditAction.FIRM_IMPORT)], [])
    # nor of the file what was something else before the first change on record
    log = [
        line(AuditAction.FIGURES_SAVE, {"st_staff@2025": [14, 1]}),
        line(AuditAction.FIRM_IMPORT),
    ]
    assert sources(log, [])["st_staff@2025"].words.startswith("from the file")
    log[0] = line(AuditAction.FIGURES_SAVE, {"st_staff@2025": [9, 1]})
    assert "st_staff@2025" not in sources(log, [])


def test_days_are_those_of_the_local_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CST-8")
    time.tzset()
    evening = datetime(2026, 3, 1, 17, tzinfo=UTC)
    log = [line(AuditAction.FIRM_IMPORT) | {"at": evening}]
    said = {each.words for each in sources(log, []).values()}
    monkeypatch.undo()
    time.tzset()
    assert said == {"from the file firms.xlsx, imported 2026-03-02"}
