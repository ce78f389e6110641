"""Files of every kind, and hostile ones: read within bounds, or refused with what to do."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import current_thread, main_thread
from time import monotonic

import pytest
from docx import Document

from eligibility.documents import files
from eligibility.documents.limits import ArchiveLimits, PageLimits
from eligibility.documents.reading import read_documents
from eligibility.domain.errors import InputError
from eligibility.domain.papers import Certainty, PaperReading
from eligibility.intake.reader_process import Limits, configure
from tests.documents.pdf_file import page, pdf, text
from tests.documents.small_forms import (
    BALANCE,
    CODE,
    FIRM,
    balance_sheet,
    cover,
    income,
    structure,
    workbook,
)

COVER = [str(row[0]) for row in cover(2024)]
TITLE = ["A101010", "一般企业收入明细表"]
BOOK = workbook({"封面": cover(2024), "A101010": income()})


def values(reading: PaperReading) -> dict[str, float | str]:
    return {fact.key: fact.value for fact in reading.facts}


def read(name: str, content: bytes) -> PaperReading:
    return read_documents([(name, content)], as_of=date(2025, 6, 1))


def refusal(name: str, content: bytes) -> str:
    (unread,) = read(name, content).unread
    return str(unread.why)


# --- kinds of files ---


def test_papers_are_read_side_by_side_and_answered_in_their_order() -> None:
    names = [f"{place}.csv" for place in range(5)]
    several = [(name, b"a,b\n1,2\n") for name in names]
    several.insert(2, ("book.xlsx", BOOK))
    assert [paper.name for paper in files.open_papers(several)] == [
        *names[:2],
        "book.xlsx",
        *names[2:],
    ]


def test_what_is_read_side_by_side_ends_with_who_asked_for_it() -> None:
    """The threads that read have nobody of their own who waits: it is asked of who called."""

    def cancellation() -> Callable[[], bool]:
        asked_by_caller = current_thread() is main_thread()
        return lambda: asked_by_caller

    configure(Limits(), cancellation)
    try:
        assert "nobody waits for it" in refusal("a.xlsx", BOOK)
    finally:
        configure(Limits(), lambda: lambda: False)


@pytest.mark.parametrize("ruled", [True, False])
def test_several_forms_of_one_pdf_are_read_with_rules_and_without(ruled: bool) -> None:
    table = structure(2024)
    content = pdf(
        page(COVER, []),
        page(TITLE, income()[2:], ruled=ruled),
        page([str(table[0][0]), "单位：人民币万元"], table[3:], ruled=ruled, wide=0),
    )
    reading = read("申报表.pdf", content)
    found = values(reading)
    assert found["sales_revenue@2024"] == 1_200_000.75
    assert found["rd_personnel@2024"] == 800_000
    assert (reading.uscc, reading.name) == (CODE, FIRM)
    source = next(fact.source for fact in reading.facts if fact.field == "sales_revenue")
    assert (source.place, source.line) == ("p. 2", "1")
    assert not reading.doubts


@pytest.mark.parametrize("ruled", [True, False])
def test_a_page_that_lies_on_its_side_is_read_as_it_is_looked_at(ruled: bool) -> None:
    reading = read(
        "a.pdf", pdf(page(COVER, []), page(TITLE, income()[2:], ruled=ruled), lying=True)
    )
    assert values(reading)["sales_revenue@2024"] == 1_200_000.75


def test_a_form_that_goes_on_over_a_page_is_one_form() -> None:
    rows = income()[2:]
    content = pdf(
        page(COVER, []), page(TITLE, rows[:9]), page([TITLE[1] + "（续表）"], [rows[0], *rows[9:]])
    )
    reading = read("申报表.pdf", content)
    assert len(reading.forms) == 1
    assert reading.forms[0].amount("16") == 30_000
    assert not reading.doubts


def test_labels_and_heads_broken_over_lines_are_put_together() -> None:
    rows = [
        ["行次", "项目", "金额"],
        [None, "一、营业", None],
        [1, None, 500.0],
        [None, "收入（2+9）", None],
        [2, "（一）主营业务收入", 500.0],
        [3, "1.销售商品收入", 500.0],
        [9, "（二）其他业务收入", 0.0],
    ]
    reading = read("a.pdf", pdf(page(COVER, []), page(TITLE, rows, ruled=False)))
    assert values(reading)["sales_revenue@2024"] == 500


def test_tables_of_a_word_file_are_read() -> None:
    document = Document()
    document.add_paragraph(str(structure(2024)[0][0]))
    document.add_paragraph("单位：万元")
    rows = structure(2024)[3:]
    table = document.add_table(len(rows), 4)
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            table.cell(place, column).text = str(value)
    stream = io.BytesIO()
    document.save(stream)
    reading = read("研发.docx", stream.getvalue())
    assert values(reading)["rd_personnel@2024"] == 800_000
    assert {fact.source.place for fact in reading.facts} == {"table 1"}


def test_a_csv_file_is_read() -> None:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in income()]
    reading = read("2024年收入.csv", "\n".join(lines).encode("gb18030"))
    assert values(reading)["sales_revenue@2024"] == 1_200_000.75


def test_a_folder_and_an_archive_with_chinese_names_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "材料"
    folder.mkdir()
    (folder / "申报表.xlsx").write_bytes(BOOK)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ZZZZZZZZZZ.xlsx", workbook({"s": balance_sheet(2024, BALANCE)}))
        file.writestr("__MACOSX/._x", b"x")
    # as archives of Windows write it: GBK without a mark
    packed = archive.getvalue().replace(b"ZZZZZZZZZZ", "资产负债表".encode("gbk"))
    (folder / "报表.zip").write_bytes(packed)
    reading = read_documents(folder)
    assert {"sales_revenue@2024", "net_assets@2024"} <= values(reading).keys()
    assert "报表.zip/资产负债表.xlsx" in {fact.source.file for fact in reading.facts}
    assert not reading.unread


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        read_documents(tmp_path / "none.pdf")


# --- what cannot be read is called what it is, with what to do ---

PICTURE = b"q 800 0 0 500 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"


def archive_of(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", pdf(PICTURE, PICTURE), "scanned.*type the figures"),
        ("a.pdf", pdf(page(COVER, []), encrypt=True), "protected by a password"),
        ("a.pdf", b"%PDF-1.7\n" + b"x" * 999, "damaged"),
        ("a.ofd", archive_of(**{"OFD.xml": b"<OFD/>"}), "OFD file.*print it as PDF"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 99, "picture"),
        ("a.doc", b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "save it as .docx"),
        ("a.docx", archive_of(**{"word/document.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "damaged"),
        ("a.rar", b"Rar!\x1a\x07" + b"x" * 99, "archive"),
    ],
    ids=["scanned", "protected", "damaged", "ofd", "picture", "doc", "entities", "rar"],
)  # fmt: skip
def test_what_cannot_be_read_is_called_what_it_is(name: str, content: bytes, said: str) -> None:
    assert re.search(said, refusal(name, content), re.S)


def test_a_scanned_page_among_others_is_named_and_the_others_are_read() -> None:
    reading = read("a.pdf", pdf(page(COVER, []), PICTURE, page(TITLE, income()[2:])))
    assert values(reading)["sales_revenue@2024"] == 1_200_000.75
    assert [(each.place, "scanned" in str(each.why)) for each in reading.unread] == [("p. 2", True)]


# --- hostile ones ---


def test_scripts_in_a_pdf_do_not_run_and_its_text_is_read() -> None:
    script = r'/OpenAction << /S /JavaScript /JS (app.launchURL\("http://127.0.0.1/"\)) >>'
    content = pdf(page(COVER, []), page(TITLE, income()[2:]), extra=script)
    assert values(read("a.pdf", content))["sales_revenue@2024"] == 1_200_000.75


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: pdf(page(COVER, []), repeat=2_000), "more than 200 pages"),
        (
            lambda: pdf(b"".join(text(1, 3 * y, chr(0x4E00 + y) * 6_000) for y in range(10))),
            "more text than papers do",
        ),
    ],
    ids=["2,000 pages", "more letters than a document may have"],
)
def test_a_pdf_made_to_be_read_for_ever_is_refused_soon(content, said, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(files, "PAGES", PageLimits(letters=30_000))
    made, begun = content(), monotonic()
    assert re.search(said, refusal("a.pdf", made))
    assert monotonic() - begun < 20


def test_a_page_that_unpacks_without_end_ends_with_the_memory_of_its_process() -> None:
    configure(Limits(memory=1 << 27), lambda: lambda: False)
    try:
        assert "more than 128 MB of memory" in refusal("a.pdf", pdf(b" " * (1 << 28)))
    finally:
        configure(Limits(), lambda: lambda: False)


def test_a_page_of_ten_thousand_ruled_lines_is_read_within_bounds() -> None:
    lines = b"".join(b"%d 0 m %d 500 l S\n" % (x % 800, x % 800) for x in range(40_000))
    begun = monotonic()
    read("a.pdf", pdf(lines + text(1, 1, "字" * 2_000)))
    assert monotonic() - begun < 20


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: archive_of(**{f"{place}.bin": b"\0" * (1 << 22) for place in range(3)}), "too large once it is unpacked"),
        (lambda: archive_of(**{f"{place}": b"" for place in range(400)}), "more than 300 files"),
        (lambda: archive_of(**{"inner.zip": archive_of(a=b"x")}), "archive within an archive"),
        (lambda: archive_of(a=b"x").replace(b"PK\x01\x02", b"PK\x01\x03"), "damaged"),
    ],
    ids=["a bomb", "too many files", "archive within an archive", "damaged"],
)  # fmt: skip
def test_a_hostile_archive_is_refused_within_bounds(content, said, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(files, "ARCHIVE", ArchiveLimits(bytes_unpacked=1 << 23))
    begun = monotonic()
    assert said in refusal("a.zip", content())
    assert monotonic() - begun < 20


def test_an_archive_with_a_password_is_refused() -> None:
    content = bytearray(archive_of(a=b"x"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    assert "protected by a password" in refusal("a.zip", bytes(content))


def test_names_that_lead_out_of_an_archive_are_names_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive_of(**{"../../outside.xlsx": BOOK}))
    reading = read_documents(tmp_path / "a.zip")
    assert values(reading)["sales_revenue@2024"] == 1_200_000.75
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


# --- prints of workbooks ---


def printed(rows: list[tuple[str, str, str, str, str, str]], unit: str = "单位：元") -> bytes:
    """A balance sheet as an office program prints it: nothing ruled, a figure close to the next label."""
    places = (40.0, 150.0, 240.0, 243.0, 400.0, 490.0)
    out = (
        text(40, 560, "资产负债表")
        + text(40, 540, f"编制单位：{FIRM}  2024年12月31日")
        + text(500, 540, unit)
    )
    heads = ("资产", "年初余额", "期末余额", "负债和所有者权益", "年初余额", "期末余额")
    for line, cells in enumerate([heads, *rows]):
        for place, (left, words) in enumerate(zip(places, cells, strict=True)):
            length = sum(9 if ord(letter) > 255 else 4.5 for letter in words)
            # figures end where their column does
            x = left - length if place % 3 and line else left - (50 if place % 3 else 0)
            out += text(x, 520 - 18 * line, words)
    return out


ACCOUNTS = [
    ("流动资产合计", "800.00", "1000.00", "流动负债合计", "200.00", "300.00"),
    ("非流动资产合计", "500.00", "600.00", "非流动负债合计", "0.00", "0.00"),
    ("资产总计", "1300.00", "1600.00", "负债合计", "200.00", "300.00"),
    ("货币资金", "800.00", "1000.00", "所有者权益合计", "1100.00", "1300.00"),
]


def test_a_figure_that_stands_close_to_the_next_label_is_none_of_its_letters() -> None:
    reading = read("a.pdf", pdf(printed(ACCOUNTS)))
    assert values(reading)["total_assets@2024"] == 1600
    assert values(reading)["net_assets@2024"] == 1300
    assert not reading.doubts


def test_a_unit_that_was_printed_on_the_next_page_of_a_form_is_its_unit() -> None:
    first, second = printed(ACCOUNTS, unit=""), text(40, 560, "单位：万元")
    assert values(read("a.pdf", pdf(first, second)))["total_assets@2024"] == 16_000_000
    assert values(read("a.pdf", pdf(first)))["total_assets@2024"] == 1600
    (fact,) = [each for each in read("a.pdf", pdf(first)).facts if each.field == "total_assets"]
    # nobody said that it is yuan, so a person has to
    assert fact.certainty is Certainty.OPEN
    assert "prints no unit" in str(fact.note)


def test_labels_whose_figures_went_to_another_page_are_said_in_one_sentence() -> None:
    without = [(label, "", "", other, "", "") for label, _, _, other, _, _ in ACCOUNTS]
    reading = read("a.pdf", pdf(printed(without)))
    assert not [fact for fact in reading.facts if fact.field.endswith("assets")]
    (doubt,) = reading.doubts
    assert "print it anew, or take the workbook" in str(doubt.message)
