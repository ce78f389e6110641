"""What pages and archives of others may hold, and the codes by which more is refused.

Imported by the processes that read them, so it imports nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: how the first part of a packed document is called; any other archive is one of files
FIRST_PARTS = (
    b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"word/", b"ppt/", b"customXml/", b"mimetype",
    b"META-INF/", b"content.xml", b"OFD.xml", b"Doc_0/", b"Index/",
)  # fmt: skip

Code = Literal["damaged", "pages", "parts", "protected", "scanned", "texts", "unpacked"]


class PaperRefusal(Exception):
    """A file cannot be read, for the reason of this code."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class PageLimits:
    """Limits of a document.

    Attributes
    ----------
    pages : int
    letters : int
        Of all pages together.
    lines : int
        Ruled lines of a page that are looked at.
    bytes_unpacked : int
        Bytes of a part that is unpacked.
    """

    pages: int = 200
    letters: int = 400_000
    lines: int = 20_000
    bytes_unpacked: int = 1 << 25


@dataclass(frozen=True)
class ArchiveLimits:
    """Limits of an archive: its files, and their bytes together once they are unpacked."""

    files: int = 300
    bytes_unpacked: int = 1 << 27
    file_bytes: int = 1 << 26
