"""Table of the steps of applications: submission, checks, publicity, announcement, refusal.

Like the tables of ``schema``, the same on SQLite and PostgreSQL. A step belongs to the application of a
firm in a year, which stands in ``outcomes``.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from eligibility.domain.text import msgid
from eligibility.store.column_types import Day, Json
from eligibility.store.schema import metadata


class ApplicationStep(StrEnum):
    """Step in the life of an application; the first five in the order in which they come."""

    SUBMISSION = "submission"
    FORMAL_CHECK = "formal_check"
    EXPERT_REVIEW = "expert_review"
    PUBLICITY = "publicity"
    ANNOUNCEMENT = "announcement"
    RETURN = "return"
    REFUSAL = "refusal"


STEP_WORDS = {
    ApplicationStep.SUBMISSION: msgid("submission"),
    ApplicationStep.FORMAL_CHECK: msgid("formal check"),
    ApplicationStep.EXPERT_REVIEW: msgid("expert review"),
    ApplicationStep.PUBLICITY: msgid("publicity"),
    ApplicationStep.ANNOUNCEMENT: msgid("announcement"),
    ApplicationStep.RETURN: msgid("return for correction"),
    ApplicationStep.REFUSAL: msgid("refusal"),
}
#: steps that say why
REASONED_STEPS = frozenset({ApplicationStep.RETURN, ApplicationStep.REFUSAL})

application_steps = Table(
    "application_steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False),
    Column("applied_year", Integer, nullable=False),
    #: its place among the steps of the application, from 0
    Column("place", Integer, nullable=False),
    Column("step", String(24), nullable=False),
    Column("day", Day, nullable=False),
    #: codes of reasons, as ``register.review_reasons`` names them
    Column("reasons", Json, nullable=False),
    Column("remark", Text, nullable=False),
    Index(None, "firm_id", "applied_year"),
)
