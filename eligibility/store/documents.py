"""Documents of firms: where each paper of an application stands, and the files attached to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from eligibility.domain.errors import InputError
from eligibility.store.access import Access, open_to
from eligibility.store.actors import ANYONE, STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.casework import LONGEST_NOTE, require_length
from eligibility.store.document_table import document_files, documents
from eligibility.store.file_folder import (
    files_folder,
    lock_files,
    read_file,
    remove_unused,
    write_file,
)
from eligibility.store.rows import Facts, Row, check_text, only
from eligibility.store.schema import DocumentStatus, accounts

DOCUMENT = ("status", "due_on", "remark")
#: bytes of a file, files of a firm, and characters of a file's name
LARGEST_FILE, MOST_FILES, LONGEST_NAME = 20 * 1024**2, 200, 200
#: endings of files that are taken, with their media type and how such files begin
FILE_TYPES = {
    "pdf": ("application/pdf", b"%PDF-"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        b"PK\x03\x04",
    ),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
}


class StoredFile(NamedTuple):
    """An attached file: its name, its media type, what it holds."""

    name: str
    media_type: str
    content: bytes


class Documents(Access):
    """Papers that staff collects of firms; a firm's own account sees those of the firm."""

    @open_to(ANYONE)
    def of_firm(self, firm_id: int) -> list[Row]:
        """Documents of a firm on which something was entered.

        Returns
        -------
        list of dict
            ``item``, ``status`` (a ``DocumentStatus``), ``due_on``, ``asked_on``, ``asker`` (a name),
            ``remark``, ``version``, and ``files``: ``id``, ``name``, ``size`` (bytes), ``at``, ``by``.
            A document with files alone is received, at version 0.
        """
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            rows = self._all(
                connection,
                select(*documents.c, accounts.c.name.label("asker"))
                .outerjoin_from(documents, accounts, accounts.c.id == documents.c.asker_id)
                .where(self._visible(documents), documents.c.firm_id == firm_id)
                .order_by(documents.c.id),
            )
            files = self._all(
                connection,
                select(*document_files.c, accounts.c.name.label("by"))
                .outerjoin_from(document_files, accounts)
                .where(self._visible(document_files), document_files.c.firm_id == firm_id)
                .order_by(document_files.c.id),
            )
        by_item: defaultdict[str, list[Row]] = defaultdict(list)
        for file in files:
            by_item[file["item"]].append(file)
        return [{**row, "files": by_item.pop(row["item"], [])} for row in rows] + [
            {**_blank(item), "files": own} for item, own in by_item.items()
        ]

    @open_to(STAFF)
    def save(self, firm_id: int, item: str, values: Facts, version: int) -> int:
        """Say where one document stands; the next version (0: nothing was entered on it yet).

        Parameters
        ----------
        values : mapping
            Of ``DOCUMENT``; without ``status`` a new one is missing. Who sets it to *asked* is
            remembered as who asked, with the day.
        """
        entries = _entries(values)
        if version == 0:
            entries.setdefault("status", DocumentStatus.MISSING.value)
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            return self._save(connection, firm_id, item, entries, version)

    @open_to(STAFF)
    def ask(self, firm_id: int, versions: dict[str, int], due_on: date | None) -> int:
        """Ask a firm for several documents at once, all or none, until a day; how many."""
        entries = {"status": DocumentStatus.ASKED.value, "due_on": due_on}
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            for item, version in versions.items():
                self._save(connection, firm_id, item, entries, version)
        return len(versions)

    @open_to(STAFF)
    def attach(self, firm_id: int, item: str, name: str, content: bytes) -> int:
        """Attach a file to a document, which is then received unless it was checked; the file's id.

        The same file twice at one document is one.

        Raises
        ------
        InputError
            If it is of a type that is not taken, or is too large, or the firm has too many.
        """
        name, media_type = _check_file(name, content)
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            _check_item(item)
            lock_files(connection)
            own = document_files.c.firm_id == firm_id
            count = select(func.count()).select_from(document_files).where(own)
            if (connection.scalar(count) or 0) >= MOST_FILES:
                raise InputError(
                    "This firm has {n} files; no more can be attached. Remove some first.",
                    n=MOST_FILES,
                )
            digest = write_file(files_folder(self.engine), content)
            same = own & (document_files.c.item == item) & (document_files.c.sha256 == digest)
            if (there := connection.scalar(select(document_files.c.id).where(same))) is not None:
                return int(there)
            values = {
                "firm_id": firm_id, "item": item, "name": name, "media_type": media_type,
                "size": len(content), "sha256": digest, "account_id": self.actor.account_id,
                "at": self._clock(),
            }  # fmt: skip
            new_id = self._insert(connection, document_files, values)
            self._log(connection, AuditAction.FILE_ADD, firm_id, item=item, name=name)
            self._receive(connection, firm_id, item)
        return new_id

    @open_to(ANYONE)
    def file(self, file_id: int) -> StoredFile:
        """An attached file, for whoever may see the firm at this moment.

        Raises
        ------
        StoreUnavailable
            If it is not in the folder, or is not what was attached.
        """
        with self._reading() as connection:
            row = self._one(
                connection, self._select(document_files, document_files.c.id == file_id)
            )
        content = read_file(files_folder(self.engine), row["sha256"])
        return StoredFile(row["name"], row["media_type"], content)

    @open_to(STAFF)
    def remove_file(self, file_id: int) -> None:
        """Remove an attached file, also from the folder where no other document has it."""
        with self._writing(moves_year=False) as connection:
            mine = self._select(document_files, document_files.c.id == file_id)
            row = self._one(connection, mine)
            self._seen_firm(connection, row["firm_id"])
            lock_files(connection)
            connection.execute(delete(document_files).where(document_files.c.id == file_id))
            self._log(
                connection,
                AuditAction.FILE_REMOVE,
                row["firm_id"],
                item=row["item"],
                name=row["name"],
            )
        # after the row: a file without a row is room, a row without its file a loss
        with self._writing(moves_year=False) as connection:
            lock_files(connection)
            remove_unused(connection, files_folder(self.engine), [row["sha256"]])

    # --- inside ---

    def _save(
        self, connection: Connection, firm_id: int, item: str, entries: Row, version: int
    ) -> int:
        _check_item(item)
        if entries.get("status") == DocumentStatus.ASKED:
            today = self._clock().astimezone().date()
            entries = {**entries, "asked_on": today, "asker_id": self.actor.account_id}
        key = {"firm_id": firm_id, "item": item}
        values = {**entries, "changed_at": self._clock()}
        after = self._put(connection, documents, key, values, version)
        detail = {name: entries[name] for name in ("status", "due_on") if name in entries}
        self._log(connection, AuditAction.DOCUMENT_SAVE, firm_id, item=item, **detail)
        return after

    def _receive(self, connection: Connection, firm_id: int, item: str) -> None:
        """A document that a file came for is received."""
        mine = (documents.c.firm_id == firm_id) & (documents.c.item == item)
        row = connection.execute(select(documents).where(mine)).mappings().first()
        received = {"status": DocumentStatus.RECEIVED.value}
        if row is None:
            self._save(connection, firm_id, item, received, 0)
        elif row["status"] in (DocumentStatus.MISSING, DocumentStatus.ASKED):
            self._save(connection, firm_id, item, received, row["version"])


def _blank(item: str) -> Row:
    names = ("due_on", "asked_on", "asker", "remark")
    return {
        "item": item,
        "status": DocumentStatus.RECEIVED.value,
        "version": 0,
        **dict.fromkeys(names),
    }


def _entries(values: Facts) -> Row:
    entries = only(values, DOCUMENT)
    if "status" in entries:
        if entries["status"] not in set(DocumentStatus):
            raise InputError("There is no document status {status}.", status=entries["status"])
        entries["status"] = DocumentStatus(entries["status"]).value
    require_length(entries.get("remark"), LONGEST_NOTE)
    return entries


def _check_item(item: str) -> None:
    if not item.strip():
        raise InputError("Name the paper first.")


def _check_file(name: str, content: bytes) -> tuple[str, str]:
    """The name without its folder, and the media type, of a file that may be attached."""
    name = name.replace("\\", "/").rpartition("/")[2].strip()
    check_text("name", name)
    ending = name.rpartition(".")[2].lower()
    media_type, start = FILE_TYPES.get(ending, ("", b""))
    if not media_type or not content.startswith(start):
        raise InputError(
            "{file} cannot be attached; expected {types}, and what its ending says.",
            file=name, types=file_types(),
        )  # fmt: skip
    if len(content) > LARGEST_FILE:
        raise InputError(
            "{file} has {size} MB; at most {allowed} MB can be attached.",
            file=name, size=len(content) // 1024**2, allowed=LARGEST_FILE // 1024**2,
        )  # fmt: skip
    stem = name[: -len(ending) - 1][: LONGEST_NAME - len(ending) - 1]
    return f"{stem}.{ending}", media_type


def file_types(types: Iterable[str] = FILE_TYPES) -> str:
    """The endings of files that can be attached, as a list."""
    return ", ".join(types)
