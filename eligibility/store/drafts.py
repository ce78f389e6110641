"""Drafts of self-assessments: opened by a return code, shared only on consent.

Whoever holds the code holds the draft, as with a key; the store keeps a hash of it alone. A
signed-in account's drafts are also found by their id, and those of a browser by its cookie.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, select, true, update

from eligibility.domain.errors import InputError, NotAllowed, NotFound
from eligibility.store.access import Access, open_to
from eligibility.store.actors import ANYONE, STAFF, Actor
from eligibility.store.audit import AuditAction
from eligibility.store.exchange_tables import decisions, links
from eligibility.store.rows import Facts, Row, plain
from eligibility.store.schema import Role, carriers, draft_browsers, drafts

#: what one draft may hold: rows of a list, characters of a cell or an input, and in all
MOST_ROWS, LONGEST_TEXT, LARGEST = 500, 500, 300_000
#: new drafts of one account, or of visitors from one address, within the time: a training room
#: behind one address is let in, a program that fills the store is not
MOST_NEW, WITHIN = 60, timedelta(hours=1)
#: no I, L, O or U: nobody has to guess whether that was a one or an l (Crockford's base 32)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIKE = str.maketrans("ILO", "110")
#: seven groups of four characters: 140 bits
GROUPS, GROUP = 7, 4

#: drafts that one browser is remembered to have opened
MOST_REMEMBERED = 20


class BrowserKey(NamedTuple):
    """A draft by its id, for the browser that opened it before; ``browser`` is its cookie."""

    draft_id: int
    browser: str


Key = str | int | BrowserKey


def new_code() -> str:
    """A return code such as ``7M4K-…``: 140 random bits in an alphabet without look-alikes."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)]
    return "-".join("".join(letters[i : i + GROUP]) for i in range(0, len(letters), GROUP))


def code_hash(code: str) -> str:
    """What the store keeps of a code, however it was typed: SHA-256 as hexadecimal.

    A plain hash is enough where there are 140 bits to guess; the time a lookup takes tells of the
    hash, never of the code.
    """
    plainly = "".join(code.split()).replace("-", "").upper().translate(ALIKE)
    return hashlib.sha256(plainly.encode()).hexdigest()


class Drafts(Access):
    """Unfinished self-assessments.

    ``key`` is a return code, the id of one's own draft, or an id with the browser that opened it.
    """

    @open_to(ANYONE)
    def add(self, state: Facts) -> tuple[str, int]:
        """Keep a new draft: its return code, shown this once, and its id.

        A signed-in actor's draft is also bound to the account.

        Raises
        ------
        InputError
            If it holds more than a draft may.
        NotAllowed
            If too many were begun from there within the hour.
        """
        content = require_size(state)
        code, at = new_code(), self._clock()
        with self._writing(moves_year=False) as connection:
            self._not_too_many(connection)
            new_id = self._insert(
                connection,
                drafts,
                {
                    "code_hash": code_hash(code),
                    "account_id": self.actor.account_id,
                    "source": self.actor.source,
                    "state": content,
                    "created_at": at,
                    "changed_at": at,
                    "version": 1,
                },
            )
        return code, new_id

    @open_to(ANYONE)
    def get(self, key: Key) -> Row:
        """A draft: ``state``, ``version``, ``carrier_id`` and ``consent_at`` if it is shared.

        Raises
        ------
        NotFound
            If no draft has this code, or the id is not one's own.
        """
        with self._reading() as connection:
            return self._draft(connection, key)

    @open_to(ANYONE)
    def own_drafts(self) -> list[Row]:
        """The account's drafts, latest change first; none without one, all for the one person."""
        with self._reading() as connection:
            own = select(*_TOLD).where(self._own()).order_by(drafts.c.changed_at.desc())
            return self._all(connection, own)

    @open_to(ANYONE)
    def save(self, key: Key, state: Facts, version: int) -> int:
        """Store the state in place of the one at this version; the next version."""
        bounded = require_size(state)
        with self._writing(moves_year=False) as connection:
            row = self._draft(connection, key)
            values: Row = {"state": bounded, "changed_at": self._clock()}
            if any(bounded.get(part) != row["state"].get(part) for part in ("facts", "ledgers")):
                # whoever it is shared with has something to look at again
                values["reviewed_at"] = None
            return self._change(connection, drafts, drafts.c.id == row["id"], values, version)

    @open_to(ANYONE)
    def remember(self, key: Key, browser: str) -> int:
        """Let a browser open a draft again by its cookie; the draft's id.

        Parameters
        ----------
        browser : str
            The random cookie that names it; its hash alone is kept, of the newest drafts.
        """
        with self._writing(moves_year=False) as connection:
            draft_id = int(self._draft(connection, key)["id"])
            named = draft_browsers.c.browser_hash == _browser_hash(browser)
            connection.execute(
                delete(draft_browsers).where(named, draft_browsers.c.draft_id == draft_id)
            )
            kept = select(draft_browsers.c.id).where(named).order_by(draft_browsers.c.id.desc())
            old = connection.scalars(kept.offset(MOST_REMEMBERED - 1)).all()
            connection.execute(delete(draft_browsers).where(draft_browsers.c.id.in_(old)))
            connection.execute(
                insert(draft_browsers).values(
                    draft_id=draft_id,
                    browser_hash=_browser_hash(browser),
                    opened_at=self._clock(),
                )
            )
        return draft_id

    @open_to(ANYONE)
    def forget(self, draft_id: int, browser: str) -> None:
        """Let a browser open a draft no longer by its cookie; the return code still does."""
        with self._writing(moves_year=False) as connection:
            connection.execute(
                delete(draft_browsers).where(
                    draft_browsers.c.draft_id == draft_id,
                    draft_browsers.c.browser_hash == _browser_hash(browser),
                )
            )

    @open_to(ANYONE)
    def of_browser(self, browser: str) -> list[Row]:
        """The drafts that a browser is remembered to have opened, latest change first, with state."""
        with self._reading() as connection:
            remembered = select(draft_browsers.c.draft_id).where(
                draft_browsers.c.browser_hash == _browser_hash(browser)
            )
            rows = select(*_TOLD, drafts.c.state).where(drafts.c.id.in_(remembered))
            return self._all(connection, rows.order_by(drafts.c.changed_at.desc()))

    @open_to(ANYONE)
    def renew_code(self, key: Key) -> str:
        """A new return code in place of the old one, which opens nothing any more."""
        code = new_code()
        with self._writing(moves_year=False) as connection:
            row = self._draft(connection, key)
            connection.execute(
                update(drafts).where(drafts.c.id == row["id"]).values(code_hash=code_hash(code))
            )
        return code

    @open_to(ANYONE)
    def share(self, key: Key, carrier_id: int, consent: str) -> None:
        """Show a draft to one named carrier, as its holder consents.

        Parameters
        ----------
        consent : str
            The sentence that was agreed to; kept with the time.
        """
        with self._writing(moves_year=False) as connection:
            row = self._draft(connection, key)
            named = carriers.c.active & (carriers.c.id == carrier_id)
            self._one(connection, select(carriers).where(named))
            at = self._clock()
            values = {"carrier_id": carrier_id, "consent": consent, "consent_at": at,
                      "reviewed_at": None}  # fmt: skip
            where = drafts.c.id == row["id"]
            self._change(connection, drafts, where, values, row["version"])
            self._log(connection, AuditAction.DRAFT_SHARE, draft=row["id"], carrier=carrier_id)

    @open_to(ANYONE)
    def withdraw(self, key: Key) -> None:
        """Show a draft to nobody any more."""
        with self._writing(moves_year=False) as connection:
            row = self._draft(connection, key)
            values = {"carrier_id": None, "consent": None, "consent_at": None}
            where = drafts.c.id == row["id"]
            self._change(connection, drafts, where, values, row["version"])
            self._log(connection, AuditAction.DRAFT_WITHDRAW, draft=row["id"])

    @open_to(ANYONE)
    def delete(self, key: Key) -> None:
        """Forget a draft for good."""
        with self._writing(moves_year=False) as connection:
            row = self._draft(connection, key)
            connection.execute(delete(links).where(links.c.draft_id == row["id"]))
            connection.execute(delete(draft_browsers).where(draft_browsers.c.draft_id == row["id"]))
            # SQLite gives the id to the next draft, which may be another firm's
            decided = update(decisions).where(decisions.c.draft_id == row["id"])
            connection.execute(decided.values(draft_id=None))
            connection.execute(delete(drafts).where(drafts.c.id == row["id"]))
            self._log(connection, AuditAction.DRAFT_DELETE, draft=row["id"])

    @open_to(STAFF)
    def shared_drafts(self) -> list[Row]:
        """Drafts that firms share with a carrier of the actor's, latest first."""
        with self._reading() as connection:
            columns = [*_TOLD, carriers.c.name.label("carrier")]
            return self._all(
                connection,
                select(*columns)
                .join_from(drafts, carriers)
                .where(self._is_shared())
                .order_by(drafts.c.consent_at.desc()),
            )

    @open_to(STAFF)
    def shared_draft(self, draft_id: int) -> Row:
        """One shared draft with its ``state``; to take it in, stage it as an import of one row."""
        with self._reading() as connection:
            shared = select(*_TOLD, drafts.c.state).where(self._is_shared())
            return self._one(connection, shared.where(drafts.c.id == draft_id))

    @open_to(ANYONE)
    def carrier_choices(self) -> list[Row]:
        """Carriers that a draft can be shared with: id, name, district."""
        with self._reading() as connection:
            query = select(carriers.c.id, carriers.c.name, carriers.c.district)
            return self._all(connection, query.where(carriers.c.active).order_by(carriers.c.name))

    def _not_too_many(self, connection: Connection) -> None:
        """Refuse one draft more where too many were begun; the one local person is never too many."""
        match self.actor:
            case Actor(role=Role.LOCAL):
                return
            case Actor(account_id=int(account)):
                own: ColumnElement[bool] = drafts.c.account_id == account
            case Actor(source=source):
                own = drafts.c.account_id.is_(None) & drafts.c.source.is_not_distinct_from(source)
        at = self._clock()
        recent = own & (drafts.c.created_at > at - WITHIN) & (drafts.c.created_at <= at)
        begun = connection.scalar(select(func.count()).select_from(drafts).where(recent)) or 0
        if begun >= MOST_NEW:
            raise NotAllowed(
                "{count} self-assessments were begun from here within the hour; nothing was stored. "
                "Go on with one of them, or try again later.",
                count=begun,
            )

    def _draft(self, connection: Connection, key: Key) -> Row:
        return find_draft(connection, self.actor, key)

    def _own(self) -> ColumnElement[bool]:
        return is_own(self.actor)

    def _is_shared(self) -> ColumnElement[bool]:
        return drafts.c.carrier_id.is_not(None) & self._within_carrier(drafts.c.carrier_id)


def find_draft(connection: Connection, actor: Actor, key: Key) -> Row:
    """The draft of a key; NotFound if there is none, or it is neither one's own nor this browser's."""
    match key:
        case str(code):
            mine = drafts.c.code_hash == code_hash(code)
        case BrowserKey(draft_id, browser):
            opened = select(draft_browsers.c.draft_id).where(
                draft_browsers.c.browser_hash == _browser_hash(browser)
            )
            mine = (drafts.c.id == draft_id) & drafts.c.id.in_(opened)
        case draft_id:
            mine = (drafts.c.id == draft_id) & is_own(actor)
    wanted = select(*_TOLD, drafts.c.state).where(mine)
    row = connection.execute(wanted).mappings().first()
    if row is None:
        raise NotFound("No draft has this return code.")
    return dict(row)


def is_own(actor: Actor) -> ColumnElement[bool]:
    """Drafts of the actor's account; all of them for the one person of a store without accounts."""
    if actor.role is Role.LOCAL:
        return true()
    return false() if actor.account_id is None else drafts.c.account_id == actor.account_id


def _browser_hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def require_size(state: Facts) -> Row:
    """The state as it is stored; InputError where it is more than one firm can have to say."""
    content = plain(state)
    lists = content.get("ledgers") or {}
    for rows in lists.values() if isinstance(lists, Mapping) else ():
        if len(rows) > MOST_ROWS:
            raise InputError(
                "A list has {rows} rows; at most {allowed} can be kept. Nothing was stored: take "
                "rows away, or enter the numbers without the list.",
                rows=len(rows), allowed=MOST_ROWS,
            )  # fmt: skip
    for text in _texts(content):
        if len(text) > LONGEST_TEXT:
            raise InputError(
                "“{start}…” has {length} characters; at most {allowed} can be kept in one place. "
                "Nothing was stored: shorten it.",
                start=text[:20], length=len(text), allowed=LONGEST_TEXT,
            )  # fmt: skip
    if (size := sum(len(text) for text in _texts(content))) > LARGEST:
        raise InputError(
            "This self-assessment has {size} characters; at most {allowed} can be kept. Nothing was "
            "stored: take rows away.",
            size=size, allowed=LARGEST,
        )  # fmt: skip
    return content


def _texts(content: Any) -> Iterator[str]:
    """Every text within, and every name of one."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for name, part in content.items():
            yield name
            yield from _texts(part)
    elif isinstance(content, list):
        for part in content:
            yield from _texts(part)


_TOLD = [c for c in drafts.c if c.name not in ("code_hash", "source", "state")]
