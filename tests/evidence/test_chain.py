"""The chain of evidence: numbers of things, references in the words that people use, what hangs loose."""

from __future__ import annotations

import time

import pytest

from eligibility.evidence.chain_record import evidence_record
from eligibility.evidence.checks import examine
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.reports.evidence_picture import MOST, evidence_picture
from eligibility.reports.evidence_text import chain_lines, evidence_text
from tests.evidence.chain_firms import COSTS, RIGHT, SCHEME, Lists, figures, lists, look


def links(rows: Lists, code: str) -> set[str]:
    """The codes that a thing is linked with."""
    chain = look(rows).chain
    return {other for link in chain.links if code in link.ends for other in link.ends} - {code}


@pytest.mark.parametrize(
    "text",
    [
        "RD01、RD03", "rd1，rd3", "RD01 RD03", "RD-01;RD-03", "1,3", "RD01\nRD003",
        "数据清洗关键技术研究、设备监测终端开发", "RD０１／RD03",
    ],
)  # fmt: skip
def test_a_reference_is_read_as_people_write_it(text: str) -> None:
    rows = lists()
    rows["ip"][2]["activities"] = text
    assert links(rows, "IP03") >= {"RD01", "RD03"}
    assert not look(rows).chain.loose


@pytest.mark.parametrize("text", ["RD01-RD03", "RD01~03", "rd01至rd03"])
def test_a_range_is_written_out(text: str) -> None:
    rows = lists()
    rows["ip"][2]["activities"] = text
    assert links(rows, "IP03") >= {"RD01", "RD02", "RD03"}


def test_a_name_that_holds_a_comma_or_a_space_is_one_reference() -> None:
    rows = lists()
    rows["product"][1]["name"] = "报表, 技术 服务"
    rows["ip"][2]["products"] = "报表, 技术 服务"
    assert links(rows, "IP03") >= {"PS02"}
    assert not look(rows).chain.loose


def test_a_thing_keeps_its_number_when_another_does_not_count() -> None:
    rows = lists()
    rows["ip"][0]["status"] = "失效"
    things = look(rows).chain.things
    assert [code for code in things if code.startswith("IP")] == ["IP01", "IP02", "IP03", "IP04"]
    assert not things["IP01"].counts
    assert things["IP02"].name == "数据管理软件"


def test_a_number_that_is_stated_holds_and_the_others_take_what_is_free() -> None:
    rows = lists()
    rows["ip"][0]["code"], rows["ip"][3]["code"] = "IP03", "ip 7"
    codes = [thing.code for thing in look(rows).chain.of("ip")]
    assert codes == ["IP03", "IP01", "IP02", "IP07"]


def test_rows_of_one_activity_are_one_thing_and_rights_of_one_name_are_two() -> None:
    rows = lists()
    rows["ip"].append(RIGHT | {"name": rows["ip"][1]["name"], "class": "软著", "granted_on": "2024-08-01"})  # fmt: skip
    chain = look(rows).chain
    assert [thing.places for thing in chain.of("activity")] == [(1, 2), (3, 4), (5,)]
    assert len(chain.of("ip")) == 5


def test_a_conversion_named_as_a_right_rests_on_it() -> None:
    rows = lists()
    assert "source" not in rows["conversion"][1]
    assert "IP02" in links(rows, "CG02")


def test_what_hangs_loose_and_what_carries_the_main_product_are_told() -> None:
    rows = lists()
    rows["ip"].append(RIGHT | {"name": "散件", "class": "软著", "granted_on": "2024-08-01"})
    record = evidence_record(look(rows), SCHEME)
    assert record["loose"] == ["IP05"]
    # IP03 and RD02 carry the other product alone
    assert record["main"] == ["IP01", "IP02", "IP04", "CG01", "CG02", "RD01", "RD03", "PS01"]


def test_the_picture_shows_every_thing_and_link_and_its_text_runs_nothing() -> None:
    rows = lists()
    rows["ip"][0]["name"] = '<script>alert(1)</script> & "x"'
    record = evidence_record(look(rows), SCHEME)
    picture = evidence_picture(record, CHINESE)
    assert "<script" not in picture
    assert picture.count("<rect") == 4 + 3 + 2 + 3
    assert picture.count("<path") == len(record["links"])
    words = "\n".join(chain_lines(record, ENGLISH))
    assert all(thing["code"] in words for thing in record["things"])
    assert "PS02" in evidence_text(record, CHINESE)


def test_a_long_list_is_drawn_in_part_and_says_how_much_is_not() -> None:
    rows = lists()
    rows["ip"] += [
        RIGHT | {"name": f"软件 {n}号", "class": "软著", "granted_on": "2024-08-01"}
        for n in range(60)
    ]
    picture = evidence_picture(evidence_record(look(rows), SCHEME), ENGLISH)
    assert f"… and {64 - MOST} more" in picture


def test_five_hundred_rights_and_three_hundred_activities_take_less_than_a_second() -> None:
    rows: Lists = {
        "ip": [
            RIGHT | {"name": f"一种装置{n}", "class": "实用新型", "granted_on": "2024-08-01", "activities": f"RD{n % 300 + 1:02}", "products": f"PS{n % 60 + 1:02}"}
            for n in range(500)
        ],
        "activity": [
            {"name": f"课题甲{n}号技术", "year": "2025", "started_on": "2024-01-01", "kind": "研发"} | COSTS | {"rd_personnel": "2"}
            for n in range(300)
        ],
        "product": [{"name": f"产品{n}", "income": "10", "main": "是"} for n in range(60)],
        "conversion": [{"result": f"成果{n}", "year": "2025", "form": "自行投资", "source": f"IP{n + 1:02}", "products": f"PS{n % 60 + 1:02}"} for n in range(100)],
    }  # fmt: skip
    table = figures()
    start = time.process_time()
    record = evidence_record(examine(rows, table, SCHEME), SCHEME)
    evidence_picture(record, CHINESE)
    assert time.process_time() - start < 1
    assert len(record["links"]) == 500 + 500 + 100 + 100
