"""What a file may take: time, memory, cells, columns; and which process pays for it."""

# Private names: bytes that only a reader taken over would send.

from __future__ import annotations

import os
import resource
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eligibility.domain.errors import InputError
from eligibility.intake import csv_file, reader_process, xlsx_file
from eligibility.intake.headers import header_map
from eligibility.intake.reader_process import Limits, ReaderProcess, configure
from eligibility.intake.sheets import open_sheet
from eligibility.intake.table import IntakeOptions, from_records, preview, read_table
from eligibility.schemes.registry import load_scheme
from tests import hostile_workbooks
from tests.hostile_workbooks import COSTLY, SHEET, plain, sheet, with_parts

ROOT = Path(__file__).resolve().parents[2]
FIELDS = load_scheme().fields
#: seconds of processor time within which a costly workbook is refused
SOON = 8
#: functions that misbehave, in a module that the process that reads imports soon
HERE = "tests.intake.misbehaving_readers"


@pytest.fixture(autouse=True)
def own_limits() -> Iterator[None]:
    yield
    configure(Limits(), lambda: lambda: False)


def processor_time() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ended(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.mark.parametrize("name", COSTLY)
def test_a_costly_workbook_is_refused_soon(name: str) -> None:
    make, says = COSTLY[name]
    content = make()
    assert len(content) < 1 << 18
    began = processor_time()
    with pytest.raises(InputError, match=says):
        read_table(("f.xlsx", content), FIELDS, IntakeOptions())
    assert processor_time() - began < SOON


def test_no_costly_workbook_takes_much_memory() -> None:
    code = f"""
        import resource
        from contextlib import suppress
        from eligibility.intake.sheets import open_sheet
        from eligibility.domain.errors import InputError
        from tests.hostile_workbooks import far_cell, long_text, wide_header
        for content in (far_cell(), long_text(32_000, 20_000), wide_header(16_000)):
            with suppress(InputError):
                open_sheet(("f.xlsx", content))
        # what the kernel gives for the process itself holds the peak of the one that began it
        (own,) = [line.split()[1] for line in open("/proc/self/status") if "VmHWM" in line]
        assert int(own) < {300 << 10}
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < {300 << 10}
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, cwd=ROOT)


# --- the process that reads ---


def reader(function: str, **arguments: object) -> ReaderProcess:
    return ReaderProcess(f"{HERE}:{function}", "f", b"content", {}, **arguments)


def test_a_process_out_of_processor_time_is_ended() -> None:
    configure(Limits(seconds=1), lambda: lambda: False)
    process = reader("spin")
    process.answer()
    with pytest.raises(InputError, match="more than 1 seconds"):
        process.answer()


def test_where_the_system_sets_no_limit_the_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(Limits(seconds=50), lambda: lambda: False)
    process = reader("spin")
    process.answer()
    # only now: how long it takes to begin says how busy the machine is
    monkeypatch.setattr(reader_process, "PATIENCE", 0.02)
    with pytest.raises(InputError, match="more than 50 seconds"):
        process.answer()


def test_a_process_out_of_memory_is_ended() -> None:
    configure(Limits(memory=1 << 28), lambda: lambda: False)
    with pytest.raises(InputError, match="more than 256 MB of memory"):
        reader("hoard").answer()


def test_a_process_that_crashes_is_a_file_that_cannot_be_read() -> None:
    process = reader("crash")
    assert process.answer() == "begun"
    with pytest.raises(InputError, match="cannot be read"):
        process.answer()


def test_a_process_writes_no_file_and_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        reader("write", path=str(tmp_path / "out")).answer()
    assert not (tmp_path / "out").exists() or not (tmp_path / "out").read_bytes()
    monkeypatch.setenv("ELIGIBILITY_SECRET", "x")
    process = reader("texts")
    assert process.answer().to_pydict() == {"0": ["a", "甲", ""], "1": ["", "", "b"]}
    assert "ELIGIBILITY_SECRET" not in process.answer()
    process.close()


@pytest.mark.parametrize("content", [
    b"", b"\1\0\0\0", b"\2\0\0\0\1\0\0\0" + b"\xff" * 8, b"\1\0\0\0\1\0\0\0\1\0\0\0\xff",
    b"\xff" * 8, b"\1\0\0\0\1\0\0\0\2\0\0\0a",
])  # fmt: skip
def test_columns_that_are_none_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 whichever of them finds it first
        reader_process._table(content)


def test_a_process_ends_with_whoever_waits_for_it() -> None:
    closed = threading.Event()
    configure(Limits(), lambda: closed.is_set)
    process = reader("spin")
    pid = process.answer()
    threading.Timer(0.2, closed.set).start()
    began = time.monotonic()
    with pytest.raises(InputError, match="nobody waits"):
        process.answer()
    assert time.monotonic() - began < SOON
    assert ended(pid)


def test_a_process_ends_with_a_caller_that_is_killed() -> None:
    code = f"""
        import time
        from eligibility.intake.reader_process import ReaderProcess
        process = ReaderProcess("{HERE}:spin", "f", b"", {{}})
        print(process.answer(), flush=True)
        time.sleep(60)
    """
    caller = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert caller.stdout is not None
    pid = int(caller.stdout.readline())
    assert not ended(pid)
    caller.kill()
    caller.wait()
    caller.stdout.close()
    until = time.monotonic() + SOON
    while not ended(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert ended(pid)


def test_a_process_ends_when_its_sheet_is_let_go() -> None:
    for _ in range(3 * reader_process.AT_ONCE):
        opened = open_sheet(("f.xlsx", plain()))
        next(opened.blocks(1, 2))
        assert read_table(("f.xlsx", plain()), FIELDS, IntakeOptions()).read == 2
        del opened
    assert not reader_process.readers_busy()


def test_a_file_waits_for_two_others_and_is_refused_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader_process, "WAIT", 0.3)
    others = [reader("echo") for _ in range(reader_process.AT_ONCE)]
    assert reader_process.readers_busy()
    with pytest.raises(InputError, match="others are being read"):
        open_sheet(("f.xlsx", plain()))
    monkeypatch.setattr(reader_process, "WAIT", 60)
    threading.Timer(0.2, others[0].close).start()
    assert open_sheet(("f.xlsx", plain())).name == "Sheet1"
    others[1].close()


# --- zip and xml ---


def test_a_workbook_with_a_password_on_its_parts_is_refused() -> None:
    content = bytearray(plain())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 4)
    with pytest.raises(InputError, match="password"):
        open_sheet(("f.xlsx", bytes(content)))


def test_parts_that_lead_elsewhere_or_hold_archives_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    links = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" TargetMode="External" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/worksheet" Target="%s"/></Relationships>'
    )
    for target in (b"../../../etc/hostname", b"file:///etc/hostname", b"http://127.0.0.1:1/x"):
        book = with_parts({"xl/_rels/workbook.xml.rels": links % target})
        with pytest.raises(InputError, match="damaged"):
            open_sheet(("f.xlsx", book))
    book = with_parts(
        {f"../{'../' * 20}{outside}": b"x", "/etc/x": b"x", "xl/embeddings/inner.xlsx": plain()}
    )
    assert open_sheet(("f.xlsx", book)).head[0] == ["企业名称", "职工总数"]
    assert not outside.exists()


def test_many_sheets_are_not_all_looked_at() -> None:
    with pytest.raises(InputError, match="more than 100 sheets"):
        read_table(("f.xlsx", hostile_workbooks.many_sheets(101)), FIELDS, IntakeOptions())


def test_more_shares_in_per_cent_than_any_table_has_are_read_as_they_are_shown() -> None:
    row = b'<row r="%d"><c r="A%d" s="1"><v>0.6</v></c><c r="B%d" s="0"><v>0.6</v></c></row>'
    rows = b"".join(row % (place, place, place) for place in range(1, 40_001))
    styles = hostile_workbooks.percent_styles(2).replace(b'"9"', b'"0"', 1)
    opened = open_sheet(("f.xlsx", with_parts({SHEET: sheet(rows), "xl/styles.xml": styles})))
    blocks = [block.text.to_pydict() for block in opened.blocks(0, 2)]
    assert {cell for block in blocks for cell in block["0"]} == {"60%"}
    assert {cell for block in blocks for cell in block["1"]} == {"0.6"}
    assert sum(len(block["0"]) for block in blocks) == 40_000


# --- lines that end with CR ---


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_a_line_is_a_line_however_it_ends(end: str) -> None:
    content = end.join(["name,staff_total", *(f"甲{row},1" for row in range(150_000)), ""]).encode()
    with pytest.raises(InputError, match="more than 100,000 lines"):
        read_table(("f.csv", content), FIELDS, IntakeOptions(most_lines=100_000))


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_rows_below_a_blank_line_keep_their_numbers_however_lines_end(end: str) -> None:
    content = end.join(["name,staff_total", "甲,1", "", "乙,2", "丙,3"]).encode()
    assert read_table(("f.csv", content), FIELDS, IntakeOptions()).rows.tolist() == [2, 4, 5]


def test_twenty_megabytes_of_cr_are_lines_and_no_quotation_mark() -> None:
    content = b"name,staff_total" + b"\r" * 20_000_000
    began = processor_time()
    with pytest.raises(InputError, match="more than 100,000 lines"):
        read_table(("f.csv", content), FIELDS, IntakeOptions(most_lines=100_000))
    assert processor_time() - began < SOON


@pytest.mark.parametrize("size", [96, 97, 98, 99, 100, 101])
def test_lines_that_end_with_cr_are_cut_at_their_ends(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", size)
    for end, cell in (("\r", "x"), ("\r", '"two\nlines"'), ("\r\n", '"two\rlines"')):
        lines = [f"firm {row},{cell}{end}" for row in range(60)]
        content = ("name,note" + end + "".join(lines)).encode()
        blocks = list(open_sheet(("f", content)).blocks(1, 2))
        rows = [tuple(row.values()) for block in blocks for row in block.text.to_pylist()]
        assert rows == [(f"firm {row}", cell.strip('"')) for row in range(60)]
        assert [block.first_row for block in blocks][-1] == 62 - blocks[-1].rows


# --- files that are none, or do not stay as they are ---


def test_a_pipe_a_folder_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/zero")):
        with pytest.raises(InputError, match="a folder, a pipe or a device"):
            open_sheet(path)


def test_a_pipe_ends_the_command_with_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    done = subprocess.run(
        [sys.executable, "-m", "eligibility", "assess", str(tmp_path / "pipe.csv"), "--lang", "en"],
        capture_output=True, text=True, timeout=60, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "pipe.csv is a folder, a pipe or a device" in done.stderr


@pytest.mark.parametrize("change", ["more lines", "another file", "the same size"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 1000)
    path = tmp_path / "f.csv"
    content = b"name,note\n" + b"a,b\n" * 1000
    path.write_bytes(content)
    opened = open_sheet(path)
    blocks = opened.blocks(1, 2)
    if change == "another file":
        other = tmp_path / "other"
        other.write_bytes(content)
        other.replace(path)
    else:
        next(blocks)
        time.sleep(0.02)
        path.write_bytes(
            content + b"c,d\n" if change == "more lines" else content.replace(b"b", b"c")
        )
    with pytest.raises(InputError, match="changed while it was read"):
        list(blocks)


# --- texts ---


def test_a_file_that_begins_with_blank_lines_can_be_previewed() -> None:
    seen = preview(("f.csv", b"\r" * 40 + b"name,staff_total\r\n"), FIELDS)
    assert seen.headers.headers == ()


def test_half_a_character_is_refused_with_its_row() -> None:
    batch = from_records([{"name": "甲\ud800", "staff_total": 1}, {"name": "乙"}], FIELDS)
    assert (batch.read, len(batch.table), batch.rejects.num_rows) == (2, 1, 1)
    assert "whole characters" in str(batch.issues[0].sentence)


@pytest.mark.parametrize(
    ("encoding", "says"),
    [("zlib", "no encoding"), ("rot13", "no encoding"), ("a\0b", "no encoding"), ("undefined", "not text"),
     ("utf-7", "not text"), ("utf-16", "not text")],
)  # fmt: skip
def test_what_is_no_text_in_an_encoding_is_refused(encoding: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        open_sheet(("f", b"name,note\nx,+2AA-\n!"), encoding)


def test_a_header_made_to_be_searched_for_ever_is_searched_once() -> None:
    began = processor_time()
    for cell in ("单位" + " " * 30_000, "单位:(元/" * 8_000, "/" + "\n " * 30_000):
        header_map([[f"{place}{cell}" for place in range(100)]] * 10, FIELDS, None, 2026)
    assert processor_time() - began < SOON


def test_a_csv_file_of_too_many_columns_is_refused() -> None:
    content = ",".join(["uscc"] * 16_000).encode()
    began = processor_time()
    with pytest.raises(InputError, match="more than 1,000 columns"):
        read_table(("f.csv", content), FIELDS, IntakeOptions())
    assert processor_time() - began < SOON


def test_a_workbook_larger_than_any_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "FILE_BYTES", 1000)
    with pytest.raises(InputError, match="too large"):
        open_sheet(("f.xlsx", plain()))
