"""Where the user says so, a cell that cannot be read leaves only itself undecided."""

from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from eligibility.cli import app
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, read_table
from tests.firms import HNTE

GOOD, BAD = "91150105XNBU6HUA33", "9115O105XNBU6HUA33"
TEXT = f"""企业名称,统一社会信用代码,申请日期,职工总数,科技人员数,技术领域代码
乙地一公司,{GOOD},2026-05-10,100,20（其中博士1人）,10101
乙地二公司,{BAD},2026-05-10,100,20,10101
,{BAD},2026-05-10,100,20,10101
乙地三公司,,五月,100,20,10101
乙地四公司,,2026-05-10,100,20,元宇宙
"""


def read(*, blank: bool) -> RowBatch:
    options = IntakeOptions(application_date=date(2026, 5, 10), blank_bad_cells=blank)
    return read_table(("f.csv", TEXT.encode()), HNTE.fields, options)


def test_a_row_is_taken_with_the_bad_cell_blank_and_it_is_said() -> None:
    batch = read(blank=True)
    assert batch.table.columns["name"].tolist() == ["乙地一公司", "乙地二公司", "乙地四公司"]
    blank = [
        batch.table.blank(name).tolist() for name in ("st_staff", "uscc", "technical_field_code")
    ]
    assert blank == [[True, False, False], [False, True, True], [False, False, True]]
    first = batch.issues[0]
    assert (first.fatal, first.value) == (False, "20（其中博士1人）")
    assert "left blank" in str(first.sentence)


def test_a_wrong_code_names_the_character_and_the_firm_goes_by_its_name() -> None:
    (issue, *_), (alone, *_) = (
        [i for i in read(blank=True).issues if i.row == row] for row in (3, 4)
    )
    assert "character 5 is O" in str(issue.sentence)
    assert not issue.fatal
    # without a name nobody would be judged
    assert alone.fatal


def test_a_bad_application_date_still_rejects_its_row() -> None:
    (issue,) = [issue for issue in read(blank=True).issues if issue.row == 5]
    assert issue.fatal


def test_without_the_choice_every_such_row_is_rejected() -> None:
    batch = read(blank=False)
    assert not len(batch.table)
    assert batch.rejects.num_rows == batch.read == 5


def test_the_choice_is_one_of_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "firms.csv"
    file.write_text(TEXT.split("\n,")[0], encoding="utf-8")
    command = ["assess", str(file), "--lang", "en", "--as-of", "2026-05-10"]
    assert CliRunner().invoke(app, command).exit_code == 3
    taken = CliRunner().invoke(app, [*command, "--blank-bad-cells"])
    assert taken.exit_code == 0
    assert "2 rows read = 2 scored + 0 rejected" in taken.stderr
