"""Which cells of the official application a firm's facts fill: ``python -m tests.reports.official_cells``."""

from __future__ import annotations

from datetime import date
from typing import Any

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.domain.facts import Field
from eligibility.reports.application import draft
from eligibility.reports.form_cells import FormCell, form_cells
from eligibility.schemes.lists import ListColumn
from tests.firms import HNTE, base, table

#: a value of each kind, for what the base firm leaves blank
VALUES = {"text": "甲", "code": "甲", "date": date(2024, 1, 15), "money": 10_000.0, "number": 1.0, "count": 1.0, "yes_no": 1.0, "rating": "A", "catalogue": 10101}  # fmt: skip
#: texts of lists that have words of their own
WORDS = {
    "class": "发明专利",
    "status": "有效",
    "owner": "本企业",
    "acquired": "自主研发",
    "used": "否",
}


def complete_firm() -> dict[str, Any]:
    """A firm that entered every fact that is asked."""
    law = HNTE.in_force(date(2026, 5, 10))
    others = {field.id: _value(field) for field in HNTE.fields_of(law)}
    return others | {name: value for name, value in base().items() if value is not None}


def _value(field: Field) -> Any:
    return VALUES[field.kind]


def complete_lists() -> dict[str, list[dict[str, str]]]:
    """Lists of one thing each of which every column is entered, in every year."""
    lists = {
        name: [{column.id: _text(column) for column in ledger.columns}]
        for name, ledger in HNTE.lists.items()
    }
    for name, rows in lists.items():
        if "year" in rows[0]:
            lists[name] = [{**rows[0], "year": str(year)} for year in (2023, 2024, 2025)]
    return lists


def _text(column: ListColumn) -> str:
    kinds = {"text": "甲", "date": "2024-01-15", "count": "2025", "money": "12.5", "yes_no": "是"}
    return WORDS.get(column.id, kinds[column.kind])


def cells_of_a_complete_firm() -> list[FormCell]:
    """Every cell of the form of a firm that entered everything."""
    firm = table(complete_firm())
    (record,) = records(assess_table(firm, HNTE))
    tables = draft(record, firm, HNTE, complete_lists())
    return form_cells(HNTE.official_cells(HNTE.edition(record["edition"])), tables)


def main() -> None:
    """Print how many cells of each group are filled, and those that are not."""
    cells = cells_of_a_complete_firm()
    for group in dict.fromkeys(cell.group.id for cell in cells):
        of_group = [cell for cell in cells if cell.group.id == group]
        blank = [f"{cell.item}{cell.column}" for cell in of_group if not cell.is_filled]
        filled = len(of_group) - len(blank)
        print(f"{group:20} {filled:3} of {len(of_group):3}  {'、'.join(blank)}")
    asked = [cell for cell in cells if not cell.group.extra]
    print(f"{'all':20} {sum(cell.is_filled for cell in asked):3} of {len(asked):3}")


if __name__ == "__main__":
    main()
