"""Codes of a catalogue, and the steps of a scale."""

from __future__ import annotations

from datetime import date

import numpy as np

from eligibility.comparisons import is_one_of, scale_values
from eligibility.domain.law import Bracket, Citation, Scale
from eligibility.domain.text import Wording

WORDS = Wording(zh="一", en="one")


def test_only_whole_known_numbers_are_codes() -> None:
    codes = np.array([0.0, 10101.0, 10102.0])
    values = np.array([10101.0, 10101.5, 10103.0, 1e300, -1.0, -10101.0, np.inf, np.nan, 0.0])
    known = [True, False, False, False, False, False, False, False, True]
    assert is_one_of(values, codes).tolist() == known
    assert not is_one_of(values, np.array([])).any()
    assert is_one_of(np.array([-0.5, np.nan]), np.array([10101.0])).tolist() == [False, False]


def test_a_figure_on_the_bound_of_a_bracket_falls_where_the_bracket_says() -> None:
    scale = Scale(
        brackets=(
            Bracket(value=5, up_to=10),
            Bracket(value=4, up_to=20, inclusive=False),
            Bracket(value=3),
        ),
        unit="/1",
        bound_unit="CNY",
        citation=Citation(document="document", article="1", gist=WORDS),
        checked_on=date(2026, 1, 1),
    )
    amounts = np.array([-np.inf, 0, 10, 10 + 1e-6, 20 - 1e-6, 20, np.inf, np.nan])
    expected = np.array([5, 5, 5, 4, 4, 3, 3, np.nan])
    assert np.array_equal(scale_values(scale, amounts), expected, equal_nan=True)
