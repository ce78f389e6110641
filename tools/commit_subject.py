"""Refuses a commit whose subject is not ``area: imperative``; the hook of .pre-commit-config.yaml."""

from __future__ import annotations

import re
import sys
from pathlib import Path

LONGEST = 72
#: an area or a path in it, and what the commit does; words that git itself puts first are left alone
SUBJECT = re.compile(r"[a-z][\w./-]*(?:, [a-z][\w./-]*)*: [a-z]\S*.*[^.\s]")
OF_GIT = re.compile(r"(Merge|Revert|fixup!|squash!|amend!) ")
#: endings of a first word that tells of something done or going on
NO_ORDER = re.compile(
    r": (?!(?:bring|embed|feed|need|seed|speed|bed|string|ring|sing|red)\b)\w+(?:ed|ing)\b"
)


def fault(subject: str) -> str | None:
    """What is wrong with the subject of a commit; None where nothing is."""
    if OF_GIT.match(subject):
        return None
    if len(subject) > LONGEST:
        return f"{len(subject)} characters, expected at most {LONGEST}"
    if not SUBJECT.fullmatch(subject):
        return "expected 'area: imperative', such as 'store: report an import once', without a full stop"
    if NO_ORDER.search(subject):
        return "expected an imperative after the area: 'report', not 'reported' or 'reporting'"
    return None


def main() -> int:
    """Look at the message in the file that git names; 1 where its subject is refused."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    subject = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    wrong = fault(subject)
    if wrong:
        print(f"commit subject {subject!r}: {wrong}", file=sys.stderr)
    return int(wrong is not None)


if __name__ == "__main__":
    sys.exit(main())
