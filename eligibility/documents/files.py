"""Files of strangers as rows: workbooks, CSV, PDF, Word, archives and folders, each read within bounds.

Whatever unpacks or parses a file of others runs in the bounded process; here is only what it answered.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from eligibility.documents.grid import Cell, Row, Strip, sheet_rows
from eligibility.documents.limits import FIRST_PARTS, ArchiveLimits, PageLimits
from eligibility.domain.errors import InputError
from eligibility.domain.text import Message, msgid
from eligibility.intake.cells import visible
from eligibility.intake.csv_file import csv_sheet
from eligibility.intake.file_kinds import UNREADABLE, file_kind
from eligibility.intake.reader_process import ReaderProcess, read_ahead
from eligibility.intake.sheets import READERS
from eligibility.intake.source import InputFile, Source
from eligibility.intake.workbook_caps import Caps
from eligibility.intake.xlsx_file import protection_error, refusal_errors

#: bytes of one paper; files at once
FILE_BYTES, FILES = 1 << 26, 300
#: a paper is no table of a million rows
CAPS = Caps(
    bytes_unpacked=1 << 28, cells=2_000_000, texts=1 << 26, sheets=200, head=30, columns=1_000
)
#: columns and rows of a sheet that are looked at
WIDTH, LINES = 256, 60_000
PAGES, ARCHIVE = PageLimits(), ArchiveLimits()
_OFD = msgid(
    "{file} is an OFD file; open it in a reader of such files and print it as PDF, or export the form as Excel."
)


@dataclass(frozen=True)
class PaperFile:
    """A file that was opened: its rows, or why it could not be read."""

    name: str
    strips: tuple[Strip, ...] = ()
    refusal: Message | None = None


@dataclass(frozen=True)
class _Page:
    """Rows of a page or table, or that it is a picture."""

    place: str
    rows: tuple[Row, ...]
    is_picture: bool


def open_papers(sources: Sequence[Source]) -> Iterator[PaperFile]:
    """Every file of these, folders and archives unpacked, in their order.

    Raises
    ------
    InputError
        If a path is not there, or they are more than can be read at once.
    """
    yield from read_ahead(_open, _contents(sources))


def _contents(sources: Sequence[Source]) -> Iterator[tuple[str, bytes | Message]]:
    """Name and bytes of every file, or why it could not be unpacked.

    Raises
    ------
    InputError
    """
    count = 0
    for source in _with_folders(sources):
        for name, content in _with_archives(source):
            count += 1
            if count > FILES:
                raise InputError(
                    "More than {files} papers at once; read them in parts.", files=FILES
                )
            yield name, content


def _open(file: tuple[str, bytes | Message]) -> PaperFile:
    name, content = file
    if isinstance(content, Message):
        return PaperFile(name, refusal=content)
    try:
        return PaperFile(name, tuple(_strips(name, content)))
    except InputError as error:
        return PaperFile(name, refusal=error.message)


def _with_folders(sources: Sequence[Source]) -> Iterator[Source]:
    for source in sources:
        if not isinstance(source, tuple) and Path(source).is_dir():
            root = Path(source)
            files = (path for path in sorted(root.rglob("*")) if path.is_file())
            for path in files:
                if not any(part.startswith((".", "~$")) for part in path.relative_to(root).parts):
                    yield path
        else:
            yield source


def _with_archives(source: Source) -> Iterator[tuple[str, bytes | Message]]:
    """Name and bytes of a file, or of each that an archive holds."""
    file = InputFile(source)
    with file.open() as stream:
        content = stream.read(FILE_BYTES + 1)
    if len(content) > FILE_BYTES:
        yield file.name, _too_large(file.name).message
    elif content.startswith(b"PK\x03\x04") and not _is_packed_document(content):
        yield from _unpack(file.name, content)
    else:
        yield file.name, content


def _unpack(archive: str, content: bytes) -> Iterator[tuple[str, bytes | Message]]:
    reader = ReaderProcess(
        "eligibility.documents.archive:serve", archive, content, _archive_refusals(archive),
        limits=asdict(ARCHIVE),
    )  # fmt: skip
    files: list[tuple[str, bytes | Message]] = []
    try:
        while (answer := reader.answer()) is not None:
            match answer:
                case [str(name), str(data)]:
                    files.append((f"{archive}/{name}", base64.b64decode(data)))
                case [str(name), None]:
                    why = Message(
                        "{file} is an archive within an archive; unpack it first.", {"file": name}
                    )
                    files.append((f"{archive}/{name}", why))
    except InputError as error:
        # of an archive that is refused nothing is taken
        files = [(archive, error.message)]
    finally:
        reader.close()
    yield from files


def _is_packed_document(content: bytes) -> bool:
    """Whether an archive is a workbook or document, by the name of its first part."""
    length = int.from_bytes(content[26:28], "little")
    return content[30 : 30 + length].startswith(FIRST_PARTS)


def _is_ofd(content: bytes) -> bool:
    return b"OFD.xml" in content[:4096] or b"OFD.xml" in content[-65536:]


def _strips(name: str, content: bytes) -> Iterator[Strip]:
    """The rows of a file, by its kind.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    file = InputFile((name, content))
    with file.open() as stream:
        kind = file_kind(stream)
    if kind == "protected":
        raise protection_error(name)
    if kind == "pdf":
        yield from _document(name, content, "pdf_pages")
    elif kind == "word" and content.startswith(b"PK"):
        yield from _document(name, content, "word_tables")
    elif kind == "word":
        raise InputError(
            "{file} is a Word file of the old kind (.doc); save it as .docx or PDF.", file=name
        )
    elif kind == "text":
        yield _csv(file)
    elif kind in READERS:
        yield from _sheets(name, content, READERS[kind])
    elif kind == "archive" and _is_ofd(content):
        raise InputError(_OFD, file=name)
    elif kind == "picture":
        raise InputError("{file} is a picture; nothing in it can be read as text. Use the PDF that the tax bureau's site gives, or type the figures.", file=name)  # fmt: skip
    else:
        raise InputError(
            UNREADABLE.get(kind, msgid("{file} is of no kind that is read.")), file=name
        )


def _csv(file: InputFile) -> Strip:
    sheet = csv_sheet(file)
    width = min(max(map(len, sheet.head), default=1), WIDTH)
    rows: list[list[str]] = []
    for block in sheet.blocks(0, width):
        if len(rows) + block.lines > LINES:
            raise _too_many_rows(file.name)
        rows += _texts(block.text)
    return Strip(file.name, "", sheet_rows("", rows))


def _texts(table: pa.Table) -> list[list[str]]:
    columns = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _sheets(name: str, content: bytes, kind: str | None) -> Iterator[Strip]:
    module, more = ("workbook", {}) if kind is None else ("other_workbooks", {"kind": kind})
    reader = ReaderProcess(
        f"eligibility.intake.{module}:serve", name, content, refusal_errors(name),
        sheet=None, caps=asdict(CAPS), **more,
    )  # fmt: skip
    try:
        names = reader.answer()
        for sheet in names if isinstance(names, list) else ():
            reader.ask(["rows", str(sheet), 0, WIDTH])
            rows: list[list[str]] = []
            while (table := reader.answer()) is not None:
                if not isinstance(table, pa.Table) or len(rows) + table.num_rows > LINES:
                    raise _too_many_rows(name)
                rows += _texts(table)
            yield Strip(name, str(sheet), sheet_rows(str(sheet), rows))
    finally:
        reader.close()


def _document(name: str, content: bytes, module: str) -> Iterator[Strip]:
    """All pages of a PDF, or all paragraphs and tables of a Word file, as rows; pictures apart."""
    reader = ReaderProcess(
        f"eligibility.documents.{module}:serve", name, content, _page_refusals(name),
        limits=asdict(PAGES),
    )  # fmt: skip
    pages = []
    try:
        while (answer := reader.answer()) is not None:
            pages.append(_page(name, answer))
    finally:
        reader.close()
    yield Strip(name, "", tuple(row for page in pages for row in page.rows))
    for page in pages:
        if page.is_picture:
            yield Strip(name, page.place, (), is_picture=True)


def _page(name: str, answer: Any) -> _Page:
    """One page as it was answered, every part of which is in doubt."""
    match answer:
        case {"place": str(place), "rows": list(rows)}:
            try:
                read = tuple(
                    Row(place, tuple(_cells(cells, number))) for number, cells in enumerate(rows, 1)
                )
            except (TypeError, ValueError) as error:
                raise _page_refusals(name)["damaged"] from error
            return _Page(place, read, answer.get("picture") is True)
    raise _page_refusals(name)["damaged"]


def _cells(cells: Any, number: int) -> Iterator[Cell]:
    for text, left, right in cells:
        if not isinstance(text, str):
            raise TypeError(text)
        # half a character can be neither written nor compared
        if (seen := visible(text.encode("utf-8", "replace").decode())) and float(left) <= float(
            right
        ):
            yield Cell(seen, float(left), float(right), f"{number}")


def _too_large(file: str) -> InputError:
    return InputError(
        "{file} is too large for a paper: it may have {megabytes} MB.",
        file=file, megabytes=FILE_BYTES >> 20,
    )  # fmt: skip


def _too_many_rows(file: str) -> InputError:
    return InputError(
        "{file} has more than {rows} rows; it is no form, and was not read.",
        file=file, rows=f"{LINES:,}",
    )  # fmt: skip


def _page_refusals(file: str) -> dict[str, InputError]:
    """The sentence for every code of ``limits.PaperRefusal``."""
    return {
        "protected": protection_error(file),
        "damaged": InputError("{file} is damaged, or not what its name says.", file=file),
        "pages": InputError("{file} has more than {pages} pages; take out the forms, and save them alone.", file=file, pages=PAGES.pages),
        "texts": InputError("{file} holds more text than papers do; take out the forms, and save them alone.", file=file),
        "unpacked": InputError("{file} is too large once it is unpacked; take out the forms, and save them alone.", file=file),
        "scanned": InputError("{file} is scanned: its pages are pictures without text. Use the PDF that the tax bureau's site or the accounting program gives, or type the figures.", file=file),
    }  # fmt: skip


def _archive_refusals(file: str) -> dict[str, InputError]:
    return {
        "protected": protection_error(file),
        "damaged": InputError("{file} is damaged, or no archive.", file=file),
        "parts": InputError("{file} holds more than {files} files; read them in parts.", file=file, files=ARCHIVE.files),
        "unpacked": InputError("{file} is too large once it is unpacked; at most {megabytes} MB are.", file=file, megabytes=ARCHIVE.bytes_unpacked >> 20),
    }  # fmt: skip
