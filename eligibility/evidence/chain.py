"""Chain of evidence (证据链) of one firm, built from its lists: numbers of things, and their links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count as count_up
from typing import Any

from eligibility.domain.facts import FirmTable
from eligibility.domain.firm_names import name_key
from eligibility.domain.results import MET, UNMET
from eligibility.intake.lists import Rows, count_list, entries, read_ledger, rows_with_entries
from eligibility.schemes.evidence import (
    Chain,
    ChainLink,
    LooseReference,
    OtherStatement,
    Thing,
)
from eligibility.schemes.lists import Count, ListColumn, ListDefinition
from eligibility.schemes.registry import Scheme

Lists = Mapping[str, Rows]
#: the column of a thing's own number
CODE = "code"
#: a range of more numbers is a slip of the pen
LONGEST_RANGE = 200
_NUMBER = re.compile(r"([a-z]*)\s*[-_]?\s*0*(\d{1,4})")
_RANGE = re.compile(r"([a-z]+)\s*0*(\d{1,4})\s*(?:-|~|–|—|至|到)\s*(?:[a-z]+)?\s*0*(\d{1,4})")
_BETWEEN = re.compile(r"[、，,;；|/／\n]+")
_WORDS = re.compile(r"\s+")
_NOTHING = frozenset(("无", "-", "—", "/", "none", "n/a", "没有"))


def build_chain(
    lists: Lists,
    figures: FirmTable,
    scheme: Scheme,
    elsewhere: Sequence[OtherStatement] = (),
) -> Chain:
    """Build the chain of evidence of one firm.

    Parameters
    ----------
    lists : mapping of list id to rows
        As typed; amounts in 万元.
    figures : FirmTable
        Its one row as it is stated beside the lists.
    scheme : Scheme
    elsewhere : sequence of OtherStatement, optional
        The same figures as others hold them.
    """
    day = figures.dates("application_date")[0]
    law = scheme.in_force(day.item())
    things: dict[str, Thing] = {}
    repeats: list[tuple[str, str]] = []
    counts: dict[str, float | str | None] = {}
    for name, ledger in scheme.lists.items():
        if not ledger.prefix:
            # its rows are no things that anything refers to
            continue
        rows = rows_with_entries(lists.get(name, ()))
        count = count_list(ledger, rows, law, day, figures.texts("name")[0])
        if count is None:
            continue
        counts |= count.fields
        of_list, claims = _things(ledger, rows, count, figures.texts("name")[0])
        things |= {thing.code: thing for thing in of_list}
        repeats += claims
    links, loose = _links(things, scheme)
    return Chain(things, links, loose, repeats, figures, counts, tuple(elsewhere), law)


def numbered_things(
    ledger: ListDefinition, rows: Sequence[Mapping[str, str]], count: Count, firm: str | None
) -> Sequence[Thing]:
    """The things of a list under the numbers by which others refer to them.

    Parameters
    ----------
    ledger : ListDefinition
        With a prefix.
    rows : sequence of mapping
        As typed, and counted as ``count``.
    count : Count
    firm : str or None
        The firm's own name.
    """
    return _things(ledger, rows, count, firm)[0]


def split_references(text: str) -> list[str]:
    """The parts of a text that names several things, as typed; a range stays one part."""
    return [word for part in _BETWEEN.split(text) if (word := part.strip())]


def plain(text: str) -> str:
    """A name in the form in which two are compared."""
    return name_key(text)


def _things(
    ledger: ListDefinition, rows: Sequence[Mapping[str, str]], count: Count, firm: str | None
) -> tuple[list[Thing], list[tuple[str, str]]]:
    """The things of a list with their numbers, and which claim the same one."""
    listed = [place for place, kind in enumerate(entries(ledger, rows)) if kind is None]
    read = read_ledger(ledger, [rows[place] for place in listed], firm)
    groups: dict[str, list[int]] = {}
    title = ledger.columns[0].id
    # one activity has a row a year; a right of the same name is another right
    has_row_a_year = bool(ledger.amounts) and "year" in read.columns
    for at, place in enumerate(listed):
        name = plain(rows[place].get(title, "")) if has_row_a_year else ""
        groups.setdefault(name or f"#{at}", []).append(at)
    values = [
        {
            column.id: read.columns[column.id][at]
            for column in ledger.columns
            if not _is_blank(read.columns[column.id][at])
        }
        for at in range(len(listed))
    ]
    found: list[Thing] = []
    for some in groups.values():
        codes = [int(count.status[listed[at]]) for at in some]
        best = min((code for code in codes if code != UNMET), default=UNMET)
        status = MET if MET in codes else best
        reason = next((count.reasons[listed[at]] for at in some if codes[some.index(at)] == status), None)  # fmt: skip
        name = rows[listed[some[0]]].get(title, "")
        found.append(
            Thing(
                ledger.id, "", name, status, reason,
                tuple(listed[at] + 1 for at in some), tuple(values[at] for at in some),
            )
        )  # fmt: skip
    return _with_codes(ledger, found)


def _with_codes(
    ledger: ListDefinition, things: Sequence[Thing]
) -> tuple[list[Thing], list[tuple[str, str]]]:
    """Things with their numbers: the one stated, else the next that is free."""
    stated: dict[int, int] = {}
    claims: list[tuple[int, int]] = []
    for at, thing in enumerate(things):
        number = _own_number(thing, ledger.prefix)
        if number is not None and number in stated.values():
            claims.append((next(one for one, other in stated.items() if other == number), at))
        elif number is not None:
            stated[at] = number
    free = (number for number in count_up(1) if number not in stated.values())
    # also what does not count has its number, so that others keep theirs when it counts again
    codes = [
        _code(ledger.prefix, stated[at] if at in stated else next(free))
        for at in range(len(things))
    ]
    numbered = [
        Thing(each.list, code, each.name, each.status, each.reason, each.places, each.rows)
        for each, code in zip(things, codes, strict=True)
    ]
    return numbered, [(codes[one], codes[other]) for one, other in claims]


def _code(prefix: str, number: int) -> str:
    return f"{prefix}{number:02}"


def _own_number(thing: Thing, prefix: str) -> int | None:
    match = _NUMBER.fullmatch(plain(str(thing.value(CODE) or "")))
    if match and match[1] in ("", prefix.lower()) and int(match[2]):
        return int(match[2])
    by_name = _NUMBER.fullmatch(plain(thing.name))
    is_code = by_name is not None and by_name[1] == prefix.lower() and thing.value(CODE) is None
    return int(by_name[2]) if by_name and is_code and int(by_name[2]) else None


def _is_blank(value: Any) -> bool:
    return value is None or bool(value != value)


# --- links --------------------------------------------------------------------------------------


class _Names:
    """Things of some lists by every name that a reference may use."""

    def __init__(self, things: Mapping[str, Thing], lists: Sequence[str], scheme: Scheme) -> None:
        self.prefixes = {
            scheme.lists[name].prefix.lower() for name in lists if name in scheme.lists
        }
        self.codes: dict[str, str] = {}
        self.names: dict[str, list[str]] = {}
        for thing in things.values():
            if thing.list not in lists:
                continue
            self.codes[thing.code.lower()] = thing.code
            for name in {plain(thing.name), plain(str(thing.value(CODE) or ""))} - {""}:
                self.names.setdefault(name, []).append(thing.code)

    def find(self, text: str) -> list[str]:
        """The codes that a text names, alone; none where it names nothing."""
        word = plain(text)
        match = _NUMBER.fullmatch(word)
        if match and (match[1] in self.prefixes or (not match[1] and len(self.prefixes) == 1)):
            prefix = match[1] or next(iter(self.prefixes))
            code = self.codes.get(_code(prefix.upper(), int(match[2])).lower())
            if code is not None:
                return [code]
        return self.names.get(word, [])


def _split(text: str, names: _Names) -> Iterator[str]:
    """The references of a text, ranges written out."""
    for part in _BETWEEN.split(text):
        word = part.strip()
        if not word or plain(word) in _NOTHING:
            continue
        run = _RANGE.fullmatch(plain(word))
        if run and run[1] in names.prefixes and 0 <= int(run[3]) - int(run[2]) < LONGEST_RANGE:
            yield from (
                _code(run[1].upper(), number) for number in range(int(run[2]), int(run[3]) + 1)
            )
        elif names.find(word):
            yield word
        else:
            # numbers apart by spaces alone, which names may hold too
            pieces = _WORDS.split(word)
            yield from pieces if all(names.find(piece) for piece in pieces) else [word]


def _links(
    things: Mapping[str, Thing], scheme: Scheme
) -> tuple[list[ChainLink], list[LooseReference]]:
    """Every link that some list states, and every reference that names nothing."""
    stated: dict[tuple[str, str], set[str]] = {}
    loose: list[LooseReference] = []
    for name, ledger in scheme.lists.items():
        of_list = [thing for thing in things.values() if thing.list == name]
        for column in (each for each in ledger.columns if each.refers_to):
            names = _Names(things, column.refers_to, scheme)
            for thing in of_list:
                for text in _references(thing, column, names):
                    codes = names.find(text)
                    if not codes:
                        loose.append(LooseReference(thing.code, column.id, text))
                    for code in codes:
                        ends = (min(thing.code, code), max(thing.code, code))
                        stated.setdefault(ends, set()).add(name)
    return [ChainLink(ends, frozenset(of)) for ends, of in stated.items()], loose


def _references(thing: Thing, column: ListColumn, names: _Names) -> list[str]:
    """The texts by which a thing refers to others in a column, each once."""
    texts = [row[column.id] for row in thing.rows if column.id in row]
    if not texts and column.by_title and names.find(thing.name):
        texts = [thing.name]
    parts = ([text] if names.find(text) else _split(text, names) for text in texts)
    return list(dict.fromkeys(part for some in parts for part in some))
