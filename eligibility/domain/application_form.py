"""What an official application asks beside its tables: its cells, and boxes for texts of limited length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from eligibility.domain.text import FrozenModel, Wording


class CellGroup(FrozenModel):
    """Cells of one table of a printed form.

    A cell for every item (title of a row) and column, or for every column of a numbered table; titles
    are the Chinese ones of the form. ``by_hand`` says why a cell is left to the person who signs.
    ``extra`` cells are not among those that the form is printed with.
    """

    id: str
    title: Wording
    table: str
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    by_hand: Mapping[str, Wording] = {}
    extra: bool = False


class TextFigure(FrozenModel):
    """A number that texts of an application may take from its facts and lists.

    Attributes
    ----------
    id : str
    title : Wording
        How a text calls it up, as {title}.
    unit : Wording
    fields : tuple of str
        Fields that it adds up.
    list, columns : str, tuple of str
        Or the columns that it adds up over the rows of one thing of a list.
    words : tuple of str
        What texts call it where they write the number themselves.
    """

    id: str
    title: Wording
    unit: Wording
    fields: tuple[str, ...] = ()
    list: str = ""
    columns: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class TextBox(FrozenModel):
    """A box for a text of limited length.

    Attributes
    ----------
    id : str
        The field that holds the text, or ``list.column`` where each thing of a list has one.
    title, content : Wording
        What the form calls it, and what belongs in it.
    limit : int
        Most characters.
    basis : tuple of str
        Lists and fields that the text speaks of: when one changes, the text may no longer hold.
    figures : tuple of str
        Ids of figures that it may take from them.
    years : str
        The years that it may name: of its activity, of the three-year window, or any.
    compare : bool
        Whether the texts of two things are compared with each other.
    """

    id: str
    title: Wording
    content: Wording
    limit: int
    basis: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    years: Literal["", "period", "window"] = ""
    compare: bool = False

    @property
    def list(self) -> str:
        """The list whose things have one each; empty where the application has one."""
        return self.id.partition(".")[0] if "." in self.id else ""

    @property
    def column(self) -> str:
        """The column of that list, else the field."""
        return self.id.rpartition(".")[2]


class TextRules(FrozenModel):
    """How texts of an application are looked at: its boxes, words of praise, and what is too alike.

    ``alike`` is the least likeness of two texts, 0 to 1, at which they are named.
    """

    boxes: tuple[TextBox, ...]
    figures: tuple[TextFigure, ...]
    superlatives: tuple[str, ...]
    alike: float
