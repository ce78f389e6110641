"""The forms that the writer makes add up as the official ones do, and an error that is put in breaks its sum."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from tests.documents.form import Form, plant
from tests.documents.forms import forms_of
from tests.documents.invented_firm import ZERO, cents, invent_firm
from tests.documents.layouts import LAYOUTS, Figure, lay

SEEDS = range(12)
Amount = Callable[..., Decimal]


def amounts(form: Form, column: int = 0) -> Amount:
    """The sum of the lines of a form that are named by their numbers, in one column."""
    by_number = {line.number: line.cells[column] for line in form.lines}

    def total(*numbers: int) -> Decimal:
        return sum((cell for n in numbers if isinstance(cell := by_number[str(n)], Decimal)), ZERO)

    return total


def sums(form: Form) -> Iterator[tuple[str, Decimal, Decimal]]:
    """(line, what stands there, what the form says it is) for every relation of a form."""
    of = amounts(form)
    match form.id:
        case "A100000-2014":
            yield "10", of(10), of(1) - of(2, 3, 4, 5, 6, 7) + of(8, 9)
            yield "13", of(13), of(10, 11) - of(12)
        case "A100000-2025":
            yield "15", of(15), of(1) - of(2, 3, 4, 5, 6, 7) + of(*range(8, 15))
            yield "18", of(18), of(15, 16) - of(17)
        case "A101010":
            yield "1", of(1), of(2, 9)
            yield "2", of(2), of(3, 5, 6, 7, 8)
            yield "9", of(9), of(10, 12, 13, 14, 15)
            yield "16", of(16), of(*range(17, 27))
        case "A104000":
            for column in range(6):
                of = amounts(form, column)
                yield "26", of(26), of(*range(1, 26))
        case "A107012-52":
            yield "2", of(2), of(3, 7, 16, 19, 23, 34)
            yield "3", of(3), of(4, 5, 6)
            yield "7", of(7), of(*range(8, 16))
            yield "16", of(16), of(17, 18)
            yield "19", of(19), of(20, 21, 22)
            yield "23", of(23), of(*range(24, 28))
            yield "28", of(28), of(*range(29, 34))
            yield "34", of(34), min(of(28), cents(of(3, 7, 16, 19, 23) * 10 / 90))
            yield "40", of(40), cents(of(2) + of(36) * 80 / 100 + of(38))
            yield "45", of(45), of(41, 43, 44)
        case "A107041":
            for column in range(4):
                of = amounts(form, column)
                yield "16", of(16), of(*range(17, 23), 24)
                yield "15", of(15), of(16, 25)
            yield "7", amounts(form)(7), amounts(form)(8) - amounts(form)(9)
        case "small-balance":
            for column in range(2):
                of = amounts(form, column)
                yield "15", of(15), of(*range(1, 10), 14)
                yield "29", of(29), of(16, 17, *range(20, 29))
                yield "30", of(30), of(15, 29)
                yield "47", of(47), of(41, 46)
                yield "53", of(53), of(47, 52)
                yield "30=53", of(30), of(53)
        case "small-income":
            yield "21", of(21), of(1, 20) - of(2, 3, 11, 14, 18)
            yield "30", of(30), of(21, 22) - of(24)
            yield "32", of(32), of(30) - of(31)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_written_forms_add_up_as_the_official_ones_do(seed: int) -> None:
    firm = invent_firm(seed)
    for form in forms_of(firm, rng=random.Random(seed)):
        for line, stands, follows in sums(form):
            assert stands == follows, (form.id, form.year, line)


def test_every_relation_is_tried_by_some_form() -> None:
    forms = [
        form for seed in SEEDS for form in forms_of(invent_firm(seed), rng=random.Random(seed))
    ]
    tried = {form.id for form in forms if list(sums(form))}
    assert tried == {"A100000-2014", "A100000-2025", "A101010", "A104000", "A107012-52", "A107041", "small-balance", "small-income"}  # fmt: skip
    assert {"A107012-53", "balance", "income", "rd-ledger-2015", "rd-ledger-2021"} <= {form.id for form in forms}  # fmt: skip


def test_an_error_that_is_put_in_breaks_its_sum() -> None:
    forms = forms_of(invent_firm(3), rng=random.Random(3))
    detail = next(form for form in forms if form.id == "A101010")
    wrong = plant(detail, "2", 0, Decimal("0.01"))
    assert wrong.planted == ("2",)
    broken = [line for line, stands, follows in sums(wrong) if stands != follows]
    assert broken == ["1", "2"]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: f"{layout.name}-{layout.ending}")
def test_a_layout_loses_no_figure(layout) -> None:
    firm = invent_firm(5)
    for form in forms_of(firm, rng=random.Random(5)):
        page = lay(form, firm, layout)
        shown = sum(
            isinstance(cell, Figure) and cell.value != 0 for row in page.rows for cell in row
        )
        cells = [cell for line in form.lines for cell in line.cells]
        assert shown == sum(isinstance(cell, Decimal | int) and cell != 0 for cell in cells), (
            form.id
        )
