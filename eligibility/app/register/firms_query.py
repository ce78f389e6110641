"""Firms of the store for the pages of staff: what the address asks for, rows as shown, one as kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from eligibility.api import firms
from eligibility.app.address import (
    ADVISER,
    BATCH,
    CARRIER,
    CARRIER_KIND,
    CHANCE,
    COLUMNS,
    DISTRICT,
    EXPIRY,
    GAP,
    INDUSTRY,
    ORDER,
    ROWS,
    SCORE,
    STAGE,
    TEXT,
    VERDICT,
)
from eligibility.app.translation import language
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.status import OF_VERDICT, verdict_word
from eligibility.assessment.assess import assess_table
from eligibility.assessment.ladder import joint_fields
from eligibility.assessment.record_types import AssessmentRecord
from eligibility.domain.calendar_window import by_calendar_year
from eligibility.i18n import Language
from eligibility.register.figure_sources import FigureSource, figure_sources
from eligibility.schemes.registry import Scheme, all_latest_year_ids
from eligibility.screening import Firm
from eligibility.store import (
    STAGE_WORDS,
    CarrierKind,
    FirmFilter,
    Ledger,
    Repository,
    ResultPage,
    Stage,
)

#: rows of a page of the list
PAGE_ROWS = 100
#: lines of a firm's log that the sources of its figures are looked for in
LONGEST_LOG = 1_000
#: order → the column to sort by, and whether the largest comes first
ORDERS: Mapping[str, tuple[str, bool]] = {
    "name": ("name", False),
    "certain": ("score_low", True),
    "possible": ("score_high", True),
    "due": ("next_due", False),
    "assessed": ("assessed_at", True),
}
#: in the address: never assessed
NEVER = "none"
VERDICTS = (*OF_VERDICT, NEVER)
#: columns that the list can show
COLUMN_IDS = (
    "name", "stage", "verdict", "low", "high", "readiness", "interval", "gap", "due", "district",
    "industry", "carrier", "adviser", "uscc", "assessed",
)  # fmt: skip


@dataclass(frozen=True)
class FirmListQuery:
    """Which firms of the list, in which order, which page of them, from 1, and which columns."""

    firms: FirmFilter
    order: str = "name"
    page: int = 1
    #: the columns to show, in their order; all where none is named
    columns: tuple[str, ...] = ()

    @property
    def sort(self) -> str:
        """The column to sort by."""
        return ORDERS[self.order][0]

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return ORDERS[self.order][1]


def choice(query: Mapping[str, str], usual_columns: Sequence[str] = ()) -> FirmListQuery:
    """What the address asks for; what it cannot mean is not asked.

    Where it names no columns, ``usual_columns`` are shown, those that the person chose before.
    """
    verdict = query.get(VERDICT)
    stage = query.get(STAGE)
    wanted = FirmFilter(
        text=query.get(TEXT, "").strip() or None,
        district=query.get(DISTRICT) or None,
        carrier_id=_number(query.get(CARRIER)),
        industry=query.get(INDUSTRY) or None,
        stage=stage if stage in set(Stage) else None,
        verdict="" if verdict == NEVER else verdict if verdict in VERDICTS else None,
        adviser_id=_number(query.get(ADVISER)),
        first_gap=query.get(GAP) or None,
        score=_number(query.get(SCORE)),
        chance=None if (percent := _number(query.get(CHANCE))) is None else percent / 100,
        batch=query.get(BATCH) or None,
        expires_by=_day(query.get(EXPIRY)),
        carrier_kind=kind if (kind := query.get(CARRIER_KIND)) in set(CarrierKind) else None,
    )
    order = query.get(ORDER, "name")
    columns = query[COLUMNS].split(",") if query.get(COLUMNS) else usual_columns
    chosen = [name for name in columns if name in COLUMN_IDS]
    return FirmListQuery(
        wanted,
        order if order in ORDERS else "name",
        _number(query.get(ROWS)) or 1,
        tuple(dict.fromkeys(chosen)),
    )


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    is_number = text is not None and text.isascii() and text.isdecimal() and len(text) < 10
    return int(text) if text is not None and is_number else None


def page_of_firms(
    repository: Repository, selection: FirmListQuery
) -> tuple[ResultPage, FirmListQuery]:
    """The page asked for; the first one where the list is too short for it."""
    page = repository.firms.page(
        selection.firms,
        sort=selection.sort,
        descending=selection.descending,
        limit=PAGE_ROWS,
        offset=(selection.page - 1) * PAGE_ROWS,
    )
    if page.count and not page.rows and selection.page > 1:
        return page_of_firms(repository, replace(selection, page=1))
    return page, selection


def condition_titles(scheme: Scheme, language: Language) -> dict[str, str]:
    """The conditions of all editions by their ids."""
    return {
        condition.id: language.of(condition.title)
        for edition in scheme.editions
        for condition in edition.conditions
    }


def table(
    rows: Sequence[Mapping[str, Any]],
    scheme: Scheme,
    language: Language,
    gaps: Mapping[int, Mapping[str, Any]] | None = None,
) -> pa.Table:
    """Rows of the store as the list shows them, under the ids of their columns.

    ``gaps`` are the nearest ones by firm, where their numbers are to be said as well.
    """
    titles = condition_titles(scheme, language)
    numbers = gaps or {}
    verdicts: Mapping[str, str] = {word: verdict_word(word, language) for word in OF_VERDICT}
    stages = {stage.value: language.text(STAGE_WORDS[stage]) for stage in Stage}
    never = language.text("not assessed yet")

    def each(name: str, words: Mapping[str, str] | None = None, blank: str | None = None) -> Any:
        values = (row[name] for row in rows)
        if words is None:
            return list(values)
        return [blank if value is None else words.get(value, value) for value in values]

    days = [moment.astimezone().date() if moment else None for moment in each("assessed_at")]
    return pa.table(
        {
            "name": pa.array(each("name"), pa.string()),
            "stage": pa.array(each("stage", stages), pa.string()),
            "verdict": pa.array(each("verdict_state", verdicts, never), pa.string()),
            "low": pa.array(each("score_low"), pa.float64()),
            "high": pa.array(each("score_high"), pa.float64()),
            "readiness": pa.array(map(_percent, each("probability")), pa.float64()),
            "interval": pa.array(
                map(_ends, each("probability_low"), each("probability_high")), pa.string()
            ),
            "gap": pa.array(
                [
                    _gap_words(title, numbers.get(row["id"]), language)
                    for title, row in zip(each("first_gap", titles), rows, strict=True)
                ],
                pa.string(),
            ),
            "due": pa.array(each("next_due"), pa.date32()),
            "district": pa.array(each("district"), pa.string()),
            "industry": pa.array(each("industry"), pa.string()),
            "carrier": pa.array(each("carrier"), pa.string()),
            "adviser": pa.array(each("adviser"), pa.string()),
            "uscc": pa.array(each("uscc"), pa.string()),
            "assessed": pa.array(days, pa.date32()),
        }
    )


def _gap_words(title: str | None, gap: Mapping[str, Any] | None, language: Language) -> str | None:
    """A condition to be met first, and how far it is."""
    shortfall = (gap or {}).get("shortfall")
    if title is None or gap is None or shortfall is None or gap.get("status") != "unmet":
        return title
    amount = fmt.quantity(shortfall, gap["unit"], language)
    return language.text("{title}: {amount} short").format(title=title, amount=amount)


def _percent(chance: float | None) -> float | None:
    """A chance in percent, never certain; in whole ones it is known no better."""
    return None if chance is None else min(max(100 * chance, 1.0), 99.0)


def _ends(low: float | None, high: float | None) -> str | None:
    return None if low is None or high is None else f"{fmt.chance(low)}–{fmt.chance(high)}"


def lists_of(repository: Repository, firm_id: int) -> dict[str, Any]:
    """The lists behind the counts of a firm of the register."""
    return {name: repository.records.ledger(firm_id, name).value for name in map(str, Ledger)}


def sources_of(
    repository: Repository, firm: Mapping[str, Any], facts: Mapping[str, Any], year: int
) -> dict[str, FigureSource]:
    """The sources of figures of a firm, by calendar key, as far as they are on record.

    ``facts`` are by field id, as the application of a year has them.
    """
    lines = repository.overview.changes(firm["created_at"], firm_id=firm["id"], limit=LONGEST_LOG)
    return figure_sources(
        by_calendar_year(facts, year, all_latest_year_ids()),
        lines,
        repository.inbox.decisions(firm["id"]),
        {row["id"]: row["file"] for row in repository.imports.recent()},
        language(),
    )


def assess_facts(
    facts: Mapping[str, Any], scheme: Scheme, record: AssessmentRecord | None = None
) -> Firm:
    """A firm of stored facts, with the record kept of it or a new one.

    Raises
    ------
    EligibilityError
        If the facts cannot be read, or no edition covers their date.
    """
    return Firm(assess_table(firms(facts, fields=joint_fields()), scheme)[0], 0, record)
