"""Certificates of firms, and what a certified firm owes and is owed: reports, changes, awards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, case, func, select

from eligibility.domain.errors import InputError, NotFound
from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.certificate_tables import (
    AwardStatus,
    CancellationGround,
    ChangeKind,
    annual_reports,
    awards,
    cancellations,
    firm_changes,
)
from eligibility.store.rows import Facts, Row, only, plain, slices
from eligibility.store.schema import (
    accounts,
    carriers,
    figures,
    firms,
    ledgers,
    outcomes,
)
from eligibility.store.stages import follow_records

REPORT = ("filed_on", "answers")
CHANGE = ("kind", "changed_on", "detail", "reported_on")
AWARD = ("status", "amount", "applied_on", "paid_on")
CANCELLATION = ("cancelled_on", "ground", "from_year")
_CERTIFICATE = ("applied_year", "certificate_number", "certified_on", "expires_on")
_FIRM = ("uscc", "name", "district", "industry", "carrier_id", "adviser_id")


class Certificates(Access):
    """Certificates of the firms to be seen."""

    @open_to(STAFF)
    def certificates(self) -> list[Row]:
        """Every certificate on record with its firm, by firm and year.

        ``firm_id`` (of a copy the file that counts, where it is to be seen), the ``uscc``, ``name``,
        ``district``, ``industry``, ``carrier`` and ``adviser`` of that one, and of the certificate
        ``applied_year``, ``certificate_number``, ``certified_on``, ``expires_on``, ``cancelled_on``,
        ``ground``, ``from_year`` and ``cancellation_version`` (0: not cancelled); what is not known
        is None.
        """
        with self._reading() as connection:
            seen = select(firms.c.id).where(self._visible())
            counts = case((firms.c.copy_of.in_(seen), firms.c.copy_of), else_=firms.c.id)
            own = cancellations.c.firm_id == outcomes.c.firm_id
            wanted = (
                select(
                    counts.label("firm_id"),
                    *(outcomes.c[name] for name in _CERTIFICATE),
                    *(cancellations.c[name] for name in CANCELLATION),
                    func.coalesce(cancellations.c.version, 0).label("cancellation_version"),
                )
                .select_from(
                    outcomes.join(firms, firms.c.id == outcomes.c.firm_id).outerjoin(
                        cancellations,
                        own & (cancellations.c.applied_year == outcomes.c.applied_year),
                    )
                )
                .where(self._visible(outcomes), outcomes.c.certified)
                .order_by(counts, outcomes.c.applied_year)
            )
            rows = self._all(connection, wanted)
            about: dict[int, Row] = {}
            for some in slices(sorted({row["firm_id"] for row in rows})):
                columns: list[Any] = [firms.c.id, *(firms.c[name] for name in _FIRM)]
                columns += [carriers.c.name.label("carrier"), accounts.c.name.label("adviser")]
                place = firms.outerjoin(carriers).outerjoin(
                    accounts, accounts.c.id == firms.c.adviser_id
                )
                query = select(*columns).select_from(place).where(firms.c.id.in_(some))
                about |= {row.pop("id"): row for row in self._all(connection, query)}
        return [{**about[row["firm_id"]], **row} for row in rows]

    @open_to(STAFF)
    def facts(self, firm_ids: Iterable[int]) -> dict[int, Row]:
        """Firm → all that is known of it by calendar key, of those to be seen that have figures.

        What is of an application and not of a year is that of the latest one.
        """
        result: dict[int, Row] = {}
        with self._reading() as connection:
            for some in slices(sorted(set(firm_ids))):
                mine = select(figures.c.firm_id, figures.c.facts).where(
                    self._visible(figures), figures.c.firm_id.in_(some)
                )
                for row in connection.execute(mine.order_by(figures.c.application_year)):
                    result[row.firm_id] = {**result.get(row.firm_id, {}), **row.facts}
        return result

    @open_to(STAFF)
    def lists(self, firm_ids: Iterable[int], kind: str) -> dict[int, list[Row]]:
        """Firm → the rows of one of its lists, of those to be seen that have it."""
        result: dict[int, list[Row]] = {}
        with self._reading() as connection:
            for some in slices(sorted(set(firm_ids))):
                wanted = self._select(ledgers, ledgers.c.firm_id.in_(some), ledgers.c.kind == kind)
                for row in connection.execute(wanted).mappings():
                    result[row["firm_id"]] = row["rows"]
        return result

    @open_to(STAFF)
    def annual_reports(self, firm_id: int | None = None) -> list[Row]:
        """Annual reports of a firm, or of all: ``year`` (reported on), ``filed_on``, ``answers``."""
        return self._rows(annual_reports, firm_id, "year")

    @open_to(STAFF)
    def save_annual_report(self, firm_id: int, year: int, values: Facts, version: int) -> int:
        """Put an annual report of ``REPORT`` in the place of that at this version; the next one."""
        entries = only(values, REPORT)
        entries["answers"] = plain(entries.get("answers") or {})
        return self._save(
            annual_reports, AuditAction.REPORT_SAVE, firm_id, {"year": year}, entries, version
        )

    @open_to(STAFF)
    def changes(self, firm_id: int | None = None) -> list[Row]:
        """Changes of certified firms that are to be reported: fields of ``CHANGE``, by their day."""
        return self._rows(firm_changes, firm_id, "changed_on")

    @open_to(STAFF)
    def add_change(self, firm_id: int, values: Facts) -> int:
        """A change of ``CHANGE``, and its id."""
        entries = only(values, CHANGE)
        entries["kind"] = ChangeKind(entries["kind"]).value
        with self._writing() as connection:
            self._seen_firm(connection, firm_id)
            row = {"firm_id": firm_id, "detail": "", "changed_at": self._clock(), **entries}
            new_id = self._insert(connection, firm_changes, row)
            self._log(connection, AuditAction.CHANGE_SAVE, firm_id, **entries)
        return new_id

    @open_to(STAFF)
    def save_change(self, change_id: int, values: Facts, version: int) -> int:
        """Change what is known of a change, as the day of its report; the next version."""
        entries = only(values, CHANGE)
        with self._writing() as connection:
            own = firm_changes.c.id == change_id
            firm_id = self._one(connection, self._select(firm_changes, own))["firm_id"]
            row = {**entries, "changed_at": self._clock()}
            after = self._change(connection, firm_changes, own, row, version)
            self._log(connection, AuditAction.CHANGE_SAVE, firm_id, **entries)
        return after

    @open_to(STAFF)
    def awards(self, firm_id: int | None = None) -> list[Row]:
        """Awards of a firm, or of all: ``award`` and the fields of ``AWARD``."""
        return self._rows(awards, firm_id, "award")

    @open_to(STAFF)
    def save_award(self, firm_id: int, award: str, values: Facts, version: int) -> int:
        """Put an award in the place of that at this version; the next one."""
        entries = only(values, AWARD)
        entries["status"] = AwardStatus(entries["status"]).value
        amount = entries.get("amount")
        if amount is not None and not amount >= 0:
            raise InputError(
                "An award of {amount}: expected an amount of 0 or more.", amount=amount
            )
        return self._save(
            awards, AuditAction.AWARD_SAVE, firm_id, {"award": award}, entries, version
        )

    @open_to(STAFF)
    def save_cancellation(
        self, firm_id: int, applied_year: int, values: Facts, version: int
    ) -> int:
        """Record that the certificate of an application is cancelled; the next version.

        The firm is certified no more where it was its latest.

        Raises
        ------
        NotFound
            If the firm has no certificate of that year.
        """
        entries = only(values, CANCELLATION)
        entries["ground"] = CancellationGround(entries["ground"]).value
        of_firm = outcomes.c.firm_id == firm_id
        with self._writing() as connection:
            self._seen_firm(connection, firm_id)
            latest = select(outcomes.c.applied_year).where(of_firm, outcomes.c.certified)
            years = list(connection.scalars(latest.order_by(outcomes.c.applied_year.desc())))
            if applied_year not in years:
                raise NotFound("That is not here.")
            key, at = {"firm_id": firm_id, "applied_year": applied_year}, self._clock()
            after = self._put(
                connection, cancellations, key, {**entries, "changed_at": at}, version
            )
            follow_records(connection, [firm_id], at)
            self._log(
                connection, AuditAction.CERTIFICATE_CANCEL, firm_id,
                applied_year=applied_year, **entries,
            )  # fmt: skip
        return after

    def _rows(self, table: Table, firm_id: int | None, order: str) -> list[Row]:
        own = [] if firm_id is None else [table.c.firm_id == firm_id]
        with self._reading() as connection:
            if firm_id is not None:
                self._seen_firm(connection, firm_id)
            wanted = self._select(table, *own).order_by(table.c.firm_id, table.c[order], table.c.id)
            return self._all(connection, wanted)

    def _save(
        self,
        table: Table,
        action: AuditAction,
        firm_id: int,
        key: dict[str, Any],
        entries: Row,
        version: int,
    ) -> int:
        with self._writing() as connection:
            self._seen_firm(connection, firm_id)
            values = {**entries, "changed_at": self._clock()}
            after = self._put(connection, table, {"firm_id": firm_id, **key}, values, version)
            detail = {name: value for name, value in entries.items() if name != "answers"}
            self._log(connection, action, firm_id, **key, **detail)
        return after
