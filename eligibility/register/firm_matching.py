"""Matching of firms that others name, by credit code or else by a name or former name."""

from __future__ import annotations

from collections.abc import Sequence

from eligibility.domain.firm_names import name_key
from eligibility.store import Repository


def likely_firms(repository: Repository, rows: Sequence[tuple[str | None, str]]) -> list[list[int]]:
    """For each code and name the ids of the firms that may be meant; one where it is certain.

    A name counts where the row or the firm has no code: two codes are two firms.
    """
    by_code = repository.firms.ids_by_code(code for code, _name in rows if code)
    names = [name for code, name in rows if name and code not in by_code]
    by_name = repository.firms.ids_by_name(names)
    without_code: dict[str, list[int]] = {}
    for key in {name_key(name) for code, name in rows if code and name} & by_name.keys():
        firm_ids = by_name[key]
        without_code[key] = [
            each for each in firm_ids if repository.firms.get(each)["uscc"] is None
        ]
    result = []
    for code, name in rows:
        if code in by_code:
            result.append([by_code[code]])
        else:
            result.append((without_code if code else by_name).get(name_key(name), []))
    return result
