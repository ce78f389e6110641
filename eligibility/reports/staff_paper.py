"""Head counts of a firm's people as a paper: figures, who does not count and why, what does not agree, tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from eligibility.domain.law import Citation
from eligibility.domain.records import cite
from eligibility.domain.text import Message
from eligibility.evidence.staff_count import Decision, HeadFigures, PersonCount, Status
from eligibility.evidence.staff_report import ListRows, StaffReport, open_people, sign_rows
from eligibility.evidence.staff_tables import AGES, DEGREES, OVERALL, TITLES, StaffCells
from eligibility.i18n import Language
from eligibility.intake.staff_average import MONTHS
from eligibility.reports.firm_text import doubt
from eligibility.reports.number_format import number
from eligibility.reports.paper import Block, Grid, Heading, Paper, Point, Points, Text

#: row numbers named in one sentence; a list of more is cut, the JSON has all
MOST_ROWS = 40


def staff_paper(report: StaffReport, language: Language) -> Paper:
    """Everything that a report says, in one language; persons appear as row numbers alone."""
    say = language.text
    blocks: list[Block] = [
        *_figures(report, language),
        *_section(say("Who does not count, by row of the roster"), not_counted(report, language)),
        *_section(say("Lists that do not agree"), mismatch_points(report, language)),
        *_section(say("What reviewers look at (practice, not a rule)"), sign_points(report, language)),
        *_section(say("Unclear clauses read otherwise"), reading_points(report, language)),
        *_section(say("Rows that were not used"), row_points(report.lists, language)),
        *tables(report, language),
    ]  # fmt: skip
    title = say("Staff of {year}").format(year=report.count.year)
    return Paper(title, tuple(list_lines(report.lists, language)), tuple(blocks), language)


def list_lines(lists: Iterable[ListRows], language: Language) -> Iterator[str]:
    """What became of the rows of each list."""
    for each in lists:
        lost = len({trouble.row for trouble in each.troubles})
        sentence = language.text("{file}: {read} rows read = {used} used + {lost} not used")
        yield sentence.format(file=each.file, read=each.rows, used=each.rows - lost, lost=lost)
        if each.other_sheets:
            sentence = language.text("{file}: {n} other sheets look like such a list and were not read; put all people on one.")  # fmt: skip
            yield sentence.format(file=each.file, n=each.other_sheets)


def figure_line(title: str, figures: HeadFigures | None, language: Language) -> str:
    """An average with the heads at year end, and what they are if the open people count."""
    say = language.text
    if figures is None:
        return say("{title}: not known, as neither the roster nor a list of R&D hours says who they are").format(title=title)  # fmt: skip
    line = say("{title}: {average} on average over the months, {end} at year end").format(
        title=title, average=number(figures.average), end=figures.year_end
    )
    if not figures.is_open:
        return line
    return say("{line}; {average} and {end} if the open people count").format(
        line=line, average=number(figures.average_with_open), end=figures.year_end_with_open
    )


def _figures(report: StaffReport, language: Language) -> Iterator[Block]:
    say, count = language.text, report.count
    yield Text(figure_line(say("Staff"), count.staff, language), "strong")
    yield Text(figure_line(say("S&T staff"), count.st_staff, language), "strong")
    yield from (Text(note) for note in notes(report, language))
    for citation in report.rules.citations.values():
        yield Text(_citation(citation, language), "note")


def notes(report: StaffReport, language: Language) -> Iterator[str]:
    """What has to be known of the figures."""
    say, count = language.text, report.count
    if n := open_people(report):
        yield say("Open people, of whom the lists do not say enough: {n}").format(n=n)
    if len(count.months) < MONTHS:
        yield say("Averages over {n} months of operation").format(n=len(count.months))
    if report.has_hours:
        hours = report.rules.parameters["day_hours"]
        sentence = say("Hours were turned into days of {n} hours ({source})")
        yield sentence.format(n=number(hours.value), source=_source(hours.citation, language))


def _source(citation: Citation, language: Language) -> str:
    """Document and article, and how well they are known."""
    return f"{citation.document} {citation.article}{doubt(cite(citation), language)}"


def _citation(citation: Citation, language: Language) -> str:
    return f"{citation.document} {citation.article}: {language.of(citation.gist)}"


def _section(title: str, points: Iterable[Point]) -> Iterator[Block]:
    entries = tuple(points)
    if entries:
        yield Heading(title, 2)
        yield Points(entries)


def not_counted(report: StaffReport, language: Language) -> Iterator[Point]:
    """Every person who does not count or is open, by reason, as rows of the roster."""
    say = language.text

    def is_repeated(person: PersonCount, decision_on: Decision) -> bool:
        return decision_on is not person.staff and decision_on == person.staff

    parts: tuple[tuple[str, Callable[[PersonCount], Decision]], ...] = (
        (say("Staff"), lambda each: each.staff),
        (say("S&T staff"), lambda each: each.st_staff),
    )
    for title, decision in parts:
        for status, mark in ((Status.OPEN, "undetermined"), (Status.NO, "unmet")):
            by_reason: dict[str, list[int]] = defaultdict(list)
            for person in report.count.people:
                decided = decision(person)
                if is_repeated(person, decided):
                    continue
                if decided.status is status and decided.reason is not None:
                    by_reason[decided.reason.say(language)] += person.rows
            for reason, rows in by_reason.items():
                sentence = say("{who}, open: {reason}: rows {rows}") if status is Status.OPEN else say("{who}: {reason}: rows {rows}")  # fmt: skip
                text = sentence.format(who=title, reason=reason, rows=row_list(rows, language))
                yield Point(text, mark=mark)  # type: ignore[arg-type]


def row_list(rows: Iterable[int], language: Language) -> str:
    """Row numbers, of which the first are named and the others counted."""
    numbers = sorted(rows)
    text = ", ".join(map(str, numbers[:MOST_ROWS]))
    if len(numbers) <= MOST_ROWS:
        return text
    return language.text("{rows} and {n} more").format(rows=text, n=len(numbers) - MOST_ROWS)


def mismatch_points(report: StaffReport, language: Language) -> Iterator[Point]:
    """What does not agree among the lists."""
    for each in report.mismatches:
        yield Point(each.message.say(language), mark="warning")


def sign_points(report: StaffReport, language: Language) -> Iterator[Point]:
    """Posts that reviewers look at, with the source of it and its day."""
    sentence = language.text("{says}: rows {rows} ({source}, {day})")
    for sign in report.rules.signs:
        if rows := sign_rows(report, sign.id):
            source = _citation(sign.citation, language) + doubt(cite(sign.citation), language)
            text = sentence.format(
                says=language.of(sign.says), rows=row_list(rows, language), source=source, day=sign.source_date,
            )  # fmt: skip
            yield Point(text, mark="item")


def reading_points(report: StaffReport, language: Language) -> Iterator[Point]:
    """Figures that another reading of an unclear clause would give."""
    say = language.text
    for each in report.others:
        clause = report.law.interpretations[each.interpretation]
        reading = language.of(clause.readings[each.reading].says)
        figures = [say("staff {n}").format(n=number(each.count.staff.average))]
        if each.count.st_staff is not None:
            figures.append(say("S&T staff {n}").format(n=number(each.count.st_staff.average)))
        text = say("{reading}: {figures} ({source})").format(
            reading=reading,
            figures=say(", ").join(figures),
            source=_source(clause.citation, language),
        )
        yield Point(text, mark="item")


def row_points(lists: Iterable[ListRows], language: Language) -> Iterator[Point]:
    """Rows that were not used, each with what was expected."""
    for each in lists:
        for trouble in each.troubles[:MOST_ROWS]:
            yield Point(trouble.message.say(language), mark="unmet")
        if (rest := len(each.troubles) - MOST_ROWS) > 0:
            sentence = Message(
                "{file}: {n} more rows were not used", {"file": each.file, "n": rest}
            )
            yield Point(sentence.say(language), mark="unmet")


def tables(report: StaffReport, language: Language) -> Iterator[Block]:
    """The staff tables of the form, averages beside heads at year end."""
    say, rules = language.text, report.rules
    average, end = report.count.average_tables, report.count.year_end_tables
    yield Heading(say("Staff tables of the form (people who surely count)"), 2)
    head = (
        say("Staff, average"), say("S&T staff, average"),
        say("Staff, year end"), say("S&T staff, year end"),
    )  # fmt: skip
    titles = rules.rows["overall"]
    rows = [
        (language.of(titles[name]), *_cells(average.overall[name]), *_cells(end.overall[name]))
        for name in OVERALL
    ]
    posts = [
        (language.of(rules.groups[name].title), *_cells(average.posts[name]), *_cells(end.posts[name]))
        for name in rules.groups
        if end.posts[name].staff or average.posts[name].staff
    ]  # fmt: skip
    for first, each in ((say("Item"), rows), (say("Post"), posts)):
        yield Grid((first, *head), tuple(each), (4, 2, 2, 2, 2), frozenset((1, 2, 3, 4)))
    parts: tuple[tuple[str, tuple[str, ...], Mapping[str, float | None], Mapping[str, float | None]], ...] = (
        ("degree", DEGREES, average.degree, end.degree),
        ("title", TITLES, average.title, end.title),
        ("age", AGES, average.age, end.age),
    )  # fmt: skip
    yield Grid(
        (say("Item"), say("Staff, average"), say("Staff, year end")),
        tuple(
            (language.of(rules.rows[table][name]), _cell(of_year[name]), _cell(at_end[name]))
            for table, names, of_year, at_end in parts
            for name in names
        ),
        (4, 2, 2),
        frozenset((1, 2)),
    )
    lacking = {
        "degree": say("{n} without a degree stated"),
        "age": say("{n} without an age stated"),
        "kind": say("{n} without a kind of employment stated, taken as in service"),
    }
    for name, sentence in lacking.items():
        if average.unknown[name]:
            yield Text(sentence.format(n=number(average.unknown[name])), "note")


def _cells(cells: StaffCells) -> tuple[str | None, str | None]:
    return _cell(cells.staff), _cell(cells.st_staff)


def _cell(figure: float | None) -> str | None:
    return None if figure is None else number(figure)
