"""One firm's way to the certificate in words: gaps, outlook, plans, worth; see planning.firm_plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from eligibility.assessment.record_types import WarningRecord
from eligibility.domain.open_points import EXPERTS, gap_state, state_word
from eligibility.i18n import Language
from eligibility.planning.assumptions import ASSUMED
from eligibility.planning.gap_record import open_ways
from eligibility.planning.record_types import (
    AnswerRecord,
    AwardRecord,
    FindingGap,
    GapsRecord,
    ItemGap,
    MessageRecord,
    MetCondition,
    MoveRecord,
    OptionRecord,
    PlanReadiness,
    PlanRecord,
    ProjectionRecord,
    RaisedItem,
    RefusalRecord,
    StepRecord,
    TierRecord,
    WayRecord,
    WorthRecord,
)
from eligibility.reports.firm_text import doubt, fields_in_words
from eligibility.reports.number_format import chance, enough, interval, money, number
from eligibility.reports.paper import Point
from eligibility.reports.terminal import terminal_lines
from eligibility.schemes.registry import DEFAULT_SCHEME, Scheme

#: what has a citation
Cited = (
    FindingGap | ItemGap | RefusalRecord | MetCondition | RaisedItem | AwardRecord | WarningRecord
)


def plan_points(brief: PlanRecord, scheme: Scheme, language: Language) -> str:
    """Gaps, outlook, plans and worth of one firm, each line with its article where it has one."""
    words = PlanWords(scheme, language, brief["applied"])
    firm, say = brief["firm"], language.text
    gaps = [*brief["gaps"]["findings"], *brief["gaps"]["items"]]
    still_open = open_ways(brief["gaps"], date.fromisoformat(brief["on"]).year)
    lacks = any(gap["settled_by"]["facts"] for gap in gaps) or any(
        gap_state(gap) == "undetermined" for gap in brief["gaps"]["findings"]
    )
    lines = [f"{firm['name'] or ''} {firm['uscc'] or ''}".strip() or say("(no name)")]
    parts = [
        (say("What is missing now"), words.gaps(still_open)),
        (say("Outlook"), words.outlook(brief["projection"], brief["plan"], lacks_facts=lacks)),
        (say("Plan to be ready by {by}").format(by=brief["by"]), words.plans(brief)),
    ]
    if scheme.id == DEFAULT_SCHEME:
        # the tax and the awards that are held are of this qualification alone
        parts.append((say("What it is worth"), words.worth(brief["worth"])))
    for heading, points in parts:
        lines += ["", heading, *terminal_lines(points)]
    return "\n".join(lines) + "\n"


class PlanWords:
    """The parts of a plan as points, in one language; ``year`` is that of the firm's application."""

    def __init__(self, scheme: Scheme, language: Language, year: int) -> None:
        self.scheme, self.language, self.year = scheme, language, year
        self.say, self.lang = language.text, language.id

    def gaps(self, gaps: GapsRecord) -> Iterator[Point]:
        """Every finding not met, then every item below its best."""
        yield from self.findings(gaps["findings"])
        yield from self.items(gaps["items"])

    def findings(self, gaps: list[FindingGap], year: int | None = None) -> Iterator[Point]:
        """Findings not met, and every way to meet them; of another application's year, if given."""
        for gap in gaps:
            status = self.say(state_word(gap_state(gap)))
            title = f"{gap['title'][self.lang]}{self.citation(gap)}: {status}"
            yield Point(title, mark=gap["status"])
            yield from (Point(text, 1) for text in self._remedy(gap, year or self.year))

    def _remedy(self, gap: FindingGap, year: int) -> Iterator[str]:
        """What a finding lacks, what would meet it, and what proves that."""
        if gap["score"]:
            text = self.say("{low}–{high} points, more than {mark} needed")
            yield text.format(**gap["score"], mark=gap["required"])
        if gap["tier"]:
            yield self._tier(gap["tier"])
        if gap["status"] == "unmet" and not gap["needs"]:
            yield gap["rule"][self.lang]
        yield from (self._ways(group) for group in gap["needs"])
        yield from self._remedies(gap, year)
        if gap["needs"]:
            yield self.say("evidence: {papers}").format(papers=gap["evidence"][self.lang])

    def items(self, gaps: list[ItemGap]) -> Iterator[Point]:
        """Items below their best, and every way to more points."""
        for item in gaps:
            points = interval(item["low"], item["high"])
            title = f"{item['title'][self.lang]}{self.citation(item)}: {points} / {item['max']}"
            yield Point(title, mark="item")
            yield from (Point(text, 1) for text in self._improvement(item))

    def _improvement(self, item: ItemGap) -> Iterator[str]:
        """What brings an item more points, or why nothing does."""
        yield from self._steps(item["steps"])
        yield from self._remedies(item, self.year)
        if any(item["settled_by"].values()):
            return
        if item["high"] > item["low"]:
            yield self.say("within its grade left to the experts")
        elif not item["steps"]:
            yield self.say("nothing in the latest year moves it")

    def _steps(self, steps: list[StepRecord]) -> Iterator[str]:
        """What it takes for more points; a rating whose every point is a step stands in one line."""
        if len(steps) > 1 and all(_point_for_point(step, steps[-1]) for step in steps):
            (way,) = steps[-1]["needs"][0]
            yield self.say("{points} points: one for each point more of {field}").format(
                points=interval(steps[0]["points"]["low"], steps[-1]["points"]["low"]),
                field=way["title"][self.lang],
            )
            return
        for step in steps:
            ways = self.say("; and ").join(self._ways(group) for group in step["needs"])
            points = interval(step["points"]["low"], step["points"]["high"])
            yield self.say("{points} points: {ways}").format(points=points, ways=ways)

    def _coming_verdict(self, verdict: str, *, lacks_facts: bool) -> str:
        """The verdict of a batch to come, whose figures are assumed, so that none is missing anew."""
        for_experts = verdict == "undetermined" and not lacks_facts
        return self.say(state_word(EXPERTS if for_experts else verdict))

    def outlook(
        self, outlook: ProjectionRecord, plan: AnswerRecord, *, lacks_facts: bool
    ) -> Iterator[Point]:
        """Verdict by deadline without any action, the first deadlines, the rights still in time.

        ``lacks_facts``: whether more than experts' points leaves the firm open today.
        """
        for deadline in outlook["deadlines"]:
            yield Point(
                self.say("{by} (figures of {first}–{last}): {verdict}, {points} points").format(
                    by=deadline["by"],
                    first=deadline["years"][0],
                    last=deadline["years"][-1],
                    verdict=self._coming_verdict(deadline["verdict"], lacks_facts=lacks_facts),
                    points=interval(deadline["low"], deadline["high"]),
                )
            )
        yield from self.earliest(outlook, plan)
        for right in outlook["rights"]:
            if right["in_time"]:
                text = self.say("{kind}: file by {day} ({months} months, {source})")
            else:
                text = self.say(
                    "{kind}: too late, it had to be filed by {day} ({months} months, {source})"
                )
            yield Point(
                text.format(
                    kind=right["title"][self.lang],
                    day=right["file_by"],
                    months=right["months"],
                    source=self.source(right["source"]),
                )
            )

    def earliest(self, outlook: ProjectionRecord, plan: AnswerRecord) -> Iterator[Point]:
        """The first deadlines within reach, and what must hold for them."""
        if outlook["assumed"]["as_last_year"]:
            yield Point(self.say("Assumed: every figure of a new year is as in the last."))
        never = self.say("not in the years looked at")
        text = self.say(
            "Earliest deadline: certain without action {certain}; possible {possible}; with a plan {earliest}."
        )
        yield Point(
            text.format(
                certain=outlook["certain_from"] or never,
                possible=outlook["possible_from"] or never,
                earliest=plan["earliest"] or never,
            )
        )
        if findings := outlook["must_hold"]["findings"]:
            text = self.say("To hold for {by}: figures of the year by {end}, all else by {by}")
            yield Point(text.format(by=outlook["by"], end=outlook["figures_of_year_by"]))
            year = date.fromisoformat(outlook["by"]).year
            yield from (
                replace(point, depth=point.depth + 1) for point in self.findings(findings, year)
            )

    def plans(self, brief: PlanRecord) -> Iterator[Point]:
        """The cheapest plan, the next-best ones, or why there is none."""
        plan = brief["plan"]
        yield from self.obstacles(plan)
        for place, option in enumerate(plan["plans"]):
            yield Point(self.head(place, option))
            yield from (Point(text, 1) for text in self.open_points(option))
            yield from (Point(self.move(move), 1) for move in option["moves"])

    def obstacles(self, plan: AnswerRecord) -> Iterator[Point]:
        """What keeps a plan from being enough, when there is one, and what a model says of it."""
        if plan["fill_in_first"]:
            names = self._fields(plan["fill_in_first"], self.year)
            yield Point(self.say("Fill in first: {fields}").format(fields=names))
        for refusal in plan["refused"]:
            yield Point(f"{self.sentence(refusal['why'])}{self.citation(refusal)}", mark="unmet")
        if plan["refused"] and not plan["earliest"]:
            yield Point(self.say("No plan is enough at any deadline in the years looked at."))
        elif plan["refused"]:
            text = self.say("The earliest deadline with a plan is {earliest}.")
            yield Point(text.format(earliest=plan["earliest"]))
        if plan["readiness"] is not None:
            yield from self.readiness(plan["readiness"])

    def readiness(self, readiness: PlanReadiness) -> Iterator[Point]:
        """What a model says of the firm with the plan carried out, or why no plan is enough."""
        if readiness["refused"]:
            yield Point(self.sentence(readiness["refused"]), mark="unmet")
            return
        yield Point(
            self.say(
                "Readiness then about {chance} ({low}–{high}), at least {asked} asked for; {learned}"
            ).format(
                chance=chance(readiness["probability"]),
                low=chance(readiness["interval"][0]),
                high=chance(readiness["interval"][1]),
                asked=chance(readiness["asked"]),
                learned=readiness["model"]["text"][self.lang],
            )
        )
        if not readiness["cheapest"]:
            yield Point(self.say("This is enough; whether it is the cheapest was not settled."))

    def head(self, place: int, record: OptionRecord) -> str:
        """What a plan costs and brings; the cheapest stands at place 0."""
        head = self.say("Cheapest") if place == 0 else self.say("Alternative")
        return self.say(
            "{head}: {cost}, {adviser} adviser days, {firm} days of the firm, {low} points certain"
        ).format(
            head=head,
            cost=self.money(record["cost"]),
            adviser=record["adviser_days"],
            firm=record["firm_days"],
            low=record["low"],
        )

    def money(self, yuan: float) -> str:
        """An amount in the unit of this language."""
        return money(yuan, self.language)

    def open_points(self, record: OptionRecord) -> Iterator[str]:
        """What has to be found out for a plan, or that nothing has to be done."""
        if not record["moves"] and not record["find_out"]:
            yield self.say("Nothing has to be done.")
        for field in record["find_out"]:
            sentence = self.say("Find out, and in the firm's favour: {field}")
            yield sentence.format(field=field["title"][self.lang])

    def worth(self, worth: WorthRecord) -> Iterator[Point]:
        """Income tax by year, awards to ask for, the cost of the plan beside it."""
        yield from map(Point, self._worth(worth))

    def _worth(self, worth: WorthRecord) -> Iterator[str]:
        sentence = self.say(
            "{year}: income tax {without} without, {certified} with the certificate, {saved} saved"
        )
        nothing = worth["saved"] is not None and worth["saved"] <= 0
        says = [self.sentence(sentence) for sentence in worth["says"]]
        if nothing:
            yield says.pop(0)
        for year in worth["years"]:
            yield sentence.format(
                year=year["year"],
                without=self.money(year["without"]),
                certified=self.money(year["certified"]),
                saved=self.money(year["saved"]),
            )
        western, net = worth["saved_western"], worth["net_of_tax_alone"]
        if western is not None and western != worth["saved"]:
            yield self.say(
                "Saved by a firm that pays the rate of encouraged western industries: {saved}"
            ).format(saved=self.money(western))
        if worth["saved"] is not None and worth["cost"] is not None and net is not None:
            yield self.say(
                "Income tax saved {saved}, cost of the plan {cost}, difference {net}"
            ).format(
                saved=self.money(worth["saved"]),
                cost=self.money(worth["cost"]),
                net=self.money(net),
            )
        yield from says
        for award in worth["awards"]:
            yield self.say("{title}: {sum}, as of {dated}; ask before relying on it{cited}").format(
                title=award["title"][self.lang],
                sum=self.money(award["amount"]),
                dated=award["dated"],
                cited=self.citation(award),
            )

    def sentence(self, sentence: MessageRecord) -> str:
        """A sentence of the brief in this language."""
        values = {
            name: value[self.lang] if isinstance(value, dict) else value
            for name, value in sentence["values"].items()
        }
        text = sentence["text"]
        return self.say(text).format(**values)

    def _ways(self, group: list[WayRecord]) -> str:
        """Ways of which one is enough; none where only years that are over would count."""
        if not group:
            return self.say("the years of its figures are over: they can be checked, not added to")
        return self.say(", or ").join(self._way(way) for way in group)

    def _way(self, way: WayRecord) -> str:
        title, to = way["title"][self.lang], way["to"]
        if isinstance(to, str):
            return self.say("{days} more days, from {day} on").format(days=way["more"], day=to)
        if way["kind"] == "yes_no":
            return self.say("to be shown: {field}").format(field=title)
        if way["kind"] == "rating":
            sentence = self.say("{field}: {steps} grades better")
            return sentence.format(field=title, steps=way["more"])
        if way["how"]:
            sentence = self.say("{field} ({how})")
            title = sentence.format(field=title, how=way["how"][self.lang])
        more = enough(way["more"], way["unit"], self.language)
        if to is None:
            return self.say("{field}: {more} more").format(field=title, more=more)
        return self.say("{field}: {more} more, to {to}").format(
            field=title, more=more, to=enough(to, way["unit"], self.language)
        )

    def _tier(self, tier: TierRecord) -> str:
        """The line that holds, and the bracket that gave it."""
        line = f"{tier['line'] * 100:g}%"
        if tier["up_to"] is None:
            sentence = self.say("the line is {line}, as the latest year is above {amount}")
            return sentence.format(line=line, amount=self.money(tier["above"] or 0))
        sentence = self.say("the line is {line}, as the latest year is up to {amount}")
        return sentence.format(line=line, amount=self.money(tier["up_to"]))

    def _remedies(self, gap: FindingGap | ItemGap, year: int) -> Iterator[str]:
        """What settles an open one: facts to fill in, evidence to show."""
        facts, evidence = gap["settled_by"]["facts"], gap["settled_by"]["evidence"]
        if facts:
            yield self.say("fact missing: {fields}").format(fields=self._fields(facts, year))
        if evidence:
            sentence = self.say("evidence missing for: {fields}")
            yield sentence.format(fields=self._fields(evidence, year))

    def move(self, move: MoveRecord) -> str:
        """What to do, how much, at what cost, by when, and what for."""
        sentence = self.say("{action} ({much}), start by {day}, cost {sum}").format(
            action=move["title"][self.lang],
            much=self.action_amount(move),
            day=move["start_by"],
            sum=self.money(move["cost"]),
        )
        proviso = f"– {self.proviso(move)}" if move["provided"] else ""
        return " ".join(filter(None, [sentence, proviso, *self.effects(move)]))

    def action_amount(self, move: MoveRecord) -> str:
        """How much of an action."""
        if move["unit"] == "CNY":
            return enough(move["amount"], move["unit"], self.language)
        return f"× {number(move['amount'])}"

    def proviso(self, move: MoveRecord) -> str:
        """What an action takes for granted; nothing where it takes nothing."""
        if not move["provided"]:
            return ""
        return self.say("provided that {this}").format(this=move["provided"][self.lang])

    def effects(self, move: MoveRecord) -> list[str]:
        """Findings an action meets and items it raises, cited."""
        met = [f"→ {met['title'][self.lang]}{self.citation(met)}" for met in move["meets"]]
        if not met and not move["raises"]:
            return ["→ " + self.say("readiness alone")]
        return met + [
            f"→ {raised['title'][self.lang]} {raised['from']}→{raised['to']}{self.citation(raised)}"
            for raised in move["raises"]
        ]

    def _fields(self, names: list[str], year: int) -> str:
        return fields_in_words(names, self.scheme.fields_by_id, year, self.language)

    def citation(self, record: Cited) -> str:
        """Where it stands, and how sure that is; nothing where that is not said."""
        if (cite := record["citation"]) is None:
            return ""
        return f" [{cite['document']} {cite['article']}{doubt(cite, self.language)}]"

    def source(self, source: str) -> str:
        """What a number rests on."""
        return self.say("assumed") if source == ASSUMED else source


def _point_for_point(step: StepRecord, last: StepRecord) -> bool:
    """True where one figure alone brings a step, a point for each point of its own."""
    ways = [way for group in step["needs"] for way in group]
    points = step["points"]
    return (
        len(ways) == 1
        and ways[0]["unit"] == "point"
        and points["low"] == points["high"]
        and last["points"]["low"] - points["low"] == last["needs"][0][0]["more"] - ways[0]["more"]
    )
