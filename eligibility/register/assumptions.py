"""Assumptions of an institution: its changes of single numbers over the settings files.

The files are the defaults; a change is put over their content, and the whole is validated by the
models that validate the files.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel, ValidationError

from eligibility.city import settings as city_settings
from eligibility.city.settings import City
from eligibility.domain.errors import InputError
from eligibility.domain.law import Overlay
from eligibility.domain.text import Message, Wording, msgid
from eligibility.domain.validation import validation_sentence
from eligibility.planning.actions import Actions
from eligibility.planning.assumptions import ASSUMED
from eligibility.planning.assumptions import HERE as PLANNING
from eligibility.planning.lead_times import LeadTimes
from eligibility.schemes.registry import Scheme, load_scheme, scheme_ids
from eligibility.schemes.yaml_file import read_yaml
from eligibility.store import Repository
from eligibility.store.assumptions import CITY, AssumptionChange, Path

#: documents beside the city's, and how those of a scheme's batches begin
ACTIONS, LEAD_TIMES, BATCHES = "actions", "lead_times", "batches/"
FORMS: Mapping[str, type[BaseModel]] = {CITY: City, ACTIONS: Actions, LEAD_TIMES: LeadTimes}
FILES = {
    CITY: city_settings.SHIPPED,
    ACTIONS: PLANNING / "actions.yaml",
    LEAD_TIMES: PLANNING / "lead_times.yaml",
}
#: lists in the order of their elements
ORDERED = ("targets", "batches")
Document = dict[str, Any]


@dataclass(frozen=True)
class InstitutionSettings:
    """What holds for an institution.

    Attributes
    ----------
    city : City
    schemes : mapping of id to Scheme
        With the institution's batches.
    actions, times : Actions, LeadTimes
    revision : int
        Number of the last change.
    problems : sequence of Message
        Changes that no longer fit the files: they are left out.
    """

    city: City
    schemes: Mapping[str, Scheme]
    actions: Actions
    times: LeadTimes
    revision: int
    problems: Sequence[Message]


def document_names() -> list[str]:
    """The settings files that an institution may change, by their names."""
    region = read_default(CITY)["region"]
    of_schemes = (f"{BATCHES}{name}" for name in scheme_ids())
    return [*FILES, *(name for name in of_schemes if _batch_file(name, region).exists())]


def _batch_file(name: str, region: str) -> FilePath:
    return load_scheme(name.removeprefix(BATCHES)).folder / "overlays" / f"{region}.yaml"


def read_default(name: str) -> Document:
    """What the settings file says; the caller's own to change."""
    content = _copy(_read_file(name))
    assert isinstance(content, dict)
    return content


@cache
def _read_file(name: str) -> Document:
    return read_yaml(FILES.get(name) or _batch_file(name, read_default(CITY)["region"]))


def _copy(node: Any) -> Any:
    """A copy in which what a YAML anchor shares is no longer shared."""
    if isinstance(node, dict):
        return {str(key): _copy(value) for key, value in node.items()}
    return [_copy(value) for value in node] if isinstance(node, list) else node


def load_settings(repository: Repository) -> InstitutionSettings:
    """What holds for the institution of a store."""
    revision, changes = repository.assumptions.revision(), repository.assumptions.changes()
    problems: list[Message] = []
    models: dict[str, Any] = {}
    for name in document_names():
        document, lost = merge_changes(name, changes)
        problems += lost
        try:
            models[name] = _validate(name, document)
        except InputError as error:
            problems.append(error.message)
            models[name] = _validate(name, read_default(name))
    region = models[CITY].region
    schemes = {name: load_scheme(name) for name in scheme_ids()}
    for name in models:
        if name.startswith(BATCHES):
            scheme = schemes[name.removeprefix(BATCHES)]
            # one that is as shipped stays the same object, which caches know
            if scheme.overlay(region) != models[name]:
                overlays = {**scheme.overlays, region: models[name]}
                schemes[scheme.id] = replace(scheme, overlays=overlays)
    return InstitutionSettings(
        models[CITY], schemes, models[ACTIONS], models[LEAD_TIMES], revision, problems
    )


def save_changes(repository: Repository, changes: Sequence[AssumptionChange], revision: int) -> int:
    """Keep changes if what comes of them is valid, all or none; the next revision.

    Raises
    ------
    InputError
        What is wrong, and where.
    Conflict
        If somebody changed an assumption since that revision.
    """
    before = repository.assumptions.changes()
    for name in {change.document for change in changes}:
        if name not in document_names():
            raise InputError("There is no settings file {file}.", file=name)
        _, left_out = merge_changes(name, before)
        document, lost = merge_changes(name, [*before, *changes])
        # what was left out before is no reason against another change
        if new := [each for each in lost if each not in left_out]:
            raise InputError("{why}", why=new[0])
        _validate(name, document)
    return repository.assumptions.save(changes, revision)


def _validate(name: str, document: Document) -> BaseModel:
    form = Overlay if name.startswith(BATCHES) else FORMS[name]
    try:
        return form(**document)
    except ValidationError as error:
        raise InputError("{why}", why=validation_sentence(error)) from error


def merge_changes(name: str, changes: Iterable[AssumptionChange]) -> tuple[Document, list[Message]]:
    """A settings file with changes over it, and a sentence for each that has no place in it."""
    document, lost = read_default(name), []
    latest: dict[Path, AssumptionChange] = {}
    for change in changes:
        if change.document == name:
            # the order is that of the changes that hold
            latest.pop(change.path, None)
            latest[change.path] = change
    for change in latest.values():
        if change.is_default:
            continue
        try:
            _put(document, change.path, change.value)
        except InputError as error:
            lost.append(error.message)
    for key in ORDERED:
        if key in document:
            document[key].sort(key=lambda entry: (entry["year"], entry.get("number", 0)))
    return document, lost


def _put(document: Document, path: Path, value: Any) -> None:
    node: Any = document
    for depth, step in enumerate(path[:-1]):
        node = _child(node, step, path[: depth + 1])
    last = path[-1]
    if isinstance(node, list):
        node[:] = [entry for entry in node if element_key(entry) != last]
        if value is not None:
            node.append(value)
    elif value is None:
        node.pop(last, None)
    else:
        node[last] = value


def _child(node: Any, step: str, path: Path) -> Any:
    if isinstance(node, dict):
        return node.setdefault(step, {})
    for entry in node:
        if element_key(entry) == step:
            return entry
    if path[0] == "targets" and step.isdecimal():
        begun = [entry for entry in node if entry["year"] <= int(step)]
        if begun:
            # what is not set anew goes on as it was
            node.append(_copy(max(begun, key=lambda entry: entry["year"])) | {"year": int(step)})
            return node[-1]
    raise InputError("There is no {place} in the settings any more.", place=" · ".join(path))


def element_key(entry: Any) -> str:
    """What names an element of a list in a path: its id, its year and number, or its year."""
    if "id" in entry:
        return str(entry["id"])
    if "number" in entry:
        return f"{entry['year']}-{entry['number']}"
    return str(entry.get("year", ""))


def source_value(document: str, text: str) -> Any:
    """Who said so, as the settings file of that name holds it."""
    text = text.strip()
    if text in ("", ASSUMED) or document in (ACTIONS, LEAD_TIMES):
        return text or ASSUMED
    gist = {"zh": text, "en": text}
    return {"document": text, "article": "", "gist": gist, "confidence": "M"}


def source_text(source: Any) -> str:
    """Who said so, in one line."""
    if isinstance(source, str):
        return source
    return f"{source['document']} {source['article']}".strip()


def weight_change(
    kind: str, name: str, weight: float, reason: str, source: str
) -> AssumptionChange:
    """The weight of a certification of an industry, a district, or one firm by its credit code.

    Raises
    ------
    InputError
        If nothing is named, or a firm's weight has no reason.
    """
    if not name:
        raise InputError("A weight needs the industry, the district or the credit code it is for.")
    if kind == "firms" and not reason:
        raise InputError("The weight of a firm needs its reason.")
    figure = {"value": weight, "unit": "weight", "source": source_value(CITY, source)}
    if reason:
        figure["note"] = {"zh": reason, "en": reason}
    return AssumptionChange(CITY, ("priorities", kind, name), figure, source.strip() or ASSUMED)


def batch_change(scheme_id: str, year: int, number: int, due: str, source: str) -> AssumptionChange:
    """A batch and its last day."""
    document = f"{BATCHES}{scheme_id}"
    value = {
        "year": year, "number": number, "due": due, "source": source_value(document, source),
    }  # fmt: skip
    path = ("batches", f"{year}-{number}")
    return AssumptionChange(document, path, value, source.strip() or ASSUMED)


def figure_change(
    document: str, path: Path, figure: Mapping[str, Any], value: float | None, source: str
) -> AssumptionChange:
    """Another value, or another source, of a figure that is there."""
    if value is None or not math.isfinite(value):
        raise InputError("Enter a number first.")
    unchanged = source.strip() == source_text(figure["source"])
    kept = figure["source"] if unchanged else source_value(document, source)
    return AssumptionChange(
        document, path, {**figure, "value": value, "source": kept}, source.strip() or ASSUMED
    )


@dataclass(frozen=True)
class Assumption:
    """One number as it stands.

    Attributes
    ----------
    document, path : str, Path
    group : str
        Of ``GROUPS``.
    title : sequence of Wording, Message or str
    figure : mapping
        As the settings file holds it, or a batch.
    value : float or date
    unit : str
    default : float, date or None
        What the file says; None where it has no such entry.
    """

    document: str
    path: Path
    group: str
    title: Sequence[Wording | Message | str]
    figure: Mapping[str, Any]
    value: Any
    unit: str
    default: Any


GROUPS = {
    "targets": msgid("Targets"),
    "batches": msgid("Batches"),
    "weights": msgid("Weights"),
    "support": msgid("Support"),
    "courses": msgid("Courses"),
    "chances": msgid("Chances assumed"),
    ACTIONS: msgid("Actions of firms"),
    LEAD_TIMES: msgid("Months to a right"),
    "checks": msgid("What reviewers look at"),
}
_GROUP_OF = {
    "targets": "targets", "titles": "targets", "priorities": "weights", "support": "support",
    "courses": "courses", "forecast": "chances", "assumed_chances": "chances",
    "assumed_applications": "chances", "batches": "batches", "work": "batches",
}  # fmt: skip
#: words for the keys that have no title of their own
WORDS = {
    "certified": msgid("firms to be certified"),
    "stock": msgid("firms that hold a certificate"),
    "year_shock": msgid("how far years differ"),
    "confidence": msgid("confidence asked for"),
    "assumed_chances": msgid("chance of passing"),
    "assumed_applications": msgid("share that applies"),
    "eligible": msgid("eligible"),
    "undetermined": msgid("undetermined"),
    "unclear": msgid("undetermined"),
    "ineligible": msgid("ineligible"),
    "industries": msgid("Industry"),
    "districts": msgid("District"),
    "firms": msgid("Firm"),
    "adviser_days": msgid("adviser-days in a year"),
    "largest_bundle": msgid("support for one firm at once, at most"),
    "search_steps": msgid("steps of the search"),
    "days": msgid("days"),
    "cost": msgid("cost"),
    "closes": msgid("share of gaps closed"),
    "odds": msgid("factor on the odds"),
    "seats": msgid("seats"),
    "days_before": msgid("days before the last day"),
    "day_rates": msgid("rate of a day"),
    "finding_out": msgid("days to find out a fact"),
    "adviser": msgid("adviser"),
    "firm": msgid("firm"),
    "each": msgid("for each"),
    "once": msgid("once"),
    "at_most": msgid("at most"),
    "at_most_of_present": msgid("at most, of what there is"),
    "lead": msgid("months until it counts"),
    "months": msgid("months"),
    "years_ahead": msgid("years looked ahead"),
}
#: keys that say nothing beside the title below them
_SILENT = {"targets", "support", "actions", "courses", "priorities", "forecast", "kinds", "work",
           "batches", "titles"}  # fmt: skip


def list_assumptions(changes: Sequence[AssumptionChange]) -> list[Assumption]:
    """Every number that an institution may change, as it stands, by document and place."""
    result = []
    for name in document_names():
        document, _lost = merge_changes(name, changes)
        defaults = {path: figure for path, _title, figure in _figures(name, read_default(name))}
        for path, title, figure in _figures(name, document):
            group = _GROUP_OF.get(path[0], name) if name not in (ACTIONS, LEAD_TIMES) else name
            if group not in GROUPS:
                continue
            key = "due" if "due" in figure else "value"
            default = defaults.get(path)
            result.append(
                Assumption(
                    name, path, group, title, figure, figure[key], str(figure.get("unit", "")),
                    None if default is None else default[key],
                )
            )  # fmt: skip
    return result


Title = tuple[Wording | Message | str, ...]


def _figures(
    name: str, node: Any, path: Path = (), title: Title = ()
) -> Iterator[tuple[Path, Title, Mapping[str, Any]]]:
    """Every figure and batch of a document, with its path and title."""
    if isinstance(node, list):
        for entry in node:
            if isinstance(entry, dict) and element_key(entry):
                yield from _figures(name, entry, (*path, element_key(entry)), title)
        return
    if not isinstance(node, dict):
        return
    if path and path[-2:-1] == ("batches",):
        scheme = load_scheme(name.removeprefix(BATCHES))
        of_year = Message(
            msgid("batch {number} of {year}"), {"number": node["number"], "year": node["year"]}
        )
        yield path, (scheme.title, of_year), node
        return
    if "value" in node and "source" in node:
        yield path, title, node
        return
    if "title" in node and path:
        title = (*title, Wording(**node["title"]))
    if path[:1] == ("targets",) and len(path) == 2:
        title = (Message(msgid("from {year} on"), {"year": path[-1]}),)
    for key, child in node.items():
        words: Title = (Message(WORDS[key]),) if key in WORDS else ()
        if not words and key not in _SILENT and isinstance(child, dict):
            words = (key,)
        yield from _figures(name, child, (*path, key), (*title, *words))
