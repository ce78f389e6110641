"""An empty input file: headers in both languages, a note at every column."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from eligibility.atomic_file import atomic_file, check_output
from eligibility.domain.errors import InputError
from eligibility.domain.facts import RATINGS, Field
from eligibility.reports.files import open_workbook

#: the reader takes either side of this as the header, and skips rows that begin with the mark
BOTH = " | "
NOTE = "#"
ROWS_WITH_LISTS = 2000


def write_template(path: Path, fields: Sequence[Field]) -> None:
    """Write an empty input file, a column a field.

    Raises
    ------
    InputError
        If the ending is neither .csv nor .xlsx, the folder does not exist, or the file cannot be
        written.
    """
    kinds = {".csv": _csv, ".xlsx": _xlsx}
    write = kinds.get(path.suffix.lower())
    if write is None:
        raise InputError(
            "{path}: the output must end in {endings}.", path=path, endings=", ".join(kinds)
        )
    check_output(path)
    write(path, fields)


def _header(field: Field) -> str:
    unit = "（元）" if field.kind == "money" else ""
    return f"{field.title.zh}{unit}{BOTH}{field.title.en}"


def _note(field: Field, lang: str) -> str:
    if lang == "zh":
        return f"{field.help.zh}。来源：{field.source.zh}"
    return f"{field.title.en}. {field.help.en}. Source: {field.source.en}"


def _csv(path: Path, fields: Sequence[Field]) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow([_header(field) for field in fields])
    for lang in ("zh", "en"):
        notes = [_note(field, lang) for field in fields]
        writer.writerow([f"{NOTE} {notes[0]}", *notes[1:]])
    with atomic_file(path) as file:
        file.write(sheet.getvalue().encode("utf-8-sig"))


def _xlsx(path: Path, fields: Sequence[Field]) -> None:
    with open_workbook(path) as book:
        sheet, notes = book.add_worksheet("企业 Firms"), book.add_worksheet("说明 Notes")
        plain = {"text_wrap": True, "valign": "top", "border": 1}
        head = book.add_format({**plain, "bold": True, "bg_color": "#E8EEF5"})
        needed = book.add_format({**plain, "bold": True, "bg_color": "#C9D8EA"})
        body = book.add_format(plain)
        formats = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
            "code": book.add_format({"num_format": "@"}),
        }
        sheet.set_row(0, 62)
        for place, field in enumerate(fields):
            sheet.write_string(0, place, _header(field), needed if field.required else head)
            sheet.write_comment(
                0,
                place,
                f"{_note(field, 'zh')}\n{_note(field, 'en')}",
                {"x_scale": 2, "y_scale": 1.6},
            )
            sheet.set_column(place, place, 20, formats.get(field.kind))
            choices = {"yes_no": ["是", "否"], "rating": list(RATINGS)}.get(field.kind)
            if choices:
                sheet.data_validation(
                    1, place, ROWS_WITH_LISTS, place, {"validate": "list", "source": choices}
                )
        sheet.freeze_panes(1, 2)
        for place, (title, width) in enumerate(
            [
                ("字段 id", 26),
                ("中文", 34),
                ("English", 40),
                ("必填 required", 10),
                ("说明", 60),
                ("Notes", 60),
            ]
        ):
            notes.set_column(place, place, width)
            notes.write_string(0, place, title, head)
        for row, field in enumerate(fields, start=1):
            cells = [
                field.id,
                field.title.zh,
                field.title.en,
                "是 yes" if field.required else "",
                _note(field, "zh"),
                _note(field, "en"),
            ]
            for place, cell in enumerate(cells):
                notes.write_string(row, place, cell, body)
        notes.freeze_panes(1, 1)
