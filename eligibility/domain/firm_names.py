"""Names of firms in one form: their normal name, that without its legal form, and their order."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_BRACKETS = str.maketrans("[]【】〔〕{}<>《》", "()()()()()()")
_LEGAL_FORM = re.compile(
    r"(\(集团\)|集团)?(有限责任公司|股份有限公司|有限公司|股份公司|集团公司|公司|co\.?,?ltd\.?|inc\.?)$"
)
#: characters that must be left of a name without its legal form, to say something of a firm
SHORTEST_STEM = 4
#: characters of a name that its order goes by
ORDERED = 40


def name_key(name: str) -> str:
    """The normal name: without spaces, invisible marks, and differences of width, case and brackets."""
    if name.isalnum() and unicodedata.is_normalized("NFKC", name):
        return name.casefold()
    plain = unicodedata.normalize("NFKC", name)
    visible = (each for each in plain if unicodedata.category(each)[0] not in "CZ")
    return "".join(visible).translate(_BRACKETS).casefold()


def name_stem(name: str) -> str:
    """The normal name without its legal form, which a firm changes and stays itself.

    The whole normal name where less than ``SHORTEST_STEM`` characters would be left.
    """
    key = name_key(name)
    stem = _LEGAL_FORM.sub("", key)
    return stem if len(stem) >= SHORTEST_STEM else key


def name_order(name: str) -> str:
    """A key whose order is that of the names in pinyin, in ASCII alone.

    The order of GB 2312, which databases offer, is pinyin for its first 3,755 characters only, and
    names of firms are full of others, such as 鑫 and 晟.
    """
    return "".join(map(_place, name_key(name)[:ORDERED]))


@cache
def _place(character: str) -> str:
    if character.isascii():
        return character
    # a table of 40,000 characters, which only who stores names should wait for
    from pypinyin import Style, lazy_pinyin

    (syllable,) = lazy_pinyin(character, style=Style.NORMAL, errors=lambda _: "zz")
    # ü is written as v, and stands where v does
    return f"{syllable.replace('ü', 'v')}{ord(character):05x}"
