"""Links: each opens one thing, for one purpose, to whoever has its token, until it ends.

The store keeps a hash of the token alone. Opening a link changes nothing, so that a preview of a
messenger does not use it up. One that was revoked, has run out or never was is the same to whoever
tries it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from eligibility.domain.errors import InputError, NotAllowed, NotFound
from eligibility.domain.text import msgid
from eligibility.store.access import Access, open_to
from eligibility.store.actors import ANYONE, LEADS, STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.drafts import Key, find_draft, require_size
from eligibility.store.exchange_tables import LinkPurpose, decisions, links, submissions
from eligibility.store.fact_rows import known_facts
from eligibility.store.rows import Facts, Row, check_text
from eligibility.store.schema import Role, accounts, drafts, firms

#: bytes of a token: 192 bits
TOKEN_BYTES = 24
#: days that a link may hold, and how many of one subject may hold at once
MOST_DAYS, MOST_LINKS = 180, 20
#: times that a link may be answered within a day, characters of a remark and of who sent it
MOST_ANSWERS, LONGEST_REMARK, LONGEST_SENDER = 30, 500, 100
DEAD = msgid(
    "This link opens nothing: it was withdrawn, has run out, or was not copied whole. Ask whoever "
    "sent it for a new one."
)


def token_hash(token: str) -> str:
    """What the store keeps of a token: SHA-256 as hexadecimal, enough where 192 bits are to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


class Links(Access):
    """Links by token. Whoever has the token has what it opens, as with the code of a draft."""

    @open_to(ANYONE)
    def add_result_link(
        self, key: Key, days: int, sender: str, *, with_figures: bool = False
    ) -> tuple[str, int]:
        """A new link to the result of a draft: its token, shown this once, and its id.

        Parameters
        ----------
        key : str or int
            Return code, or the id of one's own draft.
        days : int
            How long it holds, from 1 to ``MOST_DAYS``.
        sender : str
            Who sends it, as the reader is told.
        with_figures : bool
            Whether the reader sees the firm's figures beside the conditions.

        Raises
        ------
        InputError
            If the days or the sender cannot be.
        NotAllowed
            If too many links of the draft hold already.
        """
        with self._writing(moves_year=False) as connection:
            draft = find_draft(connection, self.actor, key)
            options = {"figures": with_figures}
            subject = {"draft_id": draft["id"]}
            return self._add(connection, LinkPurpose.RESULT, subject, options, sender, days)

    @open_to(STAFF)
    def add_question_link(
        self, firm_id: int, year: int, keys: Sequence[str], days: int, sender: str
    ) -> tuple[str, int]:
        """A new link to questions to a firm: its token, shown this once, and its id.

        Parameters
        ----------
        firm_id : int
        year : int
            Of the application that the facts are for.
        keys : sequence of str
            Calendar keys of the facts that are asked; the link opens these and no other.
        days, sender
            As in ``add_result_link``; errors likewise.
        """
        if not keys:
            raise InputError("Choose at least one thing to ask.")
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            options = {"year": year, "keys": list(dict.fromkeys(keys))}
            subject = {"firm_id": firm_id}
            return self._add(connection, LinkPurpose.QUESTIONS, subject, options, sender, days)

    def _add(
        self,
        connection: Connection,
        purpose: LinkPurpose,
        subject: Row,
        options: Row,
        sender: str,
        days: int,
    ) -> tuple[str, int]:
        name = " ".join(sender.split())
        if not 1 <= days <= MOST_DAYS:
            raise InputError("A link can hold from 1 to {days} days.", days=MOST_DAYS)
        if not name or len(name) > LONGEST_SENDER:
            raise InputError(
                "Say in up to {count} characters who sends the link.", count=LONGEST_SENDER
            )
        at = self._clock()
        ((column, value),) = subject.items()
        count = select(func.count()).select_from(links).where(links.c[column] == value)
        if (connection.scalar(count.where(*self._holds())) or 0) >= MOST_LINKS:
            raise NotAllowed(
                "{count} links hold already; revoke one that is no longer needed.", count=MOST_LINKS
            )
        token = secrets.token_urlsafe(TOKEN_BYTES)
        new_id = self._insert(
            connection,
            links,
            {
                **subject,
                "token_hash": token_hash(token),
                "purpose": purpose.value,
                "options": options,
                "sender": name,
                "account_id": self.actor.account_id,
                "at": at,
                "expires_at": at + timedelta(days=days),
            },
        )
        self._log(connection, AuditAction.LINK_ADD, subject.get("firm_id"), link=new_id)
        return token, new_id

    @open_to(ANYONE)
    def of_draft(self, key: Key) -> list[Row]:
        """Links to the result of a draft that hold, the newest first; without their tokens."""
        with self._reading() as connection:
            draft = find_draft(connection, self.actor, key)
            return self._all(connection, self._list(links.c.draft_id == draft["id"]))

    @open_to(STAFF)
    def of_firm(self, firm_id: int) -> list[Row]:
        """Links with questions to a firm that hold, the newest first; without their tokens."""
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            return self._all(connection, self._list(links.c.firm_id == firm_id))

    @open_to(ANYONE)
    def revoke_of_draft(self, key: Key, link_id: int) -> None:
        """Let a link to the result of a draft open nothing any more."""
        with self._writing(moves_year=False) as connection:
            draft = find_draft(connection, self.actor, key)
            self._revoke(connection, (links.c.id == link_id) & (links.c.draft_id == draft["id"]))

    @open_to(STAFF)
    def revoke_of_firm(self, firm_id: int, link_id: int) -> None:
        """Let a link with questions to a firm open nothing any more."""
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            self._revoke(connection, (links.c.id == link_id) & (links.c.firm_id == firm_id))

    def _revoke(self, connection: Connection, whose: ColumnElement[bool]) -> None:
        row = self._one(connection, select(links.c.id, links.c.firm_id).where(whose))
        ended = update(links).where(whose, links.c.revoked_at.is_(None))
        connection.execute(ended.values(revoked_at=self._clock()))
        self._log(connection, AuditAction.LINK_REVOKE, row["firm_id"], link=row["id"])

    @open_to(ANYONE)
    def open(self, token: str) -> Row:
        """What a link opens at this moment.

        Returns
        -------
        dict
            ``purpose``, ``options``, ``sender``, ``at``, ``expires_at``, and the subject: of a result
            ``state`` and ``changed_at`` of the draft; of questions ``firm_id``, ``firm`` (its name), ``uscc``,
            ``facts`` (held, by calendar key, of what is asked alone), ``submissions`` and
            ``decisions``, the latest first.

        Raises
        ------
        NotFound
            With one sentence for a link that was revoked, has run out or never was.
        """
        with self._reading() as connection:
            link = self._link(connection, token)
            if link["purpose"] == LinkPurpose.RESULT:
                draft = select(drafts.c.state, drafts.c.changed_at)
                found = draft.where(drafts.c.id == link["draft_id"])
                return {**link, **self._one(connection, found)}
            named = select(firms.c.name, firms.c.uscc).where(firms.c.id == link["firm_id"])
            firm = self._one(connection, named)
            options = link["options"]
            facts = known_facts(connection, link["firm_id"], options["year"])
            sent = submissions.c.link_id == link["id"]
            decided = decisions.c.submission_id.in_(select(submissions.c.id).where(sent))
            return {
                **link,
                "firm": firm["name"],
                "uscc": firm["uscc"],
                "facts": {key: facts[key] for key in options["keys"] if key in facts},
                "submissions": self._all(
                    connection, select(submissions).where(sent).order_by(submissions.c.id.desc())
                ),
                "decisions": self._all(
                    connection, select(decisions).where(decided).order_by(decisions.c.id.desc())
                ),
            }

    @open_to(ANYONE)
    def answer(self, token: str, facts: Facts, remark: str = "", file: str | None = None) -> int:
        """Keep what a firm answers by a link, for its adviser to decide on; its id.

        Nothing of the register changes by it.

        Parameters
        ----------
        token : str
            Of a link with questions.
        facts : mapping
            Texts by calendar key, as a draft keeps them; of what is asked alone.
        remark : str
        file : str, optional
            The workbook that they were read from.

        Raises
        ------
        NotFound
            As ``open``.
        InputError
            If something is answered that was not asked, or nothing at all.
        NotAllowed
            If the link was answered too often within a day.
        """
        bounded = require_size({"facts": facts})["facts"]
        check_text("remark", remark)
        with self._writing(moves_year=False) as connection:
            link = self._link(connection, token)
            if link["purpose"] != LinkPurpose.QUESTIONS:
                raise NotFound(DEAD)
            return self._receive(connection, link, bounded, remark, file)

    @open_to(STAFF)
    def answer_for_firm(
        self, firm_id: int, link_id: int, facts: Facts, file: str | None = None
    ) -> int:
        """The same of a workbook that the firm sent back to its adviser."""
        bounded = require_size({"facts": facts})["facts"]
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            wanted = select(links).where(links.c.id == link_id, links.c.firm_id == firm_id)
            return self._receive(connection, self._one(connection, wanted), bounded, "", file)

    def _receive(
        self, connection: Connection, link: Row, facts: Row, remark: str, file: str | None
    ) -> int:
        if unknown := sorted(set(facts) - set(link["options"]["keys"])):
            raise InputError("This was not asked: {fields}.", fields=", ".join(unknown))
        note = remark.strip()
        if len(note) > LONGEST_REMARK:
            raise InputError(
                "The remark has {length} characters; at most {allowed} can be kept.",
                length=len(note), allowed=LONGEST_REMARK,
            )  # fmt: skip
        if not facts and not note:
            raise InputError("Nothing is changed and nothing is filled in, so nothing was sent.")
        at = self._clock()
        recent = (submissions.c.link_id == link["id"]) & (submissions.c.at > at - timedelta(days=1))
        count = connection.scalar(select(func.count()).select_from(submissions).where(recent))
        if (count or 0) >= MOST_ANSWERS:
            raise NotAllowed("This link was answered too often today; go on tomorrow.")
        pending = self._take_pending(connection, link["id"])
        new_id = self._insert(
            connection,
            submissions,
            {
                "link_id": link["id"],
                "firm_id": link["firm_id"],
                "facts": pending | facts,
                "remark": note,
                "file": None if file is None else file[-300:],
                "at": at,
            },
        )
        self._log(connection, AuditAction.SUBMISSION_ADD, link["firm_id"], submission=new_id)
        return new_id

    def _take_pending(self, connection: Connection, link_id: int) -> Row:
        """Earlier answers by a link on which nobody decided: they go on with the newest one."""
        still_open = (submissions.c.link_id == link_id) & submissions.c.reviewed_at.is_(None)
        pending: Row = {}
        for row in self._all(
            connection, select(submissions).where(still_open).order_by(submissions.c.id)
        ):
            mine = select(decisions.c.key).where(decisions.c.submission_id == row["id"])
            decided = set(connection.scalars(mine))
            pending |= {key: text for key, text in row["facts"].items() if key not in decided}
        connection.execute(update(submissions).where(still_open).values(reviewed_at=self._clock()))
        return pending

    def _link(self, connection: Connection, token: str) -> Row:
        wanted = select(links).where(links.c.token_hash == token_hash(token), *self._holds())
        row = connection.execute(wanted).mappings().first()
        if row is None or not self._sender_may(connection, dict(row)):
            raise NotFound(DEAD)
        return {name: value for name, value in row.items() if name != "token_hash"}

    def _sender_may(self, connection: Connection, link: Row) -> bool:
        """Whether the account that made a link may still do so; a link of no account stands alone."""
        if link["account_id"] is None:
            return True
        account = connection.execute(
            select(accounts).where(accounts.c.id == link["account_id"], accounts.c.active)
        ).first()
        if account is None or link["firm_id"] is None:
            return account is not None
        if account.role in LEADS:
            return True
        query = select(firms.c.carrier_id).where(firms.c.id == link["firm_id"])
        carrier = connection.scalar(query)
        is_adviser = account.role == Role.ADVISER and carrier is not None
        return bool(is_adviser and account.carrier_id == carrier)

    def _list(self, whose: ColumnElement[bool]) -> Select[Any]:
        columns = [column for column in links.c if column.name != "token_hash"]
        listed = select(*columns, accounts.c.name.label("by")).select_from(
            links.outerjoin(accounts)
        )
        return listed.where(whose, *self._holds()).order_by(links.c.id.desc())

    def _holds(self) -> tuple[ColumnElement[bool], ...]:
        return links.c.revoked_at.is_(None), links.c.expires_at > self._clock()
