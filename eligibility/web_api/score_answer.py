"""A scored file as one answer of three parts: results, rejected rows, counts (``multipart/mixed``)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.responses import StreamingResponse

from eligibility.batch.chunks import Summary
from eligibility.domain.text import json_text
from eligibility.i18n import Language
from eligibility.web_api.schemas import Counts

CHUNK = 1 << 16
BOUNDARY_BYTES = 16
MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
}


def counts(summary: Summary, language: Language) -> Counts:
    """What became of the rows, as ``score`` says it on the command line."""
    headers = summary.headers
    unread = [] if headers is None else [*headers.unknown, *(name for name, _ in headers.doubtful)]
    return Counts(
        read=summary.read,
        scored=summary.rows_scored,
        rejected=summary.rows_rejected,
        verdicts=dict(sorted(summary.verdicts.items())),
        columns_not_read=unread,
        issues=[issue.sentence.say(language) for issue in summary.issues],
    )


def answer(folder: TemporaryDirectory[str], results: Path, rejects: Path, totals: Counts) -> StreamingResponse:  # fmt: skip
    """Stream the files of a folder, which goes when they are sent or the client has left."""
    boundary = secrets.token_hex(BOUNDARY_BYTES)
    return StreamingResponse(
        _parts(folder, boundary, [results, rejects], json_text(totals.model_dump())),
        media_type=f"multipart/mixed; boundary={boundary}",
    )


def _parts(
    folder: TemporaryDirectory[str], boundary: str, files: list[Path], counts: str
) -> Iterator[bytes]:
    with folder:
        for path in files:
            if path.exists():
                yield _head(boundary, path.name, MEDIA_TYPES[path.suffix])
                with path.open("rb") as file:
                    while part := file.read(CHUNK):
                        yield part
        yield _head(boundary, "counts.json", "application/json") + counts.encode()
        yield f"\r\n--{boundary}--\r\n".encode()


def _head(boundary: str, name: str, media_type: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\nContent-Type: {media_type}\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    ).encode()
