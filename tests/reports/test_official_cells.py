"""The cells of the official application: how many of them what is entered fills."""

from __future__ import annotations

from collections import Counter

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.reports.application import draft
from eligibility.reports.form_cells import form_cells
from tests.firms import HNTE, base, table
from tests.reports.official_cells import cells_of_a_complete_firm

#: cells of the printed form, and how many of them facts filled before the form had questions of its own
CELLS, BEFORE, AFTER = 153, 75, 152


def test_a_firm_that_enters_everything_fills_the_form_but_for_what_is_signed_by_hand() -> None:
    cells = [cell for cell in cells_of_a_complete_firm() if not cell.group.extra]
    assert len(cells) == CELLS
    assert sum(cell.is_filled for cell in cells) >= AFTER > BEFORE
    # what the product leaves to the person who signs is blank, and says why
    by_hand = [cell for cell in cells if cell.by_hand]
    assert by_hand
    assert not any(cell.is_filled for cell in by_hand)


def test_the_groups_have_as_many_cells_as_the_printed_tables() -> None:
    sizes = Counter(cell.group.id for cell in cells_of_a_complete_firm())
    assert sizes["staff"] + sizes["staff_structure"] == 26
    assert sizes["activities"] + sizes["activity_texts"] == 9
    assert sizes["products"] + sizes["product_texts"] == 9
    assert (sizes["innovation"], sizes["registration"]) == (4, 31)


def test_every_cell_that_is_listed_stands_in_a_table_of_the_form() -> None:
    tables = HNTE.application_form(HNTE.edition("e2016"))
    titles = {made.title.zh: made for made in tables}
    for group in HNTE.official_cells(HNTE.edition("e2016")):
        made = titles[group.table]
        assert set(group.items) <= {row.title.zh for row in made.rows}
        assert made.each_year or set(group.columns) <= {column.zh for column in made.columns}


def test_the_questions_of_the_form_change_no_verdict() -> None:
    asked = [field for field in HNTE.fields if field.form_only]
    assert asked
    law = HNTE.edition("e2016")
    without = table(base())
    (plain,) = records(assess_table(without, HNTE))
    entered = {
        field.id: 7.0 if field.kind in ("money", "count", "number") else 1.0 if field.kind == "yes_no" else "甲"
        for field in asked
    }  # fmt: skip
    (full,) = records(assess_table(table(base() | entered), HNTE))
    assert full == plain
    cells = form_cells(HNTE.official_cells(law), draft(plain, without, HNTE))
    # the base firm lists nothing and answers nothing of the form's own page
    assert sum(cell.is_filled for cell in cells) < BEFORE
