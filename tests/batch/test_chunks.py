"""Parts of a file with their results: of its troubles the first few are told."""

from __future__ import annotations

from datetime import date

from eligibility.batch.chunks import ISSUES_SHOWN, Scorer
from eligibility.i18n import ENGLISH
from eligibility.intake.table import IntakeOptions, read_batches
from tests.firms import HNTE


def test_the_first_troubles_of_a_file_are_told_however_it_is_cut() -> None:
    rows = "".join(f"Firm {row},x\n" for row in range(2, 42)).encode()
    batches = read_batches(
        ("firms.csv", b"name,staff_total\n" + rows),
        HNTE.fields,
        IntakeOptions(application_date=date(2026, 5, 10)),
        rows_per_batch=15,
    )
    parts = list(Scorer(HNTE, ENGLISH, False, None).score_each(batches))
    assert [part.rejects.num_rows for part in parts] == [15, 15, 10]
    issues = [issue.row for part in parts for issue in part.issues]
    assert issues == list(range(2, ISSUES_SHOWN + 2))
