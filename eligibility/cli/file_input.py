"""File input of a command: which options say how a file of firms is read, and its reading.

A command states one parameter of the type ``FileInput`` and stands under ``reads_file``; on the command
line its options stand in that parameter's place.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from eligibility.cli.common import (
    AsOf,
    BlankBadCells,
    Columns,
    Encoding,
    MoneyUnit,
    Sheet,
    Units,
    day_of,
)
from eligibility.domain.errors import InputError
from eligibility.intake.firm_names import name_key

if TYPE_CHECKING:
    # only for types: a command imports what it needs, so that --help stays quick
    from eligibility.domain.facts import Field, FirmTable
    from eligibility.intake.row_batch import RowBatch
    from eligibility.intake.table import IntakeOptions
    from eligibility.schemes.registry import Scheme

T = TypeVar("T")


@dataclass(frozen=True)
class FileInput:
    """How a file of firms is to be read, as the options of a command say.

    Attributes
    ----------
    as_of : str, optional
        Day of application of rows that state none; today if omitted.
    money_unit : Unit, optional
        Of money columns whose header states none.
    encoding, sheet : str, optional
        Of the file; found by content if omitted.
    blank_bad_cells : bool
        Whether a row with a cell that cannot be read is taken, that cell blank.
    column, unit : list of str, optional
        Pairs NAME=FIELD and FIELD=UNIT.
    """

    as_of: AsOf = None
    money_unit: MoneyUnit = None
    encoding: Encoding = None
    sheet: Sheet = None
    blank_bad_cells: BlankBadCells = False
    column: Columns = None
    unit: Units = None

    @property
    def day(self) -> date:
        """Day of application of rows that state none.

        Raises
        ------
        InputError
            If it is no date.
        """
        return day_of(self.as_of)

    def options(self, scheme: Scheme) -> IntakeOptions:
        """Options of the reader of files.

        Raises
        ------
        InputError
            If an option is malformed, or no edition of the scheme is in force on the day.
        """
        from eligibility.intake.table import IntakeOptions

        scheme.in_force(self.day)
        return IntakeOptions(
            money_unit=self.money_unit.value if self.money_unit else None,
            encoding=self.encoding,
            sheet=self.sheet,
            blank_bad_cells=self.blank_bad_cells,
            application_date=self.day,
            covered_from=scheme.covered_from,
            columns=_pairs("--column", self.column),
            units=_pairs("--unit", self.unit),
        )

    def read(
        self,
        file: Path,
        scheme: Scheme,
        fields: Sequence[Field] | None = None,
        catalogue: Mapping[str, Any] | None = None,
    ) -> RowBatch:
        """The firms of a file, with its rejected rows; the fields are the scheme's if omitted."""
        from eligibility.intake.table import read_table

        titles = scheme.titles_by_code if catalogue is None else catalogue
        return read_table(file, fields or scheme.fields, self.options(scheme), catalogue=titles)


def reads_file(command: Callable[..., T]) -> Callable[..., T]:
    """Decorator of commands: the options of ``FileInput`` stand where a parameter of that type is."""
    hints = get_type_hints(command, include_extras=True)
    (name,) = (each for each, hint in hints.items() if hint is FileInput)
    options = get_type_hints(FileInput, include_extras=True)

    @wraps(command)
    def call(**arguments: Any) -> T:
        source = FileInput(**{option: arguments.pop(option) for option in options})
        return command(**arguments, **{name: source})

    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        expanded = (
            [
                parameter.replace(
                    name=field.name, default=field.default, annotation=options[field.name]
                )
                for field in fields(FileInput)
            ]
            if parameter.name == name
            else [parameter.replace(annotation=hints[parameter.name])]
        )
        parameters += [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in expanded]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in parameters}
    return call


def one_firm(firms: FirmTable, firm: str | None, file: Path) -> int:
    """The place of the one row of a firm, by its credit code or its full name in any spelling.

    Raises
    ------
    InputError
        If there is none or several; if no firm is named, unless the file has a single row.
    """
    if not firm:
        if firms.rows != 1:
            raise InputError(
                "{file} has {count} usable rows; name the firm with --firm.",
                file=file.name,
                count=firms.rows,
            )
        return 0
    key = name_key(firm)
    rows = [
        row
        for row, (code, name) in enumerate(
            zip(firms.texts("uscc"), firms.texts("name"), strict=True)
        )
        if key in {name_key(text) for text in (code, name) if text}
    ]
    if not rows:
        raise InputError(
            "{file} has no usable row of the firm {firm}; give its credit code or full name.",
            file=file.name,
            firm=firm,
        )
    if len(rows) > 1:
        raise InputError(
            "{file} has {count} rows of the firm {firm}; one is expected.",
            file=file.name,
            count=len(rows),
            firm=firm,
        )
    return rows[0]


def _pairs(option: str, texts: Sequence[str] | None) -> tuple[tuple[str, str], ...]:
    """Texts of the form NAME=VALUE as pairs; a name may hold the mark itself."""
    pairs = []
    for text in texts or ():
        name, mark, value = text.rpartition("=")
        if not mark or not name.strip() or not value.strip():
            raise InputError("{option} {value}: expected NAME=VALUE.", option=option, value=text)
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)
