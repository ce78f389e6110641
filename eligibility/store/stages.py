"""Stages of firms: proposed from the verdict, then following applications and certificates on record.

A stage from ``applied`` on is never set by hand: it is what the records say. Before that it follows
the verdict until a person sets it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from eligibility.domain.errors import InputError
from eligibility.domain.text import Message
from eligibility.schemes.registry import DEFAULT_SCHEME, load_scheme
from eligibility.store.certificate_tables import cancellations
from eligibility.store.rows import Row, slices
from eligibility.store.schema import STAGE_WORDS, Stage, firms, outcomes

#: stages before any application, which a person may set
EARLY_STAGES = (Stage.SURVEYED, Stage.NURTURED, Stage.READY)
#: stage that a verdict proposes
PROPOSALS = {
    "eligible": Stage.READY, "undetermined": Stage.NURTURED, "ineligible": Stage.SURVEYED,
}  # fmt: skip


def certificate_end(row: Row, cancelled_on: date | None = None) -> date:
    """The first day without the certificate of a certified application (32号 第九条).

    Parameters
    ----------
    row : mapping
        ``applied_year``, ``certified_on``, ``expires_on``; the last day of the year of application
        stands for a day of issue that is not known.
    cancelled_on : date, optional
        A cancellation ends the certificate on its day.
    """
    if cancelled_on is not None:
        return cancelled_on
    if row["expires_on"] is not None:
        end: date = row["expires_on"]
        return end
    issued = row["certified_on"] or date(row["applied_year"], 12, 31)
    years = int(load_scheme(DEFAULT_SCHEME).in_force(issued).value("validity_years"))
    try:
        return issued.replace(year=issued.year + years)
    except ValueError:
        # 29 February
        return issued.replace(year=issued.year + years, day=28)


def records_stage(
    rows: list[Row], cancellation_days: Mapping[tuple[int, int], date], today: date
) -> tuple[Stage | None, date | None]:
    """The stage that a firm's applications say, and the first day without its last certificate.

    Parameters
    ----------
    rows : list of mappings
        The applications of one firm in the order of their years.
    cancellation_days : mapping of (firm, year of application) to date

    Returns
    -------
    stage : Stage or None
        None where there is no application, or the last was refused and no certificate is valid.
    certificate_ends : date or None
    """
    if not rows:
        return None, None
    ends = [
        certificate_end(row, cancellation_days.get((row["firm_id"], row["applied_year"])))
        for row in rows
        if row["certified"]
    ]
    last = ends[-1] if ends else None
    if rows[-1]["certified"] is None:
        return Stage.APPLIED, last
    if last is not None and last > today:
        return Stage.CERTIFIED, last
    return (Stage.LAPSED if rows[-1]["certified"] else None), last


def read_cancellation_days(
    connection: Connection, firm_ids: Collection[int]
) -> Mapping[tuple[int, int], date]:
    """(firm, year of application) → the day on which its certificate was cancelled."""
    columns = (cancellations.c.firm_id, cancellations.c.applied_year, cancellations.c.cancelled_on)
    wanted = select(*columns).where(cancellations.c.firm_id.in_(firm_ids))
    return {(firm, year): day for firm, year, day in connection.execute(wanted)}


def follow_records(connection: Connection, firm_ids: Iterable[int], at: datetime) -> None:
    """Bring the stages of firms to what their applications say.

    A firm that was refused is nurtured again; one whose records say nothing, or whose certificate
    has ended, stays at the early stage that a person set.
    """
    wanted = sorted(set(firm_ids))
    names = ("firm_id", "applied_year", "certified", "certified_on", "expires_on")
    for some in slices(wanted):
        by_firm: dict[int, list[Row]] = {firm: [] for firm in some}
        query = select(*(outcomes.c[name] for name in names)).where(outcomes.c.firm_id.in_(some))
        for row in connection.execute(query.order_by(outcomes.c.applied_year)).mappings():
            by_firm[row["firm_id"]].append(dict(row))
        cancelled = read_cancellation_days(connection, some)
        columns = (firms.c.id, firms.c.stage, firms.c.stage_by_hand, firms.c.certificate_ends)
        rows = connection.execute(select(*columns).where(firms.c.id.in_(some))).all()
        for firm, stage, by_hand, ends in rows:
            reached, last = records_stage(by_firm[firm], cancelled, at.astimezone().date())
            current = Stage(stage)
            if reached in (None, Stage.LAPSED) and by_hand and current in EARLY_STAGES:
                # a person looked at it since
                reached = current
            elif reached is None:
                # refused
                reached = Stage.NURTURED if by_firm[firm] else current
            values: dict[str, Any] = {}
            if reached is not current:
                values = {"stage": reached.value, "stage_since": at, "stage_by_hand": False}
            if last != ends:
                values["certificate_ends"] = last
            if values:
                connection.execute(
                    update(firms)
                    .where(firms.c.id == firm)
                    .values(**values, changed_at=at, version=firms.c.version + 1)
                )


def propose_stages(connection: Connection, whose: ColumnElement[bool], at: datetime) -> None:
    """Bring firms before any application to the stage of their verdict, where no person set one."""
    proposal = case(
        {verdict: stage.value for verdict, stage in PROPOSALS.items()},
        value=firms.c.verdict,
        else_=firms.c.stage,
    )
    early = firms.c.stage.in_([stage.value for stage in EARLY_STAGES])
    moves = whose & early & ~firms.c.stage_by_hand & (firms.c.stage != proposal)
    connection.execute(update(firms).where(moves).values(stage=proposal, stage_since=at))


def refuse_by_hand(
    connection: Connection, firm_ids: Collection[int], stage: Stage, today: date
) -> None:
    """Raise InputError where a stage follows the records, and so is not to be set by hand."""
    if stage not in EARLY_STAGES:
        raise InputError(
            "The stage {stage} is not set by hand: it follows the applications on record. Record the "
            "application or its outcome instead.",
            stage=Message(STAGE_WORDS[stage]),
        )
    bound = 0
    for some in slices(firm_ids):
        pending = (
            select(outcomes.c.firm_id)
            .where(outcomes.c.firm_id.in_(some), outcomes.c.certified.is_(None))
        )  # fmt: skip
        follows = (
            (firms.c.stage == Stage.APPLIED.value) & firms.c.id.in_(pending)
            | (firms.c.stage == Stage.CERTIFIED.value) & (firms.c.certificate_ends > today)
        )  # fmt: skip
        counting = select(func.count()).select_from(firms)
        bound += connection.scalar(counting.where(firms.c.id.in_(some), follows)) or 0
    if bound:
        raise InputError(
            "{n} of these firms have an application under way or a valid certificate on record; their "
            "stage follows it. Nothing was changed.",
            n=bound,
        )


def certificates_ended(connection: Connection, today: date) -> bool:
    """Whether a certificate has ended whose firm still stands at the stage certified."""
    return (
        connection.execute(select(firms.c.id).where(_has_ended(today)).limit(1)).first() is not None
    )


def lapse_certificates(connection: Connection, today: date) -> None:
    """Bring firms whose certificate has ended to the stage lapsed, since the day on which it did."""
    days = select(firms.c.certificate_ends).where(_has_ended(today)).distinct()
    for day in connection.scalars(days).all():
        values = {
            "stage": Stage.LAPSED.value,
            "stage_since": datetime.combine(day, datetime.min.time(), UTC),
        }
        own = _has_ended(today) & (firms.c.certificate_ends == day)
        connection.execute(update(firms).where(own).values(values))


def _has_ended(today: date) -> ColumnElement[bool]:
    return (firms.c.stage == Stage.CERTIFIED.value) & (firms.c.certificate_ends <= today)
