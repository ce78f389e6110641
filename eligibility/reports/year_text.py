"""A city's year as plain data and as lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from eligibility.city.deadlines import Deadline
from eligibility.city.forecast import Forecast
from eligibility.city.portfolio import Reason, Selection
from eligibility.city.scenarios import SCENARIO_WORDS
from eligibility.city.settings import Remedy
from eligibility.city.year import CityYear, Share
from eligibility.domain.law import Figure, Source
from eligibility.domain.records import cite, words
from eligibility.domain.results import MET, UNDETERMINED, UNMET, VERDICT_WORDS
from eligibility.domain.text import Message, msgid
from eligibility.i18n import Language, both_languages
from eligibility.reports.firm_text import doubt
from eligibility.reports.number_format import certified_chance, limit, number, tenths
from eligibility.reports.record_types import (
    DeadlineRecord,
    FigureRecord,
    ForecastRecord,
    PlacedFirm,
    SelectionRecord,
    ShareRecord,
    SourceRecord,
    SupportChoice,
    SupportRecord,
    TargetSource,
    TrainingRecord,
    YearFirm,
    YearRecord,
)

#: firms, gaps and districts told in the text; the JSON has them all
TOLD = 10
#: what stands beside a number that no outcome was learned from
UNCALIBRATED = msgid("not calibrated on your outcomes")


def city_record(city_year: CityYear, register_target: int | None = None) -> YearRecord:
    """All that is said of a city's year, JSON-ready; money in CNY, chances from 0 to 1.

    ``register_target`` is the target that somebody set in the register: that one is nobody's assumption.
    """
    without, portfolio = city_year.portfolio.without, city_year.portfolio
    stock = city_year.target.stock
    return {
        "city": words(city_year.city.title),
        "year": city_year.year,
        "as_of": city_year.as_of.isoformat(),
        "is_open": city_year.is_open,
        "firms": int(city_year.is_counted.sum()),
        "chances": both_languages(city_year.basis),
        "calibrated": city_year.chances.is_calibrated,
        "capacity": _capacity(city_year),
        "scenarios": [
            {
                "scenario": each.scenario.value,
                "title": both_languages(Message(SCENARIO_WORDS[each.scenario])),
                "applications": each.applications,
                **forecast_record(each.forecast),
            }
            for each in city_year.scenarios
        ],
        "target": {
            "certified": city_year.goal,
            "source": _target_source(city_year, register_target),
            "stock": int(stock.value) if stock else None,
            "stock_source": source_record(stock.source) if stock else None,
        },
        "forecast": {
            **forecast_record(without),
            "more_needed": {
                "firms": city_year.more_needed,
                "chance_of_each": city_year.ready_chance,
                "for_probability": city_year.city.forecast.confidence.value,
            },
            "year_shock": figure_record(city_year.city.forecast.year_shock),
        },
        "funnel": [
            {
                "verdict": VERDICT_WORDS[verdict],
                "firms": share.firms,
                "expected": share.expected_certifications,
            }
            for verdict, share in city_year.by_verdict.items()
        ],
        "districts": [
            {"district": name, **_share(share)} for name, share in city_year.by_district.items()
        ],
        "industries": [
            {"industry": name, **_share(share)} for name, share in city_year.by_industry.items()
        ],
        "carriers": [
            {"carrier": name, **_share(share)} for name, share in city_year.by_carrier.items()
        ],
        "support": {
            "adviser_days": city_year.adviser_days,
            "aim": portfolio.aim.value,
            "proven": portfolio.proven,
            "at_most": portfolio.at_most,
            **_choice(portfolio.selection),
            "choices": [_reason(city_year, reason) for reason in portfolio.reasons],
            "compared_with": {
                "highest_score_first": _choice(portfolio.highest_score_first),
                "highest_chance_first": _choice(portfolio.highest_chance_first),
            },
            "assumed": _rests_on_assumptions(city_year.city.support.actions),
        },
        "training": {
            "gaps": [
                {
                    "id": gap.id,
                    "title": words(gap.title),
                    "scored_item": gap.by_score,
                    "unmet": gap.unmet,
                    "undetermined": gap.undetermined_firms,
                    "alone": gap.alone,
                }
                for gap in city_year.gaps
            ],
            "courses": [
                {
                    "id": need.course.id,
                    "title": words(need.course.title),
                    "days": need.course.days.value,
                    "seats": need.course.seats.value,
                    "concerned": need.firms_concerned,
                    "could_move": need.could_move,
                    "expected": need.expected_certifications,
                }
                for need in city_year.courses
            ],
            "assumed": _rests_on_assumptions(city_year.city.courses),
        },
        "outcome_next": [
            {**_named_firm(city_year, each.firm), "share": each.share}
            for each in city_year.informative
        ],
        "at_prior": [
            _named_firm(city_year, int(row))
            for row in (
                ()
                if city_year.chances.at_prior is None
                else np.flatnonzero(city_year.chances.at_prior)
            )
        ],
        "deadlines": [deadline_record(due, city_year.as_of) for due in city_year.deadlines],
    }


def _named_firm(city_year: CityYear, row: int) -> YearFirm:
    """Name and code of a firm of the year."""
    firms = city_year.standing.firms
    return {"firm": firms.texts("name")[row], "uscc": firms.texts("uscc")[row]}


def _target_source(city_year: CityYear, register_target: int | None) -> TargetSource:
    if city_year.goal == register_target:
        return "register"
    if city_year.goal == city_year.target.certified.value:
        return source_record(city_year.target.certified.source)
    return "asked for"


def city_text(record: YearRecord, language: Language) -> str:
    """The record as lines: forecast, funnel, districts, support, training, deadlines."""
    parts = (_told_forecast, _told_funnel, _told_support, _told_training, _told_deadlines)
    return "\n\n".join("\n".join(part(record, language)) for part in parts) + "\n"


def _told_forecast(record: YearRecord, language: Language) -> list[str]:
    say, seen = language.text, record["forecast"]
    more = seen["more_needed"]
    return [
        say("{city} {year}: {firms} firms apply, target {target} certified ({source})").format(
            city=record["city"][language.id],
            year=record["year"],
            firms=record["firms"],
            target=record["target"]["certified"],
            source=told_source(record["target"]["source"], language),
        ),
        say("Chances: {basis}").format(basis=record["chances"][language.id]),
        say(
            "Expected {expected:.1f} certified, {low}–{high} with 80 %; P(at least {target}) {reaches}"
        ).format(
            expected=seen["expected"],
            low=seen["interval_80"][0],
            high=seen["interval_80"][1],
            target=record["target"]["certified"],
            reaches=tenths(seen["reaches_target"]),
        )
        + ("" if record["calibrated"] else f" [{say(UNCALIBRATED)}]"),
        *(
            "  "
            + say(
                "{scenario}: {applications:.1f} applications, {expected:.1f} certified, P(target) {reaches}"
            ).format(
                scenario=each["title"][language.id],
                applications=each["applications"],
                expected=each["expected"],
                reaches=tenths(each["reaches_target"]),
            )
            for each in record["scenarios"]
            # of a file all firms apply
            if record["scenarios"][0]["applications"] != record["scenarios"][1]["applications"]
        ),
        *(
            [
                say("{firms} more ready firms (chance {chance} each) would make it {sure}").format(
                    firms=more["firms"],
                    chance=certified_chance(more["chance_of_each"]),
                    sure=limit(more["for_probability"]),
                )
            ]
            if record["is_open"]
            else [say("The last batch has closed: only applications filed are counted.")]
        ),
        *_told_outcome_next(record, language),
        *at_prior_text(record, language),
    ]


def _told_outcome_next(record: YearRecord, language: Language) -> list[str]:
    firms = [each["firm"] or each["uscc"] for each in record["outcome_next"]]
    if not firms:
        return []
    sentence = language.text("Outcomes that would narrow the number most: {firms}")
    return [sentence.format(firms=language.text(", ").join(map(str, firms)))]


def at_prior_text(record: YearRecord, language: Language) -> list[str]:
    """The firms that no past application is like, by name; nothing where there are none."""
    firms = [each["firm"] or each["uscc"] for each in record["at_prior"]]
    if not firms:
        return []
    sentence = language.text(
        "Unlike all past applications, so that their chance is what the law alone suggests, known "
        "least: {count} firms, among them {firms}"
    )
    names = language.text(", ").join(map(str, firms[:TOLD]))
    return [sentence.format(count=len(firms), firms=names)]


def _told_funnel(record: YearRecord, language: Language) -> list[str]:
    say = language.text
    lines = [
        say("{verdict}: {firms} firms, {expected:.1f} expected").format(
            verdict=say(part["verdict"]), firms=part["firms"], expected=part["expected"]
        )
        for part in record["funnel"]
    ]
    return lines + [
        "  "
        + say(
            "{district}: {firms} firms, {eligible} eligible, {undetermined} undetermined, {expected:.1f} expected"
        ).format(**part | {"district": part["district"] or say("(no district)")})
        for part in record["districts"]
    ]


def _told_support(record: YearRecord, language: Language) -> list[str]:
    say, support = language.text, record["support"]
    lines = [
        say("Support, {used:g} of {days:g} adviser-days, CNY {cost:,.0f}").format(
            used=support["days"], days=support["adviser_days"], cost=support["cost"]
        )
        + told_doubt(support, language),
        say("{gain:+.2f} certifications expected, P(target) {reaches}").format(
            gain=support["gain"], reaches=tenths(support["forecast"]["reaches_target"])
        ),
    ]
    rules = support["compared_with"]
    for other, sentence in (
        (
            rules["highest_score_first"],
            say("highest score first: {gain:+.2f}, P(target) {reaches}"),
        ),
        (
            rules["highest_chance_first"],
            say("highest chance first: {gain:+.2f}, P(target) {reaches}"),
        ),
    ):
        text = sentence.format(
            gain=other["gain"], reaches=tenths(other["forecast"]["reaches_target"])
        )
        better = say("the choice brings {more:.2f} more").format(
            more=support["gain"] - other["gain"]
        )
        lines.append(f"  {text}; {better}")
    if not support["proven"]:
        lines.append(
            "  "
            + say("not proven the best: no choice reaches more than {bound}").format(
                bound=tenths(support["at_most"])
            )
        )
    for choice in support["choices"][:TOLD]:
        comma = say(", ")
        lines.append(
            "  "
            + say(
                "{name}: {actions} · {days:g} days · chance {before} → {after} · {by_day:.3f} a day"
            ).format(
                name=_name(choice, language),
                actions=comma.join(action[language.id] for action in choice["actions"]),
                days=choice["days"],
                before=certified_chance(choice["before"]),
                after=certified_chance(choice["after"]),
                by_day=choice["gain_per_day"],
            )
        )
        if choice["instead"]:
            lines.append(
                "      "
                + say("its days would otherwise go to: {firms}").format(
                    firms=comma.join(_name(firm, language) for firm in choice["instead"])
                )
            )
    return lines + _residual_lines(len(support["choices"]), language)


def _told_training(record: YearRecord, language: Language) -> list[str]:
    say, training = language.text, record["training"]
    conditions = [gap for gap in training["gaps"] if not gap["scored_item"]]
    lines = [say("What firms lack")]
    lines += [
        "  "
        + say("{title}: unmet {unmet} (alone {alone}), undetermined {undetermined}").format(
            **gap | {"title": gap["title"][language.id]}
        )
        for gap in conditions
    ]
    lines.append(say("Courses") + told_doubt(training, language))
    lines += [
        "  "
        + say(
            "{title}: concerns {concerned} firms, could free {could_move} of every unmet condition, {expected:.1f} expected"
        ).format(**course | {"title": course["title"][language.id]})
        for course in training["courses"]
    ]
    return lines


def _told_deadlines(record: YearRecord, language: Language) -> list[str]:
    lines = [language.text("Next deadlines")]
    late = {True: " · " + language.text("late"), False: ""}
    return lines + [
        f"  {due['day']} {due['task'][language.id]} "
        f"[{told_source(due['dated_by'], language)}]{late[due['late']]}"
        for due in record["deadlines"]
    ]


def _name(firm: PlacedFirm | SupportChoice, language: Language) -> str:
    return firm["name"] or firm["uscc"] or language.text("(no name)")


def _residual_lines(count: int, language: Language) -> list[str]:
    if count <= TOLD:
        return []
    return ["  " + language.text("… and {more} more").format(more=count - TOLD)]


def told_doubt(part: SupportRecord | TrainingRecord, language: Language) -> str:
    """That a part rests on assumptions, where it does."""
    assumed = language.text("days, costs and effects are assumed")
    return f" [{assumed}]" if part["assumed"] else ""


def _rests_on_assumptions(remedies: Sequence[Remedy]) -> bool:
    return any(
        figure.source == "assumed"
        for remedy in remedies
        for figure in vars(remedy).values()
        if isinstance(figure, Figure)
    )


def told_source(source: TargetSource, language: Language) -> str:
    """What a number rests on, in words."""
    names = {
        "assumed": language.text("assumed: check"),
        "asked for": language.text("as asked for"),
        "register": language.text("as set in the register"),
    }
    if isinstance(source, str):
        return names[source]
    return f"{source['document']} {source['article']}{doubt(source, language)}"


def carriers_part(record: YearRecord, language: Language) -> str:
    """What a carrier's firms bring to the city's target, which is no yardstick for them alone."""
    return language.text(
        "The city's target is {n}; this carrier's firms are expected to bring {expected}."
    ).format(n=record["target"]["certified"], expected=number(record["forecast"]["expected"], 1))


def forecast_record(forecast: Forecast) -> ForecastRecord:
    """A forecast as plain data: firms and chances."""
    return {
        "already": forecast.already,
        "expected": forecast.mean,
        "interval_80": list(forecast.interval(0.8)),
        "reaches_target": forecast.reaches_target,
    }


def _capacity(city_year: CityYear) -> int | None:
    figure = city_year.city.assumed_applications.capacity
    return None if figure is None else int(figure.value)


def _choice(choice: Selection) -> SelectionRecord:
    return {
        "days": choice.days,
        "cost": choice.cost,
        "gain": choice.gain,
        "weighted_gain": choice.weighted_gain,
        "forecast": forecast_record(choice.forecast),
    }


def _reason(city_year: CityYear, reason: Reason) -> SupportChoice:
    options, option = city_year.options, reason.option
    firm = int(options.firm[option])
    titles = {action.id: words(action.title) for action in city_year.city.support.actions}
    return {
        **_firm(city_year, option),
        "actions": [titles[name] for name in options.actions[option]],
        "days": float(options.days[option]),
        "cost": float(options.cost[option]),
        "before": float(city_year.chances.now[:, firm].mean()),
        "after": float(options.after[:, option].mean()),
        "gain": reason.gain,
        "gain_per_day": reason.gain_per_day,
        "instead": [_firm(city_year, other) for other in reason.instead],
        "lost_without": reason.loss,
    }


def _firm(city_year: CityYear, option: int) -> PlacedFirm:
    firm, firms = int(city_year.options.firm[option]), city_year.standing.firms
    return {
        "uscc": firms.texts("uscc")[firm],
        "name": firms.texts("name")[firm],
        "district": firms.texts("district")[firm],
        "industry": firms.texts("industry")[firm],
    }


def _share(share: Share) -> ShareRecord:
    return {
        "firms": share.firms,
        "eligible": share.verdicts[MET],
        "undetermined": share.verdicts[UNDETERMINED],
        "ineligible": share.verdicts[UNMET],
        "expected": share.expected_certifications,
    }


def deadline_record(due: Deadline, as_of: date) -> DeadlineRecord:
    """A deadline as plain data; ``late`` if its day has passed."""
    return {
        "day": due.day.isoformat(),
        "task": both_languages(due.task),
        "citation": cite(due.citation) if due.citation else None,
        "dated_by": source_record(due.dated_by),
        "late": due.day < as_of,
    }


def figure_record(figure: Figure) -> FigureRecord:
    """A number that is not of the law as plain data."""
    return {
        "value": figure.value,
        "unit": figure.unit,
        "source": source_record(figure.source),
        "note": words(figure.note) if figure.note else None,
    }


def source_record(source: Source) -> SourceRecord:
    """What a number that is not of the law rests on, as plain data."""
    return source if isinstance(source, str) else cite(source)
