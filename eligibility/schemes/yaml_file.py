"""YAML files of laws and settings, read strictly: a key that stands twice is an error."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from eligibility.domain.errors import LawError


class _OnceLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """YAML that refuses a key given twice, which the stock loader silently lets win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise LawError(
                    "{where}: the key {key} stands twice.", where=node.start_mark, key=key
                )
        result: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return result


def read_yaml(path: Path) -> dict[str, Any]:
    """One YAML file; a key that stands twice is an error."""
    with path.open(encoding="utf-8") as file:
        content: dict[str, Any] = yaml.load(file, Loader=_OnceLoader)
    return content
