"""Registry of schemes: finds their folders, loads and checks their editions, says which is in force.

The only module that reaches into ``schemes/``. A scheme is one folder: ``scheme.yaml``,
``fields.yaml``, ``editions/*.yaml``, ``overlays/*.yaml`` of regions, a catalogue and the tables of an
application if an edition names them, ``criteria.py``, ``indicators.py``, ``warnings.py`` and, where
plans are to be made, ``remedies.py``. Everything is read once and then shared; nothing of it can be
changed.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from eligibility.domain.calendar_window import latest_year_ids
from eligibility.domain.errors import DateNotCovered, InputError, LawError
from eligibility.domain.facts import Field, FirmTable
from eligibility.domain.law import Edition, FormTable, Holding, Overlay, TitleTarget
from eligibility.domain.results import Finding, Lever, Need, ScoredItem, Step, Warning
from eligibility.domain.text import FrozenModel, Wording
from eligibility.schemes.catalogue import TechnicalField, read_catalogue
from eligibility.schemes.edition_merge import whole_editions
from eligibility.schemes.example_firm import example_firm
from eligibility.schemes.form import all_fields, fields_by_edition, read_form
from eligibility.schemes.form_guide import NO_GUIDE, FormGuide, read_guide
from eligibility.schemes.yaml_file import read_yaml

if TYPE_CHECKING:
    # what only some commands ask of a scheme is imported where it is asked
    from eligibility.domain.application_form import CellGroup, TextRules
    from eligibility.schemes.annual_report import AnnualReportForm
    from eligibility.schemes.evidence import Check, Checker, EvidenceRules
    from eligibility.schemes.lists import ListDefinition
    from eligibility.schemes.materials import MaterialCatalogue
    from eligibility.schemes.reconciliation_rules import ReconciliationRules
    from eligibility.schemes.staff import StaffRules

SCHEMES = Path(__file__).parent
DEFAULT_SCHEME = "hnte"
Rules = TypeVar("Rules", bound=FrozenModel)


@dataclass(frozen=True, eq=False)
class Scheme:
    """One qualification that a firm can apply for.

    Attributes
    ----------
    fields : tuple of Field
        Its input under all editions, in the order of the official form: what a file may hold. Each
        has the texts of the first edition that asks for it, and its widest bounds.
    forms : mapping of edition id to tuple of Field
        What each edition asks for, with the texts and bounds that its numbers give.
    sections : mapping of id to Wording
        The parts of the form.
    editions : tuple of Edition
        In the order of their periods.
    catalogues : mapping of file to tuple of TechnicalField
        Those that the editions name.
    overlays : mapping of id to Overlay
        What regions add.
    track : str
        Qualifications of one track follow each other.
    after : tuple of str
        Ids of the qualifications that come before it, of whatever track.
    holding : Holding or None
        The facts that say that a firm has its title.
    folder : Path
        Where its files are.
    guide : FormGuide
        What leads through the form.
    """

    id: str
    title: Wording
    fields: tuple[Field, ...]
    forms: Mapping[str, tuple[Field, ...]]
    sections: Mapping[str, Wording]
    editions: tuple[Edition, ...]
    catalogues: Mapping[str, tuple[TechnicalField, ...]]
    overlays: Mapping[str, Overlay]
    track: str
    after: tuple[str, ...]
    holding: Holding | None
    folder: Path
    guide: FormGuide = NO_GUIDE

    @cached_property
    def fields_by_id(self) -> Mapping[str, Field]:
        """Every field by its id."""
        return {field.id: field for field in self.fields}

    def fields_of(self, law: Edition) -> tuple[Field, ...]:
        """The fields that an edition asks for."""
        return self.forms[law.id]

    def fields_on(self, day: date) -> tuple[Field, ...]:
        """All fields, those asked for on a day as the edition then in force words them."""
        form = {field.id: field for field in self.fields_of(self.in_force(day))}
        return tuple(form.get(field.id, field) for field in self.fields)

    def example(self, today: date) -> dict[str, Any] | None:
        """An invented firm as it could be typed on a day: ``facts`` by field, ``lists`` by list.

        None where the scheme has none.
        """
        path = self.folder / "example.yaml"
        return example_firm(read_yaml(path), today) if path.exists() else None

    @cached_property
    def latest_year_ids(self) -> frozenset[str]:
        """Ids of fields and lists without a year whose figures are of the latest fiscal year."""
        lists = {one.id for one in self.lists.values() if one.of == "calendar_year"}
        return latest_year_ids(self.fields) | lists

    @cached_property
    def lists(self) -> Mapping[str, ListDefinition]:
        """The lists that stand behind its counts, by id; none where the scheme has none."""
        from eligibility.schemes.lists import definitions

        path = self.folder / "lists.yaml"
        if not path.exists():
            return {}
        return definitions(read_yaml(path)["lists"], lambda name: self._function("lists", name))

    @cached_property
    def reconciliation(self) -> ReconciliationRules | None:
        """How books, return and application hang together; None where the scheme does not say."""
        from eligibility.schemes.reconciliation_rules import ReconciliationRules

        return self._rules("reconciliation.yaml", ReconciliationRules)

    @cached_property
    def staff_rules(self) -> StaffRules | None:
        """How the people of a firm are counted; None where the scheme does not say."""
        from eligibility.schemes.staff import StaffRules

        return self._rules("staff.yaml", StaffRules)

    @cached_property
    def evidence(self) -> EvidenceRules | None:
        """What is checked of the chain of evidence; None where the scheme does not say."""
        from eligibility.schemes.evidence import EvidenceRules

        return self._rules("evidence.yaml", EvidenceRules)

    def _rules(self, file: str, kind: type[Rules]) -> Rules | None:
        """The rules of a file of its folder; None where it has none."""
        path = self.folder / file
        return kind.model_validate(read_yaml(path)) if path.exists() else None

    @cached_property
    def materials(self) -> MaterialCatalogue | None:
        """The papers of an application one by one; None where the scheme does not list them."""
        from eligibility.schemes.materials import MaterialCatalogue

        return self._rules("materials.yaml", MaterialCatalogue)

    def checker(self, check: Check) -> Checker:
        """The function that looks for what a check of the chain of evidence says."""
        return self._function(f"evidence_{check.of}", check.id)

    @cached_property
    def annual_report(self) -> AnnualReportForm | None:
        """The yearly report of firms with its title; None where the scheme asks for none."""
        from eligibility.schemes.annual_report import AnnualReportForm

        return self._rules("annual_report.yaml", AnnualReportForm)

    @cached_property
    def targets(self) -> tuple[TitleTarget, ...]:
        """What is wanted of it unless a city sets its own; none where the scheme says nothing."""
        path = self.folder / "targets.yaml"
        entries = read_yaml(path)["targets"] if path.exists() else ()
        return tuple(TitleTarget(**entry) for entry in entries)

    def official_cells(self, law: Edition) -> tuple[CellGroup, ...]:
        """The cells of the printed application of an edition; none where they are not listed."""
        from eligibility.domain.application_form import CellGroup

        entries = _by_edition(self.folder / "official_cells.yaml").get(law.id, ())
        return tuple(CellGroup(**entry) for entry in entries)

    def text_rules(self, law: Edition) -> TextRules | None:
        """How texts of an edition's application are looked at; None where it has no boxes."""
        from eligibility.domain.application_form import TextRules

        entry = _by_edition(self.folder / "text_boxes.yaml").get(law.id)
        return law.memoize("text rules", lambda: TextRules(**entry)) if entry else None

    def in_form_order(self, names: Iterable[str]) -> list[str]:
        """Field ids in the order of the official form."""
        return sorted(names, key=self._places.__getitem__)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """The place of every field in the official form."""
        return {name: place for place, name in enumerate(self.fields_by_id)}

    def catalogue(self, law: Edition) -> tuple[TechnicalField, ...]:
        """The catalogue of technical fields of an edition.

        Where it holds none, all nodes of the others: they name what was entered and decide nothing.
        """
        return tuple(self.catalogue_by_code(law).values())

    def catalogue_by_code(self, law: Edition) -> Mapping[str, TechnicalField]:
        """The same by their codes."""
        return self._nodes_by_file[law.technical_fields or ""]

    @cached_property
    def _nodes_by_file(self) -> Mapping[str, Mapping[str, TechnicalField]]:
        catalogues = self.catalogues.items()
        named = {file: {node.code: node for node in nodes} for file, nodes in catalogues}
        every = {code: node for nodes in named.values() for code, node in nodes.items()}
        return named | {"": every}

    @cached_property
    def titles_by_code(self) -> Mapping[str, str]:
        """Title of every node of all catalogues by its code, for reading what firms wrote."""
        return {code: node.title for code, node in self._nodes_by_file[""].items()}

    def application_form(self, law: Edition) -> tuple[FormTable, ...]:
        """The tables of an application under an edition; empty where none are held."""
        file = law.application_form
        return law.memoize(("tables", file), lambda: self._form_tables(file)) if file else ()

    def _form_tables(self, file: str) -> tuple[FormTable, ...]:
        return tuple(FormTable(**entry) for entry in read_yaml(self.folder / file)["tables"])

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

    def neighbours(self, day: date) -> tuple[Edition, Edition] | None:
        """The edition in force on a day and the one to come, else the one before and itself.

        None where there is only one.
        """
        place = self.editions.index(self.in_force(day))
        near = self.editions[place : place + 2]
        if len(near) == 1 and place:
            near = self.editions[place - 1 : place + 1]
        return (near[0], near[1]) if len(near) > 1 else None

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

    def has_remedy(self, name: str) -> bool:
        """Whether the scheme says how a condition or an item is reached."""
        return self._remedy_of(name) is not None

    def _remedy(self, name: str, *facts: Any) -> Any:
        remedy = self._remedy_of(name)
        return () if remedy is None else remedy(*facts)

    def _remedy_of(self, name: str) -> Callable[..., Any] | None:
        if not (self.folder / "remedies.py").exists():
            return None
        return getattr(_code(self.folder, "remedies"), name, None)

    def _function(self, module: str, name: str) -> Callable[..., Any]:
        function = getattr(_code(self.folder, module), name, None)
        if function is None:
            raise LawError(
                "{module}.py of {scheme} has no function {name}.",
                module=module,
                scheme=self.id,
                name=name,
            )
        return function  # type: ignore[no-any-return]


#: folders of scheme folders; the first that holds a scheme gives it
_roots: tuple[Path, ...] = (SCHEMES,)


@contextmanager
def scheme_roots(*roots: Path) -> Iterator[None]:
    """Take schemes from these folders of scheme folders alone, the first before the others.

    Of the whole process, as the law is; for trying an edition or a scheme that is not shipped.
    """
    global _roots
    before, _roots = _roots, roots
    try:
        yield
    finally:
        _roots = before


def load_scheme(scheme_id: str = DEFAULT_SCHEME) -> Scheme:
    """The scheme of that id; its folder is read once.

    Raises
    ------
    InputError
        If there is no such scheme.
    LawError
        If one of its files is incomplete or contradicts itself.
    """
    folder = _folders(_roots).get(scheme_id)
    if folder is None:
        raise InputError(
            "There is no scheme {scheme}; there are: {known}.",
            scheme=scheme_id,
            known=", ".join(scheme_ids()),
        )
    return read_scheme(folder)


def scheme_ids() -> list[str]:
    """The schemes there are."""
    return sorted(_folders(_roots))


def all_latest_year_ids() -> frozenset[str]:
    """Ids without a year whose figures are of the latest fiscal year, of every scheme there is."""
    return frozenset(each for name in scheme_ids() for each in load_scheme(name).latest_year_ids)


def firm_ids() -> frozenset[str]:
    """Ids of what is of a firm itself, whichever its application, of every scheme there is."""
    fields = (field for name in scheme_ids() for field in load_scheme(name).fields)
    return frozenset(field.id for field in fields if field.of == "firm")


@cache
def _folders(roots: tuple[Path, ...]) -> Mapping[str, Path]:
    """The folder of each scheme; of two of one name the one in the first root."""
    return {
        path.parent.name: path.parent
        for root in reversed(roots)
        for path in root.glob("*/scheme.yaml")
    }


@cache
def read_scheme(folder: Path) -> Scheme:
    """Read a scheme folder.

    Raises
    ------
    LawError
        If one of its files is incomplete or contradicts itself.
    """
    head = read_yaml(folder / "scheme.yaml")
    form = read_form(folder)
    try:
        files = sorted((folder / "editions").glob("*.yaml"))
        contents = whole_editions({path.stem: read_yaml(path) for path in files})
        named = dict.fromkeys(content.get("technical_fields") for content in contents)
        catalogues = {file: read_catalogue(folder / file) for file in named if file}
        editions = tuple(_edition(content, catalogues) for content in contents)
        return Scheme(
            id=head["id"],
            title=Wording(**head["title"]),
            fields=all_fields(form["fields"], editions),
            forms=fields_by_edition(form["fields"], editions),
            sections={name: Wording(**title) for name, title in form["sections"].items()},
            editions=editions,
            catalogues=catalogues,
            overlays={
                path.stem: Overlay(**read_yaml(path))
                for path in sorted((folder / "overlays").glob("*.yaml"))
            },
            track=head["track"],
            after=tuple(head.get("after", ())),
            holding=Holding(**head["holding"]) if "holding" in head else None,
            folder=folder,
            guide=read_guide(form, head),
        )
    except ValidationError as error:
        raise LawError(
            "A file of scheme {scheme} is wrong: {why}", scheme=folder.name, why=error
        ) from error


@cache
def _by_edition(path: Path) -> Mapping[str, Any]:
    return read_yaml(path) if path.exists() else {}


@cache
def _code(folder: Path, module: str) -> ModuleType:
    """A module of a scheme folder, wherever that is."""
    if folder.parent == SCHEMES:
        return importlib.import_module(f"eligibility.schemes.{folder.name}.{module}")
    package = f"_scheme_{abs(hash(folder))}"
    if package not in sys.modules:
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = [str(folder)]
    return importlib.import_module(f"{package}.{module}")


def _edition(
    content: Mapping[str, Any], catalogues: Mapping[str, tuple[TechnicalField, ...]]
) -> Edition:
    content = dict(content)
    if content.get("technical_fields"):
        nodes = catalogues[content["technical_fields"]]
        parents = {node.parent for node in nodes}
        content["catalogue"] = {int(node.code): node.code not in parents for node in nodes}
        content["exclusions"] = {int(node.code): node.exclusion for node in nodes if node.exclusion}
    edition = Edition(**content)
    ids = {*edition.items, *edition.conditions_by_id}
    for name, question in edition.interpretations.items():
        for affected in question.affects:
            if affected not in ids:
                raise LawError(
                    "{edition}: interpretation {name} affects {affected}, which does not exist.",
                    edition=edition.id,
                    name=name,
                    affected=affected,
                )
    return edition
