"""Lines, ranges of shares, codes of a catalogue, and the steps of a scale."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from eligibility.comparisons import (
    ShareRange,
    above,
    at_least,
    at_most,
    band_indexes,
    decimal,
    is_one_of,
    part_within,
    quotient,
    quotient_limit,
    scale_values,
    share_range,
    slack,
    union_of_ranges,
)
from eligibility.domain.arrays import TOLERANCE
from eligibility.domain.law import Band, Bracket, Citation, Scale
from eligibility.domain.text import Wording
from tests.firms import HNTE

WORDS = Wording(zh="一", en="one")


def scale(*brackets: Bracket) -> Scale:
    return Scale(
        brackets=brackets,
        unit="/1",
        bound_unit="CNY",
        citation=Citation(document="document", article="1", gist=WORDS),
        checked_on=date(2026, 1, 1),
    )


def test_only_whole_known_numbers_are_codes() -> None:
    codes = np.array([0.0, 10101.0, 10102.0])
    values = np.array([10101.0, 10101.5, 10103.0, 1e300, -1.0, -10101.0, np.inf, np.nan, 0.0])
    known = [True, False, False, False, False, False, False, False, True]
    assert is_one_of(values, codes).tolist() == known
    assert is_one_of(codes, codes).all()
    assert is_one_of(np.array([5.0, 0.0]), np.array([0.0])).tolist() == [False, True]
    assert not is_one_of(values, np.array([])).any()
    assert is_one_of(np.array([-0.5, np.nan]), np.array([10101.0])).tolist() == [False, False]


def test_a_figure_on_the_bound_of_a_bracket_falls_where_the_bracket_says() -> None:
    steps = scale(
        Bracket(value=5, up_to=10), Bracket(value=4, up_to=20, inclusive=False), Bracket(value=3)
    )
    amounts = np.array([-np.inf, 0, 10, 10 + 1e-6, 20 - 1e-6, 20, np.inf, np.nan])
    expected = np.array([5, 5, 5, 4, 4, 3, 3, np.nan])
    assert np.array_equal(scale_values(steps, amounts), expected, equal_nan=True)


def test_a_bracket_may_end_at_nothing_and_a_figure_within_rounding_of_a_bound_is_on_it() -> None:
    at_zero = scale(Bracket(value=2, up_to=0), Bracket(value=1))
    assert scale_values(at_zero, np.array([0, 0.5])).tolist() == [2, 1]
    open_end = scale(Bracket(value=2, up_to=20, inclusive=False), Bracket(value=1))
    edge = float(20 - slack(20.0))
    figures = np.array([edge, np.nextafter(edge, 0)])
    assert scale_values(open_end, figures).tolist() == [1, 2]


def test_where_less_is_better_the_first_of_two_bands_holds_up_to_its_line() -> None:
    bands = (Band(grade="A", at_most=0, points=(2, 2)), Band(grade="B", points=(0, 0)))
    found = band_indexes(bands, HNTE.edition("e2016"), np.array([-1.0, 0.0, 0.5]))
    assert found.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("line", "expected"), [(0.05, 1.0), (1.0, 1.0), (1.5, 1.5), (-100.0, 100.0)]
)
def test_a_value_within_rounding_of_a_line_is_on_it(line: float, expected: float) -> None:
    assert slack(line) == TOLERANCE * expected
    low, high = float(line - slack(line)), float(line + slack(line))
    values = np.array([np.nextafter(low, -np.inf), low, high, np.nextafter(high, np.inf), np.nan])
    assert at_least(values, line).tolist() == [False, True, True, True, False]
    assert above(values, line).tolist() == [False, False, False, True, False]
    assert at_most(values, line).tolist() == [True, True, True, False, False]


def test_a_base_of_nothing_gives_no_ratio_and_no_warning() -> None:
    part, whole = np.array([1.0, 0.0, np.inf, 1.0]), np.array([0.0, 0.0, np.inf, 2.0])
    with np.errstate(divide="raise", invalid="raise"):
        limit = quotient_limit(part, whole)
        assert np.array_equal(limit, [np.inf, np.nan, 1.0, 0.5], equal_nan=True)
        ratio = quotient(part[[0, 1, 3]], whole[[0, 1, 3]])
    assert np.array_equal(ratio, [np.nan, np.nan, 0.5], equal_nan=True)


def test_figures_of_a_plan_are_the_decimals_that_they_are() -> None:
    assert decimal(np.array([0.1 + 0.2, 1.00000049, 2e9 + 0.01])).tolist() == [0.3, 1.0, 2e9 + 0.01]


def ranges(**columns: list[float]) -> ShareRange:
    names = ("may_reach", "may_miss", "may_be_empty", "possible")
    return ShareRange(
        np.array(columns["low"]),
        np.array(columns["high"]),
        *(np.array(columns[name], dtype=np.bool_) for name in names),
    )


def test_a_share_is_decided_where_every_value_gives_one_answer() -> None:
    #: reaches, misses, may be empty, possible → known and met, where nothing misses; where a person decides
    cases = {
        (1, 0, 0, 1): ((True, True), (True, True)),
        (0, 1, 0, 1): ((True, False), (True, False)),
        (1, 1, 0, 1): ((False, False), (False, False)),
        (1, 0, 1, 1): ((False, False), (False, False)),
        (0, 1, 1, 1): ((True, False), (False, False)),
        (0, 0, 1, 1): ((True, False), (False, False)),
        (1, 0, 0, 0): ((False, False), (False, False)),
        (0, 1, 0, 0): ((False, False), (False, False)),
    }
    blank = [np.nan] * len(cases)
    columns = map(list, zip(*cases, strict=True))
    names = ("may_reach", "may_miss", "may_be_empty", "possible")
    found = ranges(low=blank, high=blank, **dict(zip(names, columns, strict=True)))
    for place, empty_misses in enumerate((True, False)):
        answers = zip(
            *(each.tolist() for each in found.decide(empty_misses=empty_misses)), strict=True
        )
        assert list(answers) == [case[place] for case in cases.values()]


def test_a_part_within_a_whole_may_leave_nothing_where_both_may_be_nothing() -> None:
    nan = np.nan
    parts, wholes = np.array([nan, 0, nan, 1, nan, 0.5]), np.array([nan, nan, 0, nan, 1, nan])
    found = part_within(parts, parts, wholes, wholes, 0.6)
    assert found.may_be_empty.tolist() == [True, True, True, False, False, False]
    assert found.possible.all()
    # a part above its whole contradicts it
    assert not part_within(*(np.array([each]) for each in (2.0, 2.0, 1.0, 1.0)), 0.6).possible[0]


def test_a_least_share_that_cannot_be_formed_is_the_most_one() -> None:
    nothing, one = np.zeros(1), np.ones(1)
    found = share_range((nothing, nothing), (one, one), 0.6, may_be_empty=np.ones(1, np.bool_))
    assert (found.low[0], found.high[0], found.may_reach[0], found.may_miss[0]) == (
        1,
        1,
        True,
        False,
    )


def test_the_range_of_several_holds_all_of_them() -> None:
    one = ranges(
        low=[0.2, np.nan],
        high=[0.5, 0.4],
        may_reach=[1, 0],
        may_miss=[0, 0],
        may_be_empty=[0, 0],
        possible=[1, 1],
    )
    other = ranges(
        low=[0.3, 0.1],
        high=[0.7, np.nan],
        may_reach=[0, 0],
        may_miss=[1, 0],
        may_be_empty=[1, 0],
        possible=[0, 1],
    )
    found = [column.tolist() for column in vars(union_of_ranges([one, other])).values()]
    assert found == [
        [0.2, 0.1], [0.7, 0.4], [True, False], [True, False], [True, False], [False, True],
    ]  # fmt: skip
