"""What a paper for one firm says: verdict, findings, score, gaps, plan, papers to collect, the form.

Everything comes from the record of the assessment, from the brief, and from what the firm entered;
nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain

from eligibility.application_form.contents import Lists
from eligibility.assessment.record_types import AssessmentRecord, FindingRecord
from eligibility.domain.facts import FirmTable
from eligibility.domain.open_points import coming_verdict, state_word, verdict_state
from eligibility.domain.records import CitationRecord, FirmRecord
from eligibility.domain.text import Message, msgid
from eligibility.i18n import Language
from eligibility.planning.gap_record import open_ways
from eligibility.planning.record_types import GapsRecord, PlanRecord, WorthRecord
from eligibility.reports.application import DraftTable, draft
from eligibility.reports.fact_sources import ConditionSources
from eligibility.reports.firm_summary import FirmSummary
from eligibility.reports.firm_text import (
    application_year,
    doubt,
    fields_in_words,
    finding_notes,
    line_in_words,
    own_figure,
    readiness_lines,
    score_sentence,
)
from eligibility.reports.number_format import interval
from eligibility.reports.paper import Block, Grid, Heading, Paper, Point, Points, Text
from eligibility.reports.plan_text import PlanWords
from eligibility.schemes.registry import Scheme

#: where a paper stands that no list names
NOT_THERE = msgid("missing")


def firm_paper(
    record: AssessmentRecord,
    brief: PlanRecord | Message,
    firm: FirmTable,
    scheme: Scheme,
    language: Language,
    *,
    lists: Lists | None = None,
    papers: Mapping[str, str] | None = None,
    summary: FirmSummary | None = None,
    sources: Mapping[str, ConditionSources] | None = None,
) -> Paper:
    """All that is known of one firm, as a paper.

    Parameters
    ----------
    record : dict
        As :func:`eligibility.assessment.record.record` gives it.
    brief : PlanRecord or Message
        As :func:`eligibility.planning.firm_plan.firm_plan` gives it, or why no plan can be made.
    firm : FirmTable
        The one row that both are about.
    lists : mapping of list to rows, optional
        What the firm listed one by one, for the application's tables.
    papers : mapping of paper to where it stands, optional
        The checklist that staff keep: ids of conditions, names of further papers; its words are
        msgids.
    summary : FirmSummary, optional
        What stands on the first page.
    sources : mapping of condition to ConditionSources, optional
        Where its figures come from.
    """
    return _FirmPaper(
        record, brief, firm, scheme, language, lists, papers, summary, sources
    ).paper()


def verdict_sentence(record: AssessmentRecord, scheme: Scheme, language: Language) -> str:
    """The verdict, by which rules, on which day, and how many conditions stand how."""
    statuses = [finding["status"] for finding in record["findings"]]
    return language.text(
        "{firm}: {verdict} on {day} by {edition}. Of {count} conditions {met} are met, {unmet} unmet and {undetermined} undetermined."
    ).format(
        firm=firm_name(record["firm"], language),
        verdict=language.text(state_word(verdict_state(record, scheme.fields_by_id))),
        day=record["as_of"],
        edition=language.of(scheme.edition(record["edition"]).title),
        count=len(statuses),
        **{status: statuses.count(status) for status in ("met", "unmet", "undetermined")},
    )


def firm_name(firm: FirmRecord, language: Language) -> str:
    """How a firm is called: by its name, else its credit code."""
    return firm["name"] or firm["uscc"] or language.text("(no name)")


class _FirmPaper:
    def __init__(
        self,
        record: AssessmentRecord,
        brief: PlanRecord | Message,
        firm: FirmTable,
        scheme: Scheme,
        language: Language,
        lists: Lists | None,
        papers: Mapping[str, str] | None,
        summary: FirmSummary | None,
        sources: Mapping[str, ConditionSources] | None,
    ) -> None:
        self.record, self.firm, self.summary = record, firm, summary
        self.brief = brief
        self.lists, self.papers, self.sources = lists, papers, sources or {}
        self.scheme, self.language = scheme, language
        self.say, self.lang = language.text, language.id
        self.law = scheme.edition(record["edition"])
        self.words = PlanWords(scheme, language, application_year(record))

    def paper(self) -> Paper:
        say, about, brief = self.say, self.record["firm"], self.brief
        planned: Iterable[Block] = ()
        if isinstance(brief, Message):
            dated = say("Application on {day}; no plan can be made: {why}").format(
                day=self.record["as_of"], why=brief.say(self.language)
            )
        else:
            dated = say("Application on {day}; plan made on {on} to be ready by {by}").format(
                day=self.record["as_of"], on=brief["on"], by=brief["by"]
            )
            planned = chain(
                self.gaps(open_ways(brief["gaps"], date.fromisoformat(brief["on"]).year)),
                self.plan(brief),
                self.outlook(brief),
                self.worth(brief["worth"]),
            )
        return Paper(
            title=say("{scheme}: where {firm} stands and what to do").format(
                scheme=self.language.of(self.scheme.title), firm=firm_name(about, self.language)
            ),
            lines=tuple(
                sentence
                for sentence in (
                    about["uscc"],
                    dated,
                    say(
                        "Computed from what the firm entered. It prepares an application and decides nothing; the authorities decide."
                    ),
                )
                if sentence
            ),
            blocks=(
                *self.verdict(),
                *self.findings(),
                *self.score(),
                *planned,
                *self.readiness(),
                *self.checklist(),
                *self.warnings(),
                *self.annex(),
            ),
            language=self.language,
            lead=tuple(self.lead()),
        )

    def lead(self) -> Iterator[Text | Points]:
        """The result in short: the sentence, the next batch, what to do first, what to hand in."""
        if self.summary is None:
            return
        say, said = self.say, self.summary
        yield Text(said.sentence, "strong")
        yield Text(score_sentence(self.record, self.language))
        yield Text(f"{say('Next batch')}: {said.batch_line} {said.outlook_line}")
        if said.steps:
            yield Text(say("Do first"), "strong")
            yield Points(tuple(Point(step.line(self.language)) for step in said.steps))
        if said.materials:
            yield Text(say("Papers to hand in"), "strong")
            yield Points(tuple(map(Point, said.materials)))

    def verdict(self) -> Iterator[Block]:
        yield Heading(self.say("Verdict"), new_page=True)
        yield Text(verdict_sentence(self.record, self.scheme, self.language), "strong")
        yield Text(score_sentence(self.record, self.language))

    def findings(self) -> Iterator[Block]:
        say = self.say
        yield Heading(say("Findings"))
        head = (say("Condition"), say("Finding"), say("Own figure"), say("Line"), say("Source"))
        yield Grid(
            head,
            tuple(
                (
                    finding["title"][self.lang],
                    say(finding["status"]),
                    self._with_unit(
                        own_figure(finding, self.record["score"], self.language), finding
                    ),
                    self._with_unit(line_in_words(finding, self.language), finding),
                    self._source(finding["citation"]),
                )
                for finding in self.record["findings"]
            ),
            (4, 2.2, 2.6, 2.8, 4.6),
        )
        yield from _list(self._notes())
        if self.sources:
            yield Heading(say("Where the figures come from"))
            yield from _list(self._origins())

    def _notes(self) -> Iterator[Point]:
        """By condition, what leaves it open and what another reading would make of it."""
        for finding in self.record["findings"]:
            notes = list(finding_notes(finding, self.record, self.scheme, self.language))
            if notes:
                yield Point(finding["title"][self.lang])
                yield from (Point(note, 1) for note in notes)

    def _origins(self) -> Iterator[Point]:
        """By condition, where each of its figures was read or who entered it."""
        for finding in self.record["findings"]:
            if sources := self.sources.get(finding["id"]):
                yield Point(finding["title"][self.lang])
                yield from (Point(line, 1) for line in sources.lines)

    def score(self) -> Iterator[Block]:
        say, score = self.say, self.record["score"]
        yield Heading(say("Score"))
        rows = [
            (
                item["title"][self.lang],
                str(item["low"]),
                str(item["high"]),
                str(item["max"]),
                self._fields(item["missing"]) or "–",
                self._source(item["citation"]),
            )
            for item in score["items"]
        ]
        figures = (score["low"], score["high"], score["total"])
        total = (say("Total"), *map(str, figures), "", "")
        yield Grid(
            (
                say("Item"),
                say("At least"),
                say("At most"),
                say("Best"),
                say("Missing"),
                say("Source"),
            ),
            (*rows, total),
            (4.2, 1.5, 1.5, 1.3, 3.7, 4.2),
            frozenset({1, 2, 3}),
        )
        yield Text(
            say(
                "An item stands as an interval where its points within a grade are left to the experts or a fact is missing."
            ),
            "note",
        )

    def gaps(self, gaps: GapsRecord) -> Iterator[Block]:
        yield Heading(self.say("What is missing now"))
        if not gaps["findings"]:
            yield Text(self.say("No condition is open or unmet."))
        else:
            yield from _list(self.words.findings(gaps["findings"]))
        if gaps["items"]:
            yield Heading(self.say("Points still to be had"), 2)
            yield from _list(self.words.items(gaps["items"]))

    def plan(self, brief: PlanRecord) -> Iterator[Block]:
        say, plan, words = self.say, brief["plan"], self.words
        yield Heading(say("Plan to be ready by {by}").format(by=brief["by"]))
        yield from _list(words.obstacles(plan))
        head = (
            say("Action"), say("How much"), say("Start by"), say("Done by"), say("Cost, CNY"), say("What for")
        )  # fmt: skip
        for place, option in enumerate(plan["plans"]):
            yield Text(words.head(place, option), "strong")
            yield from _list(map(Point, words.open_points(option)))
            if option["moves"]:
                rows = (
                    (
                        "\n".join(filter(None, (move["title"][self.lang], words.proviso(move)))),
                        words.action_amount(move),
                        move["start_by"],
                        move["done_by"],
                        f"{move['cost']:,.0f}",
                        "\n".join(words.effects(move)),
                    )
                    for move in option["moves"]
                )
                yield Grid(head, tuple(rows), (5, 1.7, 2.4, 2.4, 1.7, 4.8), frozenset({4}))
        if any(move["assumed"] for option in plan["plans"] for move in option["moves"]):
            yield Text(say("Costs and lead times are assumed: check them."), "note")

    def outlook(self, brief: PlanRecord) -> Iterator[Block]:
        say, looked = self.say, brief["projection"]
        fields = self.scheme.fields_by_id
        yield Heading(say("Outlook"))
        yield Grid(
            (say("Deadline"), say("Figures of"), say("Verdict"), say("Points")),
            tuple(
                (
                    deadline["by"],
                    f"{deadline['years'][0]}–{deadline['years'][-1]}",
                    say(state_word(coming_verdict(deadline["verdict"], self.record, fields))),
                    interval(deadline["low"], deadline["high"]),
                )
                for deadline in looked["deadlines"]
            ),
            (3, 3, 3, 3),
        )
        yield from _list(self.words.earliest(looked, brief["plan"]))
        yield Heading(say("Rights: when to file"), 2)
        in_time = {True: say("in time"), False: say("too late")}
        yield Grid(
            (say("Kind"), say("File by"), say("Months"), say("In time?"), say("Source")),
            tuple(
                (
                    right["title"][self.lang],
                    right["file_by"],
                    str(right["months"]),
                    in_time[right["in_time"]],
                    self.words.source(right["source"]),
                )
                for right in looked["rights"]
            ),
            (4, 2.5, 2, 2, 5.5),
            frozenset({2}),
        )

    def worth(self, worth: WorthRecord) -> Iterator[Block]:
        yield Heading(self.say("What it is worth"))
        yield from _list(self.words.worth(worth))

    def readiness(self) -> Iterator[Block]:
        readiness = self.record["readiness"]
        # a number learned from invented applications goes into no paper
        if not readiness or readiness["model"]["invented"]:
            return
        yield Heading(self.say("Readiness"))
        yield from _list(map(Point, readiness_lines(readiness, self.law, self.language)))
        yield Text(
            self.say(
                "Readiness estimates how likely certification is after review; it never changes the verdict."
            ),
            "note",
        )

    def checklist(self) -> Iterator[Block]:
        """Documents that facts are taken from, and how much of each is entered; then the evidence."""
        say = self.say
        yield Heading(say("Documents"))
        sources: dict[str, list[str]] = {}
        for field in self.scheme.fields_of(self.law):
            if field.form_only:
                continue
            sources.setdefault(self.language.of(field.source), []).append(field.id)
        rows = []
        for source, names in sources.items():
            blank = [name for name in names if self.firm.blank(name)[0]]
            entered = say("{entered} of {count}").format(
                entered=len(names) - len(blank), count=len(names)
            )
            rows.append(("□", source, entered, self._few(blank)))
        yield Grid(
            (say("At hand"), say("Document"), say("Facts entered"), say("Not entered")),
            tuple(rows),
            (1.2, 5.5, 2, 7),
        )
        yield Heading(say("Evidence by condition"), 2)
        status = {finding["id"]: finding["status"] for finding in self.record["findings"]}
        rows = [
            (
                self._at_hand(condition.id),
                self.language.of(condition.title),
                say(status[condition.id]),
                self.language.of(condition.evidence),
            )
            for condition in self.law.conditions
        ]
        others = (self.papers or {}).keys() - status.keys()
        rows += [(self._at_hand(paper), paper, "–", "–") for paper in sorted(others)]
        yield Grid(
            (say("At hand"), say("Condition"), say("Finding"), say("Evidence")),
            tuple(rows),
            (1.8, 3.4, 2.2, 8.1),
        )

    def warnings(self) -> Iterator[Block]:
        yield Heading(self.say("Signs that reviewers look at"))
        if not self.record["warnings"]:
            yield Text(self.say("None was seen in what the firm entered."))
            return
        yield from _list(
            Point(warning["text"][self.lang] + self.words.citation(warning))
            for warning in self.record["warnings"]
        )
        yield Text(self.say("Each is a sign to look at, not a violation."), "note")

    def annex(self) -> Iterator[Block]:
        tables = draft(self.record, self.firm, self.scheme, self.lists)
        if not tables:
            return
        say = self.say
        yield Heading(say("Annex: draft of the application's tables"), new_page=True)
        yield Text(
            say(
                "Filled from what the firm entered; what is marked is still to be filled in. Money in 10k CNY (万元), two decimals. The official system and its form decide."
            ),
            "note",
        )
        for table in tables:
            yield Heading(self.language.of(table.title), 2)
            if table.note:
                yield Text(self.language.of(table.note), "note")
            columns = tuple(self.language.of(column) for column in table.columns)
            yield Grid(
                columns,
                tuple(
                    (self.language.of(row.title), *(cell.text(self.language) for cell in row.cells))
                    for row in table.rows
                ),
                _widths(table),
                frozenset(range(1, len(columns))) if table.numbers else frozenset(),
            )

    def _at_hand(self, paper: str) -> str:
        """Where a paper stands; a box to tick where nobody keeps a list."""
        return "□" if self.papers is None else self.say(self.papers.get(paper, NOT_THERE))

    def _few(self, names: list[str], most: int = 6) -> str:
        """Titles of fields, each stem once, and how many more there are."""
        fields = self.scheme.fields_by_id
        stems = list(dict.fromkeys(self.language.of(fields[name].stem_title) for name in names))
        sentence = self.say(", ").join(stems[:most])
        if len(stems) > most:
            sentence += " " + self.say("… and {more} more").format(more=len(stems) - most)
        return sentence or "–"

    def _fields(self, names: list[str]) -> str:
        year = application_year(self.record)
        return fields_in_words(names, self.scheme.fields_by_id, year, self.language)

    def _with_unit(self, figure: str, finding: FindingRecord) -> str:
        if figure in ("", "–"):
            return figure
        say, one = self.say, figure.rpartition(" ")[2] == "1"
        words = {
            "day": say("{n} day") if one else say("{n} days"),
            "item": say("{n} item") if one else say("{n} items"),
            "point": say("{n} point") if one else say("{n} points"),
        }
        return words.get(finding["unit"], "{n}").format(n=figure)

    def _source(self, cite: CitationRecord) -> str:
        return f"{cite['document']} {cite['article']}{doubt(cite, self.language)}"


def _list(points: Iterable[Point]) -> Iterator[Points]:
    """The entries as one list; nothing where there is none."""
    if entries := tuple(points):
        yield Points(entries)


def _widths(table: DraftTable) -> tuple[float, ...]:
    """Narrow before numbered rows, broad before titles."""
    return (1.8 if table.has_numbered_rows else 5.0, *(3.0 for _ in table.columns[1:]))
