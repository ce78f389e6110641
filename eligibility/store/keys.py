"""Signing key of cookies and CSRF tokens: where it lies, and its creation at the first start."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from eligibility.domain.errors import InputError, StoreUnavailable
from eligibility.store.engine import OWNER_ONLY, data_folder

SECRET = "ELIGIBILITY_SECRET"
KEY_FILE = "ELIGIBILITY_KEY_FILE"
KEY_NAME = "signing.key"
#: bytes of a signing key made here; a given one may not be shorter
KEY_BYTES = 32


def signing_key() -> bytes:
    """The key that cookies and CSRF tokens are signed with.

    What ``ELIGIBILITY_SECRET`` says, else the file ``ELIGIBILITY_KEY_FILE``, else a file in the data
    folder. A file that is absent is made at the first start, readable by its owner only.

    Raises
    ------
    InputError
        If the key is shorter than 32 characters.
    StoreUnavailable
        If the file can be neither read nor made.
    """
    if secret := os.environ.get(SECRET):
        return _long_enough(secret.encode(), SECRET)
    path = Path(os.environ.get(KEY_FILE) or data_folder() / KEY_NAME)
    try:
        if not path.exists():
            _create(path)
        if not path.is_file():
            raise StoreUnavailable("The signing key {file} is no regular file.", file=str(path))
        return _long_enough(path.read_bytes().strip(), str(path))
    except OSError as error:
        raise StoreUnavailable(
            "The signing key {file} cannot be read or made: {reason}",
            file=str(path), reason=error.strerror,
        ) from error  # fmt: skip


def _long_enough(key: bytes, source: str) -> bytes:
    if len(key) < KEY_BYTES:
        raise InputError(
            "{variable} is too short: {given} characters, expected at least {needed}.",
            variable=source, given=len(key), needed=KEY_BYTES,
        )  # fmt: skip
    return key


def _create(path: Path) -> None:
    """Make a key file; two first starts at once agree on one key."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        # a link either is there whole or fails
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
