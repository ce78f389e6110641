"""Fields of a scheme's form, formed under each edition from the entries of ``fields.yaml``."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eligibility.domain.errors import LawError
from eligibility.domain.facts import Field
from eligibility.domain.law import Edition
from eligibility.schemes.yaml_file import read_yaml

YEAR_TITLES = {1: ("第一年", "year 1"), 2: ("第二年", "year 2"), 3: ("第三年", "year 3")}
Entries = Sequence[dict[str, Any]]


def read_form(folder: Path) -> dict[str, Any]:
    """``fields.yaml``, with what the official application alone asks after it."""
    form, beside = read_yaml(folder / "fields.yaml"), folder / "official_fields.yaml"
    if not beside.exists():
        return form
    more = read_yaml(beside)
    asked = [{**entry, "form_only": True} for entry in more["fields"]]
    sections = {**form["sections"], **more["sections"]}
    return {**form, "sections": sections, "fields": [*form["fields"], *asked]}


def fields_by_edition(
    entries: Entries, editions: Sequence[Edition]
) -> Mapping[str, tuple[Field, ...]]:
    """What each edition asks for, by its id, with the texts and bounds that its numbers give."""
    return {
        law.id: tuple(
            field
            for entry in entries
            if _asks(law, entry, editions)
            for field in _fields(_by_law(entry, law, editions))
        )
        for law in editions
    }


def _asks(law: Edition, entry: Mapping[str, Any], editions: Sequence[Edition]) -> bool:
    """Whether an edition lies between those that a field is asked from and until."""
    starts = {other.id: other.in_force_from for other in editions}
    for key in ("from", "until"):
        if entry.get(key, law.id) not in starts:
            raise LawError(
                "Field {field} is asked {key} {edition}, which does not exist.",
                field=entry["id"],
                key=key,
                edition=entry[key],
            )
    first = starts[entry["from"]] if "from" in entry else law.in_force_from
    last = starts[entry["until"]] if "until" in entry else law.in_force_from
    return first <= law.in_force_from <= last


def all_fields(entries: Entries, editions: Sequence[Edition]) -> tuple[Field, ...]:
    """Every field once, as the first edition that asks for it has it, within its widest bounds."""
    fields: list[Field] = []
    for entry in entries:
        formed = [_by_law(entry, law, editions) for law in editions if _asks(law, entry, editions)]
        if not formed:
            raise LawError("Field {field} is asked by no edition.", field=entry["id"])
        bounds = [one["maximum"] for one in formed if one.get("maximum") is not None]
        fields += _fields({**formed[0], "maximum": max(bounds, default=None)})
    return tuple(fields)


def _by_law(entry: dict[str, Any], law: Edition, editions: Sequence[Edition]) -> dict[str, Any]:
    """The entry with the numbers of the law that its help tells and its highest value follows.

    A number that the edition lacks is told as the nearest other edition has it, later ones first.
    """
    place = editions.index(law)
    near = [law, *editions[place + 1 :], *reversed(editions[:place])]
    numbers = ChainMap(
        *({name: one.value for name, one in other.parameters.items()} for other in near)
    )
    help_text = {lang: text.format_map(numbers) for lang, text in entry["help"].items()}
    formed = {key: value for key, value in entry.items() if key not in ("from", "until")}
    formed["help"] = help_text
    if entry.get("maximum") not in ("item points", "best band"):
        return formed
    item = next(other.items[entry["id"]] for other in near if entry["id"] in other.items)
    best = item.max if entry["maximum"] == "item points" else item.bands[0].at_least
    return {**formed, "maximum": best}


def _fields(entry: dict[str, Any]) -> list[Field]:
    """One entry of fields.yaml: one field, or one for each of its ``years``, which are all three."""
    entry = {"unit": "", **entry}
    if "year" in entry or entry.get("per_year"):
        entry["of"] = "calendar_year"
    years = entry.pop("years", YEAR_TITLES)
    if not entry.pop("per_year", False):
        return [Field(stem=entry["id"].removesuffix("_y3"), stem_title=entry["title"], **entry)]
    title = entry["title"]
    return [
        Field(
            **{
                **entry,
                "id": f"{entry['id']}_y{year}",
                "stem": entry["id"],
                "stem_title": title,
                "year": year,
                "title": {"zh": f"{zh}{title['zh']}", "en": f"{title['en']}, {en}"},
                "aliases": tuple(f"{zh}{alias}" for alias in entry.get("aliases", ())),
                "part_of": f"{entry['part_of']}_y{year}" if "part_of" in entry else None,
            }
        )
        for year, (zh, en) in YEAR_TITLES.items()
        if year in years
    ]
