"""The life of an application: where it stands, since when, and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility.domain.text import Message, msgid
from eligibility.store.application_tables import ApplicationStep

#: where an application stands after each step
STANDS = {
    ApplicationStep.SUBMISSION: msgid("in formal check"),
    ApplicationStep.FORMAL_CHECK: msgid("in expert review"),
    ApplicationStep.EXPERT_REVIEW: msgid("reviewed, waits for publicity"),
    ApplicationStep.PUBLICITY: msgid("in publicity"),
    ApplicationStep.ANNOUNCEMENT: msgid("certified"),
    ApplicationStep.RETURN: msgid("returned for correction"),
    ApplicationStep.REFUSAL: msgid("refused"),
}


@dataclass(frozen=True)
class ApplicationStatus:
    """Where an application stands.

    Attributes
    ----------
    step : ApplicationStep or None
        The last one on record; None where no step is.
    is_certified : bool or None
        None while undecided.
    since : date or None
        The day of the last step, or of the certificate; None where neither is known.
    reasons : tuple of str
        Codes of the reasons of a return or a refusal (``review_reasons``).
    remark : str
        The text beside them.
    words : Message
        What a table says of it.
    """

    step: ApplicationStep | None
    is_certified: bool | None
    since: date | None
    reasons: tuple[str, ...]
    remark: str
    words: Message


def application_status(row: Mapping[str, Any]) -> ApplicationStatus:
    """Where one application of ``Applications.outcomes`` stands.

    Parameters
    ----------
    row : mapping
        ``certified``, ``certified_on``, ``rejection_reason`` and ``steps``.
    """
    steps, certified = row["steps"], row["certified"]
    if steps:
        last = steps[-1]
        word = STANDS[last["step"]]
        if certified and last["step"] is not ApplicationStep.ANNOUNCEMENT:
            word = msgid("certified")
        return ApplicationStatus(
            last["step"], certified, last["day"], tuple(last["reasons"]), last["remark"],
            Message(word),
        )  # fmt: skip
    words = {None: msgid("applied"), True: msgid("certified"), False: msgid("refused")}
    since = row["certified_on"] if certified else None
    remark = row["rejection_reason"] or ""
    return ApplicationStatus(None, certified, since, (), remark, Message(words[certified]))


def next_steps(status: ApplicationStatus) -> tuple[ApplicationStep, ...]:
    """The steps that may be recorded next, the likeliest first."""
    match status.step:
        case ApplicationStep.REFUSAL | ApplicationStep.ANNOUNCEMENT:
            return ()
        case None if status.is_certified is not None:
            return (
                (ApplicationStep.ANNOUNCEMENT,)
                if status.is_certified
                else (ApplicationStep.REFUSAL,)
            )
        case None:
            later = tuple(ApplicationStep)[:5]
        case ApplicationStep.RETURN:
            later = tuple(ApplicationStep)[:5]
        case step:
            order = tuple(ApplicationStep)[:5]
            later = order[order.index(step) + 1 :]
    return (*later, ApplicationStep.RETURN, ApplicationStep.REFUSAL)
