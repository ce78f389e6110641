"""Atomic files: what is written appears under its name whole, or not at all.

A file is written under a random name in its own folder and renamed once it lies on the disk. Until
then whatever had the name keeps it; a failure, a full disk or a signal that unwinds the program
leaves nothing behind. Of two runs that write one file the second is refused.

Symbolic links: a link of that name is replaced by the file; what it points to is not touched.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import sys
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from eligibility.domain.errors import FileInUse, InputError
from eligibility.domain.text import Message

#: how the names of working files and locks begin, and how they end
PREFIX, WORKING, LOCK = ".eligibility-", ".partial", ".lock"
#: permissions of a new file, less the umask
NEW = 0o666
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
#: of a file system that knows no locks: writing is atomic there too, two runs at once are not refused
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


@contextmanager
def atomic_file(
    path: Path, *, mode: int | None = None, overwrite: bool = True
) -> Iterator[BinaryIO]:
    """A file to write to, which takes its name when the block ends without an error.

    Parameters
    ----------
    mode : int, optional
        Permissions, such as 0o600; those of the file replaced if omitted, or what the umask allows.
    overwrite : bool
        False refuses a name that is there already, also one that appears while the block runs.

    Yields
    ------
    BinaryIO
        Open for reading and writing; its ``name`` is the working file, for those who need a path.

    Raises
    ------
    InputError
        If it cannot be written, also for an OSError of the block, or while another run writes it.
    """
    with unwritable(path), staged_file(path, mode=mode, overwrite=overwrite) as file:
        yield file


@contextmanager
def staged_file(
    path: Path, *, mode: int | None = None, overwrite: bool = True
) -> Iterator[BinaryIO]:
    """As ``atomic_file``, for a block that does more than write: its OSErrors pass as they are."""
    with ExitStack() as cleanup:
        with unwritable(path):
            if not overwrite and os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            before = _regular(path)
            if mode is None and before is not None and not path.is_symlink():
                mode = before.st_mode & 0o777
            prefix = cleanup.enter_context(_write_lock(path))
            working = path.with_name(f"{prefix}-{secrets.token_hex(8)}{WORKING}")
            permissions = NEW if mode is None else mode
            file = open(  # noqa: SIM115 - closed below, before it is renamed
                working,
                "x+b",
                opener=lambda name, flags: os.open(name, flags | _NOFOLLOW, permissions),
            )
        try:
            if mode is not None and hasattr(os, "fchmod"):
                # whatever the umask took away
                os.fchmod(file.fileno(), mode)
            yield file
            with unwritable(path):
                save_to_disk(file)
                file.close()
                if overwrite:
                    working.replace(path)
                else:
                    # a link fails where a name has appeared meanwhile; a rename would overwrite it
                    os.link(working, path)
                _sync_folder(path.parent)
        finally:
            # after a failure there may be no room for what was still to be written
            with suppress(OSError):
                file.close()
            working.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, files: Collection[str]) -> Iterator[Path]:
    """An empty folder to write to, which takes its place whole when the block ends without an error.

    Parameters
    ----------
    path : Path
        Made if it is not there.
    files : collection of str
        Names that the folder before may hold; one that holds anything else is not replaced.

    Raises
    ------
    InputError
        If it cannot be written, also for an OSError of the block, or while another run writes it.
    """
    with unwritable(path), ExitStack() as cleanup:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            if not path.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            for other in sorted(path.iterdir()):
                if other.name not in files:
                    raise InputError(
                        "{path} cannot be written: {why}.",
                        path=path,
                        why=Message(
                            "it holds {file}, which would be lost; name another folder",
                            {"file": other.name},
                        ),
                    )
        prefix = cleanup.enter_context(_write_lock(path))
        aside = path.with_name(f"{prefix}-{secrets.token_hex(8)}{WORKING}")
        new, old = aside / "new", aside / "old"
        aside.mkdir(mode=0o700)
        try:
            new.mkdir()
            if path.is_dir():
                new.chmod(stat.S_IMODE(path.stat().st_mode))
            yield new
            for each in new.iterdir():
                with each.open("rb+") as file:
                    os.fsync(file.fileno())
            if os.path.lexists(path):
                path.rename(old)
            try:
                new.rename(path)
            except BaseException:
                if os.path.lexists(old):
                    old.rename(path)
                raise
            _sync_folder(path.parent)
        finally:
            # a folder that could not be put back is not thrown away
            if os.path.lexists(path) or not os.path.lexists(old):
                shutil.rmtree(aside)


def refuse_same_file(*paths: Path | None) -> None:
    """Raise InputError if two of these paths are one file, by whatever name or link.

    Names that differ in case or in the form of their letters alone are one file on some systems, and
    are refused on all.
    """
    seen: list[Path] = []
    for path in paths:
        if path is None:
            continue
        if any(_is_same_file(path, other) for other in seen):
            raise InputError(
                "{path} is named twice; every file of a command has a name of its own.", path=path
            )
        seen.append(path)


def check_output(path: Path, *others: Path | None) -> None:
    """Raise InputError, before any work is done, for an output that will not be written.

    Parameters
    ----------
    others : Path or None
        The other files of the command, none of which it may be.
    """
    if not path.parent.is_dir():
        raise InputError("{path}: its folder does not exist.", path=path)
    refuse_same_file(*others, path)
    with unwritable(path):
        _regular(path)


@contextmanager
def unwritable(path: Path) -> Iterator[None]:
    """Say an OSError in one sentence: no space, no right, no such folder."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise InputError("{path} cannot be written: {why}.", path=path, why=why) from error


def save_to_disk(file: BinaryIO) -> None:
    """Let a file's content reach the disk."""
    file.flush()
    os.fsync(file.fileno())


def _regular(path: Path) -> os.stat_result | None:
    """The status of the file there, through links; None for nothing, or for a link to nothing."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            "{path} cannot be written: {why}.",
            path=path,
            why=Message("it is a folder, a device or a pipe"),
        )
    return status


def _is_same_file(one: Path, other: Path) -> bool:
    with suppress(OSError):
        if one.samefile(other):
            return True
    return _fold_case(os.path.realpath(one)) == _fold_case(os.path.realpath(other))


def _fold_case(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _sync_folder(folder: Path) -> None:
    """Let a new name reach the disk, where a folder can be opened."""
    if sys.platform != "win32":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


# --- two runs at once -------------------------------------------------------------------------------


@contextmanager
def _write_lock(path: Path) -> Iterator[str]:
    """Keep other runs from writing a path; yields how the names of its working files begin.

    The lock is the operating system's, on an empty file beside the path, and ends with the process:
    a run that was killed leaves that file, but nothing that is locked.
    """
    prefix = (
        PREFIX + sha256(_fold_case(path.name).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    )
    lock = path.with_name(prefix + LOCK)
    descriptor = _acquire(lock, path)
    try:
        if descriptor is not None:
            # nobody else writes this path now: these were left by a run that was killed
            for left in path.parent.glob(f"{prefix}-*{WORKING}"):
                with suppress(OSError):
                    left.unlink()
        yield prefix
    finally:
        if descriptor is not None:
            _release(descriptor, lock)


def _acquire(lock: Path, path: Path) -> int | None:
    """The lock file, open and locked; None where there are no locks."""
    while True:
        try:
            descriptor = _open_lock(lock, path)
        except FileExistsError:
            # another run was quicker
            continue
        try:
            _lock(descriptor)
            if os.path.samestat(os.fstat(descriptor), lock.lstat()):
                return descriptor
        except FileNotFoundError:
            # the run before has just removed it
            pass
        except OSError as error:
            os.close(descriptor)
            if error.errno in _NO_LOCKS:
                lock.unlink(missing_ok=True)
                return None
            raise FileInUse(
                "{path} is being written by another run; wait for it, or name another file.",
                path=path,
            ) from error
        os.close(descriptor)


def _open_lock(lock: Path, path: Path) -> int:
    flags = os.O_RDONLY | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(lock, flags)
    except FileNotFoundError:
        # readable for all, so that another user can see whether it is still locked
        return os.open(lock, flags | os.O_CREAT | os.O_EXCL, 0o644)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size:
        os.close(descriptor)
        raise InputError(
            "{path} cannot be written: {why}.",
            path=path,
            why=Message("{lock} is in its way", {"lock": lock.name}),
        )
    return descriptor


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _release(descriptor: int, lock: Path) -> None:
        os.close(descriptor)
        # another run may have opened it
        with suppress(OSError):
            lock.unlink()

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(descriptor: int, lock: Path) -> None:
        # before the lock ends, so that no other run holds one on a file without a name
        with suppress(OSError):
            lock.unlink()
        os.close(descriptor)
