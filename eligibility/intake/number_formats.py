"""What a spreadsheet shows of a number, where that is another number than the one it holds.

A format can show a share in per cent, leave out thousands, or put a point or a unit beside the digits:
``0!.0000`` shows 12345678 as 1234.5678, ``0!.0,"万"`` as 1234.6万. The person who sent the sheet means
what it shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

#: how a workbook's reader begins a formula that was never worked out: no one sees or types the mark
FORMULA_MARK = "\u2060="
_TOKENS = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[([^\]]*)\]|([0#?])|(.)', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_UNIT = re.compile("亿|千万|百万|万|千元|千|元")
#: another unit, currency or share written beside the digits, which no reader of amounts takes for nothing;
#: and the mark that hides a point in Excel, where another program shows it among the digits
_OTHER_UNIT = re.compile(
    r"(?:(?!cny|rmb|yuan)[a-z])+|[%‰$€£₩!]|美元|港[元币]|欧元|日元", re.IGNORECASE
)
_OWN_CURRENCY = re.compile("cny|rmb|yuan", re.IGNORECASE)
#: a number as it is, and the exponent of one
_GENERAL, _EXPONENT = re.compile("general", re.IGNORECASE), re.compile(r"(?<=[0#?])E[-+]")
_COMPARE = {
    "<": lambda one, other: one < other, "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other, ">=": lambda one, other: one >= other,
    "=": lambda one, other: one == other, "<>": lambda one, other: one != other,
}  # fmt: skip


@dataclass(frozen=True)
class _Section:
    """One part of a format: when it holds, and how its number differs from the one that is held."""

    condition: tuple[str, float] | None
    #: powers of ten that the shown number is smaller by
    power: int
    percent: bool
    unit: str

    @property
    def plain(self) -> bool:
        return not (self.power or self.percent or self.unit)


def can_alter(code: str) -> bool:
    """Whether a format can show another number than the cell holds."""
    return any(not section.plain for section in _sections(code))


def display_text(value: float, code: str) -> str | None:
    """The number that a format shows, unrounded and with its unit; None where it is the one held."""
    section = _section(value, _sections(code))
    if section is None or section.plain:
        return None
    # a workbook holds 15 digits; what stands behind them is noise of binary arithmetic
    number = Decimal(f"{value:.15g}").scaleb(2 if section.percent else -section.power)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}%" if section.percent else f"{text}{section.unit}"


def _section(value: float, sections: tuple[_Section, ...]) -> _Section | None:
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _COMPARE[section.condition[0]](
                value, section.condition[1]
            ):
                return section
        return None
    if not sections:
        return None
    place = 0 if value > 0 else 1 if value < 0 else 2
    return sections[place] if place < len(sections) else sections[0]


@cache
def _sections(code: str) -> tuple[_Section, ...]:
    parts: list[str] = [""]
    for token in _TOKENS.finditer(code):
        if token[0] == ";":
            parts.append("")
        else:
            parts[-1] += token[0]
    return tuple(map(_parse, parts[:3]))


def _parse(part: str) -> _Section:
    condition = None
    percent = point = False
    digits_behind = commas = digits = 0
    literal_point = False
    behind = beside = ""
    part = _EXPONENT.sub("", _GENERAL.sub("0", part))
    for token in _TOKENS.finditer(part):
        quoted, escaped, bracket, digit, other = token.groups()
        literal = quoted if quoted is not None else escaped
        if bracket is not None:
            if bracket.startswith("$"):
                beside += bracket[1:].partition("-")[0]
            match = _CONDITION.fullmatch(bracket.strip())
            condition = (match[1], float(match[2])) if match else condition
        elif digit:
            digits += 1
            commas, behind = 0, ""
            digits_behind += literal_point and not point
        elif literal is not None:
            literal_point = literal_point or (literal == "." and digits > 0 and not point)
            behind += literal
            beside += literal
        elif other == ".":
            point = True
        elif other == ",":
            commas += digits > 0
        elif other == "%":
            percent = True
        elif other is not None:
            behind += other
            beside += other if other in "$€£" else ""
    unit = _OTHER_UNIT.search(_OWN_CURRENCY.sub("", beside)) or _UNIT.search(behind)
    return _Section(
        condition, 3 * commas + digits_behind if digits else 0, percent and digits > 0, unit[0] if unit and digits else "",
    )  # fmt: skip
