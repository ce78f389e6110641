"""``backup``, ``restore``, ``export``, ``create-admin`` and ``create-token``: the store from the command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from eligibility.cli.common import Tongue, refusals
from eligibility.domain.errors import InputError
from eligibility.domain.text import msgid
from eligibility.i18n import Language


def backup(
    file: Annotated[Path, typer.Argument(help="A new file.")],
    lang: Tongue = None,
) -> None:
    """Copy the store, in use or not, to a file that ``restore`` reads."""
    from eligibility.store import backup as write_backup
    from eligibility.store import open_store

    with refusals(lang) as spoken:
        rows = write_backup(open_store(), file)
        print(spoken.text("Backup written: {file}").format(file=file), file=sys.stderr)
        _report_rows(msgid("{tables} tables, {rows} rows written"), rows, spoken)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    lang: Tongue = None,
) -> None:
    """Fill an empty store from a backup; a store that holds anything is refused."""
    from eligibility.store import open_store
    from eligibility.store import restore as read_backup

    with refusals(lang) as spoken:
        rows = read_backup(open_store(), file)
        _report_rows(msgid("{tables} tables, {rows} rows restored and compared"), rows, spoken)


def export(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    lang: Tongue = None,
) -> None:
    """Write the store as CSV and JSON lines for other programs, without passwords and sign-ins."""
    from eligibility.store import export as write_tables
    from eligibility.store import open_store

    with refusals(lang) as spoken:
        done = write_tables(open_store(), folder)
        _report_rows(msgid("{tables} tables, {rows} rows written"), done.rows_written, spoken)
        left = ", ".join(f"{name} ({rows})" for name, rows in done.rows_left_out.items())
        sentence = spoken.text(
            "Not in an export, with their rows: {left}; nor the hashes of passwords and codes. "
            "Secrets, and who tried to sign in from where, are no other program's business. "
            "A backup has them, and only a backup can be restored."
        )
        print(sentence.format(left=left), file=sys.stderr)


def _report_rows(sentence: str, rows: Mapping[str, int], language: Language) -> None:
    text = language.text(sentence).format(tables=len(rows), rows=sum(rows.values()))
    print(text, file=sys.stderr)


def create_admin(
    login: Annotated[str, typer.Argument(help="Login of the new administrator.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    lang: Tongue = None,
) -> None:
    """Create an administrator; the password is asked for, or read from standard input."""
    from eligibility.store import Accounts, open_store

    with refusals(lang) as spoken:
        if password_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        elif sys.stdin.isatty():
            password = typer.prompt(spoken.text("Password"), hide_input=True)
            if typer.prompt(spoken.text("The same again"), hide_input=True) != password:
                raise InputError("The two passwords differ.")
        else:
            raise InputError("There is no terminal to ask on; use --password-stdin.")
        Accounts(open_store()).create_administrator(login, password)
        print(spoken.text("Administrator created: {login}").format(login=login), file=sys.stderr)


def create_token(
    name: Annotated[str, typer.Argument(help="Which program has it.")],
    days: Annotated[int, typer.Option("--days", help="How long it is valid, at most 366.")] = 90,
    carrier: Annotated[
        str | None,
        typer.Option(
            "--carrier", help="With an adviser's rights at this carrier; else a manager's."
        ),
    ] = None,
    lang: Tongue = None,
) -> None:
    """Make a token of the web API and print it, once; the store keeps its hash."""
    from eligibility.store import Repository, Role, System, open_store

    with refusals(lang):
        repository = Repository(open_store(), System(Role.ADMINISTRATOR))
        carrier_id = None
        if carrier is not None:
            ids = {row["name"]: row["id"] for row in repository.administration.carriers()}
            if carrier not in ids:
                raise InputError("There is no carrier {carrier}.", carrier=carrier)
            carrier_id = ids[carrier]
        role = Role.MANAGER if carrier_id is None else Role.ADVISER
        print(repository.api_tokens.add(name, role, carrier_id=carrier_id, days=days))
