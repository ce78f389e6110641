"""Data frames of other libraries go in, and one comes out on request."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from eligibility import InputError, assess, score
from tests.firms import BASE

AS_OF = date(2026, 5, 10)
COLUMNS = {
    "name": ["乙地一公司", "乙地二公司", None],
    "registered_on": [date(2018, 3, 1), None, date(2020, 1, 1)],
    "staff_total": [100, 40, 10],
    "st_staff": [20.0, None, 1.0],
}


def with_checkout() -> dict[str, str]:
    """An environment that finds the package from any folder."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}


def verdicts(firms: object) -> list[str]:
    return [firm["verdict"] for firm in assess(firms, as_of=AS_OF)]  # type: ignore[arg-type]


def test_frames_of_every_library_say_what_mappings_say() -> None:
    mappings = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]
    expected = verdicts(mappings)
    frame = pd.DataFrame(COLUMNS)
    frame["registered_on"] = pd.to_datetime(frame["registered_on"])
    assert verdicts(frame) == verdicts(pa.table(COLUMNS)) == expected
    assert verdicts(pa.table(COLUMNS).to_reader()) == expected
    assert verdicts(frame.convert_dtypes()) == expected


def test_a_frame_with_columns_of_mixed_values_is_read() -> None:
    assert len(verdicts(pd.DataFrame({"name": ["a", "b"], "st_staff": [1, "2"]}))) == 2


def test_a_frame_comes_out_on_request() -> None:
    table = score(pd.DataFrame(COLUMNS), as_of=AS_OF)
    frame = score(pd.DataFrame(COLUMNS), as_of=AS_OF, as_frame=True)
    assert isinstance(table, pa.Table)
    assert isinstance(frame, pd.DataFrame)
    assert frame["verdict"].tolist() == table["verdict"].to_pylist() == verdicts(pa.table(COLUMNS))
    assert frame["row"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("firms", ["乙地一公司", 3, [1, 2], ["staff_total"], None, b"x", [[1]]])
def test_anything_else_is_refused_with_what_is_expected(firms: object) -> None:
    with pytest.raises(InputError, match="a mapping of field id to value"):
        assess(firms)  # type: ignore[arg-type]


def test_a_column_that_is_no_field_is_named() -> None:
    with pytest.raises(InputError, match="职工"):
        assess(pd.DataFrame({"职工": [1]}))


def test_commands_do_without_pandas_which_takes_a_third_of_a_second_to_import(
    tmp_path: Path,
) -> None:
    (tmp_path / "firms.csv").write_text("name,staff_total\n甲公司,100\n", encoding="utf-8")
    code = (
        # what they made is not looked through once more at their end
        "import atexit, gc, os; atexit.register(lambda: gc.get_freeze_count() or os._exit(9))\n"
        "import sys, eligibility, eligibility.cli; assert 'pandas' not in sys.modules\n"
        "sys.argv = ['eligibility', 'score', 'firms.csv', '-o', 'out.csv']\n"
        "try: eligibility.cli.main()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'pandas' not in sys.modules\n"
        # what other commands, workbooks and single cells need
        "needless = {'xlsxwriter', 'stdnum', 'pyarrow.parquet', 'eligibility.api', 'eligibility.cli.city'}\n"
        "assert not needless & set(sys.modules), needless & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=with_checkout())


def test_an_index_with_a_name_is_a_column_as_well() -> None:
    frame = pd.DataFrame([BASE | {"name": "甲", "uscc": "91150105XNBU6HUA33"}])
    for names in (["uscc"], ["uscc", "name"]):
        (record,) = assess(frame.set_index(names))
        assert record["firm"] == {"uscc": "91150105XNBU6HUA33", "name": "甲"}
    (record,) = assess(frame.set_axis([7]))
    assert record["firm"]["name"] == "甲"


def test_a_total_below_a_frame_is_refused_and_no_firm() -> None:
    frame = pd.DataFrame([BASE | {"name": "甲"}, BASE | {"name": "合计"}])
    with pytest.raises(InputError, match=r"row 2.*looks like a total"):
        assess(frame)


def test_two_columns_of_one_name_are_refused() -> None:
    frame = pd.DataFrame([BASE])
    with pytest.raises(InputError, match="several columns of one name: staff_total"):
        assess(pd.concat([frame, frame[["staff_total"]]], axis=1))


def test_one_row_of_a_frame_is_refused_with_what_is_wanted() -> None:
    with pytest.raises(InputError, match="Series is no firm"):
        assess(pd.DataFrame([BASE]).iloc[0])


def test_a_day_of_pandas_is_a_day_and_a_text_is_refused() -> None:
    firm = {name: value for name, value in BASE.items() if name != "application_date"}
    assert assess(firm, as_of=pd.Timestamp("2026-05-10"))[0]["as_of"] == "2026-05-10"
    with pytest.raises(InputError, match="expected a date"):
        assess(firm, as_of="2026-05-10")  # type: ignore[arg-type]
