"""Steps of applications: which may follow which, what they decide, their reading and writing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import pairwise

from sqlalchemy import Connection, delete, insert, select

from eligibility.domain.errors import InputError
from eligibility.domain.text import Message, msgid
from eligibility.store.application_tables import (
    REASONED_STEPS,
    STEP_WORDS,
    ApplicationStep,
    application_steps,
)
from eligibility.store.rows import Facts, Row, check_text, only, slices

COLUMNS = ("step", "day", "reasons", "remark")
#: the steps that come one after another
ORDER = tuple(ApplicationStep)[:5]
#: what each step decides of the application; the others leave it open
DECISIONS = {
    ApplicationStep.ANNOUNCEMENT: True,
    ApplicationStep.REFUSAL: False,
}


def checked_steps(steps: Iterable[Facts]) -> list[Row]:
    """Validate the steps of one application, in their order.

    Parameters
    ----------
    steps : iterable of mappings
        Each with ``step`` (of ``ApplicationStep``) and ``day``; a return and a refusal
        with ``reasons``, a list of codes, as well; ``remark`` is optional.

    Raises
    ------
    InputError
        If a step does not follow on the one before, its day lies before that one's, or reasons are
        wanting or out of place.
    """
    rows = [_checked_step(step) for step in steps]
    for before, after in pairwise(rows):
        if after["day"] < before["day"] or not _may_follow(before["step"], after["step"]):
            raise InputError(
                "The step {step} of {day} does not follow on {before} of {earlier}; expected the steps "
                "in their order, each on the day of the one before or later.",
                step=_word(after["step"]), day=after["day"], before=_word(before["step"]),
                earlier=before["day"],
            )  # fmt: skip
    return rows


def _checked_step(step: Facts) -> Row:
    entry = {"reasons": [], "remark": "", **only(step, COLUMNS)}
    try:
        kind = ApplicationStep(entry.get("step", ""))
    except ValueError as error:
        raise InputError(
            "There is no step {step} of an application.", step=entry["step"]
        ) from error
    if not isinstance(entry.get("day"), date):
        raise InputError("The step {step} has no day.", step=_word(kind))
    if bool(entry["reasons"]) != (kind in REASONED_STEPS):
        sentence = (
            msgid("The step {step} of {day} needs a reason.")
            if kind in REASONED_STEPS
            else msgid("The step {step} of {day} has no reasons.")
        )
        raise InputError(sentence, step=_word(kind), day=entry["day"])
    check_text("remark", entry["remark"])
    return {**entry, "step": kind, "reasons": list(entry["reasons"])}


def _may_follow(before: ApplicationStep, after: ApplicationStep) -> bool:
    match before, after:
        case ApplicationStep.REFUSAL | ApplicationStep.ANNOUNCEMENT, _:
            return False
        case _, ApplicationStep.RETURN | ApplicationStep.REFUSAL:
            return True
        case ApplicationStep.RETURN, _:
            return True
        case _:
            return ORDER.index(after) > ORDER.index(before)


def _word(step: ApplicationStep) -> Message:
    return Message(STEP_WORDS[step])


def decision(steps: Sequence[Facts]) -> bool | None:
    """What the steps decide: True certified, False refused, None open."""
    return DECISIONS.get(ApplicationStep(steps[-1]["step"])) if steps else None


def read_steps(
    connection: Connection, firm_ids: Collection[int] | None = None
) -> dict[tuple[int, int], list[Row]]:
    """(firm, year of application) → its steps in their order; of all firms where none are named."""
    columns = (application_steps.c[name] for name in ("firm_id", "applied_year", *COLUMNS))
    query = select(*columns).order_by(
        application_steps.c.firm_id, application_steps.c.applied_year, application_steps.c.place
    )
    result: dict[tuple[int, int], list[Row]] = {}
    parts = [None] if firm_ids is None else slices(sorted(firm_ids))
    for some in parts:
        wanted = query if some is None else query.where(application_steps.c.firm_id.in_(some))
        for firm, year, step, *rest in connection.execute(wanted):
            row = dict(zip(COLUMNS, (ApplicationStep(step), *rest), strict=True))
            result.setdefault((firm, year), []).append(row)
    return result


def write_steps(connection: Connection, firm_id: int, year: int, steps: Sequence[Row]) -> None:
    """Put these steps of one application in place of those that are stored."""
    own = (application_steps.c.firm_id == firm_id) & (application_steps.c.applied_year == year)
    connection.execute(delete(application_steps).where(own))
    key = {"firm_id": firm_id, "applied_year": year}
    rows = [
        {**key, "place": place, **step, "step": step["step"].value}
        for place, step in enumerate(steps)
    ]
    if rows:
        connection.execute(insert(application_steps), rows)
