"""The file that is read: a regular one, and the same from the first byte to the last."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from eligibility.domain.errors import InputError

#: a path, or a name and the bytes of a file
Source = Path | str | tuple[str, bytes]

#: opening a pipe without a writer would wait for one
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class InputFile:
    """A file named by a person, which may be opened more than once and must stay as it is.

    Parameters
    ----------
    source : path, or (name, bytes)

    Attributes
    ----------
    name : str
        Without its folder.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._version: tuple[int, ...] | None = None
        self.name = source[0] if isinstance(source, tuple) else Path(source).name

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes of the file, from their beginning.

        Raises
        ------
        InputError
            If it cannot be opened, is a folder, pipe or device, or changed since it was first
            opened; also at the end of the block, if it changed meanwhile.
        """
        if isinstance(self._source, tuple):
            yield io.BytesIO(self._source[1])
            return
        try:
            descriptor = os.open(self._source, _FLAGS)
        except OSError as error:
            raise InputError(
                "{file} cannot be opened: {why}.", file=self.name, why=error.strerror
            ) from error
        try:
            self._refuse_other(os.fstat(descriptor))
        except InputError:
            os.close(descriptor)
            raise
        with os.fdopen(descriptor, "rb") as stream:
            yield stream
            self._refuse_other(os.fstat(descriptor))

    def _refuse_other(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise InputError(
                "{file} is a folder, a pipe or a device; expected a CSV or xlsx file.",
                file=self.name,
            )
        version = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._version not in (None, version):
            raise InputError(
                "{file} changed while it was read; start again when nobody writes to it.",
                file=self.name,
            )
        self._version = version
