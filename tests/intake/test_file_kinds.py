"""Files of every kind under any name: read where a table can be read, else called what they are."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
import xlsxwriter

from eligibility.domain.errors import InputError
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, read_table
from tests.firms import HNTE

OPTIONS = IntakeOptions(application_date=date(2026, 5, 10))
HEADS = ["企业名称", "第三年销售收入（万元）", "科技人员数", "成立日期"]


def read(content: bytes, name: str = "firms.xls") -> RowBatch:
    return read_table((name, content), HNTE.fields, OPTIONS)


def archive(**parts: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/"), text)
    return file.getvalue()


def spreadsheetml(cell: str = '<Cell><Data ss:Type="Number">20</Data></Cell>') -> bytes:
    heads = "".join(f'<Cell><Data ss:Type="String">{head}</Data></Cell>' for head in HEADS)
    return f"""<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>
<Worksheet ss:Name="企业"><Table><Row>{heads}</Row><Row><Cell><Data ss:Type="String">乙地一公司</Data></Cell>
<Cell><Data ss:Type="Number">1500.5</Data></Cell>{cell}
<Cell><Data ss:Type="DateTime">2018-03-01T00:00:00.000</Data></Cell></Row></Table></Worksheet></Workbook>""".encode()


def ods(cell: str = '<table:table-cell office:value-type="float" office:value="20"><text:p>20</text:p></table:table-cell>') -> bytes:  # fmt: skip
    heads = "".join(f'<table:table-cell office:value-type="string"><text:p>{head}</text:p></table:table-cell>' for head in HEADS)  # fmt: skip
    content = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content
xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="企业">
<table:table-row>{heads}<table:table-cell table:number-columns-repeated="16380"/></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>乙地一公司</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="1500.5"><text:p>1,501</text:p></table:table-cell>{cell}
<table:table-cell office:value-type="date" office:date-value="2018-03-01"><text:p>2018年3月1日</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""
    return archive(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": content})  # fmt: skip


def html(encoding: str = "utf-8") -> bytes:
    rows = "".join(f"<td>{text}</td>" for text in ("乙地一公司", "1,500.5", "20", "2018-03-01"))
    heads = "".join(f"<th>{head}</th>" for head in HEADS)
    page = f"<!DOCTYPE html><HTML><meta charset='{encoding}'><body><p>名单</p><table><tr><td colspan=4>表一&nbsp;</td></tr><tr>{heads}</tr><tr>{rows}</table>"
    return page.encode(encoding)


@pytest.mark.parametrize(
    "content", [spreadsheetml(), ods(), html(), html("gb2312")], ids=["xml", "ods", "html", "html-gb"]
)  # fmt: skip
def test_a_table_of_another_kind_is_read_under_any_name(content: bytes) -> None:
    for name in ("firms.xls", "firms.xlsx", "firms.csv"):
        batch = read(content, name)
        assert batch.read == len(batch.table) == 1
        columns = batch.table.columns
        assert columns["name"].tolist() == ["乙地一公司"]
        assert columns["sales_revenue_y3"].tolist() == [15_005_000.0]
        assert columns["st_staff"].tolist() == [20.0]
        assert str(columns["registered_on"][0]) == "2018-03-01"


@pytest.mark.parametrize(
    "content",
    [
        spreadsheetml('<Cell ss:StyleID="p"><Data ss:Type="Number">0.2</Data></Cell>'),
        ods('<table:table-cell office:value-type="percentage" office:value="0.2"><text:p>20%</text:p></table:table-cell>'),
        ods('<table:table-cell office:value-type="float" office:value="2000"><text:p>2千</text:p></table:table-cell>'),
        ods('<table:table-cell office:value-type="float" office:value="200000"><text:p>20.0000元</text:p></table:table-cell>'),
        spreadsheetml('<Cell ss:Formula="=RC[-1]*2"/>'),
        ods('<table:table-cell table:formula="of:=[.B2]*2"/>'),
    ],
)  # fmt: skip
def test_what_such_a_cell_shows_counts_and_not_what_it_holds(content: bytes) -> None:
    batch = read(content)
    assert batch.issues
    assert batch.rejects.num_rows == 1


def test_a_formula_with_an_empty_text_as_its_result_is_a_blank() -> None:
    cell = '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string"/>'
    batch = read(ods(cell))
    assert batch.issues == ()
    assert len(batch.table) == 1


def test_a_strict_workbook_is_read() -> None:
    content, strict = BytesIO(), BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("企业")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ["乙地一公司", 1500.5])
        sheet.write(1, 2, 0.2, book.add_format({"num_format": "0%"}))
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(strict, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            for loose, name in (
                (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
                (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
            ):  # fmt: skip
                part = part.replace(loose, name)
            new.writestr(entry, part)
    (issue,) = read(strict.getvalue(), "firms.xlsx").issues
    assert issue.value == "20%"


def test_a_part_in_an_encoding_that_nobody_knows_is_damage_and_said() -> None:
    content, odd = BytesIO(), BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("企业").write_row(0, 0, HEADS)
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(odd, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry).replace(b'encoding="UTF-8"', b'encoding="TTF-8"'))
    with pytest.raises(InputError, match="damaged, or no workbook"):
        read(odd.getvalue(), "firms.xlsx")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7 ...", "PDF"), (archive(word__document="x", **{"word/document.xml": "<w/>"}), "Word"),
        (b"{\\rtf1 text}", "Word"), (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "Word"),
        (archive(**{"ppt/presentation.xml": "<p/>"}), "slides"), (archive(**{"readme.txt": "x"}), "archive"),
        (archive(**{"xl/workbook.bin": "x"}), "xlsb"), (b"\x89PNG\r\n", "picture"), (b"PAR1xx", "parquet"),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), "LibreOffice"), (b"Rar!\x1a", "archive"),
        (b"<?xml version='1.0'?><data/>", "XML"), (b"SQLite format 3\0", "database"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_called_what_it_is(content: bytes, word: str) -> None:
    with pytest.raises(InputError, match=word):
        read(content, "firms.xlsx")


@pytest.mark.parametrize(
    "content",
    [
        ods()[:300], b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le") * 9, spreadsheetml()[:300],
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + spreadsheetml()[21:],
        spreadsheetml('<Cell ss:Index="99999999"><Data ss:Type="Number">1</Data></Cell>'),
        ods('<table:table-cell office:value-type="string" table:number-columns-repeated="99999999"><text:p>a</text:p></table:table-cell>'),
        html() .replace(b"colspan=4", b"colspan=999999999").replace(b"<tr>", b"<tr><td rowspan=99999>", 1) * 3,
        b"<html><p>nothing</p></html>",
    ],
)  # fmt: skip
def test_a_damaged_or_endless_file_is_refused_or_read_within_bounds(content: bytes) -> None:
    try:
        batch = read(content)
    except InputError:
        return
    assert batch.read == len(batch.table) + batch.rejects.num_rows


def test_words_that_begin_like_a_picture_are_text() -> None:
    text = f"BMW,{','.join(HEADS)}\n1,乙地一公司,1500,20,2018-03-01\n"
    assert read(text.encode()).read == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html><table>", "web archive"),
        (b'[{"name": "a"}]', "JSON"), (b'{"name": "a", "staff_total": 3}', "JSON"), (b'\xef\xbb\xbf[["name", "uscc"]]', "JSON"),
    ],
)  # fmt: skip
def test_a_file_of_another_program_is_called_what_it_is(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(content)


def test_a_bracket_before_a_name_makes_no_json() -> None:
    assert (
        read('"[甲]企业名称",职工总数\n乙地一公司,3\n'.encode(), "firms.csv").headers.headers[0]
        == "[甲]企业名称"
    )
