"""What a firm's own file holds joins a reconciliation, and may not contradict it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from eligibility.domain.errors import InputError
from eligibility.evidence.firm_amounts import firm_amounts, merge_amounts
from eligibility.evidence.reconciliation import reconcile
from eligibility.schemes.registry import load_scheme
from tests.commands import SAMPLES, run
from tests.firms import base, table

SCHEME = load_scheme()
RULES = SCHEME.reconciliation
assert RULES is not None


def test_fields_are_figures_of_their_calendar_years() -> None:
    assert RULES is not None
    firm = table(base(sales_revenue_y1=1.5, hitech_income_y3=7.25, st_staff=12.3456))
    amounts = firm_amounts(firm, 0, RULES)
    year = max(year for _, _, year in amounts)
    assert amounts["return_sales", "all", year - 2] == Decimal("1.50")
    assert amounts["hitech_income", "all", year] == Decimal("7.25")
    assert amounts["st_staff", "all", year] == Decimal("12.35")


def test_every_field_of_a_bridge_is_a_field_of_the_scheme() -> None:
    assert RULES is not None
    stems = {field.stem for field in SCHEME.fields}
    for bridge in RULES.bridges:
        for item in (*bridge.bases, *bridge.differences):
            for stem in filter(None, (item.field, getattr(item, "total_field", None))):
                for category in bridge.categories or ("",):
                    assert stem.format(category=category) in stems


def test_the_counted_total_of_a_firm_follows_from_its_categories() -> None:
    assert RULES is not None
    law = SCHEME.edition("e2016")
    costs = {f"rd_{each}_y3": 100.0 for each in RULES.bridges[0].categories}
    counted = 600 + 100 + 80 + 80
    right = firm_amounts(table(base(**costs, rd_expense_y3=counted)), 0, RULES)
    wrong = firm_amounts(table(base(**costs, rd_expense_y3=counted + 5)), 0, RULES)
    latest = max(year for _, _, year in right)
    for amounts, rest in ((right, Decimal(0)), (wrong, Decimal(5))):
        (step,) = [
            each
            for each in reconcile(amounts, RULES, law).steps
            if (each.basis, each.category, each.year) == ("certification", "all", latest)
        ]
        assert step.rest == rest


def test_two_sources_that_contradict_each_other_are_refused() -> None:
    key = ("return_sales", "all", 2025)
    assert merge_amounts({key: Decimal(1)}, {key: Decimal(1)}, "f") == {key: Decimal(1)}
    with pytest.raises(InputError, match="is 2 in f and 1 in the figures given"):
        merge_amounts({key: Decimal(1)}, {key: Decimal(2)}, "f")


def test_the_command_joins_a_firm_by_its_name() -> None:
    sample, code = SAMPLES / "candidates.csv", "91150105XNRCN5XE87"
    several = run("reconcile", "--with", sample, "--lang", "en", status=2)
    assert "200 usable rows; name the firm with --firm" in several.stderr
    screen = run(
        "reconcile", "--with", sample, "--firm", code, "--lang", "zh", "--as-of", "2026-05-01"
    ).stdout
    assert "企业：呼和浩特市差一苒软件有限公司" in screen
    assert "认定口径计入额" in screen
