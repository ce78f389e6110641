"""``ladder``: what firms can get now, what next, and what they lack for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import (
    AsOf,
    BlankBadCells,
    Encoding,
    MoneyUnit,
    Sheet,
    Tongue,
    end,
    held_scheme,
    intake_options,
    refusals,
    report_file,
)
from eligibility.cli.planning import row_of
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME


def ladder(
    file: Annotated[Path, typer.Argument(help="CSV or Excel file, one row a firm.")],
    firm: Annotated[
        str | None,
        typer.Option("--firm", help="Credit code or name of one firm; every firm if omitted."),
    ] = None,
    as_of: AsOf = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    money_unit: MoneyUnit = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    blank_bad_cells: BlankBadCells = False,
    lang: Tongue = None,
) -> None:
    """The ladder of qualifications: what each firm can get now, what next, what it lacks for that."""
    from eligibility.assessment.ladder import joint_fields, ladder_record, rungs
    from eligibility.assessment.ladder import ladder as judged
    from eligibility.intake.table import read_table
    from eligibility.reports.ladder_text import ladder_points

    with refusals(lang) as spoken:
        scheme = held_scheme(DEFAULT_SCHEME)
        options = intake_options(scheme, as_of, money_unit, encoding, sheet, blank_bad_cells)
        titles = {code: title for rung in rungs() for code, title in rung.titles_by_code.items()}
        batch = read_table(file, joint_fields(), options, catalogue=titles)
        firms = batch.table
        if firm is not None:
            firms = firms.take(np.array([row_of(firms, firm, file)]))
        climbing = judged(firms)
        ladders = [ladder_record(climbing, row) for row in range(firms.rows)]
        if form is Result.JSON:
            print(json_text(ladders), end="")
        else:
            print("\n\n".join(ladder_points(one, spoken) for one in ladders))
        report_file(batch, spoken)
    end(batch)
