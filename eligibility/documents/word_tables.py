"""A Word file as rows of cells: its paragraphs and tables in their order; runs in a process of its own."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from eligibility.documents.limits import PageLimits, PaperRefusal

_DOCUMENT = "word/document.xml"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: columns that a cell may span
MOST_SPAN = 100
#: tables within tables
MOST_DEPTH = 5


def serve(
    content: bytes,
    requests: Iterator[Any],  # noqa: ARG001
    *,
    limits: Mapping[str, int],
) -> Iterator[Any]:
    """Paragraphs and tables: ``{"place": "table 1", "rows": [[[text, left, right], …], …]}``.

    Raises
    ------
    PaperRefusal
    """
    bounds = PageLimits(**limits)
    try:
        body = _body(content, bounds)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, RuntimeError, EOFError, ValueError, NotImplementedError) as error:  # fmt: skip
        raise PaperRefusal("damaged") from error
    letters = tables = 0
    paragraphs: list[list[list[Any]]] = []
    for part in body:
        kind = _local(part)
        if kind == "p":
            text = _text(part)
            letters += len(text)
            if text.strip():
                paragraphs.append([[text, 0, 1]])
        elif kind == "tbl":
            tables += 1
            rows = list(_rows(part))
            letters += sum(len(cell[0]) for row in rows for cell in row)
            # what stands above a table belongs to it
            yield {"place": f"table {tables}", "rows": [*paragraphs, *rows]}
            paragraphs = []
        if letters > bounds.letters:
            raise PaperRefusal("texts")
    if paragraphs:
        yield {"place": f"table {tables}" if tables else "", "rows": paragraphs}


def _body(content: bytes, bounds: PageLimits) -> ElementTree.Element:
    archive = zipfile.ZipFile(io.BytesIO(content))
    entry = archive.getinfo(_DOCUMENT)
    if entry.flag_bits & 1:
        raise PaperRefusal("protected")
    if entry.compress_type not in _METHODS:
        raise PaperRefusal("damaged")
    with archive.open(entry) as stream:
        xml = stream.read(bounds.bytes_unpacked + 1)
    if len(xml) > bounds.bytes_unpacked:
        raise PaperRefusal("unpacked")
    if b"<!ENTITY" in xml or b"<!DOCTYPE" in xml:
        # names for texts can unpack into any amount of memory
        raise PaperRefusal("damaged")
    body = next((part for part in ElementTree.fromstring(xml) if _local(part) == "body"), None)
    if body is None:
        raise PaperRefusal("damaged")
    return body


def _rows(table: ElementTree.Element, depth: int = 0) -> Iterator[list[list[Any]]]:
    """The rows of a table; those of a table within a cell follow the row that it stands in."""
    for row in (part for part in table if _local(part) == "tr"):
        cells: list[list[Any]] = []
        column = 0
        for cell in (part for part in row if _local(part) == "tc"):
            span, goes_on = _extent(cell)
            text = "" if goes_on else _text(cell)
            cells.append([text, column, column + span])
            column += span
        yield cells
        if depth < MOST_DEPTH:
            for cell in (part for part in row if _local(part) == "tc"):
                for inner in (part for part in cell if _local(part) == "tbl"):
                    yield from _rows(inner, depth + 1)


def _extent(cell: ElementTree.Element) -> tuple[int, bool]:
    """How many columns a cell spans, and whether it goes on from the row above."""
    span, goes_on = 1, False
    for part in next((each for each in cell if _local(each) == "tcPr"), ()):
        value = next((text for key, text in part.attrib.items() if key.endswith("}val")), "")
        if _local(part) == "gridSpan" and value.isdecimal():
            span = min(max(int(value), 1), MOST_SPAN)
        elif _local(part) == "vMerge":
            goes_on = value != "restart"
    return span, goes_on


def _text(element: ElementTree.Element) -> str:
    """The letters of a paragraph or cell, without those of a table within it."""
    texts = []
    parts = [element]
    while parts:
        part = parts.pop()
        kind = _local(part)
        if kind == "t":
            texts.append(part.text or "")
        elif kind in ("tab", "br", "cr"):
            texts.append(" ")
        if kind != "tbl":
            parts += reversed(part)
    return "".join(texts)


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
