"""Assumptions in parts: a table of each group to be edited, what can be added, and the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app import cache, session
from eligibility.app.register.dossier import moment
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets import number_format as fmt
from eligibility.domain.text import Message, Wording, msgid
from eligibility.register import practice_checks
from eligibility.register.assumptions import (
    BATCHES,
    GROUPS,
    Assumption,
    batch_change,
    figure_change,
    list_assumptions,
    save_changes,
    source_text,
    source_value,
    weight_change,
)
from eligibility.schemes.registry import DEFAULT_SCHEME
from eligibility.store import Repository
from eligibility.store.assumptions import ASSUMED, CITY, AssumptionChange

Row = Mapping[str, Any]
#: units beside a number; any other says nothing
UNITS = {"CNY": msgid("yuan"), "firm": msgid("firms (number)"), "day": msgid("days"),
         "month": msgid("months"), "year": msgid("years"), "/1": msgid("share of 1")}  # fmt: skip
#: what a weight can be of
KINDS = {"industries": msgid("Industry"), "districts": msgid("District"), "firms": msgid("Firm")}


def group() -> str:
    """The group that is shown."""
    words = {name: _(word) for name, word in GROUPS.items()}
    chosen = st.segmented_control(
        _("Group"),
        list(words),
        default="targets",
        required=True,
        format_func=words.__getitem__,
        key=session.ASSUMPTION_GROUP,
        label_visibility="collapsed",
    )
    return str(chosen)


def problems() -> None:
    """Changes that no longer fit the shipped settings."""
    for problem in cache.settings().problems:
        sentence = _("△ Left out, and to be set again: {why}")
        st.warning(sentence.format(why=problem.say(language())))


def numbers(repository: Repository, group_id: str) -> None:
    """The numbers of a group, each with its source and what the files say; changed ones are saved at once."""
    revision = repository.assumptions.revision()
    rows = [each for each in list_assumptions(repository.assumptions.changes())
            if each.group == group_id]  # fmt: skip
    history = {
        (row["document"], row["path"]): row for row in reversed(repository.assumptions.history())
    }
    held = [history.get((row.document, row.path)) for row in rows]
    changes = [None if row is None or row["is_default"] else row for row in held]
    is_day = group_id == "batches"
    # a group may hold days and numbers, which no column holds alike
    for kind in (date, float) if is_day else (float,):
        part = [
            place
            for place, row in enumerate(rows)
            if isinstance(row.value, date | str) == (kind is date)
        ]
        if part:
            _table(
                repository,
                [rows[place] for place in part],
                [changes[place] for place in part],
                revision,
                f"{group_id}-{kind.__name__}",
            )


def _table(
    repository: Repository,
    rows: Sequence[Assumption],
    changes: Sequence[Row | None],
    revision: int,
    name: str,
) -> None:
    is_day = name.endswith("date")
    value = pa.array([_value(row.value) for row in rows])
    default = pa.array([_value(row.default) for row in rows], type=value.type)
    table = pa.table(
        {
            "what": [title(row.title) for row in rows],
            "value": value,
            "unit": [unit(row) for row in rows],
            "source": [_source(row) for row in rows],
            "default": default,
            "by": [_change_words(change) for change in changes],
            "reset": [False] * len(rows),
        }
    )
    number = st.column_config.DateColumn if is_day else st.column_config.NumberColumn
    edited = st.data_editor(
        table,
        column_config={
            "what": st.column_config.TextColumn(_("What"), disabled=True),
            "value": number(_("Holds")),
            "unit": None if is_day else st.column_config.TextColumn(_("Unit"), disabled=True),
            "source": st.column_config.TextColumn(_("Who says so; blank: assumed")),
            "default": number(_("As shipped"), disabled=True),
            "by": st.column_config.TextColumn(_("Changed"), disabled=True),
            "reset": st.column_config.CheckboxColumn(_("Back to as shipped")),
        },
        hide_index=True,
        height="content",
        placeholder=fmt.NOTHING,
        key=f"{session.ASSUMPTIONS}:{name}:{revision}",
    )
    if st.button(_("Save the changes"), key=f"{session.SAVE_ASSUMPTIONS}:{name}", type="primary"):
        guard.do(partial(_save, repository, rows, changes, edited.to_pylist(), revision))
        st.rerun()


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value if value is None or isinstance(value, date) else float(value)


def _source(row: Assumption) -> str:
    """Who says so; "assumed" in the language of the page."""
    text = source_text(row.figure["source"])
    return _("assumed") if text == ASSUMED else text


def _source_entry(text: str) -> str:
    return ASSUMED if text.strip() in ("", ASSUMED, _("assumed")) else text.strip()


def _change_words(change: Row | None) -> str:
    return "" if change is None else f"{moment(change['at'])} · {change['by'] or _('nobody')}"


def _save(
    repository: Repository,
    rows: Sequence[Assumption],
    changes: Sequence[Row | None],
    cells_by_row: Sequence[Row],
    revision: int,
) -> Message:
    new = []
    for row, change, cells in zip(rows, changes, cells_by_row, strict=True):
        source = _source_entry(cells["source"] or "")
        if cells["reset"]:
            if change is not None:
                new.append(AssumptionChange(row.document, row.path, is_default=True))
        elif cells["value"] != _value(row.value) or source != source_text(row.figure["source"]):
            new.append(_change(row, cells["value"], source))
    if not new:
        return Message(msgid("Nothing was changed."))
    save_changes(repository, new, revision)
    return Message(msgid("{count} assumptions saved; they hold from now on."), {"count": len(new)})


def _change(row: Assumption, value: Any, source: str) -> AssumptionChange:
    if "due" not in row.figure:
        return figure_change(row.document, row.path, row.figure, value, source)
    scheme, (year, number) = row.document.removeprefix(BATCHES), row.path[-1].split("-")
    return batch_change(scheme, int(year), int(number), str(value), source)


def title(parts: Iterable[Wording | Message | str]) -> str:
    """What an assumption is called."""
    return " · ".join(
        language().of(part)
        if isinstance(part, Wording)
        else part.say(language())
        if isinstance(part, Message)
        else part
        for part in parts
    )


def unit(row: Assumption) -> str:
    """The unit of an assumption in words; one that names none has it by what it is."""
    by_key = {"cost": "CNY", "day_rates": "CNY", "days": "day", "finding_out": "day",
              "months": "month", "lead": "month", "years_ahead": "year"}  # fmt: skip
    known = row.unit or next((by_key[key] for key in row.path if key in by_key), "")
    return _(UNITS[known]) if known in UNITS else ""


def additions(repository: Repository, group_id: str) -> None:
    """What a group can be added to."""
    revision = repository.assumptions.revision()
    match group_id:
        case "targets":
            with st.popover(_("Add a target …")):
                _add_target(repository, revision)
        case "batches":
            with st.popover(_("Add a batch …")):
                _add_batch(repository, revision)
        case "weights":
            with st.popover(_("Add a weight …")):
                _add_weight(repository, revision)


def _add_target(repository: Repository, revision: int) -> None:
    schemes = cache.settings().schemes
    own = schemes[DEFAULT_SCHEME].title
    words = {
        "certified": f"{language().of(own)} · {_('firms to be certified')}",
        "stock": f"{language().of(own)} · {_('firms that hold a certificate')}",
    }
    for scheme in schemes.values():
        for target in scheme.targets:
            words[target.counts] = f"{language().of(scheme.title)} · {language().of(target.says)}"
    with st.form(session.ADD_TARGET, border=False):
        what = st.selectbox(_("What"), list(words), format_func=words.__getitem__)
        year = st.number_input(_("From the year"), 2020, 2100, date.today().year + 1)
        number = st.number_input(_("Firms"), 0, value=None, step=1)
        source = _source_entry(st.text_input(_("Who says so; blank: assumed")))
        if st.form_submit_button(_("Save")):
            guard.do(partial(_save_target, repository, what, int(year), number, source, revision))
            st.rerun()


def _save_target(
    repository: Repository, what: str, year: int, number: int | None, source: str, revision: int
) -> Message:
    if number is None:
        return Message(msgid("Enter a number first."))
    figure = {"value": number, "unit": "firm", "source": source_value(CITY, source)}
    path = ("targets", str(year), what) if what in ("certified", "stock") else ("titles", what)
    change = AssumptionChange(CITY, path, figure, source.strip() or ASSUMED)
    save_changes(repository, [change], revision)
    return Message(msgid("Saved."))


def _add_batch(repository: Repository, revision: int) -> None:
    region = cache.city().region
    schemes = {
        name: language().of(scheme.title)
        for name, scheme in cache.settings().schemes.items()
        if region in scheme.overlays
    }
    with st.form(session.ADD_BATCH, border=False):
        scheme = st.selectbox(_("Qualification"), list(schemes), format_func=schemes.__getitem__)
        due = st.date_input(_("Last day"), None, format="YYYY-MM-DD")
        number = st.number_input(_("Number of the batch in its year"), 1, 12, 1)
        source = _source_entry(st.text_input(_("Who says so; blank: assumed")))
        if st.form_submit_button(_("Save")):
            guard.do(partial(_save_batch, repository, scheme, due, int(number), source, revision))
            st.rerun()


def _save_batch(
    repository: Repository,
    scheme: str,
    due: date | None,
    number: int,
    source: str,
    revision: int,
) -> Message:
    if due is None:
        return Message(msgid("Enter the last day first."))
    change = batch_change(scheme, due.year, number, due.isoformat(), source)
    save_changes(repository, [change], revision)
    return Message(msgid("Saved."))


def _add_weight(repository: Repository, revision: int) -> None:
    words = {name: _(word) for name, word in KINDS.items()}
    with st.form(session.ADD_WEIGHT, border=False):
        kind = st.selectbox(_("Of"), list(words), 2, format_func=words.__getitem__)
        name = st.text_input(_("Credit code of the firm, or name of the industry or district"))
        weight = st.number_input(_("Weight (1: any firm)"), 0.0, value=2.0, step=0.5)
        reason = st.text_input(_("Reason, such as: it carries others along"))
        source = _source_entry(st.text_input(_("Who says so; blank: assumed")))
        if st.form_submit_button(_("Save")):
            entry = (kind, name.strip(), weight, reason.strip(), source)
            guard.do(partial(_save_weight, repository, entry, revision))
            st.rerun()


def _save_weight(
    repository: Repository, entry: tuple[str, str, float, str, str], revision: int
) -> Message:
    kind, name, *_rest = entry
    if kind == "firms" and name.upper() not in repository.firms.ids_by_code([name.upper()]):
        return Message(msgid("No firm of the register has the credit code {code}."), {"code": name})
    change = weight_change(kind, name.upper() if kind == "firms" else name, *entry[2:])
    save_changes(repository, [change], revision)
    return Message(msgid("Saved."))


def history(repository: Repository) -> None:
    """Every change: when, by whom, what, and who says so."""
    rows = repository.assumptions.history()
    if not rows:
        st.info(_("Nothing was changed yet: the numbers are those of the shipped files."))
        return
    titles = {
        (each.document, each.path): title(each.title)
        for each in list_assumptions(repository.assumptions.changes())
    }
    words = GROUPS["checks"]
    titles[CITY, practice_checks.PATH] = _(words)
    st.dataframe(
        pa.table(
            {
                _("When"): [moment(row["at"]) for row in rows],
                _("By whom"): [row["by"] or _("nobody") for row in rows],
                _("What"): [
                    titles.get((row["document"], row["path"]), " · ".join(row["path"]))
                    for row in rows
                ],
                _("Holds"): [_value_words(row) for row in rows],
                _("Who says so"): [
                    _("assumed") if row["source"] == ASSUMED else row["source"] for row in rows
                ],
            }
        ),
        hide_index=True,
        height="content",
        placeholder="",
    )


def _value_words(row: Row) -> str:
    if row["is_default"]:
        return _("as shipped")
    if row["path"] == practice_checks.PATH:
        return _("{count} switched off").format(count=len(row["value"]))
    value = row["value"] or {}
    note = value.get("note")
    amount = value.get("due") or f"{value.get('value', fmt.NOTHING)}"
    return f"{amount} ({language().of(Wording(**note))})" if note else str(amount)
