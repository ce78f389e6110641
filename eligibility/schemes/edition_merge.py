"""Merging of an edition that says only what changes with the edition it extends.

Both are plain data, as their YAML files hold them. An entry of the base keeps its place and its
keys; a key that the amendment gives is replaced whole, so a citation or a text is never patched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from eligibility.domain.errors import LawError

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
    "elements": "id",
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


def whole_editions(contents: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Every edition of a scheme, by the name of its file, whole and in the order of their periods.

    One that does not say when it ends ends on the day before the next one begins.
    """
    whole = [_whole(name, contents, ()) for name in contents]
    for name, content in zip(contents, whole, strict=True):
        if not isinstance(start := content.get("in_force_from"), date):
            raise LawError(
                "{edition}: in_force_from is {value!r}, expected a day such as 2027-01-01.",
                edition=name,
                value=start,
            )
    whole.sort(key=lambda content: content["in_force_from"])
    for content, following in zip(whole, [*whole[1:], None], strict=True):
        if following is not None and content.get("in_force_to") is None:
            content["in_force_to"] = following["in_force_from"] - timedelta(days=1)
        content.setdefault("in_force_to", None)
    return whole


def _whole(
    name: str, contents: Mapping[str, dict[str, Any]], extending: tuple[str, ...]
) -> dict[str, Any]:
    """An edition with what it takes from the one it extends."""
    content = dict(contents[name])
    base = content.get("extends")
    if base is None:
        return content
    if base not in contents or base in (name, *extending):
        raise LawError(
            "{edition} extends {base}, which does not exist or extends it.", edition=name, base=base
        )
    return merge(_whole(base, contents, (*extending, name)), content)


def _merge_entry(base: Data, amendment: Data) -> dict[str, Any]:
    merged = dict(base)
    for key, value in amendment.items():
        if key == "after":
            continue
        present = merged.get(key)
        if key in KEYED:
            merged[key] = _merge_list(present or (), value, KEYED[key])
        elif key in NESTED and present is not None:
            merged[key] = _merge_entry(present, value)
        elif key in NAMED and present is not None:
            entries = dict(present)
            for name, entry in value.items():
                earlier = entries.get(name)
                patched = isinstance(earlier, Mapping) and key not in WHOLE
                entries[name] = _merge_entry(earlier, entry) if patched and earlier else entry
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
    part = data[name]
    if name not in KEYED:
        return {**data, name: _without(part, rest, path)}
    entry, *further = rest
    place = _place(part, entry, KEYED[name])
    if place is None:
        raise LawError("{path} is to be removed, but does not exist.", path=path)
    remaining = [_without(part[place], further, path)] if further else []
    return {**data, name: [*part[:place], *remaining, *part[place + 1 :]]}
