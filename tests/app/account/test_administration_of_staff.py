"""What an administrator sees and ends: sign-ins, tokens, the trail."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

from eligibility.store import Accounts, AuditAction, Repository, find_token
from tests.staff_pages import NASTY, ROOT, Staffed, html


def test_an_administrator_sees_open_sign_ins_and_ends_one(staffed: Staffed) -> None:
    doors = Accounts(staffed.engine)
    doors.create_administrator("chief", "correct horse battery")
    token = doors.sign_in("chief", "correct horse battery")
    doors.register("firm", "correct horse battery")
    other = doors.sign_in("firm", "correct horse battery")
    signed = doors.signed_in(token)
    assert signed is not None
    staffed.principal = signed.principal
    app = AppTest.from_file(
        str(ROOT / "eligibility/app/account/administration_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.run()
    assert not app.exception
    (shown,) = [table.value for table in app.dataframe if "Last seen" in table.value]
    assert list(shown["Login"]) == ["firm", "chief"]
    assert token not in str(shown.values)
    app.button(key="end-sign-in").click().run()
    assert "The sign-in is ended" in html(app)
    assert doors.signed_in(other) is None
    assert doors.signed_in(token)
    line = Repository(staffed.engine, staffed.principal).administration.audit_trail(limit=1)[0]
    assert line["action"] == AuditAction.ACCOUNT_END_SIGN_IN


def test_an_administrator_makes_a_token_that_is_shown_once_and_ends_it(staffed: Staffed) -> None:
    doors = Accounts(staffed.engine)
    doors.create_administrator("chief", "correct horse battery")
    signed = doors.signed_in(doors.sign_in("chief", "correct horse battery"))
    assert signed is not None
    staffed.principal = signed.principal
    app = AppTest.from_file(
        str(ROOT / "eligibility/app/account/administration_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.run()
    (name,) = [field for field in app.text_input if field.label == "Which program has it"]
    name.set_value("市级平台")
    (make,) = [button for button in app.button if button.label == "Make the token"]
    make.click().run()
    assert not app.exception
    (token,) = re.findall(r"elig_[\w-]{43}", html(app))
    assert find_token(staffed.engine, token)
    app.run()
    assert token not in html(app)
    app.button(key="end-token").click().run()
    assert "The token is ended" in html(app)
    assert find_token(staffed.engine, token) is None


def test_the_trail_names_the_firm_and_says_in_words_what_was_done(staffed: Staffed) -> None:
    carrier = staffed.repository.administration.add_carrier("园")
    firm = staffed.firm(0, NASTY, carrier_id=carrier)
    staffed.adviser(carrier)
    (adviser,) = staffed.repository.administration.advisers()
    staffed.repository.firms.assign([firm], adviser["id"])
    staffed.repository.firms.set_stage([firm], "nurtured")
    staffed.repository.records.save_figures(firm, 2026, {"staff_total": 4321}, 1)
    app = AppTest.from_file(
        str(ROOT / "eligibility/app/account/administration_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.run()
    assert not app.exception
    (trail,) = [table.value for table in app.dataframe if "Details" in table.value]
    said = dict(zip(trail["What"], trail["Details"], strict=True))
    assert said["set stage"] == "Stage: nurtured"
    assert said["assign"] == "Adviser: 顾问"
    assert "Changed: " in said["save figures"]
    assert "4321" not in str(trail.values)
    assert set(trail["Firm"][:3]) == {NASTY}
