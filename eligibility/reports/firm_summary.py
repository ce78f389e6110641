"""A firm's result on one screen: the sentence, the next batch, three things to do, the papers to hand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from eligibility.assessment.record_types import AssessmentRecord, FindingRecord, ItemRecord
from eligibility.domain.law import Overlay
from eligibility.domain.open_points import (
    EXPERTS,
    finding_state,
    missing_facts,
    state_word,
    verdict_state,
)
from eligibility.i18n import Language
from eligibility.planning.next_batch import NextBatch
from eligibility.reports.firm_text import few_fields_in_words
from eligibility.reports.number_format import number, round_up
from eligibility.schemes.registry import Scheme

#: things that a firm can do at once, and titles named in one of them
FIRST, NAMED = 3, 3


@dataclass(frozen=True)
class Step:
    """One thing to do: what, who in the firm has it, and by when; the field it leads to, if any."""

    what: str
    who: str
    by: date | None
    field: str | None = None

    def line(self, language: Language) -> str:
        """The step in one line: what, who, by when."""
        until = language.text("by {day}").format(day=self.by) if self.by else ""
        return " · ".join(filter(None, (self.what, self.who, until)))


class FirmSummary:
    """The parts of the first screen of a firm's result, in one language; its steps name amounts or not."""

    def __init__(
        self,
        record: AssessmentRecord,
        batch: NextBatch | None,
        scheme: Scheme,
        overlay: Overlay,
        today: date,
        language: Language,
        *,
        with_amounts: bool = True,
    ) -> None:
        self.record, self.batch, self.scheme = record, batch, scheme
        self.with_amounts = with_amounts
        self.overlay, self.today, self.language = overlay, today, language
        self.state = verdict_state(record, scheme.fields_by_id)

    @property
    def sentence(self) -> str:
        """What stands, and what decides."""
        say, score, findings = self.language.text, self.record["score"], self.record["findings"]
        states = [finding_state(each, self.scheme.fields_by_id) for each in findings]
        places = {
            "met": states.count("met"),
            "count": len(states),
            "low": number(score["low"]),
            "high": number(score["high"]),
            "mark": score["pass_above"] or score["pass_at_least"],
        }
        match self.state:
            case "eligible":
                return say("All {count} conditions are met; {low} points are certain, {mark} is the line.").format(**places)  # fmt: skip
            case "ineligible":
                unmet = [each for each in findings if each["status"] == "unmet"]
                titles = self._titles(unmet)
                return say("{met} of {count} conditions are met; not met: {titles}.").format(titles=titles, **places)  # fmt: skip
            case state if state == EXPERTS:
                return say("{met} conditions are met; whether it passes {mark} points is for the experts: {low} are certain, {high} the most.").format(**places)  # fmt: skip
        blank = self._blank(self.record)
        lacking = [
            each for each, state in zip(findings, states, strict=True) if state == "undetermined"
        ]
        if len(lacking) > NAMED:
            return say("{met} of {count} conditions are met; figures missing to decide the other {rest}: {n}.").format(n=len(blank), rest=len(lacking), **places)  # fmt: skip
        titles = self._titles(lacking)
        return say("{met} of {count} conditions are met; figures missing to decide {titles}: {n}.").format(n=len(blank), titles=titles, **places)  # fmt: skip

    @property
    def batch_line(self) -> str:
        """The next batch with its day and the years of its figures."""
        say, batch = self.language.text, self.batch
        if batch is None:
            return say("No batch to come is known; the region's notice names it.")
        words = say("Closes {day}, by figures of {first}–{last}.")
        day = batch.round.due.isoformat()
        if batch.round.source == "assumed":
            day = say("{day} (assumed; the year's notice decides)").format(day=day)
        return words.format(day=day, first=batch.years[0], last=batch.years[-1])

    @property
    def outlook_line(self) -> str:
        """What changes until the next batch if nothing is done; empty where its years are at hand."""
        say, batch = self.language.text, self.batch
        if batch is None or not batch.years_ahead:
            return ""
        now = {each["id"]: finding_state(each, self.scheme.fields_by_id) for each in self.record["findings"]}  # fmt: skip
        changed = [
            say("{title}: {status}").format(
                title=each["title"][self.language.id], status=say(state_word(state))
            )
            for each in batch.record["findings"]
            if (state := finding_state(each, self.scheme.fields_by_id)) != now[each["id"]]
        ]
        return self._assumption() + (say("; ").join(changed) if changed else say("every condition stays as it is")) + say(".")  # fmt: skip

    @property
    def steps(self) -> list[Step]:
        """The first things to do, what is unmet before what is blank before what is to be shown."""
        record = self.batch.record if self.batch else self.record
        unmet = [each for each in record["findings"] if each["status"] == "unmet"]
        points = [each for each in unmet if each["unit"] == "point"]
        steps = [
            *self._unmet([each for each in unmet if each not in points], record),
            *self._blanks(),
            *self._evidence(record),
            *self._unmet(points, record),
            *self._work(),
        ]
        return steps[:FIRST]

    @property
    def materials(self) -> list[str]:
        """The kinds of papers that an application hands in."""
        return [self.language.of(each) for each in self.scheme.guide.materials]

    def _assumption(self) -> str:
        """Under what assumption the next batch is told; empty where nothing is assumed."""
        if self.batch is None or not self.batch.years_ahead:
            return ""
        carried = self.language.text(", ").join(map(str, self.batch.years_ahead))
        return self.language.text("If {carried} turns out as the year before: ").format(carried=carried)  # fmt: skip

    def _unmet(self, findings: Sequence[FindingRecord], record: AssessmentRecord) -> Iterator[Step]:
        say = self.language.text
        short = {gap["finding"]: gap for gap in record["gaps"]}
        for finding in findings:
            title, gap = finding["title"][self.language.id], short[finding["id"]]
            section = self._section_of(finding["id"])
            if finding["unit"] == "point":
                words = say("{title}: at most {high} points; gain points on {items}")
                yield Step(
                    self._assumption()
                    + words.format(
                        title=title,
                        high=number(record["score"]["high"]),
                        items=self._weakest_items(record),
                    ),
                    self._who(section),
                    self._due("upload"),
                )
                continue
            amount = (
                round_up(gap["shortfall"], gap["unit"], self.language)
                if gap["shortfall"] and self.with_amounts
                else ""
            )
            of_year = gap["unit"] in ("CNY", "person")
            if of_year and self.batch and not self.batch.can_change(self.today):
                year = self.batch.years[-1]
                words = say("{title}: the figures of {year} are closed; check them, nothing can be added")  # fmt: skip
                yield Step(words.format(title=title, year=year), self._who(section), self._due(""))
            elif of_year and self.batch:
                year = self.batch.years[-1]
                words = (
                    say("{title}: {amount} more within {year}")
                    if amount
                    else say("{title}: not met")
                )
                yield Step(
                    words.format(title=title, amount=amount, year=year),
                    self._who(section),
                    date(year, 12, 31),
                )
            else:
                words = say("{title}: {amount} short") if amount else say("{title}: not met")
                yield Step(
                    words.format(title=title, amount=amount),
                    self._who(section),
                    self._due("rights_in_force"),
                )

    def _blanks(self) -> Iterator[Step]:
        by_section: dict[str, list[str]] = {}
        for name in self._blank(self.record):
            by_section.setdefault(self.scheme.fields_by_id[name].section, []).append(name)
        for section, names in by_section.items():
            words = self.language.text("Fill in {fields}").format(fields=self._fields(names))
            yield Step(words, self._who(section), self._due("self_assessment"), names[0])

    def _evidence(self, record: AssessmentRecord) -> Iterator[Step]:
        fields = self.scheme.fields_by_id
        names = [name for each in record["findings"] for name in each["missing"]]
        shown = [name for name in dict.fromkeys(names) if name not in self._blank(record)]
        if shown:
            words = self.language.text("Gather the evidence for {fields}")
            section = fields[shown[0]].section
            yield Step(
                words.format(fields=self._fields(shown)),
                self._who(section), self._due("upload"), shown[0],
            )  # fmt: skip

    def _work(self) -> Iterator[Step]:
        if self.batch is None:
            return
        for work in self.overlay.work:
            day = self._due(work.id)
            if day and day >= self.today and self._who(work.department):
                yield Step(self.language.of(work.title), self._who(work.department), day)

    def _due(self, work: str) -> date | None:
        """The day of a piece of work before the next batch; today where it has passed."""
        if self.batch is None:
            return None
        before = {each.id: each.days_before.value for each in self.overlay.work}.get(work, 0)
        return max(self.batch.round.due - timedelta(days=before), self.today)

    def _blank(self, record: AssessmentRecord) -> list[str]:
        fields = self.scheme.fields_by_id
        names = (name for each in record["findings"] for name in missing_facts(each, fields))
        return list(dict.fromkeys(names))

    def _weakest_items(self, record: AssessmentRecord) -> str:
        items = sorted(record["score"]["items"], key=lambda item: item["high"] - item["max"])
        return self._titles([item for item in items if item["high"] < item["max"]][:2])

    def _fields(self, names: Sequence[str]) -> str:
        year = date.fromisoformat(self.record["as_of"]).year
        return few_fields_in_words(names, self.scheme.fields_by_id, year, self.language, NAMED)

    def _titles(self, entries: Sequence[FindingRecord | ItemRecord]) -> str:
        return self.language.text(", ").join(each["title"][self.language.id] for each in entries)

    def _section_of(self, finding: str) -> str:
        sections = self.scheme.guide.section_conditions.items()
        return next((name for name, ids in sections if finding in ids), "")

    def _who(self, section: str) -> str:
        who = self.scheme.guide.departments.get(section)
        return self.language.of(who) if who else ""
