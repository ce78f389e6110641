"""What the certificate is worth, and when it is worth nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.domain.errors import InputError
from eligibility.planning.incentives import incentives, worth


def saved(*income: float, first: int = 2027, **known: object) -> list[float]:
    return [year.saving for year in worth(income, first, **known).years]


def test_ten_points_of_income_above_the_small_profit_rate() -> None:
    assert saved(5e6) == [500_000]


def test_nothing_is_saved_while_the_small_profit_rate_lasts() -> None:
    assert saved(3e6, 3e6, first=2026) == [0, 0]
    # from 2028 the same income saves a tenth
    assert saved(3e6, 3e6, first=2027) == [0, 300_000]
    # and an income within the bounds of the law itself, at 20 %, a twentieth
    assert saved(3e5, 3e5, first=2027) == [0, pytest.approx(15_000)]
    assert saved(3e5, 300_000.01, first=2028, staff=101) == [pytest.approx(30_000)] * 2
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
    assert second.saving == 4e6 * 0.25 - 3e6 * 0.15


def test_a_loss_that_had_lapsed_before_the_certificate_stays_lapsed() -> None:
    (year,) = worth([4e6], 2027, losses={2021: 1e6}).years
    assert year.losses == (0, 0)


def test_a_loss_within_the_years_is_made_up_in_the_next() -> None:
    _, second = worth([-1e6, 5e6], 2028).years
    assert (second.losses, second.without, second.share_certified) == ((1e6, 1e6), 1e6, 6e5)


def test_less_losses_a_firm_may_be_small() -> None:
    (year,) = worth([3.5e6], 2027, losses={2026: 5e5}).years
    assert year.small
    assert year.saving == 0


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
        assert year.share_certified >= 0
        assert year.share_certified <= year.without + 1e-6


def test_awards_are_told_apart_by_region_and_first_time_with_their_doubt() -> None:
    assert worth([], 2027).award_total == 400_000
    assert [award.amount for award in worth([], 2027, regions=["hohhot"]).awards] == [100_000]
    assert worth([], 2027, first_time=False).awards == ()
    assert {award.citation.confidence for award in incentives().awards} == {"B"}
    assert all(award.dated for award in incentives().awards)


def test_a_firm_of_an_encouraged_western_industry_pays_as_much_without_the_certificate() -> None:
    (year,) = worth([5e6], 2028, western=True, encouraged_share=0.6).years
    assert (year.without, year.share_certified) == (750_000, 750_000)
    # the small-profit rate is lower still
    (year,) = worth([3e6], 2027, western=True, encouraged_share=0.6).years
    assert year.without == 150_000
    assert saved(5e6, first=2028, western=True, encouraged_share=0.5999) == [500_000]
    assert saved(5e6, first=2028, western=False, encouraged_share=1.0) == [500_000]


@pytest.mark.parametrize(("western", "share"), [(None, None), (True, None), (None, 0.7)])
def test_while_the_western_rate_is_not_known_both_values_stand(
    western: bool | None, share: float | None
) -> None:
    found = worth([5e6], 2028, western=western, encouraged_share=share)
    assert (found.western, found.saving, found.saved_western) == (None, 500_000, 0)


def test_the_western_rate_ends_with_2030() -> None:
    kept, ended = worth([5e6, 5e6], 2030, western=True, encouraged_share=0.9).years
    assert (kept.saving, ended.saving) == (0, 500_000)


def test_a_rate_that_begins_on_the_last_day_of_a_year_is_that_of_the_year() -> None:
    rules = incentives()
    begun = rules.western.model_copy(update={"begins": date(2028, 12, 31)})
    late = rules.model_copy(update={"western": begun})
    known = {"western": True, "encouraged_share": 0.9, "rules": late}
    assert saved(5e6, first=2028, **known) == [0]
    assert saved(5e6, first=2027, **known) == [500_000]


def test_a_year_with_the_status_of_a_technology_sme_lengthens_losses_without_the_certificate() -> (
    None
):
    known = {"losses": {2022: 1e6}, "staff": 400}
    _, second = worth([0, 4e6], 2027, status_years=[2025], **known).years
    assert second.losses == (1e6, 1e6)
    # a loss that no year with the status follows within five years lapses
    (year,) = worth([4e6], 2029, losses={2022: 1e6}, status_years=[2028]).years
    assert year.losses == (0, 0)


def test_a_loss_longer_than_five_years_ago_is_kept_by_an_earlier_certificate() -> None:
    (year,) = worth([4e6], 2029, losses={2020: 1e6}, status_years=[2024]).years
    assert year.losses == (1e6, 1e6)


def test_without_a_word_of_the_west_its_rate_is_not_used_and_a_no_settles_it() -> None:
    assert (worth([5e6], 2028).western, worth([5e6], 2028).saved_western) == (False, None)
    settled = worth([5e6], 2028, western=False)
    assert (settled.western, settled.saved_western) == (False, None)
    (year,) = worth([5e6], 2028).years
    assert (year.year, year.income, year.western) == (2028, 5e6, None)


def test_a_loss_is_used_once_to_its_last_year_and_not_beyond() -> None:
    last, after = worth([4e6, 4e6], 2027, losses={2022: 1e6}).years
    assert (last.losses, after.losses) == ((1e6, 1e6), (0, 0))
    # of 5,000,000 the first year takes 4, the second the rest
    first, second = worth([4e6, 4e6], 2027, losses={2026: 5e6}).years
    assert (first.losses[0], second.losses[0]) == (4e6, 1e6)


@pytest.mark.parametrize(("status", "used"), [(2019, 0), (2020, 0), (2021, 1e6), (2025, 1e6)])
def test_only_a_status_within_the_five_years_after_a_loss_lengthens_it(
    status: int, used: float
) -> None:
    (year,) = worth([4e6], 2028, losses={2020: 1e6}, status_years=[status]).years
    assert year.losses == (used, used)


def test_a_year_of_loss_is_taxed_at_nothing_and_a_yuan_of_income_is_income() -> None:
    lost, gained = worth([-1e6, 2e6], 2027).years
    assert (lost.without, lost.losses, gained.losses) == (0, (0, 0), (1e6, 1e6))
    (little,) = worth([0.5], 2028).years
    assert little.without == pytest.approx(0.5 * 0.2)


def test_a_former_loss_that_cannot_be_is_refused_with_year_and_amount() -> None:
    with pytest.raises(InputError) as refusal:
        worth([1e6], 2027, losses={2025: -3.0})
    message = refusal.value.message
    assert message.text == (
        "Loss of {year}: {amount}; expected a positive amount of a year before {first}."
    )
    values = message.values
    assert (values["year"], values["amount"], values["first"]) == (2025, -3.0, 2027)
