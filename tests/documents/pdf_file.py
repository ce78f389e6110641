"""Small PDF files written by hand: texts at places, ruled lines, and what a hostile one may hold."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

Rows = Sequence[Sequence[object]]
#: points of a column and a row
COLUMN, ROW, SIZE = 110.0, 18.0, 9.0
WIDTH, HEIGHT = 842, 595


def pdf(
    *pages: bytes, lying: bool = False, turned: int = 0, extra: str = "", encrypt: bool = False,
    repeat: int = 1,
) -> bytes:  # fmt: skip
    """A file of these page contents, each shown ``repeat`` times.

    ``lying``: drawn on its side and turned back; ``turned``: shown turned by so many degrees.
    """
    objects: list[bytes] = [b"", b"", b""]
    kids = []
    objects[2] = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] >>] >>"
    )
    for content in pages:
        if lying:
            content = b"q 0 1 -1 0 %d 0 cm\n%s\nQ" % (HEIGHT, content)
        packed = zlib.compress(content)
        objects.append(
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
        )
        stream = len(objects)
        for _ in range(repeat):
            objects.append(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R"
                b" /Resources << /Font << /F 3 0 R >> >> >>"
                % (*((HEIGHT, WIDTH, 90) if lying else (WIDTH, HEIGHT, turned)), stream)
            )
            kids.append(len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % extra.encode()
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(kids), b" ".join(b"%d 0 R" % kid for kid in kids),
    )  # fmt: skip
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    key = b""
    if encrypt:
        nonsense = b"<" + b"5a" * 32 + b">"
        key = b" /Encrypt << /Filter /Standard /V 1 /R 2 /O %s /U %s /P -4 >> /ID [<00> <00>]" % (nonsense, nonsense)  # fmt: skip
    out += b"trailer << /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, key, start)  # fmt: skip
    return bytes(out)


def text(x: float, y: float, words: str) -> bytes:
    """A text at a place."""
    return b"BT /F %g Tf %g %g Td <%s> Tj ET\n" % (SIZE, x, y, words.encode("utf-16-be").hex().encode())  # fmt: skip


def page(above: Sequence[str], rows: Rows, *, ruled: bool = True, wide: int = 1) -> bytes:
    """Texts above a table, and the table; its column ``wide`` (from 0) is three times as wide."""
    count = max((len(row) for row in rows), default=0)
    edges = [40.0]
    for place in range(count):
        edges.append(edges[-1] + COLUMN * (2.2 if place == wide else 0.6))
    out = b""
    y = HEIGHT - 30.0
    for words in above:
        out += text(edges[0], y, words)
        y -= ROW
    top = y + SIZE
    for row in rows:
        for place, value in enumerate(row):
            if value is None:
                continue
            words = f"{value:,.2f}" if isinstance(value, float) else str(value)
            length = sum(SIZE if ord(letter) > 255 else SIZE / 2 for letter in words)
            is_figure = isinstance(value, int | float)
            x = edges[place + 1] - 3 - length if is_figure else edges[place] + 3
            out += text(x, y - 4, words)
        y -= ROW
    if ruled:
        lines = [top - place * ROW for place in range(len(rows) + 1)]
        for line in lines:
            out += b"%g %g m %g %g l S\n" % (edges[0], line, edges[-1], line)
        for edge in edges:
            out += b"%g %g m %g %g l S\n" % (edge, lines[0], edge, lines[-1])
    return out
