"""Lists and tables of the form: titles, counts, averages of months."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from streamlit.testing import v1 as testing

from eligibility.app import translation
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.self_assessment.lists import columns
from eligibility.i18n import language_named
from eligibility.intake.draft_reader import read_draft
from eligibility.intake.lists import without_titles
from eligibility.schemes.registry import load_scheme
from tests.app.self_assessment.form_pages import FACTS, NASTY, html, page, press


@pytest.mark.parametrize("kind", [*load_scheme().lists])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_titles_shown_over_a_list_are_known_for_titles(
    monkeypatch: pytest.MonkeyPatch, kind: str, language: str
) -> None:
    monkeypatch.setattr(translation, "language", lambda: language_named(language))
    found = read_draft({}, load_scheme(), date(2026, 6, 15))
    sheet = Sheet(load_scheme(), Draft(), found)
    titles = {name: column["label"] for name, column in columns(kind, sheet).items()}
    assert without_titles(load_scheme().lists[kind], [titles]) == ([], 1)


def test_a_header_pasted_from_excel_is_left_out_of_the_list_and_said() -> None:
    app = page("self_assessment/steps", Draft(facts=dict(FACTS), step="ip"))
    draft = app.session_state["draft"]
    header = {"name": "知识产权名称", "class": "类别", "granted_on": "授权日期"}
    right = {"name": "一种方法", "class": "发明专利"}
    draft.edit("ip", {"edited_rows": {0: header, 1: right}})
    assert draft.lists["ip"] == [right]
    # as the table shown has it, until the step is opened anew
    assert draft.left_out["ip"] == 1
    draft.turn("ip")
    assert (draft.left_out["ip"], draft.list_baseline["ip"]) == (0, [right])


def test_a_list_stands_in_for_the_count_and_names_the_row_that_does_not_count() -> None:
    right = {
        "name": NASTY, "class": "I", "granted_on": "2024-01-01", "status": "pending",
        "owner": "own", "acquired": "own",
    }  # fmt: skip
    draft = Draft(facts=FACTS | {"ip_class1_count": "7"}, step="ip")
    draft.put("ip", [right, right | {"status": "granted"}])
    app = page("self_assessment/steps", draft)
    said = html(app)
    assert "1 of 2 rows count." in said
    assert "It stands in for what is typed: Class I rights." in said
    assert "not granted yet" in said
    assert "**x** &lt;script&gt;" in said
    assert "1 (from the list)" in [each.value for each in app.text_input]
    assert draft.facts["ip_class1_count"] == "7"


def test_changes_of_a_table_are_taken_as_its_cells_rows_added_and_rows_deleted() -> None:
    draft = Draft()
    draft.put("conversion", [{"result": "a"}, {"result": "b"}, {"result": "c"}])
    changes = {
        "edited_rows": {0: {"year": "2024"}, 2: {"result": None}},
        "deleted_rows": [1],
        "added_rows": [{"result": "d"}, {}],
    }
    for _ in range(2):
        draft.edit("conversion", changes)
        assert draft.lists["conversion"] == [{"result": "a", "year": "2024"}, {"result": "d"}]


def months(*filled: tuple[float | None, ...]) -> pa.Table:
    """The table of staff by month, the first months filled in."""
    names = ("staff_total_start", "staff_total_end", "st_staff_start", "st_staff_end")
    rows = [*filled, *[(None,) * 4] * (12 - len(filled))]
    columns = {
        name: pa.array([row[place] for row in rows], pa.float64())
        for place, name in enumerate(names)
    }
    return pa.table({"month": range(1, 13), **columns})


def edited(table: pa.Table, patch: pytest.MonkeyPatch) -> testing.AppTest:
    """The step of staff with the table of months filled in."""

    def editor(data: pa.Table, **_: Any) -> pa.Table:
        assert data.column_names == table.column_names
        return table

    patch.setattr("streamlit.data_editor", editor)
    return page("self_assessment/steps", Draft(facts=dict(FACTS), step="staff"))


def test_averages_of_the_months_go_into_the_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    app = edited(months((10, 12, 2, 2), (12, 20, 2, 4), (20, 20, 4, 4)), monkeypatch)
    assert "Staff, annual average: 15.67" in html(app)
    press(app, "Put the averages into the form")
    assert float(app.text_input(key="entry:staff_total@2025").value) == pytest.approx(47 / 3)
    assert app.session_state["draft"].facts["st_staff@2025"] == "3"


@pytest.mark.parametrize("gap", [(10, None, None, None), (10, 12, None, 3), (10, 12, None, None)])
def test_a_month_half_filled_is_said_to_be_incomplete(
    gap: tuple[float | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = edited(months((10, 12, 2, 2), gap), monkeypatch)
    assert "fill in both ends or leave blank: month 2" in html(app)
    (button,) = [each for each in app.button if each.label == "Put the averages into the form"]
    assert button.disabled


def test_who_said_that_no_right_was_used_before_does_not_say_it_again_of_each_row() -> None:
    pasted = "名称\t类别\t授权日期\t状态\t权利人\t取得方式\n甲软件\t软著\t2024-03-05\t已登记\t本企业\t原始取得"
    for typed, used in (("0", "no"), ("", None)):
        draft = Draft(facts=FACTS | {"ip_class2_used_count": typed}, step="ip")
        app = page("self_assessment/steps", draft)
        (box,) = [each for each in app.text_area if each.label.startswith("Rows copied")]
        box.set_value(pasted).run()
        press(app, "Take these 1 rows into the list")
        (row,) = draft.lists["ip"]
        assert row.get("used") == used


def test_figures_that_a_list_stands_in_for_are_counted_and_not_all_named() -> None:
    stems = ("rd_personnel", "rd_direct", "rd_trial", "rd_other")
    draft = Draft(facts=FACTS | {f"{stem}@2025": "5" for stem in stems}, step="rd")
    draft.put("activity", [{"name": "RD01", "year": "2025", **dict.fromkeys(stems, "10")}])
    said = html(page("self_assessment/steps", draft, "zh"))
    assert "4 项数据来自清单。" in said
    assert "替代已填写的" not in said
