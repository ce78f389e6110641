"""Figures as a person reads them: never rounded onto or across their line."""

from __future__ import annotations

import pytest

from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.reports.number_format import percent
from eligibility.schemes.registry import load_scheme


@pytest.mark.parametrize(
    ("share", "line", "words"),
    [
        (0.04996, 0.05, "4.996%"),
        (0.05, 0.05, "5.0%"),
        (0.050004, 0.05, "5.0004%"),
        (0.086, 0.10, "8.6%"),
        (0.5996, 0.60, "59.96%"),
        (12 / 140, 0.10, "8.6%"),
        (1.0, None, "100.0%"),
    ],
)
def test_a_share_stays_on_its_side_of_the_line(share: float, line: float, words: str) -> None:
    assert percent(share, line) == words


@pytest.mark.parametrize(
    ("figure", "words"),
    [(0.0, "0"), (-0.0, "0"), (1e-17, "0"), (0.0004, "0.0004"), (-0.0004, "-0.0004"), (2.5, "2.5")],
)
def test_what_is_not_nought_is_never_shown_as_nought(figure: float, words: str) -> None:
    assert fmt.number(figure) == words


def test_a_line_of_the_law_has_the_digits_it_has() -> None:
    assert [fmt.limit(share) for share in (0.6, 0.05, 0.07, 0.125)] == ["60%", "5%", "7%", "12.5%"]


def test_money_is_wan_in_chinese_and_yuan_in_english() -> None:
    assert fmt.quantity(12_345_678.0, "CNY", ENGLISH) == "CNY 12,345,678"
    assert fmt.number(12_345_678.0 / fmt.WAN) == "1,234.57"


def test_an_amount_typed_in_wan_keeps_every_digit() -> None:
    assert fmt.wan(1314.38) == "1314.38万元"
    assert fmt.wan(1e-05) == "0.00001万元"


@pytest.mark.parametrize(("low", "high", "words"), [(71, 86, "71–86"), (70, 70, "70")])
def test_an_interval(low: float, high: float, words: str) -> None:
    assert fmt.interval(low, high) == words


def test_a_field_of_three_years_is_named_by_its_calendar_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    field = load_scheme().fields_by_id["rd_expense_y3"]
    monkeypatch.setattr(fmt, "language", lambda: ENGLISH)
    assert fmt.field_title(field, [2023, 2024, 2025]).endswith(", 2025")
    monkeypatch.setattr(fmt, "language", lambda: CHINESE)
    assert "第三年" not in fmt.field_title(field, [2023, 2024, 2025])


def test_texts_and_attributes_are_escaped() -> None:
    made = tag("p", "<b>&", tag("i", "x"), title='"')
    assert made == '<p title="&quot;">&lt;b&gt;&amp;<i>x</i></p>'
