"""Names of firms in one form, so that one firm in several spellings is known to be one."""

from __future__ import annotations

import unicodedata

from eligibility.intake.cells import visible

_BRACKETS = str.maketrans("[]【】〔〕{}<>《》", "()()()()()()")


def name_key(name: str) -> str:
    """The name without spaces, invisible marks, and differences of width, case and brackets.

    Two names with one key are one firm's where no credit code tells otherwise; what is shown stays as
    it was written.
    """
    if name.isalpha() and unicodedata.is_normalized("NFKC", name):
        return name.casefold()
    plain = unicodedata.normalize("NFKC", visible(name))
    return "".join(plain.split()).translate(_BRACKETS).casefold()
