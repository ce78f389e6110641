"""Writes the sample papers: ``python sample_data/make_papers.py``.

Three invented firms with what firms have at hand: tax returns, statements, R&D tables, lists, heads by
month, in four layouts or more each. The third firm's papers hold errors, which errors.csv names. With
``--libreoffice`` the .xls files are saved anew, which takes LibreOffice.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

FOLDER = Path(__file__).parent / "papers"
sys.path.insert(0, str(FOLDER.parents[1]))

from tests.documents.form import Form, plant  # noqa: E402
from tests.documents.form_writer import WrittenPaper, write_forms  # noqa: E402
from tests.documents.forms import forms_of  # noqa: E402
from tests.documents.invented_firm import (  # noqa: E402
    CATEGORIES,
    DIFFERENCES,
    ZERO,
    Firm,
    allowed,
    cents,
    counted,
    invent_firm,
)
from tests.documents.layouts import (  # noqa: E402
    ACCOUNTANT_CSV,
    ACCOUNTANT_DOCX,
    ACCOUNTANT_XLSX,
    E_TAX,
    EXCEL,
    WPS,
    Layout,
)
from tests.documents.statements import profit_of  # noqa: E402

#: folder, seed of the firm, what is told about it
FIRMS = (
    ("muge", 170, "企业会计准则，首次申报 · enterprise standard, applies for the first time"),
    ("qingyun", 60, "小企业会计准则，已认定 · standard for small enterprises, certified already"),
    ("changhe", 61, "小企业会计准则，材料有错 · standard for small enterprises, with errors"),
)
MISTAKEN = "changhe"
#: form, year, line, column, what is added: sums that do not add up
ERRORS = (
    ("A101010", 2025, "2", 0, Decimal("90000.00")),
    ("A107012-52", 2025, "3", 0, Decimal("-1234.56")),
    ("rd-structure", 2024, "研究开发费用（内、外部）小计", -1, Decimal("50000.00")),
)
#: the income statement says another revenue than the return, and adds up in itself
OTHER_SALES = Decimal("360000.00")
LAST_YEAR = 2025
#: the paper that LibreOffice saves as .xls
XLS = ("qingyun", "2024年_wps.xlsx")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every paper, the facts that they hold, and the errors."""
    parser = argparse.ArgumentParser(description="Writes invented papers as sample data.")
    parser.add_argument("-o", "--output", type=Path, default=FOLDER, help="default: %(default)s")
    parser.add_argument("--libreoffice", action="store_true", help="save the .xls file anew")
    parser.add_argument("--no-pdf", action="store_true", help="leave the PDF files out")
    options = parser.parse_args(arguments)
    write_papers(options.output, pdf=not options.no_pdf)
    if options.libreoffice:
        save_as_xls(options.output)
    return 0


def write_papers(folder: Path, *, pdf: bool = True) -> None:
    """All folders of firms, and the lists of what is in them."""
    facts: list[list[str]] = []
    errors: list[list[str]] = []
    about: list[str] = []
    for name, seed, words in FIRMS:
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        firm = invent_firm(seed)
        true_forms = forms_of(firm, rng=random.Random(seed))
        forms = with_errors(true_forms) if name == MISTAKEN else true_forms
        papers = [
            paper
            for layout, chosen in by_layout(forms)
            if pdf or layout.ending != "pdf"
            for paper in write_forms(firm, chosen, layout, place)
        ]
        write_reconciliation(place / "对账.csv", firm, mistaken=name == MISTAKEN)
        facts += known_facts(name, firm, true_forms)
        errors += planted(name, papers, true_forms)
        about.append(f"| `{name}/` | {firm.name} | {firm.uscc} | {words} |")
    saved = folder.joinpath(*XLS)
    if saved.with_suffix(".xls").exists():
        # what LibreOffice made of it stands in its place
        saved.unlink()
    write_csv(folder / "facts.csv", ["folder", "field", "year", "value"], facts)
    write_csv(folder / "errors.csv", ["file", "form", "year", "line", "stated", "true"], errors)
    (folder / "README.md").write_text(readme(about), encoding="utf-8", newline="\n")


def by_layout(forms: Iterable[Form]) -> list[tuple[Layout, list[Form]]]:
    """Which papers a firm has in which layout: the last return from the tax site, the rest as kept."""
    layouts: dict[str, tuple[Layout, list[Form]]] = {
        layout.name + layout.ending: (layout, [])
        for layout in (E_TAX, EXCEL, WPS, ACCOUNTANT_DOCX, ACCOUNTANT_XLSX, ACCOUNTANT_CSV)
    }
    for form in forms:
        if form.number.startswith("A"):
            layout = E_TAX if form.year == LAST_YEAR else EXCEL
        elif form.number:
            layout = WPS
        elif form.id in ("rd-structure", "products", "conversions"):
            layout = ACCOUNTANT_DOCX
        elif form.id.startswith("rd-ledger"):
            layout = ACCOUNTANT_XLSX
        else:
            layout = ACCOUNTANT_CSV
        layouts[layout.name + layout.ending][1].append(form)
    return list(layouts.values())


# --- errors ---------------------------------------------------------------------------------------


def with_errors(forms: Sequence[Form]) -> list[Form]:
    """The same forms with sums that do not add up, and a statement that disagrees with the return."""
    result = []
    for form in forms:
        for form_id, year, line, column, amount in ERRORS:
            if (form.id, form.year) == (form_id, year):
                form = plant(form, line, column, amount)
        if form.title == "利润表" and form.year == LAST_YEAR:
            form = other_sales(form)
        result.append(form)
    return result


def other_sales(form: Form) -> Form:
    """The income statement with more revenue and as much more cost, so that it adds up."""
    for line in form.lines:
        if "营业收入" in line.label or "营业成本" in line.label:
            form = plant(form, line.label, 0, OTHER_SALES)
    return replace(form, planted=tuple(words for words in form.planted if "营业收入" in words))


def planted(
    name: str, papers: Iterable[WrittenPaper], true_forms: Sequence[Form]
) -> list[list[str]]:
    """Every wrong figure: its file, form, year and line, what it says and what is true."""
    true = {(form.id, form.year, form.title): form for form in true_forms}
    rows = []
    for paper in papers:
        for form in paper.forms:
            for word in form.planted:
                pairs = zip(form.lines, true[form.id, form.year, form.title].lines, strict=True)
                for line, right in pairs:
                    if word in (line.number, line.label):
                        stated, meant = next(
                            (a, b) for a, b in zip(line.cells, right.cells, strict=True) if a != b
                        )
                        rows.append([f"{name}/{paper.path.name}", form.id, str(form.year), line.number or line.label, str(stated), str(meant)])  # fmt: skip
    return rows


# --- what the papers hold -------------------------------------------------------------------------


def known_facts(name: str, firm: Firm, forms: Iterable[Form]) -> list[list[str]]:
    """Every figure that a paper holds, by field and calendar year; of two papers the first."""
    facts: dict[tuple[str, int], object] = {("uscc", 0): firm.uscc, ("name", 0): firm.name}
    for form in forms:
        for key, value in form.facts.items():
            facts.setdefault(key, value)
    return [[name, field, str(year or ""), str(value)] for (field, year), value in facts.items()]


def write_reconciliation(path: Path, firm: Firm, *, mistaken: bool) -> None:
    """The figures of `reconcile`: every basis and difference of the three years."""
    rows: dict[tuple[str, str, str], dict[int, Decimal]] = {}

    def put(item: str, category: str, unit: str, year: int, amount: Decimal) -> None:
        rows.setdefault((item, category, unit), {})[year] = amount

    for facts in firm.years:
        year = facts.year
        put("statement", "", "元", year, facts.income["research"])
        put("capitalised_in_year", "", "元", year, facts.capitalised)
        books = (("books", facts.booked), ("deduction_incurred", facts.deduction), ("certification_incurred", facts.certification))  # fmt: skip
        for basis, amounts in books:
            for category in CATEGORIES:
                put(basis, category, "元", year, amounts[category])
        for basis, lines in (
            ("deduction", allowed(facts.deduction)),
            ("certification", counted(facts.certification)),
        ):
            for category in ("other", "outsourced_domestic", "outsourced_overseas"):
                put(basis, category, "元", year, cents(lines[category]))
            put(basis, "合计", "元", year, cents(sum(lines.values(), ZERO)))
        for name in DIFFERENCES:
            put(name, "", "元", year, facts.differences[name])
        put("statement_revenue", "", "元", year, facts.sales)
        put("return_sales", "", "元", year, facts.sales)
        # as its own income statement has them: that of small enterprises knows no other gains
        stated = profit_of(facts, research_apart=not firm.small, gains_apart=not firm.small)
        put("non_operating_income", "", "元", year, stated["non_operating"])
        put("other_gains", "", "元", year, stated["gains"])
        for difference, own in (
            ("investment_income", "investment"),
            ("interest_income", "interest"),
            ("non_taxable_income", "non_taxable"),
        ):
            put(difference, "", "元", year, facts.income[own])
        put("gross_income", "", "元", year, facts.gross)
        put("total_income", "", "元", year, facts.total_income)
        put("ordinary_products", "", "元", year, facts.total_income - facts.hitech)
        put("hitech_income", "", "元", year, facts.hitech)
        put("staff_total", "", "人", year, cents(facts.staff))
        put("st_staff", "", "人", year, cents(facts.st_staff))
        put("not_st_staff", "", "人", year, cents(facts.staff) - cents(facts.st_staff))
    if mistaken:
        # the deduction forgot the limit on outsourcing, and the statement has another revenue
        rows["deduction", "outsourced_domestic", "元"][2025] = firm.years[-1].deduction["outsourced_domestic"]  # fmt: skip
        rows["statement_revenue", "", "元"][2025] += OTHER_SALES
    years = [facts.year for facts in firm.years]
    lines = [[*key, *(str(amounts[year]) for year in years)] for key, amounts in rows.items()]
    write_csv(path, ["项目", "类别", "单位", *map(str, years)], lines)


def write_csv(path: Path, head: list[str], rows: Iterable[list[str]]) -> None:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\n").writerows([head, *rows])
    path.write_bytes(sheet.getvalue().encode("utf-8-sig"))


def readme(about: Iterable[str]) -> str:
    """What is in the folder."""
    return "\n".join(
        [
            "# 样例材料 · Sample papers",
            "",
            "Three invented firms, their papers of 2023–2025 as firms have them. No name, code or figure is of anybody;",
            "`python sample_data/make_papers.py` writes them anew.",
            "",
            "| folder | firm | code | what |",
            "|---|---|---|---|",
            *about,
            "",
            "Each folder: the return of 2025 as the tax site prints it (PDF), those of 2023 and 2024 as workbooks, statements",
            "as WPS saves them, R&D structure, products and conversions in Word, R&D ledgers in the accountant's workbook,",
            "rights and heads by month as CSV; `对账.csv` is the input of `python -m eligibility reconcile`. One workbook was",
            "saved as .xls by LibreOffice.",
            "",
            "- `facts.csv`: every figure that the papers hold, by field and calendar year, in CNY, persons and items.",
            "- `errors.csv`: the wrong figures of the third firm, what stands there and what is true.",
            "",
        ]
    )


def save_as_xls(folder: Path) -> None:
    """One workbook as LibreOffice saves it in the old format."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise SystemExit("LibreOffice is not installed.")
    name, file = XLS
    source = folder / name / file
    subprocess.run([program, "--headless", "--convert-to", "xls", "--outdir", source.parent, source], check=True)  # fmt: skip
    source.unlink()


if __name__ == "__main__":
    sys.exit(main())
