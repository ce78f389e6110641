"""Accounts, carriers, targets and the audit trail, as managers and administrators look after them.

A change names the version that was shown, so that what another administrator did meanwhile is
never overwritten: the store refuses with a sentence.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import streamlit as st

from eligibility.app import session
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.status import verdict_word
from eligibility.assessment.ladder import joint_fields_by_id
from eligibility.domain.errors import EligibilityError, InputError
from eligibility.domain.text import Message, msgid
from eligibility.store import (
    CARRIER_WORDS,
    ROLE_WORDS,
    STAGE_WORDS,
    CarrierKind,
    FirmFilter,
    Repository,
    Role,
    Stage,
    audit_words,
)

#: characters of a password made here: 16 of 64 kinds
PASSWORD_BYTES = 12
LINES = 100
#: what the parts of a line of the log are called
DETAILS = {
    "accepted": msgid("Rows to store"),
    "account": msgid("Account"),
    "added": msgid("Firms added"),
    "adviser_id": msgid("Adviser"),
    "applied_year": msgid("Year"),
    "assessed": msgid("Assessments kept"),
    "assessment": msgid("Assessment"),
    "batch": msgid("Batch"),
    "carrier": msgid("Carrier"),
    "carrier_id": msgid("Carrier"),
    "changed": msgid("Changed"),
    "file": msgid("File"),
    "import_id": msgid("Import"),
    "name": msgid("Name"),
    "number": msgid("Target"),
    "rejected": msgid("Rejected"),
    "role": msgid("Role"),
    "stage": msgid("Stage"),
    "title": msgid("Task"),
    "unchanged": msgid("Rows unchanged"),
    "verdict": msgid("Verdict"),
    "year": msgid("Year"),
}
GIVEN = (Role.FIRM, Role.ADVISER, Role.MANAGER, Role.ADMINISTRATOR)


def accounts(repository: Repository) -> None:
    """All accounts; a new one, a change, a new password."""
    rows_by_id = {row["id"]: row for row in repository.administration.accounts()}
    carriers = _names(repository.administration.carriers())
    bound = {row["firm_id"] for row in rows_by_id.values() if row["firm_id"] is not None}
    firms = {number: repository.firms.get(number) for number in bound}
    st.dataframe(
        [
            {
                _("Login"): row["login"],
                _("Name"): row["name"],
                _("Role"): _(ROLE_WORDS[Role(row["role"])]),
                _("Carrier"): carriers.get(row["carrier_id"], ""),
                _("Firm"): "" if row["firm_id"] is None else str(firms[row["firm_id"]]["name"]),
                _("State"): _("● may sign in") if row["active"] else _("○ closed"),
            }
            for row in rows_by_id.values()
        ],
        hide_index=True,
        placeholder="",
    )
    new, change = st.columns(2, gap="large")
    # one more account is another form: what was typed for the one before does not stay
    with new, st.form(f"new-account-{len(rows_by_id)}", border=False):
        st.subheader(_("New account"), anchor=False)
        login = st.text_input(_("Login"), max_chars=200, autocomplete="off")
        name = st.text_input(_("Name"), max_chars=200, autocomplete="off")
        role, carrier, firm = _bound(carriers, {}, "")
        if st.form_submit_button(_("Add the account")):
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            _do(
                lambda: repository.administration.add_account(
                    login,
                    password,
                    role,
                    name=name,
                    carrier_id=carrier,
                    firm_id=_firm_named(repository, firm),
                ),
                _handed_over(login, password),
            )
    with change:
        st.subheader(_("Change an account"), anchor=False)
        selection = st.selectbox(
            _("Account"), list(rows_by_id), format_func=lambda each: str(rows_by_id[each]["login"])
        )
        _change(repository, rows_by_id[selection], carriers, firms)


def _change(
    repository: Repository,
    account: Mapping[str, Any],
    carriers: Mapping[int, str],
    firms: Mapping[int, Mapping[str, Any]],
) -> None:
    its_firm = firms.get(account["firm_id"], {})
    firm_name = str(its_firm.get("uscc") or its_firm.get("name") or "")
    # another account, or another version of it, is another form: nothing typed passes over
    with st.form(f"account-{account['id']}-{account['version']}", border=False):
        name = st.text_input(_("Name"), account["name"], max_chars=200, autocomplete="off")
        role, carrier, firm = _bound(carriers, account, firm_name)
        active = st.checkbox(_("May sign in"), account["active"])
        if st.form_submit_button(_("Save; its sign-ins end")):
            values = {"name": name, "role": role, "active": active}

            def save() -> None:
                # an unchanged firm stays the one it is, whatever else is called like it
                number = account["firm_id"] if firm == firm_name else _firm_named(repository, firm)
                bound = {"carrier_id": carrier, "firm_id": number}
                repository.administration.save_account(
                    account["id"], {**values, **bound}, account["version"]
                )

            _do(save, Message("The account {login} is changed.", {"login": account["login"]}))
    if st.button(_("Give it a new password; its sign-ins end"), type="tertiary"):
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        _do(
            lambda: repository.administration.set_password(account["id"], password),
            _handed_over(account["login"], password),
        )


def _bound(
    carriers: Mapping[int, str], account: Mapping[str, Any], firm: str
) -> tuple[Role, int | None, str]:
    """Role, and the carrier or firm it is bound to; the firm as it was typed."""
    role = st.selectbox(
        _("Role"),
        GIVEN,
        GIVEN.index(Role(account.get("role", Role.ADVISER))),
        format_func=lambda each: _(ROLE_WORDS[each]),
    )
    ids = list(carriers)
    carrier = account.get("carrier_id")
    selection = st.selectbox(
        _("Carrier (of an adviser)"),
        ids,
        ids.index(carrier) if carrier in ids else None,
        format_func=carriers.__getitem__,
        placeholder=_("none"),
    )
    typed = st.text_input(
        _("Credit code or name of the firm (of a firm's account)"),
        firm,
        max_chars=200,
        placeholder=_("none"),
        autocomplete="off",
    )
    return role, selection, typed


def _firm_named(repository: Repository, entry: str) -> int | None:
    """The firm of the register with that credit code or name, or the only one like it.

    Raises
    ------
    InputError
        If there is none, or more than one.
    """
    text = entry.strip()
    if not text:
        return None
    rows = repository.firms.page(FirmFilter(text=text), limit=LINES).rows
    exact = [row for row in rows if text.lower() in (row["name"].lower(), str(row["uscc"]).lower())]
    match exact or rows:
        case []:
            raise InputError(
                "No firm of the register is called {typed}; import it first.", typed=text
            )
        case [row]:
            return int(row["id"])
        case several:
            raise InputError(
                "{n} firms are called {typed}, such as {names}; type the whole credit code.",
                n=len(several),
                typed=text,
                names="; ".join(f"{row['name']} {row['uscc'] or ''}" for row in several[:3]),
            )


def carriers(repository: Repository) -> None:
    """Service carriers; a new one, a change."""
    rows_by_id = {row["id"]: row for row in repository.administration.carriers()}
    if rows_by_id:
        st.dataframe(
            [
                {
                    _("Name"): row["name"],
                    _("Kind"): _kind_word(row["kind"]),
                    _("Speciality"): row["speciality"] or "",
                    _("District"): row["district"] or "",
                    _("State"): _("● active") if row["active"] else _("○ closed"),
                }
                for row in rows_by_id.values()
            ],
            hide_index=True,
            placeholder="",
        )
    else:
        st.info(_("No carrier yet: add the parks, incubators and institutions that advise firms."))
    new, change = st.columns(2, gap="large")
    with new, st.form(f"new-carrier-{len(rows_by_id)}", border=False):
        st.subheader(_("New carrier"), anchor=False)
        name = st.text_input(_("Name"), max_chars=200)
        district = st.text_input(_("District"), max_chars=100)
        if st.form_submit_button(_("Add the carrier")):
            added = Message("The carrier {name} is added.", {"name": name})
            _do(lambda: repository.administration.add_carrier(name, district or None), added)
    if not rows_by_id:
        return
    with change:
        st.subheader(_("Change a carrier"), anchor=False)
        carrier = rows_by_id[
            st.selectbox(
                _("Carrier"),
                list(rows_by_id),
                format_func=lambda each: str(rows_by_id[each]["name"]),
            )
        ]
        with st.form(f"carrier-{carrier['id']}-{carrier['version']}", border=False):
            name = st.text_input(_("Name"), carrier["name"], max_chars=200)
            district = st.text_input(_("District"), carrier["district"] or "", max_chars=100)
            kinds = [None, *(kind.value for kind in CarrierKind)]
            kind = st.selectbox(
                _("Kind"),
                kinds,
                kinds.index(carrier["kind"]) if carrier["kind"] in kinds else 0,
                _kind_word,
            )
            speciality = st.text_input(_("Speciality"), carrier["speciality"] or "", max_chars=200)
            active = st.checkbox(_("Active"), carrier["active"])
            if st.form_submit_button(_("Save")):
                values = {"name": name, "district": district or None, "active": active}
                values |= {"kind": kind, "speciality": speciality.strip() or None}
                _do(
                    lambda: repository.administration.save_carrier(
                        carrier["id"], values, carrier["version"]
                    ),
                    Message("The carrier {name} is changed.", {"name": name}),
                )


def _kind_word(kind: str | None) -> str:
    return _(CARRIER_WORDS[CarrierKind(kind)]) if kind else _("not stated")


def targets(repository: Repository) -> None:
    """How many firms are to be certified in each year."""
    rows_by_id = {row["year"]: row for row in repository.administration.targets()}
    if rows_by_id:
        st.dataframe(
            [
                {
                    _("Year"): str(row["year"]),
                    _("Target"): row["number"],
                    _("Applied"): row["applied"],
                    _("Certified"): row["certified"],
                }
                for row in rows_by_id.values()
            ],
            hide_index=True,
            width="content",
            placeholder="",
        )
    else:
        st.info(_("No target yet: set how many firms are to be certified this year."))
    with st.form("target", border=False, width=360):
        year = st.number_input(_("Year"), 2008, 2100, date.today().year, step=1)
        number = st.number_input(_("Firms to be certified"), 0, value=None, step=1)
        if st.form_submit_button(_("Set the target")) and number is not None:
            version = rows_by_id[year]["version"] if year in rows_by_id else 0
            message = Message("Target of {year}: {number}.", {"year": year, "number": number})
            _do(lambda: repository.administration.set_target(year, number, version), message)


def audit_trail(repository: Repository) -> None:
    """Who did what, latest first; nothing here can be changed."""
    lines = repository.administration.audit_trail(limit=LINES, before=session.trail_before())
    people = _names(repository.administration.advisers())
    if lines:
        st.dataframe(
            [
                {
                    _("When"): line["at"],
                    _("Who"): line["by"] or "",
                    _("Role"): _(ROLE_WORDS[Role(line["role"])]),
                    _("What"): _(audit_words(line["action"])),
                    _("Firm"): line["firm"] or _number(line["firm_id"]),
                    _("Details"): _details(line["detail"], people),
                }
                for line in lines
            ],
            hide_index=True,
            column_config={
                _("When"): st.column_config.DatetimeColumn(
                    format="YYYY-MM-DD HH:mm:ss", timezone=st.context.timezone
                )
            },
            placeholder="",
        )
    else:
        st.info(_("Nothing is recorded here yet."))
    with st.container(horizontal=True):
        if session.trail_before() is not None:
            st.button(_("Latest"), on_click=session.turn_trail, args=(None,))
        if len(lines) == LINES:
            st.button(_("Older"), on_click=session.turn_trail, args=(lines[-1]["id"],))


def _details(detail: Mapping[str, Any], people: Mapping[int, str]) -> str:
    """What a line of the log holds, in words; fields that changed without their figures."""
    fields = joint_fields_by_id()
    lines = []
    for name, value in detail.items():
        if name not in DETAILS and name not in fields and type(value) is int:
            # the number of a row says nothing to a person
            continue
        match name, value:
            case "changed", Mapping():
                texts_of_value = ", ".join(
                    language().of(fields[field].title) if field in fields else str(field)
                    for field in value
                )
            case "stage", str():
                texts_of_value = _(STAGE_WORDS[Stage(value)])
            case "role", str():
                texts_of_value = _(ROLE_WORDS[Role(value)])
            case "verdict", str():
                texts_of_value = verdict_word(value, language())
            case "adviser_id", int():
                texts_of_value = people.get(value) or _number(value)
            case _:
                texts_of_value = str(value)
        if texts_of_value:
            label = _(DETAILS[name]) if name in DETAILS else name
            if name in fields and name not in DETAILS:
                label = language().of(fields[name].title)
            lines.append(_("{label}: {value}").format(label=label, value=texts_of_value))
    return _("; ").join(lines)


def _number(identifier: int | None) -> str:
    """What stands for a thing whose name is not known."""
    return "" if identifier is None else f"#{identifier}"


def alone() -> None:
    """A store without accounts: what to do to get some."""
    st.html(
        tag(
            "p",
            _(
                "There are no accounts: this is a tool for one person on this machine. To let "
                "others in, create the first administrator: python -m eligibility create-admin LOGIN"
            ),
            cls="notice",
        )
    )


def _handed_over(login: str, password: str) -> Message:
    return Message(
        "Password of {login}, shown this once: {password} — hand it over, and ask for it to be "
        "changed under Account.",
        {"login": login, "password": password},
    )


def _do(action: Callable[[], object], success: Message) -> None:
    """Do it and draw the page again with the sentence; or say why not, and keep what was typed."""
    try:
        action()
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    session.flash(success)
    st.rerun()


def _names(rows: list[dict[str, Any]]) -> dict[int, str]:
    return {row["id"]: row["name"] for row in rows}
