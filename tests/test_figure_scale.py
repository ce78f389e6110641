"""Signs of figures out of all scale, in a firm that is otherwise sound."""

from typing import Any

import pytest

from eligibility import assess
from tests.firms import BASE

YEARS = ("y1", "y2", "y3")
SALES = {f"sales_revenue_{year}": 1.2e7 for year in YEARS}
SOUND = {
    **{k: v for k, v in BASE.items() if not k.startswith(("rd_", "net_", "sales_"))},
    **SALES,
    **{f"rd_expense_{year}": 8e5 for year in YEARS},
    **{f"rd_expense_domestic_{year}": 8e5 for year in YEARS},
    **{f"net_assets_{year}": 5e6 for year in YEARS},
    "gross_income_y3": 1.3e7, "non_taxable_income_y3": 0, "total_income_y3": None, "hitech_income_y3": 9e6,
}  # fmt: skip


def signs(**changes: Any) -> dict[str, str]:
    (firm,) = assess({**SOUND, **changes})
    texts = {sign["id"]: sign["text"]["en"] for sign in firm["warnings"]}
    return {name: texts[name] for name in ("out_of_scale", "part_above_whole") if name in texts}


def test_a_sound_firm_has_no_such_sign() -> None:
    assert signs() == {}


@pytest.mark.parametrize(
    ("changes", "figures"),
    [
        ({"rd_expense_y2": 8e9}, ("8,000,000,000", "800,000")),
        ({"rd_expense_y1": 8e8, "rd_expense_y2": 8e8, "rd_expense_y3": 8e9}, ("8,000,000,000",)),
        ({"rd_expense_y3": 80, "rd_expense_domestic_y3": 80}, ("80", "800,000")),
        ({"sales_revenue_y1": 1200}, ("1,200", "12,000,000")),
        ({f"net_assets_{year}": -5e10 for year in YEARS}, ("50,000,000,000", "12,000,000")),
        ({"gross_income_y3": 1.3e11}, ("130,000,000,000", "12,000,000")),
        ({"hitech_income_y3": 900}, ("900", "12,000,000")),
    ],
)
def test_an_amount_in_another_unit_is_named_with_its_neighbour(
    changes: dict[str, float], figures: tuple[str, ...]
) -> None:
    sentence = signs(**changes)["out_of_scale"]
    assert all(f"CNY {figure}" in sentence for figure in figures)


@pytest.mark.parametrize("factor", [1e4, 1e-4])
def test_a_whole_file_in_another_unit_is_told_by_the_sales_a_head(factor: float) -> None:
    amounts = {
        name: value * factor
        for name, value in SOUND.items()
        if value and name.startswith(("sales_", "rd_", "net_", "gross_", "hitech_income_"))
    }
    sentence = signs(**amounts, staff_total=80)["out_of_scale"]
    assert f"CNY {1.2e7 * factor:,.0f} with a staff of 80" in sentence
    assert signs(staff_total=80) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"gross_income_y3": 1.1e7, "hitech_income_y3": 9e6},
        {"gross_income_y3": None, "non_taxable_income_y3": None, "total_income_y3": 1.1e7},
        {"rd_expense_y1": 1.3e7},
        {"hitech_income_y3": 1.25e7},
    ],
)
def test_a_part_above_its_whole_is_named_with_it(changes: dict[str, float]) -> None:
    assert list(signs(**changes)) == ["part_above_whole"]


def test_costs_given_by_category_are_compared_as_their_sum() -> None:
    blank = dict.fromkeys(
        [f"rd_expense{part}_{year}" for part in ("", "_domestic") for year in YEARS]
    )
    names = ("personnel", "direct", "depreciation", "amortization", "design", "trial", "other", "outsourced_domestic", "outsourced_overseas")  # fmt: skip
    costs = {f"rd_{name}_{year}": 1e9 for name in names for year in YEARS}
    assert "CNY 9,000,000,000" in signs(**blank, **costs)["out_of_scale"]


@pytest.mark.parametrize(
    "changes",
    [
        # a young firm spends before it sells, and grows fast
        {"sales_revenue_y1": 0, "rd_expense_y1": 8e5}, {"sales_revenue_y1": 1e6},
        {f"net_assets_{year}": 2e9 for year in YEARS}, {"net_assets_y1": -1e6}, {"rd_expense_y3": None},
    ],
)  # fmt: skip
def test_what_firms_really_have_is_no_sign(changes: dict[str, float]) -> None:
    assert signs(**changes) == {}


def test_a_sign_changes_no_figure() -> None:
    (firm,) = assess({**SOUND, "rd_expense_y3": 8e9, "rd_expense_domestic_y3": 8e9})
    intensity = next(each for each in firm["findings"] if each["id"] == "rd_intensity")
    assert intensity["observed"] > 100
