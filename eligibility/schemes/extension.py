"""Merging of an edition that says only what changes with the edition it extends.

Both are plain data, as their YAML files hold them. An entry of the base keeps its place and its
keys; a key that the amendment gives is replaced whole, so a citation or a text is never patched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eligibility.vocabulary import LawError

Data = Mapping[str, Any]
#: keys that an edition never takes from the one it extends
OWN = ("id", "title", "in_force_from", "in_force_to", "extends")
#: tables of entries by name
NAMED = ("parameters", "scales", "interpretations", "clauses", "readings", "limits", "exclusions")
#: lists of entries, and the key that tells them apart
KEYED = {
    "conditions": "id",
    "signs": "id",
    "groups": "id",
    "items": "id",
    "bands": "grade",
}
#: entries whose keys are merged one by one wherever they stand
NESTED = ("score",)
#: entries that are one statement and never patched
WHOLE = ("clauses", "exclusions")


def merge(base: Data, amendment: Data) -> dict[str, Any]:
    """The whole of an edition.

    Parameters
    ----------
    base : mapping
        The edition extended, whole.
    amendment : mapping
        What changes. A new entry of a list may say ``after:`` which other it stands, else it
        stands last. ``remove`` lists what is gone as paths of ids, such as
        ``conditions.core_ip`` or ``score.groups.growth.items.growth_sales``.

    Returns
    -------
    dict
        A new one; neither argument is changed.

    Raises
    ------
    LawError
        If something to be removed, or that another is to stand after, is not there.
    """
    amendment = dict(amendment)
    removals = amendment.pop("remove", ())
    inherited = {key: value for key, value in base.items() if key not in OWN}
    for path in removals:
        inherited = _without(inherited, path.split("."), path)
    return _merge_entry(inherited, amendment)


def _merge_entry(base: Data, amendment: Data) -> dict[str, Any]:
    merged = dict(base)
    for key, value in amendment.items():
        if key == "after":
            continue
        held = merged.get(key)
        if key in KEYED:
            merged[key] = _merge_list(held or (), value, KEYED[key])
        elif key in NESTED and held is not None:
            merged[key] = _merge_entry(held, value)
        elif key in NAMED and held is not None:
            entries = dict(held)
            for name, entry in value.items():
                known = entries.get(name)
                patched = isinstance(known, Mapping) and key not in WHOLE
                entries[name] = _merge_entry(known, entry) if patched and known else entry
            merged[key] = entries
        else:
            merged[key] = value
    return merged


def _merge_list(base: Sequence[Data], amendment: Sequence[Data], key: str) -> list[Data]:
    merged = list(base)
    for entry in amendment:
        place = _place(merged, entry[key], key)
        if place is not None:
            merged[place] = _merge_entry(merged[place], entry)
            continue
        new = _merge_entry({}, entry)
        if "after" not in entry:
            merged.append(new)
            continue
        before = _place(merged, entry["after"], key)
        if before is None:
            raise LawError(
                "{entry} is to stand after {other}, which does not exist.",
                entry=entry[key],
                other=entry["after"],
            )
        merged.insert(before + 1, new)
    return merged


def _place(entries: Sequence[Data], name: str, key: str) -> int | None:
    return next((place for place, entry in enumerate(entries) if entry[key] == name), None)


def _without(data: Data, steps: Sequence[str], path: str) -> dict[str, Any]:
    """The data without what stands at the end of a path."""
    name, *rest = steps
    if name not in data:
        raise LawError("{path} is to be removed, but does not exist.", path=path)
    if not rest:
        return {key: value for key, value in data.items() if key != name}
    held = data[name]
    if name not in KEYED:
        return {**data, name: _without(held, rest, path)}
    entry, *further = rest
    place = _place(held, entry, KEYED[name])
    if place is None:
        raise LawError("{path} is to be removed, but does not exist.", path=path)
    kept = [_without(held[place], further, path)] if further else []
    return {**data, name: [*held[:place], *kept, *held[place + 1 :]]}
