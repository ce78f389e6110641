"""Python API: assess firms given as mappings or as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.ladder import joint_fields, ladder_record
from eligibility.assessment.ladder import ladder as ladder_of
from eligibility.assessment.record import records
from eligibility.assessment.record_types import AssessmentRecord, LadderRecord
from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field, FirmTable
from eligibility.domain.results import Readiness
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.source import Source
from eligibility.intake.table import IntakeOptions, from_records, read_table
from eligibility.schemes.registry import DEFAULT_SCHEME, Scheme, load_scheme

if TYPE_CHECKING:
    from eligibility.domain.papers import PaperReading
    from eligibility.evidence.record_types import EvidenceRecord, StaffRecord

Firm = Mapping[str, object]


class Frame(Protocol):
    """A table of another library that gives its columns to Arrow: pandas, polars, pyarrow, duckdb."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


def assess(
    firm: Firm | Iterable[Firm] | FirmTable | Frame,
    *,
    as_of: date | None = None,
    scheme: str = DEFAULT_SCHEME,
    model: Path | str | None = None,
) -> list[AssessmentRecord]:
    """Assess one firm, several, or a table of them.

    Parameters
    ----------
    firm : mapping, iterable of mappings, data frame, or FirmTable
        Field id → value, as ``python -m eligibility fields`` lists them; money in CNY. What is
        left out is missing, not zero. A data frame of pandas or polars, or whatever else gives its
        columns to Arrow, has a row a firm and a column a field id.
    as_of : date, optional
        Date of application of firms that state none; today if omitted. A FirmTable has its dates.
    scheme : str, optional
        The qualification.
    model : path, optional
        Folder of a trained model; without one nothing is said of readiness.

    Returns
    -------
    list of dict
        One record a firm, in their order, as ``assess --format json`` prints them.

    Raises
    ------
    InputError
        If a value cannot be read or a firm contradicts itself; the sentence names it.
    DateNotCovered
        If no edition of the law covers an application date.
    ModelRefused
        If the model cannot be trusted or used.
    """
    qualification = load_scheme(scheme)
    table = firm if isinstance(firm, FirmTable) else firms(firm, as_of=as_of, scheme=scheme)
    return records(assess_table(table, qualification), readiness_judge(model))


def score(
    firm: Firm | Iterable[Firm] | FirmTable | Frame,
    *,
    as_of: date | None = None,
    scheme: str = DEFAULT_SCHEME,
    model: Path | str | None = None,
    as_frame: bool = False,
) -> Any:
    """One row a firm, as ``python -m eligibility score`` writes them.

    Parameters
    ----------
    firm, as_of, scheme, model
        As of :func:`assess`.
    as_frame : bool
        A DataFrame of pandas instead of a table of pyarrow.

    Returns
    -------
    pyarrow.Table or pandas.DataFrame
        In the order of the firms; ``row`` counts them from 1.
    """
    # what writes tables takes longer to import than an assessment does
    from eligibility.i18n import ENGLISH
    from eligibility.reports.score_table import scored_table

    qualification = load_scheme(scheme)
    table = firm if isinstance(firm, FirmTable) else firms(firm, as_of=as_of, scheme=scheme)
    judge = None if model is None else readiness_judge(model)
    rows = np.arange(1, len(table) + 1)
    scored = scored_table(assess_table(table, qualification), rows, qualification, ENGLISH, judge)
    return scored.to_pandas() if as_frame else scored


def ladder(
    firm: Firm | Iterable[Firm] | FirmTable | Frame, *, as_of: date | None = None
) -> list[LadderRecord]:
    """The ladder of qualifications of one firm, several, or a table of them.

    Parameters
    ----------
    firm, as_of
        As of :func:`assess`, with the fields of all schemes.

    Returns
    -------
    list of LadderRecord
        One record a firm, in their order, as ``ladder --format json`` prints them.
    """
    table = firm if isinstance(firm, FirmTable) else firms(firm, as_of=as_of, fields=joint_fields())
    every = ladder_of(table)
    return [ladder_record(every, row) for row in range(table.rows)]


def readiness_judge(model: Path | str | None) -> Callable[[Assessment], Readiness | None]:
    """What says how ready the firms of an assessment are; without a model, nothing."""
    if model is None:
        return lambda _: None
    # scikit-learn takes over a second to import, which those who have no model need not wait for
    from eligibility.readiness.artifact import load

    return load(Path(model)).readiness


def firms(
    firm: Firm | Iterable[Firm] | Frame,
    *,
    as_of: date | None = None,
    scheme: str = DEFAULT_SCHEME,
    fields: Sequence[Field] | None = None,
) -> FirmTable:
    """The columns of one or several firms, checked as any input is.

    ``fields`` is all that they may hold; what the scheme asks for, if omitted.
    """
    batch = read_firms(firm, as_of=as_of, scheme=scheme, fields=fields)
    if (fatal := [issue for issue in batch.issues if issue.fatal]) or batch.rejects.num_rows:
        raise InputError("{issue}", issue=fatal[0].sentence)
    return batch.table


def read_firms(
    firm: Firm | Iterable[Firm] | Frame,
    *,
    as_of: date | None = None,
    scheme: str = DEFAULT_SCHEME,
    fields: Sequence[Field] | None = None,
) -> RowBatch:
    """Firms as :func:`firms` reads them, and with them every issue of those that cannot be used."""
    qualification = load_scheme(scheme)
    fields = qualification.fields if fields is None else fields
    records = _mappings(firm)
    return from_records(
        records, fields, _options(qualification, as_of), catalogue=qualification.titles_by_code
    )


def _mappings(firm: Firm | Iterable[Firm] | Frame) -> list[Firm]:
    """Firms as mappings of field id to value, whatever they came as.

    Raises
    ------
    InputError
        If they are neither mappings nor a table.
    """
    if isinstance(firm, Mapping):
        return [firm]
    if hasattr(firm, "__arrow_c_stream__"):
        if _is_pandas(firm) and not hasattr(firm, "columns"):
            raise _no_firm(firm)
        # a frame of pandas may have columns of mixed values, which Arrow has no type for
        rows: list[Firm] = _rows_of_pandas(firm) if _is_pandas(firm) else pa.table(firm).to_pylist()
        return rows
    given = [] if isinstance(firm, str | bytes) or not isinstance(firm, Iterable) else list(firm)
    if not given or not all(isinstance(each, Mapping) for each in given):
        if isinstance(firm, list | tuple) and not firm:
            return []
        raise _no_firm(given[0] if given else firm)
    return given


def _no_firm(value: object) -> InputError:
    return InputError(
        "{kind} is no firm: expected a mapping of field id to value, several of them, or a data "
        "frame with a row a firm.",
        kind=type(value).__name__,
    )


def _rows_of_pandas(frame: Any) -> list[Firm]:
    """The rows of a pandas frame; an index with a name is a column as well."""
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    if not frame.columns.is_unique:
        again = frame.columns[frame.columns.duplicated()].unique()
        raise InputError(
            "The data frame has several columns of one name: {names}.",
            names=", ".join(map(str, again)),
        )
    rows: list[Firm] = frame.to_dict(orient="records")
    return rows


def _is_pandas(frame: object) -> bool:
    return type(frame).__module__.partition(".")[0] == "pandas"


def read_documents(
    papers: Source | Iterable[Source],
    *,
    as_of: date | None = None,
    scheme: str = DEFAULT_SCHEME,
    firm: str | None = None,
) -> PaperReading:
    """Read the papers of one firm, as :func:`eligibility.documents.reading.read_documents` does."""
    # what reads papers takes as long to import as all else of this module
    from eligibility.documents import reading

    return reading.read_documents(papers, as_of=as_of, scheme=scheme, firm=firm)


def count_staff(
    roster: Source,
    *,
    insurance: Source | None = None,
    hours: Source | None = None,
    as_of: date | None = None,
    year: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    count_open: bool = False,
    scheme: str = DEFAULT_SCHEME,
) -> StaffRecord:
    """Head counts of a firm's people from its lists, as ``staff --json`` prints them.

    Parameters
    ----------
    roster, insurance, hours, year, first_day, last_day, count_open
        As of :func:`eligibility.evidence.staff_report.report_staff`.
    as_of : date, optional
        Of the application; today if omitted.
    scheme : str, optional
        The qualification.

    Returns
    -------
    StaffRecord
        Row numbers and figures; no name and no number of a person.
    """
    from eligibility.evidence.staff_report import report_staff, staff_record

    report = report_staff(
        roster, load_scheme(scheme), insurance=insurance, hours=hours, as_of=as_of or date.today(),
        year=year, first_day=first_day, last_day=last_day, count_open=count_open,
    )  # fmt: skip
    return staff_record(report)


def evidence(
    lists: Mapping[str, Sequence[Mapping[str, str | None]]],
    firm: Firm | FirmTable | None = None,
    *,
    as_of: date | None = None,
    scheme: str = DEFAULT_SCHEME,
    without: Sequence[str] = (),
) -> EvidenceRecord:
    """Chain of evidence of one firm: who is linked to what in its lists, and what does not fit.

    Parameters
    ----------
    lists : mapping of list id to rows
        Texts by column, amounts in 万元, as they stand in the lists of the self-assessment.
    firm : mapping or FirmTable of one row, optional
        What is stated beside the lists, as of :func:`assess`.
    as_of, scheme
        As of :func:`assess`.
    without : sequence of str
        Checks of practice to leave out.

    Returns
    -------
    EvidenceRecord
        As ``evidence --format json`` prints it.
    """
    # most who assess firms have no lists
    from eligibility.evidence.chain_record import evidence_record
    from eligibility.evidence.checks import examine

    qualification = load_scheme(scheme)
    figures = firm if isinstance(firm, FirmTable) else firms(firm or {}, as_of=as_of, scheme=scheme)
    return evidence_record(examine(lists, figures, qualification, (), without), qualification)


def assess_file(
    path: Path | str,
    *,
    as_of: date | None = None,
    scheme: str = DEFAULT_SCHEME,
    model: Path | str | None = None,
) -> tuple[list[AssessmentRecord], RowBatch]:
    """Assess every readable row of a CSV or Excel file; the batch holds the rest and why."""
    qualification = load_scheme(scheme)
    batch = read_table(
        path,
        qualification.fields,
        _options(qualification, as_of),
        catalogue=qualification.titles_by_code,
    )
    return records(assess_table(batch.table, qualification), readiness_judge(model)), batch


def _options(scheme: Scheme, as_of: date | None) -> IntakeOptions:
    day = as_of or date.today()
    if isinstance(day, datetime):
        # as of pandas, which does not compare with days
        day = day.date()
    if not isinstance(day, date):
        raise InputError("as_of is {value}; expected a date.", value=repr(day))
    scheme.in_force(day)
    return IntakeOptions(application_date=day, covered_from=scheme.covered_from)
