"""Every case beside the law holds: below, at and above each line, and missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import record
from eligibility.schemes.registry import SCHEMES, Scheme, load_scheme, scheme_ids
from eligibility.schemes.yaml_file import read_yaml
from tests.firms import table

KNOWN = {
    "verdict",
    "edition",
    "interval",
    "observed",
    "required",
    "terms",
    "missing",
    "turned_by",
    "changed_by",
    "read_as",
    "items",
    "item_observed",
    "item_missing",
    "score",
    "warnings",
}
BASES = {name: read_yaml(SCHEMES / name / "cases" / "base.yaml")["firm"] for name in scheme_ids()}
ALL = [
    pytest.param(load_scheme(name), case, id=f"{name}-{path.stem}: {case['name']}")
    for name in scheme_ids()
    for path in sorted((SCHEMES / name / "cases").glob("*.yaml"))
    for case in read_yaml(path).get("cases", [])
]


@pytest.mark.parametrize(("scheme", "case"), ALL)
def test_case(scheme: Scheme, case: dict[str, Any]) -> None:
    judge_case(scheme, {**BASES[scheme.id], **case["firm"]}, case)


def judge_case(scheme: Scheme, firm: dict[str, Any], case: dict[str, Any]) -> None:
    """A case expects of its firm what is found of it."""
    (assessment,) = assess_table(table(firm, scheme=scheme), scheme)
    found = record(assessment, 0)
    findings = {finding["id"]: finding for finding in found["findings"]}
    items = {item["id"]: item for item in found["score"]["items"]}
    for what, expected in case["expect"].items():
        if what in findings:
            assert findings[what]["status"] == expected, findings[what]
        else:
            assert what in KNOWN, f"the case expects {what}, which nothing checks"
            _check(what, expected, found, findings, items)


def _check(what: str, expected: Any, found: Any, findings: Any, items: Any) -> None:
    if what in ("verdict", "edition"):
        assert found[what] == expected
    elif what in ("observed", "required"):
        for name, number in expected.items():
            assert findings[name][what] == pytest.approx(number, rel=1e-12)
    elif what == "interval":
        for name, ends in expected.items():
            for end, wanted in zip(findings[name]["interval"], ends, strict=True):
                assert end == (None if wanted is None else pytest.approx(wanted, rel=1e-12))
    elif what == "terms":
        for name, terms in expected.items():
            assert findings[name]["terms"] == pytest.approx(terms, rel=1e-12)
    elif what == "missing":
        for name, fields in expected.items():
            assert sorted(findings[name]["missing"]) == sorted(fields)
    elif what == "turned_by":
        for name, question in expected.items():
            others = (findings[name]["interpretation"] or {"turned_by": []})["turned_by"]
            assert [other["id"] for other in others] == ([question] if question else [])
    elif what == "changed_by":
        for name, questions in expected.items():
            others = (items[name]["interpretation"] or {"changed_by": []})["changed_by"]
            assert sorted({other["id"] for other in others}) == sorted(questions)
    elif what == "read_as":
        for name, readings in expected.items():
            others = (items[name]["interpretation"] or {"changed_by": []})["changed_by"]
            points = {
                f"{other['id']}.{other['other']}": [other["low"], other["high"]] for other in others
            }
            assert points == readings
    elif what == "items":
        for name, interval in expected.items():
            assert [items[name]["low"], items[name]["high"]] == pytest.approx(interval)
    elif what == "item_observed":
        for name, number in expected.items():
            assert items[name]["observed"] == pytest.approx(number, rel=1e-12, abs=1e-15)
    elif what == "item_missing":
        for name, fields in expected.items():
            assert sorted(items[name]["missing"]) == sorted(fields)
    elif what == "score":
        assert [found["score"]["low"], found["score"]["high"]] == pytest.approx(expected)
    elif what == "warnings":
        assert [warning["id"] for warning in found["warnings"]] == expected


def expectations(scheme_id: str) -> list[dict[str, Any]]:
    return [param.values[1]["expect"] for param in ALL if param.values[0].id == scheme_id]


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_every_condition_has_cases_for_each_status(scheme_id: str) -> None:
    """Met, unmet and undetermined are each shown for every condition of every edition."""
    shown = {
        (name, status)
        for expected in expectations(scheme_id)
        for name, status in expected.items()
        if isinstance(status, str)
    }
    for law in load_scheme(scheme_id).editions:
        for name in law.conditions_by_id:
            wanted = {"met", "unmet", "undetermined"}
            assert {status for status in wanted if (name, status) in shown} == wanted, name


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_every_band_of_every_item_has_a_case(scheme_id: str) -> None:
    """Each band's points are expected somewhere, under the edition in force."""
    shown = {
        (name, tuple(interval))
        for expected in expectations(scheme_id)
        for name, interval in expected.get("items", {}).items()
    }
    for item in load_scheme(scheme_id).in_force(date.today()).items.values():
        for band in item.bands:
            assert (item.id, band.points) in shown, (item.id, band.grade)


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_every_sign_has_a_case_that_shows_it(scheme_id: str) -> None:
    shown = {name for expected in expectations(scheme_id) for name in expected.get("warnings", ())}
    for law in load_scheme(scheme_id).editions:
        assert {sign.id for sign in law.signs} <= shown


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_a_limit_of_a_sign_is_never_taken_for_law(scheme_id: str) -> None:
    """Whatever the program chose says so, and no word of a sign calls it a violation."""
    for law in load_scheme(scheme_id).editions:
        for sign in law.signs:
            assert all(limit.source == "assumed" for limit in sign.limits.values()), sign.id
            assert "违法" not in sign.says.zh, sign.id
            assert "violat" not in sign.says.en, sign.id
