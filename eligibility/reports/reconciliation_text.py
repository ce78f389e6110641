"""Figures of a reconciliation in words: what each is called, where it stands, which do not agree."""

from __future__ import annotations

from collections.abc import Iterator

from eligibility.evidence.bridge_year import Amounts
from eligibility.evidence.paper_amounts import Key, StatedAmount, Statements
from eligibility.i18n import Language
from eligibility.reports.paper_text import source_text
from eligibility.schemes.reconciliation_rules import ReconciliationRules


def figure_title(key: Key, rules: ReconciliationRules, language: Language) -> str:
    """The title of a figure or difference, with its category and before it its year."""
    return f"{key[2]} {item_title(key[:2], rules, language)}"


def item_title(item: tuple[str, str], rules: ReconciliationRules, language: Language) -> str:
    """The title of a figure or difference, with its category."""
    item_id, category = item
    bridge = next(each for each in rules.bridges if item_id in each.titles)
    title = language.of(bridge.titles[item_id])
    basis = bridge.bases_by_id.get(item_id)
    if category in bridge.categories:
        of_category = language.of(bridge.categories[category])
    elif basis is not None and not basis.total:
        of_category = language.text("in all")
    else:
        return title
    return language.text("{basis}: {category}").format(basis=title, category=of_category)


def statement_text(statement: StatedAmount, language: Language) -> str:
    """Where an amount stands: its paper and line, or that the firm entered it."""
    if statement.source is None:
        return language.text("entered")
    return source_text(statement.source, language)


def disagreement_lines(
    statements: Statements, choices: Amounts, rules: ReconciliationRules, language: Language
) -> Iterator[str]:
    """One sentence for each figure that sources give differently and nobody has settled."""
    for key, several in statements.items():
        if len(several) > 1 and key not in choices:
            amounts = language.text("; ").join(
                f"{each.amount:,.2f} ({statement_text(each, language)})" for each in several
            )
            yield language.text("{figure} is left out, as papers disagree: {amounts}").format(
                figure=figure_title(key, rules, language), amounts=amounts
            )
