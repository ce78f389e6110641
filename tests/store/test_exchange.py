"""Links open one thing until they end; what a firm sends arrives, and changes nothing by itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from eligibility.domain.errors import Conflict, InputError, NotAllowed, NotFound
from eligibility.store import LOCAL, VISITOR, Repository, Role, System, export, find_token
from eligibility.store.contacts import RETENTION
from eligibility.store.exchange_tables import contacts, links
from eligibility.store.inbox import Origin
from eligibility.store.links import DEAD, MOST_ANSWERS, MOST_DAYS, MOST_LINKS
from eligibility.store.schema import audit_log, metadata
from tests.store.two_carriers import SECRET, World, enter_world, world

KEY = "st_staff@2025"
LATER = datetime.now(UTC) + timedelta(days=400)


def rows(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key)))
            for table in metadata.sorted_tables
        }


def sentence(repository: Repository, token: str) -> str:
    with pytest.raises(NotFound) as refusal:
        repository.links.open(token)
    return str(refusal.value)


# --- links ---


def test_the_store_keeps_no_token_and_no_export_its_hash(engine: Engine, tmp_path: Path) -> None:
    visitor = Repository(engine, VISITOR)
    code, _draft = visitor.drafts.add({"facts": {"name": "甲"}})
    token, _link = visitor.links.add_result_link(code, 30, "甲")
    held = str(rows(engine))
    assert token not in held
    assert code not in held
    export(engine, tmp_path / "export")
    written = "".join(path.read_text("utf-8") for path in (tmp_path / "export").iterdir())
    (hashed,) = [row.token_hash for row in rows(engine)["links"]]
    assert "甲" in written
    assert hashed not in written


def test_opening_a_link_any_number_of_times_changes_nothing(engine: Engine) -> None:
    w = world(engine)
    visitor = Repository(engine, VISITOR)
    code, _draft = visitor.drafts.add({"facts": {"name": "甲"}})
    token, _link = visitor.links.add_result_link(code, 30, "甲", with_figures=True)
    before = rows(engine)
    for _time in range(3):
        assert visitor.links.open(token)["state"] == {"facts": {"name": "甲"}}
        assert visitor.links.open(w.question_token)["firm"] == f"{SECRET}公司"
    assert rows(engine) == before


def test_a_link_opens_only_what_is_asked(engine: Engine) -> None:
    w = world(engine)
    token, _link = w.chief.links.add_question_link(w.firm, 2026, [KEY], 30, "甲")
    opened = Repository(engine, VISITOR).links.open(token)
    assert opened["facts"] == {}
    assert "token_hash" not in opened
    asked = Repository(engine, VISITOR).links.open(w.question_token)
    assert asked["facts"] == {"staff_total@2025": 140}


def test_links_that_ended_and_links_that_never_were_are_answered_alike(engine: Engine) -> None:
    w = world(engine)
    visitor = Repository(engine, VISITOR)
    told = {sentence(visitor, "x" * 32)}
    # run out
    late = Repository(engine, VISITOR, lambda: LATER)
    told.add(sentence(late, w.question_token))
    # revoked
    w.chief.links.revoke_of_firm(w.firm, w.question_link)
    told.add(sentence(visitor, w.question_token))
    with pytest.raises(NotFound, match="opens nothing"):
        visitor.links.answer(w.question_token, {KEY: "9"})
    # with the draft that it was to
    code, _draft = visitor.drafts.add({"facts": {}})
    token, _link = visitor.links.add_result_link(code, 30, "甲")
    visitor.drafts.delete(code)
    told.add(sentence(visitor, token))
    # of an adviser who left, or whose firm moved to another carrier
    for change in ("moved", "left"):
        token, _link = w.as_("adviser").links.add_question_link(w.firm, 2026, [KEY], 30, "甲")
        assert visitor.links.open(token)
        if change == "moved":
            w.chief.firms.move([w.firm], w.other_carrier)
            told.add(sentence(visitor, token))
            w.chief.firms.move([w.firm], w.carrier)
        else:
            w.chief.administration.save_account(w.adviser, {"active": False}, 1)
            told.add(sentence(visitor, token))
    assert told == {DEAD}


def test_a_link_to_a_result_takes_no_answers(engine: Engine) -> None:
    visitor = Repository(engine, VISITOR)
    code, _draft = visitor.drafts.add({"facts": {}})
    token, _link = visitor.links.add_result_link(code, 30, "甲")
    with pytest.raises(NotFound, match="opens nothing"):
        visitor.links.answer(token, {KEY: "9"})


def test_links_are_bounded_in_days_in_number_and_in_answers(engine: Engine) -> None:
    visitor = Repository(engine, VISITOR)
    code, _draft = visitor.drafts.add({"facts": {}})
    for days, sender in ((0, "甲"), (MOST_DAYS + 1, "甲"), (30, " "), (30, "甲" * 101)):
        with pytest.raises(InputError):
            visitor.links.add_result_link(code, days, sender)
    made = [visitor.links.add_result_link(code, 1, "甲") for _ in range(MOST_LINKS)]
    with pytest.raises(NotAllowed, match="hold already"):
        visitor.links.add_result_link(code, 1, "甲")
    visitor.links.revoke_of_draft(code, made[0][1])
    visitor.links.add_result_link(code, 1, "甲")
    assert len(visitor.links.of_draft(code)) == MOST_LINKS
    w = enter_world(engine)
    for number in range(MOST_ANSWERS - 2):
        visitor.links.answer(w.question_token, {KEY: str(number)})
    with pytest.raises(NotAllowed, match="too often"):
        visitor.links.answer(w.question_token, {KEY: "9"})


def test_only_what_is_asked_can_be_answered(engine: Engine) -> None:
    w = world(engine)
    visitor = Repository(engine, VISITOR)
    for facts in ({"net_assets@2025": "9"}, {"uscc": "x"}, {}):
        with pytest.raises(InputError):
            visitor.links.answer(w.question_token, facts)


def test_a_later_answer_carries_on_what_nobody_decided_of_the_earlier_one(engine: Engine) -> None:
    w = world(engine)
    visitor = Repository(engine, VISITOR)
    token, _link = w.chief.links.add_question_link(w.firm, 2026, [KEY, "staff_total@2025"], 9, "甲")
    first = visitor.links.answer(token, {KEY: "9", "staff_total@2025": "80"})
    w.chief.inbox.decide(Origin("submission", first), w.firm, 2026, {}, {KEY: 9}, version=1)
    second = visitor.links.answer(token, {KEY: "10"})
    listed = {row["id"]: row["facts"] for row in w.chief.inbox.items() if row["kind"] != "draft"}
    assert listed[second] == {KEY: "10", "staff_total@2025": "80"}
    assert first not in listed


# --- what a firm shares ---


def shared(w: World, **facts: str) -> tuple[str, Origin]:
    """A visitor's draft, shared with the first carrier."""
    visitor = Repository(w.engine, VISITOR)
    code, draft = visitor.drafts.add({"facts": {"name": "丙公司", **facts}})
    visitor.drafts.share(code, w.carrier, "同意")
    return code, Origin("draft", draft)


def arrived(repository: Repository) -> set[int]:
    return {row["id"] for row in repository.inbox.items() if row["kind"] == "draft"}


def test_what_a_firm_consented_to_share_arrives_and_what_it_did_not_never_does(
    engine: Engine,
) -> None:
    w = world(engine)
    visitor = Repository(engine, VISITOR)
    private, private_id = visitor.drafts.add({"facts": {"name": "丁公司"}})
    code, origin = shared(w)
    visitor.links.add_result_link(private, 30, "丁")
    at_carrier = ("adviser", "manager", "administrator", "local")
    for who in at_carrier:
        assert origin.id in arrived(w.as_(who))
        assert private_id not in arrived(w.as_(who))
    assert arrived(w.as_("other adviser")) == arrived(w.as_("stray adviser")) == set()
    visitor.drafts.withdraw(code)
    for hidden in (origin, Origin("draft", private_id)):
        for who in at_carrier:
            assert hidden.id not in arrived(w.as_(who))
            with pytest.raises(NotFound):
                w.as_(who).inbox.item(hidden)
            with pytest.raises(NotFound):
                w.as_(who).inbox.decide(hidden, w.firm, 2026, {KEY: 1}, {}, version=1)


def test_nothing_that_a_firm_sends_changes_the_register_before_a_person_accepts_it(
    engine: Engine,
) -> None:
    w = world(engine)
    kept = ("firms", "figures", "ledgers", "assessments", "outcomes", "documents")
    before = {name: rows(engine)[name] for name in kept}
    _code, origin = shared(w, **{KEY: "12"})
    Repository(engine, VISITOR).links.answer(w.question_token, {KEY: "12"})
    adviser = w.as_("adviser")
    adviser.inbox.item(origin)
    assert {name: rows(engine)[name] for name in kept} == before
    after = adviser.inbox.decide(
        origin, w.firm, 2026, {KEY: 12}, {"staff_total@2025": 99}, version=1
    )
    assert adviser.records.figures(w.firm, 2026) == (
        {"name": SECRET, "staff_total": 140, "st_staff": 12},
        after,
    )


def test_a_decision_keeps_who_sent_the_value_and_when_and_the_firm_reads_it(
    engine: Engine,
) -> None:
    w = world(engine)
    code, origin = shared(w, **{KEY: "12"})
    adviser = w.as_("adviser")
    sent = adviser.inbox.item(origin)
    adviser.inbox.decide(
        origin, w.firm, 2026, {KEY: 12}, {"staff_total@2025": 99}, version=1, remark="与年报不符",
        is_complete=True,
    )  # fmt: skip
    visitor = Repository(engine, VISITOR)
    refused, accepted = visitor.inbox.decisions_on_draft(code)
    assert (accepted["key"], accepted["value"], accepted["previous"]) == (KEY, 12, None)
    assert (refused["value"], refused["previous"], refused["remark"]) == (99, 140, "与年报不符")
    assert [row["is_accepted"] for row in (accepted, refused)] == [True, False]
    for row in (accepted, refused):
        assert (row["sender"], row["sent_at"]) == ("丙公司", sent["sent_at"])
        assert row["by"] == f"{SECRET} adviser"
    assert origin.id not in arrived(adviser)
    # what was accepted stands when the draft is gone
    visitor.drafts.delete(code)
    assert adviser.inbox.decisions(w.firm)[1]["key"] == KEY


def test_a_change_of_what_was_shared_brings_it_back_and_another_step_does_not(
    engine: Engine,
) -> None:
    w = world(engine)
    code, origin = shared(w, **{KEY: "12"})
    w.as_("adviser").inbox.put_away(origin)
    visitor = Repository(engine, VISITOR)
    draft = visitor.drafts.get(code)
    version = visitor.drafts.save(code, {**draft["state"], "step": "rd"}, draft["version"])
    assert origin.id not in arrived(w.as_("adviser"))
    facts = draft["state"]["facts"] | {KEY: "13"}
    visitor.drafts.save(code, {"facts": facts}, version)
    assert origin.id in arrived(w.as_("adviser"))


def test_of_two_advisers_the_second_is_told_who_was_first(engine: Engine) -> None:
    w = world(engine)
    _code, origin = shared(w, **{KEY: "12"})

    def accept(who: str) -> str:
        try:
            w.as_(who).inbox.decide(origin, w.firm, 2026, {KEY: 12}, {}, version=1)
        except Conflict as refusal:
            return str(refusal)
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(accept, ("adviser", "manager")))
    assert told[0] == ""
    assert "decided on this already" in told[1]
    assert len(w.chief.inbox.item(origin)["decisions"]) == 1
    assert w.chief.records.figures(w.firm, 2026).version == 2


def test_figures_that_were_changed_meanwhile_are_not_overwritten(engine: Engine) -> None:
    w = world(engine)
    _code, origin = shared(w, **{KEY: "12"})
    w.chief.records.save_figures(w.firm, 2026, {"name": SECRET, "staff_total": 7}, 1)
    with pytest.raises(Conflict, match="Someone else changed"):
        w.chief.inbox.decide(origin, w.firm, 2026, {KEY: 12}, {}, version=1)
    assert w.chief.inbox.item(origin)["decisions"] == []


def test_what_one_firm_answered_never_goes_into_another(engine: Engine) -> None:
    w = world(engine)
    answer = Origin("submission", w.submission)
    with pytest.raises(NotFound):
        w.chief.inbox.decide(answer, w.other_firm, 2026, {KEY: 12}, {}, version=0)
    assert w.chief.records.years(w.other_firm) == []


def test_a_program_decides_neither_on_what_a_firm_sent_nor_on_which_files_are_one(
    engine: Engine,
) -> None:
    w = world(engine)
    _code, origin = shared(w, **{KEY: "12"})
    token = find_token(engine, w.chief.api_tokens.add("平台", "manager", days=1))
    assert token
    program, before = Repository(engine, token), rows(engine)
    decisions: list[Callable[[], object]] = [
        lambda: program.inbox.decide(origin, w.firm, 2026, {KEY: 12}, {}, version=1),
        lambda: program.inbox.put_away(origin),
        lambda: program.inbox.decide_list(origin, w.firm, 2026, "ip", accept=True, version=1),
        lambda: program.identity.merge(*w.twins, {}, {}),
        lambda: program.imports.decide(1, {}),
    ]
    assert program.inbox.item(origin)["id"] == origin.id
    for decide in decisions:
        with pytest.raises(NotAllowed, match="A person decides this"):
            decide()
    assert rows(engine) == before


# --- contacts ---

PERSON = {"name": "王会计", "post": "财务", "phone": "0471-6543210 转 8", "wechat": "wang_kj",
          "mail": "wang@example.cn"}  # fmt: skip


def test_contacts_come_back_to_whom_the_firm_is_shown_and_to_nobody_else(engine: Engine) -> None:
    w = world(engine)
    adviser = w.as_("adviser")
    version = adviser.contacts.save(w.firm, [PERSON, {"name": "", "phone": " "}], 1)
    for who in ("adviser", "owner", "manager"):
        assert w.as_(who).contacts.of_firm(w.firm)[::2] == ([PERSON], version)
    for who in ("other adviser", "other owner", "visitor"):
        with pytest.raises(NotFound):
            w.as_(who).contacts.of_firm(w.firm)
    assert adviser.contacts.of_firms([w.firm, w.other_firm]) == {w.firm: [PERSON]}
    assert w.as_("other adviser").contacts.of_firms([w.firm, w.other_firm]) == {}


@pytest.mark.parametrize(
    "person",
    [{"phone": "123456"}, {"name": "甲", "phone": "call me"}, {"name": "甲", "mail": "甲"},
     {"name": "甲" * 61}, {"name": "甲", "age": "40"}, {"name": "\0"}],
)  # fmt: skip
def test_what_is_no_contact_is_refused_in_a_sentence(
    engine: Engine, person: dict[str, str]
) -> None:
    local = Repository(engine, LOCAL)
    firm = local.firms.add({"name": "甲"})
    with pytest.raises(InputError):
        local.contacts.save(firm, [person], 0)
    with pytest.raises(InputError, match="At most 3"):
        local.contacts.save(firm, [{"name": "甲"}] * 4, 0)


def test_contacts_are_kept_for_their_time_and_erased_when_asked(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    firm, other = local.firms.add({"name": "甲"}), local.firms.add({"name": "乙"})
    for each in (firm, other):
        local.contacts.save(each, [PERSON], 0)

    def after_clock() -> datetime:
        return datetime.now(UTC) + RETENTION + timedelta(days=1)

    after = Repository(engine, LOCAL, after_clock)
    assert after.contacts.of_firm(firm).persons == []
    assert after.contacts.of_firms([firm]) == {}
    local.contacts.erase(firm)
    assert local.contacts.of_firm(firm) == ([], None, 0)
    manager = System(Role.MANAGER)
    assert Repository(engine, manager).contacts.erase_expired() == 0
    assert Repository(engine, manager, after_clock).contacts.erase_expired() == 1
    with engine.connect() as connection:
        assert connection.execute(select(contacts)).all() == []


def test_the_log_names_no_person_and_no_token(engine: Engine) -> None:
    w = world(engine)
    w.chief.contacts.save(w.firm, [PERSON], 1)
    w.chief.contacts.erase(w.firm)
    token, _link = w.chief.links.add_question_link(w.firm, 2026, [KEY], 30, "甲")
    with engine.connect() as connection:
        log = str(connection.execute(select(audit_log)).all())
        assert connection.execute(select(links.c.token_hash)).all()
    for secret in (*PERSON.values(), token, w.code):
        assert secret not in log


def test_an_id_of_nothing_is_not_there(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    for nothing in (0, -1, 2**63):
        for act in (
            lambda: local.inbox.item(Origin("draft", nothing)),  # noqa: B023
            lambda: local.links.revoke_of_firm(nothing, nothing),  # noqa: B023
            lambda: local.contacts.of_firm(nothing),  # noqa: B023
        ):
            with pytest.raises(NotFound):
                act()


def test_a_list_that_was_sent_takes_the_place_of_the_one_held_once_and_the_firm_reads_it(
    engine: Engine,
) -> None:
    w = world(engine)
    adviser, sent = w.as_("adviser"), [{"name": "一种装置", "number": "ZL1"}, {"name": "软件"}]
    visitor = Repository(engine, VISITOR)
    state = {
        "facts": {"name": "丙公司"},
        "ledgers": {"ip": sent, "activity@2025": [{"name": "研"}]},
    }
    code, draft = visitor.drafts.add(state)
    visitor.drafts.share(code, w.carrier, "同意")
    origin = Origin("draft", draft)
    with pytest.raises(Conflict):
        adviser.inbox.decide_list(origin, w.firm, 2026, "ip", accept=True, version=0)
    assert adviser.inbox.decide_list(origin, w.firm, 2026, "ip", accept=True, version=1) == 2
    assert adviser.records.ledger(w.firm, "ip").value == sent
    with pytest.raises(Conflict, match="decided on this already"):
        w.as_("manager").inbox.decide_list(origin, w.firm, 2026, "ip", accept=True, version=2)
    adviser.inbox.decide_list(
        origin, w.firm, 2026, "activity@2025", accept=False, version=0, remark="缺编号"
    )
    assert adviser.records.ledger(w.firm, "activity").value == []
    refused, accepted = visitor.inbox.decisions_on_draft(code)
    assert (accepted["key"], accepted["value"], accepted["previous"]) == (
        "list:ip", sent, [{"title": SECRET}],
    )  # fmt: skip
    assert (refused["is_accepted"], refused["remark"]) == (False, "缺编号")
    for key in ("conversion", "wishes"):
        with pytest.raises(NotFound):
            adviser.inbox.decide_list(origin, w.firm, 2026, key, accept=True, version=0)


def test_the_paper_behind_a_figure_stays_with_the_decision_on_it(engine: Engine) -> None:
    w = world(engine)
    visitor, source = Repository(engine, VISITOR), {"file": "年报.pdf", "page": "3", "entry": "12"}
    state = {"facts": {"name": "丙公司", KEY: "12"}, "sources": {KEY: source}}
    code, draft = visitor.drafts.add(state)
    visitor.drafts.share(code, w.carrier, "同意")
    adviser = w.as_("adviser")
    adviser.inbox.decide(
        Origin("draft", draft), w.firm, 2026, {KEY: 12, "staff_total@2025": 9}, {}, version=1
    )
    kept = {row["key"]: row["source"] for row in adviser.inbox.decisions(w.firm)}
    assert (kept[KEY], kept["staff_total@2025"]) == (source, None)
    visitor.drafts.delete(code)
    assert adviser.inbox.decisions(w.firm)[0]["value"] == 9


def test_the_next_draft_never_shows_what_was_decided_of_one_that_is_gone(engine: Engine) -> None:
    w = world(engine)
    visitor = Repository(engine, VISITOR)
    code, origin = shared(w, **{KEY: "12"})
    w.as_("adviser").inbox.decide(origin, w.firm, 2026, {KEY: 12}, {}, version=1)
    visitor.drafts.delete(code)
    # SQLite gives it the id of the one before
    other, _draft = visitor.drafts.add({"facts": {"name": "丁公司", KEY: "12"}})
    assert visitor.inbox.decisions_on_draft(other) == []
    assert w.as_("adviser").inbox.decisions(w.firm)[0]["value"] == 12
