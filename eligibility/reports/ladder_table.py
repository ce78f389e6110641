"""The ladder as a table: one row a firm, with title, verdict and first gaps of every rung."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from eligibility.assessment.record_types import LadderRecord, RungRecord
from eligibility.i18n import Language
from eligibility.schemes.registry import Scheme


def ladder_table(
    records: Sequence[LadderRecord], schemes: Sequence[Scheme], language: Language
) -> pa.Table:
    """A table of ladders.

    Parameters
    ----------
    records : sequence of LadderRecord
        As :func:`eligibility.assessment.ladder.ladder_record` gives them.
    schemes : sequence of Scheme
        The rungs, in the order of their columns.

    Returns
    -------
    pyarrow.Table
        ``uscc``, ``name``, ``next`` (ids, a track after the other) and, of every rung,
        ``<id>_title`` (yes, no or blank), ``<id>_until``, ``<id>_verdict`` and ``<id>_lacks`` in the
        words of the language; blank where no edition of the rung covers the day.
    """
    columns: dict[str, list[str | None]] = {
        "uscc": [one["firm"]["uscc"] for one in records],
        "name": [one["firm"]["name"] for one in records],
        "next": [" ".join(filter(None, one["next_by_track"].values())) for one in records],
    }
    for scheme in schemes:
        of_rung = [_rung(one, scheme.id) for one in records]
        say, comma = language.text, language.text(", ")
        columns |= {
            f"{scheme.id}_title": [_yes_no(rung, language) for rung in of_rung],
            f"{scheme.id}_until": [rung["until"] if rung else None for rung in of_rung],
            f"{scheme.id}_verdict": [say(rung["verdict"]) if rung else None for rung in of_rung],
            f"{scheme.id}_lacks": [
                comma.join(gap["title"][language.id] for gap in rung["gaps"]) if rung else None
                for rung in of_rung
            ],
        }
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})


def _rung(record: LadderRecord, scheme_id: str) -> RungRecord | None:
    return next((rung for rung in record["rungs"] if rung["scheme"] == scheme_id), None)


def _yes_no(rung: RungRecord | None, language: Language) -> str | None:
    if rung is None or rung["holds"] is None:
        return None
    return language.text("yes") if rung["holds"] else language.text("no")
