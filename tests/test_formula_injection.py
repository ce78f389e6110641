"""What a spreadsheet would run is a text in every file that is written, and a number stays a number."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from eligibility.cli import app
from eligibility.formula_injection import escape_formula, escape_formulas


def test_a_workbook_marks_what_would_run_once_its_cell_is_edited(tmp_path: Path) -> None:
    source = tmp_path / "firms.csv"
    source.write_text("name,district\n=1+1,新城区\n", encoding="utf-8")
    for words in (("score",), ("report",)):
        path = tmp_path / f"{words[0]}.xlsx"
        done = CliRunner().invoke(app, [*words, str(source), "-o", str(path)])
        assert done.exit_code == 0
        assert b'quotePrefix="1"' in part(path, "xl/styles.xml")
        sheets = CalamineWorkbook.from_path(path)
        cells = [
            cell for name in sheets.sheet_names
            for row in sheets.get_sheet_by_name(name).to_python() for cell in row
        ]  # fmt: skip
        assert "=1+1" in cells


@pytest.mark.parametrize(
    "before",
    [
        "",
        " ",
        "\n",
        "\r",
        "\t",
        "\u3000",
        "\u200b",
        "\ufeff",
        "\u2060",
        "\xad",
        "\x00",
        " \u200b\n",
    ],
)
@pytest.mark.parametrize("mark", "=+-@＝＋－＠﹦﹢﹣﹫")
def test_a_formula_is_disarmed_whatever_stands_before_it(before: str, mark: str) -> None:
    assert escape_formula(f"{before}{mark}cmd|'/c calc'!A1").startswith("'")


@pytest.mark.parametrize(
    "text",
    ["-5", "+5", "-5.25", "-1,234.50", "-12%", "+1e-3", ".5", " -5 ", "a=1", "企业＝", "", "a\n=1"],
)
def test_a_number_or_another_text_is_left_as_it_is(text: str) -> None:
    assert escape_formula(text) == text


ALPHABET = "=+-@＝＋－＠ \t\r\n\u3000\u200b\ufeff\xa05.,%eE'\"a企"


@given(
    st.lists(st.one_of(st.none(), st.text(ALPHABET, max_size=6), st.text(max_size=6)), min_size=1)
)
def test_no_text_of_a_table_runs_and_none_is_lost(texts: list[str | None]) -> None:
    table = pa.table({"text": pa.array(texts, pa.string()), "number": pa.array([-5] * len(texts))})
    escaped = escape_formulas(table)
    assert escaped["number"] == table["number"]
    for text, written in zip(texts, escaped["text"].to_pylist(), strict=True):
        if text is None:
            assert written is None
            continue
        assert written == escape_formula(text)
        assert written in (text, f"'{text}")
        bare = "".join(
            letter for letter in unicodedata.normalize("NFKC", written)
            if unicodedata.category(letter) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}
        )  # fmt: skip
        number = bare.replace(",", "").rstrip("%")
        assert not bare.startswith(("=", "@"))
        assert not bare.startswith(("+", "-")) or is_number(number)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def part(book: Path, name: str) -> bytes:
    with zipfile.ZipFile(book) as archive:
        return archive.read(name)
