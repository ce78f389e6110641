"""Papers say what the records say: Word, PDF and workbooks read back, hostile names kept as text."""

# Private names: what a renderer holds before it is a file, and a machine that lacks a part of it.

from __future__ import annotations

import builtins
import itertools
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape
from zipfile import ZipFile

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.atomic_file import atomic_file
from eligibility.cli import app
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.i18n import CHINESE, ENGLISH, Language
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.planning.firm_plan import firm_plan
from eligibility.reports import pdf, workbook
from eligibility.reports.application import draft
from eligibility.reports.firm_paper import firm_paper
from eligibility.reports.firm_workbook import firm_workbook
from eligibility.reports.paper import Bars, Grid, Heading, Paper, Point, Points, Text
from eligibility.reports.pdf import write_pdf
from eligibility.reports.staff_workbook import staff_workbook
from eligibility.reports.word import _chart, _Word, write_word
from eligibility.schemes.registry import load_scheme, scheme_ids
from tests.cli.test_commands import SAMPLES, run
from tests.firms import HNTE, base, table

ON = date(2026, 3, 1)
FIRM = "91150105XNRCN5XE87"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HOSTILE = '=1+1</w:t><script>{{7*7}}{% x %}&amp;"\x07'


def paper_of(firm: FirmTable, language: Language = ENGLISH) -> Paper:
    (record,) = records(assess_table(firm, HNTE))
    return firm_paper(record, firm_plan(firm, 0, HNTE, ON), firm, HNTE, language)


def words(path: Path) -> list[str]:
    document = Document(str(path))
    cells = [cell.text for grid in document.tables for row in grid.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def formulas(path: Path) -> list[str]:
    with ZipFile(path) as parts:
        text = "".join(
            parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name
        )
    return [part.split("</f>")[0] for part in text.split("<f>")[1:]]


@pytest.mark.parametrize("language", [CHINESE, ENGLISH], ids=lambda language: language.id)
def test_the_paper_of_a_firm_says_what_its_record_says(tmp_path: Path, language: Language) -> None:
    firm = table(base(st_staff=8))
    (record,) = records(assess_table(firm, HNTE))
    told = firm_plan(firm, 0, HNTE, ON)
    write_word(firm_paper(record, told, firm, HNTE, language), tmp_path / "paper.docx")
    grids = [
        [[cell.text for cell in row.cells] for row in grid.rows]
        for grid in Document(str(tmp_path / "paper.docx")).tables
    ]
    findings, score = grids[0][1:], grids[1][1:]
    for row, finding in zip(findings, record["findings"], strict=True):
        assert row[:2] == [finding["title"][language.id], language.text(finding["status"])]
        assert finding["citation"]["article"] in row[4]
    assert findings[3][2] == "8.0%"
    for row, item in zip(score, record["score"]["items"], strict=False):
        assert row[1:4] == [str(item["low"]), str(item["high"]), str(item["max"])]
    assert score[-1][1:3] == [str(record["score"]["low"]), str(record["score"]["high"])]
    cells = {cell for grid in grids for row in grid for cell in row}
    for move in told["plan"]["plans"][0]["moves"]:
        assert {move["start_by"], move["done_by"]} <= cells
        assert f"{move['cost']:,.0f}" in cells


def test_contents_and_page_numbers_are_fields_and_chinese_has_its_font(tmp_path: Path) -> None:
    path = tmp_path / "paper.docx"
    paper = paper_of(table(base()))
    write_word(paper, path)
    with ZipFile(path) as parts:
        body, styles = parts.read("word/document.xml").decode(), parts.read("word/styles.xml")
        foot = "".join(parts.read(name).decode() for name in parts.namelist() if "footer" in name)
    titles = [one for one in paper.blocks if isinstance(one, Heading) and one.level == 1]
    for place in range(len(titles)):
        assert f'w:name="part{place}"' in body
        assert f"PAGEREF part{place} " in body
    assert "NUMPAGES" in foot
    assert b'w:eastAsia="Microsoft YaHei"' in styles


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_a_hostile_name_stays_text(tmp_path: Path, kind: str) -> None:
    shown = HOSTILE.replace("\x07", "\ufffd")
    paper = paper_of(table(base(name=HOSTILE)))
    if kind == "docx":
        write_word(paper, tmp_path / "paper.docx")
        assert shown in words(tmp_path / "paper.docx")
    else:
        page = pdf._page(paper)
        assert "<script" not in page
        assert "{{7*7}}" in page


@given(st.text(max_size=40))
@settings(max_examples=25)
def test_any_text_can_be_written(text: str) -> None:
    grid = Grid((text,), ((text,), (None,)), (1,))
    blocks = (
        Heading(text),
        Text(text, "strong"),
        Points((Point(text),)),
        grid,
        Bars(text, (text,), ((text, (1.0,)),)),
    )
    paper = Paper(text, (text,), blocks, ENGLISH)
    _Word(paper)
    fromstring(_chart(blocks[-1]))
    assert "<script" not in pdf._page(paper)


def test_the_draft_carries_facts_over_and_marks_what_is_blank() -> None:
    firm = table(base(rd_personnel_y1=1_000_000, net_assets_y2=None))
    (record,) = records(assess_table(firm, HNTE))
    rows = {
        row.title.en: [cell.text(ENGLISH) for cell in row.cells]
        for made in draft(record, firm, HNTE)
        for row in made.rows
    }
    sales = [firm.numbers(f"sales_revenue_y{year}")[0] / 10_000 for year in (1, 2, 3)]
    assert rows["Sales revenue"] == [f"{amount:,.2f}" for amount in sales]
    assert rows["Net assets"][1] is None
    assert rows["Total profit"] == [None, None, None]
    # a sum of some of its parts would be too small
    assert rows["Internal R&D costs"][0] is None
    terms = {finding["id"]: finding["terms"] for finding in record["findings"]}
    whole = terms["rd_intensity"]["part"] / 10_000
    assert rows["R&D costs of three years, 10k CNY"] == [f"{whole:,.2f}"]


def test_a_year_before_registration_is_not_asked_for() -> None:
    firm = table(base(registered_on=date(2024, 5, 1)))
    (record,) = records(assess_table(firm, HNTE))
    (sales,) = [
        row.cells
        for made in draft(record, firm, HNTE)
        for row in made.rows
        if row.title.en == "Sales revenue"
    ]
    assert [cell.text(ENGLISH) == "–" for cell in sales] == [True, False, False]


LISTED: dict[str, list[dict[str, str]]] = {
    "ip": [
        {"name": "一种方法", "class": "发明专利", "granted_on": "2024-01-15", "status": "有效",
         "owner": "本企业", "acquired": "自主研发", "used": "否"},
        {"name": "软件甲", "class": "软著", "granted_on": "2024-03-15", "status": "有效",
         "owner": "本企业", "acquired": "受让", "used": "否"},
        {"name": "已失效", "class": "软著", "granted_on": "2020-03-15", "status": "失效",
         "owner": "本企业", "acquired": "自主研发", "used": "否"},
    ],
    "activity": [
        {"name": name, "year": year, **dict.fromkeys(HNTE.lists["activity"].amounts, "0"), "rd_personnel": amount}
        for name, year, amount in (("数据平台", "2024", "12.5"), ("数据平台", "2025", "20"), ("芯片", "2025", "7"))
    ],
    "product": [{"name": "平台", "income": "1,980", "main": "是"}, {"name": "服务", "main": "否"}],
}  # fmt: skip


def listed_tables(lists: dict[str, list[dict[str, str]]]) -> dict[str, list[list[str | None]]]:
    firm = table(base())
    (record,) = records(assess_table(firm, HNTE))
    return {
        made.title.en: [[row.title.en, *(cell.text(ENGLISH) for cell in row.cells)] for row in made.rows]
        for made in draft(record, firm, HNTE, lists)
    }  # fmt: skip


def test_what_a_firm_listed_stands_in_the_tables_of_the_application() -> None:
    made = listed_tables(LISTED)
    assert made["2. Rights: each"] == [
        ["IP01", "一种方法", "发明专利", "2024-01-15", None, "自主研发"],
        ["IP02", "软件甲", "软著", "2024-03-15", None, "受让"],
    ]
    counts = {row[0]: row[1] for row in made["2. Rights: numbers"]}
    assert (counts["Invention patents"], counts["Software copyrights"]) == ("1", "1")
    assert counts["Designs"] == "0"
    assert made["4. R&D activities: money, 10k CNY"] == [
        # nothing is said of a year that no row speaks of
        ["RD01", None, "12.50", "20.00"],
        ["RD02", None, "0.00", "7.00"],
    ]
    costs = {row[0]: row[1:] for row in made["5. R&D costs by activity, 10k CNY (2025)"]}
    assert costs["Personnel"] == ["20.00", "7.00", "27.00"]
    assert costs["R&D costs, internal and outsourced"] == ["20.00", "7.00", "27.00"]
    products = made["6. Hi-tech products and services of the latest year"]
    assert [row[1] for row in products] == ["平台", "服务"]
    assert [row[4] for row in products] == ["1,980.00", None]
    assert [row[5] for row in products] == ["Yes", "No"]


def test_the_numbers_of_rights_fill_themselves_in_from_the_links() -> None:
    rights = [right | {"activities": "RD02"} for right in LISTED["ip"]]
    rights[1]["products"] = "平台"
    activities = [row | {"field": "10101"} for row in LISTED["activity"]]
    activities[2] = activities[2] | {"code": "RD05"}
    made = listed_tables(LISTED | {"ip": rights, "activity": activities})
    # a right that lapsed is not applied with
    assert [row[:2] + row[-1:] for row in made["4. R&D activities"]] == [
        ["RD01", "数据平台", None],
        ["RD05", "芯片", None],
    ]
    rights = [right | {"activities": "RD05、RD01"} for right in rights]
    made = listed_tables(LISTED | {"ip": rights, "activity": activities})
    assert [row[-1] for row in made["4. R&D activities"]] == ["IP01、IP02", "IP01、IP02"]
    products = made["6. Hi-tech products and services of the latest year"]
    assert [row[-1] for row in products] == ["IP02", None]


def test_without_lists_their_rows_are_left_to_be_filled_in() -> None:
    made = listed_tables({})
    assert [row[0] for row in made["2. Rights: each"]] == [f"IP0{n}" for n in range(1, 6)]
    assert all(cell is None for row in made["2. Rights: each"] for cell in row[1:])
    assert {row[1] for row in made["2. Rights: numbers"]} == {None}
    assert not any("by activity" in title for title in made)


def test_kinds_are_counted_only_where_every_right_names_one() -> None:
    rights = [{**LISTED["ip"][0], "class": "I类"}, *LISTED["ip"][1:]]
    assert {row[1] for row in listed_tables({"ip": rights})["2. Rights: numbers"]} == {None}


def test_the_checklist_of_the_paper_says_what_is_there() -> None:
    firm = table(base())
    (record,) = records(assess_table(firm, HNTE))
    held = {"core_ip": "received", "股东会决议": "asked for"}
    told = firm_plan(firm, 0, HNTE, ON)
    for papers, shown in ((held, "已收到"), (None, "□")):
        made = firm_paper(record, told, firm, HNTE, CHINESE, papers=papers)
        rows = [row for block in made.blocks if isinstance(block, Grid) for row in block.rows]
        (core,) = [row[0] for row in rows if row[1] == "核心知识产权" and len(row) == 4]
        assert core == shown
        assert ("股东会决议" in [row[1] for row in rows]) == (papers is not None)


def test_a_firm_without_a_plan_still_has_a_paper() -> None:
    firm = table(base(application_date=date(2032, 5, 10)))
    (record,) = records(assess_table(firm, HNTE))
    with pytest.raises(InputError) as refused:
        firm_plan(firm, 0, HNTE, ON)
    made = firm_paper(record, refused.value.message, firm, HNTE, ENGLISH)
    titles = [block.text for block in made.blocks if isinstance(block, Heading)]
    assert "Findings" in titles
    assert not any(title.startswith("Plan") for title in titles)
    assert any("no plan can be made: 20" in line for line in made.lines)
    assert any("2032, the year the firm's figures are for" in line for line in made.lines)


def test_a_paper_names_blanks_by_the_calendar_year_as_the_app_does() -> None:
    firm = table(base(sales_revenue_y3=None, net_assets_y1=None))
    for language in (CHINESE, ENGLISH):
        said = str(paper_of(firm, language).blocks)
        field = HNTE.fields_by_id["sales_revenue_y3"]
        assert language.of(field.title_in_year(2026)) in said
        assert "2025" in language.of(field.title_in_year(2026))
        # the official tables alone say both: the form's year and the calendar's
        assert not re.search(r"第[一二三]年(?!（20)|year [123](?! \(20)", said, re.IGNORECASE)


def test_a_paper_in_chinese_tells_money_in_wan_and_no_point_twice() -> None:
    paper = paper_of(table(base(hitech_income_y3=8_000_000.0, management_talent=None)), CHINESE)
    points = [
        point.text for block in paper.blocks if isinstance(block, Points) for point in block.points
    ]
    assert "（现有收入中）：增加 100 万元，达到 900 万元" in " ".join(points)
    assert not any(re.search(r"\b(\d+)–\1 分", text) for text in points)
    assert any("每提高 1 分，多得 1 分" in text for text in points)


def test_entries_of_the_contents_lead_to_their_headings(tmp_path: Path) -> None:
    paper = paper_of(table(base()))
    write_word(paper, tmp_path / "paper.docx")
    with ZipFile(tmp_path / "paper.docx") as parts:
        body = parts.read("word/document.xml").decode()
    titles = [one.text for one in paper.blocks if isinstance(one, Heading) and one.level == 1]
    for place, title in enumerate(titles):
        entry = body.split(f'w:anchor="part{place}"')[1].split("</w:hyperlink>")[0]
        assert escape(title) in entry
        assert f"PAGEREF part{place} " in entry


def test_every_cell_of_a_form_names_a_field_or_a_term_of_a_finding() -> None:
    for scheme in map(load_scheme, scheme_ids()):
        terms = {
            f"{condition.id}/{term}"
            for law in scheme.editions
            for condition in law.conditions
            for term in condition.terms
        }
        listed = {name: {column.id for column in one.columns} for name, one in scheme.lists.items()}
        if "activity" in listed:
            listed["activity"] |= {"spent_y1", "spent_y2", "spent_y3", "period"}
        for name, one in scheme.lists.items():
            if one.adds_to:
                listed[one.adds_to] |= listed[name]
        for made in itertools.chain.from_iterable(scheme.application_forms.values()):
            named = {cell for row in made.rows for cell in row.cells if cell}
            assert named <= (
                {*scheme.lists[made.list].amounts}
                if made.each_year
                else {*scheme.fields_by_id, *terms}
            )
            assert {name for name in made.takes if name} <= listed.get(made.list, set())


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


def test_a_machine_without_weasyprint_is_told_so_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(InputError, match=r"needs WeasyPrint.*requirements-pdf\.txt"):
        write_pdf(paper_of(table(base())), tmp_path / "paper.pdf")


def test_a_machine_without_pango_or_a_chinese_font_is_told_so_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = paper_of(table(base()))
    with monkeypatch.context() as patch:
        imported = builtins.__import__

        def without(name: str, *rest: Any) -> Any:
            if name.startswith("weasyprint"):
                raise OSError("cannot load library 'libpango-1.0-0'")
            return imported(name, *rest)

        patch.setattr(builtins, "__import__", without)
        with pytest.raises(InputError, match="needs the library Pango"):
            write_pdf(paper, tmp_path / "paper.pdf")
    _needs_weasyprint()
    monkeypatch.setattr(pdf, "_has_chinese_font", lambda: False)
    with pytest.raises(InputError, match="needs a font with Chinese characters"):
        write_pdf(paper, tmp_path / "paper.pdf")


def _needs_weasyprint() -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        pytest.skip(f"no PDF on this machine: {error}")
    return weasyprint


def test_a_pdf_is_written_and_fetches_nothing(tmp_path: Path) -> None:
    weasyprint = _needs_weasyprint()
    run(
        "report", SAMPLES / "candidates.csv", "--firm", FIRM, "--as-of", "2026-03-01",
        "-o", tmp_path / "paper.pdf", "--lang", "zh",
    )  # fmt: skip
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF-")
    html, fetcher = pdf._machine()
    assert html is weasyprint.HTML
    with pytest.raises(weasyprint.urls.FatalURLFetchingError):
        fetcher().fetch((SAMPLES / "candidates.csv").as_uri())


def test_the_report_of_a_year_says_what_the_portfolio_says(tmp_path: Path) -> None:
    source, path = SAMPLES / "candidates.csv", tmp_path / "year.docx"
    asked = ("--as-of", "2026-03-01", "--already", "5")
    run("report", source, "--year", "2026", *asked, "-o", path, "--lang", "en")
    record = json.loads(run("portfolio", source, *asked, "--format", "json").stdout)
    said = words(path)
    forecast = record["forecast"]
    assert f"{forecast['expected']:.1f}" in said
    assert f"{forecast['reaches_target']:.1%}" in said
    for name in ("district", "industry", "carrier"):
        groups = record[{"district": "districts", "industry": "industries"}.get(name, "carriers")]
        assert sum(row["firms"] for row in groups) == record["firms"]
        assert {row[name] or f"(no {name})" for row in groups} <= set(said)
    with ZipFile(path) as parts:
        charts = [name for name in parts.namelist() if name.startswith("word/charts/")]
    assert len(charts) == 6


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--firm", FIRM, "--year", "2026", "-o", "x.docx"), "two papers"),
        (("--firm", FIRM, "-o", "x.txt"), "must end in .docx, .pdf, .xlsx"),
        (("--year", "2026", "-o", "x.xlsx"), "must end in .docx, .pdf"),
        (("-o", "x.docx"), "must end in .xlsx"),
        (("--by", "2027-05-10", "-o", "x.xlsx"), "--by goes with --firm"),
        (("--already", "3", "-o", "x.xlsx"), "go with --year"),
        (("--firm", "nobody", "-o", "x.docx"), "no usable row of the firm"),
        (("-o", "nowhere/x.xlsx"), "its folder does not exist"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_sentence(
    asked: tuple[str, ...], said: str
) -> None:
    done = CliRunner().invoke(
        app, ["report", str(SAMPLES / "candidates.csv"), *asked, "--lang", "en"]
    )
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "paper.docx"
    path.write_text("old")

    def fails() -> None:
        with atomic_file(path) as file:
            file.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="cannot be written: No space left"):
        fails()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
