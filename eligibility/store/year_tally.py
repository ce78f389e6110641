"""The tally of a year: what the register counts, the one source of headline, funnel and list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ConfigDict, with_config
from sqlalchemy import Connection, func, select
from typing_extensions import TypedDict

from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.certificate_tables import cancellations
from eligibility.store.schema import Stage, firms, outcomes

#: the stages of the funnel, in their order
FUNNEL = (Stage.SURVEYED, Stage.NURTURED, Stage.READY, Stage.APPLIED, Stage.CERTIFIED)


@with_config(ConfigDict(extra="forbid"))
class TallyRecord(TypedDict):
    """Tally of a year as plain data; stages by their ids."""

    year: int
    as_of: str
    firms: int
    stages: dict[str, int]
    applications: int
    pending: int
    certifications: int
    refusals: int
    funnel: dict[str, int]
    elsewhere: int
    certificates: int
    expiries: int
    cancellations: int


@dataclass(frozen=True)
class YearTally:
    """What the register counts of a year as of a day; a firm with several files counts once.

    Attributes
    ----------
    year : int
    as_of : date
    firms : int
        All that count.
    stages : mapping of Stage to int
        Where each firm stands; they add up to ``firms``, and are what the list of firms shows.
    applications, pending, certifications, refusals : int
        Firms with an application of the year, and of these by what became of it; they add up.
    funnel : mapping of Stage to int
        Firms that came as far in the year, or further. Of ``APPLIED`` and ``CERTIFIED``
        the applications and certifications of the year.
    elsewhere : int
        Firms outside of the funnel: they hold a certificate, or apply in another year.
    certificates : int
        Firms whose certificate is valid on the day.
    expiries, cancellations : int
        Firms whose last certificate ends in the year by its time; by a cancellation.
    """

    year: int
    as_of: date
    firms: int
    stages: Mapping[Stage, int]
    applications: int
    pending: int
    certifications: int
    refusals: int
    funnel: Mapping[Stage, int]
    elsewhere: int
    certificates: int
    expiries: int
    cancellations: int

    def record(self) -> TallyRecord:
        """The tally as plain data."""
        return {
            "year": self.year,
            "as_of": self.as_of.isoformat(),
            "firms": self.firms,
            "stages": {stage.value: count for stage, count in self.stages.items()},
            "applications": self.applications,
            "pending": self.pending,
            "certifications": self.certifications,
            "refusals": self.refusals,
            "funnel": {stage.value: count for stage, count in self.funnel.items()},
            "elsewhere": self.elsewhere,
            "certificates": self.certificates,
            "expiries": self.expiries,
            "cancellations": self.cancellations,
        }


def funnel_counts(
    idle: Mapping[Stage, int], applications: int, certifications: int
) -> dict[Stage, int]:
    """Cumulative counts of the funnel of a year.

    Parameters
    ----------
    idle : mapping of Stage to int
        Stages of the firms without an application of the year; a lapsed firm begins anew.
    applications, certifications : int
        Of the year.
    """
    ready = applications + idle.get(Stage.READY, 0)
    nurtured = ready + idle.get(Stage.NURTURED, 0)
    surveyed = nurtured + idle.get(Stage.SURVEYED, 0) + idle.get(Stage.LAPSED, 0)
    counts = (surveyed, nurtured, ready, applications, certifications)
    return dict(zip(FUNNEL, counts, strict=True))


class YearTallies(Access):
    """Tallies of the firms to be seen."""

    @open_to(STAFF)
    def tally(self, year: int) -> YearTally:
        """The tally of a year as of today."""
        with self._reading() as connection:
            today = self._clock().date()
            firm = func.coalesce(firms.c.copy_of, firms.c.id)
            stages = self._stage_counts(connection)
            decided: dict[int, list[bool | None]] = {}
            of_year = select(firm, outcomes.c.certified).join_from(outcomes, firms)
            for firm_id, certified in connection.execute(
                of_year.where(self._visible(outcomes), outcomes.c.applied_year == year)
            ):
                decided.setdefault(firm_id, []).append(certified)
            applicants = (
                select(firm)
                .join_from(outcomes, firms)
                .where(self._visible(outcomes), outcomes.c.applied_year == year)
            )
            idle = self._stage_counts(connection, firm.not_in(applicants))
            certifications = sum(True in each for each in decided.values())
            pending = sum(None in each and True not in each for each in decided.values())
            first, last = date(year, 1, 1), date(year, 12, 31)
            counting = select(func.count()).select_from(firms).where(self._counts_as_firm())
            ends = firms.c.certificate_ends
            cancelled = (
                select(cancellations.c.firm_id)
                .where(cancellations.c.cancelled_on.between(first, last))
            )  # fmt: skip
            is_cancelled = firms.c.id.in_(cancelled)
            reached = funnel_counts(idle, len(decided), certifications)
            count = sum(stages.values())
            return YearTally(
                year=year,
                as_of=today,
                firms=count,
                stages=stages,
                applications=len(decided),
                pending=pending,
                certifications=certifications,
                refusals=len(decided) - certifications - pending,
                funnel=reached,
                elsewhere=count - reached[Stage.SURVEYED],
                certificates=connection.scalar(counting.where(ends > today)) or 0,
                expiries=connection.scalar(
                    counting.where(ends.between(first, last), ~is_cancelled)
                ) or 0,
                cancellations=connection.scalar(counting.where(is_cancelled)) or 0,
            )  # fmt: skip

    def _stage_counts(self, connection: Connection, *where: Any) -> dict[Stage, int]:
        query = select(firms.c.stage, func.count().label("firms")).where(
            self._counts_as_firm(), *where
        )
        held = {row.stage: row.firms for row in connection.execute(query.group_by(firms.c.stage))}
        return {stage: held.get(stage.value, 0) for stage in Stage}
