"""Questions to a firm as a workbook: a line a field, filled in with what is held.

The reader of all input reads it back: a label, and the value behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from eligibility.domain.facts import RATINGS, Field
from eligibility.i18n import Language
from eligibility.reports.files import open_workbook


class Question(NamedTuple):
    """A field and its value as the register holds it; None: blank. Money in CNY."""

    field: Field
    value: Any


def write_question_sheet(
    path: Path,
    firm: tuple[str, str | None],
    questions: Sequence[Question],
    year: int,
    language: Language,
) -> None:
    """Write the workbook.

    Parameters
    ----------
    path : Path
    firm : (str, str or None)
        Name and credit code, by which the workbook is known when it comes back.
    questions : sequence of Question
    year : int
        Of the application.
    language : Language
        Of labels and notes.
    """
    _ = language.text
    with open_workbook(path) as book:
        sheet, notes = (
            book.add_worksheet(_("To fill in")),
            book.add_worksheet(_("Where to find it")),
        )
        label = book.add_format({"text_wrap": True, "valign": "vcenter", "border": 1})
        known = book.add_format({"border": 1, "bg_color": "#EEF1F5"})
        look = {"border": 1, "bg_color": "#FFFBE6"}
        cell = book.add_format(look)
        text = book.add_format({**look, "num_format": "@"})
        day = book.add_format({**look, "num_format": "yyyy-mm-dd"})
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, 1, 26)
        notes.set_column(0, 1, 60)
        heads = (_("Name of the firm"), firm[0]), (_("Unified social credit code"), firm[1] or "")
        for row, (title, value) in enumerate(heads):
            sheet.write_string(row, 0, title, label)
            sheet.write_string(row, 1, value, known)
        for row, (field, value) in enumerate(questions, start=len(heads)):
            title = language.of(field.title_in_year(year))
            unit = "（万元）" if field.kind == "money" else ""
            sheet.write_string(row, 0, f"{title}{unit}", label)
            notes.write_string(row, 0, title, label)
            source = language.of(field.source)
            notes.write_string(row, 1, f"{language.of(field.help)}\n{source}", label)
            choices = {"yes_no": [_("yes"), _("no")], "rating": list(RATINGS)}.get(field.kind)
            if choices:
                sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": choices})
            if value is None:
                sheet.write_blank(row, 1, None, day if field.kind == "date" else cell)
            elif field.kind == "money":
                sheet.write_number(row, 1, value / 10_000, cell)
            elif field.kind == "yes_no":
                sheet.write_string(row, 1, _("yes") if value else _("no"), cell)
            elif field.kind == "date":
                held = datetime.combine(date.fromisoformat(str(value)), datetime.min.time())
                sheet.write_datetime(row, 1, held, day)
            elif isinstance(value, str):
                sheet.write_string(row, 1, value, text)
            else:
                sheet.write_number(row, 1, value, cell)
        sheet.freeze_panes(len(heads), 1)
