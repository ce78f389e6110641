"""An empty store at the present schema: migrated once a process, and copied."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from eligibility.store import open_store
from eligibility.store.engine import FILE_NAME, OWNER_ONLY
from tests import compiled_statements  # noqa: F401


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / FILE_NAME
        open_store(f"sqlite:///{file}").dispose()
        return file.read_bytes()


def put(folder: Path) -> None:
    """Put one into a data folder, as the first start of the app does."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / FILE_NAME
    file.touch(OWNER_ONLY)
    file.write_bytes(_migrated())
