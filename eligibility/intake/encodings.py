"""The encoding of a text file, found by its content, and its text brought to UTF-8."""

from __future__ import annotations

import codecs
import io
from contextlib import suppress
from typing import IO, Protocol

import numpy as np
import pyarrow as pa

from eligibility.domain.errors import InputError

_UTF8 = ("utf-8", "utf-8-sig")
#: looked through at once: what stays in the processor's cache
LOOK_BYTES = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def declared_encoding(file: str, stream: IO[bytes], encoding: str) -> str:
    """The name of an encoding that a person named, if the whole text can be read by it.

    Raises
    ------
    InputError
        If there is no such encoding of texts, or the text is in another.
    """
    try:
        name = codecs.lookup(encoding).name
        # some codecs turn bytes into bytes, or texts into texts: a LookupError too
        with suppress(UnicodeError):
            b"a".decode(name)
    except (LookupError, ValueError) as error:
        raise InputError("There is no encoding {encoding}.", encoding=encoding) from error
    if not _decodes(stream, name):
        raise InputError(
            "{file} is not text in {encoding}; save it as UTF-8, or name its encoding (--encoding on the "
            "command line).",
            file=file,
            encoding=encoding,
        )
    return name


def find_encoding(file: str, stream: IO[bytes]) -> str:
    """The encoding of a text: by its mark, by zero bytes (UTF-16), UTF-8 if all of it is, GB18030.

    Raises
    ------
    InputError
        If it is none of these.
    """
    start = stream.read(1 << 16)
    likely: tuple[str, ...] = ("utf-8", "gb18030")
    if b"\0" in start:
        # ASCII in UTF-16 has its zero byte first (big end first) or second
        likely = ("utf-16-be" if start[0::2].count(0) > start[1::2].count(0) else "utf-16-le",)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            likely = (encoding,)
            break
    for encoding in likely:
        stream.seek(0)
        if _decodes(stream, encoding):
            return encoding
    raise InputError(
        "{file} is neither UTF-8, UTF-16 nor GB18030 text; save it as UTF-8, or name its encoding "
        "(--encoding on the command line).",
        file=file,
    )


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while data := stream.read(LOOK_BYTES):
            # whole lines hold whole characters; what is cut off is left to the decoder
            end = data.rfind(b"\n") + 1
            if encoding in _UTF8 and not decoder.getstate()[0] and is_utf8(memoryview(data)[:end]):
                data = data[end:]
            # some decoders let half of a pair of surrogates pass, which is no character
            decoder.decode(data).encode()
        decoder.decode(b"", final=True)
    except ValueError:
        return False
    return True


def is_utf8(data: memoryview) -> bool:
    """True if it is UTF-8; Arrow tells ten times faster than decoding does."""
    ends = pa.py_buffer(np.array([0, len(data)], dtype=np.int64))
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


class Text(Protocol):
    """A text in UTF-8 without a mark, read in parts of which the end can be put back."""

    def read(self, size: int) -> bytes:
        """The next so many bytes, or a few more; fewer only at the end."""
        ...

    def put_back(self, data: bytes) -> None:
        """Have the end of what was read last read again."""
        ...


def open_text(stream: IO[bytes], encoding: str) -> Text:
    """A stream of that encoding as text in UTF-8."""
    return _Utf8(stream) if encoding in _UTF8 else _Transcoder(stream, encoding)


class _Utf8:
    """Bytes that need no change, so that the end of a part is read again instead of copied."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            stream.seek(0)

    def read(self, size: int) -> bytes:
        return self._stream.read(size)

    def put_back(self, data: bytes) -> None:
        self._stream.seek(-len(data), io.SEEK_CUR)


class _Transcoder:
    """Text of another encoding, brought to UTF-8 part by part."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream, self._decoder = stream, codecs.getincrementaldecoder(encoding)()
        self._rest = b""

    def read(self, size: int) -> bytes:
        parts = [self._rest]
        wanted = size - len(self._rest)
        self._rest = b""
        while wanted > 0 and (data := self._stream.read(min(wanted, 1 << 20))):
            parts.append(self._decoder.decode(data).encode())
            wanted -= len(parts[-1])
        return b"".join(parts)

    def put_back(self, data: bytes) -> None:
        self._rest = data
