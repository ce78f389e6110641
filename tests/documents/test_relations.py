"""Arithmetic of forms: a planted error is found at its line, and nowhere else."""

from __future__ import annotations

from random import Random

import pytest

from eligibility.documents.definitions import FormDefinition, FormEdition, paper_definitions
from eligibility.documents.relations import SLACK, evaluate, imbalances, lines_of, relations
from eligibility.domain.errors import LawError
from eligibility.schemes.registry import load_scheme

DEFINITIONS = paper_definitions(load_scheme())
EDITIONS = [
    (form, edition)
    for form in DEFINITIONS.forms
    for edition in form.editions
    if edition.lines and any(line.equals for line in edition.lines.values())
]


def test_every_relation_names_lines_that_are_there() -> None:
    for form, edition in EDITIONS:
        for relation in relations(form, edition):
            for line, column in (relation.target, *relation.sources):
                assert line in edition.lines, (form.id, edition.id, line)
                assert column in form.columns


def test_an_expression_holds_lines_numbers_and_sums_alone() -> None:
    assert evaluate("min(L2, (L3+L4)*0.5)-1", {"2": 9, "3": 4, "4": 2}) == 2
    assert lines_of("L2+min(L10a, L2)") == ("2", "10a")
    for code in ("__import__('os')", "L2**L3", "L2 if L3 else 1", "open"):
        with pytest.raises(LawError):
            evaluate(code, {"2": 1.0, "3": 1.0})


@pytest.mark.parametrize(("form", "edition"), EDITIONS, ids=lambda each: each.id)
def test_an_error_planted_in_a_total_is_found_there_and_nowhere_else(
    form: FormDefinition, edition: FormEdition
) -> None:
    every = list(relations(form, edition))
    targets = {relation.target for relation in every}
    places = dict.fromkeys(
        place for relation in every for place in (relation.target, *relation.sources)
    )
    chance = Random(195)
    for _ in range(3):
        amounts = {
            place: float(chance.randint(1, 10**6)) for place in places if place not in targets
        }
        # totals of totals need a few rounds
        for _ in range(6):
            for relation in every:
                if all(place in amounts for place in relation.sources):
                    amounts.setdefault(relation.target, relation.compute(amounts))
        consistent = [
            relation
            for relation in every
            if amounts.keys() >= {relation.target, *relation.sources}
            and abs(relation.rest(amounts)) < SLACK
        ]
        assert consistent
        assert not imbalances(consistent, amounts, frozenset(), {})
        for planted in (relation.target for relation in consistent):
            wrong = {**amounts, planted: amounts[planted] + 1_000.0}
            found = imbalances(consistent, wrong, frozenset(), {})
            assert [each.place for each in found] == [planted]


def test_rounded_figures_are_no_error() -> None:
    form = DEFINITIONS.form("rd_structure")
    every = list(relations(form, form.editions[0]))
    amounts = {
        ("all", "total"): 1_000.0, ("internal", "total"): 650.0, ("outsourced", "total"): 300.0,
    }  # fmt: skip
    half = dict.fromkeys(amounts, 50.0)
    assert not imbalances(every, amounts, frozenset(), half)
    assert imbalances(every, amounts, frozenset(), dict.fromkeys(amounts, 5.0))


def test_every_column_fact_and_remark_of_a_form_is_one_of_it() -> None:
    fields = {field.stem for field in load_scheme().fields} | set(load_scheme().fields_by_id)
    for form in DEFINITIONS.forms:
        for edition in form.editions:
            lines = edition.lines.values()
            named = {*edition.columns, *(name for line in lines for name in line.columns or ())}
            assert named <= form.columns.keys(), (form.id, edition.id)
            for rule in edition.facts:
                assert rule.field in fields, rule.field
                assert edition.lines.keys() >= {*lines_of(rule.value or ""), *rule.text}
                assert form.columns.keys() >= set(rule.columns)
            assert edition.lines.keys() >= {remark.line for remark in edition.remarks}
