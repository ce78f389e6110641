"""What the official form asks beyond the steps: registration, people, activities, products, statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import fields, form_state, lists, text_desk
from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import tag
from eligibility.application_form.contents import FormContents
from eligibility.application_form.text_checks import TextRemark, text_remarks
from eligibility.domain.facts import Field
from eligibility.reports.application import DraftTable, draft
from eligibility.reports.form_cells import FormCell, form_cells
from eligibility.screening import Firm

PART = "official-part"
STEPS = PAGES / "self_assessment/steps_page.py"


def cells(firm: Firm, contents: FormContents) -> list[FormCell]:
    """The cells of the printed form, without those it is printed without."""
    tables: Sequence[DraftTable] = draft(
        firm.record, contents.firm, contents.scheme, contents.lists
    )
    all_cells = form_cells(contents.scheme.official_cells(contents.law), tables)
    return [cell for cell in all_cells if not cell.group.extra]


def progress(all_cells: Sequence[FormCell]) -> None:
    """How many cells are filled, and of which tables some are not."""
    filled = sum(cell.is_filled for cell in all_cells)
    words = _("{filled} of {count} cells of the form are filled").format(
        filled=filled, count=len(all_cells)
    )
    st.progress(filled / len(all_cells), text=words)
    with st.expander(_("Table by table")):
        groups = dict.fromkeys(cell.group.id for cell in all_cells)
        rows = [[cell for cell in all_cells if cell.group.id == group] for group in groups]
        lines = (
            tag("li",
                tag("b", language().of(row[0].group.title)),
                tag("span", f"{sum(cell.is_filled for cell in row)} / {len(row)}"),
                *(tag("small", f"{cell.item}：{language().of(cell.by_hand)}") for cell in row if cell.by_hand))
            for row in rows
        )  # fmt: skip
        st.html(tag("ul", *lines, cls="rows"))


def parts(sheet: Sheet, contents: FormContents) -> None:
    """The part that is chosen: its questions and boxes."""
    remarks = text_remarks(contents)
    facts = _groups(sheet)
    statements = {text.box.column for text in contents.texts if not text.box.list}
    shown: dict[str, tuple[str, Callable[[], None]]] = {
        "firm": (_("Registration"), partial(_questions, facts, ("firm", "application"), statements, sheet)),
        "people": (_("People"), partial(_questions, facts, ("calendar_year",), statements, sheet)),
        "activities": (_("R&D activities"), partial(_things, "activity_form", sheet, contents, remarks)),
        "products": (_("Products"), partial(_things, "product_form", sheet, contents, remarks)),
        "statements": (_("Statements"), partial(_statements, contents, remarks)),
        "standards": (_("Standards"), partial(lists.table, "standard", sheet)),
    }  # fmt: skip
    open_remarks = sum(each.check != "blank" for each in remarks)
    if open_remarks:
        sentence = _("{n} remark(s) on the texts; each says where it stands.")
        st.caption(sentence.format(n=open_remarks))
    part = st.segmented_control(
        _("Part of the form"),
        list(shown),
        default="firm",
        required=True,
        format_func=lambda name: shown[name][0],
        key=PART,
        label_visibility="collapsed",
    )
    shown[part][1]()


Figures = list[list[Field]]


def _groups(sheet: Sheet) -> list[tuple[str, Figures]]:
    """The questions of the form by their groups."""
    return [
        (language().of(title) if title else "", figures)
        for title, figures in fields.groups(sheet.form_only)
    ]


def _questions(
    groups: Sequence[tuple[str, Figures]],
    whose: Sequence[str],
    statements: set[str],
    sheet: Sheet,
) -> None:
    for title, figures in groups:
        asked = [
            figure
            for figure in figures
            if figure[0].id not in statements
            and ("application" if figure[0].in_series else figure[0].of) in whose
        ]
        if not asked:
            continue
        st.header(title, anchor=False)
        with st.container(key=f"group:{asked[0][0].stem}", gap="xsmall"):
            for figure in asked:
                fields.figure(figure, sheet)


def _things(name: str, sheet: Sheet, contents: FormContents, remarks: Sequence[TextRemark]) -> None:
    """One thing of a list at a time: its entries and its boxes; the whole table to paste."""
    definition, things = contents.scheme.lists[name], contents.things(name)
    if not things:
        main = contents.scheme.lists[definition.adds_to]
        st.write(_("Nothing is listed yet: {title}").format(title=language().of(main.title)))
        st.page_link(STEPS, label=_("← Back to the steps"), query_params={"step": main.section})
    else:
        thing = st.selectbox(language().of(definition.title), things, key=f"thing:{name}")
        _entries(name, thing, sheet, contents)
        for text in contents.texts:
            if text.box.list == name and text.thing == thing:
                text_desk.box(text, contents, remarks)
    with st.expander(_("All of them as one table, to paste or look over")):
        lists.table(name, sheet)


def _entries(name: str, thing: str, sheet: Sheet, contents: FormContents) -> None:
    """The short columns of one row."""
    boxes = {text.box.column for text in contents.texts if text.box.list == name}
    columns: Mapping[str, dict[str, str]] = lists.columns(name, sheet)
    row = next(iter(contents.rows(name, thing)), {})
    with st.container(horizontal=True, key=f"entries-{name}"):
        for column in contents.scheme.lists[name].columns:
            if column.id in boxes or column.id == "name":
                continue
            st.text_input(
                str(columns[column.id]["label"]),
                key=form_state.row_key(name, thing, column.id, row.get(column.id, "")),
                help=columns[column.id].get("help"),
                on_change=form_state.write_row,
                args=(name, thing, column.id),
            )


def _statements(contents: FormContents, remarks: Sequence[TextRemark]) -> None:
    for text in contents.texts:
        if not text.box.list:
            text_desk.box(text, contents, remarks)
