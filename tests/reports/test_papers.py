"""Papers say what the records say: Word, PDF and workbooks read back, hostile names kept as text."""

# Private names: what a renderer holds before it is a file, and a machine that lacks a part of it.

from __future__ import annotations

import builtins
import itertools
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape
from zipfile import ZipFile

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.atomic_file import atomic_file
from eligibility.cli import app
from eligibility.domain.errors import InputError
from eligibility.i18n import CHINESE, ENGLISH, Language
from eligibility.planning.firm_plan import firm_plan
from eligibility.reports import pdf
from eligibility.reports.firm_paper import firm_paper
from eligibility.reports.paper import Bars, Grid, Heading, Paper, Point, Points, Text
from eligibility.reports.pdf import write_pdf
from eligibility.reports.word import _chart, _Word, write_word
from eligibility.schemes.registry import load_scheme, scheme_ids
from tests.commands import SAMPLES, run
from tests.firms import HNTE, base, table
from tests.reports.written_papers import FIRM, HOSTILE, ON, paper_of, words


@pytest.mark.parametrize("language", [CHINESE, ENGLISH], ids=lambda language: language.id)
def test_the_paper_of_a_firm_says_what_its_record_says(tmp_path: Path, language: Language) -> None:
    firm = table(base(st_staff=8))
    (record,) = records(assess_table(firm, HNTE))
    told = firm_plan(firm, 0, HNTE, ON)
    write_word(firm_paper(record, told, firm, HNTE, language), tmp_path / "paper.docx")
    grids = [
        [[cell.text for cell in row.cells] for row in grid.rows]
        for grid in Document(str(tmp_path / "paper.docx")).tables
    ]
    findings, score = grids[0][1:], grids[1][1:]
    for row, finding in zip(findings, record["findings"], strict=True):
        assert row[:2] == [finding["title"][language.id], language.text(finding["status"])]
        assert finding["citation"]["article"] in row[4]
    assert findings[3][2] == "8.0%"
    for row, item in zip(score, record["score"]["items"], strict=False):
        assert row[1:4] == [str(item["low"]), str(item["high"]), str(item["max"])]
    assert score[-1][1:3] == [str(record["score"]["low"]), str(record["score"]["high"])]
    cells = {cell for grid in grids for row in grid for cell in row}
    for move in told["plan"]["plans"][0]["moves"]:
        assert {move["start_by"], move["done_by"]} <= cells
        assert f"{move['cost']:,.0f}" in cells


def test_contents_and_page_numbers_are_fields_and_chinese_has_its_font(tmp_path: Path) -> None:
    path = tmp_path / "paper.docx"
    paper = paper_of(table(base()))
    write_word(paper, path)
    with ZipFile(path) as parts:
        body, styles = parts.read("word/document.xml").decode(), parts.read("word/styles.xml")
        foot = "".join(parts.read(name).decode() for name in parts.namelist() if "footer" in name)
    titles = [one for one in paper.blocks if isinstance(one, Heading) and one.level == 1]
    for place in range(len(titles)):
        assert f'w:name="part{place}"' in body
        assert f"PAGEREF part{place} " in body
    assert "NUMPAGES" in foot
    assert b'w:eastAsia="Microsoft YaHei"' in styles


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_a_hostile_name_stays_text(tmp_path: Path, kind: str) -> None:
    shown = HOSTILE.replace("\x07", "\ufffd")
    paper = paper_of(table(base(name=HOSTILE)))
    if kind == "docx":
        write_word(paper, tmp_path / "paper.docx")
        assert shown in words(tmp_path / "paper.docx")
    else:
        page = pdf._page(paper)
        assert "<script" not in page
        assert "{{7*7}}" in page


@given(st.text(max_size=40))
@settings(max_examples=25)
def test_any_text_can_be_written(text: str) -> None:
    grid = Grid((text,), ((text,), (None,)), (1,))
    blocks = (
        Heading(text),
        Text(text, "strong"),
        Points((Point(text),)),
        grid,
        Bars(text, (text,), ((text, (1.0,)),)),
    )
    paper = Paper(text, (text,), blocks, ENGLISH)
    _Word(paper)
    fromstring(_chart(blocks[-1]))
    assert "<script" not in pdf._page(paper)


def test_the_checklist_of_the_paper_says_what_is_there() -> None:
    firm = table(base())
    (record,) = records(assess_table(firm, HNTE))
    held = {"core_ip": "received", "股东会决议": "asked for"}
    told = firm_plan(firm, 0, HNTE, ON)
    for papers, shown in ((held, "已收到"), (None, "□")):
        made = firm_paper(record, told, firm, HNTE, CHINESE, papers=papers)
        rows = [row for block in made.blocks if isinstance(block, Grid) for row in block.rows]
        (core,) = [row[0] for row in rows if row[1] == "核心知识产权" and len(row) == 4]
        assert core == shown
        assert ("股东会决议" in [row[1] for row in rows]) == (papers is not None)


def test_a_firm_without_a_plan_still_has_a_paper() -> None:
    firm = table(base(application_date=date(2032, 5, 10)))
    (record,) = records(assess_table(firm, HNTE))
    with pytest.raises(InputError) as refused:
        firm_plan(firm, 0, HNTE, ON)
    made = firm_paper(record, refused.value.message, firm, HNTE, ENGLISH)
    titles = [block.text for block in made.blocks if isinstance(block, Heading)]
    assert "Findings" in titles
    assert not any(title.startswith("Plan") for title in titles)
    assert any("no plan can be made: 20" in line for line in made.lines)
    assert any("2032, the year the firm's figures are for" in line for line in made.lines)


def test_a_paper_names_blanks_by_the_calendar_year_as_the_app_does() -> None:
    firm = table(base(sales_revenue_y3=None, net_assets_y1=None))
    for language in (CHINESE, ENGLISH):
        said = str(paper_of(firm, language).blocks)
        field = HNTE.fields_by_id["sales_revenue_y3"]
        assert language.of(field.title_in_year(2026)) in said
        assert "2025" in language.of(field.title_in_year(2026))
        # the official tables alone say both: the form's year and the calendar's
        assert not re.search(r"第[一二三]年(?!（20)|year [123](?! \(20)", said, re.IGNORECASE)


def test_a_paper_in_chinese_tells_money_in_wan_and_no_point_twice() -> None:
    paper = paper_of(table(base(hitech_income_y3=8_000_000.0, management_talent=None)), CHINESE)
    points = [
        point.text for block in paper.blocks if isinstance(block, Points) for point in block.points
    ]
    assert "（现有收入中）：增加 100 万元，达到 900 万元" in " ".join(points)
    assert not any(re.search(r"\b(\d+)–\1 分", text) for text in points)
    assert any("每提高 1 分，多得 1 分" in text for text in points)


def test_entries_of_the_contents_lead_to_their_headings(tmp_path: Path) -> None:
    paper = paper_of(table(base()))
    write_word(paper, tmp_path / "paper.docx")
    with ZipFile(tmp_path / "paper.docx") as parts:
        body = parts.read("word/document.xml").decode()
    titles = [one.text for one in paper.blocks if isinstance(one, Heading) and one.level == 1]
    for place, title in enumerate(titles):
        entry = body.split(f'w:anchor="part{place}"')[1].split("</w:hyperlink>")[0]
        assert escape(title) in entry
        assert f"PAGEREF part{place} " in entry


def test_every_cell_of_a_form_names_a_field_or_a_term_of_a_finding() -> None:
    for scheme in map(load_scheme, scheme_ids()):
        terms = {
            f"{condition.id}/{term}"
            for law in scheme.editions
            for condition in law.conditions
            for term in condition.terms
        }
        listed = {name: {column.id for column in one.columns} for name, one in scheme.lists.items()}
        if "activity" in listed:
            listed["activity"] |= {"spent_y1", "spent_y2", "spent_y3", "period"}
        for name, one in scheme.lists.items():
            if one.adds_to:
                listed[one.adds_to] |= listed[name]
        for made in itertools.chain.from_iterable(map(scheme.application_form, scheme.editions)):
            named = {cell for row in made.rows for cell in row.cells if cell}
            assert named <= (
                {*scheme.lists[made.list].amounts}
                if made.each_year
                else {*scheme.fields_by_id, *terms}
            )
            assert {name for name in made.takes if name} <= listed.get(made.list, set())


def test_a_machine_without_weasyprint_is_told_so_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(InputError, match=r"needs WeasyPrint.*requirements-pdf\.txt"):
        write_pdf(paper_of(table(base())), tmp_path / "paper.pdf")


def test_a_machine_without_pango_or_a_chinese_font_is_told_so_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = paper_of(table(base()))
    with monkeypatch.context() as patch:
        imported = builtins.__import__

        def without(name: str, *rest: Any) -> Any:
            if name.startswith("weasyprint"):
                raise OSError("cannot load library 'libpango-1.0-0'")
            return imported(name, *rest)

        patch.setattr(builtins, "__import__", without)
        with pytest.raises(InputError, match="needs the library Pango"):
            write_pdf(paper, tmp_path / "paper.pdf")
    _needs_weasyprint()
    monkeypatch.setattr(pdf, "_has_chinese_font", lambda: False)
    with pytest.raises(InputError, match="needs a font with Chinese characters"):
        write_pdf(paper, tmp_path / "paper.pdf")


def _needs_weasyprint() -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        pytest.skip(f"no PDF on this machine: {error}")
    return weasyprint


def test_a_pdf_is_written_and_fetches_nothing(tmp_path: Path) -> None:
    weasyprint = _needs_weasyprint()
    run(
        "report", SAMPLES / "candidates.csv", "--firm", FIRM, "--as-of", "2026-03-01",
        "-o", tmp_path / "paper.pdf", "--lang", "zh",
    )  # fmt: skip
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF-")
    html, fetcher = pdf._machine()
    assert html is weasyprint.HTML
    with pytest.raises(weasyprint.urls.FatalURLFetchingError):
        fetcher().fetch((SAMPLES / "candidates.csv").as_uri())


def test_the_report_of_a_year_says_what_the_portfolio_says(tmp_path: Path) -> None:
    source, path = SAMPLES / "candidates.csv", tmp_path / "year.docx"
    asked = ("--as-of", "2026-03-01", "--already", "5")
    run("report", source, "--year", "2026", *asked, "-o", path, "--lang", "en")
    record = json.loads(run("portfolio", source, *asked, "--format", "json").stdout)
    said = words(path)
    forecast = record["forecast"]
    assert f"{forecast['expected']:.1f}" in said
    assert f"{forecast['reaches_target']:.1%}" in said
    for name in ("district", "industry", "carrier"):
        groups = record[{"district": "districts", "industry": "industries"}.get(name, "carriers")]
        assert sum(row["firms"] for row in groups) == record["firms"]
        assert {row[name] or f"(no {name})" for row in groups} <= set(said)
    with ZipFile(path) as parts:
        charts = [name for name in parts.namelist() if name.startswith("word/charts/")]
    assert len(charts) == 6


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--firm", FIRM, "--year", "2026", "-o", "x.docx"), "two papers"),
        (("--firm", FIRM, "-o", "x.txt"), "must end in .docx, .pdf, .xlsx"),
        (("--year", "2026", "-o", "x.xlsx"), "must end in .docx, .pdf"),
        (("-o", "x.docx"), "must end in .xlsx"),
        (("--by", "2027-05-10", "-o", "x.xlsx"), "--by goes with --firm"),
        (("--already", "3", "-o", "x.xlsx"), "go with --year"),
        (("--firm", "nobody", "-o", "x.docx"), "no usable row of the firm"),
        (("-o", "nowhere/x.xlsx"), "its folder does not exist"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_sentence(
    asked: tuple[str, ...], said: str
) -> None:
    done = CliRunner().invoke(
        app, ["report", str(SAMPLES / "candidates.csv"), *asked, "--lang", "en"]
    )
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "paper.docx"
    path.write_text("old")

    def fails() -> None:
        with atomic_file(path) as file:
            file.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="cannot be written: No space left"):
        fails()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
