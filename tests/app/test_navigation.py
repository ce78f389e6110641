"""Which pages stand at an address for whom, and what leads there."""

# Private names: Streamlit does not say otherwise which file a page of its bar runs.

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit
from streamlit.testing import v1 as testing

from eligibility.app import cache
from eligibility.app.web import cookies, routes
from eligibility.store import Role
from tests import accounts
from tests.app.signed_pages import ROOT, page


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    accounts.own_store(tmp_path, monkeypatch)
    yield
    accounts.forget()


def drawn(app: testing.AppTest) -> str:
    titles = [part.value for part in [*app.title, *app.markdown, *app.info]]
    return "\n".join([*titles, *(part.proto.body for part in app.get("html"))])


PUBLIC = {
    "start",
    "precheck",
    "papers",
    "books",
    "steps",
    "result",
    "firm",
    "plan",
    "field",
    "rules",
    "model",
    "account",
    "form",
}
STAFF = PUBLIC | {
    "firms", "overview", "desk", "staff-firms", "staff-firm", "inbox", "import", "applications",
    "certified", "year",
}  # fmt: skip
LEADS = STAFF | {"admin", "assumptions"}
#: reached from other pages; the bar of nobody leads there
ASIDE = {
    "papers",
    "books",
    "precheck",
    "steps",
    "result",
    "form",
    "firm",
    "plan",
    "staff-firm",
    "inbox",
}
#: the bar of a firm
SHORT = {"start", "rules", "field", "account"}


@pytest.mark.parametrize(
    ("role", "open_to_it", "bar", "first"),
    [
        (None, PUBLIC, SHORT, "start"),
        (Role.FIRM, PUBLIC, SHORT, "start"),
        (Role.ADVISER, STAFF, STAFF - ASIDE, "overview"),
        (Role.MANAGER, LEADS, LEADS - ASIDE, "overview"),
        (Role.ADMINISTRATOR, LEADS, LEADS - ASIDE, "overview"),
    ],
)
def test_each_role_is_shown_its_pages_and_no_other(
    role: Role | None,
    open_to_it: set[str],
    bar: set[str],
    first: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boss = accounts.chief()
    if role is not None:
        accounts.send(accounts.cookie(accounts.add(boss, role)), monkeypatch)
    menus: dict[str, list[streamlit.Page]] = {}
    navigation = streamlit.navigation

    def seen(pages: Mapping[str, list[streamlit.Page]], **more: Any) -> streamlit.Page:
        menus.update(pages)
        return navigation(pages, **more)

    monkeypatch.setattr(streamlit, "navigation", seen)
    page()
    offered = [each for group in menus.values() for each in group]
    # the first page stands at the bare address in the bar, and at its own beside it
    shown = {each.url_path or first for each in offered if each.visibility == "visible"}
    assert shown == bar
    (bare,) = (each for each in offered if each.url_path == "")
    (named,) = (each for each in offered if each.url_path == first)
    assert bare._page == named._page
    # the others' addresses lead to the sign-in or a refusal, never to the page
    closed = {each.url_path for each in offered if each.title and callable(each._page)}
    assert closed == LEADS - open_to_it
    assert {each.url_path for each in offered} - {""} == LEADS
    # a firm needs no menu; nor is there one of a single page
    assert set(menus) == {""} if bar == SHORT else all(len(held) > 1 for held in menus.values())


@pytest.mark.parametrize(("role", "title"), [(None, "Sign in"), (Role.FIRM, "Account")])
def test_the_bar_offers_the_sign_in_to_whoever_is_not_signed_in(
    role: Role | None, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = accounts.chief()
    if role is not None:
        accounts.send(accounts.cookie(accounts.add(boss, role)), monkeypatch)
    offered: list[streamlit.Page] = []
    navigation = streamlit.navigation

    def seen(pages: Mapping[str, list[streamlit.Page]], **more: Any) -> streamlit.Page:
        offered.extend(each for group in pages.values() for each in group)
        return navigation(pages, **more)

    monkeypatch.setattr(streamlit, "navigation", seen)
    page()
    assert {each.title for each in offered if each.url_path == "account"} == {title}


@pytest.mark.parametrize("role", [None, Role.FIRM])
@pytest.mark.parametrize(
    "name",
    [
        "firm/firm",
        "firm/plan",
        "self_assessment/start",
        "self_assessment/steps",
        "self_assessment/result",
        "reference/technical_field",
        "reference/rules",
    ],
)
def test_no_page_of_firms_leads_where_they_may_not_go(
    name: str, role: Role | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = accounts.chief()
    if role is not None:
        accounts.send(accounts.cookie(accounts.add(boss, role)), monkeypatch)
    # a link to a page of staff would end it
    assert not page(name).exception


@pytest.mark.parametrize("role", [None, Role.FIRM, Role.ADVISER])
def test_the_administration_page_itself_refuses_whoever_it_is_not_for(
    role: Role | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = accounts.chief()
    if role is not None:
        accounts.send(accounts.cookie(accounts.add(boss, role)), monkeypatch)
    script = ROOT / "eligibility" / "app" / "account" / "administration_page.py"
    app = testing.AppTest.from_file(str(script), default_timeout=60).run()
    assert not app.exception
    assert "Your role does not allow this." in drawn(app)
    assert not app.tabs
    assert not app.dataframe


def test_the_one_person_of_a_store_without_accounts_sees_no_sign_in() -> None:
    app = page("account/account")
    assert "one person on this machine" in drawn(app)
    assert "<form" not in drawn(app)
    assert "There are no accounts" in drawn(page("account/administration"))


def test_a_visitor_gets_the_form_of_sign_in_and_a_signed_in_person_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts.chief()
    accounts.send({cookies.VISIT: accounts.VISIT}, monkeypatch)
    visitor = drawn(page("account/account"))
    assert f'action="{routes.SIGN_IN}"' in visitor
    assert cache.accounts().csrf_token(accounts.VISIT) in visitor
    accounts.send(accounts.cookie("chief"), monkeypatch)
    signed = drawn(page("account/account"))
    assert f'action="{routes.SIGN_OUT}"' in signed
    assert f'action="{routes.SIGN_IN}"' not in signed


def test_no_provider_no_button(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.chief()
    assert not page("account/account").button
    monkeypatch.setattr("eligibility.app.auth.provider", lambda: True)
    monkeypatch.setattr("eligibility.app.auth.provider_identity", lambda: None)
    assert page("account/account").button[0].label == "Sign in through your organisation"


def test_what_the_provider_says_is_signed_for_this_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.chief()
    said_there = {"iss": "https://id.example", "sub": "7", "email": "a@x.example", "name": "甲"}
    user = SimpleNamespace(is_logged_in=True, to_dict=lambda: said_there)
    monkeypatch.setattr(streamlit, "user", user)
    monkeypatch.setattr("eligibility.app.auth.provider", lambda: True)
    accounts.send({cookies.VISIT: accounts.VISIT}, monkeypatch)
    found = re.search(r'name="identity" value="([^"]+)"', drawn(page("account/account")))
    assert found
    claims = cookies.claims(accounts.VISIT, found[1])
    assert claims is not None
    assert claims["login"] == "a@x.example"
    # an address counts as verified only where the provider says so
    assert claims["email_is_verified"] is False
