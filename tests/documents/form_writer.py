"""Writes the forms of an invented firm as files in any layout: PDF, workbook, CSV, Word."""

# Private names: the table of a Word file as its library keeps it, which is walked once and not for each cell.

from __future__ import annotations

import csv
import html
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
import xlsxwriter
from docx.oxml.ns import qn

from tests.documents.form import Form
from tests.documents.invented_firm import Firm
from tests.documents.layouts import Content, Figure, Layout, Page, lay

#: stamped into files, so that they come out the same
STAMP = datetime(2026, 11, 1, tzinfo=UTC)
#: forms with more columns than these lie across
UPRIGHT = 7
#: marks that no file name takes, or that read badly in one
_UNFIT = str.maketrans("", "", '/\\:*?"“”（）')
_STYLE = """
@page { size: A4; margin: 1.2cm } @page across { size: A4 landscape; margin: 1cm }
body { font-family: "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif; font-size: 8pt }
section { break-before: page } section.across { page: across; font-size: 6.5pt }
h1 { font-size: 12pt; text-align: center } table { border-collapse: collapse; width: 100% }
h1, th { font-weight: normal } td, th { border: 0.5pt solid #333; padding: 1pt 3pt } td.figure { text-align: right; white-space: nowrap }
tr { break-inside: avoid } p { margin: 2pt 0 } p.middle { text-align: center; font-size: 11pt }
"""


@dataclass(frozen=True)
class WrittenPaper:
    """A file, and the forms that stand in it."""

    path: Path
    forms: tuple[Form, ...]


def write_forms(
    firm: Firm,
    forms: Sequence[Form],
    layout: Layout,
    folder: Path,
    *,
    order: random.Random | None = None,
) -> list[WrittenPaper]:
    """Write forms into a folder: a file each, or one a year where the layout holds them together.

    Parameters
    ----------
    order : random.Random, optional
        Shuffles the forms of a file; as they come if omitted.
    """
    writers = {"pdf": _pdf, "xlsx": _xlsx, "docx": _docx, "csv": _csv}
    groups: dict[str, list[Form]] = {}
    for form in forms:
        if layout.together:
            # lists of no single year go with those of the last one
            name = f"{form.year}年_{layout.name}"
        else:
            title = form.title if str(form.year) in form.title else f"{form.year}年{form.title}"
            name = f"{title.translate(_UNFIT)}_{layout.name}"
        groups.setdefault(name, []).append(form)
    papers = []
    for name, group in groups.items():
        if order is not None:
            order.shuffle(group)
        path = folder / f"{name}.{layout.ending}"
        pages = [lay(form, firm, layout) for form in group]
        has_return = any(form.number.startswith("A") for form in group)
        front = _front(firm, group[0].year) if layout.together and has_return else None
        writers[layout.ending](path, pages, layout, front)
        papers.append(WrittenPaper(path, tuple(group)))
    return papers


def _front(firm: Firm, year: int) -> list[list[str]]:
    """The front page of an annual return, which alone says whose it is and of which year."""
    return [
        ["中华人民共和国企业所得税年度纳税申报表"],
        ["（A类，2017年版）" if year < 2025 else "（A类）"],
        ["税款所属期间：", f"{year}年01月01日至{year}年12月31日"],
        ["纳税人识别号（统一社会信用代码）：", firm.uscc],
        ["纳税人名称：", firm.name],
        ["金额单位：", "人民币元（列至角分）"],
    ]


Front = list[list[str]] | None


def _text(content: Content) -> str:
    if isinstance(content, Figure):
        return content.text
    return content or ""


# --- CSV ------------------------------------------------------------------------------------------


def _csv(path: Path, pages: list[Page], layout: Layout, front: Front) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    if front:
        writer.writerows(front)
    for page in pages:
        writer.writerows([[_text(cell) for cell in row] for row in page.rows])
    encoding = "gb18030" if layout.columns_before else "utf-8-sig"
    path.write_bytes(sheet.getvalue().encode(encoding))


# --- workbook -------------------------------------------------------------------------------------


def _xlsx(path: Path, pages: list[Page], layout: Layout, front: Front) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": STAMP})
        plain = book.add_format({"font_name": layout.font})
        bold = book.add_format(
            {"font_name": layout.font, "bold": True, "border": 1, "align": "center"}
        )
        if front:
            sheet = book.add_worksheet("封面")
            for row, cells in enumerate(front):
                sheet.write_row(row, 0, cells, plain)
        names: set[str] = set()
        for page in pages:
            name = page.name
            while name in names:
                name = f"{name[:25]}({len(names)})"
            names.add(name)
            _sheet(book, book.add_worksheet(name), page, layout, plain, bold)


def _sheet(book: Any, sheet: Any, page: Page, layout: Layout, plain: Any, bold: Any) -> None:
    figures = {
        decimals: book.add_format(
            {"font_name": layout.font, "border": 1, "num_format": _number_format(decimals, layout)}
        )
        for decimals in (0, 2, 6)
    }
    merges = {(row, first): last for row, first, last in page.merges}
    sheet.set_column(0, page.width, 16)
    for row, cells in enumerate(page.rows):
        for column, cell in enumerate(cells):
            if cell is None:
                continue
            look = bold if row in page.heads else plain
            if (row, column) in merges and merges[row, column] > column:
                sheet.merge_range(row, column, row, merges[row, column], _text(cell), bold)
            elif isinstance(cell, Figure) and not layout.text_figures:
                sheet.write_number(row, column, float(cell.value), figures[cell.decimals])
            else:
                sheet.write_string(row, column, _text(cell), look)


def _number_format(decimals: int, layout: Layout) -> str:
    places = f".{'0' * decimals}" if decimals else ""
    plain = f"#,##0{places}" if layout.thousands else f"0{places}"
    return f"{plain};({plain})" if layout.negative == "brackets" else plain


# --- Word -----------------------------------------------------------------------------------------


def _docx(path: Path, pages: list[Page], layout: Layout, front: Front) -> None:
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = STAMP
    style = document.styles["Normal"]
    style.font.name = layout.font
    style.element.rPr.rFonts.set(qn("w:eastAsia"), layout.font)
    for line in front or ():
        document.add_paragraph("".join(line))
    for page in pages:
        above = page.rows[: page.heads.start]
        for row in above:
            words = "　".join(text for cell in row if (text := _text(cell)))
            if words:
                document.add_paragraph(words)
        table = [row[layout.columns_before :] for row in page.rows[page.heads.start :]]
        width = max(len(row) for row in table)
        grid = document.add_table(rows=len(table), cols=width, style="Table Grid")
        # asking a table for one cell at a time walks it from the start
        for row, cells in zip(grid._tbl.tr_lst, table, strict=True):
            for place, cell in zip(row.tc_lst, cells, strict=False):
                place.p_lst[0].add_r().text = _text(cell)
        document.add_page_break()
    content = io.BytesIO()
    document.save(content)
    # the archive again, without the hour it was made
    with ZipFile(content) as parts, ZipFile(path, "w", ZIP_DEFLATED) as anew:
        for name in sorted(parts.namelist()):
            anew.writestr(ZipInfo(name, STAMP.timetuple()[:6]), parts.read(name), ZIP_DEFLATED)


# --- PDF ------------------------------------------------------------------------------------------


def _pdf(path: Path, pages: list[Page], layout: Layout, front: Front) -> None:
    import weasyprint

    parts = [f"<html lang='zh'><style>{_STYLE}</style><body>"]
    for line in front or ():
        parts.append(f"<p class='middle'>{html.escape(''.join(line))}</p>")
    for page in pages:
        across = " class='across'" if page.width > UPRIGHT else ""
        parts.append(f"<section{across}>")
        for row in page.rows[: page.heads.start]:
            words = "　".join(text for cell in row if (text := _text(cell)))
            middle = " class='middle'" if page.form.title in row else ""
            parts.append(f"<p{middle}>{html.escape(words)}</p>" if words else "")
        parts.append("<table>")
        for place, row in enumerate(page.rows[page.heads.start :]):
            tag = "td" if place else "th"
            cells = row[layout.columns_before :]
            parts.append("<thead>" if not place else "")
            parts.append("<tr>")
            for cell in cells:
                mark = " class='figure'" if isinstance(cell, Figure) else ""
                parts.append(f"<{tag}{mark}>{html.escape(_text(cell))}</{tag}>")
            parts.append("</tr>" + ("</thead>" if not place else ""))
        parts.append("</table></section>")
    weasyprint.HTML(string="".join(parts)).write_pdf(path)
