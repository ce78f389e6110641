"""The unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, the last a check.

The check character makes Σ valueᵢ · 3ⁱ over all places a multiple of 31, so a column is checked by
one product of matrices; one code at a time goes to python-stdnum.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools
from eligibility.domain.text import Message

Bytes = NDArray[np.uint8]

LENGTH, MODULUS = 18, 31
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: the first eight places (office, kind, six of the region) hold digits only
DIGIT_PLACES = 8
#: how a code looks, for published schemas; its check character is asked here alone
CODE_PATTERN = rf"^[0-9]{{{DIGIT_PLACES}}}[{ALPHABET}]{{{LENGTH - DIGIT_PLACES}}}$"
_WEIGHTS = np.array([pow(3, place, MODULUS) for place in range(LENGTH - 1)] + [1], dtype=np.int32)
_NOT_A_CHARACTER = -10_000
_VALUES = np.full(256, _NOT_A_CHARACTER, dtype=np.int32)
_VALUES[[ord(character) for character in ALPHABET]] = np.arange(MODULUS)
_DESTROYED = re.compile(r"\d(\.\d+)?e\+?\d+")
#: a spreadsheet keeps 15 digits of a number
_ROUNDED = re.compile(r"\d{15}000")
_SEPARATORS = re.compile(r"[\s-]")
#: the name of the column, where a cell repeats it before the code
_LABEL = re.compile(
    r"(?:统一)?社?会?信用代码\s*[:：]?\s*|(?:uscc|credit code)\s*[:：]\s*", re.IGNORECASE
)


class WrongCode(Exception):
    """A text is no credit code; ``expectation`` is the sentence that says what one is."""

    def __init__(self, expectation: str, **values: object) -> None:
        self.expectation = Message(expectation, values)
        super().__init__(expectation)


def parse(text: str) -> str:
    """One credit code, without separators and its label, in capitals.

    Raises
    ------
    WrongCode
        If its length, its characters or its check character are wrong.
    """
    # imports ssl; most columns hold only codes that are checked at once
    from stdnum.cn import uscc
    from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

    text = text.strip("()（）[]【】 ")
    if label := _LABEL.match(text):
        text = text[label.end() :]
    if _DESTROYED.fullmatch(text.lower()):
        raise WrongCode(
            "a credit code as text; a spreadsheet took it for a number and destroyed it, "
            "enter it again in a text column"
        )
    try:
        return uscc.validate(text)
    except InvalidLength as wrong:
        raise WrongCode(
            "a credit code of 18 characters; this has {count}", count=len(_SEPARATORS.sub("", text))
        ) from wrong
    except InvalidChecksum as wrong:
        if _ROUNDED.fullmatch(text):
            raise WrongCode(
                "a credit code as text; a spreadsheet rounded it to 15 digits, "
                "enter it again in a text column"
            ) from wrong
        code = _SEPARATORS.sub("", text).upper()
        raise WrongCode(
            "a credit code whose last character checks (GB 32100): it is {character}, after the 17 "
            "before it it would be {check}, so one of the 18 is mistyped",
            character=code[-1], check=uscc.calc_check_digit(code[:-1]),
        ) from wrong  # fmt: skip
    except ValidationError as wrong:
        raise WrongCode(
            "a credit code: eight digits, then digits and capitals without I, O, S, V and Z; "
            "character {place} is {character}",
            **_first_wrong(_SEPARATORS.sub("", text).upper()),
        ) from wrong


def _first_wrong(code: str) -> dict[str, object]:
    """The first character that no code has at its place, and the place, from 1."""
    for place, character in enumerate(code):
        if character not in (ALPHABET if place >= DIGIT_PLACES else ALPHABET[:10]):
            return {"place": place + 1, "character": character}
    return {"place": 1, "character": code[0]}


def well_formed(column: pa.StringArray) -> Bools:
    """True where a text is a credit code in its exact form, shape (n,); False where it is blank."""
    fits = pc.fill_null(pc.equal(pc.binary_length(column), LENGTH), False)
    formed: Bools = fits.to_numpy(zero_copy_only=False).copy()
    letters = _matrix(column.filter(fits))
    formed[formed] = _checks(letters)
    return formed


def keys(codes: NDArray[np.object_], years: NDArray[np.int64]) -> NDArray[np.complex128]:
    """A number for each (code, year), equal only for equal pairs, that sorts; shape (n,).

    The 17 free places are 72 bits and the year is 12: both parts of a complex number hold
    integers exactly up to 53 bits, and numpy sorts complex numbers by both.
    """
    letters = np.frombuffer(codes.astype(f"S{LENGTH}").tobytes(), np.uint8).reshape(-1, LENGTH)
    places = _VALUES[letters].astype(np.int64)
    result = np.empty(len(codes), dtype=np.complex128)
    result.real = places[:, DIGIT_PLACES : LENGTH - 1] @ MODULUS ** np.arange(
        LENGTH - 1 - DIGIT_PLACES
    )
    result.imag = places[:, :DIGIT_PLACES] @ 10 ** np.arange(DIGIT_PLACES) * 10_000 + years
    return result


def _matrix(column: pa.StringArray) -> Bytes:
    """The bytes of texts of 18 bytes each, shape (n, 18)."""
    if not len(column):
        return np.empty((0, LENGTH), dtype=np.uint8)
    _, offsets, data = column.buffers()
    start = int(np.frombuffer(offsets, np.int32)[column.offset])
    return np.frombuffer(data, np.uint8, len(column) * LENGTH, start).reshape(-1, LENGTH)


def _checks(letters: Bytes) -> Bools:
    values = _VALUES[letters]
    digits = (values[:, :DIGIT_PLACES] < 10).all(axis=1)
    sums = values @ _WEIGHTS
    right: Bools = (values >= 0).all(axis=1) & digits & (sums % MODULUS == 0)
    return right
