"""What kind a file is by its content, whatever its name says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import SEEK_END
from typing import IO

from eligibility.domain.text import msgid

_OLE = b"\xd0\xcf\x11\xe0"
_HTML = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|meta|body|table|style|div)\b",
    re.I | re.S,
)
#: an object or a list of them, of which the first key or value is quoted
_JSON = re.compile(rb'^\s*(?:\{\s*"[^"\n]{0,200}"\s*:|\[\s*(?:\{\s*"|\[\s*"))')
_SPREADSHEETML = b"urn:schemas-microsoft-com:office:spreadsheet"
#: how files of other kinds begin
_BEGINNINGS = (
    (b"%PDF", "pdf"), (b"{\\rtf", "rtf"), (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"), (b"BM", "bitmap"), (b"II*\x00", "picture"), (b"MM\x00*", "picture"),
    (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"), (b"\x1f\x8b", "archive"), (b"PAR1", "parquet"),
    (b"SQLite format 3", "database"),
)  # fmt: skip
#: what stands in an archive of a kind
_PARTS = (
    ("word/document.xml", "word"), ("ppt/presentation.xml", "slides"), ("xl/workbook.bin", "xlsb"),
    ("xl/workbook.xml", "xlsx"), ("Index/Document.iwa", "numbers"),
)  # fmt: skip
_MIMES = (
    (b"opendocument.spreadsheet", "ods"), (b"opendocument.text", "odt"),
    (b"opendocument.presentation", "slides"),
)  # fmt: skip
#: kinds that are named and not read
UNREADABLE: Mapping[str, str] = {
    "pdf": msgid(
        "{file} is a PDF file; copy its table into a workbook, or save it as xlsx or CSV."
    ),
    "word": msgid(
        "{file} is a Word file; copy its table into a workbook, or save it as xlsx or CSV."
    ),
    "rtf": msgid(
        "{file} is a Word file; copy its table into a workbook, or save it as xlsx or CSV."
    ),
    "odt": msgid(
        "{file} is a text document of LibreOffice; copy its table into a workbook, or save it as xlsx or CSV."
    ),
    "slides": msgid(
        "{file} is a file of slides; copy its table into a workbook, or save it as xlsx or CSV."
    ),
    "picture": msgid("{file} is a picture; expected a table as xlsx or CSV."),
    "archive": msgid("{file} is an archive; unpack it first, and choose the table in it."),
    "xlsb": msgid("{file} is a binary workbook (xlsb); save it as xlsx or CSV."),
    "numbers": msgid("{file} is a file of Numbers; export it as xlsx or CSV."),
    "parquet": msgid("{file} is a parquet file; save it as xlsx or CSV."),
    "database": msgid("{file} is a database; save its table as xlsx or CSV."),
    "web archive": msgid(
        "{file} is a web archive (mht); open it in a spreadsheet and save it as xlsx or CSV."
    ),
    "json": msgid("{file} is a JSON file; save its table as xlsx or CSV."),
    "xml": msgid("{file} is an XML file and no workbook; save its table as xlsx or CSV."),
}


def file_kind(stream: IO[bytes]) -> str:
    """What a file holds: "xlsx", "xls", "ods", "html", "spreadsheetml", "text", or a kind not read.

    A file that is protected by a password is "protected".
    """
    start = stream.read(1 << 12)
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_archive(stream, start)
    if start.startswith(_OLE):
        stream.seek(0)
        return _compound(stream.read())
    for beginning, kind in _BEGINNINGS:
        if start.startswith(beginning):
            # two letters may begin a text as well
            if kind == "bitmap":
                if b"\0" not in start[:32]:
                    continue
                kind = "picture"
            return kind
    plain = _plain(start)
    if plain[:4096].lstrip().lower().startswith(b"mime-version:"):
        return "web archive"
    if _JSON.match(plain):
        return "json"
    if plain.lstrip().startswith(b"<?xml") or _SPREADSHEETML in plain:
        return (
            "spreadsheetml"
            if _SPREADSHEETML in plain
            else "html"
            if b"<html" in plain.lower()
            else "xml"
        )
    return "html" if _HTML.match(plain) else "text"


def _plain(start: bytes) -> bytes:
    """The beginning of a text without its mark, one byte a letter."""
    return start.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").replace(b"\0", b"")


#: bytes of an archive, from its end, in which the names of its parts are looked for
_ARCHIVE_END = 1 << 16


def _kind_of_archive(stream: IO[bytes], start: bytes) -> str:
    for mime, kind in _MIMES:
        if b"mimetypeapplication/vnd.oasis." + mime in start:
            return kind
    # the names of its parts stand at its end, which is all that is looked at here
    size = stream.seek(0, SEEK_END)
    stream.seek(max(0, size - _ARCHIVE_END))
    end = stream.read()
    if b"PK\x05\x06" not in end:
        # whoever reads it says that it is damaged
        return "xlsx"
    for name, kind in _PARTS:
        if name.encode() in end:
            return kind
    if b"content.xml" in end:
        return "ods"
    return "xlsx" if b"[Content_Types].xml" in end or b"xl/" in end else "archive"


def _compound(content: bytes) -> str:
    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        return "protected"
    if holds("Workbook") or holds("Book"):
        return "xls"
    if holds("WordDocument"):
        return "word"
    return "slides" if holds("PowerPoint Document") else "xls"
