"""A register that the sample firms fill, as after some months of work on it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from eligibility.app.register import import_steps
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.readiness.artifact import load
from eligibility.schemes.registry import load_scheme
from eligibility.screening import screen
from eligibility.store import EARLY_STAGES, LOCAL, Repository, Stage, open_store

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data" / "candidates.csv"
MODELS = ROOT / "models"
TARGET = 50
#: firms by the stage they have reached, the furthest first; the others stay surveyed
REACHED = {Stage.CERTIFIED: 14, Stage.APPLIED: 11, Stage.READY: 18, Stage.NURTURED: 41}


def fill(folder: Path) -> Repository:
    """Import the sample into the store of that folder and work on its firms."""
    scheme, today = load_scheme(), date.today()
    repository = Repository(open_store(f"sqlite:///{folder}/eligibility.sqlite"), LOCAL)
    batch = read_table(
        (SAMPLE.name, SAMPLE.read_bytes()),
        scheme.fields,
        IntakeOptions(application_date=today),
        catalogue=scheme.titles_by_code,
    )
    screening = screen(batch, scheme, load(MODELS / scheme.id))
    repository.imports.confirm(import_steps.stage(repository, SAMPLE.name, screening))
    repository.administration.set_target(today.year, TARGET, 0)
    best = repository.firms.page(sort="score_low", descending=True, limit=len(batch.table)).rows
    eligible = [row for row in best if row["verdict"] == "eligible"]
    ranked = eligible + [row for row in best if row["verdict"] != "eligible"]
    for stage, count in REACHED.items():
        part, ranked = ranked[:count], ranked[count:]
        if stage in EARLY_STAGES:
            repository.firms.set_stage({row["id"]: row["version"] for row in part}, stage)
        else:
            made = {"certified": True} if stage is Stage.CERTIFIED else {}
            repository.applications.save_outcomes((row["id"], today.year, made, 0) for row in part)
        if stage is Stage.READY:
            for days, row in enumerate(part[:6], 1):
                due = today + timedelta(days=7 * days)
                repository.casework.add_task(
                    row["id"], {"title": "核对研发费用专项审计", "due_on": due}
                )
    return repository
