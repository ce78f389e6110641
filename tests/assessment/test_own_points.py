"""Own points by a checklist: what the guideline names, each worth the same, never above the item."""

from __future__ import annotations

from itertools import combinations

import pytest

from eligibility.assessment.own_points import own_points
from eligibility.domain.law import Item
from eligibility.intake.cells import CellFormat, CellTrouble, parse
from eligibility.schemes.registry import load_scheme

SCHEME = load_scheme()
LAW = SCHEME.edition("e2016")
RATED = [item for item in LAW.items.values() if item.elements]


def test_each_item_of_management_names_its_elements_with_article_and_proof() -> None:
    assert {item.id: len(item.elements) for item in RATED} == {
        "management_system": 3,
        "management_institution": 3,
        "management_incentive": 2,
        "management_talent": 4,
    }
    assert [item.citation.article for item in RATED] == [f"三、（七）3（{n}）" for n in range(1, 5)]
    assert all(each.proof.zh and each.title.en for item in RATED for each in item.elements)


@pytest.mark.parametrize("item", RATED, ids=lambda item: item.id)
def test_own_points_are_whole_numbers_up_to_those_of_the_item(item: Item) -> None:
    form = CellFormat(SCHEME.fields_by_id[item.id])
    assert parse(f"{item.max:g}分", form) == item.max
    for text in (f"{item.max - 0.5:g}", f"{item.max + 1:g}", "-1"):
        with pytest.raises(CellTrouble):
            parse(text, form)


@pytest.mark.parametrize("item", RATED, ids=lambda item: item.id)
def test_more_elements_are_never_fewer_points_and_all_of_them_are_the_highest(item) -> None:
    ids = [each.id for each in item.elements]
    for n in range(1, len(ids) + 1):
        for ticked in combinations(ids, n):
            result = own_points(item, ticked)
            assert result.points == item.max * n // len(ids)
            assert [each.id for each in result.present] == list(ticked)
            assert len(result.lacking) == len(ids) - n


def test_nothing_ticked_decides_nothing_and_what_is_not_of_the_item_is_left_out() -> None:
    assert own_points(RATED[0], ()).points is None
    assert own_points(RATED[0], ["platform"]).points is None
