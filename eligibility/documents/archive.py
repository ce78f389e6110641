"""An archive as its files, unpacked within bounds; runs in a process of its own."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from eligibility.documents.limits import FIRST_PARTS, ArchiveLimits, PaperRefusal

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: names before UTF-8 are marked so
_UTF8_NAME = 0x800
#: what Finder adds, and files that are hidden or open in an office program
_RESOURCES, _HIDDEN = "__MACOSX/", (".", "~$")


def serve(
    content: bytes,
    requests: Iterator[Any],  # noqa: ARG001
    *,
    limits: Mapping[str, int],
) -> Iterator[Any]:
    """Name and bytes (base64) of each file; None in the place of the bytes of an inner archive.

    Raises
    ------
    PaperRefusal
    """
    bounds = ArchiveLimits(**limits)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > bounds.files:
            raise PaperRefusal("parts")
        if any(entry.flag_bits & 1 for entry in entries):
            raise PaperRefusal("protected")
        unpacked = 0
        for entry in entries:
            name = _name(entry)
            if name.startswith(_RESOURCES) or name.rpartition("/")[2].startswith(_HIDDEN):
                continue
            if entry.compress_type not in _METHODS:
                raise PaperRefusal("damaged")
            # what is stated of its size may be invented: what comes out is counted
            room = min(bounds.file_bytes, bounds.bytes_unpacked - unpacked)
            with archive.open(entry) as stream:
                data = stream.read(room + 1)
            if len(data) > room:
                raise PaperRefusal("unpacked")
            unpacked += len(data)
            yield [name, None if _is_archive(data) else base64.b64encode(data).decode()]
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,
    ) as error:
        raise PaperRefusal("damaged") from error


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was written: archives of Windows have Chinese ones in GBK."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return name
        for encoding in ("utf-8", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return name


def _is_archive(data: bytes) -> bool:
    """Whether a file is an archive and no workbook or document, which are packed too."""
    if data[:4] in (b"Rar!", b"7z\xbc\xaf") or data[:2] == b"\x1f\x8b":
        return True
    length = int.from_bytes(data[26:28], "little")
    name = data[30 : 30 + length]
    return data.startswith(b"PK\x03\x04") and not name.startswith(FIRST_PARTS)
