"""A paper as a Word file (.docx): real tables, contents, page numbers, Chinese fonts, native charts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt, RGBColor

from eligibility.atomic_file import atomic_file
from eligibility.reports.paper import Bars, Block, Grid, Heading, Paper, Points, Text, printable

LATIN, CHINESE_FONT = "Arial", "Microsoft YaHei"
PAGE = (Cm(21.0), Cm(29.7))
MARGIN = Cm(2.0)
BREADTH = PAGE[0] - 2 * MARGIN
#: rows of a table that stay on one page
TOGETHER = 12
HEAD_SHADE, BLANK_SHADE = "DCE6F1", "FFF2CC"
DARK = RGBColor(0x1F, 0x3A, 0x5F)
COLOURS = ("2F5D8C", "D98E32", "7A9E7E")
_CHARTS = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_CHART_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"


def write_word(paper: Paper, path: Path) -> None:
    """Write a paper as .docx; raises InputError where the file cannot be written."""
    content = io.BytesIO()
    _Word(paper).document.save(content)
    with atomic_file(path) as file:
        file.write(content.getvalue())


class _Word:
    def __init__(self, paper: Paper) -> None:
        self.say = paper.language.text
        self.document = Document()
        self.charts = 0
        self._page(paper)
        self._styles()
        self._text(paper.title, "Title")
        for line in paper.lines:
            self._text(line)
        for lead in paper.lead:
            self._block(lead)
        headings = [block for block in paper.blocks if isinstance(block, Heading)]
        self._contents([heading.text for heading in headings if heading.level == 1])
        self.heading_count = 0
        before: Block | None = None
        for block in paper.blocks:
            self._block(block)
            if isinstance(before, Heading) and isinstance(block, Text):
                # a note under a heading goes with it to the table that it speaks of
                self.document.paragraphs[-1].paragraph_format.keep_with_next = True
            before = block

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Text):
            styles = {"plain": "Normal", "strong": "Normal", "note": "Caption"}
            paragraph = self._text(block.text, styles[block.tone])
            if block.tone == "strong":
                paragraph.runs[0].bold = paragraph.paragraph_format.keep_with_next = True
        elif isinstance(block, Points):
            for point in block.points:
                style = f"List Bullet {min(point.depth, 2) + 1}" if point.depth else "List Bullet"
                self._text(point.text, style)
        elif isinstance(block, Grid):
            self._grid(block)
        else:
            self._bars(block)

    # --- the page -------------------------------------------------------------------------------

    def _page(self, paper: Paper) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = PAGE
        section.left_margin = section.right_margin = section.top_margin = MARGIN
        section.bottom_margin = MARGIN
        core = self.document.core_properties
        core.title, core.author, core.comments = printable(paper.title)[:255], "", ""
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        before, after = self.say("Page {page} of {pages}").split("{page}")
        middle, after = after.split("{pages}")
        foot.add_run(before)
        _field(foot, "PAGE", "1")
        foot.add_run(middle)
        _field(foot, "NUMPAGES", "1")
        foot.add_run(after)

    def _styles(self) -> None:
        styles = self.document.styles
        sizes = {"Title": 18, "Heading 1": 15, "Heading 2": 12, "Caption": 8.5}
        names = ["Normal", *sizes, "List Bullet", "List Bullet 2", "List Bullet 3", "Footer"]
        for name in names:
            style = styles[name]
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for mark in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{mark}"), None)
            for mark in ("ascii", "hAnsi", "cs"):
                fonts.set(qn(f"w:{mark}"), LATIN)
            fonts.set(qn("w:eastAsia"), CHINESE_FONT)
            style.font.size = Pt(sizes.get(name, 10))
            if name in sizes and name != "Caption":
                style.font.color.rgb = DARK
        styles["Caption"].font.bold = False
        styles["Caption"].font.color.rgb = RGBColor(0x55, 0x55, 0x55)
        styles["Normal"].paragraph_format.space_after = Pt(4)
        marked = styles["Normal"].element.get_or_add_rPr()
        tongue = OxmlElement("w:lang")
        tongue.set(qn("w:val"), "en-US")
        tongue.set(qn("w:eastAsia"), "zh-CN")
        marked.append(tongue)

    def _contents(self, titles: list[str]) -> None:
        self._text(self.say("Contents"), "Normal").runs[0].bold = True
        for place, title in enumerate(titles):
            line = self.document.add_paragraph()
            line.paragraph_format.space_after = Pt(1)
            line.paragraph_format.tab_stops.add_tab_stop(
                BREADTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
            )
            line.add_run(printable(title) + "\t")
            _field(line, f"PAGEREF part{place} \\h", "", dirty=True)
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), f"part{place}")
            link.extend(line._p.findall(qn("w:r")))
            line._p.append(link)

    # --- parts ----------------------------------------------------------------------------------

    def _text(self, text: str, style: str = "Normal") -> Any:
        paragraph = self.document.add_paragraph(style=style)
        paragraph.add_run(printable(text))
        return paragraph

    def _heading(self, heading: Heading) -> None:
        paragraph = self._text(heading.text, f"Heading {heading.level}")
        paragraph.paragraph_format.page_break_before = heading.new_page
        if heading.level > 1:
            return
        for name in ("bookmarkStart", "bookmarkEnd"):
            mark = OxmlElement(f"w:{name}")
            mark.set(qn("w:id"), str(self.heading_count))
            if name == "bookmarkStart":
                mark.set(qn("w:name"), f"part{self.heading_count}")
                paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, mark)
            else:
                paragraph._p.append(mark)
        self.heading_count += 1

    def _grid(self, grid: Grid) -> None:
        table = self.document.add_table(rows=1, cols=len(grid.head), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        whole = sum(grid.widths)
        widths = [Emu(int(BREADTH * width / whole)) for width in grid.widths]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        self._row(table.rows[0], grid.head, widths, frozenset(), head=True)
        for cells in grid.rows:
            self._row(table.add_row(), cells, widths, grid.right)
        # a heading stays with its table, a short table on one page
        together = len(grid.rows) <= TOGETHER
        for row in table.rows[:-1] if together else table.rows[:2]:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def _row(
        self,
        row: Any,
        cells: tuple[str | None, ...],
        widths: list[Emu],
        right: frozenset[int],
        *,
        head: bool = False,
    ) -> None:
        marks = row._tr.get_or_add_trPr()
        marks.append(OxmlElement("w:cantSplit"))
        if head:
            marks.append(OxmlElement("w:tblHeader"))
        for place, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = widths[place]
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            if place in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(self.say("[to fill in]") if text is None else printable(text))
            run.font.size = Pt(9)
            run.bold = head
            if head or text is None:
                shade = HEAD_SHADE if head else BLANK_SHADE
                cell._tc.get_or_add_tcPr().append(
                    parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{shade}"/>')
                )

    def _bars(self, bars: Bars) -> None:
        """A chart of Word's own, which stays sharp and can be restyled."""
        self.charts += 1
        part = Part(
            PackURI(f"/word/charts/chart{self.charts}.xml"),
            _CHART_TYPE,
            _chart(bars).encode(),
            self.document.part.package,
        )
        link = self.document.part.relate_to(part, _CHART_LINK)
        height = Cm(2.6 + 0.62 * len(bars.labels) * len(bars.series))
        title = quoteattr(printable(bars.title))
        drawing = parse_xml(
            f"<w:drawing {nsdecls('w', 'wp', 'a', 'r')}><wp:inline>"
            f'<wp:extent cx="{BREADTH}" cy="{height}"/>'
            f'<wp:docPr id="{1000 + self.charts}" name="chart{self.charts}" descr={title}/>'
            f'<a:graphic><a:graphicData uri="{_CHARTS}">'
            f'<c:chart xmlns:c="{_CHARTS}" r:id="{link}"/>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing>"
        )
        self.document.add_paragraph().add_run()._r.append(drawing)


def _field(paragraph: Any, code: str, display: str, *, dirty: bool = False) -> None:
    """A field that Word computes; ``dirty`` asks it to do so when the file is opened."""
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        if kind == "begin" and dirty:
            mark.set(qn("w:dirty"), "true")
        paragraph.add_run()._r.append(mark)
        if kind == "begin":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = code
            paragraph.add_run()._r.append(text)
        if kind == "separate":
            paragraph.add_run(display)


def _chart(bars: Bars) -> str:
    """Horizontal bars in DrawingML, the first label on top."""
    labels = "".join(
        f'<c:pt idx="{place}"><c:v>{escape(printable(label))}</c:v></c:pt>'
        for place, label in enumerate(bars.labels)
    )
    count = f'<c:ptCount val="{len(bars.labels)}"/>'
    series = "".join(
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/>'
        f"<c:tx><c:strRef><c:f></c:f><c:strCache><c:ptCount val='1'/>"
        f'<c:pt idx="0"><c:v>{escape(printable(name))}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f'<c:spPr><a:solidFill><a:srgbClr val="{COLOURS[place % len(COLOURS)]}"/></a:solidFill></c:spPr>'
        '<c:invertIfNegative val="0"/>'
        '<c:dLbls><c:numFmt formatCode="0.#" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>'
        '<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/>'
        '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strLit>{count}{labels}</c:strLit></c:cat><c:val><c:numLit>"
        f"<c:formatCode>General</c:formatCode>{count}"
        + "".join(
            f'<c:pt idx="{row}"><c:v>{round(value, 2)}</c:v></c:pt>'
            for row, value in enumerate(values)
        )
        + "</c:numLit></c:val></c:ser>"
        for place, (name, values) in enumerate(bars.series)
    )
    fonts = (
        '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900">'
        f'<a:latin typeface="{LATIN}"/><a:ea typeface="{CHINESE_FONT}"/></a:defRPr></a:pPr>'
        '<a:endParaRPr lang="en-US"/></a:p></c:txPr>'
    )
    legend = '<c:legend><c:legendPos val="b"/></c:legend>' if len(bars.series) > 1 else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{_CHARTS}" xmlns:a="{_DRAWING}"><c:chart>'
        "<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz='1100' b='1'/></a:pPr>"
        f"<a:r><a:rPr lang='zh-CN' sz='1100' b='1'/><a:t>{escape(printable(bars.title))}</a:t></a:r></a:p>"
        '</c:rich></c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea>'
        '<c:layout/><c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/>'
        f'<c:varyColors val="0"/>{series}<c:gapWidth val="45"/><c:axId val="1"/><c:axId val="2"/>'
        '</c:barChart><c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling>'
        '<c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="1"/>'
        '<c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/><c:crossAx val="1"/>'
        f'</c:valAx></c:plotArea>{legend}<c:plotVisOnly val="1"/></c:chart>{fonts}</c:chartSpace>'
    )
