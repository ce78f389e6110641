"""The picture of a chain of evidence: things in columns, lines between what is linked, as one SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from unicodedata import east_asian_width

from eligibility.evidence.record_types import EvidenceRecord, ThingRecord
from eligibility.i18n import Language
from eligibility.schemes.registry import load_scheme

#: things of one column that are drawn; a list beside it has all
MOST = 40
#: sizes in points of the picture
WIDTH, HEIGHT, GAP, BETWEEN, MARGIN, HEAD = 208, 34, 10, 84, 12, 34
#: half characters of a name that a box holds
LETTERS = 28
SWEEPS = 4
_STYLE = (
    "text{font:13px system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;fill:#1c2430}"
    ".head{font-weight:600}.more{fill:#5a6472}"
    "rect{fill:#fff;stroke:#8a94a3}.main rect{stroke:#1f4e8c;stroke-width:2;fill:#eef4fc}"
    ".loose rect{stroke:#8a5a00;stroke-width:2;stroke-dasharray:5 3;fill:#fff8e8}"
    ".uncounted rect{stroke:#d5dbe3;fill:#f4f6f9}.uncounted text{fill:#5a6472}"
    "path{fill:none;stroke:#b4bdc9;stroke-width:1.4}path.main{stroke:#1f4e8c;stroke-width:2}"
)
Place = tuple[float, float]


def evidence_picture(record: EvidenceRecord, language: Language) -> str:
    """Draw the chain of evidence of one firm.

    Parameters
    ----------
    record : EvidenceRecord
    language : Language

    Returns
    -------
    str
        An SVG of its own, whose every text is escaped; the main chain in blue, what hangs loose dashed.
    """
    scheme = load_scheme(record["scheme"])
    rules = scheme.evidence
    order = rules.order if rules else ()
    columns = [_order_of(record, name) for name in order]
    beside = _neighbours(record)
    columns = _uncross(columns, beside)
    rows = [min(len(things), MOST) + (len(things) > MOST) for things in columns]
    starts = _starts(record, columns, rows)
    places = {
        thing["code"]: _place(column, starts[column] + row)
        for column, things in enumerate(columns)
        for row, thing in enumerate(things[:MOST])
    }
    width = 2 * MARGIN + len(order) * WIDTH + max(len(order) - 1, 0) * BETWEEN
    lowest = max((start + row for start, row in zip(starts, rows, strict=True)), default=0)
    height = 2 * MARGIN + HEAD + lowest * (HEIGHT + GAP)
    parts = [
        *_lines(record, places),
        *_heads(
            columns, starts, [language.of(scheme.lists[name].title) for name in order], language
        ),
        *_boxes(record, columns, places),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><style>{_STYLE}</style>{"".join(parts)}</svg>'
    )


def _order_of(record: EvidenceRecord, name: str) -> list[ThingRecord]:
    """The things of a list that are drawn: those that count, and others that something names."""
    ends = {code for link in record["links"] for code in link["ends"]}
    some = [each for each in record["things"] if each["list"] == name]
    # what is linked first, so that a long list loses what says least
    drawn = [each for each in some if each["counts"] or each["code"] in ends]
    return sorted(drawn, key=lambda each: each["code"] not in ends)


def _neighbours(record: EvidenceRecord) -> Mapping[str, list[str]]:
    beside: dict[str, list[str]] = {}
    for link in record["links"]:
        one, other = link["ends"]
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    return beside


def _uncross(
    columns: Sequence[list[ThingRecord]], beside: Mapping[str, list[str]]
) -> list[list[ThingRecord]]:
    """The columns, each thing near the middle of what it is linked with (barycentres)."""
    result = [list(things) for things in columns]
    for _ in range(SWEEPS):
        for place in range(len(result)):
            rows = {
                each["code"]: row
                for other, things in enumerate(result)
                if other != place
                for row, each in enumerate(things)
            }

            def middle(each: ThingRecord, rows: Mapping[str, int] = rows) -> float:
                near = [rows[code] for code in beside.get(each["code"], ()) if code in rows]
                return sum(near) / len(near) if near else float("inf")

            result[place].sort(key=middle)
    return result


def _starts(
    record: EvidenceRecord, columns: Sequence[Sequence[ThingRecord]], rows: Sequence[int]
) -> list[int]:
    """The row at which each column begins: one that most lines would cross stands below the others."""
    column_of = {each["code"]: place for place, things in enumerate(columns) for each in things}
    crossed = [0] * len(columns)
    for link in record["links"]:
        ends = sorted(column_of[code] for code in link["ends"] if code in column_of)
        for between in range(ends[0] + 1, ends[1]) if len(ends) > 1 else ():
            crossed[between] += 1
    worst = max(crossed, default=0)
    lowered = crossed.index(worst) if worst else None
    below = max((row for place, row in enumerate(rows) if place != lowered), default=0)
    # one row for its head
    return [below + 1 if place == lowered and rows[place] else 0 for place in range(len(columns))]


def _place(column: int, row: int) -> Place:
    return MARGIN + column * (WIDTH + BETWEEN), MARGIN + HEAD + row * (HEIGHT + GAP)


def _lines(record: EvidenceRecord, places: Mapping[str, Place]) -> Iterator[str]:
    main = set(record["main"])
    for link in sorted(record["links"], key=lambda each: set(each["ends"]) <= main):
        if not all(code in places for code in link["ends"]):
            continue
        (left, top), (right, bottom) = sorted(places[code] for code in link["ends"])
        start, middle_y, end_y = left + WIDTH, top + HEIGHT / 2, bottom + HEIGHT / 2
        bend = (right - start) / 2
        cls = ' class="main"' if set(link["ends"]) <= main else ""
        yield (
            f'<path{cls} d="M{start:g} {middle_y:g}C{start + bend:g} {middle_y:g} '
            f'{right - bend:g} {end_y:g} {right:g} {end_y:g}"/>'
        )


def _heads(
    columns: Sequence[Sequence[ThingRecord]],
    starts: Sequence[int],
    titles: Sequence[str],
    language: Language,
) -> Iterator[str]:
    for column, (things, title) in enumerate(zip(columns, titles, strict=True)):
        left, top = _place(column, starts[column])
        yield _text(left, top - HEAD + 18, _short(f"{title} {len(things)}", LETTERS), "head")
        if len(things) > MOST:
            _left, top = _place(column, starts[column] + MOST)
            more = language.text("… and {n} more").format(n=len(things) - MOST)
            yield _text(left, top + 22, more, "more")


def _boxes(
    record: EvidenceRecord,
    columns: Sequence[Sequence[ThingRecord]],
    places: Mapping[str, Place],
) -> Iterator[str]:
    main, loose = set(record["main"]), set(record["loose"])
    for thing in (each for things in columns for each in things[:MOST]):
        left, top = places[thing["code"]]
        kind = (
            "main"
            if thing["code"] in main
            else "loose"
            if thing["code"] in loose
            else ""
            if thing["counts"]
            else "uncounted"
        )
        label = f"{thing['code']} {thing['name']}".strip()
        cls = f' class="{kind}"' if kind else ""
        yield (
            f"<g{cls}><title>{escape(label)}</title>"
            f'<rect x="{left:g}" y="{top:g}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>'
            f"{_text(left + 10, top + 22, _short(label, LETTERS))}</g>"
        )


def _text(x: float, y: float, text: str, cls: str = "") -> str:
    name = f' class="{cls}"' if cls else ""
    return f'<text{name} x="{x:g}" y="{y:g}">{escape(text)}</text>'


def _short(text: str, letters: int) -> str:
    """As much of a text as a box holds; a wide character takes the room of two."""
    room = letters
    for place, letter in enumerate(text):
        room -= 2 if east_asian_width(letter) in "WF" else 1
        if room < 0:
            return text[:place] + "…"
    return text
