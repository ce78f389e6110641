"""A PDF as rows of cells, from its letters and ruled lines; runs in a process of its own.

Nothing in the file is run and nothing is drawn: only where letters and lines stand is asked.
"""

from __future__ import annotations

import ctypes
import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from eligibility.documents.limits import PageLimits, PaperRefusal

#: points by which lines that are meant as one may differ
NEAR = 2.5
#: gap between two texts, and between the middles of one line, in heights of a letter
GAP, LINE = 0.4, 0.55
#: the gap between a figure and a word, which stand closer where nothing is ruled
FIGURE_GAP = 0.15
#: a page of fewer letters that holds a picture is scanned
LEAST_LETTERS = 16
#: shorter ruled lines are parts of letters or marks
SHORTEST = 6.0
#: letters by whose direction a page is turned
ANGLES = 2_000
_Turn = Callable[[float, float], tuple[float, float]]
#: of a letter in one of the outer planes, which comes as two
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True)
class Letter:
    """One letter and its box, y upwards."""

    text: str
    start: float
    end: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        """Of its box, at least a point."""
        return max(self.top - self.bottom, 1.0)

    @property
    def middle(self) -> float:
        """Of its height."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Rule:
    """A ruled line: where it stands across, and from where to where it goes along."""

    at: float
    start: float
    end: float


def serve(
    content: bytes,
    requests: Iterator[Any],  # noqa: ARG001
    *,
    limits: Mapping[str, int],
) -> Iterator[Any]:
    """The rows of each page: ``{"place": number, "rows": [[[text, left, right], …], …]}``.

    A page that is a picture has ``"picture": True``.

    Raises
    ------
    PaperRefusal
    """
    bounds = PageLimits(**limits)
    try:
        document = pdfium.PdfDocument(content)
        pages = len(document)
    except pdfium.PdfiumError as error:
        is_protected = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "assword" in str(error)  # fmt: skip
        raise PaperRefusal("protected" if is_protected else "damaged") from error
    if pages > bounds.pages:
        raise PaperRefusal("pages")
    letters_read = pictures = 0
    for number in range(pages):
        try:
            page = document[number]
        except pdfium.PdfiumError as error:
            raise PaperRefusal("damaged") from error
        letters, turn = _letters(page, bounds.letters - letters_read)
        letters_read += len(letters)
        is_picture = len(letters) < LEAST_LETTERS and _has_picture(page)
        pictures += is_picture
        across, down = ([], []) if is_picture else _rules(page, turn, bounds.lines)
        answer = {"place": f"p. {number + 1}", "rows": _rows(letters, across, down)}
        page.close()
        if pictures == pages:
            raise PaperRefusal("scanned")
        yield {**answer, "picture": True} if is_picture else answer


# --- what stands on a page --------------------------------------------------------------------------


def _letters(page: Any, room: int) -> tuple[list[Letter], _Turn]:
    """The letters of a page that can be seen, in the order of the file, and how it was turned."""
    text = page.get_textpage()
    count = text.count_chars()
    if count > room:
        raise PaperRefusal("texts")
    box = raw.FS_RECTF()
    places = [place for place in range(count) if _is_seen(text, place)]
    turn = _turning(text, places)
    letters = []
    for place in places:
        letter = chr(raw.FPDFText_GetUnicode(text, place))
        if not raw.FPDFText_GetLooseCharBox(text, place, ctypes.byref(box)):
            continue
        left, bottom = turn(box.left, box.bottom)
        right, top = turn(box.right, box.top)
        letters.append(
            Letter(letter, min(left, right), max(left, right), min(bottom, top), max(bottom, top))
        )
    text.close()
    return letters, turn


def _is_seen(text: Any, place: int) -> bool:
    code = raw.FPDFText_GetUnicode(text, place)
    if code in _SURROGATES or code == 0 or raw.FPDFText_IsGenerated(text, place) == 1:
        return False
    return not chr(code).isspace() and chr(code).isprintable()


def _turning(text: Any, places: Sequence[int]) -> _Turn:
    """From points of the page as it is stored to points as most of its letters are read.

    Landscape pages are stored lying, with or without a mark that they are, and some printers turn
    them over: the letters alone say which way is up.
    """
    quarters = Counter(
        round(raw.FPDFText_GetCharAngle(text, place) / (math.pi / 2)) % 4
        for place in places[:ANGLES]
    )
    match max(quarters, key=lambda quarter: quarters[quarter], default=0):
        case 1:
            return lambda x, y: (-y, x)
        case 2:
            return lambda x, y: (-x, -y)
        case 3:
            return lambda x, y: (y, -x)
    return lambda x, y: (x, y)


def _has_picture(page: Any) -> bool:
    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _rules(page: Any, turn: _Turn, most: int) -> tuple[list[Rule], list[Rule]]:
    """Ruled lines across the page, and down it."""
    across: list[Rule] = []
    down: list[Rule] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    matrix = raw.FS_MATRIX()
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2):
        raw.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix))
        points: list[tuple[float, float]] = []
        for place in range(min(raw.FPDFPath_CountSegments(item), most)):
            segment = raw.FPDFPath_GetPathSegment(item, place)
            raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
            point = turn(
                matrix.a * x.value + matrix.c * y.value + matrix.e,
                matrix.b * x.value + matrix.d * y.value + matrix.f,
            )
            if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
                points = [point]
                continue
            if points:
                _add_rule(points[-1], point, across, down)
            points.append(point)
            if raw.FPDFPathSegment_GetClose(segment):
                _add_rule(point, points[0], across, down)
        if len(across) + len(down) > most:
            break
    return across, down


def _add_rule(
    one: tuple[float, float], other: tuple[float, float], across: list[Rule], down: list[Rule]
) -> None:
    (x, y), (to_x, to_y) = one, other
    if abs(y - to_y) < NEAR / 2 and abs(x - to_x) >= SHORTEST:
        across.append(Rule((y + to_y) / 2, min(x, to_x), max(x, to_x)))
    elif abs(x - to_x) < NEAR / 2 and abs(y - to_y) >= SHORTEST:
        down.append(Rule((x + to_x) / 2, min(y, to_y), max(y, to_y)))


# --- rows of cells ----------------------------------------------------------------------------------


class _Rules:
    """Ruled lines of one direction, by where they stand."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.at)
        self._places = [rule.at for rule in self._rules]

    def before(self, at: float, along: float) -> float | None:
        """The nearest line before a place that passes a point along it."""
        for place in range(bisect_right(self._places, at + NEAR / 2) - 1, -1, -1):
            rule = self._rules[place]
            if rule.start - NEAR <= along <= rule.end + NEAR:
                return rule.at
        return None

    def behind(self, at: float, along: float) -> float | None:
        """The nearest line behind a place that passes a point along it."""
        for place in range(bisect_left(self._places, at - NEAR / 2), len(self._places)):
            rule = self._rules[place]
            if rule.start - NEAR <= along <= rule.end + NEAR:
                return rule.at
        return None


def _rows(
    letters: Sequence[Letter], across: Sequence[Rule], down: Sequence[Rule]
) -> list[list[list[Any]]]:
    """Letters as rows of cells, from top to bottom."""
    lines, posts = _Rules(across), _Rules(down)
    boxes: dict[tuple[float | None, ...], list[Letter]] = defaultdict(list)
    free: list[Letter] = []
    for letter in letters:
        middle = (letter.start + letter.end) / 2
        left, right = posts.before(middle, letter.middle), posts.behind(middle, letter.middle)
        top, bottom = lines.behind(letter.middle, middle), lines.before(letter.middle, middle)
        if None in (left, right, top, bottom):
            free.append(letter)
        else:
            boxes[tuple(round(place / NEAR) if place is not None else None for place in (left, right, top, bottom))].append(letter)  # fmt: skip
    rows: dict[float, list[list[Any]]] = {}
    for (left, right, top, _), inside in boxes.items():
        assert left is not None
        assert right is not None
        assert top is not None
        at = next((each for each in rows if abs(each - top * NEAR) <= 2 * NEAR), top * NEAR)
        rows.setdefault(at, []).append([_text(inside), left * NEAR, right * NEAR])
    ruled = [(at, cells) for at, cells in rows.items()]
    loose = [
        (line[0].top, [[_text(part), part[0].start, part[-1].end] for part in _parts(line)])
        for line in _text_lines(free)
    ]
    ordered = sorted([*ruled, *loose], key=lambda row: -row[0])
    return [sorted(cells, key=lambda cell: cell[1]) for _, cells in ordered]


def _text_lines(letters: Sequence[Letter]) -> list[list[Letter]]:
    """Letters of one height together, from top to bottom, each line from left to right."""
    lines: list[list[Letter]] = []
    for letter in sorted(letters, key=lambda each: -each.middle):
        if lines and abs(lines[-1][0].middle - letter.middle) <= LINE * max(
            letter.height, lines[-1][0].height
        ):
            lines[-1].append(letter)
        else:
            lines.append([letter])
    return [sorted(line, key=lambda letter: letter.start) for line in lines]


def _parts(line: Sequence[Letter]) -> list[list[Letter]]:
    """A line of text cut where a gap is wider than a letter."""
    parts: list[list[Letter]] = []
    # some fonts give flat letters, as 一, a flat box
    height = max(letter.height for letter in line)
    for letter in line:
        if parts and letter.start - parts[-1][-1].end <= height * _gap(parts[-1][-1], letter):
            parts[-1].append(letter)
        else:
            parts.append([letter])
    return parts


def _gap(one: Letter, other: Letter) -> float:
    """The widest gap within one text; less between a digit and a Chinese letter."""
    first, second = sorted((one.text, other.text))
    is_mixed = first.isdecimal() and "\u4e00" <= second <= "\u9fff"
    return FIGURE_GAP if is_mixed else GAP


def _text(letters: Sequence[Letter]) -> str:
    """The text of a cell, its lines put together; a blank only between words of Latin letters."""
    text = ""
    for line in _text_lines(letters):
        for place, letter in enumerate(line):
            gap = place == 0 or letter.start - line[place - 1].end > letter.height / 4
            if text and gap and text[-1].isascii() and text[-1].isalpha() and letter.text.isascii() and letter.text.isalpha():  # fmt: skip
                text += " "
            text += letter.text
    return text
