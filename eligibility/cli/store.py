"""``backup``, ``restore``, ``export`` and ``create-admin``: the store from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from eligibility.cli.common import Tongue, refusals
from eligibility.vocabulary import InputError


def backup(
    file: Annotated[Path, typer.Argument(help="A new file.")],
    lang: Tongue = None,
) -> None:
    """Copy the store, in use or not, to a file that ``restore`` reads."""
    from eligibility.store import backup as write_backup
    from eligibility.store import open_store

    with refusals(lang) as spoken:
        write_backup(open_store(), file)
        print(spoken.text("Backup written: {file}").format(file=file), file=sys.stderr)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    lang: Tongue = None,
) -> None:
    """Fill an empty store from a backup; a store that holds anything is refused."""
    from eligibility.store import open_store
    from eligibility.store import restore as read_backup

    with refusals(lang) as spoken:
        rows = read_backup(open_store(), file)
        said = spoken.text("{rows} rows restored and compared")
        print(said.format(rows=sum(rows.values())), file=sys.stderr)


def export(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    lang: Tongue = None,
) -> None:
    """Write everything in the store as CSV and JSON lines, one file a table."""
    from eligibility.store import export as write_tables
    from eligibility.store import open_store

    with refusals(lang) as spoken:
        rows = write_tables(open_store(), folder)
        said = spoken.text("{tables} tables, {rows} rows written")
        print(said.format(tables=len(rows), rows=sum(rows.values())), file=sys.stderr)


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
