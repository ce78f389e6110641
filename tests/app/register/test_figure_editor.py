"""Figures corrected by staff are judged and stored, and nobody's work is overwritten."""

# Private names: which fields a page asks is compared without drawing it for every year.

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from eligibility.app.register import figure_editor
from eligibility.domain.facts import Field
from eligibility.schemes.registry import load_scheme
from tests.staff_pages import Staffed, button, html


def edited(patch: pytest.MonkeyPatch, what: str, column: str, value: str) -> None:
    """Type a value into the row of the figures that starts so."""

    def editor(data: pa.Table, **_: Any) -> pa.Table:
        rows = data["what"].to_pylist()
        place = next((n for n, each in enumerate(rows) if each.startswith(what)), None)
        if place is None or column not in data.column_names:
            return data
        values = data[column].to_pylist()
        values[place] = value
        return data.set_column(data.schema.get_field_index(column), column, pa.array(values))

    patch.setattr("streamlit.data_editor", editor)


def corrected(staffed: Staffed, firm: int, **query: str) -> AppTest:
    """The page of figures once what was typed there is saved."""
    app = staffed.open("firm", firm=str(firm), tab="figures", **query)
    return button(app, "Save and assess").click().run()


def test_corrected_figures_are_stored_and_judged(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    edited(monkeypatch, "Sales revenue", "y3", "1234.56")
    app = corrected(staffed, firm)
    assert "The figures of 2026 are stored and assessed." in html(app)
    assert staffed.repository.records.figures(firm, 2026).value["sales_revenue_y3"] == 12_345_600
    (row,) = staffed.repository.firms.page().rows
    assert row["probability"] is not None, "the list lost its readiness with the correction"
    assert len(staffed.repository.records.assessments(firm)) == 2


def test_each_figure_says_beside_it_who_gave_it(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    shown: list[pa.Table] = []
    monkeypatch.setattr("streamlit.data_editor", lambda data, **_: shown.append(data) or data)
    staffed.open("firm", firm=str(firm), tab="figures")
    sources = {
        what: source
        for table in shown
        if "source" in table.column_names
        for what, source in zip(table["what"].to_pylist(), table["source"].to_pylist(), strict=True)
    }
    sales = next(source for what, source in sources.items() if what.startswith("Sales revenue"))
    assert sales == f"typed by —, {date.today()}"


def test_figures_of_the_latest_year_alone_have_one_cell(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    edited(monkeypatch, "Hi-tech product and service income", "value", "1234.56")
    corrected(staffed, firm)
    assert staffed.repository.records.figures(firm, 2026).value["hitech_income_y3"] == 12_345_600


def test_what_a_lower_rung_asks_is_corrected_apart_and_what_no_law_of_the_year_asks_is_kept(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    repository = staffed.repository
    facts, version = repository.records.figures(firm, 2026)
    assert "college_st_staff" not in {field.id for field in asked_of(2026, facts)}
    # asked by the edition of 2008 only
    repository.records.save_figures(firm, 2026, {**facts, "college_st_staff": 3}, version)
    edited(monkeypatch, "Total assets", "value", "800")
    app = corrected(staffed, firm)
    held = repository.records.figures(firm, 2026).value
    assert held["total_assets_y3"] == 8_000_000
    assert held["college_st_staff"] == 3
    app = staffed.open("firm", firm=str(firm), tab="history")
    assert "Total assets" in str(app.dataframe[-1].value["Detail"].tolist())


def test_what_no_rung_asks_for_in_a_year_outlives_a_correction_of_that_year(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    staffed.assess(firm, 2016, registered_on=date(2010, 1, 1), mainland_resident=True)
    assert "mainland_resident" not in {field.id for field in asked_of(2016, {})}
    edited(monkeypatch, "Staff, annual", "value", "77")
    corrected(staffed, firm, year="2016")
    held = staffed.repository.records.figures(firm, 2016).value
    assert (held["staff_total"], held["mainland_resident"]) == (77, True)


def asked_of(year: int, facts: dict[str, Any]) -> list[Field]:
    """The fields that the page of figures asks."""
    sections = figure_editor._sections(load_scheme(), facts, year)
    return [field for _title, fields in sections for field in fields]


def test_figures_that_cannot_be_taken_are_told_and_not_stored(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    edited(monkeypatch, "Staff, annual", "value", "many")
    app = corrected(staffed, firm)
    assert "many; expected: a number" in html(app)
    assert staffed.repository.records.figures(firm, 2026).version == 1


def test_of_two_people_who_edit_one_firm_the_second_is_told(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = staffed.firm()
    edited(monkeypatch, "Staff, annual", "value", "77")
    app = staffed.open("firm", firm=str(firm), tab="figures")
    facts, version = staffed.repository.records.figures(firm, 2026)
    staffed.repository.records.save_figures(firm, 2026, {**facts, "st_staff": 9}, version)
    button(app, "Save and assess").click().run()
    assert "Someone else changed this meanwhile" in html(app)
    assert "What you typed is still here" in html(app)
    assert staffed.repository.records.figures(firm, 2026).value["st_staff"] == 9
    assert staffed.repository.records.figures(firm, 2026).value["staff_total"] != 77
    button(app, "Load what is stored now").click().run()
    button(app, "Save and assess").click().run()
    assert staffed.repository.records.figures(firm, 2026).value["staff_total"] == 77
    assert staffed.repository.records.figures(firm, 2026).value["st_staff"] == 9
