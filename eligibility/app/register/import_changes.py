"""What a stored import changed: firms that turned, findings, figures, and firms that it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app import cache
from eligibility.app.register.change_words import change_lines
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.status import verdict_word
from eligibility.domain.text import msgid
from eligibility.store import Repository

Row = Mapping[str, Any]
#: rows before a table scrolls, and how high it is then
SHOWN, TALL = 12, 460
STATUS_WORDS = {
    "met": msgid("met"),
    "unmet": msgid("not met"),
    "undetermined": msgid("undetermined"),
}


def changes(repository: Repository, row: Row) -> None:
    """The changes of an import as lists, each to look at and to take away."""
    told = repository.imports.changes(row["id"])
    st.header(_("What changed"), anchor=False)
    rose, fell, others = _turns(told["firms"])
    parts = {
        _("Became eligible"): _verdicts(rose),
        _("No longer eligible"): _verdicts(fell),
        _("Another verdict"): _verdicts(others),
        _("Conditions that turned"): _findings(told["firms"]),
        _("Names, places and figures"): _fields(told["firms"]),
        _("In the file before, and not in this one"): pa.table(
            {
                _("Firm"): pa.array([each["name"] for each in told["missing"]], pa.string()),
                _("Credit code"): pa.array([each["uscc"] for each in told["missing"]], pa.string()),
            }
        ),
    }
    filled = {title: table for title, table in parts.items() if table.num_rows}
    if not filled:
        st.caption(_("No firm turned, and no figure that was held is another one now."))
    for number, (title, table) in enumerate(filled.items()):
        with st.expander(f"{title}: {table.num_rows:,}", expanded=number == 0):
            st.dataframe(
                table,
                hide_index=True,
                height="content" if table.num_rows <= SHOWN else TALL,
                placeholder=fmt.NOTHING,
            )
            download_button.button(
                _("Download this list (CSV)"),
                partial(downloads.table_file, table, "csv"),
                file_name=f"{title}.csv",
                mime=downloads.MIMES["csv"],
                icon=":material/download:",
                key=f"changes:{row['id']}:{number}",
            )


def _turns(firms: Sequence[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Firms with a verdict other than before: those that rose to eligible, fell from it, others."""
    rose: list[Row] = []
    fell: list[Row] = []
    others: list[Row] = []
    for firm in firms:
        before, after = firm["before"], firm["after"]
        if before is None or after is None or before["verdict"] == after["verdict"]:
            continue
        group = (
            rose if after["verdict"] == "eligible"
            else fell if before["verdict"] == "eligible"
            else others
        )  # fmt: skip
        group.append(firm)
    return rose, fell, others


def _verdicts(firms: Sequence[Row]) -> pa.Table:
    def score(side: Row) -> str | None:
        low = side["score_low"]
        return None if low is None else fmt.interval(low, side["score_high"])

    def column(values: Any) -> pa.Array:
        return pa.array(list(values), pa.string())

    return pa.table(
        {
            _("Firm"): column(firm["firm"] for firm in firms),
            _("Credit code"): column(firm["uscc"] for firm in firms),
            _("Before"): column(
                verdict_word(firm["before"]["verdict"], language()) for firm in firms
            ),
            _("Now"): column(verdict_word(firm["after"]["verdict"], language()) for firm in firms),
            _("Score before"): column(score(firm["before"]) for firm in firms),
            _("Score now"): column(score(firm["after"]) for firm in firms),
        }
    )


def _findings(firms: Sequence[Row]) -> pa.Table:
    titles = {
        condition.id: language().of(condition.title)
        for edition in cache.scheme().editions
        for condition in edition.conditions
    }
    rows = [
        (firm["firm"], firm["uscc"], titles.get(name, name), _word(was), _word(now))
        for firm in firms
        if firm["before"] and firm["after"]
        for name, now in firm["after"]["findings"].items()
        for was in (firm["before"]["findings"].get(name),)
        if was is not None and was != now
    ]
    return _rows_table((_("Firm"), _("Credit code"), _("Condition"), _("Before"), _("Now")), rows)


def _fields(firms: Sequence[Row]) -> pa.Table:
    rows = [
        (firm["firm"], firm["uscc"], line)
        for firm in firms
        for line in change_lines(firm["changed"])
    ]
    return _rows_table((_("Firm"), _("Credit code"), _("Change")), rows)


def _rows_table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(heads)
    return pa.table(
        {
            head: pa.array(list(column), pa.string())
            for head, column in zip(heads, columns, strict=True)
        }
    )


def _word(status: str) -> str:
    return _(STATUS_WORDS.get(status, status))
