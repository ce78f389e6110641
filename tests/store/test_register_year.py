"""A year of 240 firms played by script: every number that is told of it is told alike each month."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from eligibility.app import cache
from eligibility.app.register import import_steps
from eligibility.city.settings import load_city
from eligibility.register.register_year import register_year
from eligibility.register.year_candidates import year_candidates
from eligibility.register.year_record import year_record
from eligibility.schemes.registry import load_scheme
from eligibility.store import LOCAL, FirmFilter, Repository, Stage
from eligibility.store.engine import connect

YEAR = 2026
#: what `portfolio --store --format json` holds
KEYS = {
    "city", "year", "as_of", "firms", "chances", "calibrated", "capacity", "scenarios", "target",
    "forecast", "funnel", "districts", "industries", "carriers", "support", "training", "deadlines",
    "outcome_next", "at_prior", "tally",
}  # fmt: skip
TALLY_KEYS = {
    "year", "as_of", "firms", "stages", "applications", "pending", "certifications", "refusals",
    "funnel", "elsewhere", "certificates", "expiries", "cancellations",
}  # fmt: skip


class Clock:
    """The moment of the play."""

    at = datetime(YEAR, 1, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


class Play:
    """The register of the play, and what its script says of it."""

    def __init__(self, engine: Engine) -> None:
        self.clock = Clock()
        self.repository = Repository(engine, LOCAL, self.clock)
        self.city, self.scheme = load_city(), load_scheme()
        self.applied: dict[int, bool | None] = {}
        self.cancelled: set[int] = set()
        self.old: list[int] = []

    def fill(self) -> None:
        """200 firms of the sample; of 40 more the certificates of earlier years alone."""
        screening = cache.sample(date(YEAR, 1, 5))
        imports = self.repository.imports
        imports.confirm(import_steps.stage(self.repository, "candidates.csv", screening))
        self.ids = [row["id"] for row in self.ranked()]
        self.old = [self.repository.firms.add({"name": f"老企业{n}"}) for n in range(40)]
        rows = []
        for place, firm in enumerate(self.old):
            years = 3 if place < 12 else 1
            # twelve certificates end in the year, one a month
            day = date(YEAR - years, place % 12 + 1, 15)
            rows.append((firm, YEAR - years, {"certified": True, "certified_on": day}, 0))
        self.repository.applications.save_outcomes(rows)

    def ranked(self) -> list[dict[str, Any]]:
        return self.repository.firms.page(sort="score_low", descending=True, limit=1000).rows

    def step(self, firm: int, name: str, month: int, *reasons: str) -> None:
        """One more step of a firm's application, with what it decides."""
        rows = {row["applied_year"]: row for row in self.repository.applications.outcomes(firm)}
        row = rows.get(YEAR, {"steps": [], "version": 0})
        new = {"step": name, "day": date(YEAR, month, 2), "reasons": list(reasons)}
        applications = self.repository.applications
        applications.save_steps(firm, YEAR, [*row["steps"], new], row["version"])
        self.applied[firm] = {"announcement": True, "refusal": False}.get(name)

    def play(self, month: int) -> None:
        """What happens in a month."""
        batches = {5: self.ids[:12], 7: self.ids[12:24], 9: [*self.ids[24:32], *self.old[:4]]}
        for firm in batches.get(month, []):
            self.step(firm, "submission", month)
        for firm in batches.get(month - 1, []):
            self.step(firm, "expert_review", month)
        for place, firm in enumerate(batches.get(month - 2, [])):
            if place % 6 == 5:
                self.step(firm, "refusal", month, "rd_evidence")
            else:
                self.step(firm, "announcement", month)
        if month == 8:
            firm = self.ids[0]
            cancellation = {"cancelled_on": date(YEAR, 8, 2), "ground": "fraud"}
            self.repository.certificates.save_cancellation(firm, YEAR, cancellation, 0)
            self.cancelled.add(firm)
        if month == 4:
            firm = self.ids[40]
            self.repository.firms.save(
                firm, {"name": "更名科技公司"}, self.repository.firms.get(firm)["version"]
            )


@pytest.fixture
def play(sqlite_template: Path, tmp_path: Path) -> Iterator[Play]:
    """The year on one kind of database; other tests ask the same queries of both."""
    path = tmp_path / "year.sqlite"
    shutil.copyfile(sqlite_template, path)
    engine = connect(f"sqlite:///{path}")
    made = Play(engine)
    made.fill()
    yield made
    engine.dispose()


def ended_by(play: Play, today: date) -> set[int]:
    """Firms of the script whose last certificate has run out, in the year and by that day."""
    return {
        firm
        for place, firm in enumerate(play.old[:12])
        if date(YEAR, place + 1, 15) <= today and play.applied.get(firm) is not True
    }


def check_tally(play: Play, record: dict[str, Any], today: date) -> None:
    """The tally says what the script did; the list of firms shows the same."""
    tally = record["tally"]
    certified = sum(value is True for value in play.applied.values())
    assert tally["firms"] == 240
    assert (tally["applications"], tally["certifications"]) == (len(play.applied), certified)
    assert tally["pending"] == sum(value is None for value in play.applied.values())
    assert tally["refusals"] == sum(value is False for value in play.applied.values())
    assert tally["cancellations"] == len(play.cancelled)
    assert tally["expiries"] == 12 - sum(play.applied.get(firm) is True for firm in play.old[:12])
    valid = 28 + 12 - len(ended_by(play, today)) + certified - len(play.cancelled)
    valid -= sum(play.applied.get(firm) is True for firm in play.old[:12])
    assert tally["certificates"] == valid
    firms = play.repository.firms
    listed = {stage: firms.page(FirmFilter(stage=stage), limit=1).count for stage in Stage}
    assert tally["stages"] == listed == play.repository.overview.funnel()
    assert tally["stages"] == Counter(firms.frame()["stage"]) | {
        stage: 0 for stage in Stage if not listed[stage]
    }
    # one that applies again waits for its outcome, one that was refused is nurtured again
    lapsed = ended_by(play, today) - play.applied.keys()
    assert listed[Stage.LAPSED] == len(lapsed | play.cancelled)
    funnel = tally["funnel"]
    counts = list(funnel.values())
    assert counts == sorted(counts, reverse=True)
    assert (funnel["applied"], funnel["certified"]) == (tally["applications"], certified)
    assert funnel["surveyed"] + tally["elsewhere"] == tally["firms"]
    (of_year,) = [
        row for row in play.repository.administration.targets() if row["year"] == YEAR
    ] or [{"applied": 0, "certified": 0}]
    assert (of_year["applied"], of_year["certified"]) == (tally["applications"], certified)
    rows = [row for row in play.repository.applications.outcomes() if row["applied_year"] == YEAR]
    assert Counter(row["certified"] for row in rows) == Counter(play.applied.values())


def check_forecast(play: Play, record: dict[str, Any], today: date) -> None:
    """Headline, scenarios and candidates of the JSON are those that the pages read."""
    pool = year_candidates(play.repository, YEAR, play.scheme, today)
    made = register_year(pool, play.city, play.scheme, today)
    tally, forecast = record["tally"], record["forecast"]
    assert forecast["already"] == tally["certifications"] == pool.already
    assert forecast["expected"] == made.portfolio.without.mean
    filed, likely, supported = record["scenarios"]
    assert filed["applications"] == pool.has_applied.sum()
    figures = ("already", "expected", "interval_80", "reaches_target")
    assert {name: likely[name] for name in figures} == {name: forecast[name] for name in figures}
    assert supported["expected"] == pytest.approx(
        likely["expected"] + record["support"]["gain"], abs=1e-6
    )
    assert filed["expected"] <= likely["expected"] <= supported["expected"]
    assert record["firms"] == len(pool.firms)
    parts = [sum(row["expected"] for row in record[name]) for name in ("funnel", "districts")]
    assert parts == pytest.approx([forecast["expected"] - forecast["already"]] * 2, abs=1e-6)
    for choice in record["support"]["choices"]:
        assert choice["after"] - choice["before"] >= 0.01 - 1e-9


def test_overview_funnel_list_and_json_say_the_same_in_every_month_of_a_year(play: Play) -> None:
    seen = []
    for month in range(1, 13):
        play.clock.at = datetime(YEAR, month, 20, tzinfo=UTC)
        today = play.clock.at.date()
        play.play(month)
        record = year_record(play.repository, YEAR, play.city, play.scheme, today)
        assert record.keys() == KEYS
        assert record["tally"].keys() == TALLY_KEYS
        check_tally(play, record, today)
        check_forecast(play, record, today)
        seen.append(record["forecast"]["expected"])
    assert play.applied
    # what nobody applied for when the last batch closed is not certified any more
    assert seen[-1] == record["tally"]["certifications"]
    assert play.repository.firms.ids_by_name(["更名科技公司"])
