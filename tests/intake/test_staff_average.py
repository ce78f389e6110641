"""The annual average of persons, as 195号 三、（五）3 forms it."""

from __future__ import annotations

import pytest

from eligibility.domain.errors import InputError
from eligibility.intake.staff_average import annual_average


def test_the_annual_average_of_a_full_and_of_a_part_year() -> None:
    assert annual_average([(10, 12)] * 12) == 11
    assert annual_average([(0, 10), (10, 20), (20, 20)]) == pytest.approx((5 + 15 + 20) / 3)


@pytest.mark.parametrize("months", [[], [(1, 1)] * 13, [(-1, 1)]])
def test_an_impossible_year_is_refused(months: list[tuple[float, float]]) -> None:
    with pytest.raises(InputError):
        annual_average(months)
