"""Files to take away: the rows shown, complete, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest

from eligibility.app.widgets import downloads
from eligibility.assessment.ladder import form, joint_fields
from eligibility.i18n import ENGLISH, language_named
from eligibility.intake.table import IntakeOptions, preview, read_table
from eligibility.reports.score_table import scored_schema
from eligibility.schemes.registry import load_scheme
from eligibility.screening import Screening, filter_firms, screen

FILE = (
    "name,district,registered_on,staff_total,st_staff\n"
    "=1+1,新城区,2015-01-01,140,12\n"
    "乙,赛罕区,2016-02-02,abc,1\n"
    "丙,赛罕区,2017-03-03,100,20\n"
)


@pytest.fixture
def screening() -> Screening:
    scheme = load_scheme()
    options = IntakeOptions(application_date=date(2026, 5, 10))
    batch = read_table(("firms.csv", FILE.encode()), scheme.fields, options)
    return screen(batch, scheme)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_what_is_shown_is_what_is_downloaded(screening: Screening) -> None:
    shown = filter_firms(screening.table(ENGLISH), [], ["赛罕区"], "", "file")
    taken = rows(downloads.score_file(screening, shown, ENGLISH, "csv"))
    assert [row["name"] for row in taken] == ["丙"]
    assert taken[0]["st_staff_ratio_status"] == "met"


def test_a_chinese_reader_gets_chinese_titles_and_words(screening: Screening) -> None:
    chinese = language_named("zh")
    taken = rows(downloads.score_file(screening, screening.table(chinese), chinese, "csv"))
    titles = "".join(taken[0])
    assert not re.search("[a-z]{3}", titles), titles
    assert len({*taken[0]}) == len(screening_names())
    assert taken[-1]["企业名称"] == "丙"
    assert taken[-1]["科技人员占比：状态"] == "已满足"
    assert taken[-1]["版本"] == "2016版认定办法"


def screening_names() -> list[str]:
    return scored_schema(load_scheme(), with_readiness=False).names


def test_no_spreadsheet_runs_a_name(screening: Screening) -> None:
    everything = screening.table(ENGLISH)
    taken = rows(downloads.score_file(screening, everything, ENGLISH, "csv"))
    assert taken[0]["name"] == "'=1+1"
    assert downloads.score_file(screening, everything, ENGLISH, "xlsx").startswith(b"PK")


def test_the_empty_table_is_read_again_and_tells_every_rung_of_the_day() -> None:
    scheme, day = load_scheme(), date(2026, 5, 10)
    made = downloads.template(scheme, day)
    read = preview(("firms.xlsx", made), joint_fields(), IntakeOptions(application_date=day))
    assert (read.headers.unknown, read.headers.doubtful, read.headers.unitless) == ((), (), ())
    told = [column.field.id for column in read.headers.columns]
    assert told == [field.id for field in form(scheme, day) if not field.form_only]
    assert {"sales_revenue_y1", "mainland_resident"} <= {*told}
    assert "college_st_staff" not in told, "only the rules of 2008 asked for it"


def test_rejected_rows_come_back_with_their_reason(screening: Screening) -> None:
    (taken,) = rows(downloads.rejects_csv(screening.batch, ENGLISH))
    assert (taken["name"], taken["row"]) == ("乙", "3")
    assert "staff_total" in taken["reason"]
    assert screening.batch.read == len(screening.batch.table) + screening.rows_rejected


def test_orders_and_filters(screening: Screening) -> None:
    table = screening.table(ENGLISH)
    assert filter_firms(table, [], [], "", "name")["name"].to_pylist() == ["=1+1", "丙"]
    assert filter_firms(table, ["eligible"], [], "", "verdict").num_rows == 0
    assert filter_firms(table, [], [], " 丙 ", "nearest")["place"].to_pylist() == [1]


def test_a_file_without_a_usable_row_gives_an_empty_table() -> None:
    scheme = load_scheme()
    batch = read_table(("firms.csv", "name,staff_total\n甲,abc\n".encode()), scheme.fields)
    assert screen(batch, scheme).table(ENGLISH).num_rows == 0
