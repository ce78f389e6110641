"""Firm plan as plain data: one firm's gaps, projection, plans and worth, JSON-ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.record import model_record
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable, years_of
from eligibility.domain.records import cite, words
from eligibility.domain.results import VERDICT_WORDS
from eligibility.planning.actions import Actions
from eligibility.planning.cheapest_plan import plan
from eligibility.planning.gap_record import gap_record
from eligibility.planning.incentives import Incentives, Worth, incentives, worth
from eligibility.planning.lead_times import LeadTimes, lead_times, months_after
from eligibility.planning.next_batch import first_year
from eligibility.planning.plan_case import Answer, Case, Move, Plan
from eligibility.planning.plan_request import PlanRequest
from eligibility.planning.projection import (
    AS_LAST_YEAR,
    LATEST,
    Assumptions,
    Projection,
    project,
    projection,
)
from eligibility.planning.readiness_plan import Judge, ReadinessPlan, ready_plan
from eligibility.planning.record_types import (
    AnswerRecord,
    MoveRecord,
    OptionRecord,
    PlanReadiness,
    PlanRecord,
    ProjectionRecord,
)
from eligibility.planning.worth_record import (
    plain_message,
    to_cents,
    to_cents_or_none,
    worth_record,
)
from eligibility.schemes.registry import Scheme

#: the cheapest plan by the first deadline that has one
FIRST_WITH_A_PLAN = PlanRequest()


def firm_plan(
    firms: FirmTable,
    row: int,
    scheme: Scheme,
    on: date,
    request: PlanRequest = FIRST_WITH_A_PLAN,
    *,
    judge: Judge | None = None,
    actions: Actions | None = None,
    times: LeadTimes | None = None,
    rules: Incentives | None = None,
) -> PlanRecord:
    """Plan of one firm as a JSON-ready record.

    Parameters
    ----------
    firms, row
        The table and the firm's place in it; its ``application_date`` tells the years of its
        figures.
    scheme, on
        The qualification, and the day from which something can be done.
    request : PlanRequest, optional
        What is asked for.
    judge : callable, optional
        The model that says the readiness which the request asks for.
    actions, times, rules
        Those shipped unless given.

    Returns
    -------
    PlanRecord
        ``firm``, ``applied`` (the year that its figures are for), ``on``, ``by``, ``gaps``, ``projection``, ``plan``, ``worth``; money in CNY,
        texts as {zh, en}, sentences as {text, values} to be translated.

    Raises
    ------
    InputError
        If the day lies before the firm's figures or before ``on``.
    """
    firm = firms.take(np.array([row]))
    times, rules = times or lead_times().for_scheme(scheme), rules or incentives()
    assumptions, score_at_least = request.assumptions or AS_LAST_YEAR, request.score_at_least
    outlook = projection(firm, scheme, on, assumptions, times)
    search: _ReadinessSearch | None = None
    ready: ReadinessPlan | None = None
    if request.readiness is None or judge is None:
        earliest = _earliest(outlook, scheme, on, score_at_least, actions, times)
    else:
        search = _ReadinessSearch(scheme, on, judge, request.readiness, actions, times)
        earliest, ready = _first_ready(outlook, search)
    by = request.by
    if by is None and request.next_batch:
        first = first_year(firm, scheme, 0)
        by = next((day for day in times.deadlines(on) if day.year >= first), None)
    if by is None:
        by = earliest or outlook.deadlines[-1]
    if by < on or by.year < firm.application_years[0]:
        raise InputError(
            "{by} cannot be planned for: it lies before {on} or before {year}, the year the firm's figures are for.",
            by=by.isoformat(),
            on=on.isoformat(),
            year=int(firm.application_years[0]),
        )
    then = project(firm, by, scheme, assumptions, times)
    if search is None:
        answer = plan(then, scheme, on, score_at_least=score_at_least, actions=actions, times=times)
    else:
        if ready is None or by != earliest:
            ready = search.of(then)
        case = Case.of(then, scheme, on, score_at_least, actions, times)
        # what keeps a firm from certainty need not keep it from being ready enough
        answer = Answer(
            by=case.by,
            plans=(ready.plan,) if ready.plan else (),
            obstacles={},
            wanting=(),
            find_out=(),
            finding_cost=0.0,
            best_low=case.low(case.farthest),
        )
    (now,) = assess_table(firm, scheme)
    (assessment,) = assess_table(then, scheme)
    value = _worth(firm, by, request, rules)
    return {
        "firm": {"uscc": firm.texts("uscc")[0], "name": firm.texts("name")[0]},
        "scheme": scheme.id,
        "applied": int(firm.application_years[0]),
        "on": on.isoformat(),
        "by": by.isoformat(),
        "gaps": gap_record(now),
        "projection": _projection(outlook, assessment, on, by, assumptions, times),
        "plan": _answer(answer, scheme, assessment, earliest, now, ready),
        "worth": worth_record(value, rules, answer),
    }


def _worth(firm: FirmTable, by: date, request: PlanRequest, rules: Incentives) -> Worth:
    """What the certificate is worth; what the request leaves out is the firm's own."""

    def own(figure: float | None, name: str) -> float | None:
        return _figure(firm, name) if figure is None else figure

    western = request.western
    return worth(
        request.income,
        by.year,
        staff=own(request.staff, "staff_total"),
        assets=own(request.assets, "total_assets_y3"),
        losses=_former_losses(firm) if request.losses is None else request.losses,
        first_time=request.first_time,
        status_years=request.status_years,
        western=_yes_or_no(firm, "western_encouraged_project") if western is None else western,
        encouraged_share=own(request.encouraged_share, "encouraged_income_share"),
        rules=rules,
    )


def _figure(firm: FirmTable, name: str) -> float | None:
    """A figure of a table of one row; None where it is blank."""
    figure = float(firm.numbers(name)[0])
    return None if np.isnan(figure) else figure


def _yes_or_no(firm: FirmTable, name: str) -> bool | None:
    """An answer of a table of one row; None where it is blank."""
    answer = _figure(firm, name)
    return None if answer is None else answer == 1


def _former_losses(firm: FirmTable) -> dict[int, float]:
    """Losses of the three fiscal years that are still to be made up, CNY, by calendar year."""
    years = years_of(int(firm.application_years[0]))
    losses = (_figure(firm, f"unrecovered_losses_y{place}") for place in (1, 2, 3))
    return {year: loss for year, loss in zip(years, losses, strict=True) if loss}


def _earliest(
    projection: Projection,
    scheme: Scheme,
    on: date,
    score_at_least: float | None,
    actions: Actions | None,
    times: LeadTimes,
) -> date | None:
    """The first deadline with a plan; exact, since levers only help."""
    for day, table, open_then in zip(
        projection.deadlines, projection.tables, projection.open, strict=True
    ):
        if open_then[0] and Case.of(table, scheme, on, score_at_least, actions, times).feasible:
            return day
    return None


@dataclass(frozen=True)
class _ReadinessSearch:
    """Search for plans that make a firm ready enough by some day."""

    scheme: Scheme
    on: date
    judge: Judge
    readiness: float
    actions: Actions | None
    times: LeadTimes

    def of(self, firm: FirmTable) -> ReadinessPlan:
        """The plan of a firm as it would apply."""
        return ready_plan(
            firm, self.scheme, self.on, self.judge, self.readiness, self.actions, self.times
        )


def _first_ready(
    projection: Projection, search: _ReadinessSearch
) -> tuple[date | None, ReadinessPlan | None]:
    """The first deadline by which a plan makes the firm ready enough, and the plan."""
    for day, table, open_then in zip(
        projection.deadlines, projection.tables, projection.open, strict=True
    ):
        if open_then[0] and (ready := search.of(table)).plan is not None:
            return day, ready
    return None, None


def _ready(ready: ReadinessPlan | None) -> PlanReadiness | None:
    """What was asked for and what the model says then, never without what it learned from."""
    if ready is None:
        return None
    readiness = ready.readiness
    return {
        "asked": ready.threshold,
        "probability": round(float(readiness.probability[0]), 4),
        "interval": [round(float(end[0]), 4) for end in (readiness.low, readiness.high)],
        "conditional": bool(readiness.conditional[0]),
        "model": model_record(readiness.training),
        "cheapest": ready.proven,
        "refused": plain_message(ready.refusal) if ready.refusal else None,
    }


# --- projection ---------------------------------------------------------------------------------


def _projection(
    projection: Projection,
    assessment: Assessment,
    on: date,
    by: date,
    assumptions: Assumptions,
    times: LeadTimes,
) -> ProjectionRecord:
    """Verdicts by deadline, the first ones, and what must be true by when for the day planned."""
    return {
        "by": by.isoformat(),
        "deadlines": [
            {
                "by": day.isoformat(),
                "years": list(years_of(day.year)),
                "verdict": VERDICT_WORDS[int(projection.verdicts[place, 0])],
                "low": to_cents(projection.lows[place, 0]),
                "high": to_cents(projection.highs[place, 0]),
            }
            for place, day in enumerate(projection.deadlines)
            if projection.open[place, 0]
        ],
        "certain_from": _day(projection.certain[0]),
        "possible_from": _day(projection.possible[0]),
        "assumed": {
            "as_last_year": not assumptions.growth and not assumptions.planned_figures,
            "growth": dict(assumptions.growth),
            "planned": {stem: dict(years) for stem, years in assumptions.planned_figures.items()},
            "granted": assumptions.certificate_granted,
        },
        "figures_of_year_by": date(by.year - 1, 12, 31).isoformat(),
        "must_hold": gap_record(assessment),
        "rights": [
            {
                "kind": kind.id,
                "title": words(kind.title),
                "months": to_cents(kind.months.value),
                "source": kind.months.source,
                "file_by": months_after(by, -kind.months.value).isoformat(),
                "in_time": months_after(by, -kind.months.value) >= on,
            }
            for kind in times.kinds
        ],
        "batches": [
            {"month": batch.month, "day": batch.day, "source": words(batch.source)}
            for batch in times.batches
        ],
    }


# --- plan ---------------------------------------------------------------------------------------


def _answer(
    answer: Answer,
    scheme: Scheme,
    assessment: Assessment,
    earliest: date | None,
    now: Assessment,
    ready: ReadinessPlan | None,
) -> AnswerRecord:
    return {
        "by": answer.by.isoformat(),
        "plans": [_plan(plan, scheme, assessment, answer) for plan in answer.plans],
        "refused": [
            {
                "finding": name,
                "why": plain_message(why),
                "citation": cite(assessment.law.conditions_by_id[name].citation),
            }
            for name, why in answer.obstacles.items()
        ],
        "fill_in_first": scheme.in_form_order(_blank_now(answer.wanting, assessment, now)),
        "best_low": to_cents_or_none(answer.best_low),
        "earliest": earliest.isoformat() if earliest else None,
        "readiness": _ready(ready),
    }


def _blank_now(names: Iterable[str], then: Assessment, now: Assessment) -> set[str]:
    """The blanks of the firm's own years that leave figures of a later application blank.

    A year that is not there yet is taken to be as the latest, and so is its blank.
    """
    moved = int(then.firms.application_years[0] - now.firms.application_years[0])
    fields = then.scheme.fields_by_id
    result = set()
    for name in names:
        year = fields[name].year
        result.add(name if year is None else f"{fields[name].stem}_y{min(year + moved, LATEST)}")
    return result


def _plan(plan: Plan, scheme: Scheme, assessment: Assessment, answer: Answer) -> OptionRecord:
    return {
        "cost": to_cents(plan.cost),
        "adviser_days": to_cents(sum(move.adviser_days for move in plan.moves)),
        "firm_days": to_cents(sum(move.firm_days for move in plan.moves)),
        "low": to_cents(plan.low),
        "find_out": [
            {"field": name, "title": words(scheme.fields_by_id[name].title_in_year(answer.by.year))}
            for name in answer.find_out
        ],
        "finding_cost": to_cents(answer.finding_cost),
        "moves": [
            _move(move, scheme, assessment)
            for move in sorted(plan.moves, key=lambda move: move.open.start_by)
        ],
    }


def _move(move: Move, scheme: Scheme, assessment: Assessment) -> MoveRecord:
    action, law = move.open.action, assessment.law
    levers = scheme.levers(assessment.firms, law)
    field = scheme.fields_by_id[levers[next(iter(action.gives))].field]
    return {
        "action": action.id,
        "title": words(action.title),
        "amount": to_cents(move.amount),
        "unit": field.unit,
        "cost": to_cents(move.cost),
        "adviser_days": to_cents(move.adviser_days),
        "firm_days": to_cents(move.firm_days),
        "start_by": move.open.start_by.isoformat(),
        "done_by": move.open.done_by.isoformat(),
        "assumed": action.is_assumed,
        "provided": words(action.provided) if action.provided else None,
        "meets": [
            {
                "finding": name,
                "title": words(law.conditions_by_id[name].title),
                "citation": cite(law.conditions_by_id[name].citation),
            }
            for name in move.meets
        ],
        "raises": [
            {
                "item": name,
                "title": words(law.items[name].title),
                "from": to_cents(before),
                "to": to_cents(after),
                "citation": cite(law.items[name].citation),
            }
            for name, (before, after) in move.raises.items()
        ],
    }


# --- shared -------------------------------------------------------------------------------------


def _day(day: np.datetime64) -> str | None:
    return None if np.isnat(day) else str(day)
