"""Names of columns that an institution keeps: used at the next import, withdrawn by whoever sees them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from eligibility.domain.errors import InputError, NotFound
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.store import Repository, Role, System
from tests.firms import HNTE

FILE = (
    "企业名称,职工总数,第三年销售收入（万元）,本年度营业额总计（万元）,自编备考\n甲,100,,1500,7\n"
)


def read(known: tuple[tuple[str, str], ...]) -> tuple[object, tuple[str, ...], list[str]]:
    options = IntakeOptions(application_date=date(2026, 5, 10), known_columns=known)
    batch = read_table(
        ("a.csv", FILE.replace("第三年销售收入（万元）,", "").replace("100,,", "100,").encode()),
        HNTE.fields,
        options,
    )
    sales = float(batch.table.numbers("sales_revenue_y3")[0])
    return sales, batch.headers.unknown, [remark.text for remark in batch.headers.remarks]


def test_a_name_that_a_person_confirmed_is_used_at_the_next_import_until_it_is_withdrawn(
    engine: Engine,
) -> None:
    repository = Repository(engine, System(Role.LOCAL))
    unread = "本年度营业额总计(万元)"
    assert "自编备考" in read(())[1]
    repository.column_names.save([("自编备考", "staff_year_end"), (unread, "sales_revenue_y3")])
    kept = repository.column_names.names()
    known = tuple((row["name"], row["field_id"]) for row in kept)
    sales, unknown, remarks = read(known)
    assert (sales, unknown) == (15_000_000, ())
    assert any("confirmed for an earlier file" in remark for remark in remarks)
    # a file without the column is read as ever
    assert read((("别的列", "st_staff"), ("又一列", "no_such_field")))[2] == read(())[2]
    # what is said later of the same name holds; widths and marks make no other name
    repository.column_names.save([("自编备考：", "st_staff")])
    assert [row["field_id"] for row in repository.column_names.names()] == [
        "st_staff",
        "sales_revenue_y3",
    ]
    for row in repository.column_names.names():
        repository.column_names.withdraw(row["id"])
    assert repository.column_names.names() == []
    with pytest.raises(NotFound):
        repository.column_names.withdraw(kept[0]["id"])


@pytest.mark.parametrize("name", ["", "（）", "甲" * 201, "2025年研发合计"])
def test_a_name_that_later_files_cannot_have_is_refused(engine: Engine, name: str) -> None:
    repository = Repository(engine, System(Role.LOCAL))
    with pytest.raises(InputError):
        repository.column_names.save([(name, "rd_expense_y3")])
    assert repository.column_names.names() == []
