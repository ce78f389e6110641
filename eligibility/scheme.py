"""Finds the scheme folders, loads and checks their editions, and says which one is in force.

The only module that reaches into ``schemes/``. A scheme is one folder: ``scheme.yaml``,
``fields.yaml``, ``editions/*.yaml``, ``overlays/*.yaml`` of regions, a catalogue if its law has
one, ``criteria.py``, ``indicators.py`` and, where plans are to be made, ``remedies.py``. Everything
is read once and then shared; nothing of it can be changed.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from eligibility.vocabulary import (
    DateNotCovered,
    Edition,
    Field,
    Finding,
    FirmTable,
    FormTable,
    InputError,
    LawError,
    Lever,
    Need,
    Overlay,
    ScoredItem,
    Step,
    Warning,
    Wording,
)

SCHEMES = Path(__file__).parent / "schemes"
DEFAULT_SCHEME = "hnte"
YEAR_TITLES = {1: ("第一年", "year 1"), 2: ("第二年", "year 2"), 3: ("第三年", "year 3")}


class _OnceLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """YAML that refuses a key given twice, which the stock loader silently lets win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise LawError(
                    "{where}: the key {key} stands twice.", where=node.start_mark, key=key
                )
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made


def read_yaml(path: Path) -> dict[str, Any]:
    """One YAML file; a key that stands twice is an error."""
    with path.open(encoding="utf-8") as file:
        content: dict[str, Any] = yaml.load(file, Loader=_OnceLoader)
    return content


@dataclass(frozen=True)
class TechnicalField:
    """One node of the catalogue (国家重点支持的高新技术领域).

    ``products`` are everyday names of what firms of a lowest-level node sell: ours, not the
    catalogue's.
    """

    code: str
    level: int
    parent: str
    number: str
    title: str
    terms: str
    exclusion: str
    products: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scheme:
    """One qualification that a firm can apply for.

    Attributes
    ----------
    fields : tuple of Field
        Its input, in the order of the official form.
    sections : mapping of id to Wording
        The parts of the form.
    editions : tuple of Edition
        In the order of their periods.
    overlays : mapping of id to Overlay
        What regions add.
    rung : int
        Its place among the qualifications, the easiest first.
    application_form : tuple of FormTable
        The tables of its application; empty where none are held.
    """

    id: str
    title: Wording
    fields: tuple[Field, ...]
    sections: Mapping[str, Wording]
    editions: tuple[Edition, ...]
    catalogue: tuple[TechnicalField, ...]
    overlays: Mapping[str, Overlay]
    rung: int
    application_form: tuple[FormTable, ...]

    @cached_property
    def fields_by_id(self) -> Mapping[str, Field]:
        """Every field by its id."""
        return {field.id: field for field in self.fields}

    def asked(self, law: Edition) -> tuple[Field, ...]:
        """The fields that an edition asks for."""
        return tuple(
            field for field in self.fields if not field.editions or law.id in field.editions
        )

    def in_form_order(self, names: Iterable[str]) -> list[str]:
        """Field ids in the order of the official form."""
        return sorted(names, key=list(self.fields_by_id).index)

    @cached_property
    def catalogue_by_code(self) -> Mapping[str, TechnicalField]:
        """Every node of the catalogue by its code."""
        return {node.code: node for node in self.catalogue}

    @cached_property
    def titles_by_code(self) -> Mapping[str, str]:
        """Title of every node of the catalogue by its code."""
        return {node.code: node.title for node in self.catalogue}

    @property
    def covered_from(self) -> date:
        """The first day that some edition covers."""
        return self.editions[0].in_force_from

    def edition(self, edition_id: str) -> Edition:
        """The edition of that id."""
        for edition in self.editions:
            if edition.id == edition_id:
                return edition
        raise InputError(
            "There is no edition {edition} of {scheme}.", edition=edition_id, scheme=self.id
        )

    def overlay(self, overlay_id: str) -> Overlay:
        """What the region of that id adds."""
        if overlay_id not in self.overlays:
            raise InputError(
                "There is no region {region} of {scheme}; there are: {known}.",
                region=overlay_id,
                scheme=self.id,
                known=", ".join(self.overlays),
            )
        return self.overlays[overlay_id]

    def in_force(self, day: date) -> Edition:
        """The edition in force on a day.

        Raises
        ------
        DateNotCovered
            If no edition covers the day; the sentence names what is covered.
        """
        for edition in self.editions:
            if edition.in_force_from <= day and (
                edition.in_force_to is None or day <= edition.in_force_to
            ):
                return edition
        raise DateNotCovered(
            "No edition of {scheme} covers {day}; the earliest rules held are {edition}, in force from {start}.",
            scheme=self.title,
            day=day,
            edition=self.editions[0].title,
            start=self.editions[0].in_force_from,
        )

    def warnings(
        self, firms: FirmTable, law: Edition, findings: Mapping[str, Finding]
    ) -> list[Warning]:
        """The signs this scheme warns of."""
        signs: list[Warning] = self._function("warnings", "warnings")(firms, law, findings)
        return signs

    def criterion(self, condition: str) -> Callable[[Any, Edition], Finding]:
        """The function that judges a condition."""
        return self._function("criteria", condition)

    def indicator(self, item: str) -> Callable[[FirmTable, Edition], ScoredItem]:
        """The function that scores an item."""
        return self._function("indicators", item)

    def needs(self, condition: str, facts: Any, law: Edition) -> tuple[Need, ...]:
        """What a condition still takes; nothing where the scheme does not say."""
        needs: tuple[Need, ...] = self._remedy(condition, facts, law)
        return needs

    def steps(self, item: str, firms: FirmTable, law: Edition) -> tuple[Step, ...]:
        """The better grades of an item and what they take; nothing where the scheme does not say."""
        steps: tuple[Step, ...] = self._remedy(item, firms, law)
        return steps

    def levers(self, firms: FirmTable, law: Edition) -> Mapping[str, Lever]:
        """What a firm can move, by id; nothing where the scheme does not say."""
        return self._remedy("levers", firms, law) or {}

    def after_grant(self, firms: FirmTable) -> Mapping[str, Any]:
        """The columns that a granted certification changes for the next one."""
        return self._remedy("after_grant", firms) or {}

    def _remedy(self, name: str, *facts: Any) -> Any:
        if not (SCHEMES / self.id / "remedies.py").exists():
            return ()
        return self._function("remedies", name)(*facts)

    def _function(self, module: str, name: str) -> Callable[..., Any]:
        code = importlib.import_module(f"eligibility.schemes.{self.id}.{module}")
        function = getattr(code, name, None)
        if function is None:
            raise LawError(
                "{module}.py of {scheme} has no function {name}.",
                module=module,
                scheme=self.id,
                name=name,
            )
        made: Callable[..., Any] = function
        return made


@cache
def load_scheme(scheme_id: str = DEFAULT_SCHEME) -> Scheme:
    """Read a scheme folder.

    Raises
    ------
    InputError
        If there is no such scheme.
    LawError
        If one of its files is incomplete or contradicts itself.
    """
    folder = SCHEMES / scheme_id
    if scheme_id not in scheme_ids():
        raise InputError(
            "There is no scheme {scheme}; there are: {known}.",
            scheme=scheme_id,
            known=", ".join(scheme_ids()),
        )
    head = read_yaml(folder / "scheme.yaml")
    form = read_yaml(folder / "fields.yaml")
    catalogue = _read_catalogue(folder / "technical_fields.tsv")
    try:
        editions = [
            _edition(path, catalogue) for path in sorted((folder / "editions").glob("*.yaml"))
        ]
        return Scheme(
            id=head["id"],
            title=Wording(**head["title"]),
            fields=tuple(
                field for entry in form["fields"] for field in _fields(_by_law(entry, editions))
            ),
            sections={name: Wording(**title) for name, title in form["sections"].items()},
            editions=tuple(sorted(editions, key=lambda edition: edition.in_force_from)),
            catalogue=catalogue,
            overlays={
                path.stem: Overlay(**read_yaml(path))
                for path in sorted((folder / "overlays").glob("*.yaml"))
            },
            rung=head["rung"],
            application_form=_read_form(folder / "application_form.yaml"),
        )
    except ValidationError as error:
        raise LawError(
            "A file of scheme {scheme} is wrong: {why}", scheme=scheme_id, why=error
        ) from error


def scheme_ids() -> list[str]:
    """The schemes there are."""
    return sorted(path.parent.name for path in SCHEMES.glob("*/scheme.yaml"))


def _by_law(entry: dict[str, Any], editions: list[Edition]) -> dict[str, Any]:
    """The entry with the numbers of the law that its help tells and its highest value follows."""
    latest = max(editions, key=lambda law: law.in_force_from)
    numbers = {name: parameter.value for name, parameter in latest.parameters.items()}
    told = {lang: text.format(**numbers) for lang, text in entry["help"].items()}
    entry = {**entry, "help": told}
    if entry.get("maximum") not in ("item points", "best band"):
        return entry
    item = next(law.items[entry["id"]] for law in editions if entry["id"] in law.items)
    best = item.max if entry["maximum"] == "item points" else item.bands[0].at_least
    return {**entry, "maximum": best}


def _fields(entry: dict[str, Any]) -> list[Field]:
    """One entry of fields.yaml: one field, or three where it stands for three years."""
    entry = {"unit": "", **entry}
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
            }
        )
        for year, (zh, en) in YEAR_TITLES.items()
    ]


def _edition(path: Path, catalogue: tuple[TechnicalField, ...]) -> Edition:
    content = read_yaml(path)
    if content.pop("technical_fields", None):
        parents = {node.parent for node in catalogue}
        content["catalogue"] = {int(node.code): node.code not in parents for node in catalogue}
        content["exclusions"] = {
            int(node.code): node.exclusion for node in catalogue if node.exclusion
        }
    edition = Edition(**content)
    known = {*edition.items, *edition.conditions_by_id}
    for name, question in edition.interpretations.items():
        for affected in question.affects:
            if affected not in known:
                raise LawError(
                    "{file}: interpretation {name} affects {affected}, which does not exist.",
                    file=path.name,
                    name=name,
                    affected=affected,
                )
    return edition


def _read_catalogue(path: Path) -> tuple[TechnicalField, ...]:
    everyday = path.with_name("everyday_products.tsv")
    products = {row["code"]: tuple(row["products"].split("、")) for row in _rows(everyday)}
    return tuple(
        TechnicalField(
            row["code"],
            int(row["level"]),
            row["parent_code"],
            row["official_number"],
            row["title"],
            row["terms"],
            row["exclusion"],
            products.get(row["code"], ()),
        )
        for row in _rows(path)
    )


def _rows(path: Path) -> list[dict[str, str]]:
    """Rows of a file separated by tabs; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _read_form(path: Path) -> tuple[FormTable, ...]:
    if not path.exists():
        return ()
    return tuple(FormTable(**entry) for entry in read_yaml(path)["tables"])
