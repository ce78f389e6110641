"""Two editions compared datum by datum: a number, a unit, a reading, words, a citation, a rule gone."""

from __future__ import annotations

from typing import Any

import pytest

from eligibility.assessment.edition_diff import Change, ChangeKind, RuleDiff, compare_editions
from eligibility.domain.law import Edition
from eligibility.domain.text import Wording
from eligibility.schemes.edition_merge import merge
from tests.firms import HNTE

OLD, NOW = HNTE.edition("e2008"), HNTE.edition("e2016")
LATER = {"id": "later", "title": {"zh": "后", "en": "later"}, "in_force_from": "2027-01-01"}


def amended(**changes: Any) -> Edition:
    """The edition of 2016 with changes."""
    content = merge(NOW.model_dump(), {**LATER, **changes})
    return Edition(**{"in_force_to": None, **content})


def only(edition: Edition) -> RuleDiff:
    """The one rule that differs from the edition of 2016."""
    (diff,) = (d for d in compare_editions(NOW, edition) if d.change is not ChangeKind.SAME)
    return diff


def test_an_edition_does_not_differ_from_itself() -> None:
    assert {diff.change for diff in compare_editions(NOW, NOW)} == {ChangeKind.SAME}
    assert {diff.change for diff in compare_editions(NOW, amended())} == {ChangeKind.SAME}


def test_a_number_that_moved_is_named_with_both_values_and_no_other() -> None:
    diff = only(amended(parameters={"st_staff_share": {"value": 0.12}}))
    assert (diff.kind, diff.id, diff.change) == (
        "parameter",
        "st_staff_share",
        ChangeKind.NUMBERS,
    )
    assert diff.changes == (Change(("value",), 0.10, 0.12),)
    assert diff.differs("value")
    assert not diff.differs("unit")


def test_a_unit_that_changed_is_a_change_of_numbers() -> None:
    diff = only(amended(parameters={"registration_days": {"unit": "month"}}))
    assert diff.changes == (Change(("unit",), "day", "month"),)
    assert diff.change is ChangeKind.NUMBERS


def test_a_band_is_compared_with_the_band_of_its_grade() -> None:
    group = {
        "id": "conversion",
        "items": [{"id": "conversion", "bands": [{"grade": "A", "at_least": 6}]}],
    }
    diff = only(amended(score={"groups": [group]}))
    assert (diff.kind, diff.id) == ("item", "conversion")
    assert diff.changes == (Change(("bands", "A", "at_least"), 5.0, 6.0),)


def test_a_year_in_the_words_of_a_rule_is_no_number() -> None:
    rule = {"zh": "属于2027版目录", "en": "in the catalogue of 2027"}
    diff = only(amended(conditions=[{"id": "technical_field", "rule": rule}]))
    assert diff.change is ChangeKind.WORDS
    assert diff.changes[0].new == Wording(**rule)


def test_another_reading_taken_is_a_change_of_reading() -> None:
    diff = only(amended(interpretations={"days_counted": {"default": "exclusive"}}))
    assert diff.change is ChangeKind.READING
    assert diff.changes == (Change(("default",), "inclusive", "exclusive"),)


def test_a_rule_cited_otherwise_is_otherwise_the_same() -> None:
    cited = {"document": "文件", "article": "第一条", "gist": {"zh": "大意", "en": "gist"}}
    diff = only(amended(conditions=[{"id": "core_ip", "citation": cited}]))
    assert diff.change is ChangeKind.CITATION


def test_a_rule_of_one_edition_is_new_or_gone_and_stands_where_it_stood() -> None:
    new = NOW.conditions_by_id["core_ip"].model_dump() | {"id": "core_ip_abroad"}
    edition = amended(
        remove=["conditions.technical_field"], conditions=[{**new, "after": "registration_age"}]
    )
    conditions = [diff for diff in compare_editions(NOW, edition) if diff.kind == "condition"]
    assert [(diff.id, diff.change) for diff in conditions[:4]] == [
        ("registration_age", ChangeKind.SAME),
        ("core_ip_abroad", ChangeKind.NEW),
        ("core_ip", ChangeKind.SAME),
        ("technical_field", ChangeKind.GONE),
    ]


def test_the_day_a_text_was_read_is_no_part_of_the_law() -> None:
    edition = amended(parameters={"st_staff_share": {"checked_on": "2027-02-01"}})
    assert {diff.change for diff in compare_editions(NOW, edition)} == {ChangeKind.SAME}


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        ("scale", "rd_intensity", ChangeKind.NUMBERS),
        ("parameter", "other_cost_share", ChangeKind.NUMBERS),
        ("condition", "college_staff_ratio", ChangeKind.GONE),
        ("condition", "no_major_violation", ChangeKind.NEW),
    ],
)
def test_what_2016_changed_is_found(kind: str, name: str, change: ChangeKind) -> None:
    diffs = {(diff.kind, diff.id): diff for diff in compare_editions(OLD, NOW)}
    assert diffs[kind, name].change is change
    if name == "rd_intensity":
        assert Change(("brackets", "0", "value"), 0.06, 0.05) in diffs[kind, name].changes
        assert not diffs[kind, name].differs("brackets", "1", "value")
