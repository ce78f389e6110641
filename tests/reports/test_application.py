"""The draft of the application: carried over from facts and lists, blanks marked."""

from __future__ import annotations

from datetime import date

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.i18n import ENGLISH
from eligibility.reports.application import draft
from tests.firms import HNTE, base, table


def test_the_draft_carries_facts_over_and_marks_what_is_blank() -> None:
    firm = table(base(rd_personnel_y1=1_000_000, net_assets_y2=None))
    (record,) = records(assess_table(firm, HNTE))
    rows = {
        row.title.en: [cell.text(ENGLISH) for cell in row.cells]
        for made in draft(record, firm, HNTE)
        for row in made.rows
    }
    sales = [firm.numbers(f"sales_revenue_y{year}")[0] / 10_000 for year in (1, 2, 3)]
    assert rows["Sales revenue"] == [f"{amount:,.2f}" for amount in sales]
    assert rows["Net assets"][1] is None
    assert rows["Total profit"] == [None, None, None]
    # a sum of some of its parts would be too small
    assert rows["Internal R&D costs"][0] is None
    terms = {finding["id"]: finding["terms"] for finding in record["findings"]}
    whole = terms["rd_intensity"]["part"] / 10_000
    assert rows["R&D costs of three years, 10k CNY"] == [f"{whole:,.2f}"]


def test_a_year_before_registration_is_not_asked_for() -> None:
    firm = table(base(registered_on=date(2024, 5, 1)))
    (record,) = records(assess_table(firm, HNTE))
    (sales,) = [
        row.cells
        for made in draft(record, firm, HNTE)
        for row in made.rows
        if row.title.en == "Sales revenue"
    ]
    assert [cell.text(ENGLISH) == "–" for cell in sales] == [True, False, False]


LISTED: dict[str, list[dict[str, str]]] = {
    "ip": [
        {"name": "一种方法", "class": "发明专利", "granted_on": "2024-01-15", "status": "有效",
         "owner": "本企业", "acquired": "自主研发", "used": "否"},
        {"name": "软件甲", "class": "软著", "granted_on": "2024-03-15", "status": "有效",
         "owner": "本企业", "acquired": "受让", "used": "否"},
        {"name": "已失效", "class": "软著", "granted_on": "2020-03-15", "status": "失效",
         "owner": "本企业", "acquired": "自主研发", "used": "否"},
    ],
    "activity": [
        {"name": name, "year": year, **dict.fromkeys(HNTE.lists["activity"].amounts, "0"), "rd_personnel": amount}
        for name, year, amount in (("数据平台", "2024", "12.5"), ("数据平台", "2025", "20"), ("芯片", "2025", "7"))
    ],
    "product": [{"name": "平台", "income": "1,980", "main": "是"}, {"name": "服务", "main": "否"}],
}  # fmt: skip


def listed_tables(lists: dict[str, list[dict[str, str]]]) -> dict[str, list[list[str | None]]]:
    firm = table(base())
    (record,) = records(assess_table(firm, HNTE))
    return {
        made.title.en: [[row.title.en, *(cell.text(ENGLISH) for cell in row.cells)] for row in made.rows]
        for made in draft(record, firm, HNTE, lists)
    }  # fmt: skip


def test_what_a_firm_listed_stands_in_the_tables_of_the_application() -> None:
    made = listed_tables(LISTED)
    assert made["2. Rights: each"] == [
        ["IP01", "一种方法", "发明专利", "2024-01-15", None, "自主研发"],
        ["IP02", "软件甲", "软著", "2024-03-15", None, "受让"],
    ]
    counts = {row[0]: row[1] for row in made["2. Rights: numbers"]}
    assert (counts["Invention patents"], counts["Software copyrights"]) == ("1", "1")
    assert counts["Designs"] == "0"
    assert made["4. R&D activities: money, 10k CNY"] == [
        # nothing is said of a year that no row speaks of
        ["RD01", None, "12.50", "20.00"],
        ["RD02", None, "0.00", "7.00"],
    ]
    costs = {row[0]: row[1:] for row in made["5. R&D costs by activity, 10k CNY (2025)"]}
    assert costs["Personnel"] == ["20.00", "7.00", "27.00"]
    assert costs["R&D costs, internal and outsourced"] == ["20.00", "7.00", "27.00"]
    products = made["6. Hi-tech products and services of the latest year"]
    assert [row[1] for row in products] == ["平台", "服务"]
    assert [row[4] for row in products] == ["1,980.00", None]
    assert [row[5] for row in products] == ["Yes", "No"]


def test_the_numbers_of_rights_fill_themselves_in_from_the_links() -> None:
    rights = [right | {"activities": "RD02"} for right in LISTED["ip"]]
    rights[1]["products"] = "平台"
    activities = [row | {"field": "10101"} for row in LISTED["activity"]]
    activities[2] = activities[2] | {"code": "RD05"}
    made = listed_tables(LISTED | {"ip": rights, "activity": activities})
    # a right that lapsed is not applied with
    assert [row[:2] + row[-1:] for row in made["4. R&D activities"]] == [
        ["RD01", "数据平台", None],
        ["RD05", "芯片", None],
    ]
    rights = [right | {"activities": "RD05、RD01"} for right in rights]
    made = listed_tables(LISTED | {"ip": rights, "activity": activities})
    assert [row[-1] for row in made["4. R&D activities"]] == ["IP01、IP02", "IP01、IP02"]
    products = made["6. Hi-tech products and services of the latest year"]
    assert [row[-1] for row in products] == ["IP02", None]


def test_without_lists_their_rows_are_left_to_be_filled_in() -> None:
    made = listed_tables({})
    assert [row[0] for row in made["2. Rights: each"]] == [f"IP0{n}" for n in range(1, 6)]
    assert all(cell is None for row in made["2. Rights: each"] for cell in row[1:])
    assert {row[1] for row in made["2. Rights: numbers"]} == {None}
    assert not any("by activity" in title for title in made)


def test_kinds_are_counted_only_where_every_right_names_one() -> None:
    rights = [{**LISTED["ip"][0], "class": "I类"}, *LISTED["ip"][1:]]
    assert {row[1] for row in listed_tables({"ip": rights})["2. Rights: numbers"]} == {None}


def test_only_rows_headed_by_numbers_leave_their_first_column_narrow() -> None:
    firm = table(base())
    (record,) = records(assess_table(firm, HNTE))
    numbered = {
        each.rows[0].title.en
        for each in draft(record, firm, HNTE, LISTED)
        if each.has_numbered_rows
    }
    # the sheet of an activity is headed by "Name", which is short as well
    assert "IP01" in numbered
    assert all(title[-1].isdigit() for title in numbered)
    assert "Name" not in numbered
