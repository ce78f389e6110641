"""What the certificate is worth, and when it is worth nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.domain.errors import InputError
from eligibility.planning.incentives import incentives, worth


def saved(*income: float, first: int = 2027, **known: object) -> list[float]:
    return [year.saved for year in worth(income, first, **known).years]


def test_ten_points_of_income_above_the_small_profit_rate() -> None:
    assert saved(5e6) == [500_000]


def test_nothing_is_saved_while_the_small_profit_rate_lasts() -> None:
    assert saved(3e6, 3e6, first=2026) == [0, 0]
    # from 2028 the same income saves a tenth
    assert saved(3e6, 3e6, first=2027) == [0, 300_000]
    assert saved(3_000_000.01, first=2027) == [pytest.approx(300_000.001)]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"staff": 300, "assets": 5e7}, 0),
        ({"staff": 301}, 200_000),
        ({"assets": 50_000_001}, 200_000),
        ({}, 0),
    ],
)
def test_the_small_profit_rate_has_its_conditions(known: dict[str, float], expected: float) -> None:
    assert saved(2e6, **known) == [expected]


def test_a_certificate_counts_for_three_years() -> None:
    assert len(worth([5e6] * 5, 2027).years) == 3


def test_losses_of_the_five_years_before_last_ten() -> None:
    first, second = worth([0, 4e6], 2027, losses={2022: 1e6}, staff=400).years
    # 2022 can be made up until 2027 without, until 2032 with the certificate
    assert (first.losses, second.losses) == ((0, 0), (0, 1e6))
    assert second.saved == 4e6 * 0.25 - 3e6 * 0.15


def test_a_loss_that_had_lapsed_before_the_certificate_stays_lapsed() -> None:
    (year,) = worth([4e6], 2027, losses={2021: 1e6}).years
    assert year.losses == (0, 0)


def test_a_loss_within_the_years_is_made_up_in_the_next() -> None:
    _, second = worth([-1e6, 5e6], 2028).years
    assert (second.losses, second.without, second.certified) == ((1e6, 1e6), 1e6, 6e5)


def test_less_losses_a_firm_may_be_small() -> None:
    (year,) = worth([3.5e6], 2027, losses={2026: 5e5}).years
    assert year.small
    assert year.saved == 0


@pytest.mark.parametrize("losses", [{2027: 1.0}, {2026: -1.0}])
def test_a_wrong_loss_is_refused(losses: dict[int, float]) -> None:
    with pytest.raises(InputError, match="expected a positive amount"):
        worth([1e6], 2027, losses=losses)


@given(
    st.lists(st.floats(-1e7, 1e8), min_size=1, max_size=3),
    st.dictionaries(st.integers(2018, 2026), st.floats(0, 1e7)),
    st.integers(2027, 2030),
)
def test_the_certificate_never_costs_tax_in_all(
    income: list[float], losses: dict[int, float], first: int
) -> None:
    found = worth(income, first, losses=losses)
    for year in found.years:
        assert year.certified >= 0
        assert year.certified <= year.without + 1e-6


def test_awards_are_told_apart_by_region_and_first_time_with_their_doubt() -> None:
    assert worth([], 2027).awarded == 400_000
    assert [award.amount for award in worth([], 2027, regions=["hohhot"]).awards] == [100_000]
    assert worth([], 2027, first_time=False).awards == ()
    assert {award.citation.confidence for award in incentives().awards} == {"B"}
    assert all(award.dated for award in incentives().awards)
