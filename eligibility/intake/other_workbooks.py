"""Tables of other kinds than xlsx as rows of texts: .xls and .et, .ods, HTML, SpreadsheetML; runs in a
process of its own.

Each gives what a person sees of a cell: where a format shows another number than the cell holds, that.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from html.parser import HTMLParser
from typing import Any, Literal
from xml.etree import ElementTree

from eligibility.intake.number_formats import FORMULA_MARK, display_text
from eligibility.intake.sheet_survey import cell_text
from eligibility.intake.workbook import Workbook, answer, refusals
from eligibility.intake.workbook_caps import Caps, Refusal

Kind = Literal["xls", "ods", "html", "xml"]

#: rows and columns that an attribute may repeat or span; a repeated blank is no cell
REPEATS = 1_000


def serve(
    content: bytes,
    requests: Iterator[Any],
    *,
    sheet: str | None,
    caps: Mapping[str, int],
    kind: Kind,
) -> Iterator[Any]:
    """As ``workbook.serve``, for a file of another kind."""
    with refusals():
        yield from answer(_READERS[kind](content, Caps(**caps)), requests, sheet)


class _Book:
    """Sheets as lists of rows of texts."""

    def __init__(
        self, sheets: Mapping[str, list[list[str]]], hidden_sheets: set[str], caps: Caps
    ) -> None:
        self._sheets, self._hidden_sheets, self._caps = sheets, hidden_sheets, caps

    def names(self, sheet: str | None) -> list[str]:
        return [name for name in self._sheets if name not in self._hidden_sheets or name == sheet]

    def head(self, name: str) -> list[list[str]]:
        head = self._sheets[name][: self._caps.head]
        if max(map(len, head), default=0) > self._caps.columns:
            raise Refusal("columns")
        return head if any(any(line) for line in self._sheets[name]) else []

    blocks = Workbook.blocks

    def _sheet(self, name: str) -> _Book:
        self._rows = self._sheets[name]
        return self

    def rows(self) -> Iterator[list[str]]:
        return iter(self._rows)


class _Measure:
    """Refuses more cells than a sheet may have."""

    def __init__(self, caps: Caps) -> None:
        self._caps, self._cells = caps, 0

    def add(self, cells: int) -> None:
        self._cells += cells
        if self._cells > self._caps.cells:
            raise Refusal("cells")


# --- xls --------------------------------------------------------------------------------------------


def _xls(content: bytes, caps: Caps) -> _Book:
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        raise Refusal("protected" if "ncrypt" in str(error) else "damaged") from error
    except (MemoryError, Refusal):
        raise
    except Exception as error:
        # a damaged file ends its reader in whatever it was doing
        raise Refusal("damaged") from error
    measure = _Measure(caps)
    sheets: dict[str, list[list[str]]] = {}
    for sheet in book.sheets():
        measure.add(sheet.nrows * sheet.ncols)
        sheets[sheet.name] = [
            [_xls_text(book, sheet.cell(row, column)) for column in range(sheet.row_len(row))]
            for row in range(sheet.nrows)
        ]
    hidden = {sheet.name for sheet in book.sheets() if sheet.visibility}
    return _Book(sheets, hidden, caps)


def _xls_text(book: Any, cell: Any) -> str:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_NUMBER:
        code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        return display_text(cell.value, code) or cell_text(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return cell_text(cell.value)
        return _day_text(moment)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return cell_text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return str(cell.value)


def _day_text(moment: datetime) -> str:
    midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.date().isoformat() if midnight else moment.isoformat(sep=" ")


# --- ods --------------------------------------------------------------------------------------------


def _ods(content: bytes, caps: Caps) -> _Book:
    archive = zipfile.ZipFile(io.BytesIO(content))
    if any(entry.flag_bits & 1 for entry in archive.infolist()) or b"encryption-data" in _entry(
        archive, "META-INF/manifest.xml", caps
    ):
        raise Refusal("protected")
    root = _tree(_entry(archive, "content.xml", caps))
    measure = _Measure(caps)
    hidden_styles = {
        style.get(_any(style, "name"))
        for style in root.iter()
        if _local(style) == "style"
        and any(part.get(_any(part, "display")) == "false" for part in style)
    }
    sheets: dict[str, list[list[str]]] = {}
    hidden = set()
    for table in (each for each in root.iter() if _local(each) == "table"):
        name = table.get(_any(table, "name"), "")
        sheets[name] = _ods_rows(table, measure)
        if table.get(_any(table, "style-name")) in hidden_styles:
            hidden.add(name)
    return _Book(sheets, hidden, caps)


def _entry(archive: zipfile.ZipFile, name: str, caps: Caps) -> bytes:
    if name not in archive.namelist():
        return b""
    with archive.open(name) as stream:
        content = stream.read(caps.texts + 1)
    if len(content) > caps.texts:
        raise Refusal("unpacked")
    return content


def _ods_rows(table: ElementTree.Element, measure: _Measure) -> list[list[str]]:
    rows: list[list[str]] = []
    blanks = 0
    for row in (each for each in table.iter() if _local(each) == "table-row"):
        texts: list[str] = []
        gap = 0
        for cell in row:
            if _local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            text = _ods_text(cell)
            times = _times(cell, "number-columns-repeated")
            if not text:
                gap += times
                continue
            measure.add(gap + times)
            texts += [""] * gap + [text] * times
            gap = 0
        times = _times(row, "number-rows-repeated")
        if not texts:
            blanks += times
            continue
        measure.add((blanks + times) * max(len(texts), 1))
        rows += [[] for _ in range(blanks)] + [texts] * times
        blanks = 0
    return rows


def _times(element: ElementTree.Element, name: str) -> int:
    return max(int(element.get(_any(element, name), "1")), 1)


def _ods_text(cell: ElementTree.Element) -> str:
    """What a cell shows; of a number the one it holds, if what it shows is only that rounded."""
    kind = cell.get(_any(cell, "value-type"), "")
    texts = ["".join(part.itertext()) for part in cell if _local(part) == "p"]
    text = "\n".join(texts).strip()
    value = cell.get(_any(cell, "value"))
    if kind == "date":
        return cell.get(_any(cell, "date-value"), text).removesuffix("T00:00:00").replace("T", " ")
    if kind == "percentage" and value is not None:
        return display_text(float(value), "0%") or ""
    if kind in ("float", "currency") and value is not None:
        number = cell_text(float(value))
        seen = re.sub(r"[\s,，¥￥]|[^\d.()%eE+-]+$", "", text)
        try:
            rounded = float(seen.strip("()"))
        except ValueError:
            return text if text and not re.fullmatch(r"[\s\d.,()¥￥+-]*", text) else number
        places = len(seen.partition(".")[2])
        same = abs(abs(rounded) - abs(float(value))) <= 0.5000001 * 10.0**-places + 1e-9
        unit = re.search("亿|百万|千万|万|千|元", text)
        return number + (unit[0] if unit else "") if same else text
    if not (text or kind):
        # a formula that was never worked out
        return _formula(cell, "formula")
    return text


# --- HTML and SpreadsheetML -------------------------------------------------------------------------


def _html(content: bytes, caps: Caps) -> _Book:
    parser = _Tables(_Measure(caps))
    parser.feed(_decode(content))
    parser.close()
    tables = {
        f"{place}": rows for place, rows in enumerate(parser.tables, 1) if any(map(any, rows))
    }
    return _Book(tables, set(), caps)


def _decode(content: bytes) -> str:
    named = re.search(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", content[:4096])
    for encoding in (named[1].decode() if named else "utf-8", "utf-8-sig", "gb18030", "utf-16"):
        try:
            return content.decode("gb18030" if encoding.lower() in ("gb2312", "gbk") else encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise Refusal("damaged")


class _Tables(HTMLParser):
    """Every table of a page as rows of texts, cells that span several repeated as blanks."""

    def __init__(self, measure: _Measure) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._measure = measure
        self._cell: list[str] | None = None
        self._spans: tuple[int, int] = (1, 1)
        self._below: dict[int, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._end_cell()
            self.tables.append([])
            self._below = {}
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
            self._skip_spanned()
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._end_cell()
            self._cell = []
            self._spans = _span(given.get("colspan")), _span(given.get("rowspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        row = self.tables[-1][-1]
        columns, rows = self._spans
        self._measure.add(columns)
        for column in range(len(row), len(row) + columns):
            if rows > 1:
                self._below[column] = rows - 1
        text = "".join(self._cell)
        row += ["\n".join(" ".join(line.split()) for line in text.split("\n")).strip()] + [""] * (columns - 1)  # fmt: skip
        self._cell = None
        self._skip_spanned()

    def _skip_spanned(self) -> None:
        row = self.tables[-1][-1]
        while self._below.get(len(row), 0) > 0:
            self._below[len(row)] -= 1
            self._measure.add(1)
            row.append("")


def _span(text: str | None) -> int:
    return min(max(int(text), 1), REPEATS) if text and text.strip().isdecimal() else 1


def _xml(content: bytes, caps: Caps) -> _Book:
    root = _tree(content)
    measure = _Measure(caps)
    codes = {
        style.get(_any(style, "ID")): part.get(_any(part, "Format"), "")
        for style in root.iter()
        if _local(style) == "Style"
        for part in style
        if _local(part) == "NumberFormat"
    }
    sheets: dict[str, list[list[str]]] = {}
    for sheet in (each for each in root.iter() if _local(each) == "Worksheet"):
        rows: list[list[str]] = []
        for row in (each for each in sheet.iter() if _local(each) == "Row"):
            rows += [[] for _ in range(_gap(row, len(rows), measure))]
            texts: list[str] = []
            for cell in (each for each in row if _local(each) == "Cell"):
                texts += [""] * _gap(cell, len(texts), measure)
                texts.append(_xml_text(cell, codes.get(cell.get(_any(cell, "StyleID")), "")))
                texts += [""] * min(int(cell.get(_any(cell, "MergeAcross"), "0")), REPEATS)
            measure.add(len(texts))
            rows.append(texts)
        sheets[sheet.get(_any(sheet, "Name"), "")] = rows
    return _Book(sheets, set(), caps)


def _gap(element: ElementTree.Element, before: int, measure: _Measure) -> int:
    gap = max(int(element.get(_any(element, "Index"), "0")) - 1 - before, 0)
    measure.add(gap)
    return gap


def _xml_text(cell: ElementTree.Element, code: str) -> str:
    data = next((part for part in cell if _local(part) == "Data"), None)
    if data is None:
        return _formula(cell, "Formula")
    text = "".join(data.itertext()).strip()
    if data.get(_any(data, "Type")) == "DateTime":
        return text.partition("T")[0]
    if data.get(_any(data, "Type")) == "Number":
        percent = {"Percent": "0.00%"}.get(code, code)
        return display_text(float(text), percent) or cell_text(float(text))
    return text


def _formula(cell: ElementTree.Element, name: str) -> str:
    """The formula of a cell behind its mark, whatever its dialect; nothing where it has none."""
    formula = cell.get(_any(cell, name))
    return "" if formula is None else FORMULA_MARK + formula.partition("=")[2]


# --- XML --------------------------------------------------------------------------------------------


def _tree(content: bytes) -> ElementTree.Element:
    if b"<!ENTITY" in content:
        # names for texts can unpack into any amount of memory
        raise Refusal("damaged")
    return ElementTree.fromstring(content)


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _any(element: ElementTree.Element, name: str) -> str:
    """The full name of an attribute, whatever its namespace."""
    return next((key for key in element.attrib if key.rpartition("}")[2] == name), name)


_READERS: Mapping[Kind, Callable[[bytes, Caps], _Book]] = {
    "xls": _xls, "ods": _ods, "html": _html, "xml": _xml,
}  # fmt: skip
