"""Checks of the texts of an application: length, figures, years and names against the tables, wording.

No check writes a sentence, and none says that a text is wrong: each says what it saw and where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from rapidfuzz import fuzz, process

from eligibility.application_form.contents import FormContents, FormText
from eligibility.domain.text import Message
from eligibility.intake.cells import normal
from eligibility.intake.firm_names import name_key

#: shorter texts are alike by chance
LEAST_COMPARED = 20
#: characters between the word for a figure and its number
NEAR = 4
#: figures of the tables are rounded to 0.01 of 万元
ROUNDING = 0.005
_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_DIGIT = re.compile(
    r"[0-9０-９一二两三四五六七八九十百千万亿]+\s*(?:倍|%|％|个|项|件|种|秒|毫秒|元|台|家|年|人|级)|[0-9０-９]"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年|[-./]\d{1,2}(?!\d))|\bin ((?:19|20)\d\d)\b")
_CODE = re.compile(r"(?<![A-Za-z])(RD|IP|PS)\s?(\d{2,3})(?!\d)")
_LISTS = {"RD": "activity", "IP": "ip", "PS": "product"}
_PATENT = re.compile(r"ZL\s?(\d{12}[\dXx.]{0,3})")
_COMPANY = re.compile(r"[\u4e00-\u9fff（）()]{2,30}?(?:有限责任公司|股份有限公司|有限公司)")
#: what stands before the name of another firm in a sentence
_BEFORE_NAME = re.compile(r".*(?:与|和|由|向|为|给|对|在|被|委托|联合|及|，|同)")
_SPACES = re.compile(r"\s+")

Kind = Literal["form", "consistency", "wording"]


@dataclass(frozen=True)
class TextRemark:
    """What was seen in a text of an application.

    ``kind``: *form* is what the form itself asks, *consistency* two statements of the firm's own,
    *wording* how a text reads.
    """

    text: FormText
    check: str
    kind: Kind
    message: Message


def length(text: str) -> int:
    """Characters of a text as the form counts them: all but spaces and line breaks."""
    return len(_SPACES.sub("", text))


def text_remarks(contents: FormContents) -> list[TextRemark]:
    """All remarks on the texts of an application, in the order of its boxes."""
    if contents.rules is None:
        return []
    alike = _alike(contents)
    return [
        TextRemark(text, check, kind, message)
        for text in contents.texts
        for check, kind, look in _CHECKS
        for message in (alike.get(text.key, []) if look is None else look(text, contents))
    ]


def _blank(text: FormText, _: FormContents) -> Iterator[Message]:
    if not text.text.strip():
        yield Message("nothing is entered; the form leaves no box blank: 0 where there is nothing")


def _too_long(text: FormText, contents: FormContents) -> Iterator[Message]:
    if (count := length(contents.text_with_numbers(text)[0])) > text.box.limit:
        yield Message(
            "{count} characters; the form takes {limit}", {"count": count, "limit": text.box.limit}
        )


def _stale(text: FormText, contents: FormContents) -> Iterator[Message]:
    seen = contents.fingerprints.get(text.key)
    if text.text.strip() and seen is not None and seen != contents.fingerprint(text):
        yield Message(
            "what it speaks of changed since it was written or last looked at; see whether it still holds"
        )


def _unknown_figures(text: FormText, contents: FormContents) -> Iterator[Message]:
    for name in contents.text_with_numbers(text)[1]:
        yield Message(
            "{name} is no figure of this box, or the tables leave it blank", {"name": name}
        )


def _other_figures(text: FormText, contents: FormContents) -> Iterator[Message]:
    """A number beside the word for a figure that the tables say otherwise."""
    written = _PLACEHOLDERS.sub("", text.text)
    for figure in contents.figures(text.box):
        value = contents.figure(figure, text.thing)
        if value is None:
            continue
        for word, number in _numbers_beside(figure.words, figure.unit.zh, written):
            if abs(number - value) > ROUNDING:
                yield Message(
                    "{word} {number}: the tables say {value}",
                    {"word": word, "number": f"{number:g}", "value": f"{value:g}"},
                )
                break


_PLACEHOLDERS = re.compile(r"\{[^{}\n]*\}")


def _numbers_beside(words: Sequence[str], unit: str, text: str) -> Iterator[tuple[str, float]]:
    if not words or not unit:
        return
    named = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    number = rf"([0-9][0-9,]*(?:\.[0-9]+)?)\s*{re.escape(unit)}"
    between = rf"[^0-9，,。；;、\n]{{0,{NEAR}}}"
    for match in re.finditer(rf"(?<![ⅠⅡI])(?:{named}){between}{number}", text):
        word = next(
            word for word in sorted(words, key=len, reverse=True) if match[0].startswith(word)
        )
        yield word, float(match[1].replace(",", ""))


def _other_years(text: FormText, contents: FormContents) -> Iterator[Message]:
    first, last = _years_of(text, contents)
    named = {int(match[1] or match[2]) for match in _YEAR.finditer(text.text)}
    for year in sorted(named):
        if first == last != year:
            yield Message(
                "it names {year}; the tables speak of {first} alone", {"year": year, "first": first}
            )
        elif not first <= year <= last:
            yield Message(
                "it names {year}; the tables speak of {first} to {last}",
                {"year": year, "first": first, "last": last},
            )


def _years_of(text: FormText, contents: FormContents) -> tuple[int, int]:
    """The first and last year that a text may name."""
    applied = contents.years[-1] + 1
    if text.box.years == "window":
        return contents.years[0], contents.years[-1]
    if text.box.years != "period":
        return 0, applied
    main = contents.scheme.lists[text.box.list].adds_to
    rows = contents.rows(main, text.thing)
    starts = _years_in(row.get("started_on", "") for row in rows)
    ends = _years_in(row.get("ended_on", "") for row in rows)
    costs = _years_in(row.get("year", "") for row in rows)
    if not costs and not starts:
        return 0, applied
    return min(starts or costs), max([*ends, *costs]) if ends or not starts else applied


def _years_in(texts: Iterator[str]) -> list[int]:
    return [int(found[0]) for text in texts if (found := re.search(r"(?:19|20)\d\d", text))]


def _unlisted_names(text: FormText, contents: FormContents) -> Iterator[Message]:
    """Numbers of the form, of patents, and firms that the tables do not have."""
    for code in dict.fromkeys(match[0] for match in _CODE.finditer(text.text)):
        letters, number = code[:2], int(code[2:])
        name = _LISTS[letters]
        listed = len(_things(contents, name))
        if listed and not 1 <= number <= listed:
            yield Message("{code} is beyond the list, which has {n}", {"code": code, "n": listed})
    patents = list(_PATENT.finditer(text.text))
    numbers = {
        _plain(row["number"]) for row in contents.rows("ip") if "number" in row
    } if patents and "ip" in contents.scheme.lists else set()  # fmt: skip
    for match in patents:
        if numbers and not any(_plain(match[1]).startswith(each[:12]) for each in numbers):
            yield Message("{number} is not in the list of rights", {"number": match[0]})
    own = name_key(contents.name)
    for match in _COMPANY.finditer(text.text):
        named = _BEFORE_NAME.sub("", match[0])
        if own and own not in name_key(match[0]) and len(named) > len("有限公司") + 1:
            yield Message(
                "it names {name}, not {firm}; see whether it was copied from elsewhere",
                {"name": named, "firm": contents.name},
            )


def _things(contents: FormContents, name: str) -> set[str]:
    rows = enumerate(contents.rows(name))
    return {normal(row.get("name", f"#{place}")) for place, row in rows}


def _plain(number: str) -> str:
    return re.sub(r"[^0-9Xx]", "", number)


def _superlatives(text: FormText, contents: FormContents) -> Iterator[Message]:
    words = contents.rules.superlatives if contents.rules else ()
    for sentence in _SENTENCE.findall(text.text):
        praise = [word for word in words if _stands_in(word, sentence)]
        # the longer word says it, not the shorter one in it
        praise = [word for word in praise if not any(word in other != word for other in praise)]
        if praise and not _DIGIT.search(_without(praise, sentence)):
            yield Message(
                "“{words}” without a number in its sentence: say by how much, against what",
                {"words": "、".join(praise)},
            )


def _stands_in(word: str, sentence: str) -> bool:
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}\b", sentence, re.IGNORECASE) is not None
    return word in sentence


def _without(words: Sequence[str], sentence: str) -> str:
    """A sentence without words of praise, years and codes, whose digits measure nothing.

    Its {figures} stand as numbers.
    """
    for word in words:
        sentence = sentence.replace(word, "")
    sentence = _CODE.sub("", _YEAR.sub("", sentence))
    return _PLACEHOLDERS.sub("0", sentence)


def _alike(contents: FormContents) -> dict[str, list[Message]]:
    """Texts of the same box that read almost alike, each with the earlier one that is most like it."""
    result: dict[str, list[Message]] = {}
    least = contents.rules.alike if contents.rules else 1.0
    compared = (text for text in contents.texts if text.box.compare)
    for _box, group in groupby(compared, key=lambda text: text.box.id):
        texts = [text for text in group if length(text.text) >= LEAST_COMPARED]
        plain = tuple(_SPACES.sub("", text.text) for text in texts)
        for place, other, ratio in _nearest(plain, 100 * least):
            message = Message(
                "{share} alike with the text of {other}",
                {"share": f"{ratio:.0f}%", "other": texts[other].thing},
            )
            result.setdefault(texts[place].key, []).append(message)
    return result


@lru_cache(maxsize=32)
def _nearest(texts: tuple[str, ...], least: float) -> tuple[tuple[int, int, float], ...]:
    """Of each text the earlier one that is most like it, from ``least`` percent on.

    Every pair is compared, which takes a second for 300 texts: what did not change is not compared again.
    """
    found = []
    for place in range(1, len(texts)):
        nearest = process.extractOne(
            texts[place], texts[:place], scorer=fuzz.ratio, score_cutoff=least
        )
        if nearest is not None:
            found.append((place, nearest[2], nearest[1]))
    return tuple(found)


_Look = Callable[[FormText, FormContents], Iterator[Message]]
#: what is looked at in every text; likeness is of several at once
_CHECKS: tuple[tuple[str, Kind, _Look | None], ...] = (
    ("blank", "form", _blank),
    ("length", "form", _too_long),
    ("stale", "consistency", _stale),
    ("placeholder", "consistency", _unknown_figures),
    ("figure", "consistency", _other_figures),
    ("year", "consistency", _other_years),
    ("name", "consistency", _unlisted_names),
    ("superlative", "wording", _superlatives),
    ("alike", "wording", None),
)
