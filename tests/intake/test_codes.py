"""Credit codes: the check of a whole column agrees with python-stdnum, code by code."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from eligibility.intake import codes

VALID = "91110000600037341L"
digits = st.text("0123456789", min_size=8, max_size=8)
letters = st.text(codes.ALPHABET, min_size=9, max_size=9)
true_codes = st.builds(lambda a, b: a + b + uscc.calc_check_digit(a + b), digits, letters)
near_codes = st.builds(
    lambda code, place, letter: code[:place] + letter + code[place + 1 :],
    true_codes, st.integers(0, 17), st.sampled_from(codes.ALPHABET + "IOSVZa中"),
)  # fmt: skip


@given(st.lists(st.none() | true_codes | near_codes | st.text(max_size=20), max_size=30))
def test_a_column_is_checked_as_the_reference_checks_each_code(texts: list[str | None]) -> None:
    texts = [text and text.encode("utf-8", "ignore").decode() for text in texts]
    formed = codes.well_formed(pa.array(texts, pa.string()))
    # the fast check takes only the exact form, the reference also separators and small letters
    assert formed.tolist() == [
        text is not None and uscc.compact(text) == text and uscc.is_valid(text) for text in texts
    ]


def test_a_part_of_a_column_is_checked_where_it_begins() -> None:
    column = pa.array(["x", None, VALID, VALID[:-1] + "A", VALID]).slice(2)
    assert codes.well_formed(column).tolist() == [True, False, True]


def test_separators_and_small_letters_are_put_right() -> None:
    assert codes.parse("9111 0000 6000 3734 1l") == VALID


@pytest.mark.parametrize(
    "before", ["统一社会信用代码：{}", "社会信用代码 {}", "USCC: {}", "（{}）"]
)
def test_the_name_of_the_column_before_a_code_is_no_part_of_it(before: str) -> None:
    assert codes.parse(before.format(VALID)) == VALID


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (VALID[:-1], "18 characters"),
        (VALID[:-1] + "A", "last character checks"),
        ("X" + VALID[1:], "eight digits"),
        ("9.11501E+17", "destroyed"),
        ("9.11501e+17", "destroyed"),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(codes.WrongCode) as wrong:
        codes.parse(text)
    assert says in str(wrong.value.expectation)


@given(st.lists(st.tuples(true_codes, st.integers(1990, 2100)), min_size=1, unique=True))
def test_two_firms_or_two_years_never_share_a_key(pairs: list[tuple[str, int]]) -> None:
    keys = codes.keys(
        np.array([code for code, _ in pairs], dtype=object), np.array([year for _, year in pairs])
    )
    assert len(np.unique(keys)) == len(pairs)
