"""Assessments stored at 6ef9472 are read by everything after it, and say the same when made again.

The corpus holds firms of the sample, firms made by hand and cases of the law, under every edition
then held, some with the readiness of the model then shipped. Each line has what was given
(``scheme``, ``as_of``, ``inputs``) and what was said (``record``). A difference that is meant is a
line of :data:`DIFFERENCES`, and stands in CHANGELOG.md.
"""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eligibility import assess
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.reports.firm_text import plain
from eligibility.schemes.registry import load_scheme
from eligibility.store.records import record_columns

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "assessments_6ef9472.jsonl.gz"
#: place in a record (as ``findings.rd_intensity.required``, ids in place of numbers) that may differ
#: → the line of CHANGELOG.md that says for which conditions and periods
DIFFERENCES: dict[str, str] = {
    r"findings\.rd_intensity\.interval": "*Conditions and periods affected: st_staff_ratio, "
    "rd_intensity, domestic_rd_share, hitech_income_share, conversion and growth of every period; "
    "of stored assessments rd_intensity says its interval.*",
}
#: the same of one scheme alone
GUIDE = (
    "*Conditions and periods affected: `audit_collection` and `eligible_industry` of technology-based "
    "SMEs, applications from 2022 on.*"
)
COUNTS = (
    "*Conditions and periods affected: `staff_limit`, `staff_points`, `st_staff_share` and `rights` of "
    "technology-based SMEs, in every period, where a count by 115号 is given; elsewhere a sign alone.*"
)
MANAGEMENT = (
    "*Conditions and periods affected: the items of R&D management cite their own clause, in every "
    "period; no result moves.*"
)
DIFFERENCES_OF_SCHEME: dict[str, dict[str, str]] = {
    "hnte": {r"score\.items\.management_\w+\.citation\.[a-z.]+": MANAGEMENT},
    "tech_sme": {
        r"edition": GUIDE,
        r"findings\.(audit_collection|eligible_industry)": GUIDE,
        r"gaps": GUIDE,
        r"verdict": GUIDE,
        r"warnings\.certification_counts": COUNTS,
    },
}


def allowed_places(each: dict[str, Any]) -> dict[str, str]:
    """The differences that are meant in an assessment."""
    return DIFFERENCES | DIFFERENCES_OF_SCHEME.get(each["scheme"], {})


def stored() -> list[dict[str, Any]]:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


STORED = stored()
IDS = [f"{place}-{each['scheme']}-{each['record']['edition']}" for place, each in enumerate(STORED)]


def again(each: dict[str, Any]) -> dict[str, Any]:
    """The same inputs by the same edition, made now, but for the readiness: its model is gone."""
    (record,) = assess(
        each["inputs"], scheme=each["scheme"], as_of=date.fromisoformat(each["as_of"])
    )
    return record | {"readiness": each["record"]["readiness"]}


def differences(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Places at which two records differ, the deepest that name them."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            at = f"{place}.{key}".lstrip(".")
            if key not in before or key not in after:
                yield at
            else:
                yield from differences(before[key], after[key], at)
    elif _named(before) and _named(after):
        yield from differences(
            *({one["id"]: one for one in side} for side in (before, after)), place
        )
    elif before != after:
        yield place


def _named(side: Any) -> bool:
    return isinstance(side, list) and all(isinstance(one, dict) and "id" in one for one in side)


def as_bytes(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


def test_the_corpus_is_of_every_edition_verdict_and_with_and_without_a_model() -> None:
    kinds = {(each["scheme"], each["record"]["edition"]) for each in STORED}
    assert kinds == {("hnte", "e2008"), ("hnte", "e2016"), ("tech_sme", "e2017")}
    verdicts = {each["record"]["verdict"] for each in STORED}
    assert verdicts == {"eligible", "ineligible", "undetermined"}
    assert sum(each["record"]["readiness"] is not None for each in STORED) >= 10
    assert len(STORED) >= 40


@pytest.mark.parametrize("each", STORED, ids=IDS)
def test_a_stored_assessment_says_the_same_when_made_again(each: dict[str, Any]) -> None:
    record = again(each)
    found = set(differences(each["record"], record))
    places = allowed_places(each)
    assert not {
        place for place in found if not any(re.fullmatch(allowed, place) for allowed in places)
    }
    if not found:
        assert as_bytes(record) == as_bytes(each["record"])


@pytest.mark.parametrize("each", STORED, ids=IDS)
def test_a_stored_assessment_is_read_by_what_shows_it(each: dict[str, Any]) -> None:
    record, scheme = each["record"], load_scheme(each["scheme"])
    before = copy.deepcopy(record)
    for language in (ENGLISH, CHINESE):
        assert record["as_of"] in plain(record, scheme, language)
    columns = record_columns(record, None)
    assert (columns["scheme"], columns["edition"]) == (each["scheme"], record["edition"])
    assert columns["verdict"] == record["verdict"]
    # whoever reads a record leaves it as it was stored
    assert record == before


def test_every_difference_allowed_is_there_and_stands_in_the_changelog() -> None:
    changelog = " ".join((ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split())
    found: dict[str, set[str]] = {}
    for each in STORED:
        found.setdefault(each["scheme"], set()).update(differences(each["record"], again(each)))
    allowed_lines = [
        (allowed, line, set().union(*found.values())) for allowed, line in DIFFERENCES.items()
    ]
    allowed_lines += [
        (allowed, line, found[scheme])
        for scheme, places in DIFFERENCES_OF_SCHEME.items()
        for allowed, line in places.items()
    ]
    for allowed, line, places in allowed_lines:
        assert any(re.fullmatch(allowed, place) for place in places), allowed
        assert line in changelog
        assert re.search(r"\*Conditions and periods affected: (?!none)", line)


def test_a_difference_is_found_wherever_it_is() -> None:
    before = STORED[0]["record"]
    changed = copy.deepcopy(before)
    changed["findings"][4]["required"] = 0.5
    changed["score"]["items"].pop()
    name = before["findings"][4]["id"]
    item = before["score"]["items"][-1]["id"]
    assert set(differences(before, changed)) == {
        f"findings.{name}.required",
        f"score.items.{item}",
    }
