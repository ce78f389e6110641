"""What if: the rules judge the changed firm, and nothing else changes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.assessment.assess import assess_table
from eligibility.domain.errors import InputError
from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.planning.what_if import movable, what_if
from tests.assessment.test_properties import firms
from tests.firms import HNTE, base, table


def test_the_exact_distance_meets_the_condition_and_a_cent_less_does_not() -> None:
    costs = {f"rd_expense{part}_y3": 88_000.5 for part in ("", "_domestic")}
    firm = table(base(**costs))
    for more, status in ((1_999.5, MET), (1_999.49, UNMET)):
        found = what_if(firm, HNTE, shifts={"rd_at_home": more})
        assert found.findings["rd_intensity"].status[0] == status


def test_a_blank_that_is_given_decides_what_it_left_open() -> None:
    firm = table(base(st_staff=None))
    assert what_if(firm, HNTE).findings["st_staff_ratio"].status[0] == UNDETERMINED
    found = what_if(firm, HNTE, facts={"st_staff": 1e6})
    assert found.findings["st_staff_ratio"].status[0] == MET
    found = what_if(firm, HNTE, facts={"st_staff": 0.0})
    assert found.findings["st_staff_ratio"].status[0] == UNMET


def test_a_blank_date_is_given_as_a_day() -> None:
    firm = table(base(registered_on=None))
    for day, status in ((date(2012, 3, 1), MET), (date(2026, 5, 1), UNMET)):
        found = what_if(firm, HNTE, facts={"registered_on": day})
        assert found.findings["registration_age"].status[0] == status


def test_what_is_given_can_then_be_moved() -> None:
    firm = table(base(st_staff=None))
    assert "st_staff_hired" not in movable(firm, HNTE)
    found = what_if(firm, HNTE, facts={"st_staff": 2.0}, shifts={"st_staff_hired": 3.0})
    assert found.firms.numbers("st_staff")[0] == 5


def test_the_firm_itself_stays_as_it_is() -> None:
    firm = table(base(st_staff=8))
    what_if(firm, HNTE, facts={"staff_total": 500.0}, shifts={"st_staff_hired": 3.0})
    assert firm.numbers("st_staff")[0] == 8
    assert firm.numbers("staff_total")[0] == base()["staff_total"]


@pytest.mark.parametrize("amount", [-1.0, 1e12, float("nan")])
def test_a_figure_is_moved_forward_and_no_farther_than_there_is_room(amount: float) -> None:
    with pytest.raises(InputError, match="is not possible; expected from 0 to"):
        what_if(table(base(st_staff=8)), HNTE, shifts={"st_staff_converted": amount})


@settings(max_examples=40)
@given(firms(), st.data())
def test_moving_a_figure_never_unmeets_a_condition_where_plans_rest_on_it(
    firm: dict[str, object], data: st.DataObject
) -> None:
    one = table(firm)
    levers = {name: lever for name, lever in movable(one, HNTE).items() if lever.plannable}
    if not levers:
        return
    name = data.draw(st.sampled_from(sorted(levers)))
    amount = data.draw(st.integers(0, int(min(levers[name].room[0], 50))))
    (before,) = assess_table(one, HNTE)
    after = what_if(one, HNTE, shifts={name: float(amount)})
    met = {key for key, found in before.findings.items() if found.status[0] == MET}
    assert met <= {key for key, found in after.findings.items() if found.status[0] == MET}
    assert after.score.low[0] >= before.score.low[0]


def test_nothing_moves_that_is_unknown_full_or_time() -> None:
    levers = movable(table(base(ip_class1_count=None, ip_self_developed=1)), HNTE)
    assert not {"class1_rights", "own_research", "days"} & set(levers)
    assert all(np.isfinite(lever.present[0]) for lever in levers.values())
