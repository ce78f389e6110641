"""A self-assessment while it is open: what is typed, how it is kept, whom it is shown to.

Everything typed stands in ``state`` as text and is stored at every change; inputs and tables only
show it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from eligibility.domain.calendar_window import calendar_years, split_calendar_key
from eligibility.intake.lists import rows_with_entries, without_titles
from eligibility.schemes.registry import load_scheme
from eligibility.store import BrowserKey, Repository

FIRST_STEP = "main"
#: what a draft is that nothing was typed into yet, as the address of its pages names it
BLANK_FORM, EXAMPLE, REGISTER = "blank", "example", "register"
#: rows of an empty table, so that there is a cell to paste into
BLANK = 5
#: no two openings share a number, not even of two drafts in one session
_VISITS = count(1)
Row = dict[str, str]


@dataclass
class Draft:
    """One self-assessment.

    Attributes
    ----------
    key : str, int, BrowserKey or None
        Return code, id of an own draft, or of one that this browser opened; None: not stored yet.
    id : int or None
        Of what is stored, once this browser may open it again by its cookie.
    code : str or None
        The return code, where this session knows it.
    version : int
        Of what is stored.
    stored_text : str
        What is stored, to be compared with what is typed; an example stands here from the start,
        so that it is stored only once it is changed.
    language : str
        The inputs and tables drawn last speak it.
    visit : int
        Another for every opening of a step: tables start anew with it.
    sought : tuple of str and int
        The field that the step was turned to for, if any, and the visit that turned to it.
    template : str
        What it started from; until it is stored, the same can be opened anew from it.
    """

    #: by id of a field or a list, those of a calendar year as ``stem@year``
    facts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[Row]] = field(default_factory=dict)
    step: str = FIRST_STEP
    key: str | int | BrowserKey | None = None
    id: int | None = None
    code: str | None = None
    version: int = 0
    stored_text: str = ""
    shared_with: int | None = None
    #: by key of a fact, where a paper has it (``reports.fact_sources.source_record``)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    #: figures and differences of the three books in CNY or persons, by ``item:category@year``
    reconciliation: dict[str, str] = field(default_factory=dict)
    #: answers of the ten first questions that are no figures of the form
    answers: dict[str, str] = field(default_factory=dict)
    #: by id of an own rating, the elements of it that the firm has
    elements: dict[str, list[str]] = field(default_factory=dict)
    language: str = ""
    visit: int = 0
    sought: tuple[str, int] = ("", 0)
    template: str = BLANK_FORM
    #: tracks of the ladder that the firm wants besides, before anything of them is entered
    tracks: list[str] = field(default_factory=list)
    #: the latest fiscal year of the form when something of that year was last typed
    latest_year: int | None = None
    #: the lists as they were when the step was opened: what their tables' changes refer to
    list_baseline: dict[str, list[Row]] = field(default_factory=dict)
    #: of what each text of the official form speaks of, when it was last looked at
    fingerprints: dict[str, str] = field(default_factory=dict)
    #: rows of the tables shown that are the titles of columns, pasted along
    left_out: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with everything typed counted as known."""
        self.turn(self.step)
        self.stored_text = self.stored_text or self._text()

    @property
    def state(self) -> dict[str, Any]:
        """What is stored."""
        lists = {
            name: entries
            for name, rows in self.lists.items()
            if (entries := rows_with_entries(rows))
        }
        state: dict[str, Any] = {"step": self.step, "facts": dict(self.facts), "ledgers": lists}
        known = self.facts.keys() | self.reconciliation.keys()
        if sources := {key: each for key, each in self.sources.items() if key in known}:
            state["sources"] = sources
        if self.reconciliation:
            state["reconciliation"] = dict(self.reconciliation)
        if self.tracks:
            state["tracks"] = sorted(self.tracks)
        if self.answers:
            state["answers"] = dict(self.answers)
        if self.elements:
            state["elements"] = {name: list(ticked) for name, ticked in self.elements.items()}
        if self.fingerprints:
            state["fingerprints"] = dict(self.fingerprints)
        return state if self.latest_year is None else {**state, "latest_year": self.latest_year}

    @property
    def has_changes(self) -> bool:
        """Whether something typed is not stored."""
        return self._text() != self.stored_text

    def type(self, field_id: str, value: object) -> None:
        """Take what an input says; nothing typed is a key left out."""
        if value is None or not str(value).strip():
            self.facts.pop(field_id, None)
        else:
            self.facts[field_id] = str(value)

    def answer(self, condition: str, value: object) -> None:
        """Take a share answered before the form; nothing typed is a key left out."""
        if value is None or not str(value).strip():
            self.answers.pop(condition, None)
        else:
            self.answers[condition] = str(value)

    def tick(self, rating: str, element: str, *, on: bool) -> list[str]:
        """Take whether the firm has an element of an own rating; those that it has now."""
        ticked = [name for name in self.elements.get(rating, ()) if name != element]
        ticked += [element] if on else []
        if ticked:
            self.elements[rating] = ticked
        else:
            self.elements.pop(rating, None)
        return ticked

    def show_years(self, years: Sequence[int]) -> bool:
        """Take note of the calendar years of the form; whether the latest is new and still blank.

        It is new to entries that were typed while an earlier or later one was the latest.
        """
        entered = calendar_years(
            [*self.facts, *(name for name, rows in self.lists.items() if rows)]
        )
        if years[-1] in entered or not entered:
            self.latest_year = years[-1]
        return self.latest_year != years[-1]

    def years_outside(self, years: Sequence[int]) -> list[int]:
        """Calendar years with entries that the form of these years does not show."""
        lists = (name for name, rows in self.lists.items() if rows)
        return sorted(calendar_years([*self.facts, *lists]) - {*years})

    def edit(self, name: str, changes: Mapping[str, Any]) -> int:
        """Take the changes of a list's table since its step was opened; the rows that it has now."""
        rows = [dict(row) for row in self.list_baseline[name]]
        for place, cells in changes.get("edited_rows", {}).items():
            rows[int(place)].update(_texts(cells))
        gone = {int(place) for place in changes.get("deleted_rows", [])}
        remaining = [row for place, row in enumerate(rows) if place not in gone]
        typed = [*remaining, *(_texts(cells) for cells in changes.get("added_rows", []))]
        definition = load_scheme().lists[list_id(name)]
        self.lists[name], self.left_out[name] = without_titles(definition, typed)
        return len(typed)

    def put(self, name: str, rows: list[Row]) -> None:
        """Replace a list; its table starts anew."""
        self.lists[name] = rows
        self.turn(self.step)

    def write(self, name: str, thing: str, column: str, text: str) -> None:
        """Put a text into the column of a list's row that is named so; a row is added where none is."""
        rows = [dict(row) for row in self.lists.get(name, ())]
        row = next((row for row in rows if row.get("name") == thing), None)
        if row is None:
            row = {"name": thing}
            rows = [*rows_with_entries(rows), row]
        if text.strip():
            row[column] = text
        else:
            row.pop(column, None)
        self.put(name, rows)

    def turn(self, step: str) -> None:
        """Open a step; the tables of lists start from what they hold now."""
        self.step = step
        self.visit = next(_VISITS)
        for name in self.lists:
            self.begin(name)

    def begin(self, name: str) -> None:
        """Let the table of a list start from what the list holds now."""
        self.left_out[name] = 0
        rows = self.lists.setdefault(name, [])
        self.list_baseline[name] = [dict(row) for row in rows] or [{} for _ in range(BLANK)]

    def _text(self) -> str:
        # the step alone is no change worth a new draft, but is stored with the next one
        incidental = () if self.key else ("step", "latest_year")
        facts = {name: part for name, part in self.state.items() if name not in incidental}
        return json.dumps(facts, ensure_ascii=False, sort_keys=True)

    def save(self, repository: Repository) -> None:
        """Store what is typed, if it changed; a first time makes the return code.

        Raises
        ------
        Conflict
            If it was changed elsewhere since.
        NotFound
            If it was deleted elsewhere.
        """
        if not self.has_changes:
            return
        if self.key is None:
            self.code, _ = repository.drafts.add(self.state)
            self.key, self.version = self.code, 1
        else:
            self.version = repository.drafts.save(self.key, self.state, self.version)
        self.stored_text = self._text()

    def save_over(self, repository: Repository) -> None:
        """Store what is typed here in place of what was stored elsewhere meanwhile."""
        if self.key is not None:
            self.version = repository.drafts.get(self.key)["version"]
        self.save(repository)

    def keep_as_new(self) -> None:
        """Let the next save make a new draft."""
        self.key, self.code, self.version, self.shared_with = None, None, 0, None
        self.id, self.stored_text = None, ""

    def remember(self, repository: Repository, browser: str) -> None:
        """Let this browser open it again by its cookie, once it is stored."""
        if self.key is not None and self.id is None and browser:
            self.id = repository.drafts.remember(self.key, browser)

    def renew_code(self, repository: Repository) -> None:
        """Make a return code that this session knows; the old one opens nothing any more."""
        if self.key is not None:
            self.code = repository.drafts.renew_code(self.key)
            if isinstance(self.key, str):
                self.key = self.code

    def share(self, repository: Repository, carrier_id: int, consent: str) -> None:
        """Show it to one carrier, as agreed to in this sentence."""
        if self.key is not None:
            repository.drafts.share(self.key, carrier_id, consent)
            self._refresh_sharing(repository)

    def withdraw(self, repository: Repository) -> None:
        """Show it to nobody any more."""
        if self.key is not None:
            repository.drafts.withdraw(self.key)
            self._refresh_sharing(repository)

    def _refresh_sharing(self, repository: Repository) -> None:
        row = repository.drafts.get("" if self.key is None else self.key)
        self.version, self.shared_with = row["version"], row["carrier_id"]


def _texts(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells of a table as texts: numbers picked from a list stand in one, apart by commas."""
    return {
        name: "、".join(map(str, value)) if isinstance(value, list) else value
        for name, value in cells.items()
    }


def list_id(key: str) -> str:
    """The id of the list whose rows stand under a key."""
    dated = split_calendar_key(key)
    return dated[0] if dated else key


def from_state(repository: Repository, key: str | int | BrowserKey) -> Draft:
    """A stored draft, by return code or as one's own.

    Raises
    ------
    NotFound
        If there is none.
    """
    row = repository.drafts.get(key)
    state = row["state"]
    return Draft(
        facts=dict(state.get("facts", {})),
        lists=dict(state.get("ledgers", {})),
        sources=dict(state.get("sources", {})),
        reconciliation=dict(state.get("reconciliation", {})),
        tracks=list(state.get("tracks", ())),
        latest_year=state.get("latest_year"),
        step=state.get("step", FIRST_STEP),
        key=key,
        code=key if isinstance(key, str) else None,
        id=key.draft_id if isinstance(key, BrowserKey) else None,
        version=row["version"],
        shared_with=row["carrier_id"],
        answers=dict(state.get("answers", {})),
        elements=dict(state.get("elements", {})),
        fingerprints=dict(state.get("fingerprints", {})),
    )
