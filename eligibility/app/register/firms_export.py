"""The list of firms as a file to take away: all of it, as filtered and ordered on the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from eligibility.app import cache
from eligibility.app.register import firms_query
from eligibility.app.register.firms_query import FirmListQuery
from eligibility.app.widgets import downloads
from eligibility.i18n import Language
from eligibility.reports.workbook import SheetColumn
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository


def columns(language: Language) -> dict[str, SheetColumn]:
    """The columns by their ids, and how they look on a sheet."""
    _ = language.text
    return {
        "name": SheetColumn(_("Firm"), width=34),
        "uscc": SheetColumn(_("Credit code"), width=21),
        "stage": SheetColumn(_("Stage"), width=10),
        "verdict": SheetColumn(_("Verdict"), width=13),
        "low": SheetColumn(_("Score, at least"), "number", 10),
        "high": SheetColumn(_("Score, at most"), "number", 10),
        "readiness": SheetColumn(_("Readiness (%)"), "whole", 10),
        "interval": SheetColumn(_("interval (90%)"), "beside", 12),
        "gap": SheetColumn(_("Nearest gap"), width=28),
        "due": SheetColumn(_("Next deadline"), "day", 12),
        "district": SheetColumn(_("District"), width=12),
        "industry": SheetColumn(_("Industry"), width=20),
        "carrier": SheetColumn(_("Carrier"), width=22),
        "adviser": SheetColumn(_("Adviser"), width=12),
        "assessed": SheetColumn(_("Last assessed"), "day", 12),
        "contact": SheetColumn(_("Contact"), width=14),
        "phone": SheetColumn(_("Phone"), width=16),
        "wechat": SheetColumn(_("WeChat"), width=14),
        "mail": SheetColumn(_("Mail"), width=22),
    }


def file(
    repository: Repository,
    choice: FirmListQuery,
    count: int,
    scheme: Scheme,
    language: Language,
    kind: str,
) -> bytes:
    """The first ``count`` firms of a choice, in its order, as CSV or a workbook."""
    _ = language.text
    titles = columns(language)
    page = repository.firms.page(
        choice.firms, sort=choice.sort, descending=choice.descending, limit=count
    )
    table = firms_query.table(page.rows, scheme, language)
    table = _with_contacts(table, repository, [row["id"] for row in page.rows])
    table = table.select(list(titles))
    # whole percents, as on the page: the interval says that it is known no better
    place = table.schema.get_field_index("readiness")
    table = table.set_column(place, "readiness", pc.round(table["readiness"]))
    model = cache.model()[0]
    training_text = model.training.sentence.say(language) if model else ""
    if kind == "xlsx":
        notes = [
            _("{n} firms of the register, as of {day}").format(
                n=f"{len(page.rows):,}", day=date.today()
            ),
            about_readiness(training_text, language),
        ]
        return downloads.list_workbook(_("All firms"), titles, table, notes)
    table = table.rename_columns([column.title for column in titles.values()])
    if training_text:
        source_column = pa.repeat(pa.scalar(training_text), table.num_rows)
        table = table.append_column(_("Model of readiness in use now"), source_column)
    return downloads.table_file(table, kind)


def _with_contacts(table: pa.Table, repository: Repository, firm_ids: Sequence[int]) -> pa.Table:
    """The first person of each firm, as far as whoever asks may see it."""
    by_firm = repository.contacts.of_firms(firm_ids)
    persons = [next(iter(by_firm.get(firm_id, ())), {}) for firm_id in firm_ids]
    for column, name in (("contact", "name"), ("phone",) * 2, ("wechat",) * 2, ("mail",) * 2):
        texts = pa.array([person.get(name) for person in persons], pa.string())
        table = table.append_column(column, texts)
    return table


def about_readiness(training_text: str, language: Language) -> str:
    """What stands behind the chances of a list of firms."""
    _ = language.text
    sentence = _("Readiness with its interval (90%) is that of each firm's last assessment.")
    if not training_text:
        return sentence
    now = _("The model in use now: {model}.").format(model=training_text)
    return f"{sentence} {now}"
