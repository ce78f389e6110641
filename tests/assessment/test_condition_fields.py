"""The fields behind a condition are those whose change can turn it."""

from datetime import date

import pytest

from eligibility.assessment.condition_fields import condition_fields
from eligibility.schemes.registry import load_scheme, scheme_ids

DAY = date(2026, 5, 10)


def test_each_condition_of_the_certification_names_its_figures() -> None:
    scheme = load_scheme()
    fields = condition_fields(scheme, scheme.in_force(DAY))
    assert fields["st_staff_ratio"] == ("staff_total", "st_staff")
    assert {"sales_revenue_y1", "rd_expense_y3", "rd_personnel_y2"} <= set(fields["rd_intensity"])
    assert "gross_income_y3" in fields["hitech_income_share"]
    assert "rd_expense_y3" not in fields["hitech_income_share"]


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_every_condition_of_every_scheme_names_known_fields(scheme_id: str) -> None:
    scheme = load_scheme(scheme_id)
    law = scheme.in_force(DAY)
    fields = condition_fields(scheme, law)
    assert set(fields) == set(law.conditions_by_id)
    assert {name for names in fields.values() for name in names} <= set(scheme.fields_by_id)
    assert all(fields.values())
