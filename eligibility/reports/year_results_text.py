"""What happened in a year, as blocks of its report: target and result, named lists, survey, work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from eligibility.city.annual_results import (
    AnnualResults,
    ApplicationResult,
    Grouping,
    Result,
    Scope,
)
from eligibility.city.year import Share
from eligibility.domain.carriers import CARRIER_WORDS
from eligibility.domain.results import MET
from eligibility.domain.text import Message
from eligibility.i18n import Language
from eligibility.reports.number_format import money, percent
from eligibility.reports.paper import Bars, Block, Grid, Heading, Paper, Point, Points, Text
from eligibility.schemes.registry import Scheme

#: gaps told
LISTED = 8


def results_paper(
    results: AnnualResults,
    place: str,
    scheme: Scheme,
    language: Language,
    outlook: Share | Message | None,
) -> Paper:
    """The report of a year on a part of the firms, or where nobody is left to be forecast.

    Parameters
    ----------
    place : str
        Whose year it is: the city, where the scope names no district or carrier.
    outlook : Share or Message, optional
        What the year's forecast says of these firms, or why there is none.
    """
    say = language.text
    blocks = [*results_blocks(results, scheme, language)]
    blocks.append(Heading(say("Outlook to the year's end")))
    match outlook:
        case None:
            blocks.append(Text(say("None of these firms may still be certified in the year.")))
        case Message():
            blocks.append(Text(outlook.say(language)))
        case share:
            blocks.append(
                Grid(
                    (say("What"), say("Number of firms")),
                    (
                        (say("May still be certified in the year"), f"{share.firms:,}"),
                        (
                            say("of these eligible by their figures"),
                            f"{share.verdicts.get(MET, 0):,}",
                        ),
                        (
                            say("Certificates expected of them (forecast)"),
                            f"{share.expected_certifications:.1f}",
                        ),
                    ),
                    (8, 3),
                    frozenset({1}),
                )
            )
    return Paper(
        title=report_title(results.scope, place, results.year, language),
        lines=results_lines(results, language),
        blocks=tuple(blocks),
        language=language,
        lead=results_lead(results, language),
    )


def report_title(scope: Scope, place: str, year: int, language: Language) -> str:
    """The title of the report of a year."""
    return language.text("{city}: year-end report {year} on high-tech enterprises").format(
        city=scope.carrier or scope.district or place, year=year
    )


def results_lines(results: AnnualResults, language: Language) -> tuple[str, ...]:
    """The lines under the title."""
    sentence = language.text("As of {day}; {firms} firms in the register")
    return (sentence.format(day=results.as_of, firms=f"{results.firms:,}"),)


def results_lead(results: AnnualResults, language: Language) -> tuple[Text | Points, ...]:
    """The year in a few sentences, for the first page."""
    say = language.text
    counts = {result: results.count(result) for result in Result}
    lines = [
        say(
            "{applied} firms applied: {certified} certified, {pending} pending, {refused} refused."
        ).format(
            applied=len(results.applications),
            **{result.value: count for result, count in counts.items()},
        )
    ]
    if results.target:
        lines.append(
            say("Target {target}: {share} reached.").format(
                target=results.target, share=percent(counts[Result.CERTIFIED] / results.target)
            )
        )
    cancelled = sum(each.is_cancelled for each in results.ends)
    lines.append(
        say(
            "{valid} certificates valid; {expired} ended in the year without another one, {cancelled} were cancelled."
        ).format(
            valid=results.certificates, expired=len(results.ends) - cancelled, cancelled=cancelled
        )
    )
    surveyed = sum(each.assessments for each in results.survey)
    if results.firms:
        lines.append(
            say("{surveyed} of {firms} known firms are surveyed ({share}).").format(
                surveyed=surveyed, firms=results.firms, share=percent(surveyed / results.firms)
            )
        )
    return (Points(tuple(Point(line) for line in lines)),)


def results_blocks(results: AnnualResults, scheme: Scheme, language: Language) -> Iterator[Block]:
    """What happened: result, groups, named lists, survey, work, R&D and common gaps."""
    yield from _result(results, language)
    yield from _groups(results, language)
    yield from _lists(results, language)
    yield from _survey(results, language)
    yield from _work(results, language)
    yield from _courses(results, language)
    yield from _research(results, language)
    yield from _gaps(results, scheme, language)


def _result(results: AnnualResults, language: Language) -> Iterator[Block]:
    say = language.text
    yield Heading(say("Target and result"), new_page=True)
    rows = [
        (say("Applications filed"), f"{len(results.applications):,}"),
        (say("of these certified"), f"{results.count(Result.CERTIFIED):,}"),
        (say("of these pending"), f"{results.count(Result.PENDING):,}"),
        (say("of these refused"), f"{results.count(Result.REFUSED):,}"),
        (say("Certificates valid"), f"{results.certificates:,}"),
    ]
    if results.target is not None:
        rows.insert(0, (say("Target of the year"), f"{results.target:,}"))
    yield Grid((say("What"), say("Number of firms")), tuple(rows), (8, 3), frozenset({1}))
    if results.target is not None:
        labels = (say("Target of the year"), say("certified"), say("pending"))
        figures = (results.target, results.count(Result.CERTIFIED), results.count(Result.PENDING))
        values = tuple(float(figure) for figure in figures)
        yield Bars(say("Target and result"), labels, ((say("Number of firms"), values),))


def _groups(results: AnnualResults, language: Language) -> Iterator[Block]:
    say = language.text
    if not results.applications:
        return
    yield Heading(say("Applications by group"))
    words: dict[Grouping, tuple[str, str]] = {
        "district": (say("District"), say("(no district)")),
        "carrier": (say("Carrier"), say("(no carrier)")),
        "carrier_kind": (say("Kind of carrier"), say("(no kind of carrier)")),
        "industry": (say("Industry"), say("(no industry)")),
        "batch": (say("Batch"), say("(no batch)")),
        "adviser": (say("Adviser"), say("(no adviser)")),
    }
    kinds = {kind.value: say(word) for kind, word in CARRIER_WORDS.items()}
    alike = {
        "district": results.scope.district,
        "carrier": results.scope.carrier,
        "carrier_kind": results.scope.carrier,
    }
    for grouping, (title, nobody) in words.items():
        if alike.get(grouping) is not None:
            continue
        yield Heading(title, 2)
        yield Grid(
            (title, say("applied"), say("certified"), say("pending"), say("refused")),
            tuple(
                (
                    (kinds.get(name, name) if grouping == "carrier_kind" else name)
                    if name
                    else nobody,
                    str(sum(counts.values())),
                    *(str(counts.get(result, 0)) for result in Result),
                )
                for name, counts in results.by(grouping)
            ),
            (5, 2, 2, 2, 2),
            frozenset({1, 2, 3, 4}),
        )


def _lists(results: AnnualResults, language: Language) -> Iterator[Block]:
    say = language.text
    nothing = say("None on record.")
    place = (say("Firm"), say("District"), say("Carrier"), say("Batch"))

    def rows(result: Result, *more: str) -> tuple[tuple[str, ...], ...]:
        return tuple(
            (*_place(each), *(_text(getattr(each, name)) for name in more))
            for each in _in_order(results.of(result))
        )

    yield Heading(say("Firms certified"))
    if certified := rows(Result.CERTIFIED, "certificate_number", "certified_on"):
        head = (*place, say("Certificate"), say("Day"))
        yield Grid(head, certified, (5, 2.4, 2.8, 1.8, 3.7, 2.5))
    else:
        yield Text(nothing)
    yield Heading(say("Firms refused"))
    if refused := _in_order(results.of(Result.REFUSED)):
        lines = tuple((*_place(each), refusal_text(each, language)) for each in refused)
        yield Grid((*place, say("Reason of refusal")), lines, (5, 2.4, 3, 2.2, 6))
    else:
        yield Text(nothing)
    yield Heading(say("Applications pending"))
    if pending := rows(Result.PENDING, "adviser"):
        yield Grid((*place, say("Adviser")), pending, (6, 2.4, 3, 2.2, 3))
    else:
        yield Text(nothing)
    yield Heading(say("Certificates ended"))
    if results.ends:
        yield Grid(
            (say("Firm"), say("District"), say("Carrier"), say("Day"), say("How")),
            tuple(
                (
                    each.name,
                    _text(each.district),
                    _text(each.carrier),
                    each.ends.isoformat(),
                    say("cancelled") if each.is_cancelled else say("ran out"),
                )
                for each in results.ends
            ),
            (6, 2.4, 3, 2.4, 2.4),
        )
    else:
        yield Text(nothing)


def _survey(results: AnnualResults, language: Language) -> Iterator[Block]:
    say = language.text
    if not results.survey:
        return
    yield Heading(say("Survey of the known firms"))
    yield Grid(
        (say("District"), say("Known"), say("Surveyed"), say("Share surveyed")),
        tuple(
            (
                each.district or say("(no district)"),
                f"{each.firms:,}",
                f"{each.assessments:,}",
                percent(each.share),
            )
            for each in results.survey
        ),
        (5, 2, 2, 2),
        frozenset({1, 2, 3}),
    )
    yield Text(say("Surveyed is a firm of which an assessment is on record."), "note")


def _work(results: AnnualResults, language: Language) -> Iterator[Block]:
    say = language.text
    yield Heading(say("What the team did"))
    if not results.work:
        yield Text(say("No visit and no finished task is on record."))
        return
    total = (
        say("All"),
        str(sum(each.tasks_done for each in results.work)),
        str(sum(each.visits for each in results.work)),
    )
    yield Grid(
        (say("Adviser"), say("Tasks done"), say("Visits"), say("Firms visited")),
        (
            *(
                (
                    each.person or say("(nobody named)"),
                    str(each.tasks_done),
                    str(each.visits),
                    str(each.firms_visited),
                )
                for each in results.work
            ),
            (*total, ""),
        ),
        (5, 2, 2, 2),
        frozenset({1, 2, 3}),
    )


def _courses(results: AnnualResults, language: Language) -> Iterator[Block]:
    say = language.text
    yield Heading(say("Courses held"))
    if not results.courses:
        yield Text(say("No course is on record."))
        return
    yield Grid(
        (say("Course"), say("Day"), say("Firms that came"), say("At another stage since")),
        tuple(
            (each.course, each.held_on.isoformat(), f"{each.firms:,}", f"{each.at_other_stage:,}")
            for each in results.courses
        ),
        (7, 2.6, 2.6, 3.2),
        frozenset({2, 3}),
    )


def _research(results: AnnualResults, language: Language) -> Iterator[Block]:
    say, research = language.text, results.research
    yield Heading(say("R&D of the firms"))
    if not research.firms:
        sentence = say("No firm states its R&D expense of {before} and {year} both.")
        yield Text(sentence.format(before=research.fiscal_year - 1, year=research.fiscal_year))
        return
    rows = [
        (say("Firms that state both years"), f"{research.firms:,}"),
        (
            say("R&D expense {year}").format(year=research.fiscal_year - 1),
            money(research.before, language),
        ),
        (
            say("R&D expense {year}").format(year=research.fiscal_year),
            money(research.after, language),
        ),
        (say("Firms that spent more"), f"{research.growing:,}"),
    ]
    if research.growth is not None:
        rows.insert(3, (say("Growth"), percent(research.growth)))
    yield Grid((say("What"), say("Figure")), tuple(rows), (6, 5), frozenset({1}))


def _gaps(results: AnnualResults, scheme: Scheme, language: Language) -> Iterator[Block]:
    say = language.text
    yield Heading(say("Common gaps"))
    if not results.gaps:
        yield Text(say("No firm lacks a condition, and none is open."))
        return
    conditions = scheme.in_force(date(results.year, 1, 1)).conditions_by_id
    yield Grid(
        (say("First gap of a firm without a certificate"), say("Number of firms")),
        tuple(
            (language.of(conditions[name].title) if name in conditions else name, f"{count:,}")
            for name, count in results.gaps[:LISTED]
        ),
        (8, 3),
        frozenset({1}),
    )


def refusal_text(application: ApplicationResult, language: Language) -> str:
    """Why an application was refused: its coded reasons, then the text beside them."""
    say = language.text
    titles = [say(title) for title in application.reasons]
    return say("; ").join([*titles, *filter(None, [application.reason])])


def _in_order(applications: Sequence[ApplicationResult]) -> list[ApplicationResult]:
    """By district and carrier, those without one last."""
    return sorted(
        applications,
        key=lambda each: (
            each.district is None, each.district or "", each.carrier is None, each.carrier or "",
        ),
    )  # fmt: skip


def _place(each: ApplicationResult) -> tuple[str, ...]:
    return (each.name, _text(each.district), _text(each.carrier), _text(each.batch))


def _text(value: str | date | None) -> str:
    return "" if value is None else str(value)
