"""Where the parts of a batch lie: folders of this machine or a shared disk, or a store that fsspec knows.

A file takes its name once it is whole: by :mod:`eligibility.atomic_file` in a folder, by one request
in an object store.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, Protocol

from eligibility.atomic_file import atomic_file
from eligibility.domain.errors import InputError
from eligibility.reports.files import Output, open_writer

GLOB = frozenset("*?[")
#: of a folder of results, where the rejected rows are
REJECTS = "_rejects"
#: what a folder of parts may hold
ENDINGS = (".csv", ".txt", ".xlsx", ".parquet")


@dataclass(frozen=True)
class StoredFile:
    """A file that a part is read from.

    Attributes
    ----------
    address : str
        A path, or a URL.
    size : int
        In bytes.
    version : str
        Changes when the file does.
    """

    address: str
    size: int
    version: str

    @property
    def name(self) -> str:
        """Without its folder."""
        return PurePosixPath(self.address).name if is_url(self.address) else Path(self.address).name

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """Its bytes from one to another, or to its end."""
        stop = self.size if stop is None else min(stop, self.size)
        with self.open() as stream:
            stream.seek(start)
            return stream.read(stop - start)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The file, open for reading.

        Raises
        ------
        InputError
            If it cannot be opened, or changed since it was listed.
        """
        try:
            if is_url(self.address):
                system, path = _file_system(self.address)
                if str(system.ukey(path)) != self.version:
                    raise self._change_error()
                with system.open(path, "rb", cache_type="readahead") as stream:
                    yield stream
                return
            with open(self.address, "rb") as stream:
                if _version(os.fstat(stream.fileno())) != self.version:
                    raise self._change_error()
                yield stream
        except OSError as error:
            why = error.strerror or error
            raise InputError("{file} cannot be opened: {why}.", file=self.name, why=why) from error

    def _change_error(self) -> InputError:
        return InputError(
            "{file} changed while it was read; start again when nobody writes to it.",
            file=self.name,
        )


def is_url(address: str) -> bool:
    """Whether an address is a URL, such as s3://bucket/folder, and no path."""
    return "://" in address


def is_folder(address: str) -> bool:
    """Whether results go to a folder: it ends with a slash, is a URL, or is a folder already.

    A name with the ending of a table is one file, which may not be a folder.
    """
    if address.endswith(("/", os.sep)) or is_url(address):
        return True
    path = Path(address)
    return path.is_dir() and path.suffix.lower() not in (".csv", ".xlsx", ".parquet")


def list_files(address: str) -> list[StoredFile]:
    """The files of a pattern, of a folder, or the one of that name, in order.

    Raises
    ------
    InputError
        If there is none.
    """
    files = _remote(address) if is_url(address) else _local(address)
    if not files:
        raise InputError(
            "{pattern}: there is no file of that name; expected files ending in {endings}.",
            pattern=address,
            endings=", ".join(ENDINGS),
        )
    return sorted(files, key=lambda file: file.address)


def _local(address: str) -> list[StoredFile]:
    path = Path(address)
    if path.is_dir():
        paths = [each for each in path.iterdir() if _is_part(each.name)]
    elif path.exists() or not GLOB & set(address):
        paths = [path]
    else:
        paths = [Path(each) for each in glob.glob(address, recursive=True)]
    statuses = [(each, each.stat()) for each in paths if each.is_file()]
    return [
        StoredFile(str(each.absolute()), status.st_size, _version(status))
        for each, status in statuses
    ]


def _remote(address: str) -> list[StoredFile]:
    system, path = _file_system(address)
    try:
        if GLOB & set(path):
            paths = system.glob(path)
        elif system.isfile(path):
            paths = [path]
        else:
            paths = [each for each in system.ls(path, detail=False) if _is_part(each)]
        return [
            StoredFile(system.unstrip_protocol(each), system.size(each), str(system.ukey(each)))
            for each in paths
        ]
    except OSError as error:
        why = error.strerror or error
        raise InputError("{file} cannot be opened: {why}.", file=address, why=why) from error


def _is_part(name: str) -> bool:
    name = PurePosixPath(name).name
    return not name.startswith(("_", ".")) and name.lower().endswith(ENDINGS)


def _version(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"


def _file_system(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        # other processes write there too
        system, path = url_to_fs(address, use_listings_cache=False)
        return system, path
    except (ImportError, ValueError) as error:
        raise InputError(
            "{address} cannot be reached: {why}.", address=address, why=error
        ) from error


# --- where results go -------------------------------------------------------------------------------


class Folder(Protocol):
    """A folder that results go to; names in it have forward slashes."""

    address: str

    def names(self, below: str = "") -> set[str]:
        """Of the files in it, or in a folder of it."""
        ...

    def read(self, name: str) -> bytes | None:
        """A file of it; None if there is none."""
        ...

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file of it, to read from any place."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """A file, whole or not at all."""
        ...

    def write_table(self, name: str) -> AbstractContextManager[Output]:
        """A file of tables, which takes its name once it is whole."""
        ...

    def delete(self, name: str) -> None:
        """Without a file, whether or not it was there."""
        ...


def open_folder(address: str) -> Folder:
    """The folder at a path or URL."""
    return RemoteFolder(address) if is_url(address) else LocalFolder(address)


class LocalFolder:
    """A folder of this machine, or of a disk that machines share."""

    def __init__(self, address: str) -> None:
        self.path = Path(address).absolute()
        self.address = str(self.path)

    def names(self, below: str = "") -> set[str]:
        """See Folder."""
        folder = self.path / below
        return {each.name for each in folder.iterdir()} if folder.is_dir() else set()

    def read(self, name: str) -> bytes | None:
        """See Folder."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """See Folder."""
        return (self.path / name).open("rb")

    def write(self, name: str, content: bytes) -> None:
        """See Folder."""
        with atomic_file(self._place(name)) as file:
            file.write(content)

    def write_table(self, name: str) -> AbstractContextManager[Output]:
        """See Folder."""
        return open_writer(self._place(name))

    def delete(self, name: str) -> None:
        """See Folder."""
        (self.path / name).unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        path = self.path / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror
            raise InputError("{path} cannot be written: {why}.", path=path, why=why) from error
        return path


class RemoteFolder:
    """A prefix of an object store, or another folder that fsspec knows."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._system, self._path = _file_system(self.address)

    def names(self, below: str = "") -> set[str]:
        """See Folder."""
        try:
            listed = self._system.ls(self._at(below), detail=False)
        except FileNotFoundError:
            return set()
        return {PurePosixPath(each).name for each in listed}

    def read(self, name: str) -> bytes | None:
        """See Folder."""
        try:
            content: bytes = self._system.cat_file(self._at(name))
        except FileNotFoundError:
            return None
        return content

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """See Folder."""
        stream: AbstractContextManager[IO[bytes]] = self._system.open(self._at(name), "rb")
        return stream

    def write(self, name: str, content: bytes) -> None:
        """See Folder."""
        self._system.pipe_file(self._at(name), content)

    @contextmanager
    def write_table(self, name: str) -> Iterator[Output]:
        """See Folder; written here first, and sent when it is whole."""
        with ExitStack() as stack:
            here = Path(stack.enter_context(TemporaryDirectory(prefix="eligibility-")))
            file = here / PurePosixPath(name).name
            with open_writer(file) as output:
                yield output
            self._system.put_file(str(file), self._at(name))

    def delete(self, name: str) -> None:
        """See Folder."""
        if self._system.exists(self._at(name)):
            self._system.rm_file(self._at(name))

    def _at(self, name: str) -> str:
        return f"{self._path}/{name}".rstrip("/")
