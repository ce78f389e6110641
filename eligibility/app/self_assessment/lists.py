"""A list as a table to fill in or paste into, and what each row of it comes to."""

from __future__ import annotations

from typing import Any

import streamlit as st

from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.self_assessment.link_columns import link_columns, table_of_rows
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS
from eligibility.domain.errors import InputError
from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.intake.draft_reader import read_as
from eligibility.intake.list_paste import parse_paste
from eligibility.intake.lists import main_share
from eligibility.reports.number_format import percent
from eligibility.schemes.lists import Count

#: figures that a list stands in for, up to which each is named
MOST_NAMED = 3
#: rows of a list that are explained one by one
EXPLAINED = 100
#: pixels of a column of dates or short words under a title of four characters, and of numbers
DATE_WIDTH, NUMBER_WIDTH = 112, 150
#: pixels of a row of a table, and rows that it has room for
ROW_HEIGHT, FEWEST_ROWS, MOST_ROWS = 35, 4, 12
STATUS = {MET: "met", UNDETERMINED: "undetermined", UNMET: "unmet"}


def table(kind: str, sheet: Sheet) -> None:
    """The rule, the table, and what it gives."""
    ledger, key = sheet.scheme.lists[kind], sheet.reading.key(kind)
    if key not in sheet.draft.list_baseline:
        sheet.draft.begin(key)
    st.header(language().of(ledger.title), anchor=False)
    st.html(tag("p", tag("b", language().of(ledger.rule)), cls="muted"))
    config = columns(kind, sheet)
    names = [column.id for column in ledger.columns]
    rows = sheet.draft.list_baseline[key]
    st.data_editor(
        table_of_rows(ledger, rows, names),
        num_rows="dynamic",
        column_config=config,
        hide_index=True,
        placeholder="",
        # as it was opened: a row that is added moves nothing
        height=ROW_HEIGHT * (min(max(len(rows), FEWEST_ROWS), MOST_ROWS) + 2) + 2,
        key=form_state.list_key(key),
        alt=language().of(ledger.title),
    )
    _report(kind, sheet)
    _paste(kind, sheet, config)


def _paste(kind: str, sheet: Sheet, config: dict[str, Any]) -> None:
    """A table with its header row, matched by its titles and looked at before it is taken."""
    key = sheet.reading.key(kind)
    section = form_state.section_key(f"paste:{key}", is_open=False)
    with st.expander(_("Paste a table with its header row"), key=section, on_change="rerun"):
        text = st.text_area(
            _("Rows copied from Excel or an export, the header row first"),
            key=form_state.paste_key(key),
        )
        if not text.strip():
            return
        try:
            paste = parse_paste(sheet.scheme.lists[kind], text, sheet.reading.years[-1])
        except InputError as error:
            st.html(tag("p", error.message.say(language()), cls="notice refused"))
            return
        if paste.unmatched_titles:
            words = _("Columns not used: {names}")
            st.html(tag("p", words.format(names=_(", ").join(paste.unmatched_titles)), cls="muted"))
        names, rows = list(paste.titles), paste.rows
        if answers := _answers_for_all(kind, sheet):
            rows = [answers | row for row in rows]
            names = list(dict.fromkeys((*names, *answers)))
        st.dataframe(
            table_of_rows(sheet.scheme.lists[kind], rows, names),
            column_config={name: config[name] for name in names},
            hide_index=True,
            placeholder="",
        )
        st.button(
            _("Take these {n} rows into the list").format(n=len(rows)),
            on_click=form_state.take_paste,
            args=(key, [*sheet.draft.lists[key], *rows]),
        )


def _answers_for_all(kind: str, sheet: Sheet) -> dict[str, str]:
    """What the form answers for every row of a list, by column."""
    return {
        column.id: _("no")
        for column in sheet.scheme.lists[kind].columns
        if (field := sheet.scheme.fields_by_id.get(column.no_if_zero))
        and read_as(sheet.entry(field), field) == 0
    }


def _report(kind: str, sheet: Sheet) -> None:
    """What the rows come to, in a place of one height: an entry moves nothing below."""
    key = sheet.reading.key(kind)
    count = sheet.reading.counts.get(kind)
    lines = []
    if left := sheet.draft.left_out[key]:
        words = _("Left out, as it holds the titles of columns and no entry: {n} row(s).")
        lines.append(tag("p", words.format(n=left), cls="notice"))
    if count is None:
        hint = _(
            "Optional. Paste rows from Excel or type them; a list with rows stands in for the "
            "numbers below."
        )
        lines.append(tag("p", hint, cls="muted"))
    else:
        lines += _comes_to(kind, count, sheet)
    title = language().of(sheet.scheme.lists[kind].title)
    st.html(tag("div", *lines, cls="report", role="group", tabindex="0", aria_label=title))
    if kind == "activity":
        _blanks(sheet)
    if kind == "ip":
        _never_used(sheet)


def _comes_to(kind: str, count: Count, sheet: Sheet) -> list[Markup]:
    rows = sheet.draft.lists[sheet.reading.key(kind)]
    counting = int((count.status == MET).sum())
    sentence = _("{n} of {count} rows count.").format(n=counting, count=len(rows))
    lines = [tag("p", tag("strong", sentence), " ", *_overrides(count, sheet), cls="notice")]
    if kind == "product":
        lines += _main(sheet)
    rows_left_out = [row for row, reason in enumerate(count.reasons) if reason]
    if rows_left_out:
        each = (_row(row, rows[row], count) for row in rows_left_out[:EXPLAINED])
        lines.append(tag("ul", *each, cls="rows"))
    if len(rows_left_out) > EXPLAINED:
        words = _("… and {n} more rows.").format(n=len(rows_left_out) - EXPLAINED)
        lines.append(tag("p", words, cls="muted"))
    return lines


def _row(row: int, texts: dict[str, str], count: Count) -> Markup:
    words = {MET: _("counts"), UNDETERMINED: _("open"), UNMET: _("does not count")}
    code = int(count.status[row])
    reason = count.reasons[row]
    return tag(
        "li",
        tag("span", f"{ICONS[STATUS[code]]} {words[code]}", cls=f"status {STATUS[code]}"),
        tag("b", f"{row + 1}. {texts.get('name') or texts.get('result') or fmt.NOTHING}"),
        tag("span", reason.say(language()) if reason else "", cls="muted"),
    )


def _overrides(count: Count, sheet: Sheet) -> list[str]:
    """The fields that take their number from the list."""
    fields = sheet.scheme.fields_by_id
    field_ids = {field.id for fields in sheet.steps.values() for field in fields}
    typed = [name for name in count.fields if name in field_ids and sheet.entry(fields[name])]
    if not typed:
        return []
    if len(typed) > MOST_NAMED:
        return [_("{n} figures come from the list.").format(n=len(typed))]
    titles = fmt.field_titles(typed, fields, sheet.reading.years)
    return [_("It stands in for what is typed: {titles}.").format(titles=titles)]


def _blanks(sheet: Sheet) -> None:
    """A blank amount is never taken for zero, but one click says that all of them are."""
    rows = sheet.draft.lists["activity"]
    amounts = sheet.scheme.lists["activity"].amounts
    filled = [dict.fromkeys(amounts, "0") | row if row else row for row in rows]
    st.button(
        _("Enter 0 into every blank amount"),
        on_click=form_state.replace_list,
        args=("activity", filled),
        disabled=filled == rows,
    )


def _never_used(sheet: Sheet) -> None:
    """A blank is never taken for no, but a firm that was never certified says so once."""
    rows = sheet.draft.lists["ip"]
    filled = [{"used": _("no")} | row if row else row for row in rows]
    st.button(
        _("Never certified: enter no into every blank of “Used before”"),
        on_click=form_state.replace_list,
        args=("ip", filled),
        disabled=filled == rows,
    )


def _main(sheet: Sheet) -> list[Markup]:
    """Whether the products named main make the share that the rules ask of main products."""
    share = main_share(
        sheet.scheme.lists["product"], sheet.draft.lists[sheet.reading.key("product")]
    )
    if share is None or "main_products_share" not in sheet.reading.law.parameters:
        return []
    line = sheet.reading.law.value("main_products_share")
    words = _("Main products: {share} of hi-tech income; more than {line} is needed.")
    return [tag("p", words.format(share=percent(share, line), line=fmt.limit(line)), cls="muted")]


def columns(kind: str, sheet: Sheet) -> dict[str, Any]:
    """Titles of the columns, and what may stand in them."""
    text = st.column_config.TextColumn
    unit = _("CNY 10,000")
    said: dict[str, Any] = {
        "name": text(_("Name"), width="medium"),
        "result": text(_("Result put to use"), width="medium"),
        "year": text(_("Year"), width="small"),
        "number": text(
            _("Patent or registration no."),
            width=NUMBER_WIDTH,
            help=_("Number of the patent or registration; the same number counts once."),
        ),
        "class": text(
            _("Class"),
            width="small",
            help=_("I or II, or the kind of right: invention patent, utility model, design …"),
        ),
        "granted_on": text(
            _("Granted on"),
            width=DATE_WIDTH,
            help=_("Date of the certificate, or of the notice of grant with its fee paid."),
        ),
        "status": text(_("Status"), width="small", help=_("in force, pending or lapsed")),
        "owner": text(
            _("Owner"),
            width="small",
            help=_(
                "“the firm” or “other”. A right of several owners counts for one of them only "
                "(one source)."
            ),
        ),
        "acquired": text(
            _("Acquired by"), width=DATE_WIDTH, help=_("own research, transfer, gift or merger")
        ),
        "used": text(
            _("Used before"),
            width=DATE_WIDTH,
            help=_("yes or no: used in an application that was granted"),
        ),
        "income": text(_("Income of the latest year ({unit})").format(unit=unit)),
        "main": text(_("Main product"), width="small", help=_("yes or no")),
        "source": text(_("Source of technology"), width="small"),
        "budget": text(_("Budget ({unit})").format(unit=unit), width="small"),
        "contract": text(
            _("Registered contract"),
            width="small",
            help=_(
                "Number of the technology contract as certified and registered, if there is one"
            ),
        ),
        "level": text(_("Level"), width="small", help=_("national or industry")),
        "standard_number": text(_("Number of the standard"), width="small"),
        "role": text(_("Part taken"), width="small", help=_("led or took part")),
    }
    if sheet.scheme.lists[kind].prefix:
        said |= link_columns(kind, sheet)
    rules = sheet.scheme.text_rules(sheet.reading.law)
    for box in rules.boxes if rules else ():
        if box.list == kind:
            said[box.column] = text(language().of(box.title), width="medium")
    for name in sheet.scheme.lists["activity"].amounts:
        title = fmt.stem_title(sheet.scheme.fields_by_id[f"{name}_y3"])
        said[name] = text(f"{title} ({unit})", width=150)
    return {column.id: said[column.id] for column in sheet.scheme.lists[kind].columns}
