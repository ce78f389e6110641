"""Numbers of patents and software copyrights: of what right a number is, and when it was filed.

Patent applications are numbered year, kind and serial with a check character (13 characters since
2003-10, 9 before); publications end in a letter that tells an application from a grant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["invention", "utility model", "design", "software", "variety"]

_MARKS = re.compile(r"[\s.·:：、()（）\[\]-]+")
_APPLICATION = re.compile(
    r"(?:ZL|CN)?(?:(?P<year>(?:19|20)\d{2})(?P<kind>[12389])\d{7}|(?P<old>[89]\d|0[0-3])(?P<old_kind>[12389])\d{5})"
    r"(?P<check>[0-9X])?"
)
_PUBLICATION = re.compile(r"CN(?P<kind>[123])\d{6,8}(?P<letter>[ABCUYSD])\d?")
_SOFTWARE = re.compile(r"(?:19|20)\d{2}SR[A-Z]?\d{5,7}|软著登字第?(?:BJ)?\d{5,9}号?")
_VARIETY = re.compile(r"CNA\d{8}[0-9X]{1,3}")
_KINDS: dict[str, Kind] = {
    "1": "invention", "8": "invention", "2": "utility model", "9": "utility model", "3": "design",
}  # fmt: skip
#: years of two digits were written until 2003
_CENTURY = {True: 1900, False: 2000}
#: remainders that a check character stands for, in their order
_CHECKS = "0123456789X"


@dataclass(frozen=True)
class RightNumber:
    """What a number says of its right.

    Attributes
    ----------
    kind : str
        invention, utility model, design, software or variety.
    year : int or None
        In which it was filed.
    only_application : bool
        Whether it is the number of an application made public, which is no grant.
    check : str
        The check character that would be right where the one there is not; else "".
    """

    kind: Kind
    year: int | None = None
    only_application: bool = False
    check: str = ""


def read_right_number(text: str) -> RightNumber | None:
    """A number as it was typed, marks and spaces left out; None if it is of none of these rights."""
    plain = _MARKS.sub("", text.upper())
    if _SOFTWARE.fullmatch(plain):
        return RightNumber("software")
    if _VARIETY.fullmatch(plain):
        return RightNumber("variety")
    if published := _PUBLICATION.fullmatch(plain):
        return RightNumber(_KINDS[published["kind"]], only_application=published["letter"] == "A")
    if not (match := _APPLICATION.fullmatch(plain)):
        return None
    digits = plain.removeprefix("ZL").removeprefix("CN")
    kind = _KINDS[match["kind"] or match["old_kind"]]
    old = match["old"]
    year = int(match["year"]) if old is None else _CENTURY[old[0] in "89"] + int(old)
    check = ""
    if match["check"]:
        right = check_character(digits[:-1])
        check = right if right != match["check"] else ""
    return RightNumber(kind, year, check=check)


def check_character(digits: str) -> str:
    """The check character of an application number: its digits weighted from 2 to 9, modulo 11."""
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(digits))
    return _CHECKS[total % len(_CHECKS)]
