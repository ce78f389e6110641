"""What became of a file: counts that add up, rejected rows, refusals."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pyarrow as pa
import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.status import OF_VERDICT, verdict_word
from eligibility.domain.errors import EligibilityError
from eligibility.domain.facts import RowIssue
from eligibility.domain.text import Message
from eligibility.i18n import Language
from eligibility.intake.row_batch import RowBatch
from eligibility.screening import Screening

#: rows of a table of issues before it scrolls, and how high it is then
SHOWN, TALL = 8, 300


def show_refusal(error: EligibilityError, language: Language) -> None:
    """One sentence of what could not be used; what was entered stays."""
    st.html(tag("p", error.message.say(language), cls="notice refused", role="alert"))


def show_failure(reference: str, language: Language) -> None:
    """A page that could not be drawn, and what to tell whom."""
    _ = language.text
    sentence = _(
        "Something went wrong on this page. Load it again; if that does not help, give this "
        "reference to whoever runs the app: {reference}"
    )
    st.html(tag("p", sentence.format(reference=reference), cls="notice refused", role="alert"))


def show_message(message: Message) -> None:
    """One sentence about what was just done or refused."""
    st.html(tag("p", message.say(language()), cls="notice", role="status"))


def counts(screening: Screening) -> None:
    """Rows read = scored + rejected, and the verdicts of the scored."""
    counted = screening.counts
    sum_words = _("{read} rows read = {scored} scored + {rejected} rejected").format(
        read=f"{screening.batch.read:,}",
        scored=f"{len(screening.batch.table):,}",
        rejected=f"{screening.rows_rejected:,}",
    )
    verdicts = [
        tag("span", f"{verdict_word(name, language())} {counted[name]:,}", cls=f"status {status}")
        for name, status in OF_VERDICT.items()
    ]
    st.html(tag("p", tag("strong", sum_words), *verdicts, cls="counts"))


def rejects(screening: Screening) -> None:
    """The rows that could not be used, why, and what to do; then what was taken with a remark."""
    rejected_rows(screening.batch)


def rejected_rows(batch: RowBatch) -> None:
    """The same of any batch."""
    fatal = [issue for issue in batch.issues if issue.fatal]
    remarks = [issue for issue in batch.issues if not issue.fatal]
    if fatal:
        title = _("Rejected rows: {n}").format(n=batch.read - len(batch.table))
        with st.expander(title, expanded=True, icon=":material/block:"):
            _issues(fatal)
            download_button.button(
                _("Download the rejected rows with their reasons (CSV)"),
                partial(downloads.rejects_csv, batch, language()),
                file_name="rejected.csv",
                mime="text/csv",
            )
    if remarks:
        with st.expander(_("Scored, with a remark: {n}").format(n=len(remarks))):
            _issues(remarks)


def issue_table(issues: Iterable[RowIssue]) -> pa.Table:
    """Row, firm, column, value and what was expected."""
    rows = list(issues)
    return pa.table(
        {
            _("Row"): pa.array([issue.row for issue in rows], pa.int64()),
            _("Firm"): pa.array([issue.firm for issue in rows], pa.string()),
            _("Column"): pa.array([issue.column for issue in rows], pa.string()),
            _("Value"): pa.array([issue.value for issue in rows], pa.string()),
            _("What was expected"): pa.array(
                [issue.expectation.say(language()) for issue in rows], pa.string()
            ),
        }
    )


def _issues(issues: list[RowIssue]) -> None:
    table = issue_table(issues)
    sizes = ("small", "medium", "medium", "medium", "large")
    widths = dict(zip(table.column_names, sizes, strict=True))
    st.dataframe(
        table,
        column_config={name: st.column_config.Column(width=w) for name, w in widths.items()},
        hide_index=True,
        height="content" if len(issues) <= SHOWN else TALL,
        placeholder="",
    )
