"""``stress``: what firms' results would be if reviewers struck something of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import (
    SchemeId,
    Tongue,
    end,
    held_scheme,
    refusals,
    report_file,
)
from eligibility.cli.file_input import FileInput, one_firm, reads_file
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME


@reads_file
def stress(
    file: Annotated[Path, typer.Argument(help="CSV or Excel file, one row a firm.")],
    firm: Annotated[
        str | None,
        typer.Option(
            "--firm", help="Credit code or name of one firm; the count of all firms if omitted."
        ),
    ] = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    *,
    source: FileInput,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Stress test: which conditions fall if reviewers do not accept some staff, cost or income."""
    from eligibility.assessment.stress import count_falls, stress_record, stress_rules
    from eligibility.reports.stress_text import stress_text

    with refusals(lang) as spoken:
        qualification = held_scheme(scheme)
        batch = source.read(file, qualification)
        if firm is not None:
            row = one_firm(batch.table, firm, file)
            record = stress_record(batch.table.take(np.array([row])), qualification)
            text = json_text(record) if form is Result.JSON else stress_text(record, spoken) + "\n"
        else:
            counts = count_falls(batch.table, qualification)
            titles = {rule.id: rule.title for rule in stress_rules(qualification).shares}
            sentence = spoken.text("{strike}: {n} eligible firms would fall")
            text = (
                json_text(counts)
                if form is Result.JSON
                else "".join(
                    sentence.format(strike=spoken.of(titles[name]), n=count) + "\n"
                    for name, count in counts.items()
                )
            )
        print(text, end="")
        report_file(batch, spoken)
    end(batch)
