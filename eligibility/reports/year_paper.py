"""The year-end report of a city or carrier: what was aimed at, who stands where, what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from eligibility.assessment.assess import assess_table
from eligibility.city.annual_results import AnnualResults, Result
from eligibility.city.chances import FirmChances
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.year import CityYear, first_deadline, next_year
from eligibility.i18n import Language
from eligibility.planning.projection import project
from eligibility.reports.number_format import certified_chance, limit, tenths
from eligibility.reports.paper import Bars, Block, Grid, Heading, Paper, Text
from eligibility.reports.record_types import (
    NextForecast,
    ShareRecord,
    TargetSource,
    YearRecord,
)
from eligibility.reports.year_results_text import (
    report_title,
    results_blocks,
    results_lead,
    results_lines,
)
from eligibility.reports.year_text import (
    at_prior_text,
    carriers_part,
    city_record,
    forecast_record,
    told_doubt,
    told_source,
)
from eligibility.schemes.registry import Scheme, load_scheme

#: a part of the firms by its name
Part = tuple[str | None, ShareRecord]
#: groups in one chart; the table beside it has them all
DRAWN = 12


def year_paper(
    city_year: CityYear,
    chances_of: Callable[[PortfolioState], FirmChances],
    language: Language,
    target_after: int | None = None,
    *,
    register_target: int | None = None,
    carrier: str | None = None,
    scheme: Scheme | None = None,
    results: AnnualResults | None = None,
) -> Paper:
    """The year of a city as a paper, with the forecast of the year after.

    Parameters
    ----------
    city_year : CityYear
    chances_of : callable
        Gives the chances of the same firms as they would apply in the year after.
    target_after : int, optional
        The target of the year after; the city's if omitted.
    register_target : int, optional
        The target that the register sets for the year.
    carrier : str, optional
        Whose firms alone the year is of: the city's target is no yardstick for them.
    scheme : Scheme, optional
        Has the batches; the one shipped if omitted.
    results : AnnualResults, optional
        What happened in the year, which then comes first, as the register has it.
    """
    scheme = scheme or load_scheme()
    city, year = city_year.city, city_year.year + 1
    then = project(
        city_year.standing.firms, first_deadline(scheme.overlay(city.region), year), scheme
    )
    later = PortfolioState(then, assess_table(then, scheme))
    target = int(city.target(year).certified.value) if target_after is None else target_after
    following = forecast_record(next_year(city_year, chances_of(later), target=target))
    return annual_paper(
        city_record(city_year, register_target),
        {**following, "year": year, "target": target},
        language,
        carrier,
        results,
        scheme,
    )


def annual_paper(
    record: YearRecord,
    following: NextForecast,
    language: Language,
    carrier: str | None = None,
    results: AnnualResults | None = None,
    scheme: Scheme | None = None,
) -> Paper:
    """The year of a city as a paper.

    Parameters
    ----------
    record : YearRecord
        As :func:`eligibility.reports.year_text.city_record` gives it.
    following : NextForecast
        The year after.
    carrier : str, optional
        Whose firms alone it is of.
    results : AnnualResults, optional
        What happened in the year.
    scheme : Scheme, optional
        Names the conditions; the one shipped if omitted.
    """
    return _Annual(record, following, language, carrier, results, scheme or load_scheme()).paper()


class _Annual:
    def __init__(
        self,
        record: YearRecord,
        following: NextForecast,
        language: Language,
        carrier: str | None,
        results: AnnualResults | None,
        scheme: Scheme,
    ) -> None:
        self.record, self.following, self.language = record, following, language
        self.carrier, self.results, self.scheme = carrier, results, scheme
        self.say, self.lang = language.text, language.id

    def paper(self) -> Paper:
        say, record = self.say, self.record
        parts = [self.target, self.funnel, self.groups, self.gaps, self.support, self.next_year]
        if not record["is_open"]:
            # support comes too late for those whose application is in
            parts.remove(self.support)
        results, place = self.results, self.carrier or record["city"][self.lang]
        blocks = tuple(block for part in parts for block in part())
        if results is None:
            counted = say("As of {day}; {firms} firms apply in the year")
            title = say("{city}: high-tech enterprises in {year}")
            return Paper(
                title=title.format(city=place, year=record["year"]),
                lines=(counted.format(day=record["as_of"], firms=record["firms"]), *self.basis()),
                blocks=blocks,
                language=self.language,
            )
        return Paper(
            title=report_title(results.scope, place, record["year"], self.language),
            lines=results_lines(results, self.language),
            blocks=(*results_blocks(results, self.scheme, self.language), *blocks),
            language=self.language,
            lead=results_lead(results, self.language),
        )

    def basis(self) -> tuple[str, ...]:
        """What every chance of the paper rests on."""
        return (
            self.say("Chances: {basis}").format(basis=self.record["chances"][self.lang]),
            *at_prior_text(self.record, self.language),
        )

    def target(self) -> Iterator[Block]:
        say, seen, target = self.say, self.record["forecast"], self.record["target"]
        title = say("Target and certified") if self.results is None else say("Outlook")
        yield Heading(title, new_page=True)
        if self.results is not None:
            pending = self.results.count(Result.PENDING)
            counted = say(
                "The results count all {applied} applications of the year. The outlook starts from what is "
                "open: {firms} firms that may still be certified, {pending} pending applications among them."
            )
            yield Text(
                counted.format(
                    applied=len(self.results.applications),
                    firms=self.record["firms"],
                    pending=pending,
                )
            )
            for line in self.basis():
                yield Text(line, "note")
        low, high = seen["interval_80"]
        rows = [
            (
                say("Target of the year") if self.carrier is None else say("The city's target"),
                str(target["certified"]),
                self._source(target["source"]),
            ),
            (say("Certified so far"), str(seen["already"]), say("as entered")),
            (say("Expected by the year's end"), f"{seen['expected']:.1f}", say("forecast")),
            (say("interval (80 %)"), f"{low}–{high}", say("forecast")),
        ]
        if self.carrier is None:
            rows.append(
                (say("Chance of the target"), tenths(seen["reaches_target"]), say("forecast"))
            )
        source = target["stock_source"]
        if source is not None and self.carrier is None:
            rows.append((say("Target of the stock"), str(target["stock"]), self._source(source)))
        yield Grid(
            (say("What"), say("Figure"), say("Source")), tuple(rows), (5, 3, 7), frozenset({1})
        )
        if self.carrier is not None:
            yield Text(carriers_part(self.record, self.language))
            return
        yield Bars(
            say("Target, certified so far, expected"),
            (say("Target of the year"), say("Certified so far"), say("Expected by the year's end")),
            (
                (
                    say("Number of firms"),
                    (
                        float(target["certified"]),
                        float(seen["already"]),
                        round(seen["expected"], 1),
                    ),
                ),
            ),
        )
        if not self.record["is_open"]:
            yield Text(say("The last batch has closed: only applications filed are counted."))
            return
        more = seen["more_needed"]
        if not more["firms"]:
            sentence = say("The chance of the target is {sure} or more as it stands.")
            yield Text(sentence.format(sure=limit(more["for_probability"])))
            return
        yield Text(
            say("{firms} more ready firms (chance {chance} each) would make it {sure}").format(
                firms=more["firms"],
                chance=certified_chance(more["chance_of_each"]),
                sure=limit(more["for_probability"]),
            )
        )

    def funnel(self) -> Iterator[Block]:
        say, funnel = self.say, self.record["funnel"]
        yield Heading(say("Funnel"))
        first = say("Applying") if self.results is None else say("May still be certified")
        steps = [(first, float(self.record["firms"]))]
        open_firms = sum(part["firms"] for part in funnel if part["verdict"] != "ineligible")
        steps.append((say("Not ineligible"), float(open_firms)))
        eligible = sum(part["firms"] for part in funnel if part["verdict"] == "eligible")
        steps.append((say("eligible"), float(eligible)))
        seen = self.record["forecast"]
        expected = round(seen["expected"] - seen["already"], 1)
        steps.append((say("Expected to be certified"), expected))
        labels, values = zip(*steps, strict=True)
        yield Bars(
            say("From the application to the certificate")
            if self.results is None
            else say("From those still open to the certificate"),
            labels,
            ((say("Number of firms"), values),),
        )
        yield Grid(
            (say("Verdict"), say("Number of firms"), say("Expected")),
            tuple(
                (say(part["verdict"]), str(part["firms"]), f"{part['expected']:.1f}")
                for part in funnel
            ),
            (5, 3, 3),
            frozenset({1, 2}),
        )

    def groups(self) -> Iterator[Block]:
        say, record = self.say, self.record
        parts: tuple[tuple[str, str, str, list[Part]], ...] = (
            (
                say("By district"), say("District"), say("(no district)"),
                [(each["district"], each) for each in record["districts"]],
            ),
            (
                say("By industry"), say("Industry"), say("(no industry)"),
                [(each["industry"], each) for each in record["industries"]],
            ),
            (
                say("By carrier"), say("Carrier"), say("(no carrier)"),
                [(each["carrier"], each) for each in record["carriers"]],
            ),
        )  # fmt: skip
        for heading, title, none, rows in parts:
            yield Heading(heading)
            drawn = rows[:DRAWN]
            yield Bars(
                heading,
                tuple(name or none for name, _ in drawn),
                (
                    (say("eligible"), tuple(float(row["eligible"]) for _, row in drawn)),
                    (say("Expected"), tuple(round(row["expected"], 1) for _, row in drawn)),
                ),
            )
            head = (
                title, say("Number of firms"), say("eligible"), say("undetermined"), say("ineligible"), say("Expected"),
            )  # fmt: skip
            yield Grid(
                head,
                tuple(
                    (
                        name or none,
                        str(row["firms"]),
                        str(row["eligible"]),
                        str(row["undetermined"]),
                        str(row["ineligible"]),
                        f"{row['expected']:.1f}",
                    )
                    for name, row in rows
                ),
                (4, 1.7, 2.1, 2.9, 2.4, 2.1),
                frozenset(range(1, 6)),
            )

    def gaps(self) -> Iterator[Block]:
        say, training = self.say, self.record["training"]
        title = say("Common gaps")
        if self.results is not None:
            title = say("Gaps of those that may be certified in the year")
            if not self.record["is_open"]:
                title = say("Gaps of those that may apply in the next year")
        yield Heading(title)
        conditions = [gap for gap in training["gaps"] if not gap["scored_item"]]
        if conditions:
            yield Bars(
                say("Conditions firms lack"),
                tuple(gap["title"][self.lang] for gap in conditions),
                (
                    (say("unmet"), tuple(float(gap["unmet"]) for gap in conditions)),
                    (say("undetermined"), tuple(float(gap["undetermined"]) for gap in conditions)),
                ),
            )
            yield Grid(
                (say("Condition"), say("unmet"), say("The only one unmet"), say("undetermined")),
                tuple(
                    (
                        gap["title"][self.lang],
                        str(gap["unmet"]),
                        str(gap["alone"]),
                        str(gap["undetermined"]),
                    )
                    for gap in conditions
                ),
                (6, 2.5, 3, 2.5),
                frozenset({1, 2, 3}),
            )
        else:
            yield Text(say("No firm lacks a condition, and none is open."))
        if not training["courses"]:
            return
        yield Heading(say("Courses"), 2)
        yield Grid(
            (say("Course"), say("Firms concerned"), say("Could be freed"), say("Expected")),
            tuple(
                (
                    course["title"][self.lang],
                    str(course["concerned"]),
                    str(course["could_move"]),
                    f"{course['expected']:.1f}",
                )
                for course in training["courses"]
            ),
            (6, 3, 3, 2),
            frozenset({1, 2, 3}),
        )
        if doubted := told_doubt(training, self.language):
            yield Text(doubted.strip(" []"), "note")

    def support(self) -> Iterator[Block]:
        say, support = self.say, self.record["support"]
        yield Heading(say("Support"))
        yield Text(
            say("Support, {used:g} of {days:g} adviser-days, CNY {cost:,.0f}").format(
                used=support["days"], days=support["adviser_days"], cost=support["cost"]
            )
            + told_doubt(support, self.language)
        )
        if not support["choices"]:
            yield Text(say("No firm is chosen for support within these days."))
            return
        if self.carrier is None:
            sentence = say("{gain:+.2f} certifications expected, P(target) {reaches}").format(
                gain=support["gain"], reaches=tenths(support["forecast"]["reaches_target"])
            )
        else:
            sentence = say("{gain:+.2f} certifications expected").format(gain=support["gain"])
        yield Text(sentence)
        yield Grid(
            (say("Firm"), say("Actions"), say("Days"), say("Chance before"), say("Chance after")),
            tuple(
                (
                    choice["name"] or choice["uscc"] or say("(no name)"),
                    say(", ").join(action[self.lang] for action in choice["actions"]),
                    f"{choice['days']:g}",
                    certified_chance(choice["before"]),
                    certified_chance(choice["after"]),
                )
                for choice in support["choices"]
            ),
            (6, 6, 1.5, 2, 2),
            frozenset({2, 3, 4}),
        )

    def next_year(self) -> Iterator[Block]:
        say, seen = self.say, self.following
        low, high = seen["interval_80"]
        yield Heading(say("Forecast for {year}").format(year=seen["year"]))
        rows = [
            (say("Expected"), f"{seen['expected']:.1f}"),
            (say("interval (80 %)"), f"{low}–{high}"),
        ]
        if self.carrier is None:
            rows.insert(0, (say("Target of the year"), str(seen["target"])))
            rows.append((say("Chance of the target"), tenths(seen["reaches_target"])))
        yield Grid(
            (say("What"), say("Figure")),
            tuple(rows),
            (6, 4),
            frozenset({1}),
        )
        yield Text(
            say(
                "Of the same firms alone, without support: every figure of the new year is taken as in the last, and a firm certified this year does not apply again. Firms that come new are not counted."
            ),
            "note",
        )

    def _source(self, source: TargetSource) -> str:
        return told_source(source, self.language)
