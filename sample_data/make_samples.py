"""Writes the sample data: ``python sample_data/make_samples.py``.

Without arguments every file of this folder is made anew, byte for byte the same. With
``--rows N -o FILE.csv`` it writes N clean invented firms with all input fields, for benchmarks.
"""

from __future__ import annotations

import argparse
import codecs
import csv
import io
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv
import xlsxwriter
from draws import Column, Columns
from firms import TIER_SALES, field_ids, invented_chunks, invented_firms
from handmade import HANDMADE, handmade_firms
from messy import FIRST_ROW, HEADINGS, Placed, Table, is_number, messy_table, plain
from two_tracks import FIRMS, write_two_tracks

FOLDER = Path(__file__).parent
SEED = 2026
CANDIDATES = 200
CLEAN, MESSY, SHEET = "candidates.csv", "candidates_messy.csv", "candidates_messy.xlsx"
REJECTS = "candidates_messy_expected_rejects.csv"
VALUES = "candidates_messy_expected_values.csv"
TRACKS = "two_tracks.csv"
SHEET_NAME = "申报企业汇总表"
WRITTEN_ON = datetime(2026, 11, 1)  # stamped into the workbook, so that it never changes
DATE_CELLS_EVERY, TEXT_CELLS_EVERY = 2, 7  # of the workbook: real dates, numbers kept as text
ERRORS = ("#DIV/0!",)
SLASHED = re.compile(r"\d+/\d+/\d+")
Rest = Callable[[Placed], tuple[str, ...]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the samples, or a large file of clean firms."""
    options = parse(arguments)
    if options.rows is not None:
        write_many(options.rows, options.seed, options.output)
    else:
        write_samples(FOLDER, options.seed)
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Writes invented firms as sample data.")
    parser.add_argument("--rows", type=int, help="write this many clean firms instead")
    parser.add_argument("-o", "--output", type=Path, help="the CSV file for --rows")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    options = parser.parse_args(arguments)
    if (options.rows is None) != (options.output is None):
        parser.error("--rows and -o go together")
    if options.rows is not None and options.rows < 0:
        parser.error("--rows must not be negative")
    return options


def write_many(rows: int, seed: int, output: Path) -> None:
    """Clean firms with all input fields, block by block."""
    fields = field_ids(old_edition=True)
    with output.open("wb") as file:
        write_clean(file, fields, invented_chunks(rows, seed))


def write_samples(folder: Path, seed: int) -> None:
    """Every file of this folder."""
    clean, table = candidates(seed), messy_table(seed)
    with (folder / CLEAN).open("wb") as file:
        file.write(codecs.BOM_UTF8)
        write_clean(file, field_ids(), [clean])
    write_messy(folder / MESSY, table)
    write_expected(folder / REJECTS, table.rejected, ("trouble",), lambda at: (at.trouble.id,))
    write_expected(
        folder / VALUES,
        table.accepted,
        ("field", "means"),
        lambda at: (at.heading.field, meaning(at.means)),
    )
    write_workbook(folder / SHEET, table)
    write_two_tracks(folder / TRACKS)
    (folder / "README.md").write_text(readme(clean, table), encoding="utf-8", newline="\n")


def candidates(seed: int) -> Columns:
    """The clean firms: those made by hand, then the generated ones."""
    generated = invented_firms(CANDIDATES - len(HANDMADE), seed)
    by_hand = handmade_firms(generated, seed)
    return {name: np.concatenate([by_hand[name], generated[name]]) for name in generated}


# --- clean files ----------------------------------------------------------------------------------


def write_clean(file: BinaryIO, fields: list[str], blocks: Iterable[Columns]) -> None:
    """Blocks of firms as CSV under their field ids."""
    file.write((",".join(fields) + "\n").encode())
    style = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    for block in blocks:
        pa.csv.write_csv(pa.table({name: arrow(block[name]) for name in fields}), file, style)


def arrow(column: Column) -> pa.Array:
    """A column for writing: NaN, NaT and None are blanks."""
    return pa.array(column, from_pandas=True)


# --- the messy files ------------------------------------------------------------------------------


def write_messy(path: Path, table: Table) -> None:
    """The table as offices save it: two header lines, CRLF, GB18030."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(header_lines())
        writer.writerows(table.rows)


def header_lines() -> tuple[list[str], list[str]]:
    """The two header lines; of a merged cell only the first column holds the text."""
    tops = [heading.top for heading in HEADINGS]
    first = [top if at == 0 or tops[at - 1] != top else "" for at, top in enumerate(tops)]
    return first, [heading.bottom for heading in HEADINGS]


def write_expected(path: Path, placed: list[Placed], titles: tuple[str, ...], rest: Rest) -> None:
    """What a reader of the messy file must find: one line a trouble."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("row", "column", "value", *titles))
        for at in sorted(placed, key=lambda at: at.row):
            writer.writerow((at.row, at.heading.label, at.text, *rest(at)))


def meaning(value: object) -> str:
    """What a cell must be read as: CNY, ISO dates, yes and no; empty for a blank."""
    if value is None:
        return ""
    return plain(value) if isinstance(value, float | int) else str(value)


def write_workbook(path: Path, table: Table) -> None:
    """The same table as a workbook, with merged headings, real dates and numbers as text."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": SHEET_NAME, "created": WRITTEN_ON})
    sheet = book.add_worksheet(SHEET_NAME)
    write_headings(sheet, book.add_format({"bold": True, "align": "center", "valign": "vcenter"}))
    for row, cells in enumerate(table.rows, start=FIRST_ROW - 1):
        for column, text in enumerate(cells):
            write_cell(sheet, row, column, text)
    sheet.freeze_panes(FIRST_ROW - 1, 2)
    sheet.set_column(0, 1, 24)
    sheet.set_column(2, len(HEADINGS) - 1, 13)
    book.close()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name)  # uncompressed: other zlibs would give other bytes
            entry.create_system = 0
            target.writestr(entry, source.read(name))


def write_headings(sheet: xlsxwriter.worksheet.Worksheet, style: xlsxwriter.format.Format) -> None:
    """Headings merged over their years, or over both header lines."""
    first, second = header_lines()
    for column, (top, bottom) in enumerate(zip(first, second, strict=True)):
        if not bottom:
            sheet.merge_range(0, column, 1, column, top, style)
            continue
        sheet.write_string(1, column, bottom, style)
        if top:
            width = [heading.top for heading in HEADINGS].count(top)
            sheet.merge_range(0, column, 0, column + width - 1, top, style)


def write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, text: str) -> None:
    """One cell as the sheet would hold it."""
    field = HEADINGS[column].field
    if not text:
        return
    if text in ERRORS:
        sheet.write_formula(row, column, "=1/0", None, text)
    elif field == "registered_on" and SLASHED.fullmatch(text) and row % DATE_CELLS_EVERY == 0:
        year, month, day = (int(part) for part in text.split("/"))
        sheet.write_datetime(row, column, date(year, month, day))
    elif is_number(text) and (row + column) % TEXT_CELLS_EVERY:
        sheet.write_number(row, column, float(text))
    else:
        sheet.write_string(row, column, text)


# --- the README -----------------------------------------------------------------------------------


def readme(clean: Columns, table: Table) -> str:
    """The README of this folder."""
    return README.format(
        candidates=CANDIDATES,
        clean_fields=len(field_ids()),
        all_fields=len(field_ids(old_edition=True)),
        handmade=handmade_table(clean),
        figures=figures(clean),
        firms=len(table.rows),
        accepted=len(table.rows) - len(table.rejected),
        rejected=len(table.rejected),
        fatal=trouble_table(table.rejected),
        benign=trouble_table(table.accepted, with_meaning=True),
        seed=SEED,
        first_row=FIRST_ROW,
        tracks=tracks_table(),
        track_firms=len(FIRMS),
    )


def tracks_table() -> str:
    """One line for each firm of the two tracks."""
    lines = (f"| {row} | {name} | {shows} |" for row, (name, shows, _) in enumerate(FIRMS, 2))
    return "\n".join(("| row | firm | what it shows |", "|---|---|---|", *lines))


def handmade_table(clean: Columns) -> str:
    """One line for each firm made by hand."""
    lines = ("| row | firm | what it shows |", "|---|---|---|")
    firms = (
        f"| {row + 2} | {clean['name'][row]} | {firm.why} |" for row, firm in enumerate(HANDMADE)
    )
    return "\n".join((*lines, *firms))


def figures(clean: Columns) -> str:
    """What the clean firms come to."""
    sales = clean["sales_revenue_y3"]
    share = clean["st_staff"] / clean["staff_total"]
    low, middle, high = (f"{value:.0%}" for value in np.nanquantile(share, (0.1, 0.5, 0.9)))
    lines = (
        ("latest sales, median", f"{np.nanmedian(sales) / 1e6:.1f} million CNY"),
        ("latest sales, mean", f"{np.nanmean(sales) / 1e6:.1f} million CNY"),
        ("latest sales above 200 million",
         f"{np.count_nonzero(sales > max(TIER_SALES))} firms"),
        ("R&D of the latest year, mean where the total is given",
         f"{np.nanmean(clean['rd_expense_y3']) / 1e6:.2f} million CNY"),
        ("Class I rights, mean", f"{np.nanmean(clean['ip_class1_count']):.2f}"),
        ("Class II rights, mean", f"{np.nanmean(clean['ip_class2_count']):.1f}"),
        ("S&T staff of all staff, 10th, 50th and 90th percentile", f"{low}, {middle}, {high}"),
        ("results put to use in the latest year, mean",
         f"{np.nanmean(clean['conversions_y3']):.1f}"),
    )  # fmt: skip
    return "\n".join(("| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in lines)))


def trouble_table(placed: list[Placed], with_meaning: bool = False) -> str:
    """The troubles in the order of their rows."""
    head = "| row | column | written | trouble |" + (" read as |" if with_meaning else " what |")
    lines = [head, "|---|---|---|---|---|"]
    for at in sorted(placed, key=lambda at: at.row):
        meant = f"{at.trouble.says}: `{shown(meaning(at.means))}`" if with_meaning else ""
        if with_meaning and not meaning(at.means):
            meant = f"{at.trouble.says}: (blank)"
        what = meant or at.trouble.says
        written_text = f"`{shown(at.text)}`" if at.text else "(empty)"
        lines.append(
            f"| {at.row} | {at.heading.label} | {written_text} | {at.trouble.id} | {what} |"
        )
    return "\n".join(lines)


def shown(text: str) -> str:
    """A cell's text on one line of a table."""
    return text.replace("\n", "⏎").replace("|", "\\|").replace("\u3000", "␣").replace("  ", "␣␣")


README = """# Sample data · 样例数据

**Every firm here is invented.** Names are put together from rare syllables, carriers are made up,
and the credit codes are valid under GB 32100 but lie in a range (bodies beginning with `XN`)
that is not known to be given out. No line describes a real firm. 本目录中的企业全部为虚构。

This file and all others here except the scripts, `past_applications.*`, `papers/` and
`.gitattributes` are written by

```
python sample_data/make_samples.py
```

byte for byte the same each time (seed {seed}; `--seed` gives other firms). For benchmarks,
`python sample_data/make_samples.py --rows 1000000 -o FILE.csv` writes that many clean firms with
all {all_fields} fields, in blocks, so that memory does not grow with the rows; the first N firms
are the same however many are asked for.

| file | what it is |
|---|---|
| `candidates.csv` | {candidates} clean firms: UTF-8 with BOM, field ids as header, \
money in CNY, the {clean_fields} fields of the rules in force |
| `candidates_messy.csv` | {firms} firms as offices send them: GB18030, two-line \
Chinese header, 万元 and 元 side by side |
| `candidates_messy.xlsx` | the same table as a workbook: merged headings, \
real dates in some cells, numbers stored as text in others, a real error cell |
| `candidates_messy_expected_rejects.csv` | the {rejected} rows of it that must \
be rejected, and for what |
| `candidates_messy_expected_values.csv` | the odd cells that must be read, and as what |
| `two_tracks.csv` | {track_firms} firms on both tracks of the ladder, one a place on it |
| `firms.py` | the generator; every assumed number stands at its top |
| `handmade.py`, `two_tracks.py`, `messy.py` | the firms made by hand; the troubles |
| `papers/` | tax returns, statements, R&D tables and lists of three invented firms, in the layouts that \
firms have; `make_papers.py` writes them |
| `past_applications.csv` | 600 applications with what became of them; `past_applications.md` says how \
they were invented |

## candidates.csv

The first rows are made by hand (row 1 is the header):

{handmade}

## two_tracks.csv

For `python -m eligibility ladder sample_data/two_tracks.csv`; amounts in CNY, application in July 2026.

{tracks}

The others are drawn: about two fifths ready to apply, a third near it, a quarter far from it.
What is special in their columns:

| column | what to know |
|---|---|
| `*_y1` `*_y2` `*_y3` | applications are of 2026, so y1 to y3 are 2023 to 2025; \
years that ended before registration are blank, and a first year may be a part of a year |
| `registered_on` | about 2 % are younger than a year, some of them without any fiscal year yet |
| `rd_expense_*`, `rd_expense_domestic_*` | as counted: other costs \
at most 20/80 of the six internal categories, outsourcing at 80 %; blank where \
a firm gives categories only |
| `rd_personnel_*` … `rd_outsourced_overseas_*` | as incurred, whole yuan; \
blank where a firm gives totals only; where both stand they agree to the fen |
| `gross_income_y3`, `non_taxable_income_y3`, `total_income_y3` | the first two, \
the last, or all three; total = gross − non-taxable |
| `staff_total`, `st_staff` | averages of the year, so not whole |
| `ip_class2_used_count` | above 0 for about a fifth; a few have used all |
| `net_assets_*` | negative for a few |
| `*_rating`, `management_*`, `standards_participation` | blank where \
the firm does not rate itself |
| `major_violation` | yes for a few |
| any column | a fifth of the firms left gaps, which leave them undetermined |

What they come to:

{figures}

No figure contradicts another: S&T staff ≤ staff, domestic R&D ≤ R&D, hi-tech ≤ total income,
non-taxable ≤ gross income, used ≤ owned Class II rights, registered before the application.

## candidates_messy.csv and .xlsx

{firms} firms, of which {accepted} must be accepted and {rejected} rejected. The header takes rows
1 and 2, so the first firm is row {first_row}. A row is a record: a line break inside quotes does
not begin a new one, and the row numbers of both files are the same. The columns of
`…_expected_rejects.csv` are named as in the file, the two header lines joined by a space;
`value` is the text of the CSV cell, empty for an empty cell. `备注` belongs to no field. In
`…_expected_values.csv` `means` is in CNY, ISO dates, yes and no; empty is a blank.

In the workbook `error_cell` is a real error cell, which some readers hand on as an empty one;
`excel_serial_date` and `destroyed_code` are numbers. Workbook and CSV reject the same rows.

### Rows that must be rejected

{fatal}

### Cells that only look bad

{benign}
"""


if __name__ == "__main__":
    sys.exit(main())
