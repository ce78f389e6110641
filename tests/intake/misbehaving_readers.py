"""Readers of files as only hostile files would have them, run in the process that reads."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator


def spin(content: bytes, requests: Iterator[object]) -> Iterator[object]:
    yield os.getpid()
    while True:
        pass


def hoard(content: bytes, requests: Iterator[object]) -> Iterator[object]:
    yield len(bytearray(1 << 30))


def write(content: bytes, requests: Iterator[object], path: str) -> Iterator[object]:
    with open(path, "wb") as file:
        file.write(b"x")
    yield None


def crash(content: bytes, requests: Iterator[object]) -> Iterator[object]:
    yield "begun"
    os.kill(os.getpid(), signal.SIGSEGV)


def echo(content: bytes, requests: Iterator[object]) -> Iterator[object]:
    yield from requests


def texts(content: bytes, requests: Iterator[object]) -> Iterator[object]:
    print("what a library prints")
    yield (["a", "甲", ""], ["", "", "b"])
    yield dict(os.environ)
