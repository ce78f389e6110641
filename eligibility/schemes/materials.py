"""Materials of an application: the papers behind each heading of the law, with what each is read for."""

from __future__ import annotations

from datetime import date

from eligibility.domain.law import Citation
from eligibility.domain.text import FrozenModel, Wording


class Material(FrozenModel):
    """One paper of an application.

    Attributes
    ----------
    id : str
    under : int
        Number of the heading of the law that it belongs to, from 1.
    zh, en : str
        What it is called.
    conditions : tuple of str
        Ids of the conditions that it is read for.
    clauses : tuple of str
        Names of the clauses of an edition that say what it consists of and who writes it.
    persons : bool
        Whether it is a list of persons, which is read to be counted and never kept.
    """

    id: str
    under: int
    zh: str
    en: str
    conditions: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    persons: bool = False

    @property
    def title(self) -> Wording:
        """What it is called."""
        return Wording(zh=self.zh, en=self.en)


class MaterialCatalogue(FrozenModel):
    """Catalogue of an application's papers (``materials.yaml``), with the law that asks for them."""

    checked_on: date
    papers: tuple[Material, ...]
    citations: tuple[Citation, ...]
