"""Workbooks in which a text stays a text, whatever it looks like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from eligibility.formula_injection import is_formula


@contextmanager
def open_book(file: BinaryIO, *, constant_memory: bool) -> Iterator[TextBook]:
    """A workbook to fill, written to a file when it is left."""
    # its working files lie in a folder that goes with it, whatever happens
    with TemporaryDirectory(prefix="eligibility-", ignore_cleanup_errors=True) as folder:
        book = TextBook(_ZipTarget(file), {"constant_memory": constant_memory, "tmpdir": folder})
        yield book
        try:
            book.close()
        except XlsxWriterException as error:
            # the first of its arguments is the error of the system
            raise next(
                (each for each in error.args if isinstance(each, OSError)), OSError(str(error))
            ) from error


class _ZipTarget:
    """A file for ``zipfile``, which after a failure still wants to end the archive when it is collected."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, content: bytes) -> int:
        return 0 if self._file.closed else self._file.write(content)

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0 if self._file.closed else self._file.seek(offset, whence)

    def tell(self) -> int:
        return 0 if self._file.closed else self._file.tell()

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()


class TextSheet(Worksheet):  # type: ignore[misc]
    """A sheet on which a text stays one, also after somebody has edited its cell."""

    book: TextBook

    def write_string(self, row: int, column: int, text: str, look: Format | None = None) -> Any:
        """Write a text; what Excel would take for a formula gets its mark for texts."""
        if is_formula(text):
            look = self.book.text_format(look)
        return super().write_string(row, column, text, look)


class TextBook(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook whose texts are never taken for formulas or addresses."""

    def __init__(self, file: _ZipTarget, options: dict[str, Any]) -> None:
        self._properties: dict[Format | None, dict[str, Any]] = {None: {}}
        self._text_formats: dict[Format | None, Format] = {}
        super().__init__(file, {**options, "strings_to_formulas": False, "strings_to_urls": False})

    def add_format(self, properties: dict[str, Any] | None = None) -> Format:
        """A look for cells."""
        look = super().add_format(properties)
        self._properties[look] = properties or {}
        return look

    def text_format(self, look: Format | None) -> Format:
        """The same look with Excel's mark for texts, the apostrophe that it does not show."""
        if look not in self._text_formats:
            properties = {**self._properties[look], "quote_prefix": True}
            self._text_formats[look] = self.add_format(properties)
        return self._text_formats[look]

    def add_worksheet(self, name: str | None = None) -> TextSheet:
        """A new sheet."""
        sheet: TextSheet = super().add_worksheet(name, TextSheet)
        sheet.book = self
        return sheet
