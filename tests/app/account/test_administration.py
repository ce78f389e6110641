"""Accounts, carriers and targets as an administrator sets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing import v1 as testing

from eligibility.app import cache
from eligibility.store import Repository, Role, System
from tests import accounts
from tests.app.signed_pages import page
from tests.app.test_navigation import drawn


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    accounts.own_store(tmp_path, monkeypatch)
    yield
    accounts.forget()


@pytest.fixture
def administration_page(monkeypatch: pytest.MonkeyPatch) -> testing.AppTest:
    accounts.chief()
    accounts.send(accounts.cookie("chief"), monkeypatch)
    return page("account/administration")


def press(app: testing.AppTest, label: str) -> testing.AppTest:
    (button,) = [each for each in app.button if each.label == label]
    return button.click().run()


def test_a_new_account_gets_a_password_that_is_shown_once_and_signs_in(
    administration_page: testing.AppTest,
) -> None:
    app = administration_page
    app.text_input[0].input("newcomer")
    app.selectbox[0].set_value(Role.MANAGER)
    app = press(app, "Add the account")
    found = re.search(r"shown this once: (\S{16}) ", drawn(app))
    assert found
    assert cache.accounts().sign_in("newcomer", found[1])
    assert list(app.dataframe[0].value["Login"]) == ["chief", "newcomer"]
    assert found[1] not in drawn(app.run())


def test_the_last_administrator_cannot_close_the_door_behind_itself(
    administration_page: testing.AppTest,
) -> None:
    app = administration_page
    (may,) = [each for each in app.checkbox if each.label == "May sign in"]
    may.uncheck()
    app = press(app, "Save; its sign-ins end")
    assert "The last administrator stays; make another one first." in drawn(app)


def test_an_adviser_without_a_carrier_is_refused_and_what_was_typed_stays(
    administration_page: testing.AppTest,
) -> None:
    app = administration_page
    app.text_input[0].input("adviser")
    app = press(app, "Add the account")
    assert "An adviser belongs to a carrier; name it." in drawn(app)
    assert app.text_input[0].value == "adviser"


def test_an_account_is_bound_to_a_firm_by_its_credit_code_or_name(
    administration_page: testing.AppTest,
) -> None:
    store = Repository(cache.engine(), System(Role.ADMINISTRATOR))
    codes = ("91150105MA0N8K3T71", "91150105XNBU6HUA33")
    store.firms.add({"name": "甲公司", "uscc": codes[0]})
    firm = store.firms.add({"name": "甲公司分部", "uscc": codes[1]})

    def bind(app: testing.AppTest, login: str, typed: str) -> testing.AppTest:
        app.text_input[0].input(login)
        app.selectbox[0].set_value(Role.FIRM)
        (named, *_rest) = [each for each in app.text_input if "Credit code" in each.label]
        named.input(typed)
        return press(app, "Add the account")

    app = bind(administration_page.run(), "first", "甲公")
    assert "2 firms are called 甲公, such as" in drawn(app)
    app = bind(app, "first", "nobody")
    assert "No firm of the register is called nobody" in drawn(app)
    app = bind(app, "first", codes[1].lower())
    # a whole name is that firm's, though another's begins so
    app = bind(app, "second", "甲公司")
    shown = dict(zip(app.dataframe[0].value["Login"], app.dataframe[0].value["Firm"], strict=True))
    assert (shown["first"], shown["second"]) == ("甲公司分部", "甲公司")
    assert {row["login"]: row["firm_id"] for row in store.administration.accounts()}[
        "first"
    ] == firm


def test_carriers_and_targets_are_set_and_stand_in_the_trail(
    administration_page: testing.AppTest,
) -> None:
    app = administration_page
    (name,) = [each for each in app.text_input if each.label == "District"]
    place = list(app.text_input).index(name)
    app.text_input[place - 1].input("**园** [a](http://b)")
    app = press(app, "Add the carrier")
    (number,) = [each for each in app.number_input if each.label == "Firms to be certified"]
    number.set_value(50)
    app = press(app, "Set the target")
    (trail,) = [table.value for table in app.dataframe if "Details" in table.value]
    done = list(trail["What"])
    assert done[:2] == ["set target", "add carrier"]
    # in the sentence about it too a name is text
    assert "**园** [a](http://b)" in app.dataframe[1].value["Name"].tolist()
    assert "<a" not in drawn(app)
