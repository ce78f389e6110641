"""The explanation of differences (差异说明) between books, tax return and application, as a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Literal

from eligibility.domain.records import CitationRecord
from eligibility.domain.text import Wording
from eligibility.evidence.record_types import (
    BasisRecord,
    BridgeRecord,
    BridgeStepRecord,
    DifferenceRecord,
    ReconciliationRecord,
)
from eligibility.i18n import Language
from eligibility.reports.firm_text import doubt
from eligibility.reports.number_format import limit
from eligibility.reports.paper import Block, Cell, Grid, Heading, Paper, Point, Points, Text
from eligibility.schemes.reconciliation_rules import ALL, DENOMINATOR

#: parts of a table's width: what a row is, and a figure of one year
WORDS, FIGURE = 5.0, 2.4


def reconciliation_paper(
    record: ReconciliationRecord, edition: Wording, language: Language, firm: str = ""
) -> Paper:
    """How the figures of one firm hang together on every basis.

    Parameters
    ----------
    record : mapping
        As :func:`eligibility.evidence.record.reconciliation_record` gives it.
    edition : Wording
        Title of the edition that the application comes under.
    firm : str, optional
        Name of the firm; left to be filled in if omitted.
    """
    return _Explanation(record, edition, language, firm).paper()


class _Explanation:
    def __init__(
        self, record: ReconciliationRecord, edition: Wording, language: Language, firm: str
    ) -> None:
        self.record, self.edition, self.language, self.firm = record, edition, language, firm
        self.say, self.lang, self.years = language.text, language.id, record["years"]

    def paper(self) -> Paper:
        say = self.say
        parts = (self.result, self.bridges, self.grounds, self.signs)
        return Paper(
            title=say("Explanation of differences: books, tax return and application"),
            lines=(
                say("Firm: {firm}").format(firm=self.firm or say("[to fill in]")),
                say("Fiscal years {years}; certification by {edition}").format(
                    years=say(", ").join(map(str, self.years)),
                    edition=self.language.of(self.edition),
                ),
                say(
                    "Worked out from the figures that the firm gave. It explains differences and is no audit."
                ),
            ),
            blocks=tuple(block for part in parts for block in part()),
            language=self.language,
        )

    # --- the result -----------------------------------------------------------------------------

    def result(self) -> Iterator[Block]:
        say = self.say
        steps = [(bridge, step) for bridge in self.record["bridges"] for step in bridge["steps"]]
        rests = [(bridge, step) for bridge, step in steps if step["rest"]]
        wanting = [(bridge, step) for bridge, step in steps if step["missing"]]
        compared = sum(step["rest"] is not None for _, step in steps)
        yield Heading(say("Result"))
        if rests:
            yield Text(
                say("{n} of {count} figures compared leave a rest that is not explained:").format(
                    n=len(rests), count=compared
                ),
                "strong",
            )
            yield Grid(
                (say("Item"), say("Year"), say("By the steps"), say("Stated"), say("Rest")),
                tuple(
                    (
                        self.figure(bridge, step),
                        str(step["year"]),
                        *(_amount(step[name]) for name in ("expected", "stated", "rest")),
                    )
                    for bridge, step in rests
                ),
                (WORDS, 1, FIGURE, FIGURE, FIGURE),
                frozenset({2, 3, 4}),
            )
        elif compared:
            yield Text(
                say("All {count} figures compared are explained to the cent.").format(
                    count=compared
                ),
                "strong",
            )
        else:
            yield Text(say("No figure could be compared with another."), "strong")
        yield from self.candidates(rests)
        if wanting:
            yield Text(say("Not compared, as a figure before it is not given:"))
            yield Points(tuple(self.wanting(wanting)))

    def candidates(self, rests: list[tuple[BridgeRecord, BridgeStepRecord]]) -> Iterator[Block]:
        """Which differences would lessen each rest."""
        points = [
            Point(
                self.say("{figure}, {year}: {names}").format(
                    figure=self.figure(bridge, step),
                    year=step["year"],
                    names=self.say("; ").join(
                        bridge["titles"][name][self.lang] for name in step["could_be"]
                    ),
                )
            )
            for bridge, step in rests
            if step["could_be"]
        ]
        if points:
            yield Text(self.say("If the figures are right, a difference is missing, such as:"))
            yield Points(tuple(points))

    def wanting(self, steps: list[tuple[BridgeRecord, BridgeStepRecord]]) -> Iterator[Point]:
        """What is not compared, once for each basis, with its years."""
        years: dict[tuple[str, str], list[int]] = {}
        for bridge, step in steps:
            missing = self.say(", ").join(self.basis(bridge, name) for name in step["missing"])
            group = years.setdefault((self.basis(bridge, step["basis"]), missing), [])
            if step["year"] not in group:
                group.append(step["year"])
        for (figure, missing), group in years.items():
            yield Point(
                self.say("{figure} ({years}): missing {missing}").format(
                    figure=figure,
                    years=self.say(", ").join(map(str, sorted(group))),
                    missing=missing,
                ),
                mark="undetermined",
            )

    # --- the bridges ----------------------------------------------------------------------------

    def bridges(self) -> Iterator[Block]:
        for place, bridge in enumerate(self.record["bridges"]):
            yield Heading(bridge["title"][self.lang], new_page=not place)
            yield Text(
                self.say("Amounts in CNY.") if bridge["unit"] == "CNY" else self.say("Persons."),
                "note",
            )
            for basis_id, steps in groupby(bridge["steps"], key=lambda step: step["basis"]):
                yield from self.steps_to(bridge, basis_id, list(steps))

    def steps_to(
        self, bridge: BridgeRecord, basis_id: str, steps: list[BridgeStepRecord]
    ) -> Iterator[Block]:
        basis = next(each for each in bridge["bases"] if each["id"] == basis_id)
        yield Heading(basis["title"][self.lang], 2)
        yield Text(self.say("Source: {source}").format(source=basis["source"][self.lang]), "note")
        rows: list[tuple[Cell, ...]] = []
        for _, same in groupby(
            sorted(steps, key=lambda step: self.place(bridge, step)),
            key=lambda step: self.place(bridge, step),
        ):
            rows += self.rows(bridge, {step["year"]: step for step in same})
        yield Grid(
            (self.say("Item"), *map(str, self.years)),
            tuple(rows),
            (WORDS, *(FIGURE for _ in self.years)),
            frozenset(range(1, len(self.years) + 1)),
        )

    def rows(
        self, bridge: BridgeRecord, steps: Mapping[int, BridgeStepRecord]
    ) -> Iterator[tuple[Cell, ...]]:
        """One category from where it starts to what is stated, a column a year."""
        first = next(iter(steps.values()))
        starts = sorted({step["from"] for step in steps.values()})
        origin = self.say(" or ").join(self.basis(bridge, name) for name in starts)
        title = self.category(bridge, first) if bridge["categories"] else origin
        by_limit = first["by"] == "limit"
        names = list(
            dict.fromkeys(
                effect["difference"] for step in steps.values() for effect in step["effects"]
            )
        )
        rest = any(step["rest"] for step in steps.values())
        same = all(step["start"] == step["expected"] for step in steps.values())
        is_rounded = any(
            step["rest"] == 0 and step["stated"] != step["expected"] for step in steps.values()
        )
        if all(step["expected"] is None for step in steps.values()):
            word = self.say("{category}: as stated, not compared").format(category=title)
            yield self.row(word, steps, "stated")
            return
        if same and not rest and not is_rounded:
            if by_limit:
                word = self.say("{category}: not limited").format(category=title)
            else:
                word = self.say("{category}: no difference").format(category=title)
            yield self.row(word, steps, "expected")
            return
        if first["by"] == "sum":
            word = self.say("{category}: sum of the categories").format(category=title)
        elif title == origin:
            word = origin
        else:
            word = self.say("{category}: {origin}").format(category=title, origin=origin)
        yield self.row(word, steps, "start")
        for name in names:
            yield self.effect_row(bridge, name, steps)
        agrees = not is_rounded and all(step["rest"] == 0 for step in steps.values())
        if names or by_limit:
            if agrees:
                word = self.say("= by the steps, and as stated")
            else:
                word = self.say("= as the limit allows") if by_limit else self.say("= by the steps")
            yield self.row(word, steps, "expected")
        if not agrees and any(step["stated"] is not None for step in steps.values()):
            word = (
                self.say("as stated, rounded in its paper") if is_rounded else self.say("as stated")
            )
            yield self.row(word, steps, "stated")
        if rest:
            yield self.row(self.say("not explained"), steps, "rest")

    def effect_row(
        self, bridge: BridgeRecord, name: str, steps: Mapping[int, BridgeStepRecord]
    ) -> tuple[Cell, ...]:
        """What one difference adds in each year."""
        amounts = {
            year: sum(
                effect["amount"] for effect in step["effects"] if effect["difference"] == name
            )
            for year, step in steps.items()
        }
        adds = max(amounts.values(), key=abs) > 0
        cells = (
            _amount(amounts[year] if adds else 0 - amounts[year]) if year in amounts else ""
            for year in self.years
        )
        return (f"{'+' if adds else '−'} {self.difference(bridge, name)}", *cells)

    def row(
        self,
        title: str,
        steps: Mapping[int, BridgeStepRecord],
        name: Literal["start", "expected", "stated", "rest", "rounding"],
    ) -> tuple[Cell, ...]:
        return (
            title,
            *(_amount(steps[year][name]) if year in steps else "" for year in self.years),
        )

    # --- the grounds ----------------------------------------------------------------------------

    def grounds(self) -> Iterator[Block]:
        say = self.say
        rows: list[tuple[Cell, ...]] = []
        for bridge in self.record["bridges"]:
            rows += [
                (
                    difference["title"][self.lang],
                    say("; ").join(
                        f"{year}: {_amount(amount)}"
                        for year, amount in difference["amounts"].items()
                        if amount
                    ),
                    self.ground(difference["citation"]),
                )
                for difference in bridge["differences"]
            ]
            rows += [
                (
                    say("{basis}: {category}").format(
                        basis=self.basis(bridge, number["basis"]),
                        category=bridge["categories"][number["category"]][self.lang],
                    ),
                    _share(number["value"]),
                    self.ground(number["citation"]),
                )
                for number in bridge["limits"]
            ]
        if rows:
            yield Heading(say("Differences and limits, and their grounds"), new_page=True)
            head = (say("Difference or limit"), say("Amount or share"), say("Ground"))
            yield Grid(head, tuple(rows), (4, 3.5, 6))

    def signs(self) -> Iterator[Block]:
        if not self.record["signs"]:
            return
        yield Heading(self.say("Where reviewers would ask"))
        yield Points(
            tuple(
                Point(
                    self.say("{sign} ({years}) [{cited}]").format(
                        sign=sign["says"][self.lang],
                        years=self.say(", ").join(map(str, sign["years"])),
                        cited=self.citation_text(sign["citation"]),
                    ),
                    mark="warning",
                )
                for sign in self.record["signs"]
            )
        )

    # --- words ----------------------------------------------------------------------------------

    def ground(self, citation: CitationRecord) -> str:
        return f"{citation['gist'][self.lang]} [{self.citation_text(citation)}]"

    def citation_text(self, citation: CitationRecord) -> str:
        return f"{citation['document']} {citation['article']}{doubt(citation, self.language)}"

    def figure(self, bridge: BridgeRecord, step: BridgeStepRecord) -> str:
        title = self.basis(bridge, step["basis"])
        if step["category"] == ALL and step["by"] != "sum":
            return title
        return self.say("{basis}: {category}").format(
            basis=title, category=self.category(bridge, step)
        )

    def category(self, bridge: BridgeRecord, step: BridgeStepRecord) -> str:
        if step["category"] == ALL:
            return self.say("in all")
        title: str = bridge["categories"][step["category"]][self.lang]
        return title

    def basis(self, bridge: BridgeRecord, name: str) -> str:
        return self._title(bridge["bases"], name)

    def difference(self, bridge: BridgeRecord, name: str) -> str:
        return self._title(bridge["differences"], name)

    def _title(self, entries: Sequence[BasisRecord | DifferenceRecord], name: str) -> str:
        title: str = next(each["title"][self.lang] for each in entries if each["id"] == name)
        return title

    def place(self, bridge: BridgeRecord, step: BridgeStepRecord) -> tuple[int, str]:
        """Where a step stands under its basis: categories in their order, then the whole, the sum."""
        order = [*bridge["categories"], ALL]
        return order.index(step["category"]), step["by"]


def _amount(amount: float | None) -> str:
    return "–" if amount is None else f"{amount:,.2f}"


def _share(value: float) -> str:
    """A share of the law in per cent, or as a fraction where per cent would not end."""
    fraction = Fraction(value).limit_denominator(DENOMINATOR)
    exact = (100 * fraction).denominator == 1
    return limit(value) if exact else f"{fraction.numerator}/{fraction.denominator}"
