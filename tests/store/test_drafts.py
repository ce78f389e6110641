"""Drafts are opened by those who hold their code, shared on consent, and bounded."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from eligibility.domain.errors import InputError, NotAllowed, NotFound
from eligibility.store import VISITOR, Accounts, Repository, Role, System, Visitor
from eligibility.store.drafts import (
    ALPHABET,
    LONGEST_TEXT,
    MOST_NEW,
    MOST_REMEMBERED,
    MOST_ROWS,
    WITHIN,
    BrowserKey,
    code_hash,
    new_code,
)


def test_a_browser_opens_its_drafts_again_by_its_cookie_and_no_other_does(
    local: Repository,
) -> None:
    code, draft = local.drafts.add({"name": "甲"})
    visitor = Repository(local.engine, VISITOR)
    assert visitor.drafts.remember(code, "one browser") == draft
    assert [row["id"] for row in visitor.drafts.of_browser("one browser")] == [draft]
    assert visitor.drafts.get(BrowserKey(draft, "one browser"))["state"] == {"name": "甲"}
    assert visitor.drafts.of_browser("another") == []
    for other in ("another", ""):
        with pytest.raises(NotFound):
            visitor.drafts.get(BrowserKey(draft, other))
    new = visitor.drafts.renew_code(BrowserKey(draft, "one browser"))
    with pytest.raises(NotFound):
        visitor.drafts.get(code)
    assert visitor.drafts.get(new)["id"] == draft
    visitor.drafts.forget(draft, "one browser")
    with pytest.raises(NotFound):
        visitor.drafts.get(BrowserKey(draft, "one browser"))
    with local.engine.connect() as connection:
        assert "one browser" not in str(
            connection.exec_driver_sql("SELECT * FROM draft_browsers").all()
        )


def test_a_browser_is_remembered_to_have_opened_its_newest_drafts_only(local: Repository) -> None:
    opened = [
        local.drafts.remember(local.drafts.add({})[0], "b") for _ in range(MOST_REMEMBERED + 3)
    ]
    held = {row["id"] for row in local.drafts.of_browser("b")}
    assert held == set(opened[-MOST_REMEMBERED:])


def test_a_return_code_has_128_bits_or_more_in_letters_nobody_confuses() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    letters = "".join(codes).replace("-", "")
    assert set(letters) == set(ALPHABET)
    assert set("ILOU").isdisjoint(ALPHABET)
    assert math.log2(len(ALPHABET)) * len(new_code().replace("-", "")) >= 128


def test_a_code_opens_its_draft_however_it_is_typed_and_no_other_does(
    local: Repository, engine: Engine
) -> None:
    code, _ = local.drafts.add({"name": "甲"})
    for typed in (
        code,
        code.lower(),
        code.replace("-", " "),
        code.replace("1", "l").replace("0", "O"),
    ):
        assert local.drafts.get(typed)["state"] == {"name": "甲"}
    flipped = code[:-1] + ("A" if code[-1] != "A" else "B")
    for wrong in (flipped, code[:-1], "", "%", code_hash(code), new_code()):
        with pytest.raises(NotFound):
            local.drafts.get(wrong)
    with engine.connect() as connection:
        held = str(connection.exec_driver_sql("SELECT * FROM drafts").all())
        held += str(connection.exec_driver_sql("SELECT * FROM audit_log").all())
    assert code not in held
    assert code.replace("-", "") not in held
    assert code_hash(code) in held


def test_a_shared_draft_says_to_whom_by_which_words_and_when_until_it_is_withdrawn(
    local: Repository,
) -> None:
    code, draft = local.drafts.add({"name": "甲"})
    assert local.drafts.shared_drafts() == []
    with pytest.raises(NotFound):
        local.drafts.share(code, 999, "同意")
    carrier = local.administration.add_carrier("园")
    local.drafts.share(code, carrier, "同意给园")
    (shared,) = local.drafts.shared_drafts()
    assert (shared["carrier"], shared["consent"]) == ("园", "同意给园")
    assert shared["consent_at"] is not None
    assert local.drafts.shared_draft(draft)["state"] == {"name": "甲"}
    local.drafts.withdraw(code)
    assert local.drafts.shared_drafts() == []
    local.drafts.delete(code)
    with pytest.raises(NotFound):
        local.drafts.get(code)


def full(**changes: object) -> dict[str, object]:
    return {"step": "ip", "facts": {"name": "甲"}, "ledgers": {"ip": []}, **changes}


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (full(ledgers={"ip": [{"name": "x"}] * (MOST_ROWS + 1)}), "501 rows; at most 500"),
        (full(facts={"name": "甲" * (LONGEST_TEXT + 1)}), "501 characters; at most 500"),
        (full(ledgers={"ip": [{"name": "甲" * (LONGEST_TEXT + 1)}]}), "501 characters"),
        (full(facts={"n" * (LONGEST_TEXT + 1): "x"}), "501 characters"),
        (full(ledgers={"ip": [{"name": "x" * LONGEST_TEXT, "owner": "y" * 101}] * MOST_ROWS}),
         "at most 300000 can be kept"),
    ],
)  # fmt: skip
def test_a_draft_of_more_than_one_firm_can_have_is_refused_in_a_sentence_and_not_stored(
    engine: Engine, state: dict[str, object], why: str
) -> None:
    visitor = Repository(engine, VISITOR)
    with pytest.raises(InputError, match=why):
        visitor.drafts.add(state)
    code, _ = visitor.drafts.add(full())
    with pytest.raises(InputError, match=why):
        visitor.drafts.save(code, state, 1)
    assert visitor.drafts.get(code)["state"] == full()
    assert visitor.drafts.get(code)["version"] == 1


def test_a_draft_at_its_limits_is_kept_whole(engine: Engine) -> None:
    visitor = Repository(engine, VISITOR)
    rows = [{"name": "甲" * LONGEST_TEXT}] * (MOST_ROWS // 2)
    code, _ = visitor.drafts.add(full(ledgers={"ip": rows + [{"name": "x"}] * (MOST_ROWS // 2)}))
    assert len(visitor.drafts.get(code)["state"]["ledgers"]["ip"]) == MOST_ROWS


def test_who_begins_drafts_without_end_has_to_wait_and_nobody_else_does(engine: Engine) -> None:
    at = [datetime(2026, 5, 1, 8, tzinfo=UTC)]

    def come(account_id: int | None = None, source: str | None = None) -> Repository:
        account = System(Role.FIRM, account_id)
        principal = account if account_id else Visitor(source)
        return Repository(engine, principal, clock=lambda: at[0])

    chief = Repository(engine, System(Role.ADMINISTRATOR))
    mine, theirs = (
        chief.administration.add_account(login, None, "manager") for login in ("a", "b")
    )
    for one, other in [
        (come(source="here"), come(source="there")),
        (come(), come(source="elsewhere")),
        (come(account_id=mine), come(account_id=theirs)),
    ]:
        codes = [one.drafts.add(full())[0] for _ in range(MOST_NEW)]
        with pytest.raises(NotAllowed, match=f"{MOST_NEW} self-assessments were begun from here"):
            one.drafts.add(full())
        assert one.drafts.save(codes[0], full(step="rd"), 1) == 2, "what is begun goes on"
        other.drafts.add(full())
        at[0] += WITHIN
        one.drafts.add(full())
    local = Repository(engine, System(Role.LOCAL))
    for _ in range(MOST_NEW + 1):
        local.drafts.add(full())


def test_where_a_visitor_comes_from_is_kept_as_a_hash_and_told_to_nobody(engine: Engine) -> None:
    accounts = Accounts(engine, b"k" * 32)
    source = accounts.source_of("198.51.100.7")
    assert "198.51.100" not in source
    assert source != Accounts(engine, b"l" * 32).source_of("198.51.100.7")
    visitor = Repository(engine, Visitor(source))
    code, _ = visitor.drafts.add(full())
    assert source not in str(visitor.drafts.get(code))
