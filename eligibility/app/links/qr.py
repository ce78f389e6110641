"""The QR code of a link, as a picture within the page."""

from __future__ import annotations


def qr_picture(url: str) -> str:
    """A QR code as a data address of an SVG picture, black on white whatever the theme."""
    import segno

    code = segno.make(url, error="m", micro=False)
    return str(code.svg_data_uri(scale=4, border=3, dark="#000", light="#fff"))
