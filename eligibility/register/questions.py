"""Questions to a firm: what is open of it, and what it answers, on a page or in a workbook."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility.assessment.ladder import joint_fields, schemes_beside
from eligibility.domain.calendar_window import by_calendar_year
from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.domain.text import Message
from eligibility.intake.draft_reader import large, read_draft
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.register.inbox_items import IDENTITY, fields_by_key, value_text
from eligibility.schemes.registry import Scheme, all_latest_year_ids, load_scheme
from eligibility.store import table_facts

Row = Mapping[str, Any]
#: never asked: they say which firm and which application it is
NOT_ASKED = IDENTITY | {"application_date"}
#: lines of a workbook: twice what a form has
MOST_LINES = 400


@dataclass(frozen=True)
class Answers:
    """What a firm answered, as it was read.

    Attributes
    ----------
    facts : dict
        Calendar key → text, of what differs from what the firm was shown.
    values : dict
        The same as values; money in CNY.
    troubles : dict
        Calendar key → what was expected, of what cannot be used.
    """

    facts: dict[str, str]
    values: dict[str, Any]
    troubles: dict[str, Message]


def askable(year: int) -> dict[str, Field]:
    """Calendar key → field of all that a firm can be asked for an application in a year."""
    day, own = date(year, 12, 31), load_scheme()
    # what no form of that day asks could not be read back
    read_back = {
        field.id
        for scheme in (own, *schemes_beside(own))
        if day >= scheme.covered_from
        for field in scheme.fields_of(scheme.in_force(day))
    } - NOT_ASKED
    return {key: field for key, field in fields_by_key(year).items() if field.id in read_back}


def open_keys(missing: Collection[str], year: int) -> list[str]:
    """Calendar keys of what is open: the missing fields, and the other years of the same figures.

    Parameters
    ----------
    missing : collection of str
        Ids of fields that leave a condition or an item open, as ``Firm.missing_anywhere``.
    year : int
        Of the application.
    """
    fields = askable(year)
    stems = {field.stem for field in fields.values() if field.id in missing}
    return [key for key, field in fields.items() if field.stem in stems]


def read_answers(
    texts: Mapping[str, str], shown_texts: Mapping[str, str], year: int, scheme: Scheme
) -> Answers:
    """Read what stands in the form of a link.

    Parameters
    ----------
    texts : mapping
        Calendar key → text as typed; of what is asked alone.
    shown_texts : mapping
        What the form was filled in with. What is unchanged or blank is no answer.
    year : int
        Of the application.
    """
    facts = {
        key: text.strip()
        for key, text in texts.items()
        if text.strip() and text.strip() != shown_texts.get(key, "").strip()
    }
    fields = fields_by_key(year)
    reading = read_draft({"facts": facts}, scheme, date(year, 12, 31), schemes_beside(scheme))
    keys = {field.id: key for key, field in fields.items()}
    troubles = {
        keys[issue.column]: issue.expectation
        for issue in reading.batch.issues
        if issue.fatal and issue.column in keys
    }
    values: dict[str, Any] = {}
    if len(reading.batch.table):
        (row,) = table_facts(reading.batch.table, joint_fields())
        dated = by_calendar_year(row, year, all_latest_year_ids())
        values = {key: value for key, value in dated.items() if key in facts}
    for key, text in facts.items():
        if fields[key].kind == "money" and large(text, fields[key]) is not None:
            # nothing is guessed from size
            troubles[key] = Message(
                "the amount with its unit behind it, 元 or 万元, because it is very large"
            )
    return Answers(facts, values, troubles)


def read_sheet(
    name: str, content: bytes, link: Row, scheme: Scheme, shown_texts: Mapping[str, str]
) -> Answers:
    """Read the workbook of a link that was sent back.

    Parameters
    ----------
    name, content
        The file.
    link : mapping
        What ``links.open`` gave, or its ``options``, ``uscc`` and ``firm``.
    scheme : Scheme
    shown_texts : mapping
        As in ``read_answers``.

    Raises
    ------
    InputError
        If it cannot be read, holds no firm or several, or another one.
    """
    year, keys = link["options"]["year"], link["options"]["keys"]
    options = IntakeOptions(application_date=date(year, 12, 31), most_lines=MOST_LINES)
    batch = read_table((name, content), joint_fields(), options, catalogue=scheme.titles_by_code)
    if batch.issues and not len(batch.table):
        first = batch.issues[0].sentence
        raise InputError(first.text, **first.values)
    if len(batch.table) != 1:
        raise InputError(
            "{file} holds {count} firms; expected the one that was asked.",
            file=name, count=len(batch.table),
        )  # fmt: skip
    (facts,) = table_facts(batch.table, joint_fields())
    code = str(facts.get("uscc") or "")
    if link["uscc"] and code and code != link["uscc"]:
        raise InputError("{file} is of another firm: {code}.", file=name, code=code)
    fields = fields_by_key(year)
    dated = by_calendar_year(facts, year, all_latest_year_ids())
    texts = {key: value_text(fields[key], dated[key]) for key in keys if key in dated}
    return read_answers(texts, shown_texts, year, scheme)


def shown_texts(link: Row) -> dict[str, str]:
    """What the form of a link is filled in with: the firm's latest answers, else what is held."""
    fields = fields_by_key(link["options"]["year"])
    texts = {
        key: value_text(fields[key], link["facts"].get(key))
        for key in link["options"]["keys"]
        if key in fields
    }
    for submission in reversed(link["submissions"]):
        texts |= {key: text for key, text in submission["facts"].items() if key in texts}
    return texts


def status_by_key(link: Row) -> dict[str, Row | None]:
    """Of each thing answered, the decision on it; None where it still waits for one."""
    status: dict[str, Row | None] = {}
    for submission in reversed(link["submissions"]):
        status |= dict.fromkeys(submission["facts"])
    latest = {row["key"]: row for row in reversed(link["decisions"])}
    for submission in link["submissions"][:1]:
        pending = {
            row["key"] for row in link["decisions"] if row["submission_id"] == submission["id"]
        }
        open_now = (
            set(submission["facts"]) - pending if submission["reviewed_at"] is None else set()
        )
        return status | {key: row for key, row in latest.items() if key not in open_now}
    return status
