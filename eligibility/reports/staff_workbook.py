"""The staff's view of a batch as a workbook: overview, firms, what each lacks, signs, near misses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from eligibility.assessment.assess import Assessment
from eligibility.domain.law import Citation, Condition
from eligibility.domain.records import cite
from eligibility.domain.results import STATUS_WORDS, UNDETERMINED, UNMET, Finding
from eligibility.i18n import Language
from eligibility.intake.row_batch import RowBatch
from eligibility.reports.files import open_workbook
from eligibility.reports.firm_text import doubt, fields_in_words, titles
from eligibility.reports.score_table import Judge, rejects_with_reasons, scored_table
from eligibility.reports.workbook import SheetBook, SheetColumn
from eligibility.schemes.registry import Scheme

#: a figure is near its line where it lies within this part of it
NEAR = 0.1


def staff_workbook(
    path: Path,
    batch: RowBatch,
    assessments: Sequence[Assessment],
    scheme: Scheme,
    language: Language,
    judge: Judge | None = None,
    first: Callable[[SheetBook], None] | None = None,
) -> None:
    """Write what staff need of a batch, a sheet for each view.

    Parameters
    ----------
    batch, assessments
        A file as read, and the assessments of its table.
    judge : callable, optional
        Gives the readiness of an assessment's firms; without it there is no such sheet.

    first : callable, optional
        Writes sheets of its own before these.

    Raises
    ------
    InputError
        If a sheet would have more rows than Excel takes, or the file cannot be written.
    """
    with open_workbook(path, constant_memory=True) as text_book:
        book = SheetBook(text_book)
        if first is not None:
            first(book)
        _Staff(book, batch, assessments, scheme, language, judge).write()


class _Staff:
    def __init__(
        self,
        book: SheetBook,
        batch: RowBatch,
        assessments: Sequence[Assessment],
        scheme: Scheme,
        language: Language,
        judge: Judge | None,
    ) -> None:
        self.book, self.batch, self.assessments = book, batch, assessments
        self.scheme, self.language, self.judge = scheme, language, judge
        self.say = language.text
        self.table = (
            scored_table(assessments, batch.rows, scheme, language, judge) if assessments else None
        )
        self.conditions: Mapping[str, Condition] = {
            condition.id: condition
            for assessment in assessments
            for condition in assessment.law.conditions
        }

    def write(self) -> None:
        say, book = self.say, self.book
        self._overview()
        if self.table is not None:
            self._firms(self.table)
        firm = [SheetColumn(say("Row"), "whole", 7), SheetColumn(self._field("uscc"), width=21)]
        firm.append(SheetColumn(self._field("name"), width=34))
        condition = [SheetColumn(say("Condition"), width=26)]
        figures = [SheetColumn(say("Own figure"), "number"), SheetColumn(say("Line"), "number")]
        unit, source = SheetColumn(say("Unit"), width=9), SheetColumn(say("Source"), width=34)
        short = SheetColumn(say("Short by"), "number")
        book.table(
            say("Unmet"),
            [
                *firm,
                *condition,
                *figures,
                unit,
                short,
                SheetColumn(say("Unit of the gap"), width=9),
                source,
            ],
            self._unmet(),
            3,
        )
        book.table(
            say("Undetermined"),
            [*firm, *condition, SheetColumn(say("What is missing"), width=80), source],
            self._undetermined_rows(),
            3,
        )
        nearness = SheetColumn(say("Distance from the line, part of it"), "share")
        status = SheetColumn(say("Finding"), width=13)
        book.table(
            say("Near the line"),
            [*firm, *condition, status, *figures, unit, nearness, source],
            self._near(),
            3,
        )
        book.table(
            say("Signs to look at"),
            [*firm, SheetColumn(say("Sign"), width=90), source],
            self._signs(),
            3,
        )
        if self.batch.rejects.num_rows:
            self._rejects()
        if self.judge is not None and self.table is not None:
            self._readiness(self.table, firm)
        self._explanations()

    def _rejects(self) -> None:
        rejects = rejects_with_reasons(self.batch, self.language)
        self.book.table(
            self.say("Rejected rows"),
            [SheetColumn(self._reject_title(name), width=30) for name in rejects.column_names],
            (tuple(row.values()) for row in rejects.to_pylist()),
            1,
        )

    def _overview(self) -> None:
        say, batch = self.say, self.batch
        rows: list[tuple[Any, ...]] = [
            (say("Rows read"), batch.read),
            (say("Rows assessed"), batch.table.rows),
            (say("Rows rejected"), batch.rejects.num_rows),
        ]
        for entry in [] if self.table is None else self.table["verdict"].value_counts().to_pylist():
            verdict = entry["values"]
            rows.append((say(verdict), entry["counts"]))
        for name, condition in self.conditions.items():
            for status in (UNMET, UNDETERMINED):
                count = sum(
                    int((assessment.findings[name].status == status).sum())
                    for assessment in self.assessments
                    if name in assessment.findings
                )
                title = f"{self.language.of(condition.title)}: {say(STATUS_WORDS[status])}"
                rows.append((title, count))
        columns = [SheetColumn(say("What"), width=52), SheetColumn(say("Number of firms"), "whole")]
        self.book.table(say("Overview"), columns, rows)

    def _firms(self, table: pa.Table) -> None:
        """Every firm in the columns of the score command, headed for people."""
        names = [name for name in table.column_names if not name.startswith("readiness")]
        spoken = {"verdict", *(name for name in names if name.endswith("_status"))}

        def rows() -> Iterator[list[Any]]:
            for batch in table.select(names).to_batches(max_chunksize=4096):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield [
                        self.say(value) if name in spoken and value else value
                        for name, value in zip(names, row, strict=True)
                    ]

        self.book.table(self.say("All firms"), [self._column(name) for name in names], rows(), 3)

    def _column(self, name: str) -> SheetColumn:
        say = self.say
        fixed = {
            "row": SheetColumn(say("Row"), "whole", 7),
            "edition": SheetColumn(say("Edition"), width=9),
            "verdict": SheetColumn(say("Verdict"), width=13),
            "score_low": SheetColumn(say("Score, at least"), "number", 10),
            "score_high": SheetColumn(say("Score, at most"), "number", 10),
            "turned_by_another_reading": SheetColumn(say("Turned by another reading"), width=24),
            "warnings": SheetColumn(say("Signs (ids)"), width=24),
        }
        if name in fixed:
            return fixed[name]
        if name in self.scheme.fields_by_id:
            day = self.scheme.fields_by_id[name].kind == "date"
            return SheetColumn(
                self._field(name), "day" if day else "text", 34 if name == "name" else 20
            )
        if name.startswith("gap_"):
            return SheetColumn(
                say("Gap {number}").format(number=name.removeprefix("gap_")), width=60
            )
        condition_id, _, part = name.rpartition("_")
        conditions_by_id = {c.id: c for law in self.scheme.editions for c in law.conditions}
        condition = conditions_by_id[condition_id]
        words = {"status": say("Finding"), "observed": say("Own figure"), "margin": say("Margin")}
        title = f"{self.language.of(condition.title)} · {words[part]}"
        if part == "status":
            return SheetColumn(title, width=13)
        return SheetColumn(title, "share" if condition.unit == "/1" else "number", 13)

    def _each(self) -> Iterator[tuple[Assessment, str, Condition]]:
        for assessment in self.assessments:
            for name in assessment.findings:
                yield assessment, name, assessment.law.conditions_by_id[name]

    def _unmet(self) -> Iterator[list[Any]]:
        for assessment, name, condition in self._each():
            finding = assessment.findings[name]
            unmet = np.flatnonzero(finding.status == UNMET)
            if not len(unmet):
                continue
            gap = assessment.gaps.by_condition[name]
            for row in unmet:
                yield [
                    *self._firm(assessment, row),
                    self.language.of(condition.title),
                    *self._figures(finding, condition, row),
                    float(gap.shortfall[row]),
                    self._unit(gap.unit),
                    self._source(condition),
                ]

    def _undetermined_rows(self) -> Iterator[list[Any]]:
        for assessment, name, condition in self._each():
            finding = assessment.findings[name]
            for row in np.flatnonzero(finding.status == UNDETERMINED):
                missing = self.scheme.in_form_order(
                    field for field, rows in finding.missing.items() if rows[row]
                )
                year = int(assessment.firms.application_years[row])
                field_names = fields_in_words(
                    missing, self.scheme.fields_by_id, year, self.language
                )
                yield [
                    *self._firm(assessment, row),
                    self.language.of(condition.title),
                    field_names or self.say("No fact: judgement decides"),
                    self._source(condition),
                ]

    def _signs(self) -> Iterator[list[Any]]:
        """What reviewers look at, a row for each sign of a firm; none is a finding."""
        for assessment in self.assessments:
            for sign in assessment.warnings:
                source = self._citation(sign.citation) if sign.citation else self.say("no source")
                for row in np.flatnonzero(sign.rows):
                    yield [*self._firm(assessment, row), self.language.of(sign.says), source]

    def _near(self) -> Iterator[list[Any]]:
        """Figures close to a line, on either side, the closest first."""
        close = []
        for assessment, name, condition in self._each():
            finding = assessment.findings[name]
            if condition.unit in ("yes_no", "code"):
                continue
            with np.errstate(divide="ignore", invalid="ignore"):
                parts = finding.margin / np.abs(finding.required)
            close += [
                (float(parts[row]), assessment, row, name)
                for row in np.flatnonzero(np.isfinite(parts) & (np.abs(parts) <= NEAR))
            ]
        for part, assessment, row, name in sorted(close, key=lambda one: abs(one[0])):
            finding, condition = assessment.findings[name], assessment.law.conditions_by_id[name]
            yield [
                *self._firm(assessment, row),
                self.language.of(condition.title),
                self.say(STATUS_WORDS[int(finding.status[row])]),
                *self._figures(finding, condition, row),
                part,
                self._source(condition),
            ]

    def _readiness(self, table: pa.Table, firm: list[SheetColumn]) -> None:
        say = self.say
        names = [
            "row",
            "uscc",
            "name",
            *(n for n in table.column_names if n.startswith("readiness")),
        ]
        columns = [
            *firm,
            SheetColumn(say("Readiness"), "share"),
            SheetColumn(say("At least"), "share"),
            SheetColumn(say("At most"), "share"),
            SheetColumn(say("If every unmet condition were met"), "share"),
            SheetColumn(say("Weakest"), width=24),
            SheetColumn(say("Beyond what was seen"), width=24),
            SheetColumn(say("Learned from"), width=60),
        ]
        listed = ("readiness_weakest", "readiness_outside")
        rows = (
            [self._titles(value) if name in listed else value for name, value in row.items()]
            for row in table.select(names).to_pylist()
        )
        self.book.table(say("Readiness"), columns, rows, 3)

    def _explanations(self) -> None:
        say = self.say
        rows: list[tuple[str, str, str, str]] = [
            (
                self.language.of(condition.title),
                self.language.of(condition.rule),
                self.language.of(condition.evidence),
                self._source(condition),
            )
            for condition in self.conditions.values()
        ]
        near = say("A figure is near where it lies within {share} of its line, on either side.")
        rows.append((say("Near the line"), near.format(share=f"{NEAR:.0%}"), "", ""))
        blank = say("A blank is missing and never zero; it leaves the finding undetermined.")
        rows.append((say("Undetermined"), blank, "", ""))
        if self.judge is not None:
            sentence = say(
                "Readiness estimates how likely certification is after review; it never changes the verdict."
            )
            rows.append((say("Readiness"), sentence, "", ""))
        columns = [
            SheetColumn(say("What"), width=28),
            SheetColumn(say("Rule"), width=70),
            SheetColumn(say("Evidence"), width=60),
            SheetColumn(say("Source"), width=34),
        ]
        self.book.table(say("Explanations"), columns, rows)

    def _firm(self, assessment: Assessment, row: np.intp) -> list[Any]:
        place = int(assessment.rows[row])
        texts = [assessment.firms.texts(name)[row] for name in ("uscc", "name")]
        return [int(self.batch.rows[place]), *texts]

    def _figures(self, finding: Finding, condition: Condition, row: np.intp) -> list[Any]:
        """The figure, its line and their unit."""
        look = "share" if condition.unit == "/1" else "number"
        figures = (finding.observed[row], finding.required[row])
        return [*((float(figure), look) for figure in figures), self._unit(condition.unit)]

    def _unit(self, unit: str) -> str:
        say = self.say
        words = {
            "/1": "%",
            "day": say("days"),
            "item": say("items"),
            "point": say("points"),
            "person": say("people"),
            "CNY": say("CNY"),
            "yes_no": "",
            "code": "",
        }
        return words.get(unit, unit)

    def _titles(self, names: str | None) -> str | None:
        """Conditions and items, as the readiness columns list them, by their titles."""
        if not names:
            return None
        named = names.split()
        laws = [assessment.law for assessment in self.assessments]
        law = next(law for law in laws if {*named} <= {*law.conditions_by_id, *law.items, "score"})
        return titles(named, law, self.language)

    def _field(self, name: str) -> str:
        return self.language.of(self.scheme.fields_by_id[name].title)

    def _reject_title(self, name: str) -> str:
        return {"row": self.say("Row"), "reason": self.say("Reason")}.get(name, name)

    def _source(self, condition: Condition) -> str:
        return self._citation(condition.citation)

    def _citation(self, citation: Citation) -> str:
        doubted = doubt(cite(citation), self.language)
        return f"{citation.document} {citation.article}{doubted}"
