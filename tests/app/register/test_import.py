"""A file imported adds up, and every row of it is accounted for."""

from __future__ import annotations

import csv
import io
from datetime import date
from hashlib import blake2b
from typing import Any

import pytest

from eligibility.app import cache
from eligibility.app.register import import_repair, import_steps
from eligibility.app.session import UPLOAD, Upload
from eligibility.assessment.assess import assess_table
from eligibility.assessment.ladder import joint_fields
from eligibility.assessment.record import records
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.register import year_candidates
from eligibility.register.current_firms import current_firms
from eligibility.schemes.registry import load_scheme
from eligibility.screening import screen
from tests.firms import base
from tests.schemes.test_cases import BASES
from tests.staff_pages import CODES, ROOT, Staffed, button, html

MESSY = ROOT / "sample_data" / "candidates_messy.csv"


def staged(staffed: Staffed) -> Any:
    """The messy sample, read and staged."""
    content = MESSY.read_bytes()
    app = staffed.open("import")
    app.session_state[UPLOAD] = Upload(MESSY.name, content, blake2b(content).hexdigest())
    app.run()
    assert "recognised" in app.caption[0].value
    button(app, "Read the rows").click().run()
    assert not app.exception
    return app


def confirm(app: Any) -> None:
    """Confirm an import, and the carriers that it makes."""
    for box in app.checkbox:
        if box.label.startswith("Make "):
            box.check().run()
    button(app, "Confirm and store").click().run()
    assert not app.exception


def test_an_import_adds_up_survives_a_refresh_and_is_stored_whole(staffed: Staffed) -> None:
    said = html(staged(staffed))
    rejected = len((MESSY.parent / "candidates_messy_expected_rejects.csv").read_text().split()) - 1
    (row,) = staffed.repository.imports.recent()
    held = staffed.repository.imports.preview(row["id"])
    numbers = {each["row"] for each in held["rejected"]}
    assert len(held["rejected"]) == len(numbers) <= rejected
    total = row["accepted"] + len(numbers)
    assert f"{total} rows read = {row['accepted']} scored + {len(numbers)} rejected" in said
    assert staffed.repository.firms.page().count == 0
    app = staffed.open("import", **{"import": str(row["id"])})
    assert f"{row['accepted']} scored = 0 of firms held already" in html(app)
    drawn = app.dataframe[0].value
    told = [issue for each in held["rejected"] for issue in each["issues"]]
    assert len(told) >= 20
    assert len({issue["firm"] for issue in told} - {""}) >= 15
    assert set(drawn["Would"]) == {"add"}
    # carriers are made by nobody unannounced
    names = held["new_carriers"]
    (box,) = (each for each in app.checkbox if each.label.startswith("Make "))
    assert box.label.startswith(f"Make {len(names)} new carriers: {names[0]}")
    assert button(app, "Confirm and store").disabled
    assert staffed.repository.administration.carriers() == []
    confirm(app)
    (done,) = [each["result"] for each in staffed.repository.imports.recent()]
    assert html(app).count(f"Stored: {done['added']} firms added") == 1
    # one firm stands in the file with two years
    whole = row["accepted"]
    assert done == {"added": whole - 1, "changed": 0, "assessed": whole, "unchanged": 0}
    assert staffed.repository.firms.page().count == done["added"]


def test_the_same_file_a_second_time_adds_nothing_and_says_so(staffed: Staffed) -> None:
    confirm(staged(staffed))
    before = staffed.repository.firms.page(limit=100).rows
    trail = len(staffed.repository.administration.audit_trail(limit=1000))
    app = staged(staffed)
    assert set(app.dataframe[0].value["Would"]) == {"nothing new"}
    confirm(app)
    again, _first = staffed.repository.imports.recent()
    whole = again["accepted"]
    assert again["result"] == {"added": 0, "changed": 0, "assessed": 0, "unchanged": whole}
    assert f"rows unchanged: {whole}." in html(app)
    assert staffed.repository.firms.page(limit=100).rows == before
    # two lines: that it was staged, and that it was confirmed
    assert len(staffed.repository.administration.audit_trail(limit=1000)) == trail + 2


def test_a_blank_of_a_later_file_leaves_a_firm_judged_by_what_is_held_of_it(
    staffed: Staffed,
) -> None:
    staffed.firm()
    (before,) = staffed.repository.firms.page().rows
    assert before["verdict"] == "eligible"
    facts = {**base(application_date=date(2026, 5, 10)), "uscc": CODES[0], "name": "甲公司"}
    facts |= {"staff_total": None, "gross_income_y3": facts["gross_income_y3"] + 1}
    batch = from_records([facts], joint_fields(), IntakeOptions())
    screening = screen(batch, load_scheme(), cache.model()[0])
    assert screening.firm(0).record["verdict"] == "undetermined"
    results = []
    for _time in range(2):
        made = import_steps.stage(staffed.repository, "二季度.csv", screening)
        results.append(staffed.repository.imports.confirm(made))
    (row,) = staffed.repository.firms.page().rows
    assert (row["verdict"], row["first_gap"]) == ("eligible", before["first_gap"])
    assert [each.assessed for each in results] == [1, 0]
    # what stands on the list is what the workbook of the register judges
    table = current_firms(staffed.repository, load_scheme(), date(2026, 11, 30), latest=True).table
    (record,) = records(assess_table(table))
    assert (record["verdict"], record["as_of"]) == ("eligible", "2026-05-10")


def test_a_file_tells_the_lower_rung_too_and_a_cell_of_its_own_rejects_no_row(
    staffed: Staffed,
) -> None:
    facts = {
        **base(),
        **BASES["tech_sme"],
        "application_date": "2026-05-10",
        "name": "",
    }
    heads = [field.id for field in joint_fields() if field.id in facts.keys() - {"uscc"}]
    lines = [heads]
    for name, assets in (("甲公司", "8000000"), ("乙公司", "about 8 million")):
        told = {**facts, "name": name, "total_assets_y3": assets}
        lines.append([str(told[head]) for head in heads])
    content = "\n".join(",".join(line) for line in lines).encode()
    app = staffed.open("import")
    app.session_state[UPLOAD] = Upload("file.csv", content, blake2b(content).hexdigest())
    app.run()
    button(app, "Read the rows").click().run()
    assert "2 rows read = 2 scored + 0 rejected" in html(app)
    (remark,) = app.dataframe[1].value.to_dict("records")
    assert (remark["Row"], remark["Firm"], remark["Value"]) == (3, "乙公司", "about 8 million")
    assert remark["What was expected"].endswith("; left blank")
    button(app, "Confirm and store").click().run()
    for row in staffed.repository.firms.page().rows:
        facts = staffed.repository.records.figures(row["id"], 2026).value
        assert facts["mainland_resident"] is True
        assert ("total_assets_y3" in facts) == (row["name"] == "甲公司")
    ids = {row["name"]: row["id"] for row in staffed.repository.firms.page().rows}
    said = html(staffed.open("firm", firm=str(ids["甲公司"]), tab="plan"))
    assert "Technology-based SME, High-tech enterprise" in said.split("Can be got now")[1]
    staffed.repository.firms.set_stage([*ids.values()], "ready")
    pool = year_candidates.year_candidates(staffed.repository, 2026, load_scheme())
    assert set(pool.firms) == set(ids.values())


def test_a_figure_in_another_unit_than_its_neighbours_is_remarked_before_anything_is_stored(
    staffed: Staffed,
) -> None:
    heads = "name,application_date,sales_revenue_y3,rd_expense_y3"
    content = (
        f"{heads}\n甲公司,2026-05-10,15000000,1200000\n乙公司,2026-05-10,1500,12000000\n".encode()
    )
    app = staffed.open("import")
    app.session_state[UPLOAD] = Upload("file.csv", content, blake2b(content).hexdigest())
    app.run()
    button(app, "Read the rows").click().run()
    assert not app.exception
    (remark,) = app.dataframe[1].value.to_dict("records")
    assert (remark["Row"], remark["Firm"]) == (3, "乙公司")
    assert "see whether yuan stand under 10k CNY" in remark["What was expected"]
    assert "8,000 times sales revenue, 2025" in remark["What was expected"]


def test_rejected_rows_come_back_as_they_came_with_their_reasons_and_can_be_repaired(
    staffed: Staffed,
) -> None:
    app = staged(staffed)
    (row,) = staffed.repository.imports.recent()
    held = staffed.repository.imports.preview(row["id"], limit=0)
    rejected = len(held["rejected"])
    with MESSY.open(encoding="gb18030", newline="") as file:
        lines = list(csv.reader(file))
    for each in held["rejected"]:
        assert each["cells"] == lines[each["row"] - 1], "as it came"
        assert import_repair.reasons(each)
    sent_back = list(csv.reader(io.StringIO(import_repair.rejects_file(held).decode("utf-8-sig"))))
    assert sent_back[0][:-1] == held["reading"]["heads"]
    assert [line[:-1] for line in sent_back[1:]] == [each["cells"] for each in held["rejected"]]
    # a bad cell throws no firm out: it is left blank where a person says so
    button(app, "Take all, bad cells blank").click().run()
    assert not app.exception
    now = staffed.repository.imports.preview(row["id"], limit=0)
    assert now["accepted"] > held["accepted"]
    assert now["accepted"] + len(now["rejected"]) == held["accepted"] + rejected
    assert f"Taken: {now['accepted'] - held['accepted']} of {rejected} rejected rows." in html(app)
    left = {each["row"]: each for each in now["rejected"]}
    assert left.keys() <= {each["row"] for each in held["rejected"]}
    # and one that was repaired by someone else meanwhile is not taken twice
    with pytest.raises(Exception, match="Someone else has repaired"):
        staffed.repository.imports.repair(row["id"], [], [], rejected)


def test_a_corrected_cell_is_read_again_and_the_others_stay_rejected(staffed: Staffed) -> None:
    staged(staffed)
    (row,) = staffed.repository.imports.recent()
    held = staffed.repository.imports.preview(row["id"], limit=0)
    cells = [list(each["cells"]) for each in held["rejected"]]
    place = next(
        number for number, each in enumerate(held["rejected"])
        if [issue["column"] for issue in each["issues"]] == ["职工总数（人）"]
    )  # fmt: skip
    column = held["reading"]["heads"].index("职工总数（人）")
    cells[place][column] = "50"
    import_repair.take_again(staffed.repository, held, cells, [False] * len(cells))
    now = staffed.repository.imports.preview(row["id"], limit=200)
    assert now["accepted"] == held["accepted"] + 1
    assert now["rows"][-1]["inputs"]["staff_total"] == 50
    assert len(now["rejected"]) == len(held["rejected"]) - 1


def test_a_discarded_import_leaves_nothing(staffed: Staffed) -> None:
    app = staged(staffed)
    button(app, "Discard").click().run()
    assert "○ discarded" in html(app)
    assert staffed.repository.firms.page().count == 0
    assert not [each for each in app.button if each.label == "Confirm and store"]


def test_another_carriers_import_is_not_there(staffed: Staffed) -> None:
    staged(staffed)
    (row,) = staffed.repository.imports.recent()
    staffed.principal = staffed.adviser(staffed.repository.administration.add_carrier("园"))
    app = staffed.open("import", **{"import": str(row["id"])})
    assert "That is not here." in html(app)
    assert not app.dataframe


def test_what_a_person_says_of_an_unread_column_is_read_now_and_at_the_next_import(
    staffed: Staffed,
) -> None:
    text = "企业名称,第三年销售总收入（万元）\n甲有限公司,1500\n"

    def opened() -> Any:
        app = staffed.open("import")
        content = text.encode()
        app.session_state[UPLOAD] = Upload("a.csv", content, blake2b(content).hexdigest())
        app.run()
        assert not app.exception
        return app

    app = opened()
    (asked,) = [box for box in app.selectbox if box.label.startswith("第三年销售总收入")]
    assert asked.value is None
    assert "Sales revenue" in asked.placeholder
    asked.select("sales_revenue_y3")
    button(app, "Read these columns so").click().run()
    assert [row["field_id"] for row in staffed.repository.column_names.names()] == [
        "sales_revenue_y3"
    ]
    again = opened()
    assert not [box for box in again.selectbox if box.label.startswith("第三年销售总收入")]
    button(again, "Take back").click().run()
    assert staffed.repository.column_names.names() == []
