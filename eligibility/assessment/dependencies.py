"""Dependencies: the figures of one firm that each condition rests on, found by varying them one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.schemes.registry import Scheme

#: the day of application chooses the law itself
FIXED = frozenset({"application_date"})
#: two variants of every figure: left blank, and another one
VARIANTS = 2


def condition_fields(firm: FirmTable, scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """The fields that each condition rests on, of those that the firm gives.

    A condition rests on a figure if its finding, or for the score any item, would be another with
    the figure left blank or changed. So a total that categories replace is not among them.

    Parameters
    ----------
    firm : FirmTable
        Of one row.
    scheme : Scheme

    Returns
    -------
    dict of condition id to field ids
        In the order of the form.
    """
    columns = [
        field.id for field in scheme.fields if field.id not in FIXED and not firm.blank(field.id)[0]
    ]
    table = firm.take(np.zeros(1 + VARIANTS * len(columns), dtype=np.intp))
    varied = {}
    for place, name in enumerate(columns):
        first = 1 + VARIANTS * place
        varied[name] = _vary(table.columns[name], first)
    (assessment,) = assess_table(table.with_columns(varied), scheme)
    return {
        condition: tuple(
            name
            for place, name in enumerate(columns)
            if changed[1 + VARIANTS * place : 1 + VARIANTS * (place + 1)].any()
        )
        for condition, changed in _changed_rows(assessment)
    }


def _vary(column: NDArray[Any], first: int) -> NDArray[Any]:
    """The column with its blank in one row and another value in the next, where there is one."""
    column = column.copy()
    match column.dtype.kind:
        case "M":
            column[first] = np.datetime64("NaT", "D")
        case "f":
            column[first] = np.nan
            # of a yes the no; of any figure one that no rounding hides
            column[first + 1] = 1.0 - column[0] if column[0] in (0.0, 1.0) else column[0] / 2
        case _:
            column[first] = None
    return column


def _changed_rows(assessment: Assessment) -> Iterator[tuple[str, Bools]]:
    """By condition, the rows whose finding is not that of the first row."""
    for name, finding in assessment.findings.items():
        if assessment.law.conditions_by_id[name].judges == "score":
            items = assessment.score.items.values()
            figures = [each for item in items for each in (item.low, item.high, item.observed)]
        else:
            figures = [finding.status.astype(np.float64), finding.observed, *finding.terms.values()]
            figures += [] if finding.interval is None else list(finding.interval)
        yield name, np.logical_or.reduce([_differs(each) for each in figures])


def _differs(figures: Floats) -> Bools:
    return np.asarray((figures != figures[0]) & ~(np.isnan(figures) & np.isnan(figures[0])))
