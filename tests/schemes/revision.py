"""An invented revision of the law and an invented scheme, laid out as a developer would add them."""

from __future__ import annotations

import shutil
from pathlib import Path

from eligibility.schemes.registry import SCHEMES

HERE = Path(__file__).parent
AMENDED, THIRD = HERE / "amended", HERE / "third"
#: what is appended to a file that is there, and not a file of its own
ADDED = ".added"


def amended_root(folder: Path) -> Path:
    """A folder of all schemes as shipped, with the revision of 2027 put into its own."""
    root = shutil.copytree(SCHEMES, folder / "schemes", ignore=shutil.ignore_patterns("*.pyc"))
    for path in amended_files():
        target = root / path.relative_to(AMENDED).with_suffix(
            "" if path.suffix == ADDED else path.suffix
        )
        if path.suffix == ADDED:
            target.write_text(
                target.read_text(encoding="utf-8") + path.read_text(encoding="utf-8"),
                encoding="utf-8",
            )
        else:
            assert not target.exists(), target
            shutil.copyfile(path, target)
    return root


def amended_files() -> list[Path]:
    """The files that a new edition of an existing scheme adds or adds to."""
    return sorted(path for path in AMENDED.rglob("*") if path.is_file())
