"""The data dictionary: every field of a scheme, for people and for programs."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from eligibility.domain.facts import Field
from eligibility.domain.text import json_text
from eligibility.i18n import Language
from eligibility.schemes.registry import Scheme


def dictionary(scheme: Scheme, form: str, language: Language, on: date | None = None) -> str:
    """The fields of a scheme as ``text``, ``json``, ``csv`` or ``md``, as worded on a day (today)."""
    rows = [_row(field, scheme) for field in scheme.fields_on(on or date.today())]
    if form == "json":
        return json_text(rows)
    if form == "csv":
        sheet = io.StringIO()
        writer = csv.DictWriter(sheet, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "aliases": "; ".join(row["aliases"])} for row in rows)
        return sheet.getvalue()
    if form == "md":
        return _markdown(scheme, rows)
    return "".join(
        f"{field.id:<28} {language.of(field.title)} [{field.kind}"
        f"{', ' + field.unit if field.unit else ''}]\n"
        for field in scheme.fields
    )


def _row(field: Field, scheme: Scheme) -> dict[str, Any]:
    return {
        "id": field.id,
        "zh": field.title.zh,
        "en": field.title.en,
        "unit": field.unit,
        "kind": field.kind,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "required": field.required,
        "section": scheme.sections[field.section].zh,
        "aliases": list(field.aliases),
        "help_zh": field.help.zh,
        "help_en": field.help.en,
        "source_zh": field.source.zh,
        "source_en": field.source.en,
        "editions": _editions(field, scheme),
    }


def _editions(field: Field, scheme: Scheme) -> str:
    """Ids of the editions that ask for a field; nothing where all do."""
    asking = [
        law.id
        for law in scheme.editions
        if field.id in {other.id for other in scheme.fields_of(law)}
    ]
    return "" if len(asking) == len(scheme.editions) else " ".join(asking)


def _markdown(scheme: Scheme, rows: list[dict[str, Any]]) -> str:
    lines = [f"# {scheme.title.zh} · {scheme.title.en}", ""]
    lines += [
        "| id | 中文 | English | unit | kind | required | source |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [
            f"`{row['id']}`",
            row["zh"],
            row["en"],
            row["unit"],
            row["kind"],
            "yes" if row["required"] else "",
            f"{row['source_zh']} / {row['source_en']}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
