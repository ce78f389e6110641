"""The annual report of a firm with a scheme's title: rows of its official form, as the folder has them."""

from __future__ import annotations

from pydantic import Field, model_validator

from eligibility.domain.law import Citation
from eligibility.domain.text import FrozenModel, Wording


class ReportRow(FrozenModel):
    """One row of the form.

    ``takes`` names the field that holds its figure, else ``either`` less ``minus``; ``answer`` is the
    id under which the report itself keeps it. A row with none of them is filled in by the firm.
    """

    title: Wording
    unit: str
    takes: str = ""
    either: str = Field("", alias="or")
    minus: str = ""
    answer: str = ""

    @model_validator(mode="after")
    def _has_one_source(self) -> ReportRow:
        if self.takes and self.answer:
            raise ValueError(f"{self.title.en}: a row is either taken or answered")
        return self


class ReportGroup(FrozenModel):
    """Rows under one title."""

    title: Wording
    rows: tuple[ReportRow, ...]


class AnnualReportForm(FrozenModel):
    """The form; ``rights`` stands over the rights granted in the year, counted by their kinds."""

    citation: Citation
    rights: Wording
    groups: tuple[ReportGroup, ...]

    @property
    def answers(self) -> dict[str, ReportRow]:
        """The rows that the report itself keeps, by their ids."""
        return {row.answer: row for group in self.groups for row in group.rows if row.answer}
