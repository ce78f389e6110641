"""One form read: its figures with their sources, what on it does not agree, and the facts that it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eligibility.documents.context import Context, head_power, read_context, unit_power
from eligibility.documents.definitions import FieldRule, FormEdition
from eligibility.documents.grid import DASHES, MARKS, Cell, Row, plain_text, with_sign
from eligibility.documents.lines import LineMatch, LineReader
from eligibility.documents.recognition import CONFIRMING, MAKING, Segment, edition_of
from eligibility.documents.relations import Place, evaluate, imbalances, lines_of, relations
from eligibility.documents.transpose import transpose
from eligibility.domain.papers import (
    Certainty,
    FormFigure,
    FormReading,
    PaperDoubt,
    PaperFact,
    PaperSource,
)
from eligibility.domain.text import Message, Wording, msgid
from eligibility.intake.cells import CellFormat, CellTrouble, money_power, parse
from eligibility.intake.lists import FORMATS

#: a column that adds up others which are not told apart
ACROSS, TOTAL = "across", "total"
#: a form has whole persons, rounded or cut, of what is an average
PERSON = 1.0
#: decimals of yuan, and amounts whose decimals tell that they are in another unit
CENTS, LEAST_AMOUNTS = 2, 3
#: figures of forms may be negative
_MONEY = FORMATS["money"].field.model_copy(update={"minimum": None})
_NUMBER = _MONEY.model_copy(update={"kind": "number"})
NO_FIGURE = msgid(
    "no figure can be told by its label and head; if it was printed too narrow or over several pages, print it anew, or take the workbook"
)


@dataclass
class ReadForm:
    """A form with the facts and doubts that come of it."""

    reading: FormReading
    facts: list[PaperFact] = field(default_factory=list)
    offers: list[PaperFact] = field(default_factory=list)
    doubts: list[PaperDoubt] = field(default_factory=list)


class FormReader:
    """Reads one form of a file.

    Parameters
    ----------
    file : str
    segment : Segment
        Of a form.
    outer : Context
        Year and firm, as the rest of the file says them.
    latest_year : int
        The year before the application.
    """

    def __init__(self, file: str, segment: Segment, outer: Context, latest_year: int) -> None:
        assert segment.form is not None
        self._file, self._segment, self._form = file, segment, segment.form
        self._outer, self._latest_year = outer, latest_year
        self._is_year_assumed = False
        self._doubts: list[PaperDoubt] = []
        self._accuracy: dict[Place, float] = {}
        self._weak: set[str] = set()
        #: power of ten of the unit, and decimals, of every amount
        self._decimals: list[tuple[int, int]] = []
        self._unit_note: Message | None = None

    def read(self) -> ReadForm | None:
        """The form; None if too few of its labels are there to be sure that it is one."""
        rows = list(self._segment.rows)
        own = read_context(self._head_rows(rows))
        context = own.over(self._outer)
        found = edition_of(self._form, rows, context.year)
        if self._form.can_turn and (turned := self._lay_across(rows)) is not None:
            found = edition_of(self._form, turned, context.year)
            rows = turned
        if found is None:
            return None
        edition, reader, labels = found
        if labels < (CONFIRMING if self._segment.has_title else MAKING) and not edition.refuse:
            return None
        if reader.newest_head is not None:
            context = replace(context, year=reader.newest_head, is_whole=True, from_name=False)
        if edition.refuse is not None:
            return self._refuse(edition, context)
        power = self._power(own)
        figures = self._figures(edition, reader.read(rows), power)
        self._question_unit()
        reading = FormReading(
            self._form.id, edition.id, self._form.title, self._file, self._place(rows), context.year,
            context.uscc, context.name, figures,
            tuple((each.line, each.note) for each in edition.remarks if any(line == each.line for line, _ in figures)),
        )  # fmt: skip
        doubtful = self._check(edition, figures)
        result = ReadForm(reading, doubts=self._doubts)
        if not figures:
            # one sentence instead of one for each line
            self._doubts.clear()
            self._doubt(rows, Message(NO_FIGURE))  # fmt: skip
            return result
        if all(
            figure.value == 0.0 for figure in figures.values() if not isinstance(figure.value, str)
        ):
            self._doubt(
                rows,
                Message(
                    "every figure is nothing; it looks like an empty form, and nothing was taken"
                ),
            )
            return result
        if context.year is None and self._form.names_no_year:
            context = replace(context, year=self._latest_year)
            self._is_year_assumed = True
        if context.year is None:
            self._doubt(rows, Message("no year is printed on it or on what came with it; nothing was taken: put the year into the name of the file, such as 2024"))  # fmt: skip
            return result
        if not context.is_whole:
            self._doubt(
                rows,
                Message(
                    "it is of a part of a year; only the year's end was asked for, and nothing was taken"
                ),
            )
            return result
        self._collect(edition, result, context, doubtful)
        if edition.facts and not (result.facts or result.offers or self._doubts):
            self._doubt(rows, Message(NO_FIGURE))
        return result

    # --- what stands above ---

    def _head_rows(self, rows: Sequence[Row]) -> list[Row]:
        """The rows above the first line."""
        readers = [
            LineReader(self._form, edition) for edition in self._form.editions if edition.lines
        ]
        for place, row in enumerate(rows):
            if any(reader.labels_in(row) for reader in readers):
                return list(rows[:place])
        return list(rows)

    def _lay_across(self, rows: list[Row]) -> list[Row] | None:
        readers = [LineReader(self._form, edition) for edition in self._form.editions]
        return next(
            (laid for reader in readers if (laid := transpose(rows, reader)) is not None), None
        )

    def _power(self, own: Context) -> int:
        """Power of ten of the unit; a doubt where it should be printed and is not."""
        usual = money_power(self._form.unit) or 0
        if own.power is not None:
            return own.power
        # a page may have its unit in a column that was printed behind the labels
        printed = {power for row in self._segment.rows if (power := unit_power([row])) is not None}
        if len(printed) == 1:
            return printed.pop()
        if self._outer.power is not None:
            return self._outer.power
        if self._form.unit_printed:
            self._unit_note = Message("the paper prints no unit; are its amounts in {unit}?", {"unit": self._form.unit})  # fmt: skip
            self._doubt(self._segment.rows, Message("no unit is printed; taken as {unit}", {"unit": self._form.unit}))  # fmt: skip
        return usual

    def _question_unit(self) -> None:
        """Ask for the unit where every amount has more decimals than yuan have."""
        yuan = [digits for power, digits in self._decimals if power == 0]
        if len(yuan) >= LEAST_AMOUNTS and min(yuan) > CENTS:
            self._unit_note = Message("its amounts have {digits} decimals, where yuan have two; in which unit are they?", {"digits": min(yuan)})  # fmt: skip

    def _place(self, rows: Sequence[Row]) -> str:
        return rows[0].place if rows else ""

    def _refuse(self, edition: FormEdition, context: Context) -> ReadForm:
        reading = FormReading(
            self._form.id, edition.id, self._form.title, self._file,
            self._place(self._segment.rows), context.year,
        )  # fmt: skip
        self._doubt(self._segment.rows, Message("{why}", {"why": edition.refuse}))
        return ReadForm(reading, doubts=self._doubts)

    def _doubt(self, rows: Sequence[Row], message: Message) -> None:
        source = PaperSource(self._file, self._place(rows), form=self._form.id)
        self._doubts.append(PaperDoubt(source, message))

    # --- figures ---

    def _figures(
        self, edition: FormEdition, matches: Sequence[LineMatch], power: int
    ) -> dict[Place, FormFigure]:
        figures: dict[Place, FormFigure] = {}
        self._blanks: set[Place] = set()
        twice: set[Place] = set()
        for match in matches:
            definition = edition.lines[match.line]
            if match.agrees is False:
                self._doubts.append(
                    PaperDoubt(
                        self._source(match, edition, match.label, ""),
                        Message(
                            "{label} is printed with the number {number}, expected {expected}; the line was not taken",
                            {"label": match.label.text, "number": match.number, "expected": definition.number or match.line},
                        ),
                    )
                )  # fmt: skip
                continue
            if match.without_head and definition.kind != "share":
                self._doubts.append(
                    PaperDoubt(
                        self._source(match, edition, match.without_head[0], ""),
                        Message(
                            "the figures of this line stand under no head that is known; not taken"
                        ),
                    )
                )
                continue
            columns = definition.columns or edition.columns
            line_power = self._line_power(match, definition.unit, power)
            self._sum_across(match, edition, figures, line_power)
            for column in columns:
                place = (match.line, column)
                cell = match.cells.get(column)
                if cell is None:
                    if place not in figures:
                        self._blanks.add(place)
                    continue
                value = self._value(match, edition, column, cell, line_power)
                if value is None:
                    if place not in figures:
                        self._blanks.add(place)
                    continue
                if place in figures and figures[place].value != value:
                    twice.add(place)
                    continue
                self._blanks.discard(place)
                head = match.heads.get(column, "")
                figures[place] = FormFigure(
                    match.line, column, value, self._source(match, edition, cell, head),
                    PERSON if definition.kind == "count" else self._accuracy.get(place, 0.0),
                )  # fmt: skip
                if match.is_alike or (
                    match.agrees is None and edition.numbers and definition.number != ""
                ):
                    self._weak.add(match.line)
        for place in twice:
            figure = figures.pop(place)
            self._doubts.append(
                PaperDoubt(
                    figure.source,
                    Message("this line stands twice with different figures; not taken"),
                )
            )
        return figures

    def _line_power(self, match: LineMatch, unit: str | None, power: int) -> int:
        own = head_power(match.label.text)
        if own is not None:
            return own
        return (money_power(unit) or 0) if unit else power

    def _sum_across(
        self, match: LineMatch, edition: FormEdition, figures: dict[Place, FormFigure], power: int
    ) -> None:
        """The projects of a line, and their sum where no total is printed."""
        parts = [
            value for cell in match.across
            if isinstance(value := self._value(match, edition, ACROSS, cell, power), float)
        ]  # fmt: skip
        if not parts:
            return
        accuracy = self._accuracy.get((match.line, ACROSS), 0.0)
        self._accuracy[match.line, ACROSS] = accuracy * len(parts)
        source = self._source(match, edition, match.across[0], "")
        figures[match.line, ACROSS] = FormFigure(match.line, ACROSS, round(sum(parts), 2), source)
        if TOTAL not in match.cells:
            figures[match.line, TOTAL] = FormFigure(match.line, TOTAL, round(sum(parts), 2), source)
            self._weak.add(match.line)

    def _value(
        self, match: LineMatch, edition: FormEdition, column: str, cell: Cell, power: int
    ) -> float | str | None:
        """What a cell holds: None for what is blank or not to be filled in."""
        kind = edition.lines[match.line].kind
        text = cell.text.strip()
        if text in DASHES and kind == "amount":
            self._weak.add(match.line)
            return 0.0
        if text in MARKS or kind == "share":
            return None
        if kind == "text":
            return text
        plain = with_sign(plain_text(text))
        form = CellFormat(_MONEY, power) if kind == "amount" else CellFormat(_NUMBER)
        try:
            value = parse(plain, form)
        except CellTrouble as trouble:
            self._doubts.append(
                PaperDoubt(
                    self._source(match, edition, cell, match.heads.get(column, "")),
                    Message("{value} cannot be read, expected {expected}", {"value": text, "expected": Message(trouble.expectation.text, trouble.expectation.values)}),
                )
            )  # fmt: skip
            return None
        if not isinstance(value, float):
            return None
        digits = plain.rstrip("%元万亿人个项件)").partition(".")[2]
        if kind == "amount" and value:
            self._decimals.append((power, len(digits)))
        scale = power if kind == "amount" else 0
        self._accuracy[match.line, column] = (
            0.5 * 10.0 ** (scale - len(digits)) if kind == "amount" else 0.0
        )
        return round(value, 2)

    def _source(self, match: LineMatch, edition: FormEdition, cell: Cell, head: str) -> PaperSource:
        words = match.label.text if not head else f"{match.label.text} · {head}"
        return PaperSource(
            self._file, match.row.place, cell.name, self._form.id, edition.id,
            match.number or "", " ".join(words.split()), cell.text,
        )  # fmt: skip

    # --- arithmetic ---

    def _check(self, edition: FormEdition, figures: Mapping[Place, FormFigure]) -> set[Place]:
        """Recompute the relations; the places that do not agree."""
        amounts = {
            place: figure.value
            for place, figure in figures.items()
            if isinstance(figure.value, float)
        }
        # two decimals of yuan are rounded by half a cent
        every = list(relations(self._form, edition))
        wrong = imbalances(every, amounts, frozenset(self._blanks), self._accuracy)
        used = {name for rule in edition.facts for name in lines_of(rule.value or "")}
        for each in wrong:
            if not each.amount and each.place[0] not in used:
                # a total that was left at nothing is not filled in, as in many a print
                continue
            figure = figures[each.place]
            self._doubts.append(
                PaperDoubt(
                    figure.source,
                    Message(
                        "{label} says {amount}; by the other lines ({lines}) it would be {expected}",
                        {
                            "label": edition.lines[each.place[0]].label,
                            "amount": f"{each.amount:,.2f}",
                            "lines": _line_list(each.relation.sources, each.place, each.relation.target, edition),
                            "expected": f"{each.by_others:,.2f}",
                        },
                    ),
                )
            )  # fmt: skip
        return {each.place for each in wrong}

    # --- facts ---

    def _collect(
        self,
        edition: FormEdition,
        result: ReadForm,
        context: Context,
        doubtful: set[Place],
    ) -> None:
        for rule in edition.facts:
            for fact in self._facts(rule, edition, result.reading, context, doubtful):
                (result.offers if rule.role == "offer" else result.facts).append(fact)

    def _facts(
        self, rule: FieldRule, edition: FormEdition, reading: FormReading, context: Context,
        doubtful: set[Place],
    ) -> Iterator[PaperFact]:  # fmt: skip
        assert context.year is not None
        columns = rule.columns or (edition.columns[0],)
        for column in columns:
            names = rule.text or lines_of(rule.value or "")
            found = [reading.figures.get((name, column)) for name in names]
            present = [figure for figure in found if figure is not None]
            read = all(
                (name, column) in self._blanks or figure
                for name, figure in zip(names, found, strict=True)
            )
            if not present or not read:
                continue
            value: float | str
            if rule.text:
                value = "/".join(str(figure.value) for figure in present)
            else:
                amounts = {
                    name: figure.value if figure and isinstance(figure.value, float) else 0.0
                    for name, figure in zip(names, found, strict=True)
                }
                value = round(evaluate(rule.value or "", amounts), 2)
            accuracy = sum(self._accuracy.get((name, column), 0.0) for name in names)
            if any(edition.lines[name].kind == "count" for name in names):
                accuracy = PERSON
            note: Wording | Message | None = rule.note or self._form.note
            certainty = self._certainty(rule, edition, context, names)
            if rule.unless_zero and value == 0.0:
                note = None
            elif rule.ask:
                certainty = Certainty.OPEN
            if self._unit_note is not None and not rule.text and value:
                certainty, note = Certainty.OPEN, self._unit_note
            if any((name, column) in doubtful for name in names):
                certainty = Certainty.OPEN
                note = Message("this line does not agree with the others of its form")
            if self._is_year_assumed:
                certainty = Certainty.OPEN
                note = Message("the paper names no year; is it of {year}?", {"year": context.year})
            source = present[0].source
            if len(present) > 1:
                source = replace(source, words=" ; ".join(figure.source.words for figure in present), text=" ; ".join(figure.source.text for figure in present))  # fmt: skip
            year = context.year + self._form.columns[column].year if not rule.text else None
            yield PaperFact(rule.field, year, value, source, certainty, note, (), accuracy)

    def _certainty(
        self,
        rule: FieldRule,
        edition: FormEdition,
        context: Context,
        names: Sequence[str],
    ) -> Certainty:
        if rule.role == "offer":
            return Certainty.OPEN
        weak = (
            rule.role == "check"
            or edition.sure == "low"
            or not self._segment.has_title
            or context.from_name
            or bool(self._weak.intersection(names))
        )
        return Certainty.LIKELY if weak else Certainty.CERTAIN


def _line_list(sources: Sequence[Place], place: Place, target: Place, edition: FormEdition) -> str:
    """The other figures of a relation, as the form numbers or calls them."""
    others = dict.fromkeys(
        line if edition.numbers else edition.lines[line].label
        for line, column in (target, *sources)
        if (line, column) != place
    )
    return ", ".join(others)
