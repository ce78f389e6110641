"""Filter of a list of firms: what is asked of each, as SQL."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import ColumnElement, or_, select

from eligibility.store.identity_tables import former_names
from eligibility.store.schema import carriers, firms, outcomes


@dataclass(frozen=True)
class FirmFilter:
    """Which firms: every given part must hold; ``None`` asks nothing.

    ``text`` stands somewhere in the name, a former name or the credit code. ``verdict`` is eligible,
    ineligible, undetermined, experts (their points alone decide), or empty for never assessed. ``adviser_id`` and ``carrier_id`` are 0
    for none. ``first_gap`` is the condition to be met first; ``score`` certain points and ``chance``
    a probability in /1 that it has at least; ``batch`` that of an application; ``carrier_kind`` that of its
    carrier; ``expires_by`` the day by which its certificate ends. Made to go into a URL: plain values only.
    """

    text: str | None = None
    district: str | None = None
    carrier_id: int | None = None
    industry: str | None = None
    stage: str | None = None
    verdict: str | None = None
    adviser_id: int | None = None
    first_gap: str | None = None
    score: float | None = None
    chance: float | None = None
    batch: str | None = None
    expires_by: date | None = None
    carrier_kind: str | None = None

    def clauses(self) -> list[ColumnElement[bool]]:
        """The filter as SQL; every value is bound, never written into it."""
        clauses: list[ColumnElement[bool]] = []
        for part in fields(self):
            value = getattr(self, part.name)
            if value is None:
                continue
            if part.name == "text":
                matches = firms.c.name.icontains(value, autoescape=True)
                had = select(former_names.c.firm_id).where(
                    former_names.c.name.icontains(value, autoescape=True)
                )
                code = firms.c.uscc.icontains(value, autoescape=True)
                clauses.append(or_(matches, code, firms.c.id.in_(had)))
            elif part.name == "verdict" and value == "":
                clauses.append(firms.c.verdict.is_(None))
            elif part.name == "verdict":
                clauses.append(firms.c.verdict_state == value)
            elif part.name in ("adviser_id", "carrier_id") and value == 0:
                clauses.append(firms.c[part.name].is_(None))
            elif part.name == "carrier_kind":
                kinds = select(carriers.c.id).where(carriers.c.kind == value)
                clauses.append(firms.c.carrier_id.in_(kinds))
            elif part.name == "score":
                clauses.append(firms.c.score_low >= value)
            elif part.name == "chance":
                clauses.append(firms.c.probability >= value)
            elif part.name == "batch":
                clauses.append(_has_outcome(outcomes.c.batch == value))
            elif part.name == "expires_by":
                ends = outcomes.c.certified & (outcomes.c.expires_on <= value)
                clauses.append(_has_outcome(ends))
            else:
                clauses.append(firms.c[part.name] == value)
        return clauses


def _has_outcome(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return firms.c.id.in_(select(outcomes.c.firm_id).where(which))
