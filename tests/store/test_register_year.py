"""A year of 240 firms played by script: every number that is told of it is told alike each month."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pydantic import TypeAdapter
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine

from eligibility.app import cache
from eligibility.app.register import import_steps
from eligibility.city.settings import load_city
from eligibility.city.year import CityYear, YearRequest
from eligibility.i18n import ENGLISH
from eligibility.register.register_workbook import register_workbook
from eligibility.register.register_year import register_year
from eligibility.register.year_candidates import YearCandidates, year_candidates
from eligibility.register.year_record import RegisterYearRecord, year_record
from eligibility.register.year_report import report_paper
from eligibility.register.year_results import annual_results
from eligibility.reports.number_format import tenths
from eligibility.reports.paper import Grid, Paper
from eligibility.reports.word import write_word
from eligibility.schemes.registry import load_scheme
from eligibility.store import LOCAL, STAGE_WORDS, FirmFilter, Repository, Stage
from eligibility.store.engine import connect

YEAR = 2026
#: what `portfolio --store --format json` holds
KEYS = {
    "city", "year", "as_of", "is_open", "firms", "chances", "calibrated", "capacity", "scenarios", "target",
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


def check_forecast(record: dict[str, Any], pool: YearCandidates, made: CityYear) -> None:
    """Headline, scenarios and candidates of the JSON are those that the pages read."""
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
    # once the last batch has closed only applications filed count, wherever firms are counted
    assert record["is_open"] is made.is_open
    assert record["firms"] == (len(pool.firms) if made.is_open else pool.has_applied.sum())
    for name in ("funnel", "districts", "industries", "carriers"):
        assert sum(row["firms"] for row in record[name]) == record["firms"]
    parts = [sum(row["expected"] for row in record[name]) for name in ("funnel", "districts")]
    assert parts == pytest.approx([forecast["expected"] - forecast["already"]] * 2, abs=1e-6)
    for choice in record["support"]["choices"]:
        assert choice["after"] - choice["before"] >= 0.01 - 1e-9


def grid_rows(paper: Paper) -> dict[str, list[str]]:
    """First cell → the others, of the tables of a paper; of equal ones the first."""
    rows: dict[str, list[str]] = {}
    for block in paper.blocks:
        if isinstance(block, Grid):
            for first, *others in block.rows:
                rows.setdefault(str(first), [str(each) for each in others])
    return rows


def word_rows(path: Path) -> dict[str, list[str]]:
    """The same of a Word file."""
    rows: dict[str, list[str]] = {}
    for table in Document(str(path)).tables:
        for row in table.rows:
            first, *others = (cell.text for cell in row.cells)
            rows.setdefault(first, others)
    return rows


def check_papers(
    play: Play,
    record: dict[str, Any],
    pool: YearCandidates,
    made: CityYear,
    today: date,
    folder: Path,
) -> None:
    """Report, as Word, and workbook hold the numbers of the JSON, each under its name."""
    tally, forecast = record["tally"], record["forecast"]
    results = annual_results(play.repository, YEAR, play.scheme, today)
    paper = report_paper(results, made, pool, play.scheme, play.city, ENGLISH, None)
    write_word(paper, folder / "report.docx")
    rows = word_rows(folder / "report.docx")
    assert rows == {**rows, **{name: cells for name, cells in grid_rows(paper).items() if name}}
    counts = {
        "Applications filed": tally["applications"],
        "of these certified": tally["certifications"],
        "of these pending": tally["pending"],
        "of these refused": tally["refusals"],
        "Certificates valid": tally["certificates"],
        "Certified so far": forecast["already"],
    }
    assert {name: int(rows[name][0]) for name in counts} == counts
    assert rows["Expected by the year's end"][0] == f"{forecast['expected']:.1f}"
    low, high = forecast["interval_80"]
    assert rows["interval (80 %)"][0] == f"{low}–{high}"
    assert rows["Chance of the target"][0] == tenths(forecast["reaches_target"])
    for part in record["funnel"]:
        assert rows[part["verdict"]] == [str(part["firms"]), f"{part['expected']:.1f}"]
    assert sum(each.is_cancelled for each in results.ends) == tally["cancellations"]
    register_workbook(folder / "book.xlsx", play.repository, YEAR, play.scheme, today, ENGLISH)
    book = CalamineWorkbook.from_path(str(folder / "book.xlsx"))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    told = {str(name): number for name, number in sheets["The year"][1:]}
    expected = {
        "Firms in the register": tally["firms"],
        f"Applications filed in {YEAR}": tally["applications"],
        "of these certified": tally["certifications"],
        "of these pending": tally["pending"],
        "of these refused": tally["refusals"],
        "Outside of the funnel": tally["elsewhere"],
        "Certificates valid": tally["certificates"],
        f"Certificates that end in {YEAR}": tally["expiries"],
        f"Certificates cancelled in {YEAR}": tally["cancellations"],
        **{f"Stage: {STAGE_WORDS[Stage(each)]}": n for each, n in tally["stages"].items()},
        **{
            f"Came as far in {YEAR}, or further: {STAGE_WORDS[Stage(each)]}": n
            for each, n in tally["funnel"].items()
        },
    }
    assert {name: told[name] for name in expected} == expected
    assert Counter(row[7] for row in sheets["Applications"][1:]) == {
        word: n
        for word, n in (
            ("certified", tally["certifications"]),
            ("pending", tally["pending"]),
            ("refused", tally["refusals"]),
        )
        if n
    }
    # why each was refused, in words and wherever it is named
    why = "R&D activities or R&D expenses not proven"
    refusals = [row for row in sheets["Applications"][1:] if row[7] == "refused"]
    assert all(row[10] == why == rows[row[0]][-1] for row in refusals)
    assert len(sheets["Certificates ended"]) - 1 == len(results.ends)
    # who has no figures is a line of its own; verdicts are those of the list
    verdicts = Counter(row[7] for row in sheets["All firms"][1:] if row[7])
    assert sum(verdicts.values()) == tally["firms"]


def test_overview_funnel_list_papers_and_json_say_the_same_in_every_month_of_a_year(
    play: Play, tmp_path: Path
) -> None:
    seen = []
    for month in range(1, 13):
        play.clock.at = datetime(YEAR, month, 20, tzinfo=UTC)
        today = play.clock.at.date()
        play.play(month)
        request = YearRequest(play.city, YEAR, today, scheme=play.scheme)
        record = year_record(play.repository, request)
        assert record.keys() == KEYS
        TypeAdapter(RegisterYearRecord).validate_python(record, strict=True)
        assert record["tally"].keys() == TALLY_KEYS
        check_tally(play, record, today)
        pool = year_candidates(play.repository, YEAR, play.scheme, today)
        made = register_year(pool, request)
        check_forecast(record, pool, made)
        # the papers take a second: one month of each batch, and the year's end
        if month in (5, 8, 12):
            check_papers(play, record, pool, made, today, tmp_path)
        seen.append(record["forecast"]["expected"])
    assert play.applied
    # what nobody applied for when the last batch closed is not certified any more
    assert seen[-1] == record["tally"]["certifications"]
    assert play.repository.firms.ids_by_name(["更名科技公司"])
