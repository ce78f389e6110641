"""``simulate``, ``train`` and ``evaluate``: what past applications teach."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.cli.common import (
    Encoding,
    MoneyUnit,
    SchemeId,
    Sheet,
    Tongue,
    end,
    held_scheme,
    refusals,
    report_file,
)
from eligibility.cli.file_input import FileInput
from eligibility.domain.errors import InputError
from eligibility.i18n import Language
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.readiness.training_data import TrainingData

PastFile = Annotated[
    Path,
    typer.Argument(
        metavar="PAST.csv", help="Past applications: candidates, applied_year and certified."
    ),
]


class Process(StrEnum):
    """How invented applications are decided."""

    LAW = "law"
    COMPENSATING = "compensating"


def simulate(
    output: Annotated[Path, typer.Option("--output", "-o", help="PAST.csv")],
    rows: Annotated[int, typer.Option("-n", min=1, help="How many applications.")] = 600,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same file.")] = 0,
    process: Annotated[Process, typer.Option("--process", help="What decides.")] = Process.LAW,
    with_chance: Annotated[
        bool, typer.Option("--with-chance", help="Add the true chance of each application.")
    ] = False,
    lang: Tongue = None,
) -> None:
    """Invent past applications to try the program with; every row says that it is invented."""
    from eligibility.atomic_file import check_output
    from eligibility.simulation.applications import simulate as invent
    from eligibility.simulation.file import write_applications

    with refusals(lang):
        check_output(output)
        applications = invent(rows, seed, process.value)
        write_applications(applications, held_scheme(DEFAULT_SCHEME), output, with_chance)


def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the model.")],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="PAST.csv",
            help="Past applications: candidates, applied_year and certified; or --store.",
        ),
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="The decided applications of the register instead.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of folds and resamples.")] = 0,
    skops: Annotated[
        Path | None,
        typer.Option("--skops", help="Also write the estimator to this file, in the skops format."),
    ] = None,
    money_unit: MoneyUnit = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Learn from past applications: estimators compared, the best kept, with its card."""
    from eligibility.atomic_file import atomic_folder, check_output
    from eligibility.readiness.artifact import write_model
    from eligibility.readiness.model_card import comparison
    from eligibility.readiness.paths import FILES, models_folder
    from eligibility.readiness.skops_file import export_skops, skops_format
    from eligibility.readiness.training import train as learn

    if (file is None) is not store:
        raise typer.BadParameter("PAST.csv or --store, one of them.")
    with refusals(lang) as spoken, _stages(spoken) as progress:
        if skops is not None:
            skops_format()
            check_output(skops)
        with atomic_folder(output, FILES) as folder:
            if file is None:
                past = _of_register(scheme, spoken)
            else:
                past = _read(file, scheme, money_unit, encoding, sheet, spoken)
            trained = learn(past, scheme, seed, progress)
            write_model(trained, folder)
        if skops is not None:
            export_skops(trained.model, skops)
        for line in comparison(trained, spoken):
            print(line)
        print(trained.words.say(spoken))
        if not output.resolve().is_relative_to(models_folder().resolve()):
            sentence = spoken.text(
                "Models are only read from {models}; set ELIGIBILITY_MODELS={folder} to use this one"
            )
            words = sentence.format(models=models_folder(), folder=output.resolve().parent)
            print(words, file=sys.stderr)
    end(past.batch)


def evaluate(
    file: PastFile,
    model: Annotated[Path, typer.Option("--model", help="Folder of the model.")],
    money_unit: MoneyUnit = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Compare a model with new outcomes: is it still right, or to be trained again?"""
    from eligibility.readiness.artifact import load
    from eligibility.readiness.model_card import monitoring_text
    from eligibility.readiness.monitoring import watch

    with refusals(lang) as spoken:
        readiness_model = load(model)
        past = _read(
            file,
            scheme,
            money_unit,
            encoding,
            sheet,
            spoken,
            edition=readiness_model.training.edition,
        )
        for line in monitoring_text(watch(readiness_model, past), spoken):
            print(line)
    end(past.batch)


def _read(
    file: Path,
    scheme: str,
    money_unit: MoneyUnit,
    encoding: Encoding,
    sheet: Sheet,
    language: Language,
    edition: str | None = None,
) -> TrainingData:
    from eligibility.readiness.training_data import read_past

    qualification = held_scheme(scheme)
    source = FileInput(money_unit=money_unit, encoding=encoding, sheet=sheet)
    past = read_past(
        file,
        qualification,
        source.options(qualification),
        law=qualification.edition(edition) if edition else None,
    )
    _report_past(past, language)
    return past


def _of_register(scheme: str, language: Language) -> TrainingData:
    from eligibility.readiness.training_data import past_of_records
    from eligibility.store import Repository, Role, System, open_store

    repository = Repository(open_store(), System(Role.MANAGER))
    applications = repository.applications.past_applications(scheme)
    if not applications:
        raise InputError(
            "No application of the register is decided and has an assessment at application."
        )
    past = past_of_records(applications, held_scheme(scheme))
    _report_past(past, language)
    return past


def _report_past(past: TrainingData, language: Language) -> None:
    """What was read, and what of it counts."""
    report_file(past.batch, language)
    for count, sentence in (
        (past.unknown, language.text("{count} rows left out: they do not say what became of them")),
        (
            past.elsewhere,
            language.text(
                "{count} applications under other rules count by the conditions they share with these"
            ),
        ),
    ):
        if count:
            print(sentence.format(count=count), file=sys.stderr)


@contextmanager
def _stages(language: Language) -> Iterator[Callable[[str, float], None]]:
    """What is being fitted, on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _what, _share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda what, share: bar.update(task, completed=share, description=language.text(what))
