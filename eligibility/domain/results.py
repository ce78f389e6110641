"""Results: findings, scores, readiness, warnings, and the levers and steps that would improve them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.arrays import (
    TOLERANCE,
    Bools,
    Codes,
    Floats,
    only_somewhere,
    place_of_least,
)
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Citation
from eligibility.domain.text import Message, Wording, msgid

MET, UNDETERMINED, UNMET = 1, 0, -1
Status = Literal["met", "unmet", "undetermined"]
Verdict = Literal["eligible", "ineligible", "undetermined"]
STATUS_WORDS: Mapping[int, Status] = {
    MET: msgid("met"),
    UNDETERMINED: msgid("undetermined"),
    UNMET: msgid("unmet"),
}
VERDICT_WORDS: Mapping[int, Verdict] = {
    MET: msgid("eligible"),
    UNDETERMINED: msgid("undetermined"),
    UNMET: msgid("ineligible"),
}


@dataclass(frozen=True)
class Finding:
    """Result of one condition for every firm: its status, figures and margin.

    Attributes
    ----------
    status : array of int8, shape (n,)
        MET, UNDETERMINED or UNMET.
    observed, required, margin : arrays of float64, shape (n,)
        The firm's figure, the line it must pass, and how far it is on the right side of it
        (negative: on the wrong one), in the unit of the condition; NaN where it cannot be said.
    missing : mapping of field id to array of bool
        Rows where that blank leaves the finding open.
    terms : mapping of term to array of float64
        The figures that ``observed`` was formed from, named as in ``Condition.terms``.
    interval : (array, array) of float64, optional
        The least and the most that the figure can be where blanks leave it open, in the unit of
        the condition; NaN in all other rows, inf where nothing bounds it.
    blanks : mapping of field id to array of bool
        Rows where that blank leaves the figure unsaid, whether or not the finding.
    """

    status: Codes
    observed: Floats
    required: Floats
    margin: Floats
    missing: Mapping[str, Bools]
    terms: Mapping[str, Floats]
    interval: tuple[Floats, Floats] | None = None
    blanks: Mapping[str, Bools] = field(default_factory=dict)


def finding(
    *,
    passes: Bools,
    decided_rows: Bools,
    observed: Floats,
    required: Floats | float,
    missing: Mapping[str, Bools],
    terms: Mapping[str, Floats] | None = None,
    ceiling: bool = False,
    interval: tuple[Floats, Floats] | None = None,
) -> Finding:
    """A Finding: met or unmet where it is known whether it passes, else undetermined.

    ``missing`` is kept only for rows left undetermined: a blank that decides nothing is not
    missed. Under a ``ceiling`` the figure must not pass ``required``.
    """
    status = np.where(passes, np.int8(MET), np.int8(UNMET))
    status[~decided_rows] = UNDETERMINED
    line = np.asarray(required, dtype=np.float64)
    margin = line - observed if ceiling else observed - line
    # a firm on its line is on it exactly, whatever binary rounding left
    margin[np.abs(margin) <= TOLERANCE * np.maximum(1.0, np.abs(line))] = 0.0
    needed = np.broadcast_to(line, status.shape)
    blanks = only_somewhere(missing)
    still_open = only_somewhere({name: rows & ~decided_rows for name, rows in blanks.items()})
    return Finding(status, observed, needed, margin, still_open, terms or {}, interval, blanks)


@dataclass(frozen=True)
class ScoredItem:
    """Interval of points of one scored item, as far as the facts and ratings fix them.

    ``low`` and ``high`` have shape (n,), in points; ``observed`` is the figure the band was chosen
    by (NaN for judged items); ``missing`` as in a Finding.
    """

    low: Floats
    high: Floats
    observed: Floats
    missing: Mapping[str, Bools]


@dataclass(frozen=True)
class ScoreInterval:
    """The score: every item, and the totals after the ceilings of the groups, shape (n,).

    Attributes
    ----------
    missing : mapping of field id to array of bool
        Blanks that leave the score open.
    firms : FirmTable
        Who was scored: a condition on the score may be met by another fact instead.
    """

    items: Mapping[str, ScoredItem]
    low: Floats
    high: Floats
    missing: Mapping[str, Bools]
    firms: FirmTable


#: a part of a chance is never less
LEAST_PART = 1e-9


@dataclass(frozen=True)
class TrainingSummary:
    """Training summary of a readiness model: its sample; stands beside every chance that it gives.

    Attributes
    ----------
    estimator : str
        msgid of the estimator's name.
    applications, certifications : int
    years : (int, int)
        First and last year of application.
    synthetic : bool
        The applications were invented: the model only shows what the program can do.
    half_width : float
        Half the width of its 90 % interval where the chance is one half, /1.
    scheme, edition : str
    sha256 : str
        Of the file of applications.
    elsewhere : int
        How many of the applications fell under another edition; they count by what the two share.
    """

    estimator: str
    applications: int
    certifications: int
    years: tuple[int, int]
    synthetic: bool
    half_width: float
    scheme: str
    edition: str
    sha256: str
    elsewhere: int = 0

    @property
    def sentence(self) -> Message:
        """The sample, in words, and whom it does not speak of."""
        if not self.applications:
            return self.sample
        said = msgid("{sample}; firms that never applied may differ")
        return Message(said, {"sample": self.sample})

    @property
    def sample(self) -> Message:
        """The sample, in words."""
        values = {
            "estimator": Message(self.estimator),
            "applications": self.applications,
            "first": self.years[0],
            "last": self.years[1],
        }
        if not self.applications:
            return Message(msgid("0 outcomes: what the law alone suggests ({estimator})"), values)
        if self.synthetic:
            sentence = msgid(
                "demonstration model, learned from {applications} invented applications of "
                "{first}–{last} ({estimator})"
            )
        else:
            sentence = msgid(
                "learned from {applications} applications of {first}–{last} ({estimator})"
            )
        if not self.elsewhere:
            return Message(sentence, values)
        shared = msgid("{sample}; {count} of them under other rules, by the conditions they share")
        return Message(shared, {"sample": Message(sentence, values), "count": self.elsewhere})


@dataclass(frozen=True)
class Readiness:
    """Predicted probability of certification, with its interval; never a finding.

    Attributes
    ----------
    probability, low, high : arrays of shape (n,)
        The chance and the ends of its 90 % interval, /1; were the unmet conditions met, where
        ``conditional``.
    factors : mapping of condition to array of shape (n,)
        The chance that it survives review, /1; empty where the estimator knows no such parts.
    outside : mapping of condition or item to array of bool
        Rows in which it lies beyond all that was seen.
    conditional : array of bool, shape (n,)
        Some finding is unmet: the firm cannot be certified as it stands.
    """

    probability: Floats
    low: Floats
    high: Floats
    factors: Mapping[str, Floats]
    outside: Mapping[str, Bools]
    conditional: Bools
    training: TrainingSummary

    @cached_property
    def now(self) -> Floats:
        """The chance as things stand, shape (n,): none where a condition is unmet."""
        return np.where(self.conditional, 0.0, self.probability)

    def parts(self, row: int) -> dict[str, float]:
        """Each condition's part of a firm's chance; together they multiply to it.

        The chances to survive review do not quite: some are certified, or refused, whatever their
        figures. What that comes to is spread over the parts as it finds them.
        """
        survive = {
            name: max(float(chance[row]), LEAST_PART) for name, chance in self.factors.items()
        }
        together = sum(log(chance) for chance in survive.values())
        power = log(max(float(self.probability[row]), LEAST_PART)) / together if together else 1.0
        return {name: chance**power for name, chance in survive.items()}

    @cached_property
    def weakest(self) -> Codes:
        """The place of the weakest factor, shape (n,); -1 where there are no factors."""
        return place_of_least([*self.factors.values()], len(self.probability))


@dataclass(frozen=True)
class Warning:
    """Warning: a sign that a person should look, never a finding; the rows it holds for, and why.

    ``detail`` says it of one row, with the figures of that row, where ``says`` names none. ``fields``
    names the fields that it is about, of one row where it is a function. ``corrections`` gives of one row
    the factors by field that would settle it, one mapping for each way; a person chooses, or none.
    """

    id: str
    rows: Bools
    says: Wording
    citation: Citation | None = None
    detail: Callable[[int], Wording] | None = None
    fields: tuple[str, ...] | Callable[[int], tuple[str, ...]] = ()
    corrections: Callable[[int], Sequence[Mapping[str, float]]] | None = None

    def about(self, row: int) -> tuple[str, ...]:
        """The fields that the sign is about in one of its rows."""
        return self.fields(row) if callable(self.fields) else self.fields

    def text(self, row: int) -> Wording:
        """What the sign says of one of its rows."""
        return self.says if self.detail is None else self.detail(row)


@dataclass(frozen=True)
class Lever:
    """Decision variable of a plan: one figure that a firm can move to its advantage.

    Attributes
    ----------
    field : str
        The field it is spoken of by; amounts are in that field's unit.
    present : array of shape (n,)
        The figure now; NaN where blank.
    room : array of shape (n,)
        How much it can still be moved; inf where nothing in the law or in the facts bounds it.
    move : callable
        Amounts of shape (n,) → the columns of the firms so moved.
    days_needed : float
        Days of the year that must be left for it to count in that year's average.
    how : Wording, optional
        What is meant, where one field can be moved in several ways.
    plannable : bool
        False where moving it may undo another line, or where it is only waiting.
    """

    field: str
    present: Floats
    room: Floats
    move: Callable[[Floats], Mapping[str, NDArray[Any]]]
    days_needed: float = 0.0
    how: Wording | None = None
    plannable: bool = True


@dataclass(frozen=True)
class Need:
    """Linear constraint of a plan: a line of the law is reached once Σ gain · amount ≥ ``short``.

    ``short`` has shape (n,): zero or less where the line is reached already, NaN where it cannot
    be said. ``gains`` tells for each lever what one unit of it brings, never less than nothing.
    Where ``strict`` the sum must be above ``short``.
    """

    short: Floats
    gains: Mapping[str, Floats | float]
    strict: Bools | bool = False


@dataclass(frozen=True)
class Step:
    """A better grade of a scored item: the points it gives once every need is filled."""

    grade: str
    points: tuple[float, float]
    needs: tuple[Need, ...]
