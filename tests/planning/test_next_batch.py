"""The next batch names its day, the years of its figures, and what is only assumed."""

from __future__ import annotations

from datetime import date

import numpy as np

from eligibility.domain.facts import FirmTable
from eligibility.planning.next_batch import next_batch
from tests.firms import HNTE, base, table

OVERLAY = HNTE.overlay("inner_mongolia_hohhot")


def test_a_batch_of_the_year_takes_the_figures_as_they_are() -> None:
    firm = table(base(application_date=date(2026, 5, 1)))
    batch = next_batch(firm, HNTE, OVERLAY, date(2026, 5, 1))
    assert batch is not None
    assert (batch.round.due, batch.years, batch.years_ahead) == (
        date(2026, 5, 10),
        (2023, 2024, 2025),
        (),
    )
    assert not batch.can_change(date(2026, 5, 1))


def test_after_the_last_batch_the_next_years_window_is_assumed_and_can_still_change() -> None:
    firm = table(base(application_date=date(2026, 11, 30)))
    batch = next_batch(firm, HNTE, OVERLAY, date(2026, 11, 30))
    assert batch is not None
    assert (batch.years, batch.years_ahead) == ((2024, 2025, 2026), (2026,))
    assert batch.can_change(date(2026, 11, 30))
    assert batch.record["as_of"] == batch.round.due.isoformat()


def test_who_holds_the_title_applies_again_in_the_year_in_which_it_ends() -> None:
    firm = table(base(application_date=date(2026, 5, 1)))
    until = np.array(["2027-10-31"], "datetime64[D]")
    firm = FirmTable({**firm.columns, "hightech_certificate_until": until}, 1)
    batch = next_batch(firm, HNTE, OVERLAY, date(2026, 5, 1))
    assert batch is not None
    assert (batch.round.due.year, batch.years) == (2027, (2024, 2025, 2026))


def test_where_no_batch_is_known_there_is_none() -> None:
    assert next_batch(table(base()), HNTE, OVERLAY, date(2090, 1, 1)) is None
