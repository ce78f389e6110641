"""Files as blocks of rows: encodings, delimiters, records, workbooks."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.domain.errors import InputError
from eligibility.intake import csv_file, xlsx_file
from eligibility.intake.sheets import open_sheet
from eligibility.intake.workbook_caps import Caps

TEXT = '企业名称,备注\n呼和浩特㛃乳业,"两行\n有, 逗号"\n甲,乙\n'


def rows(
    content: bytes, name: str = "f.csv", skipped: int = 1, **options: str | None
) -> list[list[str]]:
    sheet = open_sheet((name, content), **options)
    width = max(len(line) for line in sheet.head[:skipped])
    found = []
    for block in sheet.blocks(skipped, width):
        found += [list(row.values()) for row in block.text.to_pylist()]
    return found


def workbook(lines: list[list[object]], **options: object) -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, **options})
    book.add_worksheet("空")
    sheet = book.add_worksheet("数据")
    for row, line in enumerate(lines):
        sheet.write_row(row, 0, line)
    book.close()
    return held.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_an_encoding_is_found_by_content(encoding: str) -> None:
    assert rows(TEXT.encode(encoding)) == [["呼和浩特㛃乳业", "两行\n有, 逗号"], ["甲", "乙"]]


def test_gbk_is_read_as_gb18030() -> None:
    assert rows("企业名称,备注\n甲,乙\n".encode("gbk")) == [["甲", "乙"]]


def test_a_named_encoding_wins() -> None:
    assert rows("企業名稱,備註\n甲,乙\n".encode("big5"), encoding="big5") == [["甲", "乙"]]


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_character_cut_by_a_block_is_whole_again(
    cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 64 + cut)
    lines = "名称,值\n" + "".join(f"㛃公司{i},乙{i}\n" for i in range(40))
    for encoding in ("utf-8", "gb18030", "utf-16"):
        assert rows(lines.encode(encoding)) == [[f"㛃公司{i}", f"乙{i}"] for i in range(40)]


def test_chinese_behind_a_long_ascii_beginning_is_still_found() -> None:
    content = b"name,note\n" + b"a,b\n" * 600_000 + "甲公司,乙\n".encode("gb18030")
    sheet = open_sheet(("f.csv", content))
    *_, last = sheet.blocks(1, 2)
    assert last.text.to_pylist()[-1] == {"0": "甲公司", "1": "乙"}


@pytest.mark.parametrize(("content", "says"), [
    (b"", "empty"),
    (b"\xef\xbb\xbf\n \n", "empty"),
    (b"a,b\n\xff\xff\xff\n", "neither UTF-8"),
    (b"\xef\xbb\xbf" + "甲,乙\n".encode("gbk"), "neither UTF-8"),
    (b"PK\x03\x04not a workbook", "damaged"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "damaged, or no workbook"),
])  # fmt: skip
def test_an_unusable_file_is_refused_with_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        open_sheet(("f", content))


def test_an_absent_file_and_a_wrong_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        open_sheet(tmp_path / "none.csv")
    with pytest.raises(InputError, match="no encoding"):
        open_sheet(("f", b"a,b\n"), "utf-9")
    with pytest.raises(InputError, match="not text in utf-8"):
        open_sheet(("f", "甲,乙\n".encode("gbk")), "utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_delimiter_is_found_by_the_header(delimiter: str) -> None:
    content = delimiter.join(["名称", "a", "b"]) + "\n" + delimiter.join(["甲", '"1,5;2\t3"', "2"])
    assert rows(content.encode()) == [["甲", "1,5;2\t3", "2"]]


def test_short_records_are_filled_and_long_ones_reported() -> None:
    (block,) = open_sheet(("f", b"a,b,c\n1\n1,2,3\n1,2,3,4,5\n1,2,3,,\n")).blocks(1, 3)
    assert block.read_as({}, []) is None
    assert [list(row.values()) for row in block.text.to_pylist()] == [
        ["1", "", ""], ["1", "2", "3"], ["1", "2", "3,4,5"], ["1", "2", "3"]
    ]  # fmt: skip
    assert block.too_long == {2: 5}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_count_as_rows(end: str) -> None:
    content = end.join(["a,b", "1,2", "", "", "3,4", ""]).encode()
    assert rows(content) == [["1", "2"], ["", ""], ["", ""], ["3", "4"]]


def test_a_mark_within_a_bare_cell_does_not_hold_up_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 4000)
    monkeypatch.setattr(csv_file, "RECORD_BYTES", 200)
    content = "a,b\n" + '12" pipe,x\n' + 'y,"two\nlines"\n' * 2000
    assert rows(content.encode()) == [['12" pipe', "x"]] + [["y", "two\nlines"]] * 2000


def test_a_quotation_mark_that_never_closes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for block, lines in ((4000, 100_000), (4000, 10)):
        monkeypatch.setattr(csv_file, "BLOCK_BYTES", block)
        with pytest.raises(InputError, match="never closed"):
            rows(b'a,b\n"x,1\n' + b"y,2\n" * lines)


cells = st.text(st.sampled_from('ab,;"\n\r\t甲 '), max_size=5)


@settings(max_examples=200)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=30), st.integers(100, 300))
def test_whatever_is_written_as_csv_is_read_again(lines: list[list[str]], block: int) -> None:
    held = io.StringIO()
    csv.writer(held, quoting=csv.QUOTE_ALL).writerows([["x", "y", "z"], *lines])
    before = csv_file.BLOCK_BYTES
    csv_file.BLOCK_BYTES = block
    try:
        assert rows(held.getvalue().encode()) == lines
    finally:
        csv_file.BLOCK_BYTES = before


def test_a_workbook_gives_its_first_sheet_that_has_data() -> None:
    content = workbook(
        [["名称", "值"], ["甲", 5], ["乙", 1314.38], ["丙", 0.1 + 0.2], ["丁", True]]
    )
    assert rows(content) == [["甲", "5"], ["乙", "1314.38"], ["丙", "0.3"], ["丁", "TRUE"]]
    assert open_sheet(("f", content), sheet="数据").name == "数据"
    with pytest.raises(InputError, match="no sheet 别的; it has: 空, 数据"):
        open_sheet(("f", content), sheet="别的")
    with pytest.raises(InputError, match="empty"):
        open_sheet(("f", content), sheet="空")


def test_the_first_sheet_with_a_known_header_comes_before_a_cover() -> None:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    for name, line in (("封面", ["名称"]), ("一", ["名称", "值"]), ("二", ["名称", "值", "备注"])):
        book.add_worksheet(name).write_row(0, 0, line)
    book.close()
    content = ("f", held.getvalue())

    def known(*names: str) -> Callable[[list[list[str]]], int]:
        return lambda head: len(set(names).intersection(*head))

    assert open_sheet(content, count_known=known("名称", "值")).name == "一"
    assert open_sheet(content, count_known=known("备注")).name == "二"
    assert open_sheet(content, count_known=known()).name == "封面"
    assert open_sheet(content, sheet="二", count_known=known("名称", "值")).name == "二"
    assert open_sheet(content).sheets == ("封面", "一", "二")


def test_an_error_cell_of_a_workbook_is_not_taken_for_a_blank() -> None:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 1, ["名称", "值", "值2"])
    sheet.write_row(1, 1, ["甲"])
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 3, "=NA()", None, "#N/A")
    book.close()
    assert rows(held.getvalue()) == [["", "甲", "#DIV/0!", "#N/A"]]


def test_rows_of_a_workbook_keep_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "CAPS", Caps(block_rows=2))
    sheet = open_sheet(("f", workbook([[], ["名称"], ["甲"], [], ["乙"], ["丙"]])))
    assert [(block.first_row, block.text["0"].to_pylist()) for block in sheet.blocks(2, 1)] == [
        (3, ["甲", ""]), (5, ["乙", "丙"])
    ]  # fmt: skip


def test_two_cells_far_apart_cannot_ask_for_all_memory() -> None:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "x")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(InputError, match="too large"):
        open_sheet(("f", held.getvalue()))


def test_a_workbook_that_unpacks_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "CAPS", Caps(bytes_unpacked=1 << 20))
    held = io.BytesIO(workbook([["名称"], ["甲"]]))
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x", bytes(1 << 21))
    with pytest.raises(InputError, match="too large"):
        open_sheet(("f", held.getvalue()))
