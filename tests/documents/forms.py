"""All forms of an invented firm, of three years."""

from __future__ import annotations

import random

from tests.documents.form import Form
from tests.documents.invented_firm import Firm
from tests.documents.statements import balance_sheet, income_statement
from tests.documents.tables import (
    conversions,
    head_counts,
    ledger_2015,
    ledger_2021,
    products,
    rights,
    structure_table,
)
from tests.documents.tax_forms import (
    cover,
    deduction,
    expenses,
    income_detail,
    main_return,
    relief,
)


def forms_of(firm: Firm, *, rng: random.Random) -> list[Form]:
    """Every form of the three years, in a firm's own order; editions by the year of the return."""
    forms: list[Form] = []
    for place, facts in enumerate(firm.years):
        before = firm.years[place - 1] if place else None
        forms += [
            cover(firm, facts),
            main_return(firm, facts),
            income_detail(firm, facts),
            expenses(facts, edition="2018"),
            deduction(
                facts, rng, edition="53" if facts.year < 2024 and rng.random() < 0.3 else "52"
            ),
            balance_sheet(firm, facts, before),
            income_statement(firm, facts, before),
            structure_table(firm, facts),
            ledger_2021(firm, facts) if rng.random() < 0.6 else ledger_2015(firm, facts, rng),
            head_counts(facts),
        ]
    if firm.certified:
        forms.append(relief(firm))
    last = firm.years[-1]
    return [*forms, products(last), conversions(firm), rights(firm)]
