"""The process that reads a stranger's file: started by ``reader_process``, never imported.

It gets one line of JSON (what to run, on what, within which limits), the bytes of the file, and
then a request a line; it answers in frames of one letter, a length and that many bytes: J (JSON),
T (a tuple of columns of texts), R (refused, by a code), M (out of memory), X (failed otherwise). It ends with
its input, that is, with whoever started it.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
import threading
import time
from array import array
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from queue import SimpleQueue
from types import ModuleType
from typing import IO, Any

#: kind and length of an answer; rows and columns of one that is columns of texts
FRAME, SHAPE = struct.Struct("<cQ"), struct.Struct("<II")
#: open files: the three pipes and a few more
FILES = 16


def main() -> None:
    """Read the order, the file and the requests, and answer them."""
    answers = os.fdopen(os.dup(1), "wb")
    # whatever a library prints must not get among the answers
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    order = json.loads(sys.stdin.buffer.readline())
    sys.path[:] = order["path"]
    threading.stack_size(1 << 18)
    try:
        _skip_program()
        module, _, function = order["function"].partition(":")
        reader = getattr(import_module(module), function)
        content = sys.stdin.buffer.read(order["bytes"])
        requests = _requests(sys.stdin.buffer)
        _limit(order["seconds"], order["memory"], order["niceness"])
        for answer in reader(content, requests, **order["arguments"]):
            _write(answers, *_frame(answer))
        _write(answers, b"J", b"null")
    except MemoryError:
        _write(answers, b"M", b"")
    except BrokenPipeError:
        pass
    except BaseException as error:
        code = getattr(error, "code", None)
        refused = isinstance(code, str)
        reply = code if refused else type(error).__name__
        _write(answers, b"R" if refused else b"X", str(reply).encode())
    os._exit(0)


def _skip_program() -> None:
    """Have modules of the package imported without the whole program that it stands for."""
    package = ModuleType("eligibility")
    package.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    sys.modules[package.__name__] = package


def _requests(stream: IO[bytes]) -> Iterator[Any]:
    """Requests as they come; at the end of the input the process ends, whatever it does."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def receive() -> None:
        for line in stream:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=receive, daemon=True).start()
    return (json.loads(lines.get()) for _ in iter(int, 1))


def _limit(seconds: int, memory: int, niceness: int) -> None:
    """Limits that the operating system holds, as far as it has them."""
    try:
        import resource
    except ImportError:
        return
    if niceness:
        os.nice(niceness)
    size = 0
    if os.path.exists("/proc/self/statm"):
        with open("/proc/self/statm") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
    for what, most in (
        ("RLIMIT_AS", size + memory),
        ("RLIMIT_CPU", seconds + math.ceil(time.process_time())),
        ("RLIMIT_NOFILE", FILES),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, what, None)
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            # at the lower of the two limits of time comes a signal of its own, by which it is known
            free = what == "RLIMIT_CPU" and hard == resource.RLIM_INFINITY
            resource.setrlimit(kind, (bound, bound + 1 if free else bound))


def _frame(answer: Any) -> tuple[bytes, bytes]:
    if isinstance(answer, tuple):
        return b"T", _pack(answer)
    return b"J", json.dumps(answer, ensure_ascii=False).encode()


def _pack(columns: tuple[list[str], ...]) -> bytes:
    """Number of rows and columns, the length of every text in bytes, and all texts."""
    parts: list[bytes] = []
    lengths = array("I")
    for column in columns:
        text = "".join(column)
        if text.isascii():
            lengths.extend(map(len, column))
            parts.append(text.encode())
        else:
            encoded = [cell.encode() for cell in column]
            lengths.extend(map(len, encoded))
            parts.extend(encoded)
    if sys.byteorder == "big":
        lengths.byteswap()
    shape = SHAPE.pack(len(columns[0]) if columns else 0, len(columns))
    return b"".join(chain((shape, lengths.tobytes()), parts))


def _write(stream: IO[bytes], kind: bytes, content: bytes) -> None:
    stream.write(FRAME.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


if __name__ == "__main__":
    main()
