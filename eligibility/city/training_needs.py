"""Training needs: the gaps that most firms share, and how many each course would bring through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import Course
from eligibility.domain.results import UNMET
from eligibility.domain.text import Wording


@dataclass(frozen=True)
class SharedGap:
    """One condition or scored item, and how many firms lack it.

    Attributes
    ----------
    unmet, undetermined_firms : int
        Firms; for a scored item ``unmet`` counts those that cannot have its full points as the
        facts stand or have left a fact of it blank, and ``undetermined_firms`` is 0.
    alone : int
        Firms of ``unmet`` for which it is the only unmet condition; 0 for an item.
    """

    id: str
    title: Wording
    by_score: bool
    unmet: int
    undetermined_firms: int
    alone: int


@dataclass(frozen=True)
class CourseNeed:
    """What one course would do.

    Attributes
    ----------
    firms_concerned : int
        Firms with an unmet condition that the course addresses.
    could_move : int
        Firms without an unmet condition left, if it closed everything it addresses.
    expected_certifications : float
        Firms moved in the mean, with the seats there are and the share it is assumed to close.
    """

    course: Course
    firms_concerned: int
    could_move: int
    expected_certifications: float


def shared_gaps(standing: PortfolioState) -> list[SharedGap]:
    """The conditions, then the items of the score, each with the most lacked first."""
    unmet_count = np.add.reduce([rows.astype(np.intp) for rows in standing.unmet.values()])
    conditions = [
        SharedGap(
            name,
            condition.title,
            False,
            int(standing.unmet[name].sum()),
            int(standing.undetermined_conditions[name].sum()),
            int((standing.unmet[name] & (unmet_count == 1)).sum()),
        )
        for name, condition in standing.conditions.items()
    ]
    items = [
        SharedGap(name, item.title, True, int(standing.below[name].sum()), 0, 0)
        for name, item in standing.items.items()
    ]
    return [
        gap
        for part in (conditions, items)
        for gap in sorted(part, key=lambda gap: (-gap.unmet, -gap.undetermined_firms))
        if gap.unmet or gap.undetermined_firms
    ]


def course_needs(standing: PortfolioState, courses: tuple[Course, ...]) -> list[CourseNeed]:
    """What each course would do, the one that could move most firms first."""
    needs = []
    for course in courses:
        closed = standing.could_meet(course.addresses)
        concerned = np.logical_or.reduce(list(closed.values()))
        left = np.logical_or.reduce([standing.unmet[name] & ~closed[name] for name in closed])
        could_move = int(((standing.verdict == UNMET) & ~left).sum())
        to_close = np.add.reduce([rows.astype(np.intp) for rows in closed.values()])
        each = course.closes.value ** to_close[(standing.verdict == UNMET) & ~left]
        # the firms with the fewest gaps get the seats
        seated = np.sort(each)[::-1][: int(course.seats.value)]
        needs.append(CourseNeed(course, int(concerned.sum()), could_move, float(seated.sum())))
    return sorted(needs, key=lambda need: (-need.could_move, -need.expected_certifications))
