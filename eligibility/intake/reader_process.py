"""Files of strangers are read in a process of their own, within limits of time and memory.

What such a process answers is taken for data of a stranger too: JSON or columns of texts, checked,
and nothing that could run.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread, local
from time import monotonic
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from eligibility.domain.errors import InputError
from eligibility.intake import reader_child
from eligibility.intake.reader_child import FRAME, SHAPE

#: processes at once; another file waits for one of them, so many seconds at most
AT_ONCE, WAIT = 2, 60
#: seconds by the clock for each of processor time, as the machine has more to do
PATIENCE = 4
#: columns of one answer, as many as a worksheet can have
WIDTH = 16_384
#: bytes of one answer
ANSWER = 1 << 28
#: seconds between two looks at the clock, and whether anybody still waits for the answer
LOOK = 0.1
#: what of the environment is given on: what Python needs to start, and no secret
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
#: how the operating system ends a process that is out of memory, or of time
_BY_MEMORY = {-signal.SIGABRT, -getattr(signal, "SIGKILL", signal.SIGABRT)}
_BY_TIME = {-getattr(signal, "SIGXCPU", signal.SIGABRT)} - _BY_MEMORY

_slots = BoundedSemaphore(AT_ONCE)
#: of a thread that reads for another one: whether that one does not wait any more
_thread = local()
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Limits:
    """What a process that reads a file may take.

    Attributes
    ----------
    seconds : int
        Of processor time; by the clock ``PATIENCE`` times as many, which also holds where the
        operating system sets no limit of processor time.
    memory : int
        Bytes beyond those that it begins with; none where the operating system sets no such limit.
    niceness : int
        By how much it stands back behind other processes.
    """

    seconds: int = 60
    memory: int = 1 << 30
    niceness: int = 0


def _never() -> bool:
    return False


@dataclass
class _Settings:
    """What holds for every file that this program has read."""

    limits: Limits
    cancellation: Callable[[], Callable[[], bool]]


_settings = _Settings(Limits(), lambda: _never)


def configure(limits: Limits, cancellation: Callable[[], Callable[[], bool]]) -> None:
    """Set the limits of this program, and how it learns that nobody waits any more.

    Parameters
    ----------
    limits : Limits
    cancellation : callable
        Called in the thread that has a file read; what it returns is called from another thread,
        and is True once the result is not wanted any more.
    """
    _settings.limits, _settings.cancellation = limits, cancellation


def readers_busy() -> bool:
    """Whether the next file would have to wait for others."""
    if not _slots.acquire(blocking=False):
        return True
    _slots.release()
    return False


def read_ahead(read: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """What ``read`` returns of each item, in their order; the next ones are read meanwhile.

    Parameters
    ----------
    read : callable
        Called in other threads; the thread that asks for the results is the one that waits.
    items : iterable
        Asked for in the thread that asks for the results.
    """
    pool = ThreadPoolExecutor(
        AT_ONCE, "reader", initializer=_wait_for, initargs=(_settings.cancellation(),)
    )
    pending: deque[Future[Result]] = deque()
    try:
        for item in items:
            pending.append(pool.submit(read, item))
            if len(pending) > AT_ONCE:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _wait_for(is_cancelled: Callable[[], bool]) -> None:
    _thread.is_cancelled = is_cancelled


class ReaderProcess:
    """A function at work on the bytes of a file, in a process of its own.

    Parameters
    ----------
    function : str
        ``"package.module:function"``, called with the bytes, an iterator of requests and the
        arguments; it yields its answers: JSON values, or tuples of columns of texts. Its module
        should import little. What it cannot use it refuses by an exception with a ``code``.
    file : str
        Name of the file, for sentences.
    content : bytes
    refusals : mapping of code to InputError
    **arguments
        As JSON can hold them.

    Raises
    ------
    InputError
        If other files are read for too long.
    """

    def __init__(
        self,
        function: str,
        file: str,
        content: bytes,
        refusals: Mapping[str, InputError],
        **arguments: Any,
    ) -> None:
        self._file, self._refusals = file, refusals
        self._limits = _settings.limits
        self._is_cancelled = getattr(_thread, "is_cancelled", None) or _settings.cancellation()
        self._seconds_waited = 0.0
        self._ended_by: InputError | None = None
        self._wait_for_slot()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", reader_child.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
                # one pool of memory, so that the limit counts what is used
                | {"MALLOC_ARENA_MAX": "1"},
            )
        except BaseException:
            _slots.release()
            raise
        #: ends the process, whatever it does
        self.close = weakref.finalize(self, _end, self._process)
        order = {
            "path": [str(Path(folder).resolve()) for folder in sys.path],
            "function": function,
            "bytes": len(content),
            "arguments": arguments,
            **asdict(self._limits),
        }
        self._send(json.dumps(order).encode() + b"\n", content)

    def _wait_for_slot(self) -> None:
        until = monotonic() + WAIT
        while not _slots.acquire(timeout=LOOK):
            if self._is_cancelled():
                raise self._interruption_error()
            if monotonic() > until:
                raise InputError(
                    "{file} was not read, as others are being read; try again in a few minutes.",
                    file=self._file,
                )

    def ask(self, request: Any) -> None:
        """Send a request; its answers follow."""
        self._send(json.dumps(request).encode() + b"\n")

    def _send(self, *data: bytes) -> None:
        stream = self._process.stdin
        assert stream is not None
        # a process that has ended says why by its answer, or by none
        with suppress(OSError):
            stream.writelines(data)
            stream.flush()

    def answer(self) -> Any:
        """The next answer: a JSON value, or columns of texts as a table named by position.

        Raises
        ------
        InputError
            If the file was refused, a limit was reached, the caller does not wait any more, or the
            process failed; it has ended then.
        """
        answered, since = Event(), monotonic()
        Thread(target=self._watch, args=(answered, since), daemon=True).start()
        try:
            kind, content = self._frame()
        except BaseException:
            self.close()
            raise
        finally:
            answered.set()
            self._seconds_waited += monotonic() - since
        if kind in (b"J", b"T") and self._is_cancelled():
            # it came before anybody looked whether it is still waited for
            self.close()
            raise self._interruption_error()
        try:
            if kind == b"J":
                return json.loads(content)
            if kind == b"T":
                return _table(content)
        except (ValueError, RecursionError, pa.ArrowInvalid) as error:
            self.close()
            raise self._failure_error(type(error).__name__) from error
        self.close()
        raise self._why(kind, content.decode("ascii", "replace"), self._process.returncode)

    def _watch(self, has_answer: Event, since: float) -> None:
        """Kill the process once it takes too long, or nobody waits for it."""
        while not has_answer.wait(LOOK):
            if self._is_cancelled():
                self._ended_by = self._interruption_error()
            elif self._seconds_waited + monotonic() - since > PATIENCE * self._limits.seconds:
                self._ended_by = self._too_slow()
            if self._ended_by is not None:
                self._process.kill()
                return

    def _frame(self) -> tuple[bytes, bytes]:
        """Kind and content of an answer; both empty if the process ended."""
        stream = self._process.stdout
        assert stream is not None
        head = stream.read(FRAME.size)
        if len(head) < FRAME.size:
            return b"", b""
        kind, length = FRAME.unpack(head)
        content = stream.read(length) if length <= ANSWER else b""
        return (kind, content) if len(content) == length else (b"", b"")

    def _why(self, kind: bytes, text: str, status: int) -> InputError:
        """The sentence for an answer that is none."""
        if self._ended_by is not None:
            return self._ended_by
        if kind == b"R" and text in self._refusals:
            return self._refusals[text]
        if kind == b"M" or (not kind and status in _BY_MEMORY):
            return InputError(
                "{file} takes more than {megabytes} MB of memory to read; save it as CSV, or split it.",
                file=self._file,
                megabytes=f"{self._limits.memory >> 20:,}",
            )
        if not kind and status in _BY_TIME:
            return self._too_slow()
        return self._failure_error(text or str(status))

    def _too_slow(self) -> InputError:
        return InputError(
            "{file} takes more than {seconds} seconds to read; save it as CSV, or split it.",
            file=self._file,
            seconds=self._limits.seconds,
        )

    def _interruption_error(self) -> InputError:
        return InputError(
            "{file} was not read to its end, as nobody waits for it.", file=self._file
        )

    def _failure_error(self, why: str) -> InputError:
        return InputError(
            "{file} cannot be read ({why}); it is damaged, or not what its name says.",
            file=self._file,
            why=why,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        # what was not sent yet cannot be sent any more
        with suppress(OSError):
            if stream is not None:
                stream.close()
    process.wait()
    _slots.release()


def _table(content: bytes) -> pa.Table:
    """Columns of texts as the process packed them, every byte of it in doubt."""
    rows, width = SHAPE.unpack_from(content) if len(content) >= SHAPE.size else (1, 0)
    if not 0 < width <= WIDTH or SHAPE.size + 4 * rows * width > len(content):
        raise ValueError("no columns of texts")
    lengths = np.frombuffer(content, "<u4", rows * width, SHAPE.size).reshape(width, rows)
    start = SHAPE.size + lengths.nbytes
    buffer = pa.py_buffer(content)
    columns = {}
    for place, cells in enumerate(lengths):
        offsets = np.zeros(rows + 1, np.int64)
        np.cumsum(cells, out=offsets[1:])
        if start + offsets[-1] > len(content):
            raise ValueError("texts end before they should")
        parts = [None, pa.py_buffer(offsets.astype(np.int32)), buffer.slice(start, offsets[-1])]
        columns[str(place)] = pa.Array.from_buffers(pa.string(), rows, parts)
        columns[str(place)].validate(full=True)
        start += int(offsets[-1])
    return pa.table(columns)
