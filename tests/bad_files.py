"""Files as chance makes them, and what must hold of every reader whatever it is given."""

# Private names: Python's own reader is given the delimiter that the program found.

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from eligibility.api import count_staff, read_documents
from eligibility.domain.errors import DateNotCovered, EligibilityError, InputError
from eligibility.evidence.bridge_file import read_amounts
from eligibility.i18n import CHINESE
from eligibility.intake import csv_file
from eligibility.intake.draft_reader import read_draft
from eligibility.intake.encodings import find_encoding
from eligibility.intake.list_paste import parse_paste
from eligibility.intake.table import IntakeOptions, from_records, preview, read_batches
from eligibility.readiness.training_data import read_past
from eligibility.schemes.registry import load_scheme
from tests.documents.pdf_file import page, pdf
from tests.hostile_workbooks import MAIN, plain, sheet, with_parts

ROOT = Path(__file__).resolve().parents[1]
SCHEME = load_scheme()
LINES = [
    ["企业名称", "统一社会信用代码", "注册日期", "职工总数", "第三年销售收入（万元）", "自主研发"],
    ["甲公司", "91150100MA0N000001", "2015-01-01", "120", "1,314.38", "是"],
    ["乙", "", "2016年3月", "12.5", "-", "否"],
    ["丙", "x", "43000", "60%", "1e9", ""],
    ["丁公司", "", "2018/1/2", "8", "300", "yes"],
]
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5")
TOKENS = (
    b"\r", b"\n", b"\r\n", b"\n\n", b"\r\r", b'"', b'""', b",", b";", b"\t", b"\0", b"\xff", b"\xfe\xff",
    b"\xef\xbb\xbf", b"\x1a", b"\x81\x30", b"=cmd|' /C calc'!A1", b"1e309", b"9" * 400, b"-" * 50,
    b",," * 40, b"\xe2\x80\xa8", b"\xed\xa0\x80", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"# ", b"\xc2\x85",
    "（万元）".encode(), "合计".encode(), "第一年".encode(), b" " * 300, b"0x10", b"nan", b"2026-02-30",
)  # fmt: skip
XML = (
    b"<", b">", b"&", b"&#0;", b"&a;", b"]]>", b"<!--", b"<c ", b'<c t="s"><v>', b'<c r="A1" t="e"/>',
    b'r="XFD1048577"', b'r="A0"', b' s="1"', b"<v>1e999</v>", b"<row/>", b'<row r="4294967297">',
    b'<c r="AAAAAAA1"><v>1</v></c>', b't="d"', b'<!DOCTYPE x [<!ENTITY a "b">]>', b"\xff\xfe",
    b"<f>", b"<is><t>", b'<c t="s"><v>99999999999</v></c>', b"</sheetData>", b'encoding="utf-7"',
)  # fmt: skip
PARTS = (
    "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml",
    "xl/worksheets/sheet1.xml", "[Content_Types].xml", "_rels/.rels",
)  # fmt: skip


def csv_text(
    delimiter: str = ",",
    end: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
    lines: list[list[str]] = LINES,
) -> str:
    """The lines as a CSV file."""
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(lines)  # type: ignore[arg-type]
    return written.getvalue()


@st.composite
def mutated(draw: st.DrawFn, content: bytes, tokens: tuple[bytes, ...]) -> bytes:
    """The same bytes with a few of them turned, cut out, doubled or put in."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 60)))
        match draw(st.sampled_from(["turn", "cut", "end", "double", "put", "put"])):
            case "turn" if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[at:end]
            case "end":
                del data[at:]
            case "double":
                data[at:at] = data[at:end] * draw(st.integers(1, 50))
            case _:
                data[at:at] = draw(st.sampled_from(tokens)) * draw(st.sampled_from([1, 1, 2, 200]))
    return bytes(data)


@st.composite
def csv_files(draw: st.DrawFn) -> bytes:
    """A CSV file, mostly damaged."""
    text = csv_text(
        draw(st.sampled_from(",;\t|")),
        draw(st.sampled_from(["\r\n", "\n", "\r", "\n\n", "\r\r\n"])),
        draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    encoded = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    return draw(st.one_of(mutated(encoded, TOKENS), st.just(encoded), st.binary(max_size=300)))


@cache
def workbook() -> bytes:
    """The lines as a workbook with a share in per cent and an error."""
    rows = b""
    for line in LINES:
        cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in line)
        rows += f"<row>{cells}</row>".encode()
    rows += b'<row r="6"><c r="A6" t="s"><v>0</v></c><c r="D6" s="1"><v>0.6</v></c><c r="E6" t="e"><v>#N/A</v></c></row>'
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf/><xf numFmtId="10"/></cellXfs></styleSheet>'
    return with_parts({"xl/worksheets/sheet1.xml": sheet(rows), "xl/styles.xml": styles.encode()})


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """A workbook with a damaged part, another name of one, or damaged as an archive."""
    book = workbook()
    kind = draw(st.sampled_from(["part", "part", "part", "archive", "name", "nested"]))
    if kind == "archive":
        return b"PK\x03\x04" + draw(mutated(book, TOKENS))[4:]
    if kind == "nested":
        return with_parts({draw(st.sampled_from(PARTS)): plain(), "xl/inner.zip": book}, book)
    part = draw(st.sampled_from(PARTS))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if kind == "part":
        parts[part] = draw(mutated(parts[part], XML + TOKENS))
    else:
        other = st.sampled_from(
            ["../x", "/etc/x", "xl\\workbook.xml", part.upper(), "x" * 300, "é"]
        )
        parts[draw(other)] = parts.pop(part)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return content.getvalue()


PEOPLE = [
    [
        "姓名",
        "身份证号",
        "入职日期",
        "离职日期",
        "用工形式",
        "岗位",
        "是否科技人员",
        "1月",
        "2月",
        "费款所属期",
        "研发天数",
    ],
    [
        "欧阳翡翠",
        "150102198304174117",
        "2020-01-01",
        "",
        "在职",
        "研发工程师",
        "是",
        "√",
        "否",
        "2025-01",
        "20",
    ],
    [
        "东方朔风",
        "150102198304174125",
        "2025-03-04",
        "2025-12-01",
        "兼职",
        "售后",
        "否",
        "",
        "1",
        "2025-02",
        "9.5",
    ],
    ["司马青衫", "", "43000", "-", "", "", "", "x", "", "202503", ""],
    ["合计", "", "", "", "", "", "", "", "", "", ""],
]
#: what tells persons, of which nothing may come out of a reader of people
PERSONS = tuple(cell for line in PEOPLE[1:4] for cell in line[:2] if cell)


@st.composite
def people_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A list of people, mostly damaged, and which of the three lists it is given as."""
    if draw(st.integers(0, 7)) == 0:
        content: bytes = draw(workbooks())
    else:
        text = csv_text(draw(st.sampled_from(",;\t|")), lines=PEOPLE)
        encoded = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
        content = draw(st.one_of(mutated(encoded, TOKENS), st.just(encoded)))
    return draw(st.sampled_from(["roster", "insurance", "hours"])), content


_half = st.characters(categories=["Cs"])
_typed = st.text(
    st.one_of(st.characters(exclude_categories=[]), _half), max_size=30
) | st.sampled_from([token.decode("utf-8", "surrogateescape") for token in TOKENS])


@st.composite
def drafts(draw: st.DrawFn) -> Mapping[str, object]:
    """A self-assessment as anybody could send it."""
    names = st.sampled_from([field.id for field in SCHEME.fields]) | st.just("nobody")
    lists = st.dictionaries(
        st.sampled_from(list(load_scheme().lists)),
        st.lists(
            st.dictionaries(st.sampled_from(["kind", "granted_on", "year", "x"]), _typed),
            max_size=3,
        ),
        max_size=2,
    )
    return {"facts": draw(st.dictionaries(names, _typed, max_size=8)), "ledgers": draw(lists)}


SAMPLE = ROOT / "sample_data" / "papers" / "muge"
MONTHS = [["2025年度职工人数月度统计表"], ["月份", "月初数", "月末数"], ["1", "120", "121"]]
#: papers of an invented firm, one of each kind of file
PAPERS = {
    ".pdf": pdf(page([MONTHS[0][0], "甲公司"], MONTHS[1:])),
    **{
        path.suffix: path.read_bytes()
        for path in (
            SAMPLE / "2023年度职工人数月度统计表_accountant.csv",
            SAMPLE / "2023年_wps.xlsx",
            SAMPLE / "2023年度研究开发费用结构明细表_accountant.docx",
        )
    },
}
AMOUNTS = (SAMPLE / "对账.csv").read_bytes()


@st.composite
def papers(draw: st.DrawFn) -> tuple[str, bytes]:
    """A paper of a firm, mostly damaged, as a file or in an archive, and by any ending."""
    ending = draw(st.sampled_from(list(PAPERS)))
    content = PAPERS[ending]
    if content.startswith(b"PK") and draw(st.integers(0, 4)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        part = draw(st.sampled_from(sorted(parts)))
        parts[part] = draw(mutated(parts[part], XML + TOKENS))
        content = _archive(parts)
    else:
        content = draw(mutated(content, TOKENS + XML))
    if draw(st.integers(0, 5)) == 0:
        return "papers.zip", _archive({f"甲/{ending}": content, f"乙{ending}": PAPERS[ending]})
    return f"paper{draw(st.sampled_from([ending, ending, *PAPERS, '.zip', '.ofd', '']))}", content


def _archive(parts: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


@st.composite
def amounts(draw: st.DrawFn) -> bytes:
    """A file of the three books, damaged."""
    text = AMOUNTS.decode("utf-8-sig")
    encoded = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    return draw(st.one_of(mutated(encoded, TOKENS), mutated(encoded, TOKENS), workbooks()))


@st.composite
def pastes(draw: st.DrawFn) -> tuple[str, str]:
    """A table pasted into a list of the form, damaged, and which list."""
    kind = draw(st.sampled_from(sorted(SCHEME.lists)))
    titles = [column.titles[0] for column in SCHEME.lists[kind].columns if column.titles]
    rows = draw(st.lists(st.lists(_typed, max_size=len(titles)), max_size=4))
    text = csv_text(draw(st.sampled_from("\t,")), lines=[titles, *rows])
    damaged = draw(mutated(text.encode("utf-8", "surrogateescape"), TOKENS))
    return kind, damaged.decode("utf-8", "surrogateescape")


# --- what must hold ---


def check_file(content: bytes) -> None:
    """Every row is scored or rejected, or the file is refused in a sentence; rows keep their numbers."""
    source = ("f", content)
    options = IntakeOptions(most_lines=10_000, money_unit="10k CNY")
    with SentenceOnly():
        preview(source, SCHEME.fields, options)
    with SentenceOnly():
        read_past(source, SCHEME)
    with SentenceOnly():
        records = list(_records(content))
        last = 0
        for batch in read_batches(source, SCHEME.fields, options, catalogue=SCHEME.titles_by_code):
            assert batch.read == len(batch.table) + batch.rejects.num_rows
            assert batch.originals.num_rows == len(batch.table) == len(batch.rows)
            rows = sorted([*batch.rows.tolist(), *batch.rejects["row"].to_pylist()])
            assert len(set(rows)) == len(rows)
            assert not rows or rows[0] > last
            last = rows[-1] if rows else last
            for row, cells in zip(batch.rows.tolist(), batch.originals.to_pylist(), strict=True):
                width = len(cells)
                assert not records or (records[row - 1] + [""] * width)[:width] == [*cells.values()]


def check_draft(draft: Mapping[str, object]) -> None:
    """A draft is read, or refused in a sentence."""
    with SentenceOnly():
        batch = read_draft(draft, SCHEME, date(2026, 5, 10)).batch
        assert batch.read == len(batch.table) + batch.rejects.num_rows == 1
        [issue.sentence.text.encode() for issue in batch.issues]
    with SentenceOnly():
        facts = draft["facts"]
        assert isinstance(facts, dict)
        batch = from_records([facts], SCHEME.fields)
        assert batch.read == len(batch.table) + batch.rejects.num_rows


def check_people(given: tuple[str, bytes]) -> None:
    """People are counted or their rows said not to be, or the list is refused; no person comes out."""
    name, content = given
    lists = {"roster": ("f", csv_text(lines=PEOPLE).encode()), name: ("f", content)}
    texts: list[str] = []
    with SentenceOnly():
        try:
            record = count_staff(**lists, as_of=date(2026, 5, 10))  # type: ignore[arg-type]
        except InputError as error:
            texts += [str(error), error.message.say(CHINESE)]
            raise
        texts.append(json.dumps(record, ensure_ascii=False))
        for each in record["lists"]:
            assert each["rows"] == each["rows_used"] + each["rows_not_used"]
    assert not [who for who in PERSONS for text in texts if who in text]


def check_paper(given: tuple[str, bytes]) -> None:
    """Facts come with their place, and a paper that cannot be read is named in a sentence."""
    name, content = given
    reading = read_documents((name, content), as_of=date(2026, 5, 10))
    assert all(fact.source.file for fact in (*reading.facts, *reading.offers))
    for each in reading.unread:
        assert "cannot be read (" not in str(each.why)


def check_amounts(content: bytes) -> None:
    """Every amount is one of a base or a difference, or the file is refused in a sentence."""
    rules = SCHEME.reconciliation
    assert rules
    with SentenceOnly():
        for (item, _category, year), amount in read_amounts([("f", content)], rules).items():
            assert item
            assert year > 0
            assert amount.is_finite()


def check_paste(given: tuple[str, str]) -> None:
    """A pasted table gives rows of the list's columns, or a sentence."""
    kind, text = given
    columns = {column.id for column in SCHEME.lists[kind].columns}
    with SentenceOnly():
        for row in parse_paste(SCHEME.lists[kind], text).rows:
            assert row.keys() <= columns


def _records(content: bytes) -> Iterator[list[str]]:
    """The records of a CSV file, as Python's own reader finds them; none of a workbook."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return
    text = content.decode(find_encoding("f", io.BytesIO(content))).removeprefix("\ufeff")
    try:
        yield from csv.reader(
            io.StringIO(text, newline=""),
            delimiter=csv_file._delimiter(text[: csv_file.RECORD_BYTES]),
        )
    except csv.Error as error:
        raise InputError("too long") from error


class SentenceOnly:
    """Nothing but a sentence comes out, and none for a reader that failed without knowing why."""

    def __init__(self, *others: type[EligibilityError]) -> None:
        self.sentences = (InputError, DateNotCovered, *others)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> bool:
        if isinstance(error, InputError):
            assert "cannot be read (" not in str(error), str(error)
        return isinstance(error, self.sentences)


CHECKS: Mapping[str, tuple[st.SearchStrategy[object], Callable[[object], None]]] = {
    "CSV files": (csv_files(), check_file),  # type: ignore[dict-item]
    "workbooks": (workbooks(), check_file),  # type: ignore[dict-item]
    "drafts": (drafts(), check_draft),  # type: ignore[dict-item]
    "lists of people": (people_files(), check_people),  # type: ignore[dict-item]
    "papers": (papers(), check_paper),  # type: ignore[dict-item]
    "files of three books": (amounts(), check_amounts),  # type: ignore[dict-item]
    "pasted tables": (pastes(), check_paste),  # type: ignore[dict-item]
}
