"""The list of firms as a file to take away: all of it, as filtered and ordered on the page."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from eligibility.app import cache
from eligibility.app.register import firms_query
from eligibility.app.register.firms_query import Choice
from eligibility.app.widgets import downloads
from eligibility.i18n import Language
from eligibility.reports.workbook import Column
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository


def columns(language: Language) -> dict[str, Column]:
    """The columns by their ids, and how they look on a sheet."""
    _ = language.text
    return {
        "name": Column(_("Firm"), width=34),
        "uscc": Column(_("Credit code"), width=21),
        "stage": Column(_("Stage"), width=10),
        "verdict": Column(_("Verdict"), width=13),
        "low": Column(_("Score, at least"), "number", 10),
        "high": Column(_("Score, at most"), "number", 10),
        "readiness": Column(_("Readiness (%)"), "whole", 10),
        "interval": Column(_("interval (90%)"), "beside", 12),
        "gap": Column(_("Nearest gap"), width=28),
        "due": Column(_("Next deadline"), "day", 12),
        "district": Column(_("District"), width=12),
        "industry": Column(_("Industry"), width=20),
        "carrier": Column(_("Carrier"), width=22),
        "adviser": Column(_("Adviser"), width=12),
        "assessed": Column(_("Last assessed"), "day", 12),
    }


def file(
    repository: Repository,
    choice: Choice,
    count: int,
    scheme: Scheme,
    language: Language,
    kind: str,
) -> bytes:
    """The first ``count`` firms of a choice, in its order, as CSV or a workbook."""
    _ = language.text
    titles = columns(language)
    held = repository.firms.page(
        choice.firms, sort=choice.sort, descending=choice.descending, limit=count
    )
    table = firms_query.table(held.rows, scheme, language).select(list(titles))
    # whole percents, as on the page: the interval says that it is known no better
    place = table.schema.get_field_index("readiness")
    table = table.set_column(place, "readiness", pc.round(table["readiness"]))
    model = cache.model()[0]
    learned = model.learned.sentence.say(language) if model else ""
    if kind == "xlsx":
        notes = [
            _("{n} firms of the register, as of {day}").format(
                n=f"{len(held.rows):,}", day=date.today()
            ),
            about_readiness(learned, language),
        ]
        return downloads.list_workbook(_("All firms"), titles, table, notes)
    table = table.rename_columns([column.title for column in titles.values()])
    if learned:
        said = pa.repeat(pa.scalar(learned), table.num_rows)
        table = table.append_column(_("Model of readiness in use now"), said)
    return downloads.table_file(table, kind)


def about_readiness(learned: str, language: Language) -> str:
    """What stands behind the chances of a list of firms."""
    _ = language.text
    said = _("Readiness with its interval (90%) is that of each firm's last assessment.")
    if not learned:
        return said
    now = _("The model in use now: {model}.").format(model=learned)
    return f"{said} {now}"
