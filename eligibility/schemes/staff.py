"""What a scheme says of the people of a firm: which lists, words, numbers and signs; read from YAML."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from eligibility.domain.law import Citation, Edition, Parameter, Sign
from eligibility.domain.text import FrozenModel, Wording


class StaffFields(FrozenModel):
    """Fields of the form that a roster fills: staff, S&T staff (annual averages), staff at year end.

    ``registration`` is the day on which the firm was registered.
    """

    staff: str
    st_staff: str
    year_end: str
    registration: str


class PostGroup(FrozenModel):
    """Group of posts, known by words of the post or department; a whole cell before a part of one,
    then the first that fits."""

    title: Wording
    words: tuple[str, ...]


class PostSign(Sign):
    """Practice sign of an S&T person's post: what reviewers look at, from a source of a day."""

    words: tuple[str, ...]
    source_date: date


class StaffReadings(FrozenModel):
    """The interpretations of an edition that decide on people: the average, the limit, the time."""

    average: str
    limit: str
    time: str


class StaffRules(FrozenModel):
    """Rules by which the people of a firm are counted.

    Attributes
    ----------
    days : str
        Parameter of the edition: days of work from which people count.
    readings : StaffReadings
    parameters : mapping of name to Parameter
        ``day_hours``: hours of a day of work.
    citations : mapping of reason to Citation
        ``staff``, ``st_staff``, ``average``.
    columns : mapping of list to mapping of column to titles
        Of ``roster``, ``insurance`` and ``hours``.
    kinds, degrees, titles : mapping of id to words
        Kinds of employment; degrees and titles of the official form, a whole cell before a part of one,
        then the first that fits.
    home : tuple of str
        How the nationality of who is no foreign national is written.
    ages : mapping of id to int or None
        Last age of each band; None: no last one.
    groups : mapping of id to PostGroup
    signs : tuple of PostSign
    rows : mapping of table to mapping of row to Wording
        Of the staff tables of the official form.
    """

    checked_on: date
    fields: StaffFields
    days: str
    readings: StaffReadings
    parameters: Mapping[str, Parameter]
    citations: Mapping[str, Citation]
    columns: Mapping[str, Mapping[str, tuple[str, ...]]]
    kinds: Mapping[str, tuple[str, ...]]
    degrees: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, tuple[str, ...]]
    home: tuple[str, ...]
    ages: Mapping[str, int | None]
    groups: Mapping[str, PostGroup]
    signs: tuple[PostSign, ...]
    rows: Mapping[str, Mapping[str, Wording]]

    def without_signs(self, names: Collection[str]) -> StaffRules:
        """The rules less some signs of posts, which an institution does not use."""
        left = tuple(sign for sign in self.signs if sign.id not in names)
        return self.model_copy(update={"signs": left})

    def days_of(self, law: Edition) -> float:
        """Days of work in the year from which people count."""
        return law.value(self.days)
