"""A paper as a PDF, by WeasyPrint: an optional part, which says what a machine lacks for it.

The page is built by escaping every text into fixed markup, and nothing is ever fetched.
"""

from __future__ import annotations

import subprocess
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

from eligibility.atomic_file import atomic_file
from eligibility.domain.errors import InputError
from eligibility.domain.text import Message
from eligibility.reports.paper import Bars, Block, Grid, Heading, Paper, Points, Text, printable

_STYLE = """
@page { size: A4; margin: 2cm; @bottom-center { content: FOOT; font-size: 8pt; color: #555; } }
body { font-family: Arial, "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif; font-size: 9.5pt; line-height: 1.4; }
h1 { font-size: 20pt; color: #1f3a5f; margin: 0 0 6pt; }
h2 { font-size: 14pt; color: #1f3a5f; margin: 14pt 0 4pt; break-after: avoid; }
h3 { font-size: 11pt; color: #1f3a5f; margin: 10pt 0 3pt; break-after: avoid; }
p { margin: 3pt 0; } .strong { font-weight: bold; } .note { font-size: 8pt; color: #555; }
.new-page { break-before: page; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: 5pt 0; font-size: 8.5pt; }
th, td { border: 0.5pt solid #888; padding: 2pt 4pt; text-align: left; vertical-align: top; overflow-wrap: anywhere; white-space: pre-line; }
th { background: #dce6f1; } tr { break-inside: avoid; }
td.right { text-align: right; } td.blank { background: #fff2cc; }
ul.contents { list-style: none; padding: 0; } ul.contents a { color: inherit; text-decoration: none; }
ul.contents a::after { content: leader(".") target-counter(attr(href), page); }
li.d1 { margin-left: 14pt; list-style: circle; } li.d2 { margin-left: 28pt; list-style: square; }
.bars td { border: none; padding: 1pt 4pt; } .bar { background: #2f5d8c; height: 7pt; display: inline-block; }
"""


def write_pdf(paper: Paper, path: Path) -> None:
    """Write a paper as .pdf.

    Raises
    ------
    InputError
        If WeasyPrint, Pango or a font with Chinese characters is missing, which the sentence says, or
        the file cannot be written.
    """
    html, fetcher = _machine()
    content = html(string=_page(paper), url_fetcher=fetcher()).write_pdf()
    with atomic_file(path) as file:
        file.write(content)


def lacking() -> Message | None:
    """What this machine lacks to write a PDF; None where it can."""
    try:
        _machine()
    except InputError as error:
        return error.message
    return None


def _machine() -> tuple[Any, Any]:
    """WeasyPrint's page, and a fetcher that fetches nothing."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import FatalURLFetchingError, URLFetcher
    except ImportError as error:
        raise InputError(
            "A PDF needs WeasyPrint, which is not installed: pip install -r requirements-pdf.txt. A Word document (.docx) needs nothing more."
        ) from error
    except OSError as error:
        raise InputError(
            "A PDF needs the library Pango, which this machine lacks (on Debian: apt install libpango-1.0-0 libpangoft2-1.0-0). A Word document (.docx) needs nothing more."
        ) from error
    if not _has_chinese_font():
        raise InputError(
            "A PDF needs a font with Chinese characters, which this machine lacks (on Debian: apt install fonts-noto-cjk). A Word document (.docx) needs nothing more."
        )

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002
            raise FatalURLFetchingError(url)

    return HTML, Nothing


def _has_chinese_font() -> bool:
    """What fontconfig says; where it cannot be asked, the page is tried."""
    try:
        command = ["fc-list", ":lang=zh-cn", "family"]
        return bool(subprocess.run(command, capture_output=True, check=True).stdout.strip())
    except (OSError, subprocess.CalledProcessError):
        return True


def _page(paper: Paper) -> str:
    say = paper.language.text
    foot = say("Page {page} of {pages}")
    for place, counter in (("{page}", "page"), ("{pages}", "pages")):
        foot = foot.replace(place, f'" counter({counter}) "')
    numbers = count()
    titles = [
        block.text for block in paper.blocks if isinstance(block, Heading) and block.level == 1
    ]
    contents = "".join(
        f'<li><a href="#part{place}">{_safe(title)}</a></li>' for place, title in enumerate(titles)
    )
    parts = [
        f"<h1>{_safe(paper.title)}</h1>",
        *(f"<p>{_safe(line)}</p>" for line in paper.lines),
        *(_block(block, numbers, "") for block in paper.lead),
        f'<p class="strong">{_safe(say("Contents"))}</p><ul class="contents">{contents}</ul>',
        *(_block(block, numbers, say("[to fill in]")) for block in paper.blocks),
    ]
    tongue = {"zh": "zh-CN"}.get(paper.language.id, paper.language.id)
    style = _STYLE.replace("FOOT", f'"{foot}"')
    return (
        f'<!DOCTYPE html><html lang="{tongue}"><head><meta charset="utf-8">'
        f"<title>{_safe(paper.title)}</title><style>{style}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _block(block: Block, numbers: count[int], blank: str) -> str:
    if isinstance(block, Heading):
        mark = f' id="part{next(numbers)}"' if block.level == 1 else ""
        kind = ' class="new-page"' if block.new_page else ""
        return f"<h{block.level + 1}{mark}{kind}>{_safe(block.text)}</h{block.level + 1}>"
    if isinstance(block, Text):
        return f'<p class="{block.tone}">{_safe(block.text)}</p>'
    if isinstance(block, Points):
        points = (
            f'<li class="d{min(point.depth, 2)}">{_safe(point.text)}</li>' for point in block.points
        )
        return f"<ul>{''.join(points)}</ul>"
    if isinstance(block, Grid):
        return _grid(block, blank)
    return _bars(block)


def _grid(grid: Grid, blank: str) -> str:
    whole = sum(grid.widths)
    columns = "".join(f'<col style="width:{100 * width / whole:.2f}%">' for width in grid.widths)
    head = "".join(f"<th>{_safe(text)}</th>" for text in grid.head)

    def cell(place: int, text: str | None) -> str:
        if text is None:
            return f'<td class="blank">{_safe(blank)}</td>'
        kind = ' class="right"' if place in grid.right else ""
        return f"<td{kind}>{_safe(text)}</td>"

    rows = "".join(
        f"<tr>{''.join(cell(place, text) for place, text in enumerate(row))}</tr>"
        for row in grid.rows
    )
    return f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _bars(bars: Bars) -> str:
    most = max((value for _, values in bars.series for value in values), default=0) or 1
    rows = "".join(
        f'<tr><td style="width:30%">{_safe("" if order else label)}</td><td style="width:15%">{_safe(name)}</td>'
        f'<td><span class="bar" style="width:{75 * values[place] / most:.1f}%"></span> {values[place]:g}</td></tr>'
        for place, label in enumerate(bars.labels)
        for order, (name, values) in enumerate(bars.series)
    )
    return f'<p class="strong">{_safe(bars.title)}</p><table class="bars">{rows}</table>'


def _safe(text: str) -> str:
    return escape(printable(text))
