"""Screening: a file of firms assessed once, for the pages that show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.open_points import verdict_states
from eligibility.assessment.record import record
from eligibility.assessment.record_types import AssessmentRecord
from eligibility.domain.facts import FirmTable, years_of
from eligibility.domain.law import Edition
from eligibility.domain.results import Readiness, TrainingSummary
from eligibility.i18n import Language
from eligibility.intake.row_batch import RowBatch
from eligibility.reports.gap_columns import first_gaps
from eligibility.reports.number_format import chance
from eligibility.reports.score_table import Judge
from eligibility.schemes.catalogue import TechnicalField
from eligibility.schemes.registry import Scheme

if TYPE_CHECKING:
    from eligibility.readiness.model import Model

SORTS: Mapping[str, list[tuple[str, str]]] = {
    "file": [("place", "ascending")],
    "verdict": [("verdict", "descending"), ("low", "descending")],
    "nearest": [("high", "descending"), ("low", "descending")],
    "readiness": [("conditional", "ascending"), ("readiness", "descending")],
    "name": [("name", "ascending")],
}


@dataclass(frozen=True)
class Firm:
    """One firm: its assessment, as plain data, and the law it was judged by.

    ``stored_record`` is the record of an assessment made before, to be shown as it was.
    ``readiness`` is what a model says of the firms of the assessment.
    ``key`` names it among all firms that a session opens.
    """

    assessment: Assessment
    row: int
    stored_record: AssessmentRecord | None = None
    readiness: Readiness | None = None
    key: str = ""

    @property
    def table(self) -> FirmTable:
        """What it gave, as a table of one row."""
        return self.assessment.firms.take(np.array([self.row]))

    @property
    def law(self) -> Edition:
        """The edition it was judged by."""
        return self.assessment.law

    @property
    def scheme(self) -> Scheme:
        """The qualification."""
        return self.assessment.scheme

    @cached_property
    def record(self) -> AssessmentRecord:
        """All that is said of it."""
        return self.stored_record or record(self.assessment, self.row, self.readiness)

    @cached_property
    def application_date(self) -> date:
        """Its application date."""
        return date.fromisoformat(self.record["as_of"])

    @property
    def years(self) -> list[int]:
        """The calendar years of y1, y2 and y3."""
        return list(years_of(self.application_date.year))

    def text(self, field_id: str) -> str:
        """A text it gave, or nothing."""
        return str(self.assessment.firms.texts(field_id)[self.row] or "")

    @property
    def registration_date(self) -> date | None:
        """The day it was registered."""
        day: date | None = self.assessment.firms.dates("registered_on")[self.row].item()
        return day

    def gives(self, stem: str) -> bool:
        """Whether it states this figure for any year that applies."""
        firms = self.assessment.firms
        return any(
            not firms.blank(field.id)[self.row]
            for field in self.scheme.fields
            if field.stem == stem
            and (field.year is None or firms.operating[field.year - 1, self.row])
        )

    def below(self, code: str) -> list[TechnicalField]:
        """The nodes of the catalogue one level below a code."""
        return [node for node in self.scheme.catalogue(self.law) if node.parent == code]

    @property
    def missing(self) -> list[str]:
        """Every field that leaves a condition open, once."""
        named = (name for finding in self.record["findings"] for name in finding["missing"])
        return list(dict.fromkeys(named))

    @property
    def missing_anywhere(self) -> list[str]:
        """Every field that leaves a condition or an item of the score open, once."""
        items = (name for item in self.record["score"]["items"] for name in item["missing"])
        return list(dict.fromkeys([*self.missing, *items]))

    def first_gaps(self, count: int, language: Language) -> list[str]:
        """The first so many gaps in words: what is unmet before what is open."""
        assessment = self.assessment
        columns = first_gaps(
            assessment.gaps, len(assessment.rows), count, assessment.scheme, language
        )
        return [str(column[self.row]) for column in columns if column[self.row].is_valid]

    @property
    def decided_count(self) -> int:
        """How many conditions are met or unmet."""
        return sum(finding["status"] != "undetermined" for finding in self.record["findings"])


@dataclass(frozen=True)
class Screening:
    """A file of firms, read and assessed.

    ``readiness`` is what a model says of each assessment; None where there is none to ask.
    """

    batch: RowBatch
    assessments: list[Assessment]
    readiness: list[Readiness | None]
    _tables: dict[str, pa.Table] = field(default_factory=dict)

    @property
    def rows_rejected(self) -> int:
        """How many rows were not assessed."""
        return int(self.batch.read - len(self.batch.table))

    @cached_property
    def counts(self) -> Counter[str]:
        """How many firms have each verdict; those that wait for experts alone are counted apart."""
        return Counter(state for each in self.assessments for state in verdict_states(each))

    @cached_property
    def _seats(self) -> list[tuple[Assessment, int, Readiness | None]]:
        seats: list[Any] = [None] * len(self.batch.table)
        for assessment, readiness in zip(self.assessments, self.readiness, strict=True):
            for row, place in enumerate(assessment.rows):
                seats[place] = (assessment, row, readiness)
        return seats

    @property
    def training(self) -> TrainingSummary | None:
        """What the model learned from; None where nothing is said of readiness."""
        return next(
            (readiness.training for readiness in self.readiness if readiness is not None), None
        )

    @property
    def judge(self) -> Judge | None:
        """Gives the readiness of each of the assessments again."""
        if self.training is None:
            return None
        by_assessment = {
            id(of): readiness
            for of, readiness in zip(self.assessments, self.readiness, strict=True)
        }
        return lambda assessment: by_assessment[id(assessment)]

    def firm(self, place: int) -> Firm:
        """The firm in that place of the table."""
        assessment, row, readiness = self._seats[place]
        return Firm(assessment, row, readiness=readiness)

    @property
    def only(self) -> Firm | None:
        """The firm of a table of one; None where it could not be used."""
        return self.firm(0) if len(self.batch.table) else None

    @cached_property
    def keys(self) -> list[str]:
        """What names each firm in an address: its credit code, or its row where that is not one."""
        codes = self.batch.table.texts("uscc")
        times = Counter(codes)
        return [
            str(code) if code and times[code] == 1 else f"row-{row}"
            for code, row in zip(codes, self.batch.rows, strict=True)
        ]

    def find(self, key: str) -> Firm | None:
        """The firm of that key."""
        return self.firm(self.keys.index(key)) if key in self.keys else None

    def table(self, language: Language) -> pa.Table:
        """One row a firm, in the order of the file: what the list of firms shows."""
        if language.id not in self._tables:
            self._tables[language.id] = self._table(language)
        return self._tables[language.id]

    def _table(self, language: Language) -> pa.Table:
        firms = self.batch.table
        pairs = zip(self.assessments, self.readiness, strict=True)
        parts = [self._part(assessment, lines, language) for assessment, lines in pairs]
        extra_columns = {
            "name": pa.array(firms.texts("name"), pa.string()),
            "uscc": pa.array(firms.texts("uscc"), pa.string()),
            "district": pa.array(firms.texts("district"), pa.string()),
        }
        if not parts:
            return pa.table({**extra_columns, **{name: [] for name in PART.names}})
        table = pa.concat_tables(parts).sort_by("place")
        for name, column in extra_columns.items():
            table = table.append_column(name, column)
        return table

    @staticmethod
    def _part(assessment: Assessment, readiness: Readiness | None, language: Language) -> pa.Table:
        count = len(assessment.rows)
        gap = first_gaps(assessment.gaps, count, 1, assessment.scheme, language)[0]
        return pa.table(
            [
                pa.array(assessment.rows, pa.int64()),
                pa.array(assessment.verdict, pa.int8()),
                pa.array(verdict_states(assessment), pa.string()),
                pa.array(assessment.score.low, pa.float64()),
                pa.array(assessment.score.high, pa.float64()),
                gap,
                *_readiness_columns(readiness, count, language),
            ],
            schema=PART,
        )


PART = pa.schema(
    [
        ("place", pa.int64()),
        ("verdict", pa.int8()),
        ("state", pa.string()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("gap", pa.string()),
        ("readiness", pa.float64()),
        ("readiness_interval", pa.string()),
        ("conditional", pa.bool_()),
    ]
)


def screen(batch: RowBatch, scheme: Scheme, model: Model | None = None) -> Screening:
    """Assess a batch, and ask the model if there is one."""
    assessments = assess_table(batch.table, scheme) if len(batch.table) else []
    return Screening(
        batch, assessments, [model.readiness(each) if model else None for each in assessments]
    )


def _readiness_columns(
    readiness: Readiness | None, count: int, language: Language
) -> list[pa.Array]:
    """Readiness in percent, its interval in words, whether it is conditional."""
    if readiness is None:
        return [pa.nulls(count, PART.field(name).type) for name in PART.names[-3:]]
    _ = language.text
    conditional = _("conditional: {interval}")
    words = []
    for low, high, is_conditional in zip(
        readiness.low, readiness.high, readiness.conditional, strict=True
    ):
        ends = f"{chance(low)}–{chance(high)}"
        words.append(conditional.format(interval=ends) if is_conditional else ends)
    return [
        # a number that sorts cannot say “<1%” and must not say that anything is certain
        pa.array(np.clip(100 * readiness.probability, 1, 99)),
        pa.array(words, pa.string()),
        pa.array(readiness.conditional),
    ]


def districts(table: pa.Table) -> list[str]:
    """The districts there are."""
    return sorted(name for name in pc.unique(table["district"]).to_pylist() if name)


def filter_firms(
    table: pa.Table, states: list[str], places: list[str], text: str, sort: str
) -> pa.Table:
    """The rows asked for, in the order asked for; an empty choice asks for all."""
    keep = np.ones(table.num_rows, dtype=np.bool_)
    for mask in _masks(table, states, places, text):
        keep &= mask
    return table.filter(pa.array(keep)).sort_by(SORTS[sort])


def _masks(
    table: pa.Table, states: list[str], places: list[str], text: str
) -> Iterator[np.ndarray[Any, np.dtype[np.bool_]]]:
    if states:
        yield pc.is_in(table["state"], pa.array(states, pa.string())).to_numpy()
    if places:
        yield pc.is_in(table["district"], pa.array(places, pa.string())).to_numpy()
    if text:
        masks = [
            pc.fill_null(pc.match_substring(table[name], text.strip(), ignore_case=True), False)
            for name in ("name", "uscc")
        ]
        yield pc.or_(*masks).to_numpy()
