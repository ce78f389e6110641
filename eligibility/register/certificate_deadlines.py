"""Deadlines of many certified firms at once: each day and what is due on it, with the firms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from eligibility.city.certificates import certificates
from eligibility.city.deadlines import Deadline, for_certificate
from eligibility.city.settings import City
from eligibility.schemes.registry import Scheme


@dataclass(frozen=True)
class SharedDeadline:
    """A deadline and the firms that have it, as (id, name)."""

    deadline: Deadline
    firms: tuple[tuple[int, str], ...]


def certificate_deadlines(
    outcomes: Sequence[Mapping[str, Any]], city: City, scheme: Scheme, today: date, until: date
) -> list[SharedDeadline]:
    """What valid certificates ask for from today to a day, the earliest first.

    Parameters
    ----------
    outcomes : sequence of mappings
        Certified applications with ``firm``, as ``desk.certificates`` gives them.
    """
    law, overlay = scheme.in_force(today), scheme.overlay(city.region)
    names = {row["firm_id"]: row["firm"] for row in outcomes}
    held = certificates(outcomes, law)
    day = np.datetime64(today)
    # most certificates are announced on a few days of a year
    calendars: dict[tuple[date, date], list[Deadline]] = {}
    groups: dict[tuple[date, str], tuple[Deadline, list[tuple[int, str]]]] = {}
    for place in np.flatnonzero((held.issue_days <= day) & (held.ends > day)).tolist():
        firm = int(held.firm[place])
        issued, ends = held.issue_days[place].item(), held.ends[place].item()
        if (issued, ends) not in calendars:
            calendars[issued, ends] = for_certificate(issued, law, overlay, ends)
        for due in calendars[issued, ends]:
            if today <= due.day <= until:
                _, firms = groups.setdefault((due.day, str(due.task)), (due, []))
                firms.append((firm, names[firm]))
    return [
        SharedDeadline(due, tuple(firms))
        for due, firms in sorted(groups.values(), key=lambda group: group[0].day)
    ]
