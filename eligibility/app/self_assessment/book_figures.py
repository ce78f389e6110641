"""Figures of the three books on their page: of papers, form and file, each with its source, and as typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app import cache, session
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.web.upload_fields import upload_field
from eligibility.app.widgets import download_button, downloads, notices
from eligibility.domain.errors import EligibilityError
from eligibility.domain.papers import PaperReading, PaperSource
from eligibility.evidence.bridge_file import read_amounts
from eligibility.evidence.bridge_year import CENT, Amounts
from eligibility.evidence.firm_amounts import firm_amounts
from eligibility.evidence.paper_amounts import (
    Key,
    StatedAmount,
    Statements,
    merge_statements,
    paper_amounts,
)
from eligibility.i18n import Language
from eligibility.reports.fact_sources import source_of_record, source_record
from eligibility.reports.reconciliation_template import write_reconciliation_template
from eligibility.reports.reconciliation_text import figure_title, item_title, statement_text
from eligibility.schemes.reconciliation_rules import ALL, ReconciliationRules
from eligibility.screening import Firm

TYPES = ["csv", "xlsx"]
#: id of a basis or difference, and its category: a row of a table
Item = tuple[str, str]


def firm_of_form(draft: Draft | None) -> Firm | None:
    """The firm that the entries of a draft are of; None where they cannot be used yet."""
    if draft is None:
        return None
    form_state.collect()
    try:
        return cache.assess_draft(draft, readiness=False)[1].only
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return None


def gather_statements(
    draft: Draft | None,
    firm: Firm | None,
    reading: PaperReading | None,
    rules: ReconciliationRules,
    years: Collection[int],
) -> dict[Key, tuple[StatedAmount, ...]]:
    """Figures of these years: as the draft keeps them, as its form has them, and as papers do."""
    several: list[Statements] = []
    if draft is not None:
        several.append(_kept_figures(draft, rules, years))
    if firm is not None:
        of_firm = firm_amounts(firm.table, 0, rules)
        several.append({key: (StatedAmount(each),) for key, each in of_firm.items()})
    if reading is not None:
        several.append(paper_amounts(reading, rules, years))
    return merge_statements(*several)


def _kept_figures(draft: Draft, rules: ReconciliationRules, years: Collection[int]) -> Statements:
    titles = {name for bridge in rules.bridges for name in bridge.titles}
    found: dict[Key, tuple[StatedAmount, ...]] = {}
    for text, amount in draft.reconciliation.items():
        item, _colon, rest = text.partition(":")
        category, _at, year = rest.partition("@")
        if item in titles and year.isdecimal() and int(year) in years:
            record = draft.sources.get(text)
            source = source_of_record(record) if record else None
            found[item, category, int(year)] = (StatedAmount(Decimal(amount), source),)
    return found


def key_text(key: Key) -> str:
    """The key of a figure in a draft."""
    item, category, year = key
    return f"{item}:{category}@{year}"


def figures_file(rules: ReconciliationRules, years: Sequence[int]) -> Statements:
    """What a file of figures states that a person filled in; the empty one is offered beside it."""
    stem = downloads.file_stem(_("figures of the three books"), years[-1])
    download_button.button(
        _("Empty file of figures (Excel)"),
        partial(_template, rules, years, language()),
        file_name=f"{stem}.xlsx",
        mime=downloads.MIMES["xlsx"],
        icon=":material/download:",
        key="figures-template",
    )
    file = upload_field(_("The file of figures, filled in"), TYPES, form_state.figures_key("file"))
    if file is None:
        return {}
    upload = session.as_upload(file)
    try:
        amounts = read_amounts([(upload.name, upload.content)], rules)
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return {}
    source = PaperSource(upload.name)
    return {key: (StatedAmount(each, source),) for key, each in amounts.items() if key[2] in years}


def _template(rules: ReconciliationRules, years: Sequence[int], language: Language) -> bytes:
    return downloads.file_bytes(
        "xlsx", lambda path: write_reconciliation_template(path, rules, years, language)
    )


def disagreements(statements: Statements, rules: ReconciliationRules) -> dict[Key, Decimal]:
    """Figures that sources give differently, side by side; what a person chose of them."""
    apart = {key: several for key, several in statements.items() if len(several) > 1}
    if apart:
        st.header(_("Sources that disagree"), anchor=False)
    choices: dict[Key, Decimal] = {}
    for key, several in apart.items():
        place = st.radio(
            figure_title(key, rules, language()),
            range(len(several)),
            index=None,
            format_func=[f"{each.amount:,.2f}" for each in several].__getitem__,
            captions=[statement_text(each, language()) for each in several],
            key=form_state.figures_key(key_text(key)),
        )
        if place is not None:
            choices[key] = several[place].amount
    return choices


def difference_items(
    record: Mapping[str, Any], amounts: Amounts, rules: ReconciliationRules, *, every: bool
) -> list[Item]:
    """Differences that are stated or could explain a rest; on demand all of them."""
    stated = {(item, category) for item, category, _year in amounts}
    sought = {
        (name, step["category"])
        for bridge in record["bridges"]
        for step in bridge["steps"]
        for name in step["could_be"]
    }
    items = []
    for bridge in rules.bridges:
        for difference in bridge.differences:
            for category in bridge.categories if difference.free else (ALL,):
                could_be = any(
                    name == difference.id and category in (ALL, of) for name, of in sought
                )
                if every or could_be or (difference.id, category) in stated:
                    items.append((difference.id, category))
    return items


def basis_items(rules: ReconciliationRules) -> list[Item]:
    """Every figure that can be given."""
    return [
        (basis.id, category)
        for bridge in rules.bridges
        for basis in bridge.bases
        for category in bridge.stated_categories(basis)
    ]


def figures_table(
    name: str,
    items: Sequence[Item],
    statements: Statements,
    amounts: Amounts,
    rules: ReconciliationRules,
    years: Sequence[int],
) -> dict[Key, Decimal | None] | None:
    """A table of figures to type in, a column a year; what changed once it is sent, else None."""
    cells = {str(year): [_float(amounts.get((*item, year))) for item in items] for year in years}
    table = pa.table(
        {
            "item": [item_title(item, rules, language()) for item in items],
            **{year: pa.array(each, pa.float64()) for year, each in cells.items()},
            "source": [_sources(item, statements, rules, years) for item in items],
        }
    )
    with st.form(f"form:{name}", border=False):
        edited = st.data_editor(
            table,
            hide_index=True,
            disabled=["item", "source"],
            column_config={
                "item": st.column_config.TextColumn(_("Item"), width="large"),
                **{
                    year: st.column_config.NumberColumn(year, format="accounting", step=0.01)
                    for year in cells
                },
                "source": st.column_config.TextColumn(_("Where from, or the rule"), width="large"),
            },
            key=form_state.figures_key(f"{name}:{len(items)}"),
            alt=_("Figures of the three books"),
            placeholder="",
        )
        if not st.form_submit_button(_("Take these figures"), type="primary"):
            return None
    return {
        (*item, year): None if new is None else Decimal(str(new)).quantize(CENT, ROUND_HALF_UP)
        for year in years
        for item, old, new in zip(items, cells[str(year)], edited.column(str(year)).to_pylist(), strict=True)
        if new != old
    }  # fmt: skip


def _sources(
    item: Item, statements: Statements, rules: ReconciliationRules, years: Sequence[int]
) -> str:
    """Where the figures of a row stand; of a difference its rule."""
    for bridge in rules.bridges:
        difference = bridge.differences_by_id.get(item[0])
        if difference is not None:
            return f"{difference.citation.document} {difference.citation.article}"
    lines: dict[str, None] = {}
    for year in years:
        for each in statements.get((*item, year), ()):
            lines[f"{year}: {statement_text(each, language())}"] = None
    return _("; ").join(lines)


def keep_figures(draft: Draft, changes: Mapping[Key, Decimal | None]) -> None:
    """Take what a person typed into the draft; a blank takes a figure out."""
    for key, amount in changes.items():
        text = key_text(key)
        draft.sources.pop(text, None)
        if amount is None:
            draft.reconciliation.pop(text, None)
        else:
            draft.reconciliation[text] = str(amount)
    form_state.renew_figures()


def keep_statements(draft: Draft, statements: Statements, amounts: Amounts) -> None:
    """Take figures of papers into the draft as they are settled, each with its source."""
    for key, amount in amounts.items():
        text = key_text(key)
        source = next(
            (each.source for each in statements.get(key, ()) if each.amount == amount), None
        )
        if source is not None:
            draft.reconciliation[text] = str(amount)
            draft.sources[text] = source_record(source, str(amount))
    form_state.renew_figures()


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
