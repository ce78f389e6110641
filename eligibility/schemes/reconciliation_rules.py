"""The bridges of a scheme's reconciliation (三表对账): bases, differences and limits, read from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

from pydantic import model_validator

from eligibility.domain.law import Citation, Edition, Parameter, Sign
from eligibility.domain.text import FrozenModel, Wording

#: the category of a figure that has none, or that is the total of its categories
ALL = "all"
#: in the effects of a difference: the category that its row states
ANY = "*"
#: two thirds stands in YAML as a decimal; no share of the law has a larger denominator
DENOMINATOR = 1_000


class Limit(FrozenModel):
    """Limit on one category: a share of what was incurred, at most a cap of what else counts.

    ``share`` and ``cap`` name parameters; ``within`` takes the cap of a total that holds the
    limited part itself. Another reading of ``interpretation`` may change the base.
    """

    category: str
    share: str | None = None
    cap: str | None = None
    within: bool = False
    base: tuple[str, ...] = ()
    interpretation: str | None = None
    bases: Mapping[str, tuple[str, ...]] = {}

    def base_in(self, law: Edition) -> tuple[str, ...]:
        """The categories that the cap is a share of, as the edition is read."""
        if self.interpretation is None:
            return self.base
        return self.bases.get(law.reading(self.interpretation), self.base)


class Basis(FrozenModel):
    """Basis (口径) on which a figure stands, such as books, super-deduction or certification.

    ``of`` names the basis that it follows from; ``total`` says that it has no categories, ``part``
    that it is a part of that basis, and ``needs_difference: false`` that it may be any part of it until a
    difference is stated. ``field`` and ``total_field`` are the stems of the input's fields
    that hold the figure, ``{category}`` in them its category, and its total.
    """

    id: str
    title: Wording
    source: Wording
    of: str | None = None
    total: bool = False
    part: bool = False
    needs_difference: bool = True
    field: str | None = None
    total_field: str | None = None
    limits: tuple[Limit, ...] = ()


class Difference(FrozenModel):
    """Named difference (差异项目) between two bases: what an amount adds to or takes from each.

    ``effects`` holds 1 or -1 by basis and category; ``may_be_negative`` allows an amount below zero;
    ``field`` is the stem of the input's field that holds it.
    """

    id: str
    title: Wording
    citation: Citation
    effects: Mapping[str, Mapping[str, int]]
    may_be_negative: bool = False
    field: str | None = None

    @property
    def free(self) -> bool:
        """Whether the category stands in its row instead of its effects."""
        return any(ANY in effect for effect in self.effects.values())


class Bridge(FrozenModel):
    """Bridge of one figure over its bases; ``unit`` is CNY or person."""

    id: str
    title: Wording
    unit: str
    categories: Mapping[str, Wording] = {}
    bases: tuple[Basis, ...]
    differences: tuple[Difference, ...]

    @model_validator(mode="after")
    def _names_are_there(self) -> Bridge:
        seen: set[str] = set()
        for basis in self.bases:
            if basis.of is not None and basis.of not in seen:
                raise ValueError(f"{basis.id} follows from a basis above it")
            seen.add(basis.id)
        for difference in self.differences:
            for basis_id, effect in difference.effects.items():
                if basis_id not in seen or not effect.keys() <= {ALL, ANY, *self.categories}:
                    raise ValueError(f"{difference.id} has an effect on nothing")
        return self

    @cached_property
    def bases_by_id(self) -> Mapping[str, Basis]:
        """Every basis by its id."""
        return {basis.id: basis for basis in self.bases}

    @cached_property
    def effects_by_figure(self) -> Mapping[tuple[str, str], tuple[tuple[str, str, int], ...]]:
        """(Id of a basis, category) -> each difference with an effect on it: id, category, 1 or -1."""
        result = {}
        for basis in self.bases:
            for category in (ALL, *self.categories):
                found = []
                for difference in self.differences:
                    effect = difference.effects.get(basis.id, {})
                    if sign := effect.get(category, effect.get(ANY)):
                        found.append((difference.id, category if ANY in effect else ALL, sign))
                result[basis.id, category] = tuple(found)
        return result

    def stated_categories(self, basis: Basis) -> tuple[str, ...]:
        """The categories that a basis is given by: of a limited one those that the limits change."""
        if basis.total:
            return (ALL,)
        limited = {limit.category for limit in basis.limits}
        if not limited:
            return tuple(self.categories)
        return (*(each for each in self.categories if each in limited), ALL)

    @cached_property
    def titles(self) -> Mapping[str, Wording]:
        """The title of every basis and difference by its id."""
        bases = {basis.id: basis.title for basis in self.bases}
        return bases | {difference.id: difference.title for difference in self.differences}

    @cached_property
    def differences_by_id(self) -> Mapping[str, Difference]:
        """Every difference by its id."""
        return {difference.id: difference for difference in self.differences}


class BridgeSign(Sign):
    """What reviewers ask about, and where a reconciliation shows it.

    ``looks_at`` is a *rest* anywhere, the first of ``bases`` *below* the second, the *same* amounts
    on all of them, a limit that *cuts* ``category``, or a *part* above its whole.
    """

    looks_at: Literal["rest", "below", "same", "cut", "part"]
    bases: tuple[str, ...] = ()
    category: str = ALL


class PaperLines(FrozenModel):
    """Lines of an official form that state a figure of a bridge.

    Attributes
    ----------
    form, edition : str
    column : str
        Of the form.
    states : str
        Id of the basis or difference.
    lines : mapping of category to tuple of str
        Lines whose figures add up; one with a minus before its key is taken off.
    """

    form: str
    edition: str
    column: str = "amount"
    states: str
    lines: Mapping[str, tuple[str, ...]]


class ReconciliationRules(FrozenModel):
    """Rules of a scheme's reconciliation: parameters of the tax law, bridges, signs.

    ``first_year`` is the earliest fiscal year that the rules hold for; ``papers`` says which forms
    state which figures.
    """

    checked_on: date
    first_year: int
    parameters: Mapping[str, Parameter]
    bridges: tuple[Bridge, ...]
    signs: tuple[BridgeSign, ...]
    papers: tuple[PaperLines, ...] = ()

    def parameter(self, name: str, law: Edition) -> Parameter:
        """A number of the tax law that stands here, or one of the edition."""
        return self.parameters[name] if name in self.parameters else law.parameters[name]

    def share(self, name: str, law: Edition) -> Fraction:
        """A share of the law as an exact fraction."""
        return Fraction(self.parameter(name, law).value).limit_denominator(DENOMINATOR)
