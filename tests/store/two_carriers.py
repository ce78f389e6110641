"""Two carriers, a firm at each with all that can hang off a firm, and everyone who may ask."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, insert, text, update

from eligibility.store import VISITOR, Principal, Repository, Role, SignIn, System
from eligibility.store.accounts import token_hash
from eligibility.store.actors import now
from eligibility.store.change_counter import count_change
from eligibility.store.file_folder import files_folder
from eligibility.store.inbox import Origin
from eligibility.store.schema import accounts, firms, metadata, sign_ins

#: stands in everything that is told of the first carrier's firm
SECRET = "甲秘密"
PASSWORD = "correct horse battery"
#: as far as an attached file is looked at, a PDF
PDF = f"%PDF-1.7 {SECRET}".encode()


def record(verdict: str = "eligible", edition: str = "e2016", **more: Any) -> dict[str, Any]:
    """What the store needs of a record of an assessment."""
    return {
        "as_of": "2026-05-10",
        "scheme": "hnte",
        "edition": edition,
        "verdict": verdict,
        "score": {"low": 71.5, "high": 88.0},
        "readiness": None,
        "gaps": [] if verdict == "eligible" else [{"finding": "rd_intensity"}],
        **more,
    }


@dataclass
class World:
    """Ids of what is there."""

    engine: Engine
    chief: Repository
    carrier: int
    other_carrier: int
    firm: int
    other_firm: int
    adviser: int
    other_adviser: int
    task: int
    visit: int
    assessment: int
    code: str
    draft: int
    stored: int
    staged: int
    view: int
    #: a pair to decide, its two files, and a merge, a firm and one in the archive of the same carrier
    pair: int
    twins: tuple[int, int]
    merge: int
    spare: int
    archived: int
    former: int
    token: int
    question_token: str
    question_link: int
    result_link: int
    spare_link: int
    submission: int
    change: int
    principals: dict[str, Principal]
    account_ids: dict[str, int]

    def as_(self, name: str) -> Repository:
        return Repository(self.engine, self.principals[name])


def world(engine: Engine) -> World:
    """The world in a store that holds nothing yet: entered by its users once, and copied from there."""
    key = "sqlite" if engine.dialect.name == "sqlite" else str(engine.url)
    if key not in _copies:
        first = enter_world(engine)
        _copies[key] = first, _copying(engine)
        return first
    first, copy = _copies[key]
    rows = " UNION ALL ".join(f"SELECT 1 FROM {table.name}" for table in metadata.sorted_tables)
    with engine.connect() as connection:
        assert connection.exec_driver_sql(rows).first() is None, "a copy would overwrite it"
    copy(engine)
    return replace(
        first,
        engine=engine,
        chief=Repository(engine, first.chief.principal),
        principals=dict(first.principals),
        account_ids=dict(first.account_ids),
    )


#: by what a copy can be brought to, the first world and what copies it into an empty store
_copies: dict[str, tuple[World, Callable[[Engine], None]]] = {}


def _copying(source: Engine) -> Callable[[Engine], None]:
    """What brings all that the store holds now into an empty one: its rows and its files."""
    folder = TemporaryDirectory()
    files = Path(folder.name) / "files"
    if (there := files_folder(source)).exists():
        shutil.copytree(there, files)
    rows = _pages(source) if source.dialect.name == "sqlite" else _tables(source)

    def copy(engine: Engine, _folder: TemporaryDirectory[str] = folder) -> None:
        rows(engine)
        if files.exists():
            shutil.copytree(files, files_folder(engine), dirs_exist_ok=True)

    return copy


def _pages(source: Engine) -> Callable[[Engine], None]:
    pages = sqlite3.connect(":memory:", check_same_thread=False)

    def copy(engine: Engine, *, back: bool = False) -> None:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.backup(pages) if back else pages.backup(driver)

    copy(source, back=True)
    return copy


def _tables(source: Engine) -> Callable[[Engine], None]:
    """Into the same database once it is empty, out of a schema beside that of the store."""
    names = [table.name for table in metadata.sorted_tables]
    with source.begin() as connection:
        _run(connection, "CREATE SCHEMA world", *(
            f"CREATE TABLE world.{name} AS TABLE public.{name}" for name in names
        ))  # fmt: skip
        counters = connection.execute(
            text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        ).all()

    def copy(engine: Engine) -> None:
        with engine.begin() as connection:
            _run(
                connection,
                "SET LOCAL session_replication_role = replica",
                *(f"INSERT INTO public.{name} SELECT * FROM world.{name}" for name in names),
                *(
                    f"SELECT setval('public.{name}', {last})"
                    for name, last in counters
                    if last is not None
                ),
            )

    return copy


def _run(connection: Connection, *statements: str) -> None:
    """All of them in one message to the server."""
    connection.exec_driver_sql("; ".join(statements))


def enter_world(engine: Engine) -> World:
    """The world, entered by its users; the store may hold drafts of visitors already."""
    with engine.begin() as connection:
        made = connection.execute(
            insert(accounts).values(
                login="chief", name="chief", role="administrator", active=True,
                created_at=now(), version=1,
            )
        )  # fmt: skip
        (chief_id,) = made.inserted_primary_key
    chief = Repository(engine, sign_in(engine, int(chief_id)))
    carrier, other_carrier = (
        chief.administration.add_carrier(f"{SECRET}园"),
        chief.administration.add_carrier("乙园"),
    )

    account_ids = {"administrator": int(chief_id)}

    def account(login: str, role: Role, **bound: Any) -> Principal:
        made = chief.administration.add_account(login, None, role, name=login, **bound)
        account_ids[login.removeprefix(f"{SECRET} ")] = made
        return sign_in(engine, made)

    adviser = account(f"{SECRET} adviser", Role.ADVISER, carrier_id=carrier)
    other_adviser = account("other adviser", Role.ADVISER, carrier_id=other_carrier)
    firm = chief.firms.add(
        {"name": f"{SECRET}旧公司", "uscc": "91150105XNBU6HUA33", "district": SECRET,
         "industry": SECRET, "carrier_id": chief.administration.add_carrier(f"{SECRET}旧园")}
    )  # fmt: skip
    other_firm = chief.firms.add({"name": "乙公司", "uscc": "91150100XNYLK3H19E",
                                 "carrier_id": other_carrier})  # fmt: skip
    double = chief.firms.add({"name": f"{SECRET}公司", "carrier_id": carrier})
    chief.firms.save(firm, {"name": f"{SECRET}公司"}, 1)
    chief.firms.move([firm], carrier)
    chief.firms.assign([firm], account_ids["adviser"])
    versions = {each: chief.firms.get(each)["version"] for each in (firm, double)}
    merge = chief.identity.merge(firm, double, {}, versions)
    (former,) = chief.identity.former_files()
    first, second = (
        chief.firms.add({"name": f"{SECRET}两份公司", "carrier_id": carrier}) for _ in range(2)
    )
    (pair,) = chief.identity.pairs()
    spare, gone = (
        chief.firms.add({"name": f"{SECRET}{name}", "carrier_id": carrier}) for name in "留档"
    )
    chief.identity.archive(gone, 1, SECRET)
    at_carrier = Repository(engine, adviser)
    at_carrier.records.save_figures(firm, 2026, {"name": SECRET, "staff_total": 140}, 0)
    at_carrier.records.save_ledger(firm, "ip", [{"title": SECRET}], 0)
    assessment = at_carrier.records.add_assessment(
        firm, {"name": SECRET, "application_date": date(2026, 5, 10)}, record(note=SECRET)
    )
    at_carrier.applications.save_outcome(
        firm, 2026, {"certified": True, "assessment_id": assessment, "batch": SECRET,
                     "certificate_number": SECRET, "expires_on": date(2026, 12, 1)}, 0
    )  # fmt: skip
    at_carrier.applications.save_steps(
        firm, 2026, [{"step": "announcement", "day": date(2026, 11, 1), "remark": SECRET}], 1
    )
    task = at_carrier.casework.add_task(firm, {"title": SECRET, "due_on": date(2026, 12, 1)})
    at_carrier.courses.save(SECRET, date(2026, 1, 5), [firm])
    visit = at_carrier.visits.add(
        firm, {"visited_on": date(2026, 12, 1), "next_step": SECRET}, next_due=date(2026, 12, 3)
    )
    at_carrier.casework.add_note(firm, SECRET)
    at_carrier.documents.save(firm, SECRET, {"status": "asked", "remark": SECRET}, 0)
    at_carrier.documents.attach(firm, SECRET, f"{SECRET}.pdf", PDF)
    owner = account(f"{SECRET} owner", Role.FIRM, firm_id=firm)
    code, draft = Repository(engine, owner).drafts.add(
        {"name": SECRET, "ledgers": {"ip": [{"name": SECRET}]}}
    )
    Repository(engine, owner).drafts.share(code, carrier, SECRET)
    earlier = facts("91150105XNBU6HUA33", f"{SECRET}公司") | {"application_date": date(2025, 5, 10)}
    stored = at_carrier.imports.stage(SECRET, [(earlier, None)])
    at_carrier.imports.confirm(stored)
    at_carrier.applications.save_outcome(firm, 2020, {"certified": True}, 0)
    cancelled = {"cancelled_on": date(2022, 3, 1), "ground": "conditions"}
    at_carrier.certificates.save_cancellation(firm, 2020, cancelled, 0)
    at_carrier.certificates.save_annual_report(firm, 2025, {"answers": {"profit": SECRET}}, 0)
    at_carrier.certificates.save_award(firm, SECRET, {"status": "due"}, 0)
    change = at_carrier.certificates.add_change(
        firm, {"kind": "name", "changed_on": date(2026, 3, 1), "detail": SECRET}
    )
    at_carrier.contacts.save(firm, [{"name": SECRET, "phone": "0471-1234567"}], 0)
    _, result_link = Repository(engine, owner).links.add_result_link(code, 30, SECRET)
    # of no account, so that it holds whatever becomes of one
    program = Repository(engine, System(Role.LOCAL))
    question_token, question_link = program.links.add_question_link(
        firm, 2026, ["staff_total@2025", "st_staff@2025"], 30, SECRET
    )
    at_carrier.links.answer(question_token, {"staff_total@2025": SECRET}, SECRET)
    _, spare_link = program.links.add_question_link(firm, 2026, [SECRET], 30, SECRET)
    submission = at_carrier.links.answer(question_token, {"st_staff@2025": SECRET}, SECRET)
    at_carrier.inbox.decide(
        Origin("submission", submission), firm, 2026, {}, {"staff_total@2025": SECRET}, version=0
    )
    Repository(engine, owner).drafts.remember(code, "a browser")
    staged = at_carrier.imports.stage(SECRET, [(facts("91150105XNBU6HUA33", SECRET), record())])
    at_carrier.casework.save_list_columns(["name"])
    view = at_carrier.casework.save_view(SECRET, {"text": SECRET})
    chief.administration.set_target(2026, 50, 0)
    chief.api_tokens.add(SECRET, Role.MANAGER, days=30)
    (token,) = (row["id"] for row in chief.api_tokens.tokens())
    chief.column_names.save([("研发费用合计数", "rd_expense_y3")])
    principals: dict[str, Principal] = {
        "visitor": VISITOR,
        "owner": owner,
        "other owner": account("other owner", Role.FIRM, firm_id=other_firm),
        "adviser": adviser,
        "other adviser": other_adviser,
        "stray adviser": System(Role.ADVISER, account_ids["other adviser"]),
        "manager": account("manager", Role.MANAGER),
        "administrator": chief.principal,
        "local": System(Role.LOCAL),
    }
    return World(
        engine, chief, carrier, other_carrier, firm, other_firm, account_ids["adviser"],
        account_ids["other adviser"], task, visit, assessment, code, draft, stored, staged, view, pair["id"],
        (first, second), merge, spare, gone, former["id"], token, question_token, question_link,
        result_link, spare_link, submission, change, principals, account_ids,
    )  # fmt: skip


def enter_old_stage(engine: Engine, firm_ids: Collection[int], stage: str) -> None:
    """A stage without a record behind it, as stores of earlier versions hold it."""
    values = {"stage": stage, "stage_since": now(), "version": firms.c.version + 1}
    with engine.begin() as connection:
        connection.execute(update(firms).where(firms.c.id.in_(firm_ids)).values(values))
        count_change(connection)


def sign_in(engine: Engine, account_id: int) -> SignIn:
    """Somebody who signed in to that account just now."""
    at = now()
    values = {
        "token_hash": token_hash(token_hex()),
        "account_id": account_id,
        "at": at,
        "seen_at": at,
    }
    with engine.begin() as connection:
        made = connection.execute(insert(sign_ins).values(values))
    (key,) = made.inserted_primary_key or (0,)
    return SignIn(int(key))


def facts(uscc: str | None, name: str, **more: Any) -> dict[str, Any]:
    """Facts of a row to import."""
    return {"uscc": uscc, "name": name, "application_date": date(2026, 5, 10), **more}
