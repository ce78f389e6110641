"""Ladder of qualifications (梯度培育): which scheme a firm can get now, and which next.

Every scheme names its track and the schemes that come before it, so the ladder is a partial order:
several tracks may lie side by side. A table of firms is judged by each scheme that is in force on the
day. What a firm has already is a fact that it states, and no verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.record import record
from eligibility.assessment.record_types import AssessmentRecord, LadderRecord, RungRecord
from eligibility.domain.arrays import Bools, Codes, Floats
from eligibility.domain.calendar_window import split_calendar_key
from eligibility.domain.errors import LawError
from eligibility.domain.facts import Field, FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.records import cite, words
from eligibility.domain.results import MET, STATUS_WORDS, UNMET, VERDICT_WORDS
from eligibility.schemes.registry import Scheme, load_scheme, scheme_ids

FIRST_GAPS = 3
NOWHERE = -1
#: parameters and clauses of an edition whose citations say how a title is kept
UPKEEP = ("validity_years", "annual_report_month", "change_report_months")
UPKEEP_CLAUSES = ("renewal_year", "year_window", "yearly_update", "report_changes")


@dataclass(frozen=True)
class Extra:
    """A fact that another scheme asks for and the form at hand does not.

    Attributes
    ----------
    rung : Scheme
        The other scheme.
    field : Field
        As the other scheme has it.
    section : str
        The part of the form at hand that it belongs to.
    """

    rung: Scheme
    field: Field
    section: str


@dataclass(frozen=True)
class Ladder:
    """Assessments of a table of firms under every scheme.

    Attributes
    ----------
    schemes : sequence of Scheme
        The rungs, the easiest first.
    assessments : sequence of list of Assessment
        What each rung says, one list a rung.
    verdicts : array of int8, shape (rungs, n)
        As ``Assessment.verdict``; undetermined on a day that no edition of the rung covers.
    titles : array of float64, shape (rungs, n)
        1 where the firm has the title on its day, 0 where it has not, NaN where that is blank.
    title_ends : array of datetime64[D], shape (rungs, n)
        The last day of the title; NaT where it is blank.
    begun_by_track : mapping of track to array of bool, shape (n,)
        Whether something that this track alone asks for is entered; the first track always is.
    aims_by_track : mapping of track to array of int, shape (n,)
        The rung to aim at on each track: the lowest that the firm neither has nor can get now and
        that comes before none such, those left out whose limits of size it has passed; -1 where
        there is none, or where nothing of the track is entered.
    """

    schemes: Sequence[Scheme]
    assessments: Sequence[list[Assessment]]
    verdicts: Codes
    titles: Floats
    title_ends: NDArray[np.datetime64]
    begun_by_track: Mapping[str, Bools]
    aims_by_track: Mapping[str, NDArray[np.int64]]

    @property
    def aims(self) -> NDArray[np.int64]:
        """The aim on the first track that has one for the firm, shape (n,)."""
        aims = np.full(self.verdicts.shape[1], NOWHERE, dtype=np.int64)
        for on_track in reversed(list(self.aims_by_track.values())):
            aims = np.where(on_track == NOWHERE, aims, on_track)
        return aims


def rungs() -> list[Scheme]:
    """Every scheme, each behind those that come before it, the track of the form's own first.

    Raises
    ------
    LawError
        If a scheme comes after one that does not exist or that comes after it.
    """
    return list(_in_order(_schemes(), load_scheme().track))


def _schemes() -> tuple[Scheme, ...]:
    return tuple(load_scheme(name) for name in scheme_ids())


@cache
def _in_order(schemes: tuple[Scheme, ...], first: str) -> tuple[Scheme, ...]:
    by_id = {scheme.id: scheme for scheme in schemes}
    return tuple(
        sorted(
            schemes,
            key=lambda scheme: (len(_before(scheme, by_id)), scheme.track != first, scheme.id),
        )
    )


def tracks() -> Mapping[str, Sequence[Scheme]]:
    """The rungs of every track, the easiest first; the track of the form's own scheme first."""
    by_track: dict[str, list[Scheme]] = {load_scheme().track: []}
    for rung in rungs():
        by_track.setdefault(rung.track, []).append(rung)
    return by_track


def own_fields(track: str) -> frozenset[str]:
    """Ids of the fields that the rungs of a track alone ask for, the titles of others left out."""
    return _own_fields(track, tuple(rungs()))


@cache
def _own_fields(track: str, schemes: tuple[Scheme, ...]) -> frozenset[str]:
    asked: dict[str, set[str]] = {track: set()}
    for rung in schemes:
        asked.setdefault(rung.track, set()).update(field.id for field in rung.fields)
    others = [ids for name, ids in asked.items() if name != track]
    titles = [
        {rung.holding.title, rung.holding.until}
        for rung in schemes
        if rung.holding is not None and rung.track != track
    ]
    return frozenset(asked[track].difference(*others, *titles))


def begun_tracks(facts: Collection[str]) -> frozenset[str]:
    """The tracks of which something is entered that no other asks for, and the first.

    Parameters
    ----------
    facts : collection of str
        Ids of what is entered, or their keys by calendar year.
    """
    stems = {dated[0] if (dated := split_calendar_key(name)) else name for name in facts}
    fields = joint_fields_by_id()
    first = load_scheme().track
    return frozenset(
        track
        for track in tracks()
        if track == first
        or any(name in stems or fields[name].stem in stems for name in own_fields(track))
    )


def lower(scheme: Scheme) -> list[Scheme]:
    """Prerequisite schemes: those that come before one, the first of them first."""
    return list(_lower(scheme, tuple(rungs())))


@cache
def _lower(scheme: Scheme, schemes: tuple[Scheme, ...]) -> tuple[Scheme, ...]:
    below = _before(scheme, {rung.id: rung for rung in schemes})
    return tuple(rung for rung in schemes if rung.id in below)


def schemes_beside(scheme: Scheme) -> list[Scheme]:
    """The schemes that a form asks for besides its own: all that do not come after it."""
    return [
        rung
        for rung in rungs()
        if rung.id != scheme.id and scheme.id not in {below.id for below in lower(rung)}
    ]


def _before(
    scheme: Scheme, schemes: Mapping[str, Scheme], path: tuple[str, ...] = ()
) -> frozenset[str]:
    """Ids of the schemes that come before one, directly or not."""
    if unknown := [name for name in scheme.after if name not in schemes or name in path]:
        raise LawError(
            "{scheme} comes after {others}, which does not exist or comes after it.",
            scheme=scheme.id,
            others=", ".join(unknown),
        )
    further = (_before(schemes[name], schemes, (*path, scheme.id)) for name in scheme.after)
    return frozenset(scheme.after).union(*further)


def extras(
    scheme: Scheme, law: Edition, day: date, tracks: Collection[str] | None = None
) -> list[Extra]:
    """What other schemes ask for beyond a scheme's own form on a day, each fact once.

    Those that come after it ask nothing of its form, nor do those of other tracks than ``tracks``. A section of another form that this one lacks
    goes with the one before it.
    """
    own = {field.id for field in scheme.fields_of(law)}
    extra: dict[str, Extra] = {}
    for rung in schemes_beside(scheme):
        if day < rung.covered_from or (tracks is not None and rung.track not in tracks):
            continue
        section = next(iter(scheme.sections))
        for field in rung.fields_of(rung.in_force(day)):
            section = field.section if field.section in scheme.sections else section
            if field.id not in own:
                extra.setdefault(field.id, Extra(rung, field, section))
    return list(extra.values())


def form(scheme: Scheme, day: date) -> list[Field]:
    """Form of a day: a scheme's own fields, then what other schemes alone need.

    The latter may stay blank.
    """
    law = scheme.in_force(day)
    below = [extra.field for extra in extras(scheme, law, day)]
    return [
        *scheme.fields_of(law),
        *(field.model_copy(update={"required": False}) for field in below),
    ]


def joint_fields() -> Sequence[Field]:
    """Joint form of all schemes: each fact once, under the titles of all of them.

    A fact that several ask for stands as the highest of them has it, whose form asks for most.
    """
    return tuple(joint_fields_by_id().values())


def joint_fields_by_id() -> Mapping[str, Field]:
    """Fields of the joint form by their ids."""
    return _joint(tuple(rungs()))


@cache
def _joint(schemes: tuple[Scheme, ...]) -> Mapping[str, Field]:
    joint: dict[str, Field] = {}
    for scheme in reversed(schemes):
        for field in scheme.fields:
            first = joint.setdefault(field.id, field)
            titles = tuple(
                title
                for title in (field.title.zh, field.title.en)
                if title not in (first.title.zh, first.title.en, *first.aliases)
            )
            joint[field.id] = first.model_copy(update={"aliases": first.aliases + titles})
    return joint


def only_elsewhere(scheme: Scheme, law: Edition) -> frozenset[str]:
    """Ids of fields that other schemes or editions ask for, and an edition of this scheme does not."""
    return frozenset(joint_fields_by_id().keys() - {field.id for field in scheme.fields_of(law)})


def ladder(firms: FirmTable) -> Ladder:
    """Assess every firm under every scheme.

    Parameters
    ----------
    firms : FirmTable
        Columns of :func:`joint_fields`; what a rung needs and the table lacks is blank.

    A rung is left out of the rows whose day none of its editions covers.
    """
    schemes = rungs()
    assessments = [_assess_covered(firms, scheme) for scheme in schemes]
    shape = (len(schemes), firms.rows)
    verdicts, outgrown = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.bool_)
    for rung, rung_assessments in enumerate(assessments):
        for assessment in rung_assessments:
            verdicts[rung, assessment.rows] = assessment.verdict
            outgrown[rung, assessment.rows] = _outgrown(assessment)
    titles, title_ends = _titles(firms, schemes)
    attained = (verdicts == MET) | (titles == 1)
    ids = [scheme.id for scheme in schemes]
    reached = attained.copy()
    for place, scheme in enumerate(schemes):
        for below in lower(scheme):
            reached[ids.index(below.id)] |= attained[place]
    ahead = ~reached & ~outgrown
    begun = {track: _has_begun(firms, track) for track in tracks()}
    aims: dict[str, NDArray[np.int64]] = {}
    for place, scheme in reversed(list(enumerate(schemes))):
        before = aims.pop(scheme.track, np.full(firms.rows, NOWHERE, dtype=np.int64))
        aims = {scheme.track: np.where(ahead[place], place, before), **aims}
    aims = {track: np.where(begun[track], aims[track], NOWHERE) for track in begun}
    return Ladder(schemes, assessments, verdicts, titles, title_ends, begun, aims)


def _assess_covered(firms: FirmTable, scheme: Scheme) -> list[Assessment]:
    """What a scheme says of the rows whose day some edition of it covers."""
    covered = np.flatnonzero(firms.dates("application_date") >= np.datetime64(scheme.covered_from))
    if not len(covered):
        return []
    of_covered = assess_table(firms.take(covered), scheme)
    return [replace(one, rows=covered[one.rows]) for one in of_covered]


def _titles(firms: FirmTable, schemes: Sequence[Scheme]) -> tuple[Floats, NDArray[np.datetime64]]:
    """Whether a firm has each title on its day, and the last day of it."""
    has = np.full((len(schemes), firms.rows), np.nan)
    ends = np.full((len(schemes), firms.rows), np.datetime64("NaT", "D"))
    for place, scheme in enumerate(schemes):
        if scheme.holding is not None:
            ends[place] = firms.dates(scheme.holding.until)
            answer = firms.numbers(scheme.holding.title)
            past = ends[place] < firms.dates("application_date")
            has[place] = np.where(past & ~np.isnan(answer), 0.0, answer)
    return has, ends


def _has_begun(firms: FirmTable, track: str) -> Bools:
    begun = np.full(firms.rows, track == load_scheme().track)
    for name in own_fields(track) & firms.columns.keys():
        begun |= ~firms.blank(name)
    return begun


def ladder_record(ladder: Ladder, row: int) -> LadderRecord:
    """One firm's ladder as plain data.

    Parameters
    ----------
    ladder : Ladder
    row : int
        The firm's place in the table.

    Returns
    -------
    LadderRecord
        JSON-ready: ``firm``; ``holds``, the ids of the titles it has; ``now``, the ids of the
        schemes it is eligible for; ``next``, the id of the one to aim at or None;
        ``next_by_track``, the same on each track; ``tracks``, each with its schemes and whether
        anything of it is entered; ``rungs``, each with its verdict, its findings and score, what
        the firm has of it and how that is kept, and its first gaps with their citations, what is
        unmet before what is open.
    """

    def rung_id(aim: int) -> str | None:
        return None if aim == NOWHERE else ladder.schemes[aim].id

    entries = [
        (place, scheme, one)
        for place, scheme in enumerate(ladder.schemes)
        for one in [_record(ladder.assessments[place], row)]
        if one is not None
    ]
    records = [one for _, _, one in entries]
    return {
        "firm": records[0]["firm"] if records else {"uscc": None, "name": None},
        "holds": [scheme.id for place, scheme, _ in entries if ladder.titles[place, row] == 1],
        "now": [one["scheme"] for one in records if one["verdict"] == VERDICT_WORDS[MET]],
        "next": rung_id(int(ladder.aims[row])),
        "next_by_track": {
            track: rung_id(int(aims[row])) for track, aims in ladder.aims_by_track.items()
        },
        "tracks": [
            {
                "track": track,
                "schemes": [rung.id for rung in rungs_of_track],
                "begun": bool(ladder.begun_by_track[track][row]),
            }
            for track, rungs_of_track in tracks().items()
        ],
        "rungs": [_rung(ladder, place, row, one) for place, _, one in entries],
    }


def _outgrown(assessment: Assessment) -> Bools:
    """True where the firm passes a limit of size, which it does not come back under."""
    passed = np.zeros(assessment.firms.rows, dtype=np.bool_)
    for condition in assessment.law.conditions:
        # a share comes down again
        if condition.line == "at_most" and condition.unit not in ("yes_no", "/1"):
            passed |= assessment.findings[condition.id].status == UNMET
    return passed


def _record(assessments: list[Assessment], row: int) -> AssessmentRecord | None:
    """What the one assessment that holds the row says of it; None where none does."""
    assessment = next((one for one in assessments if row in one.rows), None)
    if assessment is None:
        return None
    return record(assessment, int(np.flatnonzero(assessment.rows == row)[0]))


def _rung(ladder: Ladder, place: int, row: int, record: AssessmentRecord) -> RungRecord:
    """Verdict and first gaps of a rung, what a firm has of it, and how a title is kept."""
    scheme, has, until = (
        ladder.schemes[place],
        ladder.titles[place, row],
        ladder.title_ends[place, row],
    )
    law, score = scheme.edition(record["edition"]), record["score"]
    keeping = [law.parameters[name].citation for name in UPKEEP if name in law.parameters]
    clauses = [law.clauses[name] for name in UPKEEP_CLAUSES if name in law.clauses]
    findings = {finding["id"]: finding for finding in record["findings"]}
    # sorting keeps the article's order within a status
    gaps = sorted(record["gaps"], key=lambda gap: gap["status"] != STATUS_WORDS[UNMET])
    return {
        "scheme": scheme.id,
        "track": scheme.track,
        "title": words(scheme.title),
        "edition": record["edition"],
        "as_of": record["as_of"],
        "verdict": record["verdict"],
        "score": {"low": score["low"], "high": score["high"], "total": score["total"]},
        "findings": record["findings"],
        "gaps": [
            {
                **gap,
                "title": findings[gap["finding"]]["title"],
                "citation": findings[gap["finding"]]["citation"],
            }
            for gap in gaps[:FIRST_GAPS]
        ],
        "more_gaps": max(len(gaps) - FIRST_GAPS, 0),
        "holds": None if np.isnan(has) else bool(has),
        "until": None if np.isnat(until) else until.item().isoformat(),
        "upkeep": [cite(citation) for citation in (*keeping, *clauses)],
        "period": cite(law.period_citation),
    }
