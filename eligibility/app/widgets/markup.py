"""HTML whose every text is escaped: what a firm typed can never become a tag or a link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

#: where Markdown begins to see an address: of a page, of a mailbox
ADDRESS = re.compile(r"https?(?=:)|www(?=\.)|@", re.IGNORECASE)
#: nobody sees it, and no line breaks at it
WORD_JOINER = "\u2060"


class Markup(str):
    """Text that is already HTML; made only by the functions of this module."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str) -> Markup:
    """One element; children that are plain text are escaped, ``cls`` gives its classes."""
    attribute_text = "".join(
        f' {"class" if key == "cls" else key.replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value
    )
    return Markup(f"<{name}{attribute_text}>{join(children)}</{name}>")


def literal(text: str) -> str:
    """A text of a person inside a label, where Streamlit would read Markdown."""
    # looked for once the marks are read, so an escape does not keep an address from being a link
    text = ADDRESS.sub(lambda match: match[0] + WORD_JOINER, text)
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]()<>#+-.!|~:$" else mark for mark in text)


def join(children: Sequence[str]) -> Markup:
    """Elements and texts one after the other."""
    return Markup(
        "".join(child if isinstance(child, Markup) else escape(child) for child in children)
    )
