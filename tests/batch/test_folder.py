"""A batch in parts: the same rows as of one file, finished parts untouched, nothing but whole parts."""

# Private names: a wrong count of rows cannot be had otherwise.

from __future__ import annotations

import csv
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from eligibility.batch import byte_ranges, folder, local
from eligibility.batch.folder import FolderSummary, score_folder
from eligibility.domain.errors import InputError
from eligibility.i18n import ENGLISH
from eligibility.intake import csv_file
from eligibility.intake.table import IntakeOptions
from eligibility.schemes.registry import load_scheme
from tests.batch.firm_files import hard_file

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
HNTE = load_scheme()
OPTIONS = IntakeOptions(application_date=date(2026, 5, 10), covered_from=HNTE.covered_from)


def score(source: object, target: Path, **words: Any) -> FolderSummary:
    words = {"options": OPTIONS} | words
    return score_folder(str(source), str(target), HNTE, ENGLISH, **words)


def lines(files: list[Path]) -> tuple[bytes, list[bytes]]:
    """The head that all of these files have, and the lines below it, one file after the other."""
    contents = [file.read_bytes().splitlines(keepends=True) for file in sorted(files)]
    heads = {content[0] for content in contents}
    assert len(heads) == 1
    return heads.pop(), [line for content in contents for line in content[1:]]


def states(target: Path) -> dict[str, tuple[int, int]]:
    """Of every file below a folder, what changes when it is written anew."""
    return {
        str(path.relative_to(target)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in target.rglob("*")
        if path.is_file()
    }


def small_ranges(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(byte_ranges, "PART_BYTES", size)
    # a record is looked for no further than it may be long
    monkeypatch.setattr(byte_ranges, "RECORD_BYTES", 5_000)


def same_as_one_file(source: Path, tmp_path: Path) -> FolderSummary:
    """Scores a file whole and in ranges, and holds the results against each other."""
    one = tmp_path / "one.csv"
    rejects = tmp_path / "one.rejects.csv"
    whole = local.score_file(source, one, HNTE, ENGLISH, options=OPTIONS, rejects=rejects)
    summary = score(source, tmp_path / "out")
    assert lines(list((tmp_path / "out").glob("*.csv"))) == lines([one])
    if whole.rows_rejected:
        assert lines(list((tmp_path / "out/_rejects").glob("*.csv"))) == lines([rejects])
    assert (summary.read, summary.rows_scored, summary.verdicts) == (
        whole.read, whole.rows_scored, whole.verdicts,
    )  # fmt: skip
    return summary


def plain_file(path: Path, encoding: str, breaks: str) -> Path:
    """Firms without quotation marks, some of them twice, blank lines and cells that cannot be read."""
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(f"企业名称,区县,职工总数（人）,科技人员（人）{breaks}")
        for number in range(900):
            name = f"企业{number % 700}" if number % 3 else f"企业{number}"
            staff = "很多" if number % 50 == 7 else "100"
            file.write(f"{name},新城区,{staff},{number % 100}{breaks}")
            if number % 97 == 0:
                file.write(breaks)
    return path


@pytest.mark.parametrize(
    ("encoding", "breaks"),
    [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("gb18030", "\n"), ("utf-8", "\r")],
)
def test_ranges_of_a_large_file_give_the_rows_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, breaks: str
) -> None:
    small_ranges(monkeypatch, 4_000)
    summary = same_as_one_file(plain_file(tmp_path / "firms.csv", encoding, breaks), tmp_path)
    assert len(list((tmp_path / "out").glob("*.csv"))) >= 5
    assert summary.rows_rejected > 100


@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
def test_ranges_end_with_records_where_cells_have_lines_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    small_ranges(monkeypatch, 6_000)
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 3_000)
    same_as_one_file(hard_file(tmp_path, breaks), tmp_path)
    assert len(list((tmp_path / "out").glob("*.csv"))) >= 3


def test_ranges_behind_a_wrong_count_of_rows_are_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_ranges(monkeypatch, 6_000)
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 3_000)
    monkeypatch.setattr(csv_file.CsvBlock, "_count", lambda block: block.lines)
    same_as_one_file(hard_file(tmp_path), tmp_path)


def parts(tmp_path: Path, ending: str = ".csv") -> Path:
    """The sample firms in four files, of which the last has two firms of the first."""
    source = tmp_path / "in"
    source.mkdir()
    table = pacsv.read_csv(SAMPLES / "candidates.csv")
    pieces = [table.slice(start, 50) for start in range(0, 200, 50)]
    pieces[3] = pa.concat_tables([pieces[3], pieces[0].slice(3, 2)])
    for number, piece in enumerate(pieces):
        file = source / f"{number}{ending}"
        pq.write_table(piece, file) if ending == ".parquet" else pacsv.write_csv(piece, file)
    return source


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_firm_of_two_files_is_taken_from_the_first_alone(tmp_path: Path, ending: str) -> None:
    summary = score(f"{parts(tmp_path, ending)}/*{ending}", tmp_path / "out")
    assert (summary.read, summary.rows_scored, summary.rows_rejected) == (202, 200, 2)
    rejects = tmp_path / "out/_rejects/3.csv"
    if ending == ".parquet":
        rejects = tmp_path / "out/_rejects/3.parquet.csv"
        assert pq.read_table(tmp_path / "out/3.parquet").num_rows == 50
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    first = 2 if ending == ".csv" else 1
    assert [row["row"] for row in rows] == [str(first + 50), str(first + 51)]
    for place, row in enumerate(rows):
        assert f"row {first + 3 + place} of 0{ending} has it already" in row["reason"]
    assert sorted(path.name for path in (tmp_path / "out/_rejects").iterdir()) == [rejects.name]


def test_numbers_and_days_of_parquet_say_what_their_texts_say(tmp_path: Path) -> None:
    score(parts(tmp_path), tmp_path / "of_csv")
    source = tmp_path / "typed"
    source.mkdir()
    for number in range(4):
        table = pacsv.read_csv(tmp_path / f"in/{number}.csv")
        pq.write_table(table, source / f"{number}.parquet", row_group_size=17)
    score(source, tmp_path / "of_parquet")
    for number in range(4):
        of_csv = pacsv.read_csv(tmp_path / f"of_csv/{number}.csv").drop_columns("row")
        of_parquet = pq.read_table(tmp_path / f"of_parquet/{number}.parquet").drop_columns("row")
        assert of_parquet["verdict"] == of_csv["verdict"]
        assert of_parquet["gap_1"].to_pylist() == [
            text or None for text in of_csv["gap_1"].to_pylist()
        ]
        for name in ("score_low", "rd_intensity_margin", "hitech_income_share_observed"):
            assert of_parquet[name].to_pylist() == of_csv[name].to_pylist()


def test_the_same_command_again_touches_nothing(tmp_path: Path) -> None:
    source = parts(tmp_path)
    first = score(source, tmp_path / "out")
    before = states(tmp_path / "out")
    assert score(source, tmp_path / "out") == first
    after = states(tmp_path / "out")
    assert {name for name in after if after[name] != before.get(name)} <= {
        "_parts/_duplicates-0000.arrow"
    }


def test_a_part_that_is_not_whole_is_done_again_and_no_other(tmp_path: Path) -> None:
    source, target = parts(tmp_path), tmp_path / "out"
    score(source, target)
    content = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    # as a kill leaves it: results without a record, and a record without results
    (target / "_parts/1.csv.json").unlink()
    (target / "2.csv").unlink()
    (target / "_summary.json").unlink()
    before = states(target)
    score(source, target)
    after = states(target)
    assert {path: path.read_bytes() for path in target.rglob("*") if path.is_file()} == content
    untouched = {"0.csv", "3.csv", "_rejects/3.csv", "_parts/0.csv.json", "_parts/3.csv.json"}
    assert {name for name in untouched if after[name] == before[name]} == untouched


def test_a_file_that_changed_is_scored_again_and_its_firms_are_looked_for_anew(
    tmp_path: Path,
) -> None:
    source, target = parts(tmp_path), tmp_path / "out"
    score(source, target)
    (source / "3.csv").write_bytes((source / "2.csv").read_bytes())
    summary = score(source, target)
    assert (summary.rows_scored, summary.rows_rejected) == (150, 50)
    (source / "3.csv").write_text("name,staff_total\n甲公司,1\n", encoding="utf-8")
    assert score(source, target).rows_rejected == 0
    assert list((target / "_rejects").iterdir()) == []


def test_an_error_of_a_part_leaves_finished_parts_and_no_summary(tmp_path: Path) -> None:
    source, target = parts(tmp_path), tmp_path / "out"
    (source / "2.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"2\.csv: no column is recognised"):
        score(source, target)
    assert (target / "1.csv").exists()
    assert not (target / "2.csv").exists()
    assert not (target / "_summary.json").exists()
    assert not [name for name in os.listdir(target) if name.endswith(".partial")]


def test_a_folder_of_another_run_is_refused_and_says_what_differs(tmp_path: Path) -> None:
    source, target = parts(tmp_path), tmp_path / "out"
    score(source, target)
    with pytest.raises(InputError, match="with_input was False and not True"):
        score(source, target, with_input=True)
    (source / "0.csv").unlink()
    with pytest.raises(InputError, match=r"holds 0\.csv already"):
        score(source, target)
    with pytest.raises(InputError, match="holds the input"):
        score(source, source)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_text("x")
    with pytest.raises(InputError, match=r"holds notes\.txt already"):
        score(source, tmp_path / "other")
    with pytest.raises(InputError, match="no file of that name"):
        score(tmp_path / "none*.csv", target)


def test_the_summary_accounts_for_every_row_of_every_part(tmp_path: Path) -> None:
    summary = score(parts(tmp_path), tmp_path / "out", with_input=True)
    record = json.loads((tmp_path / "out" / folder.SUMMARY).read_text(encoding="utf-8"))
    assert record["read"] == record["scored"] + record["rejected"] == summary.read == 202
    assert [part["read"] for part in record["parts"]] == [50, 50, 50, 52]
    assert record["parts"][3]["rejects"] == "_rejects/3.csv"
    assert sum(record["verdicts"].values()) == record["scored"]
