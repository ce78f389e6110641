"""What counts of each list (台账): IP rights, conversions, R&D activities, products.

Every row counts, does not count, or leaves the count open, and says why. A count that a row leaves
open is blank. A list of rights or of conversions is taken as complete; amounts speak only for the
years they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import fsum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import years_of
from eligibility.domain.law import Edition
from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.domain.text import Message, msgid
from eligibility.schemes.lists import (
    Count,
    ListRows,
    Reasons,
    answer_yes_no,
    count_rows,
    judge_rows,
    separate_open,
)

from .registration_numbers import RightNumber, read_right_number


def ip(read: ListRows, law: Edition, _: int, application_date: np.datetime64) -> Count:
    """Rights granted by the date of application, in force, the firm's (三、（二）)."""
    group, status, owner = (read.columns[name] for name in ("class", "status", "owner"))
    granted, acquired, used = (read.columns[name] for name in ("granted_on", "acquired", "used"))
    no_date = read.blank("granted_on")
    licence = (owner == "licence") | (acquired == "licence")
    numbers = _right_numbers(read)
    group = _group_by_number(group, numbers)
    ended, may_end = _terms(numbers, granted, law, application_date)
    other_class = _other_class(group, numbers)
    out: Reasons = [
        (group == "application", UNMET, Message("an application, which is no right yet")),
        (group == "none", UNMET, Message("no right that the rules count, as a trade mark is none")),
        (granted > application_date, UNMET, Message("granted after the date of application")),
        (status == "lapsed", UNMET, Message("no longer in force")),
        (
            ended,
            UNMET,
            Message("its term has run out, counted from the year in its number or of its grant"),
        ),
        (status == "pending", UNMET, Message("not granted yet")),
        (owner == "other", UNMET, Message("not owned by the firm")),
        (licence, UNMET, Message("a licence is no right of the firm")),
    ]
    # an application and the right that came of it share their number
    barred = np.logical_or.reduce([mask for mask, _, _ in out])
    first_of_number, numbered = _same(read, "number", but=barred)
    first_of_name, _named = _same(read, "name", but=barred | numbered)
    out += _repeats(first_of_number, msgid("the same number counts once; row {row} has it"), UNMET)
    lacks: Reasons = [
        (
            owner == "joint",
            UNDETERMINED,
            Message(
                "owned jointly: one owner alone may use it, and that this is the firm is not said"
            ),
        ),
        (no_date, UNDETERMINED, Message("the date of grant is missing")),
        (read.blank("status"), UNDETERMINED, Message("whether it is in force is missing")),
        (read.blank("owner"), UNDETERMINED, Message("the owner is missing")),
        (
            np.array(
                [number is not None and number.only_application for number in numbers], np.bool_
            ),
            UNDETERMINED,
            Message("its number is of an application made public; enter the number of the grant"),
        ),
        (
            other_class,
            UNDETERMINED,
            Message("its number is of another kind of right than its class; see which is right"),
        ),
        (
            may_end,
            UNDETERMINED,
            Message(
                "its term runs out in the year of application; see whether it still runs on that day"
            ),
        ),
        (_unread(read, "acquired"), UNDETERMINED, Message("how it was acquired is not understood")),
        (_blank(group), UNDETERMINED, Message("the class is missing")),
    ]
    possible = ~np.logical_or.reduce([mask for mask, _, _ in out])
    is_known = possible & ~np.logical_or.reduce([mask for mask, _, _ in lacks[:-1]])
    # where the first row of a number is open, one that repeats it may count in its stead
    repeats = first_of_number != np.arange(read.rows)
    possible |= repeats & ~barred & ~is_known[first_of_number]
    software = group == "software"
    first, second = group == "I", np.isin(group.astype(str), ("II", "patent II", "software"))
    # the number or the class may be right
    classless = _blank(group) | other_class
    once = "class2_uses" in law.parameters
    spent = second & ~other_class & (used == 1) & once
    unsaid = second & np.isnan(used) & once
    usable = is_known & (first | (second & ~spent & ~unsaid))
    maybe = possible & ~usable & ~spent
    own = acquired == "own"
    counts, bounds = separate_open(
        {
            "ip_class1_count": count_rows(is_known & first, possible & (first | classless)),
            "ip_class2_count": count_rows(is_known & second, possible & (second | classless)),
            "ip_class2_used_count": count_rows(
                is_known & second & (used == 1), possible & (second | classless) & (used != 0)
            ),
            "ip_software_count": count_rows(
                is_known & software, possible & (software | (group == "II") | classless)
            ),
        }
    )
    fields: dict[str, float | str | None] = {
        **counts,
        "ip_first_granted_on": _earliest(granted, usable | (is_known & spent), possible),
        "ip_self_developed": answer_yes_no(
            yes=usable & own,
            no=usable & (acquired == "other"),
            unknown=(usable & read.blank("acquired")) | (maybe & (acquired != "other")),
        ),
    }
    reasons: Reasons = [
        *out,
        (spent, UNMET, Message("Class II and used in a granted certification: it counts once")),
        *lacks,
        (unsaid, UNDETERMINED, Message("whether it was used before is missing")),
        (read.blank("acquired"), MET, Message("it counts; how it was acquired is missing")),
        *(
            (
                np.arange(read.rows) == row,
                MET,
                Message(
                    "it counts; the last character of its number should be {check}, see whether it is mistyped",
                    {"check": number.check},
                ),
            )
            for row, number in enumerate(numbers)
            if number is not None and number.check
        ),
        *_repeats(
            first_of_name,
            msgid("it counts; row {row} has the same name, see whether it is the same right"),
            MET,
        ),
    ]
    return Count(fields, *judge_rows(read.rows, reasons), bounds)


#: what a kind of right is as a class of the list
_CLASS = {"invention": "I", "variety": "I", "utility model": "patent II", "design": "patent II", "software": "software"}  # fmt: skip
#: the parameter of the edition that holds the term of a kind of right
_TERM = {"invention": "invention_term", "utility model": "utility_model_term", "design": "design_term"}  # fmt: skip


def _right_numbers(read: ListRows) -> list[RightNumber | None]:
    return [text and read_right_number(text) for text in read.columns["number"].tolist()]


def _blank(column: NDArray[Any]) -> Bools:
    return np.array([value is None for value in column], dtype=np.bool_)


def _unread(read: ListRows, name: str) -> Bools:
    """Where a text of a column could not be read, shape (n,)."""
    return np.array([(row, name) in read.troubles for row in range(read.rows)], np.bool_)


def _group_by_number(
    group: NDArray[np.object_], numbers: Sequence[RightNumber | None]
) -> NDArray[np.object_]:
    """The class of each row; where it is blank, as the number tells."""
    result = group.copy()
    for row, number in enumerate(numbers):
        if result[row] is None and number is not None:
            result[row] = _CLASS[number.kind]
    return result


def _other_class(group: NDArray[np.object_], numbers: Sequence[RightNumber | None]) -> Bools:
    """Where a number is of a right of another class."""
    differs = np.zeros(len(group), dtype=np.bool_)
    for row, number in enumerate(numbers):
        if number is not None and group[row] in ("I", "II", "patent II", "software"):
            of = _CLASS[number.kind]
            # a list may say Class II without the kind
            differs[row] = group[row] != of and not (group[row] == "II" and of != "I")
    return differs


def _terms(
    numbers: Sequence[RightNumber | None],
    grant_days: NDArray[np.datetime64],
    law: Edition,
    application_date: np.datetime64,
) -> tuple[Bools, Bools]:
    """Where the term of a right has run out, and where it runs out in the year of application.

    It runs from the day of filing, which lies in the year that the number names and before the grant.
    """
    ended, may_end = (np.zeros(len(numbers), dtype=np.bool_) for _ in range(2))
    year = _year_of(application_date)
    for row, number in enumerate(numbers):
        if number is None or _TERM.get(number.kind, "") not in law.parameters:
            continue
        shortest, longest = _term(number, law)
        if number.year is not None:
            ended[row] = number.year + longest < year
            may_end[row] = not ended[row] and number.year + shortest <= year
        elif not np.isnat(grant_days[row]):
            # filed by then at the latest
            ended[row] = _year_of(grant_days[row]) + longest < year
    return ended, may_end


def _term(number: RightNumber, law: Edition) -> tuple[int, int]:
    """The shortest and longest term that a right may have, in years."""
    term = int(law.value(_TERM[number.kind]))
    if number.kind != "design" or number.year is None:
        return term, term
    earlier, changed = int(law.value("earlier_design_term")), law.value("design_term_changed")
    if number.year == changed:
        return earlier, term
    return (earlier, earlier) if number.year < changed else (term, term)


def _year_of(day: np.datetime64) -> int:
    return int(day.astype("M8[Y]").astype(np.int64)) + 1970


def _earliest(grant_days: NDArray[np.datetime64], certain: Bools, possible: Bools) -> str | None:
    """The first day of grant; None where a row that may count could be earlier, or none counts."""
    if not certain.any():
        return None
    first = grant_days[certain].min()
    doubtful = possible & ~certain & (np.isnat(grant_days) | (grant_days < first))
    return None if doubtful.any() else str(first)


def conversion(read: ListRows, _: Edition, year: int, __: np.datetime64) -> Count:
    """Results put to use in the three years; one result counts once (三、（七）2)."""
    years = years_of(year)
    in_year = read.columns["year"]
    names = read.columns["result"]
    outside = ~np.isnan(in_year) & ~np.isin(in_year, years)
    no_year, no_name = np.isnan(in_year), read.blank("result")
    sound = ~(outside | no_year | no_name)
    first = _first(names, in_year, sound, read.normalize)
    again = sound & (first != np.arange(read.rows))
    counts = sound & ~again
    # of an earlier year, a row without one takes the place of those that have its name
    like = _same(read, "result")[0]
    certain = counts & ~np.isin(like, like[no_year & ~no_name])

    def ends(each: int) -> tuple[float, float]:
        here = in_year == each
        least, most = count_rows(certain & here, ((counts | no_name) & here) | no_year)
        # so may a row without a name, of any one of them
        earlier = no_name & (no_year | (in_year < each))
        return max(least - float(earlier.sum()), 0.0), most

    fields, bounds = separate_open(
        {f"conversions_y{place}": ends(each) for place, each in enumerate(years, 1)}
    )
    reasons: Reasons = [
        (outside, UNMET, _outside(years)),
        *(
            (again & (first == row), UNMET,
             Message("the same result counts once; row {row} has it", {"row": int(row) + 1}))
            for row in np.unique(first[again])
        ),
        (no_year, UNDETERMINED, Message("the year is missing")),
        (no_name, UNDETERMINED, Message("the result is not named")),
    ]  # fmt: skip
    return Count(fields, *judge_rows(read.rows, reasons), bounds)


def activity(read: ListRows, _: Edition, year: int, __: np.datetime64) -> Count:
    """R&D costs by year and category, as incurred; a year without a row is not spoken of."""
    years = years_of(year)
    in_year = read.columns["year"]
    no_year = np.isnan(in_year)
    outside = ~no_year & ~np.isin(in_year, years)
    amounts = [name for name in read.columns if name.startswith("rd_")]
    excluded = _no_research(read)
    no_year &= ~excluded
    fields: dict[str, float | str | None] = {}
    for place, each in enumerate(years, 1):
        rows = in_year == each
        if rows.any() or no_year.any():
            for name in amounts:
                total = read.total(name, rows & ~excluded)
                fields[f"{name}_y{place}"] = None if no_year.any() else total
    lacking = np.logical_or.reduce([np.isnan(read.columns[name]) for name in amounts])
    again = _again(read, ("name", "year", *amounts))
    for row in np.flatnonzero(again != np.arange(read.rows)):
        for place, each in enumerate(years, 1):
            if in_year[row] == each and not excluded[row]:
                fields |= dict.fromkeys(f"{name}_y{place}" for name in amounts)
    reasons: Reasons = [
        (
            excluded,
            UNMET,
            Message("no R&D activity (195号 三、（六）1); its cost is left out"),
        ),
        (outside, UNMET, _outside(years)),
        *_repeats(again, _SAME_ROW, UNDETERMINED),
        (no_year, UNDETERMINED, Message("the year is missing")),
        (lacking, UNDETERMINED, Message("an amount is missing; enter 0 where there was none")),
        (
            np.logical_or.reduce([read.columns[name] < 0 for name in amounts]),
            MET,
            Message("an amount below 0 is taken as it is, as costs that were written back (冲减)"),
        ),
    ]
    return Count(fields, *judge_rows(read.rows, reasons))


def _no_research(read: ListRows) -> Bools:
    """Rows of an activity of which some row says that it is none of R&D."""
    first, _ = _same(read, "name")
    said = np.isin(read.columns["kind"].astype(str), NO_RESEARCH)
    return np.isin(first, first[said])


#: kinds of income in the list of products, and the figure that each adds up to
INCOME_KINDS = {
    "product": "hitech_products_income_y3",
    "technology transfer": "technical_transfer_income_y3",
    "technical service": "technical_service_income_y3",
    "commissioned research": "commissioned_rd_income_y3",
}


def product(read: ListRows, law: Edition, __: int, ___: np.datetime64) -> Count:
    """Hi-tech income of the latest year, product by product (三、（四）), in all and by what it is of."""
    income = read.columns["income"]
    again = _again(read, ("name", "income"))
    reasons: Reasons = [
        (np.isnan(income), UNDETERMINED, Message("the income is missing")),
        *_repeats(again, _SAME_ROW, UNDETERMINED),
    ]
    repeats = again != np.arange(read.rows)
    repeated = bool(repeats.any())
    once = fsum(income[~repeats & ~np.isnan(income)])
    most = np.inf if np.isnan(income).any() else fsum(income)
    fields, bounds = separate_open({"hitech_income_y3": (once, most)})
    if not repeated and "main_products_share" in law.parameters:
        main, kinds = read.columns["main"], read.columns["kind"]
        if not np.isnan(main).any():
            fields["main_products_income_y3"] = read.total("income", main == 1)
        if not read.blank("kind").any():
            for kind, figure in INCOME_KINDS.items():
                fields[figure] = read.total("income", kinds == kind)
    return Count(fields, *judge_rows(read.rows, reasons), bounds)


def activity_form(read: ListRows, *_: object) -> Count:
    """Rows of the official form: words for the application, of which no number is formed."""
    return Count({}, *judge_rows(read.rows, []))


product_form = standard = activity_form


#: kinds of activity that the definition of R&D leaves out (195号 三、（六）1)
NO_RESEARCH = ("routine upgrade", "direct use", "social science")
_SAME_ROW = msgid("row {row} says the same; delete one of them, or give them different names")
#: what stands around a number: what it is of, and a remark
_NUMBER_LABEL = re.compile(r"^[\u4e00-\u9fff]{2,8}[:：]|\([^()]*\)|[\u4e00-\u9fff]+$")
_NUMBER_PREFIX = re.compile(r"^(?:zl|cn|no)(?=\d)")


def _same(read: ListRows, name: str, but: Bools | None = None) -> tuple[NDArray[np.intp], Bools]:
    """For each row the place of the first with the same text, and where a text stands at all.

    Rows of ``but`` stand for themselves.
    """
    first = np.arange(read.rows)
    said = ~read.blank(name)
    seen: dict[str, int] = {}
    for row in np.flatnonzero(said):
        if but is not None and but[row]:
            continue
        text = read.normalize(read.columns[name][row])
        plain = re.sub(r"[\W_]+", "", _NUMBER_LABEL.sub("", text) if name == "number" else text)
        first[row] = seen.setdefault(_NUMBER_PREFIX.sub("", plain), int(row))
    return first, said


def _again(read: ListRows, names: Sequence[str]) -> NDArray[np.intp]:
    """For each row the place of the first that says the same in all these columns."""
    first = np.arange(read.rows)
    seen: dict[tuple[str, ...], int] = {}
    named, _ = _same(read, names[0])
    for row in range(read.rows):
        if not read.blank(names[0])[row]:
            key = (str(named[row]), *(str(read.columns[name][row]) for name in names[1:]))
            first[row] = seen.setdefault(key, row)
    return first


def _repeats(first: NDArray[np.intp], text: str, status: int) -> Reasons:
    """Rows that repeat an earlier one, each with the number of that."""
    rows = np.arange(len(first))
    return [
        ((first == row) & (first != rows), status, Message(text, {"row": int(row) + 1}))
        for row in np.unique(first[first != rows])
    ]


def _outside(years: Sequence[int]) -> Message:
    return Message("not one of the years {first} to {last}", {"first": years[0], "last": years[-1]})


def _first(
    names: NDArray[Any], years: Floats, sound: Bools, normalize: Callable[[str], str]
) -> NDArray[np.intp]:
    """For each row the place of the row of the same name that counts: the earliest year's."""
    first = np.arange(len(names))
    seen: dict[str, int] = {}
    for row in sorted(np.flatnonzero(sound).tolist(), key=lambda row: (years[row], row)):
        first[row] = seen.setdefault(normalize(names[row]), row)
    return first
