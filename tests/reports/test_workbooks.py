"""Workbooks live: formulas come to what the rules found, and no row is lost."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring
from zipfile import ZipFile

import pytest

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.domain.errors import InputError
from eligibility.i18n import ENGLISH
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.reports import workbook
from eligibility.reports.firm_workbook import firm_workbook
from eligibility.reports.staff_workbook import staff_workbook
from tests.commands import SAMPLES, run
from tests.firms import HNTE, base, table
from tests.reports.test_application import LISTED
from tests.reports.written_papers import HOSTILE, sheets

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def formulas(path: Path) -> list[str]:
    with ZipFile(path) as parts:
        text = "".join(
            parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name
        )
    return [part.split("</f>")[0] for part in text.split("<f>")[1:]]


def test_the_workbook_of_a_firm_lives(tmp_path: Path) -> None:
    path = tmp_path / "firm.xlsx"
    firm = table(base(name=HOSTILE, st_staff=8))
    (record,) = records(assess_table(firm, HNTE))
    firm_workbook(path, record, firm, HNTE, ENGLISH)
    made = sheets(path)
    assert list(made) == ["Application tables", "Reviewers"]
    row = next(row for row in made["Reviewers"] if row[0] == "Share of S&T staff")
    assert (row[1], row[2], row[5]) == (8, 100, "unmet")
    assert row[3] == pytest.approx(0.08)
    written = formulas(path)
    assert any(formula.startswith("IF(COUNT(") for formula in written)
    assert sum("ROUND(" in formula for formula in written) == len(
        [one for one in record["findings"] if one["unit"] not in ("yes_no", "code", "point")]
    )
    assert not any("1+1" in formula for formula in written)


class Cells:
    """The cells of one sheet, whose formulas are worked out from what was entered beside them."""

    def __init__(self, path: Path, place: int) -> None:
        with ZipFile(path) as parts:
            page = fromstring(parts.read(f"xl/worksheets/sheet{place}.xml"))
            shared = [
                "".join(text.itertext()) for text in fromstring(parts.read("xl/sharedStrings.xml"))
            ]
        self.formulas: dict[str, str] = {}
        self.kept: dict[str, Any] = {}
        for cell in page.iter(f"{SHEET}c"):
            name, value = cell.attrib["r"], cell.findtext(f"{SHEET}v")
            if value is not None and cell.attrib.get("t") == "s":
                self.kept[name] = shared[int(value)]
            elif value is not None:
                text = cell.attrib.get("t") == "str" or not value
                self.kept[name] = value if text else float(value)
            if (formula := cell.findtext(f"{SHEET}f")) is not None:
                self.formulas[name] = formula

    def value(self, name: str) -> Any:
        """What stands in a cell; a formula is worked out, a blank is an empty text."""
        formula = self.formulas.get(name)
        return self.kept.get(name, "") if formula is None else self.worked_out(formula)

    def worked_out(self, formula: str) -> Any:
        """The formula as Excel reads it: the few functions that the workbook uses, and no more."""
        said = re.sub(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", r"span('\1',\2,\4)", formula)
        said = re.sub(r"(?<![A-Z'])([A-Z]{1,2}\d+)(?![\d'])", r"value('\1')", said)
        said = re.sub(r"(?<![<>=])=(?!=)", "==", said)
        # only the branch that is taken is worked out
        said = said.replace("IF(", "IF(lambda: ").replace(",", ",lambda: ")
        known = {**self.functions, "value": self.value, "span": self.span}
        return eval(said, {"__builtins__": {}, **known})

    def span(self, *ends: Any) -> list[Any]:
        column, first, last = (end() if callable(end) else end for end in ends)
        return [self.value(f"{column}{row}") for row in range(first, last + 1)]

    @property
    def functions(self) -> dict[str, Any]:
        def given(part: Any) -> Any:
            return part() if callable(part) else part

        def flat(parts: Any) -> list[Any]:
            held = [given(part) for part in parts]
            return [one for part in held for one in (part if isinstance(part, list) else [part])]

        def numbers(parts: Any) -> list[float]:
            return [one for one in flat(parts) if isinstance(one, int | float)]

        return {
            "IF": lambda asked, yes, no: given(yes) if given(asked) else given(no),
            "OR": lambda *parts: any(given(part) for part in parts),
            "COUNT": lambda *parts: len(numbers(parts)),
            "SUM": lambda *parts: sum(numbers(parts)),
            "MAX": lambda *parts: max(numbers(parts), default=0),
            "MIN": lambda *parts: min(numbers(parts)),
            "ROUND": lambda figure, digits: round(given(figure), given(digits)),
        }


def same(worked_out: Any, kept: Any) -> bool:
    numbers = isinstance(worked_out, int | float) and isinstance(kept, int | float)
    return worked_out == pytest.approx(kept) if numbers else worked_out == kept


@pytest.mark.parametrize(
    "changes", [{}, {"st_staff": 8}, {"staff_total": None, "net_assets_y2": None}]
)
def test_every_formula_comes_to_what_the_rules_found(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    path, firm = tmp_path / "firm.xlsx", table(base(**changes))
    (record,) = records(assess_table(firm, HNTE))
    firm_workbook(path, record, firm, HNTE, ENGLISH, LISTED)
    for place in (1, 2):
        cells = Cells(path, place)
        assert cells.formulas
        for name, formula in cells.formulas.items():
            assert same(cells.value(name), cells.kept.get(name, "")), (name, formula)
    for row, finding in enumerate(record["findings"], start=6):
        if f"F{row}" in cells.formulas and finding["observed"] is not None:
            assert cells.value(f"F{row}") == finding["status"], finding["id"]


def test_formulas_follow_what_reviewers_change(tmp_path: Path) -> None:
    path, firm = tmp_path / "firm.xlsx", table(base())
    (record,) = records(assess_table(firm, HNTE))
    firm_workbook(path, record, firm, HNTE, ENGLISH)
    cells = Cells(path, 2)
    row = next(name[1:] for name, text in cells.kept.items() if text == "Share of S&T staff")
    assert cells.value(f"F{row}") == "met"
    cells.kept[f"B{row}"] = 9.0
    assert (cells.value(f"D{row}"), cells.value(f"F{row}")) == (0.09, "unmet")
    cells.kept[f"C{row}"] = 0.0
    assert (cells.value(f"D{row}"), cells.value(f"F{row}")) == ("", "")
    total = next(name[1:] for name, text in cells.kept.items() if text == "Total")
    assert cells.value(f"E{total}") == ""
    items = len(record["score"]["items"])
    for place in range(int(total) - items, int(total)):
        cells.kept[f"E{place}"] = cells.kept[f"D{place}"]
    # the best of every item, and no more than the ceiling of each group
    assert cells.value(f"E{total}") == 100
    assert cells.value(f"E{int(total) + 1}") == "met"


def test_where_no_row_was_rejected_the_workbook_of_staff_has_no_sheet_of_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "staff.xlsx"
    options = IntakeOptions(application_date=date(2026, 5, 10))
    batch = read_table(SAMPLES / "candidates.csv", HNTE.fields, options)
    staff_workbook(path, batch, [], HNTE, ENGLISH)
    assert "Rejected rows" not in sheets(path)


def test_the_workbook_of_staff_has_a_sheet_for_each_view_and_loses_no_row(tmp_path: Path) -> None:
    path = tmp_path / "staff.xlsx"
    options = IntakeOptions(application_date=date(2026, 5, 10))
    batch = read_table(
        SAMPLES / "candidates_messy.csv", HNTE.fields, options, catalogue=HNTE.titles_by_code
    )
    found = assess_table(batch.table, HNTE)
    staff_workbook(path, batch, found, HNTE, ENGLISH)
    made = sheets(path)
    assert list(made) == [
        "Overview", "All firms", "Unmet", "Undetermined", "Near the line", "Signs to look at", "Rejected rows", "Explanations",
    ]  # fmt: skip
    counts = dict(made["Overview"][1:4])
    assert counts == {"Rows read": 60, "Rows assessed": 38, "Rows rejected": 22}
    assert len(made["All firms"]) == 1 + 38
    assert len(made["Rejected rows"]) == 1 + 22
    unmet = sum(int((one.status == -1).sum()) for part in found for one in part.findings.values())
    assert len(made["Unmet"]) == 1 + unmet
    still_open = sum(
        int((one.status == 0).sum()) for part in found for one in part.findings.values()
    )
    assert len(made["Undetermined"]) == 1 + still_open
    assert all(abs(row[8]) <= 0.1 for row in made["Near the line"][1:])
    signs = sum(int(sign.rows.sum()) for part in found for sign in part.warnings)
    assert len(made["Signs to look at"]) == 1 + signs > 1
    assert all(len(row[3]) > len("a sign in words") for row in made["Signs to look at"][1:])
    assert formulas(path) == []


def test_a_sheet_that_would_lose_rows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "EXCEL_ROWS", 10)
    batch = read_table(SAMPLES / "candidates_messy.csv", HNTE.fields, catalogue=HNTE.titles_by_code)
    with pytest.raises(InputError, match="more than 10 rows"):
        staff_workbook(tmp_path / "x.xlsx", batch, assess_table(batch.table, HNTE), HNTE, ENGLISH)


def test_a_file_without_a_usable_row_still_gives_a_workbook(tmp_path: Path) -> None:
    source = tmp_path / "empty.csv"
    run("template", "-o", source)
    run("report", source, "-o", tmp_path / "staff.xlsx", "--lang", "en")
    assert sheets(tmp_path / "staff.xlsx")["Overview"][1] == ["Rows read", 0]
